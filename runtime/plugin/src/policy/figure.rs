/// A rate or a share, rounded to two significant digits: viewers that are alike are equal, so that one answer serves them all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Figure {
    /// Thousandths: nothing that is told of a viewer means anything below that.
    thousandths: u64,
}

impl Figure {
    /// The nearest that there is; zero for what is no number, and for less.
    pub fn of(value: f64) -> Self {
        // A float becomes the nearest integer that there is, and zero where it is no number.
        Self { thousandths: two_digits((value * 1_000.0).round() as u64) }
    }

    /// A whole number as it is: for what was written, and not measured.
    pub fn whole(value: u32) -> Self {
        Self { thousandths: u64::from(value) * 1_000 }
    }

    /// As a number.
    pub fn value(self) -> f32 {
        self.thousandths as f32 / 1_000.0
    }
}

/// A whole number with all but its first two digits zero.
pub(super) fn two_digits(value: u64) -> u64 {
    let unit = 10u64.pow(value.checked_ilog10().unwrap_or(0).saturating_sub(1));
    value.saturating_add(unit / 2) / unit * unit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_digits_are_left() {
        let cases =
            [(29.97, 30.0), (14.6, 15.0), (7.349, 7.3), (0.4567, 0.46), (0.0333, 0.033), (0.0004, 0.0), (99.6, 100.0)];
        for (value, rounded) in cases {
            assert_eq!(Figure::of(value).value(), rounded, "{value}");
        }
        for nothing in [0.0, -1.0, f64::NAN, f64::NEG_INFINITY] {
            assert_eq!(Figure::of(nothing), Figure::default());
        }
        assert!(Figure::of(f64::INFINITY) > Figure::of(1e9));
        assert_eq!(two_digits(1_234_567), 1_200_000);
        assert_eq!([0, 9, 95, 995].map(two_digits), [0, 9, 95, 1000]);
    }
}
