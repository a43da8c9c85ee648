use media::StreamName;

use crate::Error;

/// Starts a thread that ends by itself once its session is gone, named for `what` and its stream (Linux shows 15 characters).
pub(crate) fn spawn(
    what: &'static str,
    stream: &StreamName,
    work: impl FnOnce() + Send + 'static,
) -> Result<(), Error> {
    let named = std::thread::Builder::new().name(format!("{what}:{stream}"));
    match named.spawn(work) {
        Ok(_) => Ok(()),
        Err(error) => Err(Error::Unreachable { at: format!("a thread for {what}"), why: error.to_string() }),
    }
}
