//! Keeps a mebibyte of each picture and never gives one back.
use framegate_guests::framegate_plugin::Picture;

fn misbehave(_: &Picture) {
    std::mem::forget(std::hint::black_box(vec![1u8; 1 << 20]));
}

framegate_guests::guest!(misbehave);
