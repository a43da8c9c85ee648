//! `multipart/x-mixed-replace` as cameras write it (RFC 2046, section 5.1, and what they make of it). Pure: bytes in, parts out.
//!
//! | what is written | by | taken as |
//! |---|---|---|
//! | `boundary=--x` and lines `--x` | many cameras | leading dashes do not count, on either side |
//! | `boundary="x"` | Axis, and who reads the RFC | quotes do not count |
//! | no `Content-Length` | `cv2` servers, old Motion | the part ends in front of the next delimiter |
//! | a wrong `Content-Length` | some ESP32 sketches | noticed by what follows the part; lengths are not believed from then on |
//! | LF for CRLF, spaces behind the delimiter, text in front of the first | everywhere | taken |
//! | the closing delimiter `--x--` behind every part | some cameras | a delimiter like any other; the end is the connection's end |
//! | no `boundary` in the header | toys | the first line that begins with `--` is the delimiter |
//!
//! Bounded: a part has at most [`media::image::MAX_BYTES`], its headers at most [`MAX_HEADERS`].

use bytes::{Bytes, BytesMut};

/// Bytes that the headers of one part may have.
pub const MAX_HEADERS: usize = 8 << 10;
/// RFC 2046 allows 70 characters; some add as many dashes.
const MAX_BOUNDARY: usize = 256;

/// Takes a stream of parts to pieces.
#[derive(Debug)]
pub struct Parser {
    /// Without leading dashes; empty until it is learnt.
    boundary: Vec<u8>,
    buffer: BytesMut,
    state: State,
    /// How far `buffer` has been searched: no delimiter begins before.
    searched: usize,
    /// A `Content-Length` was wrong.
    lengths_lie: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Anything up to a delimiter is skipped: the preamble, and the line end behind a part whose length was told.
    Between { behind_part: bool },
    /// Behind a delimiter, up to an empty line.
    Headers { length: Option<usize> },
    /// The body of a part whose length was told.
    Counted(usize),
    /// The body of one whose length was not, or is not believed.
    Delimited,
}

/// Why the stream cannot be read on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// A part beyond [`media::image::MAX_BYTES`].
    #[error("a part of the multipart stream has more than 16 MiB")]
    PartTooLarge,
    /// Headers beyond [`MAX_HEADERS`].
    #[error("the headers of a part have more than 8 KiB")]
    HeadersTooLarge,
    /// Nothing that looks like a delimiter.
    #[error("no boundary was found in the first 16 MiB")]
    NoBoundary,
}

/// Where a delimiter line was found.
struct Found {
    /// Where the line begins.
    start: usize,
    /// Behind its line end.
    end: usize,
    /// It is the closing one.
    closing: bool,
}

impl Parser {
    /// For a response with this `Content-Type`; none if it is no multipart at all.
    pub fn new(content_type: &str) -> Option<Self> {
        let (essence, parameters) = content_type.split_once(';').unwrap_or((content_type, ""));
        if !essence.trim().get(..10).is_some_and(|start| start.eq_ignore_ascii_case("multipart/")) {
            return None;
        }
        let boundary = parameters
            .split(';')
            .filter_map(|parameter| parameter.split_once('='))
            .find(|(name, _)| name.trim().eq_ignore_ascii_case("boundary"))
            .map(|(_, value)| value.trim().trim_matches('"'));
        let boundary = boundary.filter(|value| value.len() <= MAX_BOUNDARY).unwrap_or_default();
        Some(Self {
            boundary: core(boundary.as_bytes()).to_vec(),
            buffer: BytesMut::new(),
            state: State::Between { behind_part: false },
            searched: 0,
            lengths_lie: false,
        })
    }

