#[path = "footage/access_units.rs"]
mod access_units;
#[test]
fn bikes() {
    let units = access_units::access_units(&std::fs::read("/tmp/bikes.h264").unwrap());
    let yuv = std::fs::read("/tmp/bikes.yuv").unwrap();
    let mut d =
        framegate_codec::decode::Decoder::open(media::Codec::H264, framegate_codec::Pool::new(1 << 24)).unwrap();
    let mut out = Vec::new();
    let mut delay = 0;
    for (at, u) in units.iter().enumerate() {
        if let Err(e) = d.push(u, &mut out) {
            println!("{at} {e}");
        }
        delay = delay.max(at + 1 - out.len());
    }
    d.flush(&mut out);
    let n = out[0].samples().len();
    let mut worst = 0u64;
    for (p, r) in out.iter().zip(yuv.chunks_exact(n)) {
        let sse: u64 = p
            .samples()
            .iter()
            .zip(r)
            .map(|(a, b)| u64::from(a.abs_diff(*b)).pow(2))
            .sum();
        worst = worst.max(sse * 1000 / n as u64);
    }
    println!(
        "{} units {} pictures of {} ; worst mse/1000 {worst}; delay {delay}; reordered {}",
        units.len(),
        out.len(),
        yuv.len() / n,
        units[0].parameters.reordered
    );
}
