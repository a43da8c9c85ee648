//! `GET /api/session`: who asks, and what they may, so that a page offers nothing that would be refused.

use access::{Kind, Person};
use axum::extract::Extension;
use axum::response::Response;
use serde::Serialize;

use crate::fresh::fresh;

/// Who asks.
#[derive(Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub(crate) struct Session {
    /// Of the user, the token or the link; null of who is none of them.
    name: Option<String>,
    kind: Word,
    may: May,
    /// Whether what is for operators, the dashboard too, is served at the address that was asked. Where it is not, nobody may control anything there.
    operators: bool,
}

/// How somebody is known.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "SessionKind")]
enum Word {
    /// Everybody who is let in may everything.
    Anybody,
    /// They say nothing of who they are.
    Anonymous,
    User,
    Token,
    Link,
}

/// What they may, each with these streams: names, or patterns in which `*` stands for any characters. What is about no stream needs `*` itself.
#[derive(Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(rename = "SessionRights")]
struct May {
    view: Vec<String>,
    publish: Vec<String>,
    control: Vec<String>,
    metrics: Vec<String>,
}

/// `GET /api/session`.
pub(crate) async fn session(Extension(person): Extension<Person>) -> Response {
    fresh(Session::of(&person))
}

impl Session {
    fn of(person: &Person) -> Self {
        let all = || vec!["*".to_owned()];
        let may = match person.permissions() {
            None => May { view: all(), publish: all(), control: all(), metrics: all() },
            Some(these) => May {
                view: these.view.clone(),
                publish: these.publish.clone(),
                control: these.control.clone(),
                metrics: these.metrics.clone(),
            },
        };
        Self {
            name: person.name().map(str::to_owned),
            kind: match person.kind() {
                Kind::Anybody => Word::Anybody,
                Kind::Anonymous => Word::Anonymous,
                Kind::User => Word::User,
                Kind::Token => Word::Token,
                Kind::Link => Word::Link,
            },
            may: match person.operates() {
                true => may,
                false => May { control: Vec::new(), metrics: Vec::new(), ..may },
            },
            operators: person.operates(),
        }
    }
}
