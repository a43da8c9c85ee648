//! All streams, a row each.

use ratatui::Frame;
use ratatui::layout::{Constraint, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Cell, Row, Table, TableState};

use super::ink::Ink;
use crate::api::{Health, Stream};
use crate::model::{HISTORY, Model, OnStream};
use crate::words::{bitrate, spark};

/// Of the minute that is kept: two seconds a sign would be less than one sees.
const SPARK: u16 = 20;

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, model: &Model, ink: Ink) {
    let shown = model.shown();
    if shown.is_empty() {
        frame.render_widget(
            Line::styled("  No stream has this in its name, or is in a state that begins so.", ink.faint()),
            area,
        );
        return;
    }
    let rows = shown.iter().map(|stream| row(stream, model, ink));
    let names = shown.iter().map(|stream| stream.name.chars().count()).max().unwrap_or_default().clamp(6, 40);
    let widths = [
        Constraint::Length(names as u16),
        Constraint::Length(12),
        Constraint::Length(6),
        Constraint::Length(12),
        Constraint::Length(SPARK),
        Constraint::Length(9),
        Constraint::Length(10),
        Constraint::Min(12),
    ];
    let titles = ["stream", "state", "rate", "bitrate", "", "viewers", "reconnects", "plugins, reasons"];
    let table = Table::new(rows, widths)
        .header(Row::new(titles).style(ink.faint()))
        .row_highlight_style(ink.reversed())
        .column_spacing(1);
    let mut chosen = TableState::default().with_selected(Some(model.place(&shown)));
    frame.render_stateful_widget(table, area, &mut chosen);
}

fn row(stream: &Stream, model: &Model, ink: Ink) -> Row<'static> {
    let has = |value: bool, text: String| if value { text } else { "–".into() };
    let viewers = match stream.max_viewers {
        Some(most) => format!("{}/{most}", stream.viewers.total),
        None => stream.viewers.total.to_string(),
    };
    let plugins = model.plugins(&stream.name);
    let last = match &stream.detail {
        Some(why) => Cell::from(why.clone()),
        None => Cell::from(health(&plugins, ink)),
    };
    debug_assert!(usize::from(SPARK) <= HISTORY, "so much is kept");
    Row::new([
        Cell::from(Span::styled(stream.name.clone(), ink.bold())),
        Cell::from(ink.state(stream.state)),
        Cell::from(has(stream.rate > 0.0, format!("{:.1}", stream.rate))),
        Cell::from(has(stream.bitrate > 0, bitrate(stream.bitrate))),
        Cell::from(spark(model.bitrates(&stream.name), usize::from(SPARK))),
        Cell::from(viewers),
        Cell::from(has(stream.reconnects + stream.failures > 0, format!("{}×", stream.reconnects + stream.failures))),
        last,
    ])
}

/// Those that are not well by name, the others as a number.
fn health(plugins: &[OnStream<'_>], ink: Ink) -> Span<'static> {
    let is_ill = |plugin: &&OnStream<'_>| matches!(plugin.health, Health::BackingOff | Health::Failed);
    match plugins.iter().filter(is_ill).max_by_key(|plugin| plugin.health) {
        Some(ill) => Span::styled(format!("✖ {} {}", ill.plugin, ill.health.word()), ink.health(ill.health)),
        None if plugins.is_empty() => "".into(),
        None => plugins.iter().map(|plugin| plugin.plugin).collect::<Vec<_>>().join(", ").into(),
    }
}
