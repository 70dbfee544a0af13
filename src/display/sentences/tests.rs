//! One row of each awkward kind, and the sentence that people would write.

use super::*;
use crate::display::{DatasetWords, InstrumentWords, VariableWords};

fn book() -> Book {
    let dataset = |id: &str, noun: &str| DatasetWords { id: id.into(), noun: noun.into(), title: "Survey".into(), ..DatasetWords::default() };
    let variable = |name: &str, label: &str| VariableWords { name: name.into(), label: label.into(), ..VariableWords::default() };
    Book {
        datasets: vec![dataset("members", "members"), dataset("teams", "teams"), dataset("log", "people")],
        variables: vec![
            variable("gender", "Gender"),
            variable("age", "Age"),
            variable("fte", "Peer Specialist FTEs per team"),
            variable("hours", "Training hours completed"),
            variable("wage", "Hourly wage"),
        ],
        instruments: vec![InstrumentWords {
            id: "help".into(),
            title: "Help".into(),
            construct: "help".into(),
            items: vec![("help_1".into(), "Helpful to recovery".into())],
            ..InstrumentWords::default()
        }],
        ..Book::default()
    }
}

/// A row with its estimate, interval, n and base; empty where negative infinity stands.
fn row(dataset: &str, variable: &str, (stat, unit): (Stat, Unit), [estimate, low, high, n, base]: [f64; 5]) -> ResultRow {
    let known = |value: f64| value.is_finite().then_some(value);
    let mut row = ResultRow::new(dataset, "a", variable, stat, unit);
    (row.estimate, row.conf_low, row.conf_high, row.n, row.denominator) = (known(estimate), known(low), known(high), known(n), known(base));
    row
}

const NONE: f64 = f64::NEG_INFINITY;
const SHARE: (Stat, Unit) = (Stat::Proportion, Unit::Percent);

fn said(row: &ResultRow) -> String {
    sentence(row, &book(), &Companions::of(&[]))
}

#[track_caller]
fn says(row: &ResultRow, wanted: &str) {
    assert_eq!(said(row), wanted);
}

fn woman(numbers: [f64; 5]) -> ResultRow {
    let mut row = row("members", "gender", SHARE, numbers);
    (row.level, row.wave) = (Some("Female".into()), Some("2024".into()));
    row
}

#[test]
fn shares_of_nobody_everybody_and_almost() {
    says(&woman([0.4, 0.35, 0.45, 40.0, 100.0]), "In 2024, 40.0% of members were women (95% interval 35.0% to 45.0%; 40 of 100 members).");
    says(&woman([0.0, 0.0, 0.03, 0.0, 100.0]), "In 2024, none of the members were women (95% interval 0.0% to 3.0%; 0 of 100 members).");
    says(&woman([1.0, 0.97, 1.0, 100.0, 100.0]), "In 2024, all of the members were women (95% interval 97.0% to 100.0%; 100 of 100 members).");
    says(&woman([0.0001, NONE, NONE, 1.0, 10_000.0]), "In 2024, fewer than 0.1% of members were women (1 of 10,000 members).");
    says(&woman([0.9999, NONE, NONE, 9_999.0, 10_000.0]), "In 2024, more than 99.9% of members were women (9,999 of 10,000 members).");
    let mut timeless = woman([0.0, NONE, NONE, 0.0, 12.0]);
    timeless.wave = None;
    says(&timeless, "None of the members were women (0 of 12 members).");
}

#[test]
fn what_is_not_shown_says_why_in_two_short_sentences() {
    let mut hidden = woman([NONE; 5]);
    hidden.status = Status::Suppressed;
    says(&hidden, "The share of “Female” for gender in 2024 is not shown. It is hidden to protect people.");
    hidden.status = Status::SuppressedComplementary;
    says(&hidden, "The share of “Female” for gender in 2024 is not shown. It would give away another hidden figure.");
    let mut absent = row("members", "age", (Stat::Mean, Unit::None), [NONE; 5]);
    absent.status = Status::NotEstimable;
    says(&absent, "Mean age could not be estimated: too few answers to say.");
    let mut shaky = woman([0.4, 0.1, 0.8, 4.0, 10.0]);
    shaky.status = Status::Unstable;
    assert!(said(&shaky).ends_with("(95% interval 10.0% to 80.0%; 4 of 10 members). This figure is unstable: few answers stand behind it."));
}

