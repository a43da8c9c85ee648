use std::fmt::Write as _;

use crate::report::{Report, Seen, Verdict};

/// What came of a trial, as a file of expectations: to be read, thinned and kept beside the plugin.
pub fn draft(report: &Report) -> String {
    let mut text =
        "# What came of this trial. Keep what is meant to stay so, and give it to `framegate plugin test --expect`.\n"
            .to_owned();
    for (verdict, from, to) in runs(&report.seen) {
        let to = to.map_or(String::new(), |to| format!("to_s = {}\n", seconds(to)));
        _ = write!(text, "\n[[spans]]\nfrom_s = {}\n{to}{} = [1.0, 1.0]\n", seconds(from), verdict.word());
    }
    for (kind, count) in &report.events {
        _ = write!(text, "\n[[events]]\nkind = {}\ncount = [{count}, {count}]\n", quoted(kind));
    }
    for (label, count) in &report.annotations {
        _ = write!(text, "\n[[annotations]]\nlabel = {}\ncount = [{count}, {count}]\n", quoted(label));
    }
    let hashed: Vec<_> = report.seen.iter().filter_map(|seen| Some((seen.picture, seen.sha256.as_ref()?))).collect();
    if !hashed.is_empty() {
        text += "\n# SHA-256 of the I420 samples of pictures behind the plugin.\n[golden]\n";
        for (picture, sha256) in hashed {
            _ = writeln!(text, "{picture} = \"{sha256}\"");
        }
    }
    _ = write!(text, "\n[limits]\nfaults = {}\n", report.failures());
    text
}

/// Pictures in a row with the same verdict: from when, and when the next run begins.
fn runs(seen: &[Seen]) -> Vec<(Verdict, f64, Option<f64>)> {
    let mut runs: Vec<(Verdict, f64, Option<f64>)> = Vec::new();
    for seen in seen {
        match runs.last_mut() {
            Some((verdict, ..)) if *verdict == seen.verdict => {}
            last => {
                if let Some((.., to)) = last {
                    *to = Some(seen.pts_ms);
                }
                runs.push((seen.verdict, seen.pts_ms, None));
            }
        }
    }
    runs
}

/// To the millisecond, the next one below, so that a picture is in the span that begins with it.
fn seconds(ms: f64) -> f64 {
    (ms + 1e-6).floor() / 1e3
}

/// A TOML string: the escapes of JSON are among those of TOML.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
