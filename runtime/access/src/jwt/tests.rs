use ::ring::hmac;
use ::ring::rand::SystemRandom;
use ::ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use config::{Defaults, Jwks, Signing};
use media::StreamName;
use serde_json::json;

use super::*;
use crate::Action;

/// Seconds since 1970 at which the tests are.
const NOW: u64 = 1_800_000_000;

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

fn jwt() -> Jwt {
    Jwt::new(&config::Jwt {
        jwks: Jwks::Address("https://id.example/jwks.json".into()),
        issuer: Some("https://id.example".into()),
        audience: Some("framegate".into()),
        algorithms: Signing::USUAL.to_vec(),
        leeway: Duration::from_secs(60),
        claim: Defaults::CLAIM.into(),
        refresh: Defaults::REFRESH,
    })
}

fn encoded(json: &Value) -> String {
    BASE64.encode(json.to_string())
}

/// A provider with a key on each curve.
struct Provider {
    edwards: Ed25519KeyPair,
    p256: EcdsaKeyPair,
}

impl Provider {
    fn new() -> Self {
        let random = SystemRandom::new();
        let edwards = Ed25519KeyPair::generate_pkcs8(&random).unwrap();
        let p256 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        Self {
            edwards: Ed25519KeyPair::from_pkcs8(edwards.as_ref()).unwrap(),
            p256: EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, p256.as_ref(), &random).unwrap(),
        }
    }

    fn set(&self) -> Value {
        let point = self.p256.public_key().as_ref();
        json!({ "keys": [
            { "kty": "OKP", "crv": "Ed25519", "kid": "ed", "use": "sig", "x": BASE64.encode(self.edwards.public_key()) },
            { "kty": "EC", "crv": "P-256", "kid": "ec", "alg": "ES256", "x": BASE64.encode(&point[1..33]),
              "y": BASE64.encode(&point[33..]) },
        ]})
    }

    fn keys(&self) -> Keys {
        Keys::parse(self.set().to_string().as_bytes()).unwrap()
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let message = format!("{}.{}", encoded(header), encoded(claims));
        let signature = match header["alg"].as_str() {
            Some("ES256") => self.p256.sign(&SystemRandom::new(), message.as_bytes()).unwrap().as_ref().to_vec(),
            _ => self.edwards.sign(message.as_bytes()).as_ref().to_vec(),
        };
        format!("{message}.{}", BASE64.encode(signature))
    }
}

fn header() -> Value {
    json!({ "alg": "EdDSA", "kid": "ed", "typ": "JWT" })
}

fn claims() -> Value {
    json!({
        "iss": "https://id.example",
        "aud": ["other", "framegate"],
        "sub": "anna@example.org",
        "exp": NOW + 300,
        "iat": NOW,
        Defaults::CLAIM: { "view": ["lobby-*"] },
    })
}

fn with(mut json: Value, key: &str, value: Value) -> Value {
    json[key] = value;
    json
}

fn without(mut json: Value, key: &str) -> Value {
    json.as_object_mut().unwrap().remove(key);
    json
}

#[test]
fn a_token_lets_in_whom_it_names_to_what_it_says_until_it_expires() {
    let (provider, jwt) = (Provider::new(), jwt());
    let keys = provider.keys();
    for (header, sub) in
        [(header(), "jwt:anna@example.org"), (json!({ "alg": "ES256", "kid": "ec" }), "jwt:anna@example.org")]
    {
        let person = jwt.check(&provider.sign(&header, &claims()), &keys, at(NOW)).unwrap();
        assert_eq!(person.name(), Some(sub));
        assert_eq!(person.lasts_until(), Some(at(NOW + 360)));
        let name = |name: &str| name.parse::<StreamName>().unwrap();
        assert!(person.may(Action::View, Some(&name("lobby-1"))) && !person.may(Action::View, Some(&name("vault"))));
        assert!(!person.may(Action::Control, Some(&name("lobby-1"))) && !person.may(Action::Metrics, None));
    }
    // Without the claim it is somebody, who may nothing.
    let token = provider.sign(&header(), &without(without(claims(), Defaults::CLAIM), "sub"));
    let person = jwt.check(&token, &keys, at(NOW)).unwrap();
    assert_eq!(person.name(), Some("jwt:"));
    assert!(!person.may(Action::View, None));
}

