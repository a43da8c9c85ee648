use media::Size;

use super::canvas::Canvas;
use super::noise::{line, unit};
use super::paint::Palette;
use super::{SHORE, View, turbine};

/// Heights between two firs.
const FIR_SPACING: f32 = 0.0135;

/// A range of hills, from far to near.
struct Range {
    /// Of the pan of the nearest one.
    parallax: f32,
    /// Where it would be without hills.
    base: f32,
    /// How high the hills are, from the broadest to the finest.
    waves: [(f32, f32); 4],
    firs: f32,
    /// At the ridge, and at the foot where the mist lies.
    colors: (u32, u32),
}

const RANGES: [Range; 4] = [
    Range {
        parallax: 0.15,
        base: 0.545,
        waves: [(1.1, 0.075), (2.6, 0.040), (7.0, 0.015), (19.0, 0.005)],
        firs: 0.0,
        colors: (0xa59bb0, 0xf0cfae),
    },
    Range {
        parallax: 0.3,
        base: 0.605,
        waves: [(0.8, 0.060), (1.9, 0.024), (5.0, 0.007), (13.0, 0.002)],
        firs: 0.0,
        colors: (0x75779a, 0xd9b8a8),
    },
    Range {
        parallax: 0.55,
        base: 0.655,
        waves: [(0.9, 0.042), (2.1, 0.016), (6.0, 0.004), (23.0, 0.002)],
        firs: 0.016,
        colors: (0x48577a, 0x9c8f9b),
    },
    Range {
        parallax: 1.0,
        base: 0.700,
        waves: [(0.6, 0.028), (1.7, 0.014), (4.0, 0.004), (31.0, 0.002)],
        firs: 0.040,
        colors: (0x22324a, 0x37465c),
    },
];

/// Where each range begins in each column, in rows.
pub(super) struct Ridges(Vec<Vec<f32>>);

impl Ridges {
    pub(super) fn new(size: Size, view: &View) -> Self {
        let height = size.height as f32;
        let ridge = |(number, range): (usize, &Range)| {
            let seed = view.seed.wrapping_add(number as u32 * 17 + 3);
            (0..size.width).map(|x| height * range.top(x as f32 / height + view.pan * range.parallax, seed)).collect()
        };
        Self(RANGES.iter().enumerate().map(ridge).collect())
    }

    pub(super) fn nearest(&self) -> &[f32] {
        self.0.last().map_or(&[], |ridge| ridge)
    }
}

impl Range {
    fn top(&self, x: f32, seed: u32) -> f32 {
        let hills: f32 = self
            .waves
            .iter()
            .zip(1..)
            .map(|((per_height, high), n)| high * line(x * per_height, seed.wrapping_add(n * 101)))
            .sum();
        self.base - hills - self.fir(x, seed)
    }

    /// How far the firs stand out at this place: triangles with steps, in groups.
    fn fir(&self, x: f32, seed: u32) -> f32 {
        if self.firs == 0.0 {
            return 0.0;
        }
        let spacing = FIR_SPACING * self.firs / 0.040;
        let cell = (x / spacing).floor();
        let mut highest = 0.0_f32;
        for neighbour in -1..=1 {
            let number = (cell as i32 + neighbour) as u32;
            let random = |n: u32| unit(number.wrapping_mul(4).wrapping_add(n).wrapping_add(seed.wrapping_mul(977)));
            let middle = (number as i32 as f32 + 0.25 + 0.5 * random(0)) * spacing;
            // Woods and clearings.
            let wood = line(middle * 1.6, seed.wrapping_add(55)) + 0.25;
            let high = self.firs * (0.45 + 0.55 * random(1)) * (wood * 2.5).clamp(0.0, 1.0);
            let wide = spacing * (0.42 + 0.25 * random(2));
            let side = (x - middle).abs() / wide;
            if side < 1.0 {
                let slope = 1.0 - side;
                let steps = 0.10 * ((slope * 5.0).fract() - 0.5);
                highest = highest.max(high * (slope + steps).max(0.0));
            }
        }
        highest
    }
}

pub(super) fn draw(canvas: &mut Canvas<'_>, palette: &Palette, view: &View, ridges: &Ridges) {
    let height = canvas.height as f32;
    let shore = (SHORE * height) as usize;
    for (number, (range, ridge)) in RANGES.iter().zip(&ridges.0).enumerate() {
        let (ridge_paint, foot) = (palette.rgb(range.colors.0), palette.rgb(range.colors.1));
        let top = range.base - range.waves.iter().map(|(_, high)| high).sum::<f32>();
        // What the next range hides is not drawn.
        let last = match ridges.0.get(number + 1) {
            Some(next) => (next.iter().copied().fold(0.0, f32::max) as usize + 1).min(shore),
            None => shore,
        };
        canvas
            .below(ridge, last, |row| ridge_paint.mix(foot, (row as f32 / height - top) / (range.base + 0.035 - top)));
        if number == 1 {
            let seed = view.seed.wrapping_add(number as u32 * 17 + 3);
            turbine::draw(
                canvas,
                palette,
                view,
                |x| range.top(x + view.pan * range.parallax, seed),
                view.pan * range.parallax,
            );
        }
    }
}
