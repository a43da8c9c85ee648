//! Logs and prints without end, almost.
use framegate_guests::framegate_plugin::{Picture, host};

fn misbehave(_: &Picture) {
    for n in 0..5_000 {
        host::log(host::Level::Error, &format!("line {n} \x1b[31m of a flood\n{}", "x".repeat(100)));
        println!("print {n}");
    }
}

framegate_guests::guest!(misbehave);
