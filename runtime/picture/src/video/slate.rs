//! What is shown where nothing may be shown yet: grey, with the reason in words.

use codec::draw::{Point, Rgba, TextStyle, text};
use codec::{Picture, Pool, Stamp};
use media::{Color, Size};

/// Between black and white, so that it is no picture of the night and no broken player.
const GREY: Rgba = Rgba::rgb(0x80, 0x80, 0x80);
/// Lines of text that would fit into a picture's height.
const LINES: u32 = 18;

/// Why a picture is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// The plugin said `drop`.
    Gated,
    /// The plugin failed.
    Withheld,
}

/// A picture of this size that names the plugin.
pub(crate) fn slate(plugin: &str, why: Why, size: Size, color: Color, stamp: Stamp, pool: &Pool) -> Picture {
    let mut picture = Picture::black(pool, size, color, stamp);
    codec::draw::fill(&mut picture, codec::draw::Rect::new(0, 0, size.width, size.height), GREY);
    let words = match why {
        Why::Gated => format!("No picture yet:\nthe plugin {plugin} keeps it back."),
        Why::Withheld => format!("No picture:\nthe plugin {plugin} failed,\nand nothing is shown without it."),
    };
    let ink = Rgba::rgb(0xff, 0xff, 0xff);
    let mut style = TextStyle::new(size.height / LINES, ink);
    let mut wanted = style.measure(&words);
    if wanted.width > size.width {
        // A long name, or a picture that stands.
        style = TextStyle::new(size.height / LINES * size.width / wanted.width, ink);
        wanted = style.measure(&words);
    }
    let middle = |all: u32, part: u32| (all.saturating_sub(part) / 2) as i32;
    text(
        &mut picture,
        Point::new(middle(size.width, wanted.width), middle(size.height, wanted.height)),
        &words,
        &style,
    );
    picture
}

#[cfg(test)]
mod tests {
    use media::{Moment, Timestamp};

    use super::*;

    #[test]
    fn a_slate_is_grey_with_words_inside_it() {
        let stamp = Stamp { pts: Timestamp::ZERO, sequence: 0, received: Moment::now(), captured: None };
        for size in [Size::new(1280, 720), Size::new(180, 320), Size::new(16, 16), Size::new(1, 1)] {
            for why in [Why::Gated, Why::Withheld] {
                let picture = slate("privacy-mask", why, size, Color::default(), stamp, &Pool::new(0));
                let [luma, ..] = picture.planes();
                let grey = luma.data[0];
                assert!((100..150).contains(&grey));
                assert!(luma.data.iter().all(|sample| *sample >= grey - 1), "nothing is darker");
                let written = luma.data.iter().filter(|sample| **sample > 200).count();
                assert!(size.width < 100 || (50..luma.data.len() / 4).contains(&written), "{size}: {written}");
                let edge =
                    luma.data[..size.width as usize].iter().chain(&luma.data[luma.data.len() - size.width as usize..]);
                assert!(size.width < 100 || edge.clone().all(|sample| *sample == grey), "{size}");
            }
        }
    }
}
