use crate::types::{Color, PixelError, PixelFormat, Rect, Size};

/// The samples of a picture: BT.709, limited range, chroma halved both ways, as most cameras send it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Canvas {
    pub(crate) size: Size,
    /// Y, U, V.
    planes: [Vec<u8>; 3],
}

/// A part of a picture that lies in it: never empty.
#[derive(Clone, Copy)]
pub(crate) struct Clip {
    pub(crate) left: usize,
    pub(crate) top: usize,
    pub(crate) right: usize,
    pub(crate) bottom: usize,
}

impl Clip {
    /// The part of the area that lies in a picture of this size, if any.
    pub(crate) fn new(area: Rect, size: Size) -> Option<Self> {
        let span = |start: i32, length: u32, most: u32| {
            let end = (i64::from(start) + i64::from(length)).min(i64::from(most));
            let start = i64::from(start).max(0);
            (start < end).then_some((start as usize, end as usize))
        };
        let (left, right) = span(area.x, area.width, size.width)?;
        let (top, bottom) = span(area.y, area.height, size.height)?;
        Some(Self { left, top, right, bottom })
    }

    fn chroma(self) -> Self {
        Self { left: self.left / 2, top: self.top / 2, right: self.right.div_ceil(2), bottom: self.bottom.div_ceil(2) }
    }

    fn width(self) -> usize {
        self.right - self.left
    }
}

/// Bytes of pixels in a format.
fn length(format: PixelFormat, size: Size) -> usize {
    let (width, height) = (size.width as usize, size.height as usize);
    match format {
        PixelFormat::Gray8 => width * height,
        PixelFormat::I420 => width * height + 2 * width.div_ceil(2) * height.div_ceil(2),
        PixelFormat::Rgb24 => 3 * width * height,
        PixelFormat::Rgba32 => 4 * width * height,
    }
}

/// Luma, Cb, Cr.
pub(crate) fn samples(color: Color) -> [u8; 3] {
    let [r, g, b] = [color.red, color.green, color.blue].map(|c| f32::from(c) / 255.0);
    let y = 0.2126 * r + 0.7152 * g + 0.0722 * b;
    let step = |value: f32| value.round().clamp(0.0, 255.0) as u8;
    [step(16.0 + 219.0 * y), step(128.0 + 224.0 * (b - y) / 1.8556), step(128.0 + 224.0 * (r - y) / 1.5748)]
}

/// The opaque colour of luma, Cb, Cr.
fn color([y, cb, cr]: [u8; 3]) -> Color {
    let y = (f32::from(y) - 16.0) / 219.0;
    let [cb, cr] = [cb, cr].map(|c| (f32::from(c) - 128.0) / 224.0);
    let (r, b) = (y + 1.5748 * cr, y + 1.8556 * cb);
    let g = (y - 0.2126 * r - 0.0722 * b) / 0.7152;
    let [red, green, blue] = [r, g, b].map(|c| (c * 255.0).round().clamp(0.0, 255.0) as u8);
    Color { red, green, blue, alpha: 255 }
}

fn mixed(old: u8, new: u8, alpha: u8) -> u8 {
    let (old, new, alpha) = (u32::from(old), u32::from(new), u32::from(alpha));
    ((old * (255 - alpha) + new * alpha + 127) / 255) as u8
}

impl Canvas {
    /// Black.
    pub(crate) fn new(size: Size) -> Self {
        let chroma = (size.width as usize).div_ceil(2) * (size.height as usize).div_ceil(2);
        let luma = size.width as usize * size.height as usize;
        Self { size, planes: [vec![16; luma], vec![128; chroma], vec![128; chroma]] }
    }

    pub(crate) fn whole(&self) -> Rect {
        Rect { x: 0, y: 0, width: self.size.width, height: self.size.height }
    }

    fn stride(&self, plane: usize) -> usize {
        let width = self.size.width as usize;
        if plane == 0 { width } else { width.div_ceil(2) }
    }

