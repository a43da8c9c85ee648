//! What a guest has of the machine: what is written in its section of `streams.toml`, and nothing else.

use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::Arc;

use config::{Environment, Known};
use plugin::Plugin;
use serde_json::{Value, json};

use crate::rig::{HOST, link, stream};
use crate::services::Rig;

/// What the file's `${…}` stand for: not what this process has.
struct Variables;

impl Environment for Variables {
    fn variable(&self, name: &str) -> Option<String> {
        (name == "TOKEN").then(|| "s3cret".into())
    }

    fn secret(&self, _: &Path) -> io::Result<String> {
        Err(io::ErrorKind::NotFound.into())
    }
}

/// The guest with these lines in its section of a file in this folder.
pub(crate) fn grantee(folder: &Path, lines: &str) -> Arc<Plugin> {
    let component = test_components::file("grantee").display().to_string();
    let text =
        format!("[plugins.grantee]\ncomponent = {component:?}\n{lines}\n[streams.lobby]\nsource = \"test://\"\n");
    let known = Known { bundled: &[], environment: &Variables };
    let loaded = config::read(&folder.join("streams.toml"), text, &known).unwrap_or_else(|report| panic!("{report}"));
    HOST.load(&loaded.config.plugins["grantee"]).unwrap()
}

/// How each step went, where it may wait.
async fn tried(plugin: &Arc<Plugin>, steps: Value) -> Vec<String> {
    let mut rig = Rig::new();
    rig.services.apply(&[link(plugin.clone(), json!({ "steps": steps }))], &[]);
    let poller = rig.until(|poller| poller.succeeded == 1 || !poller.faults.is_empty()).await;
    let told = rig.journal.since(0).iter().find(|event| event.kind == "tried").map(|event| event.data.value());
    let told = told.unwrap_or_else(|| panic!("{poller:?}"));
    told["steps"].as_array().unwrap().iter().map(|step| step.as_str().unwrap().to_owned()).collect()
}

/// How each step went, where it may not.
fn tried_at_once(plugin: &Plugin, steps: Value) -> Vec<String> {
    let told = plugin.check(Some(&stream()), &json!({ "steps": steps, "at_once": true })).unwrap_err();
    told.into_iter().map(|told| told.message).collect()
}

/// A folder with `data`, in which there is `a` and `inside/b`, and beside it `secret`, which links in `data` lead to.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::create_dir_all(path("data/inside")).unwrap();
    for (name, text) in [("data/a", "of a"), ("data/inside/b", "of b"), ("secret", "hidden")] {
        fs::write(path(name), text).unwrap();
    }
    symlink(path("secret"), path("data/far")).unwrap();
    symlink("../secret", path("data/near")).unwrap();
    symlink("inside/b", path("data/fine")).unwrap();
    symlink("..", path("data/up")).unwrap();
    folder
}

/// All files below a folder with what is in them, and links with where they point to.
fn files(folder: &Path) -> Vec<(String, String)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is = path.symlink_metadata().unwrap();
        if is.is_dir() {
            files.extend(self::files(&path));
            continue;
        }
        let holds = match is.is_symlink() {
            true => fs::read_link(&path).unwrap().display().to_string(),
            false => fs::read_to_string(&path).unwrap(),
        };
        files.push((path.display().to_string(), holds));
    }
    files.sort();
    files
}

/// Ways out of `/data`, each of which would be one to `secret` beside it.
fn ways_out(folder: &Path) -> Vec<String> {
    let secret = folder.join("secret").display().to_string();
    let mut ways = vec![secret.clone(), format!("/data/{secret}")];
    ways.extend(
        [
            "/data/../secret",
            "/data/inside/../../secret",
            "/data/./inside/../.././secret",
            "/data/far",
            "/data/near",
            "/data/up/secret",
            "/data/inside/../up/secret",
            "../secret",
            "secret",
            "/secret",
            "/data//../secret",
        ]
        .map(String::from),
    );
    ways
}

