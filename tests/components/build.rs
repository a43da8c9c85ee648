//! Builds what the tests run, and lists it.

use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let root =
        Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("tests/components is two below the root");
    let plugins = framegate_embed::build(&root.join("plugins"), &out);
    let guests = framegate_embed::build(&root.join("tests/guests"), &out);
    // The guest library's own library target is of no use by itself.
    let entries = |components: &[(String, PathBuf)]| -> String {
        components.iter().map(|(name, path)| format!("    ({name:?}, include_bytes!({path:?}), {path:?}),\n")).collect()
    };
    let names: String =
        guests.iter().map(|(name, _)| format!("        $each!({});\n", name.replace('-', "_"))).collect();
    let list = format!(
        "/// The plugins that come with the program: name, bytes, file.\n\
         pub static PLUGINS: &[(&str, &[u8], &str)] = &[\n{}];\n\
         /// The guests of `tests/guests`: name, bytes, file.\n\
         pub static GUESTS: &[(&str, &[u8], &str)] = &[\n{}];\n\
         /// Calls a macro with the name of each guest as an identifier.\n\
         #[macro_export]\n\
         macro_rules! for_each_guest {{\n    ($each:ident) => {{\n{names}    }};\n}}\n",
        entries(&plugins),
        entries(&guests)
    );
    fs::write(out.join("list.rs"), list).expect("OUT_DIR can be written to");
}
