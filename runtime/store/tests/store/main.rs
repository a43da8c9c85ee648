//! Stores, what writes into them, and what is found in them afterwards.

mod backends;
mod bucket;
mod keeping;
mod kills;
mod scripted;
mod window;
