//! Ends its own process, as it thinks.
use framegate_guests::framegate_plugin::Picture;

fn misbehave(_: &Picture) {
    std::process::exit(3);
}

framegate_guests::guest!(misbehave);
