//! Who may do what: rules, asked before anything that lets somebody in.
//!
//! Owns the decision and its reason: what a listener lets in at all ([`Admits`], [`Policy`]), who somebody is ([`Rules`], [`Jwt`]) and what they may
//! ([`Person`]), and which of an identity provider's keys are in force ([`Keyring`]); fetching them is the issuer room's.
//! Does not own how a request is read nor how a refusal is told (`web`). No I/O and no clock: what is known of a request is passed in. The one thing that
//! comes from the system is random bytes.
//!
//! Where nothing is written everything is allowed to loopback, and the only danger is a web page that makes a browser on this machine ask: pages of
//! other origins, and names that were made to point here (DNS rebinding), are refused. With `access = "open"` everything is allowed to everybody who
//! can connect. With users, tokens or `[anonymous]` each request is somebody's, from this machine too. In all three pages of other origins change nothing.
//!
//! Architecture invariant: a secret is compared as a keyed hash, or by argon2; none is in what these types print.
#![forbid(unsafe_code)]

mod attempts;
mod jwt;
mod links;
mod listen;
mod origin;
mod password;
mod person;
mod policy;
mod proxies;
mod quota;
mod random;
mod remembered;
mod rules;
mod sessions;

pub use attempts::Attempts;
pub use jwt::{BadKeys, BadToken, Jwt, Keyring, Keys, News};
pub use links::{LONGEST_LINK, Link, LinkAction, Links};
pub use listen::{Admits, NotAllowed, check_listen};
pub use password::{BadPassword, Claim, hash};
pub use person::{Denied, Kind, Person};
pub use policy::{Action, Ask, Manner, Page, Policy, Refused};
pub use proxies::Proxies;
pub use quota::{Client, Quota};
pub use remembered::Remembered;
pub use rules::{Rulebook, Rules};
pub use sessions::Sessions;
