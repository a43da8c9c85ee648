use media::{Color, Range};

use super::*;
use crate::{Picture, Pool, Stamp};

/// Every sample has a value of its own place.
fn picture(width: u32, height: u32) -> Picture {
    let mut picture = Picture::black(&Pool::new(1 << 22), Size::new(width, height), Color::JPEG, Stamp::test());
    for (plane, factor) in picture.planes_mut().into_iter().zip([1, 3, 5]) {
        for (at, sample) in plane.data.iter_mut().enumerate() {
            *sample = (at * factor % 251) as u8;
        }
    }
    picture
}

const FORMATS: [Format; 4] = [Format::Gray8, Format::I420, Format::Rgb24, Format::Rgba32];

#[test]
fn what_was_read_can_be_written_and_is_the_same() {
    for size in [Size::new(16, 12), Size::new(15, 11)] {
        let from = picture(size.width, size.height);
        for area in [Rect::whole(size), Rect::new(4, 2, 6, 8), Rect::new(4, 2, size.width - 4, size.height - 2)] {
            for format in [Format::Gray8, Format::I420] {
                let pixels = read(&from, area, format).unwrap();
                assert_eq!(pixels.len() as u64, format.length(area.size()));
                let mut to = Picture::black(from.pool(), size, Color::JPEG, Stamp::test());
                write(&mut to, area, format, &pixels).unwrap();
                assert_eq!(read(&to, area, format).unwrap(), pixels);
                assert_eq!(&*view(&from, area, format).unwrap(), &*pixels);
                let mut into = vec![0; pixels.len()];
                read_into(&from, area, format, &mut into).unwrap();
                assert_eq!(into, *pixels);
            }
        }
    }
}

#[test]
fn a_whole_picture_and_whole_rows_are_lent() {
    let picture = picture(16, 12);
    assert!(matches!(view(&picture, Rect::new(0, 0, 16, 12), Format::I420), Ok(std::borrow::Cow::Borrowed(_))));
    assert!(matches!(view(&picture, Rect::new(0, 3, 16, 2), Format::Gray8), Ok(std::borrow::Cow::Borrowed(_))));
    assert!(matches!(view(&picture, Rect::new(2, 2, 4, 2), Format::Gray8), Ok(std::borrow::Cow::Owned(_))));
}

#[test]
fn rgb_of_an_odd_place_is_that_of_the_whole() {
    let picture = picture(15, 11);
    for format in [Format::Rgb24, Format::Rgba32] {
        let bytes = if format == Format::Rgb24 { 3 } else { 4 };
        let whole = read(&picture, Rect::whole(picture.size()), format).unwrap();
        for area in [Rect::new(3, 5, 4, 3), Rect::new(14, 10, 1, 1), Rect::new(1, 0, 14, 11), Rect::new(0, 1, 3, 3)] {
            let part = read(&picture, area, format).unwrap();
            for (row, y) in part.chunks_exact(area.width as usize * bytes).zip(area.y as usize..) {
                let start = (y * 15 + area.x as usize) * bytes;
                assert_eq!(row, &whole[start..start + row.len()], "{format:?} {area:?} row {y}");
            }
        }
    }
}

#[test]
fn rgb_that_is_written_comes_back() {
    for (area, format) in [
        (Rect::new(2, 2, 8, 6), Format::Rgb24),
        (Rect::new(3, 1, 7, 7), Format::Rgb24),
        (Rect::new(3, 1, 7, 7), Format::Rgba32),
        (Rect::new(0, 0, 15, 11), Format::Rgb24),
        (Rect::new(0, 0, 15, 11), Format::Rgba32),
    ] {
        let mut to = picture(15, 11);
        let pixel: &[u8] = if format == Format::Rgb24 { &[200, 60, 30] } else { &[200, 60, 30, 255] };
        write(&mut to, area, format, &pixel.repeat(area.size().pixels() as usize)).unwrap();
        let middle = read(&to, Rect::new(area.x + 3, area.y + 3, 1, 1), Format::Rgb24).unwrap();
        assert!(middle.iter().zip(pixel).all(|(a, b)| a.abs_diff(*b) <= 4), "{area:?} {format:?}: {middle:?}");
    }
    let mut to = picture(16, 12);
    let before = to.samples().to_vec();
    write(&mut to, Rect::new(0, 0, 16, 12), Format::Rgba32, &[9, 9, 9, 0].repeat(16 * 12)).unwrap();
    assert_eq!(to.samples(), before, "transparent pixels change nothing");
    let mut pixels = [200, 60, 30, 255].repeat(16 * 12);
    pixels[16 * 4 + 3] = 0;
    write(&mut to, Rect::new(0, 0, 16, 12), Format::Rgba32, &pixels).unwrap();
    assert_eq!(to.planes()[0].data[to.planes()[0].stride], before[16], "one that is not opaque among those that are");
}

