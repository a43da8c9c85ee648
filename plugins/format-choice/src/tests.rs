use framegate_plugin::Rendition;
use framegate_plugin::harness::{Chosen, Test, Value, json, schema_agrees};

use super::*;

fn choose(viewer: &Viewer) -> Chosen {
    Test::<FormatChoice>::new(json!({})).unwrap().choose(viewer)
}

fn rendition(format: &str, quality: u8, width: u32, rate: f32) -> Rendition {
    Rendition { format: format.into(), quality, width, rate }
}

fn webp(quality: u8, width: u32, rate: f32) -> Rendition {
    rendition("image/webp", quality, width, rate)
}

/// Gets all that it is sent, on a link that is busy for this share of the time.
fn getting_on(current: Rendition, busy: f32) -> Viewer {
    Viewer {
        delivered: current.rate,
        write_wait: busy,
        running: vec![current.clone()],
        current: Some(current),
        ..Viewer::default()
    }
}

/// Gets this share of what it is sent.
fn slow(current: Rendition, share: f32) -> Viewer {
    let rate = current.rate;
    Viewer { delivered: share * rate, skipped: rate - share * rate, ..getting_on(current, 1.0) }
}

/// Quality, width, rate; 0 for what is left as configured.
fn numbers(chosen: &Chosen) -> (u8, u32, f32) {
    (chosen.quality.unwrap_or(0), chosen.width.unwrap_or(0), chosen.rate.unwrap_or(0.0))
}

#[test]
fn the_format_is_webp_for_whom_it_serves() {
    let viewer = |accepts: &[&str], load: f32, current: Option<&str>| Viewer {
        accepts: accepts.iter().map(|&format| format.to_owned()).collect(),
        encoder_load: load,
        current: current.map(|format| rendition(format, 80, 1920, 25.0)),
        ..Viewer::default()
    };
    let (both, jpeg) = (["image/webp", "image/jpeg"], ["image/jpeg"]);
    for (accepts, load, current, expected) in [
        (&both[..], 0.0, None, "image/webp"),
        (&jpeg, 0.0, None, "image/jpeg"),
        (&[], 0.0, None, "image/jpeg"),
        (&["image/avif"], 0.0, None, "image/avif"),
        (&both, 0.7, None, "image/jpeg"),
        (&both, 0.7, Some("image/webp"), "image/webp"),
        (&both, 0.7, Some("image/jpeg"), "image/jpeg"),
        (&both, 0.6, Some("image/jpeg"), "image/webp"),
        (&both, 0.81, Some("image/webp"), "image/jpeg"),
    ] {
        assert_eq!(choose(&viewer(accepts, load, current)).format, expected, "{accepts:?} {load} {current:?}");
    }
    let made = Viewer { running: vec![webp(80, 1920, 25.0)], ..viewer(&both, 0.7, None) };
    assert_eq!(choose(&made).format, "image/webp");
    let asked = Viewer { asked_format: Some("image/jpeg".into()), ..viewer(&both, 0.0, None) };
    assert_eq!(choose(&asked).format, "image/jpeg");
}

#[test]
fn a_viewer_begins_with_the_best_or_with_what_runs() {
    assert_eq!(numbers(&choose(&Viewer::default())), (0, 0, 0.0));
    let asks = Viewer { asked_quality: Some(90), asked_width: Some(4000), asked_rate: Some(5.0), ..Viewer::default() };
    assert_eq!(numbers(&choose(&asks)), (90, 1920, 5.0));
    let running = |running: &[Rendition]| Viewer { running: running.to_vec(), ..Viewer::default() };
    assert_eq!(numbers(&choose(&running(&[webp(60, 1280, 15.0), webp(60, 1280, 25.0)]))), (60, 1280, 0.0));
    assert_eq!(numbers(&choose(&running(&[webp(80, 320, 25.0)]))), (0, 0, 0.0), "a thumbnail is no beginning");
    assert_eq!(numbers(&choose(&running(&[rendition("image/jpeg", 60, 1280, 25.0)]))), (0, 0, 0.0));
    let small = Viewer { asked_width: Some(640), ..running(&[webp(80, 1920, 25.0)]) };
    assert_eq!(numbers(&choose(&small)), (0, 640, 0.0), "not more than it asks for");
}

