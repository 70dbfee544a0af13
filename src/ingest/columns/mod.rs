//! A file in, typed columns out: only the columns that are wanted, as numbers, levels, times or text, without a codebook.
//!
//! `feed` reads UTF-8 text in groups of blocks that end at record borders, `split` finds the fields of a block in
//! parallel with the others, `cells` types them where they lie. What is too odd for that (stray quotes, other
//! encodings, line ends without a line feed, a bad byte) goes on through the plain reader from the first block that is,
//! so the columns are the same whichever way they came.

mod cells;
mod feed;
mod lane;
mod split;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use self::cells::{FRESH, Missing, Records, Typed};
use self::lane::{Lane, Step};
use super::readers::{self, RejectedRecord};
use super::{ReadOptions, layouts, source};
use crate::error::{Error, Exit, Problem, Severity, closest, some_of};
use crate::frame::{Batch, Column, Commas, Levels, Meaning, Places, RawBatch, Stored, Values};

/// Records of a batch that one thread types at a time.
const ROWS_AT_ONCE: usize = 8_192;

/// What a column is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Finite numbers.
    Number,
    /// Categories and ids: the text without blanks around it, numbers in shortest form.
    Level,
    /// Dates and times as ISO 8601 writes them.
    Time,
    /// Text without the blanks around it.
    Text,
}

/// A column of the file that the caller wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Name in the file.
    pub column: String,
    /// What it is read as.
    pub role: Role,
    /// Name in the batches, so that one column can be read in two roles. The first column of a name counts.
    pub name: String,
    /// Whether codes that mean no answer mean it here too; weights and units have none.
    pub answers: bool,
}

impl Wanted {
    /// A column that keeps its name.
    pub fn new(column: impl Into<String>, role: Role) -> Self {
        let column = column.into();
        Self { name: column.clone(), column, role, answers: true }
    }

    /// Says that it holds no answers: only an empty cell and `NA` are missing.
    #[must_use]
    pub fn without_codes(self) -> Self {
        Self { answers: false, ..self }
    }

    /// Gives it another name in the batches.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }
}

/// Cells of a column that are not what it is read as; they count as missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Name in the batches.
    pub column: String,
    /// Number of such cells.
    pub count: u64,
    /// Line on which the record of the first one starts, counted from 1.
    pub line: u64,
    /// Text of the first one.
    pub text: String,
}

/// Typed columns of a file, in batches in file order; levels have the order of their first record.
///
/// # Example
/// ```
/// use recovista::ingest::{Columns, Role, Wanted};
/// let dir = tempfile::tempdir().unwrap();
/// let path = dir.path().join("visits.csv");
/// std::fs::write(&path, "center,minutes\nLynn,30\nBoston,NA\nLynn,soon\n").unwrap();
/// let wanted = [Wanted::new("center", Role::Level), Wanted::new("minutes", Role::Number)];
/// let mut columns = Columns::open(&path, &Default::default(), &wanted, &[]).unwrap();
/// let batches = columns.next_batches().unwrap();
/// assert_eq!(batches[0].levels("center"), Some(&[0, 1, 0][..]));
/// assert_eq!(columns.levels()["center"].names(), ["Lynn", "Boston"]);
/// assert_eq!(batches[0].numbers("minutes").unwrap()[0], 30.0);
/// let unreadable = columns.unreadable().next().unwrap();
/// assert_eq!((unreadable.count, unreadable.line, unreadable.text.as_str()), (1, 4, "soon"));
/// assert!(columns.next_batches().unwrap().is_empty());
/// ```
pub struct Columns {
    records: Box<dyn readers::Records>,
    lane: Option<Lane>,
    /// Records of the plain reader that are not yet typed.
    ahead: Option<RawBatch>,
    plan: Vec<Planned>,
    levels: BTreeMap<String, Levels>,
    unreadable: Vec<Option<Unreadable>>,
    /// Cells of each column that are numbers only with a decimal comma, and what all its cells say of commas.
    commas: Vec<(Option<Unreadable>, Commas)>,
    rows: u64,
}

impl std::fmt::Debug for Columns {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Columns").field("header", &self.records.header()).field("rows", &self.rows).finish_non_exhaustive()
    }
}

/// A wanted column with its place in the file.
struct Planned {
    name: String,
    role: Role,
    column: usize,
    missing: Missing,
    /// Whether the file itself says that the column has decimal commas.
    comma: bool,
}

impl Columns {
    /// Opens a file, reads its header and finds the wanted columns. An empty cell and `NA` are missing, and what
    /// `missing` lists: numeric codes by value, others by text.
    ///
    /// # Errors
    /// As for `open`, and a wanted column that is not there.
    pub fn open(path: &Path, options: &ReadOptions, wanted: &[Wanted], missing: &[String]) -> Result<Self, Error> {
        Self::open_with(path, options, wanted, missing, feed::Sizes::default())
    }

