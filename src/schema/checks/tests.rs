//! Every rule: its entry, its mistakes, and the rows that it must and must not name.

use std::collections::BTreeMap;

use super::*;
use crate::frame::{Places, RawBatch, missing};
use crate::rejects::Refused;
use crate::schema::crosswalk::Crosswalk;
use crate::schema::{Origin, Typist};

const FIELDS: &str = r#"
id = "t"
title = "T"
unit = "people"
key = ["id"]
missing = { "-7" = "refused" }
field = [
  { name = "id", type = "id" },
  { name = "center_id", type = "id" },
  { name = "respondent_id", type = "id" },
  { name = "person_id", type = "id" },
  { name = "employed", type = "category", levels = [{ code = "1", label = "Yes" }, { code = "2", label = "No" }] },
  { name = "severity", type = "ordinal", levels = [{ code = "1", label = "Mild" }, { code = "2", label = "Moderate" }, { code = "3", label = "Severe" }] },
  { name = "hours_a_week", type = "number" },
  { name = "age", type = "integer" },
  { name = "full_time", type = "integer" },
  { name = "part_time", type = "integer" },
  { name = "staff", type = "integer" },
  { name = "born_on", type = "date" },
  { name = "admitted_on", type = "date" },
  { name = "discharged_on", type = "date" },
  { name = "completed_on", type = "datetime" },
  { name = "visited_on", type = "date" },
  { name = "email", type = "text" },
  { name = "drugs", type = "multi", options = [{ column = "d1", label = "Alcohol" }, { column = "d2", label = "None" }] },
]
"#;

const HEADER: [&str; 19] = [
    "id",
    "center_id",
    "respondent_id",
    "person_id",
    "employed",
    "severity",
    "hours_a_week",
    "age",
    "full_time",
    "part_time",
    "staff",
    "born_on",
    "admitted_on",
    "discharged_on",
    "completed_on",
    "visited_on",
    "email",
    "d1",
    "d2",
];

fn book(check: &str) -> (Codebook, Vec<Problem>) {
    Codebook::parse("t.toml", &format!("{FIELDS}[[check]]\n{check}"))
}

/// Rows that say only some columns; the id is the row's number.
fn raw(rows: &[&[(&str, &str)]]) -> RawBatch {
    let mut batch = RawBatch { width: HEADER.len(), ..RawBatch::default() };
    for (number, row) in rows.iter().enumerate() {
        for name in HEADER {
            let id = number.to_string();
            let text = row.iter().find(|(known, _)| *known == name).map_or(if name == "id" { id.as_str() } else { "" }, |(_, text)| text);
            batch.text.extend_from_slice(text.as_bytes());
            batch.ends.push(batch.text.len());
        }
        batch.lines.push(number as u64 + 2);
    }
    batch
}

/// Line, column and rule of every fault; the rows are given one batch each when `apart`.
fn faults(check: &str, rows: &[&[(&str, &str)]], apart: bool) -> Vec<(u64, String, &'static str, Refused)> {
    let (book, problems) = book(check);
    assert!(problems.is_empty(), "{check}: {problems:?}");
    if let Some(known) = book.checks[0].check.list() {
        known.fill(["C01", "C02"].map(str::to_owned));
    }
    let origin = Origin { dataset: "d".into(), wave: String::new(), file: "f.csv".into(), places: Places::Lines };
    let crosswalk = Crosswalk::default();
    let header = HEADER.map(str::to_owned);
    let mut typist = Typist::new(&book, &crosswalk, &header, &[], origin).expect("the columns are there");
    let mut levels = BTreeMap::new();
    let whole = raw(rows);
    let size = if apart { 1 } else { rows.len() };
    for start in (0..rows.len()).step_by(size) {
        let cells = start * whole.width..(start + size) * whole.width;
        let first = if start == 0 { 0 } else { whole.ends[cells.start - 1] };
        let ends: Vec<usize> = whole.ends[cells].iter().map(|end| end - first).collect();
        let text = whole.text[first..first + ends.last().copied().unwrap_or(0)].to_vec();
        typist.batch(&RawBatch { width: whole.width, text, ends, lines: whole.lines[start..start + size].to_vec() }, &mut levels);
    }
    let ledger = typist.finish().expect("nothing to correct");
    assert_eq!(ledger.rows_in, ledger.rows_kept + ledger.rows_rejected());
    assert_eq!(ledger.tallies[0].faults, ledger.entries.iter().filter(|entry| !entry.check.is_empty()).count() as u64);
    ledger.entries.into_iter().map(|entry| (entry.line, entry.column, entry.rule, entry.refused)).collect()
}

