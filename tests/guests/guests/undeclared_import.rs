//! Wants a shell.
wit_bindgen::generate!({
    inline: "
        package framegate:plugin@0.1.0;
        interface lifecycle {
            record mistake { path: string, message: string }
            describe: func() -> string;
            configure: func(options: string) -> result<_, list<mistake>>;
        }
        interface shell { run: func(command: string); }
        world wants-a-shell { import shell; export lifecycle; }
    ",
});

struct Wants;

impl exports::framegate::plugin::lifecycle::Guest for Wants {
    fn describe() -> String {
        framegate::plugin::shell::run("rm -rf /");
        "{}".into()
    }

    fn configure(_: String) -> Result<(), Vec<exports::framegate::plugin::lifecycle::Mistake>> {
        Ok(())
    }
}

export!(Wants);
