//! Planted faults and the ones that are reported: exactly those, each with its place and rule, in every way of reading.

use std::collections::BTreeSet;

use proptest::prelude::*;
use recovista::{CheckOptions, Checked, check_data};

use crate::project::Project;

const BOOK: &str = r#"id = "visits"
title = "Visits"
unit = "people"
key = ["id"]
field = [
  { name = "id", type = "id" },
  { name = "site", type = "id", required = true },
  { name = "center", type = "id" },
  { name = "age", type = "integer", range = [18, 110] },
  { name = "employed", type = "category", levels = [{ code = "1", label = "Yes" }, { code = "2", label = "No" }] },
  { name = "hours", type = "number", ask_if = { field = "employed", is = ["Yes"] } },
  { name = "admitted", type = "date" },
  { name = "discharged", type = "date" },
  { name = "completed", type = "date" },
  { name = "full", type = "integer" },
  { name = "part", type = "integer" },
  { name = "staff", type = "integer" },
  { name = "zip", type = "text" },
  { name = "mail", type = "text" },
  { name = "consent", type = "text" },
]
[[check]]
rule = "order"
fields = ["admitted", "discharged"]
[[check]]
rule = "range"
field = "completed"
to = "2024-12-31"
[[check]]
rule = "sum"
parts = ["full", "part"]
total = "staff"
[[check]]
rule = "if_then"
when = "employed = 'Yes'"
then = "hours > 0"
[[check]]
rule = "pattern"
field = "zip"
matches = '\d{5}'
[[check]]
rule = "unique"
fields = ["mail"]
[[check]]
rule = "set"
field = "consent"
is = ["yes"]
severity = "warning"
[[check]]
rule = "reference"
field = "center"
file = "centers.csv"
"#;

const HEADER: [&str; 15] =
    ["id", "site", "center", "age", "employed", "hours", "admitted", "discharged", "completed", "full", "part", "staff", "zip", "mail", "consent"];

/// A kind of fault: its rule, the column that is named, what is written into which columns.
struct Fault {
    rule: &'static str,
    column: &'static str,
    cells: &'static [(&'static str, &'static str)],
}

/// Every fault is one by the codebook above, and no two that share a column go into one row.
const FAULTS: [Fault; 15] = [
    Fault { rule: "type", column: "age", cells: &[("age", "forty")] },
    Fault { rule: "range", column: "age", cells: &[("age", "200")] },
    Fault { rule: "levels", column: "employed", cells: &[("employed", "9")] },
    Fault { rule: "skip_logic", column: "hours", cells: &[("employed", "2"), ("hours", "10")] },
    Fault { rule: "if_then", column: "hours", cells: &[("employed", "1"), ("hours", "0")] },
    Fault { rule: "date", column: "admitted", cells: &[("admitted", "2024-02-30")] },
    Fault { rule: "order", column: "discharged", cells: &[("admitted", "2024-02-02"), ("discharged", "2024-02-01")] },
    Fault { rule: "range", column: "completed", cells: &[("completed", "2025-01-01")] },
    Fault { rule: "sum", column: "staff", cells: &[("staff", "8")] },
    Fault { rule: "type", column: "part", cells: &[("part", "three"), ("staff", "9")] },
    Fault { rule: "pattern", column: "zip", cells: &[("zip", "0213")] },
    Fault { rule: "unique", column: "mail", cells: &[("mail", "m0@x.org")] },
    Fault { rule: "set", column: "consent", cells: &[("consent", "no")] },
    Fault { rule: "reference", column: "center", cells: &[("center", "C99")] },
    Fault { rule: "required", column: "site", cells: &[("site", "")] },
];

/// Line, column and rule.
type Places = BTreeSet<(usize, String, String)>;

/// Rows in which nothing is wrong.
fn clean(rows: usize) -> Vec<Vec<String>> {
    let row = |row: usize| {
        let (employed, hours) = if row.is_multiple_of(3) { ("2", "") } else { ("1", "20") };
        let cells = ["S1", "C01", "41", employed, hours, "2024-01-05", "2024-03-05", "2024-10-01", "4", "3", "7", "02139"];
        let mut cells: Vec<String> = cells.map(str::to_owned).to_vec();
        cells.insert(0, format!("p{row}"));
        cells.extend([format!("m{row}@x.org"), "yes".to_owned()]);
        cells
    };
    (0..rows).map(row).collect()
}

/// The project with these rows.
fn project(rows: &[Vec<String>]) -> Project {
    let project = Project::new();
    let lines: Vec<String> = std::iter::once(HEADER.join(",")).chain(rows.iter().map(|row| row.join(","))).collect();
    project.write("data.csv", (lines.join("\n") + "\n").as_bytes());
    project.write("book.toml", BOOK.as_bytes());
    project.write("centers.csv", b"center,name\nC01,One\nC02,Two\n");
    project.edit("pipeline.toml", "variables = [\"gender\", \"age\"]\n", "variables = [\"age\"]\n");
    project.edit("pipeline.toml", "title", "reject_limit = 1\ntitle");
    project
}

fn checked(project: &Project, jobs: usize) -> Checked {
    check_data(&CheckOptions { pipeline: project.path("pipeline.toml"), jobs: Some(jobs) }).expect("the pipeline is sound")
}

