//! What stands in a `config.json`, value by value: each has a part that it is of, and a word in it, however it is nested. `camera.rtsp_url`,
//! `CAMERA_RTSP_URL` and `camera: { rtspUrl }` are all the word `url` of the camera.

use serde_json::{Map, Value};

use super::{Told, truth};

/// What a value is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Nothing in particular.
    Whole,
    Camera,
    /// A camera behind the first of a list.
    OtherCamera,
    Server,
    Person,
    Motion,
    Alerts,
    Telegram,
    Webhook,
    GoogleSheet,
    Mail,
    Log,
    Recording,
}

/// The words for the parts, in sections and before `_`; longer ones before those that they begin with.
const PARTS: [(&str, Part); 66] = [
    ("cameras", Part::Camera),
    ("camera", Part::Camera),
    ("ipcam", Part::Camera),
    ("cam", Part::Camera),
    ("rtsp", Part::Camera),
    ("streaming", Part::Camera),
    ("stream", Part::Camera),
    ("video", Part::Camera),
    ("source", Part::Camera),
    ("input", Part::Camera),
    ("capture", Part::Camera),
    ("web_server", Part::Server),
    ("webserver", Part::Server),
    ("webhooks", Part::Webhook),
    ("webhook", Part::Webhook),
    ("web", Part::Server),
    ("server", Part::Server),
    ("flask", Part::Server),
    ("socketio", Part::Server),
    ("dashboard", Part::Server),
    ("app", Part::Server),
    ("http", Part::Server),
    ("api", Part::Server),
    ("authentication", Part::Person),
    ("auth", Part::Person),
    ("basic_auth", Part::Person),
    ("login", Part::Person),
    ("security", Part::Person),
    ("admin", Part::Person),
    ("users", Part::Person),
    ("user", Part::Person),
    ("motion_detection", Part::Motion),
    ("motion_detector", Part::Motion),
    ("motion", Part::Motion),
    ("detection", Part::Motion),
    ("detector", Part::Motion),
    ("notifications", Part::Alerts),
    ("notification", Part::Alerts),
    ("notify", Part::Alerts),
    ("alerts", Part::Alerts),
    ("alert", Part::Alerts),
    ("telegram_bot", Part::Telegram),
    ("telegram", Part::Telegram),
    ("tg", Part::Telegram),
    ("google_sheets", Part::GoogleSheet),
    ("google_sheet", Part::GoogleSheet),
    ("sheets", Part::GoogleSheet),
    ("sheet", Part::GoogleSheet),
    ("emails", Part::Mail),
    ("email", Part::Mail),
    ("mail", Part::Mail),
    ("smtp", Part::Mail),
    ("logging", Part::Log),
    ("logs", Part::Log),
    ("log", Part::Log),
    ("recordings", Part::Recording),
    ("recording", Part::Recording),
    ("recorder", Part::Recording),
    ("record", Part::Recording),
    ("storage", Part::Recording),
    ("retention", Part::Recording),
    ("snapshots", Part::Recording),
    ("snapshot", Part::Recording),
    ("clips", Part::Recording),
    ("database", Part::Recording),
    ("db", Part::Recording),
];

/// Words of detectors that look for things, and not for motion.
const OF_DETECTORS: [&str; 7] = ["model", "yolo", "confidence", "class", "label", "weights", "nms"];

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Leaf {
    /// Where it stands, as it is written.
    pub(super) key: String,
    pub(super) part: Part,
    pub(super) word: String,
    pub(super) value: Value,
}

/// Those that nobody has taken yet, and those that were and cannot be carried over.
pub(super) struct Leaves {
    all: Vec<Leaf>,
    left: Vec<Told>,
}

impl Part {
    /// Whether a section of `self` may have one of the other in it: `camera.user` is the camera's.
    fn has(self, inner: Self) -> bool {
        match self {
            Self::Whole => true,
            Self::Alerts => matches!(inner, Self::Telegram | Self::Webhook | Self::GoogleSheet | Self::Mail),
            Self::Motion => matches!(
                inner,
                Self::Alerts | Self::Telegram | Self::Webhook | Self::GoogleSheet | Self::Mail | Self::Recording
            ),
            Self::Server => matches!(inner, Self::Person | Self::Log),
            Self::Camera => matches!(inner, Self::Motion | Self::Recording),
            _ => false,
        }
    }