#[test]
fn times_are_taken_with_the_leeway_and_not_a_second_more() {
    let (provider, jwt) = (Provider::new(), jwt());
    let keys = provider.keys();
    let check = |claims: &Value, now| jwt.check(&provider.sign(&header(), claims), &keys, at(now)).map(drop);
    assert_eq!(check(&claims(), NOW + 359), Ok(()));
    assert_eq!(check(&claims(), NOW + 360), Err(BadToken::Expired));
    assert_eq!(check(&with(claims(), "exp", json!(NOW as f64 + 300.5)), NOW + 360), Ok(()));
    for name in ["nbf", "iat"] {
        assert_eq!(check(&with(claims(), name, json!(NOW + 60)), NOW), Ok(()));
        assert_eq!(check(&with(claims(), name, json!(NOW + 61)), NOW), Err(BadToken::NotYet(name)));
    }
    assert_eq!(check(&without(claims(), "exp"), NOW), Err(BadToken::Claim("exp")));
    for bad in [json!("1900000000"), json!(-1), json!(1e300), json!(null)] {
        assert_eq!(check(&with(claims(), "exp", bad.clone()), NOW), Err(BadToken::Claim("exp")), "{bad}");
        assert_eq!(check(&with(claims(), "nbf", bad.clone()), NOW), Err(BadToken::Claim("nbf")), "{bad}");
    }
    for bad in [with(claims(), "exp", json!([NOW + 300])), json!([claims()]), json!("claims")] {
        assert_eq!(check(&bad, NOW), Err(BadToken::Claims), "{bad}");
    }
    assert!(BadToken::Claims.is_signed() && !BadToken::Forged.is_signed());
}

#[test]
fn the_issuer_and_the_audience_are_those_that_are_written() {
    let (provider, jwt) = (Provider::new(), jwt());
    let keys = provider.keys();
    let check = |claims: Value| jwt.check(&provider.sign(&header(), &claims), &keys, at(NOW)).map(drop);
    assert_eq!(check(with(claims(), "aud", json!("framegate"))), Ok(()));
    for bad in [json!("https://id.example/"), json!(["https://id.example"]), json!(null)] {
        assert_eq!(check(with(claims(), "iss", bad)), Err(BadToken::Issuer));
    }
    for bad in [json!("Framegate"), json!([]), json!([["framegate"]]), json!({ "framegate": true })] {
        assert_eq!(check(with(claims(), "aud", bad)), Err(BadToken::Audience));
    }
    assert_eq!(check(without(claims(), "iss")), Err(BadToken::Issuer));
    assert_eq!(check(without(claims(), "aud")), Err(BadToken::Audience));
    let mut any = jwt.rules.clone();
    (any.issuer, any.audience) = (None, None);
    let token = provider.sign(&header(), &without(without(claims(), "aud"), "iss"));
    assert!(Jwt::new(&any).check(&token, &keys, at(NOW)).is_ok());
}

#[test]
fn what_nobody_signed_with_a_key_of_the_set_is_forged() {
    let (provider, stranger, jwt) = (Provider::new(), Provider::new(), jwt());
    let keys = provider.keys();
    let check = |token: &str| jwt.check(token, &keys, at(NOW)).map(drop);
    let good = provider.sign(&header(), &claims());
    assert_eq!(check(&good), Ok(()));
    assert_eq!(check(&stranger.sign(&header(), &claims())), Err(BadToken::Forged));
    // Other claims under the signature.
    let parts: Vec<_> = good.split('.').collect();
    let more = encoded(&with(claims(), Defaults::CLAIM, json!({ "control": ["*"] })));
    assert_eq!(check(&format!("{}.{more}.{}", parts[0], parts[2])), Err(BadToken::Forged));
    // A key that the token brings itself is none.
    let brought = with(header(), "jwk", stranger.set()["keys"][0].clone());
    assert_eq!(check(&stranger.sign(&brought, &claims())), Err(BadToken::Forged));
    for (key, value) in [("jku", json!("https://evil.example/jwks.json")), ("x5u", json!("https://evil.example/x"))] {
        assert_eq!(check(&stranger.sign(&with(header(), key, value), &claims())), Err(BadToken::Forged));
    }
    assert_eq!(check(&format!("{}.{}.", parts[0], parts[1])), Err(BadToken::Forged));
    for bad in ["", "a.b", "..", "a.b.c.d", &format!("{good}.x"), &format!("{good}="), &good.replace('.', " ")] {
        assert_eq!(check(bad), Err(BadToken::Unreadable), "{bad}");
    }
}

