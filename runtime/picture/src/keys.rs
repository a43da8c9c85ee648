//! Whether key frames alone are enough: when every demand is slower than the GOP, nothing between them needs to be decoded. Pure.

use media::Timestamp;

#[derive(Debug, Default)]
pub(crate) struct Keys {
    last: Option<Timestamp>,
    /// 90 kHz ticks between the last two key frames.
    gop: Option<i64>,
    alone: bool,
}

impl Keys {
    /// A key frame came.
    pub(crate) fn seen(&mut self, at: Timestamp) {
        let gop = self.last.map(|last| at.ticks() - last.ticks()).filter(|gop| *gop > 0);
        self.gop = gop.or(self.gop);
        self.last = Some(at);
    }

    /// Decides anew: `shortest` is the interval in 90 kHz ticks of the fastest demand, none if something wants every picture.
    pub(crate) fn decide(&mut self, shortest: Option<i64>) {
        // A GOP that is longer by a little than the interval still serves it: rates are "at most".
        self.alone = matches!((shortest, self.gop), (Some(shortest), Some(gop)) if gop <= shortest + shortest / 10);
    }

    /// Whether key frames alone are decoded.
    pub(crate) fn alone(&self) -> bool {
        self.alone
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(gop_ms: i64) -> Keys {
        let mut keys = Keys::default();
        for n in 0..3 {
            keys.seen(Timestamp::from_ticks(n * gop_ms * 90));
        }
        keys
    }

    #[test]
    fn a_slow_demand_needs_key_frames_alone() {
        for (gop_ms, fps, alone) in
            [(1_000, 1, true), (500, 1, true), (2_000, 1, false), (1_000, 2, false), (480, 2, true)]
        {
            let mut keys = keys(gop_ms);
            keys.decide(Some(90_000 / fps));
            assert_eq!(keys.alone(), alone, "GOP {gop_ms} ms at {fps}/s");
        }
    }

    #[test]
    fn an_analyzer_wants_every_picture() {
        let mut keys = keys(500);
        keys.decide(None);
        assert!(!keys.alone());
    }

    #[test]
    fn before_the_second_key_frame_nothing_is_known() {
        let mut keys = Keys::default();
        keys.seen(Timestamp::ZERO);
        keys.decide(Some(900_000));
        assert!(!keys.alone());
    }
}
