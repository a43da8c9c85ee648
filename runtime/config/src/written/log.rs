use schemars::JsonSchema;

use super::amount::{Bytes, Number};
use super::text::{Text, Words};
use crate::resolved::{LogFormat, Rotation};
use crate::section::{At, Section};

/// What is logged, and where it goes.
#[derive(Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Log {
    /// `error`, `warn`, `info`, `debug` or `trace`; or levels by part of the program, as `info,framegate_stream=debug`. `FRAMEGATE_LOG` in the
    /// environment stands before it.
    #[schemars(extend("default" = "info", "examples" = ["info", "warn", "info,framegate_stream=debug"]))]
    pub(crate) level: Option<At<Text>>,
    /// How lines look on standard error: for people (`text`), an object a line (`json`), or not there but in the journal of systemd (`journald`).
    #[schemars(extend("default" = "text"))]
    pub(crate) format: Option<At<Words<LogFormat>>>,
    /// A file that is written too; a date is put before its ending where there is a new one each day or hour.
    #[schemars(extend("examples" = ["/var/log/framegate/framegate.log"]))]
    pub(crate) file: Option<At<Text>>,
    /// When another file is begun: `daily`, `hourly` or `never`.
    #[schemars(extend("default" = "daily"))]
    pub(crate) rotate: Option<At<Words<Rotation>>>,
    /// Another file is begun, with a number before the ending, before one has more bytes. Without it: by the time alone.
    #[schemars(extend("examples" = ["100MB"]))]
    pub(crate) max_size: Option<At<Bytes<{ 64 << 10 }, { 1 << 40 }>>>,
    /// How many files are kept, the newest.
    #[schemars(extend("default" = 7))]
    pub(crate) keep: Option<At<Number<1, 1_000>>>,
}

impl Log {
    pub(crate) fn read(mut section: Section<'_, '_, '_>) -> Self {
        let read = Self {
            level: section.take("level"),
            format: section.take("format"),
            file: section.take("file"),
            rotate: section.take("rotate"),
            max_size: section.take("max_size"),
            keep: section.take("keep"),
        };
        section.finish(&[
            ("path", "file"),
            ("rotation", "rotate"),
            ("size", "max_size"),
            ("max_bytes", "max_size"),
            ("filter", "level"),
            ("json", "format"),
            ("files", "keep"),
        ]);
        read
    }
}
