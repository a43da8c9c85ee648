//! Random numbers that are the same every time: functions of a place and a seed.

/// A whole number to 32 random bits (the finalizer of MurmurHash3).
pub(super) fn hash(n: u32) -> u32 {
    let mut h = n.wrapping_mul(0x9e37_79b9) ^ 0x85eb_ca6b;
    h = (h ^ (h >> 16)).wrapping_mul(0x85eb_ca6b);
    h = (h ^ (h >> 13)).wrapping_mul(0xc2b2_ae35);
    h ^ (h >> 16)
}

/// 0 to 1.
pub(super) fn unit(n: u32) -> f32 {
    (hash(n) >> 8) as f32 / (1 << 24) as f32
}

/// Smooth noise along a line: -1 to 1, one bump for each unit of `x`.
pub(super) fn line(x: f32, seed: u32) -> f32 {
    let cell = x.floor();
    let part = x - cell;
    let smooth = part * part * (3.0 - 2.0 * part);
    let at = |cell: f32| unit((cell as i32 as u32).wrapping_add(seed.wrapping_mul(7919))) * 2.0 - 1.0;
    let (a, b) = (at(cell), at(cell + 1.0));
    a + (b - a) * smooth
}

/// Smooth noise on a surface that repeats after `period` cells in `x`: 0 to 1.
pub(super) fn surface(x: f32, y: f32, period: u32, seed: u32) -> f32 {
    let (cell_x, cell_y) = (x.floor(), y.floor());
    let (part_x, part_y) = (x - cell_x, y - cell_y);
    let smooth = |part: f32| part * part * (3.0 - 2.0 * part);
    let at = |cell_x: f32, cell_y: f32| {
        let wrapped = (cell_x as i32).rem_euclid(period.max(1) as i32) as u32;
        unit(wrapped.wrapping_add((cell_y as i32 as u32).wrapping_mul(65_537)).wrapping_add(seed.wrapping_mul(104_729)))
    };
    let mix = |a: f32, b: f32, by: f32| a + (b - a) * by;
    let top = mix(at(cell_x, cell_y), at(cell_x + 1.0, cell_y), smooth(part_x));
    let bottom = mix(at(cell_x, cell_y + 1.0), at(cell_x + 1.0, cell_y + 1.0), smooth(part_x));
    mix(top, bottom, smooth(part_y))
}
