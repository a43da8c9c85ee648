//! What must hold for any bytes that come from outside, a function for each reader of such bytes.
//!
//! `fuzz/` calls them with bytes that a fuzzer makes, `tests/corpus.rs` with those that are stored; none may panic, and each states what it checks.
#![forbid(unsafe_code)]

mod packaging;

use std::io;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use config::{Environment, Ink, Known};
use media::{AccessUnit, Codec, Moment, Parameters, Size, Timestamp, annexb, h264, h265, image, nal};
use source::file::annexb::Splitter;
use source::http::multipart::Parser;

pub use crate::packaging::{fmp4, playlist_query, transport_stream};

/// Takes any bytes, and panics where something does not hold.
pub type Reader = fn(&[u8]);

/// A name and its function, as `fuzz/corpus/{name}` is named.
pub const ALL: [(&str, Reader); 8] = [
    ("configuration", configuration),
    ("access_unit", access_unit),
    ("annexb", annexb),
    ("image", image),
    ("multipart", multipart),
    ("fmp4", fmp4),
    ("transport_stream", transport_stream),
    ("playlist_query", playlist_query),
];

struct Nothing;

impl Environment for Nothing {
    fn variable(&self, name: &str) -> Option<String> {
        (name == "SECRET").then(|| "hunter2hunter2".into())
    }

    fn secret(&self, _: &Path) -> io::Result<String> {
        Err(io::ErrorKind::NotFound.into())
    }
}

/// `streams.toml`: taken, or refused with mistakes that can be shown; the secret is never shown.
pub fn configuration(data: &[u8]) {
    let text = String::from_utf8_lossy(data).into_owned();
    match config::read(Path::new("streams.toml"), text, &Known { bundled: &["clock"], environment: &Nothing }) {
        Ok(loaded) => {
            let shown = format!("{:?}", loaded.config);
            assert!(!shown.contains("hunter2hunter2"), "a secret is shown: {shown}");
        }
        Err(report) => {
            assert!(!report.is_empty(), "refused without a mistake");
            let shown = report.render(Ink::Plain) + &report.to_string();
            assert!(!shown.contains("hunter2hunter2"), "a secret is shown: {shown}");
        }
    }
}

/// One access unit as a camera sends it: its NAL units lie in it, and parameters that are read have a size that is taken.
pub fn access_unit(data: &[u8]) {
    let kind = h264::kind(annexb::nal_units(data));
    assert!(!kind.key || kind.picture, "a key frame is a picture");
    if let Some(sps) = kind.sps
        && let Ok(parameters) = h264::parameters(sps, kind.pps.unwrap_or_default())
    {
        assert!(parameters.size.is_sane(), "{}", parameters.size);
    }
    for nal in annexb::nal_units(data) {
        // A start code may only be inside where the bytes were not Annex B.
        assert!(!nal.is_empty() && nal.len() <= data.len());
        let _ = h264::parameters(nal, &[]);
    }
    _ = (h265::is_key(annexb::nal_units(data)), h265::is_reference(annexb::nal_units(data)));
    _ = h265::parameter_sets(data).count();
    lengths(data);
}

/// The same as NAL units behind lengths: what is left when parameter sets and delimiters are taken out has none, and comes back.
fn lengths(data: &[u8]) {
    let parameters = Arc::new(Parameters::bare(Codec::H264, Size::new(16, 16)));
    let unit = AccessUnit::from_annexb(data, &parameters, Timestamp::ZERO, Moment::now());
    let apart = |nal: &[u8]| unit.parameters.has_apart(nal);
    assert!(!unit.nal_units().any(apart));
    assert!(unit.nal_units().eq(annexb::nal_units(data).filter(|nal| !apart(nal))), "a NAL unit was lost");
    // Bytes of any kind, taken for lengths.
    let rest = nal::without_apart(&unit.parameters, Bytes::copy_from_slice(data));
    assert!(rest.len() <= data.len() && !nal::units(&rest).any(apart));
}

/// A file of Annex B in pieces of any length: the same access units as in one piece.
pub fn annexb(data: &[u8]) {
    let Some((&step, data)) = data.split_first() else {
        return;
    };
    let whole = split(data, data.len().max(1));
    let pieces = split(data, usize::from(step).max(1));
    assert!(whole.is_none() || pieces.is_none() || whole == pieces, "pieces matter");
}

/// The bytes of all access units, none if one was too large.
fn split(data: &[u8], step: usize) -> Option<Vec<Vec<u8>>> {
    let (mut splitter, mut units) = (Splitter::default(), Vec::new());
    for piece in data.chunks(step) {
        splitter.push(piece, &mut units).ok()?;
    }
    splitter.finish(&mut units);
    Some(units.into_iter().map(|unit| unit.data.to_vec()).collect())
}

/// A pushed body: what is taken has a sane size and is complete, so that a byte less is refused.
pub fn image(data: &[u8]) {
    if let Ok(found) = image::check(data) {
        assert!(found.size.is_sane(), "{}", found.size);
        let end = data.iter().rposition(|byte| *byte != 0).unwrap_or(0);
        assert!(found.format != media::StillFormat::Jpeg || image::check(&data[..end]).is_err(), "a cut JPEG is taken");
    }
}

/// A multipart stream in pieces of any length: parts are bounded.
pub fn multipart(data: &[u8]) {
    let Some((&step, data)) = data.split_first() else {
        return;
    };
    let Some(mut parser) = Parser::new("multipart/x-mixed-replace; boundary=frame") else {
        panic!("a usual content type is refused");
    };
    let mut parts = Vec::new();
    for piece in data.chunks(usize::from(step).max(1)) {
        if parser.push(piece, &mut parts).is_err() {
            break;
        }
    }
    let total: usize = parts.iter().map(|part| part.len()).sum();
    assert!(total <= data.len(), "more comes out than went in");
}
