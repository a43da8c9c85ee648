//! Bytes that a file is made of.

use std::sync::Arc;

use bytes::Bytes;

/// Bytes in pieces that others hold too. Cloning is cheap.
#[derive(Clone, Debug, Default)]
pub struct Body {
    pieces: Arc<[Bytes]>,
    length: usize,
}

impl Body {
    /// How many bytes it has.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Its pieces, in their order.
    pub fn pieces(&self) -> &[Bytes] {
        &self.pieces
    }

    /// Several as one, which shares their bytes.
    pub fn joined<'a>(bodies: impl Iterator<Item = &'a Self>) -> Self {
        bodies.flat_map(|body| body.pieces.iter().cloned()).collect::<Vec<_>>().into()
    }

    /// The same bytes in one piece, which is theirs alone.
    pub fn gathered(&self) -> Self {
        let mut whole = Vec::with_capacity(self.length);
        self.pieces.iter().for_each(|piece| whole.extend_from_slice(piece));
        Bytes::from(whole).into()
    }

    /// A part of it, from one byte to before another; what is beyond the end is left out.
    pub fn slice(&self, from: usize, to: usize) -> Self {
        let (mut at, mut taken) = (0, Vec::new());
        for piece in &*self.pieces {
            let (begin, end) = (from.clamp(at, at + piece.len()), to.clamp(at, at + piece.len()));
            if begin < end {
                taken.push(piece.slice(begin - at..end - at));
            }
            at += piece.len();
        }
        taken.into()
    }
}

impl From<Vec<Bytes>> for Body {
    fn from(pieces: Vec<Bytes>) -> Self {
        let length = pieces.iter().map(Bytes::len).sum();
        Self { pieces: pieces.into(), length }
    }
}

impl From<Bytes> for Body {
    fn from(piece: Bytes) -> Self {
        vec![piece].into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slice_is_what_a_slice_of_the_whole_would_be() {
        let body = Body::from(vec![Bytes::from_static(b"abc"), Bytes::from_static(b""), Bytes::from_static(b"defgh")]);
        let whole = b"abcdefgh";
        for from in 0..=9 {
            for to in from..=9 {
                let expected = &whole[from.min(8)..to.min(8)];
                assert_eq!(body.slice(from, to).pieces().concat(), expected, "{from}..{to}");
                assert_eq!(body.slice(from, to).len(), expected.len());
            }
        }
    }
}
