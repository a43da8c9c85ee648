//! A format policy: JPEG, one step of the rate down for who is slow, one up for who is not. Whose URL asks for a width of 333 gets a trap.

wit_bindgen::generate!({ path: "../../wit", world: "format-policy", generate_all });

use exports::framegate::plugin::format_chooser;
use exports::framegate::plugin::lifecycle::{self, Mistake};
use framegate::plugin::viewers::{Choice, Viewer};

struct Steps;

const RATES: [f32; 6] = [1.0, 2.0, 5.0, 10.0, 15.0, 30.0];

impl lifecycle::Guest for Steps {
    fn describe() -> String {
        r#"{"name":"steps","version":"0.1.0","description":"One step at a time."}"#.into()
    }

    fn configure(options: String) -> Result<(), Vec<Mistake>> {
        match options.as_str() {
            "{}" => Ok(()),
            _ => Err(vec![Mistake { path: String::new(), message: "there are none".into() }]),
        }
    }
}

impl format_chooser::Guest for Steps {
    fn choose(viewer: &Viewer) -> Choice {
        assert_ne!(viewer.asked_width(), Some(333), "no such width");
        let choice = Choice::new("image/jpeg");
        if let Some(current) = viewer.current() {
            let is_slow = viewer.write_wait() > 0.2 || viewer.skipped() > 1.0;
            let now = RATES.iter().position(|rate| *rate >= current.rate).unwrap_or(RATES.len() - 1);
            let next = if is_slow { now.saturating_sub(1) } else { (now + 1).min(RATES.len() - 1) };
            choice.set_rate(RATES[next]);
        }
        choice
    }
}

export!(Steps);
