use media::StillFormat;

/// What a format policy wants for a viewer; what is left open, or zero, stays as configured and asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Choice {
    /// How stills are compressed; none if it named something that is no format of stills.
    pub format: Option<StillFormat>,
    /// 1 to 100.
    pub quality: Option<u8>,
    /// Pixels; the height follows.
    pub width: Option<u32>,
    /// At most so many a second.
    pub rate: Option<f32>,
}

impl Choice {
    /// A format, and everything else as configured.
    pub fn new(format: StillFormat) -> Self {
        Self { format: Some(format), quality: None, width: None, rate: None }
    }
}
