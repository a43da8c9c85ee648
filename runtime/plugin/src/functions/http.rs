use wasmtime::component::{Linker, Resource};
use wasmtime::{Result, StoreContextMut};

use crate::bindings::framegate::plugin::http::{Host, HostRequest, HostResponse, HttpError};
use crate::guest::{Guest, Waits};
use crate::http::{Failure, Request, Response};

impl From<Failure> for HttpError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::NotGranted(line) => Self::NotGranted(line),
            Failure::TimedOut => Self::TimedOut,
            Failure::TooLarge(bytes) => Self::TooLarge(bytes),
            failure @ (Failure::Private { .. } | Failure::BodyTooLarge | Failure::Failed(_)) => {
                Self::Failed(failure.to_string())
            }
        }
    }
}

/// Bodies of the requests and answers that an instance holds, together: one of the largest, and some answers.
const MAX_BYTES: usize = 20 * 1024 * 1024;

fn not_here() -> HttpError {
    HttpError::Failed("a plugin waits for a network in `tick`, `deliver` and `decide` alone".into())
}

impl Host for Guest {
    fn granted(&mut self, url: String) -> Result<Result<(), String>> {
        let checked = crate::http::parse(&url).and_then(|url| self.client.check(&url));
        Ok(checked.map(drop).map_err(|failure| match failure {
            Failure::NotGranted(line) => line,
            other => other.to_string(),
        }))
    }
}

impl HostRequest for Guest {
    fn new(&mut self, method: String, url: String) -> Result<Resource<Request>> {
        Ok(self.table.push(Request::new(method, url))?)
    }

    fn add_header(&mut self, request: Resource<Request>, name: String, value: String) -> Result<()> {
        self.table.get_mut(&request)?.add_header(&name, &value);
        Ok(())
    }

    fn set_body(&mut self, request: Resource<Request>, body: Vec<u8>) -> Result<()> {
        let request = self.table.get_mut(&request)?;
        let others = self.http_bytes - request.bytes();
        match others + body.len() <= MAX_BYTES {
            true => request.set_body(body),
            false => {
                request.refuse(format!("requests and answers that are kept have at most {MAX_BYTES} bytes together"))
            }
        }
        self.http_bytes = others + request.bytes();
        Ok(())
    }

    /// Where a plugin may wait it is replaced by the one in [`add_send`].
    fn send(&mut self, request: Resource<Request>) -> Result<Result<Resource<Response>, HttpError>> {
        self.table.get(&request)?;
        Ok(Err(not_here()))
    }

    fn drop(&mut self, request: Resource<Request>) -> Result<()> {
        self.http_bytes -= self.table.delete(request)?.bytes();
        Ok(())
    }
}

impl HostResponse for Guest {
    fn status(&mut self, response: Resource<Response>) -> Result<u16> {
        Ok(self.table.get(&response)?.status)
    }

    fn header(&mut self, response: Resource<Response>, name: String) -> Result<Option<String>> {
        let value = self.table.get(&response)?.headers.get(name);
        Ok(value.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()))
    }

    fn body(&mut self, response: Resource<Response>) -> Result<Vec<u8>> {
        Ok(self.table.get(&response)?.body.to_vec())
    }

    fn drop(&mut self, response: Resource<Response>) -> Result<()> {
        self.http_bytes -= self.table.delete(response)?.body.len();
        Ok(())
    }
}

/// `send` for those who may wait: it does so without keeping the thread.
pub(crate) fn add_send(linker: &mut Linker<Guest>) -> Result<()> {
    type Sent = std::result::Result<Resource<Response>, HttpError>;
    linker.allow_shadowing(true);
    let mut http = linker.instance("framegate:plugin/http@0.1.0")?;
    http.func_wrap_async(
        "[method]request.send",
        |mut store: StoreContextMut<'_, Guest>, (request,): (Resource<Request>,)| {
            Box::new(async move {
                let request = store.data_mut().table.get(&request)?.clone();
                let (client, waits) = (store.data().client.clone(), store.data().http.waits);
                let answer = match waits {
                    Waits::Allowed => request.send(&client).await.map_err(HttpError::from),
                    Waits::No => Err(not_here()),
                };
                let guest = store.data_mut();
                let sent = match answer {
                    Ok(answer) if guest.http_bytes + answer.body.len() > MAX_BYTES => {
                        Err(HttpError::TooLarge(MAX_BYTES as u64))
                    }
                    Ok(answer) => {
                        guest.http_bytes += answer.body.len();
                        Ok(guest.table.push(answer)?)
                    }
                    Err(error) => Err(error),
                };
                Ok((sent as Sent,))
            })
        },
    )?;
    linker.allow_shadowing(false);
    Ok(())
}
