//! Played by the harness: those who ask, as a test describes them.

use std::cell::{Cell, RefCell};

/// One who asks, as plain data: a test changes what it needs.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the fields are the interface's methods")]
pub struct Applicant {
    pub action: String,
    pub stream_name: Option<String>,
    pub target: String,
    pub token: Option<String>,
    pub user: Option<String>,
    pub headers: Vec<(String, String)>,
    pub address: String,
    pub time: u64,
    /// What the plugin said by `remember_for`, in seconds.
    pub remembered: Cell<Option<u32>>,
    /// What the plugin said by `identify`.
    pub identified: RefCell<Option<String>>,
}

/// Somebody without a name who wants to look at stream `lobby`.
impl Default for Applicant {
    fn default() -> Self {
        Self {
            action: "view".into(),
            stream_name: Some("lobby".into()),
            target: "GET /s/lobby/ws".into(),
            token: None,
            user: None,
            headers: Vec::new(),
            address: "192.0.2.1".into(),
            time: 1_783_000_000_000_000_000,
            remembered: Cell::default(),
            identified: RefCell::default(),
        }
    }
}

#[allow(missing_docs, reason = "as the interface has it")]
impl Applicant {
    pub fn action(&self) -> String {
        self.action.clone()
    }

    pub fn stream_name(&self) -> Option<String> {
        self.stream_name.clone()
    }

    pub fn target(&self) -> String {
        self.target.clone()
    }

    pub fn token(&self) -> Option<String> {
        self.token.clone()
    }

    pub fn user(&self) -> Option<String> {
        self.user.clone()
    }

    pub fn header(&self, name: &str) -> Option<String> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone())
    }

    pub fn address(&self) -> String {
        self.address.clone()
    }

    pub fn time(&self) -> u64 {
        self.time
    }

    pub fn remember_for(&self, seconds: u32) {
        self.remembered.set(Some(seconds));
    }

    pub fn identify(&self, name: &str) {
        self.identified.replace(Some(name.into()));
    }
}
