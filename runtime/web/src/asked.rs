//! The query of an output: what a viewer asks for.

use picture::{Format, Want};

use crate::problem::Problem;

/// What stands behind the `?`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) want: Want,
    /// `?stats=1`.
    pub(crate) stats: bool,
    /// `?annotations=0`.
    pub(crate) without_annotations: bool,
}

/// Why a query is not served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unserved {
    /// A parameter is not what it may be.
    Bad(Problem),
    /// A format that this stream's outputs do not have: its name.
    NotAvailable(&'static str),
}

impl Asked {
    /// Reads a query. Parameters that are not ours are passed over: pages add some to get round caches.
    pub(crate) fn parse(query: Option<&str>) -> Result<Self, Unserved> {
        let mut asked = Self::default();
        let pairs = query.unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
        // An empty value is what a form sends for a choice that was not made.
        for (name, value) in pairs.filter(|(_, value)| !value.is_empty()) {
            match name {
                "format" => asked.want.format = Some(format(value)?),
                "quality" => asked.want.quality = Some(number("quality", value, 1, 100)? as u8),
                "width" => asked.want.width = Some(number("width", value, 1, media::Size::MAX_SIDE)?),
                "fps" => asked.want.fps = Some(number("fps", value, 1, 240)?),
                "stats" => asked.stats = truth("stats", value)?,
                "annotations" => asked.without_annotations = !truth("annotations", value)?,
                _ => {}
            }
        }
        Ok(asked)
    }
}

fn format(value: &str) -> Result<Format, Unserved> {
    match value {
        "webp" => Ok(Format::WebP),
        "jpeg" | "jpg" => Ok(Format::Jpeg),
        "mp4" => Err(Unserved::NotAvailable("mp4")),
        "h264" => Err(Unserved::NotAvailable("h264")),
        _ => Err(Unserved::Bad(Problem::bad_parameter("format", "`format` is `webp` or `jpeg`"))),
    }
}

fn number(name: &'static str, value: &str, least: u32, most: u32) -> Result<u32, Unserved> {
    let number = value.parse().ok().filter(|number| (least..=most).contains(number));
    let rule = || Problem::bad_parameter(name, format!("`{name}` is a whole number from {least} to {most}"));
    number.ok_or_else(|| Unserved::Bad(rule()))
}

fn truth(name: &'static str, value: &str) -> Result<bool, Unserved> {
    match value {
        "1" | "true" => Ok(true),
        "0" | "false" => Ok(false),
        _ => Err(Unserved::Bad(Problem::bad_parameter(name, format!("`{name}` is 1 or 0")))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_is_read() {
        let asked =
            Asked::parse(Some("format=jpeg&quality=65&width=640&fps=5&stats=1&annotations=0&t=1732182041")).unwrap();
        let want = Want { format: Some(Format::Jpeg), quality: Some(65), width: Some(640), fps: Some(5) };
        assert_eq!(asked, Asked { want, stats: true, without_annotations: true });
        for nothing in [None, Some(""), Some("&&"), Some("format=&width="), Some("format")] {
            assert_eq!(Asked::parse(nothing), Ok(Asked::default()), "{nothing:?}");
        }
    }

    #[test]
    fn a_bad_value_names_its_parameter() {
        let cases = [
            ("format=gif", "format"),
            ("quality=0", "quality"),
            ("quality=101", "quality"),
            ("quality=-1", "quality"),
            ("quality=300000000000", "quality"),
            ("width=big", "width"),
            ("fps=0", "fps"),
            ("fps=%31", "fps"),
            ("stats=maybe", "stats"),
        ];
        for (query, parameter) in cases {
            let Err(Unserved::Bad(problem)) = Asked::parse(Some(query)) else { panic!("{query} was understood") };
            assert!(problem.message().contains(&format!("\"parameter\":\"{parameter}\"")), "{query}");
        }
        assert_eq!(Asked::parse(Some("format=mp4")), Err(Unserved::NotAvailable("mp4")));
    }
}
