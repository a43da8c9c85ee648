//! Policies: plugins that are asked a question and give an answer.
//!
//! Owns the words of the question ([`Viewer`]) and of the answer ([`Choice`]), the one thread of the process on which policies are asked, and what
//! becomes of one that fails. Does not own what is measured of a viewer (`egress`) nor what becomes of the answer (`picture`).

mod answers;
mod choice;
mod figure;
mod format;
mod running;
mod thread;
mod viewer;

pub use choice::Choice;
pub use figure::Figure;
pub use format::{FormatPolicy, Snapshot};
pub use thread::{Policies, Use};
pub use viewer::{Asked, Output, Rendition, Viewer};
