//! Answers of a question with their counts in, the same with those that people wrote themselves under one label out.
//!
//! Beside set answers a form lets people write their own. Such a text is one person's: as a level of its own it would be a
//! hidden row in every table, and its words, printed, could point at who wrote it.

use crate::disclosure::reaching;
use crate::schema::Level;

/// Rows that may have given an answer that is still nobody else's.
const OWN: u64 = 2;
/// Texts from which on they are gathered: fewer may be rare set answers.
const MANY: usize = 4;
/// What readers see instead of the texts.
const LABEL: &str = "Another answer";

/// Gathers the answers that hardly anybody gave under one label at the end, where there are many of them beside answers that
/// many gave, or where their words could point at a person; the remark says so.
pub(super) fn gather(levels: &mut [Level], given: impl Fn(&Level) -> u64) -> Option<String> {
    // A level with a label of its own was declared, and so was one that nobody gave.
    let is_written = |level: &Level| given(level) > 0 && level.code == level.label && level.code.parse::<f64>().is_err();
    let is_own = |level: &Level| is_written(level) && given(level) <= OWN;
    let count = |levels: &[Level], wanted: &dyn Fn(&Level) -> bool| levels.iter().filter(|level| wanted(level)).count();
    let common: u64 = levels.iter().filter(|level| !is_own(level)).map(&given).sum();
    let rare: u64 = levels.iter().filter(|level| is_own(level)).map(&given).sum();
    let are_many = count(levels, &is_own) >= MANY && rare <= common;
    let is_gathered = |level: &Level| are_many && is_own(level) || is_written(level) && reaching(&level.code).is_some();
    let own = count(levels, &is_gathered);
    if own == 0 {
        return None;
    }
    levels.sort_by_key(is_gathered);
    for level in levels.iter_mut().filter(|level| is_gathered(level)) {
        LABEL.clone_into(&mut level.label);
    }
    let noun = if own == 1 { "answer was" } else { "answers were" };
    Some(format!("likely: {own} {noun} written by few people, or could point at one, and stand together as `{LABEL}`; give a label to those that are more"))
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
        let mut pointing = levels(&["my name is Zoë", "Female", "Male"]);
        assert!(gather(&mut pointing, given).is_some_and(|remark| remark.contains("1 answer was written")));
        assert_eq!((pointing[2].code.as_str(), pointing[2].label.as_str()), ("my name is Zoë", "Another answer"));
        let mut many = levels(&["617-555-0142", "Website"]);
        assert!(gather(&mut many, |_| 40).is_some());
        assert_eq!((many[1].code.as_str(), many[1].label.as_str()), ("617-555-0142", "Another answer"));
        let mut ages = levels(&["1", "2", "3", "4", "5"]);
        assert_eq!(gather(&mut ages, |_| 1), None);
    }
}
