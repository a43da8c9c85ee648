//! Server-Sent Events (<https://html.spec.whatwg.org/multipage/server-sent-events.html>): bytes, in any pieces, to the data of events. Pure.

/// What is kept of an event that has not ended; one that is larger is nothing that is shown.
const MOST: usize = 256 << 10;

/// Puts pieces together.
#[derive(Debug, Default)]
pub(crate) struct Parser {
    line: Vec<u8>,
    data: String,
}

impl Parser {
    /// Takes a piece, and gives the data of each event that ended in it.
    pub(crate) fn push(&mut self, piece: &[u8]) -> Vec<String> {
        let mut events = Vec::new();
        for byte in piece {
            match byte {
                b'\n' => {
                    let line = std::mem::take(&mut self.line);
                    events.extend(self.line(String::from_utf8_lossy(&line).trim_end_matches('\r')));
                }
                _ if self.line.len() < MOST => self.line.push(*byte),
                _ => {}
            }
        }
        events
    }

    fn line(&mut self, line: &str) -> Option<String> {
        if line.is_empty() {
            return Some(std::mem::take(&mut self.data)).filter(|data| !data.is_empty());
        }
        // `event` and `id` stand in the data too.
        let data = line.strip_prefix("data:")?;
        if self.data.len() + data.len() < MOST {
            if !self.data.is_empty() {
                self.data.push('\n');
            }
            self.data.push_str(data.strip_prefix(' ').unwrap_or(data));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_come_in_any_pieces() {
        let text =
            "retry: 2000\n\nevent: a\ndata: {\"x\":1}\n\n: ping\n\ndata:one\r\ndata: two\r\n\r\ndata: unfinished";
        for size in [1, 3, 1_000] {
            let mut parser = Parser::default();
            let events: Vec<_> = text.as_bytes().chunks(size).flat_map(|piece| parser.push(piece)).collect();
            assert_eq!(events, ["{\"x\":1}", "one\ntwo"], "in pieces of {size}");
        }
    }

    #[test]
    fn an_event_without_an_end_takes_no_more_memory_than_the_largest() {
        let mut parser = Parser::default();
        for _ in 0..100 {
            assert!(parser.push(&[b'x'; 8 << 10]).is_empty());
        }
        assert!(parser.line.len() <= MOST);
    }
}
