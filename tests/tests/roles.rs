//! The roles beside pictures, in the whole program: an access policy before every address, findings at viewers, an event sink over HTTP.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use framegate_tests::client::{Message, Viewer};
use framegate_tests::program::Program;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

fn caller() -> String {
    format!("component = \"{}\"\n", test_components::file("caller").display())
}

/// The guest `caller` lets in who brings the token `secret`, and says 401 to who brings none.
#[tokio::test(flavor = "multi_thread")]
async fn an_access_policy_is_asked_before_every_address() -> Result<()> {
    let sections = format!(
        "access_policy = \"caller\"\n\n[plugins.caller]\n{}grants.http = [\"127.0.0.1:9\"]\n\n\
         [streams.lobby]\nsource = \"test://?size=320x180&fps=10\"\n",
        caller()
    );
    let program = Program::start(&sections).await?;
    for path in
        ["/still/lobby.jpg", "/still/lob%62y.jpg", "/mjpeg/lobby", "/api/streams", "/api/plugins", "/", "/nowhere"]
    {
        let with = |token: &str| format!("{path}?token={token}");
        ensure!(program.get(path).await?.status() == 401, "{path}");
        ensure!(program.get(&with("wrong")).await?.status() == 403, "{path}");
        ensure!(program.get(&with("secret")).await?.status() != 401, "{path}");
    }
    let challenged = program.get("/still/lobby.jpg").await?;
    ensure!(challenged.headers()["www-authenticate"].to_str()?.starts_with("Bearer"));
    ensure!(challenged.json::<serde_json::Value>().await?["type"] == "/problems/unauthorized");
    ensure!(program.post("/api/plugins/caller/reload").await?.status() == 401);
    ensure!(program.get("/still/lobby.jpg?token=secret").await?.status() == 200);
    // A browser cannot read the status of a refused handshake: it is told over the socket.
    for (query, code) in [("", 4401), ("?token=wrong", 4403)] {
        let mut viewer = Viewer::connect(&program, &format!("lobby{query}")).await?;
        let Message::Text(problem) = viewer.next().await? else { anyhow::bail!("no problem was told") };
        ensure!(problem["type"] == "problem", "{problem}");
        ensure!(viewer.next().await? == Message::Closed(code));
    }
    Viewer::connect(&program, "lobby?token=secret").await?.still().await?;
    let listed = program.json("/api/plugins?token=secret").await?;
    let policy = &listed["plugins"][0]["access_policy"];
    ensure!(policy["role"] == "access-policy" && policy["health"] == "ok", "{listed}");
    ensure!(policy["succeeded"].as_u64() >= Some(3) && policy["faults"] == serde_json::json!({}), "{listed}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn findings_reach_viewers_and_events_reach_sinks_with_their_picture() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    let sections = format!(
        "[plugins.diary]\ncomponent = \"{}\"\n\n[plugins.webhook]\ngrants.http = [\"127.0.0.1:{port}\"]\n\n\
         [streams.lobby]\nsource = \"test://?size=320x180&fps=10\"\nplugins = [{{ use = \"diary\" }}, {{ use = \"clock\" }}]\n\
         events = [{{ use = \"webhook\", kinds = [\"diary\"], options = {{ url = \"http://127.0.0.1:{port}/\", still = \"base64\" }} }}]\n",
        test_components::file("diary").display()
    );
    let program = Program::start(&sections).await?;
    let mut viewer = Viewer::connect(&program, "lobby?format=jpeg").await?;
    let begin = Instant::now();
    let found = loop {
        match viewer.next().await? {
            Message::Text(text) if text["type"] == "annotations" => break text,
            _ => ensure!(begin.elapsed() < Duration::from_secs(20), "nothing was found"),
        }
    };
    ensure!(matches!(viewer.next().await?, Message::Still(_)), "it is told right before its picture");
    let finding = &found["annotations"][0];
    ensure!(finding["label"] == "diary" && finding["area"]["width"] == 0.0094, "{found}");
    let (mut connection, _) = tokio::time::timeout(Duration::from_secs(20), listener.accept()).await??;
    let mut request = Vec::new();
    while !request.ends_with(b"}") {
        let mut room = [0; 65_536];
        let read = connection.read(&mut room).await?;
        ensure!(read > 0, "the request broke off");
        request.extend_from_slice(&room[..read]);
    }
    connection.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").await?;
    let request = String::from_utf8(request)?;
    let (_, body) = request.split_once("\r\n\r\n").context("a body")?;
    let event: serde_json::Value = serde_json::from_str(body)?;
    ensure!(event["kind"] == "diary" && event["stream"] == "lobby" && event["plugin"] == "diary", "{event}");
    ensure!(event["still"].as_str().is_some_and(|still| still.starts_with("/9j/")), "the still is a JPEG");
    ensure!(event["annotations"][0]["label"] == "diary", "{event}");
    // The same one is kept for who looks at the list of events.
    let list =
        program.request(reqwest::Method::GET, "/api/events?kind=diary&limit=1").header("accept", "application/json");
    let list: serde_json::Value = list.send().await?.error_for_status()?.json().await?;
    let id = list["events"][0]["id"].as_u64().with_context(|| format!("no event: {list}"))?;
    let still = program.get(&format!("/api/events/{id}/still")).await?.error_for_status()?;
    ensure!(still.headers()["content-type"] == "image/jpeg", "{still:?}");
    ensure!(still.bytes().await?.starts_with(&[0xff, 0xd8, 0xff]), "the still is a JPEG");
    ensure!(program.get("/api/events/1/still").await?.status() == 404);
    // Who does not want to know is not told.
    let mut viewer = Viewer::connect(&program, "lobby?format=jpeg&annotations=0").await?;
    for _ in 0..8 {
        if let Message::Text(text) = viewer.next().await? {
            ensure!(text["type"] != "annotations", "{text}");
        }
    }
    let stream = program.stream("lobby").await?;
    ensure!(stream["services"][0]["plugin"] == "webhook", "{stream}");
    Ok(())
}
