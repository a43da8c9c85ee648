//! Asks about a picture by a handle that it made up.
use framegate_guests::framegate_plugin::Picture;

fn misbehave(_: &Picture) {
    // SAFETY: none; that is the point.
    let forged = std::mem::ManuallyDrop::new(unsafe { Picture::from_handle(0x00be_ef00) });
    std::hint::black_box(forged.size());
}

framegate_guests::guest!(misbehave);
