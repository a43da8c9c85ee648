//! `framegate plugin …`: what was typed.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Args, Subcommand};
use workbench::{Language, Name, Role};

/// What is to be done about a plugin.
#[derive(Debug, PartialEq)]
pub(crate) enum PluginArguments {
    /// Make a new one.
    New {
        /// Its name, and its folder's within this one.
        name: Name,
        /// What it is written in.
        language: Language,
        /// What it is for.
        role: Role,
    },
    /// Make its component.
    Build {
        /// Its folder.
        folder: PathBuf,
    },
    /// Run it on live pictures, and build it at each save.
    Dev {
        /// Its folder.
        folder: PathBuf,
        /// Where the pictures come from, as in `streams.toml`.
        source: Option<String>,
        /// Whether the page is opened.
        open: bool,
    },
    /// Say what a component is.
    Inspect {
        /// The component, or the name of one that comes with the program.
        component: String,
        /// For programs.
        json: bool,
    },
    /// Give a component to a registry.
    Push {
        /// The component.
        file: PathBuf,
        /// `oci://registry/repository:tag`, not yet looked at: it may have a password in it, which must not be shown.
        to: String,
    },
    /// Show it pictures, and say what it makes of them.
    Test {
        /// What is tried.
        declared: Declared,
        /// What it is shown.
        input: InputArguments,
        /// Where what comes of it is kept.
        out: Option<PathBuf>,
        /// How many pictures are kept.
        stills: u64,
        /// What is expected.
        expect: Option<PathBuf>,
        /// For programs.
        json: bool,
    },
    /// Measure what it costs.
    Bench {
        /// What is tried.
        declared: Declared,
        /// What it is shown, if not the test scene in three sizes.
        input: Option<InputArguments>,
        /// How long each thing is measured.
        each: Duration,
        /// For programs.
        json: bool,
    },
}

/// A plugin, and what `streams.toml` would say of it.
#[derive(Args, Clone, Debug, PartialEq)]
pub(crate) struct Declared {
    /// A .wasm file, or the name of one that comes with Framegate
    pub(crate) component: String,
    /// Its options: as in streams.toml ({ text = "hi" }), or JSON
    #[arg(long, value_name = "OPTIONS", default_value = "{}")]
    pub(crate) options: String,
    /// A line of its section in streams.toml, such as 'grants.clock = true'; may be given several times
    #[arg(long = "set", value_name = "LINE")]
    pub(crate) lines: Vec<String>,
    /// When the first picture is said to have been received: the same pictures give the same answers
    #[arg(long, value_name = "TIME", default_value = "2026-01-01T12:00:00Z", value_parser = trial::time)]
    pub(crate) at: SystemTime,
}

/// What a plugin is shown.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct InputArguments {
    /// A file, a folder, or `test://…`.
    pub(crate) from: String,
    /// How much of the test scene.
    pub(crate) length: Duration,
    /// The rate of a folder's pictures.
    pub(crate) fps: u32,
}