    fn open_with(path: &Path, options: &ReadOptions, wanted: &[Wanted], missing: &[String], sizes: feed::Sizes) -> Result<Self, Error> {
        let mut input = source::Input::open(path)?;
        input.hashed = false;
        let mut records = layouts::open(input, options)?.records;
        let plan = plan(wanted, missing, &*records, path)?;
        let levels = plan.iter().filter(|planned| planned.role == Role::Level).map(|planned| (planned.name.clone(), Levels::default())).collect();
        let lane = records.delimited().and_then(|text| Lane::new(text, sizes));
        let unreadable = plan.iter().map(|_| None).collect();
        let commas = plan.iter().map(|_| (None, Commas::default())).collect();
        Ok(Self { records, lane, ahead: None, plan, levels, unreadable, commas, rows: 0 })
    }

    /// Column names of the file.
    pub fn header(&self) -> &[String] {
        self.records.header()
    }

    /// The next batches, typed in parallel on the current thread pool; empty at the end of the file. A batch is never empty.
    ///
    /// # Errors
    /// As for `Reader::next_batch`.
    pub fn next_batches(&mut self) -> Result<Vec<Batch>, Error> {
        while let (Some(lane), Some(text)) = (&mut self.lane, self.records.delimited()) {
            let levels: Vec<&Levels> = known(&self.plan, &self.levels);
            let type_block = |records: &split::Fields<'_>| type_records(records, &self.plan, &levels);
            match lane.step(text, &type_block)? {
                Step::Blocks(blocks) => {
                    let batches: Vec<Batch> = blocks.into_iter().filter_map(|block| self.merge(block)).collect();
                    if !batches.is_empty() {
                        return Ok(batches);
                    }
                }
                Step::End => return Ok(Vec::new()),
                Step::TooOdd => self.lane = None,
            }
        }
        self.next_plain()
    }

    /// Levels of the columns read as levels, of the batches so far.
    pub fn levels(&self) -> &BTreeMap<String, Levels> {
        &self.levels
    }

    /// The levels, at the end.
    pub fn into_levels(self) -> BTreeMap<String, Levels> {
        self.levels
    }

    /// Records in the batches so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// How places in the file are told.
    pub fn places(&self) -> &Places {
        &self.records.about().places
    }

    /// Records that could not be read so far.
    pub fn rejected(&self) -> &[RejectedRecord] {
        self.records.rejected()
    }

    /// Cells so far that are not what their column is read as, by column. A number with a decimal comma is one
    /// unless the commas of its column can only stand before fractions; its value in the batches means nothing then.
    pub fn unreadable(&self) -> impl Iterator<Item = &Unreadable> {
        let others = self.with_commas().filter(|(.., is_fraction)| !is_fraction).map(|(found, ..)| found);
        self.unreadable.iter().flatten().chain(others)
    }

    /// What is worth knowing about how the file was read so far.
    pub fn notes(&self) -> Vec<Problem> {
        let mut notes = self.records.notes();
        for (found, column, _) in self.with_commas().filter(|(.., is_fraction)| *is_fraction) {
            let message = format!("{} numbers of `{column}` have a decimal comma, such as `{}`", found.count, found.text);
            notes.push(Problem::new("input::decimal_comma", message).severity(Severity::Note));
        }
        notes
    }

    /// The first number with a comma of each column that has some, the column's name in the file, and whether such commas stand before fractions.
    fn with_commas(&self) -> impl Iterator<Item = (&Unreadable, &str, bool)> {
        let told = |planned: &Planned, commas: &Commas| planned.comma || commas.meaning() == Meaning::Fraction;
        let name = |planned: &Planned| self.header().get(planned.column).map_or("", String::as_str);
        self.plan.iter().zip(&self.commas).filter_map(move |(planned, (found, commas))| Some((found.as_ref()?, name(planned), told(planned, commas))))
    }

    /// The next batches of the plain reader: typed while it splits the records after them.
    fn next_plain(&mut self) -> Result<Vec<Batch>, Error> {
        use rayon::prelude::*;
        let raw = match self.ahead.take() {
            Some(raw) => raw,
            None => match self.records.next_batch()? {
                Some(raw) => raw,
                None => return Ok(Vec::new()),
            },
        };
        let levels: Vec<&Levels> = known(&self.plan, &self.levels);
        let (plan, records) = (&self.plan, &mut self.records);
        let starts: Vec<usize> = (0..raw.rows()).step_by(ROWS_AT_ONCE).collect();
        let type_rows = |start: &usize| {
            let part = cells::Part { raw: &raw, rows: *start..raw.rows().min(start + ROWS_AT_ONCE) };
            type_records(&part, plan, &levels)
        };
        let (blocks, ahead) = rayon::join(|| starts.par_iter().map(type_rows).collect::<Vec<_>>(), || records.next_batch());
        self.ahead = ahead?;
        Ok(blocks.into_iter().filter_map(|block| self.merge(TypedBlock { first_line: 0, ..block })).collect())
    }

