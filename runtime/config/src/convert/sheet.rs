//! The `streams.toml` that is being made.

use super::camera::Camera;
use super::{Told, Variable};

/// Its sections but for the stream's own, and what is told of it.
#[derive(Default)]
pub(super) struct Sheet {
    /// `key = value` of `[server]`.
    pub(super) server: Vec<String>,
    /// Sections as they are written: users, the log.
    pub(super) sections: Vec<String>,
    /// Hosts that `webhook` may call.
    pub(super) hosts: Vec<String>,
    /// `key = value` of the stream.
    pub(super) stream: Vec<String>,
    /// Entries of its `plugins`.
    pub(super) plugins: Vec<String>,
    /// Entries of its `events`.
    pub(super) events: Vec<String>,
    pub(super) variables: Vec<Variable>,
    pub(super) changed: Vec<Told>,
}

impl Sheet {
    /// A secret, as the reference to it that is written; `content` says where it is until now.
    pub(super) fn secret(&mut self, name: &'static str, content: String) -> String {
        if !self.variables.iter().any(|variable| variable.name == name) {
            self.variables.push(Variable { name, content });
        }
        format!("\"${{{name}}}\"")
    }

    pub(super) fn host(&mut self, host: &str) {
        if !self.hosts.iter().any(|known| known == host) {
            self.hosts.push(host.to_owned());
        }
    }

    pub(super) fn change(&mut self, key: impl Into<String>, why: impl Into<String>) {
        self.changed.push(Told { key: key.into(), why: why.into() });
    }

    pub(super) fn render(&self, camera: &Camera) -> String {
        let mut blocks = Vec::new();
        if !self.server.is_empty() {
            blocks.push(format!("[server]\n{}", self.server.join("\n")));
        }
        blocks.extend(self.sections.iter().cloned());
        blocks.push(format!("[compat]\ncctv = {}", quoted(&camera.name)));
        if !self.hosts.is_empty() {
            let hosts: Vec<_> = self.hosts.iter().map(|host| quoted(host)).collect();
            blocks.push(format!("[plugins.webhook.grants]\nhttp = [{}]", hosts.join(", ")));
        }
        let mut stream = vec![format!("[streams.{}]", key(&camera.name)), format!("source = {}", camera.source)];
        stream.extend(self.stream.iter().cloned());
        for (name, list) in [("plugins", &self.plugins), ("events", &self.events)] {
            if !list.is_empty() {
                stream.push(format!("{name} = [\n  {},\n]", list.join(",\n  ")));
            }
        }
        blocks.push(stream.join("\n"));
        blocks.join("\n\n") + "\n"
    }
}

/// Text as a value of TOML.
pub(super) fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// Text as a value of a key in which variables are replaced: it has none.
pub(super) fn literal(text: &str) -> String {
    quoted(&text.replace("${", "$${"))
}

/// A name as a key: bare where it may be (TOML 1.0, keys).
pub(super) fn key(name: &str) -> String {
    match !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-') {
        true => name.to_owned(),
        false => quoted(name),
    }
}
