//! The command line: what was typed → what is to be done.

mod convert;
mod examples;
mod operating;
mod plugin;
mod user;

use std::path::{Path, PathBuf};
use std::time::Duration;

use access::LinkAction;
use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use clap_complete::Shell;

pub(crate) use convert::ConvertArguments;
use examples::EXAMPLES;
use operating::{DOCTOR_EXAMPLES, HEALTH_EXAMPLES, TOP_EXAMPLES};
pub(crate) use operating::{DoctorArguments, HealthArguments, TopArguments};
use plugin::PluginCommand;
pub(crate) use plugin::{Declared, InputArguments, PluginArguments};
pub(crate) use user::UserArguments;
use user::UserCommand;

/// The file that is read if none is named.
const FILE: &str = "streams.toml";

/// What is to be done.
#[derive(Debug, PartialEq)]
pub(crate) enum Arguments {
    /// Serve what the file says, until a signal.
    Run {
        /// `streams.toml`.
        file: PathBuf,
    },
    /// Name every mistake in the file.
    Check {
        /// `streams.toml`.
        file: PathBuf,
    },
    /// Print the JSON schema of the file.
    Schema,
    /// Make such a file of the configuration of another server.
    Convert(ConvertArguments),
    /// Make a plugin.
    Plugin(PluginArguments),
    /// Make a link to a stream.
    Link {
        /// `streams.toml`.
        file: PathBuf,
        /// Its name.
        stream: String,
        /// What it is for.
        action: LinkAction,
        /// For how long.
        lasts: Duration,
    },
    /// Say who may come in.
    User(UserArguments),
    /// Ask a server whether it lives.
    Health(HealthArguments),
    /// Look whether everything is as serving needs it.
    Doctor(DoctorArguments),
    /// Show a server in the terminal.
    Top(TopArguments),
    /// Print what a shell completes the command line by.
    Completions {
        /// Which shell.
        shell: Shell,
    },
    /// Print the manual.
    Man {
        /// The folder that a page for each command is written to, instead.
        out: Option<PathBuf>,
    },
    /// Compile a component to native code: what the program starts itself as.
    Compile {
        /// The component.
        input: PathBuf,
        /// Where the native code is written.
        output: PathBuf,
    },
}

/// What `--version` says beside the version.
pub(crate) struct Version {
    /// `git describe` at build time; `unknown` outside a checkout.
    pub(crate) commit: &'static str,
    /// Libraries by name, with their versions.
    pub(crate) codecs: Vec<(&'static str, String)>,
}

/// IP cameras to browsers, with sandboxed WebAssembly plugins on the way.
#[derive(Parser)]
#[command(name = "framegate", after_help = EXAMPLES, args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
struct Written {
    #[command(subcommand)]
    command: Option<Command>,
    /// What to serve: cameras, plugins, the address to listen on [default: streams.toml]
    file: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve what the file says, until ctrl-c or SIGTERM
    Run {
        /// What to serve
        #[arg(default_value = FILE)]
        file: PathBuf,
    },
    /// Name every mistake in the file, each with its line, and start nothing
    #[command(
        after_help = "Exit status: 0 without mistakes, 2 with some.\n\nExample:\n  framegate check && systemctl restart framegate"
    )]
    Check {
        /// The file to check
        #[arg(default_value = FILE)]
        file: PathBuf,
    },
    /// Print the file's JSON schema, for editors
    #[command(
        after_help = "Example:\n  framegate schema > schema.json\nand as the first line of streams.toml:\n  #:schema schema.json"
    )]
    Schema,
    /// Make a streams.toml of the config.json of a server for one camera
    #[command(after_help = convert::EXAMPLES)]
    Convert(ConvertArguments),
    /// Make a plugin of your own: a project from a template, a component out of it
    #[command(subcommand)]
    Plugin(PluginCommand),
    /// Print a link to a stream, for players that cannot say who they are; it is signed with `server.link_secret`
    #[command(
        after_help = "What is printed stands behind the server's address; the token works on each address of the stream.\n\nExample:\n  framegate link lobby --expires-in 86400"
    )]
    Link {
        /// The stream
        stream: String,
        /// For how many seconds
        #[arg(long, default_value_t = 3_600, value_parser = clap::value_parser!(u64).range(1..=access::LONGEST_LINK.as_secs()))]
        expires_in: u64,
        /// To push stills to it instead of seeing it
        #[arg(long)]
        publish: bool,
        /// The file that has the secret
        #[arg(long, default_value = FILE)]
        file: PathBuf,
    },
    /// Say who may come in: the hash of a password
    #[command(subcommand)]
    User(UserCommand),
    /// Look at configuration, cameras, codecs, limits, disk, clock and address, and say what to do
    #[command(after_help = DOCTOR_EXAMPLES)]
    Doctor(DoctorArguments),
    /// Show streams, viewers and events of a server in the terminal, as they are
    #[command(after_help = TOP_EXAMPLES)]
    Top(TopArguments),
    /// Ask a server whether it lives, for health checks
    #[command(after_help = HEALTH_EXAMPLES)]
    Health(HealthArguments),
    /// Print what a shell completes this command line by
    #[command(
        after_help = "Examples:\n  framegate completions bash > /etc/bash_completion.d/framegate\n  framegate completions zsh > ~/.zfunc/_framegate\n  framegate completions fish > ~/.config/fish/completions/framegate.fish"
    )]
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual's page of this program, for `man`
    #[command(after_help = "Examples:\n  framegate man | man -l -\n  framegate man --out /usr/local/share/man/man1")]
    Man {
        /// Write a page for each command to this folder instead
        #[arg(long, value_name = "FOLDER")]
        out: Option<PathBuf>,
    },
    #[command(hide = true)]
    Compile { input: PathBuf, output: PathBuf },
}

