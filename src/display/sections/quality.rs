//! How good the data are: rows and values rejected, answers missing and why, drift, and rules of the log.

use super::Context;
use crate::display::cells::{Cell, Format};
use crate::display::parts::{Block, Row, Section, Table};
use crate::display::pick::Pick;
use crate::display::{labels, tables, words};
use crate::results::Stat;

/// Rules of an attendance log that count records and not people.
const LOG: [&str; 13] = [
    "records",
    "duplicate_taps",
    "missing_checkouts",
    "checkouts_before_checkin",
    "visits_too_long",
    "overlapping_visits",
    "same_day_visits",
    "no_person",
    "no_start",
    "not_attended",
    "not_stated",
    "after_as_of",
    "outside_weeks",
];

pub(super) fn section(context: &Context<'_>) -> Option<Section> {
    let mut blocks = Vec::new();
    let finding = rejected(context, &mut blocks);
    blocks.extend(missing(context).map(|table| Block::Table(Box::new(table))));
    blocks.extend(linked(context).map(|table| Block::Table(Box::new(table))));
    blocks.extend(log(context).map(|table| Block::Table(Box::new(table))));
    if !context.book.quality_notes.is_empty() {
        blocks.push(Block::Heading("What to know about the files".into()));
        blocks.push(Block::List(context.book.quality_notes.clone()));
    }
    (!blocks.is_empty()).then(|| Section { id: "data-quality".into(), question: "How good are the data?".into(), finding, blocks, ..Section::default() })
}

/// Rows read, kept and rejected of every file.
fn rejected(context: &Context<'_>, blocks: &mut Vec<Block>) -> String {
    let counts = context.rows.stat(Stat::Count).keep(|row| matches!(row.variable.as_str(), "rows_in" | "rows_kept" | "rows_rejected" | "values_rejected"));
    let whole = counts.keep(|row| row.level.is_none());
    if whole.is_empty() {
        return String::new();
    }
    let heads = [("File", ""), ("Rows read", ""), ("Rows kept", ""), ("Rows rejected", ""), ("Values rejected", "")];
    let mut table = Table {
        caption: "Rows read, kept and rejected. A rejected value leaves its row in; rows read are rows kept and rows rejected.".into(),
        columns: Table::columns(&heads),
        ..Table::default()
    };
    let mut sums = [Some(0.0); 4];
    let mut places: Vec<(String, String)> = whole.rows().iter().map(|row| (row.dataset.clone(), row.wave.clone().unwrap_or_default())).collect();
    places.dedup();
    let mut seen: Vec<(String, String)> = Vec::new();
    for place in places {
        if !seen.contains(&place) {
            seen.push(place);
        }
    }
    for (dataset, wave) in seen {
        let own = whole.keep(|row| row.dataset == dataset).wave(&wave);
        let title = labels::source(context.book, &dataset);
        let mut cells: Vec<Cell> = vec![if wave.is_empty() { title.into() } else { format!("{title}, {wave}").into() }];
        for (sum, name) in sums.iter_mut().zip(["rows_in", "rows_kept", "rows_rejected", "values_rejected"]) {
            let row = own.variable(name).first();
            // A sum without a hidden part would be no sum.
            *sum = sum.filter(|_| row.is_none_or(|row| !row.is_suppressed())).map(|sum| sum + row.and_then(|row| row.estimate).unwrap_or_default());
            cells.push(tables::cell_of(row));
        }
        table.rows.push(Row::Cells(cells));
    }
    if table.rows.len() > 1 {
        table.rows.push(Row::Total(
            std::iter::once("All files".into()).chain(sums.iter().map(|sum| sum.map_or_else(Cell::hidden, |sum| Cell::number(sum, Format::Count)))).collect(),
        ));
    }
    blocks.push(Block::Table(Box::new(table)));
    blocks.extend(rules(context, &counts).map(|table| Block::Table(Box::new(table))));
    let refused = format!("{} values were rejected", words::count(sums[3].unwrap_or_default()));
    sums[1].zip(sums[0]).map_or_else(|| refused.clone(), |(kept, read)| format!("{} of {} rows were kept; {refused}", words::count(kept), words::count(read)))
}

fn rules(context: &Context<'_>, counts: &Pick<'_>) -> Option<Table> {
    let split = counts.keep(|row| row.level.is_some());
    split.first()?;
    let heads = [("Rule", ""), ("File", ""), ("Rejected", ""), ("Code", "")];
    let mut table = Table { caption: "What was rejected, by rule".into(), columns: Table::columns(&heads), coded: true, ..Table::default() };
    if let Some(column) = table.columns.get_mut(1) {
        column.numeric = false;
    }
    for row in split.rows() {
        let what = if row.variable == "rows_rejected" { "rows" } else { "values" };
        let title = labels::source(context.book, &row.dataset);
        let file = row.wave.as_ref().map_or_else(|| title.clone(), |wave| format!("{title}, {wave}"));
        table.rows.push(Row::Cells(vec![
            row.level.clone().unwrap_or_default().into(),
            file.into(),
            tables::cell(row).followed("what", what),
            tables::code(row),
        ]));
    }
    Some(table)
}