#[tokio::test]
async fn without_a_grant_there_is_nothing() {
    let folder = folder();
    let plugin = grantee(folder.path(), "");
    let steps = json!(["given", "time", { "list": "/" }, { "list": "." }, { "read": "/proc/self/environ" }, { "read": "/etc/hostname" }]);
    let nothing = ["yes [] [] []", "yes 0 0"];
    for told in [tried(&plugin, steps.clone()).await, tried_at_once(&plugin, steps)] {
        assert_eq!(told[..2], nothing);
        assert!(told[2..].iter().all(|step| step.starts_with("no ")), "{told:?}");
    }
}

#[tokio::test]
async fn a_folder_is_read_and_nothing_in_it_changed() {
    let folder = folder();
    let before = files(folder.path());
    let plugin = grantee(folder.path(), "grants.dir = [\"data\"]");
    let reads = json!(["given", { "read": "/data/a" }, { "read": "/data/inside/../a" }, { "read": "/data/fine" }, { "list": "/data/inside" }]);
    let changes = json!([
        { "write": ["/data/a", "x"] },
        { "write": ["/data/new", "x"] },
        { "append": ["/data/a", "x"] },
        { "delete": "/data/a" },
        { "make-folder": "/data/more" },
        { "rename": ["/data/a", "/data/b"] },
        { "hard-link": [0, "a", 0, "b"] },
        { "symbolic-link": ["b", "a"] },
    ]);
    for told in [tried(&plugin, reads.clone()).await, tried_at_once(&plugin, reads)] {
        assert_eq!(told, ["yes [\"/data\"] [] []", "yes of a", "yes of a", "yes of b", "yes b"]);
    }
    for told in [tried(&plugin, changes.clone()).await, tried_at_once(&plugin, changes)] {
        assert!(told.len() == 8 && told.iter().all(|step| step.starts_with("no ")), "{told:?}");
    }
    assert_eq!(files(folder.path()), before);
}

#[tokio::test]
async fn a_folder_that_may_be_written_to_is() {
    let folder = folder();
    let plugin = grantee(folder.path(), "grants.dir = [\"data:/kept:rw\"]");
    let steps = json!([
        { "write": ["/kept/a", "other"] },
        { "append": ["/kept/a", " words"] },
        { "make-folder": "/kept/more" },
        { "write": ["/kept/more/c", "new"] },
        { "rename": ["/kept/more/c", "/kept/more/d"] },
        { "delete": "/kept/inside/b" },
        { "list": "/kept/more" },
        { "read": "/data/a" },
    ]);
    let told = tried(&plugin, steps).await;
    assert_eq!(told, ["yes", "yes", "yes", "yes", "yes", "yes", "yes d", "no NotFound"]);
    let read = |name: &str| fs::read_to_string(folder.path().join("data").join(name)).ok();
    assert_eq!((read("a").as_deref(), read("more/d").as_deref()), (Some("other words"), Some("new")));
    assert_eq!(read("inside/b"), None);
}

#[tokio::test]
async fn no_way_leads_out_of_a_folder() {
    for lines in ["grants.dir = [\"data\"]", "grants.dir = [\"data:rw\"]"] {
        let folder = folder();
        let plugin = grantee(folder.path(), lines);
        let ways = ways_out(folder.path());
        for (what, steps) in [
            ("read", ways.iter().map(|way| json!({ "read": way })).collect::<Vec<_>>()),
            ("append", ways.iter().map(|way| json!({ "append": [way, "x"] })).collect()),
            ("write", ways.iter().map(|way| json!({ "write": [way, "x"] })).collect()),
            ("rename", ways.iter().map(|way| json!({ "rename": ["/data/a", way] })).collect()),
        ] {
            // The links themselves are in the folder: one may be renamed over.
            let steps: Vec<_> = match what {
                "rename" => steps
                    .into_iter()
                    .filter(|step| !["/data/far", "/data/near"].iter().any(|link| step["rename"][1] == *link))
                    .collect(),
                _ => steps,
            };
            let told = tried(&plugin, json!(steps)).await;
            for (step, told) in steps.iter().zip(&told) {
                assert!(told.starts_with("no "), "{lines}: {step}: {told}");
            }
        }
        let listed =
            tried(&plugin, json!([{ "list": "/data/up" }, { "list": "/data/.." }, { "make-folder": "/data/../more" }]))
                .await;
        assert!(listed.iter().all(|told| told.starts_with("no ")), "{listed:?}");
        assert_eq!(fs::read_to_string(folder.path().join("secret")).unwrap(), "hidden");
        assert!(fs::read_dir(folder.path()).unwrap().count() == 2);
    }
}

