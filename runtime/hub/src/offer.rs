use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use stream::Feed;
use tokio::sync::watch;

/// What the video outputs of a stream are made of, until it is revoked.
///
/// A stream whose chain has a filter never offers what its camera sent.
#[derive(Debug, Default)]
pub struct Offer {
    variants: Vec<Variant>,
    /// Why there are none.
    why_none: Option<String>,
    /// There will be another before long.
    passing: bool,
    revoked: AtomicBool,
}

/// One way its video is offered: passed through, or re-encoded at a size and bitrate.
#[derive(Clone, Debug)]
pub struct Variant {
    /// As addresses say it: letters, digits and `-`.
    pub name: String,
    /// Its access units, and the stream's sound between them.
    pub feed: Arc<Feed>,
}

impl Offer {
    /// The best variant first.
    pub fn new(variants: Vec<Variant>) -> Self {
        Self { variants, ..Self::default() }
    }

    /// No video, and why.
    pub fn none(why: impl Into<String>) -> Self {
        Self { why_none: Some(why.into()), ..Self::default() }
    }

    /// No video for the moment, and why.
    pub fn passing(why: impl Into<String>) -> Self {
        Self { passing: true, ..Self::none(why) }
    }

    /// Whether there will be another before long.
    pub fn is_passing(&self) -> bool {
        self.passing
    }

    /// The best one first.
    pub fn variants(&self) -> &[Variant] {
        &self.variants
    }

    /// Why there are no variants.
    pub fn why_none(&self) -> Option<&str> {
        self.why_none.as_deref()
    }

    /// Whether what was made of it may still be handed to anybody: asked before each thing that leaves.
    pub fn holds(&self) -> bool {
        !self.revoked.load(Ordering::Acquire)
    }
}

/// The offer of a stream now, told when it is another.
#[derive(Debug)]
pub(crate) struct Offered(watch::Sender<Arc<Offer>>);

impl Offered {
    pub(crate) fn new(offer: Offer) -> Self {
        Self(watch::Sender::new(Arc::new(offer)))
    }

    /// When this returns, nothing that was made of the offer before leaves any more.
    pub(crate) fn replace(&self, offer: Offer) {
        let old = self.0.send_replace(Arc::new(offer));
        old.revoked.store(true, Ordering::Release);
    }

    pub(crate) fn watch(&self) -> watch::Receiver<Arc<Offer>> {
        self.0.subscribe()
    }
}
