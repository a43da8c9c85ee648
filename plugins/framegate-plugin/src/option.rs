//! Types for options that many plugins have. Each says in its error what is wrong, so that the mistake gets its line in `streams.toml`.

use std::time::Duration;

use serde::Deserialize;

use crate::types;

/// An area in percent of the picture: 0 to 100, measured from the upper left corner. Independent of the picture's size.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(try_from = "Written")]
pub struct Area {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    x: Percent,
    y: Percent,
    width: Percent,
    height: Percent,
}

#[derive(Deserialize)]
#[serde(try_from = "f64")]
struct Percent(f64);

impl TryFrom<f64> for Percent {
    type Error = String;

    fn try_from(value: f64) -> Result<Self, String> {
        if (0.0..=100.0).contains(&value) {
            Ok(Self(value))
        } else {
            Err(format!("must be 0 to 100 (percent), got {value}"))
        }
    }
}

impl TryFrom<Written> for Area {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let Written { x: Percent(x), y: Percent(y), width: Percent(width), height: Percent(height) } = written;
        for (size, size_name, at, at_name) in [(width, "width", x, "x"), (height, "height", y, "y")] {
            if size == 0.0 {
                return Err(format!("`{size_name}` must be more than 0"));
            }
            if at + size > 100.0 + 1e-9 {
                return Err(format!("`{at_name}` and `{size_name}` must be 100 at most together, got {}", at + size));
            }
        }
        Ok(Self { x, y, width, height })
    }
}

impl Area {
    /// The whole picture.
    pub const WHOLE: Self = Self { x: 0.0, y: 0.0, width: 100.0, height: 100.0 };

    /// The pixels of this area in a picture of this size, rounded outwards to even ones: chroma has half as many samples, and a mask
    /// must cover what it is to cover.
    pub fn pixels(self, of: types::Size) -> types::Rect {
        let side = |at: f64, size: f64, whole: u32| {
            let whole = f64::from(whole);
            let start = (at / 100.0 * whole / 2.0 + 1e-6).floor() * 2.0;
            let end = ((at + size) / 100.0 * whole / 2.0 - 1e-6).ceil() * 2.0;
            (start as u32, (end.min(whole) - start).max(1.0) as u32)
        };
        let (x, width) = side(self.x, self.width, of.width);
        let (y, height) = side(self.y, self.height, of.height);
        types::Rect { x: x as i32, y: y as i32, width, height }
    }
}

/// A colour: `#rrggbb` or `#rrggbbaa`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Color {
    /// 0 to 255.
    pub red: u8,
    /// 0 to 255.
    pub green: u8,
    /// 0 to 255.
    pub blue: u8,
    /// 0 is transparent, 255 opaque.
    pub alpha: u8,
}

impl TryFrom<String> for Color {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let digits =
            text.strip_prefix('#').filter(|d| matches!(d.len(), 6 | 8) && d.bytes().all(|b| b.is_ascii_hexdigit()));
        let bytes = digits.and_then(|digits| u32::from_str_radix(&format!("{digits:f<8}"), 16).ok());
        let [red, green, blue, alpha] = bytes
            .ok_or_else(|| format!("must be a colour such as \"#ffcc00\" or \"#ffcc0080\", got {text:?}"))?
            .to_be_bytes();
        Ok(Self { red, green, blue, alpha })
    }
}

impl From<Color> for types::Color {
    fn from(color: Color) -> Self {
        let Color { red, green, blue, alpha } = color;
        Self { red, green, blue, alpha }
    }
}

/// Where something stands in a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "they say themselves where that is")]
pub enum Position {
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

impl Position {
    /// The area of a box of this size in a picture, `margin` pixels from the edges. On even pixels: its edge is then as sharp in colour as in luma.
    pub fn place(self, size: types::Size, picture: types::Size, margin: u32) -> types::Rect {
        use Position::{Bottom, BottomLeft, BottomRight, Center, Left, Right, Top, TopLeft, TopRight};
        let near = margin as i32;
        let far = |whole: u32, part: u32| whole as i32 - part as i32 - margin as i32;
        let middle = |whole: u32, part: u32| (whole as i32 - part as i32) / 2;
        let x = match self {
            TopLeft | Left | BottomLeft => near,
            Top | Center | Bottom => middle(picture.width, size.width),
            TopRight | Right | BottomRight => far(picture.width, size.width),
        };
        let y = match self {
            TopLeft | Top | TopRight => near,
            Left | Center | Right => middle(picture.height, size.height),
            BottomLeft | Bottom | BottomRight => far(picture.height, size.height),
        };
        types::Rect { x: x & !1, y: y & !1, width: size.width, height: size.height }
    }
}

/// A length of time, written as a number and a unit: `500ms`, `2s`, `1.5s`, `1m`, `1h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Span(pub Duration);

impl TryFrom<String> for Span {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let unit = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
        let seconds = match &text[unit..] {
            "ms" => Some(0.001),
            "s" => Some(1.0),
            "m" => Some(60.0),
            "h" => Some(3600.0),
            _ => None,
        };
        let span = seconds.zip(text[..unit].trim().parse::<f64>().ok()).map(|(unit, number)| unit * number);
        span.and_then(|span| Duration::try_from_secs_f64(span).ok())
            .map(Self)
            .ok_or_else(|| format!("must be a time such as \"500ms\", \"2s\" or \"1m\", got {text:?}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_are_rounded_outwards_to_even_pixels() {
        let rect = |area: Area, width, height| {
            let types::Rect { x, y, width, height } = area.pixels(types::Size { width, height });
            (x, y, width, height)
        };
        assert_eq!(rect(Area::WHOLE, 1921, 1081), (0, 0, 1921, 1081));
        assert_eq!(rect(Area { x: 10.0, y: 20.0, width: 50.0, height: 25.0 }, 1280, 720), (128, 144, 640, 180));
        assert_eq!(rect(Area { x: 33.3, y: 0.1, width: 0.1, height: 0.1 }, 100, 100), (32, 0, 2, 2));
    }

    #[test]
    fn a_box_keeps_its_distance_from_each_edge() {
        let size = types::Size { width: 100, height: 20 };
        let place = |position: Position, width, height| {
            let types::Rect { x, y, .. } = position.place(size, types::Size { width, height }, 8);
            (x, y)
        };
        assert_eq!(place(Position::TopLeft, 640, 360), (8, 8));
        assert_eq!(place(Position::BottomRight, 640, 360), (532, 332));
        assert_eq!(place(Position::Center, 640, 360), (270, 170));
        assert_eq!(place(Position::TopRight, 50, 50), (-58, 8));
    }

    #[test]
    fn colours_and_times_are_read_or_refused_with_the_value() {
        let color = |text: &str| Color::try_from(text.to_owned());
        assert_eq!(color("#ffcc00"), Ok(Color { red: 255, green: 204, blue: 0, alpha: 255 }));
        assert_eq!(color("#00000080").unwrap().alpha, 128);
        for bad in ["red", "#fff", "#gggggg", "#+12345", "", "#äää"] {
            assert!(color(bad).unwrap_err().contains(&format!("{bad:?}")), "{bad}");
        }
        let span = |text: &str| Span::try_from(text.to_owned()).map(|span| span.0.as_millis());
        assert_eq!((span("500ms"), span("2s"), span("1.5 s"), span("1m")), (Ok(500), Ok(2000), Ok(1500), Ok(60_000)));
        for bad in ["2", "", "s", "-1s", "2 weeks", "inf s"] {
            assert!(span(bad).is_err(), "{bad}");
        }
    }
}
