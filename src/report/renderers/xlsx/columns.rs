//! The columns of a table in, those of a sheet out: a column for each number that stands in one cell of a page.

use crate::display::cells::{Cell, Format, Part, Value};
use crate::display::charts::Mark;
use crate::display::parts::{Row, Table};

/// A column of a sheet.
pub(super) struct SheetColumn {
    /// Place of the column in the table.
    pub(super) place: usize,
    /// The part of the cells that it holds; nothing where it holds their whole text.
    pub(super) part: Option<&'static str>,
    /// Head.
    pub(super) head: String,
    /// Unit below the head.
    pub(super) unit: String,
    /// Whether it holds numbers.
    pub(super) numeric: bool,
}

impl SheetColumn {
    /// What a cell holds for this column.
    pub(super) fn of<'a>(&self, cell: &'a Cell) -> Option<Held<'a>> {
        let Some(name) = self.part else { return Some(Held::Word(&cell.text)).filter(|_| !blank(cell)) };
        match cell.parts.iter().find(|part| part.name == name) {
            Some(Part { value: Value::Number(value, format), .. }) => Some(Held::Number(*value, *format)),
            Some(Part { value: Value::Word(word), .. }) => Some(Held::Word(word)),
            // a text among numbers, such as the mark of something that is nowhere else
            None if cell.parts.is_empty() && !blank(cell) && name.is_empty() => Some(Held::Word(&cell.text)),
            None => None,
        }
    }
}

/// A number or a text of a cell.
pub(super) enum Held<'a> {
    /// A number and how it is written.
    Number(f64, Format),
    /// A text.
    Word(&'a str),
}

/// Hidden cells, and those that do not apply, are empty.
fn blank(cell: &Cell) -> bool {
    cell.text.is_empty() || cell.parts.is_empty() && matches!(cell.mark, Mark::Suppressed | Mark::NotEstimable)
}

/// The columns of the sheet of a table.
pub(super) fn of(table: &Table) -> Vec<SheetColumn> {
    (0..table.columns.len()).flat_map(|place| split(table, place)).collect()
}

fn split(table: &Table, place: usize) -> Vec<SheetColumn> {
    let Some(column) = table.columns.get(place) else { return Vec::new() };
    let mut names: Vec<(&'static str, bool, Option<Format>)> = Vec::new();
    for part in cells(table, place).flat_map(|cell| &cell.parts) {
        let (numeric, format) = match part.value {
            Value::Number(_, format) => (true, Some(format)),
            Value::Word(_) => (false, None),
        };
        match names.iter_mut().find(|(known, _, _)| *known == part.name) {
            Some(known) if known.2 != format => known.2 = None,
            Some(_) => {}
            None => names.push((part.name, numeric, format)),
        }
    }
    if names.is_empty() {
        return vec![SheetColumn { place, part: None, head: column.head.clone(), unit: column.unit.clone(), numeric: false }];
    }
    let several = names.len() > 1;
    let own = |(name, numeric, format): (&'static str, bool, Option<Format>)| SheetColumn {
        place,
        part: Some(name),
        head: if name.is_empty() { column.head.clone() } else { format!("{}, {name}", column.head) },
        unit: match (several && name.is_empty(), format) {
            (true, Some(Format::Percent)) => "%".to_owned(),
            (true, _) => String::new(),
            _ if several && name == "n" => "unweighted".to_owned(),
            _ => column.unit.clone(),
        },
        numeric,
    };
    names.into_iter().map(own).collect()
}

/// The cells of a column.
pub(super) fn cells(table: &Table, place: usize) -> impl Iterator<Item = &Cell> {
    table.rows.iter().filter_map(move |row| match row {
        Row::Cells(cells) | Row::Total(cells) => cells.get(place),
        Row::Group(_) => None,
    })
}

/// What a reader must know of the cells of a row: `hidden`, or `hidden: Boston; unstable: Metro West`.
pub(super) fn marks(table: &Table, cells: &[Cell]) -> String {
    let kinds = [(Mark::Suppressed, "hidden"), (Mark::Unstable, "unstable")];
    let figures: Vec<(usize, &Cell)> =
        cells.iter().enumerate().skip(1).filter(|(place, _)| table.columns.get(*place).is_some_and(|column| column.numeric)).collect();
    let told = kinds.into_iter().filter_map(|(mark, word)| {
        let places: Vec<usize> = figures.iter().filter(|(_, cell)| cell.mark == mark).map(|(place, _)| *place).collect();
        // the mark of the figure is that of its interval and number of answers too
        let lead = table.coded && figures.first().is_some_and(|(_, cell)| cell.mark == mark);
        if places.is_empty() {
            None
        } else if lead {
            Some(word.to_owned())
        } else {
            let heads: Vec<&str> = places.iter().filter_map(|place| table.columns.get(*place)).map(|column| column.head.as_str()).collect();
            Some(format!("{word}: {}", heads.join(", ")))
        }
    });
    told.collect::<Vec<_>>().join("; ")
}
