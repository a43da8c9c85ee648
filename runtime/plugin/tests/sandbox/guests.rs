//! Hostile guests: each ends its own instance, in bounded time and memory, and nobody else notices. A guest without a test does not compile.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use config::resolved::OnError;
use journal::Journal;
use media::StillFormat;
use plugin::policy::{self, Choice, Figure, Output, Policies, Viewer};
use plugin::{Health, Kind, Mode, Outcome, Role, States};
use serde_json::json;

use crate::grants::*;
use crate::refused::*;
use crate::rig::{HOST, bundled, chain, declared, guest, luma, picture, stream};
use crate::services::*;
use crate::survivors::*;
use crate::wasi_http::*;

macro_rules! has_a_test {
    ($guest:ident) => {
        #[allow(unused_imports, reason = "named so that a guest without a test does not compile")]
        use self::$guest as _;
    };
}
test_components::for_each_guest!(has_a_test);

/// What an instance may take of the process above what its pictures do: its 64 MiB, the host's copies, and what other tests take meanwhile.
const MEMORY: u64 = 192 << 20;
/// A deadline of 50 ms of CPU time, ten times that of wall time at most, on a machine that runs other tests.
const TIME: Duration = Duration::from_secs(2);

/// Shows a guest pictures under each `on_error`, while another stream runs beside it.
fn misbehaves(name: &str, kind: Kind, words: &str) {
    // One at a time: what is measured is the process.
    static ALONE: Mutex<()> = Mutex::new(());
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    // What takes all its memory takes time for it: on a busy machine the faults of its pages alone pass the usual 50 ms.
    let deadline = (kind == Kind::Memory).then_some(Duration::from_millis(500));
    let hostile = |on_error| HOST.load(&config::Plugin { on_error, deadline, ..declared(name) }).unwrap();
    let neighbour = Neighbour::open();
    let before = resident();

    // Drop, the default of a filter: not even half a picture of it is seen.
    let (mut dropping, journal) = chain([(hostile(None), json!({}))]);
    let start = Instant::now();
    assert!(matches!(dropping.process(picture(0), Mode::All), Outcome::Withheld { plugin } if plugin == name));
    assert!(start.elapsed() < TIME, "{:?}", start.elapsed());
    // There is no instance now: the next is withheld without a call.
    assert!(matches!(dropping.process(picture(1), Mode::FiltersOnly), Outcome::Withheld { .. }));
    let [stats] = &dropping.snapshot_handle().snapshot()[..] else { panic!("one link") };
    assert_eq!((stats.calls, stats.uncovered, stats.health), (1, 2, Health::BackingOff));
    assert_eq!(stats.faults.iter().collect::<Vec<_>>(), [(&kind, &1)], "{:?}", stats.last_fault);
    let fault = stats.last_fault.as_deref().unwrap_or_default();
    assert!(fault.contains(words), "{fault}");
    let told = journal.since(0);
    assert_eq!((told.len(), told[0].kind.as_str(), &told[0].data.value()["kind"]), (1, "plugin-failed", &json!(kind)));

    // Pass: the picture as it was, although the guest had painted on it.
    let (mut passing, _) = chain([(hostile(Some(OnError::Pass)), json!({}))]);
    let shown = picture(0);
    let Outcome::Shown(passed) = passing.process(shown.clone(), Mode::All) else { panic!("withheld") };
    assert!(passed.is_same(&shown) && luma(&passed, 320, 180) == 16);

    // Last: the last good picture again, under the time of the new one.
    let (mut keeping, _) = chain([(hostile(Some(OnError::Last)), json!({ "after": 1 }))]);
    let Outcome::Shown(good) = keeping.process(picture(0), Mode::All) else { panic!("withheld") };
    assert_eq!(luma(&good, 320, 180), 235);
    for n in 1..3 {
        let Outcome::Shown(again) = keeping.process(picture(n), Mode::All) else { panic!("withheld") };
        assert!(again.is_same(&good));
        assert_eq!(again.stamp().sequence, n);
    }

    assert!(resident().saturating_sub(before) < MEMORY, "{} MiB", (resident() - before) >> 20);
    neighbour.close();
}

#[test]
fn bad_start() {
    let plugin = guest("bad-start", None);
    let mistakes = plugin.check(Some(&"lobby".parse().unwrap()), &json!({})).unwrap_err();
    assert!(mistakes[0].message.contains("it never starts"), "{mistakes:?}");
}

