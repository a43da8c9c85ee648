//! Builds the plugins that come with the program, so that they can be embedded in it, and notes the commit.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    println!("cargo::rerun-if-changed={}", root.join("wit").display());
    bundle(&root.join("plugins"), &out);
    println!("cargo::rustc-env=FRAMEGATE_COMMIT={}", commit(&root).unwrap_or_else(|| "unknown".into()));
}

/// Writes `bundled.rs`: the table of names and bytes.
fn bundle(plugins: &Path, out: &Path) {
    let mut table = String::from("&[\n");
    for (name, file) in framegate_embed::build(plugins, out) {
        let file = file.display();
        writeln!(table, "    Bundled {{ name: {name:?}, bytes: include_bytes!({:?}) }},", file.to_string())
            .expect("a String takes everything");
    }
    table.push_str("]\n");
    std::fs::write(out.join("bundled.rs"), table).expect("OUT_DIR can be written");
}

/// The commit, with `-dirty` where files differ from it; none outside a checkout.
fn commit(root: &Path) -> Option<String> {
    // An image is built of the sources alone.
    println!("cargo::rerun-if-env-changed=FRAMEGATE_COMMIT");
    if let Some(told) = std::env::var("FRAMEGATE_COMMIT").ok().filter(|told| !told.is_empty()) {
        return Some(told);
    }
    let git = |arguments: &[&str]| {
        let output = Command::new("git").arg("-C").arg(root).args(arguments).output().ok()?;
        let text = output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())?;
        (!text.is_empty()).then_some(text)
    };
    // HEAD's log changes with each commit; without it (a fresh clone of a branch) HEAD itself does.
    for file in ["logs/HEAD", "HEAD"] {
        if let Some(path) =
            git(&["rev-parse", "--path-format=absolute", "--git-path", file]).filter(|path| Path::new(path).exists())
        {
            println!("cargo::rerun-if-changed={path}");
        }
    }
    git(&["describe", "--always", "--dirty", "--abbrev=12"])
}
