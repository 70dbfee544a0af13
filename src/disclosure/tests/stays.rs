//! Those who stayed, joined and left, and those who moved between bands: no subtraction tells of few people.

use super::super::*;
use crate::results::Unit;

const STAYED: &str = "people seen twice";

fn row(variable: &str, stat: Stat, groups: &[(&str, &str)], behind: u64) -> ResultRow {
    let mut row = ResultRow::new("members", "change", variable, stat, Unit::Points);
    row.groups = groups.iter().map(|(name, level)| ((*name).to_owned(), (*level).to_owned())).collect();
    row.wave = row.groups.get("wave").cloned();
    (row.estimate, row.n) = (Some(5.0), Some(behind as f64));
    row.support = Support::People { behind, outside: None };
    row
}

fn share(variable: &str, level: &str, groups: &[(&str, &str)], behind: u64, base: u64) -> ResultRow {
    let mut row = ResultRow { level: Some(level.to_owned()), unit: Unit::Percent, ..row(variable, Stat::Proportion, groups, behind) };
    row.denominator = Some(base as f64);
    row.support = Support::People { behind, outside: Some(base - behind) };
    row
}

fn hidden(rows: &[ResultRow], structure: &Structure) -> Vec<bool> {
    let table = ResultTable::new(rows.to_vec()).expect("ids are unique");
    let released = release(table, &Policy::default(), structure, None).expect("it can be protected").0;
    released.rows().iter().map(ResultRow::is_suppressed).collect()
}

/// Everyone of both waves, those who stayed, joined and left, the parts of the change.
fn stays(joiners: u64) -> Vec<ResultRow> {
    let (now, then) = (("wave", "2024"), ("wave", "2022"));
    let (since, until) = (("compared_with", "2022"), ("compared_with", "2024"));
    let part = |level: &str| ResultRow { level: Some(level.to_owned()), ..row("k6_sum", Stat::ChangePart, &[now, since], joiners.min(300)) };
    vec![
        row("k6_sum", Stat::Mean, &[then], 700),
        row("k6_sum", Stat::Mean, &[now], 300 + joiners),
        row("k6_sum", Stat::Mean, &[then, until, ("who", STAYED)], 300),
        row("k6_sum", Stat::Mean, &[now, since, ("who", STAYED)], 300),
        row("k6_sum", Stat::Mean, &[now, since, ("who", "joiners")], joiners),
        row("k6_sum", Stat::Mean, &[then, until, ("who", "leavers")], 400),
        part("people changed"),
        part("joiners"),
        part("leavers"),
    ]
}

#[test]
fn few_joiners_are_told_by_no_subtraction_and_no_part() {
    let none = Structure::default();
    assert_eq!(hidden(&stays(200), &none), [false; 9]);
    let found = hidden(&stays(5), &none);
    let [_, all_now, stayed_then, stayed_now, joiners, ..] = found.as_slice() else { panic!("nine rows") };
    assert!(*joiners && found[7], "the mean of few people and the part that is made of it");
    assert!(*all_now || (*stayed_then && *stayed_now), "everyone less those who stayed, seen from either wave: {found:?}");
}

#[test]
fn those_who_stayed_hide_few_others_although_no_row_counts_them() {
    let now = ("wave", "2024");
    let twice = [now, ("compared_with", "2022"), ("who", STAYED)];
    let bands = |serious: u64| {
        let all = ["low", "serious"].into_iter().zip([400, 30]).map(|(level, n)| share("k6_band", level, &[now], n, 430));
        let stayed = ["low", "serious"].into_iter().zip([200, serious]).map(move |(level, n)| share("k6_band", level, &twice, n, 200 + serious));
        all.chain(stayed).collect::<Vec<_>>()
    };
    assert_eq!(hidden(&bands(14), &Structure::default()), [false; 4]);
    let found = hidden(&bands(25), &Structure::default());
    assert!(found[1] || found[3], "30 less 25 are five people: {found:?}");
}