#[derive(Subcommand)]
pub(super) enum PluginCommand {
    /// Make a project in a new folder: sources, build, test, README, and the interfaces
    #[command(after_help = NEW_EXAMPLES)]
    New {
        /// What it is written in
        #[arg(long, value_parser = PossibleValuesParser::new(Language::ALL.map(Language::word)).try_map(|word| word.parse::<Language>()))]
        lang: Language,
        /// What it is for
        #[arg(long, default_value = "filter", value_parser = PossibleValuesParser::new(Role::ALL.map(Role::word)).try_map(|word| word.parse::<Role>()))]
        role: Role,
        /// Lower-case words joined by `-`; its folder is called the same
        name: Name,
    },
    /// Make a project's component with the language's own tools
    #[command(
        after_help = "What is missing is told with the line that installs it.\n\nExample:\n  framegate plugin build line-counter    makes line-counter/line-counter.wasm"
    )]
    Build {
        /// The project's folder
        #[arg(default_value = ".")]
        folder: PathBuf,
    },
    /// Run a project on live pictures: build it at each save, put it in place of the one before, open the page
    #[command(after_help = DEV_EXAMPLES)]
    Dev {
        /// The project's folder
        #[arg(default_value = ".")]
        folder: PathBuf,
        /// Where the pictures come from: rtsp://…, http://…, file://…, test:// [default: what dev.toml says, test:// at first]
        #[arg(long)]
        source: Option<String>,
        /// Do not open the page in a browser
        #[arg(long)]
        no_open: bool,
    },
    /// Say what a component is, may do and needs, before it is used
    Inspect {
        /// A .wasm file, oci://registry/repository:tag, or the name of one that comes with Framegate
        component: String,
        /// For programs
        #[arg(long)]
        json: bool,
    },
    /// Show a component pictures without a server, and say what it makes of them and what it costs
    #[command(after_help = TEST_EXAMPLES)]
    Test {
        #[command(flatten)]
        declared: Declared,
        /// What it is shown: an .mp4 or .h264 file, a folder of JPEG, WebP or PNG files, test://; for an event sink a file of events, one JSON object a line
        #[arg(long, value_name = "FROM", default_value = "test://")]
        input: String,
        /// How many seconds of test://
        #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
        length: Duration,
        /// How many pictures of a folder are taken for a second
        #[arg(long, default_value_t = 25, value_parser = clap::value_parser!(u32).range(1..=240))]
        fps: u32,
        /// Keep what comes of it in this folder: pictures before and after, pictures.jsonl, events.jsonl, report.json, expect.toml
        #[arg(long, value_name = "FOLDER")]
        out: Option<PathBuf>,
        /// How many pictures are kept there, evenly spread
        #[arg(long, value_name = "COUNT", default_value_t = 10)]
        stills: u64,
        /// What is expected: verdicts in spans of time, events, golden pictures, limits; what differs is told, and the exit status is 1
        #[arg(long, value_name = "FILE")]
        expect: Option<PathBuf>,
        /// For programs
        #[arg(long)]
        json: bool,
    },
    /// Measure what a component costs: calls at three sizes, start, memory, chains
    #[command(after_help = "Example:\n  framegate plugin bench name-plate/name-plate.wasm")]
    Bench {
        #[command(flatten)]
        declared: Declared,
        /// What it is shown, at its own size [default: the test scene at 640x360, 1280x720 and 1920x1080]
        #[arg(long, value_name = "FROM")]
        input: Option<String>,
        /// How long each thing is measured
        #[arg(long, value_name = "SECONDS", default_value = "2", value_parser = seconds)]
        each: Duration,
        /// For programs
        #[arg(long)]
        json: bool,
    },
    /// Give a component to an OCI registry, and print the line by which others use it
    #[command(after_help = PUSH_EXAMPLE)]
    Push {
        /// The .wasm file
        file: PathBuf,
        /// oci://registry/repository:tag, with the version as the tag
        to: String,
    },
}

const PUSH_EXAMPLE: &str = "\
The component is checked first. `docker login` says who you are.

Example:
  docker login ghcr.io
  framegate plugin push name-plate/name-plate.wasm oci://ghcr.io/acme/name-plate:1.0.0";

const NEW_EXAMPLES: &str = "\
Roles:
  analyzer        looks at pictures: keeps or drops them, annotates, emits events
  filter          all that, and changes them
  poller          fetches something from time to time
  event-sink      takes events to somewhere else
  format-policy   chooses how stills are made for each viewer
  access-policy   allows or refuses requests

Example:
  framegate plugin new --lang rust --role filter name-plate
  framegate plugin build name-plate";

const DEV_EXAMPLES: &str = "\
NAME/dev.toml says how it is run: made at the first time, yours from then on, read again when it is saved.

Example:
  framegate plugin dev name-plate
  framegate plugin dev name-plate --source rtsp://10.0.0.4/stream1";

const TEST_EXAMPLES: &str = "\
The plugin runs as on a stream, under the limits of its section in streams.toml.

Examples:
  framegate plugin test name-plate.wasm --options '{ text = \"hi\" }' --out out
  framegate plugin test motion-gate --input clip.mp4 --expect expect.toml
  framegate plugin test webhook --input events.jsonl --set 'grants.http = [\"127.0.0.1:8000\"]' --options '{ url = \"http://127.0.0.1:8000/\" }'

Exit status: 0 as expected, 1 not, 2 a mistake on the command line, in the options or in a file.";

