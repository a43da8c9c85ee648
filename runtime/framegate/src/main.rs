//! Framegate: IP cameras to browsers, with sandboxed WebAssembly plugins on the way.
#![deny(unsafe_code)]

mod arguments;
mod bundled;
mod certificate;
mod commands;
mod doctor;
mod limits;
mod memory;
mod plugins;
mod registries;
mod reload;
mod service;
mod signals;
mod state;
mod together;
mod watch;

use std::process::ExitCode;

use arguments::{Arguments, Version};

fn main() -> anyhow::Result<ExitCode> {
    let version = Version { commit: env!("FRAMEGATE_COMMIT"), codecs: codec::capabilities().versions };
    match Arguments::read(&version) {
        Arguments::Run { file } => commands::run::run(&file),
        Arguments::Check { file } => commands::check::run(&file),
        Arguments::Schema => commands::schema::run(),
        Arguments::Convert(arguments) => commands::convert::run(&arguments),
        Arguments::Plugin(arguments) => commands::plugin::run(arguments),
        Arguments::User(arguments) => commands::user::run(arguments),
        Arguments::Link { file, stream, action, lasts } => commands::link::run(&file, &stream, action, lasts),
        Arguments::Health(arguments) => commands::health::run(&arguments.url),
        Arguments::Doctor(arguments) => commands::doctor::run(&arguments),
        Arguments::Top(arguments) => commands::top::run(arguments),
        Arguments::Completions { shell } => commands::completions::run(shell, arguments::described(&version)),
        Arguments::Man { out } => commands::man::run(out.as_deref(), arguments::described(&version)),
        Arguments::Compile { input, output } => commands::compile::run(&input, &output),
    }
}
