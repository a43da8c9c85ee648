//! What a plugin may reach beyond pictures.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

/// `[plugins.*.grants]`: nothing unless it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grants {
    /// `http`: hosts that it may send requests to.
    pub http: Vec<HttpGrant>,
    /// `env`: its environment.
    pub env: Variables,
    /// `dir`: folders that it sees.
    pub dirs: Vec<DirGrant>,
    /// `clock`: the time of day and a clock that runs.
    pub clock: bool,
    /// `random`: random numbers that nobody can foretell.
    pub random: bool,
}

/// One entry of `grants.http`: `host:port`, `*.host:port`, or `private:host:port`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpGrant {
    /// A name in lower case, or an address as it is written in a URL without brackets.
    pub host: String,
    /// Whether names below `host` are meant (`*.host`), not `host` itself.
    pub below: bool,
    /// TCP port.
    pub port: u16,
    /// Whether it may be an address that is not reached over the internet (RFC 6890): written as one, as `localhost`, or with `private:`.
    pub private: bool,
}

impl HttpGrant {
    /// Whether this host, a name in lower case or an address without brackets, is meant.
    pub fn covers(&self, host: &str, port: u16) -> bool {
        let is_host = match self.below {
            true => host.strip_suffix(&*self.host).is_some_and(|below| below.len() > 1 && below.ends_with('.')),
            false => host == self.host,
        };
        is_host && self.port == port
    }
}

/// One entry of `grants.dir`: `FOLDER`, `FOLDER:SEEN_AS`, either with `:rw` behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirGrant {
    /// The folder; relative ones were resolved against the folder of `streams.toml`.
    pub folder: PathBuf,
    /// The absolute path that the plugin sees it as.
    pub seen_as: String,
    /// Whether it may change what is in it.
    pub writable: bool,
}

/// Environment variables by name. The values print as `***`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Variables(pub BTreeMap<String, String>);

impl fmt::Debug for Variables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.0.keys().map(|name| (name, format_args!("***")))).finish()
    }
}
