use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::LookupSpan;

use crate::line::Line;
use crate::ring::Lines;

/// The stream that a span is of: kept beside it, so that what is said in it needs not name the stream.
pub(crate) struct OfStream(pub(crate) String);

/// Keeps what is said, and remembers which spans are streams'.
pub(crate) struct Capture(pub(crate) Lines);

impl<S: Subscriber + for<'s> LookupSpan<'s>> Layer<S> for Capture {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut named = Named(None);
        attributes.record(&mut named);
        if let (Some(name), Some(span)) = (named.0, context.span(id)) {
            span.extensions_mut().insert(OfStream(name));
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let scope = context.event_scope(event);
        let stream = scope
            .and_then(|mut scope| scope.find_map(|span| span.extensions().get::<OfStream>().map(|of| of.0.clone())));
        self.0.push(&Line::of(event, stream.as_deref()));
    }
}

/// The value of a span's field `stream`.
struct Named(Option<String>);

impl Visit for Named {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        if field.name() == "stream" {
            self.0 = Some(format!("{value:?}"));
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "stream" {
            self.0 = Some(value.to_owned());
        }
    }
}