impl Arguments {
    /// Reads this process's command line; ends the process where that is a mistake, or asks for help or the version.
    pub(crate) fn read(version: &Version) -> Self {
        Self::of(version, std::env::args_os()).unwrap_or_else(|error| error.exit())
    }

    fn of(
        version: &Version,
        words: impl IntoIterator<Item = impl Into<std::ffi::OsString> + Clone>,
    ) -> clap::error::Result<Self> {
        let mut command = version.put_in(Written::command());
        let written = Written::from_arg_matches(&command.try_get_matches_from_mut(words)?)?;
        Ok(match written.command {
            Some(Command::Run { file }) => Self::Run { file },
            Some(Command::Check { file }) => Self::Check { file },
            Some(Command::Schema) => Self::Schema,
            Some(Command::Convert(arguments)) => Self::Convert(arguments),
            Some(Command::Plugin(command)) => Self::Plugin(command.into()),
            Some(Command::Link { stream, expires_in, publish, file }) => Self::Link {
                file,
                stream,
                action: if publish { LinkAction::Publish } else { LinkAction::View },
                lasts: Duration::from_secs(expires_in),
            },
            Some(Command::User(command)) => Self::User(command.into()),
            Some(Command::Health(arguments)) => Self::Health(arguments),
            Some(Command::Doctor(arguments)) => Self::Doctor(arguments),
            Some(Command::Top(arguments)) => Self::Top(arguments),
            Some(Command::Completions { shell }) => Self::Completions { shell },
            Some(Command::Man { out }) => Self::Man { out },
            Some(Command::Compile { input, output }) => Self::Compile { input, output },
            None => match written.file {
                None => Self::Run { file: FILE.into() },
                Some(file) => match misspelt_command(&file) {
                    None => Self::Run { file },
                    Some(meant) => {
                        let message = format!(
                            "there is neither a command nor a file `{}`; did you mean `{meant}`?",
                            file.display()
                        );
                        return Err(command.error(ErrorKind::InvalidSubcommand, message));
                    }
                },
            },
        })
    }
}

/// The whole command line, for completions and the manual.
pub(crate) fn described(version: &Version) -> clap::Command {
    version.put_in(Written::command())
}

impl Version {
    fn put_in(&self, command: clap::Command) -> clap::Command {
        let short = format!("{} ({})", env!("CARGO_PKG_VERSION"), self.commit);
        let libraries = self.codecs.iter().map(|(name, version)| format!("\n{name} {version}"));
        let long = short.clone() + &libraries.collect::<String>();
        // Once in the life of the process, and as long as it.
        command.version(&*short.leak()).long_version(&*long.leak())
    }
}

