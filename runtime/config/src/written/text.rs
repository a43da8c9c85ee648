use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use toml::de::DeValue;

use super::Open;
use crate::mistake::Wrong;
use crate::nearest::nearest;
use crate::resolved::{HlsVariant, LogFormat, OnError, Reencode, Rotation, Signing, StillsFormat, Transport};
use crate::section::{At, Value, one_of, shown};

impl<T: JsonSchema> JsonSchema for At<T> {
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<T>()
    }
}

/// Any text; `${VARIABLE}` in it is not yet replaced.
#[derive(Clone, Debug, PartialEq, JsonSchema)]
#[schemars(inline)]
pub(crate) struct Text(pub(crate) String);

impl Value for Text {
    fn read(value: &DeValue<'_>) -> Result<Self, Wrong> {
        match value {
            DeValue::String(text) => Ok(Self(text.clone().into_owned())),
            // What it is instead is not said: this may be a password of digits.
            DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) => {
                Err(Wrong::new(format!("must be text, got {}", a_type(value))).help("write it in double quotes"))
            }
            _ => Err(Wrong::new(format!("must be text, got {}", shown(value)))),
        }
    }
}

fn a_type(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        _ => "a date or time",
    }
}

/// A stream's `source`; which schemes there are is known to the resolver.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Address(pub(crate) String);

impl Value for Address {
    fn read(value: &DeValue<'_>) -> Result<Self, Wrong> {
        Text::read(value).map(|text| Self(text.0))
    }
}

impl JsonSchema for Address {
    fn schema_name() -> Cow<'static, str> {
        "Address".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": r"^(push$|(?:[Rr][Tt][Ss][Pp]|http|file|test)://|.*\$\{)" })
    }
}

/// A SHA-256 as 64 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Digest(pub(crate) [u8; 32]);

impl Value for Digest {
    fn read(value: &DeValue<'_>) -> Result<Self, Wrong> {
        let wrong = |got: String| Wrong::new(format!("must be 64 hexadecimal digits, got {got}"));
        let Some(text) = value.as_str() else {
            return Err(wrong(shown(value).into()));
        };
        if let Some(other) = text.chars().find(|c| !c.is_ascii_hexdigit()) {
            return Err(wrong(format!("{other:?} among them")));
        }
        digest(text).map(Self).ok_or_else(|| wrong(text.len().to_string()))
    }
}

/// The 32 bytes of a hash that is written as 64 hexadecimal digits.
pub(crate) fn digest(digits: &str) -> Option<[u8; 32]> {
    let mut digest = [0; 32];
    if digits.len() != 64 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    for (index, byte) in digest.iter_mut().enumerate() {
        *byte = u8::from_str_radix(digits.get(2 * index..2 * index + 2)?, 16).ok()?;
    }
    Some(digest)
}

impl JsonSchema for Digest {
    fn schema_name() -> Cow<'static, str> {
        "Digest".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[0-9A-Fa-f]{64}$" })
    }
}

/// A plugin's options as JSON; `${VARIABLE}` in them is not yet replaced.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Options(pub(crate) serde_json::Map<String, serde_json::Value>);

impl Value for Options {
    fn read(value: &DeValue<'_>) -> Result<Self, Wrong> {
        match json(value, "")? {
            serde_json::Value::Object(options) => Ok(Self(options)),
            _ => {
                Err(Wrong::new(format!("must be a table, got {}", shown(value))).help("write it as `options = { … }`"))
            }
        }
    }
}

