//! `sheet-counter`: reads two counts, such as people in and out, from a Google sheet, says them in every picture, and when they change. A poller and
//! an analyzer; the hosts must be granted, and `annotate` draws what it says:
//!
//! ```toml
//! [plugins.sheet-counter]
//! every = "10s"
//! grants.http = ["script.google.com:443", "script.googleusercontent.com:443"]
//!
//! [streams.lobby]
//! plugins = [{ use = "sheet-counter", options = { url = "https://script.google.com/macros/s/…/exec" } }, "annotate"]
//! ```
//!
//! | option | default | meaning |
//! |---|---|---|
//! | `url` | required | answers a `GET` with JSON: a web app of Apps Script, or anything else that does |
//! | `inbound` | `"/inbound"` | where the number is in the JSON: a JSON pointer (RFC 6901) |
//! | `outbound` | `"/outbound"` | likewise |
//! | `forget_after` | `30` | after so many failures in a row the counts are not shown any more |
//!
//! The script in the sheet, deployed as a web app for "Anyone":
//!
//! ```js
//! function doGet() {
//!   const [inbound, outbound] = SpreadsheetApp.getActive().getSheetByName("counts").getRange("A2:B2").getValues()[0];
//!   return ContentService.createTextOutput(JSON.stringify({ inbound, outbound })).setMimeType(ContentService.MimeType.JSON);
//! }
//! ```
//!
//! Each picture gets two annotations without an area, `inbound` and `outbound`, with the attribute `count`. When a count is another than before, there
//! is an event `counts`: `{ inbound, outbound, before: { inbound, outbound } }`. A picture that it is not shown (`fps`) has no annotations, so the
//! numbers would flicker: it costs microseconds and needs no sampling.

mod counts;

use framegate_plugin::{Annotation, Mistake, Picture, Plugin, Poller, Verdict, host, http, state, types};
use serde::Deserialize;

use counts::{Counts, Pointers};

/// Where the counts are kept.
const KEY: &str = "counts";

/// The options, as the table above has them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Options {
    url: String,
    #[serde(default = "inbound")]
    inbound: String,
    #[serde(default = "outbound")]
    outbound: String,
    #[serde(default = "forget_after")]
    forget_after: u32,
}

fn inbound() -> String {
    "/inbound".into()
}

fn outbound() -> String {
    "/outbound".into()
}

fn forget_after() -> u32 {
    30
}

struct Counter {
    url: String,
    pointers: Pointers,
    forget_after: u32,
    /// In a row; of the poller alone.
    failures: u32,
}

impl Plugin for Counter {
    type Options = Options;
    const OPTIONS: &'static str = include_str!("../options.schema.json");

    fn configure(options: Options) -> Result<Self, Vec<Mistake>> {
        let Options { url, inbound, outbound, forget_after } = options;
        let mut mistakes = Vec::new();
        if !["https://", "http://"].iter().any(|scheme| url.starts_with(scheme)) {
            mistakes.push(Mistake::at("/url", "must begin with https:// or http://"));
        } else if let Err(error) = http::granted(&url) {
            mistakes.push(Mistake::at("/url", error));
        }
        for (name, pointer) in [("inbound", &inbound), ("outbound", &outbound)] {
            if !pointer.is_empty() && !pointer.starts_with('/') {
                let message = format!("must be a JSON pointer such as \"/{name}\", got {pointer:?}");
                mistakes.push(Mistake::at(format!("/{name}"), message));
            }
        }
        if !(1..=10_000).contains(&forget_after) {
            mistakes.push(Mistake::at("/forget_after", format!("must be 1 to 10000 (failures), got {forget_after}")));
        }
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        Ok(Self { url, pointers: Pointers { inbound, outbound }, forget_after, failures: 0 })
    }

    fn process(&mut self, picture: &Picture) -> Verdict {
        let Some(Counts { inbound, outbound }) = state::get(KEY).and_then(|bytes| Counts::from_bytes(&bytes)) else {
            return Verdict::Keep;
        };
        let area = types::Rect { x: 0, y: 0, width: 0, height: 0 };
        for (label, count) in [("inbound", inbound), ("outbound", outbound)] {
            let attributes = vec![("count".into(), count.to_string())];
            picture.annotate(&Annotation { label: label.into(), score: 1.0, area, track: None, attributes });
        }
        Verdict::Keep
    }
}

impl Poller for Counter {
    fn tick(&mut self) -> Result<(), String> {
        match self.fetch() {
            Ok(counts) => {
                self.failures = 0;
                keep(counts)
            }
            Err(error) => {
                self.failures += 1;
                if self.failures == self.forget_after {
                    state::remove(KEY);
                    return Err(format!(
                        "{error}; {} failures in a row: the counts are not shown any more",
                        self.failures
                    ));
                }
                Err(error)
            }
        }
    }
}

