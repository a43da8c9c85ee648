//! A slow viewer skips; it never slows anyone.

use std::time::Duration;

use anyhow::Result;
use bytes::Bytes;
use framegate_tests::client::{Message, Producer, Protocol, Viewer};
use framegate_tests::clip::Numbered;
use framegate_tests::program::{LIMIT, Program};
use framegate_tests::still;
use media::Size;

/// Each still is so large that what the kernel holds for a socket is full after two seconds.
const STILL_BYTES: usize = 500_000;
const POSTS: u32 = 150;
/// A minute in all.
const PACE: Duration = Duration::from_millis(400);

/// Numbered JPEGs, made large by comments (ITU-T T.81, section B.2.4.5), which are passed on like everything else.
fn large_stills() -> Vec<Bytes> {
    let clip = Numbered { size: Size::new(160, 96), pictures: POSTS, ..Numbered::default() }.jpeg();
    let comment = [&[0xff, 0xfe, 0xff, 0xff][..], &[b' '; 65_533]].concat();
    let large = |unit: &framegate_tests::clip::Unit| {
        let mut body = unit.data[..2].to_vec();
        while body.len() < STILL_BYTES {
            body.extend_from_slice(&comment);
        }
        body.extend_from_slice(&unit.data[2..]);
        Bytes::from(body)
    };
    clip.units.iter().map(large).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_that_reads_nothing_costs_nobody_anything_and_then_gets_the_newest() -> Result<()> {
    let program = Program::start("[streams.wall]\nsource = \"push\"\n").await?;
    let stills = large_stills();
    let mut idle = Viewer::connect(&program, "wall").await?;
    let mut busy = Viewer::connect(&program, "wall").await?;
    program.wait_for_viewers("wall", 2).await?;
    let before = program.resident_bytes()?;
    let reading = tokio::spawn(async move {
        let mut received = Vec::new();
        while received.len() < POSTS as usize {
            received.push(busy.still().await?);
        }
        Ok::<_, anyhow::Error>(received)
    });
    let producer = Producer::new(&program, "wall", Protocol::H2c)?;
    let mut ticks = tokio::time::interval(PACE);
    for body in &stills {
        ticks.tick().await;
        assert_eq!(producer.post(body.clone()).await?.status(), 204);
    }
    let received = tokio::time::timeout(LIMIT, reading).await???;
    assert!(received == stills, "the one who reads has them all, in order");
    let grown = program.resident_bytes()?.saturating_sub(before);
    assert!(grown < 60 << 20, "{} MB for one who reads nothing", grown >> 20);

    let mut late = Vec::new();
    let newest = POSTS - 1;
    while late.last() != Some(&newest) {
        let number = still::number(&idle.still().await?).expect("a numbered still");
        assert!(late.last().is_none_or(|last| *last < number), "never back in time");
        late.push(number);
    }
    assert!(late.len() < POSTS as usize / 2, "{} of {POSTS} were waiting", late.len());
    producer.post(stills[0].clone()).await?;
    assert_eq!(idle.still().await?, stills[0], "it is connected as ever");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn skips_are_counted_and_told_to_who_asked() -> Result<()> {
    let program = Program::start("[streams.wall]\nsource = \"push\"\n").await?;
    let stills = large_stills();
    let mut viewer = Viewer::connect(&program, "wall?stats=1").await?;
    program.wait_for_viewers("wall", 1).await?;
    let producer = Producer::new(&program, "wall", Protocol::Http1)?;
    for body in &stills {
        assert_eq!(producer.post(body.clone()).await?.status(), 204);
    }
    let mut skipped = 0;
    let mut told = 0;
    while skipped == 0 && told < 20 {
        if let Message::Text(text) = viewer.next().await?
            && text["type"] == "stats"
        {
            told += 1;
            skipped = text["skipped_total"].as_u64().expect("a count");
            assert!(text["skipped"].is_u64(), "and that of the last second");
            assert_eq!(text["viewers"], 1);
            assert!(text["rate"].is_number());
        }
    }
    assert!(skipped > 0, "nothing skipped is told of");
    Ok(())
}
