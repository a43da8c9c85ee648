//! The environment that the case files are read in.

use std::io;
use std::path::Path;

use framegate_config::{Environment, Known};

/// The word that stands for every secret in the case files.
pub(crate) const SECRET: &str = "hunter2";

/// The plugins that come with the program.
pub(crate) const BUNDLED: [&str; 3] = ["clock", "motion-gate", "privacy-mask"];

/// Of a password; it may be shown no more than the password itself.
const HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$hunter2hunter2hunter2A$CWOrkoo7oJBQ/iyh7uJ0LO2aLEfrHwTWllSAxT0zRno";

struct Fixed;

impl Environment for Fixed {
    fn variable(&self, name: &str) -> Option<String> {
        let value = match name {
            "CAMERA_USER" => "viewer",
            "CAMERA_PASSWORD" => SECRET,
            "SITE" => "north",
            "WALL_TOKEN" => "hunter2hunter2hunter2",
            "ADDRESS" => "rtsp://viewer:hunter2@10.0.0.7/stream1",
            "BAD_ADDRESS" => "rtps://viewer:hunter2@10.0.0.7/stream1",
            _ => return None,
        };
        Some(value.into())
    }

    fn secret(&self, path: &Path) -> io::Result<String> {
        match path.to_str() {
            Some("etc/secrets/camera") => Ok(format!("{SECRET}\n")),
            Some("etc/secrets/anna") => Ok(format!("{HASH}\n")),
            Some("etc/secrets/empty") => Ok("\n".into()),
            Some("etc/keys/jwks.json") => Ok(r#"{"keys":[]}"#.into()),
            Some("etc/secrets/forbidden") => Err(io::ErrorKind::PermissionDenied.into()),
            _ => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

/// What the case files may refer to.
pub(crate) fn known() -> Known<'static> {
    Known { bundled: &BUNDLED, environment: &Fixed }
}
