use framegate_plugin::{Failure, http};

/// Bytes of an answer that are shown to the operator.
const SHOWN: usize = 200;
/// The longest time that the other side may have us wait, in seconds: beyond it the host's own back-off serves as well.
const MOST_SECONDS: u64 = 3600;

/// Sends a request whose answer has a good status; anything else becomes a failure that the host understands.
pub(crate) fn send(request: &http::Request) -> Result<http::Response, Failure> {
    let response = request.send().map_err(|error| match error {
        http::Error::NotGranted(line) => Failure::Refused(format!("this host is not granted: add {line}")),
        http::Error::TooLarge(most) => Failure::Refused(format!("the answer has more than {most} bytes")),
        // The other side is away, or slow: it may be back.
        http::Error::TimedOut | http::Error::Failed(_) => Failure::Again(0),
    })?;
    match response.status() {
        200..=299 => Ok(response),
        // Too early, too many, too slow, broken or overloaded: all of them pass (RFC 9110, 15.5 and 15.6; RFC 6585).
        408 | 425 | 429 | 500..=599 => Err(Failure::Again(wait(&response))),
        status => Err(Failure::Refused(refusal(status, &response.text()))),
    }
}

/// `retry-after` in milliseconds, where it is a number of seconds; 0 for the host's own back-off.
fn wait(response: &http::Response) -> u32 {
    let seconds = response.header("retry-after").and_then(|text| text.trim().parse::<u64>().ok());
    milliseconds(seconds.unwrap_or(0))
}

pub(crate) fn milliseconds(seconds: u64) -> u32 {
    (seconds.min(MOST_SECONDS) * 1000) as u32
}

fn refusal(status: u16, body: &str) -> String {
    let advice = match status {
        300..=399 => "the address has moved: write the new one as `url`",
        401 | 403 => "it wants other credentials: look at `headers`",
        404 | 410 => "there is nothing at `url`",
        405 => "it wants another `method`",
        413 => "the body is too large for it: leave the still out",
        415 => "it wants another content type: look at `headers`",
        _ => "it does not want what `body` makes",
    };
    match first_words(body) {
        words if words.is_empty() => format!("answered {status}: {advice}"),
        words => format!("answered {status}: {advice}; it says: {words}"),
    }
}

/// The beginning of a text, on one line.
pub(crate) fn first_words(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    text[..text.floor_char_boundary(SHOWN)].to_owned()
}
