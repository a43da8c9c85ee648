//! What is configured, by whom, and what is wrong with it.

use std::collections::BTreeMap;

use config::Mistake;
use media::StreamName;
use media::since::milliseconds;
use serde::Serialize;

use crate::reload::Standing;

/// `GET /api/config`.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
#[schemars(rename = "Config")]
pub struct Configured {
    /// `streams.toml`.
    pub file: File,
    /// Streams that came by the API.
    pub added: Vec<StreamName>,
    /// Those that stand in the file too: the file says what they are.
    pub in_file_too: Vec<StreamName>,
    /// Those that cannot be had, and why.
    pub left_out: BTreeMap<String, Vec<Told>>,
}

/// `streams.toml`.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
#[schemars(rename = "ConfigFile")]
pub struct File {
    /// When what is in force was read: milliseconds since 1970.
    pub read_at: u64,
    /// What is wrong with the file as it is now; empty where that is in force.
    pub mistakes: Vec<String>,
}

/// A mistake, for who has to mend it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[schemars(rename = "Mistake")]
pub struct Told {
    /// The key, as it is written in a stream: `plugins[0].use`; empty for the stream as a whole.
    pub key: String,
    /// The rule and the value that breaks it.
    pub detail: String,
    /// The right word that is nearest to the one written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearest: Option<String>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

impl Configured {
    /// As it is.
    pub fn of(standing: &Standing) -> Self {
        let left_out = standing.left_out.iter();
        let left_out = left_out.map(|(name, mistakes)| {
            (name.to_string(), mistakes.iter().map(|mistake| Told::of(name, mistake)).collect())
        });
        Self {
            file: File { read_at: milliseconds(standing.read_at), mistakes: standing.mistakes.clone() },
            added: standing.state.added().into_keys().collect(),
            in_file_too: standing.in_file_too.iter().cloned().collect(),
            left_out: left_out.collect(),
        }
    }
}

impl Told {
    /// A mistake in what was said of a stream.
    pub fn of(stream: &StreamName, mistake: &Mistake) -> Self {
        Self {
            key: mistake.key_in(stream).unwrap_or(&mistake.place.key).to_owned(),
            detail: mistake.message.clone(),
            nearest: mistake.nearest.clone(),
            help: mistake.help.clone(),
        }
    }
}
