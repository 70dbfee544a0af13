//! A long table of one figure for each row head under each of a few group heads in, the same as a compact grid out.
//!
//! The visits of each hour of each weekday take pages as a list and a third of a page as a grid. The
//! grid has no room for short codes; they stand in `results.csv`.

use crate::display::cells::Cell;
use crate::display::parts::{Column, Row, Table};

/// A list with fewer rows stays a list.
const LONG: usize = 40;
/// Groups that fit side by side.
const MOST_GROUPS: usize = 12;

/// A group head with its row heads and figures.
type Group<'a> = (&'a str, Vec<(&'a str, &'a Cell)>);

/// The grid, where the table can be one.
pub(crate) fn crossed(table: &Table) -> Option<Table> {
    let figures = table.columns.len().saturating_sub(usize::from(table.coded));
    if table.rows.len() < LONG || figures != 2 || !table.spans.is_empty() {
        return None;
    }
    let groups = groups(table)?;
    if !(3..=MOST_GROUPS).contains(&groups.len()) {
        return None;
    }
    let heads = heads(&groups)?;
    let unit = table.columns.get(1).map(|column| column.unit.clone()).unwrap_or_default();
    let first = Column { numeric: false, ..table.columns.first()?.clone() };
    let others = groups.iter().map(|(head, _)| Column { head: (*head).to_owned(), unit: unit.clone(), numeric: true });
    let cell = |group: &Group<'_>, head: &str| group.1.iter().find(|(own, _)| *own == head).map(|(_, cell)| (*cell).clone()).unwrap_or_default();
    let row = |head: &&str| Row::Cells(std::iter::once(Cell::from(*head)).chain(groups.iter().map(|group| cell(group, head))).collect());
    let mut notes = table.notes.clone();
    if table.coded {
        notes.push("The codes of these figures are in results.csv.".into());
    }
    Some(Table {
        caption: table.caption.clone(),
        columns: std::iter::once(first).chain(others).collect(),
        rows: heads.iter().map(row).collect(),
        base: table.base.clone(),
        notes,
        ..Table::default()
    })
}

/// The groups of a table; nothing where a row stands outside of them.
fn groups(table: &Table) -> Option<Vec<Group<'_>>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for row in &table.rows {
        match row {
            Row::Group(head) => groups.push((head, Vec::new())),
            Row::Cells(cells) => groups.last_mut()?.1.push((cells.first()?.text.as_str(), cells.get(1)?)),
            Row::Total(_) => return None,
        }
    }
    Some(groups)
}

/// Row heads of all groups in an order that agrees with each; nothing where a group has one twice.
fn heads<'a>(groups: &[Group<'a>]) -> Option<Vec<&'a str>> {
    let mut heads: Vec<&str> = Vec::new();
    for (_, rows) in groups {
        let mut after = 0;
        for (place, (head, _)) in rows.iter().enumerate() {
            if rows.iter().take(place).any(|(earlier, _)| earlier == head) {
                return None;
            }
            if let Some(known) = heads.iter().position(|known| known == head) {
                after = known + 1;
            } else {
                heads.insert(after, head);
                after += 1;
            }
        }
    }
    Some(heads)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_list_becomes_a_grid_with_every_figure() {
        let mut table = Table { columns: Table::columns(&[("Hour", ""), ("Visits", ""), ("Code", "")]), coded: true, ..Table::default() };
        for (day, hours) in [("Monday", 9..22), ("Tuesday", 8..21), ("Wednesday", 9..23)] {
            table.rows.push(Row::Group(day.into()));
            table.rows.extend(hours.map(|hour| Row::Cells(vec![format!("{hour:02}").into(), format!("{day}{hour}").into(), "R-0000-0000".into()])));
        }
        let grid = crossed(&table).expect("a grid");
        let texts: Vec<Vec<&str>> =
            grid.rows.iter().map(|row| if let Row::Cells(cells) = row { cells.iter().map(|cell| cell.text.as_str()).collect() } else { Vec::new() }).collect();
        assert_eq!(grid.rows.len(), 15);
        assert_eq!(texts[0], ["08", "", "Tuesday8", ""]);
        assert_eq!(texts[1], ["09", "Monday9", "Tuesday9", "Wednesday9"]);
        assert_eq!(texts[14], ["22", "", "", "Wednesday22"]);
    }
}
