//! Colours and what stands for them: a state is a sign, a word and a colour, so that any two of them do.

use ratatui::style::{Color, Modifier, Style};
use ratatui::text::Span;

use crate::Colors;
use crate::api::{Health, State};

/// How things are painted.
#[derive(Clone, Copy)]
pub(super) struct Ink(pub(super) Colors);

impl Ink {
    pub(super) fn plain(self) -> Style {
        Style::new()
    }

    pub(super) fn bold(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    pub(super) fn reversed(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    pub(super) fn faint(self) -> Style {
        Style::new().add_modifier(Modifier::DIM)
    }

    pub(super) fn bad(self) -> Style {
        self.colored(Color::Red).add_modifier(Modifier::BOLD)
    }

    fn colored(self, color: Color) -> Style {
        match self.0 {
            Colors::Used => Style::new().fg(color),
            Colors::None => Style::new(),
        }
    }

    pub(super) fn state(self, state: State) -> Span<'static> {
        let (sign, color) = match state {
            State::Live => ("●", Color::Green),
            State::Connecting => ("◌", Color::Cyan),
            State::Stalled => ("◐", Color::Yellow),
            State::BackOff => ("↻", Color::Yellow),
            State::Failed => ("✖", Color::Red),
            State::Idle => ("○", Color::Reset),
            State::Disabled => ("■", Color::DarkGray),
            State::Unknown => ("?", Color::Reset),
        };
        Span::styled(format!("{sign} {}", state.word()), self.colored(color))
    }

    pub(super) fn health(self, health: Health) -> Style {
        match health {
            Health::Ok | Health::Idle | Health::Unknown => Style::new(),
            Health::BackingOff => self.colored(Color::Yellow),
            Health::Failed => self.bad(),
        }
    }
}
