//! Which names files may have, and which are ours. Pure.

use crate::Error;

/// How names of files that are being written end, behind a `.` and the name that they are to have.
const UNFINISHED: &str = ".new";
/// What file systems take, with room for what an unfinished file's name has more.
const LONGEST: usize = 200;

/// The name itself, if it leads nowhere else.
pub(crate) fn checked(name: &str) -> Result<&str, Error> {
    let wrong = |why| Error::Name { name: name.chars().take(LONGEST).collect(), why };
    if name.is_empty() || name.len() > LONGEST {
        return Err(wrong("it has 1 to 200 characters"));
    }
    if !name.chars().all(|c| c.is_ascii_alphanumeric() || "._~-".contains(c)) {
        return Err(wrong("it is made of letters, digits, `.`, `_`, `~` and `-`"));
    }
    if name.bytes().all(|byte| byte == b'.') {
        return Err(wrong("dots alone mean a folder"));
    }
    Ok(name)
}

/// What a file is called while it is being written: by which process, and its how manyth.
pub(crate) fn unfinished(name: &str, process: u32, count: u64) -> String {
    format!(".{name}.{process}-{count}{UNFINISHED}")
}

/// Whether a file that no window has is ours to remove: a segment or an init segment by its pattern (twelve hexadecimal digits, `-`, its number), or one
/// of these or a playlist that was not finished.
pub(crate) fn is_ours(name: &str) -> bool {
    let finished = name.strip_prefix('.').and_then(|name| name.strip_suffix(UNFINISHED));
    match finished.and_then(|name| name.rsplit_once('.')) {
        Some((name, by)) => {
            let by_us = by.split_once('-').is_some_and(|(process, count)| is_number(process) && is_number(count));
            by_us && (is_media(name) || name.ends_with(".m3u8"))
        }
        None => is_media(name),
    }
}

fn is_media(name: &str) -> bool {
    let Some((stem, extension)) = name.rsplit_once('.') else { return false };
    let Some((prefix, number)) = stem.split_once('-') else { return false };
    let is_prefix = prefix.len() == 12 && prefix.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    let (number, is_init) = number.strip_prefix('i').map_or((number, false), |number| (number, true));
    is_prefix && is_number(number) && matches!((is_init, extension), (true, "mp4") | (false, "m4s" | "ts"))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        let long = "x".repeat(201);
        for bad in ["", ".", "..", "...", "../x", "a/b", "/x", "a\\b", "a\0", "é", "a b", "%2e%2e", "x\n", &long] {
            assert!(checked(bad).is_err(), "{bad:?}");
        }
        for good in ["stream.m3u8", "0123456789ab-7.m4s", "..a", ".0123456789ab-7.m4s.1-2.new", "low~1.m3u8"] {
            assert_eq!(checked(good), Ok(good));
        }
    }

    #[test]
    fn only_what_has_our_pattern_is_ours() {
        for ours in ["0123456789ab-7.m4s", "0123456789ab-7.ts", "0123456789ab-i0.mp4"] {
            assert!(is_ours(ours), "{ours}");
            assert!(is_ours(&unfinished(ours, 4711, 3)), "{ours}");
        }
        assert!(is_ours(&unfinished("stream.m3u8", 1, 1)));
        let others = [
            "stream.m3u8",
            "index.html",
            "door-7.m4s",
            "0123456789AB-7.m4s",
            "0123456789ab-7.mp4",
            "0123456789ab-i7.ts",
            "0123456789ab-x.ts",
            "0123456789ab-.ts",
            "0123456789ab.ts",
            ".htaccess",
            ".x.new",
            ".notes.txt.1-2.new",
            "0123456789ab-7.m4s.new",
            ".0123456789ab-7.m4s.new",
            "0123456789abc-7.ts",
        ];
        for other in others {
            assert!(!is_ours(other), "{other}");
        }
    }
}
