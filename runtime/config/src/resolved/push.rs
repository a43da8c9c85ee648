use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use super::StillsFormat;
use crate::secret;

/// `[[streams.*.push]]`: where stills are pushed to.
#[derive(Clone, Debug, PartialEq)]
pub struct PushTo {
    /// `to`: `http://` or `https://`, without credentials.
    pub to: String,
    /// `token`.
    pub token: Option<PushToken>,
    /// `format`; as `stills` says if none.
    pub format: Option<StillsFormat>,
    /// `quality`, likewise.
    pub quality: Option<u8>,
    /// `width` in pixels, likewise.
    pub width: Option<u32>,
    /// `fps`, likewise.
    pub fps: Option<u32>,
}

/// What lets somebody publish there. Prints as `***`.
#[derive(Clone)]
pub struct PushToken(pub SecretString);

impl PartialEq for PushToken {
    fn eq(&self, other: &Self) -> bool {
        self.0.expose_secret() == other.0.expose_secret()
    }
}

impl fmt::Debug for PushToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl PushTo {
    /// The address as it may be shown to anybody.
    pub fn shown(&self) -> String {
        secret::without_credentials(&self.to)
    }
}