#[test]
fn no_algorithm_but_that_of_the_key_is_taken() {
    let (provider, jwt) = (Provider::new(), jwt());
    let keys = provider.keys();
    let check = |token: &str| jwt.check(token, &keys, at(NOW)).map(drop);
    for none in ["none", "None", "NONE", "nOnE"] {
        let token = format!("{}.{}.", encoded(&json!({ "alg": none, "kid": "ed" })), encoded(&claims()));
        assert_eq!(check(&token), Err(BadToken::Unreadable), "{none}");
    }
    // By what everybody knows, as if it were a secret: RFC 8725, section 2.1.
    let public = [provider.edwards.public_key().as_ref().to_vec(), provider.set().to_string().into_bytes()];
    for (secret, kid) in public.iter().flat_map(|secret| [(secret, Some("ed")), (secret, Some("ec")), (secret, None)]) {
        let header = kid.map_or(json!({ "alg": "HS256" }), |kid| json!({ "alg": "HS256", "kid": kid }));
        let message = format!("{}.{}", encoded(&header), encoded(&claims()));
        let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message.as_bytes());
        let token = format!("{message}.{}", BASE64.encode(signature));
        assert_eq!(check(&token), Err(BadToken::Algorithm));
    }
    // An algorithm of another kind, or one that is not allowed here.
    for (alg, kid) in [("ES256", "ed"), ("RS256", "ed"), ("EdDSA", "ec"), ("ES384", "ec"), ("PS256", "ed")] {
        let token = provider.sign(&json!({ "alg": alg, "kid": kid }), &claims());
        assert_eq!(check(&token), Err(BadToken::Algorithm), "{alg} {kid}");
    }
    // Nor a secret that is in the set.
    let secret = json!({ "keys": [{ "kty": "oct", "kid": "s", "alg": "HS256", "k": BASE64.encode("0123456789abcdef0123456789abcdef") }] });
    assert!(Keys::parse(secret.to_string().as_bytes()).unwrap().is_empty());
}

#[test]
fn what_must_be_understood_and_is_not_is_refused() {
    let (provider, jwt) = (Provider::new(), jwt());
    let keys = provider.keys();
    let check = |header: &Value| jwt.check(&provider.sign(header, &claims()), &keys, at(NOW)).map(drop);
    for crit in [json!(["b64"]), json!(["exp"]), json!([])] {
        assert_eq!(check(&with(header(), "crit", crit)), Err(BadToken::Critical));
    }
    for typ in ["jwt", "at+jwt", "application/at+JWT"] {
        assert_eq!(check(&with(header(), "typ", json!(typ))), Ok(()), "{typ}");
    }
    for typ in ["dpop+jwt", "logout+jwt", "JWS", ""] {
        assert_eq!(check(&with(header(), "typ", json!(typ))), Err(BadToken::Kind), "{typ}");
    }
}

#[test]
fn a_key_is_found_by_its_name_or_since_there_is_one() {
    let (provider, jwt) = (Provider::new(), jwt());
    let check = |header: &Value, keys: &Keys| jwt.check(&provider.sign(header, &claims()), keys, at(NOW)).map(drop);
    let keys = provider.keys();
    let unknown = check(&json!({ "alg": "EdDSA", "kid": "x".repeat(1_000) }), &keys);
    assert_eq!(unknown, Err(BadToken::UnknownKey(format!("{:?}", "x".repeat(LONGEST_NAME)))));
    assert!(unknown.unwrap_err().wants_keys());
    // One of the kind.
    assert_eq!(check(&json!({ "alg": "EdDSA" }), &keys), Ok(()));
    let two = json!({ "keys": [provider.set()["keys"][0], Provider::new().set()["keys"][0]] });
    let two = Keys::parse(two.to_string().as_bytes()).unwrap();
    assert_eq!(check(&json!({ "alg": "EdDSA" }), &two), Err(BadToken::NoKeyNamed));
    assert_eq!(check(&json!({ "alg": "EdDSA" }), &Keys::default()), Err(BadToken::NoKeyNamed));
}

