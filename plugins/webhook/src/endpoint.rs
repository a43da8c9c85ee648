use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use framegate_plugin::{Event, Failure, http};
use serde::Deserialize;

use crate::answer;
use crate::facts::Facts;
use crate::multipart::Form;
use crate::template::{Into, Template};

/// How the still goes along.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Still {
    #[default]
    None,
    /// As `still` in the body's JSON.
    Base64,
    /// As a part `still` beside a part `event`.
    Multipart,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Method {
    #[default]
    Post,
    Put,
    Patch,
}

impl Method {
    fn name(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
        }
    }
}

/// Any endpoint: what is sent is as the operator wrote it.
pub(crate) struct Endpoint {
    pub(crate) url: String,
    pub(crate) method: Method,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Option<Template>,
    pub(crate) still: Still,
}

impl Endpoint {
    pub(crate) fn deliver(&self, event: &Event, facts: &Facts) -> Result<(), Failure> {
        let mut request = http::Request::new(self.method.name(), &self.url);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let written = self.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        let (kind, body) = self.body(event, facts, written.is_none_or(|(_, kind)| kind.contains("json")));
        if written.is_none() {
            request = request.header("content-type", &kind);
        }
        answer::send(&request.body(body)).map(|_| ())
    }

    fn body(&self, event: &Event, facts: &Facts, is_json: bool) -> (String, Vec<u8>) {
        let still = match self.still {
            Still::None => None,
            Still::Base64 | Still::Multipart => event.still(),
        };
        let base64 = match (&still, self.still) {
            (Some(still), Still::Base64) => Some(STANDARD.encode(still)),
            _ => None,
        };
        let body = match &self.body {
            Some(template) => {
                let into = if is_json { Into::Json } else { Into::Text };
                template.render(facts, base64.as_deref().unwrap_or_default(), into)
            }
            None => {
                let mut json = facts.json();
                if self.still == Still::Base64 {
                    json.insert("still".into(), base64.into());
                }
                serde_json::Value::Object(json).to_string()
            }
        };
        match (self.still, still) {
            (Still::Multipart, Some(still)) => Form::new().json("event", body.into()).jpeg("still", still).finish(),
            (Still::Multipart, None) => Form::new().json("event", body.into()).finish(),
            _ => ("application/json".into(), body.into()),
        }
    }
}
