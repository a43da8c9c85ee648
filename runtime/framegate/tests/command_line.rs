//! The program as a person starts it.

use std::time::Duration;

use anyhow::Result;
use framegate_tests::{program, tool};
use tokio::process::Command;

const LIMIT: Duration = Duration::from_secs(60);

/// Exit status, standard output, standard error.
async fn run(arguments: &[&str], file: Option<&str>) -> Result<(i32, String, String)> {
    let folder = tempfile::tempdir()?;
    let mut command = Command::new(program::path()?);
    command.args(arguments).current_dir(folder.path());
    if let Some(text) = file {
        std::fs::write(folder.path().join("streams.toml"), text)?;
    }
    let output = tool::run(&mut command, LIMIT).await?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok((output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr)))
}

const MISTAKES: &str = "[server]\nlisten = \"nowhere\"\n\n[streams.lobby]\nsorce = \"test://\"\n\n[streams.gate]\nsource = \"gopher://old\"\n";

#[tokio::test]
async fn check_names_every_mistake_at_once_and_exits_with_2() -> Result<()> {
    for arguments in [&["check", "streams.toml"][..], &["check"], &["run", "streams.toml"], &["streams.toml"]] {
        let (status, out, err) = run(arguments, Some(MISTAKES)).await?;
        let said = out + &err;
        assert_eq!(status, 2, "{arguments:?}: {said}");
        for words in ["streams.toml", "listen", "sorce", "source", "gopher"] {
            assert!(said.contains(words), "{arguments:?} does not say {words}: {said}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn check_passes_a_good_file() -> Result<()> {
    let file = "[streams.lobby]\nsource = \"test://\"\nplugins = [{ use = \"clock\" }]\n";
    let (status, out, err) = run(&["check"], Some(file)).await?;
    assert_eq!(status, 0, "{out}{err}");
    Ok(())
}

#[tokio::test]
async fn a_mistake_in_a_plugins_options_is_found_by_the_plugin() -> Result<()> {
    let file = "[streams.lobby]\nsource = \"test://\"\nplugins = [{ use = \"clock\", options = { position = \"nowhere\" } }]\n";
    let (status, out, err) = run(&["check"], Some(file)).await?;
    let said = out + &err;
    assert_eq!(status, 2, "{said}");
    assert!(said.contains("position") && said.contains("streams.toml:3"), "{said}");
    Ok(())
}

#[tokio::test]
async fn a_listener_beyond_loopback_is_refused_unless_access_is_open() -> Result<()> {
    let file = "[server]\nlisten = \"0.0.0.0:0\"\n[streams.lobby]\nsource = \"test://\"\n";
    let (status, out, err) = run(&["run"], Some(file)).await?;
    assert_ne!(status, 0);
    assert!((out + &err).contains("access"), "it says what to write");
    let open = file.replace("0:0\"\n", "0:0\"\naccess = \"open\"\n");
    assert_eq!(run(&["check"], Some(&open)).await?.0, 0);
    let user = format!("{file}[users.anna]\n{}\nview = [\"*\"]\n", program::user_hash("correct horse").await?);
    assert_eq!(run(&["check"], Some(&user)).await?.0, 0);
    Ok(())
}

#[tokio::test]
async fn a_password_that_is_too_short_is_told() -> Result<()> {
    // Its standard input is empty.
    let (status, out, err) = run(&["user", "hash"], None).await?;
    assert_eq!((status, out.as_str()), (2, ""), "{err}");
    assert!(err.contains("at least 8 characters"), "{err}");
    Ok(())
}

#[tokio::test]
async fn a_missing_file_is_told_by_its_name() -> Result<()> {
    let (status, out, err) = run(&["run", "elsewhere.toml"], None).await?;
    assert_eq!(status, 2);
    assert!((out + &err).contains("elsewhere.toml"));
    Ok(())
}

#[tokio::test]
async fn schema_help_and_version_are_printed() -> Result<()> {
    let (status, schema, _) = run(&["schema"], None).await?;
    let schema: serde_json::Value = serde_json::from_str(&schema)?;
    assert!(status == 0 && schema.to_string().contains("stall_timeout"));
    let (status, help, _) = run(&["--help"], None).await?;
    assert!(status == 0 && help.contains("framegate check") && help.contains("schema"), "{help}");
    let (status, version, _) = run(&["--version"], None).await?;
    assert!(status == 0 && version.to_lowercase().contains("openh264"), "{version}");
    Ok(())
}
