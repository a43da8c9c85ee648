//! Stills that are posted: byte for byte, in order, over either protocol; and bodies that are refused.

use std::time::Duration;

use anyhow::Result;
use bytes::Bytes;
use codec::encode::StillEncoder;
use framegate_tests::client::{Message, Multipart, Problem, Producer, Protocol, Viewer};
use framegate_tests::clip::Numbered;
use framegate_tests::program::Program;
use framegate_tests::still;
use media::{Size, StillFormat};

const WALL: &str = "[streams.wall]\nsource = \"push\"\n\n[streams.lobby]\nsource = \"test://?size=320x180\"\n";

/// Three seconds of numbered JPEGs.
fn stills() -> Vec<Bytes> {
    let clip = Numbered { pictures: 90, ..Numbered::default() }.jpeg();
    clip.units.iter().map(|unit| unit.data.clone()).collect()
}

async fn arrive_at_every_viewer(protocol: Protocol) -> Result<()> {
    let program = Program::start(WALL).await?;
    let stills = stills();
    let producer = Producer::new(&program, "wall", protocol)?;
    // The first is kept as the last still: whoever comes has it at once.
    assert_eq!(producer.post(stills[0].clone()).await?.status(), 204);
    let mut viewers = Vec::new();
    for _ in 0..3 {
        viewers.push(Viewer::connect(&program, "wall").await?);
    }
    let mut image = Multipart::connect(&program, "wall").await?;
    program.wait_for_viewers("wall", 4).await?;
    let expected = stills.clone();
    let watching = tokio::spawn(async move {
        for (number, body) in expected.iter().enumerate() {
            for viewer in &mut viewers {
                assert!(viewer.still().await? == body, "still {number} is another one");
            }
            let part = image.next().await?;
            assert!(part.body == body && part.content_type == "image/jpeg", "part {number} is another one");
        }
        Ok::<_, anyhow::Error>(())
    });
    let mut ticks = tokio::time::interval(Duration::from_secs(1) / 30);
    for body in stills.into_iter().skip(1) {
        ticks.tick().await;
        assert_eq!(producer.post(body).await?.status(), 204);
    }
    tokio::time::timeout(Duration::from_secs(10), watching).await??
}

#[tokio::test(flavor = "multi_thread")]
async fn thirty_posts_a_second_over_http1_arrive_byte_for_byte_in_order() -> Result<()> {
    arrive_at_every_viewer(Protocol::Http1).await
}

