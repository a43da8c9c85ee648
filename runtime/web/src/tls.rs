//! The certificate by which HTTPS is served: read from its files, and replaced while connections come and go.

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio_rustls::TlsAcceptor;
use x509_parser::extensions::GeneralName;
use x509_parser::parse_x509_certificate;

/// What may be spoken inside, the better first (RFC 7301; RFC 9113 section 3.2).
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// Why a certificate cannot be served. No text of a key is in it.
#[derive(Debug, thiserror::Error)]
pub enum BadCertificate {
    /// A file that cannot be read, or has no PEM of what it should have.
    #[error("{} cannot be read: {why}", .file.display())]
    File {
        /// `certificate` or `key`.
        key: &'static str,
        /// Which.
        file: PathBuf,
        /// In words.
        why: String,
    },
    /// The key is of no kind that TLS signs with.
    #[error("{} has no key that TLS signs with (RSA, ECDSA with P-256, P-384, Ed25519): {why}", .file.display())]
    Key {
        /// Which.
        file: PathBuf,
        /// The library's words.
        why: rustls::Error,
    },
    /// They belong not together.
    #[error("the key in {} is not that of the certificate in {}", .key.display(), .certificate.display())]
    Apart {
        /// The certificate's file.
        certificate: PathBuf,
        /// The key's.
        key: PathBuf,
    },
}

impl BadCertificate {
    /// The key of `[server.tls]` to look at.
    pub fn key(&self) -> &'static str {
        match self {
            Self::File { key, .. } => key,
            Self::Key { .. } | Self::Apart { .. } => "key",
        }
    }

    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::File { key: "certificate", .. } => {
                "PEM is text: `-----BEGIN CERTIFICATE-----`; the certificate comes first, those of its issuers behind it"
            }
            Self::File { .. } | Self::Key { .. } => {
                "PEM is text: `-----BEGIN PRIVATE KEY-----`; a key with a password is none that can be served: `openssl pkey` writes it without"
            }
            Self::Apart { .. } => {
                "name the two files of one certificate; while they are replaced it may be so for a moment"
            }
        }
    }
}

/// A certificate that can be served.
#[derive(Clone)]
pub struct Certificate {
    certified: Arc<CertifiedKey>,
    names: Vec<String>,
    begins: SystemTime,
    ends: SystemTime,
}

impl Certificate {
    /// Reads both files.
    pub fn read(tls: &config::Tls) -> Result<Self, BadCertificate> {
        let config::Tls { certificate, key } = tls;
        let bad = |key, file: &Path, why: String| BadCertificate::File { key, file: file.into(), why };
        let chain = CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let chain = chain.map_err(|error| bad("certificate", certificate, words(error)))?;
        let Some(first) = chain.first() else {
            return Err(bad("certificate", certificate, "there is no certificate in it".into()));
        };
        let (_, parsed) = parse_x509_certificate(first)
            .map_err(|error| bad("certificate", certificate, format!("the first certificate is none: {error}")))?;
        let names = parsed.subject_alternative_name().ok().flatten();
        let names = names.into_iter().flat_map(|names| &names.value.general_names).filter_map(name).collect();
        let validity = parsed.validity();
        let (begins, ends) = (time(validity.not_before.timestamp()), time(validity.not_after.timestamp()));
        let private = PrivateKeyDer::from_pem_file(key).map_err(|error| bad("key", key, words(error)))?;
        let certified = CertifiedKey::from_der(chain, private, &ring::default_provider());
        match certified {
            Ok(certified) => Ok(Self { certified: Arc::new(certified), names, begins, ends }),
            Err(rustls::Error::InconsistentKeys(_)) => {
                Err(BadCertificate::Apart { certificate: certificate.clone(), key: key.clone() })
            }
            Err(why) => Err(BadCertificate::Key { file: key.clone(), why }),
        }
    }

    /// The names and addresses that it is for.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Until when browsers believe it.
    pub fn ends(&self) -> SystemTime {
        self.ends
    }

    /// What is to be done about it soon, at `now`: browsers do not believe it, or stop to within so long.
    pub fn advice(&self, now: SystemTime, soon: Duration) -> Option<&'static str> {
        match self.ends.duration_since(now) {
            _ if self.begins > now => {
                Some("it is not valid yet: no browser believes it; is the clock of this machine right?")
            }
            Err(_) => Some("it is over: no browser believes it; renew it"),
            Ok(left) if left < soon => Some("it is over soon: renew it"),
            Ok(_) => None,
        }
    }
}

impl PartialEq for Certificate {
    /// Whether it is the same certificate.
    fn eq(&self, other: &Self) -> bool {
        self.certified.cert == other.certified.cert
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the certificate of {:?}", self.names)
    }
}

/// The certificate that is served now. Cloning gives another handle.
#[derive(Clone, Debug)]
pub struct Certificates {
    resolver: Arc<Resolver>,
    settings: Arc<ServerConfig>,
}

#[derive(Debug)]
struct Resolver(RwLock<Certificate>);

