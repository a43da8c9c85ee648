//! Never comes out of its start code: nothing of it can be asked.
use framegate_guests::framegate_plugin::Picture;

extern "C" fn start() {
    loop {
        std::hint::spin_loop();
    }
}

// SAFETY: the linker's list of functions that run when a program starts takes pointers to functions like this one.
#[used]
#[unsafe(link_section = ".init_array")]
static START: extern "C" fn() = start;

fn misbehave(_: &Picture) {}

framegate_guests::guest!(misbehave);
