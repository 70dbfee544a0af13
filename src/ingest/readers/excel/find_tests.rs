//! Sheets as people make them, drawn as text: where the table on each of them is.

use super::find::{Table, table};
use super::grid::{Grid, Region, Value};

/// A sheet from lines of cells between bars; numbers are numbers, the rest is text.
fn sheet(drawn: &[&str]) -> Grid {
    let mut grid = Grid::default();
    for (row, line) in (0..).zip(drawn) {
        for (column, cell) in (0..).zip(line.split('|')) {
            let cell = cell.trim();
            let value = cell.parse().map(Value::Number).ok().or_else(|| grid.keep(cell).map(Value::Text));
            if let Some(value) = value {
                grid.push(row, column, value);
            }
        }
    }
    grid.finish();
    grid
}

fn names(table: &Table) -> String {
    table.names.join(",")
}

#[test]
fn a_plain_table_is_all_of_the_sheet() {
    let found = table(&sheet(&["id|score", "a|1", "b|2"]), None);
    assert_eq!((names(&found).as_str(), found.titles, found.records, found.below), ("id,score", 0..0, 1..3, 3..3));
    // Text alone, with the most cells first; and a sheet of numbers alone.
    assert_eq!(table(&sheet(&["id|city", "a|Lynn", "b|Boston"]), None).records, 1..3);
    assert_eq!(table(&sheet(&["1|2", "3|4"]), None).header, 0..1);
}

#[test]
fn titles_above_and_notes_below_are_no_records() {
    let drawn = ["Survey 2024", "", "id|city|score|n", "a|Lynn|1|2", "b|Boston|3|4", "c|Salem|5|6", "d||7|8", "", "Source: the registry"];
    let found = table(&sheet(&drawn), None);
    assert_eq!((names(&found).as_str(), found.titles, found.records, found.below), ("id,city,score,n", 0..1, 2..6, 6..7));
    // Directly below, in columns of numbers, with what belongs to it above.
    let drawn = ["id|city|score|n", "a|Lynn|1|2", "b|Boston|3|4", "c|Salem|5|6", "some", "||words"];
    assert_eq!(table(&sheet(&drawn), None).below, 4..6);
}

#[test]
fn sparse_records_stay_records() {
    let drawn = ["id|city|score|n", "a|Lynn|1|2", "b|||", "c|Salem|5|6", "d|||"];
    assert_eq!(table(&sheet(&drawn), None).records, 1..5);
    // Years as names of columns below a title.
    let found = table(&sheet(&["By year", "center|2022|2023", "Lynn|1|2"]), None);
    assert_eq!((names(&found).as_str(), found.titles), ("center,2022,2023", 0..1));
}

#[test]
fn merged_headers_are_joined() {
    let mut grid = sheet(&["id|Mood||Sleep|", "|before|after|before|after", "a|1|2|3|4"]);
    grid.regions = vec![Region { first: (0, 0), last: (1, 0) }, Region { first: (0, 1), last: (0, 2) }, Region { first: (0, 3), last: (0, 4) }];
    let found = table(&grid, None);
    assert_eq!(names(&found), "id,Mood / before,Mood / after,Sleep / before,Sleep / after");
    assert_eq!((found.header, found.titles, found.records), (0..2, 0..0, 2..3));
    // A title that is merged over the whole table is no group.
    let mut grid = sheet(&["Survey||", "id|a|b", "x|1|2"]);
    grid.regions = vec![Region { first: (0, 0), last: (0, 2) }];
    assert_eq!(names(&table(&grid, None)), "id,a,b");
}

#[test]
fn the_row_of_questions_names_a_survey() {
    let drawn = ["Respondent ID|Which of these?|||Your age?", "|Pear|Plum|Fig|Response", "11|Pear|||3", "12||Plum|Fig|4"];
    let found = table(&sheet(&drawn), None);
    assert_eq!((names(&found).as_str(), found.titles, found.records), ("Respondent ID,Which of these?,,,Your age?", 0..0, 1..4));
}

#[test]
fn columns_without_names_belong_where_they_touch_the_table() {
    let found = table(&sheet(&["|a|b|c|", "1|2|3|4||x", "5|6|7|8||"]), None);
    assert_eq!((names(&found).as_str(), found.columns, found.holds(5)), (",a,b,c", (0, 3), false));
    let named = table(&sheet(&["text|more", "id|n", "a|1"]), Some(1));
    assert_eq!((names(&named).as_str(), named.titles), ("id,n", 0..1));
}
