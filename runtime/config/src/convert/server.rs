//! Where it listens, who may come in, what it logs.

use std::net::IpAddr;

use serde_json::Value;

use super::leaves::{Leaves, Part};
use super::sheet::{Sheet, key, quoted};
use super::{text, whole};
use crate::resolve::people::check_name;

/// Where Flask listens by itself, and others as a rule.
const PORT: u32 = 5_000;

pub(super) fn take(leaves: &mut Leaves, sheet: &mut Sheet) {
    let has_user = person(leaves, sheet);
    listen(leaves, sheet, has_user);
    let level = |value: &Value| {
        let word = text(value)?.to_lowercase();
        match word.as_str() {
            "critical" | "fatal" | "error" => Some("error"),
            "warn" | "warning" => Some("warn"),
            "info" => Some("info"),
            "debug" | "trace" => Some("debug"),
            _ => None,
        }
    };
    if let Some(level) = leaves.read(Part::Log, &["level", "log_level"], "must be error, warn, info or debug", level) {
        sheet.sections.push(format!("[log]\nlevel = \"{level}\""));
    }
}

/// The one who may come in; whether there is one.
fn person(leaves: &mut Leaves, sheet: &mut Sheet) -> bool {
    if leaves.is_on(Part::Person) == Some(false) {
        return false;
    }
    let parts = [Part::Person, Part::Server, Part::Whole];
    let name = leaves.take_of(&parts, &["username", "user", "name", "login", "admin"]);
    let Some(password) = leaves.take_of(&parts, &["password", "pass", "passwd", "pwd", "password_hash"]) else {
        if let Some(name) = name {
            leaves.leave(name.key, "there is no password beside it");
        }
        return false;
    };
    let called = name.as_ref().and_then(|name| text(&name.value)).unwrap_or_else(|| "admin".into());
    let content = format!(
        "the hash that `framegate user hash` prints for the password that `{}` has, in single quotes for a shell",
        password.key
    );
    if let Err(wrong) = check_name(&called) {
        leaves.leave(name.map_or_else(|| password.key.clone(), |name| name.key), wrong.message);
        leaves.leave(password.key, "there is no name of a user beside it");
        return false;
    }
    let secret = sheet.secret("USER_PASSWORD_HASH", content);
    sheet.sections.push(format!(
        "[users.{}]\npassword = {secret}\nview = [\"*\"]\ncontrol = [\"*\"]\nmetrics = [\"*\"]",
        key(&called)
    ));
    true
}

fn listen(leaves: &mut Leaves, sheet: &mut Sheet, has_user: bool) {
    let parts = [Part::Server, Part::Whole];
    let host = leaves.take_of(&parts, &["host", "bind", "bind_address", "listen", "ip"]);
    let port = leaves.take_of(&parts, &["port", "listen_port"]);
    if host.is_none() && port.is_none() {
        return;
    }
    let number = match port {
        Some(leaf) => whole(&leaf.value, 1, 65_535).unwrap_or_else(|| {
            leaves.leave(leaf.key, "must be 1 to 65535");
            PORT
        }),
        None => PORT,
    };
    let mut ip = IpAddr::from([127, 0, 0, 1]);
    if let Some(leaf) = host {
        let word = text(&leaf.value).unwrap_or_default();
        match word.parse::<IpAddr>() {
            Ok(address) if address.is_loopback() || has_user => ip = address,
            Ok(_) => sheet.change(
                leaf.key,
                "everybody could come in, and now this machine alone may: write `[users.NAME]` and another `server.listen`, or `server.access = \"open\"` (docs/access.md)",
            ),
            Err(_) if word == "localhost" => {}
            Err(_) => leaves.leave(leaf.key, "must be an IP address of this machine"),
        }
    }
    let address = std::net::SocketAddr::new(ip, number as u16);
    sheet.server.push(format!("listen = {}", quoted(&address.to_string())));
}
