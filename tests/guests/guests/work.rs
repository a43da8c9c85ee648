//! Well behaved: what benches measure. Does nothing, reads and writes the whole picture, or fills twenty areas.
use framegate_guests::framegate_plugin::{Mistake, Picture, Plugin, Verdict, drawing, types};

#[derive(serde::Deserialize)]
#[serde(rename_all = "lowercase")]
enum Work {
    Nothing,
    Read,
    Write,
    Fills,
}

#[derive(serde::Deserialize)]
struct Options {
    work: Work,
}

struct Worker {
    work: Work,
    pixels: Vec<u8>,
}

impl Plugin for Worker {
    type Options = Options;
    const OPTIONS: &'static str = "{}";

    fn configure(Options { work }: Options) -> Result<Self, Vec<Mistake>> {
        Ok(Self { work, pixels: Vec::new() })
    }

    fn process(&mut self, picture: &Picture) -> Verdict {
        let whole = || {
            let types::Size { width, height } = picture.size();
            types::Rect { x: 0, y: 0, width, height }
        };
        match self.work {
            Work::Nothing => {}
            Work::Read => {
                // Freed first: a guest that held two pictures would measure its allocator.
                self.pixels = Vec::new();
                self.pixels = picture.read(whole(), types::PixelFormat::I420).expect("the whole picture");
            }
            Work::Write => {
                if self.pixels.is_empty() {
                    self.pixels = picture.read(whole(), types::PixelFormat::I420).expect("the whole picture");
                }
                drawing::write(picture, whole(), types::PixelFormat::I420, &self.pixels).expect("the whole picture");
            }
            Work::Fills => {
                let color = types::Color { red: 10, green: 200, blue: 90, alpha: 255 };
                for n in 0..20 {
                    drawing::fill(picture, types::Rect { x: n * 8, y: n * 4, width: 2, height: 2 }, color);
                }
            }
        }
        Verdict::Keep
    }
}

framegate_guests::framegate_plugin::export!(Worker);
