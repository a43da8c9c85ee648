//! Screens as text: `snapshots/NAME.txt`. `FRAMEGATE_BLESS=1 cargo test -p framegate-top` writes them.

use std::fs;
use std::path::Path;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::style::Color;
use serde_json::json;

use super::*;
use crate::api::{Plugins, Server, Step, Streams};
use crate::keys::Key;
use crate::model::{Snapshot, Told};

/// What a minute after eight on the first day of 1970 is.
const NOW: u64 = 28_860_000;

fn draw_in(width: u16, height: u16, model: &Model, colors: Colors) -> Terminal<TestBackend> {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("memory");
    terminal.draw(|frame| draw(frame, model, colors)).expect("memory");
    terminal
}

/// Compares what is drawn to the file of this name.
fn shows(name: &str, model: &Model) {
    let terminal = draw_in(120, 24, model, Colors::Used);
    let buffer = terminal.backend().buffer();
    let rows = buffer.content().chunks(usize::from(buffer.area.width));
    let lines = rows.map(|row| row.iter().map(|cell| cell.symbol()).collect::<String>().trim_end().to_owned() + "\n");
    let text: String = lines.collect();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/snapshots").join(format!("{name}.txt"));
    if std::env::var_os("FRAMEGATE_BLESS").is_some() {
        fs::write(&file, &text).expect("the sources can be written");
    }
    let expected = fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(text, expected, "{name}: FRAMEGATE_BLESS=1 writes it");
}

fn streams(names: usize) -> Snapshot {
    let states =
        ["live", "live", "back-off", "idle", "failed", "live", "stalled", "connecting", "disabled", "sleeping"];
    let stream = |at: usize| {
        let state = states[at % states.len()];
        let is_live = state == "live";
        let detail = match state {
            "back-off" => Some("cannot reach 10.0.0.4:554: Connection refused (os error 111)"),
            "failed" => Some("the camera refuses `username` and `password` (401)"),
            _ => None,
        };
        json!({
            "name": format!("camera-{at:02}"), "state": state, "detail": detail, "since": NOW - 61_000 * (at as u64 + 1),
            "retry_in_ms": detail.map(|_| 3_400), "source": format!("rtsp://10.0.0.{at}/stream1"),
            "transport": is_live.then_some("tcp"), "codec": is_live.then_some("H.264"),
            "size": is_live.then_some(json!({ "width": 1920, "height": 1080 })), "rate": if is_live { 25.0 } else { 0.0 },
            "bitrate": if is_live { 4_000_000 + 100_000 * at } else { 0 },
            "viewers": { "websocket": at % 3, "mjpeg": 0, "hls": at % 2, "total": at % 3 + at % 2 },
            "max_viewers": at.is_multiple_of(2).then_some(8), "reconnects": at % 4, "failures": at % 5, "lost": 12,
            "a key of a newer server": true,
        })
    };
    let list = json!({ "streams": (0..names).map(stream).collect::<Vec<_>>() });
    let plugins = json!({ "plugins": [
        { "name": "clock", "streams": [{ "stream": "camera-00", "health": "ok" }, { "stream": "camera-01", "health": "ok" }] },
        { "name": "privacy-mask", "streams": [{ "stream": "camera-01", "health": "failed", "last_fault": "the deadline of 50ms has passed" }] },
    ] });
    let Streams { streams } = serde_json::from_value(list).expect("the API's shape");
    let Plugins { plugins } = serde_json::from_value(plugins).expect("the API's shape");
    let server = Server { version: "0.1.0".into(), uptime: 7_500, memory: 73_400_000 };
    Snapshot { streams, plugins, server: Some(server), now: NOW }
}

fn model(names: usize) -> Model {
    let mut model = Model::new("https://cams.example/cameras", false);
    for second in 0..30_u64 {
        let mut snapshot = streams(names);
        for stream in &mut snapshot.streams {
            stream.bitrate = stream.bitrate * (second % 6 + 5) / 10;
        }
        model.told(Told::Snapshot(snapshot));
    }
    let event = json!({ "time": NOW - 5_000, "kind": "stream-offline", "stream": "camera-02",
        "data": { "reason": { "kind": "unreachable", "text": "cannot reach 10.0.0.4:554: Connection refused (os error 111)" } } });
    model.told(Told::Event(serde_json::from_value(event).expect("the API's shape")));
    let event =
        json!({ "time": NOW - 1_000, "kind": "plugin-failed", "plugin": "privacy-mask", "stream": "camera-01" });
    model.told(Told::Event(serde_json::from_value(event).expect("the API's shape")));
    model
}

#[test]
fn many_streams_are_a_row_each_and_the_chosen_one_is_in_sight() {
    let mut model = model(40);
    shows("many", &model);
    model.pressed(Key::End);
    shows("many-the-last", &model);
    for key in "s/back".chars() {
        model.pressed(Key::Character(key));
    }
    shows("many-filter", &model);
    model.pressed(Key::Character('?'));
    shows("many-filter-none", &model);
}

#[test]
fn one_stream_has_its_reason_its_plugins_and_its_timeline() {
    let mut model = model(12);
    model.pressed(Key::Down);
    model.pressed(Key::Enter);
    shows("detail", &model);
    model.pressed(Key::Down);
    let steps = json!([
        { "time": NOW - 70_000, "to": "connecting" },
        { "time": NOW - 61_000, "to": "back-off", "reason": { "kind": "unreachable", "text": "cannot reach 10.0.0.4:554" } },
    ]);
    let steps: Vec<Step> = serde_json::from_value(steps).expect("the API's shape");
    model.told(Told::Timeline("camera-02".into(), steps));
    shows("detail-timeline", &model);
    model.told(Told::Snapshot(streams(1)));
    shows("detail-gone", &model);
}

#[test]
fn without_streams_it_says_how_one_is_made() {
    let mut model = Model::new("http://127.0.0.1:8080", false);
    shows("connecting", &model);
    model.told(Told::Snapshot(streams(0)));
    shows("none", &model);
}

#[test]
fn a_server_that_does_not_answer_is_told_with_what_to_do() {
    let mut offline = Model::new("http://127.0.0.1:8080", false);
    let refused = || Told::Failed(Failure::Unreachable("Connection refused (os error 111)".into()));
    offline.told(refused());
    shows("offline", &offline);
    let mut away = model(3);
    away.told(refused());
    shows("away", &away);
    for (name, has_token) in [("unauthorized", false), ("unauthorized-token", true)] {
        let mut model = Model::new("http://127.0.0.1:8080", has_token);
        model.told(Told::Failed(Failure::Unauthorized));
        shows(name, &model);
    }
}

#[test]
fn without_colours_nothing_has_one_and_small_terminals_are_drawn() {
    let model = model(20);
    let colors = |colors| {
        let terminal = draw_in(100, 30, &model, colors);
        terminal.backend().buffer().content().iter().filter(|cell| cell.fg != Color::Reset).count()
    };
    assert!(colors(Colors::Used) > 20);
    assert_eq!(colors(Colors::None), 0);
    for (width, height) in [(1, 1), (20, 3), (40, 5), (80, 24), (300, 100)] {
        draw_in(width, height, &model, Colors::Used);
    }
}
