//! Well behaved: counts its pictures in `state`, tells each in an event with what it found before, and drops every third.
use framegate_guests::framegate_plugin::{Annotation, Mistake, Picture, Plugin, Verdict, calendar, host, state, types};

#[derive(serde::Deserialize)]
struct Options {
    /// Panics at this count.
    #[serde(default)]
    panic_at: u64,
}

struct Diary {
    panic_at: u64,
}

impl Plugin for Diary {
    type Options = Options;
    const OPTIONS: &'static str = "{}";

    fn configure(Options { panic_at }: Options) -> Result<Self, Vec<Mistake>> {
        Ok(Self { panic_at })
    }

    fn process(&mut self, picture: &Picture) -> Verdict {
        let count =
            state::get("count").map_or(0, |bytes| u64::from_le_bytes(bytes.try_into().expect("eight bytes"))) + 1;
        state::set("count", &count.to_le_bytes()).expect("room for eight bytes");
        assert_ne!(count, self.panic_at, "a bad day");
        let area = types::Rect { x: 1, y: 2, width: 3, height: 4 };
        picture.annotate(&Annotation {
            label: host::plugin_name(),
            score: 0.5,
            area,
            track: Some(count),
            attributes: vec![],
        });
        let found: Vec<_> = picture.annotations().into_iter().map(|found| format!("\"{}\"", found.label)).collect();
        let year = calendar::civil(picture.received_at(), "UTC").expect("a zone").year;
        println!("picture {count} of {}", host::stream_name());
        host::emit("diary", &format!("{{\"count\":{count},\"found\":[{}],\"year\":{year}}}", found.join(",")));
        host::emit("Not A Kind", "{}");
        if count.is_multiple_of(3) { Verdict::Drop } else { Verdict::Keep }
    }
}

framegate_guests::framegate_plugin::export!(Diary);
