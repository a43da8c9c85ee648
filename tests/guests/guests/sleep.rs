//! Makes its thread wait without using any CPU time.
use framegate_guests::framegate_plugin::Picture;

fn misbehave(_: &Picture) {
    std::thread::sleep(std::time::Duration::from_secs(3600));
}

framegate_guests::guest!(misbehave);
