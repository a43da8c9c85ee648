//! Wants all memory there is, and touches it.
use framegate_guests::framegate_plugin::Picture;

fn misbehave(_: &Picture) {
    let mut hoard = Vec::new();
    loop {
        hoard.push(std::hint::black_box(vec![1u8; 1 << 20]));
    }
}

framegate_guests::guest!(misbehave);