    /// Why something of it is not carried over that nobody has taken.
    fn why(self) -> &'static str {
        match self {
            Self::Whole | Self::Person => "nothing here is called so",
            Self::Camera => {
                "a stream has nothing of the kind: it is connected anew by itself, and shown as the camera sends it"
            }
            Self::OtherCamera => "only the first camera is carried over: write a `[streams.NAME]` for each",
            Self::Server => "a matter of the program that served until now",
            Self::Motion => {
                "`motion-gate` has `threshold`, `area` and `hold` alone, by itself as `framegate plugin inspect` tells"
            }
            Self::Alerts => "each event is sent once, as it happens",
            Self::Telegram | Self::Webhook | Self::GoogleSheet => "`webhook` has no such option",
            Self::Mail => {
                "no mail is sent: `webhook` sends events to an HTTP endpoint, a Telegram chat or a Google sheet"
            }
            Self::Log => "the log is written to standard error: docs/logs.md",
            Self::Recording => "nothing is recorded here",
        }
    }
}

impl Leaves {
    pub(super) fn of(object: &Map<String, Value>) -> Self {
        let mut all = Vec::new();
        for (name, value) in object {
            collect(value, name.clone(), Scope::default().step(name, is_leaf(value)), &mut all);
        }
        // What is empty was not written.
        all.retain(|leaf| {
            !matches!(&leaf.value, Value::Null) && leaf.value.as_str().is_none_or(|text| !text.trim().is_empty())
        });
        Self { all, left: Vec::new() }
    }

    /// The first value that is one of these words of a part, the words in their order.
    pub(super) fn take(&mut self, part: Part, words: &[&str]) -> Option<Leaf> {
        let at =
            words.iter().find_map(|word| self.all.iter().position(|leaf| leaf.part == part && leaf.word == *word))?;
        Some(self.all.remove(at))
    }

    /// The value that is this word of a part, if it is such a one.
    pub(super) fn take_if(&mut self, part: Part, word: &str, is_one: impl Fn(&Leaf) -> bool) -> Option<Leaf> {
        let at = self.all.iter().position(|leaf| leaf.part == part && leaf.word == word && is_one(leaf))?;
        Some(self.all.remove(at))
    }

    /// The first value that is one of these words, of the first of these parts that has one.
    pub(super) fn take_of(&mut self, parts: &[Part], words: &[&str]) -> Option<Leaf> {
        parts.iter().find_map(|part| self.take(*part, words))
    }

    /// The first value that is one of these words of a part, as what `read` makes of it; `why` is told of what it makes nothing of.
    pub(super) fn read<T>(
        &mut self,
        part: Part,
        words: &[&str],
        why: &str,
        read: impl Fn(&Value) -> Option<T>,
    ) -> Option<T> {
        let leaf = self.take(part, words)?;
        let value = read(&leaf.value);
        if value.is_none() {
            self.leave(leaf.key, why);
        }
        value
    }

    /// Whether a part is switched on; nothing where it is not said. What is switched off is named, with everything in it.
    pub(super) fn is_on(&mut self, part: Part) -> Option<bool> {
        let leaf = self.take(part, &["enabled", "enable", "active", "use", "on"])?;
        let is_on = truth(&leaf.value);
        match is_on {
            Some(true) => {}
            Some(false) => {
                self.leave(leaf.key, "it is switched off");
                self.leave_all(part, "it is switched off");
            }
            None => self.leave(leaf.key, "must be true or false"),
        }
        is_on
    }

    pub(super) fn has(&self, part: Part) -> bool {
        self.all.iter().any(|leaf| leaf.part == part)
    }

    /// Whether a part is about finding things.
    pub(super) fn finds_things(&self) -> bool {
        let of_motion = self.all.iter().filter(|leaf| leaf.part == Part::Motion);
        of_motion.into_iter().any(|leaf| OF_DETECTORS.iter().any(|word| leaf.word.contains(word)))
    }

    pub(super) fn leave(&mut self, key: String, why: impl Into<String>) {
        self.left.push(Told { key, why: why.into() });
    }

    /// Leaves everything of a part that nobody has taken.
    pub(super) fn leave_all(&mut self, part: Part, why: &str) {
        let of_part = self.all.extract_if(.., |leaf| leaf.part == part);
        self.left.extend(of_part.map(|leaf| Told { key: leaf.key, why: why.into() }));
    }

    /// Everything that is not carried over, by key.
    pub(super) fn left(self) -> Vec<Told> {
        let rest = self.all.into_iter().map(|leaf| Told { key: leaf.key, why: leaf.part.why().into() });
        let mut left: Vec<_> = self.left.into_iter().chain(rest).collect();
        left.sort_by(|a, b| a.key.cmp(&b.key));
        left
    }
}

/// Where one is on the way to a value.
#[derive(Clone)]
struct Scope {
    part: Part,
    /// The words below the part's section.
    rest: Vec<String>,
}

impl Default for Scope {
    fn default() -> Self {
        Self { part: Part::Whole, rest: Vec::new() }
    }
}

