//! Played by the harness: pictures that a test paints.

pub use crate::bindings::imports::framegate::plugin::pictures::Annotation;

use std::cell::RefCell;
use std::time::Duration;

use super::canvas::{Canvas, Clip};
use super::drawing::Drawn;
use super::world::current;
use crate::types::{Color, PixelError, PixelFormat, Rect, Size};

/// Beyond this, the host drops them.
const MAX_ANNOTATIONS: usize = 256;
/// The width of the thumbnail that `motion` works on, at most.
const MOTION_WIDTH: u32 = 320;
/// When a picture of presentation time 0 arrived: 2026-07-02 13:46:40 UTC.
const RECEIVED: u64 = 1_783_000_000_000_000_000;

/// A picture, real but for its making: BT.709, limited range, chroma halved, as a camera sends it.
#[derive(Debug)]
pub struct Picture {
    canvas: RefCell<Canvas>,
    sequence: u64,
    presentation_time: u64,
    captured_at: Option<u64>,
    received_at: u64,
    annotations: RefCell<Vec<Annotation>>,
    drawn: RefCell<Vec<Drawn>>,
}

/// How a test makes one, and looks at it afterwards.
impl Picture {
    /// A black one, presented at 0.
    pub fn black(width: u32, height: u32) -> Self {
        Self {
            canvas: RefCell::new(Canvas::new(Size { width, height })),
            sequence: 0,
            presentation_time: 0,
            captured_at: None,
            received_at: RECEIVED,
            annotations: RefCell::default(),
            drawn: RefCell::default(),
        }
    }

    /// With an area in this colour.
    #[must_use]
    pub fn painted(self, area: Rect, color: Color) -> Self {
        self.canvas.borrow_mut().paint(area, |_, _| color);
        self
    }

    /// With this luma.
    #[must_use]
    pub fn with_luma(self, luma: impl Fn(u32, u32) -> u8) -> Self {
        let Size { width, height } = self.size();
        let samples: Vec<u8> =
            (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).map(|(x, y)| luma(x, y)).collect();
        let whole = Rect { x: 0, y: 0, width, height };
        self.canvas.borrow_mut().write(whole, PixelFormat::Gray8, &samples).expect("as many as there are pixels");
        self
    }

    /// Presented, and received, this long after the stream's first.
    #[must_use]
    pub fn at(mut self, since_start: Duration) -> Self {
        let since_start = since_start.as_nanos() as u64;
        self.presentation_time = since_start;
        self.received_at = RECEIVED + since_start;
        self
    }

    /// With this number.
    #[must_use]
    pub fn numbered(mut self, sequence: u64) -> Self {
        self.sequence = sequence;
        self
    }

    /// Taken by the camera at this time, in nanoseconds since 1970.
    #[must_use]
    pub fn captured(mut self, at: u64) -> Self {
        self.captured_at = Some(at);
        self
    }

    /// As if a plugin before had found this.
    #[must_use]
    pub fn found(self, annotation: Annotation) -> Self {
        self.annotate(&annotation);
        self
    }

    /// What was drawn on it, in order.
    pub fn drawn(&self) -> Vec<Drawn> {
        self.drawn.borrow().clone()
    }

    /// The texts that were written on it, in order.
    pub fn texts(&self) -> Vec<String> {
        let text = |drawn: &Drawn| if let Drawn::Text { text, .. } = drawn { Some(text.clone()) } else { None };
        self.drawn.borrow().iter().filter_map(text).collect()
    }

    /// A pixel as viewers see it, within some steps: chroma is shared by four.
    pub fn pixel(&self, x: u32, y: u32) -> Color {
        self.canvas.borrow().pixel(x, y)
    }

    pub(super) fn draw(&self, drawn: Drawn, change: impl FnOnce(&mut Canvas)) {
        self.drawn.borrow_mut().push(drawn);
        change(&mut self.canvas.borrow_mut());
    }

    pub(super) fn try_draw(
        &self,
        drawn: Drawn,
        change: impl FnOnce(&mut Canvas) -> Result<(), PixelError>,
    ) -> Result<(), PixelError> {
        change(&mut self.canvas.borrow_mut())?;
        self.drawn.borrow_mut().push(drawn);
        Ok(())
    }
}