/// Level under which the analysis counts reasons that are too rare to be named.
const MERGED: &str = "missing";

/// Missing answers of each variable in the latest wave, by reason.
fn missing(context: &Context<'_>) -> Option<Table> {
    let counts = context.rows.stat(Stat::Count).by(&[]).keep(|row| row.variable.ends_with("__missing") && row.level.is_some());
    let mut reasons = counts.levels();
    reasons.sort_by_key(|reason| ["not asked", "refused", "skipped", "invalid"].iter().position(|known| known == reason).unwrap_or(9));
    counts.first()?;
    let mut heads = vec![("Question", "")];
    heads.extend(reasons.iter().map(|reason| (reason.as_str(), "")));
    let mut table =
        Table { caption: "Answers missing in the latest wave, by reason (number of rows)".into(), columns: Table::columns(&heads), ..Table::default() };
    for column in &mut table.columns {
        column.head = words::capital(&column.head);
    }
    for dataset in &context.book.datasets {
        let own = counts.keep(|row| row.dataset == dataset.id);
        if own.is_empty() {
            continue;
        }
        table.rows.push(Row::Group(labels::source(context.book, &dataset.id)));
        let latest = own.wave(&context.latest(&own, &dataset.id));
        for name in latest.variables() {
            let rows = latest.variable(&name);
            let mut cells: Vec<Cell> = vec![labels::variable(context.book, &dataset.id, name.trim_end_matches("__missing")).into()];
            // Rare reasons are counted together: then nothing is known of each, which is not the same as none.
            let merged = rows.level(MERGED).first().is_some();
            let absent = |reason: &str| if merged || reason == MERGED { Cell::absent() } else { Cell::number(0.0, Format::Count) };
            cells.extend(reasons.iter().map(|reason| rows.level(reason).first().map_or_else(|| absent(reason), tables::cell)));
            table.rows.push(Row::Cells(cells));
        }
    }
    table.notes.push("Not asked: left out by the questionnaire. Refused: chose not to answer. Skipped: left empty. Invalid: an answer that cannot be.".into());
    if reasons.iter().any(|reason| reason == MERGED) {
        table.notes.push("Missing: all reasons together, where one of them is too rare to be named; the reasons then show —.".into());
    }
    Some(table)
}

/// People of each wave who were known again from an earlier one by a code of their own making.
fn linked(context: &Context<'_>) -> Option<Table> {
    let counts = context.rows.variable("linked_people").stat(Stat::Count);
    counts.first()?;
    let heads = [("Waves", ""), ("Linked", ""), ("Number of people", ""), ("Code", "")];
    let mut table = Table {
        caption: "People of the later wave, by how their code agrees with one of the earlier wave".into(),
        columns: Table::columns(&heads),
        coded: true,
        ..Table::default()
    };
    if let Some(column) = table.columns.get_mut(1) {
        column.numeric = false;
    }
    for row in counts.rows() {
        let source = labels::source(context.book, &row.dataset);
        let earlier = row.groups.get("earlier_wave").map(String::as_str).unwrap_or_default();
        let waves = format!("{source}, {earlier} and {}", row.wave.as_deref().unwrap_or_default());
        let level = words::capital(row.level.as_deref().unwrap_or_default());
        table.rows.push(Row::Cells(vec![waves.into(), level.into(), tables::cell(row), tables::code(row)]));
    }
    table.notes.push("Ambiguous: several people of one wave have the code; they are linked to nobody.".into());
    Some(table)
}

/// What happened to the records of a log.
fn log(context: &Context<'_>) -> Option<Table> {
    let counts = context.rows.stat(Stat::Count).by(&[]).keep(|row| LOG.contains(&row.variable.as_str()) || row.variable.starts_with("without_"));
    counts.first()?;
    let heads = [("What was found", ""), ("Records", ""), ("What was done", ""), ("Code", "")];
    let mut table = Table {
        caption: "Records of the attendance log and the rules applied to them".into(),
        columns: Table::columns(&heads),
        coded: true,
        ..Table::default()
    };
    if let Some(column) = table.columns.get_mut(2) {
        column.numeric = false;
    }
    for row in counts.rows() {
        let label = labels::variable(context.book, &row.dataset, &row.variable);
        table.rows.push(Row::Cells(vec![label.into(), tables::cell(row), words::capital(&row.method).into(), tables::code(row)]));
    }
    Some(table)
}