fn places(checked: &Checked) -> Places {
    let places: Places = checked.faults.iter().map(|fault| (fault[3].parse().expect("a line"), fault[5].clone(), fault[8].clone())).collect();
    assert_eq!(places.len(), checked.faults.len(), "nothing is named twice: {:?}", checked.faults);
    places
}

/// Plants the faults whose columns are still untouched in their row; the first row stays as it is.
fn plant(rows: &mut [Vec<String>], wanted: &[(usize, usize)]) -> Places {
    let (mut touched, mut planted) = (BTreeSet::new(), Places::new());
    for (row, kind) in wanted {
        let (row, fault) = (1 + row % (rows.len() - 1), &FAULTS[kind % FAULTS.len()]);
        let group = |column: &str| match column {
            "hours" => "employed".to_owned(),
            "discharged" => "admitted".to_owned(),
            "part" => "staff".to_owned(),
            other => other.to_owned(),
        };
        let cells: BTreeSet<(usize, String)> = fault.cells.iter().map(|(column, _)| (row, group(column))).collect();
        if cells.iter().any(|cell| touched.contains(cell)) {
            continue;
        }
        touched.extend(cells);
        for (column, text) in fault.cells {
            let place = HEADER.iter().position(|name| name == column).expect("a column");
            (*text).clone_into(&mut rows[row][place]);
        }
        planted.insert((row + 2, fault.column.to_owned(), fault.rule.to_owned()));
    }
    planted
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn exactly_the_planted_faults_are_reported(wanted in prop::collection::vec((0..40_usize, 0..FAULTS.len()), 0..60), repeated in prop::option::of(1..40_usize)) {
        let mut rows = clean(40);
        let mut planted = plant(&mut rows, &wanted);
        if let Some(row) = repeated {
            rows.push(rows[row % 40].clone());
            planted.insert((rows.len() + 1, String::new(), "duplicate_row".to_owned()));
        }
        let project = project(&rows);
        let one = checked(&project, 1);
        prop_assert_eq!(places(&one), planted);
        let two = checked(&project, 2);
        prop_assert_eq!(&one.faults, &two.faults);
        prop_assert_eq!(one.counts, two.counts);
    }
}

#[test]
fn every_kind_of_fault_is_found_alone_and_all_in_one_row() {
    for (kind, fault) in FAULTS.iter().enumerate() {
        let mut rows = clean(12);
        let planted = plant(&mut rows, &[(4, kind)]);
        assert_eq!(planted.len(), 1);
        assert_eq!(places(&checked(&project(&rows), 1)), planted, "{}", fault.rule);
    }
    let mut rows = clean(12);
    let wanted: Vec<(usize, usize)> = (0..FAULTS.len()).map(|kind| (4, kind)).collect();
    let planted = plant(&mut rows, &wanted);
    assert!(planted.len() >= 9, "{planted:?}");
    assert_eq!(places(&checked(&project(&rows), 2)), planted);
}

#[test]
fn a_value_that_occurs_again_in_a_later_batch_is_found() {
    let project = Project::new();
    let rows: Vec<String> = (0..70_000).map(|row| format!("p{row},c{},1,30\n", if row == 69_999 { 3 } else { row })).collect();
    project.write("data.csv", format!("respondent_id,center_id,gender,age\n{}", rows.concat()).as_bytes());
    let book = project.read("book.toml");
    project.write("book.toml", format!("{book}[[check]]\nrule = \"unique\"\nfields = [\"center_id\"]\nrefuse = \"row\"\n").as_bytes());
    let found = checked(&project, 2);
    assert_eq!(places(&found), BTreeSet::from([(70_001, "center_id".to_owned(), "unique".to_owned())]));
    assert_eq!((found.rows_in, found.rows_rejected), (70_000, 1));
    assert!(found.faults[0][10].ends_with("line 5 holds the same"), "{}", found.faults[0][10]);
}

#[test]
fn check_reads_the_data_when_asked() {
    let mut rows = clean(12);
    plant(&mut rows, &[(4, 6), (5, 12)]);
    let project = project(&rows);
    assert_eq!(project.run("check pipeline.toml").0, Some(0));
    insta::assert_snapshot!(project.said("check pipeline.toml --data"), @r"
exit 1
note[check::faults]: 1 of 12 rows breaks the check `order_discharged`
  where:    data.csv
  expected: admitted ≤ discharged in order
warning[check::faults]: 1 of 12 rows breaks the check `set_consent`
  where:    data.csv
  expected: one of yes
pipeline.toml: rows refused 0 of 12, values refused 1
");
    let (code, counts, _) = project.run("check pipeline.toml --data --format csv");
    assert_eq!(code, Some(1));
    assert!(counts.contains("members,,order,order_discharged,error,1,12\n") && counts.contains("members,,set,set_consent,warning,1,12\n"), "{counts}");
    let (_, faults, _) = project.run("check pipeline.toml --data --faults --format csv");
    let expected = "members,,data.csv,7,data.csv:7:8,discharged,8,value,order,2024-02-01,`discharged` not below `admitted`,order_discharged";
    assert!(faults.lines().any(|line| line == expected), "{faults}");
    let warned = "members,,data.csv,8,data.csv:8:15,consent,15,nothing,set,no,one of yes,set_consent";
    assert!(faults.lines().any(|line| line == warned), "{faults}");
    // a run lists the same and ends with the same code
    assert_eq!(project.run("run pipeline.toml").0, Some(1));
    assert_eq!(project.read("reports/pipeline/restricted/rejects.csv"), faults);
}
