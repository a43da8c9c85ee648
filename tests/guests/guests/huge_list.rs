//! Passes more bytes than a picture has: 48 MB of attributes for one finding, as 12 times the same 4 MB.
use framegate_guests::framegate_plugin::{Annotation, Picture, types};

fn misbehave(picture: &Picture) {
    let attributes: Vec<_> = (0..12).map(|n| (n.to_string(), "x".repeat(4 << 20))).collect();
    let area = types::Rect { x: 0, y: 0, width: 1, height: 1 };
    picture.annotate(&Annotation { label: "x".into(), score: 1.0, area, track: None, attributes });
}

framegate_guests::guest!(misbehave);
