//! What is made of units of any kind, in any order, is what players can read: files and playlists are judged by the strict validator.
//!
//! `bytes` ▸ [`script`] ▸ [`camera`] ▸ the code that is checked ▸ [`client`], who knows what cannot be asked of it.

mod camera;
mod client;
mod excuse;
mod muxer;
mod query;
mod script;

use packaging::hls::packager::Container;

use camera::Camera;
use client::Client;
use script::Script;

pub use query::playlist_query;

/// What one input may ask for, so that none takes seconds.
const STEPS: usize = 400;

/// Fragmented mp4 with parts or without, and its playlists.
pub fn fmp4(data: &[u8]) {
    watch(Script::new(data), Container::Mp4);
}

/// Transport streams of whole segments and their playlists, or what the muxer writes when it is called in any order.
pub fn transport_stream(data: &[u8]) {
    let mut script = Script::new(data);
    match script.byte() % 4 {
        0 => muxer::run(script),
        _ => watch(script, Container::Ts),
    }
}

fn watch(mut script: Script<'_>, container: Container) {
    let mut client = Client::new(&mut script, container);
    let mut camera = Camera::default();
    for _ in 0..STEPS {
        if script.is_over() {
            break;
        }
        client.take(camera.next(&mut script));
    }
    client.judge();
}
