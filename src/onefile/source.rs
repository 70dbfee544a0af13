//! A file and the columns that a question names in; batches of them, with scores and derived columns, out.
//!
//! The file is read as often as the answer needs, group by group, while the group before is worked on.

use std::collections::BTreeMap;
use std::path::PathBuf;

use rayon::prelude::*;

use super::condition;
use super::expression::Expression;
use super::{DataOptions, ScoreRequest};
use crate::condition::Condition;
use crate::design::{Calibrating, Design, POPULATION};
use crate::error::{Error, Exit, Problem, Severity};
use crate::estimate::Request;
use crate::frame::{Batch, Column, Each, Levels, NO_LEVEL, Places, Shape, Source, Values, comma_number};
use crate::ingest::{Columns, ReadOptions, RejectedRecord, Role, Wanted};
use crate::score::{Findings, ScoreSpec, score_batch};

/// What is put after the name of a column that is read as levels, so that it can be read as numbers too.
const LEVELS: char = '\u{1}';
/// What is put after the name of a column that describes the design, where codes for no answer mean nothing.
const UNITS: char = '\u{4}';
const WEIGHTS: char = '\u{5}';
/// What is put after the name of a column that is read as moments.
const MOMENTS: char = '\u{2}';

/// The name of a column read as levels.
pub(super) fn as_levels(column: &str) -> String {
    format!("{column}{LEVELS}")
}

fn as_moments(column: &str) -> String {
    format!("{column}{MOMENTS}")
}

/// The column that says which rows are meant, and its only level.
const MEANT: &str = "\u{3}where";
const INSIDE: &str = "in";

/// The column as the user calls it.
pub(super) fn plain(name: &str) -> &str {
    name.trim_end_matches([LEVELS, MOMENTS, UNITS, WEIGHTS])
}

/// The wanted columns of one file.
#[derive(Debug)]
pub(super) struct FileSource {
    path: PathBuf,
    read: ReadOptions,
    missing: Vec<String>,
    wanted: Vec<Wanted>,
    derived: Vec<Expression>,
    scores: Vec<ScoreSpec>,
    condition: Option<Condition>,
    shapes: BTreeMap<String, Shape>,
    levels: BTreeMap<String, Levels>,
    /// What scoring found odd in the last round, and what is worth knowing of the file.
    pub(super) notes: Vec<Problem>,
}

impl FileSource {
    /// Finds all columns that the design and the requests name; requests name columns as the user does.
    ///
    /// # Errors
    /// Columns that are not there, functions that are none.
    pub(super) fn open(data: &DataOptions, scores: &[ScoreRequest]) -> Result<(Self, Vec<String>), Error> {
        let header = Columns::open(&data.data, &data.read, &[], &[])?.header().to_vec();
        let mut source = Self {
            path: data.data.clone(),
            read: data.read.clone(),
            missing: data.missing.clone(),
            wanted: Vec::new(),
            derived: Vec::new(),
            scores: Vec::new(),
            condition: None,
            shapes: BTreeMap::new(),
            levels: BTreeMap::new(),
            notes: Vec::new(),
        };
        for request in scores {
            source.score(request, &header)?;
        }
        if let Some(text) = &data.condition {
            let condition = Condition::parse("--where", text)?;
            let (by_size, by_value) = condition.roles();
            for column in by_size {
                source.number(column, &header)?;
            }
            for column in by_value {
                source.level(column, &header)?;
            }
            source.shapes.insert(MEANT.to_owned(), Shape::Level);
            source.levels.insert(MEANT.to_owned(), Levels::new([INSIDE]));
            source.condition = Some(condition);
        }
        Ok((source, header))
    }

