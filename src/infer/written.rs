//! Answers of a question with their counts in, the same with those that people wrote themselves under one label out.
//!
//! Beside set answers a form lets people write their own. Such a text is one person's: as a level of its own it would be a
//! hidden row in every table, and its words, printed, could point at who wrote it.

use crate::schema::Level;

/// Rows that may have given an answer that is still nobody else's.
const OWN: u64 = 2;
/// Texts from which on they are gathered: fewer may be rare set answers.
const MANY: usize = 4;
/// What readers see instead of the texts.
const LABEL: &str = "Another answer";

/// Gathers the answers that hardly anybody gave under one label at the end, where there are many of them beside answers that
/// many gave; the remark says so.
pub(super) fn gather(levels: &mut [Level], given: impl Fn(&Level) -> u64) -> Option<String> {
    // A level with a label of its own was declared, and so was one that nobody gave.
    let is_own = |level: &Level| (1..=OWN).contains(&given(level)) && level.code == level.label && level.code.parse::<f64>().is_err();
    let own = levels.iter().filter(|level| is_own(level)).count();
    let common: u64 = levels.iter().filter(|level| !is_own(level)).map(&given).sum();
    let rare: u64 = levels.iter().filter(|level| is_own(level)).map(&given).sum();
    if own < MANY || rare > common {
        return None;
    }
    levels.sort_by_key(|level| is_own(level));
    for level in levels.iter_mut().filter(|level| is_own(level)) {
        LABEL.clone_into(&mut level.label);
    }
    Some(format!("likely: {own} answers were written by one or two people each and are shown together as `{LABEL}`; give a label to those that are more"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(codes: &[&str]) -> Vec<Level> {
        codes.iter().map(|code| Level { code: (*code).to_owned(), label: (*code).to_owned(), band: None }).collect()
    }

    #[test]
    fn texts_of_single_people_stand_together_and_rare_set_answers_do_not() {
        let given = |level: &Level| if level.code.starts_with("my ") { 1 } else { 30 };
        let mut form = levels(&["Car", "my boat", "my donkey", "my horse", "my raft", "Train"]);
        assert!(gather(&mut form, given).is_some_and(|remark| remark.contains("4 answers")));
        let shown: Vec<&str> = form.iter().map(|level| level.label.as_str()).collect();
        assert_eq!(shown, ["Car", "Train", "Another answer", "Another answer", "Another answer", "Another answer"]);
        assert_eq!(form[2].code, "my boat");
        let mut gender = levels(&["Female", "Male", "my own"]);
        assert_eq!(gather(&mut gender, given), None);
        let mut ages = levels(&["1", "2", "3", "4", "5"]);
        assert_eq!(gather(&mut ages, |_| 1), None);
    }
}
