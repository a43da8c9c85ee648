//! {{WHAT}}.

mod options;

wit_bindgen::generate!({ path: "wit", world: "plugin", generate_all });

use std::cell::{Cell, RefCell};

use exports::framegate::plugin::{lifecycle, processor};
use framegate::plugin::host;
use framegate::plugin::pictures::{Annotation, Picture};
use framegate::plugin::types::{Rect, Size};
use options::Options;

/// The picture is looked at in this many cells.
const GRID: Size = Size { width: 32, height: 18 };
/// A cell moves when this share of it does, of 255: a quarter.
const MOVING: u8 = 64;

thread_local! {
    static OPTIONS: RefCell<Options> = RefCell::default();
    /// Whether something moved in the last picture.
    static MOVED: Cell<bool> = const { Cell::new(false) };
}

struct Plugin;

{{LIFECYCLE}}
impl processor::Guest for Plugin {
    fn process(picture: &Picture) -> processor::Verdict {
        let threshold = OPTIONS.with_borrow(|options| options.threshold) as u8;
        let cells = picture.motion(GRID, threshold).unwrap_or_default();
        let area = moving(&cells, picture.size());
        if let Some(area) = area {
            let sure = f32::from(cells.iter().copied().max().unwrap_or(0)) / 255.0;
            picture.annotate(&Annotation { label: "motion".into(), score: sure, area, track: None, attributes: vec![] });
        }
        if area.is_some() && !MOVED.get() {
            host::emit("motion-began", "{}");
        }
        MOVED.set(area.is_some());
        processor::Verdict::Keep
    }
}

/// The area round all cells that move, in pixels.
fn moving(cells: &[u8], size: Size) -> Option<Rect> {
    let (mut left, mut top, mut right, mut bottom) = (GRID.width, GRID.height, 0, 0);
    for (index, _) in (0u32..).zip(cells).filter(|(_, share)| **share >= MOVING) {
        let (x, y) = (index % GRID.width, index / GRID.width);
        (left, top, right, bottom) = (left.min(x), top.min(y), right.max(x + 1), bottom.max(y + 1));
    }
    (right > 0).then(|| Rect {
        x: (left * size.width / GRID.width) as i32,
        y: (top * size.height / GRID.height) as i32,
        width: (right - left) * size.width / GRID.width,
        height: (bottom - top) * size.height / GRID.height,
    })
}

// On your own machine, where the pure parts are tested, no linker takes the names that a component exports.
#[cfg(target_arch = "wasm32")]
export!(Plugin);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_area_goes_round_all_that_moves() {
        let size = Size { width: 640, height: 360 };
        let mut cells = vec![0; 32 * 18];
        assert!(moving(&cells, size).is_none());
        (cells[33], cells[70]) = (255, 64);
        let area = moving(&cells, size).expect("two cells move");
        assert_eq!((area.x, area.y, area.width, area.height), (20, 20, 120, 40));
    }
}
