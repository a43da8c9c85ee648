use std::path::Path;

use workbench::{Built, Error, Project};

use super::progress::Progress;

/// Builds the project in a folder; says where the component is and what it is.
pub(super) fn run(folder: &Path) -> Result<String, Error> {
    let Built { component, bytes, roles, said } = built(&Project::open(folder)?)?;
    let roles: Vec<_> = roles.iter().map(|role| role.word()).collect();
    let roles = if roles.is_empty() { "no role".to_owned() } else { roles.join(", ") };
    Ok(said + &format!("{}: {}, {roles}\n", folder.join(file(&component)).display(), size(bytes)))
}

/// Builds a project, with its steps on the terminal.
pub(super) fn built(project: &Project) -> Result<Built, Error> {
    let progress = Progress::begin();
    workbench::build(project, &mut |step| progress.step(step))
}

fn file(component: &Path) -> &Path {
    component.file_name().map_or(component, Path::new)
}

fn size(bytes: u64) -> String {
    match bytes {
        0..=999_999 => format!("{} kB", bytes.div_ceil(1000)),
        bytes => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_for_people() {
        assert_eq!([199_644, 3_413_181].map(size), ["200 kB", "3.4 MB"]);
    }
}
