//! URI references (RFC 3986 5.2), as far as playlists need them.

/// Whether a reference has a scheme, an authority or a path from the root.
pub(crate) fn is_absolute(reference: &str) -> bool {
    reference.starts_with('/') || scheme(reference).is_some()
}

fn scheme(reference: &str) -> Option<&str> {
    let (scheme, _) = reference.split_once(':')?;
    let valid = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    valid.then_some(scheme)
}

/// What a reference that stands in the document at `base` names.
pub fn resolve(base: &str, reference: &str) -> String {
    if scheme(reference).is_some() {
        return reference.into();
    }
    let (origin, path) = split_origin(base);
    if let Some(scheme) = scheme(base)
        && reference.starts_with("//")
    {
        return format!("{scheme}:{reference}");
    }
    let (before, query) = match reference.find('?') {
        Some(at) => reference.split_at(at),
        None => (reference, ""),
    };
    let base_path = path.split(['?', '#']).next().unwrap_or("");
    let joined = if before.starts_with('/') {
        before.to_string()
    } else if before.is_empty() {
        base_path.to_string()
    } else {
        format!("{}{before}", &base_path[..base_path.rfind('/').map_or(0, |at| at + 1)])
    };
    format!("{origin}{}{query}", without_dots(&joined))
}

fn split_origin(base: &str) -> (&str, &str) {
    let Some(after) = base.find("://").map(|at| at + 3) else { return ("", base) };
    let path = base[after..].find('/').map_or(base.len(), |at| after + at);
    base.split_at(path)
}

fn without_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let segments: Vec<&str> = path.split('/').collect();
    for (index, segment) in segments.iter().enumerate() {
        let last = index + 1 == segments.len();
        match *segment {
            "." | ".." => {
                if *segment == ".." && kept.last().is_some_and(|kept| !kept.is_empty()) {
                    kept.pop();
                }
                if last {
                    kept.push("");
                }
            }
            other => kept.push(other),
        }
    }
    kept.join("/")
}

/// The URL without its delivery directives (`_HLS_…`), under which a playlist is known.
pub fn without_directives(url: &str) -> String {
    let Some((path, query)) = url.split_once('?') else { return url.into() };
    let kept: Vec<&str> = query.split('&').filter(|pair| !pair.starts_with("_HLS_")).collect();
    if kept.is_empty() { path.into() } else { format!("{path}?{}", kept.join("&")) }
}

/// The URL with more directives; they are sorted, as rfc8216bis 6.2.5 asks of clients.
pub(crate) fn with_directives(url: &str, directives: &[(&str, String)]) -> String {
    let mut sorted: Vec<_> = directives.iter().map(|(name, value)| format!("{name}={value}")).collect();
    sorted.sort();
    if sorted.is_empty() {
        return url.into();
    }
    format!("{url}{}{}", if url.contains('?') { '&' } else { '?' }, sorted.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_resolved_as_browsers_do() {
        for (base, reference, expected) in [
            ("http://h:1/a/b.m3u8?x=1", "c.m4s", "http://h:1/a/c.m4s"),
            ("http://h/a/b/c.m3u8", "../d/e.m4s?t=1", "http://h/a/d/e.m4s?t=1"),
            ("http://h/a/b.m3u8", "/c", "http://h/c"),
            ("http://h/a/b.m3u8", "//i/c", "http://i/c"),
            ("http://h/a/b.m3u8", "https://i/c", "https://i/c"),
            ("live/a.m3u8", "./b.m4s", "live/b.m4s"),
            ("a.m3u8", "b.m4s", "b.m4s"),
        ] {
            assert_eq!(resolve(base, reference), expected, "{base} {reference}");
        }
    }

    #[test]
    fn directives_come_and_go() {
        let url = with_directives("/l.m3u8?token=1", &[("_HLS_part", "2".into()), ("_HLS_msn", "5".into())]);
        assert_eq!(url, "/l.m3u8?token=1&_HLS_msn=5&_HLS_part=2");
        assert_eq!(without_directives(&url), "/l.m3u8?token=1");
        assert_eq!(without_directives("/l.m3u8?_HLS_skip=YES"), "/l.m3u8");
        assert!(is_absolute("http://h/") && is_absolute("//h") && is_absolute("/p") && !is_absolute("a/b:c"));
    }
}
