use std::collections::VecDeque;

use media::{AccessUnit, Codec, Color, annexb, h264};

use super::Error;
use super::headers::{Headers, Shape, Unit, without_delay};
use super::openh264::{Frame, Library, Trouble};
use super::order::Order;
use crate::{Picture, Pool, Stamp};

/// As many access units are remembered as a decoder may hold pictures.
const REMEMBERED: usize = 32;

/// H.264 (ITU-T H.264), progressive, 8-bit 4:2:0.
///
/// The library shows pictures in the order of decoding ([`without_delay`]), [`Order`] puts them into that of presentation. On a change of an SPS
/// the library is opened anew, so that nothing of the old stream is left in it.
pub(super) struct Video {
    pool: Pool,
    library: Option<Library>,
    headers: Headers,
    order: Order,
    units: VecDeque<Fed>,
    fed: u64,
    /// The stream's parameters cannot be decoded: until there are others.
    refused: Option<Error>,
    /// The byte stream of the access unit that is fed.
    stream: Vec<u8>,
    scratch: Vec<u8>,
}

/// An access unit that was fed; the library tells which one a picture came from by its number.
struct Fed {
    number: u64,
    stamp: Stamp,
    color: Color,
    shape: Option<Shape>,
}

impl Video {
    pub(super) fn open(pool: Pool) -> Self {
        Self {
            pool,
            library: None,
            headers: Headers::default(),
            order: Order::new(),
            units: VecDeque::new(),
            fed: 0,
            refused: None,
            stream: Vec::new(),
            scratch: Vec::new(),
        }
    }

    pub(super) fn push(&mut self, unit: &AccessUnit, out: &mut Vec<Picture>) -> Result<(), Error> {
        let mut stream = std::mem::take(&mut self.stream);
        stream.clear();
        unit.write_annexb(&mut stream);
        let pushed = self.feed(unit, &stream, out);
        self.stream = stream;
        pushed
    }

    fn feed(&mut self, unit: &AccessUnit, stream: &[u8], out: &mut Vec<Picture>) -> Result<(), Error> {
        let content = self.headers.read(stream);
        if let Some(sps) = content.new_sps {
            self.refused = refusal(sps);
            if content.replaces {
                self.flush(out);
                self.library = None;
            }
        }
        if unit.parameters.interlaced {
            return Err(Error::Interlaced);
        }
        if let Some(refused) = &self.refused {
            return Err(refused.clone());
        }
        if stream.is_empty() {
            return Ok(());
        }
        if self.library.is_none() {
            self.start(unit, &content)?;
        }
        let data = rewritten(stream, &content, &mut self.scratch);
        self.fed += 1;
        if self.units.len() == REMEMBERED {
            self.units.pop_front();
        }
        let stamp = Stamp { pts: unit.pts, sequence: 0, received: unit.received, captured: unit.captured };
        self.units.push_back(Fed { number: self.fed, stamp, color: unit.parameters.color, shape: content.shape });

        let library = self.library.as_mut().expect("opened above");
        let mut shown = 0;
        let mut trouble = Trouble::default();
        for complete in [false, true] {
            let (state, frame) = if complete { library.finish() } else { library.feed(data, self.fed) };
            if state.is_some() {
                trouble = state;
            }
            if let Some(frame) = frame {
                shown += 1;
                let fed = self
                    .units
                    .iter()
                    .rfind(|fed| fed.number == frame.time)
                    .or(self.units.back())
                    .expect("pushed above");
                self.order.push(copied(&frame, fed, &self.pool), fed.shape, out);
            }
        }
        // What was concealed is a picture; what gave none is an error.
        match trouble.is_some() && shown == 0 && content.shape.is_some() {
            true => Err(Error::Damaged { codec: Codec::H264, why: trouble.words() }),
            false => Ok(()),
        }
    }

    pub(super) fn flush(&mut self, out: &mut Vec<Picture>) {
        self.order.flush(out);
    }

    /// Opens the library for the stream that this access unit is of.
    fn start(&mut self, unit: &AccessUnit, content: &Unit<'_>) -> Result<(), Error> {
        let mut library = Library::open().map_err(|why| Error::Setup { codec: Codec::H264, why })?;
        self.order.restart(unit.parameters.reordered);
        let parameters = &unit.parameters;
        if content.sps.is_empty() && !parameters.sps.is_empty() {
            // A join between key frames: the parameter sets are known from elsewhere (the SDP).
            self.refused = refusal(&parameters.sps);
            if let Some(refused) = &self.refused {
                return Err(refused.clone());
            }
            let mut sets = Vec::new();
            annexb::push_nal(&mut sets, &parameters.sps);
            annexb::push_nal(&mut sets, &parameters.pps);
            let sets_content = self.headers.read(&sets);
            library.feed(rewritten(&sets, &sets_content, &mut self.scratch), 0);
        }
        self.library = Some(library);
        Ok(())
    }
}

/// Why a stream with this SPS cannot be decoded.
fn refusal(sps: &[u8]) -> Option<Error> {
    match h264::parameters(sps, &[]) {
        Ok(parameters) => parameters.interlaced.then_some(Error::Interlaced),
        Err(h264::BadSps::Size(size)) => Some(Error::TooLarge { codec: Codec::H264, size }),
        Err(h264::BadSps::Format(what)) => Some(Error::Unsupported { codec: Codec::H264, what: what.into() }),
        // Let the library try: it reads some that h264-reader does not.
        Err(h264::BadSps::Syntax(_)) => None,
    }
}

/// The access unit with its SPS rewritten as [`without_delay`] says; itself if there is none.
fn rewritten<'a>(data: &'a [u8], content: &Unit<'_>, scratch: &'a mut Vec<u8>) -> &'a [u8] {
    if content.sps.is_empty() {
        return data;
    }
    scratch.clear();
    let mut done = 0;
    for sps in &content.sps {
        if let Some(changed) = without_delay(sps) {
            let at = sps.as_ptr().addr() - data.as_ptr().addr();
            scratch.extend_from_slice(&data[done..at]);
            scratch.extend_from_slice(&changed);
            done = at + sps.len();
        }
    }
    scratch.extend_from_slice(&data[done..]);
    scratch
}

/// The library's picture in memory of ours.
fn copied(frame: &Frame<'_>, fed: &Fed, pool: &Pool) -> Picture {
    let mut picture = Picture::dirty(pool, frame.size, fed.color, fed.stamp);
    let strides = [frame.strides[0], frame.strides[1], frame.strides[1]];
    for ((mut to, from), stride) in picture.planes_mut().into_iter().zip(frame.planes).zip(strides) {
        for (to, from) in to.rows_mut().zip(from.chunks(stride)) {
            to.copy_from_slice(&from[..to.len()]);
        }
    }
    picture
}
