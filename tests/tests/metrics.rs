//! `/metrics` as scrapers, rules and dashboards read it, and the table of `docs/metrics.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use framegate_tests::client::{Multipart, Viewer};
use framegate_tests::exposition::{Exposition, Family, of_family};
use framegate_tests::program::{LIMIT, Program};
use framegate_tests::prometheus::{FOLDER, Prometheus};
use framegate_tests::secured::{Authority, SECTION};
use framegate_tests::tool;
use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::time::Instant;

/// A checker reads a file, or a pipe.
const CHECK: Duration = Duration::from_secs(30);
const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0";

/// Something of everything that is counted: a certificate, a plugin twice in a chain, a service, a policy, viewers, one who is refused, a camera that is away.
struct Busy {
    program: Program,
    _viewer: Viewer,
    _video: Viewer,
}

impl Busy {
    async fn start() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        Authority::new()?.give(&["localhost"], folder.path())?;
        let program = Program::start_in(
            folder,
            &(format!("control = \"127.0.0.1:0\"\n\n{SECTION}") + "[plugins.webhook]\ngrants.http = [\"127.0.0.1:9\"]\n\n\
             [streams.lobby]\nsource = \"test://?size=320x180&fps=20\"\nmax_viewers = 2\nstills.policy = \"format-choice\"\n\
             plugins = [{ use = \"clock\" }, { use = \"clock\" }]\n\
             events = [{ use = \"webhook\", options = { url = \"http://127.0.0.1:9/hunter2\" } }]\n\n\
             [streams.away]\nsource = \"rtsp://127.0.0.1:9/stream?token=hunter2\"\nusername = \"viewer\"\npassword = \"hunter2\"\non_demand = false\n"),
        )
        .await?
        .at_operators()
        .await?;
        let mut viewer = Viewer::connect(&program, "lobby?token=hunter2").await?;
        viewer.still().await?;
        let mut video = Viewer::connect(&program, "lobby?format=mp4").await?;
        video.still().await?;
        ensure!(program.get("/mjpeg/lobby").await?.status() == 503, "there were two places");
        let busy = Self { program, _viewer: viewer, _video: video };
        // Until every histogram has recorded something: those that have not are left out.
        let steps = ["wait", "decode", "plugins", "encode", "whole", "video", "video-whole"];
        wait(&busy.program, |read| {
            let count =
                |step| read.sum("framegate_step_duration_seconds_count", &[("stream", "lobby"), ("step", step)]);
            steps.iter().all(|step| count(step).is_some())
                && read.sum("framegate_format_policy_questions_total", &[]) > Some(0.0)
        })
        .await?;
        Ok(busy)
    }
}

async fn text(program: &Program) -> Result<String> {
    Ok(program.get("/metrics").await?.error_for_status()?.text().await?)
}

