//! `webhook`: sends events to an HTTP endpoint, a Telegram chat or a Google sheet. An event sink; its hosts must be granted:
//!
//! ```toml
//! [plugins.webhook.grants]
//! http = ["hooks.example.org:443"]
//!
//! [streams.lobby]
//! events = [{ use = "webhook", options = { url = "https://hooks.example.org/framegate" } }]
//! ```
//!
//! | option | default | meaning |
//! |---|---|---|
//! | `preset` | none | `"telegram"` or `"google-sheets"` |
//! | `url` | required; `"https://api.telegram.org"` with `telegram` | where events go; with `telegram` another server of the Bot API |
//! | `method` | `"POST"` | `"POST"`, `"PUT"` or `"PATCH"` |
//! | `headers` | none | `{ authorization = "Bearer ${HOOK_TOKEN}" }` |
//! | `body` | JSON, see below | a template |
//! | `still` | `"none"` | `"base64"`: `still` in the JSON; `"multipart"`: a form with the parts `event` and `still`. With `telegram`: `"none"` for messages without pictures |
//! | `token` | `TELEGRAM_TOKEN` of `grants.env` | of the Telegram bot |
//! | `chat_id` | required with `telegram` | a number, or `"@channel"` |
//! | `text` | `"{{stream}}: {{kind}}"` and the time | the template of a Telegram message |
//! | `zone` | the host's own | an IANA time zone: events say their time in it |
//!
//! The JSON of an event is `{ id, kind, stream, plugin, time, data, annotations, attempt }`; `time` is ISO 8601, an annotation is
//! `{ label, score, area: { x, y, width, height }, track, attributes }`. In a template, `{{kind}}` and the other names are put in, `{{data.count}}` is a
//! value of the data, `{{still}}` the still in base64. A `body` is JSON (texts are escaped) unless `headers` have another content type.
//!
//! `telegram` sends a photo with a caption where the event has a still, else a message. `google-sheets` sends a flat object to a web app of Apps Script:
//! `time`, `stream`, `plugin`, `kind` and what is in `data`, for `sheet.appendRow`; grant `script.google.com:443` and
//! `script.googleusercontent.com:443`, where its answer lies.
//!
//! A time-out, a lost connection, 429 and 5xx are tried again, as late as the other side asks; what else is refused is logged with what to do.

mod answer;
mod endpoint;
mod facts;
mod multipart;
mod sheet;
mod telegram;
mod template;

use std::collections::BTreeMap;

use framegate_plugin::{Configure, Event, EventSink, Failure, Mistake, http};
use serde::Deserialize;

use endpoint::{Endpoint, Method, Still};
use facts::Facts;
use sheet::Sheet;
use telegram::Telegram;
use template::Template;

/// Where the token is looked for when it is not among the options.
const TOKEN_VARIABLE: &str = "TELEGRAM_TOKEN";
const TELEGRAM: &str = "https://api.telegram.org";
const TEXT: &str = "{{stream}}: {{kind}}\n{{time}}";
/// As many as a request takes.
const MAX_HEADERS: usize = 64;

/// The options, as the table above has them.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Options {
    preset: Option<Preset>,
    url: Option<String>,
    method: Option<Method>,
    headers: BTreeMap<String, String>,
    body: Option<String>,
    still: Option<Still>,
    token: Option<String>,
    chat_id: Option<ChatId>,
    text: Option<String>,
    zone: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Preset {
    Telegram,
    GoogleSheets,
}

/// Numbers are what most chats have; channels have names.
#[derive(Deserialize)]
#[serde(untagged, expecting = "must be a number, or text such as \"@channel\"")]
enum ChatId {
    Number(i64),
    Name(String),
}

enum Target {
    Endpoint(Endpoint),
    Telegram(Telegram),
    Sheet(Sheet),
}

struct Webhook {
    target: Target,
    zone: String,
}

impl Configure for Webhook {
    type Options = Options;
    const OPTIONS: &'static str = include_str!("../options.schema.json");

    fn configure(options: Options) -> Result<Self, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        if let Err(error) = facts::time(0, &options.zone) {
            mistakes.push(Mistake::at("/zone", error));
        }
        if let Some(error) = options.url.as_deref().and_then(url_mistake) {
            mistakes.push(Mistake::at("/url", error));
        }
        strangers(&options, &mut mistakes);
        let zone = options.zone.clone();
        let target = match options.preset {
            None => endpoint(options, &mut mistakes).map(Target::Endpoint),
            Some(Preset::Telegram) => telegram(options, &mut mistakes).map(Target::Telegram),
            Some(Preset::GoogleSheets) => {
                required(options.url, "url", &mut mistakes).map(|url| Target::Sheet(Sheet { url }))
            }
        };
        match target {
            Some(target) if mistakes.is_empty() => Ok(Self { target, zone }),
            _ => Err(mistakes),
        }
    }
}

impl EventSink for Webhook {
    fn deliver(&mut self, event: &Event) -> Result<(), Failure> {
        let facts = Facts::of(event, &self.zone);
        match &self.target {
            Target::Endpoint(endpoint) => endpoint.deliver(event, &facts),
            Target::Telegram(telegram) => telegram.deliver(event, &facts),
            Target::Sheet(sheet) => sheet.deliver(&facts),
        }
    }
}

