//! What a component must be to be let in, told by its bytes alone: before it is compiled, before anything of it runs. Pure.

use wasmparser::{
    BinaryReader, ComponentExternalKind, CustomSectionReader, Encoding, Parser, Payload, ProducersSectionReader,
};

use crate::Role;
use crate::words::printable;

/// The package that plugins are made for.
pub(crate) const PACKAGE: &str = "framegate:plugin";
/// Its version here. A plugin for another patch version of 0.1 fits: its imports are checked one by one when it is linked.
const VERSION: &str = "0.1.0";
/// What of the package there is to import.
const INTERFACES: [&str; 10] =
    ["types", "pictures", "drawing", "host", "calendar", "state", "http", "events", "admission", "viewers"];
/// What a component exports for each role; `processor` makes it an analyzer, or a filter if it imports `drawing`.
const ROLES: [(&str, Role); 5] = [
    ("processor", Role::Analyzer),
    ("ticker", Role::Poller),
    ("event-receiver", Role::EventSink),
    ("access-decider", Role::AccessPolicy),
    ("format-chooser", Role::FormatPolicy),
];
/// The parts of WASI 0.2 that every toolchain's runtime may import; they are there and empty. `wasi:http` is there and sends to granted hosts.
const WASI: [&str; 7] =
    ["wasi:cli/", "wasi:clocks/", "wasi:filesystem/", "wasi:http/", "wasi:io/", "wasi:random/", "wasi:sockets/"];

/// Why bytes are no plugin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// Native code of somebody else's making.
    #[error("this is compiled code; give the component itself (a .wasm file): native code from elsewhere is not run")]
    Precompiled,
    /// WebAssembly, but no component.
    #[error(
        "this is a core WebAssembly module, not a component: build it for wasm32-wasip2, or wrap it with `wasm-tools component new`"
    )]
    CoreModule,
    /// No WebAssembly, or damaged.
    #[error("this is no WebAssembly component: {0}")]
    Damaged(String),
    /// An import that is not given.
    #[error("it imports `{import}`, which a plugin is not given: {reason}")]
    Import {
        /// As the component names it.
        import: String,
        /// What there is instead, or what to do.
        reason: String,
    },
    /// It does not export `lifecycle`.
    #[error(
        "it does not export `{PACKAGE}/lifecycle@{VERSION}`, which every plugin must: is it built for one of the worlds of `wit/`?"
    )]
    NoLifecycle,
    /// It plays no role.
    #[error(
        "it plays no role: a plugin exports at least one of {roles} of `{PACKAGE}@{VERSION}`",
        roles = ROLES.map(|(export, _)| format!("`{export}`")).join(", ")
    )]
    NoRole,
}

/// A component that may be let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admitted {
    /// What it does, in the order of [`Role`]; at least one.
    pub roles: Vec<Role>,
    /// What it imports, as the component names it.
    pub imports: Vec<String>,
    /// What it exports, as the component names it.
    pub exports: Vec<String>,
    /// What it says that it was written in and made with, such as `Rust` or `wit-component 0.254.0`; mostly of the toolchain's making, and nobody
    /// has to tell the truth.
    pub made_with: Vec<String>,
    /// What it was written in, told by the same words.
    pub language: Language,
}

/// What a component was written in. Ordered: a component has words of all that it is made of (the engine of JavaScript is C++, the adapter of WASI preview 1 is
/// Rust), and the last of these that they tell is its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub enum Language {
    /// Another one, or nobody knows.
    #[default]
    #[serde(rename = "unknown")]
    Other,
    /// C, or what else has its bindings.
    C,
    /// Rust.
    Rust,
    /// Go.
    Go,
    /// It frees what nothing refers to any more at once.
    Python,
    /// Its engine keeps garbage until a late collection.
    JavaScript,
}

impl Language {
    /// As people write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Other => "unknown",
            Self::C => "C",
            Self::Rust => "Rust",
            Self::Go => "Go",
            Self::Python => "Python",
            Self::JavaScript => "JavaScript",
        }
    }

    /// What a word of a tool tells of it.
    fn told_by(word: &str) -> Self {
        match word.split(' ').next() {
            Some("JavaScript" | "ComponentizeJS") => Self::JavaScript,
            Some(name) if name == "Python" || name.starts_with(PYTHON) => Self::Python,
            Some("Go") => Self::Go,
            Some("wit-bindgen-rust") => Self::Rust,
            Some("wit-bindgen-c") => Self::C,
            _ => Self::Other,
        }
    }
}

