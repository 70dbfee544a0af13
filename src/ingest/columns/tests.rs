//! The fast way and the plain way give the same columns, whatever the text, the blocks and the number of threads.

use std::io::Write as _;
use std::path::Path;

use proptest::prelude::*;

use super::feed::Sizes;
use super::{Columns, Role, Unreadable, Wanted};
use crate::error::Error;
use crate::frame::{Commas, Levels, Meaning, NO_LEVEL, Values, comma_number, parse_iso, shortest};
use crate::ingest::{ReadOptions, RejectedRecord, open};

/// Sizes so large that one block holds the whole file.
const WHOLE: Sizes = Sizes { group: 1 << 20, block: 1 << 20 };

/// All that is known of a file in the end; numbers as bits, because NaN is a value here.
#[derive(Debug, Default, PartialEq)]
struct Content {
    numbers: Vec<u64>,
    levels: Vec<u32>,
    times: Vec<i64>,
    texts: Vec<String>,
    names: Vec<String>,
    rejected: Vec<RejectedRecord>,
    unreadable: Vec<Unreadable>,
    notes: Vec<&'static str>,
}

fn file(bytes: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::Builder::new().suffix(".csv").tempfile().expect("a temporary file");
    file.write_all(bytes).expect("writes");
    file
}

/// Reads the first column in all four roles.
fn fast(path: &Path, missing: &[String], sizes: Sizes) -> Result<Content, Error> {
    let options = ReadOptions { delimiter: Some(b','), ..ReadOptions::default() };
    let first = open(path, &options)?.header()[0].clone();
    let roles = [(Role::Number, "number"), (Role::Level, "level"), (Role::Time, "time"), (Role::Text, "text")];
    let wanted = roles.map(|(role, name)| Wanted::new(first.clone(), role).named(name));
    let mut columns = Columns::open_with(path, &options, &wanted, missing, sizes)?;
    let mut content = Content::default();
    loop {
        let batches = columns.next_batches()?;
        if batches.is_empty() {
            break;
        }
        for batch in batches {
            assert!(batch.rows() > 0);
            content.numbers.extend(batch.numbers("number").expect("numbers").iter().map(|number| number.to_bits()));
            content.levels.extend(batch.levels("level").expect("levels"));
            content.times.extend(batch.times("time").expect("times"));
            let Some(Values::Text(texts)) = batch.column("text").map(|column| column.values.clone()) else { panic!("texts") };
            content.texts.extend(texts);
        }
    }
    assert_eq!(columns.rows(), content.texts.len() as u64);
    content.names = columns.levels()["level"].names().to_vec();
    content.rejected = columns.rejected().to_vec();
    content.unreadable = columns.unreadable().cloned().collect();
    content.notes = columns.notes().iter().map(|note| note.code).collect();
    Ok(content)
}

/// The same from the plain reader, each cell typed by itself as simply as can be.
fn plain(path: &Path, missing: &[String]) -> Result<Content, Error> {
    let mut reader = open(path, &ReadOptions { delimiter: Some(b','), ..ReadOptions::default() })?;
    let (mut content, mut levels) = (Content::default(), Levels::default());
    let mut bad: [Option<Unreadable>; 3] = [None, None, None];
    let (mut commas, mut with_commas) = (Commas::default(), Vec::new());
    while let Some(batch) = reader.next_batch()? {
        for row in 0..batch.rows() {
            let cell = batch.field_str(row, 0).trim();
            let short = std::str::from_utf8(shortest(cell.as_bytes())).expect("text");
            let none = short.is_empty() || short == "NA" || missing.iter().any(|code| code == short);
            let number = cell.parse::<f64>().ok().filter(|number| number.is_finite());
            let is_code = number.is_some_and(|number| missing.iter().any(|code| code.parse() == Ok(number)));
            let time = parse_iso(cell.as_bytes());
            let with_comma = comma_number(cell).filter(|_| !none && number.is_none());
            if !none && !is_code && (number.is_none() || cell.contains('.')) {
                commas.see(cell);
            }
            if let Some(value) = with_comma {
                with_commas.push((content.numbers.len(), value));
            }
            let is_bad = [!none && number.is_none() && with_comma.is_none(), !none && time.is_none(), with_comma.is_some()];
            for (place, is_bad) in is_bad.into_iter().enumerate().filter(|(_, is_bad)| *is_bad) {
                assert!(is_bad);
                let column = ["number", "time", "number"][place].to_owned();
                bad[place].get_or_insert(Unreadable { column, count: 0, line: batch.lines[row], text: cell.to_owned() }).count += 1;
            }
            content.numbers.push(if none || is_code { f64::NAN } else { number.unwrap_or(f64::NAN) }.to_bits());
            content.levels.push(if none { NO_LEVEL } else { levels.intern(short) });
            content.times.push(time.filter(|_| !none).unwrap_or(i64::MIN));
            content.texts.push(if none { String::new() } else { cell.to_owned() });
        }
    }
    content.names = levels.names().to_vec();
    content.rejected = reader.rejected().to_vec();
    content.notes = reader.notes().iter().map(|note| note.code).collect();
    if commas.meaning() == Meaning::Fraction && !with_commas.is_empty() {
        content.notes.push("input::decimal_comma");
        bad[2] = None;
    }
    for (row, value) in with_commas {
        content.numbers[row] = value.to_bits();
    }
    content.unreadable = bad.into_iter().flatten().collect();
    Ok(content)
}

