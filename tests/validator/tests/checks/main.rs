//! What breaks a rule is caught, by that rule; what is good passes.

mod fmp4;
mod footage;
mod material;
mod playlist;
mod rules;
mod succession;
mod ts;
mod watch;

use framegate_validator::finding::{Finding, Rule};
use framegate_validator::rule;

const TESTS: &[&str] = &[
    include_str!("fmp4.rs"),
    include_str!("ts.rs"),
    include_str!("watch.rs"),
    include_str!("playlist.rs"),
    include_str!("rules.rs"),
    include_str!("succession.rs"),
];

#[test]
fn every_rule_has_a_test_that_breaks_it() {
    let name = |rule: &&&Rule| format!("rule::{}", rule.name);
    let word = |text: &str, name: &str| {
        text.match_indices(name).any(|(at, _)| {
            let next = text.as_bytes().get(at + name.len());
            !next.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_')
        })
    };
    let untested: Vec<_> = rule::ALL.iter().filter(|rule| !TESTS.iter().any(|text| word(text, &name(rule)))).collect();
    assert!(untested.is_empty(), "{:?}", untested.iter().map(|rule| rule.name).collect::<Vec<_>>());
}

/// Fails unless `rule` is among the findings.
#[track_caller]
fn caught(rule: &Rule, findings: &[Finding]) {
    let all: Vec<_> = findings.iter().map(ToString::to_string).collect();
    assert!(findings.iter().any(|finding| finding.rule == rule), "{} was not found, but {all:#?}", rule.name);
}

/// Fails if there is any finding, advice too.
#[track_caller]
fn clean(findings: &[Finding]) {
    let all: Vec<_> = findings.iter().map(ToString::to_string).collect();
    assert!(all.is_empty(), "{all:#?}");
}