impl Scope {
    /// One name further.
    fn step(mut self, name: &str, is_leaf: bool) -> Self {
        let name = snake(name);
        let mut word = &*name;
        loop {
            let found = PARTS.iter().find(|(begin, part)| {
                let fits =
                    word.strip_prefix(begin).is_some_and(|rest| rest.starts_with('_') || (rest.is_empty() && !is_leaf));
                fits && (*part == self.part || self.part.has(*part))
            });
            let Some((begin, part)) = found else { break };
            self.part = *part;
            self.rest.clear();
            word = word[begin.len()..].trim_start_matches('_');
        }
        // A value that has the part's own name: `telegram: false`. A user may be anybody's.
        if is_leaf
            && let Some((_, part)) = PARTS.iter().find(|(begin, part)| *begin == word && self.part.has(*part))
            && *part != Part::Person
        {
            self.part = *part;
            self.rest.clear();
        }
        if !word.is_empty() {
            self.rest.push(word.to_owned());
        }
        self
    }

    fn word(&self) -> String {
        self.rest.join(".")
    }
}

fn is_leaf(value: &Value) -> bool {
    match value {
        Value::Object(_) => false,
        Value::Array(list) => !list.iter().any(Value::is_object),
        _ => true,
    }
}

fn collect(value: &Value, key: String, scope: Scope, all: &mut Vec<Leaf>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                collect(value, format!("{key}.{name}"), scope.clone().step(name, is_leaf(value)), all);
            }
        }
        Value::Array(list) if !is_leaf(value) => {
            for (index, value) in list.iter().enumerate() {
                let mut scope = scope.clone();
                if index > 0 && scope.part == Part::Camera {
                    scope.part = Part::OtherCamera;
                }
                collect(value, format!("{key}[{index}]"), scope, all);
            }
        }
        value => all.push(Leaf { key, part: scope.part, word: scope.word(), value: value.clone() }),
    }
}

/// `rtspUrl`, `RTSP-URL` and `rtsp url` as `rtsp_url`.
fn snake(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    let mut before = '_';
    for c in name.trim().chars() {
        let c = if matches!(c, '-' | ' ' | '.') { '_' } else { c };
        if c.is_uppercase() && (before.is_lowercase() || before.is_ascii_digit()) {
            snake.push('_');
        }
        snake.extend(c.to_lowercase());
        before = c;
    }
    snake
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_has_its_part_and_word_however_it_is_nested() {
        for (file, part, word) in [
            (json!({ "rtsp_url": 1 }), Part::Camera, "url"),
            (json!({ "RTSP_URL": 1 }), Part::Camera, "url"),
            (json!({ "rtspUrl": 1 }), Part::Camera, "url"),
            (json!({ "camera": { "rtsp_url": 1 } }), Part::Camera, "url"),
            (json!({ "settings": { "camera": { "url": 1 } } }), Part::Camera, "url"),
            (json!({ "camera": "x" }), Part::Camera, "camera"),
            (json!({ "video_source": 0 }), Part::Camera, "source"),
            (json!({ "camera": { "user": "x" } }), Part::Camera, "user"),
            (json!({ "camera": { "resolution": { "width": 1 } } }), Part::Camera, "resolution.width"),
            (json!({ "cameras": [{ "url": 1 }] }), Part::Camera, "url"),
            (json!({ "server": { "auth": { "password": 1 } } }), Part::Person, "password"),
            (json!({ "TELEGRAM_BOT_TOKEN": 1 }), Part::Telegram, "token"),
            (json!({ "telegram": { "bot_token": 1 } }), Part::Telegram, "bot_token"),
            (json!({ "notifications": { "telegram": { "chat_id": 1 } } }), Part::Telegram, "chat_id"),
            (json!({ "telegram": true }), Part::Telegram, "telegram"),
            (json!({ "webhook_url": 1 }), Part::Webhook, "url"),
            (json!({ "detection": { "motion": { "min_area": 1 } } }), Part::Motion, "min_area"),
            (json!({ "log_level": 1 }), Part::Log, "level"),
            (json!({ "user": "x" }), Part::Whole, "user"),
            (json!({ "admin_password": "x" }), Part::Person, "password"),
            (json!({ "theme": 1 }), Part::Whole, "theme"),
        ] {
            let leaves = Leaves::of(file.as_object().expect("an object"));
            let leaf = &leaves.all[0];
            assert_eq!((leaf.part, &*leaf.word), (part, word), "{file}");
        }
    }

    #[test]
    fn what_nobody_takes_is_left_and_what_is_empty_was_not_written() {
        let file = json!({ "b": { "c": 1 }, "a": [2], "camera": { "name": "", "url": null } });
        let left = Leaves::of(file.as_object().expect("an object")).left();
        assert_eq!(left.iter().map(|told| &*told.key).collect::<Vec<_>>(), ["a", "b.c"]);
    }
}