impl Admitted {
    /// Whether it can send HTTP requests: by the interface of `wit/` or by WASI's.
    pub fn imports_http(&self) -> bool {
        self.imports.iter().any(|import| is_interface(import, "http") || import.starts_with("wasi:http/"))
    }
}

/// What a component is, from its bytes; nothing is compiled and nothing of it runs.
pub fn admit(bytes: &[u8]) -> Result<Admitted, Refusal> {
    if bytes.starts_with(b"\x7fELF") {
        return Err(Refusal::Precompiled);
    }
    let Outline { imports, exports, made_with, language } = Outline::read(bytes)?;
    imports.iter().try_for_each(|import| check_import(import))?;
    let has = |interface: &str| exports.iter().any(|name| is_interface(name, interface));
    if !has("lifecycle") {
        return Err(Refusal::NoLifecycle);
    }
    let draws = imports.iter().any(|import| is_interface(import, "drawing"));
    let mut roles = Vec::with_capacity(1);
    for (_, role) in ROLES.iter().filter(|(export, _)| has(export)) {
        roles.push(if *role == Role::Analyzer && draws { Role::Filter } else { *role });
    }
    if roles.is_empty() { Err(Refusal::NoRole) } else { Ok(Admitted { roles, imports, exports, made_with, language }) }
}

fn check_import(import: &str) -> Result<(), Refusal> {
    let refuse = |reason: String| Err(Refusal::Import { import: import.to_owned(), reason });
    let (name, version) = import.split_once('@').unwrap_or((import, ""));
    if let Some(interface) = name.strip_prefix(PACKAGE).and_then(|rest| rest.strip_prefix('/')) {
        if !is_ours(version) {
            return refuse(format!("this program has version {VERSION} of {PACKAGE}"));
        }
        return match INTERFACES.contains(&interface) {
            true => Ok(()),
            false => refuse(format!("of {PACKAGE} there are {}", INTERFACES.join(", "))),
        };
    }
    if !WASI.iter().any(|part| name.starts_with(part)) {
        return refuse(format!("there are {PACKAGE} and an empty WASI 0.2, nothing else"));
    }
    if version == "0.2" || version.starts_with("0.2.") { Ok(()) } else { refuse("WASI is given in version 0.2".into()) }
}

fn is_interface(name: &str, interface: &str) -> bool {
    let (name, version) = name.split_once('@').unwrap_or((name, ""));
    name.strip_prefix(PACKAGE).and_then(|rest| rest.strip_prefix('/')) == Some(interface) && is_ours(version)
}

/// 0.1.x of any x: what is added within 0.1 is added as functions and interfaces, each of which is checked where it is linked.
fn is_ours(version: &str) -> bool {
    version.strip_prefix("0.1.").is_some_and(|patch| !patch.is_empty() && patch.bytes().all(|b| b.is_ascii_digit()))
}

/// What a component says of itself on its outermost level.
#[derive(Default)]
struct Outline {
    imports: Vec<String>,
    exports: Vec<String>,
    made_with: Vec<String>,
    language: Language,
}

/// Words that are kept.
const MADE_WITH: usize = 16;
/// How the library begins that a component of componentize-py is linked with: its `producers` sections say nothing of Python.
const PYTHON: &str = "libpython";

impl Outline {
    fn read(bytes: &[u8]) -> Result<Self, Refusal> {
        let damaged = |error: wasmparser::BinaryReaderError| Refusal::Damaged(error.message().to_owned());
        let mut outline = Self::default();
        // Modules and components inside are walked through; only what is at depth 1 is this one's.
        let mut depth = 0;
        for payload in Parser::new(0).parse_all(bytes) {
            match payload.map_err(damaged)? {
                Payload::Version { encoding, .. } => {
                    if depth == 0 && encoding == Encoding::Module {
                        return Err(Refusal::CoreModule);
                    }
                    depth += 1;
                }
                Payload::End(_) => depth -= 1,
                Payload::ComponentImportSection(section) if depth == 1 => {
                    for import in section {
                        outline.imports.push(import.map_err(damaged)?.name.name.to_owned());
                    }
                }
                Payload::ComponentExportSection(section) if depth == 1 => {
                    for export in section {
                        let export = export.map_err(damaged)?;
                        if export.kind == ComponentExternalKind::Instance {
                            outline.exports.push(export.name.name.to_owned());
                        }
                    }
                }
                Payload::CustomSection(section) if section.name() == "producers" => {
                    outline.producers(&section).unwrap_or_default();
                }
                // One that is damaged is refused when it is compiled.
                Payload::ImportSection(section) => {
                    let mut libraries = section.into_imports().flatten().map(|import| import.module);
                    if let Some(python) = libraries.find(|library| library.starts_with(PYTHON)) {
                        outline.says(python);
                    }
                }
                _ => {}
            }
        }
        Ok(outline)
    }

