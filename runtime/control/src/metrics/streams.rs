//! What comes in, and who watches.

use std::fmt;

use stream::State;

use super::Stream;
use super::exposition::Sheet;

pub(super) fn write(streams: &[Stream], sheet: &mut Sheet<'_>) -> fmt::Result {
    let in_state = |state| streams.iter().filter(|stream| stream.state == state).count() as u64;
    sheet.gauge(
        "framegate_streams",
        "Streams by what they are doing.",
        State::ALL.map(|state| ([("state", state.word())], in_state(state))),
    )?;
    sheet.gauge(
        "framegate_stream_state",
        "1 for the state that a stream is in, 0 for the others.",
        streams.iter().flat_map(|stream| {
            let is_in = |state| u64::from(stream.state == state);
            State::ALL.map(|state| ([("stream", stream.name.as_str()), ("state", state.word())], is_in(state)))
        }),
    )?;
    received(streams, sheet)?;
    watched(streams, sheet)
}

fn received(streams: &[Stream], sheet: &mut Sheet<'_>) -> fmt::Result {
    let each = |value: fn(&stream::Snapshot) -> u64| {
        streams.iter().map(move |stream| ([("stream", stream.name.as_str())], value(&stream.counts)))
    };
    sheet.counter(
        "framegate_stream_access_units_total",
        "Access units (pictures as they are compressed) that came from the source.",
        each(|counts| counts.units),
    )?;
    sheet.counter(
        "framegate_stream_received_bytes_total",
        "Bytes of video and sound that came from the source.",
        each(|counts| counts.bytes),
    )?;
    sheet.counter(
        "framegate_stream_lost_packets_total",
        "Packets that were lost on the way from the source.",
        each(|counts| counts.lost),
    )?;
    sheet.counter(
        "framegate_stream_reconnects_total",
        "Connections to the source that brought media, after the first.",
        each(|counts| counts.sessions.saturating_sub(1)),
    )?;
    sheet.counter(
        "framegate_stream_connect_failures_total",
        "Attempts to connect to the source that brought no media.",
        each(|counts| counts.failures),
    )?;
    sheet.gauge(
        "framegate_stream_kept_bytes",
        "Bytes that are kept for late and slow subscribers.",
        each(|counts| counts.kept_bytes as u64),
    )
}

fn watched(streams: &[Stream], sheet: &mut Sheet<'_>) -> fmt::Result {
    sheet.gauge(
        "framegate_viewers",
        "Viewers by output.",
        streams.iter().flat_map(|stream| {
            let viewers = stream.viewers;
            [("websocket", viewers.websocket), ("mjpeg", viewers.mjpeg), ("hls", viewers.hls)]
                .map(|(output, count)| ([("stream", stream.name.as_str()), ("output", output)], count))
        }),
    )?;
    sheet.counter(
        "framegate_stream_sent_bytes_total",
        "Bytes of media that were handed to viewers' connections.",
        streams.iter().map(|stream| ([("stream", stream.name.as_str())], stream.sent)),
    )?;
    sheet.counter(
        "framegate_viewers_refused_total",
        "Requests of viewers that were refused since max_viewers watched already; who tries again is counted again.",
        streams.iter().flat_map(|stream| {
            let refused = stream.refusals;
            [("websocket", refused.websocket), ("mjpeg", refused.mjpeg), ("hls", refused.hls)]
                .map(|(output, count)| ([("stream", stream.name.as_str()), ("output", output)], count))
        }),
    )
}
