use std::sync::LazyLock;

use super::*;
use crate::ReasonKind;

static START: LazyLock<Instant> = LazyLock::new(Instant::now);

fn at(ms: u64) -> Instant {
    *START + Duration::from_millis(ms)
}

const RULES: Rules = Rules {
    push: false,
    on_demand: true,
    start_timeout: Duration::from_secs(10),
    close_after: Duration::from_secs(15),
    stall_timeout: Duration::from_secs(5),
};

fn why() -> Reason {
    Reason::new(ReasonKind::Unreachable, "why")
}

fn idle() -> Phase {
    Phase::Idle { ended: None }
}

fn connecting(step: Step) -> Phase {
    Phase::Connecting { step, close_at: None, before: None }
}

fn opening() -> Phase {
    connecting(Step::Opening { give_up: at(10_000) })
}

fn opened() -> Phase {
    connecting(Step::Opened { give_up: at(10_000) })
}

fn headless() -> Phase {
    connecting(Step::Headless { give_up: at(30_000), quiet_at: at(5_000) })
}

fn live() -> Phase {
    Phase::Live { since: at(0), quiet_at: at(5_000), close_at: None }
}

fn stalled() -> Phase {
    Phase::Stalled { retry_at: Some(at(5_000)), reason: why() }
}

fn resting() -> Phase {
    Phase::Stalled { retry_at: None, reason: why() }
}

fn back_off() -> Phase {
    Phase::BackOff { retry_at: at(5_000), reason: why() }
}

fn failed() -> Phase {
    Phase::Failed { retry_at: at(5_000), reason: why() }
}

fn machine(phase: Phase) -> Machine {
    Machine { rules: RULES, watched: true, pinned: false, backoff: Backoff::new(), attempted: Some(at(0)), phase }
}

fn push(phase: Phase) -> Machine {
    Machine { rules: Rules { push: true, ..RULES }, watched: false, ..machine(phase) }
}

fn unwatched(phase: Phase) -> Machine {
    Machine { watched: false, ..machine(phase) }
}

fn arrives() -> Event {
    Event::Demand(Change { command: None, arrived: true, watched: true })
}

fn leaves() -> Event {
    Event::Demand(Change { command: None, arrived: false, watched: false })
}

/// An operator's word for a stream that somebody watches.
fn says(command: Command) -> Event {
    Event::Demand(Change { command: Some(command), arrived: false, watched: true })
}

/// The same, and nobody watches.
fn says_alone(command: Command) -> Event {
    Event::Demand(Change { command: Some(command), arrived: false, watched: false })
}

fn over(mending: Mending) -> Event {
    Event::Over { reason: why(), mending, random: 0 }
}

const DELTA: Event = Event::Media { key: false };
const KEY: Event = Event::Media { key: true };
const DUE: Event = Event::Deadline { random: 0 };