/// Texts of a file: well-kept cells and records mostly, and everything that goes wrong.
fn texts() -> impl Strategy<Value = String> {
    let cell = prop_oneof![
        6 => "[0-9]{1,3}",
        2 => "[-]?[0-9]{1,2}[.][0-9]{0,3}",
        2 => Just(String::new()),
        1 => Just("NA".to_owned()),
        1 => Just("-9".to_owned()),
        2 => "[a-c ]{1,3}",
        2 => "20[0-2][0-9]-0[1-9]-[0-2][0-9]([T ]0[0-9]:[0-5][0-9](:[0-9]{2}([.][0-9])?)?Z?)?",
        1 => "\"[a-c ,\n0-9]{0,5}(\"\"){0,2}[a-c\r\n]{0,2}\"",
        1 => "[é☃\u{a0}\u{feff}]{1,2}",
    ];
    let odd = prop_oneof![12 => Just(""), 1 => Just("\""), 1 => Just("x\"y"), 1 => Just("\"a\"b"), 1 => Just("\n"), 1 => Just(" \t")];
    let end = prop_oneof![8 => Just("\n"), 4 => Just("\r\n"), 1 => Just("\r"), 1 => Just("\n\n"), 1 => Just("\r\n\r\n"), 1 => Just(""), 1 => Just(",\n"), 1 => Just(",\"\"\n")];
    let record = (prop::collection::vec(cell, 3), prop_oneof![9 => Just(3_usize), 1 => 1..5_usize], odd, end);
    let mark = prop_oneof![4 => Just(""), 1 => Just("\u{feff}")];
    (mark, prop_oneof![3 => Just("\n"), 1 => Just("\r\n"), 1 => Just("\r")], prop::collection::vec(record, 0..40), any::<bool>()).prop_map(
        |(mark, first_end, records, without_odd)| {
            let mut text = format!("{mark}a,b,c{first_end}");
            for (cells, fields, odd, end) in records {
                let cells: Vec<String> = cells.into_iter().cycle().take(fields).collect();
                text += &cells.join(",");
                text += if without_odd { "" } else { odd };
                text += end;
            }
            text
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, ..ProptestConfig::default() })]
    #[test]
    fn every_text_gives_the_same_columns_either_way(text in texts(), group in 8_usize..300, block in 1_usize..100, codes in any::<bool>()) {
        let missing = if codes { vec!["-9".to_owned(), "a".to_owned()] } else { Vec::new() };
        let file = file(text.as_bytes());
        let expected = plain(file.path(), &missing);
        prop_assert_eq!(&fast(file.path(), &missing, Sizes { group, block }), &expected);
        prop_assert_eq!(&fast(file.path(), &missing, WHOLE), &expected);
    }

    #[test]
    fn bad_bytes_stop_both_ways_at_the_same_place(text in texts(), place in any::<prop::sample::Index>(), byte in prop_oneof![Just(0_u8), Just(0xff)], group in 8_usize..300) {
        let mut bytes = text.into_bytes();
        let place = place.index(bytes.len());
        bytes[place] = byte;
        let file = file(&bytes);
        prop_assert_eq!(fast(file.path(), &[], Sizes { group, block: 50 }), plain(file.path(), &[]));
    }
}

#[test]
fn well_kept_text_with_quotes_stays_on_the_fast_way() {
    let rows = (0..500).map(|row| format!("\"{row}, \"\"x\"\"\",\"line\r\nbreak\",\"\"\r\n"));
    let text: String = std::iter::once("a,b,c\r\n".to_owned()).chain(rows).collect();
    let file = file(text.as_bytes());
    let sizes = Sizes { group: 999, block: 100 };
    let mut columns = Columns::open_with(file.path(), &ReadOptions::default(), &[Wanted::new("a", Role::Text)], &[], sizes).expect("opens");
    let mut texts = Vec::new();
    while let Ok(batches) = columns.next_batches() {
        if batches.is_empty() {
            break;
        }
        for batch in &batches {
            let Some(Values::Text(values)) = batch.column("a").map(|column| &column.values) else { panic!("text") };
            texts.extend(values.clone());
        }
    }
    assert!(columns.lane.is_some());
    assert_eq!(texts, (0..500).map(|row| format!("{row}, \"x\"")).collect::<Vec<_>>());
}

#[test]
fn all_unknown_columns_are_named_at_once() {
    let file = file(b"age,center,score\n1,2,3\n");
    let wanted = [Wanted::new("agee", Role::Number), Wanted::new("score", Role::Number), Wanted::new("sex", Role::Level)];
    let error = Columns::open(file.path(), &ReadOptions::default(), &wanted, &[]).expect_err("two are not there");
    let told: Vec<_> = error.problems.iter().map(|problem| (problem.message.split('`').nth(1), problem.help.as_deref())).collect();
    assert_eq!(told, [(Some("agee"), Some("did you mean `age`?")), (Some("sex"), None)]);
}