    fn score(&mut self, request: &ScoreRequest, header: &[String]) -> Result<(), Error> {
        let spec = request.spec(&self.path, header)?;
        for item in &spec.items {
            self.want(item, Role::Number, item.clone());
        }
        if let Some(sex) = &spec.sex {
            self.want(sex, Role::Level, sex.clone());
        }
        for output in spec.outputs() {
            let numbers =
                output.forms.iter().map(|form| &form.0).chain([&output.n_valid, &output.floor, &output.ceiling]).chain(output.cuts.iter().map(|cut| &cut.0));
            self.shapes.extend(numbers.map(|name| (name.clone(), Shape::Number)));
            self.shapes.extend(output.band.map(|(name, _)| (name, Shape::Level)));
        }
        self.levels.extend(spec.levels());
        self.scores.push(spec);
        Ok(())
    }

    fn want(&mut self, column: &str, role: Role, name: String) {
        if !self.shapes.contains_key(&name) {
            let shape = match role {
                Role::Number => Shape::Number,
                Role::Level => Shape::Level,
                Role::Time => Shape::Time,
                Role::Text => Shape::Text,
            };
            self.shapes.insert(name.clone(), shape);
            self.wanted.push(Wanted::new(column, role).named(name));
        }
    }

    /// The name, in the batches, of a column that is needed as numbers.
    pub(super) fn number(&mut self, column: &str, header: &[String]) -> Result<String, Error> {
        if self.shapes.get(column) != Some(&Shape::Number) {
            match Expression::parse(column, header)? {
                Some(expression) => self.derive(expression, column.to_owned()),
                None => self.want(column, Role::Number, column.to_owned()),
            }
        }
        Ok(column.to_owned())
    }

    /// The name, in the batches, of a column that is needed as levels.
    pub(super) fn level(&mut self, column: &str, header: &[String]) -> Result<String, Error> {
        if self.shapes.get(column) == Some(&Shape::Level) && !header.iter().any(|known| known == column) {
            return Ok(column.to_owned());
        }
        let name = as_levels(column);
        match Expression::parse(column, header)? {
            Some(expression) => self.derive(expression, name.clone()),
            None => self.want(column, Role::Level, name.clone()),
        }
        Ok(name)
    }

    fn derive(&mut self, expression: Expression, name: String) {
        for column in expression.columns().to_vec() {
            self.want(&column, Role::Time, as_moments(&column));
        }
        let shape = if expression.is_level() { Shape::Level } else { Shape::Number };
        if self.shapes.insert(name, shape).is_none() {
            self.derived.push(expression);
        }
    }

    /// The design with the names of the batches.
    pub(super) fn design(&mut self, design: &Design, header: &[String]) -> Result<Design, Error> {
        let mut own = design.clone();
        for name in own.weight.iter_mut().chain(&mut own.fpc) {
            *name = self.of_design(name, Role::Number);
        }
        for name in own.strata.iter_mut().chain(&mut own.clusters) {
            *name = self.of_design(name, Role::Level);
        }
        if let Some(replication) = &mut own.replication {
            let names: Vec<&str> = header.iter().map(String::as_str).collect();
            for position in replication.positions(&names).map_err(|problem| Error::usage(*problem))? {
                self.of_design(&header[position], Role::Number);
            }
            replication.columns.push(WEIGHTS);
        }
        if let Some(Calibrating { margins, sums, .. }) = &mut own.calibration {
            for margin in margins {
                margin.variable = self.of_design(&margin.variable, Role::Level);
            }
            for (name, _) in sums.iter_mut().filter(|(name, _)| name != POPULATION) {
                *name = self.of_design(name, Role::Number);
            }
        }
        Ok(own)
    }

    /// The name, in the batches, of a column that describes the design.
    fn of_design(&mut self, column: &str, role: Role) -> String {
        let (mark, shape) = if role == Role::Level { (UNITS, Shape::Level) } else { (WEIGHTS, Shape::Number) };
        let name = format!("{column}{mark}");
        if self.shapes.insert(name.clone(), shape).is_none() {
            self.wanted.push(Wanted::new(column, role).named(name.clone()).without_codes());
        }
        name
    }

    /// The levels of one column, after a round that reads it alone.
    pub(super) fn levels_of(&mut self, name: &str) -> Result<Vec<String>, Error> {
        self.round(&mut |_, _| Ok(()))?;
        Ok(self.levels.get(name).map(|levels| levels.names().to_vec()).unwrap_or_default())
    }

