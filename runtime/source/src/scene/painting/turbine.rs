use std::f32::consts::TAU;

use super::View;
use super::canvas::Canvas;
use super::paint::Palette;

/// Where they stand on their hills, how tall they are, and how fast they turn (turns a second).
const TURBINES: [(f32, f32, f32); 4] =
    [(0.20, 0.105, 0.11), (0.335, 0.090, 0.13), (0.47, 0.098, 0.12), (2.35, 0.096, 0.12)];

/// Wind turbines on a ridge. `ground`: where it is at a place, in heights. They move with their hills, by `pan`.
pub(super) fn draw(canvas: &mut Canvas<'_>, palette: &Palette, view: &View, ground: impl Fn(f32) -> f32, pan: f32) {
    let (tower, blade) = (palette.rgb(0xe9dfd8), palette.rgb(0xf6efe8));
    for (number, (place, tall, speed)) in TURBINES.iter().enumerate() {
        // They come again on the other side after a long while.
        let x = (place - pan + 0.3).rem_euclid(view.aspect + 0.9) - 0.3;
        let foot = ground(x) + 0.01;
        let hub = (x, foot - tall - 0.01);
        canvas.stroke((x, foot), (x, foot - tall * 0.5), tall * 0.030, tower, 0.9);
        canvas.stroke((x, foot - tall * 0.5), hub, tall * 0.020, tower, 0.9);
        let angle = TAU * (view.t * speed + number as f32 * 0.23);
        for arm in 0..3 {
            let (sin, cos) = (angle + TAU * arm as f32 / 3.0).sin_cos();
            let at = |part: f32| (hub.0 + tall * 0.58 * part * sin, hub.1 - tall * 0.58 * part * cos);
            canvas.stroke(at(0.0), at(0.45), tall * 0.034, blade, 0.95);
            canvas.stroke(at(0.40), at(1.0), tall * 0.019, blade, 0.95);
        }
        canvas.disc(hub, tall * 0.022, tower, 1.0);
    }
}