#[test]
fn who_is_slow_loses_quality_then_width_then_rate() {
    let down = |current: Rendition, share: f32| numbers(&choose(&slow(current, share)));
    assert_eq!(down(webp(80, 1920, 25.0), 0.96), (60, 0, 0.0));
    assert_eq!(down(webp(80, 1920, 25.0), 0.9), (40, 0, 0.0));
    assert_eq!(down(webp(80, 1920, 25.0), 0.6), (40, 1280, 0.0), "as far as it needs");
    assert_eq!(down(webp(40, 1920, 25.0), 0.8), (40, 1280, 0.0));
    assert_eq!(down(webp(40, 320, 25.0), 0.8), (40, 320, 15.0));
    assert_eq!(down(webp(40, 320, 2.0), 0.1), (40, 320, 2.0), "the least is the least");
    let waits = Viewer { skipped: 0.0, delivered: 25.0, ..slow(webp(80, 1920, 25.0), 1.0) };
    assert_eq!(numbers(&choose(&waits)), (60, 0, 0.0), "writes that always wait are the first sign");
    let running = vec![webp(80, 1920, 25.0), webp(50, 1920, 25.0), webp(40, 640, 25.0)];
    let joins = Viewer { running, ..slow(webp(80, 1920, 25.0), 0.96) };
    assert_eq!(numbers(&choose(&joins)), (50, 0, 0.0), "what runs, if it is nearly that");
}

#[test]
fn who_gets_on_is_given_as_much_as_there_is_room_for() {
    let up = |current: Rendition, busy: f32| numbers(&choose(&getting_on(current, busy)));
    assert_eq!(up(webp(40, 320, 2.0), 0.0), (60, 480, 5.0));
    assert_eq!(up(webp(40, 320, 2.0), 0.2), (40, 320, 5.0), "rate first");
    assert_eq!(up(webp(40, 640, 25.0), 0.25), (40, 960, 0.0));
    assert_eq!(up(webp(60, 1920, 25.0), 0.4), (0, 0, 0.0), "the best is what is configured");
    for busy in [0.5, 0.6, 0.7, 0.85] {
        assert_eq!(up(webp(60, 1920, 25.0), busy), (60, 0, 0.0), "neither slow nor idle: nothing changes");
    }
    let gated = Viewer { delivered: 2.5, ..getting_on(webp(60, 1920, 25.0), 0.1) };
    assert_eq!(numbers(&choose(&gated)), (60, 0, 0.0), "a gate that is closed leaves the link idle");
    let nothing = Viewer { delivered: 0.0, ..getting_on(webp(60, 1920, 25.0), 0.0) };
    assert_eq!(numbers(&choose(&nothing)), (60, 0, 0.0));
    let busy = Viewer {
        encoder_load: 0.95,
        accepts: vec!["image/jpeg".into()],
        ..getting_on(rendition("image/jpeg", 60, 1280, 25.0), 0.0)
    };
    assert_eq!(numbers(&choose(&busy)), (60, 1280, 0.0), "nothing new while the encoders are busy");
    let running = vec![rendition("image/jpeg", 80, 1280, 25.0)];
    assert_eq!(numbers(&choose(&Viewer { running, ..busy })), (0, 1280, 0.0), "but what runs anyway");
    let asked = Viewer { asked_width: Some(640), asked_rate: Some(10.0), ..getting_on(webp(80, 640, 10.0), 0.0) };
    assert_eq!(numbers(&choose(&asked)), (0, 640, 10.0), "never more than the URL asks");
}

/// A link of this many bits a second, a stream of 1920 pixels and 25 pictures a second, and a host that snaps as Framegate does.
struct Link {
    viewer: Viewer,
    capacity: f32,
    test: Test<FormatChoice>,
    /// What was sent, a line for each period of two seconds.
    sent: Vec<Rendition>,
}

impl Link {
    fn new(capacity: f32) -> Self {
        let (viewer, test) = (Viewer::default(), Test::new(json!({})).unwrap());
        Self { viewer, capacity, test, sent: Vec::new() }
    }

