use framegate_plugin::option::{Color, Position};
use framegate_plugin::{Picture, drawing, types};
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
        self.picture == picture
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
        let size = types::Size { width: words.width + 2 * beside, height: words.height + 2 * above };
        self.backdrop = self.position.place(size, self.picture, margin);
        self.at = types::Point { x: self.backdrop.x + beside as i32, y: self.backdrop.y + above as i32 };
    }

    pub(crate) fn draw(&self, on: &Picture) {
        if let Some(background) = self.background {
            drawing::fill(on, self.backdrop, background.into());
        }
        drawing::text(on, self.at, &self.text, &self.style);
    }
}
