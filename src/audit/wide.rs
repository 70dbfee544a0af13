//! The wide form of a table: a row for each level, columns of figures, perhaps in groups.

use super::decimal::Decimal;
use super::header::{ColumnName, Holds};
use super::read::{Raw, Record, heading, one, range};
use super::table::{Entry, Figure, Role, Sheet, is_total};

/// A column of figures as it is read.
struct Reading {
    column: usize,
    group: String,
    base: Option<Decimal>,
    cells: Cells,
}

/// What the cells of a column hold.
#[derive(Clone, Copy, PartialEq)]
enum Cells {
    One(Role),
    Two(Role, Role),
    /// `148 (44.0)` in some rows and `2.6 (3.4)` in others, as the first column of many articles.
    Mixed,
    Share,
    Range,
}

/// Reads every row.
pub(super) fn read(raw: &Raw) -> Sheet {
    let readings = readings(raw);
    let labels = labels(raw, &readings);
    let mut sheet = Sheet { file: raw.file.clone(), places: raw.places.clone(), ..Sheet::default() };
    let mut above = Above::default();
    for record in &raw.records {
        rows_of(record, &readings, &labels, &mut above, &mut sheet);
    }
    sheet
}

/// Headings above the row at hand.
#[derive(Default)]
struct Above {
    block: String,
    base: Option<Figure>,
}

fn rows_of(record: &Record, readings: &[Reading], labels: &[usize], above: &mut Above, sheet: &mut Sheet) {
    let cell = |column: usize| record.cells.get(column).map_or("", String::as_str);
    let is_empty = readings.iter().all(|reading| cell(reading.column).is_empty());
    let (label, blocks) = labels.split_last().map_or(("", &[][..]), |(label, blocks)| (cell(*label), blocks));
    let heading_text = blocks.iter().map(|column| cell(*column)).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" / ");
    let heading_text = if is_empty && heading_text.is_empty() { label } else { &heading_text };
    if !heading_text.is_empty() {
        (above.block, above.base) = heading(heading_text, record.line, labels.first().map_or(0, |column| column + 1));
    }
    if is_empty {
        return;
    }
    let start = sheet.entries.len();
    for reading in readings {
        let position = sheet.entries[start..].iter().position(|entry| entry.group == reading.group).map_or(sheet.entries.len(), |offset| start + offset);
        if position == sheet.entries.len() {
            sheet.entries.push(Entry {
                block: above.block.clone(),
                group: reading.group.clone(),
                label: label.to_owned(),
                line: record.line,
                ..Entry::default()
            });
        }
        if let Some(entry) = sheet.entries.get_mut(position) {
            read_cell(entry, reading, cell(reading.column), &mut sheet.unread);
        }
    }
    for entry in &mut sheet.entries[start..] {
        // A base of the row itself wins over that of the column's name, and that over the heading's.
        let named = readings.iter().find(|reading| reading.group == entry.group && reading.base.is_some());
        if let Some((reading, number)) = named.and_then(|reading| Some((reading, reading.base?))) {
            entry.add(Figure { role: Role::Base, number, raw: number.units.to_string(), line: record.line, column: reading.column + 1 });
        }
        if entry.group.is_empty()
            && let Some(base) = &above.base
        {
            entry.add(base.clone());
        }
    }
    let filled = sheet.entries.split_off(start).into_iter().filter(|entry| !entry.figures.is_empty());
    sheet.entries.extend(filled);
}

fn read_cell(entry: &mut Entry, reading: &Reading, cell: &str, unread: &mut u64) {
    let (line, column) = (entry.line, reading.column + 1);
    match reading.cells {
        Cells::One(role) => one(entry, role, cell, line, column, unread),
        Cells::Range => range(entry, cell, column),
        Cells::Share => {
            if let Some(number) = Decimal::parse(cell) {
                entry.add(Figure { role: Role::Percent, number: number.times_100(), raw: cell.to_owned(), line, column });
            }
        }
        Cells::Two(..) | Cells::Mixed => match pair(cell) {
            Some((first, second)) => {
                let (one, two) = match reading.cells {
                    Cells::Two(one, two) => (one, two),
                    _ => roles(entry, cell, first, second),
                };
                for (role, number) in [(one, first), (two, second)] {
                    entry.add(Figure { role, number, raw: cell.to_owned(), line, column });
                }
            }
            // A lone number in such a column is the first of the two: `0` for `0 (0.0)`.
            None => match reading.cells {
                Cells::Two(one_role, _) => one(entry, one_role, cell, line, column, unread),
                _ => *unread += u64::from(!cell.is_empty()),
            },
        },
    }
}

/// Two numbers of one cell: `148 (44.0%)`, `2.6 (3.4)`, `2.6 ± 3.4`, `148/44.0`.
fn pair(cell: &str) -> Option<(Decimal, Decimal)> {
    let (first, second) = cell.split_once(['(', '[', '±']).or_else(|| cell.split_once(" / "))?;
    Some((Decimal::parse(first)?, Decimal::parse(second)?))
}