    /// <https://github.com/WebAssembly/tool-conventions/blob/main/ProducersSection.md>; one that is damaged says nothing.
    fn producers(&mut self, section: &CustomSectionReader<'_>) -> wasmparser::Result<()> {
        let fields = ProducersSectionReader::new(BinaryReader::new(section.data(), section.data_offset()))?;
        for field in fields {
            let field = field?;
            for value in field.values {
                let value = value?;
                self.says(format!("{} {}", value.name, value.version).trim());
            }
        }
        Ok(())
    }

    fn says(&mut self, word: &str) {
        self.language = self.language.max(Language::told_by(word));
        let word = printable(word);
        if self.made_with.len() < MADE_WITH && !self.made_with.contains(&word) {
            self.made_with.push(word);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_bytes_are_refused_with_what_they_are() {
        assert_eq!(admit(b"\x7fELF\x02\x01"), Err(Refusal::Precompiled));
        assert_eq!(admit(b"\0asm\x01\0\0\0"), Err(Refusal::CoreModule));
        assert!(matches!(admit(b"GIF89a.."), Err(Refusal::Damaged(_))));
        assert!(matches!(admit(b""), Err(Refusal::Damaged(_))));
        assert_eq!(admit(b"\0asm\x0d\0\x01\0"), Err(Refusal::NoLifecycle));
    }

    #[test]
    fn a_language_is_told_by_the_words_that_its_tools_write() {
        let language = |words: &[&str]| {
            let mut outline = Outline::default();
            words.iter().for_each(|word| outline.says(word));
            outline.language
        };
        // As the tools of each language write them.
        assert_eq!(language(&["C99", "C11", "wit-bindgen-c 0.63.0", "Rust", "rustc 1.97.0"]), Language::C);
        assert_eq!(language(&["Rust", "C11", "wit-bindgen-rust 0.45.0", "wit-bindgen-c 0.51.0"]), Language::Rust);
        assert_eq!(language(&["Go go1.26.8", "Go cmd/compile go1.26.8", "Rust"]), Language::Go);
        assert_eq!(language(&["C11", "Rust", "ComponentizeJS 0.23.0", "JavaScript"]), Language::JavaScript);
        assert_eq!(language(&["wit-component 0.245.1", "libpython3.14.so"]), Language::Python);
        assert_eq!(language(&["Rust", "rustc 1.98.0", "JavaScriptCore"]), Language::Other);
        let mut many: Vec<_> = (0..100).map(|n| format!("tool {n}")).collect();
        many.push("JavaScript".into());
        assert_eq!(language(&many.iter().map(String::as_str).collect::<Vec<_>>()), Language::JavaScript);
    }

    #[test]
    fn imports_are_ours_or_an_empty_wasi() {
        for good in [
            "framegate:plugin/drawing@0.1.0",
            "framegate:plugin/host@0.1.7",
            "wasi:cli/stderr@0.2.6",
            "wasi:sockets/tcp@0.2.0",
        ] {
            assert_eq!(check_import(good), Ok(()), "{good}");
        }
        for (bad, reason) in [
            ("framegate:plugin/drawing@0.2.0", "this program has version 0.1.0"),
            ("framegate:plugin/drawing", "this program has version 0.1.0"),
            ("framegate:plugin/shell@0.1.0", "there are types, pictures"),
            ("wasi:keyvalue/store@0.2.0", "nothing else"),
            ("wasi:cli/stderr@0.3.0", "version 0.2"),
            ("env", "nothing else"),
            ("framegate:plugins/host@0.1.0", "nothing else"),
        ] {
            let refusal = check_import(bad).unwrap_err().to_string();
            assert!(refusal.contains(bad) && refusal.contains(reason), "{refusal}");
        }
    }
}
