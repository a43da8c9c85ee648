use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::ControlFlow;
use std::path::Path;

use media::Parameters;

use super::annexb::{Splitter, TooLarge, Unit};
use super::mp4::Movie;
use super::reorder::Reorder;
use crate::assembler::Raw;

/// Pictures a second where nothing tells: what most test clips have.
const USUAL_RATE: f64 = 25.0;
/// Bytes of one read.
const READ: usize = 64 << 10;

/// An access unit and its times in 90 kHz ticks since the session began; loops follow one another without a gap.
#[derive(Debug)]
pub(super) struct Timed {
    pub(super) data: Raw,
    pub(super) reference: bool,
    /// When it is due: decoding times never go back.
    pub(super) decode: i64,
    /// When it is shown.
    pub(super) show: i64,
}

/// Why a file is not played.
#[derive(Debug, thiserror::Error)]
pub(super) enum Why {
    #[error("{}", .0)]
    Io(#[from] std::io::Error),
    #[error("there is no picture in it")]
    Empty,
    #[error("it is neither an mp4 file nor an H.264 byte stream (Annex B)")]
    Unknown,
    #[error("it is a byte stream without an H.264 SPS: only H.264 can be played")]
    Undescribed,
    #[error("{0}")]
    Broken(String),
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
}

/// A file that is open.
#[derive(Debug)]
pub(super) enum Reader {
    Mp4(File, Movie),
    AnnexB(File),
}

impl Reader {
    pub(super) fn open(path: &Path) -> Result<Self, Why> {
        let mut file = File::open(path)?;
        let metadata = file.metadata()?;
        // A named pipe or a device cannot be read twice.
        if !metadata.is_file() {
            return Err(Why::Broken("it is not a regular file".into()));
        }
        let mut head = Vec::with_capacity(16);
        Read::by_ref(&mut file).take(16).read_to_end(&mut head)?;
        match &*head {
            [] => Err(Why::Empty),
            [_, _, _, _, b'f', b't', b'y', b'p', ..] => {
                let movie = Movie::open(&mut file, metadata.len())?;
                Ok(Self::Mp4(file, movie))
            }
            [0, 0, 1, ..] | [0, 0, 0, 1, ..] => Ok(Self::AnnexB(file)),
            _ => Err(Why::Unknown),
        }
    }

    /// What is known of the video before it is read.
    pub(super) fn parameters(&self) -> Option<&Parameters> {
        match self {
            Self::Mp4(_, movie) => Some(&movie.parameters),
            Self::AnnexB(_) => None,
        }
    }

    /// Gives every access unit to `take`, in the order of decoding and for ever, until it says that nobody wants them.
    pub(super) fn run(&mut self, mut take: impl FnMut(Timed) -> ControlFlow<()>) -> Result<(), Why> {
        let mut place = Place::default();
        while self.pass(&mut place, &mut take)?.is_continue() {}
        Ok(())
    }

    /// The same, once through the file.
    pub(super) fn run_once(&mut self, mut take: impl FnMut(Timed) -> ControlFlow<()>) -> Result<(), Why> {
        self.pass(&mut Place::default(), &mut take).map(drop)
    }

    fn pass(
        &mut self,
        place: &mut Place,
        take: &mut impl FnMut(Timed) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, Why> {
        match self {
            Self::Mp4(file, movie) => Ok(match movie.pass(file, place.base, take)? {
                ControlFlow::Continue(base) => {
                    place.base = base;
                    ControlFlow::Continue(())
                }
                ControlFlow::Break(()) => ControlFlow::Break(()),
            }),
            Self::AnnexB(file) => pass_annexb(file, &mut place.clock, take),
        }
    }
}

/// Where the times of the next pass through a file begin.
#[derive(Debug, Default)]
struct Place {
    /// Of an mp4, in 90 kHz ticks.
    base: i64,
    /// Of a byte stream, in pictures.
    clock: Clock,
}

fn pass_annexb(
    file: &mut File,
    clock: &mut Clock,
    take: &mut impl FnMut(Timed) -> ControlFlow<()>,
) -> Result<ControlFlow<()>, Why> {
    let mut piece = vec![0; READ];
    file.seek(SeekFrom::Start(0))?;
    let (mut splitter, mut reorder, mut units) = (Splitter::default(), Reorder::new(), Vec::new());
    let (before, mut skipped) = (clock.decoded, false);
    loop {
        let length = file.read(&mut piece)?;
        match length {
            0 => splitter.finish(&mut units),
            _ => splitter.push(&piece[..length], &mut units)?,
        }
        clock.rate = splitter.rate().or(clock.rate);
        for unit in units.drain(..) {
            let (order, key) = (unit.order, unit.key);
            reorder.push(unit, order, key);
        }
        if length == 0 {
            reorder.flush();
        }
        while let Some((unit, place)) = reorder.pull() {
            if !splitter.is_described() {
                skipped = true;
                continue;
            }
            if take(clock.time(unit, before + place)).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        if length == 0 {
            break;
        }
    }
    match clock.decoded == before {
        true if skipped => Err(Why::Undescribed),
        true => Err(Why::Empty),
        false => Ok(ControlFlow::Continue(())),
    }
}

/// Counts pictures as times.
#[derive(Debug, Default)]
struct Clock {
    rate: Option<f64>,
    decoded: u64,
}

impl Clock {
    fn time(&mut self, unit: Unit, place: u64) -> Timed {
        let rate = self.rate.unwrap_or(USUAL_RATE);
        let ticks = |pictures: u64| (pictures as f64 * media::Timestamp::CLOCK_RATE as f64 / rate).round() as i64;
        let decode = ticks(self.decoded);
        self.decoded += 1;
        Timed { data: Raw::AnnexB(unit.data), reference: unit.reference, decode, show: ticks(place) }
    }
}
