use media::{Color, Matrix, Range, Size};

use super::*;
use crate::pixels::{self, Format};
use crate::{Pool, Stamp};

const RED: Rgba = Rgba::rgb(255, 0, 0);
const WHITE: Rgba = Rgba::rgb(255, 255, 255);

fn picture(width: u32, height: u32, color: Color) -> Picture {
    Picture::black(&Pool::new(1 << 24), Size::new(width, height), color, Stamp::test())
}

fn grey(width: u32, height: u32) -> Picture {
    let mut picture = picture(width, height, Color::default());
    picture.planes_mut()[0].data.fill(120);
    picture
}

fn rgb(picture: &Picture, x: i32, y: i32) -> [u8; 3] {
    let pixel = pixels::read(picture, Rect::new(x, y, 1, 1), Format::Rgb24).unwrap();
    [pixel[0], pixel[1], pixel[2]]
}

fn near(a: [u8; 3], b: [u8; 3], within: u8) -> bool {
    a.iter().zip(b).all(|(a, b)| a.abs_diff(b) <= within)
}

#[test]
fn colours_come_back_as_they_were_drawn() {
    for range in [Range::Limited, Range::Full] {
        for matrix in [Matrix::Bt601, Matrix::Bt709, Matrix::Bt2020] {
            let mut picture = picture(64, 64, Color { range, matrix });
            for color in [RED, Rgba::rgb(0, 255, 0), Rgba::rgb(0, 0, 255), WHITE, Rgba::rgb(200, 150, 120)] {
                fill(&mut picture, Rect::new(8, 8, 16, 16), color);
                let got = rgb(&picture, 12, 12);
                assert!(near(got, [color.red, color.green, color.blue], 4), "{range:?} {matrix:?} {color:?}: {got:?}");
            }
        }
    }
}

#[test]
fn chroma_takes_colour_by_the_share_that_is_covered() {
    let [_, cb, cr] = crate::colors::FromRgb::new(Color::default()).samples(255, 0, 0);
    let chroma = |area: Rect, x: usize, y: usize| {
        let mut picture = picture(9, 7, Color::default());
        fill(&mut picture, area, RED);
        let [_, u, v] = picture.planes();
        [u.row(y)[x], v.row(y)[x]]
    };
    let half = |from: u8| 128u8.midpoint(from);
    let within = |got: [u8; 2], expected: [u8; 2]| got.iter().zip(expected).all(|(a, b)| a.abs_diff(b) <= 2);
    assert_eq!(chroma(Rect::new(2, 2, 2, 2), 1, 1), [cb, cr]);
    assert!(within(chroma(Rect::new(3, 2, 2, 2), 1, 1), [half(cb), half(cr)]));
    assert!(within(chroma(Rect::new(3, 3, 1, 1), 1, 1), [half(half(cb)), half(half(cr))]));
    assert_eq!(chroma(Rect::new(3, 2, 2, 2), 0, 1), [128, 128]);
    // The last column and row of an odd picture have chroma of their own.
    assert_eq!(chroma(Rect::new(8, 6, 1, 1), 4, 3), [cb, cr]);
    assert_eq!(chroma(Rect::new(0, 0, 9, 7), 4, 3), [cb, cr]);
}

#[test]
fn alpha_blends() {
    let mut picture = picture(16, 16, Color::JPEG);
    fill(&mut picture, Rect::new(0, 0, 16, 16), Rgba::new(255, 255, 255, 128));
    assert!(near(rgb(&picture, 5, 5), [128; 3], 2));
    fill(&mut picture, Rect::new(0, 0, 16, 16), Rgba::new(255, 0, 0, 0));
    assert!(near(rgb(&picture, 5, 5), [128; 3], 2));
}

#[test]
fn a_polygon_of_a_rectangle_is_the_rectangle() {
    let (mut a, mut b) = (grey(40, 30), grey(40, 30));
    fill(&mut a, Rect::new(5, 6, 20, 11), RED);
    polygon(&mut b, &[Point::new(5, 6), Point::new(25, 6), Point::new(25, 17), Point::new(5, 17)], RED);
    let worst = a.samples().iter().zip(b.samples()).map(|(a, b)| a.abs_diff(*b)).max();
    assert!(worst <= Some(1), "{worst:?}");
}

#[test]
fn a_polygon_that_crosses_itself_has_a_hole() {
    let mut star = picture(100, 100, Color::JPEG);
    let corners = [(50, 0), (79, 90), (2, 35), (98, 35), (21, 90)].map(|(x, y)| Point::new(x, y));
    polygon(&mut star, &corners, WHITE);
    assert_eq!(star.planes()[0].row(50)[50], 0, "the middle is even");
    assert_eq!(star.planes()[0].row(20)[50], 255, "a point of the star is odd");
    polygon(&mut star, &corners[..2], RED);
}