#[test]
fn wrong_areas_and_lengths_are_told() {
    let mut picture = picture(16, 12);
    let size = picture.size();
    let outside = [
        Rect::new(0, 0, 0, 5),
        Rect::new(-1, 0, 4, 4),
        Rect::new(14, 0, 4, 4),
        Rect::new(0, 0, u32::MAX, u32::MAX),
        Rect::new(i32::MAX, i32::MIN, u32::MAX, 1),
        Rect::new(i32::MIN, 0, u32::MAX, 1),
    ];
    for area in outside {
        for format in FORMATS {
            assert_eq!(read(&picture, area, format), Err(Error::Outside(size)), "{area:?}");
            assert_eq!(write(&mut picture, area, format, &[]), Err(Error::Outside(size)));
        }
        assert!(scaled(&picture, area, Size::new(4, 4), Format::Rgb24).is_err());
    }
    for area in [Rect::new(1, 0, 4, 4), Rect::new(0, 1, 4, 4), Rect::new(0, 0, 3, 4), Rect::new(0, 0, 4, 5)] {
        assert_eq!(read(&picture, area, Format::I420), Err(Error::OddAlignment), "{area:?}");
    }
    assert_eq!(write(&mut picture, Rect::new(0, 0, 4, 4), Format::Rgba32, &[0; 63]), Err(Error::WrongLength(64)));
    assert_eq!(read_into(&picture, Rect::new(0, 0, 4, 4), Format::I420, &mut [0; 25]), Err(Error::WrongLength(24)));
    for size in [Size::new(0, 4), Size::new(17, 4), Size::new(4, u32::MAX)] {
        assert!(thumbnail(&picture, size).is_err(), "{size}");
    }
}

#[test]
fn a_thumbnail_is_made_once_and_forgotten_with_a_change() {
    let mut first = picture(64, 48);
    let second = first.clone();
    let small = thumbnail(&first, Size::new(16, 12)).unwrap();
    assert!(std::sync::Arc::ptr_eq(&small, &thumbnail(&second, Size::new(16, 12)).unwrap()));
    let mean = (0..4).flat_map(|y| &first.planes()[0].row(y)[0..4]).map(|s| u32::from(*s)).sum::<u32>() / 16;
    assert!(u32::from(small[0]).abs_diff(mean) <= 1);
    first.planes_mut()[0].data.fill(9);
    assert!(thumbnail(&first, Size::new(16, 12)).unwrap().iter().all(|sample| *sample == 9));
    assert!(std::sync::Arc::ptr_eq(&small, &thumbnail(&second, Size::new(16, 12)).unwrap()));
    for width in 1..30 {
        thumbnail(&second, Size::new(width, 5)).unwrap();
    }
}

#[test]
fn motion_is_where_something_changed() {
    let pool = Pool::new(1 << 22);
    let size = Size::new(640, 360);
    let still = Picture::black(&pool, size, Color::default(), Stamp::test());
    let mut reference = MotionReference::default();
    let grid = Size::new(8, 6);
    assert_eq!(motion(&still, grid, 10, &mut reference).unwrap(), [0; 48]);
    let mut moved = still.clone();
    crate::draw::fill(&mut moved, Rect::new(80, 60, 80, 60), crate::draw::Rgba::rgb(255, 255, 255));
    let cells = motion(&moved, grid, 10, &mut reference).unwrap();
    let changed: Vec<usize> = (0..48).filter(|at| cells[*at] > 0).collect();
    assert_eq!((changed, cells[9]), (vec![9], 255));
    assert_eq!(motion(&moved, grid, 10, &mut reference).unwrap(), [0; 48]);
    let other = Picture::black(&pool, Size::new(320, 200), Color::default(), Stamp::test());
    assert_eq!(motion(&other, grid, 10, &mut reference).unwrap(), [0; 48], "another size is a new beginning");
    for grid in [Size::new(0, 1), Size::new(161, 1), Size::new(1, 91), Size::new(u32::MAX, u32::MAX)] {
        assert!(matches!(motion(&still, grid, 0, &mut reference), Err(Error::Refused(_))));
    }
    let tall = Picture::black(&pool, Size::new(2, 9000), Color::default(), Stamp::test());
    assert_eq!(motion(&tall, Size::new(2, 90), 10, &mut MotionReference::default()).unwrap().len(), 180);
}

#[test]
fn a_histogram_counts_what_is_inside() {
    let mut picture = Picture::black(&Pool::new(0), Size::new(33, 10), Color::default(), Stamp::test());
    picture.planes_mut()[0].row_mut(4)[10..20].fill(200);
    let counts = histogram(&picture, Rect::new(-5, -5, 20, 100));
    assert_eq!((counts[16], counts[200]), (145, 5));
    assert_eq!(histogram(&picture, Rect::new(40, 0, 5, 5)), [0; 256]);
}

#[test]
fn scaled_pixels_keep_their_colours() {
    let mut picture =
        Picture::black(&Pool::new(0), Size::new(65, 47), Color { range: Range::Limited, ..Color::JPEG }, Stamp::test());
    crate::draw::fill(&mut picture, Rect::new(0, 0, 65, 47), crate::draw::Rgba::rgb(180, 90, 40));
    for size in [Size::new(1, 1), Size::new(32, 32), Size::new(130, 90), Size::new(64, 7)] {
        for area in [Rect::whole(picture.size()), Rect::new(3, 5, 11, 7)] {
            let pixels = scaled(&picture, area, size, Format::Rgb24).unwrap();
            assert_eq!(pixels.len() as u64, 3 * size.pixels());
            assert!(
                pixels.chunks_exact(3).all(|p| p.iter().zip([180u8, 90, 40]).all(|(a, b)| a.abs_diff(b) <= 5)),
                "{size} {area:?}"
            );
            for format in FORMATS {
                assert_eq!(scaled(&picture, area, size, format).unwrap().len() as u64, format.length(size));
            }
        }
    }
    let whole = Rect::whole(picture.size());
    assert!(matches!(scaled(&picture, whole, Size::new(5000, 5000), Format::Rgb24), Err(Error::Refused(_))));
    let (one, two) = [(); 2].map(|()| scaled(&picture, whole, Size::new(32, 32), Format::Gray8).unwrap()).into();
    assert!(std::sync::Arc::ptr_eq(&one, &two));
}
