//! Reads the whole picture again and again, and keeps all of it.
use framegate_guests::framegate_plugin::{Picture, types};

fn misbehave(picture: &Picture) {
    let types::Size { width, height } = picture.size();
    let mut hoard = Vec::new();
    loop {
        hoard.push(picture.read(types::Rect { x: 0, y: 0, width, height }, types::PixelFormat::Rgba32));
        std::hint::black_box(&hoard);
    }
}

framegate_guests::guest!(misbehave);
