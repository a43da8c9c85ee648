use super::{Violation, reader};

/// What a frame is (RFC 6455 section 11.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Opcode {
    /// The next fragment of a message.
    Continuation = 0x0,
    /// A text, or its first fragment.
    Text = 0x1,
    /// Bytes, or their first fragment.
    Binary = 0x2,
    /// The end.
    Close = 0x8,
    /// Asks for a pong.
    Ping = 0x9,
    /// Answers a ping.
    Pong = 0xa,
}

impl Opcode {
    fn from_bits(bits: u8) -> Option<Self> {
        Some(match bits {
            0x0 => Self::Continuation,
            0x1 => Self::Text,
            0x2 => Self::Binary,
            0x8 => Self::Close,
            0x9 => Self::Ping,
            0xa => Self::Pong,
            _ => return None,
        })
    }

    /// Whether it is about the connection: such frames are short and whole (section 5.5).
    pub(crate) fn is_control(self) -> bool {
        self as u8 & 0x8 != 0
    }
}

/// The header of a frame that a server sends: a whole message, not masked (section 5.2).
#[derive(Clone, Copy, Debug)]
pub struct Header {
    bytes: [u8; 10],
    length: u8,
}

impl Header {
    /// The header of a message of so many bytes.
    pub fn new(opcode: Opcode, payload: usize) -> Self {
        let mut bytes = [0; 10];
        // FIN: messages are never fragmented here.
        bytes[0] = 0x80 | opcode as u8;
        let length = match payload {
            0..=125 => {
                bytes[1] = payload as u8;
                2
            }
            126..=0xffff => {
                bytes[1] = 126;
                bytes[2..4].copy_from_slice(&(payload as u16).to_be_bytes());
                4
            }
            _ => {
                bytes[1] = 127;
                bytes[2..10].copy_from_slice(&(payload as u64).to_be_bytes());
                10
            }
        };
        Self { bytes, length }
    }

    /// As it is sent.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }
}

/// The header of a frame that a client sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ClientHeader {
    pub(crate) last: bool,
    pub(crate) opcode: Opcode,
    pub(crate) payload: usize,
    pub(crate) mask: [u8; 4],
    /// Bytes of the header itself.
    pub(crate) length: usize,
}

impl ClientHeader {
    /// None while bytes are missing. What cannot become a frame that we take is told as soon as it is seen.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Option<Self>, Violation> {
        let [first, second, rest @ ..] = bytes else {
            return Ok(None);
        };
        // Section 5.2: RSV1 to RSV3 are 0 unless an extension was agreed on; none was.
        if first & 0x70 != 0 {
            return Err(Violation::Protocol("a reserved bit is set"));
        }
        let opcode = Opcode::from_bits(first & 0x0f).ok_or(Violation::Protocol("an unknown opcode"))?;
        let last = first & 0x80 != 0;
        // Section 5.1: a server must close the connection on a frame that is not masked.
        if second & 0x80 == 0 {
            return Err(Violation::Protocol("a client's frame is not masked"));
        }
        let short = second & 0x7f;
        if opcode.is_control() && (!last || short > 125) {
            return Err(Violation::Protocol("a control frame is fragmented or longer than 125 bytes"));
        }
        let (payload, rest, extended) = match short {
            126 => match rest {
                [a, b, rest @ ..] => (u64::from(u16::from_be_bytes([*a, *b])), rest, 2),
                _ => return Ok(None),
            },
            127 => match rest.split_first_chunk::<8>() {
                Some((length, rest)) => (u64::from_be_bytes(*length), rest, 8),
                None => return Ok(None),
            },
            short => (u64::from(short), rest, 0),
        };
        if payload > reader::MAX_MESSAGE as u64 {
            return Err(Violation::TooLong);
        }
        let Some(mask) = rest.first_chunk::<4>() else {
            return Ok(None);
        };
        Ok(Some(Self { last, opcode, payload: payload as usize, mask: *mask, length: 2 + extended + 4 }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_as_short_as_they_can_be() {
        assert_eq!(Header::new(Opcode::Text, 5).as_bytes(), [0x81, 5]);
        assert_eq!(Header::new(Opcode::Binary, 125).as_bytes(), [0x82, 125]);
        assert_eq!(Header::new(Opcode::Binary, 126).as_bytes(), [0x82, 126, 0, 126]);
        assert_eq!(Header::new(Opcode::Binary, 65_535).as_bytes(), [0x82, 126, 0xff, 0xff]);
        assert_eq!(Header::new(Opcode::Binary, 65_536).as_bytes(), [0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]);
        assert_eq!(Header::new(Opcode::Ping, 0).as_bytes(), [0x89, 0]);
    }

    #[test]
    fn a_header_comes_in_any_pieces() {
        let whole = [0x81, 0xfe, 0x01, 0x00, 1, 2, 3, 4];
        for length in 0..whole.len() {
            assert_eq!(ClientHeader::parse(&whole[..length]), Ok(None), "{length}");
        }
        let header = ClientHeader::parse(&whole).unwrap().unwrap();
        assert_eq!((header.payload, header.mask, header.length), (256, [1, 2, 3, 4], 8));
    }

    #[test]
    fn what_breaks_the_protocol_is_seen_in_the_header() {
        let protocol = |bytes: &[u8]| matches!(ClientHeader::parse(bytes), Err(Violation::Protocol(_)));
        assert!(protocol(&[0x81, 0x05]), "not masked");
        assert!(protocol(&[0xc1, 0x85]), "a reserved bit");
        assert!(protocol(&[0x83, 0x85]), "an unknown opcode");
        assert!(protocol(&[0x09, 0x80]), "a fragmented ping");
        assert!(protocol(&[0x89, 0xfe]), "a long ping");
        assert_eq!(ClientHeader::parse(&[0x81, 0xfe, 0x10, 0x01]), Err(Violation::TooLong));
        assert_eq!(ClientHeader::parse(&[0x82, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0]), Err(Violation::TooLong));
    }
}
