use super::canvas::{Canvas, cover};
use super::noise;
use super::paint::Palette;
use super::sky::Sky;
use super::{BANK, SHORE, View};

/// How much the water shortens what it mirrors.
const SHORTER: f32 = 0.62;

/// Water that mirrors the sky and the nearest hills (`ridge`, in rows), with the sun on its waves.
pub(super) fn draw(canvas: &mut Canvas<'_>, palette: &Palette, view: &View, sky: &Sky, ridge: &[f32]) {
    let height = canvas.height as f32;
    let (shore, bank) = ((SHORE * height) as usize, (((BANK + 0.014) * height) as usize).min(canvas.height));
    let deep = palette.rgb(0x2b4468);
    // The sky above the horizon, mirrored: what is low in the sky is near the shore.
    canvas.fill_rows(shore..bank, |row| {
        let depth = (row as f32 / height - SHORE) / (BANK - SHORE);
        let above = (0.56 - 0.34 * depth).max(0.0);
        sky.row((above * height) as usize).mix(deep, 0.22 + 0.33 * depth)
    });

    let woods = palette.rgb(0x2b3a52);
    for (index, scale, layer) in canvas.scaled() {
        let with = u16::from(woods.samples()[index]);
        for y in shore.div_ceil(scale)..bank.div_ceil(scale).min(layer.height) {
            let row = (y * scale) as f32;
            // Waves push the mirrored line up and down, more of it nearer to us.
            let near = (row - shore as f32) / height;
            let wave = height * (0.0015 + 0.02 * near) * ((row * 720.0 / height) * 0.55 + view.t * 1.7).sin();
            for (sample, ridge) in layer.row(y).iter_mut().zip(ridge.chunks(scale)) {
                let end = shore as f32 + (shore as f32 - ridge[0]) * SHORTER + wave;
                let by = ((end - row) * (40.0 / scale as f32)).clamp(0.0, 200.0) as i32 as u16;
                *sample = cover(*sample, with, by);
            }
        }
    }
    glitter(canvas, palette, view, shore, bank);
    ripples(canvas, palette, view, shore, bank);
}

/// The sun's path on the water: short strokes that come and go.
fn glitter(canvas: &mut Canvas<'_>, palette: &Palette, view: &View, shore: usize, bank: usize) {
    let (sun_x, _) = view.sun();
    let paint = palette.rgb(0xffe9bf);
    let height = canvas.height as f32;
    let rows = 44;
    for n in 0..rows * 3 {
        let random = |salt: u32| noise::unit(n * 8 + salt);
        let depth = ((n / 3) as f32 + random(0)) / rows as f32;
        let pulse = (view.t * (0.5 + 0.7 * random(1)) * 3.0 + random(2) * 40.0).sin();
        if pulse < 0.0 {
            continue;
        }
        let spread = 0.022 + 0.085 * depth;
        let x = sun_x + spread * (random(3) + random(4) - 1.0) * 1.6;
        let y = (shore as f32 + depth * (bank - shore) as f32) / height;
        let half = (0.004 + 0.016 * depth) * (0.4 + 0.6 * random(5));
        canvas.stroke((x - half, y), (x + half, y), 0.0014 + 0.0018 * depth, paint, pulse * (0.75 - 0.25 * depth));
    }
}

/// Long, faint lines that drift.
fn ripples(canvas: &mut Canvas<'_>, palette: &Palette, view: &View, shore: usize, bank: usize) {
    let (light, dark) = (palette.rgb(0xf3d9c0), palette.rgb(0x22344f));
    let height = canvas.height as f32;
    for n in 0..26_u32 {
        let random = |salt: u32| noise::unit(n * 16 + salt + 9_000);
        let depth = (n as f32 + random(0)) / 26.0;
        let y = (shore as f32 + depth * (bank - shore) as f32) / height;
        let half = 0.02 + 0.10 * depth * random(1);
        let x = (random(2) * 3.0 + view.t * (0.004 + 0.010 * depth)).rem_euclid(view.aspect + 0.4) - 0.2;
        let paint = if n.is_multiple_of(2) { light } else { dark };
        canvas.stroke((x - half, y), (x + half, y), 0.0012 + 0.0010 * depth, paint, 0.20);
    }
}
