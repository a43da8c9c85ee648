use media::Size;
use openh264::OpenH264API;
use openh264::decoder::{Decoder, DecoderConfig, Flush};
use openh264_sys2::{DECODER_OPTION_ERROR_CON_IDC, DECODING_STATE, SBufferInfo};

/// `ERROR_CON_SLICE_COPY` of codec_app_def.h: what was lost is copied from the picture before. Without it there is nothing until the next IDR
/// picture.
const SLICE_COPY: i32 = 2;

/// A decoder of libopenh264, on the two calls that the crate `openh264` does not offer: feeding without the flush that belongs to it, and
/// concealment.
///
/// One thread: with `num_threads(2)` it was seen to hang.
pub(super) struct Library {
    decoder: Decoder,
}

/// A picture in the library's memory.
pub(super) struct Frame<'a> {
    pub(super) size: Size,
    pub(super) planes: [&'a [u8]; 3],
    /// Bytes from row to row, of luma and of chroma.
    pub(super) strides: [usize; 2],
    /// What was passed to [`Library::decode`] with its slices.
    pub(super) time: u64,
}

/// What went wrong: the bits of `DECODING_STATE` (codec_def.h).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Trouble(DECODING_STATE);

impl Trouble {
    pub(super) fn is_some(self) -> bool {
        self.0 != 0
    }

    pub(super) fn words(self) -> String {
        const WORDS: [(i32, &str); 7] = [
            (0x01, "the picture is not complete"),
            (0x02, "a reference picture is missing"),
            (0x04, "the bit stream is broken"),
            (0x08, "a picture that it depends on is missing"),
            (0x10, "there is no parameter set yet"),
            (0x20, "an error was concealed"),
            (0x40, "a list of references is broken"),
        ];
        let words: Vec<_> = WORDS.iter().filter(|(bit, _)| self.0 & bit != 0).map(|(_, word)| *word).collect();
        if words.is_empty() { format!("openh264 says 0x{:x}", self.0) } else { words.join(", ") }
    }
}

impl Library {
    pub(super) fn open() -> Result<Self, String> {
        let config = DecoderConfig::new().flush_after_decode(Flush::NoFlush);
        let mut decoder = Decoder::with_api_config(OpenH264API::from_source(), config).map_err(|e| e.to_string())?;
        let mut conceal = SLICE_COPY;
        // SAFETY: the option takes a pointer to an int, which it reads during the call.
        let refused = unsafe { decoder.raw_api().set_option(DECODER_OPTION_ERROR_CON_IDC, (&raw mut conceal).cast()) };
        if refused == 0 { Ok(Self { decoder }) } else { Err(format!("concealment was refused with {refused}")) }
    }

    /// Feeds the NAL units of one access unit. They are decoded when the next one begins, or with [`Library::finish`].
    pub(super) fn feed(&mut self, data: &[u8], time: u64) -> (Trouble, Option<Frame<'_>>) {
        debug_assert!(!data.is_empty());
        self.decode(data.as_ptr(), data.len(), time)
    }

    /// Says that the access unit is complete.
    pub(super) fn finish(&mut self) -> (Trouble, Option<Frame<'_>>) {
        self.decode(std::ptr::null(), 0, 0)
    }

    fn decode(&mut self, data: *const u8, length: usize, time: u64) -> (Trouble, Option<Frame<'_>>) {
        let Ok(length) = i32::try_from(length) else {
            return (Trouble(4), None);
        };
        let mut planes = [std::ptr::null_mut::<u8>(); 3];
        let mut info = SBufferInfo { uiInBsTimeStamp: time, ..Default::default() };
        // SAFETY: `data` is valid for `length` bytes, or null with 0, which means "the access unit is complete"; the library copies what it keeps.
        // `planes` has room for three pointers.
        let state = unsafe { self.decoder.raw_api().decode_frame2(data, length, planes.as_mut_ptr(), &raw mut info) };
        if info.iBufferStatus != 1 || planes.iter().any(|plane| plane.is_null()) {
            return (Trouble(state), None);
        }
        // SAFETY: with status 1 the library has written the system buffer's description: the union has no other member.
        let buffer = unsafe { info.UsrData.sSystemBuffer };
        let (Ok(width), Ok(height)) = (u32::try_from(buffer.iWidth), u32::try_from(buffer.iHeight)) else {
            return (Trouble(4), None);
        };
        let size = Size::new(width, height);
        let strides = buffer.iStride.map(|stride| usize::try_from(stride).unwrap_or(0));
        if !size.is_sane() || strides[0] < size.width as usize || strides[1] < size.chroma().width as usize {
            return (Trouble(4), None);
        }
        // SAFETY: the library allocates each plane with this stride and at least the rows of whole macroblocks, plus padding; a picture is the
        // part of it that the SPS shows. The memory is not written to until the next call, which needs `&mut self`.
        let plane = |at: usize, size: Size, stride: usize| unsafe {
            std::slice::from_raw_parts(planes[at], (size.height as usize - 1) * stride + size.width as usize)
        };
        let frame = Frame {
            size,
            planes: [
                plane(0, size, strides[0]),
                plane(1, size.chroma(), strides[1]),
                plane(2, size.chroma(), strides[1]),
            ],
            strides,
            time: info.uiOutYuvTimeStamp,
        };
        (Trouble(state), Some(frame))
    }
}
