//! An identity provider: it signs tokens with keys of its own, and serves its JSON Web Key Set over http on this machine, unless it is away.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What its tokens have as `iss`.
pub const ISSUER: &str = "https://id.example";

/// A running provider. It ends with this handle.
#[derive(Debug)]
pub struct Provider {
    address: SocketAddr,
    serving: Arc<Mutex<Serving>>,
    task: JoinHandle<()>,
}

#[derive(Debug)]
struct Serving {
    set: Value,
    is_away: bool,
    asked: usize,
}

/// A key that it signs with.
#[derive(Debug)]
pub struct Key {
    kid: String,
    pair: Ed25519KeyPair,
}

impl Key {
    /// A new one under this name.
    pub fn new(kid: &str) -> Result<Self> {
        let pair = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).ok().context("random bytes")?;
        let pair = Ed25519KeyPair::from_pkcs8(pair.as_ref()).ok().context("a key that was just made")?;
        Ok(Self { kid: kid.into(), pair })
    }

    /// What everybody may know of it.
    pub fn public(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }

    /// A token with this header and these claims.
    pub fn sign_with(&self, header: &Value, claims: &Value) -> String {
        let message = message(header, claims);
        format!("{message}.{}", BASE64.encode(self.pair.sign(message.as_bytes())))
    }

    /// A token with these claims.
    pub fn sign(&self, claims: &Value) -> String {
        self.sign_with(&json!({ "alg": "EdDSA", "kid": self.kid, "typ": "JWT" }), claims)
    }

    /// As it stands in a set.
    pub fn written(&self) -> Value {
        json!({ "kty": "OKP", "crv": "Ed25519", "kid": self.kid, "use": "sig", "x": BASE64.encode(self.public()) })
    }
}

/// The first two parts of a token.
pub fn message(header: &Value, claims: &Value) -> String {
    format!("{}.{}", BASE64.encode(header.to_string()), BASE64.encode(claims.to_string()))
}

/// Claims of somebody for Framegate who may view `lobby-*`, so many seconds from now on; a negative number is over.
pub fn claims(seconds: i64) -> Value {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs() as i64;
    json!({
        "iss": ISSUER,
        "aud": "framegate",
        "sub": "anna",
        "exp": now + seconds,
        "framegate_permissions": { "view": ["lobby-*"] },
    })
}

impl Provider {
    /// Starts one with this key.
    pub async fn start(key: &Key) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let serving = Serving { set: json!({ "keys": [key.written()] }), is_away: false, asked: 0 };
        let serving = Arc::new(Mutex::new(serving));
        let task = tokio::spawn({
            let serving = serving.clone();
            async move {
                while let Ok((stream, _)) = listener.accept().await {
                    let answer = with(&serving, |serving| {
                        serving.asked += 1;
                        (!serving.is_away).then(|| serving.set.to_string())
                    });
                    // Whoever asks one that is away finds the connection closed.
                    if let Some(set) = answer {
                        _ = answer_with(stream, &set).await;
                    }
                }
            }
        });
        Ok(Self { address, serving, task })
    }

    /// `[access.jwt]` for it, with these lines too.
    pub fn section(&self, more: &str) -> String {
        format!(
            "[access.jwt]\njwks = \"http://{}/jwks.json\"\nissuer = \"{ISSUER}\"\naudience = \"framegate\"\n{more}\n",
            self.address
        )
    }

    /// Another key in place of those before.
    pub fn rotate(&self, key: &Key) {
        with(&self.serving, |serving| serving.set = json!({ "keys": [key.written()] }));
    }

    /// It answers nobody.
    pub fn leave(&self) {
        with(&self.serving, |serving| serving.is_away = true);
    }

    /// It answers again.
    pub fn come_back(&self) {
        with(&self.serving, |serving| serving.is_away = false);
    }

    /// How often it was asked for its keys.
    pub fn asked(&self) -> usize {
        with(&self.serving, |serving| serving.asked)
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer_with(mut stream: TcpStream, set: &str) -> std::io::Result<()> {
    // The request has nothing in it that the answer depends on.
    _ = stream.read(&mut [0; 4096]).await?;
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/jwk-set+json\r\nConnection: close";
    stream.write_all(format!("{head}\r\nContent-Length: {}\r\n\r\n{set}", set.len()).as_bytes()).await?;
    stream.shutdown().await
}

fn with<T>(serving: &Mutex<Serving>, act: impl FnOnce(&mut Serving) -> T) -> T {
    act(&mut serving.lock().unwrap_or_else(PoisonError::into_inner))
}
