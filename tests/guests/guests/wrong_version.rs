//! Made for a version of the interfaces that does not exist yet.
wit_bindgen::generate!({
    inline: "
        package framegate:plugin@0.9.0;
        interface host { stream-name: func() -> string; }
        interface lifecycle {
            record mistake { path: string, message: string }
            describe: func() -> string;
            configure: func(options: string) -> result<_, list<mistake>>;
        }
        world of-tomorrow { import host; export lifecycle; }
    ",
});

struct Tomorrow;

impl exports::framegate::plugin::lifecycle::Guest for Tomorrow {
    fn describe() -> String {
        framegate::plugin::host::stream_name()
    }

    fn configure(_: String) -> Result<(), Vec<exports::framegate::plugin::lifecycle::Mistake>> {
        Ok(())
    }
}

export!(Tomorrow);
