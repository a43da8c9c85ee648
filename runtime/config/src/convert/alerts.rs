//! What is looked for in the pictures, and who is told of it.

use serde_json::Value;
use url::Url;

use super::leaves::{Leaf, Leaves, Part};
use super::sheet::{Sheet, quoted};
use super::{number, text};

/// A picture differs from the one before by noise: smaller shares than this are that.
const LEAST_SHARE: f64 = 0.0001;
const CHATS: [&str; 6] = ["chat_id", "chat_ids", "chat", "chats", "user_id", "channel"];

pub(super) fn take(leaves: &mut Leaves, sheet: &mut Sheet, size: Option<(u32, u32)>) {
    let looks = motion(leaves, sheet, size);
    if leaves.is_on(Part::Alerts) == Some(false) {
        for part in [Part::Telegram, Part::Webhook, Part::GoogleSheet, Part::Mail] {
            leaves.leave_all(part, "alerts are switched off");
        }
    }
    // Without a gate there is nothing but what happens to the stream.
    let kinds = if looks { ", kinds = [\"gate-opened\"]" } else { "" };
    let before = sheet.events.len();
    telegram(leaves, sheet, kinds);
    webhook(leaves, sheet, kinds);
    google_sheet(leaves, sheet, kinds);
    if !looks && sheet.events.len() > before {
        sheet.change(
            "events",
            "without motion detection what happens to the stream is sent: `kinds` chooses (docs/api.md)",
        );
    }
}

/// Whether motion is looked for.
fn motion(leaves: &mut Leaves, sheet: &mut Sheet, size: Option<(u32, u32)>) -> bool {
    if leaves.finds_things() {
        leaves.leave_all(
            Part::Motion,
            "no detector of things comes with the program: `framegate plugin new` makes a project for one of your own",
        );
        return false;
    }
    let own = leaves.take(Part::Motion, &["motion", "motion_detection", "detection"]);
    let is_on = own.as_ref().and_then(|leaf| super::truth(&leaf.value)).or(leaves.is_on(Part::Motion));
    if is_on == Some(false) {
        leaves.leave_all(Part::Motion, "it is switched off");
        return false;
    }
    if is_on.is_none() && !leaves.has(Part::Motion) {
        return false;
    }
    let mut options = Vec::new();
    if let Some(share) = share(leaves, size) {
        options.push(format!("threshold = {share:?}"));
    }
    let seconds = |value: &Value| number(value).filter(|seconds| (0.0..=86_400.0).contains(seconds));
    let words = ["hold", "hold_time", "hold_seconds", "cooldown", "cooldown_seconds", "cool_down"];
    let why = "must be 0 to 86400 seconds";
    let hold =
        leaves.read(Part::Motion, &words, why, seconds).or_else(|| leaves.read(Part::Alerts, &words, why, seconds));
    if let Some(hold) = hold {
        options.push(format!("hold = \"{hold}s\""));
    }
    let options = match options.is_empty() {
        true => String::new(),
        false => format!(", options = {{ {} }}", options.join(", ")),
    };
    sheet.plugins.push(format!("{{ use = \"motion-gate\", fps = 5, always = true{options} }}"));
    sheet.change(
        "plugins",
        "`motion-gate` keeps stills and MJPEG back while nothing moves; video is shown all the time",
    );
    true
}

/// The share of the picture that must move.
fn share(leaves: &mut Leaves, size: Option<(u32, u32)>) -> Option<f64> {
    let rounded = |share: f64| ((share * 10_000.0).round() / 10_000.0).clamp(LEAST_SHARE, 1.0);
    if let Some(leaf) =
        leaves.take(Part::Motion, &["min_area", "minimum_area", "min_contour_area", "area_threshold", "area"])
    {
        match (number(&leaf.value), size) {
            (Some(area), _) if area > 0.0 && area < 1.0 => return Some(rounded(area)),
            (Some(area), Some((width, height))) if area >= 1.0 => {
                return Some(rounded(area / (f64::from(width) * f64::from(height))));
            }
            (Some(area), None) if area >= 1.0 => leaves.leave(
                leaf.key,
                "a number of pixels is a share of the picture here, whose size is not said: `threshold` of `motion-gate`",
            ),
            _ => leaves.leave(leaf.key, "must be a number of pixels more than 0: areas are told in percent, by `area` of `motion-gate`"),
        }
    }
    let leaf = leaves.take(Part::Motion, &["threshold", "motion_threshold", "sensitivity"])?;
    let share = number(&leaf.value).filter(|share| *share > 0.0 && *share <= 1.0 && leaf.word != "sensitivity");
    if share.is_none() {
        leaves.leave(leaf.key, "`threshold` of `motion-gate` is the share of the picture that moves, 0 to 1");
    }
    share.map(rounded)
}