fn required<T>(option: Option<T>, name: &str, mistakes: &mut Vec<Mistake>) -> Option<T> {
    if option.is_none() {
        mistakes.push(Mistake::at("", format!("missing field `{name}`")));
    }
    option
}

/// Options that mean nothing with this preset: who wrote them expects something.
fn strangers(options: &Options, mistakes: &mut Vec<Mistake>) {
    let is_telegram = options.preset == Some(Preset::Telegram);
    let of_telegram =
        [("token", options.token.is_some()), ("chat_id", options.chat_id.is_some()), ("text", options.text.is_some())];
    let of_endpoints = [
        ("method", options.method.is_some()),
        ("headers", !options.headers.is_empty()),
        ("body", options.body.is_some()),
    ];
    for (name, _) in of_telegram.iter().filter(|(_, is_written)| *is_written && !is_telegram) {
        mistakes.push(Mistake::at(format!("/{name}"), "needs `preset = \"telegram\"`"));
    }
    for (name, _) in of_endpoints.iter().filter(|(_, is_written)| *is_written && options.preset.is_some()) {
        mistakes.push(Mistake::at(format!("/{name}"), "must not stand beside `preset`"));
    }
    let is_sent = matches!(options.still, Some(Still::Base64 | Still::Multipart));
    match options.preset {
        Some(Preset::Telegram) if is_sent => {
            mistakes.push(Mistake::at(
                "/still",
                "must be \"none\" with `telegram`, or not be written: then the still is the message's photo",
            ));
        }
        Some(Preset::GoogleSheets) if is_sent => {
            mistakes.push(Mistake::at("/still", "must be \"none\" with `google-sheets`: a sheet has no pictures"));
        }
        _ => {}
    }
}

fn endpoint(options: Options, mistakes: &mut Vec<Mistake>) -> Option<Endpoint> {
    if options.headers.len() > MAX_HEADERS {
        mistakes
            .push(Mistake::at("/headers", format!("must have at most {MAX_HEADERS}, got {}", options.headers.len())));
    }
    for (name, value) in &options.headers {
        // <https://www.rfc-editor.org/rfc/rfc9110#section-5>
        let is_name =
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b));
        if !is_name || value.chars().any(|c| c.is_control() && c != '\t') {
            let at = name.replace('~', "~0").replace('/', "~1");
            mistakes.push(Mistake::at(format!("/headers/{at}"), "must be a header's name, and a value on one line"));
        }
    }
    let body = match options.body.as_deref().map(Template::read) {
        None => None,
        Some(Ok(template)) => Some(template),
        Some(Err(error)) => {
            mistakes.push(Mistake::at("/body", error));
            None
        }
    };
    let still = options.still.unwrap_or_default();
    if body.as_ref().is_some_and(Template::has_still) && still != Still::Base64 {
        mistakes.push(Mistake::at("/still", "must be \"base64\" where `body` has {{still}}"));
    }
    let url = required(options.url, "url", mistakes)?;
    let method = options.method.unwrap_or_default();
    Some(Endpoint { url, method, headers: options.headers.into_iter().collect(), body, still })
}

fn telegram(options: Options, mistakes: &mut Vec<Mistake>) -> Option<Telegram> {
    let token = options.token.or_else(|| std::env::var(TOKEN_VARIABLE).ok());
    match token.as_deref() {
        None => {
            let message = format!("missing field `token`, and there is no {TOKEN_VARIABLE} in `grants.env`");
            mistakes.push(Mistake::at("", message));
        }
        // 123456:ABC-DEF…; the value stays untold.
        Some(token)
            if !token
                .split_once(':')
                .is_some_and(|(bot, _)| !bot.is_empty() && bot.bytes().all(|b| b.is_ascii_digit())) =>
        {
            mistakes.push(Mistake::at("/token", "must be a bot's token, digits and `:` before the rest"));
        }
        Some(_) => {}
    }
    let text = Template::read(options.text.as_deref().unwrap_or(TEXT)).and_then(|text| match text.has_still() {
        true => Err("must not have {{still}}: it is the message's photo".into()),
        false => Ok(text),
    });
    let text = text.map_err(|error| mistakes.push(Mistake::at("/text", error))).ok();
    let chat = required(options.chat_id, "chat_id", mistakes).map(|chat| match chat {
        ChatId::Number(number) => number.to_string(),
        ChatId::Name(name) => name,
    });
    let url = options.url.unwrap_or_else(|| {
        // What is written was asked about.
        mistakes.extend(http::granted(TELEGRAM).err().map(|error| Mistake::at("/preset", error)));
        TELEGRAM.into()
    });
    let photo = options.still.is_none();
    Some(Telegram { url, token: token?, chat: chat?, text: text?, photo })
}

/// The host reads it properly when it is used; this is for the mistakes that are made most.
fn url_mistake(url: &str) -> Option<String> {
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let is_good = host.is_some_and(|host| host.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '['))
        && !url.contains(|c: char| c.is_whitespace() || c.is_control());
    // The value may have a secret in it.
    match is_good {
        true => http::granted(url).err(),
        false => Some("must be an address that begins with https:// or http:// and a host, without spaces".into()),
    }
}

framegate_plugin::export!(Webhook: EventSink);

#[cfg(test)]
mod tests;
