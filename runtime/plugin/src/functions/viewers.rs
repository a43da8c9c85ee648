use media::StillFormat;
use wasmtime::Result;
use wasmtime::component::Resource;

use crate::bindings::framegate::plugin::viewers::{Host, HostChoice, HostViewer, Rendition};
use crate::fault::Forbidden;
use crate::guest::{Guest, Subject};
use crate::policy::{self, Choice, Figure, Viewer};

impl Guest {
    fn viewer(&self) -> Result<&Viewer, Forbidden> {
        match &self.subject {
            Subject::Viewer(viewer) => Ok(viewer),
            _ => Err(Forbidden::NoViewer),
        }
    }
}

impl Host for Guest {}

impl HostViewer for Guest {
    fn output(&mut self, _: Resource<Viewer>) -> Result<String> {
        Ok(self.viewer()?.output.word().to_owned())
    }

    fn accepts(&mut self, _: Resource<Viewer>) -> Result<Vec<String>> {
        Ok(self.viewer()?.accepts.iter().copied().map(media_type).collect())
    }

    fn asked_format(&mut self, _: Resource<Viewer>) -> Result<Option<String>> {
        Ok(self.viewer()?.asked.format.map(media_type))
    }

    fn asked_quality(&mut self, _: Resource<Viewer>) -> Result<Option<u8>> {
        Ok(self.viewer()?.asked.quality)
    }

    fn asked_width(&mut self, _: Resource<Viewer>) -> Result<Option<u32>> {
        Ok(self.viewer()?.asked.width)
    }

    fn asked_rate(&mut self, _: Resource<Viewer>) -> Result<Option<f32>> {
        Ok(self.viewer()?.asked.rate.map(Figure::value))
    }

    fn current(&mut self, _: Resource<Viewer>) -> Result<Option<Rendition>> {
        Ok(self.viewer()?.current.map(Into::into))
    }

    fn running(&mut self, _: Resource<Viewer>) -> Result<Vec<Rendition>> {
        Ok(self.viewer()?.running.iter().copied().map(Into::into).collect())
    }

    fn source_width(&mut self, _: Resource<Viewer>) -> Result<u32> {
        Ok(self.viewer()?.source_width)
    }

    fn source_rate(&mut self, _: Resource<Viewer>) -> Result<f32> {
        Ok(self.viewer()?.source_rate.value())
    }

    fn delivered(&mut self, _: Resource<Viewer>) -> Result<f32> {
        Ok(self.viewer()?.delivered.value())
    }

    fn skipped(&mut self, _: Resource<Viewer>) -> Result<f32> {
        Ok(self.viewer()?.skipped.value())
    }

    fn throughput(&mut self, _: Resource<Viewer>) -> Result<u64> {
        Ok(self.viewer()?.throughput)
    }

    fn write_wait(&mut self, _: Resource<Viewer>) -> Result<f32> {
        Ok(self.viewer()?.write_wait.value())
    }

    fn encoder_load(&mut self, _: Resource<Viewer>) -> Result<f32> {
        Ok(self.viewer()?.encoder_load.value())
    }

    fn drop(&mut self, _: Resource<Viewer>) -> Result<()> {
        Ok(()) // it is only ever lent
    }
}

impl HostChoice for Guest {
    fn new(&mut self, format: String) -> Result<Resource<Choice>> {
        let known = [StillFormat::Jpeg, StillFormat::WebP, StillFormat::Png];
        let format = known.into_iter().find(|known| known.media_type().eq_ignore_ascii_case(&format));
        Ok(self.table.push(Choice { format, quality: None, width: None, rate: None })?)
    }

    fn set_quality(&mut self, choice: Resource<Choice>, quality: u8) -> Result<()> {
        self.table.get_mut(&choice)?.quality = Some(quality);
        Ok(())
    }

    fn set_width(&mut self, choice: Resource<Choice>, width: u32) -> Result<()> {
        self.table.get_mut(&choice)?.width = Some(width);
        Ok(())
    }

    fn set_rate(&mut self, choice: Resource<Choice>, rate: f32) -> Result<()> {
        self.table.get_mut(&choice)?.rate = Some(rate);
        Ok(())
    }

    fn drop(&mut self, choice: Resource<Choice>) -> Result<()> {
        self.table.delete(choice)?;
        Ok(())
    }
}

impl From<policy::Rendition> for Rendition {
    fn from(rendition: policy::Rendition) -> Self {
        let policy::Rendition { format, quality, width, rate } = rendition;
        Self { format: media_type(format), quality, width, rate: rate.value() }
    }
}

fn media_type(format: StillFormat) -> String {
    format.media_type().to_owned()
}
