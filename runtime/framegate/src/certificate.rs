//! The certificate of `[server.tls]`: read with the file that names it, put in force with it, and told when it is over soon.

use std::time::{Duration, SystemTime};

use config::{Loaded, Mistake};
use media::since::date_time;
use serde_json::{Value, json};
use web::Certificate;

/// What renews certificates does it earlier: certbot thirty days before the end.
const SOON: Duration = Duration::from_secs(14 * 24 * 3600);

/// The certificate that the file names, if it names one.
pub(crate) fn read(loaded: &Loaded) -> Result<Option<Certificate>, Mistake> {
    let Some(tls) = &loaded.config.server.tls else { return Ok(None) };
    match Certificate::read(tls) {
        Ok(certificate) => Ok(Some(certificate)),
        Err(bad) => {
            let place = loaded.places.server(&format!("tls.{}", bad.key()));
            Err(Mistake::new(place, bad.to_string()).help(bad.help()))
        }
    }
}

/// Says in the log which it is, and what is to be done about it; gives what an event says of it.
pub(crate) fn tell(certificate: &Certificate) -> Value {
    let (names, until) = (certificate.names().join(", "), date_time(certificate.ends()));
    tracing::info!(names, until, "certificate loaded");
    let advice = advice(certificate);
    if let Some(advice) = advice {
        tracing::warn!(names, until, "certificate: {advice}");
    }
    json!({ "names": certificate.names(), "until": until, "advice": advice })
}

/// What is to be done about it.
pub(crate) fn advice(certificate: &Certificate) -> Option<&'static str> {
    certificate.advice(SystemTime::now(), SOON)
}
