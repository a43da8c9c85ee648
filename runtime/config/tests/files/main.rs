//! `streams.toml` as its reader meets it: good files, mistaken ones, hostile ones, and those in the documents.

mod cases;
mod compat;
mod convert;
mod documents;
mod environment;
mod hostile;
mod loading;
mod schema;
mod speed;