#[test]
fn of_a_set_those_that_check_signatures_are_taken() {
    let provider = Provider::new();
    let good = provider.set()["keys"][0].clone();
    let set = json!({ "keys": [
        good,
        with(good.clone(), "use", json!("enc")),
        with(good.clone(), "key_ops", json!(["sign"])),
        with(good.clone(), "alg", json!("ES256")),
        with(good.clone(), "alg", json!("RSA-OAEP")),
        with(good.clone(), "crv", json!("Ed448")),
        with(good.clone(), "kty", json!("future")),
        with(good.clone(), "kid", json!(7)),
        without(good, "x"),
        "nonsense",
    ]});
    assert_eq!(Keys::parse(set.to_string().as_bytes()).unwrap().names(), ["ed"]);
    for bad in ["", "[]", "{}", r#"{"keys":{}}"#, "<html>"] {
        assert_eq!(Keys::parse(bad.as_bytes()).map(drop), Err(BadKeys), "{bad}");
    }
}

/// RFC 7515, appendices A.2 and A.3: signatures that others made.
#[test]
fn the_examples_of_the_rfc_are_taken_at_their_time() {
    let keys = Keys::parse(include_bytes!("rfc7515/keys.json")).unwrap();
    assert_eq!(keys.len(), 2);
    let jwt = Jwt::new(&config::Jwt { issuer: Some("joe".into()), audience: None, ..jwt().rules });
    for token in [include_str!("rfc7515/rs256.txt"), include_str!("rfc7515/es256.txt")] {
        let token: String = token.split_whitespace().collect();
        assert!(jwt.check(&token, &keys, at(1_300_819_379)).is_ok(), "{token}");
        assert_eq!(jwt.check(&token, &keys, at(1_300_819_440)).map(drop), Err(BadToken::Expired));
        let other = token.replacen("eyJpc3MiOiJqb2Ui", "eyJpc3MiOiJqb2Uj", 1);
        assert!(matches!(jwt.check(&other, &keys, at(1_300_819_379)), Err(BadToken::Forged)));
    }
}

#[test]
fn why_a_token_is_refused_says_nothing_of_it() {
    let (provider, jwt) = (Provider::new(), jwt());
    let token = provider.sign(&with(header(), "kid", json!("b\n\u{1b}[31m")), &claims());
    let why = jwt.check(&token, &provider.keys(), at(NOW)).unwrap_err().to_string();
    assert_eq!(why, r#"its key is not in the provider's set: `kid` is "b\n\u{1b}[31m""#);
    let control = with(claims(), "sub", json!("an\n\u{1b}na"));
    let person = jwt.check(&provider.sign(&header(), &control), &provider.keys(), at(NOW)).unwrap();
    let name = person.name().unwrap();
    assert!(name.starts_with("jwt:anna…") && !name.contains(char::is_control), "{name}");
}

#[test]
fn two_bearers_never_have_one_name() {
    let (provider, jwt) = (Provider::new(), jwt());
    let name = |sub: &str| {
        let token = provider.sign(&header(), &with(claims(), "sub", json!(sub)));
        jwt.check(&token, &provider.keys(), at(NOW)).unwrap().name().unwrap().to_owned()
    };
    assert_eq!(name("anna"), "jwt:anna");
    let long = "a".repeat(64);
    assert_eq!(name(&long), format!("jwt:{long}"));
    let names = [name(&format!("{long}b")), name(&format!("{long}c")), name("an\nna"), name("anna\n")];
    assert_eq!(std::collections::BTreeSet::from(names).len(), 4);
}
