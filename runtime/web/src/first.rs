//! The first picture for those who get nothing but pictures: they wait for it, and are told why there is none.

use std::pin::pin;
use std::time::Instant;

use config::Source;
use egress::standing::{Standing, State, Why};
use hub::Entry;
use picture::{Delivery, Stills};
use stream::ReasonKind;

use crate::app::App;
use crate::outputs;
use crate::problem::{Kind, Problem};

/// The first still that may be shown as the present: waits for it at most `start_timeout`.
pub(crate) async fn first(app: &App, entry: &Entry, stills: &mut Stills) -> Result<Delivery, Problem> {
    let came = Instant::now();
    let mut status = entry.stream().watch();
    let pictures = entry.pictures().condition();
    let mut condition = pictures;
    let mut late = pin!(tokio::time::sleep(entry.config().start_timeout));
    loop {
        let (standing, hopeless) = {
            let status = status.borrow_and_update();
            // A mistake that waiting does not mend; one from before may have been mended by now.
            let failed = status.state == stream::State::Failed && status.since.steady >= came;
            let hopeless = failed || status.state == stream::State::Disabled || are_too_many(&status);
            (Standing::of(&status, &condition.borrow_and_update()), hopeless)
        };
        if standing.state == State::NotAvailable {
            return Err(not_available(entry, &standing));
        }
        if hopeless {
            return Err(offline(entry, &standing));
        }
        tokio::select! {
            biased;
            () = app.stop.cancelled() => return Err(Problem::plain(Kind::Stopping, "the server stops")),
            delivery = stills.recv() => match delivery {
                Some(delivery) if is_present(entry, &delivery) => return Ok(delivery),
                Some(_) => {}
                None => return Err(offline(entry, &standing)),
            },
            _ = status.changed() => {}
            _ = condition.changed() => {}
            () = &mut late => return Err(offline(entry, &standing)),
        }
    }
}

/// What was pushed last is the present until something else is pushed. The last still of a camera that is gone is not.
fn is_present(entry: &Entry, delivery: &Delivery) -> bool {
    let config = entry.config();
    config.source == Source::Push
        || entry.stream().status().state == stream::State::Live
        || delivery.still.received.steady.elapsed() <= config.stall_timeout
}

/// No picture now, and why.
pub(crate) fn offline_now(entry: &Entry) -> Problem {
    let standing = Standing::of(&entry.stream().status(), &entry.pictures().condition().borrow());
    offline(entry, &standing)
}

/// Whether as many streams run as may. Waiting may mend it, and is left to who asks.
fn are_too_many(status: &stream::Status) -> bool {
    status.state == stream::State::BackOff
        && status.reason.as_ref().is_some_and(|reason| reason.kind == ReasonKind::TooMany)
}

/// No picture, and why.
fn offline(entry: &Entry, standing: &Standing) -> Problem {
    if let (Some(Why::Source(ReasonKind::TooMany)), Some(detail)) = (standing.reason, &standing.detail) {
        return Problem::too_many_run(entry.name().as_str(), detail.to_string());
    }
    let timeout = entry.config().start_timeout;
    let detail = match &standing.detail {
        Some(detail) => detail.to_string(),
        None => format!("no picture came within {timeout:?}"),
    };
    let reason = standing.reason.and_then(|reason| serde_json::to_value(reason).ok());
    let retry_in = standing.retry_at.map(|at| at.saturating_duration_since(Instant::now()));
    Problem::offline(entry.name().as_str(), reason, detail, retry_in)
}

/// Stills cannot be made from this source; its video may pass.
fn not_available(entry: &Entry, standing: &Standing) -> Problem {
    let detail = standing.detail.as_deref().unwrap_or("stills cannot be made from this source").to_owned();
    Problem::not_available(entry.name().as_str(), detail, outputs::video(entry.name().as_str()))
}
