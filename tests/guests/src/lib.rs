//! What hostile guests share: they paint the whole picture white, behave for as many pictures as their options say, and then do what they
//! are named for. So a test can tell a picture that a guest was allowed to change from one that it was not.

pub use framegate_plugin;
use framegate_plugin::{Picture, drawing, types};

/// `{ "after": 3 }`: the fourth picture is the first that it misbehaves on.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Pictures that it behaves for.
    #[serde(default)]
    pub after: u32,
}

/// Takes options of any words.
#[derive(serde::Deserialize)]
pub struct Anything {}

/// Paints the whole picture white.
pub fn paint(picture: &Picture) {
    let types::Size { width, height } = picture.size();
    drawing::fill(
        picture,
        types::Rect { x: 0, y: 0, width, height },
        types::Color { red: 255, green: 255, blue: 255, alpha: 255 },
    );
}

/// Makes a guest of a function that misbehaves.
#[macro_export]
macro_rules! guest {
    ($misbehave:path) => {
        struct Hostile {
            left: u32,
        }

        impl $crate::framegate_plugin::Plugin for Hostile {
            type Options = $crate::Options;
            const OPTIONS: &'static str = "{}";

            fn configure(options: $crate::Options) -> Result<Self, Vec<$crate::framegate_plugin::Mistake>> {
                Ok(Self { left: options.after })
            }

            fn process(&mut self, picture: &$crate::framegate_plugin::Picture) -> $crate::framegate_plugin::Verdict {
                $crate::paint(picture);
                match self.left {
                    0 => $misbehave(picture),
                    _ => self.left -= 1,
                }
                $crate::framegate_plugin::Verdict::Keep
            }
        }

        $crate::framegate_plugin::export!(Hostile);
    };
}
