//! One file in, the same file with scores and a summary of them out: what `recovista score` does.
//!
//! Every row and column stays as it is, in order; the score columns follow. The file is read once.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, Problem, Severity, closest, some_of};
use crate::frame::{Described, NO_LEVEL, RawBatch};
use crate::ingest::{self, ReadOptions};
use crate::results::{Restricted, ResultTable, to_csv, to_json, to_markdown};

use super::batch::{Request, ScaleOutput, ScoreSpec};
use super::engine::{self, Options, Scores};
use super::findings::{Example, Findings};
use super::summary::Summary;

/// What the user asks of one file.
#[derive(Debug, Clone, Default)]
pub struct ScoreOptions {
    /// Id of an instrument, or the path of an instrument file.
    pub instrument: String,
    /// The data.
    pub data: PathBuf,
    /// How to read it.
    pub read: ReadOptions,
    /// Columns of the items in the instrument's order.
    pub items: Option<Vec<String>>,
    /// Beginning of the item columns, which end in 1, 2, 3 …
    pub prefix: Option<String>,
    /// The file's code of the lowest answer, a hyphen, its code of the highest.
    pub coding: Option<String>,
    /// Id of a variant of the instrument.
    pub variant: Option<String>,
    /// Codes that mean no answer.
    pub missing: Vec<String>,
    /// A score needs every item.
    pub complete_only: bool,
    /// Column of the sex, for instruments whose bands need it.
    pub sex: Option<String>,
    /// Where the scored file goes.
    pub out: Option<PathBuf>,
}

/// What scoring a file gave.
#[derive(Debug, Clone)]
pub struct ScoredFile {
    /// Count, mean, sd, median, range, alpha and bands.
    pub table: ResultTable,
    /// What was odd, in a fixed order.
    pub findings: Vec<Problem>,
    /// Columns that were added.
    pub columns: Vec<String>,
    /// Rows read.
    pub rows: u64,
}

impl ScoredFile {
    /// The rows as an array of objects.
    #[must_use]
    pub fn to_json(&self) -> String {
        to_json(&Restricted(&self.table))
    }

    /// The rows as comma-separated text.
    #[must_use]
    pub fn to_csv(&self) -> String {
        to_csv(&Restricted(&self.table))
    }

    /// The rows as a Markdown table.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        to_markdown(&Restricted(&self.table))
    }

    /// Whether a finding casts doubt on the scores: the program then ends with 1.
    #[must_use]
    pub fn has_warnings(&self) -> bool {
        self.findings.iter().any(|problem| problem.severity >= Severity::Warning)
    }
}

/// Columns of the file that take part.
struct Places {
    items: Vec<usize>,
    names: Vec<String>,
    sex: Option<usize>,
}

/// Scores one file.
///
/// # Errors
/// An instrument, coding, variant or column that does not exist, or a file that cannot be read or written.
pub fn score_file(options: &ScoreOptions) -> Result<ScoredFile, Error> {
    let instrument = super::instrument(&options.instrument)?;
    // A coding that cannot be is said before the file is opened.
    super::Coding::resolve(&instrument, options.coding.as_deref(), options.variant.as_deref())?;
    let mut reader = ingest::open(&options.data, &options.read)?;
    let header = reader.header().to_vec();
    let items = item_columns(&instrument, options, &header)?;
    let spec = ScoreSpec::new(
        instrument,
        &Request { items, coding: options.coding.clone(), variant: options.variant.clone(), complete_only: options.complete_only, sex: options.sex.clone() },
    )?;
    let places = places(&spec, &header, options)?;
    let outputs = spec.outputs();
    let columns = added(&outputs);
    let mut sink = match &options.out {
        Some(out) => Some(Sink::create(out, &options.data, &header, &columns)?),
        None => None,
    };
    let mut findings = Findings::default();
    let mut summary = Summary::default();
    while let Some(raw) = reader.next_batch()? {
        let (scores, found) = score_raw(&spec, &places, &raw, &options.missing, reader.described());
        summary.add(&spec, &scores);
        findings.merge(found);
        if let Some(sink) = &mut sink {
            sink.write(&raw, &outputs, &scores)?;
        }
    }
    if let Some(sink) = sink {
        sink.finish()?;
    }
    let dataset = options.data.file_stem().map_or_else(|| "data".to_owned(), |stem| stem.to_string_lossy().into_owned());
    let mut odd: Vec<Problem> = reader.notes();
    odd.extend(unreadable(reader.rejected().len()));
    odd.extend(findings.problems(&spec.instrument, &spec.coding));
    Ok(ScoredFile { table: ResultTable::new(summary.rows(&spec, &dataset))?, findings: odd, columns, rows: findings.rows })
}

