//! New projects: small files with places that are filled in.

mod choice;
mod files;

use std::fs;
use std::path::Path;

use crate::{Error, Language, Name, Project, Role, build, interface};

/// Makes a new project in the folder `parent`/`name`, with everything that it needs from Framegate in it: the interfaces, the bindings where the
/// language's tools make none, a build, a test. Nothing is fetched.
pub fn new(parent: &Path, name: &Name, language: Language, role: Role) -> Result<Project, Error> {
    let folder = parent.join(name.as_str());
    if folder.exists() {
        return Err(Error::Occupied { path: folder });
    }
    fs::create_dir_all(&folder).map_err(Error::file(&folder))?;
    interface::write(&folder, name, role)?;
    let places = places(name, language, role);
    for (file, text) in files::of(language, role) {
        let path = folder.join(fill(file, &places));
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(Error::file(parent))?;
        }
        fs::write(&path, fill(text, &places)).map_err(Error::file(path))?;
    }
    let project = Project::open(&folder)?;
    build::bind(&project)?;
    Ok(project)
}

type Places = Vec<(&'static str, String)>;

/// What is filled in. Names of places are upper case, so that no language's own braces look like one.
fn places(name: &Name, language: Language, role: Role) -> Places {
    let option = choice::of(role);
    let mut places = vec![
        ("USE", choice::usage(role).to_owned()),
        ("TRY", choice::trial(role).to_owned()),
        ("LIFECYCLE", files::lifecycle(language).to_owned()),
        ("NAME", name.to_string()),
        ("LANGUAGE", language.title().to_owned()),
        ("ROLE", role.word().to_owned()),
        ("WHAT", option.what.to_owned()),
        ("KEY", option.key.to_owned()),
        ("FIELD", capitalised(option.key)),
        ("MEANING", option.meaning.to_owned()),
    ];
    match option.value {
        choice::Value::Number { least, most, default } => {
            places.extend([
                ("LEAST", least.to_string()),
                ("MOST", most.to_string()),
                ("DEFAULT", default.to_string()),
                ("TYPE", "integer".into()),
                ("VALUE", default.to_string()),
            ]);
        }
        choice::Value::Text { default } => {
            places.extend([
                ("DEFAULT", default.to_owned()),
                ("TYPE", "string".into()),
                ("VALUE", format!("{default:?}")),
            ]);
        }
    }
    places
}

/// As Go exports it.
fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

/// In the order of the places: what an earlier one brings may have later ones in it.
fn fill(text: &str, places: &Places) -> String {
    places.iter().fold(text.to_owned(), |text, (place, value)| text.replace(&format!("{{{{{place}}}}}"), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_project_of_every_language_and_role_is_whole() {
        for language in Language::ALL {
            for role in Role::ALL {
                let folder = tempfile::tempdir().unwrap();
                let project = new(folder.path(), &"line-counter".parse().unwrap(), language, role).unwrap();
                assert_eq!((project.language(), project.name()), (language, "line-counter"));
                let root = folder.path().join("line-counter");
                for file in ["README.md", ".gitignore", "wit/world.wit", "wit/deps/framegate-plugin/roles.wit"] {
                    assert!(root.join(file).is_file(), "{language} {role}: {file}");
                }
                assert_no_place_is_left(&root);
            }
        }
    }

    fn assert_no_place_is_left(folder: &Path) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                assert_no_place_is_left(&path);
            } else if let Ok(text) = fs::read_to_string(&path) {
                let place = text.split("{{").skip(1).find_map(|rest| rest.split_once("}}"));
                let place = place.filter(|(place, _)| place.bytes().all(|b| b.is_ascii_uppercase()));
                assert_eq!(place, None, "{}", path.display());
            }
        }
    }

    #[test]
    fn a_folder_that_is_there_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("a")).unwrap();
        let told = new(folder.path(), &"a".parse().unwrap(), Language::C, Role::Filter).err().unwrap().to_string();
        assert!(told.contains("left alone"), "{told}");
        assert_eq!(fs::read_dir(folder.path().join("a")).unwrap().count(), 0);
    }
}
