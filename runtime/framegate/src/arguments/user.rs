//! `framegate user …`: what was typed.

use clap::Subcommand;

/// What is to be done about a user.
#[derive(Debug, PartialEq)]
pub(crate) enum UserArguments {
    /// Make the hash of a password.
    Hash,
}

#[derive(Subcommand)]
pub(super) enum UserCommand {
    /// Print the line of streams.toml that a password is checked by
    #[command(
        after_help = "It asks for the password, or reads one line of standard input where that is no terminal.\n\nExample:\n  framegate user hash\nand in streams.toml:\n  [users.anna]\n  password = \"$argon2id$…\"\n  view = [\"*\"]"
    )]
    Hash,
}

impl From<UserCommand> for UserArguments {
    fn from(command: UserCommand) -> Self {
        match command {
            UserCommand::Hash => Self::Hash,
        }
    }
}
