//! Who may come in, and to what: users, tokens, sessions of browsers, on every output.

use anyhow::{Context, Result};
use framegate_tests::program::{Program, user_hash};
use futures::{SinkExt, StreamExt};
use reqwest::header::{AUTHORIZATION, COOKIE, LOCATION, ORIGIN, SET_COOKIE, WWW_AUTHENTICATE};
use reqwest::{Client, Method, Response, StatusCode, redirect};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

const ANNA: &str = "correct horse battery";
const BERT: &str = "staple staple staple";
const WALL: &str = "wall-0123456789abcdef";
const DOOR: &str = "door-0123456789abcdef";

/// Streams, and who may what of them.
async fn sections() -> Result<String> {
    let stream = "source = \"test://?size=192x96&fps=10\"\nhls = { segment = \"500ms\" }\n";
    Ok(format!(
        "[users.anna]\n{}\nview = [\"*\"]\ncontrol = [\"*\"]\n\n[users.bert]\n{}\nview = [\"lobby-*\"]\n\n\
         [tokens.wall]\nsecret = \"{WALL}\"\nview = [\"lobby-*\"]\n\n[tokens.door]\nsecret = \"{DOOR}\"\npublish = [\"door\"]\n\n\
         [streams.lobby-1]\n{stream}\n[streams.vault]\n{stream}\n[streams.door]\nsource = \"push\"\n",
        user_hash(ANNA).await?,
        user_hash(BERT).await?
    ))
}

/// Somebody with a way of saying who it is.
struct Visitor<'p> {
    program: &'p Program,
    http: Client,
}

impl<'p> Visitor<'p> {
    fn new(program: &'p Program) -> Result<Self> {
        Ok(Self { program, http: Client::builder().no_proxy().redirect(redirect::Policy::none()).build()? })
    }

    async fn get(&self, path: &str, header: Option<(&str, &str)>) -> Result<Response> {
        self.ask(Method::GET, path, header).await
    }

    async fn ask(&self, method: Method, path: &str, header: Option<(&str, &str)>) -> Result<Response> {
        let mut request = self.http.request(method, self.program.url(path));
        if let Some((name, value)) = header {
            request = request.header(name, value);
        }
        request.send().await.with_context(|| format!("GET {path}"))
    }

    async fn as_user(&self, path: &str, name: &str, password: &str) -> Result<Response> {
        Ok(self.http.get(self.program.url(path)).basic_auth(name, Some(password)).send().await?)
    }

    /// `POST /login` as the page's form sends it.
    async fn log_in(&self, name: &str, password: &str, origin: &str) -> Result<Response> {
        let body = format!("username={name}&password={}&next=%2Fwatch%2Flobby-1", password.replace(' ', "+"));
        let request = self.http.post(self.program.url("/login")).header(ORIGIN, origin).body(body);
        Ok(request.header("content-type", "application/x-www-form-urlencoded").send().await?)
    }
}

/// The names in the list of streams.
async fn names(answer: Response) -> Result<Vec<String>> {
    let list: Value = answer.error_for_status()?.json().await?;
    let streams = list["streams"].as_array().context("streams")?;
    Ok(streams.iter().filter_map(|stream| Some(stream["name"].as_str()?.to_owned())).collect())
}