#[test]
fn one_of_a_kind_is_singular() {
    let count = |dataset: &str, variable: &str, unit: Unit, number: f64| row(dataset, variable, (Stat::Count, unit), [number, NONE, NONE, number, NONE]);
    says(&count("teams", "teams", Unit::Teams, 1.0), "1 team answered.");
    says(&count("members", "people", Unit::People, 1.0), "1 member answered.");
    says(&count("members", "rows_rejected", Unit::None, 1.0), "1 row was rejected.");
    says(&count("members", "rows_rejected", Unit::None, 2.0), "2 rows were rejected.");
    says(&count("members", "values_rejected", Unit::None, 0.0), "0 values were rejected.");
    says(&count("log", "new_people", Unit::People, 1.0), "1 person had their first visit in the log.");
    says(&count("log", "visits", Unit::Visits, 1.0), "People made 1 visit.");
    says(&row("teams", "age", (Stat::Mean, Unit::None), [3.0, NONE, NONE, 1.0, NONE]), "Mean age was 3.0 (1 team).");
}

#[test]
fn means_of_several_things_are_numbers_of_them() {
    let mean = |variable: &str, unit| row("teams", variable, (Stat::Mean, unit), [2.1, 1.5, 2.7, 21.0, NONE]);
    says(&mean("fte", Unit::Fte), "The mean number of Peer Specialist FTEs per team was 2.1 (95% interval 1.5 to 2.7; 21 teams).");
    says(&mean("hours", Unit::Hours), "The mean number of training hours completed was 2.1 hours (95% interval 1.5 hours to 2.7 hours; 21 teams).");
    says(&mean("age", Unit::None), "Mean age was 2.1 (95% interval 1.5 to 2.7; 21 teams).");
    says(&mean("help_1", Unit::Points), "The mean rating of “Helpful to recovery” was 2.1 (95% interval 1.5 to 2.7; 21 teams).");
    let total = row("teams", "fte", (Stat::Total, Unit::Fte), [107.7, 88.3, 127.2, 21.0, NONE]);
    says(&total, "All teams together had about 107.7 Peer Specialist FTEs (95% interval 88.3 to 127.2; 21 teams).");
}

#[test]
fn quartiles_and_full_counts() {
    let quartile = |dataset: &str, variable: &str, unit, level: &str, value: f64| {
        let mut row = row(dataset, variable, (Stat::Quantile, unit), [value, NONE, NONE, 440.0, NONE]);
        row.level = Some(level.into());
        row
    };
    says(&quartile("members", "age", Unit::None, "0.75", 50.0), "The upper quartile of age was 50 (440 members).");
    says(&quartile("members", "age", Unit::None, "0.25", 31.0), "The lower quartile of age was 31 (440 members).");
    says(&quartile("members", "age", Unit::None, "0.5", 40.0), "Median age was 40 (440 members).");
    says(&quartile("log", "visit_minutes", Unit::Minutes, "0.75", 217.0), "The upper quartile of visit length was 217 minutes (440 visits).");
    says(&quartile("log", "visit_minutes", Unit::Minutes, "0.5", 1.0), "The median visit lasted 1 minute (440 visits).");
    let mut counted = row("log", "visits_per_person", (Stat::Mean, Unit::Visits), [24.5, NONE, NONE, 7_992.0, NONE]);
    counted.note = Some("a full count: no sampling error".into());
    says(&counted, "People came 24.5 times on average (full count; 7,992 people).");
}

