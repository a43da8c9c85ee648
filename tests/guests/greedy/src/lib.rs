//! Claims two gigabytes of memory: they are asked for when an instance is made.
use framegate_guests::framegate_plugin::Picture;

fn misbehave(_: &Picture) {}

framegate_guests::guest!(misbehave);