    /// Takes bytes as they came; the bodies of the parts that are complete now go to `out`.
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<Bytes>) -> Result<(), Broken> {
        self.buffer.extend_from_slice(bytes);
        while self.step(out)? {}
        match self.state {
            State::Headers { .. } if self.buffer.len() > MAX_HEADERS => Err(Broken::HeadersTooLarge),
            State::Delimited if self.buffer.len() > media::image::MAX_BYTES + MAX_BOUNDARY => Err(Broken::PartTooLarge),
            State::Between { .. } if self.buffer.len() > media::image::MAX_BYTES => Err(Broken::NoBoundary),
            _ => Ok(()),
        }
    }

    /// One step; whether there may be another with the bytes that are there.
    fn step(&mut self, out: &mut Vec<Bytes>) -> Result<bool, Broken> {
        match self.state {
            State::Between { behind_part } => {
                if self.boundary.is_empty() && !self.learn() {
                    return Ok(false);
                }
                let Some(found) = self.find(true) else { return Ok(false) };
                if behind_part && !self.buffer[..found.start].iter().all(u8::is_ascii_whitespace) {
                    self.lengths_lie = true;
                }
                self.behind(&found);
                Ok(true)
            }
            State::Headers { length } => {
                let Some(end) = self.buffer.iter().position(|b| *b == b'\n') else {
                    return Ok(false);
                };
                let line = self.buffer.split_to(end + 1);
                let line = line.trim_ascii();
                self.state = match (line, length) {
                    (b"", Some(length)) if !self.lengths_lie => State::Counted(length),
                    (b"", _) => State::Delimited,
                    _ => State::Headers { length: content_length(line).or(length) },
                };
                match self.state {
                    State::Counted(length) if length > media::image::MAX_BYTES => Err(Broken::PartTooLarge),
                    _ => Ok(true),
                }
            }
            State::Counted(length) => {
                if self.buffer.len() < length {
                    // Room for the whole part at once, so that it is not copied while it grows.
                    self.buffer.reserve(length - self.buffer.len());
                    return Ok(false);
                }
                out.push(self.buffer.split_to(length).freeze());
                self.state = State::Between { behind_part: true };
                Ok(true)
            }
            State::Delimited => {
                let Some(found) = self.find(false) else {
                    return Ok(false);
                };
                let body = &self.buffer[..found.start];
                let length = body.iter().rposition(|b| !matches!(b, b'\r' | b'\n')).map_or(0, |last| last + 1);
                if length > media::image::MAX_BYTES {
                    return Err(Broken::PartTooLarge);
                }
                let mut part = self.buffer.split_to(found.end);
                part.truncate(length);
                out.push(part.freeze());
                self.behind(&Found { end: 0, ..found });
                Ok(true)
            }
        }
    }

    /// Goes on behind a delimiter.
    fn behind(&mut self, found: &Found) {
        let _ = self.buffer.split_to(found.end);
        self.searched = 0;
        self.state = match found.closing {
            true => State::Between { behind_part: false },
            false => State::Headers { length: None },
        };
    }

    /// Takes the first line that begins with `--` for the delimiter.
    fn learn(&mut self) -> bool {
        let mut start = 0;
        while let Some(length) = self.buffer[start..].iter().position(|b| *b == b'\n') {
            let line = self.buffer[start..start + length].trim_ascii();
            if line.starts_with(b"--") && line.len() <= MAX_BOUNDARY && !core(line).is_empty() {
                self.boundary = core(line).to_vec();
                return true;
            }
            start += length + 1;
        }
        false
    }

    /// The next delimiter line. `at_start`: the buffer begins where a line may begin.
    fn find(&mut self, at_start: bool) -> Option<Found> {
        let mut at = self.searched;
        if at > 0 || !at_start {
            at += self.buffer[at..]
                .iter()
                .position(|b| *b == b'\n')
                .map_or(self.buffer.len() - at, |newline| newline + 1);
        }
        while at < self.buffer.len() {
            match delimiter(&self.buffer[at..], &self.boundary) {
                Line::Delimiter { length, closing } => {
                    return Some(Found { start: at, end: at + length, closing });
                }
                Line::Unfinished => break,
                Line::Other => {}
            }
            let Some(newline) = self.buffer[at..].iter().position(|b| *b == b'\n') else {
                at = self.buffer.len();
                break;
            };
            at += newline + 1;
        }
        // Searching goes on at the newline in front of a line that is not finished.
        self.searched = at.saturating_sub(1);
        None
    }
}

enum Line {
    Delimiter {
        length: usize,
        closing: bool,
    },
    Other,
    /// It may become one.
    Unfinished,
}

fn delimiter(line: &[u8], boundary: &[u8]) -> Line {
    let dashes = line.iter().take(MAX_BOUNDARY).take_while(|b| **b == b'-').count();
    let rest = &line[dashes..];
    if rest.len() < boundary.len() {
        return if boundary.starts_with(rest) { Line::Unfinished } else { Line::Other };
    }
    let Some(tail) = rest.strip_prefix(boundary) else {
        return Line::Other;
    };
    let limit = tail.len().min(MAX_BOUNDARY);
    match tail[..limit].iter().position(|b| *b == b'\n') {
        Some(newline) => {
            let words = tail[..newline].trim_ascii();
            match words {
                b"" | b"--" => {
                    Line::Delimiter { length: line.len() - tail.len() + newline + 1, closing: !words.is_empty() }
                }
                _ => Line::Other,
            }
        }
        None if limit == MAX_BOUNDARY => Line::Other,
        None => Line::Unfinished,
    }
}

fn core(boundary: &[u8]) -> &[u8] {
    let dashes = boundary.iter().take_while(|b| **b == b'-').count();
    &boundary[dashes..]
}

fn content_length(line: &[u8]) -> Option<usize> {
    let line = std::str::from_utf8(line).ok()?;
    let (name, value) = line.split_once(':')?;
    name.trim().eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
}

#[cfg(test)]
mod tests;