fn unreadable(records: usize) -> Option<Problem> {
    let message = format!("{records} records could not be read and have no score");
    (records > 0).then(|| Problem::new("score::unreadable_records", message).severity(Severity::Warning))
}

/// The item columns: those named, those with the prefix, or those that bear the instrument's id.
pub(crate) fn item_columns(instrument: &super::Instrument, options: &ScoreOptions, header: &[String]) -> Result<Vec<String>, Error> {
    if let Some(items) = &options.items {
        return Ok(items.clone());
    }
    let default = format!("{}_", instrument.id());
    let prefix = options.prefix.as_deref().unwrap_or(&default);
    let find = |item: usize| [format!("{prefix}{}", item + 1), format!("{prefix}{:02}", item + 1)].into_iter().find(|name| header.contains(name));
    let scored = instrument.scored_items();
    let absent: Vec<String> = scored.iter().filter(|item| find(**item).is_none()).map(|item| format!("{prefix}{}", item + 1)).collect();
    if absent.is_empty() {
        return Ok(scored.into_iter().filter_map(find).collect());
    }
    let message = format!("{} has no column {}", options.data.display(), some_of(absent.iter().map(String::as_str)));
    let mut problem = Problem::new("score::missing_column", message).found(some_of(header.iter().map(String::as_str)));
    let near = closest(&absent[0], header.iter().map(String::as_str)).map(|name| format!("did you mean `{name}`? "));
    problem.help = Some(format!(
        "{}name the {} columns in the instrument's order with --items, or their common beginning with --prefix",
        near.unwrap_or_default(),
        scored.len()
    ));
    Err(Error::usage(problem))
}

fn places(spec: &ScoreSpec, header: &[String], options: &ScoreOptions) -> Result<Places, Error> {
    let mut problems = Vec::new();
    let mut place = |name: &str| {
        let found = header.iter().position(|known| known == name);
        if found.is_none() {
            let mut problem = Problem::new("score::missing_column", format!("column `{name}` is not in {}", options.data.display()));
            problem.help = closest(name, header.iter().map(String::as_str)).map(|name| format!("did you mean `{name}`?"));
            problems.push(problem.found(some_of(header.iter().map(String::as_str))));
        }
        found
    };
    let items: Vec<usize> = spec.items.iter().filter_map(|name| place(name)).collect();
    let sex = options.sex.as_deref().and_then(&mut place);
    for (position, name) in spec.items.iter().enumerate() {
        if spec.items[..position].contains(name) {
            problems.push(Problem::new("score::column_twice", format!("column `{name}` is named for two items")));
        }
    }
    if options.out.is_some() {
        for name in added(&spec.outputs()).iter().filter(|name| header.contains(name)) {
            problems.push(
                Problem::new("score::column_exists", format!("{} already has a column `{name}`", options.data.display()))
                    .help("rename it, or score the original file"),
            );
        }
    }
    Error::gather(crate::error::Exit::Usage, problems)?;
    Ok(Places { items, names: spec.items.clone(), sex })
}

/// The columns that the scored file gains, in order.
fn added(outputs: &[ScaleOutput]) -> Vec<String> {
    let mut columns = Vec::new();
    for output in outputs {
        columns.extend(output.forms.iter().map(|(name, _, _)| name.clone()));
        columns.extend(output.band.iter().map(|(name, _)| name.clone()));
        columns.push(output.n_valid.clone());
        columns.extend(output.cuts.iter().map(|(name, _)| name.clone()));
    }
    columns
}

fn score_raw(spec: &ScoreSpec, places: &Places, raw: &RawBatch, missing: &[String], described: &[Described]) -> (Scores, Findings) {
    let by_file = |row: usize, column: usize| described.get(column).is_some_and(|column_says| column_says.missing_reason(raw.field_str(row, column)).is_some());
    let answer = |row: usize, column: usize| if by_file(row, column) { f64::NAN } else { code(raw.field_str(row, column), missing) };
    let codes: Vec<Vec<f64>> = places.items.iter().map(|column| (0..raw.rows()).map(|row| answer(row, *column)).collect()).collect();
    let items: Vec<&[f64]> = codes.iter().map(Vec::as_slice).collect();
    let word = |row: usize| places.sex.map(|column| raw.field_str(row, column).trim()).filter(|word| !is_missing(word, missing));
    let groups: Vec<Option<usize>> = (0..raw.rows()).map(|row| word(row).and_then(|word| spec.instrument.group_of(word))).collect();
    let scores = engine::score(&spec.instrument, &spec.coding, &Options { complete_only: spec.complete_only, groups: &groups }, &items);
    let mut findings = Findings::of(&spec.instrument, &spec.coding, &scores, &items, |found| Example {
        column: places.names[found.item].clone(),
        place: format!("line {}", raw.lines[found.row]),
        code: raw.field_str(found.row, places.items[found.item]).to_owned(),
    });
    for word in (0..raw.rows()).filter(|row| groups[*row].is_none()).filter_map(word) {
        findings.add_unknown_group(word);
    }
    (scores, findings)
}