    fn plane_size(&self, plane: usize) -> Size {
        let stride = self.stride(plane);
        Size { width: stride as u32, height: (self.planes[plane].len() / stride) as u32 }
    }

    pub(crate) fn luma(&self, x: u32, y: u32) -> u8 {
        self.planes[0][y as usize * self.stride(0) + x as usize]
    }

    pub(crate) fn pixel(&self, x: u32, y: u32) -> Color {
        let chroma = (y / 2) as usize * self.stride(1) + (x / 2) as usize;
        color([self.luma(x, y), self.planes[1][chroma], self.planes[2][chroma]])
    }

    /// Blends what `pixel` gives for a place, in pixels of the area, with what is there; clipped.
    pub(crate) fn paint(&mut self, area: Rect, pixel: impl Fn(u32, u32) -> Color) {
        let Some(clip) = Clip::new(area, self.size) else { return };
        let at =
            |x: usize, y: usize| pixel((x as i64 - i64::from(area.x)) as u32, (y as i64 - i64::from(area.y)) as u32);
        let strides = [self.stride(0), self.stride(1)];
        for y in clip.top..clip.bottom {
            for x in clip.left..clip.right {
                let new = at(x, y);
                let sample = &mut self.planes[0][y * strides[0] + x];
                *sample = mixed(*sample, samples(new)[0], new.alpha);
            }
        }
        let chroma = clip.chroma();
        for y in chroma.top..chroma.bottom {
            for x in chroma.left..chroma.right {
                // One of the two or four pixels that share it speaks for all.
                let new = at((2 * x).max(clip.left), (2 * y).max(clip.top));
                let [_, u, v] = samples(new);
                for (plane, value) in [(1, u), (2, v)] {
                    let sample = &mut self.planes[plane][y * strides[1] + x];
                    *sample = mixed(*sample, value, new.alpha);
                }
            }
        }
    }

    /// Each block becomes its mean.
    pub(crate) fn pixelate(&mut self, area: Rect, block: u32) {
        let Some(clip) = Clip::new(area, self.size) else { return };
        for (plane, clip, block) in [(0, clip, block), (1, clip.chroma(), block / 2), (2, clip.chroma(), block / 2)] {
            let (stride, block) = (self.stride(plane), block.max(1) as usize);
            for top in (clip.top..clip.bottom).step_by(block) {
                for left in (clip.left..clip.right).step_by(block) {
                    let (right, bottom) = ((left + block).min(clip.right), (top + block).min(clip.bottom));
                    let rows = (top..bottom).map(|y| y * stride + left..y * stride + right);
                    let samples = rows.clone().flat_map(|row| &self.planes[plane][row]);
                    let sum: u32 = samples.map(|sample| u32::from(*sample)).sum();
                    let mean = (sum / ((right - left) * (bottom - top)) as u32) as u8;
                    rows.for_each(|row| self.planes[plane][row].fill(mean));
                }
            }
        }
    }

    /// The area, where all of it lies in the picture and suits the format.
    fn checked(&self, area: Rect, format: PixelFormat) -> Result<Clip, PixelError> {
        let outside = PixelError::Outside(self.size);
        let clip = Clip::new(area, self.size).ok_or(outside.clone())?;
        if (clip.right - clip.left, clip.bottom - clip.top) != (area.width as usize, area.height as usize) {
            return Err(outside);
        }
        let even = |start: usize, end: usize, edge: u32| {
            start.is_multiple_of(2) && (end.is_multiple_of(2) || end == edge as usize)
        };
        let is_even = even(clip.left, clip.right, self.size.width) && even(clip.top, clip.bottom, self.size.height);
        if format == PixelFormat::I420 && !is_even {
            return Err(PixelError::OddAlignment);
        }
        Ok(clip)
    }