#[test]
fn every_edge() {
    use Action::{Close, Forget, KeepNewest, Open};
    use Command::{Restart, Start, Stop};
    use Mending::{Retry, RetrySlowly};
    use State::{BackOff, Connecting, Disabled, Failed, Idle, Live, Stalled};
    let open: &[Action] = &[Open];
    let out: &[Action] = &[Close];
    let away: &[Action] = &[Close, Forget];
    let again: &[Action] = &[Close, Open];
    let none: &[Action] = &[];
    // What it was, what happens and at which ms, what it becomes, what is done.
    let edges = [
        ("viewer connects an idle stream", unwatched(idle()), arrives(), 1, Connecting, open),
        ("nobody leaves an idle stream idle", unwatched(idle()), leaves(), 1, Idle, none),
        ("start connects an idle stream", unwatched(idle()), says_alone(Start), 1, Connecting, open),
        ("restart of an unwatched stream ends it", unwatched(idle()), says_alone(Restart), 1, Idle, away),
        ("stop disables an idle stream", unwatched(idle()), says_alone(Stop), 1, Disabled, away),
        ("an end that comes late", unwatched(idle()), over(Retry), 1, Idle, none),
        ("media that comes late", unwatched(idle()), KEY, 1, Idle, none),
        ("a session is open", machine(opening()), Event::Opened, 1, Connecting, none),
        ("first media is no key frame", machine(opened()), DELTA, 1, Connecting, none),
        ("first media is a key frame", machine(opened()), KEY, 1, Live, none),
        ("a key frame at last", machine(headless()), KEY, 1, Live, none),
        ("camera refuses", machine(opening()), over(Retry), 1, BackOff, out),
        ("wrong password", machine(opening()), over(RetrySlowly), 1, Failed, out),
        ("start_timeout, not connected", machine(opening()), DUE, 10_000, BackOff, out),
        ("start_timeout, no media", machine(opened()), DUE, 10_000, BackOff, out),
        ("not yet start_timeout", machine(opened()), DUE, 9_999, Connecting, none),
        ("stalls before a key frame", machine(headless()), DUE, 5_000, BackOff, out),
        ("stop while connecting", machine(opening()), says(Stop), 1, Disabled, away),
        ("restart while connecting", machine(opening()), says(Restart), 1, Connecting, again),
        ("start pins what connects", machine(opening()), says(Start), 1, Connecting, none),
        ("media goes on", machine(live()), DELTA, 1, Live, none),
        ("nothing for stall_timeout", machine(live()), DUE, 5_000, Stalled, out),
        ("nothing, and nobody watches", unwatched(live()), DUE, 5_000, Stalled, away),
        ("session breaks", machine(live()), over(Retry), 1, BackOff, out),
        ("session breaks, nobody watches", unwatched(live()), over(Retry), 1, BackOff, away),
        ("session ends for good", machine(live()), over(RetrySlowly), 1, Failed, out),
        ("last viewer leaves", machine(live()), leaves(), 1, Live, none),
        ("stop while live", machine(live()), says(Stop), 1, Disabled, away),
        ("restart while live", machine(live()), says(Restart), 1, Connecting, again),
        ("stalled, retry", machine(stalled()), DUE, 5_000, Connecting, open),
        ("stalled, nobody wants it", unwatched(stalled()), DUE, 5_000, Idle, away),
        ("stalled, the old session's end", machine(stalled()), over(Retry), 1, Stalled, none),
        ("stalled, the old session's media", machine(stalled()), KEY, 1, Stalled, none),
        ("stop while stalled", machine(stalled()), says(Stop), 1, Disabled, away),
        ("back-off over", machine(back_off()), DUE, 5_000, Connecting, open),
        ("back-off over, nobody wants it", unwatched(back_off()), DUE, 5_000, Idle, away),
        ("back-off not over", machine(back_off()), DUE, 4_999, BackOff, none),
        ("last viewer leaves in back-off", machine(back_off()), leaves(), 1, BackOff, none),
        ("restart in back-off", machine(back_off()), says(Restart), 1, Connecting, again),
        ("stop in back-off", machine(back_off()), says(Stop), 1, Disabled, away),
        ("slow retry", machine(failed()), DUE, 5_000, Connecting, open),
        ("slow retry, nobody wants it", unwatched(failed()), DUE, 5_000, Idle, away),
        ("viewer at a wrong password", machine(failed()), arrives(), 2_000, Failed, none),
        ("start after a wrong password", machine(failed()), says(Start), 2_000, BackOff, none),
        ("restart after a wrong password", machine(failed()), says(Restart), 1, Connecting, again),
        ("stop after a wrong password", machine(failed()), says(Stop), 1, Disabled, away),
        ("viewer at a disabled stream", unwatched(Phase::Disabled), arrives(), 1, Disabled, none),
        ("the end of a session that was stopped", machine(Phase::Disabled), over(Retry), 1, Disabled, none),
        ("media of a session that was stopped", machine(Phase::Disabled), KEY, 1, Disabled, none),
        ("no deadline when disabled", machine(Phase::Disabled), DUE, 99_999, Disabled, none),
        ("start enables", machine(Phase::Disabled), says(Start), 1, Connecting, open),
        ("restart enables, watched", machine(Phase::Disabled), says(Restart), 1, Connecting, again),
        ("restart enables, unwatched", unwatched(Phase::Disabled), says_alone(Restart), 1, Idle, away),
        ("first push", push(idle()), KEY, 1, Live, none),
        ("pushes stop", push(live()), DUE, 5_000, Stalled, &[KeepNewest]),
        ("pushes come again", push(resting()), KEY, 1, Live, none),
        ("viewer of what was pushed", push(resting()), arrives(), 1, Stalled, none),
        ("viewer before the first push", push(idle()), arrives(), 1, Idle, none),
        ("last viewer of a pushed stream", push(live()), leaves(), 1, Live, none),
        ("the inlet breaks", push(live()), over(Retry), 1, BackOff, away),
        ("the inlet breaks while nothing comes", push(idle()), over(Retry), 1, BackOff, away),
        ("the inlet again", push(back_off()), DUE, 5_000, Idle, open),
        ("stop of a pushed stream", push(live()), says_alone(Stop), 1, Disabled, away),
        ("start of a pushed stream", push(Phase::Disabled), says_alone(Start), 1, Idle, open),
    ];
    for (name, before, event, ms, state, actions) in edges {
        let (after, done) = before.next(event, at(ms));
        assert_eq!((after.state(), &*done), (state, actions), "{name}");
    }
}

