//! Smaller pictures, for renditions of less width and for video of another size.

use media::Size;

use crate::pixels::{Filter, resize};
use crate::{Picture, Plane, Pool};

/// The picture at this width, aspect ratio kept ([`media::Size::fit_width`]), in memory of `pool`; itself if it is no wider. Never scales up.
pub fn to_width(picture: &Picture, width: u32, pool: &Pool) -> Picture {
    to_size(picture, picture.size().fit_width(width), pool)
}

/// The picture at this size, whatever that does to its aspect ratio, in memory of `pool`; itself if it has it. The size must be sane.
pub fn to_size(picture: &Picture, size: Size, pool: &Pool) -> Picture {
    if size == picture.size() {
        return picture.clone();
    }
    let mut small = Picture::dirty(pool, size, picture.color(), picture.stamp());
    let whole = picture.size();
    for (Plane { data, size, .. }, to) in picture.planes().into_iter().zip(small.planes_mut()) {
        // Chroma of an odd picture has half a sample more than the picture is wide.
        let share = |of: u32, whole: u32| {
            if of == whole { f64::from(whole) } else { f64::from(whole) / 2.0 }
        };
        let part = [0.0, 0.0, share(size.width, whole.width), share(size.height, whole.height)];
        resize::<1>(data, size, part, to.data, to.size, Filter::Hamming);
    }
    small
}

#[cfg(test)]
mod tests {
    use media::{Color, Size};

    use super::*;
    use crate::Stamp;

    #[test]
    fn a_picture_keeps_its_colours_at_every_width() {
        let pool = Pool::new(1 << 20);
        for size in [Size::new(640, 360), Size::new(333, 171), Size::new(2, 2), Size::new(1, 1)] {
            let mut picture = Picture::black(&pool, size, Color::default(), Stamp::test());
            for (plane, value) in picture.planes_mut().into_iter().zip([90, 70, 200]) {
                plane.data.fill(value);
            }
            for width in [1, 2, 33, 160, 320] {
                let small = to_width(&picture, width, &pool);
                assert_eq!(small.size(), size.fit_width(width));
                assert_eq!(small.stamp(), picture.stamp());
                for (plane, value) in small.planes().into_iter().zip([90, 70, 200]) {
                    assert!(plane.data.iter().all(|sample| *sample == value), "{size} to {width}");
                }
            }
        }
    }

    #[test]
    fn an_edge_stays_where_it_was() {
        let pool = Pool::new(1 << 20);
        let mut picture = Picture::black(&pool, Size::new(400, 200), Color::JPEG, Stamp::test());
        for row in picture.planes_mut()[0].rows_mut() {
            row[200..].fill(250);
        }
        let small = to_width(&picture, 100, &pool);
        let row = small.planes()[0].row(25);
        assert!(row[..48].iter().all(|s| *s < 5) && row[52..].iter().all(|s| *s > 245), "{row:?}");
        assert!(to_width(&picture, 400, &pool).is_same(&picture));
        assert!(to_width(&picture, 9999, &pool).is_same(&picture));
        assert!(to_width(&picture, 0, &pool).is_same(&picture));
    }
}
