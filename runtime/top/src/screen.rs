//! The model as cells of a terminal. Pure.

mod detail;
mod ink;
mod list;
#[cfg(test)]
mod tests;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Wrap};

use crate::Colors;
use crate::api::Event;
use crate::client::Failure;
use crate::model::{Link, Mode, Model};
use crate::words::{bytes, counted, span};
use ink::Ink;

/// Rows of events below the list.
const EVENTS: u16 = 6;
/// Below so many rows there are no events: the list has the place.
const LOW: u16 = 16;

/// Draws all of it.
pub(crate) fn draw(frame: &mut Frame<'_>, model: &Model, colors: Colors) {
    let ink = Ink(colors);
    let events = if frame.area().height < LOW { 0 } else { EVENTS };
    let rows = [Constraint::Length(2), Constraint::Min(1), Constraint::Length(events), Constraint::Length(1)];
    let [head, body, below, foot] = Layout::vertical(rows).areas(frame.area());
    frame.render_widget(Paragraph::new(heading(model, ink)), head);
    match &model.mode {
        Mode::List | Mode::Filter if model.snapshot.streams.is_empty() => nothing(frame, body, model, ink),
        Mode::List | Mode::Filter => list::draw(frame, body, model, ink),
        Mode::Detail(name) => detail::draw(frame, body, model, name, ink),
    }
    if events > 0 {
        frame.render_widget(Paragraph::new(happened(model, ink, usize::from(events))), below);
    }
    frame.render_widget(Paragraph::new(footing(model, ink)), foot);
}

fn heading(model: &Model, ink: Ink) -> Vec<Line<'static>> {
    let (live, viewers) = model.totals();
    let streams = model.snapshot.streams.len();
    let mut words = vec![Span::styled(model.server.clone(), ink.bold())];
    if let Some(server) = &model.snapshot.server {
        let up = span(server.uptime);
        words.push(format!("  Framegate {}, up {up}, {}", server.version, bytes(server.memory)).into());
    }
    let counts = format!("{}, {live} live, {}", counted(streams, "stream"), counted(viewers as usize, "viewer"));
    let second = match &model.link {
        Link::Up => counts.into(),
        Link::Connecting => Line::from("connecting …"),
        Link::Down(why) if streams == 0 => Line::styled(why.to_string(), ink.bad()),
        Link::Down(why) => Line::styled(format!("{why}; this is how it was, trying again"), ink.bad()),
    };
    vec![words.into(), second]
}

/// What is said where there is no list.
fn nothing(frame: &mut Frame<'_>, area: Rect, model: &Model, ink: Ink) {
    let words = match &model.link {
        Link::Connecting => "",
        Link::Up => "No stream is configured. Write one into streams.toml:\n\n  [streams.demo]\n  source = \"test://\"",
        Link::Down(Failure::Unauthorized) if model.has_token => {
            "It does not know this token. `--token TOKEN`, or FRAMEGATE_TOKEN, has to be the secret of a [tokens.NAME] in its streams.toml."
        }
        Link::Down(Failure::Unauthorized) => {
            "Say who you are: `--token TOKEN`, or FRAMEGATE_TOKEN in the environment, with the secret of a [tokens.NAME] in its streams.toml that has `view`."
        }
        Link::Down(Failure::Forbidden) => "This token needs `view` in the server's streams.toml.",
        Link::Down(Failure::TooMany) => "It is asked again in half a minute.",
        Link::Down(_) => "It is asked again each second. Is it running, and is this its address?",
    };
    let area = area.inner(ratatui::layout::Margin::new(2, 1));
    frame.render_widget(Paragraph::new(words).style(ink.plain()).wrap(Wrap { trim: false }), area);
}

fn happened(model: &Model, ink: Ink, rows: usize) -> Vec<Line<'static>> {
    let newest = model.events.iter().rev().take(rows - 1);
    let mut lines = vec![Line::styled("what happened", ink.faint())];
    lines.extend(newest.map(|event| happening(event, model.snapshot.now, ink)));
    lines
}

fn happening(event: &Event, now: u64, ink: Ink) -> Line<'static> {
    let ago = span(now.saturating_sub(event.time) / 1_000);
    let of = [&event.stream, &event.plugin].into_iter().flatten().cloned().collect::<Vec<_>>().join(", ");
    let why = event.data.pointer("/reason/text").or(event.data.get("reason")).and_then(|why| why.as_str());
    Line::from(vec![
        Span::styled(format!("{ago:>12} ago  "), ink.faint()),
        Span::styled(format!("{}  ", event.kind), ink.plain()),
        Span::styled(of, ink.bold()),
        why.map(|why| format!("  {why}")).unwrap_or_default().into(),
    ])
}

fn footing(model: &Model, ink: Ink) -> Line<'static> {
    let keys = match &model.mode {
        Mode::Filter => format!("filter: {}▏  Enter keeps it, Esc takes it away", model.filter),
        Mode::List if model.filter.is_empty() => {
            format!("↑↓ choose  Enter look at it  / filter  s sort (by {})  q quit", model.sort.word())
        }
        Mode::List => format!(
            "filter: {}  Esc takes it away  / change it  s sort (by {})  q quit",
            model.filter,
            model.sort.word()
        ),
        Mode::Detail(_) => "↑↓ the one before, the next  Esc back  q quit".into(),
    };
    Line::styled(keys, ink.reversed())
}
