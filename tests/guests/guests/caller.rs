//! A poller, an event sink and an access policy in one: does over HTTP what its options say, and keeps what it saw in `state`.
use framegate_guests::framegate_plugin::{
    AccessPolicy, Applicant, Configure, Decision, Event, EventSink, Failure, Mistake, Poller, host, http, state,
};

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Options {
    /// Where it sends what it is told.
    url: String,
    /// What it does beside that: `nothing`, `loop`, `sleep`, `trap`, `refuse`.
    then: String,
}

impl Default for Options {
    fn default() -> Self {
        Self { url: String::new(), then: "nothing".into() }
    }
}

struct Caller {
    options: Options,
}

impl Configure for Caller {
    type Options = Options;
    const OPTIONS: &'static str = r#"{ "type": "object" }"#;

    fn configure(options: Options) -> Result<Self, Vec<Mistake>> {
        Ok(Self { options })
    }
}

impl Caller {
    /// The status, or why there is none.
    fn send(&self, body: &str) -> Result<u16, String> {
        if self.options.url.is_empty() {
            return Ok(200);
        }
        let answer = http::post(&self.options.url).header("content-type", "text/plain").body(body.as_bytes()).send();
        let answer = answer.map_err(|error| format!("{error:?}"))?;
        state::set("answer", &answer.body()).map_err(|error| error.to_string())?;
        Ok(answer.status())
    }

    fn misbehave(&self) {
        match self.options.then.as_str() {
            "loop" => loop {
                std::hint::spin_loop();
            },
            "sleep" => std::thread::sleep(std::time::Duration::from_secs(3600)),
            "trap" => panic!("a bad day"),
            _ => {}
        }
    }
}

impl Poller for Caller {
    fn tick(&mut self) -> Result<(), String> {
        self.misbehave();
        let count = state::get("ticks").map_or(0, |bytes| bytes[0]) + 1;
        state::set("ticks", &[count]).map_err(|error| error.to_string())?;
        let status = self.send(&format!("tick {count} of {}", host::stream_name()))?;
        host::emit("ticked", &format!("{{\"status\":{status},\"count\":{count}}}"));
        if status == 200 { Ok(()) } else { Err(format!("status {status}")) }
    }
}

impl EventSink for Caller {
    fn deliver(&mut self, event: &Event) -> Result<(), Failure> {
        self.misbehave();
        let still = event.still().map_or(0, |still| still.len());
        let found: Vec<_> =
            event.annotations().iter().map(|found| format!("{}@{}", found.label, found.area.x)).collect();
        let body = format!(
            "{} {} {} {} still={} found={}",
            event.attempt(),
            event.kind(),
            event.plugin_name().unwrap_or_default(),
            event.data(),
            still > 0,
            found.join(",")
        );
        match self.send(&body) {
            Ok(200) => Ok(()),
            Ok(429) => Err(Failure::Again(50)),
            Ok(status) if status >= 500 => Err(Failure::Again(0)),
            Ok(status) => Err(Failure::Refused(format!("status {status}"))),
            Err(words) => Err(Failure::Refused(words)),
        }
    }
}

impl AccessPolicy for Caller {
    fn decide(&mut self, applicant: &Applicant) -> Decision {
        self.misbehave();
        match applicant.token().as_deref() {
            Some("secret") => {
                applicant.identify("friend");
                Decision::Allow
            }
            Some("brief") => {
                applicant.remember_for(0);
                Decision::Allow
            }
            Some(_) => Decision::Refuse("a wrong token".into()),
            None => Decision::Challenge,
        }
    }
}

framegate_guests::framegate_plugin::export!(Caller: Poller + EventSink + AccessPolicy);
