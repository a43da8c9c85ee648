//! Pollers, event sinks and access policies over real HTTP, on this machine.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use config::{Grants, HttpGrant, SinkUse};
use journal::{Journal, Scene};
use media::{Annotation, Share};
use plugin::{
    AccessPolicy, Applicant, Decision, Health, Kind, Plugin, ServiceSnapshot, Services, SinkLink, States,
    StreamServices,
};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::rig::{HOST, declared, link, stream};

/// An HTTP server that keeps what it is sent and answers by a script; the last answer again and again.
pub(crate) struct Web {
    pub(crate) url: String,
    pub(crate) port: u16,
    got: Arc<Mutex<Vec<String>>>,
}

impl Web {
    pub(crate) async fn serve(answers: &'static [&'static str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let got: Arc<Mutex<Vec<String>>> = Arc::default();
        let keeps = got.clone();
        tokio::spawn(async move {
            let mut next = 0;
            while let Ok((mut connection, _)) = listener.accept().await {
                let mut bytes = Vec::new();
                let mut room = [0; 65_536];
                loop {
                    let read = connection.read(&mut room).await.unwrap_or(0);
                    bytes.extend_from_slice(&room[..read]);
                    let text = String::from_utf8_lossy(&bytes).into_owned();
                    if read == 0 || is_whole(&text) {
                        break;
                    }
                }
                keeps.lock().unwrap().push(String::from_utf8_lossy(&bytes).into_owned());
                let answer = answers[next.min(answers.len() - 1)];
                next += 1;
                _ = connection.write_all(answer.as_bytes()).await;
            }
        });
        Self { url: format!("http://127.0.0.1:{port}/"), port, got }
    }

    /// What it was sent, whole; what is not UTF-8 is U+FFFD.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.got.lock().unwrap().clone()
    }

    /// As a URL has it.
    pub(crate) fn authority(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// This server, granted and nothing else.
    pub(crate) fn grants(&self) -> Grants {
        let grant = HttpGrant { host: "127.0.0.1".into(), below: false, port: self.port, private: true };
        Grants { http: vec![grant], ..Grants::default() }
    }

    /// The bodies of what it was sent.
    pub(crate) fn bodies(&self) -> Vec<String> {
        let got = self.got.lock().unwrap();
        got.iter()
            .map(|request| request.split_once("\r\n\r\n").map_or_else(String::new, |(_, body)| body.into()))
            .collect()
    }
}

/// Whether a request has its whole body: of the length that it says, or in chunks up to the empty one (RFC 9112 section 7.1).
fn is_whole(request: &str) -> bool {
    let Some((head, body)) = request.split_once("\r\n\r\n") else { return false };
    let head = head.to_lowercase();
    if head.contains("transfer-encoding: chunked") {
        return body.ends_with("0\r\n\r\n");
    }
    let length = head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.parse().ok());
    body.len() >= length.unwrap_or(0)
}

pub(crate) const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";

/// The guest `caller`, allowed to call this server and nothing else.
pub(crate) fn caller(web: Option<&Web>, change: impl FnOnce(&mut config::Plugin)) -> Arc<Plugin> {
    let port = web.map_or(9, |web| web.port);
    let grant = HttpGrant { host: "127.0.0.1".into(), below: false, port, private: true };
    let mut config = config::Plugin {
        grants: Grants { http: vec![grant], ..Grants::default() },
        timeout: Duration::from_secs(5),
        ..declared("caller")
    };
    change(&mut config);
    HOST.load(&config).unwrap()
}

pub(crate) struct Rig {
    pub(crate) services: StreamServices,
    pub(crate) journal: Journal,
    pub(crate) states: States,
    pub(crate) wanted: watch::Sender<bool>,
}

impl Rig {
    pub(crate) fn new() -> Self {
        let (journal, states, wanted) = (Journal::default(), States::default(), watch::Sender::new(false));
        let thread = Services::start().unwrap();
        let services = StreamServices::new(&thread, &stream(), &states, &journal, wanted.subscribe());
        Self { services, journal, states, wanted }
    }

    pub(crate) fn sink(&mut self, plugin: &Arc<Plugin>, options: Value) {
        let used = SinkUse { plugin: plugin.name().to_owned(), options, kinds: vec![] };
        self.services.apply(&[], &[SinkLink { plugin: plugin.clone(), used }]);
    }

