use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use framegate_plugin::drawing::Image;
use framegate_plugin::{Mistake, host};

/// Framegate's, 128 by 128 pixels.
const MARK: &[u8] = include_bytes!("mark.png");
const DATA_URL: &str = "data:image/png;base64,";

/// The logo that the options name, kept by the host.
pub(crate) fn find(image: Option<&str>, file: Option<&str>) -> Result<Image, Mistake> {
    match (image, file) {
        (None, None) => Ok(Image::from_png(MARK).expect("our own PNG")),
        (Some(_), Some(_)) => Err(Mistake::at("/file", "must not stand beside `image`: the logo is one of them")),
        (Some(image), None) => {
            let mistake = |error| Mistake::at("/image", error);
            Image::from_png(&decode(image).map_err(mistake)?)
                .map_err(|error| mistake(format!("must be a PNG file: {error}")))
        }
        (None, Some(file)) => {
            let mistake = |error| Mistake::at("/file", error);
            let bytes = read(file).map_err(mistake)?;
            Image::from_png(&bytes).map_err(|error| mistake(format!("{file:?} must be a PNG file: {error}")))
        }
    }
}

/// Line breaks are left out: they come with most tools that write base64.
fn decode(text: &str) -> Result<Vec<u8>, String> {
    let text: String = text.strip_prefix(DATA_URL).unwrap_or(text).split_ascii_whitespace().collect();
    STANDARD.decode(text).map_err(|error| format!("must be a PNG file in base64: {error}"))
}

fn read(file: &str) -> Result<Vec<u8>, String> {
    // Folders are seen by absolute paths; `logos/house.png` is how `streams.toml` would name it.
    let path = Path::new("/").join(file);
    std::fs::read(&path).map_err(|error| {
        let folder = Path::new(file).parent().map(PathBuf::from).filter(|folder| folder.components().next().is_some());
        let folder = folder.unwrap_or_else(|| ".".into());
        let grant = format!("dir = [{:?}]", folder.display().to_string());
        format!(
            "{file:?} cannot be read ({error}); a plugin sees only what it is granted: `{grant}` below `[plugins.{}.grants]`",
            host::plugin_name()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_may_be_a_data_url_and_have_line_breaks() {
        assert_eq!(decode("aGFs\r\nbG8=\n").unwrap(), b"hallo");
        assert_eq!(decode("data:image/png;base64,aGFsbG8=").unwrap(), b"hallo");
        assert!(decode("aGFsbG8").unwrap_err().starts_with("must be a PNG file in base64: "));
        assert!(decode("data:image/jpeg;base64,aGFsbG8=").is_err());
    }

    #[test]
    fn a_logo_that_cannot_be_had_says_what_to_do() {
        use framegate_plugin::harness::{Test, json};
        let mistake = |options| Test::<crate::Watermark>::new(options).map(|_| ()).unwrap_err().remove(0);
        let Mistake { path, message } = mistake(json!({ "file": "no-such-folder/house.png" }));
        assert_eq!(path, "/file");
        assert!(message.contains("`dir = [\"no-such-folder\"]` below `[plugins.test.grants]`"), "{message}");
        let Mistake { path, message } = mistake(json!({ "image": "aGFsbG8=" }));
        assert!(path == "/image" && message.starts_with("must be a PNG file: "), "{message}");
    }

    #[test]
    fn a_file_is_read() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/mark.png");
        assert_eq!(read(&file.display().to_string()).unwrap(), MARK);
    }
}