/// The number in a cell: NaN where there is no answer, infinite where there is something that is no code.
fn code(text: &str, missing: &[String]) -> f64 {
    let text = text.trim();
    if is_missing(text, missing) {
        return f64::NAN;
    }
    text.parse().ok().filter(|number: &f64| !number.is_nan()).unwrap_or(f64::INFINITY)
}

fn is_missing(text: &str, missing: &[String]) -> bool {
    if text.is_empty() || text == "NA" || missing.iter().any(|word| word.trim() == text) {
        return true;
    }
    let Ok(number) = text.parse::<f64>() else { return false };
    missing.iter().any(|word| word.trim().parse::<f64>().is_ok_and(|code| (code - number).abs() < 1e-9))
}

/// The scored file. It gets its name when it is whole, so that a failed run leaves nothing behind.
struct Sink {
    path: PathBuf,
    partial: PathBuf,
    file: BufWriter<File>,
    line: Vec<u8>,
}

impl Sink {
    fn create(path: &Path, data: &Path, header: &[String], columns: &[String]) -> Result<Self, Error> {
        if let (Ok(out), Ok(data)) = (path.canonicalize(), data.canonicalize())
            && out == data
        {
            return Err(Error::usage(Problem::new("score::same_file", format!("{} is the data itself", path.display())).help("give --out another name")));
        }
        let mut name = path.file_name().unwrap_or_default().to_os_string();
        name.push(".partial");
        let partial = path.with_file_name(name);
        let file = File::create(&partial).map_err(|error| Error::output("write", path, &error))?;
        let mut sink = Self { path: path.to_owned(), partial, file: BufWriter::new(file), line: Vec::new() };
        for name in header.iter().chain(columns) {
            sink.field(name.as_bytes());
        }
        sink.end()?;
        Ok(sink)
    }

    fn write(&mut self, raw: &RawBatch, outputs: &[ScaleOutput], scores: &Scores) -> Result<(), Error> {
        for row in 0..raw.rows() {
            for column in 0..raw.width {
                self.field(raw.field(row, column));
            }
            for (output, scale) in outputs.iter().zip(&scores.scales) {
                for (_, values) in &scale.forms {
                    self.number(values[row]);
                }
                if let Some((_, labels)) = &output.band {
                    let level = usize::try_from(scale.band[row]).ok().filter(|_| scale.band[row] != NO_LEVEL);
                    self.field(level.and_then(|level| labels.get(level)).map_or("", String::as_str).as_bytes());
                }
                self.number(scale.n_valid[row]);
                for values in &scale.cuts {
                    self.number(values[row]);
                }
            }
            self.end()?;
        }
        Ok(())
    }

    /// A field, quoted only where it must be, so that its text stays what it was.
    fn field(&mut self, text: &[u8]) {
        if text.iter().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r')) {
            self.line.push(b'"');
            for byte in text {
                self.line.extend(if *byte == b'"' { &b"\"\""[..] } else { std::slice::from_ref(byte) });
            }
            self.line.push(b'"');
        } else {
            self.line.extend(text);
        }
        self.line.push(b',');
    }

    fn number(&mut self, value: f64) {
        let text = if value.is_nan() { String::new() } else { value.to_string() };
        self.field(text.as_bytes());
    }

    fn end(&mut self) -> Result<(), Error> {
        self.line.pop();
        self.line.push(b'\n');
        let written = self.file.write_all(&self.line);
        self.line.clear();
        written.map_err(|error| Error::output("write", &self.path, &error))
    }

    fn finish(mut self) -> Result<(), Error> {
        let moved = self.file.flush().and_then(|()| std::fs::rename(&self.partial, &self.path));
        moved.map_err(|error| Error::output("write", &self.path, &error))
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        // Whatever is still called partial was not finished.
        let _ = std::fs::remove_file(&self.partial);
    }
}
