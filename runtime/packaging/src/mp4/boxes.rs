/// Boxes one in the other (ISO/IEC 14496-12, section 4.2): what is written between the begin and the end of one is in it.
pub(super) struct Boxes(pub(super) Vec<u8>);

impl Boxes {
    pub(super) fn new() -> Self {
        Self(Vec::with_capacity(1024))
    }

    /// A box, with what `body` writes in it.
    pub(super) fn add(&mut self, kind: &[u8; 4], body: impl FnOnce(&mut Self)) {
        let begin = self.0.len();
        self.u32(0);
        self.0.extend_from_slice(kind);
        body(self);
        // No box of ours has 4 GiB: those are headers, and `mdat` is not written here.
        let length = (self.0.len() - begin) as u32;
        self.0[begin..begin + 4].copy_from_slice(&length.to_be_bytes());
    }

    /// The same with a version and flags (section 4.2.2).
    pub(super) fn full(&mut self, kind: &[u8; 4], version: u8, flags: u32, body: impl FnOnce(&mut Self)) {
        self.add(kind, |boxes| {
            boxes.u32(u32::from(version) << 24 | flags & 0x00ff_ffff);
            body(boxes);
        });
    }

    pub(super) fn u8(&mut self, value: u8) {
        self.0.push(value);
    }

    pub(super) fn u16(&mut self, value: u16) {
        self.0.extend_from_slice(&value.to_be_bytes());
    }

    pub(super) fn u32(&mut self, value: u32) {
        self.0.extend_from_slice(&value.to_be_bytes());
    }

    pub(super) fn u64(&mut self, value: u64) {
        self.0.extend_from_slice(&value.to_be_bytes());
    }

    pub(super) fn i32(&mut self, value: i32) {
        self.0.extend_from_slice(&value.to_be_bytes());
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    pub(super) fn zeros(&mut self, count: usize) {
        self.0.resize(self.0.len() + count, 0);
    }
}
