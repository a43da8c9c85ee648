//! One stream: what it is, how it is, and what became of it.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Wrap};

use super::ink::Ink;
use crate::api::{Step, Stream};
use crate::model::{HISTORY, Model};
use crate::words::{bitrate, span, spark};

/// What stands before a value.
const LABEL: usize = 12;

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, model: &Model, name: &str, ink: Ink) {
    let Some(stream) = model.stream(name) else {
        let gone = format!("There is no stream {name} any more. Esc leads back.");
        frame.render_widget(Paragraph::new(gone), area);
        return;
    };
    let facts = facts(stream, model, ink);
    let rows = [Constraint::Length(facts.len() as u16 + 1), Constraint::Min(0)];
    let [above, below] = Layout::vertical(rows).areas(area);
    frame.render_widget(Paragraph::new(facts).wrap(Wrap { trim: false }), above);
    let mut lines = vec![Line::styled("its changes of state", ink.faint())];
    lines.extend(model.timeline(name).map(|step| step_line(step, model.snapshot.now, ink)));
    frame.render_widget(Paragraph::new(lines), below);
}

fn facts(stream: &Stream, model: &Model, ink: Ink) -> Vec<Line<'static>> {
    let fact = |label: &str, value: Span<'static>| {
        Line::from(vec![Span::styled(format!("{label:LABEL$}"), ink.faint()), value])
    };
    let since = span(model.snapshot.now.saturating_sub(stream.since) / 1_000);
    let mut state = fact("state", ink.state(stream.state));
    state.push_span(format!("  for {since}"));
    if let Some(retry) = stream.retry_in_ms {
        state.push_span(format!(", tried again in {}", span(retry.div_ceil(1_000))));
    }
    let mut lines = vec![fact("stream", Span::styled(stream.name.clone(), ink.bold())), state];
    if let Some(why) = &stream.detail {
        lines.push(fact("reason", Span::styled(why.clone(), ink.bad())));
    }
    let by = [stream.transport.as_deref().map(|way| format!("over {way}")), stream.server.clone()];
    let by = by.into_iter().flatten().collect::<Vec<_>>().join(", ");
    lines.push(fact("source", format!("{}  {by}", stream.source).into()));
    if let Some(codec) = &stream.codec {
        let size = stream.size.map(|size| format!(" {}x{}", size.width, size.height)).unwrap_or_default();
        let rate = format!("{codec}{size}, {:.1} a second, {}", stream.rate, bitrate(stream.bitrate));
        lines.push(fact("video", rate.into()));
    }
    lines.push(fact("", spark(model.bitrates(&stream.name), HISTORY).into()));
    let viewers = stream.viewers;
    let most = stream.max_viewers.map(|most| format!(" of {most}")).unwrap_or_default();
    let watch = format!(
        "{}{most}: WebSocket {}, MJPEG {}, HLS {}",
        viewers.total, viewers.websocket, viewers.mjpeg, viewers.hls
    );
    lines.push(fact("viewers", watch.into()));
    let lost =
        format!("reconnected {}×, {} attempts in vain, {} packets", stream.reconnects, stream.failures, stream.lost);
    lines.push(fact("lost", lost.into()));
    for plugin in model.plugins(&stream.name) {
        let fault = plugin.last_fault.map(|fault| format!(": {fault}")).unwrap_or_default();
        let words = format!("{} {}{fault}", plugin.plugin, plugin.health.word());
        lines.push(fact("plugin", Span::styled(words, ink.health(plugin.health))));
    }
    lines
}

fn step_line(step: &Step, now: u64, ink: Ink) -> Line<'static> {
    let ago = span(now.saturating_sub(step.time) / 1_000);
    let why = step.reason.as_ref().map(|reason| format!("  {}", reason.text)).unwrap_or_default();
    Line::from(vec![Span::styled(format!("{ago:>12} ago  "), ink.faint()), ink.state(step.to), why.into()])
}
