use std::borrow::Cow;
use std::ops::RangeInclusive;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use toml::de::DeValue;

use crate::mistake::Wrong;
use crate::section::{Value, shown};

/// A whole number from `MIN` to `MAX`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Number<const MIN: u32, const MAX: u32>(pub(crate) u32);

impl<const MIN: u32, const MAX: u32> Value for Number<MIN, MAX> {
    fn read(value: &DeValue<'_>) -> Result<Self, Wrong> {
        let number = value.as_integer().and_then(|n| u32::from_str_radix(n.as_str(), n.radix()).ok());
        match number.filter(|number| (MIN..=MAX).contains(number)) {
            Some(number) => Ok(Self(number)),
            None => {
                let wrong = Wrong::new(format!("must be a whole number from {MIN} to {MAX}, got {}", shown(value)));
                Err(match value.as_str().and_then(|text| text.parse::<u32>().ok()) {
                    Some(_) => wrong.help("write it without quotes"),
                    None => wrong,
                })
            }
        }
    }
}

impl<const MIN: u32, const MAX: u32> JsonSchema for Number<MIN, MAX> {
    fn schema_name() -> Cow<'static, str> {
        "Number".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": MIN, "maximum": MAX })
    }
}

/// A unit and how many of the smallest one it is.
type Unit = (&'static str, u64);

/// A time from `MIN` to `MAX` milliseconds, written with a unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Time<const MIN: u64, const MAX: u64>(pub(crate) Duration);

/// In microseconds.
const TIMES: [Unit; 5] = [("us", 1), ("ms", 1_000), ("s", 1_000_000), ("m", 60_000_000), ("h", 3_600_000_000)];

impl<const MIN: u64, const MAX: u64> Value for Time<MIN, MAX> {
    fn read(value: &DeValue<'_>) -> Result<Self, Wrong> {
        let range = || format!("must be a time from {} to {}", shown_time(MIN), shown_time(MAX));
        let fits = MIN * 1_000..=MAX * 1_000;
        let micros = amount(value, &TIMES).map_err(|problem| problem.wrong(&range(), value, &TIMES, &fits))?;
        match fits.contains(&micros) {
            true => Ok(Self(Duration::from_micros(micros))),
            false => Err(Wrong::new(format!("{}, got {}", range(), shown(value)))),
        }
    }
}

impl<const MIN: u64, const MAX: u64> JsonSchema for Time<MIN, MAX> {
    fn schema_name() -> Cow<'static, str> {
        "Time".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": r"^([0-9]+(\.[0-9]+)?(us|ms|s|m|h))+$" })
    }
}

fn shown_time(ms: u64) -> String {
    let units = TIMES.iter().skip(1).rev();
    let fits = units
        .filter(|(_, micros)| ms > 0 && (ms * 1_000).is_multiple_of(*micros))
        .map(|(unit, micros)| (unit, ms * 1_000 / micros));
    fits.map(|(unit, count)| format!("{count}{unit}")).next().unwrap_or_else(|| format!("{ms}s"))
}

fn shown_size(bytes: u64) -> String {
    match bytes.trailing_zeros() {
        30.. => format!("{}GiB", bytes >> 30),
        20.. => format!("{}MiB", bytes >> 20),
        _ => format!("{}KiB", bytes >> 10),
    }
}

/// A size from `MIN` to `MAX` bytes, written with a unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bytes<const MIN: u64, const MAX: u64>(pub(crate) u64);

/// In bytes.
const SIZES: [Unit; 7] = [
    ("B", 1),
    ("kB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
];

impl<const MIN: u64, const MAX: u64> Value for Bytes<MIN, MAX> {
    fn read(value: &DeValue<'_>) -> Result<Self, Wrong> {
        let range = || format!("must be a size from {} to {}", shown_size(MIN), shown_size(MAX));
        let fits = MIN..=MAX;
        let bytes = amount(value, &SIZES).map_err(|problem| problem.wrong(&range(), value, &SIZES, &fits))?;
        match fits.contains(&bytes) {
            true => Ok(Self(bytes)),
            false => Err(Wrong::new(format!("{}, got {}", range(), shown(value)))),
        }
    }
}

impl<const MIN: u64, const MAX: u64> JsonSchema for Bytes<MIN, MAX> {
    fn schema_name() -> Cow<'static, str> {
        "Bytes".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": r"^([0-9]+(\.[0-9]+)?(B|kB|MB|GB|KiB|MiB|GiB))+$" })
    }
}