    /// Adds derived columns and scores to the batches of a group.
    fn complete(derived: &[Expression], scores: &[ScoreSpec], levels: &mut BTreeMap<String, Levels>, group: &mut [Batch]) -> Vec<Findings> {
        let numbers: Vec<Vec<Vec<i64>>> =
            group.par_iter().map(|batch| derived.iter().map(|expression| expression.numbers(batch, as_moments)).collect()).collect();
        for (batch, numbers) in group.iter_mut().zip(numbers) {
            for (expression, numbers) in derived.iter().zip(numbers) {
                let name = if expression.is_level() { as_levels(&expression.text) } else { expression.text.clone() };
                let column = expression.column(name.clone(), &numbers, levels.entry(name).or_default());
                batch.push(column);
            }
        }
        let none = BTreeMap::new();
        let known = if scores.iter().any(|spec| spec.sex.is_some()) { &*levels } else { &none };
        let of_batch = |batch: &mut Batch| scores.iter().map(|spec| score_batch(batch, spec, known)).collect::<Vec<Findings>>();
        let found: Vec<Vec<Findings>> = group.par_iter_mut().map(of_batch).collect();
        let mut all: Vec<Findings> = scores.iter().map(|_| Findings::default()).collect();
        for found in found {
            all.iter_mut().zip(found).for_each(|(all, found)| all.merge(found));
        }
        all
    }
}

impl Source for FileSource {
    fn columns(&self) -> Vec<(String, Shape)> {
        self.shapes.iter().map(|(name, shape)| (name.clone(), *shape)).collect()
    }

    fn levels(&self) -> &BTreeMap<String, Levels> {
        &self.levels
    }

    fn round(&mut self, each: &mut Each<'_>) -> Result<(), Error> {
        let mut columns = Columns::open(&self.path, &self.read, &self.wanted, &self.missing)?;
        let mut findings: Vec<Findings> = self.scores.iter().map(|_| Findings::default()).collect();
        let mut group = columns.next_batches()?;
        while !group.is_empty() {
            // The levels that the condition looks at, before the next group adds to them.
            let looked_at = self.condition.iter().flat_map(|condition| condition.roles().1).map(|column| as_levels(column));
            let known: BTreeMap<String, Levels> = looked_at.filter_map(|name| Some((name.clone(), columns.levels().get(&name)?.clone()))).collect();
            let (next, done) = rayon::join(
                || columns.next_batches(),
                || {
                    let found = Self::complete(&self.derived, &self.scores, &mut self.levels, &mut group);
                    findings.iter_mut().zip(found).for_each(|(all, found)| all.merge(found));
                    if let Some(condition) = &self.condition {
                        mark(condition, &mut group, &known, &self.levels)?;
                    }
                    each(&group, &self.levels)
                },
            );
            done?;
            group = next?;
        }
        let path = self.path.display().to_string();
        Error::gather(Exit::Input, columns.unreadable().map(|cell| unreadable(columns.places().tell(&path, cell.line, 0), cell)).collect())?;
        self.notes = columns.notes();
        self.notes.extend(left_out(&path, columns.places(), columns.rejected()));
        for (spec, found) in self.scores.iter().zip(&findings) {
            self.notes.extend(found.problems(&spec.instrument, &spec.coding).into_iter().map(|problem| problem.at(path.clone())));
        }
        self.levels.extend(columns.into_levels());
        if let Some(condition) = &self.condition {
            let names = |column: &str| {
                self.levels.get(&as_levels(column)).or_else(|| self.levels.get(column)).map(|levels| levels.names().to_vec()).unwrap_or_default()
            };
            self.notes.extend(condition::not_found(condition, &names));
        }
        Ok(())
    }
}

