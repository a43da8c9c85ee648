//! The description of the API: that it is true of every address, and that a tool which knows nothing but it finds no answer that it does not tell of.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use framegate_tests::program::Program;
use framegate_tests::tool;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::timeout;

const SECTIONS: &str = "[streams.lobby]\nsource = \"test://?size=320x180&fps=10\"\nplugins = [{ use = \"clock\" }]\n\n\
                        [streams.door]\nsource = \"push\"\n";
const METHODS: [Method; 5] = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

/// An address of which there is something.
fn filled(path: &str) -> String {
    let file = if path.starts_with("/still/") { "lobby.jpg" } else { "index.m3u8" };
    let file = if path.starts_with("/assets/") { "style.css" } else { file };
    let named =
        [("{stream}", "lobby"), ("{file}", file), ("{id}", "1"), ("{plugin}", "clock"), ("{kind}", "not-found")];
    named.iter().fold(path.to_owned(), |path, (name, value)| path.replace(name, value))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_address_answers_what_is_described_and_no_other_method() -> Result<()> {
    let program = Program::start(SECTIONS).await?;
    let document = program.json("/api/openapi.json").await?;
    ensure!(document["openapi"] == "3.1.0", "{document}");
    let paths = document["paths"].as_object().context("no paths")?;
    ensure!(paths.len() > 30, "{} addresses", paths.len());
    let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build()?;
    for (path, operations) in paths {
        for method in METHODS {
            let described = &operations[method.as_str().to_ascii_lowercase()];
            let asking = http.request(method.clone(), program.url(&filled(path))).header("accept", "application/json");
            // The head of the answer: some never end.
            let answer = timeout(Duration::from_secs(20), asking.send()).await.with_context(|| path.clone())??;
            let status = answer.status().as_u16();
            if described.is_null() {
                let allowed = answer.headers().get("allow").context("no Allow")?.to_str()?.to_owned();
                ensure!(status == 405, "{method} {path} is not described, and answers {status}");
                ensure!(!allowed.split(',').any(|name| name == method.as_str()), "{method} {path}: {allowed}");
                continue;
            }
            let told = &described["responses"][status.to_string()];
            ensure!(!told.is_null(), "{method} {path} answers {status}, which is not described");
            let essence = answer.headers().get("content-type").and_then(|value| value.to_str().ok()?.split(';').next());
            let types = told["content"].as_object();
            let is_told = match essence {
                Some(essence) => types.is_some_and(|types| types.contains_key(essence)),
                None => true,
            };
            ensure!(is_told, "{method} {path}: {status} {essence:?} is none of {types:?}");
        }
    }
    Ok(())
}

/// What is asked about is answered as if it were done, and is not.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_checked_is_not_done() -> Result<()> {
    let program = Program::start(SECTIONS).await?;
    let ask = async |method: Method, path: &str, body: Value| program.request(method, path).json(&body).send().await;
    let good = json!({ "source": "push", "plugins": [{ "use": "clock", "options": { "text": "{time}" } }] });
    let answer = ask(Method::PUT, "/api/streams/gate?check=true", good.clone()).await?;
    ensure!(answer.status() == 204, "{answer:?}");
    ensure!(program.get("/api/streams/gate").await?.status() == 404);
    let bad =
        json!({ "name": "gate", "source": "push", "plugins": [{ "use": "clock", "options": { "size": "big" } }] });
    let answer = ask(Method::POST, "/api/streams?check", bad).await?;
    ensure!(answer.status() == 422, "{answer:?}");
    let told: Value = answer.json().await?;
    ensure!(told["mistakes"][0]["key"] == "plugins[0].options.size", "{told}");
    ensure!(ask(Method::PUT, "/api/streams/lobby?check=1", good.clone()).await?.status() == 409);
    ask(Method::PUT, "/api/streams/gate", good).await?.error_for_status()?;
    let answer = ask(Method::PATCH, "/api/streams/gate?check=1", json!({ "max_viewers": "many" })).await?;
    ensure!(answer.status() == 422, "{answer:?}");
    ensure!(program.get("/api/streams/gate?check=maybe").await?.status() == 200);
    ensure!(ask(Method::PATCH, "/api/streams/gate?check=maybe", json!({})).await?.status() == 400);
    let schema = program.json("/api/plugins/clock").await?;
    ensure!(
        schema["options"]["properties"]["text"].is_object() && schema["streams"][0]["stream"] == "gate",
        "{schema}"
    );
    let schema = program.json("/api/schemas/stream").await?;
    ensure!(schema["properties"]["max_viewers"].is_object() && schema["required"] == json!(["source"]), "{schema}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn totals_are_those_of_the_streams() -> Result<()> {
    let program = Program::start(SECTIONS).await?;
    let length = program.get("/still/lobby.jpg").await?.error_for_status()?.bytes().await?.len() as u64;
    let stats = program.json("/api/stats").await?;
    let detail = program.stream("lobby").await?;
    ensure!(stats["streams"]["live"] == 1 && stats["streams"]["idle"] == 1, "{stats}");
    ensure!(stats["sent"] == length && detail["sent"] == length, "{length} bytes, {stats}, {detail}");
    ensure!(stats["received"].as_u64() > Some(0) && stats["decoded"].as_u64() > Some(0), "{stats}");
    Ok(())
}

/// Schemathesis makes requests of the description, good and bad ones, and compares the answers to it.
#[tokio::test(flavor = "multi_thread")]
async fn schemathesis_finds_no_answer_that_is_not_described() -> Result<()> {
    let Some(tool) = tool::find("schemathesis", "schemathesis_finds_no_answer_that_is_not_described") else {
        return Ok(());
    };
    let program = Program::start(SECTIONS).await?;
    let mut command = tokio::process::Command::new(tool);
    command.arg("run").arg(program.url("/api/openapi.json"));
    // The others never end, or are files.
    command.args([
        "--include-path-regex",
        "^/(api/|healthz|readyz|metrics|ingest|problems|still)",
        "--exclude-path-regex",
        "^/api/events$",
    ]);
    command.args(["--checks", "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,unsupported_method"]);
    command.args(["-n", "20", "--seed", "1", "--no-color", "--request-timeout", "20", "--generation-database", "none"]);
    command.arg("--continue-on-failure").current_dir(program.folder());
    let output = tool::run(&mut command, Duration::from_secs(300)).await?;
    let said = String::from_utf8_lossy(&output.stdout);
    ensure!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    println!("{}", said.lines().rev().take(25).collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join("\n"));
    Ok(())
}
