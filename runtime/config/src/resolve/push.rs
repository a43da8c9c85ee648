use super::Resolver;
use crate::key::Key;
use crate::mistake::Wrong;
use crate::resolved::{PushTo, PushToken};
use crate::section::{At, shown_text};
use crate::written;

/// Pushes of one stream: each is a connection and perhaps an encode.
const MOST: usize = 8;

impl Resolver<'_, '_, '_> {
    /// `[[streams.*.push]]`.
    pub(super) fn pushes(&mut self, key: &Key<'_>, written: &[At<Option<written::Push>>]) -> Vec<PushTo> {
        let key = key.of("push");
        if let Some(first) = written.first() {
            let wrong = match written.len() {
                _ if !self.is_trusted() => {
                    Some(Wrong::new("where pictures go is for the file alone").help("write the stream in the file"))
                }
                count if count > MOST => Some(Wrong::new(format!("a stream has at most {MOST} pushes, got {count}"))),
                _ => None,
            };
            if let Some(wrong) = wrong {
                self.reader.add(wrong, &key, first.span.clone());
                return Vec::new();
            }
        }
        let each = written.iter().enumerate();
        each.filter_map(|(at, push)| self.push(&key.at(at), push.value.as_ref()?)).collect()
    }

    fn push(&mut self, key: &Key<'_>, written: &written::Push) -> Option<PushTo> {
        let to_key = key.of("to");
        let to = self.expanded(written.to.as_ref(), &to_key)?;
        let to = self.check(address(to), &to_key, &written.to.as_ref()?.span);
        let token_key = key.of("token");
        let token = self.secret(written.token.as_ref(), &token_key).and_then(|token| {
            let is_plain = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
            let wrong = || Wrong::new("must be letters, digits and signs without a space, which a header can hold");
            let checked = if is_plain { Ok(PushToken(token.into())) } else { Err(wrong()) };
            self.check(checked, &token_key, &written.token.as_ref()?.span)
        });
        Some(PushTo {
            to: to?,
            token,
            format: written.format.as_ref().map(|at| at.value.0),
            quality: written.quality.as_ref().map(|at| at.value.0 as u8),
            width: written.width.as_ref().map(|at| at.value.0),
            fps: written.fps.as_ref().map(|at| at.value.0),
        })
    }
}

/// An address to post to: a host, a path, and nobody's name in it.
fn address(to: String) -> Result<String, Wrong> {
    let rest = to.strip_prefix("https://").or_else(|| to.strip_prefix("http://"));
    let (host, path) = rest.map(|rest| rest.split_once('/').unwrap_or((rest, ""))).unwrap_or_default();
    let is_plain = to.bytes().all(|byte| byte.is_ascii_graphic());
    match is_plain && !host.is_empty() && !path.is_empty() {
        true if host.contains('@') => Err(Wrong::new("must hold no user and no password")
            .help("write `token`, which `[tokens.NAME]` with `publish` there lets in")),
        true => Ok(to),
        false => {
            Err(Wrong::new(format!("must be an http:// or https:// address with a path, got {}", shown_text(&to)))
                .help("https://broker.example/ingest/lobby"))
        }
    }
}
