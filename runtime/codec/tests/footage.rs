//! The decoder against lists of digests of what reference decoders make. The bit streams are in the folder that FRAMEGATE_MEDIA names.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test ends where something is wrong, and says when it is skipped"
)]

use std::path::{Path, PathBuf};

use framegate_codec::decode::{Decoder, Error};
use framegate_codec::{Picture, Pool};
use md5::{Digest, Md5};
use media::Codec;
use sha1::Sha1;

#[path = "footage/access_units.rs"]
mod access_units;
use access_units::access_units;

fn folder(test: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("FRAMEGATE_MEDIA").map(PathBuf::from).filter(|folder| folder.is_dir());
    if folder.is_none() {
        println!("{test}: skipped, FRAMEGATE_MEDIA names no folder of test streams");
    }
    folder
}

/// All pictures of a file, and the errors on the way.
fn decoded(file: &Path) -> (Vec<Picture>, Vec<Error>) {
    let data = std::fs::read(file).unwrap();
    let mut decoder = Decoder::open(Codec::H264, Pool::new(8 << 20)).unwrap();
    let (mut pictures, mut errors) = (Vec::new(), Vec::new());
    for unit in access_units(&data) {
        if let Err(error) = decoder.push(&unit, &mut pictures) {
            errors.push(error);
        }
    }
    decoder.flush(&mut pictures);
    (pictures, errors)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// None is known to differ from what openh264's own tests expect. Nine of the list differ from what ffmpeg 5.1 makes, as
/// sha1-check-with-ffmpeg5.1.txt beside it says (DIFF): most of those have bidirectional slices.
#[test]
fn conformance_streams_are_decoded_bit_by_bit() {
    let Some(folder) = folder("conformance_streams_are_decoded_bit_by_bit") else {
        return;
    };
    let folder = folder.join("openh264");
    let list = std::fs::read_to_string(folder.join("sha1-expected-from-openh264-tests.txt")).unwrap();
    let (mut matched, mut wrong) = (0, Vec::new());
    for line in list.lines() {
        let Some((name, expected)) = line.split_once(' ') else {
            continue;
        };
        let file = folder.join(name);
        if expected.len() != 40 || !file.exists() {
            continue;
        }
        let (pictures, errors) = decoded(&file);
        let mut sha1 = Sha1::new();
        for picture in &pictures {
            sha1.update(picture.samples());
        }
        let same = hex(&sha1.finalize()) == expected;
        matched += usize::from(same);
        if !same {
            wrong.push(format!(
                "{name}: {} pictures, {} errors, first {:?}",
                pictures.len(),
                errors.len(),
                errors.first()
            ));
        }
    }
    println!("{matched} streams are the same");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(matched >= 30, "{matched}");
}

#[test]
fn pictures_with_bidirectional_prediction_come_in_order() {
    let Some(folder) = folder("pictures_with_bidirectional_prediction_come_in_order") else {
        return;
    };
    for name in ["test-25fps.h264", "64x64-I-P-B-P-high.h264"] {
        let file = folder.join("cros-codecs").join(name);
        let list = std::fs::read_to_string(folder.join("cros-codecs").join(format!("{name}.md5"))).unwrap();
        let (pictures, errors) = decoded(&file);
        assert_eq!(errors, [], "{name}");
        let got: Vec<String> = pictures.iter().map(|picture| hex(&Md5::digest(nv12(picture)))).collect();
        let expected: Vec<&str> = list.lines().collect();
        assert_eq!(got, expected, "{name}");
    }
}

fn nv12(picture: &Picture) -> Vec<u8> {
    let [luma, u, v] = picture.planes();
    let chroma = u.data.iter().zip(v.data).flat_map(|(u, v)| [*u, *v]);
    luma.data.iter().copied().chain(chroma).collect()
}

#[test]
fn interlaced_streams_are_refused_by_name() {
    let Some(folder) = folder("interlaced_streams_are_refused_by_name") else {
        return;
    };
    let (pictures, errors) = decoded(&folder.join("cros-codecs/test-25fps-interlaced.h264"));
    assert!(pictures.is_empty());
    assert!(!errors.is_empty() && errors.iter().all(|error| *error == Error::Interlaced), "{:?}", errors.first());
}

#[test]
fn a_new_size_in_mid_stream_changes_the_pictures() {
    let Some(folder) = folder("a_new_size_in_mid_stream_changes_the_pictures") else {
        return;
    };
    let mut units = access_units(&std::fs::read(folder.join("openh264/BA1_FT_C.264")).unwrap());
    let first = units.len();
    units.extend(access_units(&std::fs::read(folder.join("openh264/BA_MW_D.264")).unwrap()));
    let mut decoder = Decoder::open(Codec::H264, Pool::new(8 << 20)).unwrap();
    let mut pictures = Vec::new();
    for unit in &units {
        decoder.push(unit, &mut pictures).unwrap();
    }
    decoder.flush(&mut pictures);
    assert_eq!(pictures.len(), units.len());
    for (at, picture) in pictures.iter().enumerate() {
        assert_eq!(picture.stamp().sequence, at as u64);
        assert_eq!(picture.size().width, if at < first { 352 } else { 176 });
    }
}
