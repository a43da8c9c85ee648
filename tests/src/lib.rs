//! What the end-to-end tests are made of: a scripted camera, clips whose pictures say their number, the real program with its clients, a browser.
//!
//! Owns test doubles only; the tests themselves are the files beside this folder, one subject each. Everything listens on a free port of
//! 127.0.0.1, every wait has a limit, and every process that is started here ends with the handle that started it.
#![forbid(unsafe_code)]

pub mod browser;
pub mod camera;
pub mod client;
pub mod clip;
pub mod exposition;
pub mod eyes;
pub mod files;
pub mod link;
pub mod players;
pub mod program;
pub mod prometheus;
pub mod provider;
pub mod proxy;
pub mod real;
pub mod registry;
pub mod sandbox;
pub mod scene;
pub mod secured;
pub mod session;
pub mod still;
pub mod tool;
pub mod workshop;