#[tokio::test(flavor = "multi_thread")]
async fn thirty_posts_a_second_over_h2c_arrive_byte_for_byte_in_order() -> Result<()> {
    arrive_at_every_viewer(Protocol::H2c).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_watches_is_kept_as_the_last_still() -> Result<()> {
    let program = Program::start(WALL).await?;
    let producer = Producer::new(&program, "wall", Protocol::Http1)?;
    let stills = stills();
    for body in &stills[..5] {
        assert_eq!(producer.post(body.clone()).await?.status(), 204);
    }
    let response = program.get("/still/wall.jpg").await?;
    assert_eq!(response.headers()["content-type"], "image/jpeg");
    assert!(response.bytes().await? == stills[4], "the newest, untouched");
    assert!(Viewer::connect(&program, "wall").await?.still().await? == stills[4], "a late viewer has it at once");
    let webp = program.get("/still/wall.webp").await?.bytes().await?;
    assert_eq!((still::format(&webp), still::number(&webp)), (StillFormat::WebP, Some(4)));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn each_format_is_passed_on_as_it_was_posted() -> Result<()> {
    let program = Program::start(WALL).await?;
    let producer = Producer::new(&program, "wall", Protocol::H2c)?;
    let jpeg = stills().remove(7);
    let webp = StillEncoder::new().encode(&still::decode(&jpeg), StillFormat::WebP, 70)?;
    let mut viewer = Viewer::connect(&program, "wall").await?;
    program.wait_for_viewers("wall", 1).await?;
    for body in [jpeg.clone(), webp, Bytes::from_static(include_bytes!("../media/dot.png")), jpeg] {
        assert_eq!(producer.post(body.clone()).await?.status(), 204);
        assert!(viewer.still().await? == body, "{} is passed on as it is", still::format(&body));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn another_format_or_size_is_made_for_who_asks() -> Result<()> {
    let program = Program::start(WALL).await?;
    let producer = Producer::new(&program, "wall", Protocol::H2c)?;
    let large = Numbered { pictures: 10, size: Size::new(960, 544), ..Numbered::default() }.jpeg();
    let mut viewer = Viewer::connect(&program, "wall?format=webp&width=500").await?;
    program.wait_for_viewers("wall", 1).await?;
    for unit in &large.units {
        assert_eq!(producer.post(unit.data.clone()).await?.status(), 204);
    }
    let body = viewer.still().await?;
    assert_eq!(still::format(&body), StillFormat::WebP);
    let width = still::size(&body).width;
    assert!(width == 480 || width == 640, "500 snaps to a width of the list, not {width}");
    assert!(still::number(&body).is_some());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_are_no_complete_image_are_refused_with_a_reason() -> Result<()> {
    let program = Program::start(WALL).await?;
    let good = stills().remove(0);
    let mut too_large = good[..2].to_vec();
    while too_large.len() <= media::image::MAX_BYTES {
        too_large.extend_from_slice(&[0xff, 0xfe, 0xff, 0xff]);
        too_large.resize(too_large.len() + 65_533, b' ');
    }
    too_large.extend_from_slice(&good[2..]);
    let mut insane = include_bytes!("../media/dot.png").to_vec();
    insane[16..24].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff]);
    let cases: [(&str, Bytes, &[u16]); 6] = [
        ("empty", Bytes::new(), &[400, 411, 415, 422]),
        ("text", Bytes::from_static(b"hello, this is no image"), &[400, 415, 422]),
        ("cut", good.slice(..good.len() / 2), &[400, 415, 422]),
        ("without its end", good.slice(..good.len() - 2), &[400, 415, 422]),
        ("of an insane size", insane.into(), &[400, 413, 415, 422]),
        ("too large", too_large.into(), &[413]),
    ];
    for protocol in [Protocol::Http1, Protocol::H2c] {
        let producer = Producer::new(&program, "wall", protocol)?;
        for (name, body, statuses) in &cases {
            // A server may refuse 16 MiB before it has read them all, which some clients see as a broken connection.
            let response = match producer.post(body.clone()).await {
                Ok(response) => response,
                Err(_) if body.len() > media::image::MAX_BYTES => continue,
                Err(error) => return Err(error),
            };
            let problem = Problem::read(response).await?;
            assert!(statuses.contains(&problem.status), "{name} over {protocol:?}: {problem:?}");
            assert!(problem.body["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{name}: {problem:?}");
        }
        assert_eq!(producer.post(good.clone()).await?.status(), 204, "the connection is as good as before");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_with_another_source_takes_no_posts() -> Result<()> {
    let program = Program::start(WALL).await?;
    let producer = Producer::new(&program, "lobby", Protocol::Http1)?;
    let problem = Problem::read(producer.post(stills().remove(0)).await?).await?;
    assert!((400..500).contains(&problem.status) && problem.status != 404, "{problem:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn posts_from_another_site_are_refused() -> Result<()> {
    let program = Program::start(WALL).await?;
    let producer = Producer::new(&program, "wall", Protocol::Http1)?;
    let response = producer.post_from(stills().remove(0), Some("https://evil.example")).await?;
    assert_eq!(response.status(), 403);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_comes_into_being_with_the_first_post() -> Result<()> {
    let program = Program::start("[streams.\"*\"]\nsource = \"push\"\n").await?;
    let stills = stills();
    let producer = Producer::new(&program, "anything-1", Protocol::H2c)?;
    assert_eq!(producer.post(stills[3].clone()).await?.status(), 204);
    let mut viewer = Viewer::connect(&program, "anything-1").await?;
    assert!(viewer.still().await? == stills[3]);
    producer.post(stills[4].clone()).await?;
    let next = loop {
        match viewer.next().await? {
            Message::Still(still) => break still,
            Message::Text(_) => {}
            Message::Closed(code) => panic!("closed with {code}"),
        }
    };
    assert!(next == stills[4]);
    let refused = Producer::new(&program, "no%20name", Protocol::Http1)?.post(stills[0].clone()).await?;
    assert!((400..500).contains(&Problem::read(refused).await?.status));
    Ok(())
}