    pub(crate) fn read(&self, area: Rect, format: PixelFormat) -> Result<Vec<u8>, PixelError> {
        let clip = self.checked(area, format)?;
        let pixels = (clip.top..clip.bottom).flat_map(|y| (clip.left..clip.right).map(move |x| (x as u32, y as u32)));
        let part = |plane: usize, clip: Clip| {
            let stride = self.stride(plane);
            (clip.top..clip.bottom)
                .flat_map(move |y| &self.planes[plane][y * stride + clip.left..y * stride + clip.right])
                .copied()
        };
        Ok(match format {
            PixelFormat::Gray8 => part(0, clip).collect(),
            PixelFormat::I420 => part(0, clip).chain(part(1, clip.chroma())).chain(part(2, clip.chroma())).collect(),
            PixelFormat::Rgb24 => {
                pixels.map(|(x, y)| self.pixel(x, y)).flat_map(|c| [c.red, c.green, c.blue]).collect()
            }
            PixelFormat::Rgba32 => {
                pixels.map(|(x, y)| self.pixel(x, y)).flat_map(|c| [c.red, c.green, c.blue, c.alpha]).collect()
            }
        })
    }

    pub(crate) fn write(&mut self, area: Rect, format: PixelFormat, pixels: &[u8]) -> Result<(), PixelError> {
        let clip = self.checked(area, format)?;
        let expected = length(format, Size { width: area.width, height: area.height });
        if pixels.len() != expected {
            return Err(PixelError::WrongLength(expected as u64));
        }
        let planes: &[(usize, Clip)] = match format {
            PixelFormat::Gray8 => &[(0, clip)],
            PixelFormat::I420 => &[(0, clip), (1, clip.chroma()), (2, clip.chroma())],
            PixelFormat::Rgb24 | PixelFormat::Rgba32 => {
                let bytes = if format == PixelFormat::Rgb24 { 3 } else { 4 };
                self.paint(area, |x, y| {
                    let pixel = &pixels[bytes * (y * area.width + x) as usize..][..bytes];
                    let alpha = pixel.get(3).copied().unwrap_or(255);
                    Color { red: pixel[0], green: pixel[1], blue: pixel[2], alpha }
                });
                return Ok(());
            }
        };
        let mut rest = pixels;
        for &(plane, clip) in planes {
            let stride = self.stride(plane);
            for y in clip.top..clip.bottom {
                let (row, behind) = rest.split_at(clip.width());
                self.planes[plane][y * stride + clip.left..][..row.len()].copy_from_slice(row);
                rest = behind;
            }
        }
        Ok(())
    }

    /// An area of it, box-filtered to another size.
    pub(crate) fn scaled(&self, area: Rect, size: Size) -> Result<Self, PixelError> {
        let clip = self.checked(area, PixelFormat::Gray8)?;
        let mut small = Self::new(size);
        for plane in 0..3 {
            // Where the samples of this plane lie, in pixels of the picture.
            let share = if plane == 0 { 1.0 } else { 2.0 };
            let part = [clip.left, clip.right, clip.top, clip.bottom].map(|edge| edge as f32 / share);
            small.planes[plane] = boxed(&self.planes[plane], self.plane_size(plane), part, small.plane_size(plane));
        }
        Ok(small)
    }
}

