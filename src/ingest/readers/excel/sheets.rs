//! The sheets of a workbook and the user's choice in, the sheet to read out.

use std::path::Path;

use super::book::{Book, Extent};
use crate::error::{Error, Problem, closest, some_of};

/// The sheet that is read.
pub(super) struct Chosen {
    /// Its name.
    pub(super) name: String,
    /// The sheets that hold data, where there are several.
    pub(super) tables: Vec<String>,
    /// Whether the user chose it.
    pub(super) by_user: bool,
}

/// The sheet that the user names or numbers; else the visible one with the largest table that is no part of another sheet's.
pub(super) fn choose(book: &mut Book, wanted: Option<&str>, path: &Path) -> Result<Chosen, Error> {
    let sheets = book.sheets();
    let named = wanted.map(|wanted| sheets.iter().position(|sheet| sheet.name == wanted).or_else(|| numbered(wanted, sheets.len())).ok_or(wanted));
    let named = match named.transpose() {
        Ok(named) => named,
        Err(wanted) => return Err(unknown(wanted, sheets.iter().map(|sheet| sheet.name.as_str()), path)),
    };
    let extents: Vec<Extent> = sheets.iter().map(|sheet| book.extent(&sheet.name)).collect();
    let with_data: Vec<usize> = (0..sheets.len()).filter(|sheet| extents[*sheet].cells > 0).collect();
    // Of two that are as large the first one counts.
    let rank = |sheet: &&usize| {
        let Extent { cells, is_table, is_part, .. } = extents[**sheet];
        (sheets[**sheet].visible, is_table, !is_part, if is_table { cells } else { 0 })
    };
    let largest = with_data.iter().rev().max_by_key(rank).copied();
    let Some(chosen) = named.or(largest).and_then(|chosen| sheets.get(chosen)) else {
        let problem = Problem::new("input::empty_file", format!("{} has nothing in it", path.display()));
        return Err(Error::input(problem.found(format!("{} empty sheets", sheets.len())).expected("a sheet with column names")));
    };
    let filled = || with_data.iter().map(|sheet| sheets[*sheet].name.clone());
    let tables = if with_data.len() > 1 || named.is_some() { filled().collect() } else { Vec::new() };
    Ok(Chosen { name: chosen.name.clone(), tables, by_user: named.is_some() })
}

/// A sheet by its number, counted from 1.
fn numbered(wanted: &str, count: usize) -> Option<usize> {
    wanted.parse::<usize>().ok()?.checked_sub(1).filter(|number| *number < count)
}

fn unknown<'a>(wanted: &str, names: impl Iterator<Item = &'a str> + Clone, path: &Path) -> Error {
    let problem = Problem::new("input::unknown_sheet", format!("there is no sheet `{wanted}` in {}", path.display())).found(some_of(names.clone()));
    Error::usage(match closest(wanted, names) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => problem.expected("the name of a sheet, or its number"),
    })
}

impl Chosen {
    /// The other sheets that hold data.
    pub(super) fn others(&self) -> impl Iterator<Item = &str> {
        self.tables.iter().map(String::as_str).filter(|name| *name != self.name)
    }

    /// The error of a sheet without a cell.
    pub(super) fn is_empty(&self, path: &Path) -> Error {
        let problem = Problem::new("input::empty_sheet", format!("sheet `{}` of {} has nothing in it", self.name, path.display()));
        let problem = problem.expected("column names and records");
        Error::input(if self.tables.is_empty() { problem } else { problem.help(format!("sheets with data: {}", some_of(self.others()))) })
    }
}
