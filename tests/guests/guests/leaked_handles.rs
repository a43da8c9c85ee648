//! Makes text styles and never gives one back.
use framegate_guests::framegate_plugin::{Picture, drawing, types};

fn misbehave(_: &Picture) {
    loop {
        let color = types::Color { red: 0, green: 0, blue: 0, alpha: 255 };
        std::mem::forget(drawing::TextStyle::new(20, color));
    }
}

framegate_guests::guest!(misbehave);
