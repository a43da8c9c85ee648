//! A strict validator of HLS: playlists, what they become from load to load, and the media that they name.
//!
//! It shares no code with what it judges, so that a mistake is not made twice, and it has no library of packaging: readers of its own for playlists,
//! fragmented MP4 and transport streams. It is pure: no I/O, no clock, no threads; bytes and times are passed in, [`finding::Finding`]s come out. Bad
//! bytes are findings and never a panic.
//!
//! | module | what it checks |
//! |---|---|
//! | [`playlist`] | how playlists are written: lines, tags and where they may be, attribute lists by the table of their tag, numbers, dates |
//! | [`rules`] | what one playlist says: durations, parts, hold-backs, version, dates, URIs; variants and groups |
//! | [`succession`] | consecutive loads: what stays, what may go, counters, hints, delta updates (and [`succession::merge`]) |
//! | [`fmp4`] | boxes, sample entries and codec names, layout of samples, NAL units, times that go on, durations, tracks in step |
//! | [`ts`] | packets, tables, counters, program clock, PES times with their wrap, access units, ADTS frames, durations, tracks in step |
//! | [`watch`] | all of it over time, as a client loads it: which requests to make, figures, multivariant playlist against media |
//!
//! Each rule is a row of [`rule::ALL`], with the section that states it; a rule is an error where a MUST is broken (or one of this project's own), else
//! advice. Sections of "rfc8216bis" are those of draft-pantos-hls-rfc8216bis.
//!
//! Not checked: HTTP (status beyond failure, how long what was removed stays there, types, caching, compression), encryption, date ranges, variables, content steering, I-frame playlists,
//! subtitles, byte ranges of media; whether pictures and sound decode; what parameter sets say beyond profile and, of H.264 in MP4, size; `CODECS` of transport streams;
//! B-frames of open GOPs, whose leading pictures lie in the segment after; renditions against each other.
#![forbid(unsafe_code)]

mod bytes;
pub mod finding;
pub mod fmp4;
pub mod playlist;
pub mod rule;
pub mod rules;
pub mod succession;
pub mod ts;
pub mod uri;
pub mod watch;
