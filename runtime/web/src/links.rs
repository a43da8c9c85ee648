//! `POST /api/streams/{stream}/link`: a link to a stream, for players that cannot say who they are.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use access::{LONGEST_LINK, LinkAction, Person};
use axum::extract::{Extension, RawQuery, State};
use axum::response::Response;
use serde::Serialize;
use serde_json::json;

use crate::app::{App, Named};
use crate::fresh::fresh;
use crate::problem::Problem;

/// How long a link lasts if it is not said: an evening's watching.
const USUAL: Duration = Duration::from_secs(3_600);

/// The answer.
#[derive(Serialize, schemars::JsonSchema)]
#[schemars(rename = "Link")]
pub(crate) struct Made {
    /// What stands behind `?token=`.
    token: String,
    /// Seconds since 1970.
    until: u64,
    /// Where it may be used.
    addresses: Vec<String>,
}

/// Whoever may control a stream passes on what they may do with it. `?action=view` or `publish`, `?expires_in=` in seconds.
pub(crate) async fn link(
    State(app): State<Arc<App>>,
    Extension(person): Extension<Person>,
    Named(entry): Named,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let (action, lasts) = asked(query.as_deref())?;
    let name = entry.name();
    person.check(action.action(), Some(name)).map_err(|denied| Problem::denied(Some(name), denied))?;
    let until = SystemTime::now() + lasts;
    let token = app.rules.rules().links().sign(action, name, until);
    let addresses = match action {
        LinkAction::View => vec![
            format!("/hls/{name}/index.m3u8?token={token}"),
            format!("/ws/{name}?format=mp4&token={token}"),
            format!("/mjpeg/{name}?token={token}"),
            format!("/still/{name}.jpg?token={token}"),
        ],
        LinkAction::Publish => vec![format!("/ingest/{name}?token={token}")],
    };
    let until = until.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    tracing::info!(stream = %name, by = person.name(), action = action.word(), until, "a link was made");
    let data = json!({ "by": person.name(), "action": action.word(), "until": until });
    app.hub.journal().write("link-made", Some(name), None, data);
    Ok(fresh(Made { token, until, addresses }))
}

fn asked(query: Option<&str>) -> Result<(LinkAction, Duration), Problem> {
    let (mut action, mut lasts) = (LinkAction::View, USUAL);
    for (name, value) in query.unwrap_or_default().split('&').filter_map(|pair| pair.split_once('=')) {
        match name {
            "action" => {
                action = LinkAction::from_word(value)
                    .ok_or_else(|| Problem::bad_parameter("action", "`action` is `view` or `publish`"))?;
            }
            "expires_in" => {
                let seconds = value.parse().ok().map(Duration::from_secs);
                let allowed = seconds.filter(|lasts| !lasts.is_zero() && *lasts <= LONGEST_LINK);
                lasts = allowed.ok_or_else(|| {
                    let most = LONGEST_LINK.as_secs();
                    Problem::bad_parameter(
                        "expires_in",
                        format!("`expires_in` is a number of seconds from 1 to {most}"),
                    )
                })?;
            }
            _ => {}
        }
    }
    Ok((action, lasts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_for_viewing_an_hour_unless_it_is_said() {
        assert_eq!(asked(None), Ok((LinkAction::View, USUAL)));
        let asked_for = asked(Some("action=publish&expires_in=60"));
        assert_eq!(asked_for, Ok((LinkAction::Publish, Duration::from_secs(60))));
        for bad in ["action=control", "expires_in=0", "expires_in=1h", "expires_in=99999999999"] {
            assert!(asked(Some(bad)).is_err(), "{bad}");
        }
    }
}
