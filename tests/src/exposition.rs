//! Prometheus text 0.0.4 as a scraper reads it: families, their samples, labels without escapes.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};

/// Everything that one scrape brought, by the names of families.
#[derive(Clone, Debug, Default)]
pub struct Exposition(pub BTreeMap<String, Family>);

/// One metric.
#[derive(Clone, Debug, Default)]
pub struct Family {
    /// `counter`, `gauge` or `histogram`.
    pub kind: String,
    /// What it means.
    pub help: String,
    /// Its values; of a histogram, those of its buckets, sum and count.
    pub samples: Vec<Sample>,
}

/// One line.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The family's name, for histograms with an end.
    pub name: String,
    /// By name.
    pub labels: BTreeMap<String, String>,
    /// What it is.
    pub value: f64,
}

impl Exposition {
    /// Reads a whole body. A line that is none, a sample without a type before it, and a series that is there twice are errors.
    pub fn parse(text: &str) -> Result<Self> {
        let mut families: BTreeMap<String, Family> = BTreeMap::new();
        let mut seen = BTreeSet::new();
        for line in text.lines() {
            let read = || format!("in {line:?}");
            if let Some(rest) = line.strip_prefix("# HELP ") {
                let (name, help) = rest.split_once(' ').with_context(read)?;
                families.entry(name.into()).or_default().help = help.into();
            } else if let Some(rest) = line.strip_prefix("# TYPE ") {
                let (name, kind) = rest.split_once(' ').with_context(read)?;
                let family = families.entry(name.into()).or_default();
                ensure!(family.kind.is_empty(), "{name} has two types");
                family.kind = kind.into();
            } else {
                let sample = Sample::parse(line).with_context(read)?;
                ensure!(seen.insert((sample.name.clone(), sample.labels.clone())), "twice: {line}");
                let family = of_family(&sample.name, &families).with_context(read)?;
                families.get_mut(&family).with_context(read)?.samples.push(sample);
            }
        }
        Ok(Self(families))
    }

    /// The sum of the samples of this name that have these labels and any others; none if there is none.
    pub fn sum(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let family = &self.0.get(&of_family(name, &self.0)?)?.samples;
        let has = |sample: &&Sample| {
            sample.name == name && labels.iter().all(|(k, v)| sample.labels.get(*k).is_some_and(|value| value == v))
        };
        let mut found = family.iter().filter(has).map(|sample| sample.value).peekable();
        found.peek()?;
        Some(found.sum())
    }
}

impl Sample {
    fn parse(line: &str) -> Result<Self> {
        let at = line.find(['{', ' ']).context("no value")?;
        let (name, mut rest) = line.split_at(at);
        let mut labels = BTreeMap::new();
        if let Some(inside) = rest.strip_prefix('{') {
            rest = inside;
            while !rest.starts_with('}') {
                let (key, behind) = rest.split_once("=\"").context("a label without value")?;
                let (value, behind) = unescape(behind)?;
                labels.insert(key.to_owned(), value);
                rest = behind.strip_prefix(',').unwrap_or(behind);
            }
            rest = &rest[1..];
        }
        Ok(Self { name: name.into(), labels, value: rest.trim().parse()? })
    }
}

/// A label's value to its quote, and what is behind that.
fn unescape(text: &str) -> Result<(String, &str)> {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Ok((value, &text[at + 1..])),
            '\\' => match characters.next().context("it ends in an escape")?.1 {
                'n' => value.push('\n'),
                other => value.push(other),
            },
            other => value.push(other),
        }
    }
    anyhow::bail!("a label's value does not end")
}

/// The family that a sample, or a name in a query, belongs to.
pub fn of_family<T>(name: &str, families: &BTreeMap<String, T>) -> Option<String> {
    let ends = ["", "_bucket", "_sum", "_count"];
    ends.iter().find_map(|end| name.strip_suffix(end).filter(|name| families.contains_key(*name))).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_with_its_escapes() -> Result<()> {
        let text = "# HELP a Of a.\n# TYPE a gauge\na{x=\"1\",y=\"a\\\"b\\\\c\\nd\"} 2.5\na{x=\"2\",y=\"\"} 1\n";
        let read = Exposition::parse(text)?;
        assert_eq!(read.0["a"].samples[0].labels["y"], "a\"b\\c\nd");
        assert_eq!((read.sum("a", &[]), read.sum("a", &[("x", "2")])), (Some(3.5), Some(1.0)));
        assert_eq!(read.sum("a", &[("x", "3")]), None);
        assert!(Exposition::parse("# TYPE a gauge\na 1\na 2\n").is_err());
        assert!(Exposition::parse("b 1\n").is_err());
        Ok(())
    }
}
