//! A file of known totals in, a margin or the totals of numbers out.

use std::collections::HashSet;
use std::path::Path;

use crate::design::Margin;
use crate::error::{Error, Problem};
use crate::ingest::{ReadOptions, open};

/// What a file of totals holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Totals {
    /// Levels of one variable.
    Margin(Margin),
    /// Number columns with their totals.
    Sums(Vec<(String, f64)>),
}

/// Reads a file of totals; `sums` says whether the columns `variable` and `total` mean number columns.
///
/// # Errors
/// The file cannot be read. What is wrong in it comes as a list beside that.
pub(super) fn read(path: &Path, sums: bool) -> Result<Result<Totals, Vec<Problem>>, Error> {
    let mut reader = open(path, &ReadOptions::default())?;
    let header = reader.header().to_vec();
    let place = path.display().to_string();
    let Some(total) = header.iter().position(|name| name.eq_ignore_ascii_case("total")).filter(|_| header.len() == 2) else {
        return Ok(Err(vec![
            Problem::new("design::totals_columns", "a file of totals has other columns")
                .at(place)
                .found(header.join(", "))
                .expected("two columns: the variable's name, and `total`"),
        ]));
    };
    let variable = header[1 - total].clone();
    let of_numbers = sums && variable == "variable";
    let places = reader.places();
    let at = |line: u64| places.tell(&place, line, 0);
    let mut rows = Vec::new();
    let mut problems = Vec::new();
    let mut seen = HashSet::new();
    while let Some(batch) = reader.next_batch()? {
        for row in 0..batch.rows() {
            let (level, text) = (batch.field_str(row, 1 - total).trim().to_owned(), batch.field_str(row, total).trim());
            match number(text, of_numbers) {
                Err(problem) => problems.push(problem.at(at(batch.lines[row]))),
                Ok(_) if level.is_empty() => {
                    problems.push(Problem::new("design::totals_level", format!("a level of `{variable}` is empty")).at(at(batch.lines[row])));
                }
                Ok(_) if !seen.insert(level.clone()) => {
                    problems.push(Problem::new("design::totals_twice", format!("`{level}` has two totals")).at(at(batch.lines[row])));
                }
                Ok(total) => rows.push((level, total)),
            }
        }
    }
    let ragged = reader.rejected().iter().map(|record| at(record.line));
    problems.extend(ragged.map(|place| Problem::new("design::totals_columns", "a line does not have two fields").at(place)));
    if rows.is_empty() && problems.is_empty() {
        problems.push(Problem::new("design::totals_empty", "a file of totals has no line below its header").at(place));
    }
    if !problems.is_empty() {
        return Ok(Err(problems));
    }
    Ok(Ok(if of_numbers { Totals::Sums(rows) } else { Totals::Margin(Margin { variable, totals: rows }) }))
}

/// A total; those of numbers may be negative.
fn number(text: &str, may_be_negative: bool) -> Result<f64, Box<Problem>> {
    let problem = match text.parse::<f64>() {
        Ok(total) if total.is_finite() && (may_be_negative || total >= 0.0) => return Ok(total),
        Ok(total) if total < 0.0 => Problem::new("design::totals_number", "a total is negative"),
        _ => Problem::new("design::totals_number", "a total is not a number").expected("digits, with a point before decimals, such as 4421"),
    };
    Err(Box::new(problem.found(text)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::design::CalibrationKind;
    use crate::onefile::{CalibrationFiles, DesignOptions};

    fn codes(text: &str, sums: bool) -> Vec<&'static str> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("totals.csv");
        std::fs::write(&path, text).unwrap();
        read(&path, sums).unwrap().err().into_iter().flatten().map(|problem| problem.code).collect()
    }

    #[test]
    fn every_fault_of_a_file_is_named() {
        assert_eq!(codes("stype,total\nE,4421\nH,0\n", false), [""; 0]);
        assert_eq!(codes("stype,count\nE,4421\n", false), ["design::totals_columns"]);
        assert_eq!(codes("stype,awards,total\nE,Yes,4421\n", false), ["design::totals_columns"]);
        assert_eq!(codes("stype,total\nE,many\nH,-1\nM,2\nM,3\n,4\n", false).len(), 4);
        assert_eq!(codes("stype,total\n", false), ["design::totals_empty"]);
        assert_eq!(codes("variable,total\nnet,-12\n", true), [""; 0]);
    }

    #[test]
    fn files_become_margins_and_sums() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let files = vec![file("a.csv", "stype,total\nE,4421\nH,755\n"), file("b.csv", "total;variable\n12.5;api99\n")];
        let options = |files, kind| DesignOptions { calibration: Some(CalibrationFiles { kind, files, trim: None }), ..DesignOptions::default() };
        let found = options(files, CalibrationKind::Linear).calibrating().unwrap().unwrap();
        assert_eq!(found.margins, [Margin { variable: "stype".into(), totals: vec![("E".into(), 4421.0), ("H".into(), 755.0)] }]);
        assert_eq!(found.sums, [("api99".to_owned(), 12.5)]);
        let twice = vec![file("c.csv", "stype,total\nE,1\n"), file("d.csv", "stype,total\nE,2\n")];
        assert_eq!(options(twice, CalibrationKind::Rake).calibrating().unwrap_err().problems[0].code, "design::totals_twice");
        assert_eq!(DesignOptions::default().calibrating(), Ok(None));
    }

    #[test]
    fn options_that_do_not_fit_together_are_named() {
        let trim = |low, high| DesignOptions {
            calibration: Some(CalibrationFiles { kind: CalibrationKind::Rake, files: Vec::new(), trim: Some((low, high)) }),
            ..DesignOptions::default()
        };
        let code = |options: &DesignOptions| options.check().err().map(|error| error.problems[0].code);
        assert_eq!(code(&trim(0.3, 3.0)), None);
        assert_eq!(code(&trim(3.0, 0.3)), Some("design::trim"));
        assert_eq!(code(&DesignOptions { conf_level: 95.0, ..DesignOptions::default() }), Some("design::conf_level"));
        assert_eq!(code(&DesignOptions { fpc: vec!["a".into(), "b".into()], ..DesignOptions::default() }), Some("design::fpc"));
        let two = DesignOptions { clusters: vec!["c".into()], fpc: vec!["a".into(), "b".into()], ..DesignOptions::default() };
        assert_eq!(code(&two), None);
    }
}
