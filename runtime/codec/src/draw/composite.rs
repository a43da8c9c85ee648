use media::Color;

use super::Rgba;
use crate::Picture;
use crate::colors::FromRgb;
use crate::pixels::Clip;

/// A colour as samples of a picture, and how much of it to take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ink {
    samples: [u8; 3],
    /// 0 to [`ALL`].
    share: u32,
}

/// The share of a sample that takes all of the new colour.
const ALL: u32 = 256;

impl Ink {
    pub(crate) fn new(color: Rgba, picture: Color) -> Self {
        let samples = FromRgb::new(picture).samples(color.red, color.green, color.blue);
        Self { samples, share: share(color.alpha) }
    }
}

/// 0 to 255 as 0 to [`ALL`].
fn share(alpha: u8) -> u32 {
    u32::from(alpha).wrapping_add(u32::from(alpha >> 7))
}

/// Wraps instead of checking: the sums stay below 2^17, and the checks of a debug build would keep the loops from being vectorised.
#[inline]
fn mix(under: u8, over: u8, share: u32) -> u8 {
    let under = u32::from(under).wrapping_mul(ALL.wrapping_sub(share));
    (under.wrapping_add(u32::from(over).wrapping_mul(share)).wrapping_add(ALL / 2) / ALL) as u8
}

#[inline]
fn span(row: &mut [u8], over: u8, share: u32) {
    if share == ALL {
        return set(row, over);
    }
    for sample in row {
        *sample = mix(*sample, over, share);
    }
}

/// `fill` without its call for short rows, of which small shapes are made: two stores that overlap.
#[inline]
fn set(row: &mut [u8], value: u8) {
    #[inline]
    fn ends<const N: usize>(row: &mut [u8], value: u8) {
        if let Some(first) = row.first_chunk_mut::<N>() {
            *first = [value; N];
        }
        if let Some(last) = row.last_chunk_mut::<N>() {
            *last = [value; N];
        }
    }
    match row.len() {
        0 => {}
        1 => row[0] = value,
        2..4 => ends::<2>(row, value),
        4..8 => ends::<4>(row, value),
        8..16 => ends::<8>(row, value),
        16..=32 => ends::<16>(row, value),
        _ => row.fill(value),
    }
}

/// Blends a rectangle.
pub(crate) fn fill(picture: &mut Picture, clip: Clip, ink: Ink) {
    if ink.share == 0 {
        return;
    }
    let [luma, u, v] = picture.planes_mut();
    let (width, height) = (luma.size.width as usize, luma.size.height as usize);
    for row in luma.data.chunks_exact_mut(luma.stride).take(clip.bottom).skip(clip.top) {
        span(&mut row[clip.columns()], ink.samples[0], ink.share);
    }
    // Chroma samples with all of their pixels in the area lie between these; at the picture's odd edge a sample has one pixel only.
    let inner = |start: usize, end: usize, edge: usize| {
        (start.div_ceil(2), if end == edge { end.div_ceil(2) } else { end / 2 })
    };
    let (left, right) = inner(clip.left, clip.right, width);
    let (top, bottom) = inner(clip.top, clip.bottom, height);
    let chroma = clip.chroma();
    for (mut plane, over) in [u, v].into_iter().zip([ink.samples[1], ink.samples[2]]) {
        for y in chroma.rows() {
            let share = if y < top || y >= bottom { ink.share / 2 } else { ink.share };
            let row = plane.row_mut(y);
            if left < right {
                span(&mut row[left..right], over, share);
            }
            if chroma.left < left {
                row[chroma.left] = mix(row[chroma.left], over, share / 2);
            }
            if right < chroma.right && right >= left {
                row[right] = mix(row[right], over, share / 2);
            }
        }
    }
}

/// Blends a shape that covers pixels by shares: `cover` is asked for each row, from top to bottom, and writes 0 to 255 for each column of the
/// clip; the slice comes cleared.
pub(crate) fn mask(picture: &mut Picture, clip: Clip, ink: Ink, mut cover: impl FnMut(usize, &mut [u8])) {
    if ink.share == 0 {
        return;
    }
    let [mut luma, mut u, mut v] = picture.planes_mut();
    let (width, height) = (luma.size.width as usize, luma.size.height as usize);
    let chroma = clip.chroma();
    // Two rows that share their chroma, from an even column on.
    let length = 2 * chroma.width();
    let mut memory = vec![0u8; 2 * length];
    let (upper, lower) = memory.split_at_mut(length);
    let skip = clip.left % 2;
    for chroma_y in chroma.rows() {
        for (row, y) in [&mut *upper, &mut *lower].into_iter().zip([2 * chroma_y, 2 * chroma_y + 1]) {
            row.fill(0);
            if !clip.rows().contains(&y) {
                continue;
            }
            let covered = &mut row[skip..][..clip.width()];
            cover(y, covered);
            for (sample, covered) in luma.row_mut(y)[clip.columns()].iter_mut().zip(&*covered) {
                *sample = mix(*sample, ink.samples[0], share(*covered).wrapping_mul(ink.share) / ALL);
            }
            if clip.right == width && width % 2 == 1 {
                row[length - 1] = row[length - 2];
            }
        }
        if 2 * chroma_y + 1 == height {
            lower.copy_from_slice(upper);
        }
        let (upper, lower) = (upper.as_chunks::<2>().0, lower.as_chunks::<2>().0);
        let u = &mut u.row_mut(chroma_y)[chroma.columns()];
        let v = &mut v.row_mut(chroma_y)[chroma.columns()];
        for (((u, v), above), below) in u.iter_mut().zip(v).zip(upper).zip(lower) {
            let covered =
                [above[0], above[1], below[0], below[1]].map(u32::from).into_iter().fold(0, u32::wrapping_add);
            let covered = share((covered / 4) as u8).wrapping_mul(ink.share) / ALL;
            *u = mix(*u, ink.samples[1], covered);
            *v = mix(*v, ink.samples[2], covered);
        }
    }
}