    /// Waits until its one service is as it should be.
    pub(crate) async fn until(&self, is: impl Fn(&ServiceSnapshot) -> bool) -> ServiceSnapshot {
        let begin = Instant::now();
        loop {
            let snapshot = self.services.snapshot().pop().unwrap();
            if is(&snapshot) {
                return snapshot;
            }
            assert!(begin.elapsed() < Duration::from_secs(20), "{snapshot:?}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

#[tokio::test]
async fn a_sink_is_told_of_events_with_what_belongs_to_them() {
    let web = Web::serve(&[OK]).await;
    let mut rig = Rig::new();
    rig.sink(&caller(Some(&web), |_| {}), json!({ "url": web.url }));
    let found = Annotation {
        label: "car".into(),
        score: 1.0,
        area: Share { x: 0.5, y: 0.0, width: 0.1, height: 0.1 },
        track: None,
        attributes: vec![],
    };
    let scene = Scene { annotations: [found].into(), still: None };
    rig.journal.write("stream-live", Some(&stream()), None, Value::Null);
    rig.journal.write_scene("seen", Some(&stream()), Some("motion"), json!({ "n": 1 }), scene);
    rig.until(|sink| sink.succeeded == 2).await;
    assert_eq!(
        web.bodies(),
        ["1 stream-live  null still=false found=", "1 seen motion {\"n\":1} still=false found=car@640"]
    );
}

#[tokio::test]
async fn an_event_that_could_not_be_taken_is_tried_again_and_those_behind_it_wait() {
    const LATER: &str = "HTTP/1.1 429 Later\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    const NO: &str = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let web = Web::serve(&[LATER, LATER, OK, NO, OK]).await;
    let mut rig = Rig::new();
    rig.sink(&caller(Some(&web), |_| {}), json!({ "url": web.url }));
    for kind in ["a", "b", "c"] {
        rig.journal.write(kind, Some(&stream()), None, Value::Null);
    }
    let sink = rig.until(|sink| sink.succeeded == 2).await;
    assert_eq!((sink.retried, sink.dropped), (2, 1));
    let begins: Vec<_> = web.bodies().iter().map(|body| body[..3].to_owned()).collect();
    assert_eq!(begins, ["1 a", "2 a", "3 a", "1 b", "1 c"]);
    assert_eq!(sink.last_fault.as_deref(), Some("status 404"));
}

#[tokio::test]
async fn a_sink_with_other_options_goes_on_where_the_one_before_was() {
    const DOWN: &str = "HTTP/1.1 503 Down\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let web = Web::serve(&[OK, DOWN, OK]).await;
    let (mut rig, plugin) = (Rig::new(), caller(Some(&web), |_| {}));
    rig.sink(&plugin, json!({ "url": web.url }));
    for kind in ["a", "b", "c"] {
        rig.journal.write(kind, Some(&stream()), None, Value::Null);
    }
    rig.until(|sink| sink.retried == 1).await;
    rig.sink(&plugin, json!({ "url": web.url, "then": "nothing" }));
    rig.until(|sink| sink.succeeded == 2).await;
    let begins: Vec<_> = web.bodies().iter().map(|body| body[..3].to_owned()).collect();
    assert_eq!(begins, ["1 a", "1 b", "1 b", "1 c"], "nothing is told twice but what was not taken");
}

#[tokio::test]
async fn a_sink_that_fails_rests_its_queue_drops_the_oldest_and_the_breaker_ends_it() {
    let mut rig = Rig::new();
    let limits = |config: &mut config::Plugin| (config.queue, config.max_failures) = (2, 2);
    rig.sink(&caller(None, limits), json!({ "then": "trap" }));
    for n in 0..6 {
        rig.journal.write("seen", Some(&stream()), None, json!(n));
    }
    let sink = rig.until(|sink| sink.health == Health::Failed).await;
    assert_eq!(sink.faults.get(&Kind::Trap), Some(&2));
    assert!(sink.last_fault.as_deref().is_some_and(|fault| fault.contains("a bad day")), "{sink:?}");
    let sink = rig.until(|sink| sink.dropped == 6).await;
    assert_eq!((sink.calls, sink.succeeded, sink.queued), (2, 0, 0));
    let failed = rig.journal.since(0).iter().filter(|event| event.kind == "plugin-failed").count();
    assert!((1..=2).contains(&failed), "{failed}");
}

#[tokio::test]
async fn a_loop_and_a_long_wait_are_ended_and_others_go_on_meanwhile() {
    let web = Web::serve(&[OK]).await;
    let (mut looping, mut sleeping) = (Rig::new(), Rig::new());
    // All three on one thread, as in the program.
    let thread = Services::start().unwrap();
    let on_thread =
        |rig: &Rig| StreamServices::new(&thread, &stream(), &States::default(), &rig.journal, rig.wanted.subscribe());
    (looping.services, sleeping.services) = (on_thread(&looping), on_thread(&sleeping));
    let mut healthy = Rig::new();
    healthy.services = on_thread(&healthy);
    let short = |config: &mut config::Plugin| config.timeout = Duration::from_millis(400);
    looping.sink(&caller(None, |_| {}), json!({ "then": "loop" }));
    sleeping.sink(
        &caller(None, |config| {
            short(config);
            config.grants.clock = true;
        }),
        json!({ "then": "sleep" }),
    );
    healthy.sink(&caller(Some(&web), |_| {}), json!({ "url": web.url }));
    for rig in [&looping, &sleeping] {
        rig.journal.write("seen", Some(&stream()), None, Value::Null);
    }
    for n in 0..10 {
        healthy.journal.write("seen", Some(&stream()), None, json!(n));
    }
    healthy.until(|sink| sink.succeeded == 10).await;
    let looped = looping.until(|sink| !sink.faults.is_empty()).await;
    assert!(looped.last_fault.as_deref().is_some_and(|fault| fault.contains("CPU time")), "{looped:?}");
    let slept = sleeping.until(|sink| !sink.faults.is_empty()).await;
    assert!(slept.last_fault.as_deref().is_some_and(|fault| fault.contains("waiting included")), "{slept:?}");
    assert_eq!((looped.faults.get(&Kind::Deadline), slept.faults.get(&Kind::Deadline)), (Some(&1), Some(&1)));
}

#[tokio::test]
async fn what_is_not_granted_is_refused_with_the_line_to_add_also_behind_a_redirect() {
    const AWAY: &str =
        "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.2:9/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let web = Web::serve(&[AWAY]).await;
    let mut rig = Rig::new();
    rig.sink(&caller(Some(&web), |_| {}), json!({ "url": web.url }));
    rig.journal.write("seen", Some(&stream()), None, Value::Null);
    let sink = rig.until(|sink| sink.dropped == 1).await;
    let told = sink.last_fault.unwrap();
    assert!(told.contains("grants.http = [\\\"127.0.0.2:9\\\"]"), "{told}");
    assert_eq!(web.bodies().len(), 1);
}

#[tokio::test]
async fn answers_are_bounded() {
    const HUGE: &str = "HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\nConnection: close\r\n\r\n";
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await.unwrap();
        // What comes before anything was asked would be no answer.
        _ = connection.read(&mut [0; 4096]).await;
        _ = connection.write_all(HUGE.as_bytes()).await;
        while connection.write_all(&[0; 65_536]).await.is_ok() {}
    });
    let web = Web { url: format!("http://127.0.0.1:{port}/"), port, got: Arc::default() };
    let mut rig = Rig::new();
    rig.sink(&caller(Some(&web), |_| {}), json!({ "url": web.url }));
    rig.journal.write("seen", Some(&stream()), None, Value::Null);
    let sink = rig.until(|sink| sink.dropped == 1).await;
    assert!(sink.last_fault.as_deref().is_some_and(|told| told.contains("TooLarge(1048576)")), "{sink:?}");
}

#[tokio::test]
async fn a_poller_ticks_while_pictures_are_wanted_and_keeps_what_it_read_over_its_instances() {
    let web = Web::serve(&[OK]).await;
    let mut rig = Rig::new();
    let plugin = caller(Some(&web), |config| config.every = Duration::from_secs(1));
    let links = [link(plugin.clone(), json!({ "url": web.url }))];
    rig.services.apply(&links, &[]);
    // Without a role for pictures it ticks always.
    rig.until(|poller| poller.succeeded == 1).await;
    assert_eq!(web.bodies(), ["tick 1 of lobby"]);
    // Nothing changed: it goes on, and is not asked at once again.
    rig.services.apply(&links, &[]);
    assert_eq!(rig.services.snapshot()[0].succeeded, 1);
    // Other options make another instance; what the first one kept is there.
    rig.services.apply(&[link(plugin, json!({ "url": web.url, "then": "nothing" }))], &[]);
    rig.until(|poller| poller.succeeded == 1).await;
    assert_eq!(web.bodies().last().unwrap(), "tick 2 of lobby");
    let told = rig.journal.since(0);
    assert_eq!((told[0].kind.as_str(), told[0].data.value()["count"].clone()), ("ticked", json!(1)));
    drop(rig.wanted);
}

#[tokio::test]
async fn of_ticks_that_fail_in_a_row_the_first_is_told() {
    const AWAY: &str = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let web = Web::serve(&[AWAY, AWAY, OK, AWAY]).await;
    let mut rig = Rig::new();
    let plugin = caller(Some(&web), |config| config.every = Duration::from_secs(1));
    rig.services.apply(&[link(plugin, json!({ "url": web.url }))], &[]);
    let told = || rig.journal.since(0).iter().map(|event| event.kind.clone()).collect::<Vec<_>>();
    rig.until(|_| told().iter().filter(|kind| *kind == "plugin-tick-failed").count() == 2).await;
    assert_eq!(told(), ["ticked", "plugin-tick-failed", "ticked", "ticked", "ticked", "plugin-tick-failed"]);
    assert_eq!(rig.journal.since(0)[1].data.value()["message"], "status 503");
}

#[tokio::test]
async fn a_service_is_replaced_as_often_as_it_may_be_called_and_goes_on() {
    let web = Web::serve(&[OK]).await;
    let mut rig = Rig::new();
    let few = |config: &mut config::Plugin| (config.every, config.recycle_after) = (Duration::from_millis(5), Some(2));
    rig.services.apply(&[link(caller(Some(&web), few), json!({ "url": web.url }))], &[]);
    let poller = rig.until(|poller| poller.succeeded >= 6).await;
    assert!(poller.recycled >= 2 && poller.faults.is_empty() && poller.memory > 0, "{poller:?}");
    assert!(web.bodies().contains(&"tick 6 of lobby".to_owned()), "{:?}", web.bodies());
}

fn applicant(token: Option<&str>) -> Applicant {
    Applicant {
        action: "view",
        stream: Some("lobby".into()),
        target: "GET /ws/lobby".into(),
        token: token.map(ToOwned::to_owned),
        user: None,
        headers: vec![],
        address: [127, 0, 0, 1].into(),
        time: SystemTime::now(),
    }
}

#[tokio::test]
async fn an_access_policy_decides_is_remembered_and_refuses_when_it_fails() {
    let (services, journal) = (Services::start().unwrap(), Journal::default());
    let policy = AccessPolicy::new(&services, &caller(None, |_| {}), &json!({}), &journal);
    assert_eq!(policy.decide(applicant(None)).await, Decision::Challenge);
    assert_eq!(policy.decide(applicant(Some("wrong"))).await, Decision::Refuse("a wrong token".into()));
    for _ in 0..3 {
        assert_eq!(policy.decide(applicant(Some("secret"))).await, Decision::Allow(Some("friend".into())));
    }
    assert_eq!(policy.snapshot().calls, 3, "what it said holds for a while");
    for _ in 0..2 {
        assert_eq!(policy.decide(applicant(Some("brief"))).await, Decision::Allow(None));
    }
    assert_eq!(policy.snapshot().calls, 5, "unless it says otherwise");

    let failing = AccessPolicy::new(&services, &caller(None, |_| {}), &json!({ "then": "trap" }), &journal);
    assert_eq!(failing.decide(applicant(Some("secret"))).await, Decision::Refuse("the access policy failed".into()));
    let slow = |config: &mut config::Plugin| config.timeout = Duration::from_millis(100);
    let looping = AccessPolicy::new(&services, &caller(None, slow), &json!({ "then": "loop" }), &journal);
    assert!(matches!(looping.decide(applicant(Some("secret"))).await, Decision::Refuse(_)));
    // Meanwhile and afterwards the healthy one answers.
    assert_eq!(policy.decide(applicant(Some("brief"))).await, Decision::Allow(None));
}
