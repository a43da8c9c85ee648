//! Counts what crosses a line, inbound and outbound: from what differs from the background to blobs, from blobs to tracks, from tracks to crossings.
//!
//! Each crossing is an event `line-crossed` with both counts, and everything that moves is annotated with its track. The counts outlive a fault
//! and a reload of this plugin: they are kept in `state`.

mod background;
mod blob;
mod line;
mod options;
mod track;

wit_bindgen::generate!({ path: "wit", world: "plugin", generate_all });

use std::cell::RefCell;

use background::Background;
use blob::{Blob, HIGH, WIDE};
use exports::framegate::plugin::{lifecycle, processor};
use framegate::plugin::pictures::{Annotation, Picture};
use framegate::plugin::types::{Rect, Size};
use framegate::plugin::{host, state};
use line::{Direction, Line};
use options::Options;
use track::Tracks;

/// Where the counts are kept: two numbers of 8 bytes.
const KEY: &str = "counts";

thread_local! {
    static COUNTER: RefCell<Option<Counter>> = const { RefCell::new(None) };
}

struct Counter {
    options: Options,
    line: Line,
    background: Background,
    tracks: Tracks,
    inbound: u64,
    outbound: u64,
}

struct Plugin;

impl lifecycle::Guest for Plugin {
    fn describe() -> String {
        serde_json::json!({
            "name": env!("CARGO_PKG_NAME"),
            "version": env!("CARGO_PKG_VERSION"),
            "description": env!("CARGO_PKG_DESCRIPTION"),
            "options": options::schema(),
        })
        .to_string()
    }

    fn configure(text: String) -> Result<(), Vec<lifecycle::Mistake>> {
        let mistake = |(path, message)| lifecycle::Mistake { path, message };
        let options = Options::read(&text).map_err(|told| told.into_iter().map(mistake).collect::<Vec<_>>())?;
        let (inbound, outbound) = kept();
        let line = options.line();
        COUNTER.set(Some(Counter {
            options,
            line,
            background: Background::default(),
            tracks: Tracks::default(),
            inbound,
            outbound,
        }));
        Ok(())
    }
}

impl processor::Guest for Plugin {
    fn process(picture: &Picture) -> processor::Verdict {
        COUNTER.with_borrow_mut(|counter| {
            let counter = counter.as_mut().expect("`configure` comes before the first picture");
            counter.process(picture);
        });
        processor::Verdict::Keep
    }
}

impl Counter {
    fn process(&mut self, picture: &Picture) {
        let grid = Size { width: WIDE as u32, height: HIGH as u32 };
        // A picture smaller than the grid is nothing to count in.
        let Ok(luma) = picture.thumbnail(grid) else { return };
        let now = picture.presentation_time();
        let cells = self.background.compare(&luma, self.options.threshold, now);
        let smallest = self.options.smallest / 100.0;
        let blobs: Vec<_> = blob::find(&cells).into_iter().filter(|blob| blob.share() >= smallest).collect();
        let places: Vec<_> = blobs.iter().map(Blob::middle).collect();
        let steps = self.tracks.step(&places, now);
        for ((blob, place), step) in blobs.iter().zip(&places).zip(&steps) {
            picture.annotate(&Annotation {
                label: "moving".into(),
                score: 1.0,
                area: pixels(blob, picture.size()),
                track: Some(step.id),
                attributes: Vec::new(),
            });
            if let Some(direction) = step.from.and_then(|from| self.line.crossed(from, *place)) {
                self.count(direction, step.id);
            }
        }
    }

    fn count(&mut self, direction: Direction, track: u64) {
        let word = match direction {
            Direction::Inbound => {
                self.inbound += 1;
                "inbound"
            }
            Direction::Outbound => {
                self.outbound += 1;
                "outbound"
            }
        };
        let counts = [self.inbound.to_le_bytes(), self.outbound.to_le_bytes()].concat();
        if let Err(why) = state::set(KEY, &counts) {
            host::log(host::Level::Warn, &format!("the counts are not kept: {why}"));
        }
        let data = serde_json::json!({
            "direction": word, "track": track, "inbound": self.inbound, "outbound": self.outbound,
        });
        host::emit("line-crossed", &data.to_string());
    }
}

/// The counts that an instance before this one kept; 0 at first.
fn kept() -> (u64, u64) {
    let bytes = state::get(KEY).unwrap_or_default();
    let number =
        |at: usize| bytes.get(at..at + 8).and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_le_bytes);
    (number(0), number(8))
}

fn pixels(blob: &Blob, size: Size) -> Rect {
    let across = |cells: usize| (cells * size.width as usize / WIDE) as u32;
    let down = |cells: usize| (cells * size.height as usize / HIGH) as u32;
    Rect {
        x: across(blob.left) as i32,
        y: down(blob.top) as i32,
        width: across(blob.right - blob.left).max(1),
        height: down(blob.bottom - blob.top).max(1),
    }
}

// On your own machine, where the pure parts are tested, no linker takes the names that a component exports.
#[cfg(target_arch = "wasm32")]
export!(Plugin);