#[test]
fn a_line_is_as_thick_as_asked() {
    let mut a = picture(60, 60, Color::JPEG);
    line(&mut a, Point::new(10, 30), Point::new(50, 30), 6, WHITE);
    let column: u32 = (0..60).map(|y| u32::from(a.planes()[0].row(y)[30])).sum();
    assert!(column.abs_diff(6 * 255) < 20, "{column}");
    let mut dot = picture(60, 60, Color::JPEG);
    line(&mut dot, Point::new(30, 30), Point::new(30, 30), 10, WHITE);
    let area: u32 = dot.planes()[0].data.iter().map(|s| u32::from(*s)).sum::<u32>() / 255;
    assert!(area.abs_diff(79) <= 3, "a disk of diameter 10 has 78.5 pixels, not {area}");
}

#[test]
fn an_outline_is_inside_its_area() {
    let mut a = picture(40, 40, Color::JPEG);
    outline(&mut a, Rect::new(10, 10, 20, 12), 2, WHITE);
    let luma = a.planes()[0];
    let lit: usize = luma.data.iter().filter(|s| **s > 0).count();
    assert_eq!(lit, 20 * 12 - 16 * 8);
    assert_eq!((luma.row(10)[10], luma.row(21)[29], luma.row(12)[12], luma.row(9)[10]), (255, 255, 0, 0));
}

#[test]
fn any_argument_is_safe_and_cheap() {
    let started = std::time::Instant::now();
    let extremes = [i32::MIN, -1, 0, 1, 31, i32::MAX];
    let lengths = [0, 1, 7, 1 << 31, u32::MAX];
    let mut a = grey(63, 47);
    let mut style = TextStyle::new(u32::MAX, WHITE);
    style.set_outline(u32::MAX, RED);
    style.set_background(Some(RED));
    let image = Image::from_rgba(Size::new(2, 2), &[200; 16]).unwrap();
    for x in extremes {
        for y in extremes {
            text(&mut a, Point::new(x, y), "a\u{0}\n\tÄ漢", &style);
            for length in lengths {
                let area = Rect::new(x, y, length, length);
                fill(&mut a, area, RED);
                outline(&mut a, area, length, RED);
                outline(&mut a, area, 3, RED);
                pixelate(&mut a, area, length);
                blur(&mut a, area, length);
                blend(&mut a, area, &image, 200);
                let _ = pixels::histogram(&a, area);
                for end in extremes {
                    line(&mut a, Point::new(x, y), Point::new(end, x), length, RED);
                    polygon(&mut a, &[Point::new(x, y), Point::new(end, y), Point::new(y, end)], RED);
                }
            }
        }
    }
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}

#[test]
fn pixelated_blocks_are_of_one_colour_and_nothing_else_changes() {
    let mut a = picture(64, 48, Color::JPEG);
    for (at, sample) in a.samples_mut().iter_mut().enumerate() {
        *sample = (at * 7 % 256) as u8;
    }
    let before = a.clone();
    pixelate(&mut a, Rect::new(8, 8, 32, 16), 16);
    let (luma, old) = (a.planes()[0], before.planes()[0]);
    for y in 0..48 {
        for x in 0..64 {
            if (8..40).contains(&x) && (8..24).contains(&y) {
                assert_eq!(luma.row(y)[x], luma.row(8)[8 + (x - 8) / 16 * 16]);
            } else {
                assert_eq!(luma.row(y)[x], old.row(y)[x]);
            }
        }
    }
    let mean =
        |plane: crate::Plane<'_>| (8..24).flat_map(|y| &plane.row(y)[8..24]).map(|s| u32::from(*s)).sum::<u32>() / 256;
    assert!(mean(luma).abs_diff(mean(old)) <= 1);
}

#[test]
fn a_blur_smooths_an_edge_and_keeps_flat_ground() {
    let mut a = picture(80, 40, Color::JPEG);
    fill(&mut a, Rect::new(40, 0, 40, 40), WHITE);
    blur(&mut a, Rect::new(10, 10, 60, 20), 12);
    let row = a.planes()[0].row(20);
    assert!(row[10..70].is_sorted() && row[40].abs_diff(128) < 20, "{row:?}");
    assert_eq!((row[10], row[69], row[9], row[70]), (0, 255, 0, 255));
    assert!(a.planes()[1].row(10)[5..35].iter().all(|s| s.abs_diff(128) <= 1));
}

