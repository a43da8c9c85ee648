//! What a token's bearer may, as a claim says it.
//!
//! Either as a section of `streams.toml` has it: `{"view": ["lobby-*"], "publish": ["door"]}`. Or a list as MediaMTX has it in `mediamtx_permissions`:
//! `[{"action": "read", "path": "lobby"}]`, in which an empty `path` stands for every stream. Either may be a text with that JSON in it, for providers that
//! put texts alone into claims. What is not understood allows nothing, such as MediaMTX's regular expressions, which begin with `~`.

use config::Permissions;
use serde_json::Value;

/// MediaMTX's ways of saying "every path".
const EVERY_PATH: [&str; 5] = ["", "~.*", "~^.*$", "~.+", "~^.+$"];
/// The longest name of a stream, which no pattern is longer than.
const LONGEST: usize = 64;

/// What the claim allows; without it nothing.
pub(super) fn read(claim: Option<&Value>) -> Permissions {
    match claim {
        Some(Value::String(text)) => serde_json::from_str(text).ok().map(|claim| of(&claim)),
        claim => claim.map(of),
    }
    .unwrap_or_default()
}

fn of(claim: &Value) -> Permissions {
    let mut permissions = Permissions::default();
    match claim {
        Value::Object(lists) => {
            for (word, patterns) in lists {
                let patterns = patterns.as_array().into_iter().flatten().filter_map(Value::as_str);
                if let Some(list) = list(&mut permissions, word) {
                    list.extend(patterns.filter(|pattern| is_pattern(pattern)).map(str::to_owned));
                }
            }
        }
        Value::Array(entries) => {
            for entry in entries {
                let action = entry["action"].as_str().map(in_our_words);
                let path = match &entry["path"] {
                    Value::Null => "",
                    Value::String(path) => path,
                    _ => continue,
                };
                let pattern = if EVERY_PATH.contains(&path) { "*" } else { path };
                if let Some(list) = action.and_then(|action| list(&mut permissions, action))
                    && is_pattern(pattern)
                {
                    list.push(pattern.to_owned());
                }
            }
        }
        _ => {}
    }
    permissions
}

fn list<'p>(permissions: &'p mut Permissions, word: &str) -> Option<&'p mut Vec<String>> {
    match word {
        "view" => Some(&mut permissions.view),
        "publish" => Some(&mut permissions.publish),
        "control" => Some(&mut permissions.control),
        "metrics" => Some(&mut permissions.metrics),
        _ => None,
    }
}

/// MediaMTX's actions; `playback` is of recordings, which there are none of.
fn in_our_words(action: &str) -> &str {
    match action {
        "read" => "view",
        "api" => "control",
        other => other,
    }
}

/// As `streams.toml` has them: a name of a stream, in which `*` stands for any characters.
fn is_pattern(text: &str) -> bool {
    let is_one = |byte: u8| byte.is_ascii_alphanumeric() || b"_.~-*".contains(&byte);
    // What begins so is a regular expression where the claim comes from, and would be a name here.
    !text.is_empty() && text.len() <= LONGEST && !text.starts_with('~') && text.bytes().all(is_one)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shown(claim: &Value) -> String {
        let Permissions { view, publish, control, metrics } = read(Some(claim));
        [("view", view), ("publish", publish), ("control", control), ("metrics", metrics)]
            .into_iter()
            .filter(|(_, patterns)| !patterns.is_empty())
            .map(|(word, patterns)| format!("{word} {}", patterns.join(",")))
            .collect::<Vec<_>>()
            .join("; ")
    }

    #[test]
    fn a_claim_is_read_as_the_file_has_it() {
        let claim = json!({"view": ["lobby-*", "door"], "metrics": ["*"], "fly": ["*"], "publish": "door", "control": [7, "../etc"]});
        assert_eq!(shown(&claim), "view lobby-*,door; metrics *");
        assert_eq!(shown(&json!(claim.to_string())), "view lobby-*,door; metrics *");
    }

    #[test]
    fn a_claim_is_read_as_mediamtx_has_it() {
        let claim = json!([
            {"action": "read", "path": "lobby"},
            {"action": "read", "path": "~^yard[0-9]+$"},
            {"action": "read", "path": "a/b"},
            {"action": "publish", "path": ""},
            {"action": "api"},
            {"action": "metrics", "path": "~.*"},
            {"action": "playback", "path": ""},
            {"action": "pprof"},
            {"action": "read", "path": 7},
            "read",
        ]);
        assert_eq!(shown(&claim), "view lobby; publish *; control *; metrics *");
        assert_eq!(shown(&json!(claim.to_string())), "view lobby; publish *; control *; metrics *");
    }

    #[test]
    fn what_is_not_understood_allows_nothing() {
        assert!(read(None).is_empty());
        for claim in [json!(null), json!("*"), json!("[[["), json!(true), json!(["view"]), json!({"view": {"*": true}})]
        {
            assert!(read(Some(&claim)).is_empty(), "{claim}");
        }
        // Not a text in a text in a text.
        assert!(read(Some(&json!(json!(json!({"view": ["*"]}).to_string()).to_string()))).is_empty());
    }
}
