use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::host::Level;
use super::http::{Answer, Asked, HttpError};
use crate::types::Size;

/// What the host is to one plugin on one stream: what it was told, what it keeps, what it answers.
pub(crate) struct World {
    pub(crate) stream: String,
    pub(crate) plugin: String,
    pub(crate) log: Vec<(Level, String)>,
    pub(crate) emitted: Vec<(String, serde_json::Value)>,
    pub(crate) state: BTreeMap<String, Vec<u8>>,
    pub(crate) asked: Vec<Asked>,
    pub(crate) answers: Box<Answers>,
    pub(crate) call: Call,
    /// The thumbnail that `picture.motion` compares with.
    pub(crate) motion: Option<(Size, Vec<u8>)>,
}

/// How a test answers.
type Answers = dyn FnMut(&Asked) -> Result<Answer, HttpError>;

/// What the plugin is called for: not everything may be asked at any time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Call {
    Configure,
    Process,
    Tick,
    Deliver,
    Choose,
    Decide,
}

thread_local! {
    static CURRENT: RefCell<Vec<Rc<RefCell<World>>>> = const { RefCell::new(Vec::new()) };
}

impl World {
    pub(crate) fn new(stream: &str, plugin: &str) -> Self {
        Self {
            stream: stream.into(),
            plugin: plugin.into(),
            log: Vec::new(),
            emitted: Vec::new(),
            state: BTreeMap::new(),
            asked: Vec::new(),
            answers: Box::new(|_| Err(HttpError::Failed("the test has no answer".into()))),
            call: Call::Configure,
            motion: None,
        }
    }
}

/// Lets a plugin's code see this world.
pub(crate) fn enter<T>(world: &Rc<RefCell<World>>, call: Call, act: impl FnOnce() -> T) -> T {
    /// A plugin that panics leaves too: the test may go on.
    struct Leave;
    impl Drop for Leave {
        fn drop(&mut self) {
            CURRENT.with_borrow_mut(|worlds| worlds.pop());
        }
    }
    world.borrow_mut().call = call;
    CURRENT.with_borrow_mut(|worlds| worlds.push(world.clone()));
    let _leave = Leave;
    act()
}

/// The world that the code is in.
///
/// # Panics
///
/// Where there is none.
pub(crate) fn current<T>(act: impl FnOnce(&mut World) -> T) -> T {
    let world = CURRENT.with_borrow(|worlds| worlds.last().cloned());
    let world = world.expect("a test calls a plugin through `harness::Test`, which plays the host");
    let mut world = world.borrow_mut();
    act(&mut world)
}
