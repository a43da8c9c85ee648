//! Another rendition for a viewer in mid-stream, and what a choice of one goes by.

use std::sync::Arc;

use crate::outlet::Outlet;
use crate::{Format, Pictures, Rendition, Stills};

impl Pictures {
    /// Gives a viewer another rendition. It stays at the one that it has until there is a still of the new one: the worker's last picture is made for
    /// it at once where nobody has it yet.
    ///
    /// When `max_renditions` others run, it gets the nearest of those that has this format, or keeps what it has.
    pub fn switch(&self, stills: &mut Stills, to: Rendition) {
        let (now, next) = (stills.rendition(), stills.next_rendition());
        if next.unwrap_or(now) == to {
            return;
        }
        // A change that was under way is given up first: its rendition takes no place.
        stills.change_to(None);
        let max = self.shared.stream.config().max_renditions.max(1) as usize;
        let mut state = self.shared.lock();
        if state.closed || now == to {
            return;
        }
        state.outlets.retain(|outlet| outlet.viewers() > 0);
        let running = &state.outlets;
        // What nobody else watches ends when this viewer goes on.
        let lasting = running.len() - usize::from(stills.is_alone());
        let outlet = match running.iter().find(|outlet| outlet.rendition() == to) {
            Some(outlet) => outlet.clone(),
            None if lasting < max => {
                let outlet = Arc::new(Outlet::new(to, self.shared.demand.clone(), self.shared.generation.clone()));
                state.outlets.push(outlet.clone());
                outlet
            }
            None => {
                let same = running.iter().filter(|outlet| outlet.rendition().format == to.format);
                match same.min_by_key(|outlet| outlet.rendition().distance(&to)) {
                    Some(nearest) if nearest.rendition() != now => nearest.clone(),
                    _ => return,
                }
            }
        };
        stills.change_to(Some(outlet));
    }

    /// The renditions that have viewers, in order.
    pub fn running(&self) -> Vec<Rendition> {
        let state = self.shared.lock();
        let watched = state.outlets.iter().filter(|outlet| outlet.viewers() > 0);
        let mut running: Vec<_> = watched.map(|outlet| outlet.rendition()).collect();
        running.sort_unstable();
        running
    }

    /// How busy the encoder threads of all streams are, 0 to 1, over the last seconds.
    pub fn encoder_load(&self) -> f32 {
        self.shared.parts.encoders.load()
    }
}

impl Format {
    /// The format of stills that this always is; none for [`Format::AsPushed`].
    pub fn fixed(self) -> Option<media::StillFormat> {
        match self {
            Self::AsPushed => None,
            Self::WebP => Some(media::StillFormat::WebP),
            Self::Jpeg => Some(media::StillFormat::Jpeg),
        }
    }
}