/// What the two numbers are where the column's name does not say: a whole number with a percentage, or a mean with its SD.
fn roles(entry: &Entry, cell: &str, first: Decimal, second: Decimal) -> (Role, Role) {
    let words = format!("{} {}", entry.block, entry.label).to_lowercase();
    let says_mean = words.contains("mean") || words.split(|letter: char| !letter.is_alphabetic()).any(|word| word == "sd");
    let percent_first = cell.split(['(', '[']).next().is_some_and(|text| text.contains('%'));
    if percent_first {
        (Role::Percent, Role::Count)
    } else if !cell.contains('%') && (says_mean || first.decimals > 0) {
        (Role::Mean, Role::Sd)
    } else if second.value() <= 100.0 {
        (Role::Count, Role::Percent)
    } else {
        (Role::Mean, Role::Sd)
    }
}

/// What each column of figures holds, from its name and, where that is silent, from its cells.
fn readings(raw: &Raw) -> Vec<Reading> {
    let cells = |column: usize| raw.records.iter().filter_map(move |record| record.cells.get(column)).filter(|cell| !cell.is_empty());
    let most = |column: usize, is: &dyn Fn(&str) -> bool| {
        let (all, fit) = cells(column).fold((0_usize, 0_usize), |(all, fit), cell| (all + 1, fit + usize::from(is(cell))));
        fit > 0 && fit * 2 >= all
    };
    let whole = |column: usize| cells(column).next().is_some() && most(column, &|cell| Decimal::parse(cell).is_some_and(|number| number.decimals == 0));
    let unknown: Vec<usize> = (0..raw.columns.len()).filter(|column| raw.columns.get(*column).is_some_and(|name| name.holds == Holds::Unknown)).collect();
    let counts: Vec<usize> = unknown.iter().copied().filter(|column| whole(*column)).collect();
    let is_crosstab = counts.len() > 2 && counts.iter().any(|column| raw.columns.get(*column).is_some_and(|name| is_total(&name.group)));
    let has_counts = raw.columns.iter().any(|name| name.group.is_empty() && matches!(name.holds, Holds::One(Role::Count) | Holds::Two(..)));
    let mut readings = Vec::new();
    for (column, name) in raw.columns.iter().enumerate() {
        let (cells, group) = match &name.holds {
            Holds::One(role) => (Cells::One(lone_base(raw, name, column, *role)), name.group.clone()),
            Holds::Two(first, second) => (Cells::Two(*first, *second), name.group.clone()),
            Holds::Share => (Cells::Share, String::new()),
            Holds::Range => (Cells::Range, String::new()),
            Holds::Unknown if most(column, &|cell| pair(cell).is_some()) => (Cells::Mixed, name.group.clone()),
            Holds::Unknown if counts.contains(&column) && (is_crosstab || name.base.is_some()) => (Cells::One(Role::Count), name.group.clone()),
            Holds::Unknown if has_counts && is_total(&name.group) && whole(column) => (Cells::One(Role::Base), String::new()),
            _ => continue,
        };
        readings.push(Reading { column, group, base: name.base, cells });
    }
    readings
}

/// A column `N` beside percentages and without another count is the count, unless it repeats one number.
fn lone_base(raw: &Raw, name: &ColumnName, column: usize, role: Role) -> Role {
    let beside = |wanted: Role| raw.columns.iter().any(|other| other.group == name.group && other.holds == Holds::One(wanted));
    if role != Role::Base || beside(Role::Count) || !beside(Role::Percent) {
        return role;
    }
    let mut numbers: Vec<&str> = raw.records.iter().filter_map(|record| record.cells.get(column)).map(String::as_str).filter(|cell| !cell.is_empty()).collect();
    numbers.sort_unstable();
    let rows = numbers.len();
    numbers.dedup();
    if rows > 1 && numbers.len() == 1 { Role::Base } else { Role::Count }
}

/// Columns of text before the first figure: the last is the label, those before are headings.
fn labels(raw: &Raw, readings: &[Reading]) -> Vec<usize> {
    let is_figure = |column: &usize| readings.iter().any(|reading| reading.column == *column);
    let of = |wanted: &[Holds]| {
        (0..raw.columns.len()).filter(|column| raw.columns.get(*column).is_some_and(|name| wanted.contains(&name.holds))).collect::<Vec<_>>()
    };
    let unknown: Vec<usize> = of(&[Holds::Unknown]).into_iter().filter(|column| !is_figure(column)).collect();
    let named_label = of(&[Holds::Label, Holds::Group]);
    let mut labels = of(&[Holds::Table, Holds::Block]);
    match named_label.first() {
        Some(label) => labels.push(*label),
        None if labels.is_empty() || unknown.first().is_some_and(|column| labels.last().is_some_and(|last| column > last)) => {
            labels.extend(unknown.into_iter().take(2));
        }
        None => {}
    }
    labels
}