/// A pixel with a colour of its own: samples of the picture, and how much of them to take (0 to 256).
#[derive(Clone, Copy, Debug)]
pub(super) struct Pixel {
    samples: [u8; 3],
    share: u16,
}

impl Pixel {
    const NONE: Self = Self { samples: [0; 3], share: 0 };

    #[inline]
    pub(super) fn new(samples: [u8; 3], alpha: u8, opacity: u8) -> Self {
        Self { samples, share: (share(alpha).wrapping_mul(share(opacity)) / ALL) as u16 }
    }

    /// This sample, times how much of it to take.
    #[inline]
    fn part(&self, at: usize) -> u32 {
        u32::from(self.samples[at]).wrapping_mul(u32::from(self.share))
    }
}

/// Blends pixels with colours of their own: `line` is asked for each row of the clip, from top to bottom, and gives its pixels.
pub(super) fn layer<P: Iterator<Item = Pixel>>(picture: &mut Picture, clip: Clip, mut line: impl FnMut(usize) -> P) {
    let [mut luma, mut u, mut v] = picture.planes_mut();
    let (width, height) = (luma.size.width as usize, luma.size.height as usize);
    let chroma = clip.chroma();
    // Two rows that share their chroma, from an even column on.
    let length = 2 * chroma.width();
    let skip = clip.left % 2;
    let mut rows = [vec![Pixel::NONE; length], vec![Pixel::NONE; length]];
    for chroma_y in chroma.rows() {
        for (row, y) in rows.iter_mut().zip([2 * chroma_y, 2 * chroma_y + 1]) {
            if !clip.rows().contains(&y) {
                row.fill(Pixel::NONE);
                continue;
            }
            let to = &mut luma.row_mut(y)[clip.columns()];
            for ((sample, kept), pixel) in to.iter_mut().zip(&mut row[skip..]).zip(line(y)) {
                *kept = pixel;
                *sample = mix(*sample, pixel.samples[0], u32::from(pixel.share));
            }
            if clip.right == width && width % 2 == 1 {
                row[length - 1] = row[length - 2];
            }
        }
        let [upper, lower] = &rows;
        let lower = if 2 * chroma_y + 1 == height { upper } else { lower };
        let (u, v) = (&mut u.row_mut(chroma_y)[chroma.columns()], &mut v.row_mut(chroma_y)[chroma.columns()]);
        let blocks = upper.as_chunks::<2>().0.iter().zip(lower.as_chunks::<2>().0);
        for ((u, v), ([a, b], [c, d])) in u.iter_mut().zip(v).zip(blocks) {
            let left =
                4 * ALL - [a, b, c, d].map(|pixel| u32::from(pixel.share)).into_iter().fold(0, u32::wrapping_add);
            for (sample, at) in [(u, 1), (v, 2)] {
                let sum = [a, b, c, d].map(|pixel| pixel.part(at)).into_iter().fold(2 * ALL, u32::wrapping_add);
                *sample = (u32::from(*sample).wrapping_mul(left).wrapping_add(sum) / (4 * ALL)) as u8;
            }
        }
    }
}

/// Blends `N` bytes a pixel: 3 red, green, blue; 4 with straight alpha. The slice has the pixels of the clip.
pub(crate) fn pixels<const N: usize>(picture: &mut Picture, clip: Clip, pixels: &[u8]) {
    const { assert!(N == 3 || N == 4) };
    let from = FromRgb::new(picture.color());
    let width = clip.width();
    layer(picture, clip, |y| {
        let row = &pixels[(y - clip.top) * width * N..][..width * N];
        row.as_chunks::<N>().0.iter().map(move |pixel| {
            let alpha = if N == 4 { pixel[N - 1] } else { 255 };
            Pixel::new(from.samples(pixel[0], pixel[1], pixel[2]), alpha, 255)
        })
    });
}
