//! `framegate convert`: a server for one camera moves here, by the program and the file that comes out of it.

use std::path::Path;
use std::process::Output;

use anyhow::{Context, Result, ensure};
use framegate_tests::camera::{Camera, Script};
use framegate_tests::clip::Numbered;
use framegate_tests::program::{self, LIMIT, Program, user_hash};
use framegate_tests::tool;
use serde_json::json;
use tokio::process::Command;

const SECRET: &str = "hunter2 hunter2";

async fn framegate(folder: &Path, words: &[&str]) -> Result<Output> {
    tool::run(Command::new(program::path()?).current_dir(folder).args(words), LIMIT).await
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_out_is_checked_and_served() -> Result<()> {
    let camera = Camera::start(Script::new(Numbered::default().h264()));
    let folder = tempfile::tempdir()?;
    let file = json!({
        "camera": { "name": "Front Door", "rtsp_url": camera.url(), "username": "admin", "password": SECRET, "fps": 10 },
        "server": { "host": "127.0.0.1", "port": 0, "username": "anna", "password": SECRET, "debug": true },
        "telegram": { "bot_token": format!("1:{SECRET}"), "chat_id": 5 },
        "recording": { "path": "clips" },
    });
    std::fs::write(folder.path().join("config.json"), file.to_string())?;
    let printed = framegate(folder.path(), &["convert", "config.json"]).await?;
    let (toml, told) = (text(&printed.stdout), text(&printed.stderr));
    ensure!(printed.status.success() && !toml.contains(SECRET) && !told.contains(SECRET), "{toml}\n{told}");
    for words in [
        "  CAMERA_PASSWORD  ",
        "  USER_PASSWORD_HASH  ",
        "  TELEGRAM_TOKEN  ",
        "`recording.path`: ",
        "`server.debug`: ",
        "`server.port`: ",
    ] {
        ensure!(told.contains(words), "{words:?}: {told}");
    }

    // Nothing is overwritten without a word.
    std::fs::write(folder.path().join("streams.toml"), "mine")?;
    let output = ["convert", "config.json", "--output", "streams.toml"];
    let refused = framegate(folder.path(), &output).await?;
    ensure!(refused.status.code() == Some(2) && text(&refused.stderr).contains("--force"), "{refused:?}");
    ensure!(std::fs::read_to_string(folder.path().join("streams.toml"))? == "mine");
    let written = framegate(folder.path(), &[&output[..], &["--force"]].concat()).await?;
    ensure!(written.status.success() && written.stdout.is_empty(), "{written:?}");
    ensure!(std::fs::read_to_string(folder.path().join("streams.toml"))? == toml);

    // Any port that is free, for the test.
    let served = toml.replace("127.0.0.1:5000", "127.0.0.1:0");
    ensure!(served != toml, "{toml}");
    std::fs::write(folder.path().join("streams.toml"), served)?;
    let hash = user_hash(SECRET).await?;
    let hash = hash.split('"').nth(1).context("a hash in quotes")?;
    let variables = [("USER_PASSWORD_HASH", hash), ("CAMERA_PASSWORD", SECRET), ("TELEGRAM_TOKEN", "1:abc")];
    let checked =
        Command::new(program::path()?).current_dir(folder.path()).arg("check").envs(variables).output().await?;
    ensure!(checked.status.success() && checked.stderr.is_empty(), "{}", text(&checked.stderr));
    let variables = variables.map(|(name, value)| (name, Path::new(value)));
    let program = Program::start_command(folder, &["run"], &variables).await?;
    let status = program.request(reqwest::Method::GET, "/api/status").basic_auth("anna", Some(SECRET)).send().await?;
    let status: serde_json::Value = status.error_for_status()?.json().await?;
    ensure!(status["stream"] == "front-door", "{status}");
    ensure!(program.get("/video_feed").await?.status() == 401);
    let feed =
        program.request(reqwest::Method::GET, "/still/front-door.jpg").basic_auth("anna", Some(SECRET)).send().await?;
    ensure!(feed.status() == 200, "{feed:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_converted_is_told_with_its_place() -> Result<()> {
    let folder = tempfile::tempdir()?;
    for (text_of, said) in [
        ("{\n  \"camera\": ,\n}", "error: config.json:2:13: expected value\n"),
        ("{ \"camera\": 0 }", "error: config.json: `camera`: must be rtsp://"),
        ("{}", "error: config.json: no address of a camera is in it"),
        ("[]", "error: config.json: the configuration must be an object"),
    ] {
        std::fs::write(folder.path().join("config.json"), text_of)?;
        let refused = framegate(folder.path(), &["convert", "config.json", "--output", "streams.toml"]).await?;
        ensure!(refused.status.code() == Some(2) && refused.stdout.is_empty(), "{refused:?}");
        ensure!(text(&refused.stderr).starts_with(said), "{}", text(&refused.stderr));
        ensure!(!folder.path().join("streams.toml").exists());
    }
    let missing = framegate(folder.path(), &["convert", "none.json"]).await?;
    ensure!(missing.status.code() == Some(2) && text(&missing.stderr).contains("none.json cannot be read"));
    Ok(())
}