/// Bits a second from `MIN` to `MAX`, written with a unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct BitRate<const MIN: u32, const MAX: u32>(pub(crate) u32);

/// In bits a second.
const BIT_RATES: [Unit; 4] = [("k", 1_000), ("M", 1_000_000), ("kbit/s", 1_000), ("Mbit/s", 1_000_000)];

impl<const MIN: u32, const MAX: u32> Value for BitRate<MIN, MAX> {
    fn read(value: &DeValue<'_>) -> Result<Self, Wrong> {
        let range = || format!("must be bits a second from {} to {}", shown_bit_rate(MIN), shown_bit_rate(MAX));
        let fits = u64::from(MIN)..=u64::from(MAX);
        let bits = amount(value, &BIT_RATES).map_err(|problem| problem.wrong(&range(), value, &BIT_RATES, &fits))?;
        match u32::try_from(bits).ok().filter(|_| fits.contains(&bits)) {
            Some(bits) => Ok(Self(bits)),
            None => Err(Wrong::new(format!("{}, got {}", range(), shown(value)))),
        }
    }
}

impl<const MIN: u32, const MAX: u32> JsonSchema for BitRate<MIN, MAX> {
    fn schema_name() -> Cow<'static, str> {
        "BitRate".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": r"^([0-9]+(\.[0-9]+)?(k|M|kbit/s|Mbit/s))+$" })
    }
}

fn shown_bit_rate(bits: u32) -> String {
    match bits.is_multiple_of(1_000_000) {
        true => format!("{}M", bits / 1_000_000),
        false => format!("{}k", bits / 1_000),
    }
}

/// Why a text is no amount.
#[derive(Debug, PartialEq)]
enum Problem {
    /// A number with nothing behind it.
    NoUnit(String),
    /// A number with something behind it that is no unit, and the one that was probably meant.
    BadUnit(Option<String>),
    Neither,
}

impl Problem {
    fn wrong(self, rule: &str, value: &DeValue<'_>, units: &[Unit], fits: &RangeInclusive<u64>) -> Wrong {
        let got = shown(value);
        let wrong = Wrong::new(format!("{rule}, got {got}"));
        let known: Vec<&str> = units.iter().map(|(unit, _)| *unit).collect();
        let help = format!("a number and its unit: {}", known.join(", "));
        match self {
            Self::NoUnit(number) => {
                // The unit that people leave away, or a smaller one if that is too much.
                let fits = |text: &String| amount_of(text, units).is_ok_and(|amount| fits.contains(&amount));
                let meant = ["MiB", "s", "ms", "M", "k"].iter().map(|unit| format!("{number}{unit}")).find(fits);
                Wrong::new(format!("{rule}, with its unit, got {got}"))
                    .nearest(meant.map(|meant| format!("\"{meant}\"")))
            }
            Self::BadUnit(Some(meant)) => wrong.nearest(Some(format!("\"{meant}\""))),
            Self::BadUnit(None) | Self::Neither => wrong.help(help),
        }
    }
}

/// Numbers with units, added up, in the smallest unit; more than 64 bits hold stays the most that they hold.
fn amount(value: &DeValue<'_>, units: &[Unit]) -> Result<u64, Problem> {
    let text = match value {
        DeValue::Integer(number) => return Err(Problem::NoUnit(number.as_str().into())),
        DeValue::Float(number) => return Err(Problem::NoUnit(number.as_str().into())),
        DeValue::String(text) => &**text,
        _ => return Err(Problem::Neither),
    };
    amount_of(text, units)
}

