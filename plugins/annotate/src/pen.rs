use framegate_plugin::option::Position;
use framegate_plugin::types::{Color, Point, Rect, Size};
use framegate_plugin::{Picture, drawing};

const BLACK: Color = Color { red: 0, green: 0, blue: 0, alpha: 255 };
const WHITE: Color = Color { red: 255, green: 255, blue: 255, alpha: 255 };
/// Behind the list.
const SHADE: Color = Color { red: 0, green: 0, blue: 0, alpha: 0xa0 };

/// How things are drawn on pictures of one size; the host keeps the glyphs of its styles.
pub(crate) struct Pen {
    picture: Size,
    line: u32,
    thickness: u32,
    dark: drawing::TextStyle,
    bright: drawing::TextStyle,
}

impl Pen {
    pub(crate) fn new(picture: Size, line: Option<u32>, thickness: Option<u32>) -> Self {
        let line = line.unwrap_or((picture.height / 40).max(12));
        let thickness = thickness.unwrap_or((picture.height / 360).max(2));
        let (dark, bright) = (drawing::TextStyle::new(line, BLACK), drawing::TextStyle::new(line, WHITE));
        Self { picture, line, thickness, dark, bright }
    }

    /// Whether it was made for pictures of this size.
    pub(crate) fn fits(&self, picture: Size) -> bool {
        self.picture == picture
    }

    /// A box.
    pub(crate) fn frame(&self, on: &Picture, area: Rect, color: Color) {
        drawing::outline(on, area, self.thickness, color);
    }

    /// Words on a box's upper left corner: above it, or inside where there is no room above.
    pub(crate) fn label(&self, on: &Picture, area: Rect, words: &str, color: Color) {
        // By luma (BT.601): what is read best on this colour.
        let luma = 299 * u32::from(color.red) + 587 * u32::from(color.green) + 114 * u32::from(color.blue);
        let style = if luma > 140_000 { &self.dark } else { &self.bright };
        let size = style.measure(words);
        let beside = self.line / 6;
        let backdrop = Size { width: size.width + 2 * beside, height: size.height + 2 };
        let x = area.x.min(self.picture.width as i32 - backdrop.width as i32).max(0);
        let above = area.y.saturating_sub(backdrop.height as i32);
        let y = if above >= 0 { above } else { area.y.max(0) };
        drawing::fill(on, Rect { x, y, width: backdrop.width, height: backdrop.height }, color);
        drawing::text(on, Point { x: x + beside as i32, y: y + 1 }, words, style);
    }

    /// Lines in a shaded box.
    pub(crate) fn list(&self, on: &Picture, position: Position, lines: &str) {
        let words = self.bright.measure(lines);
        let (beside, above) = (self.line / 3, self.line / 6);
        let size = Size { width: words.width + 2 * beside, height: words.height + 2 * above };
        let area = position.place(size, self.picture, self.line / 2);
        drawing::fill(on, area, SHADE);
        drawing::text(on, Point { x: area.x + beside as i32, y: area.y + above as i32 }, lines, &self.bright);
    }
}