#[test]
fn another_configuration_takes_effect_at_once() {
    use Action::{Close, Forget, Open};
    let anew = |rules| Event::Configured { rules, anew: true };
    let (machine_of, rules) = (machine, Rules { on_demand: false, ..RULES });
    // Another source, whatever the one before was at.
    for phase in [opening(), headless(), live(), stalled(), back_off(), failed()] {
        let (next, actions) = machine_of(phase.clone()).next(anew(RULES), at(1));
        assert_eq!((next.state(), actions), (State::Connecting, vec![Close, Open]), "{phase:?}");
    }
    let (next, actions) = unwatched(live()).next(anew(RULES), at(1));
    assert_eq!((next.state(), actions), (State::Idle, vec![Close, Forget]));
    // What an operator stopped stays so.
    let (next, actions) = machine(Phase::Disabled).next(anew(rules), at(1));
    assert_eq!((next.state(), actions), (State::Disabled, vec![]));
    // One that is to be connected always, and one that no longer is.
    let (next, actions) = unwatched(idle()).next(Event::Configured { rules, anew: false }, at(1));
    assert_eq!((next.state(), actions), (State::Connecting, vec![Open]));
    let (next, actions) = unwatched(live()).next(Event::Configured { rules: RULES, anew: false }, at(1));
    assert_eq!(actions, vec![]);
    assert!(matches!(next.phase, Phase::Live { close_at: Some(_), .. }), "{:?}", next.phase);
}

#[test]
fn a_stream_begins_as_its_configuration_says() {
    let cases = [
        (RULES, State::Idle, vec![]),
        (Rules { on_demand: false, ..RULES }, State::Connecting, vec![Action::Open]),
        (Rules { push: true, ..RULES }, State::Idle, vec![Action::Open]),
    ];
    for (rules, state, actions) in cases {
        let (machine, done) = Machine::new(rules, at(0));
        assert_eq!((machine.state(), done), (state, actions), "{rules:?}");
    }
}

/// Follows events, and tells the phase at the end.
fn follow(mut machine: Machine, events: impl IntoIterator<Item = (u64, Event)>) -> Machine {
    for (ms, event) in events {
        (machine, _) = machine.next(event, at(ms));
    }
    machine
}

#[test]
fn the_last_viewer_leaving_starts_close_after_and_a_viewer_ends_it() {
    let left = follow(machine(live()), [(1_000, leaves()), (4_000, DELTA), (4_100, leaves())]);
    assert_eq!(left.deadline(), Some(at(9_000)));
    let left = follow(left, (1..5).map(|n| (n * 4_000, DELTA)));
    assert_eq!(left.deadline(), Some(at(16_000)));
    let back = follow(left.clone(), [(15_000, arrives()), (16_000, DUE)]);
    assert_eq!((back.state(), back.deadline()), (State::Live, Some(at(21_000))));
    let (gone, actions) = left.next(DUE, at(16_000));
    assert_eq!((gone.phase, actions), (idle(), vec![Action::Close, Action::Forget]));
    // A page that is reloaded while the camera connects.
    let connecting = follow(machine(opened()), [(1_000, leaves()), (2_000, KEY)]);
    assert_eq!(connecting.phase, Phase::Live { since: at(2_000), quiet_at: at(7_000), close_at: Some(at(16_000)) });
}

#[test]
fn a_stream_that_is_pinned_or_not_on_demand_stays_connected() {
    let pinned = follow(machine(live()), [(0, says(Command::Start)), (1_000, leaves())]);
    let kept = Machine { rules: Rules { on_demand: false, ..RULES }, ..machine(live()) };
    let kept = follow(kept, [(1_000, leaves())]);
    for machine in [pinned, kept] {
        assert_eq!(machine.phase, live());
        let tried = follow(machine, [(1_500, over(Mending::Retry)), (2_500, DUE)]);
        assert_eq!(tried.state(), State::Connecting);
    }
    let stopped = follow(
        machine(live()),
        [(0, says(Command::Start)), (1, says(Command::Stop)), (2, says(Command::Restart)), (3, leaves())],
    );
    assert!(matches!(stopped.phase, Phase::Connecting { close_at: Some(_), .. }), "restart does not pin: {stopped:?}");
}

