use super::*;
use crate::Timing;
use crate::report::Told;

fn seen(picture: u64, verdict: Verdict, sha256: Option<&str>) -> Seen {
    let sha256 = sha256.map(str::to_owned);
    Seen { picture, pts_ms: picture as f64 * 40.0, verdict, cpu_us: None, sha256, annotations: Vec::new() }
}

const HASH: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/// Ten pictures at 25/s; the middle four are dropped.
fn report() -> Report {
    let verdict = |picture| if (3..7).contains(&picture) { Verdict::Dropped } else { Verdict::Shown };
    let seen = (0..10).map(|picture| seen(picture, verdict(picture), (picture == 1).then_some(HASH))).collect();
    let told = vec![Told { picture: 3, pts_ms: 120.0, kind: "gate-closed".into(), data: serde_json::Value::Null }];
    let calls = Timing { calls: 9, p50_us: 10.0, p99_us: 900.0, max_us: 2_500.0 };
    let events = [("gate-closed".to_owned(), 1)].into();
    Report { seen, told, calls, events, memory: 2_000_000, ..Report::default() }
}

fn wrong(text: &str) -> Vec<String> {
    Expectations::parse(text).unwrap_or_else(|told| panic!("{told}")).against(&report())
}

#[test]
fn what_is_as_expected_says_nothing() {
    assert_eq!(
        wrong(
            "[[spans]]\nfrom_s = 0.12\nto_s = 0.28\ndropped = [1, 1]\n[[spans]]\nshown = [0.55, 0.65]\n\
             [[events]]\nkind = \"gate-closed\"\nto_s = 1\ncount = [1, 1]\n[golden]\n1 = \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"\n\
             [limits]\nfaults = 0\np99_ms = 1\nmax_ms = 2.5\nmemory_mb = 2\n"
        ),
        [""; 0]
    );
}

#[test]
fn each_thing_that_is_not_as_expected_is_told_with_its_figures() {
    let other = "c".repeat(64);
    let cases: [(&str, &str); 11] = [
        (
            "[[spans]]\nto_s = 0.2\nshown = [0.9, 1.0]",
            "0.600 of the 5 pictures from 0 to 0.2 s were shown, 0.9 to 1 were expected, the first that was not is 3 at 0.12 s",
        ),
        // Shares are what they say, to the last digit.
        ("[[spans]]\nshown = [0.6, 0.6]\n[limits]\nmax_ms = 2", "`max_ms`: at most 2 were expected, got 2.5"),
        ("[[spans]]\nshown = [0, 0.5]", "0.600 of the 10 pictures from 0 s were shown, 0 to 0.5 were expected"),
        ("[[spans]]\nfrom_s = 9\nshown = [0, 1]", "no picture lies from 9 s"),
        (
            "[[events]]\nkind = \"gate-closed\"\nfrom_s = 1\ncount = [1, 2]",
            "events `gate-closed` from 1 s: 1 to 2 were expected, got 0",
        ),
        ("[[annotations]]\nlabel = \"car\"\ncount = [1, 1]", "annotations `car` from 0 s: 1 to 1 were expected, got 0"),
        (&format!("[golden]\n1 = \"{other}\""), &format!("picture 1: its samples hash to {HASH}, expected {other}")),
        (&format!("[golden]\n4 = \"{other}\""), "picture 4: it was dropped, and was to be compared"),
        (&format!("[golden]\n40 = \"{other}\""), "picture 40: there is none"),
        ("[limits]\nmax_ms = 2", "`max_ms`: at most 2 were expected, got 2.5"),
        ("[limits]\nmemory_mb = 1.5", "`memory_mb`: at most 1.5 were expected, got 2"),
    ];
    for (text, told) in cases {
        assert_eq!(wrong(text), [told]);
    }
}

#[test]
fn a_mistake_in_the_file_is_told_and_so_is_a_file_that_expects_nothing() {
    for (text, told) in [
        ("", "nothing is expected in it"),
        ("[golden]\nfirst = \"ab\"", "named by its number, got `first`"),
        ("[golden]\n015 = \"ab\"", "named by its number, got `015`"),
        ("[golden]\n15 = \"AB\"", "must be 64 lower-case hexadecimal digits"),
        ("[[spans]]\nfrom_s = 1", "at least one of"),
        ("[[spans]]\nshown = [0.9, 0.1]", "the least share comes first"),
        ("[limits]\nfault = 0", "fault"),
        ("[[spans]]\nuntil_s = 3", "until_s"),
        ("[[events]]\nkind = 3", "line 2"),
    ] {
        let error = Expectations::parse(text).expect_err("a mistake");
        assert!(error.contains(told), "{error}");
    }
}

#[test]
fn a_draft_is_what_came_of_it() {
    let (report, text) = (report(), draft(&report()));
    let expected = Expectations::parse(&text).unwrap_or_else(|told| panic!("{told}\n{text}"));
    assert_eq!(expected.against(&report), [""; 0], "{text}");
    assert_eq!((expected.spans.len(), expected.golden()), (3, BTreeSet::from([1])));
    let mut other = report;
    other.seen[4].verdict = Verdict::Shown;
    assert_eq!(expected.against(&other).len(), 1);
}
