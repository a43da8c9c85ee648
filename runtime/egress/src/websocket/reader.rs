use super::code;
use super::frame::{ClientHeader, Opcode};

/// The longest message that is taken from a viewer: it has little to say.
pub(crate) const MAX_MESSAGE: usize = 4096;

/// The most that waits to be understood: a frame of [`MAX_MESSAGE`] with the longest header that such a one needs, and what was read with it.
const MAX_WAITING: usize = 2 * MAX_MESSAGE;

/// What a client said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Incoming {
    /// A text.
    Text(String),
    /// Bytes.
    Binary(Vec<u8>),
    /// To be answered by a pong with the same payload.
    Ping(Vec<u8>),
    /// It is there.
    Pong,
    /// It wants to close, with this code if it gave one.
    Close(Option<u16>),
}

/// Why a client is no longer listened to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// It breaks RFC 6455.
    #[error("{0}")]
    Protocol(&'static str),
    /// A message longer than 4096 bytes.
    #[error("a message is longer than {MAX_MESSAGE} bytes")]
    TooLong,
    /// A text that is no UTF-8.
    #[error("a text is no UTF-8")]
    InvalidText,
}

impl Violation {
    /// The close code for it.
    pub fn code(self) -> u16 {
        match self {
            Self::Protocol(_) => code::PROTOCOL,
            Self::TooLong => code::TOO_LONG,
            Self::InvalidText => code::INVALID_TEXT,
        }
    }
}

/// Understands what a client sends: bytes in, messages out. Takes no memory while a client is silent.
#[derive(Debug, Default)]
pub struct Reader {
    waiting: Vec<u8>,
    /// The fragments so far of a message, and what it is.
    message: Option<(Opcode, Vec<u8>)>,
}

impl Reader {
    /// How many bytes may be pushed now.
    pub fn room(&self) -> usize {
        MAX_WAITING - self.waiting.len()
    }

    /// Takes what was read: at most [`Self::room`]. Then [`Self::pull`] until there is nothing more.
    pub fn push(&mut self, bytes: &[u8]) {
        debug_assert!(bytes.len() <= self.room());
        self.waiting.extend_from_slice(bytes);
    }

    /// The next message, if all of it has come.
    pub fn pull(&mut self) -> Result<Option<Incoming>, Violation> {
        while let Some(header) = ClientHeader::parse(&self.waiting)? {
            let end = header.length + header.payload;
            if self.waiting.len() < end {
                break;
            }
            let mut payload: Vec<u8> = self.waiting.drain(..end).skip(header.length).collect();
            for (byte, key) in payload.iter_mut().zip(header.mask.iter().cycle()) {
                *byte ^= key;
            }
            if let Some(incoming) = self.take(header, payload)? {
                return Ok(Some(incoming));
            }
        }
        if self.waiting.is_empty() {
            self.waiting = Vec::new();
        }
        Ok(None)
    }

    fn take(&mut self, header: ClientHeader, payload: Vec<u8>) -> Result<Option<Incoming>, Violation> {
        let opcode = match header.opcode {
            Opcode::Ping => return Ok(Some(Incoming::Ping(payload))),
            Opcode::Pong => return Ok(Some(Incoming::Pong)),
            Opcode::Close => return close(&payload).map(Some),
            Opcode::Continuation => {
                let Some((_, message)) = &mut self.message else {
                    return Err(Violation::Protocol("a fragment continues nothing"));
                };
                if message.len() + payload.len() > MAX_MESSAGE {
                    return Err(Violation::TooLong);
                }
                message.extend_from_slice(&payload);
                None
            }
            _ if self.message.is_some() => return Err(Violation::Protocol("a message begins within another")),
            opcode => Some(opcode),
        };
        if let Some(opcode) = opcode {
            self.message = Some((opcode, payload));
        }
        if !header.last {
            return Ok(None);
        }
        Ok(match self.message.take() {
            Some((Opcode::Text, bytes)) => {
                Some(Incoming::Text(String::from_utf8(bytes).map_err(|_| Violation::InvalidText)?))
            }
            Some((_, bytes)) => Some(Incoming::Binary(bytes)),
            None => None,
        })
    }
}