impl Certificates {
    /// With this one to begin with. TLS 1.2 and 1.3 are spoken, with whatever of them is held to be safe.
    pub fn new(certificate: Certificate) -> Self {
        let resolver = Arc::new(Resolver(RwLock::new(certificate)));
        let mut settings = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .expect("ring has the suites of TLS 1.2 and 1.3")
            .with_no_client_auth()
            .with_cert_resolver(resolver.clone());
        settings.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
        // Who comes back brings its session along (RFC 5077): none is kept here. Without random numbers there is no ticket, and no other TLS either.
        if let Ok(ticketer) = ring::Ticketer::new() {
            settings.ticketer = ticketer;
        }
        Self { resolver, settings: Arc::new(settings) }
    }

    /// Which it is.
    pub fn current(&self) -> Certificate {
        self.resolver.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Serves another one to whoever connects from here on.
    pub fn put(&self, certificate: Certificate) {
        *self.resolver.0.write().unwrap_or_else(PoisonError::into_inner) = certificate;
    }

    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.settings.clone())
    }
}

impl ResolvesServerCert for Resolver {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.read().unwrap_or_else(PoisonError::into_inner).certified.clone())
    }
}

/// What PEM's reader says, without what it read.
fn words(error: pem::Error) -> String {
    match error {
        pem::Error::Io(error) => error.to_string(),
        pem::Error::NoItemsFound => "there is no PEM of that kind in it".into(),
        _ => "its PEM is broken".into(),
    }
}

fn name(name: &GeneralName<'_>) -> Option<String> {
    match *name {
        GeneralName::DNSName(name) => Some(name.to_owned()),
        GeneralName::IPAddress(bytes) => {
            let ip: Option<IpAddr> = match bytes.len() {
                4 => <[u8; 4]>::try_from(bytes).ok().map(IpAddr::from),
                _ => <[u8; 16]>::try_from(bytes).ok().map(IpAddr::from),
            };
            ip.map(|ip| ip.to_string())
        }
        _ => None,
    }
}

fn time(seconds: i64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds.try_into().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A certificate of these names and its key, as PEM.
    fn made(names: &[&str]) -> (String, String) {
        let made = rcgen::generate_simple_self_signed(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        let made = made.expect("names that may stand in one");
        (made.cert.pem(), made.signing_key.serialize_pem())
    }

    fn written(certificate: &str, key: &str) -> (tempfile::TempDir, config::Tls) {
        let folder = tempfile::tempdir().expect("a folder");
        let tls =
            config::Tls { certificate: folder.path().join("fullchain.pem"), key: folder.path().join("privkey.pem") };
        fs::write(&tls.certificate, certificate).expect("it is written");
        fs::write(&tls.key, key).expect("it is written");
        (folder, tls)
    }

    #[test]
    fn a_certificate_says_for_what_and_until_when() {
        let (certificate, key) = made(&["cams.example", "127.0.0.1", "::1"]);
        // Its issuers stand behind it.
        let (issuer, _) = made(&["issuer.example"]);
        let (_folder, tls) = written(&(certificate + &issuer), &key);
        let read = Certificate::read(&tls).expect("it is good");
        assert_eq!(read.names(), ["cams.example", "127.0.0.1", "::1"]);
        assert_eq!(read.certified.cert.len(), 2);
        let day = Duration::from_secs(24 * 3600);
        let advice = |now| read.advice(now, 14 * day).map(|advice| advice.split(':').next().unwrap_or_default());
        assert_eq!(advice(read.ends() - 15 * day), None);
        assert_eq!(advice(read.ends() - 13 * day), Some("it is over soon"));
        assert_eq!(advice(read.ends() + day), Some("it is over"));
        assert_eq!(advice(read.begins - day), Some("it is not valid yet"));
    }

    #[test]
    fn what_cannot_be_served_is_told_with_its_key_and_without_its_text() {
        let ((certificate, key), (other, _)) = (made(&["a.example"]), made(&["b.example"]));
        let broken = key.replacen("PRIVATE KEY", "ENCRYPTED PRIVATE KEY", 2);
        let cases = [
            (other.as_str(), key.as_str(), "key", "is not that of the certificate"),
            ("", &key, "certificate", "there is no certificate in it"),
            ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", &key, "certificate", "is none"),
            (&certificate, "", "key", "no PEM of that kind"),
            (&certificate, &broken, "key", "no PEM of that kind"),
            (&certificate, &certificate, "key", "no PEM of that kind"),
            (&certificate, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "key", "no key that TLS"),
            (&certificate, &key[..key.len() - 40], "key", "cannot be read"),
        ];
        for (certificate, key, at, words) in cases {
            let (_folder, tls) = written(certificate, key);
            let bad = Certificate::read(&tls).expect_err(words);
            assert_eq!(bad.key(), at, "{bad}");
            assert!(bad.to_string().contains(words), "{bad}");
            assert!(!bad.to_string().contains(key.lines().nth(1).unwrap_or("a key")), "{bad}");
        }
        let (folder, tls) = written(&certificate, &key);
        drop(folder);
        assert!(Certificate::read(&tls).expect_err("no files").to_string().contains("No such file"));
    }
}