/// Waits until a scrape shows it.
async fn wait(program: &Program, is_so: impl Fn(&Exposition) -> bool) -> Result<Exposition> {
    let limit = Instant::now() + LIMIT;
    loop {
        let text = text(program).await?;
        let read = Exposition::parse(&text)?;
        if is_so(&read) {
            return Ok(read);
        }
        ensure!(Instant::now() < limit, "not within {LIMIT:?}:\n{text}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// What a checker says of a text that it is given.
async fn check(command: &mut Command, text: &str) -> Result<()> {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true).spawn()?;
    let mut input = child.stdin.take().context("a pipe")?;
    let given = async {
        input.write_all(text.as_bytes()).await?;
        drop(input);
        Ok::<_, anyhow::Error>(child.wait_with_output().await?)
    };
    let output = tokio::time::timeout(CHECK, given).await.context("it still checks")??;
    let said = [output.stdout, output.stderr].concat();
    ensure!(output.status.success() && said.is_empty(), "{}", String::from_utf8_lossy(&said));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn both_formats_are_what_others_read() -> Result<()> {
    let test = "both_formats_are_what_others_read";
    let busy = Busy::start().await?;
    let text = text(&busy.program).await?;
    let http = reqwest::Client::builder().no_proxy().timeout(LIMIT).build()?;
    let answer = http.get(busy.program.url("/metrics")).header("Accept", OPENMETRICS).send().await?;
    ensure!(answer.headers()["content-type"].to_str()?.starts_with(OPENMETRICS));
    let open = answer.text().await?;
    // The names of a file, and what viewers and operators wrote, not what is nobody's business.
    for secret in ["hunter2", "rtsp://", "127.0.0.1"] {
        ensure!(!text.contains(secret) && !open.contains(secret), "{secret} is told");
    }
    if let Some(promtool) = tool::find("promtool", test) {
        check(Command::new(promtool).args(["check", "metrics"]), &text).await.context("promtool")?;
    }
    let parser = "import sys\nfrom prometheus_client.openmetrics.parser import text_string_to_metric_families as parse\n\
                  assert len(list(parse(sys.stdin.read()))) > 40";
    // Debian's, which a Python that was installed beside it does not see.
    let python = Path::new("/usr/bin/python3");
    let imports = Command::new(python).args(["-c", "import prometheus_client"]).output().await;
    match imports.is_ok_and(|output| output.status.success()) {
        true => check(Command::new(python).args(["-c", parser]), &open).await.context("prometheus_client")?,
        false => tool::skip(test, "python3-prometheus-client is not installed"),
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn values_rise_with_streams_and_viewers() -> Result<()> {
    let lobby = "[streams.lobby]\nsource = \"test://?size=320x180&fps=20\"\nmax_viewers = 2\n";
    let program = Program::start(lobby).await?;
    let idle = wait(&program, |_| true).await?;
    ensure!(idle.sum("framegate_streams", &[]) == Some(1.0));
    ensure!(idle.sum("framegate_streams", &[("state", "idle")]) == Some(1.0));
    ensure!(idle.sum("framegate_viewers", &[]) == Some(0.0));
    ensure!(
        idle.sum("framegate_viewers_refused_total", &[("output", "mjpeg")]) == Some(0.0),
        "it is there before the first"
    );
    let mut viewer = Viewer::connect(&program, "lobby").await?;
    let mut image = Multipart::connect(&program, "lobby").await?;
    for _ in 0..10 {
        viewer.still().await?;
    }
    image.next().await?;
    ensure!(program.get("/mjpeg/lobby").await?.status() == 503);
    let watched = wait(&program, |_| true).await?;
    let of_lobby = |name: &str, label: (&str, &str)| watched.sum(name, &[("stream", "lobby"), label]);
    ensure!(of_lobby("framegate_viewers", ("output", "websocket")) == Some(1.0));
    ensure!(of_lobby("framegate_viewers", ("output", "mjpeg")) == Some(1.0));
    ensure!(of_lobby("framegate_viewers_refused_total", ("output", "mjpeg")) == Some(1.0));
    ensure!(of_lobby("framegate_stream_state", ("state", "live")) == Some(1.0));
    ensure!(watched.sum("framegate_stream_state", &[("stream", "lobby")]) == Some(1.0), "it is in one state");
    ensure!(watched.sum("framegate_stream_access_units_total", &[]) >= Some(10.0));
    ensure!(watched.sum("framegate_stream_received_bytes_total", &[]) >= Some(1_000.0));
    let decoded = |read: &Exposition| read.sum("framegate_step_duration_seconds_count", &[("step", "decode")]);
    ensure!(decoded(&watched) >= Some(10.0) && decoded(&idle).is_none());
    wait(&program, |read| decoded(read) > decoded(&watched)).await?;
    // One that comes is there from the start, one that goes takes its series with it.
    program.apply(&lobby.replace("lobby", "hall")).await?;
    let reloaded = wait(&program, |_| true).await?;
    ensure!(reloaded.sum("framegate_stream_access_units_total", &[("stream", "hall")]) == Some(0.0));
    ensure!(reloaded.sum("framegate_stream_access_units_total", &[("stream", "lobby")]).is_none());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn ready_is_said_until_the_program_stops() -> Result<()> {
    let mut program = Program::start("[streams.wall]\nsource = \"push\"\n").await?;
    ensure!(program.get("/readyz").await?.status() == 200);
    program.terminate()?;
    ensure!(program.ended(LIMIT).await?.success());
    ensure!(program.get("/readyz").await.is_err(), "nobody listens");
    Ok(())
}

/// The rows of `docs/metrics.md`: name, type, labels, meaning.
fn documented() -> Result<BTreeMap<String, [String; 3]>> {
    let file = PathBuf::from(FOLDER).join("../../docs/metrics.md");
    let text = fs::read_to_string(file)?;
    let rows = text.lines().filter(|line| line.starts_with("| `framegate_") || line.starts_with("| `process_"));
    rows.map(|row| {
        let cells: Vec<_> = row.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect();
        let [name, kind, labels, meaning] = <[String; 4]>::try_from(cells).map_err(|_| anyhow::anyhow!("{row}"))?;
        Ok((name.trim_matches('`').to_owned(), [kind, labels, meaning]))
    })
    .collect()
}

/// The same of what is sent. `le` is in every histogram.
fn row(family: &Family) -> [String; 3] {
    let names = family.samples.iter().flat_map(|sample| sample.labels.keys());
    let names: BTreeSet<_> = names.filter(|name| *name != "le").map(|name| format!("`{name}`")).collect();
    [family.kind.clone(), names.into_iter().collect::<Vec<_>>().join(", "), family.help.clone()]
}

#[tokio::test(flavor = "multi_thread")]
async fn the_table_in_docs_is_what_is_sent() -> Result<()> {
    let busy = Busy::start().await?;
    let sent = Exposition::parse(&text(&busy.program).await?)?;
    let mut documented = documented()?;
    for (name, family) in &sent.0 {
        ensure!(!family.samples.is_empty(), "{name} has no sample here: its labels cannot be compared");
        ensure!(
            documented.remove(name) == Some(row(family)),
            "docs/metrics.md wants | `{name}` | {} |",
            row(family).join(" | ")
        );
    }
    ensure!(documented.is_empty(), "docs/metrics.md has what there is not: {:?}", documented.keys());
    let clocks: Vec<_> = sent.0["framegate_plugin_calls_total"].samples.iter().map(|s| &s.labels["position"]).collect();
    ensure!(clocks == ["1", "2", "1"], "two places of a chain and a service: {clocks:?}");
    Ok(())
}

/// The metrics that an expression names, without the ends of histograms.
fn named<'a>(
    expression: &'a str,
    known: &'a BTreeMap<String, [String; 3]>,
) -> impl Iterator<Item = Result<String>> + 'a {
    let words = expression.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    let metrics = words.filter(|word| word.starts_with("framegate_") || word.starts_with("process_"));
    metrics.map(move |word| of_family(word, known).with_context(|| format!("there is no {word}, in {expression}")))
}

fn dashboard() -> Result<Value> {
    Ok(serde_json::from_slice(&fs::read(PathBuf::from(FOLDER).join("grafana-dashboard.json"))?)?)
}

/// What its panels ask.
fn expressions(dashboard: &Value) -> Vec<&str> {
    let panels = dashboard["panels"].as_array().into_iter().flatten();
    panels
        .flat_map(|panel| panel["targets"].as_array().into_iter().flatten())
        .filter_map(|t| t["expr"].as_str())
        .collect()
}

#[test]
fn rules_and_dashboard_name_what_there_is_and_the_dashboard_all_of_it() -> Result<()> {
    let known = documented()?;
    let rules = fs::read_to_string(PathBuf::from(FOLDER).join("alerts.yml"))?;
    for metric in rules.lines().flat_map(|line| named(line, &known)) {
        metric?;
    }
    let dashboard = dashboard()?;
    let shown: Result<BTreeSet<_>> = expressions(&dashboard).into_iter().flat_map(|each| named(each, &known)).collect();
    let (shown, known_names) = (shown?, known.keys().cloned().collect());
    let left_out: Vec<_> = BTreeSet::difference(&known_names, &shown).collect();
    ensure!(left_out.is_empty(), "no panel shows {left_out:?}");
    for variable in dashboard["templating"]["list"].as_array().context("variables")? {
        let definition = variable["definition"].as_str().unwrap_or_default();
        named(definition, &known).collect::<Result<Vec<_>>>()?;
    }
    Ok(())
}

#[tokio::test]
async fn promtool_takes_the_rules_and_what_they_say_of_made_up_hours() -> Result<()> {
    let test = "promtool_takes_the_rules_and_what_they_say_of_made_up_hours";
    let Some(promtool) = tool::find("promtool", test) else { return Ok(()) };
    let hours = concat!(env!("CARGO_MANIFEST_DIR"), "/prometheus/alerts.test.yml");
    let configuration = PathBuf::from(FOLDER).join("prometheus.yml");
    for words in [["check", "config"].as_slice(), &["test", "rules"]] {
        let file = if words[0] == "check" { &configuration } else { Path::new(hours) };
        let output = tool::run(Command::new(&promtool).args(words).arg(file), CHECK).await?;
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        ensure!(output.status.success(), "{words:?}: {said}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn prometheus_scrapes_it_and_answers_the_dashboard() -> Result<()> {
    let busy = Busy::start().await?;
    let test = "prometheus_scrapes_it_and_answers_the_dashboard";
    let Some(prometheus) = Prometheus::start(busy.program.address(), test).await? else { return Ok(()) };
    prometheus.has("up{job=\"framegate\"}", 1.0).await?;
    prometheus.has("sum(framegate_viewers{stream=\"lobby\"})", 2.0).await?;
    prometheus.has("sum(framegate_viewers_refused_total)", 1.0).await?;
    prometheus.has("rate(framegate_stream_access_units_total{stream=\"lobby\"}[5s]) > bool 5", 1.0).await?;
    prometheus
        .has("histogram_quantile(0.99, sum by (le) (rate(framegate_plugin_call_cpu_seconds_bucket[5s]))) < bool 1", 1.0)
        .await?;
    let dashboard = dashboard()?;
    for expression in expressions(&dashboard) {
        let asked = expression.replace("$__rate_interval", "5s").replace("$instance", ".*").replace("$stream", ".*");
        ensure!(!asked.contains('$'), "{asked}");
        let values = prometheus.query(&asked).await?;
        // Shown while something is wrong, or after it was.
        let may_be_empty = [" > 0", "== 1"].iter().any(|end| asked.ends_with(end));
        ensure!(may_be_empty || !values.is_empty(), "nothing for {asked}");
    }
    // Each rule can be evaluated: labels that do not match are told at that time only.
    let is_ok = || async {
        let data = prometheus.api("rules", &[]).await?;
        let rules = data["groups"][0]["rules"].as_array().context("rules")?.clone();
        Ok::<_, anyhow::Error>((rules.iter().all(|rule| rule["health"] == "ok"), rules))
    };
    let limit = Instant::now() + LIMIT;
    loop {
        let (ok, rules) = is_ok().await?;
        if ok && rules.len() > 10 {
            return Ok(());
        }
        ensure!(Instant::now() < limit, "{rules:#?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
