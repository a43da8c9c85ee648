//! The way of pictures: what was made, what was left out, how long each step took.

use std::fmt;

use picture::{Counts, VariantSnapshot};

use super::Stream;
use super::exposition::Sheet;

pub(super) fn write(streams: &[Stream], encoders: Option<f32>, sheet: &mut Sheet<'_>) -> fmt::Result {
    made(streams, sheet)?;
    sheet.counter(
        "framegate_skipped_total",
        "What was left out, by reason; docs/metrics.md says what is counted for each.",
        streams.iter().flat_map(|stream| {
            skipped(stream).map(|(reason, count)| ([("stream", stream.name.as_str()), ("reason", reason)], count))
        }),
    )?;
    sheet.durations(
        "framegate_step_duration_seconds",
        "How long each step of a picture took; docs/metrics.md says where each begins and ends.",
        streams.iter().flat_map(|stream| {
            let measure = &stream.pictures.measure;
            [
                ("wait", &measure.wait),
                ("decode", &measure.decode),
                ("plugins", &measure.plugins),
                ("encode", &measure.encode),
                ("whole", &measure.whole),
                ("video", &measure.video),
                ("video-whole", &measure.video_whole),
            ]
            .map(|(step, taken)| ([("stream", stream.name.as_str()), ("step", step)], taken))
        }),
    )?;
    variants(streams, sheet)?;
    sheet.gauge(
        "framegate_encoder_busy_ratio",
        "The share of the time in which the encoder threads of all streams were at work, over the last seconds.",
        encoders.map(|share| ([], f64::from(share))),
    )
}

fn made(streams: &[Stream], sheet: &mut Sheet<'_>) -> fmt::Result {
    let each = |value: fn(&Counts) -> u64| {
        streams.iter().map(move |stream| ([("stream", stream.name.as_str())], value(&stream.pictures.measure.counts)))
    };
    sheet.counter("framegate_pictures_decoded_total", "Pictures that were decoded.", each(|counts| counts.decoded))?;
    sheet.counter(
        "framegate_stills_total",
        "Stills that were made or passed on, each once however many viewers it has.",
        each(|counts| counts.stills),
    )?;
    sheet.counter(
        "framegate_stills_untouched_total",
        "Stills of the source that were passed on as they came.",
        each(|counts| counts.untouched),
    )?;
    sheet.gauge(
        "framegate_renditions",
        "Ways in which stills are being made.",
        streams.iter().map(|stream| ([("stream", stream.name.as_str())], stream.pictures.renditions.len() as u64)),
    )
}

/// Each reason, and how much was left out for it.
fn skipped(stream: &Stream) -> [(&'static str, u64); 8] {
    let counts = &stream.pictures.measure.counts;
    [
        ("slow-subscriber", stream.counts.skipped),
        ("slow-viewer", counts.missed),
        ("undecoded", counts.undecoded),
        ("unencoded", counts.unencoded),
        ("unseen", counts.unseen),
        ("damaged", counts.damaged),
        ("gated", counts.gated),
        ("withheld", counts.withheld),
    ]
}

fn variants(streams: &[Stream], sheet: &mut Sheet<'_>) -> fmt::Result {
    let each = |value: fn(&VariantSnapshot) -> u64| {
        streams.iter().flat_map(move |stream| {
            let variants = stream.pictures.video.iter();
            variants.map(move |made| ([("stream", stream.name.as_str()), ("variant", made.name.as_str())], value(made)))
        })
    };
    sheet.gauge(
        "framegate_video_subscribers",
        "Outputs that take this variant of the re-encoded video.",
        each(|made| made.subscribers as u64),
    )?;
    sheet.counter(
        "framegate_video_bytes_total",
        "Bytes of this variant that were made, sound included.",
        each(|made| made.bytes),
    )?;
    sheet.counter(
        "framegate_video_encoded_total",
        "Pictures that were encoded for this variant.",
        each(|made| made.encoded),
    )?;
    sheet.counter(
        "framegate_video_left_out_total",
        "Pictures that were due and not encoded: the encoders were behind, or failed.",
        each(|made| made.left_out),
    )?;
    sheet.counter(
        "framegate_video_skipped_total",
        "Access units of this variant that slow viewers did not get, summed over them.",
        each(|made| made.skipped),
    )
}
