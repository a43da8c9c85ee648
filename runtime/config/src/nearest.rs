//! The word that somebody meant.

/// The candidate nearest to a misspelt word, or none if all are too far away to be meant: one edit for three letters, and one for any word.
/// Capitals and the choice between `-` and `_` do not count. Of equally near ones the first.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |word: &str| word.to_lowercase().replace('-', "_");
    let word = plain(word);
    let allowed = (word.chars().count() / 3).max(1);
    candidates
        .into_iter()
        // Shorter or longer by more than is allowed is further away than that: most of a thousand names cost nothing.
        .filter(|candidate| candidate.len().abs_diff(word.len()) <= 4 * allowed)
        .map(|candidate| (strsim::osa_distance(&word, &plain(candidate)), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_words_find_what_was_meant() {
        let keys = ["source", "username", "password", "transport", "on_demand"];
        for (word, meant) in [
            ("sorce", Some("source")),
            ("Source", Some("source")),
            ("tranpsort", Some("transport")),
            ("on-demand", Some("on_demand")),
            ("colour", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, keys), meant, "{word}");
        }
    }
}
