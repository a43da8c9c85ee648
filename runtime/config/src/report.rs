use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};

use crate::document::Document;
use crate::mistake::{Mistake, Severity};
use crate::secret;

/// Every mistake of one file, in the order of the file. `Display` gives a line for each, as a log wants it; [`Report::render`] shows them
/// to a person.
#[derive(Clone)]
pub struct Report {
    document: Arc<Document>,
    mistakes: Vec<Mistake>,
}

/// Whether the reader's terminal has colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// Plain text.
    Plain,
    /// With ANSI escapes (ECMA-48, section 8.3.117).
    Colored,
}

impl Report {
    pub(crate) fn new(document: Arc<Document>, mut mistakes: Vec<Mistake>) -> Self {
        mistakes.sort_by(|a, b| {
            let order = |m: &Mistake| (m.place.line, m.place.column);
            order(a).cmp(&order(b)).then_with(|| a.place.key.cmp(&b.place.key)).then_with(|| a.message.cmp(&b.message))
        });
        mistakes.dedup();
        Self { document, mistakes }
    }

    /// All of them, in the order of the file.
    pub fn mistakes(&self) -> &[Mistake] {
        &self.mistakes
    }

    /// Whether there is nothing to tell.
    pub fn is_empty(&self) -> bool {
        self.mistakes.is_empty()
    }

    /// One block for each mistake with its line of the file, secrets as `***`, and a last line that counts them.
    pub fn render(&self, ink: Ink) -> String {
        let renderer = match ink {
            Ink::Plain => Renderer::plain(),
            Ink::Colored => Renderer::styled().decor_style(DecorStyle::Unicode),
        };
        let secrets = secret::find(self.document.text());
        let mut text = String::new();
        for mistake in &self.mistakes {
            text += &self.block(&renderer, mistake, &secrets);
            text += "\n\n";
        }
        text += &self.count();
        text.push('\n');
        text
    }

    fn block(&self, renderer: &Renderer, mistake: &Mistake, secrets: &[Range<usize>]) -> String {
        let place = &mistake.place;
        let level = match mistake.severity {
            Severity::Mistake => Level::ERROR,
            Severity::Advice => Level::WARNING,
        };
        let origin = Origin::path(self.document.path().to_string_lossy());
        let label = mistake.nearest.as_ref().map(|word| format!("did you mean `{word}`?"));
        let title = level.primary_title(mistake.title());
        let mut group = if place.line == 0 {
            title.element(origin)
        } else {
            let (line, span) = self.shown(place.line, &place.span, secrets);
            let is_moved = line[..span.start].chars().count() + 1 != place.column;
            let snippet = Snippet::source(line).line_start(place.line);
            let snippet = snippet.annotation(AnnotationKind::Primary.span(span).label(label.map(Cow::from)));
            match is_moved {
                // The snippet would tell the column in the line as it is shown.
                true => title.element(origin.line(place.line).char_column(place.column)).element(snippet),
                false => title.element(snippet.path(self.document.path().to_string_lossy())),
            }
        };
        if let Some(help) = &mistake.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        renderer.render(&[group])
    }

    /// A line as it may be shown, and where in it the span lies that begins there.
    fn shown(&self, number: usize, span: &Range<usize>, secrets: &[Range<usize>]) -> (String, Range<usize>) {
        let bounds = self.document.line(number);
        let first = secrets.partition_point(|secret| secret.end <= bounds.start);
        let hidden: Vec<Range<usize>> = secrets[first..]
            .iter()
            .take_while(|secret| secret.start < bounds.end)
            .map(|secret| secret.start.max(bounds.start)..secret.end.min(bounds.end))
            .collect();
        let mut line = self.document.text()[bounds.clone()].to_owned();
        for secret in hidden.iter().rev() {
            line.replace_range(secret.start - bounds.start..secret.end - bounds.start, secret::STARS);
        }
        // What begins inside a secret is shown from its first star, what ends inside up to its last.
        let moved = |offset: usize, inside: usize| {
            let offset = offset.clamp(bounds.start, bounds.end);
            hidden.iter().fold(offset - bounds.start, |at, secret| match offset {
                offset if offset >= secret.end => at + secret::STARS.len() - secret.len(),
                offset if offset > secret.start => at - (offset - secret.start) + inside,
                _ => at,
            })
        };
        let start = moved(span.start, 0);
        (line, start..moved(span.end, secret::STARS.len()).max(start))
    }

    fn count(&self) -> String {
        let plural = |n: usize, one: &str, many: &str| match n {
            1 => format!("1 {one}"),
            n => format!("{n} {many}"),
        };
        let mistakes = self.mistakes.iter().filter(|m| m.severity == Severity::Mistake).count();
        let advice = self.mistakes.len() - mistakes;
        let counted = match (mistakes, advice) {
            (0, advice) => plural(advice, "piece of advice", "pieces of advice"),
            (mistakes, 0) => plural(mistakes, "mistake", "mistakes"),
            (mistakes, advice) => {
                format!(
                    "{}, {}",
                    plural(mistakes, "mistake", "mistakes"),
                    plural(advice, "piece of advice", "pieces of advice")
                )
            }
        };
        format!("{}: {counted}", self.document.path().display())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, mistake) in self.mistakes.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{}:", self.document.path().display())?;
            if mistake.place.line > 0 {
                write!(f, "{}:{}:", mistake.place.line, mistake.place.column)?;
            }
            write!(f, " {mistake}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Report {}
