//! The scene of `test://`: an evening by a lake. A pure function of time and seed to a picture.
//!
//! Drawn back to front: sky, sun, clouds, birds, hills, wind turbines, trees, lake, bank, road and cars, dial. Still things move slowly (clouds,
//! a pan of a few pixels a second), some things move now and then (birds, cars), so that a motion gate has something to open for and something
//! to close for. Lengths are in heights of the picture: the scene looks alike at every size.

mod birds;
mod canvas;
mod clouds;
mod dial;
mod lake;
mod land;
mod noise;
mod paint;
mod road;
mod sky;
mod turbine;

use std::time::Duration;

use media::{Matrix, Size};

use canvas::Canvas;
pub use canvas::Layer;
use paint::Palette;

/// Where the water begins.
const SHORE: f32 = 0.715;
/// Where it ends.
const BANK: f32 = 0.855;

/// The scene at one size. What never moves (sky and sun) and what only drifts (clouds) is made once; the rest is drawn anew for every picture.
pub struct Painting {
    size: Size,
    seed: u32,
    palette: Palette,
    sky: sky::Sky,
    /// Sky and sun, as planes without padding.
    backdrop: [Vec<u8>; 3],
    clouds: clouds::Clouds,
}

impl Painting {
    /// A painting of this size in samples of this matrix, limited range. `seed`: another one is another landscape.
    pub fn new(size: Size, matrix: Matrix, seed: u32) -> Self {
        let palette = Palette::new(matrix);
        let sky = sky::Sky::new(&palette, size.height as usize);
        let [luma, chroma] = [size, size.chroma()].map(|size| (size.width as usize, size.height as usize));
        let sizes = [luma, chroma, chroma];
        let mut backdrop = sizes.map(|(width, height)| vec![0; width * height]);
        let mut planes =
            backdrop.iter_mut().zip(sizes).map(|(data, (width, height))| Layer { data, stride: width, width, height });
        if let (Some(luma), Some(u), Some(v)) = (planes.next(), planes.next(), planes.next()) {
            let mut canvas = Canvas::new([luma, u, v], size);
            sky.draw(&mut canvas);
            sky.draw_sun(&mut canvas, &palette, View::at(size, 0.0, seed).sun());
        }
        Self { size, seed, palette, sky, backdrop, clouds: clouds::Clouds::new(size, seed) }
    }

    /// Draws the picture of a time since the beginning. Every sample is written.
    pub fn draw(&self, layers: [Layer<'_>; 3], at: Duration) {
        let mut canvas = Canvas::new(layers, self.size);
        let view = View::at(self.size, at.as_secs_f32(), self.seed);
        for (layer, backdrop) in canvas.layers.iter_mut().zip(&self.backdrop) {
            for (y, row) in backdrop.chunks_exact(layer.width).enumerate() {
                layer.row(y).copy_from_slice(row);
            }
        }
        self.clouds.draw(&mut canvas, &self.palette, &view);
        birds::draw(&mut canvas, &self.palette, &view);
        let ridges = land::Ridges::new(self.size, &view);
        land::draw(&mut canvas, &self.palette, &view, &ridges);
        lake::draw(&mut canvas, &self.palette, &view, &self.sky, ridges.nearest());
        road::draw(&mut canvas, &self.palette, &view);
        dial::draw(&mut canvas, &self.palette, &view);
    }
}

/// From where and when the scene is seen.
struct View {
    /// Width over height.
    aspect: f32,
    /// How far the near hills have moved, in heights.
    pan: f32,
    /// Seconds since the beginning.
    t: f32,
    seed: u32,
}

impl View {
    fn at(size: Size, t: f32, seed: u32) -> Self {
        Self { aspect: size.width as f32 / size.height as f32, pan: t * 0.006, t, seed }
    }

    /// Where the sun stands, in heights.
    fn sun(&self) -> (f32, f32) {
        (self.aspect * 0.665, 0.457)
    }
}

impl std::fmt::Debug for Painting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Painting").field("size", &self.size).field("seed", &self.seed).finish_non_exhaustive()
    }
}
