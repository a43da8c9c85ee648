use schemars::JsonSchema;

use super::{Number, Text, Words};
use crate::resolved::StillsFormat;
use crate::section::{At, Section};

/// Where a stream's stills are pushed to: another Framegate, where the stream's source is `push`.
#[derive(Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Push {
    /// The address of its `/ingest`.
    #[schemars(required, extend("examples" = ["https://broker.example/ingest/lobby"]))]
    pub(crate) to: Option<At<Text>>,
    /// The token that may `publish` there; `${VARIABLE}` and `file:/path` are read from the environment and from a file.
    #[schemars(extend("examples" = ["${BROKER_TOKEN}", "file:/run/secrets/broker"]))]
    pub(crate) token: Option<At<Text>>,
    /// Without it: as `stills` says.
    pub(crate) format: Option<At<Words<StillsFormat>>>,
    /// From 1 (small) to 100 (good). Without it: as `stills` says.
    pub(crate) quality: Option<At<Number<1, 100>>>,
    /// In pixels; never scaled up. Without it: as `stills` says.
    pub(crate) width: Option<At<Number<16, 8192>>>,
    /// At most so many a second. Without it: as `stills` says.
    pub(crate) fps: Option<At<Number<1, 60>>>,
}

impl Push {
    /// How an entry looks.
    pub(super) const HINT: &'static str =
        r#"write each as `[[streams.….push]]` with `to = "https://broker.example/ingest/lobby"`"#;

    pub(super) fn read(mut section: Section<'_, '_, '_>) -> Self {
        let read = Self {
            to: section.require("to", "https://…/ingest/{stream} of another Framegate"),
            token: section.take("token"),
            format: section.take("format"),
            quality: section.take("quality"),
            width: section.take("width"),
            fps: section.take("fps"),
        };
        section.finish(&[
            ("url", "to"),
            ("address", "to"),
            ("secret", "token"),
            ("password", "token"),
            ("rate", "fps"),
        ]);
        read
    }
}