/// The mean over each box, with a share of the samples at its edges.
fn boxed(from: &[u8], size: Size, [left, right, top, bottom]: [f32; 4], to: Size) -> Vec<u8> {
    let spans = |start: f32, end: f32, count: u32, most: u32| {
        let step = (end - start) / count as f32;
        (0..count).map(move |n| {
            let (a, b) = (start + n as f32 * step, start + (n + 1) as f32 * step);
            (a as usize..(b.ceil() as usize).min(most as usize))
                .map(move |i| (i, b.min((i + 1) as f32) - a.max(i as f32)))
        })
    };
    let mut pixels = Vec::with_capacity((to.width * to.height) as usize);
    for rows in spans(top, bottom, to.height, size.height) {
        for columns in spans(left, right, to.width, size.width) {
            let (mut sum, mut weights) = (0.0, 0.0);
            for (y, tall) in rows.clone() {
                for (x, wide) in columns.clone() {
                    sum += f32::from(from[y * size.width as usize + x]) * wide * tall;
                    weights += wide * tall;
                }
            }
            pixels.push((sum / weights).round() as u8);
        }
    }
    pixels
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: Size = Size { width: 9, height: 7 };

    fn rect(x: i32, y: i32, width: u32, height: u32) -> Rect {
        Rect { x, y, width, height }
    }

    #[test]
    fn colours_come_back_as_they_were_painted() {
        let mut canvas = Canvas::new(SIZE);
        for color in [[255, 0, 0], [0, 255, 0], [12, 90, 240], [255; 3], [0; 3]] {
            let [red, green, blue] = color;
            canvas.paint(canvas.whole(), |_, _| Color { red, green, blue, alpha: 255 });
            let got = canvas.pixel(8, 6);
            for (got, painted) in [got.red, got.green, got.blue].into_iter().zip(color) {
                assert!(got.abs_diff(painted) < 4, "{got} for {painted}");
            }
        }
        canvas.paint(rect(-3, -3, 5, 5), |_, _| Color { red: 255, green: 255, blue: 255, alpha: 128 });
        assert_eq!((canvas.luma(1, 1), canvas.luma(2, 2)), (126, 16));
    }

    #[test]
    fn every_format_is_written_as_it_is_read_and_wrong_ones_are_refused() {
        let mut canvas = Canvas::new(SIZE);
        for format in [PixelFormat::Gray8, PixelFormat::I420, PixelFormat::Rgb24, PixelFormat::Rgba32] {
            let pixels = canvas.read(rect(2, 2, 7, 5), format).unwrap();
            assert_eq!(pixels.len(), length(format, Size { width: 7, height: 5 }));
            canvas.write(rect(2, 2, 7, 5), format, &pixels).unwrap();
            assert_eq!(canvas.write(rect(2, 2, 7, 5), format, &[0]), Err(PixelError::WrongLength(pixels.len() as u64)));
            assert_eq!(canvas.read(rect(3, 0, 7, 5), format), Err(PixelError::Outside(SIZE)));
        }
        assert_eq!(canvas, Canvas::new(SIZE));
        assert_eq!(canvas.read(rect(1, 0, 2, 2), PixelFormat::I420), Err(PixelError::OddAlignment));
    }

    #[test]
    fn a_smaller_picture_has_the_means_of_the_larger() {
        let mut canvas = Canvas::new(Size { width: 6, height: 4 });
        let luma: Vec<u8> = (0..24).map(|n| if n % 6 < 2 { 100 } else { 50 }).collect();
        canvas.write(canvas.whole(), PixelFormat::Gray8, &luma).unwrap();
        let small = canvas.scaled(canvas.whole(), Size { width: 4, height: 1 }).unwrap();
        // 1.5 columns each: all of them bright, a third, none, none.
        assert_eq!(small.planes[0], [100, 67, 50, 50]);
        let large = canvas.scaled(rect(0, 0, 3, 1), Size { width: 6, height: 1 }).unwrap();
        assert_eq!(large.planes[0], [100, 100, 100, 100, 50, 50]);
    }

    #[test]
    fn a_pixelated_area_is_flat_in_blocks() {
        let mut canvas = Canvas::new(Size { width: 8, height: 4 });
        canvas.paint(rect(0, 0, 2, 4), |_, _| Color { red: 255, green: 255, blue: 255, alpha: 255 });
        canvas.pixelate(rect(0, 0, 8, 4), 4);
        assert_eq!((canvas.luma(0, 0), canvas.luma(3, 3), canvas.luma(4, 0)), (125, 125, 16));
    }
}
