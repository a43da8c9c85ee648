//! What a plugin may reach beyond pictures.

use std::collections::BTreeMap;

use schemars::JsonSchema;

use super::text::Text;
use crate::section::{At, Section};

/// What a plugin may reach beyond pictures: nothing unless it is written here.
#[derive(Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Grants {
    /// Hosts with ports that it may send HTTP requests to. `*.example.org:443` is every name below; a name that leads to a private address needs
    /// `private:` before it.
    #[schemars(with = "Option<Vec<String>>", extend("examples" = [["api.telegram.org:443", "*.example.org:443", "10.0.0.7:8080", "private:nas.lan:80"]]))]
    pub(crate) http: Vec<At<Text>>,
    /// Its environment; `${VARIABLE}` and `file:/path` are read from the environment and from a file.
    #[schemars(with = "Option<BTreeMap<String, String>>")]
    pub(crate) env: Vec<(String, At<Text>)>,
    /// Folders that it may read, seen under the same path or as what stands behind a colon; with `:rw` behind it also to be written to.
    #[schemars(with = "Option<Vec<String>>", extend("examples" = [["/var/lib/faces", "counts:/counts:rw"]]))]
    pub(crate) dir: Vec<At<Text>>,
    /// The time of day, and a clock that runs. Without it clocks stand still: pictures bring their time.
    #[schemars(extend("default" = false))]
    pub(crate) clock: Option<At<bool>>,
    /// Random numbers that nobody can foretell. Without it they are the same in every instance.
    #[schemars(extend("default" = false))]
    pub(crate) random: Option<At<bool>>,
}

impl Grants {
    pub(crate) fn read(mut section: Section<'_, '_, '_>) -> Self {
        let read = Self {
            http: section.texts("http"),
            env: section.texts_by_name("env"),
            dir: section.texts("dir"),
            clock: section.take("clock"),
            random: section.take("random"),
        };
        section.finish(&[
            ("https", "http"),
            ("hosts", "http"),
            ("network", "http"),
            ("environment", "env"),
            ("dirs", "dir"),
            ("files", "dir"),
            ("folders", "dir"),
            ("time", "clock"),
            ("clocks", "clock"),
        ]);
        read
    }
}
