//! What cameras describe: tracks that cannot be used, parameter sets that come late, codecs.

use anyhow::Result;
use framegate_tests::camera::{Camera, ExtraTrack, ParameterSets, Script};
use framegate_tests::clip::{Clip, Numbered};
use framegate_tests::session::{numbers, open, stream_of, take};
use framegate_tests::still;
use media::{Codec, Size, h264};

fn script() -> Script {
    Script::new(Numbered { pictures: 50, ..Numbered::default() }.h264())
}

/// `demuxed()` fails as a whole for a track without a depacketizer: such a track must not be set up.
async fn gives_video_beside(track: ExtraTrack, set_up: &[usize]) -> Result<()> {
    let camera = Camera::start(script().track(track));
    let mut session = open(&stream_of(&camera)).await?;
    assert_eq!(numbers(&take(&mut session, 5).await?), [0, 1, 2, 3, 4].map(Some));
    assert_eq!(camera.counts().tracks, set_up);
    Ok(())
}

#[tokio::test]
async fn camera_with_opus_still_gives_video() -> Result<()> {
    gives_video_beside(ExtraTrack::Opus, &[0]).await
}

#[tokio::test]
async fn camera_with_onvif_metadata_still_gives_video() -> Result<()> {
    gives_video_beside(ExtraTrack::OnvifMetadata, &[0]).await
}

#[tokio::test]
async fn camera_with_sound_still_gives_video() -> Result<()> {
    gives_video_beside(ExtraTrack::Aac, &[0, 1]).await?;
    gives_video_beside(ExtraTrack::Pcmu, &[0, 1]).await
}

#[tokio::test]
async fn parameters_that_come_in_band_only_are_found() -> Result<()> {
    let camera = Camera::start(script().parameter_sets(ParameterSets::InBandOnly));
    let units = take(&mut open(&stream_of(&camera)).await?, 10).await?;
    let first = units.iter().find(|unit| unit.key).expect("a key frame");
    assert_eq!(first.parameters.size, Size::new(320, 192));
    assert!(!first.parameters.sps.is_empty() && !first.parameters.pps.is_empty());
    assert_eq!(numbers(&units).first(), Some(&Some(0)));
    Ok(())
}

#[tokio::test]
async fn parameters_of_the_sdp_are_with_each_key_frame() -> Result<()> {
    let camera = Camera::start(script().parameter_sets(ParameterSets::SdpOnly));
    let units = take(&mut open(&stream_of(&camera)).await?, 30).await?;
    for unit in units.iter().filter(|unit| unit.key) {
        let sets: Vec<_> = unit.parameters.parameter_sets().map(h264::nal_type).collect();
        assert_eq!(sets, [h264::SPS, h264::PPS]);
        assert!(!unit.nal_units().any(|nal| unit.parameters.has_apart(nal)));
    }
    assert_eq!(numbers(&units[25..]).first(), Some(&Some(25)));
    Ok(())
}

#[tokio::test]
async fn bframes_come_in_decode_order_with_timestamps_that_go_back() -> Result<()> {
    let camera = Camera::start(Script::new(Clip::bframes()));
    let units = take(&mut open(&stream_of(&camera)).await?, 25).await?;
    let ticks: Vec<_> = units.iter().map(|unit| (unit.pts.ticks() - units[0].pts.ticks()) / 3_600).collect();
    assert_eq!(ticks[..8], [0, 3, 1, 2, 6, 4, 5, 9]);
    let references: Vec<_> = units.iter().map(|unit| unit.reference).collect();
    assert_eq!(references[..5], [true, true, false, false, true]);
    let shown = numbers(&units);
    assert_eq!(shown, (0..25).map(Some).collect::<Vec<_>>(), "the decoder gives them in the order of presentation");
    Ok(())
}

#[tokio::test]
async fn mjpeg_camera_gives_whole_files_that_are_all_key_frames() -> Result<()> {
    let camera = Camera::start(Script::new(Numbered { pictures: 25, ..Numbered::default() }.jpeg()));
    let units = take(&mut open(&stream_of(&camera)).await?, 5).await?;
    for (number, unit) in (0..).zip(&units) {
        assert!(unit.key && unit.codec == Codec::Jpeg);
        assert_eq!(unit.parameters.size, Size::new(320, 192), "known from the first access unit on");
        assert_eq!(still::number(&unit.data), Some(number));
    }
    Ok(())
}

#[tokio::test]
async fn h265_camera_gives_access_units() -> Result<()> {
    let camera = Camera::start(Script::new(Clip::h265()));
    let units = take(&mut open(&stream_of(&camera)).await?, 30).await?;
    assert!(units.iter().all(|unit| unit.codec == Codec::H265));
    assert_eq!(units.iter().map(|unit| unit.key).collect::<Vec<_>>()[..26].iter().filter(|key| **key).count(), 2);
    assert_eq!(units[0].parameters.size, Size::new(160, 96));
    Ok(())
}
