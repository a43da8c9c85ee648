use std::time::{Duration, UNIX_EPOCH};

use wasmtime::Result;
use wasmtime::component::Resource;

use crate::access::{Applicant, MAX_REMEMBERED, is_credential};
use crate::bindings::framegate::plugin::admission::{Host, HostApplicant};
use crate::fault::Forbidden;
use crate::guest::{Decided, Guest, Subject};
use crate::words::printable;

/// Characters of a name for logs and viewer lists.
const MAX_NAME: usize = 128;

impl Guest {
    fn request(&mut self) -> Result<&mut Decided, Forbidden> {
        match &mut self.subject {
            Subject::Request(request) => Ok(request),
            _ => Err(Forbidden::NoRequest),
        }
    }
}

impl Host for Guest {}

impl HostApplicant for Guest {
    fn action(&mut self, _: Resource<Applicant>) -> Result<String> {
        Ok(self.request()?.applicant.action.to_owned())
    }

    fn stream_name(&mut self, _: Resource<Applicant>) -> Result<Option<String>> {
        Ok(self.request()?.applicant.stream.clone())
    }

    fn target(&mut self, _: Resource<Applicant>) -> Result<String> {
        let request = self.request()?;
        request.is_particular = true;
        Ok(request.applicant.target.clone())
    }

    fn token(&mut self, _: Resource<Applicant>) -> Result<Option<String>> {
        Ok(self.request()?.applicant.token.clone())
    }

    fn user(&mut self, _: Resource<Applicant>) -> Result<Option<String>> {
        Ok(self.request()?.applicant.user.clone())
    }

    fn header(&mut self, _: Resource<Applicant>, name: String) -> Result<Option<String>> {
        let request = self.request()?;
        request.is_particular |= !is_credential(&name);
        let headers = &request.applicant.headers;
        Ok(headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(&name)).map(|(_, value)| value.clone()))
    }

    fn address(&mut self, _: Resource<Applicant>) -> Result<String> {
        Ok(self.request()?.applicant.address.to_string())
    }

    fn time(&mut self, _: Resource<Applicant>) -> Result<u64> {
        let since = self.request()?.applicant.time.duration_since(UNIX_EPOCH).unwrap_or_default();
        Ok(u64::try_from(since.as_nanos()).unwrap_or(u64::MAX))
    }

    fn remember_for(&mut self, _: Resource<Applicant>, seconds: u32) -> Result<()> {
        self.request()?.remember = Some(Duration::from_secs(seconds.into()).min(MAX_REMEMBERED));
        Ok(())
    }

    fn identify(&mut self, _: Resource<Applicant>, name: String) -> Result<()> {
        self.request()?.name = Some(printable(&name).chars().take(MAX_NAME).collect());
        Ok(())
    }

    fn drop(&mut self, _: Resource<Applicant>) -> Result<()> {
        Ok(()) // it is only ever lent
    }
}
