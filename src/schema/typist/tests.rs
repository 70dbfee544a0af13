//! Small files in, refusals and values out: the awkward cases of typing.

use super::*;
use crate::frame::{NO_LEVEL, Places, RawBatch};

const BOOK: &str = r#"
id = "t"
title = "T"
unit = "people"
key = ["id"]
missing = { "-7" = "refused" }
field = [
  { name = "id", type = "id" },
  { name = "age", type = "integer", range = [0, 110] },
  { name = "sex", type = "category", levels = [{ code = "1", label = "Female" }, { code = "2", label = "Male" }] },
  { name = "visits", type = "integer", ask_if = { field = "sex", is = ["Female"] } },
  { name = "race", type = "multi", options = [{ column = "r1", label = "White" }, { column = "r2", label = "Black" }] },
]
"#;

fn raw(rows: &[&[&str]]) -> RawBatch {
    let mut batch = RawBatch { width: rows[0].len(), ..RawBatch::default() };
    for (line, row) in rows.iter().enumerate() {
        for field in *row {
            batch.text.extend_from_slice(field.as_bytes());
            batch.ends.push(batch.text.len());
        }
        batch.lines.push(line as u64 + 2);
    }
    batch
}

#[test]
fn bad_values_are_named_and_rows_add_up() {
    let (book, problems) = Codebook::parse("t.toml", BOOK);
    assert!(problems.is_empty(), "{problems:?}");
    let header: Vec<String> = ["id", "age", "sex", "visits", "r1", "r2"].map(String::from).to_vec();
    let origin = Origin { dataset: "d".into(), wave: "w".into(), file: "f.csv".into(), places: Places::Lines };
    let crosswalk = Crosswalk::default();
    let mut typist = Typist::new(&book, &crosswalk, &header, &[], origin).expect("all columns are there");
    let mut levels = BTreeMap::new();
    let batch = typist.batch(
        &raw(&[
            &["a", "41", "1", "3", "1", "0"],
            &["b", "forty", "2.0", "", "0", "0"],
            &["c", "150", "9", "2", "x", ""],
            &["a", "41", "1", "3", "1", "0"],
            &["", "30", "1", "1", "1", "1"],
            &["d", "-7", "2", "5", "1", "1"],
        ]),
        &mut levels,
    );
    let refused: Vec<_> = typist.ledger.entries.iter().map(|entry| (entry.line, entry.column.as_str(), entry.rule)).collect();
    let expected = [
        (5, "", "duplicate_row"),
        (6, "", "key_missing"),
        (3, "age", "type"),
        (4, "age", "range"),
        (4, "sex", "levels"),
        (4, "r1", "levels"),
        (7, "visits", "skip_logic"),
    ];
    assert_eq!(refused, expected);
    assert_eq!(typist.ledger.rows_in, typist.ledger.rows_kept + typist.ledger.rows_rejected());
    assert_eq!(batch.column("age").map(|column| column.missing.clone()), Some(vec![0, missing::INVALID, missing::INVALID, missing::REFUSED]));
    assert_eq!(batch.levels("sex"), Some(&[0, 1, NO_LEVEL, 1][..]));
    assert_eq!(batch.column("visits").map(|column| column.missing.clone()), Some(vec![0, missing::NOT_ASKED, 0, missing::INVALID]));
    assert_eq!(batch.flags("race"), Some(&[1, 0, 0, 3][..]));
}

#[test]
fn a_missing_column_suggests_the_near_one() {
    let (book, _) = Codebook::parse("t.toml", BOOK);
    let header: Vec<String> = ["id", "agee", "sex", "visits", "r1", "r2"].map(String::from).to_vec();
    let origin = Origin { dataset: "d".into(), wave: "w".into(), file: "f.csv".into(), places: Places::Lines };
    let Err(problems) = Typist::new(&book, &Crosswalk::default(), &header, &[], origin) else { panic!("`age` is not there") };
    assert_eq!(problems.len(), 1);
    assert!(problems[0].help.as_deref().is_some_and(|help| help.contains("`agee`")));
}

#[test]
fn a_gate_of_a_level_beyond_the_64th_is_open_to_nobody() {
    let levels = (1..=70).map(|code| format!("{{ code = \"{code}\", label = \"L{code}\" }},")).collect::<Vec<_>>().concat();
    let text = format!(
        "id = 't'\ntitle = 'T'\nunit = 'people'\nfield = [\n{{ name = 'several', type = 'multi', levels = [{levels}] }},\n{{ name = 'more', type = 'integer', ask_if = {{ field = 'several', is = ['L65'] }} }},\n]\n"
    );
    let (book, problems) = Codebook::parse("t.toml", &text);
    assert!(problems.is_empty(), "{problems:?}");
    let origin = Origin { dataset: "d".into(), wave: "w".into(), file: "f.csv".into(), places: Places::Lines };
    let crosswalk = Crosswalk::default();
    let header = ["several", "more"].map(String::from);
    let mut typist = Typist::new(&book, &crosswalk, &header, &[], origin).expect("all columns are there");
    // The 65th bit would be the first one again.
    let batch = typist.batch(&raw(&[&["1", ""], &["2", ""]]), &mut BTreeMap::new());
    assert_eq!(batch.column("more").map(|column| column.missing.clone()), Some(vec![missing::NOT_ASKED; 2]));
}

#[test]
fn a_codebook_has_as_many_reasons_of_its_own_as_there_are_codes() {
    let parsed = |count: usize| {
        let codes = (0..count).map(|code| format!("'m{code}' = 'reason {code}'\n")).collect::<Vec<_>>().concat();
        Codebook::parse("t.toml", &format!("id = 't'\ntitle = 'T'\nunit = 'people'\n[missing]\n{codes}[[field]]\nname = 'a'\ntype = 'text'\n"))
    };
    let (mut book, problems) = parsed(250);
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!((book.reason(254), book.known_reason("reason 249")), ("reason 249", 254));
    let (_, problems) = parsed(251);
    assert_eq!(problems.iter().map(|problem| problem.code).collect::<Vec<_>>(), ["schema::too_many_reasons"]);
    // A file may bring more: they are no answer like any other.
    book.adopt(&[crate::frame::Described { missing: vec![("-1".to_owned(), "another".to_owned())], ..Default::default() }]);
    assert_eq!((book.reasons.len(), book.known_reason("another")), (250, missing::SKIPPED));
}
