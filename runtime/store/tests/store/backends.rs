//! What every backend does, and what each does by itself.

use std::net::SocketAddr;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use config::{Credentials, HlsStorage, S3Place};
use framegate_store::{Disk, Error, Store, in_memory, local, open};
use tokio_util::sync::CancellationToken;

use crate::bucket::Bucket;
use crate::window::{content, is_whole};

async fn all(folder: &Path) -> Vec<Arc<dyn Store>> {
    std::fs::create_dir_all(folder.join("objects")).expect("a folder");
    let objects = local(&folder.join("objects")).expect("a folder");
    vec![
        Arc::new(Disk::new(folder.join("not/there/yet"))),
        Arc::new(in_memory().below("lobby").expect("a name")),
        Arc::new(objects.below("lobby").expect("a name").below("main").expect("a name")),
        in_bucket("cameras/hls", Bucket::serve().await.1),
    ]
}

fn in_bucket(prefix: &str, at: SocketAddr) -> Arc<dyn Store> {
    let storage = HlsStorage::S3(S3Place {
        bucket: "bucket".into(),
        prefix: prefix.into(),
        endpoint: Some(format!("http://{at}")),
        region: "us-east-1".into(),
        credentials: Credentials { username: "us".into(), password: "hunter2".to_owned().into() },
    });
    let (stream, variant) = ("lobby".parse().expect("a name"), "main".parse().expect("a name"));
    open(&storage, &stream, Some(&variant)).expect("a bucket").expect("beyond memory")
}

#[tokio::test]
async fn what_is_put_is_read_listed_replaced_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    for store in all(folder.path()).await {
        assert_eq!(store.list().await, Ok(vec![]), "{store:?}");
        assert_eq!(store.get("a~1.ts").await, Ok(None));
        assert_eq!(store.remove("a~1.ts").await, Ok(()), "what is not there is as good as removed");
        let pieces = [Bytes::from_static(b"abc"), Bytes::new(), Bytes::from_static(b"defgh")];
        store.put("a~1.ts", &pieces).await.unwrap();
        assert_eq!(store.get("a~1.ts").await.unwrap().unwrap(), "abcdefgh");
        for (range, expected) in
            [(2..5, "cde"), (6..100, "gh"), (8..9, ""), (100..101, ""), (3..3, ""), (0..8, "abcdefgh")]
        {
            let got = store.get_range("a~1.ts", range.clone()).await;
            assert_eq!(got, Ok(Some(expected.into())), "{range:?} of {store:?}");
        }
        store.put("a~1.ts", &[Bytes::from_static(b"xy")]).await.unwrap();
        store.put("b.m3u8", &[]).await.unwrap();
        let mut listed = store.list().await.unwrap();
        listed.sort_by(|a, b| a.name.cmp(&b.name));
        let shown: Vec<_> = listed.iter().map(|entry| (&*entry.name, entry.size, entry.modified.is_some())).collect();
        assert_eq!(shown, [("a~1.ts", 2, true), ("b.m3u8", 0, true)], "{store:?}");
        store.remove("a~1.ts").await.unwrap();
        assert_eq!(store.get("a~1.ts").await, Ok(None));
    }
}

#[tokio::test]
async fn names_that_lead_elsewhere_are_refused_by_each_method() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("x"), "x").unwrap();
    for store in all(folder.path()).await {
        for name in ["../x", "..", ".", "", "a/b", "/etc/passwd", "a\\b", "a\0b", "%2e%2e"] {
            let is_refused = |error: Error| matches!(error, Error::Name { .. });
            assert!(store.put(name, &[]).await.is_err_and(is_refused), "{name:?}");
            assert!(store.get(name).await.is_err_and(is_refused), "{name:?}");
            assert!(store.remove(name).await.is_err_and(is_refused), "{name:?}");
        }
    }
    assert!(in_memory().below("..").is_err());
    assert_eq!(std::fs::read_to_string(folder.path().join("x")).unwrap(), "x");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_of_a_file_that_is_replaced_see_the_old_one_or_the_whole_new_one() {
    let folder = tempfile::tempdir().unwrap();
    for store in all(folder.path()).await {
        store.put("a.ts", &content(0, 50_000)).await.unwrap();
        let stop = CancellationToken::new();
        let read = async |store: Arc<dyn Store>, stop: CancellationToken| {
            loop {
                let bytes = store.get("a.ts").await.unwrap().expect("there is always one");
                let msn = u64::from_le_bytes(bytes[..8].try_into().unwrap());
                assert!(is_whole(&bytes, msn), "{} bytes of {msn}", bytes.len());
                if stop.is_cancelled() {
                    return;
                }
                tokio::task::yield_now().await;
            }
        };
        let readers: Vec<_> = (0..4).map(|_| tokio::spawn(read(store.clone(), stop.clone()))).collect();
        for msn in 1..200 {
            store.put("a.ts", &content(msn, 20_000 + 7_919 * (msn as usize % 12))).await.unwrap();
            tokio::task::yield_now().await;
        }
        stop.cancel();
        for reader in readers {
            reader.await.unwrap();
        }
    }
}

