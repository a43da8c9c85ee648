//! The query of an output: what a viewer asks for.

use egress::live;
use picture::{Format, Want};

use crate::problem::Problem;

/// What stands behind the `?`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) want: Want,
    /// `?format=mp4` or `h264`: video, not stills.
    pub(crate) video: Option<live::Format>,
    /// `?sound=0`.
    pub(crate) without_sound: bool,
    /// `?variant=`.
    pub(crate) variant: Option<String>,
    /// `?stats=1`.
    pub(crate) stats: bool,
    /// `?annotations=0`.
    pub(crate) without_annotations: bool,
}

impl Asked {
    /// Reads a query. Parameters that are not ours are passed over: pages add some to get round caches.
    pub(crate) fn parse(query: Option<&str>) -> Result<Self, Problem> {
        let mut asked = Self::default();
        let pairs = query.unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
        // An empty value is what a form sends for a choice that was not made.
        for (name, value) in pairs.filter(|(_, value)| !value.is_empty()) {
            match name {
                "format" => match value {
                    "webp" => asked.want.format = Some(Format::WebP),
                    "jpeg" | "jpg" => asked.want.format = Some(Format::Jpeg),
                    "mp4" => asked.video = Some(live::Format::Mp4),
                    "h264" => asked.video = Some(live::Format::H264),
                    _ => return Err(Problem::bad_parameter("format", "`format` is `webp`, `jpeg`, `mp4` or `h264`")),
                },
                "sound" => asked.without_sound = !truth("sound", value)?,
                "variant" => asked.variant = Some(value.to_owned()),
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

fn number(name: &'static str, value: &str, least: u32, most: u32) -> Result<u32, Problem> {
    let number = value.parse().ok().filter(|number| (least..=most).contains(number));
    let rule = || Problem::bad_parameter(name, format!("`{name}` is a whole number from {least} to {most}"));
    number.ok_or_else(rule)
}

/// `1` or `0`.
pub(crate) fn truth(name: &'static str, value: &str) -> Result<bool, Problem> {
    match value {
        "1" | "true" => Ok(true),
        "0" | "false" => Ok(false),
        _ => Err(Problem::bad_parameter(name, format!("`{name}` is 1 or 0"))),
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
        assert_eq!(asked, Asked { want, stats: true, without_annotations: true, ..Asked::default() });
        let asked = Asked::parse(Some("format=mp4&sound=0&variant=720p")).unwrap();
        assert_eq!(
            (asked.video, asked.without_sound, asked.variant.as_deref()),
            (Some(live::Format::Mp4), true, Some("720p"))
        );
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
            let Err(problem) = Asked::parse(Some(query)) else { panic!("{query} was understood") };
            assert!(problem.message().contains(&format!("\"parameter\":\"{parameter}\"")), "{query}");
        }
    }
}
