use std::time::UNIX_EPOCH;

use wasmtime::Result;
use wasmtime::component::Resource;

use crate::bindings::framegate::plugin::events::{Host, HostEvent};
use crate::bindings::framegate::plugin::pictures::Annotation;
use crate::bindings::framegate::plugin::types::Rect;
use crate::fault::Forbidden;
use crate::guest::{Guest, Subject, Told};

/// Where no still is kept, areas are told in pixels of a still of this size.
const SIZE: media::Size = media::Size::new(1280, 720);

impl Guest {
    fn told(&self) -> Result<&Told, Forbidden> {
        match &self.subject {
            Subject::Event(told) => Ok(told),
            _ => Err(Forbidden::NoEvent),
        }
    }
}

impl Host for Guest {}

impl HostEvent for Guest {
    fn id(&mut self, _: Resource<Told>) -> Result<u64> {
        Ok(self.told()?.event.id)
    }

    fn kind(&mut self, _: Resource<Told>) -> Result<String> {
        Ok(self.told()?.event.kind.clone())
    }

    fn stream_name(&mut self, _: Resource<Told>) -> Result<Option<String>> {
        Ok(self.told()?.event.stream.as_ref().map(ToString::to_string))
    }

    fn plugin_name(&mut self, _: Resource<Told>) -> Result<Option<String>> {
        Ok(self.told()?.event.plugin.clone())
    }

    fn time(&mut self, _: Resource<Told>) -> Result<u64> {
        let since = self.told()?.event.time.duration_since(UNIX_EPOCH).unwrap_or_default();
        Ok(u64::try_from(since.as_nanos()).unwrap_or(u64::MAX))
    }

    fn data(&mut self, _: Resource<Told>) -> Result<String> {
        Ok(self.told()?.event.data.to_string())
    }

    fn annotations(&mut self, _: Resource<Told>) -> Result<Vec<Annotation>> {
        let told = self.told()?;
        let size =
            told.still.as_ref().and_then(|still| media::image::check(still).ok()).map_or(SIZE, |image| image.size);
        let pixels = |share: f32, whole: u32| (share * whole as f32).round();
        let annotations = told.event.annotations.iter().map(|found| Annotation {
            label: found.label.clone(),
            score: found.score,
            area: Rect {
                x: pixels(found.area.x, size.width) as i32,
                y: pixels(found.area.y, size.height) as i32,
                width: pixels(found.area.width, size.width) as u32,
                height: pixels(found.area.height, size.height) as u32,
            },
            track: found.track,
            attributes: found.attributes.clone(),
        });
        Ok(annotations.collect())
    }

    fn still(&mut self, _: Resource<Told>) -> Result<Option<Vec<u8>>> {
        Ok(self.told()?.still.as_ref().map(|still| still.to_vec()))
    }

    fn attempt(&mut self, _: Resource<Told>) -> Result<u32> {
        Ok(self.told()?.attempt)
    }

    fn drop(&mut self, _: Resource<Told>) -> Result<()> {
        Ok(()) // it is only ever lent
    }
}