#[test]
fn changes_carry_their_sign_and_their_unit() {
    let change = |variable: &str, unit, numbers: [f64; 5]| {
        let mut row = row("members", variable, (Stat::Difference, unit), numbers);
        row.wave = Some("2024".into());
        row.groups = [("wave", "2024"), ("compared_with", "2022")].map(|(group, level)| (group.to_owned(), level.to_owned())).into();
        row
    };
    let with = |row: &ResultRow, before: f64, after: f64| {
        let level = |wave: &str, value: f64| {
            let mut level = row.clone();
            level.stat = if row.unit == Unit::Percent { Stat::Proportion } else { Stat::Mean };
            level.wave = Some(wave.to_owned());
            level.groups = [("wave".to_owned(), wave.to_owned())].into();
            level.estimate = Some(value);
            level
        };
        sentence(row, &book(), &Companions::of(&[level("2022", before), level("2024", after)]))
    };
    let mut women = change("gender", Unit::Percent, [-0.003, -0.029, 0.024, 100.0, NONE]);
    women.level = Some("Female".into());
    let wanted = "There was no clear change in the share of members who were women. It was 16.6% in 2022 and 16.3% in 2024 \
                  (change −0.3 percentage points; 95% interval −2.9 to 2.4).";
    assert_eq!(with(&women, 0.166, 0.163), wanted);
    let age = change("age", Unit::Points, [0.07, 0.02, 0.12, 100.0, NONE]);
    assert_eq!(with(&age, 3.78, 3.85), "Mean age rose from 3.8 in 2022 to 3.9 in 2024 (by 0.07 points; 95% interval 0.02 to 0.12).");
    assert_eq!(with(&age, 3.76, 3.83), "Mean age rose from 3.76 in 2022 to 3.83 in 2024 (by 0.07 points; 95% interval 0.02 to 0.12).");
    let wage = change("wage", Unit::Dollars, [-1.0, -2.5, -0.5, 100.0, NONE]);
    assert_eq!(with(&wage, 16.0, 15.0), "Mean hourly wage fell from $16 in 2022 to $15 in 2024 (by $1; 95% interval −$2.50 to −$0.50).");
    let point = change("age", Unit::Points, [1.0, 0.5, 1.5, 100.0, NONE]);
    assert!(said(&point).contains("(by 1.00 point; 95% interval 0.50 to 1.50)"), "{}", said(&point));
    let mut seen = change("age", Unit::Points, [-0.17, -0.68, 0.34, 305.0, NONE]);
    seen.stat = Stat::MeanChange;
    says(&seen, "Among 305 people seen twice, mean age showed no clear change from 2022 to 2024: it was 0.17 points lower (95% interval −0.68 to 0.34).");
    let mut part = change("age", Unit::Points, [-0.52, -0.73, -0.30, 305.0, NONE]);
    (part.stat, part.level) = (Stat::ChangePart, Some("joiners".into()));
    says(&part, "Joiners, with no known answer in 2022, made up −0.52 points of the change in mean age from 2022 to 2024 (95% interval −0.73 to −0.30).");
    part.level = Some("leavers".into());
    says(&part, "Leavers, with no known answer in 2024, made up −0.52 points of the change in mean age from 2022 to 2024 (95% interval −0.73 to −0.30).");
}

#[test]
fn a_change_that_cannot_be_judged_is_neither_clear_nor_unclear() {
    let change = |stat, numbers: [f64; 5]| {
        let mut row = row("members", "age", (stat, Unit::Points), numbers);
        row.wave = Some("2024".into());
        row.groups = [("wave", "2024"), ("compared_with", "2022")].map(|(group, level)| (group.to_owned(), level.to_owned())).into();
        row
    };
    let alone = change(Stat::MeanChange, [3.41, NONE, NONE, 75.0, NONE]);
    let unknown = "Whether that is more than chance cannot be told.";
    says(&alone, &format!("Among 75 people seen twice, mean age was 3.41 points higher in 2024 than in 2022. {unknown}"));
    assert_eq!((direction(&alone), untold(&alone).is_some()), (None, true));
    says(&change(Stat::Difference, [-3.41, NONE, NONE, 75.0, NONE]), &format!("The change in mean age from 2022 to 2024 was −3.41 points. {unknown}"));
    let mut crossing = change(Stat::Difference, [0.1, NONE, NONE, 30.0, NONE]);
    (crossing.variable, crossing.unit) = ("k6_crossing_13".into(), Unit::Percent);
    says(
        &crossing,
        &format!("Among 30 people seen twice, the share at or above the cut-off was 10.0 percentage points higher in 2024 than in 2022. {unknown}"),
    );
    // everybody answered: what changed did change
    let mut counted = change(Stat::MeanChange, [-3.41, NONE, NONE, 75.0, NONE]);
    counted.note = Some("every unit answered, so there is no sampling error to state".into());
    says(&counted, "Among 75 people seen twice, mean age fell by 3.41 points from 2022 to 2024.");
    let mut broken = change(Stat::Difference, [0.5, 0.2, 0.8, 75.0, NONE]);
    broken.note = Some(format!("{}item 3 was worded otherwise", crate::results::QUESTION_CHANGED));
    let told = "The change in mean age from 2022 to 2024 was 0.50 points (95% interval 0.20 to 0.80).";
    says(&broken, &format!("{told} The question changed in between, so the two may not compare."));
    let mut gone = change(Stat::MeanChange, [NONE; 5]);
    (gone.status, gone.note) = (Status::NotEstimable, broken.note.clone());
    let why = "the question changed: item 3 was worded otherwise";
    says(&gone, &format!("No change in mean age from 2022 to 2024 is given for people seen twice: {why}."));
}

