//! How a stream stands, in the words that viewers read: what the stream does and what its pictures are, brought together.

use std::sync::Arc;
use std::time::Instant;

use picture::Condition;
use serde::Serialize;
use stream::{ReasonKind, Status};

/// What a viewer sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// The first picture is on its way.
    Connecting,
    /// Pictures come.
    Live,
    /// A plugin said `drop`: the last picture stays.
    Gated,
    /// A plugin failed that must not be passed by: the last picture stays.
    Withheld,
    /// Media stopped; the last picture stays.
    Stalled,
    /// There is no connection to the source. It is tried again.
    Offline,
    /// An operator stopped it, until it is started.
    Disabled,
    /// Stills cannot be made from this source.
    NotAvailable,
}

/// Why, in a word for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// Something about a plugin: [`Standing::plugin`].
    Plugin,
    /// The way in which the source is compressed.
    Codec,
    /// Something about the source.
    #[serde(untagged)]
    Source(ReasonKind),
}

/// How a stream stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What a viewer sees.
    pub state: State,
    /// Why, for programs; none where there is nothing to be said.
    pub reason: Option<Why>,
    /// Why, for people.
    pub detail: Option<Arc<str>>,
    /// The plugin that is the reason.
    pub plugin: Option<Arc<str>>,
    /// When the source is tried again.
    pub retry_at: Option<Instant>,
}

impl Standing {
    /// From what the stream does and what its pictures are.
    pub fn of(status: &Status, condition: &Condition) -> Self {
        let reason = status.reason.as_ref();
        let state = match status.state {
            stream::State::Live => return Self::live(condition),
            // Nobody ever pushed: there is nothing that a connection could bring.
            stream::State::Idle | stream::State::Connecting
                if reason.is_some_and(|reason| reason.kind == ReasonKind::NothingPushed) =>
            {
                State::Offline
            }
            // A viewer is demand: an idle stream is about to connect.
            stream::State::Idle | stream::State::Connecting => State::Connecting,
            stream::State::Stalled => State::Stalled,
            stream::State::BackOff | stream::State::Failed => State::Offline,
            stream::State::Disabled => State::Disabled,
        };
        Self {
            state,
            reason: reason.map(|reason| Why::Source(reason.kind)),
            detail: reason.map(|reason| reason.text.clone()),
            plugin: None,
            retry_at: status.retry_at.map(|at| at.steady),
        }
    }

    /// Whether a viewer who was told this needs not be told that.
    pub(crate) fn is_told_as(&self, other: &Self) -> bool {
        (self.state, self.reason, &self.detail) == (other.state, other.reason, &other.detail)
    }

    fn live(condition: &Condition) -> Self {
        let live = Self { state: State::Live, reason: None, detail: None, plugin: None, retry_at: None };
        let by_plugin = |state, plugin: &str, detail: String| Self {
            state,
            reason: Some(Why::Plugin),
            detail: Some(detail.into()),
            plugin: Some(plugin.into()),
            ..live.clone()
        };
        match condition {
            Condition::Fine => live,
            Condition::Gated { plugin } => {
                by_plugin(State::Gated, plugin, format!("plugin `{plugin}` lets no picture through now"))
            }
            Condition::Withheld { plugin } => by_plugin(
                State::Withheld,
                plugin,
                format!("plugin `{plugin}` failed, and no picture is shown without it"),
            ),
            Condition::NotAvailable(why) => {
                Self { state: State::NotAvailable, reason: Some(Why::Codec), detail: Some(why.as_str().into()), ..live }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use media::Moment;
    use stream::Reason;

    use super::*;

    fn status(state: stream::State, reason: Option<ReasonKind>) -> Status {
        Status {
            state,
            reason: reason.map(|kind| Reason { kind, text: "because".into() }),
            since: Moment::now(),
            retry_at: None,
            parameters: None,
            sound: None,
            transport: "",
            server: None,
        }
    }

    #[test]
    fn viewers_read_few_words() {
        let cases = [
            (stream::State::Idle, None, State::Connecting),
            (stream::State::Idle, Some(ReasonKind::NothingPushed), State::Offline),
            (stream::State::Idle, Some(ReasonKind::Unreachable), State::Connecting),
            (stream::State::Connecting, None, State::Connecting),
            (stream::State::Live, None, State::Live),
            (stream::State::Stalled, Some(ReasonKind::NoMedia), State::Stalled),
            (stream::State::BackOff, Some(ReasonKind::Unreachable), State::Offline),
            (stream::State::Failed, Some(ReasonKind::Unauthorized), State::Offline),
            (stream::State::Disabled, Some(ReasonKind::Stopped), State::Disabled),
        ];
        for (state, reason, seen) in cases {
            let standing = Standing::of(&status(state, reason), &Condition::Fine);
            assert_eq!((standing.state, standing.reason), (seen, reason.map(Why::Source)), "{state}");
        }
    }

    #[test]
    fn what_becomes_of_pictures_is_told_of_a_live_stream_only() {
        let gated = Condition::Gated { plugin: "motion".into() };
        let standing = Standing::of(&status(stream::State::Live, None), &gated);
        assert_eq!((standing.state, standing.plugin.as_deref()), (State::Gated, Some("motion")));
        let standing = Standing::of(&status(stream::State::BackOff, Some(ReasonKind::Lost)), &gated);
        assert_eq!((standing.state, standing.plugin), (State::Offline, None));
        let h265 = Condition::NotAvailable("the camera sends H.265".into());
        assert_eq!(Standing::of(&status(stream::State::Live, None), &h265).state, State::NotAvailable);
    }
}
