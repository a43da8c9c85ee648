use media::Matrix;

/// A colour as samples: limited range, fractions kept for mixing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Paint {
    pub(super) luma: f32,
    pub(super) u: f32,
    pub(super) v: f32,
}

impl Paint {
    /// This one turned into the other by 0 to 1.
    pub(super) fn mix(self, other: Self, by: f32) -> Self {
        let by = by.clamp(0.0, 1.0);
        let mix = |a: f32, b: f32| a + (b - a) * by;
        Self { luma: mix(self.luma, other.luma), u: mix(self.u, other.u), v: mix(self.v, other.v) }
    }

    /// The three samples.
    pub(super) fn samples(self) -> [u8; 3] {
        [self.luma, self.u, self.v].map(|sample| (sample + 0.5) as u8)
    }
}

/// Makes samples of the colours that people write.
#[derive(Clone, Copy, Debug)]
pub(super) struct Palette {
    red: f32,
    blue: f32,
}

impl Palette {
    pub(super) fn new(matrix: Matrix) -> Self {
        // K_R and K_B of ITU-T H.273, table 4.
        let (red, blue) = match matrix {
            Matrix::Bt601 => (0.299, 0.114),
            Matrix::Bt709 => (0.2126, 0.0722),
            Matrix::Bt2020 => (0.2627, 0.0593),
        };
        Self { red, blue }
    }

    /// From `0xRRGGBB`.
    pub(super) fn rgb(self, rgb: u32) -> Paint {
        let [_, red, green, blue] = rgb.to_be_bytes().map(|byte| f32::from(byte) / 255.0);
        let luma = self.red * red + (1.0 - self.red - self.blue) * green + self.blue * blue;
        Paint {
            luma: 16.0 + 219.0 * luma,
            u: 128.0 + 112.0 * (blue - luma) / (1.0 - self.blue),
            v: 128.0 + 112.0 * (red - luma) / (1.0 - self.red),
        }
    }
}
