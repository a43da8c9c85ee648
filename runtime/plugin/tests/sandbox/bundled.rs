//! The plugins that come with the program, in the host.

use codec::Picture;
use codec::draw::{Rect, Rgba, fill};
use media::Size;
use plugin::{Mode, Outcome, Role};
use serde_json::{Value, json};

use crate::rig::{SIZE, bundled, chain, luma, picture, sized, stream};

/// Each mistake as "path: message".
fn mistakes(plugin: &str, options: Value) -> Vec<String> {
    let told = bundled(plugin).check(Some(&stream()), &options).err().unwrap_or_default();
    told.into_iter().map(|mistake| format!("{}: {}", mistake.path, mistake.message)).collect()
}

/// The area that differs from black: x, y, right, bottom.
fn drawn(picture: &Picture) -> Option<(u32, u32, u32, u32)> {
    let Size { width, height } = picture.size();
    let (mut left, mut top, mut right, mut bottom) = (width, height, 0, 0);
    for y in 0..height {
        for x in (0..width).filter(|&x| luma(picture, x, y) != 16) {
            (left, top, right, bottom) = (left.min(x), top.min(y), right.max(x + 1), bottom.max(y + 1));
        }
    }
    (right > 0).then_some((left, top, right, bottom))
}

fn shown(plugin: &str, options: Value, picture: Picture) -> Picture {
    let (mut chain, _) = chain([(bundled(plugin), options)]);
    match chain.process(picture, Mode::All) {
        Outcome::Shown(picture) => picture,
        _ => panic!("not shown: {:?}", chain.snapshot_handle().snapshot()),
    }
}

#[test]
fn each_describes_itself_with_a_schema_of_its_options() {
    for (name, role) in [("clock", Role::Filter), ("motion-gate", Role::Analyzer), ("privacy-mask", Role::Filter)] {
        let plugin = bundled(name);
        assert_eq!((plugin.picture_role(), plugin.describe().name.as_str()), (Some(role), name));
        assert_eq!(plugin.describe().version, "0.1.0");
        assert!(!plugin.describe().description.is_empty());
        assert_eq!(plugin.describe().options["type"], "object", "{name}");
    }
}

#[test]
fn clock_writes_where_it_is_told_to() {
    let size = Size::new(640, 360);
    let at = |position: &str, text: &str| {
        let options = json!({ "position": position, "text": text, "size": 24, "background": "none" });
        drawn(&shown("clock", options, sized(0, size))).unwrap_or_else(|| panic!("{position}: nothing"))
    };
    let (left, top, right, bottom) = at("top-left", "{stream} {date} {time}");
    assert!(left < 40 && top < 40 && right > 150 && right < 500 && bottom < 60, "{left} {top} {right} {bottom}");
    let (left, top, ..) = at("bottom-right", "{time}");
    assert!(left > 400 && top > 300, "{left} {top}");
    let (left, top, right, bottom) = at("center", "x");
    assert!(left.abs_diff(640 - right) < 12 && top.abs_diff(360 - bottom) < 24, "{left} {top} {right} {bottom}");
    // A background is seen without any text, on the box's own area.
    let (left, top, ..) = drawn(&shown("clock", json!({ "background": "#ffffff" }), sized(0, size))).unwrap();
    assert_eq!((left, top), (6, 6));
}

#[test]
fn clock_shows_the_time_of_the_picture() {
    let (mut chain, _) = chain([(bundled("clock"), json!({ "text": "{%S}", "zone": "Europe/Berlin" }))]);
    let mut seen = Vec::new();
    for n in [0, 1, 30, 31] {
        let Outcome::Shown(picture) = chain.process(picture(n), Mode::All) else { panic!("withheld") };
        seen.push(picture.planes()[0].data.to_vec());
    }
    assert!(seen[0] == seen[1] && seen[2] == seen[3], "the same within a second");
    assert!(seen[1] != seen[2], "another one after it");
}

#[test]
fn clock_fits_a_picture_whose_size_changes() {
    let (mut chain, _) = chain([(bundled("clock"), json!({ "position": "bottom-right" }))]);
    for (n, size) in [Size::new(1920, 1080), Size::new(64, 36), Size::new(641, 361)].into_iter().enumerate() {
        let Outcome::Shown(picture) = chain.process(sized(n as u64, size), Mode::All) else { panic!("withheld") };
        assert!(drawn(&picture).is_some(), "{size}");
    }
}

#[test]
fn clock_says_all_that_is_wrong_at_once() {
    assert_eq!(mistakes("clock", json!({})), [""; 0]);
    assert_eq!(
        mistakes("clock", json!({ "zone": "Europe/Belrin", "size": 4, "text": "{steam}" })),
        [
            "/zone: must be an IANA time zone such as \"Europe/Berlin\", got \"Europe/Belrin\"",
            "/size: must be 6 to 512 (pixels), got 4",
            "/text: knows {stream}, {date}, {time} and patterns such as {%H:%M}, got {steam}",
        ]
    );
    assert!(mistakes("clock", json!({ "text": "{%}" }))[0].starts_with("/text: the pattern \"%\" is not understood"));
    assert_eq!(
        mistakes("clock", json!({ "color": "red" })),
        ["/color: must be a colour such as \"#ffcc00\" or \"#ffcc0080\", got \"red\""]
    );
    assert!(
        mistakes("clock", json!({ "position": "middle" }))[0]
            .starts_with("/position: unknown variant `middle`, expected one of")
    );
    assert!(
        mistakes("clock", json!({ "colour": "#ffffff" }))[0].contains("unknown field `colour`, expected one of `text`")
    );
}

