//! Panics, and says why.
use framegate_guests::framegate_plugin::Picture;

fn misbehave(picture: &Picture) {
    panic!("nothing good in picture {}", picture.sequence());
}

framegate_guests::guest!(misbehave);
