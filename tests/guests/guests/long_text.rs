//! Writes ten megabytes of text on a picture.
use framegate_guests::framegate_plugin::{Picture, drawing, types};

fn misbehave(picture: &Picture) {
    let style = drawing::TextStyle::new(20, types::Color { red: 0, green: 0, blue: 0, alpha: 255 });
    let text = "all work and no play ".repeat(500_000);
    drawing::text(picture, types::Point { x: 0, y: 0 }, &text, &style);
}

framegate_guests::guest!(misbehave);