    /// Bits of a picture: half a bit a pixel at quality 80.
    fn bits(rendition: &Rendition) -> f32 {
        let quality = f32::from(rendition.quality) / 80.0;
        0.5 * (0.3 + 0.7 * quality * quality) * rendition.width as f32 * rendition.width as f32 * 9.0 / 16.0
    }

    fn period(&mut self) {
        let chosen = self.test.choose(&self.viewer);
        let (quality, width, rate) =
            (chosen.quality.unwrap_or(80), chosen.width.unwrap_or(1920), chosen.rate.unwrap_or(25.0));
        let current = webp((quality + 5) / 10 * 10, width, rate.min(25.0));
        let needs = Self::bits(&current) * current.rate;
        let delivered = current.rate * (self.capacity / needs).min(1.0);
        // Two digits, as the host gives them.
        let round = |value: f32| (value * 100.0).round() / 100.0;
        self.viewer.delivered = round(delivered);
        self.viewer.skipped = round(current.rate - delivered);
        self.viewer.write_wait = round((needs / self.capacity).min(1.0));
        self.viewer.current = Some(current.clone());
        self.sent.push(current);
    }

    fn run(&mut self, periods: usize) -> Rendition {
        (0..periods).for_each(|_| self.period());
        self.sent[self.sent.len() - 1].clone()
    }

    /// Whether nothing changed for so many periods.
    fn is_steady(&self, periods: usize) -> bool {
        self.sent[self.sent.len() - periods..].windows(2).all(|pair| pair[0] == pair[1])
    }
}

#[test]
fn a_throttled_viewer_comes_to_rest_at_what_its_link_takes_and_comes_back() {
    let full = Link::bits(&webp(80, 1920, 25.0)) * 25.0;
    for share in [1.5, 0.9, 0.7, 0.5, 0.3, 0.2, 0.1, 0.05, 0.02, 0.005] {
        let mut link = Link::new(full * share);
        let rest = link.run(30);
        assert!(link.is_steady(15), "{share}: {:?}", link.sent);
        let takes = Link::bits(&rest) * rest.rate / link.capacity;
        assert!(
            (0.2..=0.85).contains(&takes) || (share > 1.0 && rest == webp(80, 1920, 25.0)),
            "{share}: {takes} {rest:?}"
        );
        assert_eq!(link.viewer.skipped, 0.0, "{share}");

        link.capacity = full * 3.0;
        assert_eq!(link.run(20), webp(80, 1920, 25.0), "{share}: {:?}", link.sent);
        assert!(link.is_steady(8), "{share}");
    }
}

#[test]
fn neither_a_link_that_narrows_nor_one_that_trembles_makes_it_flap() {
    let full = Link::bits(&webp(80, 1920, 25.0)) * 25.0;
    let mut link = Link::new(full);
    for n in 0..200 {
        link.capacity = full * 2.0 * 0.97f32.powi(n);
        link.period();
    }
    link.sent.dedup();
    assert!((10..=18).contains(&link.sent.len()), "from a free link to a four-hundredth: {:?}", link.sent);

    for share in [0.9, 0.6, 0.4, 0.25, 0.1, 0.04] {
        let mut link = Link::new(full * share);
        for n in 0..200u32 {
            link.capacity = full * share * (1.0 + (n * 7919 % 21) as f32 / 100.0 - 0.1);
            link.period();
        }
        link.sent.drain(..20);
        link.sent.dedup();
        assert!(link.sent.len() <= 3, "{share} of what is needed, a tenth more or less: {:?}", link.sent);
    }
}

#[test]
fn wrong_options_are_told_at_once() {
    let options = json!({ "quality": 0, "least_quality": 101, "least_width": 0, "least_rate": 0, "webp_load": 1.5 });
    let mistakes = Test::<FormatChoice>::new(options).map(|_| ()).unwrap_err();
    let paths: Vec<_> = mistakes.iter().map(|mistake| &*mistake.path).collect();
    assert_eq!(paths, ["/quality", "/least_quality", "/least_width", "/least_rate", "/webp_load"]);
    assert_eq!(mistakes[3].message, "must be 1 to 240 (pictures a second), got 0");
}

#[test]
fn schema_and_options_agree() {
    let empty: Value = json!({});
    schema_agrees::<FormatChoice>(&[empty]);
}