    /// Makes a batch of a typed block: its new levels get their positions, its unreadable cells are counted.
    fn merge(&mut self, block: TypedBlock) -> Option<Batch> {
        let mut batch = Batch::new(block.rows);
        for (position, (planned, mut typed)) in self.plan.iter().zip(block.columns).enumerate() {
            if let (Values::Level(values), false) = (&mut typed.values, typed.fresh.is_empty()) {
                let levels = self.levels.entry(planned.name.clone()).or_default();
                let positions = levels.intern_all(std::mem::take(&mut typed.fresh).into_names());
                for value in values {
                    if let Some(place) = value.checked_sub(FRESH).and_then(|fresh| positions.get(fresh as usize)) {
                        *value = *place;
                    }
                }
            }
            let (with_comma, commas) = typed.commas;
            let (first_with_comma, all_commas) = &mut self.commas[position];
            all_commas.merge(commas);
            for (first, found) in [(&mut self.unreadable[position], typed.unreadable), (first_with_comma, with_comma)] {
                let Some(found) = found else { continue };
                let line = block.first_line + found.line;
                let new = || Unreadable { column: planned.name.clone(), count: 0, line, text: found.text };
                first.get_or_insert_with(new).count += found.count;
            }
            batch.push(Column { name: planned.name.clone(), values: typed.values, missing: Vec::new() });
        }
        self.rows += u64::try_from(block.rows).unwrap_or_default();
        (block.rows > 0).then_some(batch)
    }
}

/// The typed columns of consecutive records.
pub(super) struct TypedBlock {
    rows: usize,
    columns: Vec<Typed>,
    /// What the lines of its unreadable cells are counted from.
    first_line: u64,
}

fn type_records(records: &impl Records, plan: &[Planned], levels: &[&Levels]) -> TypedBlock {
    let one = |(planned, known): (&Planned, &&Levels)| {
        let missing = &planned.missing;
        match planned.role {
            Role::Number => cells::numbers(records, planned.column, missing),
            Role::Level => cells::levels(records, planned.column, missing, known),
            Role::Time => cells::times(records, planned.column, missing),
            Role::Text => cells::texts(records, planned.column, missing),
        }
    };
    TypedBlock { rows: records.rows(), columns: plan.iter().zip(levels).map(one).collect(), first_line: 0 }
}

/// The levels so far of each planned column.
fn known<'a>(plan: &[Planned], levels: &'a BTreeMap<String, Levels>) -> Vec<&'a Levels> {
    static NONE: Levels = Levels::none();
    plan.iter().map(|planned| levels.get(&planned.name).unwrap_or(&NONE)).collect()
}

/// Finds the wanted columns; all that are not there are named at once.
fn plan(wanted: &[Wanted], missing: &[String], records: &dyn readers::Records, path: &Path) -> Result<Vec<Planned>, Error> {
    let header = records.header();
    let places: HashMap<&str, usize> = header.iter().enumerate().map(|(place, name)| (name.as_str(), place)).collect();
    let (mut plan, mut problems): (Vec<Planned>, Vec<Problem>) = (Vec::new(), Vec::new());
    for wanted in wanted {
        match places.get(wanted.column.as_str()) {
            Some(column) if plan.iter().all(|planned| planned.name != wanted.name) => {
                let missing = if wanted.answers { Missing::new(missing, records.about().described.get(*column)) } else { Missing::new(&[], None) };
                let comma = records.about().described.get(*column).is_some_and(|described| described.stored == Stored::CommaNumber);
                plan.push(Planned { name: wanted.name.clone(), role: wanted.role, column: *column, missing, comma });
            }
            Some(_) => {}
            None => {
                let problem = unknown(&wanted.column, header, path);
                if !problems.contains(&problem) {
                    problems.push(problem);
                }
            }
        }
    }
    Error::gather(Exit::Usage, problems)?;
    Ok(plan)
}

fn unknown(column: &str, header: &[String], path: &Path) -> Problem {
    let names = || header.iter().map(String::as_str);
    let problem = Problem::new("input::unknown_column", format!("column `{column}` is not in {}", path.display())).found(some_of(names()));
    match closest(column, names()) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => problem,
    }
}
