use super::canvas::{Bounds, Canvas, Light};
use super::noise::line;
use super::paint::{Paint, Palette};
use super::{BANK, View};

/// The road's edges and the line in its middle.
const ROAD: (f32, f32) = (0.905, 0.972);
const MIDDLE: f32 = 0.937;

/// A car that comes again and again.
struct Car {
    /// Heights a second; to the left if negative.
    speed: f32,
    /// Seconds between two times that it comes, and when it comes first.
    every: f32,
    first: f32,
    /// Where its wheels are.
    lane: f32,
    length: f32,
    color: u32,
    /// A van is a box on wheels.
    van: bool,
}

const CARS: [Car; 5] = [
    Car { speed: -0.30, every: 23.0, first: 2.0, lane: 0.931, length: 0.098, color: 0xb8433c, van: false },
    Car { speed: 0.36, every: 31.0, first: 1.0, lane: 0.966, length: 0.112, color: 0xd8dde4, van: false },
    Car { speed: -0.26, every: 41.0, first: 7.5, lane: 0.931, length: 0.130, color: 0xe0a83e, van: true },
    Car { speed: 0.32, every: 37.0, first: 9.0, lane: 0.966, length: 0.108, color: 0x2f6f8f, van: false },
    Car { speed: 0.34, every: 53.0, first: 24.0, lane: 0.966, length: 0.140, color: 0x6d8a63, van: true },
];

/// The bank in front of the water, the road on it, and who drives there.
pub(super) fn draw(canvas: &mut Canvas<'_>, palette: &Palette, view: &View) {
    let height = canvas.height as f32;
    let (grass, shade) = (palette.rgb(0x2f4038), palette.rgb(0x1a2723));
    let edge: Vec<f32> = (0..canvas.width)
        .map(|x| {
            let x = x as f32 / height + view.pan * 1.6;
            height * (BANK + 0.006 * line(x * 2.2, 71) + 0.0035 * line(x * 38.0, 72) + 0.0028 * line(x * 97.0, 73))
        })
        .collect();
    canvas.below(&edge, canvas.height, |row| grass.mix(shade, (row as f32 / height - BANK) / (1.0 - BANK)));

    let (far, near) = (palette.rgb(0x4b4f58), palette.rgb(0x3a3e47));
    let rows = |from: f32, to: f32| (from * height) as usize..(to * height) as usize;
    canvas.fill_rows(rows(ROAD.0, ROAD.1), |row| far.mix(near, (row as f32 / height - ROAD.0) / (ROAD.1 - ROAD.0)));
    let line_paint = palette.rgb(0xb9b7ae);
    for edge in [ROAD.0 + 0.004, ROAD.1 - 0.004] {
        canvas.bar(edge, 0.0022, line_paint, 0.55);
    }
    let offset = (view.pan * 1.6).rem_euclid(0.11);
    for n in 0..(view.aspect / 0.11) as i32 + 3 {
        let x = n as f32 * 0.11 - offset - 0.05;
        canvas.stroke((x, MIDDLE), (x + 0.045, MIDDLE), 0.0030, line_paint, 0.75);
    }
    rail(canvas, palette, view);
    // The far lane first.
    for car in CARS.iter().filter(|car| car.speed < 0.0).chain(CARS.iter().filter(|car| car.speed > 0.0)) {
        let since = (view.t - car.first).rem_euclid(car.every);
        let way = since * car.speed.abs() - 0.25;
        let x = if car.speed > 0.0 { way } else { view.aspect - way };
        if view.t >= car.first && way < view.aspect + 0.3 {
            car.draw(canvas, palette, x, view.t);
        }
    }
}

/// A guard rail between the road and the water.
fn rail(canvas: &mut Canvas<'_>, palette: &Palette, view: &View) {
    let (post, bar) = (palette.rgb(0x6a717b), palette.rgb(0x9aa0a8));
    let offset = (view.pan * 1.6).rem_euclid(0.085);
    for n in 0..(view.aspect / 0.085) as i32 + 2 {
        let x = n as f32 * 0.085 - offset;
        canvas.stroke((x, 0.8865), (x, 0.902), 0.0034, post, 0.9);
    }
    canvas.bar(0.888, 0.0052, bar, 0.95);
    canvas.bar(0.8898, 0.0014, post, 0.9);
}

