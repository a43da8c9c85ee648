//! Where the camera is, who one is there, what it is called, and how its pictures are shown.

use std::path::Path;

use media::StreamName;
use serde_json::Value;

use super::leaves::{Leaf, Leaves, Part};
use super::sheet::{Sheet, literal};
use super::{NotConverted, number, text, truth, whole};
use crate::address::{self, InAddress};
use crate::resolved::Source;
use crate::secret::without_credentials;

/// What the rest needs to know of it.
pub(super) struct Camera {
    pub(super) name: String,
    /// As it is written: in quotes.
    pub(super) source: String,
    /// Width and height that the pictures are said to have.
    pub(super) size: Option<(u32, u32)>,
}

const URLS: [&str; 10] = ["url", "uri", "source", "link", "address", "camera", "stream", "rtsp", "video", "input"];
const USERS: [&str; 7] =
    ["username", "user", "login", "auth.username", "auth.user", "credentials.username", "credentials.user"];
const PASSWORDS: [&str; 7] =
    ["password", "pass", "passwd", "pwd", "auth.password", "credentials.password", "credentials.pass"];
/// RFC 7826, section 20.1; and what those take who may not.
const RTSP_PORTS: [u32; 2] = [554, 8554];
/// A stream that nothing gives a name.
const NAME: &str = "camera";

pub(super) fn take(leaves: &mut Leaves, sheet: &mut Sheet) -> Result<Camera, NotConverted> {
    let (address, key) = address(leaves)?;
    let bad = |why: &str| NotConverted::BadCamera { key: key.clone(), why: why.to_owned() };
    let parsed = address::parse(&address, &address, Path::new("")).map_err(|wrong| bad(&wrong.help.unwrap_or_else(|| {
        "must be rtsp://… or http://… (multipart JPEG), or a file as file://clips/door.mp4; devices of this machine are no sources".into()
    })))?;
    let url = match parsed.source {
        Source::Rtsp(url) | Source::Http(url) => url,
        Source::File(_) => address,
        _ => return Err(bad("must be rtsp://… or http://…")),
    };
    let source = match without_credentials(&url) == url {
        true => literal(&url),
        // A password among the parameters cannot be taken out of it.
        false => {
            let without = if parsed.credentials.is_some() { ", without what stands before `@`" } else { "" };
            sheet.secret("CAMERA_URL", format!("the address that `{key}` has{without}"))
        }
    };
    credentials(leaves, sheet, parsed.credentials, &key);
    let name = name_of(leaves, sheet);
    let transport = |value: &Value| match truth(value) {
        Some(true) => Some("tcp"),
        Some(false) => Some("udp"),
        None => ["auto", "tcp", "udp"]
            .into_iter()
            .find(|word| text(value).is_some_and(|text| text.eq_ignore_ascii_case(word))),
    };
    let words = ["transport", "transport_protocol", "protocol", "use_tcp", "tcp"];
    if let Some(transport) = leaves.read(Part::Camera, &words, "must be tcp, udp or auto", transport) {
        sheet.stream.push(format!("transport = \"{transport}\""));
    }
    if leaves.read(Part::Camera, &["audio", "sound", "enable_audio", "audio.enabled"], "must be true or false", truth)
        == Some(false)
    {
        sheet.stream.push("sound = false".into());
    }
    if let Some(leaf) = leaves.take(Part::Camera, &["enabled", "enable", "active"])
        && truth(&leaf.value) != Some(true)
    {
        sheet.change(leaf.key, "a stream that is written is there, and connected when somebody watches it");
    }
    let size = stills(leaves, sheet);
    Ok(Camera { name, source, size })
}

/// Who one is there: as the address says, the key of which is given, or beside it.
fn credentials(leaves: &mut Leaves, sheet: &mut Sheet, in_address: Option<InAddress>, key: &str) {
    // Where the address says it, what stands beside it without a section is of the server.
    let parts: &[Part] = if in_address.is_some() { &[Part::Camera] } else { &[Part::Camera, Part::Whole] };
    let mut user = leaves.take_of(parts, &USERS);
    // What has its place elsewhere may hold a password.
    if let Some(leaf) = user.take_if(|leaf| text(&leaf.value).is_none_or(|name| name.contains("://"))) {
        leaves.leave(leaf.key, "must be the name of a user");
    }
    let mut password = leaves.take_of(parts, &PASSWORDS);
    let twice = format!("the address that `{key}` has says it");
    let (name, has_password) = match in_address {
        Some((name, word)) => {
            if let Some(user) = user {
                leaves.leave(user.key, &*twice);
            }
            (name, word.is_some())
        }
        None => match user.and_then(|user| text(&user.value)) {
            Some(name) => (name, false),
            None => {
                if let Some(password) = password {
                    leaves.leave(password.key, "there is no user name beside it");
                }
                return;
            }
        },
    };
    sheet.stream.push(format!("username = {}", literal(&name)));
    if has_password && let Some(password) = password.take() {
        leaves.leave(password.key, twice);
    }
    let of = if has_password { Some(key.to_owned()) } else { password.map(|password| password.key) };
    if let Some(of) = of {
        let secret = sheet.secret("CAMERA_PASSWORD", format!("the camera's password, that `{of}` has"));
        sheet.stream.push(format!("password = {secret}"));
    }
}

