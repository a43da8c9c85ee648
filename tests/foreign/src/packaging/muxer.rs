//! The muxer of transport streams, called in any order.

use framegate_validator::fmp4::{Expected, Limits};
use framegate_validator::ts::Stream;
use media::Timestamp;
use packaging::ts::{Muxer, PACKET, Tracks};

use super::camera::{Camera, Given};
use super::script::Script;
use super::{STEPS, excuse};

/// What was written after any call is whole packets, and what was written from one begin to the next one a segment.
pub(super) fn run(mut script: Script<'_>) {
    let mut camera = Camera::default();
    let Ok(tracks) = Tracks::new(camera.video(), Some(camera.audio())) else { panic!("a usual stream is refused") };
    let (mut muxer, mut out) = (Muxer::new(tracks), Vec::new());
    let mut stream = Stream::new(Limits::default());
    muxer.begin(&mut out);
    for _ in 0..STEPS {
        if script.is_over() {
            break;
        }
        let had = out.len();
        match (script.byte() % 8, camera.next(&mut script)) {
            (0, _) => {
                muxer.end(&mut out);
                judge(&mut stream, &std::mem::take(&mut out));
                muxer.begin(&mut out);
                continue;
            }
            // Of other tracks it is another muxer's.
            (_, Given::Picture(unit)) if Tracks::new(&unit.parameters, None).is_ok() => {
                let decode = script.time(unit.pts.ticks(), 0);
                // What it cannot take is told and leaves nothing.
                if let Err(why) = muxer.picture(&unit, Timestamp::from_ticks(decode), &mut out) {
                    assert!(!why.to_string().is_empty() && out.len() == had);
                }
            }
            (_, Given::Sound(unit)) => _ = muxer.sound(&unit, &mut out),
            (_, Given::Away) => muxer.discontinuity(&mut out),
            (_, Given::Unwatched) => muxer.end(&mut out),
            (_, Given::Announced(_) | Given::Picture(_)) => {}
        }
        assert!(out.len().is_multiple_of(PACKET) && out[had..].chunks(PACKET).all(|packet| packet[0] == 0x47));
    }
    muxer.end(&mut out);
    judge(&mut stream, &out);
}

fn judge(stream: &mut Stream, segment: &[u8]) {
    let findings = stream.push("segment.ts", segment, Expected::default());
    let told: Vec<_> =
        findings.iter().filter(|finding| excuse::of(finding).is_none()).map(ToString::to_string).collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
}