/// Section 5.5.1: nothing, or a code and a reason in UTF-8. Section 7.4: the codes that may stand in a frame.
fn close(payload: &[u8]) -> Result<Incoming, Violation> {
    let Some((code, reason)) = payload.split_first_chunk::<2>() else {
        return match payload {
            [] => Ok(Incoming::Close(None)),
            _ => Err(Violation::Protocol("half a close code")),
        };
    };
    let code = u16::from_be_bytes(*code);
    if !matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999) {
        return Err(Violation::Protocol("a close code that none may send"));
    }
    match std::str::from_utf8(reason) {
        Ok(_) => Ok(Incoming::Close(Some(code))),
        Err(_) => Err(Violation::InvalidText),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
        let mask = [7, 77, 177, 207];
        let mut bytes = vec![first];
        match payload.len() {
            length @ 0..=125 => bytes.push(0x80 | length as u8),
            length => {
                bytes.push(0xfe);
                bytes.extend((length as u16).to_be_bytes());
            }
        }
        bytes.extend(mask);
        bytes.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, key)| byte ^ key));
        bytes
    }

    fn read(bytes: &[u8]) -> Result<Vec<Incoming>, Violation> {
        let mut reader = Reader::default();
        let mut seen = Vec::new();
        // A byte at a time: every place where a read may end.
        for byte in bytes {
            reader.push(&[*byte]);
            while let Some(incoming) = reader.pull()? {
                seen.push(incoming);
            }
        }
        Ok(seen)
    }

    #[test]
    fn messages_pings_and_the_end_are_understood() {
        let bytes =
            [frame(0x81, b"hello"), frame(0x89, b"p"), frame(0x8a, b""), frame(0x88, &[0x03, 0xe8, b'x'])].concat();
        let expected = [
            Incoming::Text("hello".into()),
            Incoming::Ping(b"p".to_vec()),
            Incoming::Pong,
            Incoming::Close(Some(1000)),
        ];
        assert_eq!(read(&bytes), Ok(expected.to_vec()));
    }

    #[test]
    fn a_ping_may_come_between_fragments() {
        let bytes = [frame(0x01, b"he"), frame(0x89, b""), frame(0x80, b"llo")].concat();
        assert_eq!(read(&bytes), Ok(vec![Incoming::Ping(Vec::new()), Incoming::Text("hello".into())]));
    }

    #[test]
    fn the_longest_message_is_taken_and_a_longer_one_is_not() {
        let longest = vec![b'x'; MAX_MESSAGE];
        assert_eq!(read(&frame(0x82, &longest)), Ok(vec![Incoming::Binary(longest.clone())]));
        assert_eq!(read(&frame(0x82, &vec![b'x'; MAX_MESSAGE + 1])), Err(Violation::TooLong));
        let fragments = [frame(0x02, &longest), frame(0x80, b"x")].concat();
        assert_eq!(read(&fragments), Err(Violation::TooLong));
    }

    #[test]
    fn a_client_that_breaks_the_protocol_is_told_so() {
        let cases = [
            (frame(0x80, b"x"), code::PROTOCOL),
            ([frame(0x01, b"x"), frame(0x81, b"y")].concat(), code::PROTOCOL),
            (frame(0x81, b"\xff"), code::INVALID_TEXT),
            (frame(0x88, b"x"), code::PROTOCOL),
            (frame(0x88, &[0x03, 0xee]), code::PROTOCOL),
            (frame(0x88, &[0x03, 0xe8, 0xff]), code::INVALID_TEXT),
            (vec![0x81, 0x01, b'x'], code::PROTOCOL),
        ];
        for (bytes, code) in cases {
            assert_eq!(read(&bytes).unwrap_err().code(), code, "{bytes:02x?}");
        }
    }

    #[test]
    fn a_silent_client_takes_no_memory() {
        let mut reader = Reader::default();
        reader.push(&frame(0x8a, b"pong"));
        while reader.pull().unwrap().is_some() {}
        assert_eq!(reader.waiting.capacity(), 0);
    }
}