#[test]
fn who_moved_adds_up_to_the_bands_before_and_after() {
    let (now, then) = (("wave", "2024"), ("wave", "2022"));
    let (since, who) = (("compared_with", "2022"), ("who", STAYED));
    let moved = [("low", "low", 150), ("low", "high", 4), ("high", "low", 40), ("high", "high", 60)];
    let mut rows: Vec<ResultRow> =
        moved.iter().map(|(before, after, n)| share("k6_band_change", &format!("{before} → {after}"), &[now, since, who], *n, 254)).collect();
    rows.extend([("low", 190), ("high", 64)].map(|(level, n)| share("k6_band", level, &[now, since, who], n, 254)));
    rows.extend([("low", 154), ("high", 100)].map(|(level, n)| share("k6_band", level, &[then, ("compared_with", "2024"), who], n, 254)));
    let crossing = [("stayed below", 150), ("rose above", 4), ("fell below", 40), ("stayed above", 60)];
    rows.extend(crossing.map(|(level, n)| share("k6_crossing_13", level, &[now, since, who], n, 254)));
    for stat in [Stat::Difference, Stat::Mcnemar] {
        rows.push(row("k6_crossing_13", stat, &[now, since, who], if stat == Stat::Mcnemar { 4 } else { 254 }));
    }
    let pairs = moved.iter().map(|(before, after, _)| (format!("{before} → {after}"), ((*before).to_owned(), (*after).to_owned())));
    let sides = ["stayed below", "rose above", "fell below", "stayed above"];
    let structure = Structure {
        moved: vec![Moved { dataset: "members".into(), change: "k6_band_change".into(), of: "k6_band".into(), pairs: pairs.clone().collect() }],
        regrouped: vec![Regrouped {
            dataset: "members".into(),
            from: "k6_band_change".into(),
            into: "k6_crossing_13".into(),
            map: pairs.map(|(name, _)| name).zip(sides.map(str::to_owned)).collect(),
        }],
        ..Structure::default()
    };
    let found = hidden(&rows, &structure);
    assert!(found[1] && found[9], "four people who moved up: {found:?}");
    assert!(found[12] && found[13], "the change of the share and the test are made of them: {found:?}");
    // with any sum of the square whole but for one cell, the four would follow
    let open = |places: &[usize]| places.iter().filter(|place| !found[**place]).count();
    for line in [[0, 1, 6], [2, 3, 7], [0, 2, 4], [1, 3, 5]].iter().filter(|line| line.contains(&1)) {
        assert!(open(line) < 2, "{line:?} of {found:?}");
    }
}

#[test]
fn plans_and_norms_rest_on_the_people_of_the_mean() {
    let now = ("wave", "2024");
    let plans = [Stat::Mean, Stat::NormDifference, Stat::Margin, Stat::NeededAnswers, Stat::NeededInvites, Stat::NeededCenters, Stat::Intraclass];
    let rows = |people: u64| plans.map(|stat| row("k6_sum", stat, &[now], people)).to_vec();
    assert_eq!(hidden(&rows(40), &Structure::default()), [false; 7]);
    assert_eq!(hidden(&rows(5), &Structure::default()), [true; 7]);
    let twice = [now, ("compared_with", "2022"), ("who", STAYED)];
    let found = [Stat::MeanChange, Stat::DetectableChange].map(|stat| row("k6_sum", stat, &twice, 7));
    assert_eq!(hidden(&found, &Structure::default()), [true; 2]);
}

/// Behind a rank test are the fewest of those who rose, fell or stayed the same; it prints how many pairs there are.
#[test]
fn a_rank_test_tells_of_no_few_people_and_hides_with_the_change() {
    let (now, then) = (("wave", "2024"), ("wave", "2022"));
    let twice = [now, ("compared_with", "2022"), ("who", STAYED)];
    let rows = |fewest: u64, people: u64, joiners: u64| {
        let mut rows = vec![row("k6_sum", Stat::MeanChange, &twice, people)];
        rows.extend([Stat::WilcoxonV, Stat::RankBiserial].map(|stat| ResultRow { n: Some(people as f64), ..row("k6_sum", stat, &twice, fewest) }));
        rows.push(row("k6_sum", Stat::Mean, &[now], people + joiners));
        rows.push(row("k6_sum", Stat::Mean, &[then], 700));
        rows
    };
    let none = Structure::default();
    assert_eq!(hidden(&rows(40, 300, 200), &none), [false; 5]);
    assert_eq!(hidden(&rows(4, 300, 200), &none), [false, true, true, false, false], "four people stayed the same");
    assert_eq!(hidden(&rows(3, 9, 200), &none)[..3], [true; 3], "nine people were seen twice");
    // everyone of the later wave less those seen twice are five people: the test, which prints how many were seen twice, goes with the change
    let found = hidden(&rows(40, 300, 5), &none);
    assert!(found[3] || found[..3] == [true; 3], "{found:?}");
}
