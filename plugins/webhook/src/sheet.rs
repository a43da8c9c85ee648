use framegate_plugin::{Failure, http};
use serde_json::{Map, Value};

use crate::answer::{self, first_words};
use crate::facts::Facts;

/// A Google sheet behind a web app of Apps Script: <https://developers.google.com/apps-script/guides/web>. A row for each event.
pub(crate) struct Sheet {
    pub(crate) url: String,
}

impl Sheet {
    pub(crate) fn deliver(&self, facts: &Facts) -> Result<(), Failure> {
        let row = Value::Object(row(facts));
        // The script's answer stands behind a redirect to another host, which the program follows.
        let response = answer::send(&http::post(&self.url).json(&row))?;
        match refusal(&response.text()) {
            None => Ok(()),
            Some(words) => Err(Failure::Refused(words)),
        }
    }
}

/// Columns by name: those of the event, then those of its data, which do not take the place of the first.
fn row(facts: &Facts) -> Map<String, Value> {
    let mut row = match &facts.data {
        Value::Object(data) => data.clone(),
        Value::Null => Map::new(),
        data => Map::from_iter([("data".to_owned(), data.clone())]),
    };
    row.insert("time".into(), facts.time.as_str().into());
    row.insert("stream".into(), facts.stream.as_deref().into());
    row.insert("plugin".into(), facts.plugin.as_deref().into());
    row.insert("kind".into(), facts.kind.as_str().into());
    row
}

/// A script that failed, or that asks for a login, answers 200 too: with a page. One that has a mind of its own says so in JSON.
fn refusal(body: &str) -> Option<String> {
    let start = body.trim_start().get(..15).unwrap_or(body.trim_start()).to_ascii_lowercase();
    if start.starts_with("<!doctype html") || start.starts_with("<html") {
        let words = first_words(&text_of(body));
        let advice = "is it deployed for \"Anyone\", has `url` the `/exec` of the newest deployment, and does `doPost` end well?";
        return Some(format!("the web app answered with a page instead of data: {advice} It says: {words}"));
    }
    let json: Value = serde_json::from_str(body).ok()?;
    let says_no =
        |key: &str| json.get(key).and_then(Value::as_str).is_some_and(|word| word.eq_ignore_ascii_case("error"));
    if json.get("ok") == Some(&Value::Bool(false)) || says_no("result") || says_no("status") {
        return Some(format!("the script did not take it: {}", first_words(body)));
    }
    None
}

/// What a page says, without its tags, scripts and styles.
fn text_of(page: &str) -> String {
    let (mut text, mut rest) = (String::new(), page);
    while let Some((words, behind)) = rest.split_once('<') {
        text.push_str(words);
        text.push(' ');
        let end = ["style", "script", "title"]
            .into_iter()
            .find(|name| behind.get(..name.len()).is_some_and(|tag| tag.eq_ignore_ascii_case(name)));
        let end = end.map_or(">".to_owned(), |name| format!("</{name}>"));
        rest = behind.split_once(&end).map_or("", |(_, behind)| behind);
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_and_words_of_failure_are_told_from_success() {
        for good in ["", "OK", "{\"ok\":true}", "{\"result\":\"success\",\"row\":7}", "[1]", "{\"status\":200}"] {
            assert_eq!(refusal(good), None, "{good}");
        }
        for bad in ["{\"ok\":false,\"error\":\"no sheet\"}", "{\"result\":\"error\"}", "{\"status\":\"Error\"}"] {
            assert!(refusal(bad).is_some_and(|words| words.contains(bad)), "{bad}");
        }
        let page = "<!DOCTYPE html><html><head><title>Error</title><style>p { color: red }</style></head>\
                    <body><div>TypeError: Cannot read properties of undefined (line 3)</div></body></html>";
        assert!(
            refusal(page).is_some_and(
                |words| words.ends_with("It says: TypeError: Cannot read properties of undefined (line 3)")
            )
        );
        assert!(refusal("<html").is_some() && refusal("<").is_none() && refusal("ä".repeat(20).as_str()).is_none());
    }
}