fn telegram(leaves: &mut Leaves, sheet: &mut Sheet, kinds: &str) {
    if leaves.is_on(Part::Telegram) == Some(false) {
        return;
    }
    let token = leaves.take(Part::Telegram, &["token", "bot_token", "bot.token", "api_token", "api_key"]);
    let chats = leaves.take(Part::Telegram, &CHATS);
    let (token, chats) = match (token, chats) {
        (Some(token), Some(chats)) => (token, chats),
        (token, chats) => {
            for leaf in token.into_iter().chain(chats) {
                leaves.leave(leaf.key, "Telegram needs the bot's token and a chat");
            }
            return;
        }
    };
    let all = match &chats.value {
        Value::Array(all) => all.iter().filter_map(chat).collect(),
        value => chat(value).into_iter().collect::<Vec<_>>(),
    };
    if all.is_empty() {
        leaves.leave(token.key, "Telegram needs a chat");
        leaves.leave(chats.key, "must be a number, or text such as \"@channel\"");
        return;
    }
    let token = sheet.secret("TELEGRAM_TOKEN", format!("the bot's token, that `{}` has", token.key));
    sheet.host("api.telegram.org:443");
    for chat in all {
        let options = format!("preset = \"telegram\", token = {token}, chat_id = {chat}");
        sheet.events.push(format!("{{ use = \"webhook\"{kinds}, options = {{ {options} }} }}"));
    }
}

/// A chat, as it is written.
fn chat(value: &Value) -> Option<String> {
    let text = text(value).filter(|text| !text.is_empty())?;
    match text.parse::<i64>() {
        Ok(number) => Some(number.to_string()),
        Err(_) => text.starts_with('@').then(|| super::sheet::literal(&text)),
    }
}

fn webhook(leaves: &mut Leaves, sheet: &mut Sheet, kinds: &str) {
    if leaves.is_on(Part::Webhook) == Some(false) {
        return;
    }
    let Some(leaf) = leaves.take(Part::Webhook, &["url", "endpoint", "uri", "webhook"]) else { return };
    let Some(host) = host(&leaf) else {
        return leaves.leave(leaf.key, "must be http://… or https://…");
    };
    let url = sheet.secret("WEBHOOK_URL", format!("the address that `{}` has", leaf.key));
    let method = |value: &Value| {
        text(value).map(|word| word.to_uppercase()).filter(|word| ["POST", "PUT", "PATCH"].contains(&&**word))
    };
    let method = leaves.read(Part::Webhook, &["method"], "must be POST, PUT or PATCH", method);
    let method = method.map(|method| format!(", method = {}", quoted(&method))).unwrap_or_default();
    sheet.host(&host);
    sheet.events.push(format!("{{ use = \"webhook\"{kinds}, options = {{ url = {url}{method} }} }}"));
    sheet.change(
        leaf.key,
        "the JSON of an event is another: `framegate plugin inspect webhook` tells of `body`, a template for it",
    );
}

fn google_sheet(leaves: &mut Leaves, sheet: &mut Sheet, kinds: &str) {
    if leaves.is_on(Part::GoogleSheet) == Some(false) {
        return;
    }
    let words = ["url", "webapp_url", "web_app_url", "script_url", "endpoint"];
    let Some(leaf) = leaves.take(Part::GoogleSheet, &words) else {
        return leaves
            .leave_all(Part::GoogleSheet, "rows are added by a web app of Apps Script, whose address is not said");
    };
    if host(&leaf).as_deref() != Some("script.google.com:443") {
        return leaves.leave(leaf.key, "must be the address of a web app of Apps Script: https://script.google.com/…");
    }
    let url = sheet.secret("GOOGLE_SHEET_URL", format!("the address that `{}` has", leaf.key));
    sheet.host("script.google.com:443");
    sheet.host("script.googleusercontent.com:443");
    sheet
        .events
        .push(format!("{{ use = \"webhook\"{kinds}, options = {{ preset = \"google-sheets\", url = {url} }} }}"));
}

/// The host and port of an address, as a grant has them: private ones must be said to be so.
fn host(leaf: &Leaf) -> Option<String> {
    let url = Url::parse(&text(&leaf.value)?).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    Some(format!("{}:{}", url.host_str()?, url.port_or_known_default()?))
}
