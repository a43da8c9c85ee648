use std::f32::consts::TAU;

use super::View;
use super::canvas::{Bounds, Canvas, length};
use super::paint::Palette;

/// A small dial in the corner whose hand goes round once in a minute: whether the picture is alive is seen at a glance, and how late it is.
pub(super) fn draw(canvas: &mut Canvas<'_>, palette: &Palette, view: &View) {
    let (x, y, radius) = (view.aspect - 0.058, 0.060, 0.026);
    let (white, dark) = (palette.rgb(0xf7f3ea), palette.rgb(0x16233c));
    canvas.disc((x, y), radius * 1.28, dark, 0.30);
    let turn = (view.t / 60.0).fract();
    let ring = radius * 0.11;
    // The part of the minute that has passed is brighter.
    canvas.shape(Bounds::around(x, y, radius * 1.2), white, 0.28, |px, py| {
        (length(px - x, py - y) - radius).abs() - ring / 2.0
    });
    canvas.shape(Bounds::around(x, y, radius * 1.2), white, 0.95, |px, py| {
        let angle = (px - x).atan2(y - py).rem_euclid(TAU) / TAU;
        let outside = (angle - turn) * TAU * radius;
        ((length(px - x, py - y) - radius).abs() - ring / 2.0).max(outside)
    });
    let (sin, cos) = (turn * TAU).sin_cos();
    canvas.stroke(
        (x - sin * radius * 0.2, y + cos * radius * 0.2),
        (x + sin * radius * 0.78, y - cos * radius * 0.78),
        radius * 0.10,
        white,
        0.95,
    );
    canvas.disc((x, y), radius * 0.12, white, 1.0);
}
