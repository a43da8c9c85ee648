use std::fmt;

/// A key of the file as a path of steps, written out only when somebody has to read it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Key<'a> {
    /// The file itself.
    Root,
    /// A key of a table.
    Of(&'a Key<'a>, &'a str),
    /// An entry of a list, from 0.
    At(&'a Key<'a>, usize),
}

impl<'a> Key<'a> {
    pub(crate) fn of(&'a self, key: &'a str) -> Key<'a> {
        Key::Of(self, key)
    }

    pub(crate) fn at(&'a self, index: usize) -> Key<'a> {
        Key::At(self, index)
    }
}

impl fmt::Display for Key<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Key::Root => Ok(()),
            Key::At(list, index) => write!(f, "{list}[{index}]"),
            Key::Of(table, key) => {
                if !matches!(table, Key::Root) {
                    write!(f, "{table}.")?;
                }
                let is_bare = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
                match is_bare {
                    true => f.write_str(key),
                    false => write!(f, "{key:?}"),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_written_as_in_the_file() {
        let streams = Key::Root.of("streams");
        let stream = streams.of("*");
        let plugins = stream.of("plugins");
        assert_eq!(plugins.at(2).of("use").to_string(), r#"streams."*".plugins[2].use"#);
    }
}
