use std::sync::Arc;
use std::time::SystemTime;

use config::Permissions;
use media::StreamName;

use crate::Action;

/// Who asks, and what they may. Cloning gives another handle.
#[derive(Clone, Debug)]
pub struct Person {
    name: Option<Arc<str>>,
    kind: Kind,
    may: May,
    until: Option<SystemTime>,
    /// Whether it came in where operators are served: nobody operates anywhere else.
    operates: bool,
}

/// How somebody is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing needs to be known of them: everybody who is let in may everything.
    Anybody,
    /// They say nothing of who they are, or nothing that anybody knows.
    Anonymous,
    /// A user, by a password or a session.
    User,
    /// A program, by its token.
    Token,
    /// Whoever has a link.
    Link,
}

#[derive(Clone, Debug)]
enum May {
    Everything,
    These(Arc<Permissions>),
}

/// Why somebody may not do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// Nobody knows who it is: it may say so.
    Unknown,
    /// It may not see the stream: for them there is none of this name.
    Hidden,
    /// It may see it, and not do this.
    Lacks(Action),
}

impl Person {
    /// Somebody of whom nothing needs to be known.
    pub(crate) fn anybody() -> Self {
        Self { name: None, kind: Kind::Anybody, may: May::Everything, until: None, operates: true }
    }

    /// Somebody who says nothing of who it is.
    pub(crate) fn anonymous(permissions: Arc<Permissions>) -> Self {
        Self { name: None, kind: Kind::Anonymous, may: May::These(permissions), until: None, operates: true }
    }

    pub(crate) fn known(kind: Kind, name: Arc<str>, permissions: Arc<Permissions>) -> Self {
        Self { name: Some(name), kind, may: May::These(permissions), until: None, operates: true }
    }

    /// The same until a moment.
    pub(crate) fn until(self, until: SystemTime) -> Self {
        Self { until: Some(until), ..self }
    }

    /// The same where operators are not served: it may control and measure nothing, whatever is written for it.
    pub fn without_operating(self) -> Self {
        Self { operates: false, ..self }
    }

    /// Whether it is served what is for operators, where it may have it.
    pub fn operates(&self) -> bool {
        self.operates
    }

    /// When what lets it in is over, if it ever is: what it watches ends then.
    pub fn lasts_until(&self) -> Option<SystemTime> {
        self.until
    }

    /// The name of the user or token, if it is one.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// How it is known.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// What it may, in patterns of streams' names; nothing is said of who may everything.
    pub fn permissions(&self) -> Option<&Permissions> {
        match &self.may {
            May::Everything => None,
            May::These(permissions) => Some(permissions),
        }
    }

    /// Whether it may see this stream: in lists too.
    pub fn sees(&self, stream: &StreamName) -> bool {
        self.may(Action::View, Some(stream))
    }

    /// Whether it may do this, with a stream or with what is about none. What changes or measures the program as a whole is for those who may so with
    /// every stream; lists are for who may see any, and have those.
    pub fn may(&self, action: Action, stream: Option<&StreamName>) -> bool {
        if !self.operates && matches!(action, Action::Control | Action::Metrics) {
            return false;
        }
        let May::These(permissions) = &self.may else {
            return true;
        };
        let patterns = match action {
            Action::View => &permissions.view,
            Action::Publish => &permissions.publish,
            Action::Control => &permissions.control,
            Action::Metrics => &permissions.metrics,
            Action::Enter => return true,
        };
        match stream {
            Some(stream) => patterns.iter().any(|pattern| matches(pattern, stream.as_str())),
            None if action == Action::View => !patterns.is_empty(),
            None => patterns.iter().any(|pattern| pattern == "*"),
        }
    }

    /// Whether it may, or what it is told. What it may not view is not there for it, whatever else it wants of it.
    pub fn check(&self, action: Action, stream: Option<&StreamName>) -> Result<(), Denied> {
        if self.may(action, stream) {
            return Ok(());
        }
        match stream {
            _ if self.name.is_none() => Err(Denied::Unknown),
            Some(stream) if !self.sees(stream) => Err(Denied::Hidden),
            _ => Err(Denied::Lacks(action)),
        }
    }
}

/// Whether a name is that of a pattern, in which `*` stands for any characters, also none.
fn matches(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(rest) = name.strip_prefix(parts.next().unwrap_or_default()) else {
        return false;
    };
    let Some(last) = parts.next_back() else {
        return rest.is_empty();
    };
    // Each part between stars as early as there is one: that leaves the most for those behind it.
    let behind = parts.try_fold(rest, |rest, part| rest.find(part).map(|at| &rest[at + part.len()..]));
    behind.is_some_and(|rest| rest.ends_with(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_characters() {
        for (pattern, name, expected) in [
            ("*", "lobby", true),
            ("lobby", "lobby", true),
            ("lobby", "lobby-1", false),
            ("lobby", "a-lobby", false),
            ("lobby-*", "lobby-1", true),
            ("lobby-*", "lobby-", true),
            ("lobby-*", "lobby", false),
            ("*-door", "front-door", true),
            ("*-door", "front-door-2", false),
            ("a*a", "a", false),
            ("a*a", "aa", true),
            ("a*b*c", "axxbyyc", true),
            ("a*b*c", "acb", false),
            ("*b*b*", "abb", true),
            ("*b*b*", "ab", false),
            ("**", "x", true),
            ("a*bab", "abab", true),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }

    fn person(name: Option<&str>) -> Person {
        let all = |patterns: &[&str]| patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
        let permissions = Arc::new(Permissions {
            view: all(&["lobby-*"]),
            publish: all(&["door"]),
            control: all(&["lobby-1"]),
            metrics: all(&["*"]),
        });
        match name {
            Some(name) => Person::known(Kind::User, name.into(), permissions),
            None => Person::anonymous(permissions),
        }
    }

    #[test]
    fn what_may_not_be_viewed_is_not_there() {
        let name = |name: &str| name.parse::<StreamName>().unwrap();
        let (first, second, door) = (name("lobby-1"), name("lobby-2"), name("door"));
        let anna = person(Some("anna"));
        assert_eq!(anna.check(Action::View, Some(&first)), Ok(()));
        assert_eq!(anna.check(Action::Control, Some(&first)), Ok(()));
        assert_eq!(anna.check(Action::Control, Some(&second)), Err(Denied::Lacks(Action::Control)));
        assert_eq!(anna.check(Action::Publish, Some(&door)), Ok(()));
        assert_eq!(anna.check(Action::View, Some(&door)), Err(Denied::Hidden));
        assert_eq!(anna.check(Action::Control, Some(&door)), Err(Denied::Hidden));
        // Lists, and what is about the program as a whole.
        assert_eq!(anna.check(Action::View, None), Ok(()));
        assert_eq!(anna.check(Action::Metrics, None), Ok(()));
        assert_eq!(anna.check(Action::Control, None), Err(Denied::Lacks(Action::Control)));
        assert_eq!(person(None).check(Action::View, Some(&first)), Ok(()));
        assert_eq!(person(None).check(Action::View, Some(&door)), Err(Denied::Unknown));
        assert_eq!(Person::anybody().check(Action::Control, None), Ok(()));
    }

    #[test]
    fn who_is_allowed_nothing_sees_no_list() {
        let nobody = Person::anonymous(Arc::default());
        assert_eq!(nobody.check(Action::View, None), Err(Denied::Unknown));
        assert_eq!(nobody.check(Action::Enter, None), Ok(()));
    }
}
