//! The files of the templates, embedded.

use super::choice::{self, Value};
use crate::{Language, Role};

/// A file's place in the project, and its text.
type File = (&'static str, &'static str);

macro_rules! text {
    ($path:expr) => {
        include_str!(concat!("../../templates/", $path))
    };
}

/// One text for each role, from the folder of a language.
macro_rules! by_role {
    ($role:expr, $folder:literal, $ending:literal) => {
        match $role {
            Role::Analyzer => text!(concat!($folder, "/analyzer.", $ending)),
            Role::Filter => text!(concat!($folder, "/filter.", $ending)),
            Role::Poller => text!(concat!($folder, "/poller.", $ending)),
            Role::EventSink => text!(concat!($folder, "/event-sink.", $ending)),
            Role::FormatPolicy => text!(concat!($folder, "/format-policy.", $ending)),
            Role::AccessPolicy => text!(concat!($folder, "/access-policy.", $ending)),
        }
    };
}

/// One text for an option that is a number, one for text.
macro_rules! by_value {
    ($role:expr, $number:literal, $text:literal) => {
        match choice::of($role).value {
            Value::Number { .. } => text!($number),
            Value::Text { .. } => text!($text),
        }
    };
}

/// What is put where a role's source says so: what all roles have in common.
pub(super) fn lifecycle(language: Language) -> &'static str {
    match language {
        Language::Rust => text!("rust/lifecycle.rs"),
        Language::Python => text!("python/lifecycle.py"),
        // Files of their own.
        Language::C | Language::JavaScript | Language::Go => "",
    }
}

/// All files of a project but its WIT.
pub(super) fn of(language: Language, role: Role) -> Vec<File> {
    match language {
        Language::Rust => vec![
            ("README.md", text!("rust/README.md")),
            (".gitignore", "/target\n/*.wasm\n/out\n"),
            ("Cargo.toml", text!("rust/Cargo.toml.in")),
            (".cargo/config.toml", text!("rust/config.toml.in")),
            ("src/lib.rs", by_role!(role, "rust", "rs")),
            ("src/options.rs", by_value!(role, "rust/options-number.rs", "rust/options-text.rs")),
        ],
        Language::C => vec![
            ("README.md", text!("c/README.md")),
            (".gitignore", "/bindings\n/build\n/*.wasm\n/out\n"),
            ("Makefile", text!("c/Makefile")),
            ("plugin.c", by_role!(role, "c", "c")),
            ("lifecycle.c", text!("c/lifecycle.c")),
            ("options.h", by_value!(role, "c/options-number.h", "c/options-text.h")),
            ("options.c", by_value!(role, "c/options-number.c", "c/options-text.c")),
            ("json.h", text!("c/json.h")),
            ("json.c", text!("c/json.c")),
            ("tests/options.c", by_value!(role, "c/test-number.c", "c/test-text.c")),
        ],
        Language::JavaScript => vec![
            ("README.md", text!("js/README.md")),
            (".gitignore", "/node_modules\n/*.wasm\n/out\n"),
            ("package.json", text!("js/package.json")),
            ("build.mjs", text!("js/build.mjs")),
            ("plugin.js", by_role!(role, "js", "js")),
            ("lifecycle.js", text!("js/lifecycle.js")),
            ("options.js", by_value!(role, "js/options-number.js", "js/options-text.js")),
            ("options.test.js", by_value!(role, "js/test-number.js", "js/test-text.js")),
        ],
        Language::Python => vec![
            ("README.md", text!("python/README.md")),
            (".gitignore", "/.venv\n__pycache__\n/*.wasm\n/out\n"),
            ("requirements.txt", text!("python/requirements.txt")),
            ("plugin.py", by_role!(role, "python", "py")),
            ("options.py", by_value!(role, "python/options-number.py", "python/options-text.py")),
            ("test_options.py", by_value!(role, "python/test-number.py", "python/test-text.py")),
        ],
        Language::Go => {
            let mut files = vec![
                ("README.md", text!("go/README.md")),
                (".gitignore", text!("go/gitignore")),
                ("go.mod", text!("go/go.mod.in")),
                ("main.go", text!("go/main.go")),
                ("exports/export_framegate_plugin_lifecycle/lifecycle.go", text!("go/lifecycle.go")),
                (go_role(role), by_role!(role, "go", "go")),
                ("options/options.go", by_value!(role, "go/options-number.go", "go/options-text.go")),
                ("options/options_test.go", by_value!(role, "go/test-number.go", "go/test-text.go")),
            ];
            files.extend(GO_RUNTIME);
            files
        }
    }
}

/// Go's bindings want a package for each exported interface.
fn go_role(role: Role) -> &'static str {
    match role {
        Role::Analyzer | Role::Filter => "exports/export_framegate_plugin_processor/processor.go",
        Role::Poller => "exports/export_framegate_plugin_ticker/ticker.go",
        Role::EventSink => "exports/export_framegate_plugin_event_receiver/receiver.go",
        Role::FormatPolicy => "exports/export_framegate_plugin_format_chooser/chooser.go",
        Role::AccessPolicy => "exports/export_framegate_plugin_access_decider/decider.go",
    }
}

/// The Go package that generated bindings use, in each project: the published one asks for a newer compiler than it needs.
const GO_RUNTIME: [File; 8] = [
    ("wit-runtime/LICENSE", text!("go/runtime/LICENSE")),
    ("wit-runtime/go.mod", text!("go/runtime/go.mod")),
    ("wit-runtime/wit/runtime/runtime.go", text!("go/runtime/wit/runtime/runtime.go")),
    ("wit-runtime/wit/runtime/empty.s", text!("go/runtime/wit/runtime/empty.s")),
    ("wit-runtime/wit/types/option.go", text!("go/runtime/wit/types/option.go")),
    ("wit-runtime/wit/types/result.go", text!("go/runtime/wit/types/result.go")),
    ("wit-runtime/wit/types/tuple.go", text!("go/runtime/wit/types/tuple.go")),
    ("wit-runtime/wit/types/unit.go", text!("go/runtime/wit/types/unit.go")),
];
