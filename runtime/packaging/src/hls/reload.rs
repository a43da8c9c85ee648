//! What the query of a media playlist asks for: delivery directives (section 6.2.5). Pure.

use super::playlist::Skip;
use super::window::{Progress, Window};

/// Delivery directives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reload {
    /// `_HLS_msn` and `_HLS_part`: the segment, and the part of it, that the playlist is to have.
    pub until: Option<(u64, Option<u32>)>,
    /// `_HLS_skip`.
    pub skip: Skip,
}

/// Why a query is answered with 400.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadReload {
    /// Not what it may be.
    #[error("`{0}` is {1}")]
    Value(&'static str, &'static str),
    /// Section 6.2.5.2: it needs the other one.
    #[error("`_HLS_part` needs `_HLS_msn` beside it")]
    PartAlone,
    /// Section 6.2.5.2: further ahead than the server is to wait for.
    #[error("segment {asked} is asked for, the playlist ends with {last}")]
    TooFar {
        /// What is asked for.
        asked: u64,
        /// What there is.
        last: u64,
    },
}

impl BadReload {
    /// The parameter that is wrong.
    pub fn parameter(&self) -> &'static str {
        match self {
            Self::Value(name, _) => name,
            Self::PartAlone => "_HLS_part",
            Self::TooFar { .. } => "_HLS_msn",
        }
    }
}

/// What is to be done about a reload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The playlist as it is has it.
    Now,
    /// Not before the window is as far as this.
    When(Progress),
}

impl Reload {
    /// Reads a query. Directives that are not known are passed over, as section 6.2.5 wants.
    pub fn parse(query: Option<&str>) -> Result<Self, BadReload> {
        let (mut msn, mut part, mut skip) = (None, None, Skip::No);
        for (name, value) in query.unwrap_or_default().split('&').filter_map(|pair| pair.split_once('=')) {
            let whole = BadReload::Value;
            match name {
                "_HLS_msn" => msn = Some(value.parse().map_err(|_| whole("_HLS_msn", "a whole number"))?),
                "_HLS_part" => part = Some(value.parse().map_err(|_| whole("_HLS_part", "a whole number"))?),
                "_HLS_skip" => {
                    skip = match value {
                        // v2 also leaves out date ranges, of which there are none.
                        "YES" | "v2" => Skip::Yes,
                        _ => return Err(BadReload::Value("_HLS_skip", "`YES` or `v2`")),
                    };
                }
                _ => {}
            }
        }
        match (msn, part) {
            (None, Some(_)) => Err(BadReload::PartAlone),
            (None, None) => Ok(Self { until: None, skip }),
            (Some(msn), part) => Ok(Self { until: Some((msn, part)), skip }),
        }
    }

    /// Whether the playlist of a window is what is asked for.
    pub fn answer(&self, window: &Window) -> Result<Answer, BadReload> {
        // "A Server that does not support Blocking Playlist Reload ... ignores them."
        let (Some((msn, part)), Some(part_target)) = (self.until, window.part_target()) else {
            return Ok(Answer::Now);
        };
        let progress = window.progress();
        let last = progress.msn.saturating_sub(1);
        if msn > last.saturating_add(2) {
            return Err(BadReload::TooFar { asked: msn, last });
        }
        let Some(part) = part else {
            // The whole of it.
            return Ok(reach(progress, Progress { msn: msn.saturating_add(1), parts: 0 }));
        };
        // "three divided by the Part Target Duration if that is less than one second, or three otherwise".
        let ahead = (3.0 / part_target.as_secs_f64().clamp(0.001, 1.0)).ceil() as u32;
        if msn >= progress.msn && part.saturating_sub(if msn == progress.msn { progress.parts } else { 0 }) > ahead {
            return Err(BadReload::TooFar { asked: msn, last });
        }
        let complete = window.segments().iter().find(|segment| segment.msn == msn);
        Ok(match complete {
            // "If the Part Index exceeds that of the last part of the segment it is the first one of the next."
            Some(segment) if part as usize >= segment.parts.len() => {
                reach(progress, Progress { msn: msn.saturating_add(1), parts: 1 })
            }
            Some(_) => Answer::Now,
            None => reach(progress, Progress { msn, parts: part.saturating_add(1) }),
        })
    }
}

fn reach(now: Progress, asked: Progress) -> Answer {
    if now >= asked { Answer::Now } else { Answer::When(asked) }
}
