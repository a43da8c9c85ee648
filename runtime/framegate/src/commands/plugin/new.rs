use std::path::Path;

use workbench::{Error, Language, Name, Role, Toolchain};

/// Makes a project in this folder; says what is next, and what is missing for it.
pub(super) fn run(name: &Name, language: Language, role: Role) -> Result<String, Error> {
    workbench::new(Path::new(""), name, language, role)?;
    let mut said = format!("{name}/ is a plugin in {}, for the role {role}\n", language.title());
    match Toolchain::find(language, &Path::new("").join(name.as_str())) {
        Ok(toolchain) => said += &format!("it is built with {}\n", toolchain.tools.join(", ")),
        Err(missing) => said += &format!("\nbefore it is built: {missing}\n"),
    }
    said += &format!(
        "\nnext:\n  framegate plugin dev {name}      builds it at each save and shows it on live pictures\n  framegate plugin build {name}\nand see {name}/README.md for the lines of streams.toml\n"
    );
    Ok(said)
}
