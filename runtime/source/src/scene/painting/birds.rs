use super::View;
use super::canvas::Canvas;
use super::noise;
use super::paint::Palette;

/// Seconds between two flocks, and how fast they fly (heights a second).
const EVERY: f32 = 38.0;
const SPEED: f32 = 0.085;

/// A flock that crosses the sky from left to right, in a loose wedge.
pub(super) fn draw(canvas: &mut Canvas<'_>, palette: &Palette, view: &View) {
    let paint = palette.rgb(0x2a3348);
    let since = (view.t + 9.0).rem_euclid(EVERY);
    let flight = ((view.t + 9.0) / EVERY) as u32;
    let high = 0.20 + 0.10 * noise::unit(flight.wrapping_add(view.seed));
    for n in 0..7_u32 {
        let random = |salt: u32| noise::unit(n * 4 + salt + 500);
        let side = if n.is_multiple_of(2) { 1.0 } else { -1.0 };
        let behind = n.div_ceil(2) as f32;
        let x = since * SPEED * 1.02 - 0.12 - behind * 0.034 - 0.008 * random(0);
        let y = high + side * behind * 0.013 + 0.006 * random(1) + 0.006 * (view.t * 0.7 + n as f32).sin();
        if x > view.aspect + 0.05 || x < -0.05 {
            continue;
        }
        let span = 0.0125 * (0.85 + 0.3 * random(2));
        let beat = (view.t * (6.5 + random(3)) + n as f32 * 1.3).sin();
        let (tip, elbow) = (-0.55 * beat * span, -0.30 * span - 0.10 * beat * span);
        for wing in [-1.0, 1.0] {
            canvas.stroke((x, y), (x + wing * span * 0.5, y + elbow), 0.0030, paint, 0.9);
            canvas.stroke((x + wing * span * 0.5, y + elbow), (x + wing * span, y + tip), 0.0020, paint, 0.9);
        }
        canvas.stroke((x - 0.002, y), (x + 0.0035, y - 0.0004), 0.0034, paint, 0.95);
    }
}
