//! A poller and an event sink that know `wasi:http` alone: send what their options say and tell what came back, as an event or as the refusal of one.
use framegate_guests::framegate_plugin::{Configure, Event, EventSink, Failure, Mistake, Poller, host};
use serde_json::{Value, json};
use wasip2::http::outgoing_handler;
use wasip2::http::types::{
    ErrorCode, Fields, IncomingBody, Method, OutgoingBody, OutgoingRequest, RequestOptions, Scheme,
};
use wasip2::io::streams::{OutputStream, StreamError};

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Options {
    method: String,
    /// `host:port`.
    authority: String,
    path: String,
    headers: Vec<(String, String)>,
    body: String,
    /// How often the body is sent, one behind the other.
    times: u32,
    /// How long it asks the host to wait for an answer.
    first_ms: Option<u64>,
    /// And between two pieces of it.
    between_ms: Option<u64>,
    /// Asks while it is given its options.
    at_once: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            method: "GET".into(),
            authority: String::new(),
            path: "/".into(),
            headers: Vec::new(),
            body: String::new(),
            times: 1,
            first_ms: None,
            between_ms: None,
            at_once: false,
        }
    }
}

struct Asking {
    options: Options,
}

impl Configure for Asking {
    type Options = Options;
    const OPTIONS: &'static str = r#"{ "type": "object" }"#;

    fn configure(options: Options) -> Result<Self, Vec<Mistake>> {
        let asking = Self { options };
        if asking.options.at_once {
            asking.ask("").map_err(|code| vec![Mistake::at("/at_once", format!("{code:?}"))])?;
        }
        Ok(asking)
    }
}

impl Asking {
    fn ask(&self, more: &str) -> Result<Value, ErrorCode> {
        let Options { method, authority, path, headers, body, times, first_ms, between_ms, .. } = &self.options;
        let request = OutgoingRequest::new(fields(headers));
        let method = match method.as_str() {
            "GET" => Method::Get,
            "POST" => Method::Post,
            other => Method::Other(other.into()),
        };
        request.set_method(&method).expect("a method");
        request.set_scheme(Some(&Scheme::Http)).expect("a scheme");
        request.set_authority(Some(authority)).expect("an authority");
        request.set_path_with_query(Some(path)).expect("a path");
        let is_empty = body.is_empty() && more.is_empty();
        let sent = (!is_empty).then(|| request.body().expect("the first time"));
        let options = RequestOptions::new();
        let nanoseconds = |ms: &Option<u64>| ms.map(|ms| ms * 1_000_000);
        options.set_first_byte_timeout(nanoseconds(first_ms)).expect("it is known");
        options.set_between_bytes_timeout(nanoseconds(between_ms)).expect("it is known");
        let answer = outgoing_handler::handle(request, Some(options))?;
        if let Some(sent) = sent {
            let pieces = (0..*times).map(|_| body.as_bytes()).chain([more.as_bytes()]);
            write(sent, pieces)?;
        }
        answer.subscribe().block();
        let answer = answer.get().expect("it is there").expect("the first time")?;
        let headers: Vec<_> = answer.headers().entries();
        let headers = headers.iter().map(|(name, value)| json!([name, String::from_utf8_lossy(value)]));
        let headers: Vec<_> = headers.collect();
        let (status, body) = (answer.status(), read(&answer.consume().expect("the first time"))?);
        Ok(
            json!({ "status": status, "headers": headers, "bytes": body.len(), "begin": String::from_utf8_lossy(&body[..body.len().min(1024)]) }),
        )
    }
}

fn fields(headers: &[(String, String)]) -> Fields {
    let fields = Fields::new();
    for (name, value) in headers {
        // One that is forbidden is left out: a test sees that it did not arrive.
        _ = fields.append(name, value.as_bytes());
    }
    fields
}

fn write<'a>(body: OutgoingBody, mut pieces: impl Iterator<Item = &'a [u8]>) -> Result<(), ErrorCode> {
    let stream = body.write().expect("the first time");
    let is_written = pieces.all(|piece| write_whole(&stream, piece).is_ok());
    drop(stream);
    // A host that takes no more says why in place of the answer.
    if is_written { OutgoingBody::finish(body, None) } else { Ok(()) }
}

fn write_whole(stream: &OutputStream, mut piece: &[u8]) -> Result<(), StreamError> {
    while !piece.is_empty() {
        let room = stream.check_write()?.min(piece.len() as u64) as usize;
        if room == 0 {
            stream.subscribe().block();
        }
        let (now, later) = piece.split_at(room);
        stream.write(now)?;
        piece = later;
    }
    stream.blocking_flush()
}

/// The whole body, or why there is no more of it.
fn read(body: &IncomingBody) -> Result<Vec<u8>, ErrorCode> {
    let stream = body.stream().expect("the first time");
    let mut read = Vec::new();
    loop {
        match stream.blocking_read(65_536) {
            Ok(bytes) => read.extend(bytes),
            Err(StreamError::Closed) => return Ok(read),
            Err(StreamError::LastOperationFailed(error)) => {
                let code = wasip2::http::types::http_error_code(&error);
                // The words alone: the host's backtrace, where it makes one, is more than an event holds.
                let told = error.to_debug_string();
                let words = told.split("Stack backtrace").next().unwrap_or_default().to_owned();
                return Err(code.unwrap_or_else(|| ErrorCode::InternalError(Some(words))));
            }
        }
    }
}

impl Poller for Asking {
    fn tick(&mut self) -> Result<(), String> {
        let told = self.ask("").unwrap_or_else(|code| json!({ "error": format!("{code:?}") }));
        host::emit("answered", &told.to_string());
        Ok(())
    }
}

impl EventSink for Asking {
    fn deliver(&mut self, event: &Event) -> Result<(), Failure> {
        match self.ask(&event.data()) {
            Ok(told) if told["status"] == 200 => Ok(()),
            Ok(told) => Err(Failure::Refused(told.to_string())),
            Err(code) => Err(Failure::Refused(format!("{code:?}"))),
        }
    }
}

framegate_guests::framegate_plugin::export!(Asking: Poller + EventSink);
