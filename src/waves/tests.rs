//! Differences that only labelled files show, on columns made here: what a statistical file or an export would say.

use super::changes::{Change, Status, differences};
use super::profile::{Column, Profile};
use crate::frame::Described;

/// A column with a wording, labels and so many answers of each code.
fn column(name: &str, label: &str, levels: &[(&str, &str)], answers: &[(&str, u64)]) -> Column {
    let pairs = |pairs: &[(&str, &str)]| pairs.iter().map(|(code, label)| ((*code).to_owned(), (*label).to_owned())).collect();
    let described = Described { label: label.to_owned(), levels: pairs(levels), ..Described::default() };
    let mut column = Column::named(name, described);
    for (code, count) in answers {
        (0..*count).for_each(|_| column.answer(code));
    }
    column
}

fn found(before: Column, after: Column) -> Vec<(Change, String, String, Status)> {
    let profile = |column: Column| Profile { file: "f".to_owned(), rows: 100, columns: vec![column] };
    let told = differences(&profile(before), &profile(after), None);
    told.into_iter().map(|one| (one.change, one.before, one.after, one.status)).collect()
}

const YES_NO: [(&str, &str); 2] = [("1", "Yes"), ("2", "No")];
const EVEN: [(&str, u64); 2] = [("1", 50), ("2", 50)];

#[test]
fn the_same_labels_at_other_codes_are_a_recode() {
    let turned = column("q", "", &[("1", "No"), ("2", "yes")], &EVEN);
    let told = found(column("q", "", &YES_NO, &EVEN), turned);
    assert_eq!(told, [(Change::Recoded, "1 2".to_owned(), "2 1".to_owned(), Status::Open)]);
    let from_zero = column("q", "", &[("0", "Yes"), ("1", "No")], &[("0", 50), ("1", 50)]);
    assert_eq!(found(column("q", "", &YES_NO, &EVEN), from_zero)[0].0, Change::RangeShifted);
}

#[test]
fn another_label_at_a_code_is_another_meaning_and_another_spelling_is_not() {
    let told = found(column("q", "", &YES_NO, &EVEN), column("q", "", &[("1", "Yes"), ("2", "Not sure")], &EVEN));
    assert!(told.contains(&(Change::MeaningChanged, "2 = No".to_owned(), "2 = Not sure".to_owned(), Status::Open)), "{told:?}");
    let levels = [("1", "Center outreach"), ("2", "Friend")];
    let spelled = [("1", "Centre outreach"), ("2", "Friends")];
    let told = found(column("q", "", &levels, &EVEN), column("q", "", &spelled, &EVEN));
    assert!(told.len() == 2 && told.iter().all(|one| one.0 == Change::Relabelled && one.3 == Status::Note), "{told:?}");
}

#[test]
fn levels_and_wordings_that_came_and_went_are_told() {
    let more = [("1", "Yes"), ("2", "No"), ("3", "Do not know")];
    let told = found(column("q", "", &YES_NO, &EVEN), column("q", "", &more, &EVEN));
    assert_eq!(told, [(Change::LevelAdded, String::new(), "3 = Do not know".to_owned(), Status::Open)]);
    let told = found(column("q", "", &more, &EVEN), column("q", "", &YES_NO, &EVEN));
    assert_eq!(told, [(Change::LevelDropped, "3 = Do not know".to_owned(), String::new(), Status::Note)]);
    let asked = |wording: &str| column("q", wording, &YES_NO, &EVEN);
    let told = found(asked("Are you in recovery now?"), asked("Have you ever been in treatment for alcohol?"));
    assert_eq!((told[0].0, &told[0].3), (Change::WordingChanged, &Status::Open));
    let told = found(asked("Are you in recovery now?"), asked("Are you in recovery now? (mark one)"));
    assert_eq!((told[0].0, &told[0].3), (Change::WordingChanged, &Status::Note));
}

#[test]
fn a_renamed_question_is_known_by_its_wording_and_its_labels() {
    let told = found(column("Q7", "Are you in recovery now?", &YES_NO, &EVEN), column("rec_now", "Are you in recovery now?", &YES_NO, &[("1", 48), ("2", 52)]));
    assert_eq!(told, [(Change::Renamed, "Q7".to_owned(), "rec_now".to_owned(), Status::Open)]);
    let told = found(column("Q7", "Are you in recovery now?", &YES_NO, &EVEN), column("Q8", "What is your age?", &[], &[("31", 20), ("45", 20)]));
    assert_eq!(told.iter().map(|one| one.0).collect::<Vec<_>>(), [Change::Added, Change::Dropped]);
}

#[test]
fn other_codes_for_no_answer_are_worth_a_note() {
    let mut after = column("q", "", &YES_NO, &EVEN);
    after.described.missing = vec![("9".to_owned(), "refused".to_owned())];
    let told = found(column("q", "", &YES_NO, &EVEN), after);
    assert_eq!((told[0].0, told[0].2.as_str(), &told[0].3), (Change::MissingCodesChanged, "9 = refused", &Status::Note));
}