#[test]
fn failures_wait_longer_and_longer_until_media_has_flowed_for_a_while() {
    let mut now = 0;
    let mut machine = machine(opening());
    let mut waits = Vec::new();
    let fail = |machine: Machine, now: &mut u64, waits: &mut Vec<u64>| {
        let machine = follow(machine, [(*now, over(Mending::Retry))]);
        let wait = machine.retry_at().map_or(0, |at| at.duration_since(*START).as_millis() as u64 - *now);
        waits.push(wait);
        *now += wait;
        follow(machine, [(*now, DUE)])
    };
    for _ in 0..3 {
        machine = fail(machine, &mut now, &mut waits);
    }
    // Media for a moment does not count.
    machine = follow(machine, [(now, KEY), (now + 9_999, DELTA)]);
    now += 9_999;
    machine = fail(machine, &mut now, &mut waits);
    machine = follow(machine, [(now, KEY), (now + 10_000, DELTA)]);
    now += 10_000;
    fail(machine, &mut now, &mut waits);
    assert_eq!(waits, [1_000, 2_000, 4_000, 8_000, 1_000]);
}

#[test]
fn a_viewer_in_back_off_causes_an_attempt_at_once_but_not_two_within_a_second() {
    // The last attempt began at 0.
    for phase in [back_off(), stalled()] {
        assert_eq!(follow(machine(phase.clone()), [(1_200, arrives())]).retry_at(), Some(at(1_200)));
        assert_eq!(follow(machine(phase.clone()), [(300, arrives())]).retry_at(), Some(at(1_000)));
        assert_eq!(
            follow(machine(phase.clone()), [(4_999, arrives()), (5_500, arrives())]).retry_at(),
            Some(at(4_999))
        );
        // One who leaves is no reason.
        assert_eq!(follow(machine(phase), [(1_200, leaves())]).retry_at(), Some(at(5_000)));
    }
    let tried = follow(
        machine(back_off()),
        [(1_200, arrives()), (1_200, DUE), (1_300, over(Mending::Retry)), (1_400, arrives())],
    );
    assert_eq!(tried.retry_at(), Some(at(2_200)));
}

#[test]
fn the_watchdog_is_put_off_by_media_only() {
    let machine = follow(machine(live()), [(3_000, DELTA), (4_000, arrives()), (4_500, Event::Opened)]);
    assert_eq!(machine.deadline(), Some(at(8_000)));
    assert_eq!(follow(machine.clone(), [(7_999, DUE)]).state(), State::Live);
    let stalled = follow(machine, [(8_000, DUE)]);
    assert_eq!((stalled.state(), stalled.retry_at()), (State::Stalled, Some(at(9_000))));
}

#[test]
fn a_long_gop_is_waited_for_as_long_as_media_comes() {
    let mut machine = machine(opened());
    for ms in (1_000..31_000).step_by(1_000) {
        machine = follow(machine, [(ms, DELTA), (ms, DUE)]);
        assert_eq!(machine.state(), State::Connecting, "{ms}");
    }
    let given_up = follow(machine, [(31_000, DUE)]);
    assert_eq!(given_up.reason().map(|reason| reason.kind), Some(ReasonKind::NoKeyFrame));
}

#[test]
fn the_cause_is_shown_until_media_flows() {
    let machine = follow(machine(opening()), [(1_000, over(Mending::Retry)), (2_000, DUE)]);
    assert_eq!((machine.state(), machine.reason()), (State::Connecting, Some(why())));
    let unwatched = follow(machine.clone(), [(3_000, leaves()), (4_000, over(Mending::Retry)), (6_000, DUE)]);
    assert_eq!((unwatched.state(), unwatched.reason()), (State::Idle, Some(why())));
    assert_eq!(follow(machine, [(2_500, KEY)]).reason(), None);
}

#[test]
fn each_time_out_says_what_was_missing() {
    let cases = [
        (opening(), 10_000, ReasonKind::TimedOut, "the camera did not answer within 10s"),
        (opened(), 10_000, ReasonKind::NoMedia, "the camera sent nothing for 10s"),
        (headless(), 5_000, ReasonKind::NoMedia, "the camera sent nothing for 5s"),
        (live(), 5_000, ReasonKind::NoMedia, "the camera sent nothing for 5s"),
    ];
    for (phase, ms, kind, text) in cases {
        let reason = follow(machine(phase), [(ms, DUE)]).reason();
        assert_eq!(reason, Some(Reason::new(kind, text)));
    }
}
