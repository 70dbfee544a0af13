//! Single rules of a release on tables small enough to be judged by eye.

use super::super::*;
use crate::results::Unit;

fn share(level: &str, behind: u64, base: u64) -> ResultRow {
    let mut row = ResultRow::new("members", "who", "gender", Stat::Proportion, Unit::Percent);
    row.level = Some(level.into());
    row.estimate = Some(behind as f64 / base as f64);
    row.n = Some(behind as f64);
    row.denominator = Some(base as f64);
    row.support = Support::People { behind, outside: Some(base - behind) };
    row
}

fn statuses(rows: Vec<ResultRow>) -> Vec<Status> {
    let table = ResultTable::new(rows).expect("ids are unique");
    release(table, &Policy::default(), &Structure::default(), None).expect("protected").0.rows().iter().map(|row| row.status).collect()
}

#[test]
fn a_small_level_hides_itself_and_the_next_smallest() {
    let found = statuses(vec![share("a", 60, 100), share("b", 37, 100), share("c", 3, 100)]);
    assert_eq!(found, [Status::Ok, Status::SuppressedComplementary, Status::Suppressed]);
}

#[test]
fn a_whole_is_hidden_where_one_of_its_parts_is_shown_alone() {
    let of = |center: Option<&str>, behind: u64, base: u64, weight: f64| {
        let mut row = ResultRow { n_weighted: Some(weight), ..share("yes", behind, base) };
        row.groups.extend(center.map(|center| ("center".to_owned(), center.to_owned())));
        row
    };
    assert_eq!(statuses(vec![of(None, 3, 1465, 5.0), of(Some("large"), 1, 122, 2.0)]), [Status::Suppressed; 2]);
}

#[test]
fn zero_may_be_shown() {
    assert_eq!(statuses(vec![share("a", 60, 120), share("b", 60, 120), share("c", 0, 120)]), [Status::Ok; 3]);
}

#[test]
fn a_small_complement_hides_too() {
    assert_eq!(statuses(vec![share("a", 95, 100)]), [Status::Suppressed]);
}

#[test]
fn a_hidden_row_has_no_number() {
    let table = ResultTable::new(vec![share("a", 3, 100)]).expect("one row");
    let (released, _) = release(table, &Policy::default(), &Structure::default(), None).expect("protected");
    let row = &released.rows()[0];
    assert_eq!((row.estimate, row.n, row.denominator, row.level.as_deref()), (None, None, None, Some("a")));
}

fn released(rows: Vec<ResultRow>, policy: &Policy, former: Option<&ReleasedTable>) -> Result<ReleasedTable, Error> {
    release(ResultTable::new(rows).expect("ids are unique"), policy, &Structure::default(), former).map(|(released, _)| released)
}

#[test]
fn a_count_that_differs_by_few_people_from_the_former_release_is_hidden() {
    let policy = Policy::default();
    let former = released(vec![share("a", 300, 500)], &policy, None).expect("protected");
    let now = |people: u64, base: u64| released(vec![share("a", people, base)], &policy, Some(&former)).expect("protected").rows()[0].status;
    assert_eq!([now(300, 500), now(303, 520), now(311, 511), now(340, 503)], [Status::Ok, Status::Suppressed, Status::Ok, Status::Suppressed]);
}

#[test]
fn what_the_former_release_shows_cannot_be_hidden_any_more() {
    let looser = Policy { minimum_cell: 5, ..Policy::default() };
    let former = released(vec![share("a", 7, 500)], &looser, None).expect("protected");
    let error = released(vec![share("a", 7, 500)], &Policy::default(), Some(&former)).expect_err("it is public");
    assert_eq!((error.exit, error.problems[0].code), (Exit::Disclosure, "disclosure::published_before"));
}

#[test]
fn ten_teams_may_show_their_range_and_people_never_do() {
    let mut range = ResultRow::new("teams", "work", "fte", Stat::Min, Unit::Fte);
    range.support = Support::Establishments(10);
    let mut age = ResultRow::new("members", "who", "age", Stat::Max, Unit::None);
    age.support = Support::People { behind: 900, outside: None };
    assert_eq!(statuses(vec![range, age]), [Status::Ok, Status::Suppressed]);
}

#[test]
fn missing_answers_of_people_with_several_rows_are_no_number_of_people() {
    let mut people = ResultRow::new("members", "who", "people", Stat::Count, Unit::People);
    (people.estimate, people.n) = (Some(40.0), Some(100.0));
    people.support = Support::People { behind: 40, outside: None };
    let rows = ["a", "b"].map(|level| ResultRow { n: Some(30.0), n_missing: Some(60.0), ..share(level, 20, 40) });
    assert_eq!(statuses([people].into_iter().chain(rows).collect()), [Status::Ok; 3]);
}
