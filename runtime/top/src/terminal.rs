//! The terminal: drawn on when something changed, read by a thread of its own, and given back as it was, also after a panic.

use std::io::{self, IsTerminal as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use ratatui::crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use tokio::sync::{mpsc, watch};
use tokio::task::AbortHandle;

use crate::client::Client;
use crate::keys::Key;
use crate::model::{Model, Outcome};
use crate::{Colors, Error, feed, screen};

/// What the server said and was not drawn yet: when it is full the feed waits.
const TOLD: usize = 64;
/// Keys that were pressed and are not done yet: when it is full the thread waits, and the system keeps them.
const KEYS: usize = 16;
/// How often the thread looks whether it is to end.
const LOOKS: Duration = Duration::from_millis(100);

/// Something from the terminal.
enum Input {
    Key(Key),
    /// Its size is another one.
    Resized,
}

/// Until somebody wants no more.
pub(crate) async fn run(client: Client, colors: Colors) -> Result<(), Error> {
    if !io::stdout().is_terminal() {
        return Err(Error::NoTerminal);
    }
    let mut model = Model::new(client.base(), client.has_token());
    let (told, mut coming) = mpsc::channel(TOLD);
    let (wanted, asked) = watch::channel(None);
    let _feed = Ends(tokio::spawn(feed::run(client, asked, told)).abort_handle());
    let mut terminal = ratatui::try_init()?;
    let _given_back = GivenBack;
    let (_keys, mut pressed) = Keys::read();
    loop {
        terminal.draw(|frame| screen::draw(frame, &model, colors))?;
        tokio::select! {
            Some(message) = coming.recv() => {
                model.told(message);
                // A burst is drawn once.
                while let Ok(message) = coming.try_recv() {
                    model.told(message);
                }
            }
            input = pressed.recv() => match input {
                Some(Input::Key(key)) if model.pressed(key) == Outcome::Quit => return Ok(()),
                Some(_) => {}
                // The terminal is gone.
                None => return Ok(()),
            }
        }
        wanted.send_if_modified(|before| {
            let now = model.wanted();
            let is_new = *before != now;
            *before = now;
            is_new
        });
    }
}

/// Ends a task.
struct Ends(AbortHandle);

impl Drop for Ends {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Leaves the terminal as it was.
struct GivenBack;

impl Drop for GivenBack {
    fn drop(&mut self) {
        ratatui::restore();
    }
}

/// The thread that reads keys; it ends with this handle.
struct Keys {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Keys {
    fn read() -> (Self, mpsc::Receiver<Input>) {
        let (pressed, coming) = mpsc::channel(KEYS);
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let thread = std::thread::Builder::new().name("keys".into()).spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                let input = match event::poll(LOOKS) {
                    Ok(false) => continue,
                    Ok(true) => event::read(),
                    Err(error) => Err(error),
                };
                let input = match input {
                    Ok(Event::Key(event)) => key(event).map(Input::Key),
                    Ok(Event::Resize(..)) => Some(Input::Resized),
                    Ok(_) => None,
                    Err(_) => return,
                };
                if input.is_some_and(|input| pressed.blocking_send(input).is_err()) {
                    return;
                }
            }
        });
        (Self { stop, thread: thread.ok() }, coming)
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // It looks soon.
            _ = thread.join();
        }
    }
}

fn key(event: KeyEvent) -> Option<Key> {
    if event.kind == KeyEventKind::Release {
        return None;
    }
    Some(match event.code {
        KeyCode::Char('c') if event.modifiers.contains(KeyModifiers::CONTROL) => Key::Interrupt,
        KeyCode::Char(character) => Key::Character(character),
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        KeyCode::Home => Key::Home,
        KeyCode::End => Key::End,
        KeyCode::Enter => Key::Enter,
        KeyCode::Esc => Key::Escape,
        KeyCode::Backspace => Key::Backspace,
        _ => return None,
    })
}