/// The command that was meant by what would otherwise be a file, if there is no such file.
fn misspelt_command(file: &Path) -> Option<String> {
    let word = file.to_str().filter(|word| !word.contains(['/', '.']))?;
    let command = Written::command();
    let shown = command.get_subcommands().filter(|command| !command.is_hide_set());
    config::nearest(word, shown.map(clap::Command::get_name)).filter(|_| !file.exists()).map(str::to_owned)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn version() -> Version {
        Version { commit: "v0.1.0-3-gabcdef", codecs: vec![("openh264", "2.6.0".into()), ("libwebp", "1.3.2".into())] }
    }

    pub(in crate::arguments) fn read(words: &[&str]) -> clap::error::Result<Arguments> {
        Arguments::of(&version(), ["framegate"].iter().chain(words))
    }

    #[test]
    fn a_file_or_nothing_means_run() {
        let run = |file: &str| Arguments::Run { file: file.into() };
        assert_eq!(read(&[]).expect("good"), run("streams.toml"));
        assert_eq!(read(&["other.toml"]).expect("good"), run("other.toml"));
        assert_eq!(read(&["run"]).expect("good"), run("streams.toml"));
        assert_eq!(read(&["run", "other.toml"]).expect("good"), run("other.toml"));
        assert_eq!(read(&["check", "x"]).expect("good"), Arguments::Check { file: "x".into() });
        assert_eq!(read(&["schema"]).expect("good"), Arguments::Schema);
        let convert = |output: Option<&str>, force| {
            Arguments::Convert(ConvertArguments { file: "c.json".into(), output: output.map(Into::into), force })
        };
        assert_eq!(read(&["convert", "c.json"]).expect("good"), convert(None, false));
        assert_eq!(read(&["convert", "c.json", "--output", "x", "--force"]).expect("good"), convert(Some("x"), true));
        assert_eq!(read(&["convert", "c.json", "--force"]).expect_err("nothing to overwrite").exit_code(), 2);
        assert_eq!(read(&["user", "hash"]).expect("good"), Arguments::User(UserArguments::Hash));
        assert_eq!(read(&["completions", "fish"]).expect("good"), Arguments::Completions { shell: Shell::Fish });
        let doctor = |file: &str, json| Arguments::Doctor(DoctorArguments { file: file.into(), json });
        assert_eq!(read(&["doctor"]).expect("good"), doctor("streams.toml", false));
        assert_eq!(read(&["doctor", "x", "--json"]).expect("good"), doctor("x", true));
        assert_eq!(read(&["man"]).expect("good"), Arguments::Man { out: None });
        let compile = Arguments::Compile { input: "a".into(), output: "b".into() };
        assert_eq!(read(&["compile", "a", "b"]).expect("good"), compile);
    }

    #[test]
    fn a_token_is_not_printed() {
        let typed = read(&["top", "http://a", "--token", "hunter2"]).expect("good");
        let Arguments::Top(TopArguments { token: Some(_), .. }) = &typed else { panic!("{typed:?}") };
        assert!(!format!("{typed:?}").contains("hunter2"), "{typed:?}");
    }

    #[test]
    fn a_misspelt_command_is_told_with_the_right_one() {
        let error = read(&["chekc"]).expect_err("no such command");
        assert_eq!((error.exit_code(), error.to_string().contains("did you mean `check`?")), (2, true), "{error}");
        assert_eq!(read(&["--colour"]).expect_err("no such option").exit_code(), 2);
    }

    #[test]
    fn the_version_tells_commit_and_codecs() {
        let shown = |word: &str| read(&[word]).expect_err("shown as clap's error").to_string();
        let short = concat!("framegate ", env!("CARGO_PKG_VERSION"), " (v0.1.0-3-gabcdef)\n");
        assert_eq!(shown("-V"), short);
        assert_eq!(shown("--version"), format!("{short}openh264 2.6.0\nlibwebp 1.3.2\n"));
    }

    #[test]
    fn help_teaches_by_example_and_its_files_have_no_mistake() {
        Written::command().debug_assert();
        let help = read(&["--help"]).expect_err("shown as clap's error").to_string();
        assert!(!help.contains("compile"), "{help}");
        struct Anything;
        impl config::Environment for Anything {
            fn variable(&self, _: &str) -> Option<String> {
                Some(String::new())
            }
            fn secret(&self, _: &Path) -> std::io::Result<String> {
                Ok(String::new())
            }
        }
        let begins = help.find("  [streams.demo]").expect("an example");
        let ends = help.find("Then open").expect("the outputs");
        let text = help[begins..ends].replace("A camera:", "");
        let known = config::Known { bundled: &["clock"], environment: &Anything };
        let loaded = config::read(Path::new(FILE), text, &known).expect("no mistake");
        assert_eq!(loaded.config.streams.len(), 2);
    }
}
