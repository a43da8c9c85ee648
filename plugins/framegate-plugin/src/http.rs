//! HTTP(S) to the hosts that are granted, in `tick`, `deliver` and `decide`.
//!
//! ```no_run
//! # use framegate_plugin::http;
//! let answer = http::post("https://api.example.org/counts").header("accept", "application/json").body("{}").send()?;
//! if answer.status() == 200 {
//!     let text = answer.text();
//! }
//! # Ok::<(), http::Error>(())
//! ```

use crate::imported::http;
pub use crate::imported::http::{HttpError as Error, Response};

/// A request that is being put together.
#[derive(Debug)]
pub struct Request(http::Request);

/// Whether requests to this URL are granted, to be asked in `configure`; if not, the mistake to tell, with the line to add.
pub fn granted(url: &str) -> Result<(), String> {
    http::granted(url).map_err(|line| format!("its host is not granted: add `{line}` to the plugin's section"))
}

/// A `GET` of a URL with its scheme.
pub fn get(url: &str) -> Request {
    Request::new("GET", url)
}

/// A `POST` to a URL with its scheme.
pub fn post(url: &str) -> Request {
    Request::new("POST", url)
}

impl Request {
    /// Any method.
    pub fn new(method: &str, url: &str) -> Self {
        Self(http::Request::new(method, url))
    }

    /// With this header too.
    #[must_use]
    pub fn header(self, name: &str, value: &str) -> Self {
        self.0.add_header(name, value);
        self
    }

    /// With this body, at most 16 MiB.
    #[must_use]
    pub fn body(self, bytes: impl AsRef<[u8]>) -> Self {
        self.0.set_body(bytes.as_ref());
        self
    }

    /// With this as its body, and the header that says so.
    ///
    /// # Panics
    ///
    /// When it has no JSON: a map with keys that are no strings.
    #[must_use]
    pub fn json(self, value: &impl serde::Serialize) -> Self {
        let bytes = serde_json::to_vec(value).expect("a value that has JSON");
        self.header("content-type", "application/json").body(bytes)
    }

    /// Sends it. An answer is an answer, whatever its status. May be called again.
    pub fn send(&self) -> Result<Response, Error> {
        self.0.send()
    }
}

impl Response {
    /// The body as text; what is not UTF-8 becomes U+FFFD.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body()).into_owned()
    }
}
