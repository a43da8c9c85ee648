use framegate_plugin::option::Color;
use framegate_plugin::{Picture, drawing, types};
use serde::Deserialize;

/// Where the text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Position {
    TopLeft,
    Top,
    TopRight,
    Left,
    Center,
    Right,
    BottomLeft,
    Bottom,
    BottomRight,
}

/// How the text looks on any picture.
pub(crate) struct Look {
    pub(crate) position: Position,
    pub(crate) size: Option<u32>,
    pub(crate) color: Color,
    pub(crate) background: Option<Color>,
}

/// The text as it is drawn on pictures of one size: made once, measured when the words change.
pub(crate) struct Face {
    picture: types::Size,
    position: Position,
    background: Option<Color>,
    line: u32,
    style: drawing::TextStyle,
    text: String,
    second: u64,
    backdrop: types::Rect,
    at: types::Point,
}

impl Face {
    pub(crate) fn new(look: &Look, picture: types::Size, text: String, second: u64) -> Self {
        let line = look.size.unwrap_or((picture.height / 30).max(14));
        let style = drawing::TextStyle::new(line, look.color.into());
        if look.background.is_none() {
            let contour = types::Color { red: 0, green: 0, blue: 0, alpha: 200 };
            style.set_outline((line / 14).clamp(1, 8), contour);
        }
        let origin = types::Point { x: 0, y: 0 };
        let nothing = types::Rect { x: 0, y: 0, width: 0, height: 0 };
        let Look { position, background, .. } = *look;
        let mut face = Self {
            picture,
            position,
            background,
            line,
            style,
            text: String::new(),
            second,
            backdrop: nothing,
            at: origin,
        };
        face.say(text, second);
        face
    }

    /// Whether other words are due.
    pub(crate) fn is_stale(&self, picture: types::Size, second: u64) -> bool {
        self.second != second || !self.fits(picture)
    }

    /// Whether it was made for pictures of this size.
    pub(crate) fn fits(&self, picture: types::Size) -> bool {
        (self.picture.width, self.picture.height) == (picture.width, picture.height)
    }

    /// New words.
    pub(crate) fn say(&mut self, text: String, second: u64) {
        self.second = second;
        if text == self.text {
            return;
        }
        self.text = text;
        let words = self.style.measure(&self.text);
        // Room to breathe: half a line to the edge, a third of one beside the words.
        let (margin, beside, above) = (self.line / 2, self.line / 3, self.line / 6);
        let (width, height) = (words.width + 2 * beside, words.height + 2 * above);
        let (x, y) = corner(self.position, self.picture, types::Size { width, height }, margin);
        self.backdrop = types::Rect { x, y, width, height };
        self.at = types::Point { x: x + beside as i32, y: y + above as i32 };
    }

    pub(crate) fn draw(&self, on: &Picture) {
        if let Some(background) = self.background {
            drawing::fill(on, self.backdrop, background.into());
        }
        drawing::text(on, self.at, &self.text, &self.style);
    }
}

/// The upper left corner of a box, on even pixels: its edge is then as sharp in colour as in luma.
fn corner(position: Position, picture: types::Size, size: types::Size, margin: u32) -> (i32, i32) {
    use Position::{Bottom, BottomLeft, BottomRight, Center, Left, Right, Top, TopLeft, TopRight};
    let near = margin as i32;
    let far = |whole: u32, part: u32| whole as i32 - part as i32 - margin as i32;
    let middle = |whole: u32, part: u32| (whole as i32 - part as i32) / 2;
    let x = match position {
        TopLeft | Left | BottomLeft => near,
        Top | Center | Bottom => middle(picture.width, size.width),
        TopRight | Right | BottomRight => far(picture.width, size.width),
    };
    let y = match position {
        TopLeft | Top | TopRight => near,
        Left | Center | Right => middle(picture.height, size.height),
        BottomLeft | Bottom | BottomRight => far(picture.height, size.height),
    };
    (x & !1, y & !1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_keeps_its_distance_from_each_edge() {
        let (picture, size) = (types::Size { width: 640, height: 360 }, types::Size { width: 100, height: 20 });
        assert_eq!(corner(Position::TopLeft, picture, size, 8), (8, 8));
        assert_eq!(corner(Position::BottomRight, picture, size, 8), (532, 332));
        assert_eq!(corner(Position::Center, picture, size, 8), (270, 170));
        assert_eq!(corner(Position::TopRight, types::Size { width: 50, height: 50 }, size, 8), (-58, 8));
    }
}
