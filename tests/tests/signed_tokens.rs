//! `[access.jwt]`: tokens that an identity provider signs, whose keys come and go.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use framegate_tests::program::{LIMIT, Program};
use framegate_tests::provider::{Key, Provider, claims, message};
use futures::{SinkExt as _, StreamExt as _};
use reqwest::{Method, Response, StatusCode};
use ring::hmac;
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::Message;

const OPERATOR: &str = "operator-0123456789abcdef";
/// A little more than the time for which keys that were just fetched are not fetched again since a token names one that is not known.
const ASKED_EVERY: Duration = Duration::from_millis(5_200);

fn sections(provider: &Provider, more: &str) -> String {
    let stream = "source = \"test://?size=192x96&fps=10\"\nhls = { segment = \"500ms\" }\n";
    format!(
        "trusted_proxies = [\"127.0.0.1\"]\n\n{}\n[tokens.operator]\nsecret = \"{OPERATOR}\"\nview = [\"*\"]\ncontrol = [\"*\"]\n\n\
         [compat]\ncctv = \"lobby-1\"\n\n[streams.lobby-1]\n{stream}\n[streams.vault]\n{stream}",
        provider.section(more)
    )
}

async fn start(provider: &Provider, more: &str) -> Result<Program> {
    let debug = [("FRAMEGATE_LOG", Path::new("info,framegate_web=debug"))];
    Program::start_with(tempfile::tempdir()?, &sections(provider, more), &debug).await
}

async fn ask(program: &Program, path: &str, token: &str) -> Result<Response> {
    Ok(program.request(Method::GET, path).bearer_auth(token).send().await?)
}

async fn status(program: &Program, token: &str) -> Result<StatusCode> {
    Ok(ask(program, "/api/streams/lobby-1", token).await?.status())
}

/// The events of the provider's keys, oldest first.
async fn events(program: &Program) -> Result<Vec<Value>> {
    let request = program.request(Method::GET, "/api/events?kind=jwks-*").bearer_auth(OPERATOR);
    let answer = request.header("accept", "application/json").send().await?.error_for_status()?;
    let list: Value = answer.json().await?;
    Ok(list["events"].as_array().context("events")?.clone())
}