#[test]
fn a_mask_covers_its_area_and_no_more() {
    let white = || {
        let mut picture = picture(0);
        fill(
            &mut picture,
            Rect { x: 0, y: 0, width: SIZE.width, height: SIZE.height },
            Rgba { red: 255, green: 255, blue: 255, alpha: 255 },
        );
        picture
    };
    let area = json!([{ "x": 25, "y": 50, "width": 10.1, "height": 20 }]);
    let masked = shown("privacy-mask", json!({ "areas": area, "color": "#000000" }), white());
    for (x, y, covered) in
        [(160, 180, true), (225, 251, true), (159, 180, false), (160, 179, false), (226, 200, false), (200, 252, false)]
    {
        assert_eq!(luma(&masked, x, y) < 40, covered, "{x} {y}");
    }
    let mut striped = white();
    for x in (0..SIZE.width as i32).step_by(8) {
        fill(
            &mut striped,
            Rect { x, y: 0, width: 4, height: SIZE.height },
            Rgba { red: 0, green: 0, blue: 0, alpha: 255 },
        );
    }
    for how in ["pixelate", "blur"] {
        let masked = shown("privacy-mask", json!({ "areas": area, "how": how }), striped.clone());
        let inside: Vec<_> = (176..208).map(|x| luma(&masked, x, 200)).collect();
        let spread = inside.iter().max().unwrap() - inside.iter().min().unwrap();
        assert!(spread < 60, "{how}: {inside:?}");
        assert_eq!(
            (luma(&masked, 100, 200), luma(&masked, 101, 200)),
            (luma(&striped, 100, 200), luma(&striped, 101, 200))
        );
    }
}

#[test]
fn a_mask_says_what_is_wrong_with_each_area() {
    let good = json!({ "x": 1, "y": 1, "width": 1, "height": 1 });
    let areas = |x: f64, width: Value| json!({ "areas": [good, { "x": x, "y": 0, "width": width, "height": 5 }] });
    assert_eq!(
        mistakes("privacy-mask", areas(0.0, json!(120))),
        ["/areas/1/width: must be 0 to 100 (percent), got 120"]
    );
    assert_eq!(
        mistakes("privacy-mask", areas(60.0, json!(50))),
        ["/areas/1: `x` and `width` must be 100 at most together, got 110"]
    );
    assert_eq!(
        mistakes("privacy-mask", areas(0.0, json!("5"))),
        ["/areas/1/width: invalid type: string \"5\", expected f64"]
    );
    assert_eq!(
        mistakes("privacy-mask", json!({ "areas": [] })),
        ["/areas: must have at least one area: a mask without any hides nothing"]
    );
    assert_eq!(mistakes("privacy-mask", json!({})), [": missing field `areas`"]);
}

/// A scene in which a box moves from picture 60 to 90.
fn scene(n: u64) -> Picture {
    let mut picture = picture(n);
    let x = n.clamp(60, 90) as i32 * 4;
    fill(&mut picture, Rect { x, y: 100, width: 80, height: 80 }, Rgba { red: 200, green: 200, blue: 200, alpha: 255 });
    picture
}

#[test]
fn the_gate_opens_for_motion_and_closes_behind_it() {
    let (mut chain, journal) = chain([(bundled("motion-gate"), json!({ "hold": "1s" }))]);
    let open: Vec<_> = (0..240).map(|n| matches!(chain.process(scene(n), Mode::All), Outcome::Shown(_))).collect();
    assert!(open[0], "the first picture after a connect is never gated");
    assert!(!open[1..60].contains(&true), "nothing moves");
    assert!(!open[66..110].contains(&false), "it moves, and holds");
    assert!(!open[200..].contains(&true), "what stands still is background");
    chain.connected();
    assert!(matches!(chain.process(scene(240), Mode::All), Outcome::Shown(_)));
    assert!(matches!(chain.process(scene(241), Mode::All), Outcome::Gated { .. }));
    let events: Vec<_> = journal.since(0).iter().map(|event| event.kind.clone()).collect();
    assert_eq!(events, ["gate-closed", "gate-opened", "gate-closed", "gate-opened", "gate-closed"]);
}

#[test]
fn motion_elsewhere_and_wrong_options() {
    let area = json!({ "area": { "x": 0, "y": 60, "width": 100, "height": 40 } });
    let (mut chain, _) = chain([(bundled("motion-gate"), area)]);
    let open = (0..100).filter(|&n| matches!(chain.process(scene(n), Mode::All), Outcome::Shown(_))).count();
    assert_eq!(open, 1, "the box moves above the area");
    assert_eq!(
        mistakes("motion-gate", json!({ "threshold": 2 })),
        ["/threshold: must be 0 to 1 (the share of the area that moves), got 2"]
    );
    assert_eq!(
        mistakes("motion-gate", json!({ "hold": "long" })),
        ["/hold: must be a time such as \"500ms\", \"2s\" or \"1m\", got \"long\""]
    );
}
