//! What DESCRIBE answers (RFC 8866, RFC 2326 appendix C).

use base64::prelude::{BASE64_STANDARD, Engine};
use media::Codec;
use sdp_types::{Attribute, Connection, Media, MediaType, Origin, Session, Time, TransportProto};

use crate::camera::rtp;
use crate::camera::script::{ExtraTrack, ParameterSets, Script};

/// The session description; track n has the control URL `track{n}`, the video is track 0.
pub(crate) fn describe(script: &Script) -> String {
    let address = std::net::Ipv4Addr::UNSPECIFIED;
    let mut session = Session::new(Origin::with_ip_addr("1", 1, std::net::Ipv4Addr::LOCALHOST), "scripted camera");
    session.connection = Some(Connection::from_ip_addr(address));
    session.times.push(Time::new(0, 0));
    session.attributes.push(Attribute::with_value("control", "*"));
    session.attributes.push(Attribute::with_value("range", "npt=now-"));
    session.medias.push(video(script));
    for (index, track) in script.tracks.iter().enumerate() {
        session.medias.push(extra(*track, index + 1));
    }
    let mut text = Vec::new();
    session.write(&mut text).expect("writing to memory");
    String::from_utf8(text).expect("SDP of ours is text")
}

/// The payload type of the video.
pub(crate) fn video_type(codec: Codec) -> u8 {
    if codec == Codec::Jpeg { rtp::JPEG } else { rtp::VIDEO }
}

fn video(script: &Script) -> Media {
    let codec = script.clip.codec;
    let number = video_type(codec);
    let sets: Vec<_> = script.clip.parameter_sets();
    let told = script.parameter_sets != ParameterSets::InBandOnly;
    let encoded = |index: usize| BASE64_STANDARD.encode(&sets[index]);
    let (name, fmtp) = match codec {
        Codec::H264 => {
            let sps = &sets[0];
            let sets = format!(
                "; profile-level-id={:02X}{:02X}{:02X}; sprop-parameter-sets={},{}",
                sps[1],
                sps[2],
                sps[3],
                encoded(0),
                encoded(1)
            );
            ("H264/90000", Some(format!("packetization-mode=1{}", if told { sets } else { String::new() })))
        }
        Codec::H265 => {
            let sets = || format!("sprop-vps={}; sprop-sps={}; sprop-pps={}", encoded(0), encoded(1), encoded(2));
            ("H265/90000", told.then(sets))
        }
        _ => ("JPEG/90000", None),
    };
    let mut media = Media::new(MediaType::Video, 0, TransportProto::Other("RTP/AVP".into()), number);
    media.add_attribute_with_value("rtpmap", format!("{number} {name}"));
    if let Some(fmtp) = fmtp {
        media.add_attribute_with_value("fmtp", format!("{number} {fmtp}"));
    }
    media.add_attribute_with_value("framerate", script.clip.fps);
    media.add_attribute_with_value("control", "track0");
    media
}

fn extra(track: ExtraTrack, index: usize) -> Media {
    let (kind, number, rtpmap, fmtp) = match track {
        ExtraTrack::Opus => (MediaType::Audio, 97, "opus/48000/2", Some("sprop-stereo=1")),
        ExtraTrack::Aac | ExtraTrack::Silence => (
            MediaType::Audio,
            98,
            "mpeg4-generic/48000/2",
            // AudioSpecificConfig 11 90: AAC-LC, 48 kHz, stereo (ISO/IEC 14496-3, section 1.6.2.1).
            Some(
                "streamtype=5; profile-level-id=1; mode=AAC-hbr; sizelength=13; indexlength=3; indexdeltalength=3; config=1190",
            ),
        ),
        ExtraTrack::Pcmu => (MediaType::Audio, 0, "PCMU/8000", None),
        ExtraTrack::OnvifMetadata => (MediaType::Application, 107, "vnd.onvif.metadata/90000", None),
    };
    let mut media = Media::new(kind, 0, TransportProto::Other("RTP/AVP".into()), number);
    media.add_attribute_with_value("rtpmap", format!("{number} {rtpmap}"));
    if let Some(fmtp) = fmtp {
        media.add_attribute_with_value("fmtp", format!("{number} {fmtp}"));
    }
    media.add_attribute_with_value("control", format!("track{index}"));
    media
}
