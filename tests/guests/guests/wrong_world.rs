//! Made for another program: a component, but no plugin.
wit_bindgen::generate!({
    inline: "
        package other:program@1.0.0;
        world greeter { export greet: func(name: string) -> string; }
    ",
});

struct Greeter;

impl Guest for Greeter {
    fn greet(name: String) -> String {
        format!("hello {name}")
    }
}

export!(Greeter);
