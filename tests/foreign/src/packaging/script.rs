//! Bytes as decisions: each takes some of them, and behind their end all are 0.

/// Times that arithmetic is wrong about first, in ticks.
const EDGES: [i64; 12] = [
    i64::MIN,
    i64::MIN + 1,
    -(1 << 33),
    -900_001,
    -1,
    0,
    (1 << 33) - 1,
    1 << 33,
    1 << 53,
    i64::MAX / 4 + 1,
    i64::MAX - 1,
    i64::MAX,
];

/// What is left of an input.
pub(super) struct Script<'a>(&'a [u8]);

impl<'a> Script<'a> {
    pub(super) fn new(data: &'a [u8]) -> Self {
        Self(data)
    }

    pub(super) fn is_over(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn byte(&mut self) -> u8 {
        self.bytes(1).first().copied().unwrap_or(0)
    }

    /// So many bytes, or those that are left.
    pub(super) fn bytes(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(count.min(self.0.len()));
        self.0 = rest;
        taken
    }

    /// As many bytes as the next one says.
    pub(super) fn counted(&mut self) -> &'a [u8] {
        let count = self.byte();
        self.bytes(count.into())
    }

    pub(super) fn word(&mut self) -> u32 {
        self.bytes(4).iter().fold(0, |word, byte| word << 8 | u32::from(*byte))
    }

    /// A time behind another one: mostly by what lies between two units, else by anything.
    pub(super) fn time(&mut self, last: i64, step: i64) -> i64 {
        match self.byte() {
            kind @ 0..0x80 => last.saturating_add(step + i64::from(kind & 0x1f) * step / 64),
            0x80..0xa0 => last.saturating_add(step * i64::from(self.byte().cast_signed())),
            0xa0..0xc0 => last.saturating_add(90 * i64::from(self.word() as i16)),
            0xc0..0xe0 => last.saturating_add(i64::from(self.word().cast_signed())),
            kind @ 0xe0..0xf0 => EDGES[usize::from(kind) % EDGES.len()],
            0xf0.. => i64::from(self.word()) << 32 | i64::from(self.word()),
        }
    }
}
