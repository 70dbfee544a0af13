//! What a file itself says about its columns: labels, value labels, missing codes, and where its cells are.

/// What a column stores, where the file says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stored {
    /// The file does not say.
    #[default]
    Unknown,
    /// Text.
    Text,
    /// Numbers.
    Number,
    /// Numbers with a decimal comma.
    CommaNumber,
    /// Days.
    Date,
    /// Days with a time.
    Datetime,
}

/// One option of a question with several answers that lies in a column of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionOf {
    /// Name of the question, the same for all its columns.
    pub question: String,
    /// What the question asks, where the file says so.
    pub wording: String,
    /// The option that this column ticks.
    pub option: String,
}

/// What the file says about one column. The text of a cell stays the code that the file holds; this says what it means.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Described {
    /// Short label or wording of the question; empty where the file has none.
    pub label: String,
    /// What is stored.
    pub stored: Stored,
    /// Code and label of each level, in the file's order.
    pub levels: Vec<(String, String)>,
    /// Codes that mean no answer, with the reason: the code's label, or `missing`.
    pub missing: Vec<(String, String)>,
    /// Numbers from the first to the second, both included, that mean no answer, with the reason.
    pub missing_ranges: Vec<(f64, f64, String)>,
    /// Text between the answers of a cell that may hold several; `levels` are then the single answers.
    pub separator: Option<String>,
    /// The question that this column is one option of.
    pub option_of: Option<OptionOf>,
    /// Whether the survey platform fills the column: start time, address, progress.
    pub platform: bool,
}

impl Described {
    /// The reason why a code means no answer; `None` where it is an answer, and for an empty cell.
    #[must_use]
    pub fn missing_reason(&self, code: &str) -> Option<&str> {
        let listed = self.missing.iter().find(|(known, _)| known == code).map(|(_, reason)| reason.as_str());
        listed.or_else(|| {
            let number = (!self.missing_ranges.is_empty()).then(|| code.parse::<f64>().ok()).flatten()?;
            self.missing_ranges.iter().find(|(low, high, _)| (*low..=*high).contains(&number)).map(|(_, _, reason)| reason.as_str())
        })
    }

    /// Takes from another description of the column what this one does not say.
    pub(crate) fn complete(&mut self, other: &Self) {
        if self.label.is_empty() {
            self.label.clone_from(&other.label);
        }
        if self.stored == Stored::Unknown {
            self.stored = other.stored;
        }
        if self.levels.is_empty() {
            self.levels.clone_from(&other.levels);
        }
        let new: Vec<_> = other.missing.iter().filter(|(code, _)| self.missing_reason(code).is_none()).cloned().collect();
        self.missing.extend(new);
        if self.missing_ranges.is_empty() {
            self.missing_ranges.clone_from(&other.missing_ranges);
        }
        if self.option_of.is_none() {
            self.option_of.clone_from(&other.option_of);
        }
    }

    /// Whether the file names any code that means no answer.
    #[must_use]
    pub fn has_missing_codes(&self) -> bool {
        !(self.missing.is_empty() && self.missing_ranges.is_empty())
    }
}

/// How the place of a cell is told.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Places {
    /// Line and column of a text.
    #[default]
    Lines,
    /// Number of the row, in files without lines.
    Rows,
    /// Sheet and cell; the first column of the table is the sheet's column of this number, counted from 0.
    Cells {
        /// Name of the sheet.
        sheet: String,
        /// Columns before the table.
        first_column: usize,
    },
}

impl Places {
    /// A place as people write it: `f.csv:12:3`, `f.sav, row 12, column 3`, `f.xlsx, Sheet1!C12`. Columns are counted from 1; 0 is the whole record.
    #[must_use]
    pub fn tell(&self, file: &str, line: u64, column: usize) -> String {
        match (self, column) {
            (Self::Lines, 0) => format!("{file}:{line}"),
            (Self::Lines, _) => format!("{file}:{line}:{column}"),
            (Self::Rows, 0) => format!("{file}, row {line}"),
            (Self::Rows, _) => format!("{file}, row {line}, column {column}"),
            (Self::Cells { sheet, .. }, 0) => format!("{file}, {sheet}!{line}"),
            (Self::Cells { sheet, first_column }, _) => format!("{file}, {sheet}!{}{line}", letters(first_column + column)),
        }
    }
}

/// The letters of a sheet's column, counted from 1: A, B … Z, AA.
pub(crate) fn letters(mut column: usize) -> String {
    let mut letters = Vec::new();
    while column > 0 {
        column -= 1;
        letters.push(b'A' + u8::try_from(column % 26).unwrap_or_default());
        column /= 26;
    }
    letters.iter().rev().map(|byte| char::from(*byte)).collect()
}

#[cfg(test)]
mod tests {
    use super::{Described, Places};

    #[test]
    fn places_are_told_as_people_write_them() {
        let cells = Places::Cells { sheet: "Data".into(), first_column: 1 };
        assert_eq!(cells.tell("f.xlsx", 12, 1), "f.xlsx, Data!B12");
        assert_eq!(cells.tell("f.xlsx", 3, 27), "f.xlsx, Data!AB3");
        assert_eq!((Places::Lines.tell("f.csv", 2, 3), Places::Rows.tell("f.sav", 7, 0)), ("f.csv:2:3".into(), "f.sav, row 7".into()));
    }

    #[test]
    fn a_code_is_missing_by_list_or_by_range() {
        let described =
            Described { missing: vec![("9".into(), "refused".into())], missing_ranges: vec![(97.0, f64::INFINITY, "missing".into())], ..Described::default() };
        assert_eq!(["9", "97", "1e9", "8", ""].map(|code| described.missing_reason(code)), [Some("refused"), Some("missing"), Some("missing"), None, None]);
    }
}