#[test]
fn endless_loop() {
    misbehaves("endless-loop", Kind::Deadline, "more than 50ms of CPU time");
}

#[test]
fn memory_bomb() {
    misbehaves("memory-bomb", Kind::Memory, "more than its 64 MiB of memory");
}

#[test]
fn deep_recursion() {
    misbehaves("deep-recursion", Kind::Stack, "deeper");
}

#[test]
fn trap() {
    misbehaves("trap", Kind::Trap, "unreachable");
}

#[test]
fn panic() {
    misbehaves("panic", Kind::Trap, "nothing good in picture 0");
}

#[test]
fn exit() {
    misbehaves("exit", Kind::Trap, "called exit(");
}

#[test]
fn leaked_handles() {
    misbehaves("leaked-handles", Kind::Host, "");
}

#[test]
fn huge_read() {
    misbehaves("huge-read", Kind::Memory, "more than its 64 MiB of memory");
}

#[test]
fn forged_handle() {
    misbehaves("forged-handle", Kind::Host, "handle");
}

#[test]
fn huge_list() {
    misbehaves("huge-list", Kind::Host, "fuel");
}

#[test]
fn sleep() {
    misbehaves("sleep", Kind::Forbidden, "may not wait");
}

/// State outlives the instance that trapped; events, annotations, the calendar and verdicts arrive.
#[test]
fn diary() {
    let first = guest("diary", None);
    assert_eq!(first.picture_role(), Some(Role::Analyzer));
    let second = bundled("privacy-mask");
    let masks = json!({ "areas": [{ "x": 0, "y": 0, "width": 10, "height": 10 }] });
    let (mut chain, journal) = chain([(first, json!({ "panic_at": 4 })), (second, masks)]);
    assert!(chain.has_filter());
    let shown = |outcome| matches!(outcome, Outcome::Shown(_));
    assert!(shown(chain.process(picture(0), Mode::All)));
    assert!(shown(chain.process(picture(1), Mode::All)));
    assert!(matches!(chain.process(picture(2), Mode::All), Outcome::Gated { plugin } if plugin == "diary"));
    // Behind: the analyzer is not asked, what it said still holds.
    assert!(!shown(chain.process(picture(3), Mode::FiltersOnly)));
    // The first picture of a connection is shown whatever it said.
    chain.connected();
    assert!(shown(chain.process(picture(4), Mode::FiltersOnly)));
    // It panics at its fourth; an analyzer's pictures pass by default.
    assert!(shown(chain.process(picture(5), Mode::All)));
    let events: Vec<_> = journal.since(0).iter().map(|event| event.kind.clone()).collect();
    assert_eq!(events, ["diary", "diary", "diary", "gate-closed", "plugin-failed"]);
    let second = &journal.since(0)[1];
    assert_eq!(second.data.value(), json!({ "count": 2, "found": ["diary"], "year": 2026 }));
    assert_eq!((second.stream.as_ref().unwrap().as_str(), second.plugin.as_deref()), ("lobby", Some("diary")));

    // After a second of back-off it goes on at five: what it kept outlived its instance.
    let start = Instant::now();
    let told = loop {
        chain.process(picture(6), Mode::All);
        if let Some(told) = journal.since(5).iter().find(|event| event.kind == "diary") {
            break told.data.value()["count"].clone();
        }
        assert!(start.elapsed() < Duration::from_secs(10), "it was not started again");
        thread::sleep(Duration::from_millis(20));
    };
    assert_eq!(told, 5);
    assert!(start.elapsed() > Duration::from_millis(900));
    let stats = &chain.snapshot_handle().snapshot()[0];
    assert_eq!((stats.restarts, stats.health, stats.faults[&Kind::Trap]), (1, Health::Ok, 1));
}

/// What benches measure does what it is named for.
#[test]
fn work() {
    let worker = guest("work", None);
    let run = |work: &str| {
        let (mut chain, _) = chain([(worker.clone(), json!({ "work": work }))]);
        let Outcome::Shown(first) = chain.process(picture(0), Mode::All) else {
            panic!("{work} failed: {:?}", chain.snapshot_handle().snapshot())
        };
        let Outcome::Shown(second) = chain.process(first, Mode::All) else { panic!("{work} failed") };
        second
    };
    for work in ["nothing", "read", "write"] {
        assert_eq!(luma(&run(work), 0, 0), 16, "{work}");
    }
    assert_ne!(luma(&run("fills"), 0, 0), 16);
}

