//! Processes that end in the middle of anything.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use framegate_store::{Disk, Keeper, Settings, Store, local, recover};
use tokio_util::task::TaskTracker;

use crate::scripted::{Mood, Scripted};
use crate::window::{Window, check, content, missing};

const KILLS: u32 = 200;
const PLAYLIST: &str = "stream.m3u8";
/// The folder of the process that is killed; it is this test again.
const FOLDER: &str = "FRAMEGATE_STORE_KILLED_IN";

/// Numbers that are the same each time (an xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

/// A process that is killed: writes for ever, as fast as the disk takes it.
#[tokio::test]
async fn the_process_that_is_killed() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let folder = Path::new(&folder);
    let disk: Arc<dyn Store> = match folder.ends_with("objects") {
        true => Arc::new(local(folder).unwrap()),
        false => Arc::new(Disk::new(folder)),
    };
    let found = recover(&*disk, PLAYLIST).await.unwrap();
    let keeper = Keeper::spawn(disk, Settings::new("lobby/main", PLAYLIST), &found, &TaskTracker::new());
    let (mut window, mut random) = (Window::of(&found), Random(u64::from(std::process::id()) | 1));
    loop {
        window.step(&keeper, random.below(400_000) as usize);
        while keeper.counts().waiting > 2 {
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
    }
}

async fn killed(folder: &Path, kills: u32) -> String {
    let disk = Disk::new(folder);
    let (mut random, mut last, mut grown, mut rubbish) = (Random(0x9e37_79b9_7f4a_7c15), 0, 0, 0);
    for kill in 0..kills {
        let test = ["--exact", "kills::the_process_that_is_killed"];
        let mut process = Command::new(std::env::current_exe().expect("this test"));
        let process = process.args(test).env(FOLDER, folder).stdout(Stdio::null()).stderr(Stdio::null());
        let mut process = process.spawn().expect("this test");
        tokio::time::sleep(Duration::from_millis(8 + random.below(40))).await;
        // SIGKILL.
        process.kill().expect("a process");
        process.wait().expect("a process");
        assert_eq!(missing(&disk, PLAYLIST).await, [""; 0], "kill {kill}");
        let found = recover(&disk, PLAYLIST).await.expect("a window");
        if !folder.ends_with("objects") {
            check(&disk, &found).await;
        }
        assert!(found.next_msn() >= last, "kill {kill}: {found:?}");
        grown += u32::from(found.next_msn() > last);
        rubbish += found.rubbish.len();
        last = found.next_msn();
        assert!(disk.list().await.expect("a list").len() < 40, "what is old goes at each start");
    }
    assert!(grown > kills / 4 && last > u64::from(kills), "{grown} {last}");
    format!("{kills} kills, {grown} of them behind new segments, {last} segments, {rubbish} files of rubbish")
}

#[tokio::test]
async fn two_hundred_processes_are_killed_and_no_window_has_a_cut_segment() {
    let folder = tempfile::tempdir().unwrap();
    println!("{}", killed(&folder.path().join("disk"), KILLS).await);
}

#[tokio::test]
async fn a_folder_as_an_object_store_is_as_good() {
    let folder = tempfile::tempdir().unwrap();
    let objects = folder.path().join("objects");
    std::fs::create_dir(&objects).unwrap();
    println!("{}", killed(&objects, 30).await);
}

#[tokio::test]
async fn a_store_that_stops_behind_any_number_of_changes_holds_a_window() {
    for kill in 0..KILLS {
        let store = Scripted::new(Mood::Stops(kill));
        // Three lives, the last of which finds what two left.
        for _ in 0..3 {
            let found = recover(&*store, PLAYLIST).await.unwrap();
            check(&*store, &found).await;
            let tracker = TaskTracker::new();
            let settings = Settings { end_within: Duration::ZERO, ..Settings::new("lobby/main", PLAYLIST) };
            let keeper = Keeper::spawn(store.clone(), settings, &found, &tracker);
            let mut window = Window::of(&found);
            for _ in 0..20 {
                window.step(&keeper, 500);
                tokio::task::yield_now().await;
                tokio::task::yield_now().await;
                tokio::task::yield_now().await;
            }
            drop(keeper);
            tracker.close();
            tracker.wait().await;
            assert_eq!(missing(&*store, PLAYLIST).await, [""; 0], "stopped behind {kill}");
            store.set(Mood::Stops(kill * 7 % 31));
        }
    }
}

