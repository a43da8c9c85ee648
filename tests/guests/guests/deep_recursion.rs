//! Calls itself without end. Its frames lie on the engine's stack, not in its own memory.
use framegate_guests::framegate_plugin::Picture;

fn misbehave(_: &Picture) {
    std::hint::black_box(deeper(1));
}

#[allow(unconditional_recursion, reason = "what this guest is for")]
#[inline(never)]
fn deeper(depth: u64) -> u64 {
    std::hint::black_box(deeper(std::hint::black_box(depth) + 1)) + depth
}

framegate_guests::guest!(misbehave);
