//! Opens a source for some seconds and prints what comes: `cargo run -p framegate-source --example probe -- rtsp://… 5 [user password]`.
#![allow(clippy::print_stdout, missing_docs, reason = "a tool for people, run by hand")]

use std::path::PathBuf;
use std::time::{Duration, Instant};

use config::{Credentials, Source, Stream, TestScene};
use framegate_source::Session;
use media::Unit;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut words = std::env::args().skip(1);
    let address = words.next().unwrap_or_else(|| "test://".into());
    let seconds = words.next().and_then(|s| s.parse().ok()).unwrap_or(5.0);
    let source = match address.split_once("://") {
        Some(("rtsp", _)) => Source::Rtsp(address.clone()),
        Some(("http", _)) => Source::Http(address.clone()),
        Some(("file", path)) => Source::File(PathBuf::from(path)),
        _ => Source::Test(TestScene::default()),
    };
    let mut stream = Stream::new("probe".parse()?, source);
    if let (Some(username), Some(password)) = (words.next(), words.next()) {
        stream.credentials = Some(Credentials { username, password: password.into() });
    }
    let began = Instant::now();
    let mut session = match Session::open(&stream, None).await {
        Ok(session) => session,
        Err(error) => {
            println!("{:?}: {error} ({:?})", began.elapsed(), error.mending());
            return Ok(());
        }
    };
    println!("{:?}: {:?}", began.elapsed(), session.description());
    let (mut units, mut keys, mut bytes, mut lost, mut captured) = (0, 0, 0, 0, 0);
    let (mut known, mut samples) = (None, 0);
    let end = tokio::time::Instant::now() + Duration::from_secs_f64(seconds);
    while let Ok(next) = tokio::time::timeout_at(end, session.next()).await {
        let unit = match next {
            Ok(Unit::Access(unit)) => unit,
            Ok(Unit::Audio(unit)) => {
                samples += u64::from(unit.samples);
                continue;
            }
            Err(error) => {
                println!("{:?}: {error} ({:?})", began.elapsed(), error.mending());
                break;
            }
        };
        if known.as_ref().is_none_or(|known| !std::sync::Arc::ptr_eq(known, &unit.parameters)) {
            let parameters = &unit.parameters;
            println!(
                "{:?}: {} {} {} key={} reordered={} pts={}",
                began.elapsed(),
                parameters.codec,
                parameters.size,
                parameters.rfc6381,
                unit.key,
                parameters.reordered,
                unit.pts
            );
            known = Some(unit.parameters.clone());
        }
        if std::env::var_os("EACH").is_some() {
            println!(
                "{} {} key={} reference={} lost={}",
                unit.pts,
                unit.data.len(),
                unit.key,
                unit.reference,
                unit.lost
            );
        }
        units += 1;
        keys += u64::from(unit.key);
        bytes += unit.data.len();
        lost += u64::from(unit.lost);
        captured += u64::from(unit.captured.is_some());
    }
    println!(
        "{units} access units, {keys} keys, {bytes} bytes, {lost} packets lost, {captured} with the camera's time, {samples} samples of sound"
    );
    let began = Instant::now();
    session.close().await;
    println!("closed in {:?}", began.elapsed());
    Ok(())
}