#[test]
fn an_item_moved_only_where_its_interval_leaves_out_zero() {
    let mut drift = row("members", "help", (Stat::ItemDrift, Unit::None), [-0.004, -0.06, 0.05, 2666.0, NONE]);
    (drift.wave, drift.level) = (Some("2024".into()), Some("help_1".into()));
    drift.groups = [("wave", "2024"), ("compared_with", "2022")].map(|(group, level)| (group.to_owned(), level.to_owned())).into();
    let start = "From 2022 to 2024, answers to “Helpful to recovery”";
    says(
        &drift,
        &format!(
            "{start} did not clearly move: the shift was 0.00 standard deviations (95% interval −0.06 to 0.05; 2,666 answers). The rest of help is held equal."
        ),
    );
    (drift.estimate, drift.conf_low, drift.conf_high) = (Some(-0.3), Some(-0.4), Some(-0.2));
    says(&drift, &format!("{start} moved down by 0.30 standard deviations (95% interval −0.40 to −0.20; 2,666 answers). The rest of help is held equal."));
}

#[test]
fn ranked_changes_say_what_outweighed_what() {
    let mut test = row("members", "age", (Stat::WilcoxonV, Unit::Points), [30_117.5, NONE, NONE, 305.0, NONE]);
    test.wave = Some("2024".into());
    test.groups = [("wave", "2024"), ("compared_with", "2022"), ("who", "people seen twice")].map(|(group, level)| (group.to_owned(), level.to_owned())).into();
    let with = |p_value: Option<f64>, correlation: f64| {
        let other = ResultRow { stat: Stat::RankBiserial, estimate: Some(correlation), ..test.clone() };
        sentence(&ResultRow { p_value, ..test.clone() }, &book(), &Companions::of(&[other]))
    };
    assert_eq!(with(Some(0.0004), 0.3), "Among 305 people seen twice, rises in age outweighed falls from 2022 to 2024 (Wilcoxon’s test, p < 0.001).");
    assert_eq!(with(Some(0.031), -0.1), "Among 305 people seen twice, falls in age outweighed rises from 2022 to 2024 (Wilcoxon’s test, p = 0.031).");
    let neither = "Among 305 people seen twice, neither rises nor falls in age clearly outweighed the other from 2022 to 2024 (Wilcoxon’s test, p = 0.31).";
    assert_eq!(with(Some(0.31), 0.02), neither);
    assert_eq!(with(None, 0.2), "Rises and falls in age from 2022 to 2024 are not tested: everybody was asked.");
    let correlation = ResultRow { stat: Stat::RankBiserial, unit: Unit::None, estimate: Some(0.304), ..test.clone() };
    says(&correlation, "The rank-biserial correlation of changes in age from 2022 to 2024 was 0.30 (305 people).");
}

#[test]
fn curves_name_their_time() {
    let mut smooth = row("members", "age", (Stat::Smooth, Unit::Points), [4.6, 4.5, 4.7, 693.0, NONE]);
    (smooth.level, smooth.wave) = (Some("1".into()), Some("2024".into()));
    says(&smooth, "In 2024, the smoothed mean of age at 1 year in recovery was 4.6 (95% interval 4.5 to 4.7; 693 members).");
    let mut stay = row("log", "retention", (Stat::Survival, Unit::Percent), [1.0, NONE, NONE, 822.0, 822.0]);
    let mut book = book();
    book.analyses.push(crate::display::AnalysisWords { id: "a".into(), curve: "wage".into(), ..crate::display::AnalysisWords::default() });
    let wanted = "In 2024, the smoothed mean of age where hourly wage is 1 was 4.6 (95% interval 4.5 to 4.7; 693 members).";
    assert_eq!(sentence(&smooth, &book, &Companions::of(&[])), wanted);
    stay.level = Some("0".into());
    says(&stay, "100.0% of people were still coming 0 months after their first visit in the log (822 people followed).");
    (stay.estimate, stay.n, stay.level) = (Some(0.5), Some(411.0), Some("1".into()));
    says(&stay, "50.0% of people were still coming 1 month after their first visit in the log (822 people followed).");
}

#[test]
fn plans_say_their_aim_once() {
    let plan = |stat: Stat, unit: Unit, estimate: f64| {
        let mut row = row("members", "age", (stat, unit), [estimate, NONE, NONE, 420.0, NONE]);
        (row.level, row.method) = (Some("0.1 SD".into()), "power 0.8 of a two-sided test at 0.05".into());
        row
    };
    says(&plan(Stat::NeededAnswers, Unit::People, 384.0), "To know mean age within a tenth of a standard deviation, answers of 384 members are needed.");
    says(&plan(Stat::NeededInvites, Unit::People, 2400.0), "For mean age, 2,400 members must be asked if the same share answers as this time.");
    says(&plan(Stat::NeededCenters, Unit::None, 19.0), "For mean age, 19 centers are needed with as many answers in each as this time.");
    says(
        &plan(Stat::DetectableChange, Unit::Points, 1.25),
        "Two waves like this one would find a true change of 1.25 points in mean age in four of five surveys.",
    );
}
