//! Draws at and beyond the ends of all numbers, with every function.
use framegate_guests::framegate_plugin::{Picture, drawing, types};

const ENDS: [i32; 5] = [i32::MIN, i32::MIN + 1, -1, i32::MAX - 1, i32::MAX];
const SIZES: [u32; 4] = [0, 1, u32::MAX - 1, u32::MAX];

fn misbehave(picture: &Picture) {
    let color = types::Color { red: 0, green: 0, blue: 0, alpha: 0 };
    let style = drawing::TextStyle::new(u32::MAX, color);
    style.set_outline(u32::MAX, color);
    let dot = types::Size { width: 1, height: 1 };
    let image = drawing::Image::from_rgba(dot, &[0; 4]).expect("four bytes are one pixel");
    for x in ENDS {
        for y in ENDS {
            let at = types::Point { x, y };
            drawing::text(picture, at, "far", &style);
            drawing::line(picture, at, types::Point { x: y, y: x }, u32::MAX, color);
            drawing::polygon(picture, &[at, types::Point { x: y, y: x }, types::Point { x: 0, y: 0 }], color);
        }
        for width in SIZES {
            let area = types::Rect { x, y: x, width, height: width };
            drawing::fill(picture, area, color);
            drawing::outline(picture, area, u32::MAX, color);
            drawing::blend(picture, area, &image, 0);
            drawing::pixelate(picture, types::Rect { x, y: x, width: 0, height: width }, u32::MAX);
            drawing::blur(picture, types::Rect { x, y: x, width, height: 0 }, u32::MAX);
            std::hint::black_box(picture.histogram(types::Rect { x, y: x, width, height: 1 }));
            for format in [types::PixelFormat::Gray8, types::PixelFormat::I420, types::PixelFormat::Rgba32] {
                assert!(picture.read(area, format).is_err() || width == 0, "{area:?} lies outside");
                _ = drawing::write(picture, area, format, &[0; 16]);
            }
            _ = picture.thumbnail(types::Size { width, height: width });
            _ = picture.motion(types::Size { width, height: width }, 255);
            _ = picture.scaled(area, types::Size { width, height: width }, types::PixelFormat::Rgb24);
        }
    }
}

framegate_guests::guest!(misbehave);