fn lines(check: &str, rows: &[&[(&str, &str)]]) -> Vec<u64> {
    let found = faults(check, rows, false);
    let mut apart = faults(check, rows, true);
    apart.sort_by_key(|(line, _, rule, _)| (*rule != "type", *line));
    assert_eq!(found, apart, "batches change nothing");
    // What a field's type refuses is named once, by the type.
    found.into_iter().filter(|(_, _, rule, _)| *rule != "type").map(|(line, ..)| line).collect()
}

#[test]
fn every_rule_is_named_once_in_order_and_its_example_reads() {
    assert!(ALL.is_sorted_by(|a, b| a.id() < b.id()));
    for rule in ALL {
        let (book, problems) = book(rule.example());
        assert!(problems.is_empty(), "{}: {problems:?}", rule.id());
        assert_eq!((book.checks.len(), book.checks[0].rule), (1, rule.id()));
        let again = crate::schema::write(&book, &crate::schema::Comments::default());
        assert_eq!(Codebook::parse("again.toml", &again).0.checks, book.checks, "{again}");
        assert!(!rule.summary().is_empty() && !rule.parameters().is_empty() && !book.checks[0].expected().is_empty());
        for key in rule.example().lines().filter_map(|line| line.split_once(" = ")).map(|(key, _)| key).filter(|key| *key != "rule") {
            assert!(rule.parameters().iter().chain(&SHARED).any(|parameter| parameter.name == key), "{}: {key}", rule.id());
        }
    }
}

#[test]
fn every_parameter_is_a_key_and_no_other_is() {
    for rule in ALL {
        let (_, problems) = book(&format!("rule = \"{}\"\nno_such_key = 1\n", rule.id()));
        let Some(unknown) = problems.iter().find(|problem| problem.code == "config::unknown_key") else {
            // A rule that cannot be read for want of its parameters does not blame the others.
            assert!(!problems.is_empty(), "{}", rule.id());
            continue;
        };
        assert!(unknown.message.contains("no_such_key"));
    }
}

#[test]
fn range_takes_numbers_and_whole_days() {
    let rows: &[&[(&str, &str)]] = &[&[("completed_on", "2024-11-30T23:59:59")], &[("completed_on", "2024-12-01")], &[("completed_on", "2024-08-31")], &[]];
    assert_eq!(lines("rule = \"range\"\nfield = \"completed_on\"\nfrom = \"2024-09-01\"\nto = \"2024-11-30\"", rows), [3, 4]);
    let rows: &[&[(&str, &str)]] = &[&[("age", "18")], &[("age", "17")], &[("age", "-7")], &[("age", "x")]];
    assert_eq!(faults("rule = \"range\"\nfield = \"age\"\nfrom = 18", rows, false).len(), 2, "a refused number is one fault");
}

#[test]
fn set_allows_or_refuses_by_code_or_label() {
    let rows: &[&[(&str, &str)]] = &[&[("employed", "1")], &[("employed", "2")], &[]];
    assert_eq!(lines("rule = \"set\"\nfield = \"employed\"\nis = [\"Yes\"]", rows), [3]);
    assert_eq!(lines("rule = \"set\"\nfield = \"employed\"\nis_not = [\"1\"]", rows), [2]);
    let rows: &[&[(&str, &str)]] = &[&[("age", "3")], &[("age", "4.0")], &[("age", "5")]];
    assert_eq!(lines("rule = \"set\"\nfield = \"age\"\nis = [\"3\", \"4\"]", rows), [4]);
}

#[test]
fn pattern_is_of_the_whole_value() {
    let rows: &[&[(&str, &str)]] = &[&[("center_id", "C01")], &[("center_id", "C1")], &[("center_id", "XC01")], &[("center_id", "C011")], &[]];
    assert_eq!(lines("rule = \"pattern\"\nfield = \"center_id\"\nmatches = 'C\\d{2}'", rows), [3, 4, 5]);
    let (_, problems) = book("rule = \"pattern\"\nfield = \"center_id\"\nmatches = '('");
    assert_eq!(problems.iter().map(|problem| problem.code).collect::<Vec<_>>(), ["check::bad_pattern"]);
}

