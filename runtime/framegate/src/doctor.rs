//! What `framegate doctor` looks at, and what it says of it: whether the configuration, the cameras and the machine are as serving needs them.
//!
//! Each file below is one thing that is looked at. None changes anything but for an empty file that is made and removed where it has to be possible, and
//! none tells a secret: addresses are shown without credentials.

pub(crate) mod cameras;
pub(crate) mod certificate;
pub(crate) mod clock;
pub(crate) mod codecs;
pub(crate) mod disk;
pub(crate) mod limits;
pub(crate) mod listening;

use std::fmt::Write as _;

use config::Ink;
use serde::Serialize;

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Verdict {
    /// As it should be.
    Fine,
    /// It works, and a person should look at it.
    Look,
    /// Something will not work.
    Bad,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Finding {
    /// What: `configuration`, `camera lobby` …
    pub(crate) subject: String,
    /// How it is.
    pub(crate) verdict: Verdict,
    /// What was found; lines.
    pub(crate) found: String,
    /// What to do, where something is to be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) advice: Option<String>,
}

impl Finding {
    pub(crate) fn fine(subject: impl Into<String>, found: impl Into<String>) -> Self {
        Self { subject: subject.into(), verdict: Verdict::Fine, found: found.into(), advice: None }
    }

    pub(crate) fn look(subject: impl Into<String>, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { verdict: Verdict::Look, advice: Some(advice.into()), ..Self::fine(subject, found) }
    }

    pub(crate) fn bad(subject: impl Into<String>, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { verdict: Verdict::Bad, advice: Some(advice.into()), ..Self::fine(subject, found) }
    }
}

/// All of it.
#[derive(Debug, Serialize)]
pub(crate) struct Findings {
    /// The worst.
    pub(crate) verdict: Verdict,
    /// In the order in which they were looked at.
    pub(crate) findings: Vec<Finding>,
}

impl Findings {
    pub(crate) fn new(findings: Vec<Finding>) -> Self {
        Self { verdict: findings.iter().map(|finding| finding.verdict).max().unwrap_or(Verdict::Fine), findings }
    }

    /// For people: a line each, advice below it.
    pub(crate) fn render(&self, ink: Ink) -> String {
        let width = self.findings.iter().map(|finding| finding.subject.chars().count()).max().unwrap_or_default();
        let mut text = String::new();
        for Finding { subject, verdict, found, advice } in &self.findings {
            let mut lines = found.lines();
            let first = lines.next().unwrap_or_default();
            _ = writeln!(text, "{}  {subject:width$}  {first}", verdict.word(ink));
            let below = lines.map(|line| format!("  {line}")).chain(advice.iter().map(|advice| format!("→ {advice}")));
            for line in below {
                _ = writeln!(text, "{:1$}{line}", "", width + 8);
            }
        }
        text
    }
}

impl Verdict {
    /// Four characters wide, whatever the colour.
    fn word(self, ink: Ink) -> String {
        let (word, color) = match self {
            Self::Fine => ("fine", "32"),
            Self::Look => ("look", "33"),
            Self::Bad => ("bad ", "1;31"),
        };
        match ink {
            Ink::Colored => format!("\x1b[{color}m{word}\x1b[0m"),
            Ink::Plain => word.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_are_read_by_people_and_by_programs() {
        let findings = Findings::new(vec![
            Finding::fine("codecs", "all work"),
            Finding::look("clock", "nothing keeps it right\nfor 3 days", "install chrony"),
        ]);
        let expected = "fine  codecs  all work\nlook  clock   nothing keeps it right\n                for 3 days\n              → install chrony\n";
        assert_eq!(findings.render(Ink::Plain), expected);
        let json = serde_json::to_value(&findings).expect("JSON");
        assert_eq!((json["verdict"].as_str(), json["findings"][0].get("advice")), (Some("look"), None));
        assert!(findings.render(Ink::Colored).contains("\x1b[33mlook\x1b[0m"));
    }
}
