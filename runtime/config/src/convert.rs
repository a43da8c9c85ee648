//! The configuration of a server for one camera, such as pages with Flask-SocketIO have (`config.json`) → a `streams.toml`.
//!
//! Owns which names of such files mean what (`leaves`), and that nothing of them is lost without a word: whatever is not carried over is named with the
//! reason. Does not own files, nor what the result means (`crate::read`).
//!
//! Secrets are in no text that comes out of here: they become `${VARIABLE}`, and are told by name.

mod alerts;
mod camera;
mod leaves;
mod server;
mod sheet;

use serde_json::Value;

use leaves::Leaves;
use sheet::Sheet;

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Converted {
    /// A `streams.toml`.
    pub toml: String,
    /// What it needs in the environment.
    pub variables: Vec<Variable>,
    /// What is otherwise than in the server before.
    pub changed: Vec<Told>,
    /// What is not carried over.
    pub left: Vec<Told>,
}

/// A variable of the environment that stands for a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// What belongs in it, by the key that has it until now.
    pub content: String,
}

/// A key of the file, and something about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// As in `camera.rtsp_url`.
    pub key: String,
    /// What there is to say, without its value.
    pub why: String,
}

/// Why there is no `streams.toml`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotConverted {
    /// It is no JSON.
    #[error("{line}:{column}: {message}")]
    Syntax {
        /// Counted from 1.
        line: usize,
        /// In characters, counted from 1.
        column: usize,
        /// What is wrong there.
        message: String,
    },
    /// It is JSON of something else.
    #[error("the configuration must be an object: `{{ \"camera\": {{ \"rtsp_url\": … }} }}`")]
    NoObject,
    /// Nothing says where the camera is.
    #[error("no address of a camera is in it: looked for `rtsp_url`, `camera.url`, `camera.ip` and the like")]
    NoCamera,
    /// What says it is no address of a camera.
    #[error("`{key}`: {why}")]
    BadCamera {
        /// As in `camera.rtsp_url`.
        key: String,
        /// The rule, without the address: it may hold a password.
        why: String,
    },
}

/// Makes a `streams.toml` of a `config.json`.
pub fn convert(json: &str) -> Result<Converted, NotConverted> {
    // Editors of some systems put it there.
    let json = json.strip_prefix('\u{feff}').unwrap_or(json);
    let value: Value = serde_json::from_str(json).map_err(|error| syntax(json, &error))?;
    let Value::Object(object) = value else { return Err(NotConverted::NoObject) };
    let mut leaves = Leaves::of(&object);
    let mut sheet = Sheet::default();
    let camera = camera::take(&mut leaves, &mut sheet)?;
    server::take(&mut leaves, &mut sheet);
    alerts::take(&mut leaves, &mut sheet, camera.size);
    let toml = sheet.render(&camera);
    let left = leaves.left();
    Ok(Converted { toml, variables: sheet.variables, changed: sheet.changed, left })
}

/// The place of a mistake, its column in characters.
fn syntax(json: &str, error: &serde_json::Error) -> NotConverted {
    let text = error.to_string();
    let message = text.rsplit_once(" at line ").map_or(&*text, |(message, _)| message).to_owned();
    let line = json.split('\n').nth(error.line().saturating_sub(1)).unwrap_or_default();
    let before = line.as_bytes().get(..error.column()).unwrap_or(line.as_bytes());
    let column = String::from_utf8_lossy(before).chars().count().max(1);
    NotConverted::Syntax { line: error.line().max(1), column, message }
}

/// A text of a value; a number is one too.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn number(value: &Value) -> Option<f64> {
    text(value)?.parse().ok().filter(|number: &f64| number.is_finite())
}

/// A whole number within bounds.
fn whole(value: &Value, least: u32, most: u32) -> Option<u32> {
    let number = number(value)?;
    (number >= f64::from(least) && number <= f64::from(most)).then_some(number.round() as u32)
}

/// `true` or `false`, also in words.
fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        _ => match text(value)?.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => Some(true),
            "false" | "no" | "off" | "0" => Some(false),
            _ => None,
        },
    }
}
