use media::Size;

/// One plane of a picture, to read. Row `r` is `data[r * stride..][..size.width]`.
#[derive(Clone, Copy, Debug)]
pub struct Plane<'a> {
    /// The samples, row by row.
    pub data: &'a [u8],
    /// Bytes from one row to the next.
    pub stride: usize,
    /// Samples of this plane: for chroma half those of the picture, rounded up.
    pub size: Size,
}

impl<'a> Plane<'a> {
    /// The rows from top to bottom, without padding.
    pub fn rows(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let width = self.size.width as usize;
        self.data.chunks(self.stride).take(self.size.height as usize).map(move |row| &row[..width])
    }

    /// One row; the caller knows that there is one.
    pub fn row(&self, y: usize) -> &'a [u8] {
        &self.data[y * self.stride..][..self.size.width as usize]
    }
}

/// One plane of a picture, to change. Row `r` is `data[r * stride..][..size.width]`.
#[derive(Debug)]
pub struct PlaneMut<'a> {
    /// The samples, row by row.
    pub data: &'a mut [u8],
    /// Bytes from one row to the next.
    pub stride: usize,
    /// Samples of this plane: for chroma half those of the picture, rounded up.
    pub size: Size,
}

impl PlaneMut<'_> {
    /// The rows from top to bottom, without padding.
    pub fn rows_mut(&mut self) -> impl Iterator<Item = &mut [u8]> {
        let width = self.size.width as usize;
        self.data.chunks_mut(self.stride).take(self.size.height as usize).map(move |row| &mut row[..width])
    }

    /// One row; the caller knows that there is one.
    pub fn row_mut(&mut self, y: usize) -> &mut [u8] {
        &mut self.data[y * self.stride..][..self.size.width as usize]
    }
}
