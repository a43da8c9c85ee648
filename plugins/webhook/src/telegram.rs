use framegate_plugin::{Event, Failure, http};
use serde::Deserialize;
use serde_json::json;

use crate::answer::{first_words, milliseconds};
use crate::facts::Facts;
use crate::multipart::Form;
use crate::template::{Into, Template};

/// The most of a photo's caption, and of a message: <https://core.telegram.org/bots/api#sendphoto>, `#sendmessage`.
const MAX_CAPTION: usize = 1024;
const MAX_TEXT: usize = 4096;

/// A chat that a bot writes to.
pub(crate) struct Telegram {
    /// `https://api.telegram.org`, or another server of the Bot API.
    pub(crate) url: String,
    pub(crate) token: String,
    pub(crate) chat: String,
    pub(crate) text: Template,
    /// Whether the still goes along.
    pub(crate) photo: bool,
}

/// What the Bot API answers: <https://core.telegram.org/bots/api#making-requests>.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Answer {
    ok: bool,
    description: String,
    parameters: Parameters,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Parameters {
    retry_after: u64,
    migrate_to_chat_id: Option<i64>,
}

impl Telegram {
    pub(crate) fn deliver(&self, event: &Event, facts: &Facts) -> Result<(), Failure> {
        let text = self.text.render(facts, "", Into::Text);
        let still = if self.photo { event.still() } else { None };
        let request = match still {
            Some(still) => {
                let form = Form::new()
                    .text("chat_id", &self.chat)
                    .text("caption", &cut(&text, MAX_CAPTION))
                    .jpeg("photo", still);
                let (kind, body) = form.finish();
                self.call("sendPhoto").header("content-type", &kind).body(body)
            }
            None => self.call("sendMessage").json(&json!({ "chat_id": self.chat, "text": cut(&text, MAX_TEXT) })),
        };
        match request.send() {
            Ok(response) => self.judge(response.status(), &response.text()),
            Err(http::Error::NotGranted(line)) => {
                Err(Failure::Refused(format!("this host is not granted: add {line}")))
            }
            Err(http::Error::TooLarge(_)) => Ok(()), // it was taken: refusals are short
            Err(http::Error::TimedOut | http::Error::Failed(_)) => Err(Failure::Again(0)),
        }
    }

    fn call(&self, method: &str) -> http::Request {
        http::post(&format!("{}/bot{}/{method}", self.url.trim_end_matches('/'), self.token))
    }

    fn judge(&self, status: u16, body: &str) -> Result<(), Failure> {
        let answer: Option<Answer> = serde_json::from_str(body).ok();
        let is_ok = answer.as_ref().is_some_and(|answer| answer.ok);
        let Answer { description, parameters, .. } =
            answer.unwrap_or_else(|| Answer { description: first_words(body), ..Answer::default() });
        let advice = match status {
            200 if is_ok => return Ok(()),
            429 | 500..=599 => return Err(Failure::Again(milliseconds(parameters.retry_after))),
            200 => "this is no answer of the Bot API: look at `url`".to_owned(),
            401 | 404 => "the bot's token is wrong".to_owned(),
            403 => "the bot may not write to this chat: it must be a member, or be written to first".to_owned(),
            _ => match parameters.migrate_to_chat_id {
                Some(chat) => format!("the group has moved: `chat_id` is {chat} now"),
                None => format!("look at `chat_id`, which is {:?}", self.chat),
            },
        };
        // What another server says may have the address in it, and the address has the token.
        let description = description.replace(&self.token, "***");
        Err(Failure::Refused(format!("answered {status}: {advice}; it says: {description}")))
    }
}

/// As much of a text as has this many UTF-16 units, which is what Telegram counts; the last one says that something is missing.
fn cut(text: &str, most: usize) -> String {
    if text.encode_utf16().count() <= most {
        return text.to_owned();
    }
    let mut units = 0;
    let kept = text.chars().take_while(|c| {
        units += c.len_utf16();
        units < most
    });
    kept.chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_by_what_telegram_counts() {
        assert_eq!(cut("short", 5), "short");
        assert_eq!(cut("longer", 5), "long…");
        let faces = cut(&"😀".repeat(600), MAX_CAPTION);
        assert_eq!((faces.chars().count(), faces.encode_utf16().count()), (512, 1023));
    }
}
