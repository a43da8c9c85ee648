//! WebSocket behind the handshake (RFC 6455): frames, what a client may send, and the loop of a viewer.
//!
//! Our own, since the libraries copy each message into each connection's buffer: here a frame is its header on the stack and the still's shared
//! bytes.

mod exchange;
mod frame;
mod reader;
mod socket;
mod telling;
mod video;
mod viewer;

pub use exchange::End;
pub use frame::{Header, Opcode};
pub use reader::{Incoming, Reader, Violation};
pub use socket::{Closed, Socket};
pub use telling::{Texts, tell};
pub use video::VideoViewer;
pub use viewer::{Annotations, Stats, Told, Viewer};

/// Close codes: RFC 6455 section 7.4.1, and ours, which are 4000 and the HTTP status (section 7.4.2 leaves 4000 to 4999 to applications).
pub mod code {
    /// The client is done.
    pub const NORMAL: u16 = 1000;
    /// The server stops, or the stream is gone.
    pub const GOING_AWAY: u16 = 1001;
    /// The client broke the protocol.
    pub const PROTOCOL: u16 = 1002;
    /// A text that is no UTF-8.
    pub const INVALID_TEXT: u16 = 1007;
    /// A message that is too long.
    pub const TOO_LONG: u16 = 1009;
}
