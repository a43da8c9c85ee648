use serde::Serialize;
use serde_json::Value;

/// What the sheet says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Counts {
    pub(crate) inbound: i64,
    pub(crate) outbound: i64,
}

impl Counts {
    /// As they are kept: two numbers of 64 bits, little-endian.
    pub(crate) fn to_bytes(self) -> [u8; 16] {
        (u128::from(self.outbound as u64) << 64 | u128::from(self.inbound as u64)).to_le_bytes()
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let both = u128::from_le_bytes(bytes.try_into().ok()?);
        Some(Self { inbound: both as i64, outbound: (both >> 64) as i64 })
    }
}

/// Where the counts are in the answer.
pub(crate) struct Pointers {
    pub(crate) inbound: String,
    pub(crate) outbound: String,
}

impl Pointers {
    pub(crate) fn read(&self, answer: &str) -> Result<Counts, String> {
        if answer.trim_start().starts_with('<') {
            return Err("the answer is a page instead of JSON: is the web app deployed for \"Anyone\"?".into());
        }
        let json: Value = serde_json::from_str(answer).map_err(|error| format!("the answer is no JSON: {error}"))?;
        Ok(Counts { inbound: number(&json, &self.inbound)?, outbound: number(&json, &self.outbound)? })
    }
}

/// A whole number; sheets may have it as a text.
fn number(json: &Value, pointer: &str) -> Result<i64, String> {
    let value = json.pointer(pointer).ok_or_else(|| format!("there is nothing at {pointer:?} in the answer"))?;
    let number = match value {
        Value::Number(number) => {
            // 3.0 is what some make of 3; beyond 2^53 a float is not exact.
            let whole = |number: &f64| number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0;
            number.as_i64().or_else(|| number.as_f64().filter(whole).map(|number| number as i64))
        }
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.ok_or_else(|| format!("{pointer:?} must be a whole number, got {value}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_or_missed_in_words() {
        let pointers = Pointers { inbound: "/rows/0/1".into(), outbound: "/out~1side".into() };
        let read = |answer: &str| pointers.read(answer);
        assert_eq!(read(r#"{"rows": [["a", -7.0]], "out/side": " 12 "}"#), Ok(Counts { inbound: -7, outbound: 12 }));
        assert_eq!(read(r#"{"rows": [["a"]]}"#).unwrap_err(), "there is nothing at \"/rows/0/1\" in the answer");
        assert_eq!(read(r#"{"rows": [["a", 1.5]]}"#).unwrap_err(), "\"/rows/0/1\" must be a whole number, got 1.5");
        assert!(read("<!doctype html>").unwrap_err().starts_with("the answer is a page"));
        assert!(read("3 people").unwrap_err().starts_with("the answer is no JSON: "));
    }

    #[test]
    fn what_is_kept_comes_back() {
        for (inbound, outbound) in [(0, 0), (3, -1), (i64::MIN, i64::MAX)] {
            let counts = Counts { inbound, outbound };
            assert_eq!(Counts::from_bytes(&counts.to_bytes()), Some(counts));
        }
        assert_eq!(Counts::from_bytes(b"3"), None);
    }
}
