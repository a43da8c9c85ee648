//! What samples mean: from sRGB to the samples of a picture, and from one [`Color`] to another (ITU-T H.273, clause 8.3).

mod conversion;

use media::{Color, Matrix, Range};

pub(crate) use conversion::Conversion;

/// The weights of red and blue in luma (H.273, table 4); green has the rest.
fn weights(matrix: Matrix) -> (f32, f32) {
    match matrix {
        Matrix::Bt601 => (0.299, 0.114),
        Matrix::Bt709 => (0.2126, 0.0722),
        Matrix::Bt2020 => (0.2627, 0.0593),
    }
}

/// Black's luma, how many steps white is above it, and how many steps the whole span of chroma has.
fn scales(range: Range) -> (f32, f32, f32) {
    match range {
        Range::Limited => (16.0, 219.0, 224.0),
        Range::Full => (0.0, 255.0, 255.0),
    }
}

/// Converts sRGB to Y, Cb, Cr of a [`Color`], by 16-bit fractions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FromRgb {
    rows: [[i32; 4]; 3],
}

impl FromRgb {
    pub(crate) const fn new(color: Color) -> Self {
        // All six are made at compile time: a shape costs one look-up here.
        const fn table(kr: f32, kb: f32, limited: bool) -> FromRgb {
            let (black, luma, chroma) = if limited { (16.0, 219.0, 224.0) } else { (0.0, 255.0, 255.0) };
            let one = 65536.0 / 255.0;
            let kg = 1.0 - kr - kb;
            let (y, b, r) = (one * luma, one * chroma / (2.0 * (1.0 - kb)), one * chroma / (2.0 * (1.0 - kr)));
            let half = 32768;
            FromRgb {
                rows: [
                    [(y * kr) as i32, (y * kg) as i32, (y * kb) as i32, black as i32 * 65536 + half + 256],
                    [(-b * kr) as i32, (-b * kg) as i32, (b * (1.0 - kb)) as i32, 128 * 65536 + half],
                    [(r * (1.0 - kr)) as i32, (-r * kg) as i32, (-r * kb) as i32, 128 * 65536 + half],
                ],
            }
        }
        const LIMITED: [FromRgb; 3] =
            [table(0.299, 0.114, true), table(0.2126, 0.0722, true), table(0.2627, 0.0593, true)];
        const FULL: [FromRgb; 3] =
            [table(0.299, 0.114, false), table(0.2126, 0.0722, false), table(0.2627, 0.0593, false)];
        let at = match color.matrix {
            Matrix::Bt601 => 0,
            Matrix::Bt709 => 1,
            Matrix::Bt2020 => 2,
        };
        match color.range {
            Range::Limited => LIMITED[at],
            Range::Full => FULL[at],
        }
    }

    /// Y, Cb, Cr.
    #[inline]
    pub(crate) fn samples(&self, red: u8, green: u8, blue: u8) -> [u8; 3] {
        let (red, green, blue) = (i32::from(red), i32::from(green), i32::from(blue));
        // The sums stay below 2^25: nothing wraps, and nothing is checked.
        let sample = |[r, g, b, offset]: &[i32; 4]| {
            let sum = r.wrapping_mul(red).wrapping_add(g.wrapping_mul(green)).wrapping_add(b.wrapping_mul(blue));
            (sum.wrapping_add(*offset) >> 16).clamp(0, 255) as u8
        };
        let [y, cb, cr] = &self.rows;
        [sample(y), sample(cb), sample(cr)]
    }
}

/// The words of the crate `yuv` for a colour.
pub(crate) fn yuv(color: Color) -> (yuv::YuvRange, yuv::YuvStandardMatrix) {
    let range = match color.range {
        Range::Limited => yuv::YuvRange::Limited,
        Range::Full => yuv::YuvRange::Full,
    };
    let matrix = match color.matrix {
        Matrix::Bt601 => yuv::YuvStandardMatrix::Bt601,
        Matrix::Bt709 => yuv::YuvStandardMatrix::Bt709,
        Matrix::Bt2020 => yuv::YuvStandardMatrix::Bt2020,
    };
    (range, matrix)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Color; 6] = {
        let mut all = [Color::JPEG; 6];
        let mut at = 0;
        while at < 6 {
            let matrix = match at % 3 {
                0 => Matrix::Bt601,
                1 => Matrix::Bt709,
                _ => Matrix::Bt2020,
            };
            all[at] = Color { range: if at < 3 { Range::Limited } else { Range::Full }, matrix };
            at += 1;
        }
        all
    };

    #[test]
    fn black_grey_and_white_have_no_colour() {
        for color in ALL {
            let (black, span, _) = scales(color.range);
            let from = FromRgb::new(color);
            for level in [0u8, 100, 128, 255] {
                let [y, cb, cr] = from.samples(level, level, level);
                let expected = black + span * f32::from(level) / 255.0;
                assert!((f32::from(y) - expected).abs() <= 0.6, "{color:?} {level}: {y} for {expected}");
                assert!(cb.abs_diff(128) <= 1 && cr.abs_diff(128) <= 1, "{color:?} {level}: {cb} {cr}");
            }
        }
    }

    #[test]
    fn primaries_are_those_of_the_standard() {
        let limited = Color { range: Range::Limited, matrix: Matrix::Bt601 };
        assert_eq!(FromRgb::new(limited).samples(255, 0, 0), [81, 90, 240]);
        assert_eq!(FromRgb::new(limited).samples(0, 0, 255), [41, 240, 110]);
        let hd = Color { range: Range::Limited, matrix: Matrix::Bt709 };
        assert_eq!(FromRgb::new(hd).samples(255, 0, 0), [63, 102, 240]);
        assert_eq!(FromRgb::new(hd).samples(0, 255, 0), [173, 42, 26]);
        assert_eq!(FromRgb::new(Color::JPEG).samples(255, 0, 0), [76, 85, 255]);
    }

    #[test]
    fn conversions_agree_with_the_way_over_rgb() {
        for from in ALL {
            for to in ALL {
                let conversion = Conversion::new(from, to);
                for (red, green, blue) in
                    [(255, 0, 0), (0, 255, 0), (0, 0, 255), (200, 150, 120), (30, 60, 90), (255, 255, 255), (0, 0, 0)]
                {
                    let [y, cb, cr] = FromRgb::new(from).samples(red, green, blue);
                    let expected = FromRgb::new(to).samples(red, green, blue);
                    let mut got = [0u8; 3];
                    let mut lift = Vec::new();
                    conversion.lift_row(&[cb], &[cr], &mut lift);
                    let mut luma = [0u8; 2];
                    conversion.luma_row(&[y, y], &lift, &mut luma);
                    got[0] = luma[0];
                    let (mut u, mut v) = ([0u8], [0u8]);
                    conversion.chroma_row(&[cb], &[cr], &mut u, &mut v);
                    (got[1], got[2]) = (u[0], v[0]);
                    for at in 0..3 {
                        assert!(
                            got[at].abs_diff(expected[at]) <= 2,
                            "{from:?} → {to:?}: {red},{green},{blue}: {got:?} for {expected:?}"
                        );
                    }
                }
            }
        }
    }
}