impl Car {
    fn draw(&self, canvas: &mut Canvas<'_>, palette: &Palette, x: f32, t: f32) {
        let ahead = self.speed.signum();
        let half = self.length / 2.0;
        let wheel = self.length * 0.098;
        let ground = self.lane;
        let bounce = 0.0006 * (t * 9.0 + self.first).sin();
        let (body, dark) = (palette.rgb(self.color), palette.rgb(0x14181f));
        let shadow =
            Bounds { left: x - half * 1.02, top: ground - 0.003, right: x + half * 1.02, bottom: ground + 0.004 };
        canvas.slab(shadow, 0.003, dark, 0.45);

        let belt = ground - self.length * (if self.van { 0.30 } else { 0.25 }) + bounce;
        let slab =
            |left: f32, top: f32, right: f32, bottom: f32| Bounds { left: x + left, top, right: x + right, bottom };
        self.cabin(canvas, palette, x, belt, bounce);
        canvas.slab(slab(-half, belt, half, ground - wheel * 0.55 + bounce), self.length * 0.055, body, 1.0);
        canvas.slab(
            slab(-half, ground - wheel * 1.05 + bounce, half, ground - wheel * 0.5 + bounce),
            0.002,
            body.mix(dark, 0.45),
            1.0,
        );
        for side in [-0.60, 0.58] {
            let center = (x + ahead * half * side, ground - wheel * 0.92);
            canvas.disc(center, wheel, dark, 1.0);
            canvas.disc(center, wheel * 0.52, palette.rgb(0x8c939c), 1.0);
        }
        let (front, back) = (
            (x + ahead * half * 0.95, belt + self.length * 0.075),
            (x - ahead * half * 0.96, belt + self.length * 0.07),
        );
        let light = |center, reach, flat, strength| Light { center, reach, flat, strength, floor: 1.0 };
        let beam = (front.0 + ahead * 0.060, ground - 0.004);
        canvas.glow(&light(beam, 0.085, 0.17, 0.50), palette.rgb(0xfff2cf));
        canvas.glow(&light(front, 0.020, 1.0, 0.60), palette.rgb(0xfff2cf));
        canvas.disc(front, self.length * 0.030, palette.rgb(0xfffbe8), 1.0);
        canvas.glow(&light(back, 0.022, 1.0, 0.55), palette.rgb(0xff4b3a));
        canvas.disc(back, self.length * 0.024, palette.rgb(0xe2382c), 1.0);
    }

    fn cabin(&self, canvas: &mut Canvas<'_>, palette: &Palette, x: f32, belt: f32, bounce: f32) {
        let ahead = self.speed.signum();
        let length = self.length;
        let body: Paint = palette.rgb(self.color);
        let glass = palette.rgb(0x33475f);
        let (high, back, front) = if self.van { (0.27, -0.50, 0.36) } else { (0.175, -0.33, 0.17) };
        let top = belt - length * high + bounce;
        // Leaning windows: the cabin narrows towards the roof.
        let trapezoid =
            |canvas: &mut Canvas<'_>, back: f32, front: f32, top: f32, bottom: f32, lean: (f32, f32), paint: Paint| {
                let bounds = Bounds { left: x - length * 0.6, top, right: x + length * 0.6, bottom };
                canvas.shape(bounds, paint, 1.0, |px, py| {
                    let along = (px - x) * ahead / length;
                    let up = (bottom - py) / (bottom - top).max(1e-6);
                    let inside = (along - (back + lean.0 * up)).min(front - lean.1 * up - along) * length;
                    (-inside * 0.9).max(top - py).max(py - bottom)
                });
            };
        let lean = if self.van { (0.0, 0.13) } else { (0.07, 0.13) };
        trapezoid(canvas, back, front + 0.06, top, belt + 0.004, lean, body);
        let window = (top + length * 0.035, belt - length * 0.005);
        match self.van {
            true => trapezoid(canvas, 0.12, front + 0.02, window.0, window.1, (0.0, 0.10), glass),
            false => {
                trapezoid(canvas, back + 0.045, -0.085, window.0, window.1, (0.06, 0.0), glass);
                trapezoid(canvas, -0.055, front + 0.01, window.0, window.1, (0.0, 0.11), glass);
            }
        }
    }
}
