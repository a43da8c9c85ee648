//! Draws ten thousand shapes on each picture.
use framegate_guests::framegate_plugin::{Picture, drawing, types};

fn misbehave(picture: &Picture) {
    let color = types::Color { red: 255, green: 0, blue: 0, alpha: 255 };
    for n in 0..10_000 {
        let area = types::Rect { x: n % 600, y: n / 600 * 8, width: 8, height: 8 };
        drawing::fill(picture, area, color);
    }
}

framegate_guests::guest!(misbehave);
