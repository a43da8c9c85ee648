use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use config::{Log, LogFile, LogFormat};
use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::reload::{self, Handle};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry};

use crate::capture::Capture;
use crate::files::Files;
use crate::filter::{BadFilter, VARIABLE, parse};
use crate::ring::Lines;
use crate::text::Look;

/// Lines that wait for a slow disk. When it is full the next are lost: the program does not wait for its log. `framegate` says so itself on standard error.
const WAITING: usize = 16_384;

type Filtered = tracing_subscriber::layer::Layered<reload::Layer<EnvFilter, Registry>, Registry>;
type Output = Box<dyn Layer<Filtered> + Send + Sync>;

/// The process's log. Cloning gives another handle of the same.
#[derive(Clone)]
pub struct Logs {
    filter: Handle<EnvFilter, Registry>,
    outputs: Handle<Vec<Output>, Filtered>,
    lines: Lines,
    said: Arc<Mutex<Said>>,
}

/// What was said of it.
struct Said {
    /// The filter that is in force, as it was written.
    filter: String,
    /// Whether the environment said it: before what the file says.
    by_environment: bool,
    /// Writes to a file on a thread of its own until it is dropped.
    _file: Option<WorkerGuard>,
}

/// Why lines do not go where the file says.
#[derive(Debug, thiserror::Error)]
pub enum NotConfigured {
    /// The folder, or the file in it, cannot be written.
    #[error("`log.file`: {path} cannot be written: {why}", path = .0.display(), why = .1)]
    File(PathBuf, String),
    /// There is no journal of systemd.
    #[error("`log.format`: the system's journal cannot be reached: {0}")]
    Journal(#[source] io::Error),
}

/// Begins to log: to standard error, for people, at `info` or as the environment says.
pub fn begin() -> Logs {
    let (logs, subscriber, mistake) = prepare();
    subscriber.init();
    if let Some(error) = mistake {
        tracing::warn!("`{VARIABLE}` cannot be read, logging at info: {error}");
    }
    logs
}

/// A log that nothing is said to: for tests of what reads it.
pub fn silent() -> Logs {
    prepare().0
}

fn prepare() -> (Logs, impl tracing::Subscriber + Send + Sync, Option<BadFilter>) {
    let written = std::env::var(VARIABLE).ok().filter(|text| !text.trim().is_empty());
    let (text, filter, mistake) = match written.as_deref().map(parse) {
        Some(Ok(filter)) => (written.clone().unwrap_or_default(), filter, None),
        Some(Err(error)) => ("info".to_owned(), usual(), Some(error)),
        None => ("info".to_owned(), usual(), None),
    };
    let by_environment = written.is_some() && mistake.is_none();
    let (filter, filter_handle) = reload::Layer::new(filter);
    let (outputs, outputs_handle) = reload::Layer::new(vec![to_stderr(Look::Text)]);
    let lines = Lines::default();
    let subscriber = tracing_subscriber::registry().with(filter).with(outputs).with(Capture(lines.clone()));
    let said = Arc::new(Mutex::new(Said { filter: text, by_environment, _file: None }));
    (Logs { filter: filter_handle, outputs: outputs_handle, lines, said }, subscriber, mistake)
}

impl Logs {
    /// Goes on as the file says. What the environment says of the level stands.
    pub fn configure(&self, log: &Log) -> Result<(), NotConfigured> {
        let mut outputs = match log.format {
            LogFormat::Text => vec![to_stderr(Look::Text)],
            LogFormat::Json => vec![to_stderr(Look::Json)],
            LogFormat::Journald => {
                let journal = tracing_journald::layer().map_err(NotConfigured::Journal)?;
                vec![journal.with_syslog_identifier("framegate".into()).boxed()]
            }
        };
        let mut guard = None;
        if let Some(file) = &log.file {
            let (output, worker) = to_file(file, log.format)?;
            outputs.push(output);
            guard = Some(worker);
        }
        // It fails where the subscriber is gone, which is the process's.
        _ = self.outputs.reload(outputs);
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        said._file = guard;
        let by_environment = said.by_environment;
        drop(said);
        if !by_environment {
            self.set_level(log);
        }
        Ok(())
    }

    /// The level that the file says, where the environment says none: also when the file is read anew.
    pub fn set_level(&self, log: &Log) {
        if self.said.lock().unwrap_or_else(PoisonError::into_inner).by_environment {
            return;
        }
        if let Err(error) = self.set_filter(&log.level) {
            tracing::warn!("`log.level`: {error}");
        }
    }

    /// What is logged, as it was written.
    pub fn filter(&self) -> String {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).filter.clone()
    }

    /// Logs by another filter from here on, until the program ends or somebody says another.
    pub fn set_filter(&self, text: &str) -> Result<(), BadFilter> {
        let filter = parse(text)?;
        _ = self.filter.reload(filter);
        self.said.lock().unwrap_or_else(PoisonError::into_inner).filter = text.to_owned();
        Ok(())
    }

    /// The newest lines.
    pub fn lines(&self) -> &Lines {
        &self.lines
    }
}

fn usual() -> EnvFilter {
    parse("info").expect("a level is a filter")
}

fn to_stderr(look: Look) -> Output {
    let ansi = look == Look::Text && io::stderr().is_terminal();
    tracing_subscriber::fmt::layer().event_format(look).with_writer(io::stderr).with_ansi(ansi).boxed()
}

/// Files in a folder, written on a thread of their own.
fn to_file(file: &LogFile, format: LogFormat) -> Result<(Output, WorkerGuard), NotConfigured> {
    let files = Files::open(file, SystemTime::now());
    let files = files.map_err(|error| NotConfigured::File(file.path.clone(), error.to_string()))?;
    let (writer, guard) = NonBlockingBuilder::default().lossy(true).buffered_lines_limit(WAITING).finish(files);
    let look = if format == LogFormat::Json { Look::Json } else { Look::Text };
    let layer = tracing_subscriber::fmt::layer().event_format(look).with_writer(writer).with_ansi(false);
    Ok((layer.boxed(), guard))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Wanted;

    /// A library knows no stream: what it says while it works for one is said of that one, at whatever level is logged.
    #[test]
    fn what_is_said_in_the_span_of_a_stream_is_said_of_it() {
        let (logs, subscriber, _) = prepare();
        tracing::subscriber::with_default(subscriber, || {
            logs.set_filter("warn").expect("a level");
            let span = tracing::error_span!("stream", stream = %"lobby");
            span.in_scope(|| tracing::warn!("a packet is missing"));
            span.in_scope(|| tracing::warn!(stream = "yard", "its own word goes before"));
            tracing::warn!("of none");
            tracing::info!("not wanted");
        });
        let lines = logs.lines().since(0, &Wanted::default(), 10);
        let streams: Vec<_> = lines.iter().map(|line| line.stream.as_deref()).collect();
        assert_eq!(streams, [Some("lobby"), Some("yard"), None]);
    }
}
