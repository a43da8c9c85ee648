//! Played by the harness: HTTP with the test's own answers.

pub use crate::bindings::imports::framegate::plugin::http::HttpError;

use std::cell::RefCell;

use super::world::{Call, current};

/// Whether requests to this URL are granted: here all are.
pub(crate) fn granted(_: &str) -> Result<(), String> {
    Ok(())
}

/// What a plugin asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asked {
    /// Such as `POST`.
    pub method: String,
    /// With its scheme.
    pub url: String,
    /// In the order in which they were added.
    pub headers: Vec<(String, String)>,
    /// Empty if there is none.
    pub body: Vec<u8>,
}

impl Asked {
    /// The first header of this name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }

    /// The body as text; what is not UTF-8 becomes U+FFFD.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Panics
    ///
    /// Where it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("a body of JSON: {error}: {}", self.text()))
    }
}

/// What a test answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Answer {
    /// An answer.
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }
    }

    /// With this header too.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }
}

fn find<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// As the interface has it.
#[derive(Debug)]
pub(crate) struct Request(RefCell<Asked>);

impl Request {
    /// As the interface has it.
    pub(crate) fn new(method: &str, url: &str) -> Self {
        Self(RefCell::new(Asked { method: method.into(), url: url.into(), ..Asked::default() }))
    }

    /// As the interface has it.
    pub(crate) fn add_header(&self, name: &str, value: &str) {
        self.0.borrow_mut().headers.push((name.into(), value.into()));
    }

    /// As the interface has it.
    pub(crate) fn set_body(&self, bytes: &[u8]) {
        self.0.borrow_mut().body = bytes.to_vec();
    }

    /// Writes it down, and gives the test's answer.
    pub(crate) fn send(&self) -> Result<Response, HttpError> {
        current(|world| {
            if !matches!(world.call, Call::Tick | Call::Deliver | Call::Decide) {
                return Err(HttpError::Failed(format!("not in `{:?}`", world.call).to_lowercase()));
            }
            let asked = self.0.borrow().clone();
            let answer = (world.answers)(&asked);
            world.asked.push(asked);
            answer.map(Response)
        })
    }
}

/// As the interface has it.
#[derive(Debug)]
pub struct Response(Answer);

impl Response {
    /// As the interface has it.
    pub fn status(&self) -> u16 {
        self.0.status
    }

    /// As the interface has it.
    pub fn header(&self, name: &str) -> Option<String> {
        find(&self.0.headers, name).map(str::to_owned)
    }

    /// As the interface has it.
    pub fn body(&self) -> Vec<u8> {
        self.0.body.clone()
    }
}