/// A format policy is told all of a viewer, and its answer comes back; one that traps is started again, and meanwhile has no answer.
#[test]
fn steps() {
    let plugin = guest("steps", None);
    assert_eq!(plugin.roles(), [Role::FormatPolicy]);
    assert_eq!(plugin.check(Some(&stream()), &json!({ "x": 1 })).unwrap_err()[0].message, "there are none");
    let (policies, journal) = (Policies::start().unwrap(), Journal::default());
    let used = policy::Use {
        stream: stream(),
        plugin: Some(plugin),
        options: json!({}),
        states: States::default(),
        journal: journal.clone(),
    };
    let policy = policies.format(used).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let ask = |viewer: &Viewer| {
        // The first question makes the instance, and a machine that runs other tests may need more than an answer's time for it.
        let mut tries = (0..20).map(|_| runtime.block_on(policy.choose(viewer.clone())));
        tries.find_map(|answer| answer)
    };
    let begins = Viewer::new(Output::WebSocket, vec![StillFormat::WebP, StillFormat::Jpeg]);
    assert_eq!(ask(&begins), Some(Choice::new(StillFormat::Jpeg)));
    let current = policy::Rendition { format: StillFormat::Jpeg, quality: 80, width: 640, rate: Figure::whole(10) };
    let well = Viewer { current: Some(current), running: vec![current], ..begins.clone() };
    assert_eq!(ask(&well), Some(Choice { rate: Some(15.0), ..Choice::new(StillFormat::Jpeg) }));
    let slow = Viewer { write_wait: Figure::of(0.5), ..well };
    assert_eq!(ask(&slow), Some(Choice { rate: Some(5.0), ..Choice::new(StillFormat::Jpeg) }));
    assert_eq!(policy.snapshot().asked, 3);

    let asked = policy::Asked { width: Some(333), ..policy::Asked::default() };
    assert_eq!(ask(&Viewer { asked, ..begins.clone() }), None);
    let told = journal.since(0);
    assert_eq!(
        (told.len(), told[0].kind.as_str(), &told[0].data.value()["kind"]),
        (1, "plugin-failed", &json!("trap"))
    );
    assert!(told[0].data.value()["message"].as_str().unwrap().contains("no such width"), "{}", told[0].data);
    // What it answered before still holds; anything else has to wait.
    assert!(ask(&begins).is_some());
    let other = Viewer { source_width: 640, ..begins };
    assert_eq!(runtime.block_on(policy.choose(other.clone())), None);
    let start = Instant::now();
    while runtime.block_on(policy.choose(other.clone())).is_none() {
        assert!(start.elapsed() < Duration::from_secs(10), "it was not started again");
        thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(journal.since(0).last().unwrap().kind, "plugin-recovered");
}

/// A stream beside the one that is tested.
struct Neighbour {
    thread: thread::JoinHandle<()>,
    stop: &'static AtomicBool,
    shown: &'static AtomicU64,
}

impl Neighbour {
    fn open() -> Self {
        let stop: &AtomicBool = Box::leak(Box::new(AtomicBool::new(false)));
        let shown: &AtomicU64 = Box::leak(Box::new(AtomicU64::new(0)));
        let thread = thread::spawn(move || {
            let (mut chain, _) = chain([(bundled("clock"), json!({}))]);
            while !stop.load(SeqCst) {
                let n = shown.load(SeqCst);
                assert!(
                    matches!(chain.process(picture(n), Mode::All), Outcome::Shown(_)),
                    "the neighbour lost picture {n}"
                );
                shown.fetch_add(1, SeqCst);
                thread::sleep(Duration::from_millis(5));
            }
        });
        let neighbour = Self { thread, stop, shown };
        neighbour.goes_on();
        neighbour
    }

    fn goes_on(&self) {
        let (start, before) = (Instant::now(), self.shown.load(SeqCst));
        while self.shown.load(SeqCst) < before + 3 {
            assert!(
                start.elapsed() < Duration::from_secs(30) && !self.thread.is_finished(),
                "the neighbour stands still"
            );
            thread::sleep(Duration::from_millis(2));
        }
    }

    fn close(self) {
        self.goes_on();
        self.stop.store(true, SeqCst);
        self.thread.join().unwrap();
    }
}

/// Memory that this process has, in bytes.
fn resident() -> u64 {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
    pages.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * 4096
}
