//! Never comes back.
use framegate_guests::framegate_plugin::Picture;

fn misbehave(_: &Picture) {
    loop {
        std::hint::black_box(());
    }
}

framegate_guests::guest!(misbehave);
