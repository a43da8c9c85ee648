use schemars::JsonSchema;

use super::amount::Number;
use super::text::{Text, Words};
use super::uses::Policy;
use crate::section::{At, Section};

/// Where the pages, the streams and the API are served, and to whom.
#[derive(Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Server {
    /// Address and port that HTTP is served on. Beyond loopback only with `[users.NAME]`, `[tokens.NAME]`, an `access_policy` or
    /// `access = "open"`.
    #[schemars(extend("default" = crate::Defaults::LISTEN, "examples" = ["127.0.0.1:8080", "0.0.0.0:8080", "[::]:8080"]))]
    pub(crate) listen: Option<At<Text>>,
    /// A second address, for what changes something, the dashboard, the log and metrics: with it `listen` is for those who watch and publish, and
    /// answers nothing else.
    #[schemars(extend("examples" = ["127.0.0.1:9090", "10.0.0.4:9090"]))]
    pub(crate) control: Option<At<Text>>,
    /// The certificate by which HTTPS is served. Without it HTTP is.
    #[schemars(with = "Option<Tls>")]
    pub(crate) tls: Option<At<Tls>>,
    /// `"open"`: everybody who can connect may watch, publish and control. Without it, and without users,
    /// tokens and `access_policy`, only this machine is listened to.
    pub(crate) access: Option<At<Words<Open>>>,
    /// The plugin that is asked about every request: it allows, challenges or refuses.
    #[schemars(with = "Option<Policy>", extend("examples" = ["doorman"]))]
    pub(crate) access_policy: Option<At<Policy>>,
    /// The most streams that run at once: whose source is connected, or tried. Who wants to watch another one is told so. Without it there is no limit.
    pub(crate) max_streams: Option<At<Number<1, 1_000_000>>>,
    /// What links to a stream are signed with, at least 32 characters that nobody guesses; `${VARIABLE}` and `file:/path` are read from the environment and
    /// from a file. Without it links last until the program ends.
    #[schemars(extend("examples" = ["${LINK_SECRET}", "file:/run/secrets/links"]))]
    pub(crate) link_secret: Option<At<Text>>,
    /// Origins whose pages may read what is served here, and open WebSockets, with a token or a link; never with a cookie of this server.
    #[schemars(with = "Option<Vec<String>>", extend("examples" = [["https://site.example"]]))]
    pub(crate) cors: Vec<At<Text>>,
    /// Proxies whose `X-Forwarded-For` is believed: addresses, or networks. Without it every request is its connection's.
    #[schemars(with = "Option<Vec<String>>", extend("examples" = [["127.0.0.1"], ["10.0.0.0/8", "fd00::/8"]]))]
    pub(crate) trusted_proxies: Vec<At<Text>>,
}

/// A certificate and its key, as PEM. They are read again when one of the files changes.
#[derive(Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Tls {
    /// The file of the certificate, those of its issuers behind it: what certbot calls `fullchain.pem`.
    #[schemars(extend("examples" = ["/etc/letsencrypt/live/cams.example/fullchain.pem"]))]
    pub(crate) certificate: Option<At<Text>>,
    /// The file of its private key, without a password.
    #[schemars(extend("examples" = ["/etc/letsencrypt/live/cams.example/privkey.pem"]))]
    pub(crate) key: Option<At<Text>>,
}

/// The one word that `access` has so far.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Open;

impl Server {
    pub(crate) fn read(mut section: Section<'_, '_, '_>) -> Self {
        let read = Self {
            listen: section.take("listen"),
            control: section.take("control"),
            tls: section.table("tls", Tls::read),
            access: section.take("access"),
            access_policy: section.word_or_table("access_policy", Policy::named, Policy::read),
            max_streams: section.take("max_streams"),
            link_secret: section.take("link_secret"),
            cors: section.texts("cors"),
            trusted_proxies: section.texts("trusted_proxies"),
        };
        section.finish(&[
            ("address", "listen"),
            ("bind", "listen"),
            ("host", "listen"),
            ("port", "listen"),
            ("admin", "control"),
            ("management", "control"),
            ("certificate", "tls.certificate"),
            ("cert", "tls.certificate"),
            ("key", "tls.key"),
            ("https", "tls"),
            ("ssl", "tls"),
            ("auth", "access"),
            ("policy", "access_policy"),
            ("origins", "cors"),
            ("proxies", "trusted_proxies"),
            ("allow_origins", "cors"),
            ("signing_key", "link_secret"),
            ("secret", "link_secret"),
            ("users", "[users.NAME]"),
            ("tokens", "[tokens.NAME]"),
            ("password", "[users.NAME] password"),
            ("token", "[tokens.NAME] secret"),
        ]);
        read
    }
}

impl Tls {
    fn read(mut section: Section<'_, '_, '_>) -> Self {
        let read = Self {
            certificate: section.require("certificate", "the file of the certificate and its issuers, as PEM"),
            key: section.require("key", "the file of the private key, as PEM"),
        };
        section.finish(&[
            ("cert", "certificate"),
            ("fullchain", "certificate"),
            ("chain", "certificate"),
            ("certificate_file", "certificate"),
            ("private_key", "key"),
            ("privkey", "key"),
            ("key_file", "key"),
        ]);
        read
    }
}