#[tokio::test]
async fn a_put_that_is_dropped_anywhere_leaves_the_old_file_or_the_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Disk::new(folder.path());
    let name = "0123456789ab-1.m4s";
    disk.put(name, &content(1, 100)).await.unwrap();
    let mut random = Random(7);
    for round in 0..KILLS {
        let size = random.below(300_000) as usize;
        let pieces = content(1, size);
        let within = Duration::from_micros(random.below(300));
        let _ = tokio::time::timeout(within, disk.put(name, &pieces)).await;
        let bytes = disk.get(name).await.unwrap().unwrap();
        assert!(crate::window::is_whole(&bytes, 1), "round {round}");
    }
    // What goes on in the background comes to its end, and is in order: the last one wins.
    disk.put(name, &content(1, 5)).await.unwrap();
    assert_eq!(disk.get(name).await.unwrap().unwrap().len(), 16 + 5);
    assert_eq!(disk.list().await.unwrap().len(), 1);
}

#[tokio::test]
async fn files_that_a_power_failure_cut_are_not_in_the_window() {
    let mut random = Random(99);
    for _ in 0..KILLS {
        let folder = tempfile::tempdir().unwrap();
        let disk = Arc::new(Disk::new(folder.path()));
        let tracker = TaskTracker::new();
        let found = recover(&*disk, PLAYLIST).await.unwrap();
        let keeper = Keeper::spawn(disk.clone(), Settings::new("lobby/main", PLAYLIST), &found, &tracker);
        let mut window = Window::of(&found);
        (0..5).for_each(|_| window.step(&keeper, 200));
        keeper.finish().await;
        let names: Vec<_> = disk.list().await.unwrap().into_iter().map(|entry| entry.name).collect();
        let victim = folder.path().join(&names[random.below(names.len() as u64) as usize]);
        let file = std::fs::OpenOptions::new().write(true).open(&victim).unwrap();
        let was = file.metadata().unwrap().len();
        file.set_len(random.below(was)).unwrap();
        let found = recover(&*disk, PLAYLIST).await.unwrap();
        if !victim.ends_with(PLAYLIST) && !victim.to_string_lossy().contains("-i0") {
            check(&*disk, &found).await;
        }
        assert!(found.segments.len() < 5);
        // The next keeper mends the playlist before anything new is there.
        let keeper = Keeper::spawn(disk.clone(), Settings::new("lobby/main", PLAYLIST), &found, &tracker);
        keeper.finish().await;
        assert_eq!(missing(&*disk, PLAYLIST).await, [""; 0]);
        assert_eq!(recover(&*disk, PLAYLIST).await.unwrap().rubbish, [""; 0]);
    }
}

#[tokio::test]
async fn what_is_not_ours_is_never_touched() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Arc::new(Disk::new(folder.path()));
    let others = ["index.html", "door-7.m4s", "other.m3u8", ".htaccess", "0123456789ab-7.mp4", "recording.ts"];
    for name in others {
        disk.put(name, &[Bytes::from_static(b"mine")]).await.unwrap();
    }
    for ours in ["0123456789ab-7.m4s", "0123456789ab-i3.mp4", ".0123456789ab-9.ts.77-1.new", ".stream.m3u8.77-2.new"] {
        disk.put(ours, &[Bytes::from_static(b"old")]).await.unwrap();
    }
    for playlist in
        ["garbage", "#EXTM3U\n#EXTINF:2,\n../../etc/passwd\n", "#EXTM3U\n#EXTINF:2,\nindex.html\n#EXTINF:2,\nx.ts\n"]
    {
        disk.put(PLAYLIST, &[playlist.into()]).await.unwrap();
        let found = recover(&*disk, PLAYLIST).await.unwrap();
        assert_eq!(found.segments, [], "{playlist}");
        let tracker = TaskTracker::new();
        let keeper = Keeper::spawn(disk.clone(), Settings::new("lobby/main", PLAYLIST), &found, &tracker);
        keeper.finish().await;
        let mut left: Vec<_> = disk.list().await.unwrap().into_iter().map(|entry| entry.name).collect();
        left.sort();
        let mut expected = others.to_vec();
        expected.sort_unstable();
        assert_eq!(left, expected, "{playlist}");
    }
}

#[tokio::test]
async fn a_window_is_found_within_a_moment() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Disk::new(folder.path());
    let mut text = String::from("#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:5\n");
    for msn in 5..1_005 {
        let name = format!("0123456789ab-{msn}.ts");
        std::fs::write(folder.path().join(&name), "x").unwrap();
        text += &format!("#EXTINF:2.00000,\n{name}\n");
    }
    disk.put(PLAYLIST, &[text.into()]).await.unwrap();
    let begun = Instant::now();
    let found = recover(&disk, PLAYLIST).await.unwrap();
    println!("a thousand segments: {:?}", begun.elapsed());
    assert_eq!((found.segments.len(), found.next_msn()), (1_000, 1_005));
    assert!(begun.elapsed() < Duration::from_secs(2));
}
