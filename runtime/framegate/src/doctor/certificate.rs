//! Whether browsers believe the certificate of `[server.tls]`, and for how long.

use config::Config;
use media::since::date_time;
use web::Certificate;

use super::Finding;

/// One finding where there is one that can be read; one that cannot be is a mistake of the configuration.
pub(crate) fn look(config: &Config) -> Option<Finding> {
    let certificate = Certificate::read(config.server.tls.as_ref()?).ok()?;
    let found = format!("of {}, until {}", certificate.names().join(", "), date_time(certificate.ends()));
    Some(match crate::certificate::advice(&certificate) {
        Some(advice) => Finding::look("server.tls", found, advice),
        None => Finding::fine("server.tls", found),
    })
}