/// TOML as JSON: dates and times become text; what JSON cannot say is a mistake that names where in the options it is.
fn json(value: &DeValue<'_>, at: &str) -> Result<serde_json::Value, Wrong> {
    let beyond = || Wrong::new(format!("holds a number that JSON cannot say{at}, got {}", shown(value)));
    Ok(match value {
        DeValue::String(text) => serde_json::Value::String(text.clone().into_owned()),
        DeValue::Integer(number) => {
            let digits = number.as_str().replace('_', "");
            let signed = i64::from_str_radix(&digits, number.radix()).map(serde_json::Value::from);
            signed
                .or_else(|_| u64::from_str_radix(&digits, number.radix()).map(serde_json::Value::from))
                .map_err(|_| beyond())?
        }
        DeValue::Float(number) => {
            let number = number.as_str().replace('_', "").parse().ok().and_then(serde_json::Number::from_f64);
            serde_json::Value::Number(number.ok_or_else(beyond)?)
        }
        DeValue::Boolean(truth) => serde_json::Value::Bool(*truth),
        DeValue::Datetime(moment) => serde_json::Value::String(moment.to_string()),
        DeValue::Array(list) => {
            let entries = list.iter().map(|entry| json(entry.get_ref(), at));
            serde_json::Value::Array(entries.collect::<Result<_, _>>()?)
        }
        DeValue::Table(table) => {
            let entries = table.iter().map(|(key, value)| {
                let key: &str = key.get_ref();
                Ok((key.to_owned(), json(value.get_ref(), &format!(" in `{key}`"))?))
            });
            serde_json::Value::Object(entries.collect::<Result<_, Wrong>>()?)
        }
    })
}

impl JsonSchema for Options {
    fn schema_name() -> Cow<'static, str> {
        "Options".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object" })
    }
}

/// One of a few words.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Words<T>(pub(crate) T);

/// A choice that is written as a word.
pub(crate) trait Word: Copy + 'static {
    /// Each word and what it means.
    const WORDS: &'static [(&'static str, Self)];
}

impl Word for Open {
    const WORDS: &'static [(&'static str, Self)] = &[("open", Self)];
}

impl Word for Transport {
    const WORDS: &'static [(&'static str, Self)] = &[("auto", Self::Auto), ("tcp", Self::Tcp), ("udp", Self::Udp)];
}

impl Word for OnError {
    const WORDS: &'static [(&'static str, Self)] = &[("pass", Self::Pass), ("drop", Self::Drop), ("last", Self::Last)];
}

impl Word for HlsVariant {
    const WORDS: &'static [(&'static str, Self)] = &[("ll", Self::LowLatency), ("fmp4", Self::Fmp4), ("ts", Self::Ts)];
}

impl Word for Reencode {
    const WORDS: &'static [(&'static str, Self)] =
        &[("auto", Self::Auto), ("always", Self::Always), ("never", Self::Never)];
}

impl Word for LogFormat {
    const WORDS: &'static [(&'static str, Self)] =
        &[("text", Self::Text), ("json", Self::Json), ("journald", Self::Journald)];
}

impl Word for Signing {
    const WORDS: &'static [(&'static str, Self)] = Self::ALL;
}

impl Word for Rotation {
    const WORDS: &'static [(&'static str, Self)] =
        &[("daily", Self::Daily), ("hourly", Self::Hourly), ("never", Self::Never)];
}

impl Word for StillsFormat {
    const WORDS: &'static [(&'static str, Self)] = &[("webp", Self::WebP), ("jpeg", Self::Jpeg)];
}

fn words<T: Word>() -> Vec<&'static str> {
    T::WORDS.iter().map(|(word, _)| *word).collect()
}

impl<T: Word> Value for Words<T> {
    fn read(value: &DeValue<'_>) -> Result<Self, Wrong> {
        let written = value.as_str();
        if let Some((_, meaning)) = T::WORDS.iter().find(|(word, _)| written == Some(*word)) {
            return Ok(Self(*meaning));
        }
        let meant = written.and_then(|written| nearest(written, words::<T>()));
        Err(Wrong::new(format!("must be {}, got {}", one_of(&words::<T>()), shown(value))).nearest(meant))
    }
}

impl<T: Word> JsonSchema for Words<T> {
    fn schema_name() -> Cow<'static, str> {
        "Words".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "enum": words::<T>() })
    }
}
