//! Id or short code of a figure in, everything that it rests on out.
//!
//! What is public of it lies in the release itself (`results.parquet`, `manifest.json`, `provenance.json`);
//! rows and refusals of each file lie in `restricted/` and are told where that folder is there. A hidden
//! figure is traced without a number.

mod parts;
mod print;
mod rules;
mod source;

use std::path::PathBuf;

use serde_json::Value;

use crate::error::{Error, Problem};
use crate::results::short_code;
use crate::runs::{self, Run};

/// Which figure to trace, and where.
#[derive(Debug, Clone, Default)]
pub struct TraceOptions {
    /// Id or short code.
    pub id: String,
    /// Folder of a run; every run under `reports/` when absent.
    pub run: Option<PathBuf>,
    /// Folder of an earlier run whose value is told beside it; `[privacy] previous_release` of the run when absent.
    pub former: Option<PathBuf>,
    /// Whether the number from before disclosure control is told, for the holder of the data.
    pub restricted: bool,
}

/// One figure, unrolled.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// Id of the figure.
    pub id: String,
    /// Its short code.
    pub code: String,
    /// Its name for readers.
    pub label: String,
    /// What it rests on, in reading order.
    pub parts: Vec<Part>,
    /// Whether anything in it comes from `restricted/`, so that it is for the holder of the data.
    pub is_restricted: bool,
}

/// One piece of a trace.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// What it is about, in a word or two.
    pub title: &'static str,
    /// Names with what is known; a name may come several times.
    pub lines: Vec<(String, Value)>,
}

impl Part {
    fn new(title: &'static str) -> Self {
        Self { title, lines: Vec::new() }
    }

    /// Adds a line where there is something to say.
    fn add(&mut self, name: &str, value: impl Into<Value>) {
        let value = value.into();
        let is_empty = match &value {
            Value::Null => true,
            Value::String(text) => text.is_empty(),
            Value::Array(all) => all.is_empty(),
            Value::Object(all) => all.is_empty(),
            _ => false,
        };
        if !is_empty {
            self.lines.push((name.to_owned(), value));
        }
    }
}

/// Traces a figure.
///
/// # Errors
/// There is no run, it is damaged, or none of the runs has the figure.
pub fn trace(options: &TraceOptions) -> Result<Trace, Error> {
    let run = runs::with_figure(options.run.as_deref(), &options.id)?;
    let Some(row) = run.figure(&options.id) else { return Err(runs::no_figure(&options.id, std::iter::empty())) };
    let former = options.former.clone().or_else(|| run.previous()).map(|folder| Run::open(&folder)).transpose()?;
    let sources = source::Sources::of(&run, row);
    let mut parts = vec![
        parts::figure(row),
        parts::files(&run, row, &sources),
        parts::rows(&run, row, &sources),
        parts::filters(&run, row, &sources),
        parts::design(&run, row),
        parts::missing(&run, row, &sources),
        rules::fields(&run, row, &sources),
        rules::instruments(&run, row, &sources),
        rules::crosswalk(&run, row, &sources),
        rules::method(&run, row),
        rules::disclosure(&run, row),
        rules::former(&run, row, former.as_ref()),
    ];
    let mut is_restricted = run.restricted.is_some() && parts.iter().any(|part| part.title == parts::ROWS && !part.lines.is_empty());
    if options.restricted {
        let id = row.id();
        let Some(cells) = run.unreleased(&id)? else {
            let problem = Problem::new("trace::no_restricted", format!("{} has no restricted folder beside it", run.public.display()));
            return Err(Error::input(problem.expected("restricted/results.csv of the same run").help("leave --restricted out to see what is public")));
        };
        parts.insert(1, parts::unreleased(cells));
        is_restricted = true;
    }
    parts.retain(|part| !part.lines.is_empty());
    let id = row.id();
    Ok(Trace { code: short_code(&id), label: row.label.clone().unwrap_or_default(), id, parts, is_restricted })
}
