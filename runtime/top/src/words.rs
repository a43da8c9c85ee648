//! Numbers as people read them.

/// `3.2 Mbit/s`.
pub(crate) fn bitrate(bits: u64) -> String {
    let bits = bits as f64;
    match bits {
        ..1_000.0 => format!("{bits:.0} bit/s"),
        ..1_000_000.0 => format!("{:.0} kbit/s", bits / 1e3),
        _ => format!("{:.1} Mbit/s", bits / 1e6),
    }
}

/// `73 MB`.
pub(crate) fn bytes(bytes: u64) -> String {
    match bytes {
        ..1_000_000_000 => format!("{:.0} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

/// `2 h 5 min`.
pub(crate) fn span(seconds: u64) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    match seconds {
        ..60 => format!("{seconds} s"),
        60..3_600 => format!("{minutes} min {} s", seconds % 60),
        3_600..86_400 => format!("{hours} h {} min", minutes % 60),
        _ => format!("{days} d {} h", hours % 24),
    }
}

/// `1 viewer`, `3 viewers`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// The newest values as signs of eight heights, the last at the right.
pub(crate) fn spark(values: impl ExactSizeIterator<Item = u64> + Clone, width: usize) -> String {
    const SIGNS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let most = values.clone().max().unwrap_or_default().max(1);
    let left_out = values.len().saturating_sub(width);
    let signs: String = values
        .skip(left_out)
        .map(|value| if value == 0 { ' ' } else { SIGNS[(value * 7 / most) as usize % SIGNS.len()] })
        .collect();
    format!("{signs:>width$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_units() {
        assert_eq!([bitrate(900), bitrate(193_672), bitrate(4_210_000)], ["900 bit/s", "194 kbit/s", "4.2 Mbit/s"]);
        assert_eq!([bytes(32_403_456), bytes(1_500_000_000)], ["32 MB", "1.5 GB"]);
        assert_eq!([span(5), span(65), span(7_500), span(100_000)], ["5 s", "1 min 5 s", "2 h 5 min", "1 d 3 h"]);
        assert_eq!([counted(1, "viewer"), counted(0, "viewer")], ["1 viewer", "0 viewers"]);
    }

    #[test]
    fn a_spark_ends_at_the_right() {
        assert_eq!(spark([0, 5, 10].into_iter(), 5), "   ▄█");
        assert_eq!(spark([1, 2, 3, 4].into_iter(), 2), "▆█");
        assert_eq!(spark(std::iter::empty::<u64>().collect::<Vec<_>>().into_iter(), 3), "   ");
    }
}
