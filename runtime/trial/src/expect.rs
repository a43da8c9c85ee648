//! What is expected of a plugin on a clip: written in TOML, held against a [`Report`].

mod draft;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;

use crate::Error;
use crate::report::{Report, Seen, Verdict};

pub use draft::draft;

/// What is expected, as it is written.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Expectations {
    /// What becomes of pictures in spans of time.
    spans: Vec<Span>,
    /// How many events of a kind.
    events: Vec<Events>,
    /// How many annotations with a label.
    annotations: Vec<Annotations>,
    /// The samples of pictures as the plugin leaves them: by the picture's number, SHA-256 of its I420 samples.
    golden: BTreeMap<String, String>,
    /// What it may take.
    limits: Limits,
}

// Times are in each section itself: serde cannot refuse unknown keys of what it flattens.

/// `[[spans]]`: the shares of its pictures, the least and the most.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Span {
    #[serde(default)]
    from_s: f64,
    to_s: Option<f64>,
    shown: Option<[f64; 2]>,
    dropped: Option<[f64; 2]>,
    withheld: Option<[f64; 2]>,
}

/// From when to before when, in seconds since the first picture.
#[derive(Clone, Copy, Debug)]
struct When {
    from_s: f64,
    to_s: Option<f64>,
}

/// `[[events]]`: the least and the most of a kind.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Events {
    #[serde(default)]
    from_s: f64,
    to_s: Option<f64>,
    kind: String,
    count: [usize; 2],
}

/// `[[annotations]]`: the least and the most with a label, over all pictures.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Annotations {
    #[serde(default)]
    from_s: f64,
    to_s: Option<f64>,
    label: String,
    count: [usize; 2],
}

/// `[limits]`: the most.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Limits {
    /// None where it is not written.
    faults: Option<u64>,
    p99_ms: Option<f64>,
    max_ms: Option<f64>,
    memory_mb: Option<f64>,
}

impl Expectations {
    /// Reads a file. An error tells the line.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path).map_err(Error::file(path))?;
        Self::parse(&text).map_err(|reason| Error::Expectations { path: path.into(), reason })
    }

    fn parse(text: &str) -> Result<Self, String> {
        let expected: Self = toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())?;
        for (number, sha256) in &expected.golden {
            let is_number = number.parse::<u64>().is_ok_and(|parsed| parsed.to_string() == *number);
            if !is_number {
                return Err(format!("`golden`: a picture is named by its number, got `{number}`"));
            }
            let is_hash = sha256.len() == 64 && sha256.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
            if !is_hash {
                return Err(format!("`golden.{number}`: must be 64 lower-case hexadecimal digits, got `{sha256}`"));
            }
        }
        for Span { shown, dropped, withheld, .. } in &expected.spans {
            let shares: Vec<_> = [shown, dropped, withheld].into_iter().flatten().collect();
            if shares.is_empty() {
                return Err("`[[spans]]`: at least one of `shown`, `dropped` and `withheld` must be written".into());
            }
            if let Some([least, most]) = shares.into_iter().find(|[least, most]| least > most) {
                return Err(format!("`[[spans]]`: the least share comes first, got [{least}, {most}]"));
            }
        }
        match expected == Self::default() {
            true => {
                Err("nothing is expected in it: `[[spans]]`, `[[events]]`, `[[annotations]]`, `[golden]`, `[limits]`"
                    .into())
            }
            false => Ok(expected),
        }
    }

    /// The pictures whose samples are compared.
    pub fn golden(&self) -> BTreeSet<u64> {
        self.golden.keys().filter_map(|number| number.parse().ok()).collect()
    }

    /// What is not as expected, a sentence each; empty where everything is. Where nothing is written of failures, none is expected.
    pub fn against(&self, report: &Report) -> Vec<String> {
        let mut wrong = Vec::new();
        for span in &self.spans {
            span.against(report, &mut wrong);
        }
        for Events { from_s, to_s, kind, count } in &self.events {
            let when = When { from_s: *from_s, to_s: *to_s };
            let found = report.told.iter().filter(|told| told.kind == *kind && when.has(told.pts_ms)).count();
            within(&format!("events `{kind}` {when}"), *count, found, &mut wrong);
        }
        for Annotations { from_s, to_s, label, count } in &self.annotations {
            let when = When { from_s: *from_s, to_s: *to_s };
            let pictures = report.seen.iter().filter(|seen| when.has(seen.pts_ms));
            let found = pictures.flat_map(|seen| &seen.annotations).filter(|found| found.label == *label).count();
            within(&format!("annotations `{label}` {when}"), *count, found, &mut wrong);
        }
        let mut golden_pictures: Vec<_> = self.golden.iter().collect();
        golden_pictures.sort_by_key(|(number, _)| number.parse::<u64>().unwrap_or(u64::MAX));
        for (number, expected) in golden_pictures {
            let seen = report.seen.iter().find(|seen| seen.picture.to_string() == *number);
            golden(number, expected, seen, &mut wrong);
        }
        self.limits.against(report, &mut wrong);
        if report.undelivered > 0 {
            wrong.push(format!("{} events were not delivered", report.undelivered));
        }
        wrong
    }
}