#[test]
fn order_passes_over_what_is_missing() {
    let check = "rule = \"order\"\nfields = [\"born_on\", \"admitted_on\", \"discharged_on\"]";
    let dates = |born, admitted, discharged| [("born_on", born), ("admitted_on", admitted), ("discharged_on", discharged)];
    let rows = [
        dates("1980-01-01", "2024-01-01", "2024-02-01"),
        dates("1980-01-01", "2024-01-01", "2023-12-31"),
        dates("2024-05-01", "", "2024-04-30"),
        dates("", "", "2024-04-30"),
        dates("1980-01-01", "2024-01-01", "2024-01-01"),
        dates("2025-01-01", "2024-01-01", "2024-06-01"),
    ];
    let rows: Vec<&[(&str, &str)]> = rows.iter().map(|row| &row[..]).collect();
    let found = faults(check, &rows, false);
    assert_eq!(
        found.iter().map(|(line, column, ..)| (*line, column.as_str())).collect::<Vec<_>>(),
        [(3, "discharged_on"), (4, "discharged_on"), (7, "admitted_on")]
    );
    assert_eq!(lines(&format!("{check}\nstrict = true"), &rows), [3, 4, 6, 7]);
}

#[test]
fn unique_counts_over_batches_and_refuses_rows() {
    let visit = |person, day| [("person_id", person), ("visited_on", day)];
    let rows = [
        visit("a", "2024-01-01"),
        visit("a", "2024-01-02"),
        visit("b", "2024-01-01"),
        visit("a", "2024-01-01"),
        visit("", "2024-01-01"),
        visit("", "2024-01-01"),
    ];
    let rows: Vec<&[(&str, &str)]> = rows.iter().map(|row| &row[..]).collect();
    let check = "rule = \"unique\"\nfields = [\"person_id\", \"visited_on\"]";
    assert_eq!(faults(check, &rows, true), [(5, "visited_on".to_owned(), "unique", Refused::Value)]);
    assert_eq!(faults(&format!("{check}\nrefuse = \"row\""), &rows, false), [(5, "visited_on".to_owned(), "unique", Refused::Row)]);
}

#[test]
fn reference_finds_who_is_not_listed() {
    let rows: &[&[(&str, &str)]] = &[&[("center_id", "C01")], &[("center_id", "C3")], &[], &[("center_id", "c01")]];
    assert_eq!(lines("rule = \"reference\"\nfield = \"center_id\"\nfile = \"centers.csv\"", rows), [3, 5]);
}

#[test]
fn if_then_speaks_only_where_it_is_sure() {
    let rows: &[&[(&str, &str)]] = &[
        &[("employed", "1"), ("hours_a_week", "0")],
        &[("employed", "1"), ("hours_a_week", "")],
        &[("employed", "1"), ("hours_a_week", "12")],
        &[("employed", "2"), ("hours_a_week", "0")],
        &[("employed", ""), ("hours_a_week", "0")],
        &[("employed", "1"), ("hours_a_week", "many")],
    ];
    let (_, problems) = book("rule = \"if_then\"\nwhen = \"employed = 'Yes'\"\nthen = \"hours_a_week >\"");
    assert_eq!(problems.iter().map(|problem| problem.code).collect::<Vec<_>>(), ["condition::syntax"]);
    let rows_of = |then: &str| format!("rule = \"if_then\"\nwhen = \"employed = 'Yes'\"\nthen = \"{then}\"");
    let (book, _) = book(&rows_of("hours_a_week > 0"));
    assert_eq!(book.checks[0].id, "if_then_hours_a_week");
    assert_eq!(lines(&rows_of("hours_a_week > 0"), rows), [2]);
    assert_eq!(lines(&rows_of("hours_a_week is not missing"), rows), [3]);
    assert_eq!(lines(&rows_of("hours_a_week > 0 and hours_a_week is not missing"), rows), [2, 3]);
}

#[test]
fn conditions_know_levels_sizes_options_and_other_fields() {
    let rows: &[&[(&str, &str)]] = &[&[("severity", "1"), ("d1", "1"), ("d2", "1")], &[("severity", "3"), ("d1", "0"), ("d2", "1")], &[("severity", "2")]];
    assert_eq!(lines("rule = \"if_then\"\nwhen = \"severity >= 'Moderate'\"\nthen = \"severity = 'Severe'\"", rows), [4]);
    assert_eq!(lines("rule = \"if_then\"\nwhen = \"drugs = 'None'\"\nthen = \"drugs != 'Alcohol'\"", rows), [2]);
    let rows: &[&[(&str, &str)]] = &[&[("age", "40"), ("staff", "41")], &[("age", "41"), ("staff", "41")], &[("staff", "1")]];
    assert_eq!(lines("rule = \"if_then\"\nwhen = \"staff > 1\"\nthen = \"age >= staff\"", rows), [2]);
}