/// The address, whole or made of its parts, and the key that has it.
fn address(leaves: &mut Leaves) -> Result<(String, String), NotConverted> {
    let is_address = |leaf: &Leaf| text(&leaf.value).is_some_and(|text| text.contains("://"));
    let mut others = Vec::new();
    let found = loop {
        match leaves.take_of(&[Part::Camera, Part::Whole], &URLS) {
            Some(leaf) if is_address(&leaf) => break Some(leaf),
            Some(leaf) => others.push(leaf),
            None => break None,
        }
    };
    let host = leaves.take(Part::Camera, &["ip", "host", "hostname", "ip_address"]);
    // Beside the camera's parts and without a section, RTSP's port is the camera's.
    let is_rtsp = |leaf: &Leaf| whole(&leaf.value, 1, 65_535).is_some_and(|port| RTSP_PORTS.contains(&port));
    let port = leaves.take(Part::Camera, &["port"]).or_else(|| leaves.take_if(Part::Whole, "port", is_rtsp));
    let mut path = leaves.take(Part::Camera, &["path", "stream_path", "channel_path"]);
    if let Some(leaf) = found.or_else(|| path.take_if(|path| is_address(path))) {
        for other in others.into_iter().chain(host).chain(port).chain(path) {
            leaves.leave(other.key, format!("the address is what `{}` says", leaf.key));
        }
        let address = text(&leaf.value).unwrap_or_default();
        return Ok((address, leaf.key));
    }
    let host = match host {
        Some(host) => host,
        // A number is a device of the machine, and `192.168.1.64` the camera's.
        None if others.len() == 1 => others.remove(0),
        None => return Err(NotConverted::NoCamera),
    };
    for other in others {
        leaves.leave(other.key, format!("the address is what `{}` says", host.key));
    }
    let is_host = |text: &String| text.parse::<f64>().is_err() && !text.contains(['/', '\\', '@', ' ']);
    let name = text(&host.value).filter(is_host).ok_or_else(|| NotConverted::BadCamera {
        key: host.key.clone(),
        why: "must be rtsp://… or http://…, or a host; devices and files of this machine are none".into(),
    })?;
    let port = match port {
        Some(leaf) => match whole(&leaf.value, 1, 65_535) {
            Some(port) => format!(":{port}"),
            None => {
                leaves.leave(leaf.key, "must be 1 to 65535");
                String::new()
            }
        },
        None => String::new(),
    };
    let path = path.and_then(|path| text(&path.value)).unwrap_or_default();
    Ok((format!("rtsp://{name}{port}/{}", path.trim_start_matches('/')), host.key))
}

/// A name of a stream, of what the camera is called.
fn name_of(leaves: &mut Leaves, sheet: &mut Sheet) -> String {
    let Some(leaf) = leaves.take_of(&[Part::Camera, Part::Whole], &["name", "title", "label", "id"]) else {
        return NAME.into();
    };
    let called = match text(&leaf.value) {
        Some(called) if !called.contains("://") => called,
        _ => {
            leaves.leave(leaf.key, "must be a name");
            return NAME.into();
        }
    };
    let words =
        called.split(|c: char| !(c.is_ascii_alphanumeric() || "_.~".contains(c))).filter(|word| !word.is_empty());
    let name: String =
        words.collect::<Vec<_>>().join("-").to_lowercase().chars().take(StreamName::MAX_LENGTH).collect();
    let name = if name.parse::<StreamName>().is_ok() { name } else { NAME.to_owned() };
    if name != called {
        sheet.change(leaf.key, format!("the stream is called {name:?}: names stand in addresses"));
    }
    name
}

/// How its stills are shown; the size that its pictures are said to have.
fn stills(leaves: &mut Leaves, sheet: &mut Sheet) -> Option<(u32, u32)> {
    let mut read = |words: &[&str], most, why| {
        let whole = |value: &Value| whole(value, 1, most);
        let value = leaves.read(Part::Camera, words, why, whole);
        value.or_else(|| leaves.read(Part::Whole, words, why, whole))
    };
    let fps =
        read(&["fps", "frame_rate", "framerate", "target_fps", "max_fps"], 60, "must be 1 to 60 pictures a second");
    let quality = read(&["quality", "jpeg_quality", "image_quality"], 100, "must be 1 to 100");
    let why = "must be a number of pixels";
    let mut width = read(&["width", "frame_width", "resolution.width", "size.width"], 8_192, why);
    let mut height = read(&["height", "frame_height", "resolution.height", "size.height"], 8_192, why);
    let words = ["resolution", "size", "frame_size"];
    if let Some((wide, high)) = leaves.read(Part::Camera, &words, "must be as 1280x720, or [1280, 720]", size) {
        (width, height) = (width.or(Some(wide)), height.or(Some(high)));
    }
    let mut keys = Vec::new();
    keys.extend(fps.map(|fps| format!("fps = {fps}")));
    keys.extend(quality.map(|quality| format!("quality = {quality}")));
    // What `stills.width` takes.
    keys.extend(width.filter(|width| *width >= 16).map(|width| format!("width = {width}")));
    if !keys.is_empty() {
        sheet.stream.push(format!("stills = {{ {} }}", keys.join(", ")));
    }
    width.zip(height)
}

fn size(value: &Value) -> Option<(u32, u32)> {
    let side = |side: f64| (1.0..=8_192.0).contains(&side).then_some(side as u32);
    match value {
        Value::Array(sides) => match &sides[..] {
            [width, height] => side(number(width)?).zip(side(number(height)?)),
            _ => None,
        },
        _ => {
            let text = text(value)?.to_lowercase();
            let (width, height) = text.split_once(['x', '×', '*', ','])?;
            side(width.trim().parse().ok()?).zip(side(height.trim().parse().ok()?))
        }
    }
}
