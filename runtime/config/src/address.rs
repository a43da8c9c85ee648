//! Reads a stream's `source`.

use std::borrow::Cow;
use std::path::Path;

use media::Size;
use percent_encoding::percent_decode_str;
use url::Url;

use crate::mistake::Wrong;
use crate::nearest::nearest;
use crate::resolved::{Source, TestScene};
use crate::section::shown_text;

/// What an address says.
#[derive(Debug, PartialEq)]
pub(crate) struct Parsed {
    pub(crate) source: Source,
    /// User name and password that stood in it, decoded.
    pub(crate) credentials: Option<InAddress>,
}

/// User name and password of an address.
pub(crate) type InAddress = (String, Option<String>);

/// What people write, and what is to be done about it.
const OTHER_SCHEMES: [(&str, &str); 6] = [
    ("rtsps", "RTSP in TLS is not supported: use rtsp:// in the camera's own network"),
    ("https", "HTTP in TLS is not supported: use http:// in the camera's own network"),
    ("rtmp", "let the camera send RTSP"),
    ("srt", "let the camera send RTSP"),
    ("udp", "let the camera send RTSP"),
    ("rtp", "let the camera send RTSP"),
];

const SCHEMES: [&str; 4] = ["rtsp", "http", "file", "test"];

/// Reads an address whose variables are replaced. `written` is how it stands in the file: that is what a message shows.
pub(crate) fn parse(text: &str, written: &str, folder: &Path) -> Result<Parsed, Wrong> {
    let text = text.trim();
    let got = || shown_text(written.trim());
    if text == "push" {
        return Ok(Source::Push.into());
    }
    let Some((scheme, rest)) = text.split_once("://") else {
        let wrong = Wrong::new(format!("must be rtsp://…, http://…, file://…, test:// or push, got {}", got()));
        return Err(match without_scheme(text) {
            Some(meant) => wrong.nearest(Some(meant)),
            None => wrong,
        });
    };
    let lower = scheme.to_ascii_lowercase();
    match lower.as_str() {
        "rtsp" => remote(&lower, rest, got).map(|(url, credentials)| Parsed { source: Source::Rtsp(url), credentials }),
        "http" => remote(&lower, rest, got).map(|(url, credentials)| Parsed { source: Source::Http(url), credentials }),
        "file" if rest.is_empty() => Err(Wrong::new("file:// has no path behind it")
            .help("write it as file://clips/door.mp4 or file:///srv/door.mp4")),
        "file" => Ok(Source::File(folder.join(&*decoded(rest))).into()),
        "test" => scene(rest, got).map(|scene| Source::Test(scene).into()),
        "push" => Err(Wrong::new(format!("push is a word, not an address, got {}", got())).nearest(Some("push"))),
        other => {
            let wrong = Wrong::new(format!("scheme must be rtsp, http, file or test, got {}", got()));
            Err(match OTHER_SCHEMES.iter().find(|(scheme, _)| *scheme == other) {
                Some((_, help)) => wrong.help(*help),
                None => wrong.nearest(nearest(other, SCHEMES).map(|scheme| format!("{scheme}://"))),
            })
        }
    }
}

impl From<Source> for Parsed {
    fn from(source: Source) -> Self {
        Self { source, credentials: None }
    }
}

/// What was meant by a text that has no scheme.
fn without_scheme(text: &str) -> Option<String> {
    let is_clip = [".mp4", ".h264", ".264"].iter().any(|end| text.to_lowercase().ends_with(end));
    let word = text.split([':', '?']).next().unwrap_or(text);
    match nearest(word, ["push", "test", "rtsp", "http", "file"]) {
        Some("push") => Some("push".into()),
        Some(scheme) => Some(format!("{scheme}://")),
        None if is_clip && !text.contains('@') => Some(format!("file://{text}")),
        None => None,
    }
}

/// An address in the network without its credentials, and these. The address is otherwise left as it was written: cameras have odd paths.
fn remote(scheme: &str, rest: &str, got: impl Fn() -> String) -> Result<(String, Option<InAddress>), Wrong> {
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let (userinfo, host) = match authority.rsplit_once('@') {
        Some((userinfo, host)) => (Some(userinfo), host),
        None => (None, authority),
    };
    let address = format!("{scheme}://{host}{path}");
    let refused = |why: &str| {
        let wrong = Wrong::new(format!("must be {scheme}://host[:port]/path: {why}, got {}", got()));
        match path.contains('@') {
            true => {
                wrong.help("a user name or password with `/`, `?` or `#` in it belongs in `username` and `password`")
            }
            false => wrong,
        }
    };
    match Url::parse(&address) {
        Err(error) => return Err(refused(&error.to_string())),
        Ok(url) if url.host_str().is_none_or(str::is_empty) => return Err(refused("the host is missing")),
        Ok(url) if url.port() == Some(0) => return Err(refused("there is no port 0")),
        Ok(_) => {}
    }
    let credentials = userinfo.filter(|userinfo| !userinfo.is_empty()).map(|userinfo| match userinfo.split_once(':') {
        Some((username, password)) => (decoded(username).into_owned(), Some(decoded(password).into_owned())),
        None => (decoded(userinfo).into_owned(), None),
    });
    Ok((address, credentials))
}