#[tokio::test]
async fn links_and_folders_are_no_files_and_are_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let outside = folder.path().join("secret");
    std::fs::write(&outside, "secret").unwrap();
    let disk = Disk::new(folder.path().join("in"));
    disk.put("a.ts", &[Bytes::from_static(b"a")]).await.unwrap();
    symlink(&outside, disk.folder().join("link.ts")).unwrap();
    std::fs::create_dir(disk.folder().join("folder.ts")).unwrap();
    assert_eq!(disk.list().await.unwrap().len(), 1);
    assert_eq!(disk.get("link.ts").await, Ok(None));
    assert_eq!(disk.get("folder.ts").await, Ok(None));
    disk.put("link.ts", &[Bytes::from_static(b"new")]).await.unwrap();
    assert_eq!(std::fs::read_to_string(&outside).unwrap(), "secret", "the link was replaced, not what it leads to");
    assert!(disk.put("folder.ts", &[]).await.is_err());
    let names: Vec<_> = disk.list().await.unwrap().into_iter().map(|entry| entry.name).collect();
    assert_eq!(names.len(), 2, "nothing unfinished is left: {names:?}");
}

#[tokio::test]
async fn what_the_system_refuses_is_told_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "").unwrap();
    let below_a_file = Disk::new(folder.path().join("file"));
    let error = below_a_file.put("a.ts", &[]).await.unwrap_err();
    assert!(
        matches!(&error, Error::Failed { .. }) && error.to_string().contains("file/a.ts cannot be written: "),
        "{error}"
    );
    // Root may write anywhere; others are told.
    let denied = Disk::new(folder.path().join("denied"));
    std::fs::create_dir(denied.folder()).unwrap();
    std::fs::set_permissions(denied.folder(), PermissionsExt::from_mode(0o500)).unwrap();
    if let Err(error) = denied.put("a.ts", &[]).await {
        assert!(matches!(&error, Error::Denied { .. }) && error.to_string().contains("hls.storage"), "{error}");
    }
}

#[tokio::test]
async fn each_variant_of_a_stream_has_a_folder_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let storage = HlsStorage::Disk(folder.path().to_owned());
    let (stream, variant) = ("lobby".parse().unwrap(), "main".parse().unwrap());
    let store = open(&storage, &stream, Some(&variant)).unwrap().unwrap();
    store.put("stream.m3u8", &[]).await.unwrap();
    open(&storage, &stream, None).unwrap().unwrap().put("index.m3u8", &[]).await.unwrap();
    assert!(folder.path().join("lobby/main/stream.m3u8").is_file() && folder.path().join("lobby/index.m3u8").is_file());
    assert!(open(&HlsStorage::Memory, &stream, None).unwrap().is_none());
    // A folder goes when nothing is in it, and not before.
    store.remove_empty().await.unwrap();
    assert!(folder.path().join("lobby/main/stream.m3u8").is_file());
    store.remove("stream.m3u8").await.unwrap();
    store.remove_empty().await.unwrap();
    assert!(!folder.path().join("lobby/main").exists());
    store.remove_empty().await.unwrap();
}

#[tokio::test]
async fn a_bucket_has_readable_keys_and_says_why_it_refuses() {
    for (prefix, key) in [("", "/bucket/lobby/main/a~1.ts"), ("hls", "/bucket/hls/lobby/main/a~1.ts")] {
        let (bucket, at) = Bucket::serve().await;
        let store = in_bucket(prefix, at);
        store.put("a~1.ts", &content(1, 3_000)).await.unwrap();
        assert_eq!(bucket.keys(), [key]);
        assert!(is_whole(&store.get("a~1.ts").await.unwrap().unwrap(), 1));
        bucket.refuse(Some(http::StatusCode::FORBIDDEN));
        let error = store.put("b.ts", &[]).await.unwrap_err();
        assert!(matches!(&error, Error::Denied { .. }) && error.to_string().contains("lobby/main/b.ts"), "{error}");
        bucket.refuse(Some(http::StatusCode::SERVICE_UNAVAILABLE));
        let error = store.put("b.ts", &[]).await.unwrap_err();
        assert!(matches!(&error, Error::Failed { .. }) && error.to_string().contains("503"), "{error}");
        assert!(!format!("{error} {store:?}").contains("hunter2"));
        bucket.refuse(None);
        store.put("b.ts", &[]).await.unwrap();
    }
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = in_bucket("", nobody).put("a.ts", &[]).await.unwrap_err();
    assert!(matches!(&error, Error::Failed { .. }), "{error}");
    println!("{error}");
}
