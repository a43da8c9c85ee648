use framegate_plugin::Viewer;

/// A viewer that skips a larger share than this is too slow for what it gets: below it is chance.
const SKIPPED: f32 = 0.05;
/// So is one whose writes wait for this share of the time: there is no room for a larger picture.
const WAITING: f32 = 0.85;
/// What a link is to be busy with after less is sent: as much as it takes without being slow.
const AIM: f32 = 0.75;

/// How a viewer gets on with what it is sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Standing {
    /// Its link takes this share of what it is sent, 0 to 1.
    Slow { keep: f32 },
    /// Its link is busy for this share of the time, when all pictures of its rate come.
    Well { busy: f32 },
    /// There is nothing to tell it by: nothing was sent.
    Steady,
}

impl Standing {
    /// `expected` is how many pictures a second it should get.
    pub(crate) fn of(viewer: &Viewer, expected: f32) -> Self {
        let (delivered, skipped, waits) = (viewer.delivered(), viewer.skipped(), viewer.write_wait());
        let sent = delivered + skipped;
        if sent <= 0.0 {
            return Self::Steady;
        }
        if skipped > SKIPPED * sent || waits > WAITING {
            return Self::Slow { keep: AIM * (delivered / sent) / waits.max(AIM) };
        }
        // Where a plugin keeps pictures back, the link has a rest that it will not always have.
        Self::Well { busy: waits * (expected / sent).max(1.0) }
    }
}
