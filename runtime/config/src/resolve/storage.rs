//! Where HLS keeps its segments.

use std::path::{Path, PathBuf};

use crate::address::decoded;
use crate::environment::Environment;
use crate::mistake::Wrong;
use crate::nearest::nearest;
use crate::resolved::{Credentials, HlsStorage, S3Place};
use crate::section::shown_text;

const FOLDER: &str = "file://";
const S3: &str = "s3://";
/// What servers that are not Amazon's take as region, and Amazon's oldest.
const REGION: &str = "us-east-1";

/// `memory`, `file://FOLDER` or `s3://BUCKET[/PREFIX]`, variables replaced. `written` is how it stands in the file: that is what a message shows.
pub(super) fn parse(
    text: &str,
    written: &str,
    folder: &Path,
    environment: &dyn Environment,
) -> Result<HlsStorage, Wrong> {
    let (text, got) = (text.trim(), || shown_text(written.trim()));
    if text == "memory" {
        return Ok(HlsStorage::Memory);
    }
    if let Some(place) = text.strip_prefix(S3) {
        return s3(place, got, environment).map(HlsStorage::S3);
    }
    if let Some(path) = text.strip_prefix(FOLDER) {
        let Some(folder) = self::folder(&decoded(path), folder) else {
            let wrong = Wrong::new(format!("must be a folder for segments alone, got {}", got()));
            return Err(wrong.help("write it as file://segments or file:///srv/hls"));
        };
        return Ok(HlsStorage::Disk(folder));
    }
    let wrong = Wrong::new(format!("must be memory, file://FOLDER or s3://BUCKET/PREFIX, got {}", got()));
    Err(match text.split_once("://").or_else(|| text.split_once(':')) {
        Some(("gs" | "az" | "azure" | "http" | "https", _)) => wrong
            .help("object stores are spoken to as S3, which most of them understand: s3://, with `AWS_ENDPOINT_URL`"),
        Some(("disk" | "file" | "folder", path)) if !path.is_empty() => wrong.nearest(Some(format!("{FOLDER}{path}"))),
        None if text.contains('/') => wrong.nearest(Some(format!("{FOLDER}{text}"))),
        None if ["disk", "folder", "file"].contains(&text) => wrong.help("write its folder: file://segments"),
        _ => wrong.nearest(nearest(text, ["memory", FOLDER, S3])),
    })
}

/// A folder for segments, beside `base` where it is relative; none where it has other things in it for sure.
pub(super) fn folder(path: &str, base: &Path) -> Option<PathBuf> {
    (!matches!(path, "" | "/" | "." | "./")).then(|| base.join(path))
}

/// Keys come from the variables that all tools for S3 read, so that they are in no file.
fn s3(place: &str, got: impl Fn() -> String, environment: &dyn Environment) -> Result<S3Place, Wrong> {
    let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
    let is_name =
        |name: &str| name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'~' | b'-'));
    let is_step = |name: &str| is_name(name) && !name.bytes().all(|byte| byte == b'.');
    let prefix = prefix.trim_end_matches('/');
    if bucket.is_empty() || !is_name(bucket) || !prefix.is_empty() && !prefix.split('/').all(is_step) {
        let rule = "must be s3://BUCKET/PREFIX in letters, digits, `.`, `_`, `~` and `-`";
        return Err(Wrong::new(format!("{rule}, got {}", got())));
    }
    let needed = |name: &str| {
        let value = environment.variable(name).filter(|value| !value.is_empty());
        value.ok_or_else(|| {
            Wrong::new(format!("s3:// needs the environment variable `{name}`, which is not set"))
                .help("keys are read from `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, other places than Amazon from `AWS_ENDPOINT_URL`")
        })
    };
    let endpoint = environment.variable("AWS_ENDPOINT_URL").filter(|endpoint| !endpoint.is_empty());
    if endpoint.as_ref().is_some_and(|endpoint| !endpoint.starts_with("https://") && !endpoint.starts_with("http://")) {
        return Err(Wrong::new("the environment variable `AWS_ENDPOINT_URL` must be https://… or http://…"));
    }
    Ok(S3Place {
        bucket: bucket.into(),
        prefix: prefix.into(),
        endpoint,
        region: environment.variable("AWS_REGION").unwrap_or_else(|| REGION.into()),
        credentials: Credentials {
            username: needed("AWS_ACCESS_KEY_ID")?,
            password: needed("AWS_SECRET_ACCESS_KEY")?.into(),
        },
    })
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    struct Keys;

    impl Environment for Keys {
        fn variable(&self, name: &str) -> Option<String> {
            let value = match name {
                "AWS_ACCESS_KEY_ID" => "us",
                "AWS_SECRET_ACCESS_KEY" => "hunter2",
                "AWS_ENDPOINT_URL" => "http://nas.lan:9000",
                _ => return None,
            };
            Some(value.into())
        }

        fn secret(&self, _: &Path) -> io::Result<String> {
            Err(io::ErrorKind::NotFound.into())
        }
    }

    #[test]
    fn a_bucket_has_its_keys_from_the_environment_and_shows_none() {
        let read = |text: &str| parse(text, text, Path::new("/etc"), &Keys);
        let Ok(HlsStorage::S3(place)) = read("s3://cameras/north/hls/") else { panic!("a bucket") };
        assert_eq!((&*place.bucket, &*place.prefix, &*place.region), ("cameras", "north/hls", REGION));
        assert_eq!(place.endpoint.as_deref(), Some("http://nas.lan:9000"));
        assert!(format!("{place:?}").contains("us:***") && !format!("{place:?}").contains("hunter2"));
        for bad in ["s3://", "s3:///x", "s3://a/../b", "s3://a//b", "s3://a b", "s3://a/b?c"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
