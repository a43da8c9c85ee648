//! Plugins in a plain `cargo test`, on the host: no component is built, no Framegate runs. Only there; for `wasm32` there is no such module.
//!
//! ```
//! # use framegate_plugin::{Mistake, Picture, Plugin, Verdict, drawing, types};
//! # struct Bar(u32);
//! # impl Plugin for Bar {
//! #     type Options = std::collections::BTreeMap<String, u32>;
//! #     const OPTIONS: &'static str = "{}";
//! #     fn configure(options: Self::Options) -> Result<Self, Vec<Mistake>> {
//! #         Ok(Self(options["width"]))
//! #     }
//! #     fn process(&mut self, picture: &Picture) -> Verdict {
//! #         let area = types::Rect { x: 0, y: 0, width: self.0, height: picture.size().height };
//! #         drawing::fill(picture, area, types::Color { red: 255, green: 0, blue: 0, alpha: 255 });
//! #         Verdict::Keep
//! #     }
//! # }
//! use framegate_plugin::harness::{Test, json};
//!
//! let mut test = Test::<Bar>::new(json!({ "width": 40 })).unwrap();
//! let shown = test.show(Picture::black(640, 360));
//! assert_eq!(shown.verdict, Verdict::Keep);
//! assert!(shown.picture.pixel(10, 10).red > 250 && shown.picture.pixel(50, 10).red < 5);
//! assert_eq!(shown.picture.drawn().len(), 1);
//! ```
//!
//! As in the host, the picture role and the others run as two instances that share only `state`, both configured; HTTP is had only in `tick`,
//! `deliver` and `decide`; each test has a world of its own.

mod schema;

use std::cell::RefCell;
use std::rc::Rc;

pub use schema::schema_agrees;
pub use serde_json::{Value, json};

pub use crate::native::drawing::Drawn;
pub use crate::native::http::{Answer, Asked};
pub use crate::native::viewers::Chosen;
use crate::native::world::{Call, World, enter};
use crate::{
    AccessPolicy, Applicant, Configure, Decision, Event, EventSink, Failure, FormatPolicy, Mistake, Picture, Plugin,
    Poller, Verdict, Viewer, host, http, mistake,
};

/// A plugin on stream `lobby`, as `test` in `streams.toml`.
pub struct Test<P> {
    world: Rc<RefCell<World>>,
    pictures: P,
    others: P,
}

/// What became of a picture.
#[derive(Debug)]
pub struct Shown {
    /// What the plugin said.
    pub verdict: Verdict,
    /// With what it drew and found.
    pub picture: Picture,
}

impl<P: Configure> Test<P> {
    /// Configures both instances with these options, as `streams.toml` would give them.
    pub fn new(options: Value) -> Result<Self, Vec<Mistake>> {
        let world = Rc::new(RefCell::new(World::new("lobby", "test")));
        let (pictures, others) = (configured(&world, &options)?, configured(&world, &options)?);
        Ok(Self { world, pictures, others })
    }

    /// Gives both instances other options; after a mistake the old ones stay in force.
    pub fn configure(&mut self, options: Value) -> Result<(), Vec<Mistake>> {
        (self.pictures, self.others) = (configured(&self.world, &options)?, configured(&self.world, &options)?);
        Ok(())
    }

    /// From now on requests are answered by this; without it they fail.
    pub fn answer(&mut self, answers: impl FnMut(&Asked) -> Result<Answer, http::Error> + 'static) {
        self.world.borrow_mut().answers = Box::new(answers);
    }

    /// What was asked by HTTP since the last call of this.
    pub fn asked(&mut self) -> Vec<Asked> {
        std::mem::take(&mut self.world.borrow_mut().asked)
    }

    /// The events since the last call of this: kind and data.
    pub fn emitted(&mut self) -> Vec<(String, Value)> {
        std::mem::take(&mut self.world.borrow_mut().emitted)
    }

    /// The log since the last call of this.
    pub fn logged(&mut self) -> Vec<(host::Level, String)> {
        std::mem::take(&mut self.world.borrow_mut().log)
    }

    /// A value of `state`.
    pub fn state(&self, key: &str) -> Option<Vec<u8>> {
        self.world.borrow().state.get(key).cloned()
    }

    /// As if the plugin had set it.
    pub fn set_state(&mut self, key: &str, value: &[u8]) {
        self.world.borrow_mut().state.insert(key.into(), value.to_vec());
    }
}

fn configured<P: Configure>(world: &Rc<RefCell<World>>, options: &Value) -> Result<P, Vec<Mistake>> {
    let options = mistake::read(&options.to_string())?;
    enter(world, Call::Configure, || <P as Configure>::configure(options))
}

impl<P: Plugin> Test<P> {
    /// Shows it a picture.
    pub fn show(&mut self, picture: Picture) -> Shown {
        let verdict = enter(&self.world, Call::Process, || self.pictures.process(&picture));
        Shown { verdict, picture }
    }
}