impl Span {
    fn against(&self, report: &Report, wrong: &mut Vec<String>) {
        let when = When { from_s: self.from_s, to_s: self.to_s };
        let pictures: Vec<_> = report.seen.iter().filter(|seen| when.has(seen.pts_ms)).collect();
        if pictures.is_empty() {
            wrong.push(format!("no picture lies {when}"));
            return;
        }
        let wanted =
            [(Verdict::Shown, self.shown), (Verdict::Dropped, self.dropped), (Verdict::Withheld, self.withheld)];
        for (verdict, wanted) in wanted {
            let Some([least, most]) = wanted else { continue };
            let others: Vec<_> = pictures.iter().filter(|seen| seen.verdict != verdict).collect();
            let share = (pictures.len() - others.len()) as f64 / pictures.len() as f64;
            if !(least..=most).contains(&share) {
                let first = match (share < least, others.first()) {
                    (true, Some(other)) => {
                        format!(", the first that was not is {} at {:.2} s", other.picture, other.pts_ms / 1e3)
                    }
                    _ => String::new(),
                };
                wrong.push(format!(
                    "{share:.3} of the {} pictures {when} were {}, {least} to {most} were expected{first}",
                    pictures.len(),
                    verdict.word()
                ));
            }
        }
    }
}

impl When {
    fn has(&self, pts_ms: f64) -> bool {
        let seconds = pts_ms / 1e3;
        seconds >= self.from_s && self.to_s.is_none_or(|to| seconds < to)
    }
}

impl std::fmt::Display for When {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.to_s {
            Some(to) => write!(f, "from {} to {to} s", self.from_s),
            None => write!(f, "from {} s", self.from_s),
        }
    }
}

impl Limits {
    fn against(&self, report: &Report, wrong: &mut Vec<String>) {
        let calls = &report.calls;
        let measured = [
            ("`faults`", Some(self.faults.unwrap_or(0) as f64), report.failures() as f64),
            ("`p99_ms`", self.p99_ms, calls.p99_us / 1e3),
            ("`max_ms`", self.max_ms, calls.max_us / 1e3),
            ("`memory_mb`", self.memory_mb, report.memory as f64 / 1e6),
        ];
        for (what, most, is) in measured {
            if let Some(most) = most.filter(|most| is > *most) {
                wrong.push(format!("{what}: at most {most} were expected, got {is}"));
            }
        }
    }
}

fn within(what: &str, [least, most]: [usize; 2], found: usize, wrong: &mut Vec<String>) {
    if !(least..=most).contains(&found) {
        wrong.push(format!("{what}: {least} to {most} were expected, got {found}"));
    }
}

fn golden(number: &str, expected: &str, seen: Option<&Seen>, wrong: &mut Vec<String>) {
    match seen {
        None => wrong.push(format!("picture {number}: there is none")),
        Some(seen) => match &seen.sha256 {
            Some(is) if is == expected => {}
            Some(is) => wrong.push(format!("picture {number}: its samples hash to {is}, expected {expected}")),
            None => wrong.push(format!("picture {number}: it was {}, and was to be compared", seen.verdict.word())),
        },
    }
}

#[cfg(test)]
mod tests;
