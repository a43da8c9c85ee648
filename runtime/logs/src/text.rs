use std::fmt;

use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use crate::capture::OfStream;
use crate::line::Line;

/// How lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// Time, level, what, and fields: for people.
    Text,
    /// An object a line.
    Json,
}

impl<S, N> FormatEvent<S, N> for Look
where
    S: Subscriber + for<'s> LookupSpan<'s>,
    N: for<'w> FormatFields<'w> + 'static,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut to: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut scope = context.event_scope();
        let stream = scope
            .as_mut()
            .and_then(|scope| scope.find_map(|span| span.extensions().get::<OfStream>().map(|of| of.0.clone())));
        if *self == Self::Json {
            return writeln!(to, "{}", Line::of(event, stream.as_deref()).render());
        }
        let (dim, reset) = if to.has_ansi_escapes() { ("\x1b[2m", "\x1b[0m") } else { ("", "") };
        to.write_str(dim)?;
        SystemTime.format_time(&mut to)?;
        to.write_str(reset)?;
        let level = *event.metadata().level();
        match to.has_ansi_escapes() {
            true => write!(to, " {}{level:>5}{reset} ", color(level))?,
            false => write!(to, " {level:>5} ")?,
        }
        context.field_format().format_fields(to.by_ref(), event)?;
        let has_own = event.metadata().fields().field("stream").is_some();
        if let Some(stream) = stream.filter(|_| !has_own) {
            write!(to, " stream={stream}")?;
        }
        writeln!(to)
    }
}

fn color(level: Level) -> &'static str {
    match level {
        Level::ERROR => "\x1b[31m",
        Level::WARN => "\x1b[33m",
        Level::INFO => "\x1b[32m",
        Level::DEBUG => "\x1b[34m",
        Level::TRACE => "\x1b[35m",
    }
}
