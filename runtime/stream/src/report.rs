//! Which changes of state are worth an event and a line of the log. Pure.
//!
//! An outage is told once, and again when its cause changes: a camera that is away for a night makes no event for every attempt.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{ReasonKind, State, Status};

/// Remembers what was told.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// The cause of the outage that was told, until media flows or nobody wants the stream.
    outage: Option<ReasonKind>,
}

/// What is to be told.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Told {
    /// The kind of the event.
    pub(crate) kind: &'static str,
    /// Whether viewers lost their picture by it.
    pub(crate) bad: bool,
}

impl Report {
    /// What to tell about a change of state.
    pub(crate) fn change(&mut self, from: State, to: &Status) -> Option<Told> {
        let cause = to.reason.as_ref().map(|reason| reason.kind);
        let (kind, bad) = match (from, to.state) {
            (State::Idle | State::Disabled, State::Connecting) => ("stream-started", false),
            (State::Live, State::Connecting) => ("stream-restarted", false),
            (_, State::Live) => ("stream-live", false),
            (_, State::Stalled) => ("stream-stalled", true),
            (_, State::BackOff | State::Failed) if self.outage != cause => ("stream-offline", true),
            (State::Disabled, State::Idle) => ("stream-started", false),
            (_, State::Idle) => ("stream-ended", false),
            (_, State::Disabled) => ("stream-stopped", false),
            (_, State::Connecting | State::BackOff | State::Failed) => return None,
        };
        self.outage = match to.state {
            State::Stalled | State::BackOff | State::Failed => cause,
            _ => None,
        };
        Some(Told { kind, bad })
    }
}

/// What an event says beside its kind; `uptime`: for how long the stream was more than idle, where it ends.
pub(crate) fn data(status: &Status, uptime: Option<Duration>) -> Value {
    let mut data = json!({ "state": status.state });
    if let Some(reason) = &status.reason {
        data["reason"] = json!(reason);
    }
    if let Some(uptime) = uptime {
        data["uptime_ms"] = json!(uptime.as_millis() as u64);
        // Whom an operator stopped did not fail.
        let error = status.reason.as_ref().filter(|reason| reason.kind != ReasonKind::Stopped);
        data["error"] = json!(error.map(|reason| &reason.text));
    }
    if let (State::Live, Some(parameters)) = (status.state, &status.parameters) {
        data["codec"] = json!(parameters.codec.name());
        data["size"] = json!(parameters.size.to_string());
        data["transport"] = json!(status.transport);
        data["sound"] = json!(status.sound.as_ref().map(|sound| sound.codec.name()));
        data["server"] = json!(status.server);
    }
    data
}

#[cfg(test)]
mod tests {
    use media::Moment;

    use super::*;
    use crate::Reason;

    fn status(state: State, reason: Option<ReasonKind>) -> Status {
        Status {
            state,
            reason: reason.map(|kind| Reason::new(kind, "why")),
            since: Moment::now(),
            retry_at: None,
            parameters: None,
            sound: None,
            transport: "",
            server: None,
        }
    }

    #[test]
    fn an_outage_is_told_once_for_each_cause() {
        use State::{BackOff, Connecting, Disabled, Failed, Idle, Live, Stalled};
        let (refused, wrong, quiet) = (ReasonKind::Unreachable, ReasonKind::Unauthorized, ReasonKind::NoMedia);
        let steps = [
            (Connecting, None, Some("stream-started")),
            (Live, None, Some("stream-live")),
            (Stalled, Some(quiet), Some("stream-stalled")),
            (Connecting, Some(quiet), None),
            (BackOff, Some(refused), Some("stream-offline")),
            (Connecting, Some(refused), None),
            (BackOff, Some(refused), None),
            (Connecting, Some(refused), None),
            (Failed, Some(wrong), Some("stream-offline")),
            (Connecting, Some(wrong), None),
            (Failed, Some(wrong), None),
            (Connecting, Some(wrong), None),
            (Live, None, Some("stream-live")),
            (Connecting, None, Some("stream-restarted")),
            (BackOff, Some(refused), Some("stream-offline")),
            (Idle, Some(refused), Some("stream-ended")),
            (Disabled, Some(ReasonKind::Stopped), Some("stream-stopped")),
            (Idle, None, Some("stream-started")),
        ];
        let mut report = Report::default();
        let mut from = Idle;
        for (n, (to, reason, kind)) in steps.into_iter().enumerate() {
            let told = report.change(from, &status(to, reason));
            assert_eq!(told.map(|told| told.kind), kind, "step {n}: {from} to {to}");
            from = to;
        }
    }

    #[test]
    fn an_event_says_why() {
        let failed = data(&status(State::Failed, Some(ReasonKind::NotFound)), None);
        assert_eq!(failed, json!({ "state": "failed", "reason": { "kind": "not-found", "text": "why" } }));
        let ended = data(&status(State::Idle, None), Some(Duration::from_millis(1_500)));
        assert_eq!(ended, json!({ "state": "idle", "uptime_ms": 1_500, "error": null }));
        for (reason, error) in [(ReasonKind::Stopped, json!(null)), (ReasonKind::Lost, json!("why"))] {
            let ended = data(&status(State::Disabled, Some(reason)), Some(Duration::ZERO));
            assert_eq!(ended["error"], error, "{ended}");
        }
    }
}
