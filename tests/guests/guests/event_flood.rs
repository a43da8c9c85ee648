//! Emits events without end, almost; most of them are none.
use framegate_guests::framegate_plugin::{Picture, host};

fn misbehave(_: &Picture) {
    for _ in 0..5_000 {
        host::emit("flood", "{\"n\":1}");
        host::emit("FLOOD", "{}");
        host::emit("flood", "no json");
    }
}

framegate_guests::guest!(misbehave);
