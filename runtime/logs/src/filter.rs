use tracing_subscriber::EnvFilter;

/// The variable that says what is logged, such as `debug` or `info,framegate_stream=debug`: before what the file says.
pub const VARIABLE: &str = "FRAMEGATE_LOG";

/// Libraries are heard from WARN on: what they call INFO is a step to us.
const LIBRARIES: &str = "retina=error,wasmtime=warn,hyper=warn,h2=warn,reqwest=warn,cranelift_codegen=warn";

/// It says nothing that can be logged by.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no filter such as `info`, or `info,framegate_stream=debug`: {1}")]
pub struct BadFilter(String, String);

/// What is logged, as text: a level, or levels by target.
pub(crate) fn parse(text: &str) -> Result<EnvFilter, BadFilter> {
    let bad = |error: &dyn std::fmt::Display| BadFilter(text.to_owned(), error.to_string());
    // A mere level is for our own rooms; who names targets says it of all.
    let is_level = crate::Level::from_word(text).is_some();
    let filter = if is_level { format!("{text},{LIBRARIES}") } else { text.to_owned() };
    if text.trim().is_empty() {
        return Err(bad(&"it is empty"));
    }
    EnvFilter::try_new(filter).map_err(|error| bad(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_for_our_own_rooms() {
        assert!(parse("debug").unwrap().to_string().contains("retina=error"));
        assert_eq!(parse("warn,framegate_stream=trace").unwrap().to_string(), "framegate_stream=trace,warn");
        assert!(parse("stream=loudly").is_err());
        assert!(parse(" ").is_err());
    }
}