fn amount_of(text: &str, units: &[Unit]) -> Result<u64, Problem> {
    let mut rest = text;
    let mut sum = 0_f64;
    loop {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, behind) = rest.split_at(digits);
        let parsed: f64 = number.parse().map_err(|_| Problem::Neither)?;
        let (unit, behind) = behind.split_at(behind.find(|c: char| c.is_ascii_digit()).unwrap_or(behind.len()));
        if unit.is_empty() {
            return Err(Problem::NoUnit(text.into()));
        }
        let Some((_, factor)) = units.iter().find(|(known, _)| *known == unit) else {
            return Err(Problem::BadUnit(meant(unit, units).map(|unit| format!("{number}{unit}"))));
        };
        sum += parsed * *factor as f64;
        rest = behind;
        if rest.is_empty() {
            return Ok(sum.round() as u64);
        }
    }
}

/// The unit that somebody meant with another spelling of it.
fn meant(unit: &str, units: &[Unit]) -> Option<&'static str> {
    let plain = unit.trim().to_lowercase();
    let same = |word: &str| units.iter().map(|(known, _)| *known).find(|known| known.eq_ignore_ascii_case(word));
    let other = [
        ("sec", "s"),
        ("secs", "s"),
        ("second", "s"),
        ("seconds", "s"),
        ("min", "m"),
        ("mins", "m"),
        ("minute", "m"),
        ("minutes", "m"),
        ("hour", "h"),
        ("hours", "h"),
        ("msec", "ms"),
        ("millis", "ms"),
        ("k", "KiB"),
        ("kib", "KiB"),
        ("m", "MiB"),
        ("mb", "MB"),
        ("g", "GiB"),
        ("bytes", "B"),
        ("kbps", "kbit/s"),
        ("kbits", "kbit/s"),
        ("kb/s", "kbit/s"),
        ("mbps", "Mbit/s"),
        ("mbits", "Mbit/s"),
        ("mb/s", "Mbit/s"),
    ];
    same(&plain).or_else(|| other.iter().filter(|(word, _)| *word == plain).find_map(|(_, unit)| same(unit)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Result<u64, Problem> {
        amount(&DeValue::String(text.into()), &TIMES)
    }

    #[test]
    fn times_have_units() {
        assert_eq!(time("10s"), Ok(10_000_000));
        assert_eq!(time("1.5s"), Ok(1_500_000));
        assert_eq!(time("1m30s"), Ok(90_000_000));
        assert_eq!(time("0s"), Ok(0));
        assert_eq!(time("99999999999999999999999h"), Ok(u64::MAX));
        assert_eq!(time("10"), Err(Problem::NoUnit("10".into())));
        assert_eq!(time("10 sec"), Err(Problem::BadUnit(Some("10s".into()))));
        assert_eq!(time("10MiB"), Err(Problem::BadUnit(None)));
        for neither in ["", "s", "-1s", "..s", "soon", "1s1"] {
            assert!(time(neither).is_err(), "{neither}");
        }
    }

    #[test]
    fn sizes_have_units() {
        let size = |text: &str| amount(&DeValue::String(text.into()), &SIZES);
        assert_eq!(size("64MiB"), Ok(64 << 20));
        assert_eq!(size("1.5GB"), Ok(1_500_000_000));
        assert_eq!(size("64mb"), Err(Problem::BadUnit(Some("64MB".into()))));
        assert_eq!(size("64M"), Err(Problem::BadUnit(Some("64MiB".into()))));
    }

    #[test]
    fn bit_rates_have_units() {
        let rate = |text: &str| amount(&DeValue::String(text.into()), &BIT_RATES);
        assert_eq!(rate("4M"), Ok(4_000_000));
        assert_eq!(rate("2.5Mbit/s"), Ok(2_500_000));
        assert_eq!(rate("800k"), Ok(800_000));
        assert_eq!(rate("4Mbps"), Err(Problem::BadUnit(Some("4Mbit/s".into()))));
        assert_eq!(rate("4m"), Err(Problem::BadUnit(Some("4M".into()))));
        assert_eq!(rate("4MiB"), Err(Problem::BadUnit(None)));
    }

    #[test]
    fn bounds_are_shown_in_the_largest_unit_that_fits() {
        for (ms, shown) in
            [(0, "0s"), (1, "1ms"), (500, "500ms"), (10_000, "10s"), (600_000, "10m"), (86_400_000, "24h")]
        {
            assert_eq!(shown_time(ms), shown);
        }
    }
}
