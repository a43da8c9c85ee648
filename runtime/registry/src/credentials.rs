//! Who we are to a registry: what `docker login` wrote down, in a file or with a helper that it names.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};
use std::time::Duration;

use docker_credential::{CredentialRetrievalError, DockerCredential};
use http::HeaderValue;

use crate::error::Who;

/// How long a helper may take: one that asks a person for a password would wait for ever.
const HELPER: Duration = Duration::from_secs(10);

/// Credentials for one registry, or why there are none.
#[derive(Debug)]
pub(crate) struct Credentials {
    /// `Basic …`, marked as not to be printed.
    pub(crate) basic: Option<HeaderValue>,
    /// As whom that is.
    pub(crate) who: Who,
}

impl Credentials {
    fn none(why: Option<String>) -> Self {
        Self { basic: None, who: Who::Anonymous { why } }
    }
}

/// The Docker configuration's file of this process: `$DOCKER_CONFIG/config.json`, or `~/.docker/config.json`.
pub(crate) fn docker_config() -> Option<PathBuf> {
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".docker"));
    let folder = std::env::var_os("DOCKER_CONFIG").filter(|folder| !folder.is_empty()).map(PathBuf::from).or_else(home);
    folder.map(|folder| folder.join("config.json"))
}

/// Looks for a registry's credentials in a file; without any we are nobody there.
pub(crate) async fn find(file: Option<&Path>, registry: &str) -> Credentials {
    let Some(file) = file.map(Path::to_owned) else { return Credentials::none(None) };
    // The key under which Docker itself keeps those of its own registry.
    let server = if registry == "docker.io" { "https://index.docker.io/v1/".to_owned() } else { registry.to_owned() };
    let reading = tokio::task::spawn_blocking(move || read(&file, &server));
    match tokio::time::timeout(HELPER, reading).await {
        Ok(Ok(credentials)) => credentials,
        Ok(Err(_)) => Credentials::none(Some("the Docker configuration cannot be read".into())),
        Err(_) => {
            Credentials::none(Some(format!("the Docker configuration's helper does not answer within {HELPER:?}")))
        }
    }
}

fn read(file: &Path, server: &str) -> Credentials {
    let unused = |why: &str| Credentials::none(Some(format!("{} is not used: {why}", file.display())));
    let reader = match File::open(file) {
        Ok(opened) => BufReader::new(opened),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Credentials::none(None),
        Err(error) => return unused(&error.to_string()),
    };
    // What a helper printed is told nowhere: a broken one may have printed a password.
    match docker_credential::get_credential_from_reader(reader, server) {
        Ok(DockerCredential::UsernamePassword(user, _)) if user.is_empty() => Credentials::none(None),
        Ok(DockerCredential::UsernamePassword(user, password)) => {
            let header = HeaderValue::from_str(&http_auth::basic::encode_credentials(&user, &password));
            let Ok(mut basic) = header else { return unused("its user name cannot be sent") };
            basic.set_sensitive(true);
            Credentials { basic: Some(basic), who: Who::User { file: file.to_owned() } }
        }
        Ok(DockerCredential::IdentityToken(_)) => {
            unused("it has an identity token; an access token as the password of `docker login` would be used")
        }
        Err(CredentialRetrievalError::NoCredentialConfigured) => Credentials::none(None),
        // What Docker's own helpers say where nothing is kept.
        Err(CredentialRetrievalError::HelperFailure { stdout, .. }) if stdout.contains("credentials not found") => {
            Credentials::none(None)
        }
        Err(CredentialRetrievalError::HelperFailure { helper, .. }) => unused(&format!("`{helper}` failed")),
        Err(CredentialRetrievalError::HelperCommunicationError | CredentialRetrievalError::MalformedHelperResponse) => {
            unused("its credential helper is not there or does not work")
        }
        Err(_) => unused("it is not what Docker writes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(config: &str, server: &str) -> Credentials {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.json");
        std::fs::write(&file, config).unwrap();
        read(&file, server)
    }

    #[test]
    fn the_user_of_a_registry_is_found_and_not_printed() {
        // me:hunter2
        let config = r#"{ "auths": { "ghcr.io": { "auth": "bWU6aHVudGVyMg==" }, "https://index.docker.io/v1/": { "auth": "bWU6aHVudGVyMg==" } } }"#;
        for server in ["ghcr.io", "https://index.docker.io/v1/"] {
            let credentials = found(config, server);
            assert_eq!(credentials.basic.as_ref().unwrap(), "Basic bWU6aHVudGVyMg==");
            let printed = format!("{credentials:?} {}", credentials.who);
            assert!(!printed.contains("hunter2") && !printed.contains("bWU6"), "{printed}");
        }
        assert_eq!(found(config, "quay.io").who, Who::Anonymous { why: None });
    }

    #[test]
    fn what_cannot_be_used_is_told_without_what_is_in_it() {
        for config in [
            r#"{ "auths": { "ghcr.io": { "auth": "hunter2" } } }"#,
            r#"{ "auths": { "ghcr.io": { "identitytoken": "hunter2" } } }"#,
            r#"{ "credsStore": "there-is-no-such-helper" }"#,
            "hunter2",
        ] {
            let Credentials { basic: None, who: Who::Anonymous { why: Some(why) } } = found(config, "ghcr.io") else {
                panic!("{config}");
            };
            assert!(why.contains("config.json is not used") && !why.contains("hunter2"), "{why}");
        }
        assert_eq!(read(Path::new("/nowhere/config.json"), "ghcr.io").who, Who::Anonymous { why: None });
    }
}
