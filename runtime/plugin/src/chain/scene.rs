//! The events of a picture, told when it is known what becomes of it, with what viewers see of it.

use std::sync::Arc;

use bytes::Bytes;
use codec::encode::StillEncoder;
use codec::{Picture, Pool};
use journal::Scene;
use media::{Annotation, Share, StillFormat, StreamName};

use super::Keep;
use crate::guest::{Emitted, Frame};

/// The widest still of an event, in pixels: what messengers show, and 100 kB.
const WIDTH: u32 = 1280;
/// Its quality.
const QUALITY: u8 = 80;

/// Makes the stills of events. It has no encoder until the first one.
#[derive(Default)]
pub(super) struct Scenes {
    encoder: Option<(StillEncoder, Pool)>,
}

impl Scenes {
    /// Writes events to the journal; `shown` is the picture behind the whole chain, none where it was kept back.
    pub(super) fn tell(
        &mut self,
        stream: &StreamName,
        keep: &Keep,
        told: Vec<(Arc<str>, Emitted)>,
        shown: Option<&Picture>,
        annotations: &Arc<[Annotation]>,
    ) {
        let still = shown.filter(|_| keep.stills.are_wanted()).and_then(|picture| self.still(picture));
        for (plugin, Emitted { kind, data }) in told {
            let scene = Scene { annotations: Arc::clone(annotations), still: still.clone() };
            keep.journal.write_scene(&kind, Some(stream), Some(&plugin), data, scene);
        }
    }

    fn still(&mut self, picture: &Picture) -> Option<Bytes> {
        let (encoder, pool) = self.encoder.get_or_insert_with(|| (StillEncoder::new(), Pool::new(0)));
        let scaled = (picture.size().width > WIDTH).then(|| codec::scale::to_width(picture, WIDTH, pool));
        match encoder.encode(scaled.as_ref().unwrap_or(picture), StillFormat::Jpeg, QUALITY) {
            Ok(still) => Some(still),
            Err(error) => {
                tracing::debug!(%error, "the still of an event could not be made");
                None
            }
        }
    }
}

/// What was found in a picture, in shares of its size.
pub(super) fn annotations(frame: &Frame) -> Arc<[Annotation]> {
    if frame.annotations.is_empty() {
        return Arc::default();
    }
    let size = frame.picture.size();
    let (width, height) = (size.width.max(1) as f32, size.height.max(1) as f32);
    let share = |found: &crate::bindings::framegate::plugin::pictures::Annotation| Annotation {
        label: found.label.clone(),
        score: found.score,
        area: Share {
            x: found.area.x as f32 / width,
            y: found.area.y as f32 / height,
            width: found.area.width as f32 / width,
            height: found.area.height as f32 / height,
        },
        track: found.track,
        attributes: found.attributes.clone(),
    };
    frame.annotations.iter().map(share).collect()
}