async fn until_event(program: &Program, kind: &str, count: usize) -> Result<Value> {
    let begun = Instant::now();
    loop {
        let events = events(program).await?;
        let mut of_kind = events.iter().filter(|event| event["kind"] == kind);
        if let Some(event) = of_kind.nth(count - 1) {
            return Ok(event.clone());
        }
        ensure!(begun.elapsed() < LIMIT, "no {count} {kind}: {events:?}");
        sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_token_lets_in_whom_it_names_to_what_it_says() -> Result<()> {
    let key = Key::new("a")?;
    let provider = Provider::start(&key).await?;
    let program = start(&provider, "leeway = \"0s\"").await?;
    let good = key.sign(&claims(60));
    let list: Value = ask(&program, "/api/streams", &good).await?.error_for_status()?.json().await?;
    assert_eq!(list["streams"].as_array().map(Vec::len), Some(1), "{list}");
    assert_eq!(ask(&program, "/api/streams/vault", &good).await?.status(), StatusCode::NOT_FOUND);
    let stop = program.request(Method::POST, "/api/streams/lobby-1/stop").bearer_auth(&good).send().await?;
    assert_eq!(stop.status(), StatusCode::FORBIDDEN);
    // Where players have theirs; a playlist carries it on.
    let playlist = program.get(&format!("/hls/lobby-1/index.m3u8?token={good}")).await?.error_for_status()?;
    assert!(playlist.text().await?.contains(&format!("token={good}")));

    // As MediaMTX has it.
    let mut mediamtx = claims(60);
    mediamtx["framegate_permissions"] = json!([{ "action": "read", "path": "" }]);
    assert_eq!(ask(&program, "/api/streams/vault", &key.sign(&mediamtx)).await?.status(), StatusCode::OK);

    let changed = |name: &str, value: Value| {
        let mut claims = claims(60);
        claims[name] = value;
        key.sign(&claims)
    };
    let later = claims(3_600)["exp"].clone();
    let by_public = {
        let message = message(&json!({ "alg": "HS256", "kid": "a" }), &claims(60));
        let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.public()), message.as_bytes());
        use base64::Engine as _;
        format!("{message}.{}", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(signature))
    };
    let other = Key::new("b")?;
    for (token, why) in [
        (key.sign(&claims(-1)), "it has expired"),
        (changed("nbf", later.clone()), "it is not valid yet, by its `nbf`"),
        (changed("iat", later), "it is not valid yet, by its `iat`"),
        (changed("iss", json!("https://evil.example")), "its `iss` is not"),
        (changed("aud", json!("other")), "its `aud` has not"),
        (changed("exp", json!("tomorrow")), "its claim `exp` is missing"),
        (key.sign_with(&json!({ "alg": "EdDSA", "crit": ["x"], "x": 1 }), &claims(60)), "its `crit` wants something"),
        (format!("{}.", message(&json!({ "alg": "none" }), &claims(60))), "it is no JSON Web Token with a signature"),
        (by_public, "its `alg` is none that is allowed"),
        (other.sign(&claims(60)), "its key is not in the provider's set: `kid` is \\\"b\\\""),
        (other.sign_with(&json!({ "alg": "EdDSA", "kid": "a" }), &claims(60)), "its signature is not that of its key"),
    ] {
        // Each from an address of its own: wrong ones are counted.
        let address = format!("192.0.2.{}", why.len());
        let request = program.request(Method::GET, "/api/streams/lobby-1").bearer_auth(&token);
        let answer = request.header("x-forwarded-for", address).send().await?;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{why}");
        let problem: Value = answer.json().await?;
        let told =
            if why == "it has expired" { "this token or link has expired" } else { "these credentials are nobody's" };
        assert_eq!(problem["detail"], told, "{why}");
        program.logs(&why.replace("\\\"", "\"")).await?;
        let log = program.log();
        assert!(!log.contains(&token[..60]) && !log.contains(&token[token.len() - 40..]));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_guesses_is_slowed_and_who_is_signed_in_is_not() -> Result<()> {
    let (key, other) = (Key::new("a")?, Key::new("a")?);
    let provider = Provider::start(&key).await?;
    let program = start(&provider, "leeway = \"0s\"").await?;
    // One that is over is no guess.
    for _ in 0..10 {
        assert_eq!(status(&program, &key.sign(&claims(-1))).await?, StatusCode::UNAUTHORIZED);
    }
    let mut statuses = Vec::new();
    for _ in 0..7 {
        statuses.push(status(&program, &other.sign(&claims(60))).await?);
    }
    assert_eq!(statuses.last(), Some(&StatusCode::TOO_MANY_REQUESTS), "{statuses:?}");
    assert_eq!(status(&program, &key.sign(&claims(60))).await?, StatusCode::OK);
    assert_eq!(provider.asked(), 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_watched_by_a_token_ends_with_it() -> Result<()> {
    let key = Key::new("a")?;
    let provider = Provider::start(&key).await?;
    let program = start(&provider, "leeway = \"0s\"").await?;
    // The stream runs, so that none of the seconds is its start.
    let lasting = key.sign(&claims(600));
    ask(&program, "/still/lobby-1.jpg", &lasting).await?.error_for_status()?;
    let (token, until) = (key.sign(&claims(8)), Instant::now() + Duration::from_secs(8));
    let (mut stills, _) =
        tokio_tungstenite::connect_async(program.ws_url(&format!("/ws/lobby-1?token={token}"))).await?;
    let (mut video, _) =
        tokio_tungstenite::connect_async(program.ws_url(&format!("/ws/lobby-1?format=mp4&token={token}"))).await?;
    let (mut told, _) = tokio_tungstenite::connect_async(program.ws_url(&format!("/api/events?token={token}"))).await?;
    let mut mjpeg = ask(&program, "/mjpeg/lobby-1", &token).await?.error_for_status()?.bytes_stream();
    let sse = program.request(Method::GET, "/api/events").bearer_auth(&token).header("accept", "text/event-stream");
    let mut sse = sse.send().await?.error_for_status()?.bytes_stream();
    // Engine.IO's open packet, Socket.IO's connection, and then events until it says that it ends.
    let page = program.ws_url(&format!("/socket.io/?EIO=4&transport=websocket&token={token}"));
    let (mut page, _) = tokio_tungstenite::connect_async(page).await?;
    page.send(Message::text("40")).await?;
    let mut others = ask(&program, "/mjpeg/lobby-1", &lasting).await?.error_for_status()?.bytes_stream();
    let all = async {
        for socket in [&mut stills, &mut video, &mut told] {
            let mut messages = 0;
            loop {
                match socket.next().await.context("an end without a close frame")?? {
                    Message::Close(frame) => {
                        ensure!(frame.is_some_and(|frame| u16::from(frame.code) == 1001), "another code");
                        break;
                    }
                    _ => messages += 1,
                }
            }
            ensure!(messages > 0, "nothing was shown");
        }
        let mut figures = 0;
        while let Some(Ok(message)) = page.next().await {
            let text = message.to_text().unwrap_or_default();
            figures += u32::from(text.contains("stats_update"));
            if text == "41" {
                break;
            }
        }
        ensure!(figures > 0, "a page was told nothing");
        for body in [&mut mjpeg, &mut sse] {
            let mut chunks = 0;
            while body.next().await.transpose()?.is_some() {
                chunks += 1;
            }
            ensure!(chunks > 0, "nothing was sent");
        }
        Ok(())
    };
    timeout(Duration::from_secs(8) + LIMIT, all).await.context("they do not end")??;
    assert!(Instant::now() + Duration::from_millis(1_100) >= until, "whole seconds stand in a token");
    assert!(timeout(LIMIT, others.next()).await?.context("another viewer's ends too")?.is_ok());
    let over = program.get(&format!("/hls/lobby-1/index.m3u8?token={token}")).await?;
    assert_eq!(over.status(), StatusCode::UNAUTHORIZED);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_rotate_and_stay_while_the_provider_is_away() -> Result<()> {
    let [first, second, third] = [Key::new("first")?, Key::new("second")?, Key::new("third")?];
    let provider = Provider::start(&first).await?;
    let program = start(&provider, "").await?;
    let fetched = until_event(&program, "jwks-fetched", 1).await?;
    assert_eq!(fetched["data"]["keys"], json!(["first"]));
    assert_eq!(status(&program, &first.sign(&claims(60))).await?, StatusCode::OK);
    assert_eq!(provider.asked(), 1);

    // A key that is not known yet is asked for, and its token waits for the answer.
    sleep(ASKED_EVERY).await;
    provider.rotate(&second);
    assert_eq!(status(&program, &second.sign(&claims(60))).await?, StatusCode::OK);
    assert_eq!(provider.asked(), 2);
    assert_eq!(until_event(&program, "jwks-fetched", 2).await?["data"]["keys"], json!(["second"]));
    // The one that was taken back lets nobody in.
    assert_eq!(status(&program, &first.sign(&claims(60))).await?, StatusCode::UNAUTHORIZED);

    // A flood of keys that there are not, from everywhere: whoever has a known one notices nothing.
    let (begun, before) = (Instant::now(), provider.asked());
    let flood = futures::stream::iter(0..400).map(|number| {
        let (program, provider_key) = (&program, &first);
        async move {
            let token = provider_key.sign_with(&json!({ "alg": "EdDSA", "kid": format!("no-{number}") }), &claims(60));
            let request = program.request(Method::GET, "/api/streams/lobby-1").bearer_auth(token);
            let address = format!("10.1.{}.{}", number / 200, number % 200);
            anyhow::Ok(request.header("x-forwarded-for", address).send().await?.status())
        }
    });
    let flood = flood.buffer_unordered(32).collect::<Vec<_>>();
    let meanwhile = async {
        let begun = Instant::now();
        let status = status(&program, &second.sign(&claims(60))).await?;
        anyhow::Ok((status, begun.elapsed()))
    };
    let (refused, (good, took)) = tokio::join!(flood, async { meanwhile.await.unwrap_or_default() });
    assert_eq!(good, StatusCode::OK);
    assert!(took < Duration::from_secs(3), "{took:?}");
    for status in refused {
        assert_eq!(status?, StatusCode::UNAUTHORIZED);
    }
    let most = 1 + begun.elapsed().as_secs() as usize / 5;
    assert!(provider.asked() - before <= most, "{} in {:?}", provider.asked() - before, begun.elapsed());

    // Away: what is known goes on, and it is told once.
    sleep(ASKED_EVERY).await;
    provider.leave();
    assert_eq!(status(&program, &third.sign(&claims(60))).await?, StatusCode::UNAUTHORIZED);
    let failed = until_event(&program, "jwks-failed", 1).await?;
    assert_eq!(failed["data"]["in_force"], 1);
    let sections = sections(&provider, "leeway = \"30s\"");
    program.apply(&sections.replace("[streams.vault]", "[streams.cellar]")).await?;
    assert_eq!(status(&program, &second.sign(&claims(60))).await?, StatusCode::OK);
    // And back, with another one.
    provider.rotate(&third);
    provider.come_back();
    assert_eq!(until_event(&program, "jwks-fetched", 3).await?["data"]["keys"], json!(["third"]));
    assert_eq!(status(&program, &third.sign(&claims(60))).await?, StatusCode::OK);
    assert_eq!(events(&program).await?.iter().filter(|event| event["kind"] == "jwks-failed").count(), 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn without_keys_signed_tokens_wait_and_others_do_not() -> Result<()> {
    let key = Key::new("a")?;
    let provider = Provider::start(&key).await?;
    provider.leave();
    let program = start(&provider, "").await?;
    until_event(&program, "jwks-failed", 1).await?;
    let answer = ask(&program, "/api/streams/lobby-1", &key.sign(&claims(60))).await?;
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.headers().contains_key("retry-after"));
    assert_eq!(status(&program, OPERATOR).await?, StatusCode::OK);
    provider.come_back();
    until_event(&program, "jwks-fetched", 1).await?;
    assert_eq!(status(&program, &key.sign(&claims(60))).await?, StatusCode::OK);
    // Without the section they are nobody's.
    let sections = sections(&provider, "").replace(&provider.section(""), "");
    program.apply(&sections).await?;
    assert_eq!(status(&program, &key.sign(&claims(60))).await?, StatusCode::UNAUTHORIZED);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_may_be_in_a_file() -> Result<()> {
    let key = Key::new("a")?;
    let folder = tempfile::tempdir()?;
    let set = json!({ "keys": [key.written()] });
    std::fs::write(folder.path().join("jwks.json"), set.to_string())?;
    let sections =
        "[access.jwt]\njwks = \"jwks.json\"\naudience = \"framegate\"\n\n[streams.lobby-1]\nsource = \"push\"\n";
    let program = Program::start_in(folder, sections).await?;
    assert_eq!(status(&program, &key.sign(&claims(60))).await?, StatusCode::OK);
    let nobody = program.get("/api/streams/lobby-1").await?;
    assert_eq!(nobody.status(), StatusCode::UNAUTHORIZED);
    Ok(())
}
