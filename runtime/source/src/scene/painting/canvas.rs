use std::ops::Range;

use media::Size;

use super::paint::Paint;

/// One plane of the picture that is drawn.
#[derive(Debug)]
pub struct Layer<'a> {
    /// Its samples.
    pub data: &'a mut [u8],
    /// Samples from one row to the next.
    pub stride: usize,
    /// Samples in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
}

impl Layer<'_> {
    pub(super) fn row(&mut self, y: usize) -> &mut [u8] {
        &mut self.data[y * self.stride..][..self.width]
    }
}

/// The picture that is being drawn. Lengths are in heights of the picture.
pub(super) struct Canvas<'a> {
    pub(super) layers: [Layer<'a>; 3],
    pub(super) width: usize,
    pub(super) height: usize,
}

/// Where a shape may have samples, in heights.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) left: f32,
    pub(super) top: f32,
    pub(super) right: f32,
    pub(super) bottom: f32,
}

/// A soft light.
#[derive(Clone, Copy, Debug)]
pub(super) struct Light {
    pub(super) center: (f32, f32),
    pub(super) reach: f32,
    /// Height over width.
    pub(super) flat: f32,
    /// 0 to 1, in the middle.
    pub(super) strength: f32,
    /// Below this it is hidden.
    pub(super) floor: f32,
}

impl Bounds {
    pub(super) fn around(x: f32, y: f32, reach: f32) -> Self {
        Self { left: x - reach, top: y - reach, right: x + reach, bottom: y + reach }
    }
}

/// Covers a sample by 0 to 256. In 16 bits, which even the oldest vector units multiply.
pub(super) fn cover(sample: u8, with: u16, by: u16) -> u8 {
    ((u16::from(sample) * (256 - by) + with * by + 128) >> 8) as u8
}

pub(super) fn length(x: f32, y: f32) -> f32 {
    (x * x + y * y).sqrt()
}

