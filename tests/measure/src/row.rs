//! The table that is printed, as Markdown.

use std::fmt::Display;
use std::io::{Result, Write as _, stdout};

/// Its head.
pub(crate) fn head() -> Result<()> {
    writeln!(stdout(), "| what | measured | to reach |\n|---|---|---|")
}

/// A row.
pub(crate) fn row(what: impl Display, measured: impl Display, to_reach: impl Display) -> Result<()> {
    writeln!(stdout(), "| {what} | {measured} | {to_reach} |")
}