#[test]
fn text_has_the_size_that_was_measured() {
    let mut style = TextStyle::new(24, WHITE);
    style.set_background(Some(RED));
    style.set_outline(2, Rgba::rgb(0, 0, 0));
    let size = style.measure("Gate 7\nlobby");
    assert_eq!(size.height, 2 * 24 + 4);
    assert!((70..130).contains(&size.width), "{size}");
    let mut a = picture(300, 200, Color::JPEG);
    text(&mut a, Point::new(20, 30), "Gate 7\nlobby", &style);
    let inside = Rect::new(20, 30, size.width, size.height);
    let box_samples = pixels::histogram(&a, inside);
    assert!(box_samples[0] > 0 && box_samples[255] > 50, "contour and fill");
    let all = pixels::histogram(&a, Rect::whole(a.size()));
    assert_eq!(
        all[0],
        300 * 200 - inside.width * inside.height + box_samples[0],
        "nothing is drawn outside of the box"
    );
}

#[test]
fn characters_that_the_font_lacks_are_boxes_and_long_texts_are_cut() {
    let style = TextStyle::new(20, WHITE);
    let mut a = picture(60, 40, Color::JPEG);
    text(&mut a, Point::new(5, 5), "漢", &style);
    assert!(pixels::histogram(&a, Rect::whole(a.size()))[255] > 20);
    let long = "x".repeat(5000);
    assert_eq!(style.measure(&long), style.measure(&long[..1024]));
    assert_eq!(style.measure(""), Size::new(0, 20));
}

#[test]
fn an_image_is_blended_by_its_alpha_and_the_opacity() {
    let mut a = picture(40, 40, Color::JPEG);
    let mut image = Image::from_rgba(Size::new(2, 1), &[255, 0, 0, 255, 0, 255, 0, 0]).unwrap();
    blend(&mut a, Rect::new(10, 10, 2, 1), &image, 255);
    assert_eq!(a.planes()[0].row(10)[10], 76);
    assert_eq!(a.planes()[0].row(10)[11], 0);
    assert_eq!(image.update(&[0; 7]), Err(pixels::Error::WrongLength(8)));
    image.update(&[255; 8]).unwrap();
    blend(&mut a, Rect::new(0, 20, 40, 20), &image, 128);
    assert!(near(rgb(&a, 20, 30), [128; 3], 2));
    assert!(Image::from_rgba(Size::new(0, 1), &[]).is_err());
    assert!(Image::from_png(&[1, 2, 3]).is_err());
}

/// Writes a picture to look at, where FRAMEGATE_LOOK names a file.
#[test]
fn a_picture_to_look_at() {
    let mut a = grey(960, 540);
    for y in 0..540 {
        for x in 0..960 {
            a.planes_mut()[0].row_mut(y)[x] = 40 + ((x / 6 + y / 4) % 160) as u8;
        }
    }
    let mut y = 8;
    for height in [12, 16, 20, 28, 40, 64] {
        let mut style = TextStyle::new(height, WHITE);
        text(&mut a, Point::new(10, y), "lobby 2026-11-21 14:03:27", &style);
        style.set_outline((height / 14).max(1), Rgba::rgb(0, 0, 0));
        text(&mut a, Point::new(500, y), "Ärger gefällt? AV To", &style);
        y += height as i32 + 8;
    }
    let mut style = TextStyle::new(28, WHITE);
    style.set_background(Some(Rgba::new(0, 0, 0, 140)));
    text(&mut a, Point::new(10, 250), "lobby 2026-11-21 14:03:27\nsecond line, 漢 is missing", &style);
    outline(&mut a, Rect::new(500, 260, 200, 120), 3, Rgba::rgb(255, 60, 60));
    fill(&mut a, Rect::new(720, 260, 101, 77), Rgba::new(0, 120, 255, 128));
    line(&mut a, Point::new(520, 500), Point::new(700, 400), 9, Rgba::rgb(255, 220, 0));
    line(&mut a, Point::new(520, 520), Point::new(900, 515), 1, WHITE);
    polygon(
        &mut a,
        &[(780, 370), (839, 520), (690, 420), (870, 420), (721, 520)].map(|(x, y)| Point::new(x, y)),
        Rgba::new(0, 255, 120, 200),
    );
    pixelate(&mut a, Rect::new(20, 350, 150, 90), 20);
    blur(&mut a, Rect::new(200, 330, 250, 120), 16);
    text(&mut a, Point::new(20, 460), "Outline 4", &{
        let mut style = TextStyle::new(72, Rgba::rgb(255, 200, 0));
        style.set_outline(4, Rgba::new(0, 0, 0, 200));
        style
    });
    if let Some(file) = std::env::var_os("FRAMEGATE_LOOK") {
        let pixels = pixels::read(&a, Rect::whole(a.size()), Format::Rgb24).unwrap();
        let mut encoder = png::Encoder::new(std::fs::File::create(file).unwrap(), 960, 540);
        encoder.set_color(png::ColorType::Rgb);
        encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
    }
}
