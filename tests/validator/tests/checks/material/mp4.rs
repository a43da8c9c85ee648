//! Fragmented MP4 by hand: H.264 at 90 kHz with 25 pictures a second, AAC at 48 kHz.

/// A box.
pub(crate) fn atom(kind: &[u8; 4], body: &[&[u8]]) -> Vec<u8> {
    let body = body.concat();
    let size = u32::try_from(body.len() + 8).unwrap_or(u32::MAX);
    [&size.to_be_bytes()[..], kind, &body].concat()
}

fn word(value: u32) -> [u8; 4] {
    value.to_be_bytes()
}

/// The bytes with `from` replaced by `to`, which must be there.
pub(crate) fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = bytes.windows(from.len()).position(|window| window == from).expect("what is replaced is there");
    [&bytes[..at], to, &bytes[at + from.len()..]].concat()
}

/// Of 1280x720.
pub(crate) const SPS: [u8; 9] = [0x67, 0x42, 0xc0, 0x1f, 0xda, 0x01, 0x40, 0x16, 0xe4];
pub(crate) const PPS: [u8; 4] = [0x68, 0xcb, 0x83, 0xcb];

fn track(id: u32, handler: &[u8; 4], timescale: u32, entry: &[u8]) -> Vec<u8> {
    let header = if handler == b"vide" { atom(b"vmhd", &[&[0; 12]]) } else { atom(b"smhd", &[&[0; 8]]) };
    let none = [0; 8];
    let stbl = atom(
        b"stbl",
        &[
            &atom(b"stsd", &[&word(0), &word(1), entry]),
            &atom(b"stts", &[&none]),
            &atom(b"stsc", &[&none]),
            &atom(b"stsz", &[&[0; 12]]),
            &atom(b"stco", &[&none]),
        ],
    );
    let dinf = atom(b"dinf", &[&atom(b"dref", &[&word(0), &word(1), &atom(b"url ", &[&word(1)])])]);
    let mdia = atom(
        b"mdia",
        &[
            &atom(b"mdhd", &[&[0; 12], &word(timescale), &word(0), &word(0)]),
            &atom(b"hdlr", &[&[0; 8], handler, &[0; 13]]),
            &atom(b"minf", &[&header, &dinf, &stbl]),
        ],
    );
    atom(b"trak", &[&atom(b"tkhd", &[&[0; 12], &word(id), &[0; 68]]), &mdia])
}

fn avc1() -> Vec<u8> {
    let record = [&[1, 0x42, 0xc0, 0x1f, 0xff, 0xe1, 0, 9][..], &SPS, &[1, 0, 4], &PPS].concat();
    let fields = [&[0; 24][..], &[5, 0, 2, 0xd0], &[0; 50]].concat();
    atom(b"avc1", &[&fields, &atom(b"avcC", &[&record])])
}

fn mp4a() -> Vec<u8> {
    let decoder = [&[4, 17, 0x40, 0x15][..], &[0; 11], &[5, 2, 0x11, 0x90]].concat();
    let stream = [&[3, 22, 0, 2, 0][..], &decoder, &[6, 1, 2]].concat();
    let fields = [&[0; 16][..], &[0, 2, 0, 16, 0, 0, 0, 0], &[0xbb, 0x80, 0, 0]].concat();
    atom(b"mp4a", &[&fields, &atom(b"esds", &[&word(0), &stream])])
}

/// Where `mvex` is.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Order {
    Right,
    Wrong,
}

/// An initialization section of both tracks.
pub(crate) fn init(order: Order) -> Vec<u8> {
    with_entries(order, &avc1(), &mp4a())
}

/// One of these sample entries.
pub(crate) fn with_entries(order: Order, video: &[u8], audio: &[u8]) -> Vec<u8> {
    let trex = |id| atom(b"trex", &[&word(0), &word(id), &word(1), &[0; 12]]);
    let mvex = atom(b"mvex", &[&trex(1), &trex(2)]);
    let tracks = [track(1, b"vide", 90_000, video), track(2, b"soun", 48_000, audio)].concat();
    let rest = if order == Order::Right { [tracks, mvex].concat() } else { [mvex, tracks].concat() };
    let mvhd = atom(b"mvhd", &[&[0; 12], &word(1_000), &word(0), &[0; 80]]);
    [atom(b"ftyp", &[b"iso6", &word(0), b"iso6mp41"]), atom(b"moov", &[&mvhd, &rest])].concat()
}