/// Without percent-encoding (RFC 3986, section 2.1); what is none stays as it is.
pub(crate) fn decoded(text: &str) -> Cow<'_, str> {
    percent_decode_str(text).decode_utf8().unwrap_or(Cow::Borrowed(text))
}

/// `?size=1280x720&fps=30`, each part of which may be missing.
fn scene(rest: &str, got: impl Fn() -> String) -> Result<TestScene, Wrong> {
    /// The encoder's memory and time are what bounds it: 4K and 60 a second.
    const LARGEST: Size = Size::new(3840, 2160);
    const SMALLEST: Size = Size::new(64, 64);
    let form = "test://?size=1280x720&fps=30";
    let query = rest.strip_prefix('/').unwrap_or(rest);
    let query = match query.strip_prefix('?') {
        None if !query.is_empty() => return Err(Wrong::new(format!("must be test:// or {form}, got {}", got()))),
        query => query.unwrap_or(""),
    };
    let mut scene = TestScene::default();
    for part in query.split('&').filter(|part| !part.is_empty()) {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        match key {
            "size" => {
                let parse = |text: &str| text.parse().ok().filter(|side: &u32| side.is_multiple_of(2));
                let size =
                    value.split_once('x').and_then(|(width, height)| Some(Size::new(parse(width)?, parse(height)?)));
                let fits = |size: &Size| {
                    (SMALLEST.width..=LARGEST.width).contains(&size.width)
                        && (SMALLEST.height..=LARGEST.height).contains(&size.height)
                };
                scene.size = size.filter(fits).ok_or_else(|| {
                    Wrong::new(format!(
                        "`size` must be WIDTHxHEIGHT in even numbers from {SMALLEST} to {LARGEST}, got {}",
                        got()
                    ))
                })?;
            }
            "fps" => {
                scene.fps =
                    value.parse().ok().filter(|fps| (1..=60).contains(fps)).ok_or_else(|| {
                        Wrong::new(format!("`fps` must be a whole number from 1 to 60, got {}", got()))
                    })?;
            }
            other => {
                return Err(Wrong::new(format!("test:// has `size` and `fps`, got {}", got()))
                    .nearest(nearest(other, ["size", "fps"])));
            }
        }
    }
    Ok(scene)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good(text: &str) -> Parsed {
        parse(text, text, Path::new("/etc/framegate")).expect("a good address")
    }

    #[test]
    fn credentials_are_taken_out_and_decoded() {
        let parsed = good("RTSP://admin:p%40ss%2Fw@10.0.0.4:554/cam/realmonitor?channel=1&subtype=0");
        assert_eq!(parsed.source, Source::Rtsp("rtsp://10.0.0.4:554/cam/realmonitor?channel=1&subtype=0".into()));
        assert_eq!(parsed.credentials, Some(("admin".into(), Some("p@ss/w".into()))));
        assert_eq!(good("rtsp://a:b@c@10.0.0.4").credentials, Some(("a".into(), Some("b@c".into()))));
        assert_eq!(good("http://a@[fe80::1]:80/").credentials, Some(("a".into(), None)));
        assert_eq!(good("http://@cam/").credentials, None);
    }

    #[test]
    fn files_start_at_the_folder_of_the_configuration() {
        assert_eq!(good("file://clips/a%20b.mp4").source, Source::File("/etc/framegate/clips/a b.mp4".into()));
        assert_eq!(good("file:///srv/100%.mp4").source, Source::File("/srv/100%.mp4".into()));
    }

    #[test]
    fn the_test_scene_has_size_and_rate() {
        let scene = |width, height, fps| Source::Test(TestScene { size: Size::new(width, height), fps });
        assert_eq!(good("test://").source, scene(1280, 720, 30));
        assert_eq!(good("test://?fps=5").source, scene(1280, 720, 5));
        assert_eq!(good("test://?size=640x360&fps=60").source, scene(640, 360, 60));
        for bad in [
            "test://?size=641x360",
            "test://?size=0x0",
            "test://?size=9000x9000",
            "test://?fps=0",
            "test://?rate=5",
            "test://x",
        ] {
            assert!(parse(bad, bad, Path::new("")).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_broken_address_does_not_tell_its_password() {
        for bad in [
            "rtsp://me:hun/ter2@cam/x",
            "rtsps://me:hunter2@cam",
            "rtsp://me:hunter2@",
            "me:hunter2@cam://x",
            "ftp://a:ter2@x/@y",
        ] {
            let wrong = parse(bad, bad, Path::new("")).expect_err(bad);
            assert!(!format!("{wrong:?}").contains("ter2"), "{wrong:?}");
        }
    }
}
