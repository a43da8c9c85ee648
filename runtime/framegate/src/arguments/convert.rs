//! `framegate convert`: what was typed.

use std::path::PathBuf;

use clap::Args;

/// What `--help` shows of it.
pub(super) const EXAMPLES: &str = "Passwords and tokens are not printed: they become ${VARIABLE}, and standard error says which to set. It names what is not carried over, too.\n\n\
    Exit status: 0 when there is a streams.toml, 2 when the file cannot be one.\n\n\
    Example:\n  framegate convert config.json --output streams.toml && framegate check";

/// Of what a streams.toml is made, and where it goes.
#[derive(Args, Clone, Debug, PartialEq)]
pub(crate) struct ConvertArguments {
    /// The other server's configuration, JSON
    pub(crate) file: PathBuf,
    /// Write it to this file, and not to standard output
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Also where there is a file of this name
    #[arg(long, requires = "output")]
    pub(crate) force: bool,
}
