//! What a plugin may reach: each grant read, variables and secrets put in.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::Path;

use crate::key::Key;
use crate::mistake::Wrong;
use crate::resolved::{DirGrant, Grants, HttpGrant};
use crate::section::shown_text;
use crate::written;

impl super::Resolver<'_, '_, '_> {
    pub(super) fn grants(&mut self, key: &Key<'_>, written: &written::Grants) -> Grants {
        let mut grants = Grants {
            clock: written.clock.as_ref().is_some_and(|at| at.value),
            random: written.random.as_ref().is_some_and(|at| at.value),
            ..Grants::default()
        };
        let list = key.of("http");
        for (index, host) in written.http.iter().enumerate() {
            let key = list.at(index);
            let Some(text) = self.expanded(Some(host), &key) else { continue };
            grants.http.extend(self.check(http(&text), &key, &host.span));
        }
        let list = key.of("dir");
        let folder = self.reader.document.folder().to_owned();
        for (index, dir) in written.dir.iter().enumerate() {
            let key = list.at(index);
            let Some(text) = self.expanded(Some(dir), &key) else { continue };
            grants.dirs.extend(self.check(directory(&text, &folder), &key, &dir.span));
        }
        let table = key.of("env");
        for (name, value) in &written.env {
            let key = table.of(name);
            let good = match name.is_empty() || name.contains(['=', '\0']) {
                true => Err(Wrong::new("the name of an environment variable is not empty and has no `=`")),
                false => Ok(()),
            };
            self.check(good, &key, &value.span);
            if let Some(value) = self.secret(Some(value), &key) {
                grants.env.0.insert(name.clone(), value);
            }
        }
        grants
    }
}

/// `host:port`, `*.host:port`, `[::1]:port`, each also with `private:` before it.
fn http(text: &str) -> Result<HttpGrant, Wrong> {
    let wrong = || {
        let wrong = Wrong::new(format!("must be a host and a port, got {}", shown_text(text)));
        match text.split_once("://") {
            Some((scheme, rest)) => {
                let host = rest.split(['/', '?']).next().unwrap_or(rest);
                let port = if scheme == "http" { 80 } else { 443 };
                let meant = if host.contains(':') { host.to_owned() } else { format!("{host}:{port}") };
                wrong.nearest(Some(format!("\"{meant}\"")))
            }
            None => wrong.help("such as \"api.example.org:443\", \"*.example.org:443\" or \"private:nas.lan:80\""),
        }
    };
    let (text, written_private) = match text.strip_prefix("private:") {
        Some(rest) => (rest, true),
        None => (text, false),
    };
    let (host, port) = text.rsplit_once(':').ok_or_else(wrong)?;
    let port = port.parse::<u16>().ok().filter(|port| *port > 0).ok_or_else(wrong)?;
    let (host, below) = match host.strip_prefix("*.") {
        Some(rest) => (rest, true),
        None => (host, false),
    };
    let host = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(address) => address.parse::<Ipv6Addr>().map_err(|_| wrong())?.to_string(),
        None => host.to_ascii_lowercase(),
    };
    let is_address = host.parse::<Ipv4Addr>().is_ok() || host.parse::<Ipv6Addr>().is_ok();
    let is_name = |host: &str| {
        !host.is_empty()
            && host.len() <= 253
            && host.split('.').all(|label| !label.is_empty() && label.len() <= 63)
            && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
    };
    if !(is_address && !below || is_name(&host)) {
        return Err(wrong());
    }
    // An address that is written is meant, and so is this machine.
    let private = written_private || is_address || host == "localhost";
    Ok(HttpGrant { host, below, port, private })
}

/// `FOLDER`, `FOLDER:SEEN_AS`, either with `:rw` behind it.
fn directory(text: &str, folder: &Path) -> Result<DirGrant, Wrong> {
    let (rest, writable) = match text.strip_suffix(":rw") {
        Some(rest) => (rest, true),
        None => (text.strip_suffix(":ro").unwrap_or(text), false),
    };
    let (on_disk, seen_as) = rest.split_once(':').map_or((rest, None), |(disk, seen)| (disk, Some(seen)));
    if on_disk.is_empty() {
        return Err(Wrong::new(format!("must be a folder, got {}", shown_text(text))));
    }
    let path = folder.join(on_disk);
    let seen_as = match seen_as {
        Some(seen) if seen.starts_with('/') => seen.to_owned(),
        Some(seen) => {
            return Err(Wrong::new(format!("what a folder is seen as begins with `/`, got {}", shown_text(seen))));
        }
        None => match on_disk.starts_with('/') {
            true => on_disk.to_owned(),
            false => format!("/{}", on_disk.trim_start_matches("./")),
        },
    };
    Ok(DirGrant { folder: path, seen_as, writable })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_read_and_addresses_are_granted_as_such() {
        let read = |text: &str| http(text).map(|grant| (grant.host.clone(), grant.port, grant.below, grant.private));
        assert_eq!(read("API.example.org:443"), Ok(("api.example.org".into(), 443, false, false)));
        assert_eq!(read("*.example.org:443"), Ok(("example.org".into(), 443, true, false)));
        assert_eq!(read("10.0.0.7:80"), Ok(("10.0.0.7".into(), 80, false, true)));
        assert_eq!(read("[0:0::1]:80"), Ok(("::1".into(), 80, false, true)));
        assert_eq!(read("private:nas.lan:80"), Ok(("nas.lan".into(), 80, false, true)));
        for bad in
            ["example.org", "example.org:0", "example.org:99999", ":443", "a b:1", "*.10.0.0.1:x", "[1]:2", "*:443"]
        {
            assert!(read(bad).is_err(), "{bad}");
        }
        let nearest = http("https://example.org/path").unwrap_err().nearest;
        assert_eq!(nearest.as_deref(), Some("\"example.org:443\""));
    }

    #[test]
    fn a_wildcard_covers_names_below_and_not_their_lookalikes() {
        let below = http("*.example.org:443").unwrap();
        assert!(below.covers("a.example.org", 443) && below.covers("a.b.example.org", 443));
        for other in ["example.org", "badexample.org", ".example.org", "example.org.evil.net"] {
            assert!(!below.covers(other, 443), "{other}");
        }
        assert!(!below.covers("a.example.org", 80));
    }

    #[test]
    fn folders_are_read_only_unless_it_is_written() {
        let read = |text: &str| directory(text, Path::new("/etc/framegate"));
        let is = |folder: &str, seen_as: &str, writable| {
            Ok(DirGrant { folder: folder.into(), seen_as: seen_as.into(), writable })
        };
        assert_eq!(read("/var/lib/faces"), is("/var/lib/faces", "/var/lib/faces", false));
        assert_eq!(read("counts:rw"), is("/etc/framegate/counts", "/counts", true));
        assert_eq!(read("./counts:/c:rw"), is("/etc/framegate/./counts", "/c", true));
        assert!(read("counts:c").is_err() && read("").is_err() && read(":rw").is_err());
    }
}
