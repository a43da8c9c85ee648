//! What a plugin needs beyond pictures, and whether the operator gave it. Pure.

use std::collections::BTreeMap;
use std::fmt;

use config::Grants;

use crate::admission::Admitted;
use crate::words::printable;

/// What a plugin says that it cannot do without, by the keys of `grants` in `streams.toml`, each with the reason.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(default)]
pub struct Wanted {
    /// `host:port`.
    pub http: BTreeMap<String, String>,
    /// Names of environment variables.
    pub env: BTreeMap<String, String>,
    /// Paths that it looks for folders at.
    pub dir: BTreeMap<String, String>,
    /// Why it needs the time of day.
    pub clock: Option<String>,
    /// Why it needs random numbers that nobody can foretell.
    pub random: Option<String>,
}

/// A grant that is not written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The line to add to the plugin's section.
    pub line: String,
    /// What it is for, in the plugin's words.
    pub why: String,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.line)?;
        if self.why.is_empty() { Ok(()) } else { write!(f, " ({})", self.why) }
    }
}

/// The grants that a component needs and does not have: those that it says, and HTTP if it imports that and no host is granted at all.
pub(crate) fn missing(admitted: &Admitted, wanted: &Wanted, granted: &Grants) -> Vec<Missing> {
    let mut missing = Vec::new();
    // A guest's words, for people's terminals.
    let mut add = |line: String, why: &str| missing.push(Missing { line: printable(&line), why: printable(why) });
    for (host, why) in &wanted.http {
        // As they are written in the file: `[::1]:80`, `private:nas.lan:80`.
        let bare = host.strip_prefix("private:").unwrap_or(host);
        let at = bare.rsplit_once(':').and_then(|(name, port)| {
            let name = name.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
            Some((name, port.parse().ok()?))
        });
        let is_granted = at.is_some_and(|(name, port)| granted.http.iter().any(|grant| grant.covers(&name, port)));
        if !is_granted {
            add(format!("grants.http = [{host:?}]"), why);
        }
    }
    if admitted.imports_http() && wanted.http.is_empty() && granted.http.is_empty() {
        add("grants.http = [\"HOST:PORT\"]".into(), "it imports HTTP; which hosts depends on its options");
    }
    for (name, why) in wanted.env.iter().filter(|(name, _)| !granted.env.0.contains_key(*name)) {
        add(format!("grants.env = {{ {name} = \"${{{name}}}\" }}"), why);
    }
    for (path, why) in wanted.dir.iter().filter(|(path, _)| granted.dirs.iter().all(|dir| dir.seen_as != **path)) {
        add(format!("grants.dir = [\"FOLDER:{path}\"]"), why);
    }
    if let Some(why) = wanted.clock.as_ref().filter(|_| !granted.clock) {
        add("grants.clock = true".into(), why);
    }
    if let Some(why) = wanted.random.as_ref().filter(|_| !granted.random) {
        add("grants.random = true".into(), why);
    }
    missing
}

#[cfg(test)]
mod tests {
    use config::{HttpGrant, Variables};

    use super::*;
    use crate::{Language, Role};

    fn lines(imports: &[&str], wanted: &Wanted, granted: &Grants) -> Vec<String> {
        let imports = imports.iter().map(|import| (*import).to_owned()).collect();
        let admitted = Admitted {
            roles: vec![Role::EventSink],
            imports,
            exports: Vec::new(),
            made_with: Vec::new(),
            language: Language::Other,
        };
        missing(&admitted, wanted, granted).into_iter().map(|missing| missing.line).collect()
    }

    #[test]
    fn what_is_missing_is_the_lines_to_add() {
        let why = |name: &str| BTreeMap::from([(name.to_owned(), "why".to_owned())]);
        let wanted = Wanted {
            http: why("api.example.org:443"),
            env: why("TOKEN"),
            dir: why("/faces"),
            clock: Some("why".into()),
            random: None,
        };
        let http = ["framegate:plugin/http@0.1.0"];
        assert_eq!(
            lines(&http, &wanted, &Grants::default()),
            [
                "grants.http = [\"api.example.org:443\"]",
                "grants.env = { TOKEN = \"${TOKEN}\" }",
                "grants.dir = [\"FOLDER:/faces\"]",
                "grants.clock = true"
            ]
        );
        let grant = HttpGrant { host: "example.org".into(), below: true, port: 443, private: false };
        let granted = Grants {
            http: vec![grant],
            env: Variables(why("TOKEN")),
            dirs: vec![config::DirGrant { folder: "f".into(), seen_as: "/faces".into(), writable: false }],
            clock: true,
            random: false,
        };
        assert_eq!(lines(&http, &wanted, &granted), [""; 0]);
        assert_eq!(lines(&["wasi:http/types@0.2.3"], &Wanted::default(), &Grants::default()).len(), 1);
        assert_eq!(lines(&["wasi:clocks/wall-clock@0.2.3"], &Wanted::default(), &Grants::default()).len(), 0);
    }
}
