//! What a policy answered: an answer depends on the question alone, so that it holds for as long as the policy does. Pure.

use std::collections::{HashMap, VecDeque};

use super::{Choice, Viewer};

/// How many answers are kept for one stream. When full the oldest goes. Figures have two digits, so that a hundred viewers who are well have few
/// questions, and a slow one has a new one every two seconds: some minutes of it.
const CAPACITY: usize = 256;

#[derive(Debug, Default)]
pub(super) struct Answers {
    by_question: HashMap<Viewer, Choice>,
    in_order: VecDeque<Viewer>,
}

impl Answers {
    pub(super) fn get(&self, question: &Viewer) -> Option<Choice> {
        self.by_question.get(question).copied()
    }

    pub(super) fn put(&mut self, question: Viewer, answer: Choice) {
        if self.by_question.insert(question.clone(), answer).is_none() {
            self.in_order.push_back(question);
        }
        if self.in_order.len() > CAPACITY
            && let Some(oldest) = self.in_order.pop_front()
        {
            self.by_question.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use media::StillFormat;

    use super::*;
    use crate::policy::Output;

    #[test]
    fn the_oldest_answer_is_forgotten() {
        let mut answers = Answers::default();
        let question = |width| Viewer { source_width: width, ..Viewer::new(Output::Still, Vec::new()) };
        for width in 0..CAPACITY as u32 + 2 {
            answers.put(question(width), Choice::new(StillFormat::Jpeg));
            answers.put(question(width), Choice::new(StillFormat::WebP));
        }
        assert_eq!(answers.by_question.len(), CAPACITY);
        assert_eq!(answers.get(&question(1)), None);
        assert_eq!(answers.get(&question(2)), Some(Choice::new(StillFormat::WebP)));
    }
}
