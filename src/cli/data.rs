//! The arguments that say which file is meant and which of its rows, and how answers on one file are printed.

use std::path::PathBuf;

use recovista::error::Error;
use recovista::onefile::{Answer, DataOptions};
use recovista::results::ResultRow;

use super::instruments::rows_of_text;
use super::reading::ReadArgs;
use super::{Format, Output, print_problems};

/// A file and its domains.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct DataArgs {
    /// The file
    #[arg(help_heading = None::<&str>)]
    data: PathBuf,
    /// Rows that are meant: `"stype = 'H' and enroll > 500"`; also `in (…)`, `is missing`, `or`, parentheses
    #[arg(long = "where", value_name = "CONDITION", help_heading = "Which rows")]
    condition: Option<String>,
    /// Columns whose levels are answered each by itself
    #[arg(long, value_name = "COL", value_delimiter = ',', help_heading = "Which rows")]
    by: Vec<String>,
    /// Codes that mean no answer, beside an empty field and NA
    #[arg(long, value_delimiter = ',', value_name = "CODES", allow_hyphen_values = true, help_heading = "Which rows")]
    missing: Vec<String>,
    #[command(flatten)]
    reading: ReadArgs,
}

impl DataArgs {
    /// What the arguments say of the file.
    ///
    /// # Errors
    /// A delimiter of more than one character.
    pub(super) fn options(&self) -> Result<DataOptions, Error> {
        Ok(DataOptions {
            data: self.data.clone(),
            read: self.reading.options()?,
            missing: self.missing.clone(),
            condition: self.condition.clone(),
            by: self.by.clone(),
        })
    }
}

/// Prints an answer; whoever holds the file may see all of it.
///
/// # Errors
/// Standard output that takes no more.
pub(super) fn print(answer: &Answer, out: Output) -> Result<(), Error> {
    Output::data(&match out.format {
        Format::Json => answer.to_json(),
        Format::Csv => answer.to_csv(),
        Format::Markdown => answer.to_markdown(),
        Format::Table => table(answer.table.rows()),
    })?;
    out.say("not disclosure-controlled: for the person who holds the file");
    if !out.quiet {
        print_problems(&answer.notes);
    }
    Ok(())
}

/// A line for each row, with the columns that any row fills.
fn table(rows: &[ResultRow]) -> String {
    let groups = |row: &ResultRow| row.groups.iter().map(|(name, level)| format!("{name}={level}")).collect::<Vec<_>>().join(" ");
    let figure = |value: Option<f64>| value.map_or_else(String::new, short);
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let texts = [groups(row), row.variable.clone(), row.level.clone().unwrap_or_default(), row.stat.word().to_owned()];
            let interval = match (row.conf_low, row.conf_high) {
                (None, None) => String::new(),
                (low, high) => format!("{} to {}", figure(low), figure(high)),
            };
            let figures = [row.test_statistic, row.df, row.df2, row.p_value, row.n].map(figure);
            let estimate = [figure(row.estimate), figure(row.std_error), interval];
            texts.into_iter().chain(estimate).chain(figures).chain([row.note.clone().unwrap_or_default()]).collect()
        })
        .collect();
    let heading = ["domain", "variable", "level", "stat", "estimate", "std_error", "interval", "statistic", "df", "df2", "p", "n", "note"];
    let kept: Vec<usize> = (0..heading.len()).filter(|column| cells.iter().any(|line| !line[*column].is_empty())).collect();
    let pick = |line: &Vec<String>| kept.iter().map(|column| line[*column].clone()).collect::<Vec<_>>();
    let heading: Vec<&str> = kept.iter().map(|column| heading[*column]).collect();
    rows_of_text(Format::Table, &heading, &cells.iter().map(pick).collect::<Vec<_>>())
}

/// Four digits that say something; the other formats have all of them.
fn short(value: f64) -> String {
    let size = value.abs();
    if value.fract() == 0.0 && size < 1e9 {
        value.to_string()
    } else if (1e-4..1e9).contains(&size) {
        let places = if size >= 1000.0 {
            1
        } else if size >= 1.0 {
            3
        } else {
            5
        };
        format!("{value:.places$}")
    } else {
        format!("{value:.3e}")
    }
}