/// A sample, and what is written of it.
#[derive(Debug, Clone)]
pub(crate) struct Picture {
    pub(crate) bytes: Vec<u8>,
    pub(crate) duration: u32,
    pub(crate) sync: bool,
    pub(crate) offset: i32,
}

/// NAL units behind their lengths.
pub(crate) fn units(units: &[&[u8]]) -> Vec<u8> {
    let prefixed = units.iter().map(|unit| [&word(u32::try_from(unit.len()).unwrap_or(u32::MAX))[..], unit].concat());
    prefixed.collect::<Vec<_>>().concat()
}

pub(crate) fn key() -> Picture {
    Picture { bytes: units(&[&[0x65, 0x88, 0x80, 0x10]]), duration: 3_600, sync: true, offset: 0 }
}

pub(crate) fn slice() -> Picture {
    Picture { bytes: units(&[&[0x41, 0x9a, 0x02]]), duration: 3_600, sync: false, offset: 0 }
}

/// A fragment of both tracks, with what tests break.
#[derive(Debug, Clone)]
pub(crate) struct Fragment {
    pub(crate) sequence: u32,
    pub(crate) video: u32,
    pub(crate) video_time: u64,
    pub(crate) pictures: Vec<Picture>,
    pub(crate) audio_time: u64,
    pub(crate) frames: u32,
    pub(crate) header_flags: u32,
    pub(crate) time_version: u8,
    pub(crate) shift: u32,
    pub(crate) unused: usize,
}

impl Fragment {
    /// The first of 0.96 s: 24 pictures, of which the first is a key picture, and 45 frames of sound.
    pub(crate) fn first() -> Self {
        let pictures = [vec![key()], vec![slice(); 23]].concat();
        Self::of(1, 0, 0, pictures, 45)
    }

    pub(crate) fn of(sequence: u32, video_time: u64, audio_time: u64, pictures: Vec<Picture>, frames: u32) -> Self {
        let (header_flags, time_version) = (0x2_0000, 1);
        Self {
            sequence,
            video: 1,
            video_time,
            pictures,
            audio_time,
            frames,
            header_flags,
            time_version,
            shift: 0,
            unused: 0,
        }
    }

    /// What follows it without a gap.
    pub(crate) fn next(&self) -> Self {
        let lasted: u32 = self.pictures.iter().map(|picture| picture.duration).sum();
        let audio_time = self.audio_time + u64::from(self.frames) * 1_024;
        Self {
            sequence: self.sequence + 1,
            video_time: self.video_time + u64::from(lasted),
            audio_time,
            ..Self::first()
        }
    }

    pub(crate) fn write(&self) -> Vec<u8> {
        let size = self.moof(0, 0).len();
        let video: Vec<u8> = self.pictures.iter().flat_map(|picture| picture.bytes.clone()).collect();
        let at = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX) + self.shift;
        let moof = self.moof(at(size + 8), at(size + 8 + video.len()));
        let sound = vec![0x21; self.frames as usize * 4 + self.unused];
        [moof, atom(b"mdat", &[&video, &sound])].concat()
    }

    fn moof(&self, video_at: u32, audio_at: u32) -> Vec<u8> {
        let count = u32::try_from(self.pictures.len()).unwrap_or(u32::MAX);
        let mut run = [word(0x0100_0f01), word(count), word(video_at)].concat();
        for picture in &self.pictures {
            let flags = if picture.sync { 0x0200_0000 } else { 0x0101_0000 };
            run.extend(word(picture.duration));
            run.extend(word(u32::try_from(picture.bytes.len()).unwrap_or(u32::MAX)));
            run.extend(word(flags));
            run.extend(picture.offset.to_be_bytes());
        }
        let sound = [word(1), word(self.frames), word(audio_at)].concat();
        let header =
            |id: u32, more: u32, fields: &[u8]| atom(b"tfhd", &[&word(self.header_flags | more), &word(id), fields]);
        let frame = [word(1_024), word(4)].concat();
        let video = atom(b"traf", &[&header(self.video, 0, &[]), &self.time(self.video_time), &atom(b"trun", &[&run])]);
        let audio = atom(b"traf", &[&header(2, 0x18, &frame), &self.time(self.audio_time), &atom(b"trun", &[&sound])]);
        atom(b"moof", &[&atom(b"mfhd", &[&word(0), &word(self.sequence)]), &video, &audio])
    }

    fn time(&self, time: u64) -> Vec<u8> {
        let bytes = time.to_be_bytes();
        let body = if self.time_version == 1 { &bytes[..] } else { &bytes[4..] };
        atom(b"tfdt", &[&[self.time_version, 0, 0, 0], body])
    }
}