#[tokio::test]
async fn a_link_that_a_guest_makes_leads_nowhere_and_what_is_to_be_read_is_not_linked_to_where_it_may_be_written() {
    let folder = folder();
    let plugin = grantee(folder.path(), "grants.dir = [\"data/inside:/kept:rw\", \"data:/data:ro\"]");
    let secret = folder.path().join("secret").display().to_string();
    let steps = json!([
        { "symbolic-link": ["x", secret] },
        { "symbolic-link": ["y", "../../secret"] },
        { "read": "/kept/x" },
        { "read": "/kept/y" },
        { "hard-link": [1, "a", 0, "z"] },
        { "rename": ["/data/a", "/kept/z"] },
        { "rename": ["/kept/b", "/data/b"] },
        { "write": ["/data/inside/b", "x"] },
    ]);
    let told = tried(&plugin, steps).await;
    // A link may say what it likes, a guest that follows it comes nowhere.
    assert!(told[2..].iter().all(|step| step.starts_with("no ")), "{told:?}");
    assert_eq!(fs::read_to_string(folder.path().join("data/inside/b")).unwrap(), "of b");
    assert_eq!(fs::read_to_string(folder.path().join("data/a")).unwrap(), "of a");
    assert!(!folder.path().join("data/inside/z").exists());
}

#[tokio::test]
async fn variables_are_those_that_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let plugin = grantee(folder.path(), "grants.env = { API_TOKEN = \"${TOKEN}\", MODE = \"a b\" }");
    assert!(std::env::vars().next().is_some(), "this process has some that it must not see");
    for told in [tried(&plugin, json!(["given"])).await, tried_at_once(&plugin, json!(["given"]))] {
        assert_eq!(told, ["yes [] [\"API_TOKEN=s3cret\", \"MODE=a b\"] []"]);
    }
}

#[tokio::test]
async fn random_numbers_are_the_same_in_each_instance_until_they_are_granted() {
    let folder = tempfile::tempdir().unwrap();
    let (without, with) = (grantee(folder.path(), ""), grantee(folder.path(), "grants.random = true"));
    let steps = json!([{ "random": 16 }, { "random": 16 }]);
    let both = async |plugin: &Arc<Plugin>| {
        [tried(plugin, steps.clone()).await, tried(plugin, steps.clone()).await, tried_at_once(plugin, steps.clone())]
    };
    let [a, b, c] = both(&without).await;
    assert!(a == b && b == c, "{a:?} {b:?} {c:?}");
    assert_ne!(a[0], a[1], "within one instance they go on");
    let [a, b, c] = both(&with).await;
    let parts = |told: &[String]| told[0].split(' ').map(String::from).collect::<Vec<_>>();
    for (one, other) in [(&a, &b), (&a, &c), (&b, &c)] {
        for (one, other) in parts(one).iter().zip(&parts(other)).skip(1) {
            assert_ne!(one, other);
        }
    }
}

#[tokio::test]
async fn the_time_is_told_to_who_may_know_it() {
    let folder = tempfile::tempdir().unwrap();
    let plugin = grantee(folder.path(), "grants.clock = true");
    let told = tried(&plugin, json!(["time"])).await;
    let (seconds, went) = told[0].trim_start_matches("yes ").split_once(' ').unwrap();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    assert!(seconds.parse::<u64>().unwrap().abs_diff(now) < 60 && went != "0", "{told:?}");
}