/// Adds the column that says which rows of each batch are meant; levels are those of the file or of what was made of it.
fn mark(condition: &Condition, group: &mut [Batch], of_file: &BTreeMap<String, Levels>, made: &BTreeMap<String, Levels>) -> Result<(), Error> {
    for batch in group {
        let meant = condition::rows(condition, &Seen { batch, of_file, made })?;
        let values = Values::Level(meant.iter().map(|meant| if *meant { 0 } else { NO_LEVEL }).collect());
        batch.push(Column { name: MEANT.to_owned(), values, missing: Vec::new() });
    }
    Ok(())
}

/// A batch as a condition sees it.
struct Seen<'a> {
    batch: &'a Batch,
    of_file: &'a BTreeMap<String, Levels>,
    made: &'a BTreeMap<String, Levels>,
}

impl condition::Values for Seen<'_> {
    fn codes(&self, column: &str) -> Vec<u32> {
        let codes = self.batch.levels(&as_levels(column)).or_else(|| self.batch.levels(column));
        codes.map_or_else(|| vec![NO_LEVEL; self.batch.rows()], <[u32]>::to_vec)
    }

    fn names(&self, column: &str) -> Vec<String> {
        let name = as_levels(column);
        let levels = self.of_file.get(&name).or_else(|| self.made.get(&name)).or_else(|| self.made.get(column));
        levels.map(|levels| levels.names().to_vec()).unwrap_or_default()
    }

    fn numbers(&self, column: &str) -> Result<Vec<f64>, Error> {
        Ok(self.batch.numbers(column).map_or_else(|| vec![f64::NAN; self.batch.rows()], <[f64]>::to_vec))
    }
}

/// The records that could not be read.
pub(super) fn left_out(path: &str, places: &Places, rejected: &[RejectedRecord]) -> Option<Problem> {
    let first = rejected.first()?;
    let message = match rejected.len() {
        1 => "1 record could not be read and is left out".to_owned(),
        count => format!("{count} records could not be read and are left out"),
    };
    Some(Problem::new("data::rejected", message).at(places.tell(path, first.line, 0)).expected(first.expected.clone()).severity(Severity::Warning))
}

/// A column that holds something else than it is asked for.
fn unreadable(place: String, cell: &crate::ingest::Unreadable) -> Problem {
    let (column, kind, expected) = match cell.column.strip_suffix(MOMENTS) {
        Some(column) => (column, "a date or time", "such as 2024-03-01T08:15:00, an empty field or NA"),
        None => (plain(&cell.column), "a number", "a number, an empty field or NA"),
    };
    let others = if cell.count > 1 { format!(" and {} more like it", cell.count - 1) } else { String::new() };
    let help = if cell.text.contains(',') && comma_number(&cell.text).is_some() {
        "commas are read as decimal ones where the whole column leaves no doubt: no points, and not three digits after every comma"
    } else {
        "if it means no answer, name it with --missing; if these are categories, ask for --proportion"
    };
    Problem::new("data::unreadable", format!("column `{column}` holds text where {kind} is needed"))
        .at(place)
        .found(format!("`{}`{others}", cell.text))
        .expected(expected)
        .help(help)
}

/// The requests with the names of the batches.
pub(super) fn resolve(source: &mut FileSource, header: &[String], requests: &[Request]) -> Result<Vec<Request>, Error> {
    use crate::estimate::Measure;
    let mut resolved = Vec::new();
    for request in requests {
        let mut own = request.clone();
        match &mut own.measure {
            Measure::Count if own.variable.is_empty() => {}
            Measure::Count | Measure::Proportion { .. } | Measure::Distinct => own.variable = source.level(&own.variable, header)?,
            Measure::Ratio { denominator: other } | Measure::Correlation { with: other } => {
                *other = source.number(other, header)?;
                own.variable = source.number(&own.variable, header)?;
            }
            _ => own.variable = source.number(&own.variable, header)?,
        }
        for by in &mut own.by {
            *by = source.level(by, header)?;
        }
        if source.condition.is_some() {
            own.filter.push((MEANT.to_owned(), vec![INSIDE.to_owned()]));
        }
        resolved.push(own);
    }
    Ok(resolved)
}
