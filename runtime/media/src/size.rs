use std::fmt;

/// Width and height in pixels; both at least 1 wherever a picture has this size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Size {
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
}

impl Size {
    /// The largest width and height that is taken from anybody: H.264 level 6.2 goes no further (table A-6), and a larger
    /// one is a way to make us allocate.
    pub const MAX_SIDE: u32 = 16_384;
    /// The most pixels that a picture may have: 8192 × 4352, level 6.2's.
    pub const MAX_PIXELS: u64 = 8192 * 4352;

    /// A size, without any check.
    pub const fn new(width: u32, height: u32) -> Self {
        Self { width, height }
    }

    /// Width × height.
    pub const fn pixels(self) -> u64 {
        self.width as u64 * self.height as u64
    }

    /// Whether a picture may have this size: neither empty nor beyond [`Self::MAX_SIDE`] and [`Self::MAX_PIXELS`].
    pub const fn is_sane(self) -> bool {
        self.width > 0
            && self.height > 0
            && self.width <= Self::MAX_SIDE
            && self.height <= Self::MAX_SIDE
            && self.pixels() <= Self::MAX_PIXELS
    }

    /// The size of a chroma plane at 4:2:0: halves, rounded up.
    pub const fn chroma(self) -> Self {
        Self::new(self.width.div_ceil(2), self.height.div_ceil(2))
    }

    /// This size scaled to a width, aspect ratio kept, the height even and at least 2. Never scaled up.
    pub fn fit_width(self, width: u32) -> Self {
        if width >= self.width || width == 0 {
            return self;
        }
        let height = (u64::from(self.height) * u64::from(width) + u64::from(self.width) / 2) / u64::from(self.width);
        Self::new(width, (height as u32).next_multiple_of(2).max(2))
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fitting_keeps_the_aspect_ratio_and_never_scales_up() {
        assert_eq!(Size::new(1920, 1080).fit_width(640), Size::new(640, 360));
        assert_eq!(Size::new(768, 432).fit_width(480), Size::new(480, 270));
        assert_eq!(Size::new(320, 240).fit_width(640), Size::new(320, 240));
        assert_eq!(Size::new(10_000, 1).fit_width(320), Size::new(320, 2));
    }

    #[test]
    fn insane_sizes_are_told() {
        assert!(Size::new(8192, 4320).is_sane());
        assert!(!Size::new(0, 4).is_sane());
        assert!(!Size::new(16_384, 16_384).is_sane());
        assert!(!Size::new(u32::MAX, u32::MAX).is_sane());
    }
}