impl Counter {
    fn fetch(&self) -> Result<Counts, String> {
        let response =
            http::get(&self.url).header("accept", "application/json").send().map_err(|error| match error {
                http::Error::NotGranted(line) => format!("this host is not granted: add {line}"),
                http::Error::TimedOut => "no answer in time".into(),
                http::Error::TooLarge(most) => format!("the answer has more than {most} bytes"),
                http::Error::Failed(words) => words,
            })?;
        match response.status() {
            200 => self.pointers.read(&response.text()),
            status => Err(format!("answered {status} instead of 200")),
        }
    }
}

fn keep(counts: Counts) -> Result<(), String> {
    let before = state::get(KEY).and_then(|bytes| Counts::from_bytes(&bytes));
    state::set(KEY, &counts.to_bytes())?;
    match before {
        Some(before) if before != counts => {
            let data = serde_json::json!({ "inbound": counts.inbound, "outbound": counts.outbound, "before": before });
            host::emit("counts", &data.to_string());
        }
        Some(_) => {}
        // The first ones of a run are no change.
        None => host::log(host::Level::Info, &format!("inbound {}, outbound {}", counts.inbound, counts.outbound)),
    }
    Ok(())
}

framegate_plugin::export!(Counter: Plugin + Poller);

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use framegate_plugin::harness::{Answer, Test, Value, json, schema_agrees};

    use super::*;

    fn options() -> Value {
        json!({ "url": "https://script.google.com/macros/s/x/exec" })
    }

    fn shown(test: &mut Test<Counter>) -> Vec<(String, String)> {
        let found = test.show(Picture::black(64, 36)).picture.annotations();
        found.into_iter().map(|found| (found.label, found.attributes[0].1.clone())).collect()
    }

    fn both(inbound: &str, outbound: &str) -> Vec<(String, String)> {
        vec![("inbound".into(), inbound.into()), ("outbound".into(), outbound.into())]
    }

    #[test]
    fn counts_are_in_every_picture_and_changes_are_events() {
        let mut test = Test::<Counter>::new(options()).unwrap();
        let sheet = Rc::new(RefCell::new(r#"{"inbound": 3, "outbound": "1"}"#));
        let answer = sheet.clone();
        test.answer(move |_| Ok(Answer::new(200, *answer.borrow())));
        assert_eq!(shown(&mut test), []);
        test.tick().unwrap();
        assert_eq!((shown(&mut test), test.emitted()), (both("3", "1"), vec![]));
        assert_eq!(test.logged()[0].1, "inbound 3, outbound 1");
        test.tick().unwrap();
        assert_eq!(test.emitted(), []);
        *sheet.borrow_mut() = r#"{"inbound": 4, "outbound": 1}"#;
        test.tick().unwrap();
        let change = json!({ "inbound": 4, "outbound": 1, "before": { "inbound": 3, "outbound": 1 } });
        assert_eq!((shown(&mut test), test.emitted()), (both("4", "1"), vec![("counts".into(), change)]));
        assert_eq!(test.asked()[0].header("accept"), Some("application/json"));
    }

    #[test]
    fn old_counts_stay_for_a_while() {
        let mut test = Test::<Counter>::new(json!({ "url": "http://sheet.lan/", "forget_after": 2 })).unwrap();
        let status = Rc::new(RefCell::new(200));
        let answer = status.clone();
        test.answer(move |_| Ok(Answer::new(*answer.borrow(), r#"{"inbound": 3, "outbound": 1}"#)));
        test.tick().unwrap();
        *status.borrow_mut() = 500;
        assert_eq!(test.tick().unwrap_err(), "answered 500 instead of 200");
        assert_eq!(shown(&mut test), both("3", "1"));
        assert!(test.tick().unwrap_err().ends_with("2 failures in a row: the counts are not shown any more"));
        assert_eq!(shown(&mut test), []);
        *status.borrow_mut() = 200;
        test.tick().unwrap();
        assert_eq!(shown(&mut test), both("3", "1"));
    }

    #[test]
    fn wrong_options_are_told_at_once() {
        let options = json!({ "url": "sheet", "inbound": "a", "forget_after": 0 });
        let mistakes = Test::<Counter>::new(options).map(|_| ()).unwrap_err();
        assert_eq!(
            mistakes.iter().map(|mistake| &*mistake.path).collect::<Vec<_>>(),
            ["/url", "/inbound", "/forget_after"]
        );
    }

    #[test]
    fn schema_and_options_agree() {
        schema_agrees::<Counter>(&[options()]);
    }
}
