//! Where a plugin is used, and what it is told there.

use std::fmt;

use crate::secret;

/// One entry of `plugins`. Options whose names say so (`token`, `password` …) print as `***`.
#[derive(Clone, PartialEq)]
pub struct PluginUse {
    /// `use`: a key of [`crate::Config::plugins`].
    pub plugin: String,
    /// `options`: a JSON object, as the plugin gets it.
    pub options: serde_json::Value,
    /// `fps`: at most so many pictures a second, for an analyzer; all if none.
    pub fps: Option<u32>,
    /// `always`: the stream makes pictures for it also when nobody watches.
    pub always: bool,
}

/// One entry of `events`. Options print as those of [`PluginUse`].
#[derive(Clone, PartialEq)]
pub struct SinkUse {
    /// `use`: a key of [`crate::Config::plugins`].
    pub plugin: String,
    /// `options`: a JSON object, as the plugin gets it.
    pub options: serde_json::Value,
    /// `kinds`: the events that it is told, each a kind or the begin of one with `*` behind it; all if empty.
    pub kinds: Vec<String>,
}

impl SinkUse {
    /// Whether it is told of events of this kind.
    pub fn wants(&self, kind: &str) -> bool {
        let is_meant = |wanted: &String| match wanted.strip_suffix('*') {
            Some(begin) => kind.starts_with(begin),
            None => kind == wanted,
        };
        self.kinds.is_empty() || self.kinds.iter().any(is_meant)
    }
}

/// A plugin that chooses or decides. Options print as those of [`PluginUse`].
#[derive(Clone, PartialEq)]
pub struct PolicyUse {
    /// `use`: a key of [`crate::Config::plugins`].
    pub plugin: String,
    /// `options`: a JSON object, as the plugin gets it.
    pub options: serde_json::Value,
}

/// Options without what must not be printed.
fn shown(options: &serde_json::Value) -> serde_json::Value {
    let mut options = options.clone();
    secret::hide(&mut options);
    options
}

impl fmt::Debug for PluginUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.plugin, shown(&self.options))?;
        if let Some(fps) = self.fps {
            write!(f, " {fps}/s")?;
        }
        if self.always { f.write_str(" always") } else { Ok(()) }
    }
}

impl fmt::Debug for SinkUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {:?}", self.plugin, shown(&self.options), self.kinds)
    }
}

impl fmt::Debug for PolicyUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.plugin, shown(&self.options))
    }
}