/// A time in seconds, more than nothing and at most a day.
fn seconds(word: &str) -> Result<Duration, String> {
    const MOST: f64 = 86_400.0;
    match word.parse::<f64>() {
        Ok(seconds) if seconds > 0.0 && seconds <= MOST => Ok(Duration::from_secs_f64(seconds)),
        _ => Err(format!("a number of seconds, more than 0 and at most {MOST}")),
    }
}

impl From<PluginCommand> for PluginArguments {
    fn from(command: PluginCommand) -> Self {
        match command {
            PluginCommand::New { lang, role, name } => Self::New { name, language: lang, role },
            PluginCommand::Build { folder } => Self::Build { folder },
            PluginCommand::Dev { folder, source, no_open } => Self::Dev { folder, source, open: !no_open },
            PluginCommand::Inspect { component, json } => Self::Inspect { component, json },
            PluginCommand::Push { file, to } => Self::Push { file, to },
            PluginCommand::Test { declared, input, length, fps, out, stills, expect, json } => {
                Self::Test { declared, input: InputArguments { from: input, length, fps }, out, stills, expect, json }
            }
            PluginCommand::Bench { declared, input, each, json } => {
                const LENGTH: Duration = Duration::from_secs(10);
                let input = input.map(|from| InputArguments { from, length: LENGTH, fps: 25 });
                Self::Bench { declared, input, each, json }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Arguments;
    use super::super::tests::read;
    use super::*;

    #[test]
    fn a_plugin_is_made_in_a_language_for_a_role() {
        let new = |words: &[&str]| read(&[&["plugin", "new"], words].concat());
        let made = PluginArguments::New {
            name: "line-counter".parse().expect("a name"),
            language: Language::JavaScript,
            role: Role::EventSink,
        };
        assert_eq!(
            new(&["--lang", "js", "--role", "event-sink", "line-counter"]).expect("good"),
            Arguments::Plugin(made)
        );
        let build = |folder: &str| Arguments::Plugin(PluginArguments::Build { folder: folder.into() });
        assert_eq!(read(&["plugin", "build"]).expect("good"), build("."));
        assert_eq!(read(&["plugin", "build", "x"]).expect("good"), build("x"));
        let inspect = PluginArguments::Inspect { component: "x.wasm".into(), json: true };
        assert_eq!(read(&["plugin", "inspect", "x.wasm", "--json"]).expect("good"), Arguments::Plugin(inspect));
        let push = PluginArguments::Push { file: "x.wasm".into(), to: "oci://r/x:1".into() };
        assert_eq!(read(&["plugin", "push", "x.wasm", "oci://r/x:1"]).expect("good"), Arguments::Plugin(push));
        for (wrong, words) in [
            (&["--lang", "java", "a"][..], "rust, c, js, python, go"),
            (&["--lang", "c", "--role", "mask", "a"], "format-policy"),
            (&["--lang", "c", "A_b"], "line-counter"),
            (&["a"], "--lang"),
        ] {
            let told = new(wrong).expect_err("a mistake").to_string();
            assert!(told.contains(words), "{told}");
        }
    }

    #[test]
    fn what_a_test_and_a_bench_are_of() {
        let words = ["plugin", "test", "a.wasm", "--set", "memory = \"8MB\"", "--set", "grants.clock = true"];
        let Arguments::Plugin(PluginArguments::Test { declared, input, out, stills, .. }) = read(&words).expect("good")
        else {
            panic!("a test");
        };
        assert_eq!((declared.options.as_str(), declared.lines.len(), out, stills), ("{}", 2, None, 10));
        assert_eq!(input, InputArguments { from: "test://".into(), length: Duration::from_secs(10), fps: 25 });
        let bench = read(&["plugin", "bench", "a.wasm", "--each", "0.5"]).expect("good");
        let Arguments::Plugin(PluginArguments::Bench { input: None, each, .. }) = bench else { panic!("a bench") };
        assert_eq!(each, Duration::from_millis(500));
        for wrong in ["0", "-1", "nan", "1e9", "soon"] {
            let told = read(&["plugin", "bench", "a.wasm", &format!("--each={wrong}")]).expect_err("a mistake");
            assert!(told.to_string().contains("at most 86400"), "{told}");
        }
    }
}