/// What plugins see, as the interface has it.
impl Picture {
    /// As the interface has it.
    pub fn size(&self) -> Size {
        self.canvas.borrow().size
    }

    /// As the interface has it.
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    /// As the interface has it.
    pub fn presentation_time(&self) -> u64 {
        self.presentation_time
    }

    /// As the interface has it.
    pub fn captured_at(&self) -> Option<u64> {
        self.captured_at
    }

    /// As the interface has it.
    pub fn received_at(&self) -> u64 {
        self.received_at
    }

    /// As the interface has it.
    pub fn thumbnail(&self, size: Size) -> Result<Vec<u8>, PixelError> {
        let whole = self.size();
        if size.width == 0 || size.height == 0 || size.width > whole.width || size.height > whole.height {
            return Err(PixelError::Outside(whole));
        }
        let canvas = self.canvas.borrow();
        let small = canvas.scaled(canvas.whole(), size)?;
        small.read(small.whole(), PixelFormat::Gray8)
    }

    /// As the interface has it.
    pub fn motion(&self, grid: Size, threshold: u8) -> Result<Vec<u8>, PixelError> {
        let whole = self.size();
        let width = whole.width.min(MOTION_WIDTH);
        let small = Size { width, height: (whole.height * width / whole.width).max(1) };
        let most = Size { width: small.width.min(160), height: small.height.min(90) };
        if grid.width == 0 || grid.height == 0 || grid.width > most.width || grid.height > most.height {
            let (width, height) = (most.width, most.height);
            let words = format!("a grid has 1x1 to {width}x{height} cells here, not {}x{}", grid.width, grid.height);
            return Err(PixelError::Refused(words));
        }
        let now = self.thumbnail(small)?;
        let before = current(|world| world.motion.replace((small, now.clone())));
        let before = before.filter(|(size, _)| *size == small).map_or_else(|| now.clone(), |(_, before)| before);
        let mut cells = Vec::new();
        let span = |n: u32, of: u32, length: u32| (n * length / of) as usize..((n + 1) * length / of) as usize;
        for cell_y in 0..grid.height {
            for cell_x in 0..grid.width {
                let (rows, columns) = (span(cell_y, grid.height, small.height), span(cell_x, grid.width, small.width));
                let samples = rows.clone().len() * columns.len();
                let at = rows.flat_map(|y| columns.clone().map(move |x| y * small.width as usize + x));
                let changed = at.filter(|&at| now[at].abs_diff(before[at]) > threshold).count();
                cells.push((changed * 255 / samples) as u8);
            }
        }
        Ok(cells)
    }

    /// As the interface has it.
    pub fn histogram(&self, area: Rect) -> Vec<u32> {
        let canvas = self.canvas.borrow();
        let mut counts = vec![0; 256];
        if let Some(clip) = Clip::new(area, canvas.size) {
            for y in clip.top..clip.bottom {
                (clip.left..clip.right).for_each(|x| counts[usize::from(canvas.luma(x as u32, y as u32))] += 1);
            }
        }
        counts
    }

    /// As the interface has it.
    pub fn read(&self, area: Rect, format: PixelFormat) -> Result<Vec<u8>, PixelError> {
        self.canvas.borrow().read(area, format)
    }

    /// As the interface has it.
    pub fn scaled(&self, area: Rect, size: Size, format: PixelFormat) -> Result<Vec<u8>, PixelError> {
        if size.width == 0 || size.height == 0 || u64::from(size.width) * u64::from(size.height) > 1920 * 1920 {
            let Size { width, height } = size;
            return Err(PixelError::Refused(format!(
                "pixels are scaled to 1920 by 1920 at most, asked for {width}x{height}"
            )));
        }
        let small = self.canvas.borrow().scaled(area, size)?;
        small.read(small.whole(), format)
    }

    /// As the interface has it.
    pub fn annotations(&self) -> Vec<Annotation> {
        self.annotations.borrow().clone()
    }

    /// As the interface has it.
    pub fn annotate(&self, annotation: &Annotation) {
        let mut annotations = self.annotations.borrow_mut();
        if annotations.len() < MAX_ANNOTATIONS {
            annotations.push(annotation.clone());
        }
    }
}
