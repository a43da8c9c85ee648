use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::{Error, Language, tool};

/// A C compiler that makes WebAssembly with wasi-libc.
#[derive(Debug)]
pub(crate) struct Compiler {
    program: PathBuf,
    /// What it is told before anything else.
    arguments: Vec<&'static str>,
    version: String,
}

/// Versions of clang that distributions name their programs by, newest first. `clang` alone goes before.
const CLANGS: std::ops::RangeInclusive<u32> = 14..=24;

const INSTALL: &str = "  \
  Debian, Ubuntu:  apt-get install clang-19 lld-19 wasi-libc libclang-rt-19-dev-wasm32\n  \
  anywhere:        pip install ziglang\n  \
  or a wasi-sdk, named by the environment's WASI_SDK_PATH";

impl Compiler {
    /// The first that compiles: the wasi-sdk that the environment names, a clang with wasi-libc beside it, zig, the zig of a Python package.
    pub(crate) fn find() -> Result<Self, Error> {
        let found = clangs().into_iter().find(|clang| compiles(clang)).map(|program| {
            let version = tool::ask(&program, &["--version"]).unwrap_or_default();
            let version = version.lines().next().unwrap_or_default().to_owned();
            Self { program, arguments: vec!["--target=wasm32-wasi"], version }
        });
        found.or_else(zig).ok_or_else(|| Error::Missing {
            language: Language::C,
            what: "a compiler for WebAssembly with wasi-libc".into(),
            state: "is not installed; one of:".into(),
            install: INSTALL.into(),
        })
    }

    /// The compiler, told what it compiles for.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments);
        command
    }

    pub(super) fn tools(self) -> Vec<String> {
        vec![self.version]
    }
}

fn clangs() -> Vec<PathBuf> {
    let sdk = std::env::var_os("WASI_SDK_PATH").map(|sdk| Path::new(&sdk).join("bin/clang"));
    let named = std::iter::once("clang".to_owned()).chain(CLANGS.rev().map(|version| format!("clang-{version}")));
    sdk.into_iter().chain(named.filter_map(|name| tool::find(&name))).collect()
}

/// Whether a clang has all that it takes: its WebAssembly target, the linker, wasi-libc and the compiler's own runtime come in packages of
/// their own, in folders of each distribution's own. So it is tried.
fn compiles(clang: &Path) -> bool {
    let mut command = Command::new(clang);
    command.args(["--target=wasm32-wasi", "-mexec-model=reactor", "-x", "c", "-", "-o", "/dev/null"]);
    let child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let Ok(mut child) = child else { return false };
    let program = b"#include <stdlib.h>\nint main(void) { return malloc(1) == 0; }\n";
    let written = child.stdin.take().is_some_and(|mut input| std::io::Write::write_all(&mut input, program).is_ok());
    child.wait().is_ok_and(|status| status.success()) && written
}

fn zig() -> Option<Compiler> {
    let tries = [
        ("zig", vec!["cc"], vec!["version"]),
        ("python3", vec!["-m", "ziglang", "cc"], vec!["-m", "ziglang", "version"]),
    ];
    tries.into_iter().find_map(|(name, mut arguments, ask)| {
        let program = tool::find(name)?;
        let version = format!("zig {}", tool::ask(&program, &ask)?);
        arguments.extend(["-target", "wasm32-wasi"]);
        Some(Compiler { program, arguments, version })
    })
}
