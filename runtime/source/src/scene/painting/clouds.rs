use media::Size;

use super::View;
use super::canvas::{Canvas, Layer, cover};
use super::noise;
use super::paint::Palette;

/// Where clouds are, in heights.
const TOP: f32 = 0.03;
const BOTTOM: f32 = 0.50;
/// Heights that they drift in a second.
const DRIFT: f32 = 0.0075;

/// How dense the clouds are, made once: a band that repeats, wider than the picture.
pub(super) struct Clouds {
    luma: Density,
    chroma: Density,
}

struct Density {
    width: usize,
    top: usize,
    /// Each row is one sample longer than `width`: the first one again.
    rows: Vec<Vec<u8>>,
}

impl Clouds {
    pub(super) fn new(size: Size, seed: u32) -> Self {
        let chroma = Density::new(size, seed);
        Self { luma: chroma.doubled(), chroma }
    }

    pub(super) fn draw(&self, canvas: &mut Canvas<'_>, palette: &Palette, view: &View) {
        let (lit, shade) = (palette.rgb(0xffe9d2), palette.rgb(0x8d8aa6));
        let height = canvas.height as f32;
        for (index, scale, layer) in canvas.scaled() {
            let density = if index == 0 { &self.luma } else { &self.chroma };
            let drift = view.t * DRIFT * height / scale as f32;
            let rows = density.rows.len().max(1) as f32;
            for (number, row) in density.rows.iter().enumerate() {
                let paint = shade.mix(lit, 0.25 + 1.1 * number as f32 / rows).samples()[index];
                blend(layer, density.top + number, row, drift, paint);
            }
        }
    }
}

impl Density {
    /// At the resolution of the chroma.
    fn new(size: Size, seed: u32) -> Self {
        let height = size.height as f32 / 2.0;
        let (top, bottom) = ((TOP * height) as u32, (BOTTOM * height) as u32);
        let width = (size.width * 3 / 4).max(1) as usize;
        let length = width as f32 / height;
        let row = |y: u32| (0..width).map(|x| density(x as f32 / height, y as f32 / height, length, seed)).collect();
        Self { width, top: top as usize, rows: (top..bottom).map(|y| closed(row(y))).collect() }
    }

    /// At twice the resolution: clouds are smooth.
    fn doubled(&self) -> Self {
        let mean = |a: u8, b: u8| ((u16::from(a) + u16::from(b)) / 2) as u8;
        let wide = |row: &Vec<u8>| closed(row.windows(2).flat_map(|pair| [pair[0], mean(pair[0], pair[1])]).collect());
        let mut rows: Vec<Vec<u8>> = Vec::with_capacity(self.rows.len() * 2);
        for row in self.rows.iter().map(wide) {
            if let Some(above) = rows.last() {
                let between = above.iter().zip(&row).map(|(a, b)| mean(*a, *b)).collect();
                rows.push(between);
            }
            rows.push(row);
        }
        Self { width: self.width * 2, top: self.top * 2, rows }
    }
}

/// With the first sample again behind the last.
fn closed(mut row: Vec<u8>) -> Vec<u8> {
    row.extend(row.first().copied());
    row
}

/// Layered noise, stretched along the horizon; thinner towards the top and the bottom of the band.
fn density(x: f32, y: f32, length: f32, seed: u32) -> u8 {
    let (mut sum, mut weight, mut cells) = (0.0, 0.5, 5_u32);
    for octave in 0..6 {
        let per_length = cells as f32 / length;
        sum += weight * noise::surface(x * per_length, y * per_length * 3.1, cells, seed.wrapping_add(octave * 31));
        weight *= 0.5;
        cells *= 2;
    }
    let part = (y - TOP) / (BOTTOM - TOP);
    let band = (4.0 * part * (1.0 - part)).max(0.0).sqrt();
    let dense = ((sum * band - 0.47) / 0.28).clamp(0.0, 1.0);
    (dense * dense * (3.0 - 2.0 * dense) * 215.0) as u8
}

fn blend(layer: &mut Layer<'_>, y: usize, row: &[u8], drift: f32, paint: u8) {
    if y >= layer.height || row.len() < 2 {
        return;
    }
    let width = row.len() - 1;
    let whole = drift.floor();
    let part = ((drift - whole) * 256.0) as u16;
    let mut from = (whole as i64).rem_euclid(width as i64) as usize;
    let mut rest = layer.row(y);
    while !rest.is_empty() {
        let length = rest.len().min(width - from);
        let (now, later) = rest.split_at_mut(length);
        for ((sample, a), b) in now.iter_mut().zip(&row[from..]).zip(&row[from + 1..]) {
            let by = (u16::from(*a) * (256 - part) + u16::from(*b) * part) >> 8;
            *sample = cover(*sample, u16::from(paint), by);
        }
        rest = later;
        from = 0;
    }
}
