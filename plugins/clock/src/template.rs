/// What is written, cut into words and strftime patterns once.
pub(crate) struct Template(Vec<Piece>);

enum Piece {
    Words(String),
    Pattern(String),
}

impl Template {
    /// Reads the text of the option; the stream's name does not change, so it becomes words here.
    pub(crate) fn read(text: &str, stream: &str) -> Result<Self, String> {
        let (mut pieces, mut words) = (Vec::new(), String::new());
        let mut rest = text.chars().peekable();
        while let Some(c) = rest.next() {
            match c {
                '{' | '}' if rest.peek() == Some(&c) => {
                    rest.next();
                    words.push(c);
                }
                '{' => {
                    let name: String = rest.by_ref().take_while(|&c| c != '}').collect();
                    let pattern = match name.as_str() {
                        "stream" => {
                            words.push_str(stream);
                            continue;
                        }
                        "date" => "%Y-%m-%d".into(),
                        "time" => "%H:%M:%S".into(),
                        pattern if pattern.starts_with('%') => name,
                        _ => {
                            return Err(format!(
                                "knows {{stream}}, {{date}}, {{time}} and patterns such as {{%H:%M}}, got {{{name}}}"
                            ));
                        }
                    };
                    pieces.push(Piece::Words(std::mem::take(&mut words)));
                    pieces.push(Piece::Pattern(pattern));
                }
                '}' => return Err("has a `}` without its `{`; written twice it is a brace".into()),
                c => words.push(c),
            }
        }
        pieces.push(Piece::Words(words));
        Ok(Self(pieces))
    }

    /// The text, with `format` giving the patterns' meaning.
    pub(crate) fn render(&self, format: impl Fn(&str) -> Result<String, String>) -> Result<String, String> {
        let mut text = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Words(words) => text.push_str(words),
                Piece::Pattern(pattern) => text.push_str(&format(pattern)?),
            }
        }
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Result<String, String> {
        Template::read(text, "lobby")?.render(|pattern| Ok(format!("<{pattern}>")))
    }

    #[test]
    fn names_patterns_and_braces_are_told_apart() {
        assert_eq!(said("{stream} {date} {time}").unwrap(), "lobby <%Y-%m-%d> <%H:%M:%S>");
        assert_eq!(said("{{{stream}}} {%A}").unwrap(), "{lobby} <%A>");
        assert_eq!(said("").unwrap(), "");
        assert!(said("{steam}").unwrap_err().ends_with("got {steam}"));
        assert!(said("a}b").unwrap_err().contains("without its `{`"));
    }
}