impl<'a> Canvas<'a> {
    pub(super) fn new(layers: [Layer<'a>; 3], size: Size) -> Self {
        Self { layers, width: size.width as usize, height: size.height as usize }
    }

    /// Each plane with how much smaller it is than the picture.
    pub(super) fn scaled(&mut self) -> impl Iterator<Item = (usize, usize, &mut Layer<'a>)> {
        self.layers.iter_mut().enumerate().map(|(index, layer)| (index, if index == 0 { 1 } else { 2 }, layer))
    }

    /// Fills these rows (of the luma) from side to side, each with its paint.
    pub(super) fn fill_rows(&mut self, rows: Range<usize>, paint: impl Fn(usize) -> Paint) {
        for (index, scale, layer) in self.scaled() {
            for y in rows.start.div_ceil(scale)..rows.end.div_ceil(scale).min(layer.height) {
                let sample = paint(y * scale).samples()[index];
                layer.row(y).fill(sample);
            }
        }
    }

    /// Draws a shape that is told by a signed distance: in heights, negative inside. `strength` is 0 to 1.
    pub(super) fn shape(&mut self, bounds: Bounds, paint: Paint, strength: f32, distance: impl Fn(f32, f32) -> f32) {
        let height = self.height as f32;
        let samples = paint.samples();
        for (index, scale, layer) in self.scaled() {
            let pixels = height / scale as f32;
            let range = |from: f32, to: f32, limit: usize| {
                let from = (from * pixels - 1.0).clamp(0.0, limit as f32) as usize;
                from..((to * pixels + 2.0).clamp(0.0, limit as f32) as usize).max(from)
            };
            let (rows, columns) =
                (range(bounds.top, bounds.bottom, layer.height), range(bounds.left, bounds.right, layer.width));
            for y in rows {
                let at_y = (y as f32 + 0.5) / pixels;
                for (x, sample) in columns.clone().zip(&mut layer.row(y)[columns.clone()]) {
                    let at_x = (x as f32 + 0.5) / pixels;
                    let inside = (0.5 - distance(at_x, at_y) * pixels).clamp(0.0, 1.0);
                    *sample = cover(*sample, u16::from(samples[index]), (inside * strength * 256.0) as u16);
                }
            }
        }
    }

    /// A line with round ends.
    pub(super) fn stroke(&mut self, from: (f32, f32), to: (f32, f32), thickness: f32, paint: Paint, strength: f32) {
        let reach = thickness / 2.0;
        let bounds = Bounds {
            left: from.0.min(to.0) - reach,
            top: from.1.min(to.1) - reach,
            right: from.0.max(to.0) + reach,
            bottom: from.1.max(to.1) + reach,
        };
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let squared = (dx * dx + dy * dy).max(1e-9);
        // Thinner than a pixel is a pixel that is seen through.
        let pixel = 1.0 / self.height as f32;
        let (reach, strength) =
            if thickness < pixel { (pixel / 2.0, strength * thickness / pixel) } else { (reach, strength) };
        self.shape(bounds, paint, strength, |x, y| {
            let along = (((x - from.0) * dx + (y - from.1) * dy) / squared).clamp(0.0, 1.0);
            length(x - from.0 - along * dx, y - from.1 - along * dy) - reach
        });
    }

    pub(super) fn disc(&mut self, center: (f32, f32), radius: f32, paint: Paint, strength: f32) {
        self.shape(Bounds::around(center.0, center.1, radius), paint, strength, |x, y| {
            length(x - center.0, y - center.1) - radius
        });
    }

    /// A box with round corners.
    pub(super) fn slab(&mut self, bounds: Bounds, corner: f32, paint: Paint, strength: f32) {
        let (x0, y0) = ((bounds.left + bounds.right) / 2.0, (bounds.top + bounds.bottom) / 2.0);
        let (w, h) = ((bounds.right - bounds.left) / 2.0 - corner, (bounds.bottom - bounds.top) / 2.0 - corner);
        self.shape(bounds, paint, strength, |x, y| {
            let (dx, dy) = ((x - x0).abs() - w, (y - y0).abs() - h);
            length(dx.max(0.0), dy.max(0.0)) + dx.max(dy).min(0.0) - corner
        });
    }

    /// A level bar from side to side.
    pub(super) fn bar(&mut self, y: f32, thickness: f32, paint: Paint, strength: f32) {
        let right = self.width as f32 / self.height as f32;
        let bounds = Bounds { left: 0.0, top: y - thickness, right, bottom: y + thickness };
        self.shape(bounds, paint, strength, |_, at| (at - y).abs() - thickness / 2.0);
    }

    /// A soft light: strongest in the middle, nothing at its edges, nothing below `floor`.
    pub(super) fn glow(&mut self, light: &Light, paint: Paint) {
        let height = self.height as f32;
        let samples = paint.samples();
        for (index, scale, layer) in self.scaled() {
            let pixels = height / scale as f32;
            let (cx, cy, rx) = (light.center.0 * pixels, light.center.1 * pixels, light.reach * pixels);
            let ry = rx * light.flat;
            let limit = |row: f32, limit: usize| row.clamp(0.0, limit as f32) as usize;
            let with = f32::from(samples[index]);
            for y in limit(cy - ry, layer.height)..limit((cy + ry).min(light.floor * pixels), layer.height) {
                let dy = (y as f32 + 0.5 - cy) / ry.max(1.0);
                let in_row = 1.0 - dy * dy;
                let half = rx * in_row.max(0.0).sqrt();
                let (left, right) = (limit(cx - half, layer.width), limit(cx + half, layer.width));
                let per_square = 1.0 / (rx * rx).max(1.0);
                for (x, sample) in layer.row(y)[left..right.max(left)].iter_mut().enumerate() {
                    let dx = (x + left) as i32 as f32 + 0.5 - cx;
                    let near = (in_row - dx * dx * per_square).max(0.0);
                    let old = f32::from(*sample);
                    *sample = (old + (with - old) * (light.strength * near * near * near) + 0.5) as i32 as u8;
                }
            }
        }
    }

    /// Covers everything below a ridge. `ridge`: for each luma column the row where it begins, with fractions. `paint`: of each row.
    pub(super) fn below(&mut self, ridge: &[f32], last_row: usize, paint: impl Fn(usize) -> Paint) {
        let highest = ridge.iter().copied().fold(f32::INFINITY, f32::min).max(0.0) as usize;
        let lowest = ridge.iter().copied().fold(0.0, f32::max);
        for (index, scale, layer) in self.scaled() {
            for y in highest / scale..last_row.div_ceil(scale).min(layer.height) {
                let with = paint(y * scale).samples()[index];
                let bottom = ((y + 1) * scale) as f32;
                let factor = 256.0 / scale as f32;
                let by = |ridge: f32| ((bottom - ridge) * factor).clamp(0.0, 256.0) as i32 as u16;
                let row = layer.row(y);
                match scale {
                    _ if bottom > lowest + scale as f32 => row.fill(with),
                    1 => row
                        .iter_mut()
                        .zip(ridge)
                        .for_each(|(sample, ridge)| *sample = cover(*sample, u16::from(with), by(*ridge))),
                    _ => row
                        .iter_mut()
                        .zip(ridge.chunks(2))
                        .for_each(|(sample, pair)| *sample = cover(*sample, u16::from(with), by(pair[0]))),
                }
            }
        }
    }
}