impl<P: Poller> Test<P> {
    /// It is time.
    pub fn tick(&mut self) -> Result<(), String> {
        enter(&self.world, Call::Tick, || self.others.tick())
    }
}

impl<P: EventSink> Test<P> {
    /// Gives it an event.
    pub fn deliver(&mut self, event: &Event) -> Result<(), Failure> {
        enter(&self.world, Call::Deliver, || self.others.deliver(event))
    }
}

impl<P: FormatPolicy> Test<P> {
    /// Has it choose.
    pub fn choose(&mut self, viewer: &Viewer) -> Chosen {
        enter(&self.world, Call::Choose, || self.others.choose(viewer)).into_inner()
    }
}

impl<P: AccessPolicy> Test<P> {
    /// Has it decide; what it says of the applicant is kept there.
    pub fn decide(&mut self, applicant: &Applicant) -> Decision {
        enter(&self.world, Call::Decide, || self.others.decide(applicant))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{Annotation, calendar, drawing, state, types};

    /// Counts pictures in `state`, and says the count when it is time.
    struct Counter {
        first: u8,
    }

    const MOVED: types::Rect = types::Rect { x: 160, y: 0, width: 160, height: 180 };

    impl Plugin for Counter {
        type Options = u8;
        const OPTIONS: &'static str = r#"{ "type": "integer" }"#;

        fn configure(first: u8) -> Result<Self, Vec<Mistake>> {
            if http::get("http://example.org/").send().is_ok() {
                return Err(vec![Mistake::at("", "no HTTP here")]);
            }
            if first == 0 { Err(vec![Mistake::at("", "must be at least 1, got 0")]) } else { Ok(Self { first }) }
        }

        fn process(&mut self, picture: &Picture) -> Verdict {
            let count = state::get("count").map_or(self.first, |count| count[0] + 1);
            state::set("count", &[count]).expect("room for a byte");
            let year = calendar::civil(picture.received_at(), "Europe/Berlin").expect("a zone").year;
            host::log(host::Level::Info, &format!("{} in {year}", host::stream_name()));
            let moved = picture.motion(types::Size { width: 2, height: 1 }, 10).expect("two cells");
            let attributes = vec![("moved".into(), format!("{moved:?}"))];
            picture.annotate(&Annotation { label: "count".into(), score: 1.0, area: MOVED, track: None, attributes });
            let style = drawing::TextStyle::new(20, types::Color { red: 255, green: 255, blue: 255, alpha: 255 });
            drawing::text(picture, types::Point { x: 0, y: 0 }, &count.to_string(), &style);
            if count.is_multiple_of(2) { Verdict::Drop } else { Verdict::Keep }
        }
    }

    impl Poller for Counter {
        fn tick(&mut self) -> Result<(), String> {
            let count = state::get("count").ok_or("no picture yet")?[0];
            host::emit("count", &json!({ "count": count }).to_string());
            let answer = http::post("http://example.org/").header("a", "b").json(&count).send();
            match answer.map_err(|error| format!("{error:?}"))?.status() {
                200 => Ok(()),
                status => Err(format!("status {status}")),
            }
        }
    }

    #[test]
    fn two_instances_share_state_and_are_watched() {
        let mut test = Test::<Counter>::new(json!(7)).unwrap();
        assert_eq!(test.tick().unwrap_err(), "no picture yet");
        let white = types::Color { red: 255, green: 255, blue: 255, alpha: 255 };
        let shown = test.show(Picture::black(320, 180));
        assert_eq!((shown.verdict, shown.picture.texts()), (Verdict::Keep, vec!["7".to_owned()]));
        let shown = test.show(Picture::black(320, 180).painted(MOVED, white).at(Duration::from_secs(1)));
        assert_eq!(shown.verdict, Verdict::Drop);
        assert_eq!(shown.picture.annotations()[0].attributes[0].1, "[0, 255]");
        assert_eq!(test.logged()[1], (host::Level::Info, "lobby in 2026".to_owned()));

        assert!(test.tick().unwrap_err().contains("the test has no answer"));
        test.answer(|asked| Ok(Answer::new(if asked.json() == json!(8) { 503 } else { 404 }, "").header("x", "y")));
        assert_eq!(test.tick().unwrap_err(), "status 503");
        assert_eq!(test.emitted().last().unwrap(), &("count".to_owned(), json!({ "count": 8 })));
        assert_eq!(test.asked()[1].header("Content-Type"), Some("application/json"));
    }

    #[test]
    fn wrong_options_are_the_plugins_own_mistakes() {
        let mistake = |options| Test::<Counter>::new(options).map(|_| ()).unwrap_err().remove(0).message;
        assert_eq!(mistake(json!(0)), "must be at least 1, got 0");
        assert!(mistake(json!("x")).starts_with("invalid type: string"));
        let mut test = Test::<Counter>::new(json!(3)).unwrap();
        test.configure(json!(0)).unwrap_err();
        test.show(Picture::black(2, 2));
        assert_eq!(test.state("count"), Some(vec![3]));
    }
}
