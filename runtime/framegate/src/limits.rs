//! What the system lets this process have.

use rustix::process::{Resource, getrlimit, setrlimit};

/// Takes as many file descriptors as may be had: each viewer is one, and the usual limit of 1,024 is there for programs that use `select`.
pub(crate) fn raise() {
    let limit = getrlimit(Resource::Nofile);
    let raised = rustix::process::Rlimit { current: limit.maximum, maximum: limit.maximum };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        tracing::warn!(%error, limit = limit.current, "the limit of file descriptors cannot be raised: it bounds how many may watch");
    }
}
