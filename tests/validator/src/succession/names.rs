//! URIs of segments and parts: each names one of them, for ever.

use std::collections::HashMap;

use crate::finding::{Line, Notes};
use crate::playlist::Media;
use crate::rule;

/// How many are remembered; after that, all are forgotten at once: it is a check by sample then.
const CAPACITY: usize = 1 << 16;

/// A media sequence number, and the index of a part in it.
type Position = (u64, Option<usize>);
/// A URI, and a byte range within it.
type Name = (String, Option<(u64, Option<u64>)>);

/// Which URI named what.
#[derive(Debug, Default)]
pub(super) struct Names {
    seen: HashMap<Name, Position>,
}

impl Names {
    pub(super) fn check(&mut self, media: &Media, notes: &mut Notes) {
        if self.seen.len() >= CAPACITY {
            self.seen.clear();
        }
        let heads = media.numbered().map(|(number, segment)| (number, &segment.head));
        for (number, head) in heads.chain([(media.next(), &media.open)]) {
            for (index, part) in head.parts.iter().enumerate() {
                let name = (part.uri.clone(), part.range);
                let twice = head.parts[..index].iter().any(|before| (&before.uri, before.range) == (&name.0, name.1));
                // Parts are removed from the front: their index is that from the first only while all are there.
                let known = matches!(self.seen.get(&name), Some((before, Some(_))) if *before == number);
                if twice || !known {
                    self.name(name, (number, Some(index)), part.line, notes);
                }
            }
        }
        for (number, segment) in media.numbered() {
            self.name((segment.uri.clone(), segment.head.range), (number, None), segment.line, notes);
        }
    }

    fn name(&mut self, name: Name, position: Position, line: Line, notes: &mut Notes) {
        match self.seen.get(&name) {
            Some(before) if *before != position => {
                let found = format!("{} for segment {} part {:?}", name.0, position.0, position.1);
                notes.at(
                    &rule::URI_REUSED,
                    line,
                    found,
                    format!("that of segment {} part {:?} alone", before.0, before.1),
                );
            }
            Some(_) => {}
            None => drop(self.seen.insert(name, position)),
        }
    }
}
