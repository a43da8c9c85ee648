use super::canvas::{Canvas, Light};
use super::paint::{Paint, Palette};

/// Stops from top to horizon: height and colour.
const STOPS: [(f32, u32); 6] =
    [(0.0, 0x22375f), (0.16, 0x3c5a86), (0.31, 0x7f8bab), (0.43, 0xd9a993), (0.52, 0xf6c68f), (0.62, 0xfbdcae)];

/// The colours of the sky, row by row: the lake mirrors them.
pub(super) struct Sky {
    rows: Vec<Paint>,
}

impl Sky {
    pub(super) fn new(palette: &Palette, height: usize) -> Self {
        let stops = STOPS.map(|(at, rgb)| (at, palette.rgb(rgb)));
        let rows = (0..height).map(|row| at(&stops, (row as f32 + 0.5) / height as f32)).collect();
        Self { rows }
    }

    pub(super) fn row(&self, row: usize) -> Paint {
        self.rows[row.min(self.rows.len() - 1)]
    }

    pub(super) fn draw(&self, canvas: &mut Canvas<'_>) {
        canvas.fill_rows(0..canvas.height, |row| self.row(row));
    }

    pub(super) fn draw_sun(&self, canvas: &mut Canvas<'_>, palette: &Palette, sun: (f32, f32)) {
        // The hills hide what is below.
        let light = |reach, flat, strength| Light { center: sun, reach, flat, strength, floor: 0.66 };
        canvas.glow(&light(0.78, 0.42, 0.62), palette.rgb(0xffd79a));
        canvas.glow(&light(0.18, 1.0, 0.70), palette.rgb(0xfff0c8));
        canvas.disc(sun, 0.047, palette.rgb(0xfffbea), 1.0);
    }
}

fn at(stops: &[(f32, Paint)], height: f32) -> Paint {
    let above = stops.iter().rposition(|(stop, _)| *stop <= height).unwrap_or(0);
    let (from, paint) = stops[above];
    match stops.get(above + 1) {
        Some((to, next)) => {
            let part = (height - from) / (to - from);
            paint.mix(*next, part * part * (3.0 - 2.0 * part) * 0.5 + part * 0.5)
        }
        None => paint,
    }
}
