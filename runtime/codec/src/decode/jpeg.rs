use media::{Codec, Color, Size};
use turbojpeg::{Colorspace, Decompressor, Image, PixelFormat, Subsamp, YuvImage};

use super::{Error, sane};
use crate::pixels::from_rgb;
use crate::{Picture, PlaneMut, Pool, Stamp};

/// More scans than any camera makes: a progressive JPEG with thousands of them is a way to make us work (libjpeg-turbo, "scan limit").
const MOST_SCANS: u32 = 100;

/// JPEG (ITU-T T.81): baseline and progressive, of any subsampling. Full range, BT.601, as JFIF fixes it.
pub(super) struct Jpeg {
    library: Decompressor,
    scratch: Vec<u8>,
}

impl Jpeg {
    pub(super) fn open() -> Result<Self, Error> {
        Ok(Self { library: library()?, scratch: Vec::new() })
    }

    pub(super) fn decode(&mut self, data: &[u8], stamp: Stamp, pool: &Pool) -> Result<Picture, Error> {
        let result = self.try_decode(data, stamp, pool);
        if result.is_err() {
            // An error in a header leaves libjpeg-turbo 3.1 in the middle of it: the next picture would have this one's size.
            self.library = library()?;
        }
        result
    }

    fn try_decode(&mut self, data: &[u8], stamp: Stamp, pool: &Pool) -> Result<Picture, Error> {
        let header = self.library.read_header(data).map_err(damaged)?;
        let size = sane(Codec::Jpeg, header.width, header.height)?;
        let mut picture = Picture::dirty(pool, size, Color::JPEG, stamp);
        match (header.colorspace, header.subsamp) {
            (Colorspace::CMYK | Colorspace::YCCK, _) => {
                return Err(Error::Unsupported { codec: Codec::Jpeg, what: "four colour components".into() });
            }
            (Colorspace::RGB, _) | (_, Subsamp::Unknown) => self.by_rgb(data, &mut picture)?,
            (_, Subsamp::Sub2x2) if size.width.is_multiple_of(2) && size.height.is_multiple_of(2) => {
                // The library's layout without padding is ours.
                let pixels = picture.samples_mut();
                let image =
                    YuvImage { pixels, width: header.width, align: 1, height: header.height, subsamp: Subsamp::Sub2x2 };
                finished(self.library.decompress_to_yuv(data, image))?;
            }
            (_, subsamp) => self.by_planes(data, subsamp, &mut picture)?,
        }
        Ok(picture)
    }

    /// Other subsamplings, and odd sizes: the library pads its planes to whole blocks of chroma.
    fn by_planes(&mut self, data: &[u8], subsamp: Subsamp, picture: &mut Picture) -> Result<(), Error> {
        let size = picture.size();
        let (width, height) = (size.width as usize, size.height as usize);
        let length = turbojpeg::yuv_pixels_len(width, 1, height, subsamp).map_err(damaged)?;
        self.scratch.clear();
        self.scratch.resize(length, 128);
        let image = YuvImage { pixels: &mut self.scratch[..], width, align: 1, height, subsamp };
        let (luma, chroma) = (image.y_size(), if subsamp == Subsamp::Gray { (0, 0) } else { image.uv_size() });
        finished(self.library.decompress_to_yuv(data, image))?;

        let (from_luma, rest) = self.scratch.split_at(luma.0 * luma.1);
        let [mut y, mut u, mut v] = picture.planes_mut();
        for (to, from) in y.rows_mut().zip(from_luma.chunks(luma.0)) {
            to.copy_from_slice(&from[..to.len()]);
        }
        if subsamp == Subsamp::Gray {
            u.data.fill(128);
            v.data.fill(128);
            return Ok(());
        }
        let (from_u, from_v) = rest.split_at(chroma.0 * chroma.1);
        let block = (subsamp.mcu_width() / 8, subsamp.mcu_height() / 8);
        averaged(from_u, chroma, block, &mut u);
        averaged(from_v, chroma, block, &mut v);
        Ok(())
    }

    /// Red, green and blue as they are, and subsamplings that have no name.
    fn by_rgb(&mut self, data: &[u8], picture: &mut Picture) -> Result<(), Error> {
        let Size { width, height } = picture.size();
        let (width, height) = (width as usize, height as usize);
        self.scratch.clear();
        self.scratch.resize(3 * width * height, 0);
        let image = Image { pixels: &mut self.scratch[..], width, pitch: 3 * width, height, format: PixelFormat::RGB };
        finished(self.library.decompress(data, image))?;
        from_rgb(picture, &self.scratch, 3);
        Ok(())
    }
}

fn library() -> Result<Decompressor, Error> {
    let setup = |e: turbojpeg::Error| Error::Setup { codec: Codec::Jpeg, why: e.to_string() };
    let mut library = Decompressor::new().map_err(setup)?;
    library.set_scan_limit(MOST_SCANS).map_err(setup)?;
    Ok(library)
}

/// A chroma plane of any subsampling to one of 4:2:0: the mean of the samples that lie where the new one does.
///
/// `block` is how many luma samples a sample of `from` stands for, across and down: 1, 2 or 4.
fn averaged(from: &[u8], (from_width, from_height): (usize, usize), block: (usize, usize), to: &mut PlaneMut<'_>) {
    for (y, row) in to.rows_mut().enumerate() {
        let top = (2 * y / block.1).min(from_height - 1);
        let below = ((2 * y + 1) / block.1).min(from_height - 1);
        let (upper, lower) = (&from[top * from_width..][..from_width], &from[below * from_width..][..from_width]);
        for (x, sample) in row.iter_mut().enumerate() {
            let left = (2 * x / block.0).min(from_width - 1);
            let right = ((2 * x + 1) / block.0).min(from_width - 1);
            let sum =
                u16::from(upper[left]) + u16::from(upper[right]) + u16::from(lower[left]) + u16::from(lower[right]);
            *sample = ((sum + 2) / 4) as u8;
        }
    }
}

fn damaged(error: turbojpeg::Error) -> Error {
    let why = match error {
        turbojpeg::Error::TurboJpegError(why) => why,
        other => other.to_string(),
    };
    Error::Damaged { codec: Codec::Jpeg, why }
}

/// Extra bytes before a marker damage nothing, and some cameras always send them (libjpeg's warning `JWRN_EXTRANEOUS_DATA`): the picture is
/// complete.
fn finished(result: Result<(), turbojpeg::Error>) -> Result<(), Error> {
    match result {
        Err(turbojpeg::Error::TurboJpegError(why)) if why.contains("extraneous bytes") => Ok(()),
        other => other.map_err(damaged),
    }
}