#[test]
fn sum_has_a_tolerance_and_knows_blanks_from_refusals() {
    let staff = |full, part, staff| [("full_time", full), ("part_time", part), ("staff", staff)];
    let rows = [staff("2", "3", "5"), staff("2", "3", "6"), staff("2", "", "2"), staff("2", "", "3"), staff("", "", "3"), staff("2", "3", "")];
    let rows: Vec<&[(&str, &str)]> = rows.iter().map(|row| &row[..]).collect();
    let check = "rule = \"sum\"\nparts = [\"full_time\", \"part_time\"]\ntotal = \"staff\"";
    assert_eq!(lines(check, &rows), [3]);
    assert_eq!(lines(&format!("{check}\ntolerance = 1"), &rows), [0_u64; 0]);
    assert_eq!(lines(&format!("{check}\nblank_is_zero = true"), &rows), [3, 5]);
}

#[test]
fn severity_says_what_is_refused_and_at_most_when_it_is_a_finding() {
    let rows: &[&[(&str, &str)]] = &[&[("age", "5")], &[("age", "30")], &[("age", "31")], &[("age", "32")]];
    let check = "rule = \"range\"\nfield = \"age\"\nfrom = 18";
    assert_eq!(faults(check, rows, false)[0].3, Refused::Value);
    for (more, severity) in [
        ("", Severity::Note),
        ("severity = \"warning\"", Severity::Warning),
        ("severity = \"note\"", Severity::Note),
        ("severity = \"warning\"\nat_most = 0.25", Severity::Note),
        ("severity = \"note\"\nat_most = 0.2", Severity::Warning),
        ("at_most = 1", Severity::Note),
        ("at_most = 0", Severity::Warning),
    ] {
        let (book, problems) = book(&format!("{check}\n{more}"));
        assert!(problems.is_empty(), "{problems:?}");
        let origin = Origin { dataset: "d".into(), wave: String::new(), file: "f.csv".into(), places: Places::Lines };
        let crosswalk = Crosswalk::default();
        let mut typist = Typist::new(&book, &crosswalk, &HEADER.map(str::to_owned), &[], origin).expect("the columns are there");
        let batch = typist.batch(&raw(rows), &mut BTreeMap::new());
        let kept = batch.column("age").is_some_and(|column| column.missing[0] == missing::PRESENT);
        assert_eq!(kept, more.contains("severity"), "{more}");
        let findings = typist.finish().expect("nothing to correct").findings();
        assert_eq!(findings.iter().map(|finding| finding.severity).collect::<Vec<_>>(), [severity], "{more}");
    }
}

#[test]
fn mistakes_of_a_check_are_found_before_any_data() {
    for (check, code) in [
        ("rule = \"rnge\"\nfield = \"age\"", "config::unknown_word"),
        ("field = \"age\"", "config::missing_key"),
        ("rule = \"range\"\nfield = \"agee\"\nfrom = 1", "schema::unknown_field"),
        ("rule = \"range\"\nfield = \"age\"", "check::no_bound"),
        ("rule = \"range\"\nfield = \"born_on\"\nfrom = 3", "check::wrong_value"),
        ("rule = \"range\"\nfield = \"email\"\nfrom = 3", "check::wrong_kind"),
        ("rule = \"range\"\nfield = \"age\"\nfrom = 3\nat_most = 1.5", "check::bad_threshold"),
        ("rule = \"range\"\nfield = \"age\"\nfrom = 3\nseverity = \"note\"\nrefuse = \"row\"", "check::refuses_nothing"),
        ("rule = \"range\"\nfield = \"age\"\nfrom = 3\nblame = \"nobody\"", "schema::unknown_field"),
        ("rule = \"range\"\nfield = \"age\"\nfrom = 3\nwhen = \"employed = 'Maybe'\"", "schema::unknown_level"),
        ("rule = \"set\"\nfield = \"age\"", "check::no_list"),
        ("rule = \"order\"\nfields = [\"age\"]", "check::too_few_fields"),
        ("rule = \"order\"\nfields = [\"age\", \"born_on\"]", "check::no_size"),
        ("rule = \"sum\"\nparts = [\"full_time\", \"part_time\"]", "check::no_total"),
        ("rule = \"if_then\"\nthen = \"age > 3\"", "config::missing_key"),
        ("rule = \"if_then\"\nwhen = \"age > 3\"\nthen = \"email > 3\"", "check::no_size"),
        ("rule = \"if_then\"\nwhen = \"age > 'old'\"\nthen = \"age > 3\"", "check::wrong_value"),
    ] {
        let (_, problems) = book(check);
        assert_eq!(problems.iter().map(|problem| problem.code).collect::<Vec<_>>(), [code], "{check}: {problems:?}");
    }
    let (_, problems) = Codebook::parse("t.toml", &format!("{FIELDS}{0}{0}", "[[check]]\nrule = \"range\"\nfield = \"age\"\nfrom = 1\n"));
    assert_eq!(problems.iter().map(|problem| problem.code).collect::<Vec<_>>(), ["check::duplicate_id"]);
}
