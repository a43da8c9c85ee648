use std::collections::BTreeMap;

use framegate_plugin::Annotation;

/// A line for each label: the sum of what its findings count, or how many they are.
pub(crate) fn lines(found: &[Annotation]) -> String {
    let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
    for found in found {
        let count = found.attributes.iter().find(|(name, _)| name == "count");
        let count = count.and_then(|(_, count)| count.parse::<i64>().ok()).unwrap_or(1);
        let sum = counts.entry(&found.label).or_default();
        *sum = sum.saturating_add(count);
    }
    counts.iter().map(|(label, count)| format!("{label} {count}")).collect::<Vec<_>>().join("\n")
}
