//! A poller that tries what its options say with what the system gives it, and tells how each step went: as an event, or while it is given its options
//! as mistakes of theirs.
use std::fs;
use std::io::Result;

use framegate_guests::framegate_plugin::{Configure, Mistake, Poller, host};
use wasip2::filesystem::preopens;
use wasip2::filesystem::types::{Descriptor, PathFlags};

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Options {
    steps: Vec<Step>,
    /// While it is given its options, and not again.
    #[serde(default)]
    at_once: bool,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Step {
    Read(String),
    List(String),
    Write(String, String),
    Append(String, String),
    Delete(String),
    MakeFolder(String),
    Rename(String, String),
    /// From one granted folder into another, by their numbers and the names in them.
    HardLink(usize, String, usize, String),
    /// A link of this name in the first granted folder, to that path.
    SymbolicLink(String, String),
    /// The folders, the variables and the arguments that it has.
    Given,
    /// So many random bytes, those of the quick generator, and a seed.
    Random(u64),
    /// Seconds since 1970, and how far a clock went meanwhile.
    Time,
}

struct Grantee {
    options: Options,
}

impl Configure for Grantee {
    type Options = Options;
    const OPTIONS: &'static str = r#"{ "type": "object" }"#;

    fn configure(options: Options) -> std::result::Result<Self, Vec<Mistake>> {
        match options.at_once {
            true => Err(options.steps.iter().map(|step| Mistake::at("/steps", step.told())).collect()),
            false => Ok(Self { options }),
        }
    }
}

impl Poller for Grantee {
    fn tick(&mut self) -> std::result::Result<(), String> {
        let told: Vec<_> = self.options.steps.iter().map(Step::told).collect();
        host::emit("tried", &serde_json::to_string(&serde_json::json!({ "steps": told })).expect("texts"));
        Ok(())
    }
}

impl Step {
    fn told(&self) -> String {
        match self.go() {
            Ok(told) => format!("yes {told}").trim_end().to_owned(),
            Err(error) => format!("no {:?}", error.kind()),
        }
    }

    fn go(&self) -> Result<String> {
        let done = |result: Result<()>| result.map(|()| String::new());
        match self {
            Self::Read(path) => fs::read_to_string(path),
            Self::List(path) => {
                let mut names = fs::read_dir(path)?
                    .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
                    .collect::<Result<Vec<_>>>()?;
                names.sort();
                Ok(names.join(" "))
            }
            Self::Write(path, text) => done(fs::write(path, text)),
            Self::Append(path, text) => done(
                fs::File::options()
                    .append(true)
                    .open(path)
                    .and_then(|mut file| std::io::Write::write_all(&mut file, text.as_bytes())),
            ),
            Self::Delete(path) => done(fs::remove_file(path)),
            Self::MakeFolder(path) => done(fs::create_dir(path)),
            Self::Rename(from, to) => done(fs::rename(from, to)),
            Self::HardLink(from, name, to, other) => {
                let folders = folders();
                let linked = folders[*from].0.link_at(PathFlags::empty(), name, &folders[*to].0, other);
                done(linked.map_err(|code| std::io::Error::other(code.name())))
            }
            Self::SymbolicLink(name, to) => {
                done(folders()[0].0.symlink_at(to, name).map_err(|code| std::io::Error::other(code.name())))
            }
            Self::Given => {
                let folders: Vec<_> = folders().into_iter().map(|(_, path)| path).collect();
                let variables: Vec<_> = std::env::vars().map(|(name, value)| format!("{name}={value}")).collect();
                let arguments: Vec<_> = std::env::args().collect();
                Ok(format!("{folders:?} {variables:?} {arguments:?}"))
            }
            Self::Random(bytes) => {
                let hex = |bytes: Vec<u8>| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
                let (secure, quick) = (
                    wasip2::random::random::get_random_bytes(*bytes),
                    wasip2::random::insecure::get_insecure_random_bytes(*bytes),
                );
                let seed = wasip2::random::insecure_seed::insecure_seed();
                Ok(format!("{} {} {seed:?}", hex(secure), hex(quick)))
            }
            Self::Time => {
                let since = std::time::Instant::now();
                let time = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("it is later");
                for n in 0..100_000 {
                    std::hint::black_box(n);
                }
                Ok(format!("{} {}", time.as_secs(), since.elapsed().as_nanos()))
            }
        }
    }
}

fn folders() -> Vec<(Descriptor, String)> {
    preopens::get_directories()
}

framegate_guests::framegate_plugin::export!(Grantee: Poller);
