//! Traps without a word.
use framegate_guests::framegate_plugin::Picture;

fn misbehave(_: &Picture) {
    #[cfg(target_arch = "wasm32")]
    core::arch::wasm32::unreachable();
}

framegate_guests::guest!(misbehave);
