//! HTTPS: which TLS is spoken, certificates that are renewed under viewers, and an address that operators have of their own.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use framegate_tests::program::{self, LIMIT, Program};
use framegate_tests::secured::{Authority, SECTION, answer};
use framegate_tests::tool;
use futures::StreamExt as _;
use reqwest::Method;
use rustls::version::{TLS12, TLS13};
use serde_json::json;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::process::Command;
use tokio::time::{Instant, sleep, timeout};
use tokio_tungstenite::tungstenite::Message;

const LOBBY: &str = "[streams.lobby]\nsource = \"test://\"\n";

/// The program with a certificate, with these keys of `[server]` and these sections.
async fn secured(authority: &Authority, server: &str, sections: &str) -> Result<Program> {
    let folder = TempDir::new()?;
    authority.give(&["localhost", "127.0.0.1"], folder.path())?;
    Program::start_in(folder, &format!("{server}\n{SECTION}{sections}")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn both_versions_of_tls_and_of_http_are_spoken_and_none_that_is_older() -> Result<()> {
    let authority = Authority::new()?;
    let program = secured(&authority, "", LOBBY).await?;
    for version in [&TLS12, &TLS13] {
        let stream = authority.connect(program.address(), &[version], &["http/1.1"]).await?;
        ensure!(stream.get_ref().1.protocol_version() == Some(version.version));
        let (status, body) = answer(stream, "GET /healthz HTTP/1.1").await?;
        ensure!(status == 200, "{body}");
    }
    let stream = authority.connect(program.address(), &[&TLS13], &["h2", "http/1.1"]).await?;
    ensure!(stream.get_ref().1.alpn_protocol() == Some(b"h2"), "{:?}", stream.get_ref().1.alpn_protocol());

    // A hello of TLS 1.1 (RFC 4346 section 7.4.1.2): one suite, no extension. The answer is a fatal alert: there is no such version (70), or nothing that
    // both speak (40).
    let mut hello = vec![22, 3, 1, 0, 45, 1, 0, 0, 41, 3, 2];
    hello.extend([7; 32]);
    hello.extend([0, 0, 2, 0xc0, 0x13, 1, 0]);
    let mut stream = TcpStream::connect(program.address()).await?;
    stream.write_all(&hello).await?;
    let mut alert = [0; 7];
    timeout(LIMIT, stream.read_exact(&mut alert)).await??;
    ensure!((alert[0], alert[5]) == (21, 2) && [40, 70].contains(&alert[6]), "{alert:?}");
    ensure!(timeout(LIMIT, stream.read(&mut alert)).await?? == 0, "it goes on");

    // Who forgets the s is told, and who says nothing keeps nobody.
    let (status, body) = answer(TcpStream::connect(program.address()).await?, "GET / HTTP/1.1").await?;
    ensure!(status == 400 && body.contains("https://"), "{status} {body}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn curl_speaks_http_2_with_it() -> Result<()> {
    let Some(curl) = tool::find("curl", "curl_speaks_http_2_with_it") else { return Ok(()) };
    let authority = Authority::new()?;
    let program = secured(&authority, "", LOBBY).await?;
    let url = format!("https://localhost:{}/still/lobby.jpg", program.address().port());
    let mut command = Command::new(curl);
    command.args([
        "--silent",
        "--show-error",
        "--output",
        "/dev/null",
        "--write-out",
        "%{http_version} %{http_code} %{size_download}",
    ]);
    command.arg("--cacert").arg(authority.file(program.folder())).arg(url);
    let output = tool::run(&mut command, LIMIT).await?;
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let words: Vec<_> = told.split(' ').collect();
    ensure!(words.len() == 3 && words[..2] == ["2", "200"] && words[2].parse::<u32>()? > 1_000, "{told} {output:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_renewed_under_its_viewers_and_a_bad_one_changes_nothing() -> Result<()> {
    let authority = Authority::new()?;
    let program = secured(&authority, "", LOBBY).await?;
    let shown = async || -> Result<Vec<u8>> {
        let stream = authority.connect(program.address(), &[&TLS13], &["http/1.1"]).await?;
        let certificates = stream.get_ref().1.peer_certificates().context("no certificate")?;
        Ok(certificates.first().context("an empty chain")?.to_vec())
    };
    let first = shown().await?;
    let stream = authority.connect(program.address(), &[&TLS12, &TLS13], &["http/1.1"]).await?;
    let (mut viewer, _) = tokio_tungstenite::client_async("wss://localhost/ws/lobby", stream).await?;
    let mut picture = async || -> Result<Vec<u8>> {
        loop {
            let message =
                timeout(LIMIT, viewer.next()).await.context("no picture in time")?.context("it was closed")??;
            if let Message::Binary(bytes) = message {
                return Ok(bytes.to_vec());
            }
        }
    };
    ensure!(picture().await? != picture().await?, "the picture does not move");

    // The key of another: what is served stays, and the log says which key of the file to look at.
    let other = TempDir::new()?;
    authority.give(&["localhost"], other.path())?;
    std::fs::copy(other.path().join("key.pem"), program.folder().join("key.pem"))?;
    program.logs("is not that of the certificate").await?;
    ensure!(program.log().contains("server.tls.key"), "{}", program.log());
    ensure!(shown().await? == first);

    // Nor does a mistake elsewhere keep the next one back.
    program.rewrite(&format!("\n{SECTION}[streams.lobby]\nsource = \"nonsense\"\n"))?;
    program.logs("streams.lobby.source").await?;
    authority.give(&["localhost", "cams.example"], program.folder())?;
    let limit = Instant::now() + LIMIT;
    let second = loop {
        match shown().await? {
            same if same == first => ensure!(Instant::now() < limit, "still the first certificate"),
            other => break other,
        }
        sleep(Duration::from_millis(50)).await;
    };
    ensure!(second != first);
    picture().await?;
    let (_, events) = authority
        .ask(program.address(), "GET /api/events?kind=certificate-loaded HTTP/1.1\r\nAccept: application/json")
        .await?;
    ensure!(events.contains("cams.example"), "{events}");
    let (_, metrics) = authority.ask(program.address(), "GET /metrics HTTP/1.1").await?;
    ensure!(metrics.contains("framegate_tls_certificate_end_time_seconds "), "{metrics}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn operators_have_an_address_of_their_own() -> Result<()> {
    let authority = Authority::new()?;
    let program = secured(&authority, "control = \"127.0.0.1:0\"\n", LOBBY).await?;
    let public = program.address();
    // This machine reads along with nobody: HTTP.
    let program = program.at_operators().await?;
    for path in ["/", "/watch/lobby", "/healthz", "/api/streams", "/still/lobby.jpg"] {
        ensure!(authority.ask(public, &format!("GET {path} HTTP/1.1")).await?.0 == 200, "{path}");
        ensure!(program.get(path).await?.status() == 200, "{path}");
    }
    for path in ["/metrics", "/dashboard", "/dashboard/lobby", "/api/logs", "/api/config", "/api/viewers"] {
        let (status, body) = authority.ask(public, &format!("GET {path} HTTP/1.1")).await?;
        ensure!(status == 404 && body.contains("server.control"), "{path}: {status} {body}");
        ensure!(program.get(path).await?.status() == 200, "{path}");
    }
    let session = authority.ask(public, "GET /api/session HTTP/1.1").await?.1;
    ensure!(session.contains("\"operators\":false") && session.contains("\"control\":[]"), "{session}");
    ensure!(program.json("/api/session").await?["operators"] == true);
    // Nor are they told of each other's doings in what else is served there.
    program.rewrite(&format!("control = \"127.0.0.1:0\"\n\n{SECTION}[streams.lobby]\nsource = \"nonsense\"\n"))?;
    program.logs("not taken, everything goes on as it was").await?;
    let list = "GET /api/events HTTP/1.1\r\nAccept: application/json";
    let (status, events) = authority.ask(public, list).await?;
    ensure!(status == 200 && events.contains("stream-started"), "{events}");
    ensure!(!events.contains("configuration-refused") && !events.contains("certificate-loaded"), "{events}");
    let all = program.request(Method::GET, "/api/events").header("accept", "application/json").send().await?;
    ensure!(all.text().await?.contains("configuration-refused"));
    let added = program.request(Method::PUT, "/api/streams/yard").json(&json!({ "source": "test://" })).send().await?;
    ensure!(added.status().is_success(), "{added:?}");
    let (_, detail) = authority.ask(public, "GET /api/streams/yard HTTP/1.1").await?;
    ensure!(detail.contains("\"yard\"") && !detail.contains("\"config\":{"), "{detail}");
    ensure!(program.json("/api/streams/yard").await?["config"].is_object());
    let stop = "POST /api/streams/lobby/stop HTTP/1.1\r\nContent-Length: 0";
    ensure!(authority.ask(public, stop).await?.0 == 404);
    ensure!(program.post("/api/streams/lobby/stop").await?.status() == 200);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_cannot_be_served_is_a_mistake_of_the_file() -> Result<()> {
    let folder = TempDir::new()?;
    let file = folder.path().join("streams.toml");
    std::fs::write(&file, format!("{SECTION}{LOBBY}"))?;
    for words in [["check"], ["run"]] {
        let output = tool::run(Command::new(program::path()?).args(words).arg(&file), LIMIT).await?;
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        ensure!(output.status.code() == Some(2), "{told}");
        ensure!(told.contains("streams.toml:2:1") && told.contains("`server.tls.certificate`"), "{told}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn health_is_asked_over_https_too() -> Result<()> {
    let authority = Authority::new()?;
    let program = secured(&authority, "", LOBBY).await?;
    let url = format!("https://{}", program.address());
    let output = tool::run(Command::new(program::path()?).args(["health", &url]), LIMIT).await?;
    ensure!(output.status.success(), "{output:?}");
    let plain = format!("http://{}", program.address());
    let output = tool::run(Command::new(program::path()?).args(["health", &plain]), LIMIT).await?;
    ensure!(!output.status.success() && String::from_utf8_lossy(&output.stderr).contains("400"), "{output:?}");
    Ok(())
}

/// An edge that pushes over HTTPS, to a broker whose authority it was told of.
#[tokio::test(flavor = "multi_thread")]
async fn stills_are_pushed_over_https() -> Result<()> {
    const TOKEN: &str = "edge-0123456789abcdef";
    let authority = Authority::new()?;
    let broker = secured(
        &authority,
        "",
        &format!("[tokens.edge]\nsecret = \"{TOKEN}\"\npublish = [\"*\"]\n\n[anonymous]\nview = [\"*\"]\n\n[streams.\"*\"]\nsource = \"push\"\n"),
    )
    .await?;
    let port = broker.address().port();
    let sections = format!(
        "[streams.lobby]\nsource = \"test://\"\n\n[[streams.lobby.push]]\nto = \"https://localhost:{port}/ingest/lobby\"\ntoken = \"{TOKEN}\"\n"
    );
    let believed = authority.file(broker.folder());
    let edge = Program::start_with(TempDir::new()?, &sections, &[("SSL_CERT_FILE", &believed)]).await?;
    let limit = Instant::now() + LIMIT;
    while authority.ask(broker.address(), "GET /still/lobby.webp HTTP/1.1").await?.0 != 200 {
        ensure!(Instant::now() < limit, "nothing came: {}", edge.json("/api/streams/lobby/pushes").await?);
        sleep(Duration::from_millis(100)).await;
    }
    // Who was told of no authority believes none of it.
    let stranger = Program::start(&sections).await?;
    let limit = Instant::now() + LIMIT;
    loop {
        let pushes = stranger.json("/api/streams/lobby/pushes").await?;
        if let Some(error) = pushes["pushes"][0]["error"].as_str() {
            ensure!(error.contains("certificate"), "{error}");
            return Ok(());
        }
        ensure!(Instant::now() < limit, "no error: {pushes}");
        sleep(Duration::from_millis(100)).await;
    }
}
