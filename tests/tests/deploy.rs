//! What `examples/deploy` has for systemd, Debian and containers: each file is read by who reads it, where that is installed, and names what is there.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use framegate_tests::{program, tool};
use tokio::process::Command;

const CHECK: Duration = Duration::from_secs(60);

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests lies in the workspace")
}

fn text(file: &str) -> Result<String> {
    fs::read_to_string(root().join(file)).with_context(|| file.to_owned())
}

/// What a command says when it succeeds.
async fn said(command: &mut Command) -> Result<String> {
    let output = tool::run(command, CHECK).await?;
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    ensure!(output.status.success(), "{said}");
    Ok(said)
}

#[tokio::test]
async fn the_unit_is_one_and_leaves_little_open() -> Result<()> {
    let test = "the_unit_is_one_and_leaves_little_open";
    let Some(analyze) = tool::find("systemd-analyze", test) else { return Ok(()) };
    // It looks whether what is started is there.
    let unit = text("examples/deploy/systemd/framegate.service")?;
    ensure!(unit.contains("ExecStart=/usr/bin/framegate run "));
    let folder = tempfile::tempdir()?;
    let program = program::path()?.to_str().context("a path of UTF-8")?;
    let file = folder.path().join("framegate.service");
    fs::write(&file, unit.replace("/usr/bin/framegate", program))?;
    let socket = folder.path().join("framegate.socket");
    fs::copy(root().join("examples/deploy/systemd/socket/framegate.socket"), &socket)?;
    let said_nothing = said(Command::new(&analyze).args(["verify", "--man=no"]).args([&file, &socket])).await?;
    ensure!(!said_nothing.contains("framegate"), "{said_nothing}");
    // Out of ten, in tenths.
    let secure = ["security", "--offline=true", "--threshold=20"];
    said(Command::new(&analyze).args(secure).arg(&file)).await.context("the exposure level is 2.0 at most")?;
    Ok(())
}

#[tokio::test]
async fn the_user_can_be_made_of_its_file() -> Result<()> {
    let test = "the_user_can_be_made_of_its_file";
    let Some(sysusers) = tool::find("systemd-sysusers", test) else { return Ok(()) };
    let folder = tempfile::tempdir()?;
    fs::create_dir(folder.path().join("etc"))?;
    let file = root().join("examples/deploy/systemd/framegate.sysusers");
    said(Command::new(sysusers).arg(format!("--root={}", folder.path().display())).arg(file)).await?;
    let users = fs::read_to_string(folder.path().join("etc/passwd"))?;
    assert!(users.contains("framegate:") && users.contains(":/var/lib/framegate:/usr/sbin/nologin"), "{users}");
    Ok(())
}

#[tokio::test]
async fn configurations_that_are_shipped_have_no_mistake() -> Result<()> {
    for file in ["examples/deploy/deb/streams.toml", "examples/deploy/compose/streams.toml"] {
        let mut command = Command::new(program::path()?);
        said(command.arg("check").arg(root().join(file))).await.context(file)?;
    }
    Ok(())
}

#[tokio::test]
async fn scripts_are_scripts() -> Result<()> {
    for file in ["deb/postinst", "deb/postrm", "package.sh", "docker/without-docker.sh"] {
        said(Command::new("sh").arg("-n").arg(root().join("examples/deploy").join(file))).await.context(file)?;
    }
    Ok(())
}

#[test]
fn the_package_names_files_that_are_there() -> Result<()> {
    let folder = root().join("runtime/framegate");
    let manifest = text("runtime/framegate/Cargo.toml")?;
    let deb = manifest.split_once("[package.metadata.deb]").context("no package")?.1;
    let sources = deb.lines().filter_map(|line| line.trim().strip_prefix("[\"")?.split('"').next());
    let sources: Vec<_> = sources.collect();
    ensure!(sources.len() > 10, "{sources:?}");
    for source in sources {
        // Those are built, and made by package.sh.
        if source.starts_with("target/") || source.starts_with("../../target/package/") {
            continue;
        }
        let there = match source.strip_suffix("/*.md") {
            Some(of) => {
                folder.join(of).read_dir()?.flatten().any(|file| file.path().extension() == Some("md".as_ref()))
            }
            None => folder.join(source).is_file(),
        };
        assert!(there, "{source}");
    }
    for conf in ["examples/deploy/systemd/framegate.service", "examples/deploy/deb/postinst"] {
        assert!(root().join(conf).is_file(), "{conf}");
    }
    Ok(())
}

#[test]
fn the_image_is_built_by_the_compiler_that_the_repository_names() -> Result<()> {
    let dockerfile = text("Dockerfile")?;
    let toolchain = text("rust-toolchain.toml")?;
    let version =
        toolchain.split("channel = \"").nth(1).and_then(|rest| rest.split('"').next()).context("no channel")?;
    assert!(dockerfile.contains(&format!("FROM rust:{version}-slim-bookworm AS build\n")), "{version}");
    assert!(dockerfile.contains("\nUSER 10001:10001\n"), "a number that is not root");
    assert!(dockerfile.contains("CMD [\"/usr/bin/framegate\", \"health\"]"));
    // What it is built from is not kept out.
    let ignored = text(".dockerignore")?;
    for needed in ["runtime", "plugins", "wit", "Cargo.lock", "rust-toolchain.toml", "tests", "fuzz"] {
        assert!(!ignored.lines().any(|line| line.trim_matches('/') == needed), "{needed}");
    }
    Ok(())
}

#[tokio::test]
async fn what_the_containers_share_is_there_and_fits() -> Result<()> {
    let compose = text("examples/deploy/compose.yml")?;
    let folder = root().join("examples/deploy");
    let mounts = compose.lines().filter_map(|line| line.trim().strip_prefix("- ./")?.split(':').next());
    let mounts: Vec<PathBuf> = mounts.map(|file| folder.join(file)).collect();
    assert_eq!(mounts.len(), 4, "{mounts:?}");
    assert!(mounts.iter().all(|file| file.is_file()), "{mounts:?}");
    // In one network all are where each file says.
    let (nginx, prometheus) = (text("examples/deploy/nginx.conf")?, text("examples/deploy/prometheus.yml")?);
    let streams = text("examples/deploy/compose/streams.toml")?;
    assert!(streams.contains("listen = \"127.0.0.1:8080\""));
    assert!(nginx.contains("server 127.0.0.1:8080;") && prometheus.contains("[\"127.0.0.1:8080\"]"));
    assert!(prometheus.contains("- alerts.yml"), "it lies beside it");
    // The one line that is another one in there.
    let changed = "s/listen 127.0.0.1:8081;/listen 8081;/";
    assert!(compose.contains(changed));
    assert_eq!(nginx.matches("listen 127.0.0.1:8081;").count(), 1);
    let test = "what_the_containers_share_is_there_and_fits";
    // Debian's, which a Python that was installed beside it does not see.
    let python = "/usr/bin/python3";
    let script = "import sys, yaml\nservices = yaml.safe_load(sys.stdin)['services']\n\
                  assert set(services) == {'framegate', 'nginx', 'prometheus'}\n\
                  assert all(services[name]['network_mode'] == 'service:framegate' for name in ('nginx', 'prometheus'))";
    let has_yaml = Command::new(python).args(["-c", "import yaml"]).output().await;
    if !has_yaml.is_ok_and(|output| output.status.success()) {
        tool::skip(test, "python3-yaml is not installed");
        return Ok(());
    }
    let shell = format!("{python} -c \"$0\" < \"$1\"");
    said(Command::new("sh").args(["-c", &shell, script]).arg(folder.join("compose.yml"))).await?;
    Ok(())
}
