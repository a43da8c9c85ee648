use std::collections::BTreeMap;

use framegate_plugin::Annotation;

/// A line for each label: the sum of what its findings count, or how many they are.
pub(crate) fn lines(found: &[Annotation]) -> String {
    let mut counts: BTreeMap<&str, f64> = BTreeMap::new();
    for found in found {
        let count = found.attributes.iter().find(|(name, _)| name == "count");
        let count =
            count.and_then(|(_, count)| count.parse::<f64>().ok()).filter(|count| count.is_finite()).unwrap_or(1.0);
        *counts.entry(&found.label).or_default() += count;
    }
    counts.iter().map(|(label, count)| format!("{label} {count}")).collect::<Vec<_>>().join("\n")
}
