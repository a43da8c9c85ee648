//! A picture that says which one it is: a moving box, and a number in black and white squares that survives lossy coding and scaling.
//!
//! Sixteen squares, eight beside two, fill the right half of the last sixth of the picture: twelve bits of number, lowest first, then four of
//! check, so that grey or another picture is not taken for a number. `media/make.sh` draws the same with ffmpeg.

use codec::Picture;
use media::Size;

/// The largest number; behind it comes 0.
pub const LAST_NUMBER: u32 = 0xfff;

const COLUMNS: u32 = 8;
const ROWS: u32 = 2;
/// Limited-range luma that is surely black and surely white, also where the colour range is mistaken.
const BLACK: u8 = 32;
const WHITE: u8 = 220;

/// Draws picture `number`.
pub fn draw(picture: &mut Picture, number: u32) {
    let size = picture.size();
    let word = word(number);
    let [luma, blue, red] = picture.planes_mut();
    let left = (number * 4) % size.width;
    for y in 0..size.height {
        let row = &mut luma.data[y as usize * luma.stride..][..size.width as usize];
        for (x, sample) in (0u32..).zip(row) {
            let in_box = x.wrapping_sub(left) < size.width / 6 && (size.height / 3..size.height / 2).contains(&y);
            *sample = match cell(size, x, y) {
                Some(index) if word >> index & 1 == 1 => WHITE,
                Some(_) => BLACK,
                None if in_box => 200,
                None => 48 + (x * 96 / size.width + y * 48 / size.height) as u8,
            };
        }
    }
    for plane in [blue, red] {
        for y in 0..plane.size.height as usize {
            plane.data[y * plane.stride..][..plane.size.width as usize].fill(120);
        }
    }
}

/// The number that a picture shows, if it shows one.
pub fn read(picture: &Picture) -> Option<u32> {
    let size = picture.size();
    let [luma, ..] = picture.planes();
    let mut found = 0;
    for index in 0..COLUMNS * ROWS {
        let (cell_width, cell_height) = (f64::from(size.width) / 16.0, f64::from(size.height) / 12.0);
        let x = (f64::from(size.width) / 2.0 + (f64::from(index % COLUMNS) + 0.5) * cell_width) as u32;
        let y = (f64::from(size.height) * 10.0 / 12.0 + (f64::from(index / COLUMNS) + 0.5) * cell_height) as u32;
        let (mut sum, mut samples) = (0u32, 0);
        for y in y.saturating_sub(1)..(y + 2).min(size.height) {
            for x in x.saturating_sub(1)..(x + 2).min(size.width) {
                sum += u32::from(luma.data[y as usize * luma.stride + x as usize]);
                samples += 1;
            }
        }
        match sum / samples {
            0..=95 => {}
            160..=255 => found |= 1 << index,
            _ => return None,
        }
    }
    let number = found & LAST_NUMBER;
    (word(number) == found).then_some(number)
}

/// The sixteen bits that are drawn for a number.
fn word(number: u32) -> u32 {
    let number = number & LAST_NUMBER;
    let check = (number ^ number >> 4 ^ number >> 8 ^ 0b0101) & 0xf;
    number | check << 12
}

fn cell(size: Size, x: u32, y: u32) -> Option<u32> {
    let (top, left) = (size.height * 10 / 12, size.width / 2);
    (x >= left && y >= top).then(|| (x - left) * 16 / size.width + COLUMNS * ((y - top) * 12 / size.height))
}

#[cfg(test)]
mod tests {
    use codec::encode::StillEncoder;
    use codec::{Pool, Stamp};
    use media::{Color, Moment, StillFormat, Timestamp};

    use super::*;
    use crate::still;

    #[test]
    fn numbers_survive_lossy_coding() {
        let pool = Pool::new(1 << 20);
        let stamp = Stamp { pts: Timestamp::ZERO, sequence: 0, received: Moment::now(), captured: None };
        let mut picture = Picture::black(&pool, Size::new(320, 192), Color::default(), stamp);
        assert_eq!(read(&picture), None);
        for number in [0, 1, 77, 1_234, LAST_NUMBER] {
            draw(&mut picture, number);
            assert_eq!(read(&picture), Some(number));
            for format in [StillFormat::Jpeg, StillFormat::WebP] {
                let body = StillEncoder::new().encode(&picture, format, 30).unwrap();
                assert_eq!(still::number(&body), Some(number), "{format}");
            }
        }
    }
}