/// The code that a WebSocket is closed with, if it is before anything is shown.
async fn close_code(
    program: &Program,
    path: &str,
    headers: impl IntoIterator<Item = (&'static str, &str)>,
) -> Result<Option<u16>> {
    let mut request = program.ws_url(path).into_client_request()?;
    for (name, value) in headers {
        request.headers_mut().insert(name, value.parse()?);
    }
    let (mut socket, _) = tokio_tungstenite::connect_async(request).await?;
    loop {
        match socket.next().await.context("an end without a close frame")?? {
            Message::Close(frame) => return Ok(frame.map(|frame| frame.code.into())),
            Message::Binary(_) => {
                socket.close(None).await?;
                return Ok(None);
            }
            Message::Ping(data) => socket.send(Message::Pong(data)).await?,
            _ => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_says_nothing_gets_the_frame_of_pages_and_nothing_else() -> Result<()> {
    let program = Program::start(&sections().await?).await?;
    let visitor = Visitor::new(&program)?;
    for path in ["/", "/watch/vault", "/login", "/assets/login.js", "/healthz", "/problems/unauthorized"] {
        assert_eq!(visitor.get(path, None).await?.status(), StatusCode::OK, "{path}");
    }
    for path in [
        "/api/streams",
        "/api/plugins",
        "/api/health",
        "/mjpeg/lobby-1",
        "/still/lobby-1.jpg",
        "/hls/lobby-1/index.m3u8",
    ] {
        let answer = visitor.get(path, None).await?;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{path}");
        let ways: Vec<_> = answer.headers().get_all(WWW_AUTHENTICATE).iter().collect();
        assert!(ways.len() == 2 && ways[1].to_str()?.starts_with("Basic realm="), "{ways:?}");
        assert_eq!(answer.json::<Value>().await?["type"], "/problems/unauthorized");
        // The script of a page gets no dialog in its way.
        let answer = visitor.get(path, Some(("sec-fetch-dest", "empty"))).await?;
        assert_eq!(answer.headers().get_all(WWW_AUTHENTICATE).iter().count(), 1);
    }
    // One that is not there answers like one that is.
    let [vault, nothing] = ["vault", "nothing"].map(|name| format!("/api/streams/{name}"));
    let [vault, nothing] = [visitor.get(&vault, None).await?, visitor.get(&nothing, None).await?];
    assert_eq!(vault.text().await?, nothing.text().await?);
    assert_eq!(close_code(&program, "/ws/lobby-1", None).await?, Some(4401));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn users_and_tokens_see_what_is_theirs_and_nothing_of_the_rest() -> Result<()> {
    let program = Program::start(&sections().await?).await?;
    let visitor = Visitor::new(&program)?;
    let wall = format!("Bearer {WALL}");
    let wall = Some((AUTHORIZATION.as_str(), &*wall));
    assert_eq!(names(visitor.as_user("/api/streams", "anna", ANNA).await?).await?, ["door", "lobby-1", "vault"]);
    assert_eq!(names(visitor.as_user("/api/streams", "bert", BERT).await?).await?, ["lobby-1"]);
    assert_eq!(names(visitor.get("/api/streams", wall).await?).await?, ["lobby-1"]);
    let with_token = format!("/api/streams?token={WALL}");
    assert_eq!(names(visitor.get(&with_token, None).await?).await?, ["lobby-1"]);

    for (name, password) in [("anna", BERT), ("nobody", ANNA), ("Anna", ANNA)] {
        let answer = visitor.as_user("/api/streams", name, password).await?;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{name}");
    }
    let wrong = visitor.get("/api/streams", Some((AUTHORIZATION.as_str(), "Bearer wall-0123456789abcdeg"))).await?;
    assert_eq!(wrong.status(), StatusCode::UNAUTHORIZED);

    // What may not be viewed is as what is not there, also for who may push to it.
    let door = format!("Bearer {DOOR}");
    let door = Some((AUTHORIZATION.as_str(), &*door));
    for path in ["/api/streams/{}", "/still/{}.jpg", "/mjpeg/{}", "/hls/{}/index.m3u8", "/{}/stream.m3u8"] {
        let hidden = visitor.get(&path.replace("{}", "vault"), wall).await?;
        assert_eq!(hidden.status(), StatusCode::NOT_FOUND, "{path}");
        let missing = visitor.get(&path.replace("{}", "nowhere"), wall).await?;
        assert_eq!(hidden.text().await?, missing.text().await?.replace("nowhere", "vault"), "{path}");
    }
    assert_eq!(visitor.get("/api/streams/door", door).await?.status(), StatusCode::NOT_FOUND);
    assert_eq!(visitor.get("/api/streams", door).await?.status(), StatusCode::FORBIDDEN);
    let header = Some(("authorization", &*format!("Bearer {WALL}")));
    assert_eq!(close_code(&program, "/ws/vault", header).await?, Some(4404));
    assert_eq!(close_code(&program, "/ws/lobby-1", header).await?, None);
    assert_eq!(close_code(&program, &format!("/ws/lobby-1?token={WALL}"), None).await?, None);

    // Pushing, and changing.
    let pushed = visitor.ask(Method::POST, "/ingest/door", door).await?;
    assert_eq!(pushed.json::<Value>().await?["type"], "/problems/bad-image");
    assert_eq!(visitor.ask(Method::POST, "/ingest/lobby-1", door).await?.status(), StatusCode::NOT_FOUND);
    assert_eq!(visitor.ask(Method::POST, "/ingest/lobby-1", wall).await?.status(), StatusCode::FORBIDDEN);
    assert_eq!(visitor.ask(Method::POST, "/api/plugins/clock/reload", wall).await?.status(), StatusCode::FORBIDDEN);
    let reload = visitor.http.post(program.url("/api/plugins/clock/reload")).basic_auth("anna", Some(ANNA)).send();
    assert_eq!(reload.await?.json::<Value>().await?["type"], "/problems/unknown-plugin");
    Ok(())
}

/// What operators see is for those who may change it; of the rest everybody has what is theirs.
#[tokio::test(flavor = "multi_thread")]
async fn who_may_view_some_streams_sees_nothing_of_others_and_not_how_they_are_configured() -> Result<()> {
    let program = Program::start(&sections().await?).await?;
    let visitor = Visitor::new(&program)?;
    for name in ["lobby-1", "vault"] {
        visitor.as_user(&format!("/still/{name}.jpg"), "anna", ANNA).await?.error_for_status()?;
    }
    let of = async |name: &str, password: &str| -> Result<Vec<String>> {
        let request = visitor.http.get(program.url("/api/events")).header("accept", "application/json");
        let list: Value = request.basic_auth(name, Some(password)).send().await?.error_for_status()?.json().await?;
        let mut streams: Vec<_> = list["events"].as_array().context("events")?.iter().collect();
        streams.retain(|event| event["kind"] == "stream-live");
        Ok(streams.iter().filter_map(|event| Some(event["stream"].as_str()?.to_owned())).collect())
    };
    assert_eq!(of("anna", ANNA).await?, ["lobby-1", "vault"]);
    assert_eq!(of("bert", BERT).await?, ["lobby-1"]);
    for path in ["/api/viewers", "/api/config", "/api/streams/lobby-1/viewers"] {
        assert_eq!(visitor.as_user(path, "bert", BERT).await?.status(), StatusCode::FORBIDDEN, "{path}");
        visitor.as_user(path, "anna", ANNA).await?.error_for_status()?;
    }
    let added = visitor.http.put(program.url("/api/streams/lobby-2")).basic_auth("anna", Some(ANNA));
    added.json(&serde_json::json!({ "source": "push" })).send().await?.error_for_status()?;
    let anna: Value = visitor.as_user("/api/streams/lobby-2", "anna", ANNA).await?.json().await?;
    let bert: Value = visitor.as_user("/api/streams/lobby-2", "bert", BERT).await?.json().await?;
    assert_eq!((&anna["config"]["source"], &bert["config"]), (&serde_json::json!("push"), &Value::Null));
    assert_eq!(bert["name"], "lobby-2");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_in_the_address_of_a_playlist_is_carried_to_every_file() -> Result<()> {
    let program = Program::start(&sections().await?).await?;
    let visitor = Visitor::new(&program)?;
    let index = visitor.get(&format!("/hls/lobby-1/index.m3u8?token={WALL}"), None).await?;
    let index = index.error_for_status()?.text().await?;
    let media = index.lines().find(|line| !line.starts_with('#')).context("a variant")?;
    let text = visitor.get(&format!("/hls/lobby-1/{media}"), None).await?.error_for_status()?.text().await?;
    let in_quotes = text.lines().filter_map(|line| line.split_once("URI=\"")?.1.split('"').next());
    let files: Vec<_> = text.lines().filter(|line| !line.starts_with('#')).chain(in_quotes).collect();
    assert!(files.len() > 2, "{text}");
    for file in files {
        let path = format!("/hls/lobby-1/{file}");
        assert!(file.contains(&format!("token={WALL}")), "{file}");
        assert!(visitor.get(&path, None).await?.status().is_success(), "{path}");
        let bare = path.split('?').next().context("a path")?;
        assert_eq!(visitor.get(bare, None).await?.status(), StatusCode::UNAUTHORIZED, "{bare}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_logs_in_for_a_session_and_out_of_it() -> Result<()> {
    let program = Program::start(&sections().await?).await?;
    let visitor = Visitor::new(&program)?;
    let here = program.url("");
    let answer = visitor.log_in("bert", "wrong wrong wrong", &here).await?;
    assert_eq!(answer.headers()[LOCATION], "/login?wrong&next=%2Fwatch%2Flobby%2D1");
    assert!(!answer.headers().contains_key(SET_COOKIE));
    // No page of another site logs anybody in, to have them watched.
    assert_eq!(visitor.log_in("bert", BERT, "http://evil.example").await?.status(), StatusCode::FORBIDDEN);

    let answer = visitor.log_in("bert", BERT, &here).await?;
    assert_eq!((answer.status(), answer.headers()[LOCATION].to_str()?), (StatusCode::SEE_OTHER, "/watch/lobby-1"));
    let set = answer.headers()[SET_COOKIE].to_str()?.to_owned();
    let (cookie, attributes) = set.split_once("; ").context("attributes")?;
    for attribute in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(attributes.contains(attribute), "{set}");
    }
    let with = Some((COOKIE.as_str(), cookie));
    assert_eq!(names(visitor.get("/api/streams", with).await?).await?, ["lobby-1"]);
    let headers = [("cookie", cookie), ("origin", &here)];
    assert_eq!(close_code(&program, "/ws/lobby-1", headers).await?, None);
    assert_eq!(close_code(&program, "/ws/lobby-1", [("cookie", cookie)]).await?, Some(4403));

    let out = visitor.ask(Method::POST, "/logout", with).await?;
    assert!(out.headers()[SET_COOKIE].to_str()?.contains("Max-Age=0"));
    assert_eq!(visitor.get("/api/streams", with).await?.status(), StatusCode::UNAUTHORIZED);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_taken_out_of_the_file_is_out_without_a_restart() -> Result<()> {
    let before = sections().await?;
    let program = Program::start(&before).await?;
    let visitor = Visitor::new(&program)?;
    let answer = visitor.log_in("bert", BERT, &program.url("")).await?;
    let set = answer.headers()[SET_COOKIE].to_str()?.to_owned();
    let session = set.split(';').next().map(|cookie| (COOKIE.as_str(), cookie));
    assert!(visitor.get("/api/streams", session).await?.status().is_success());
    assert!(visitor.as_user("/api/streams", "bert", BERT).await?.status().is_success());

    // Another password for one, another token, and everybody may see the lobby.
    let bert = user_hash("another password").await?;
    let lines: Vec<String> = before
        .split("\n\n")
        .map(|section| match section {
            section if section.starts_with("[users.bert]") => format!("[users.bert]\n{bert}\nview = [\"lobby-*\"]"),
            section => section.replace(WALL, "wall-fedcba9876543210"),
        })
        .collect();
    program.apply(&format!("[anonymous]\nview = [\"door\"]\n\n{}", lines.join("\n\n"))).await?;
    assert_eq!(names(visitor.get("/api/streams", session).await?).await?, ["door"]);
    assert_eq!(visitor.as_user("/api/streams", "bert", BERT).await?.status(), StatusCode::UNAUTHORIZED);
    assert!(visitor.as_user("/api/streams", "bert", "another password").await?.status().is_success());
    let old = visitor.get(&format!("/api/streams?token={WALL}"), None).await?;
    assert_eq!(old.status(), StatusCode::UNAUTHORIZED);
    assert!(visitor.as_user("/api/streams", "anna", ANNA).await?.status().is_success());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_tries_passwords_is_slowed_and_who_is_in_stays_in() -> Result<()> {
    let program = Program::start(&sections().await?).await?;
    let visitor = Visitor::new(&program)?;
    assert!(visitor.as_user("/api/streams", "bert", BERT).await?.status().is_success());
    let mut refused = None;
    for number in 0..20 {
        let answer = visitor.as_user("/api/streams", "anna", &format!("guess number {number}")).await?;
        match answer.status() {
            StatusCode::UNAUTHORIZED => {}
            StatusCode::TOO_MANY_REQUESTS => {
                let wait = answer.headers()["retry-after"].to_str()?.parse::<u64>()?;
                assert!((1..=2).contains(&wait), "{wait}");
                refused = Some(number);
                break;
            }
            other => anyhow::bail!("{other}"),
        }
    }
    assert!(refused.is_some_and(|number| number >= 4), "{refused:?}");
    // Also the right one, and tokens; not those who were here before, and not who says nothing.
    assert_eq!(visitor.as_user("/api/streams", "anna", ANNA).await?.status(), StatusCode::TOO_MANY_REQUESTS);
    let token = format!("/api/streams?token={WALL}");
    assert_eq!(visitor.get(&token, None).await?.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(visitor.as_user("/api/streams", "bert", BERT).await?.status().is_success());
    assert_eq!(visitor.get("/api/streams", None).await?.status(), StatusCode::UNAUTHORIZED);
    let answer = visitor.log_in("anna", ANNA, &program.url("")).await?;
    assert!(answer.headers()[LOCATION].to_str()?.starts_with("/login?later&"));
    tokio::time::sleep(std::time::Duration::from_millis(2_100)).await;
    assert!(visitor.as_user("/api/streams", "anna", ANNA).await?.status().is_success());
    Ok(())
}

/// Behind a proxy that is named, each client is slowed for itself, seen in the list of viewers, and told from this machine.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_behind_a_trusted_proxy_is_who_asks() -> Result<()> {
    let stream = "[streams.lobby-1]\nsource = \"test://?size=192x96&fps=10\"\n";
    // Without users only this machine is let in, whatever a proxy on it says of others.
    let program = Program::start(stream).await?;
    let visitor = Visitor::new(&program)?;
    let from = |address: &'static str| Some(("x-forwarded-for", address));
    assert_eq!(visitor.get("/api/streams", from("192.0.2.7")).await?.status(), StatusCode::OK);
    program.apply(&format!("trusted_proxies = [\"127.0.0.1\"]\n{stream}")).await?;
    assert_eq!(visitor.get("/api/streams", from("192.0.2.7")).await?.status(), StatusCode::FORBIDDEN);
    assert_eq!(visitor.get("/api/streams", None).await?.status(), StatusCode::OK);

    let program = Program::start(&format!("trusted_proxies = [\"127.0.0.1\"]\n{}", sections().await?)).await?;
    let visitor = Visitor::new(&program)?;
    let wrong = async |address: &'static str| {
        let request = visitor.http.get(program.url("/api/streams")).header("x-forwarded-for", address);
        request.basic_auth("anna", Some("wrong")).send().await
    };
    for _ in 0..6 {
        wrong("192.0.2.7").await?;
    }
    assert_eq!(wrong("192.0.2.7").await?.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(wrong("192.0.2.8").await?.status(), StatusCode::UNAUTHORIZED);
    let playing = visitor.http.get(program.url(&format!("/mjpeg/lobby-1?token={WALL}")));
    let playing = playing.header("x-forwarded-for", "198.51.100.1, 192.0.2.9").send().await?.error_for_status()?;
    let list: Value = visitor.as_user("/api/viewers", "anna", ANNA).await?.json().await?;
    assert_eq!(list["viewers"][0]["address"], "192.0.2.9", "{list}");
    drop(playing);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_asks_the_api_without_end_is_told_to_wait() -> Result<()> {
    let program = Program::start(&sections().await?).await?;
    let visitor = Visitor::new(&program)?;
    let path = format!("/api/streams/lobby-1?token={WALL}");
    let asked = (0..2_000).map(|_| visitor.get(&path, None));
    let answers: Vec<_> = futures::stream::iter(asked).buffer_unordered(32).collect().await;
    let mut refused = 0;
    for answer in answers {
        let answer = answer?;
        if answer.status() == StatusCode::TOO_MANY_REQUESTS {
            refused += 1;
            assert!(answer.headers().contains_key("retry-after"));
        }
    }
    println!("{refused} of 2000 refused");
    assert!(refused > 0, "nothing was refused");
    // Others are not held up by it.
    assert!(visitor.as_user("/api/streams", "anna", ANNA).await?.status().is_success());
    Ok(())
}

const LINK_SECRET: &str = "link-secret-0123456789abcdef0123456789";
const CAMERA: &str = "camera-word-0123456789";

/// The sections with a secret for links, a page that is trusted, and a camera that is not there.
async fn more_sections() -> Result<String> {
    let camera = "[streams.yard]\nsource = \"rtsp://127.0.0.1:9/x?token=in-the-address-0123\"\nusername = \"viewer\"\n\
                  password = \"${CAMERA_WORD}\"\n";
    Ok(format!("{}\n{camera}", sections().await?))
}

async fn start_with_links(sections: &str, variables: &[(&str, &std::path::Path)]) -> Result<Program> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("streams.toml");
    let server =
        format!("listen = \"127.0.0.1:0\"\nlink_secret = \"{LINK_SECRET}\"\ncors = [\"http://site.example\"]\n");
    std::fs::write(&file, format!("[server]\n{server}\n{sections}"))?;
    let variables = [variables, &[("CAMERA_WORD", std::path::Path::new(CAMERA))]].concat();
    let file = file.to_str().context("a folder of UTF-8")?.to_owned();
    Program::start_command(folder, &["run", &file], &variables).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_shows_one_stream_to_players_that_cannot_say_who_they_are() -> Result<()> {
    let program = start_with_links(&more_sections().await?, &[]).await?;
    let visitor = Visitor::new(&program)?;
    let path = "/api/streams/vault/link?expires_in=3";
    assert_eq!(visitor.ask(Method::POST, path, None).await?.status(), StatusCode::UNAUTHORIZED);
    let bert =
        visitor.http.post(program.url("/api/streams/lobby-1/link")).basic_auth("bert", Some(BERT)).send().await?;
    assert_eq!(bert.status(), StatusCode::FORBIDDEN);
    let anna = visitor.http.post(program.url(path)).basic_auth("anna", Some(ANNA)).send().await?;
    let made: Value = anna.error_for_status()?.json().await?;
    let made_at = std::time::Instant::now();
    let token = made["token"].as_str().context("a token")?;
    for address in made["addresses"].as_array().context("addresses")?.iter().filter_map(Value::as_str) {
        if address.starts_with("/ws/") {
            assert_eq!(close_code(&program, address, None).await?, None);
        } else if !address.starts_with("/mjpeg/") {
            assert!(visitor.get(address, None).await?.status().is_success(), "{address}");
        }
    }
    assert_eq!(visitor.get(&format!("/still/lobby-1.jpg?token={token}"), None).await?.status(), StatusCode::NOT_FOUND);
    let forged = token.replace(".vault", ".lobby-1");
    let forged = visitor.get(&format!("/still/lobby-1.jpg?token={forged}"), None).await?;
    assert_eq!(forged.status(), StatusCode::UNAUTHORIZED);
    tokio::time::sleep(std::time::Duration::from_millis(3_100).saturating_sub(made_at.elapsed())).await;
    // However often it is tried: one that is over keeps nobody out.
    for _ in 0..10 {
        let over = visitor.get(&format!("/still/vault.jpg?token={token}"), None).await?;
        assert_eq!(over.status(), StatusCode::UNAUTHORIZED);
    }

    // The command makes the same, without the program.
    let file = program.folder().join("streams.toml");
    let output = tokio::process::Command::new(framegate_tests::program::path()?)
        .args(["link", "vault", "--file"])
        .arg(file)
        .env("CAMERA_WORD", CAMERA)
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(std::time::Duration::from_secs(20), output).await??;
    let address = String::from_utf8(output.stdout)?;
    assert!(visitor.get(address.trim(), None).await?.status().is_success(), "{address}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_another_origin_may_what_is_written_and_never_by_a_cookie() -> Result<()> {
    let program = start_with_links(&more_sections().await?, &[]).await?;
    let visitor = Visitor::new(&program)?;
    let path = format!("/hls/lobby-1/index.m3u8?token={WALL}");
    for (origin, allowed) in [("http://site.example", true), ("http://evil.example", false)] {
        let answer = visitor.get(&path, Some((ORIGIN.as_str(), origin))).await?;
        let shared = answer.headers().get("access-control-allow-origin");
        assert_eq!(shared.is_some_and(|shared| shared == origin), allowed, "{shared:?}");
        assert!(!answer.headers().contains_key("access-control-allow-credentials"));
        // Refusals too, so that its script can read why.
        let refused = visitor.get("/api/streams", Some((ORIGIN.as_str(), origin))).await?;
        assert_eq!(refused.headers().contains_key("access-control-allow-origin"), allowed);
        let asked = visitor.http.request(Method::OPTIONS, program.url("/api/streams")).header(ORIGIN, origin);
        let asked = asked.header("access-control-request-method", "GET").send().await?;
        assert_eq!(asked.status() == StatusCode::NO_CONTENT, allowed);
        let socket = close_code(&program, &format!("/ws/lobby-1?token={WALL}"), Some(("origin", origin))).await?;
        assert_eq!(socket, if allowed { None } else { Some(4403) });
    }

    // A session changes something only from a page that says that it is ours.
    let answer = visitor.log_in("anna", ANNA, &program.url("")).await?;
    let set = answer.headers()[SET_COOKIE].to_str()?.to_owned();
    let session = set.split(';').next().context("a cookie")?;
    let reload = async |origin: Option<&str>| -> Result<StatusCode> {
        let mut request = visitor.http.post(program.url("/api/plugins/clock/reload")).header(COOKIE, session);
        if let Some(origin) = origin {
            request = request.header(ORIGIN, origin);
        }
        Ok(request.send().await?.status())
    };
    assert_eq!(reload(Some(&program.url(""))).await?, StatusCode::NOT_FOUND);
    assert_eq!(reload(None).await?, StatusCode::FORBIDDEN);
    assert_eq!(reload(Some("http://evil.example")).await?, StatusCode::FORBIDDEN);
    Ok(())
}

/// Everything that is secret in a busy run is looked for in all that the program says, with its log at its most talkative.
#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_in_a_log_or_an_answer_of_a_busy_run() -> Result<()> {
    let sections = more_sections().await?;
    let mut program = start_with_links(&sections, &[("FRAMEGATE_LOG", std::path::Path::new("debug"))]).await?;
    let mut said = vec![program.log()];
    let (secrets, answers) = {
        let visitor = Visitor::new(&program)?;
        let answer = visitor.log_in("bert", BERT, &program.url("")).await?;
        let set = answer.headers()[SET_COOKIE].to_str()?.to_owned();
        let cookie = set.split(';').next().context("a cookie")?.to_owned();
        let link = visitor.http.post(program.url("/api/streams/lobby-1/link")).basic_auth("anna", Some(ANNA)).send();
        let link: Value = link.await?.json().await?;
        let link = link["token"].as_str().context("a token")?.to_owned();
        let hashes =
            sections.lines().filter_map(|line| line.strip_prefix("password = \"$argon2id$")?.rsplit('$').next());
        let hashes = hashes.map(|hash| hash.trim_end_matches('"').to_owned());
        let basic = |name: &str, word: &str| {
            use base64::Engine as _;
            base64::engine::general_purpose::STANDARD.encode(format!("{name}:{word}"))
        };
        let mut secrets: Vec<String> = hashes.collect();
        secrets
            .extend([ANNA, BERT, WALL, DOOR, LINK_SECRET, CAMERA, "in-the-address-0123", "wrong-word"].map(Into::into));
        secrets.extend([basic("anna", ANNA), basic("bert", BERT), ANNA.replace(' ', "+")]);
        secrets.push(cookie.split_once('=').context("a value")?.1.to_owned());
        secrets.push(link.split('.').nth(3).context("a signature")?.to_owned());

        let mut answers = Vec::new();
        let (wall, door) = (format!("Bearer {WALL}"), format!("Bearer {DOOR}"));
        for path in [
            "/api/streams",
            "/api/streams/yard",
            "/api/streams/lobby-1",
            "/api/plugins",
            "/api/health",
            "/api/config",
            "/api/viewers",
            "/metrics",
            "/api/streams/yard/timeline",
            "/still/lobby-1.jpg",
            "/still/yard.jpg",
            "/hls/yard/index.m3u8",
            "/ingest/door",
            "/nonsense",
            "/login",
        ] {
            for header in [
                None,
                Some((AUTHORIZATION.as_str(), &*wall)),
                Some((AUTHORIZATION.as_str(), &*door)),
                Some((COOKIE.as_str(), &*cookie)),
            ] {
                answers.push(visitor.get(path, header).await?);
                answers.push(visitor.ask(Method::POST, path, header).await?);
            }
            answers.push(visitor.as_user(path, "anna", ANNA).await?);
            answers.push(visitor.get(&format!("{path}?token={link}"), None).await?);
            said.push(program.log());
        }
        _ = close_code(&program, &format!("/ws/yard?token={WALL}"), None).await?;
        _ = close_code(&program, &format!("/ws/lobby-1?token={link}"), None).await?;
        for _ in 0..8 {
            answers.push(visitor.as_user("/api/streams", "anna", "wrong-word").await?);
            answers.push(visitor.get("/api/streams?token=wrong-word", None).await?);
        }
        let mut texts = Vec::new();
        for answer in answers {
            texts.push(format!("{:?}", answer.headers()));
            texts.push(String::from_utf8_lossy(&answer.bytes().await?).into_owned());
        }
        (secrets, texts)
    };
    // A file whose mistakes stand where secrets do, and one that is taken.
    let server = format!("[server]\nlisten = \"127.0.0.1:0\"\nlink_secret = \"{LINK_SECRET}\"\n");
    let broken =
        sections.replace("password = \"$argon2id$", "pasword = \"$argon2id$").replace("secret = ", "secrte = ");
    program.replace("streams.toml", format!("{server}\n{broken}\n[tokens.x]\nsecret = \"wrong-word\"\n").as_bytes())?;
    program.hang_up()?;
    program.logs("not taken").await?;
    said.push(program.log());
    program.replace(
        "streams.toml",
        format!("{server}\n{}", sections.replace(DOOR, "another-door-0123456789")).as_bytes(),
    )?;
    program.hang_up()?;
    program.logs("who may do what is new").await?;
    program.terminate()?;
    program.ended(std::time::Duration::from_secs(20)).await?;
    said.push(program.log());
    assert!(said.iter().any(|log| log.contains("answered")), "the log is not at its most talkative");
    for secret in &secrets {
        let found = said.iter().chain(&answers).flat_map(|text| text.lines()).find(|line| line.contains(&**secret));
        assert!(found.is_none(), "{secret}: {found:?}");
    }
    println!("{} secrets in {} logs and {} answers: none", secrets.len(), said.len(), answers.len());
    Ok(())
}

/// So that pages need not be refused to know.
#[tokio::test(flavor = "multi_thread")]
async fn each_is_told_who_they_are_and_what_they_may() -> Result<()> {
    let program = Program::start(&sections().await?).await?;
    let visitor = Visitor::new(&program)?;
    let session = async |answer: Response| -> Result<Value> { Ok(answer.error_for_status()?.json().await?) };
    let none: [&str; 0] = [];
    assert_eq!(
        session(visitor.as_user("/api/session", "anna", ANNA).await?).await?,
        json!({ "name": "anna", "kind": "user", "may": { "view": ["*"], "publish": none, "control": ["*"], "metrics": none }, "operators": true })
    );
    let bert = session(visitor.as_user("/api/session", "bert", BERT).await?).await?;
    assert_eq!(
        (&bert["name"], &bert["may"]["view"], &bert["may"]["control"]),
        (&json!("bert"), &json!(["lobby-*"]), &json!(none))
    );
    let wall = session(visitor.get(&format!("/api/session?token={WALL}"), None).await?).await?;
    assert_eq!((&wall["kind"], &wall["name"]), (&json!("token"), &json!("wall")));
    // Who may see nothing has no page to show, and who says nothing is asked.
    assert_eq!(visitor.get(&format!("/api/session?token={DOOR}"), None).await?.status(), StatusCode::FORBIDDEN);
    assert_eq!(visitor.get("/api/session", None).await?.status(), StatusCode::UNAUTHORIZED);
    // What it says is what holds.
    assert_eq!(visitor.as_user("/api/config", "anna", ANNA).await?.status(), StatusCode::OK);
    assert_eq!(visitor.as_user("/api/config", "bert", BERT).await?.status(), StatusCode::FORBIDDEN);
    drop(program);

    let alone = Program::start("[streams.lobby]\nsource = \"push\"\n").await?;
    let told = alone.json("/api/session").await?;
    assert_eq!(
        (&told["kind"], &told["name"], &told["may"]["control"]),
        (&json!("anybody"), &Value::Null, &json!(["*"]))
    );
    Ok(())
}
