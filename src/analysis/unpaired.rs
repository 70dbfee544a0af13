//! A frame with people and waves in, answers that make no pair with one of another wave out: without an id, or further ones of somebody.

use std::collections::BTreeSet;

use super::Context;
use crate::frame::{Frame, NO_LEVEL};

/// Answers of a wave that may be of people who were seen before and are not known to be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Unpaired {
    /// Answers whose person is not known.
    pub(super) nameless: u64,
    /// Further answers of somebody in the wave; the first in the order of the file counts where waves are compared.
    pub(super) further: u64,
}

impl Unpaired {
    /// Those of a number in a wave.
    pub(super) fn of(context: &Context<'_>, frame: &Frame, variable: &str, wave: &str) -> Self {
        let mut found = Self::default();
        let position = frame.levels.get("wave").and_then(|levels| levels.position(wave));
        let Some(person) = &context.subject.person else { return found };
        let mut met = BTreeSet::new();
        for batch in &frame.batches {
            let (Some(values), Some(people), Some(waves)) = (batch.numbers(variable), batch.levels(person), batch.levels("wave")) else { continue };
            for row in (0..batch.rows()).filter(|row| Some(waves[*row]) == position && values[*row].is_finite()) {
                let is_nameless = people[row] == NO_LEVEL;
                found.nameless += u64::from(is_nameless);
                found.further += u64::from(!is_nameless && !met.insert(people[row]));
            }
        }
        found
    }

    /// What a reader must know of `all` answers among which these are; a number that few people are behind is not said.
    pub(super) fn notes(self, all: u64, minimum: u64) -> Vec<String> {
        let number = |count: u64| match all.saturating_sub(count) {
            _ if count < minimum => format!("fewer than {minimum}"),
            rest if rest > 0 && rest < minimum => "most".to_owned(),
            _ => count.to_string(),
        };
        let kinds = [(self.nameless, "answers without an id among them"), (self.further, "further answers of people counted already among them")];
        kinds.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{what}: {}", number(count))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Unpaired;

    #[test]
    fn few_answers_are_not_numbered() {
        let of = |nameless, further, all| Unpaired { nameless, further }.notes(all, 5);
        assert!(of(0, 0, 30).is_empty());
        assert_eq!(of(20, 1, 30), ["answers without an id among them: 20", "further answers of people counted already among them: fewer than 5"]);
        // 22 answers of which 20 have no id would tell of two people
        assert_eq!(of(20, 0, 22), ["answers without an id among them: most"]);
        assert_eq!(of(22, 0, 22), ["answers without an id among them: 22"]);
    }
}
