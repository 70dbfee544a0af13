//! A recipe's text in, the plan of a study out.

use std::path::Path;

use super::faults::Faults;
use crate::config::{Source, Table};
use crate::error::{Error, Exit, Problem};

/// What a study makes; paths are relative to the recipe.
#[derive(Debug, Default)]
pub(super) struct Recipe {
    pub seed: u64,
    /// File that lists the planted faults.
    pub planted: Option<String>,
    pub files: Vec<FilePlan>,
}

/// One file, and the shape of its rows.
#[derive(Debug)]
pub(super) struct FilePlan {
    pub out: String,
    pub schema: String,
    pub rows: usize,
    pub faults: Faults,
    pub by_hand: Vec<ByHand>,
    pub shape: Shape,
}

/// A fault put in a stated row.
#[derive(Debug)]
pub(super) struct ByHand {
    pub field: String,
    /// Row of data, counted from 1.
    pub row: usize,
    pub raw: String,
    pub rule: String,
}

/// How rows of a file belong together.
#[derive(Debug)]
pub(super) enum Shape {
    /// Not at all.
    Plain,
    /// A wave of a panel: some people were asked in an earlier wave of the recipe, all belong to a center.
    Wave(Wave),
    /// Organizations ⊃ programs ⊃ rows: field and number of each, from the outside in; `each` is different within.
    Nested { parents: Vec<(String, usize)>, each: String },
    /// Each person at intake and, mostly, again.
    Events(Events),
    /// A log of visits over a year.
    Visits(Visits),
}

/// A wave of a panel.
#[derive(Debug)]
pub(super) struct Wave {
    pub registry: String,
    /// Centers that do not answer in this wave.
    pub without: Vec<String>,
    /// People of this wave who were asked before.
    pub returning: usize,
    pub first: String,
    pub last: String,
    /// Translation of this wave's form to the codebook; the file is written in the form's own terms.
    pub crosswalk: Option<String>,
}

/// Intake and follow-up.
#[derive(Debug)]
pub(super) struct Events {
    /// Codes of the first and the second event.
    pub names: Vec<String>,
    /// Days from the first to the second.
    pub after: f64,
    pub spread: f64,
    /// Share that is seen again.
    pub share: f64,
    /// No event after this day.
    pub until: String,
}

/// Shape of a visit log.
#[derive(Debug)]
pub(super) struct Visits {
    pub registry: String,
    pub year: usize,
    /// People for each member on the roll.
    pub per_member: f64,
    /// Visits a week of a typical person.
    pub weekly: f64,
    /// Share of people who leave in a month, newcomers first.
    pub leaving_new: f64,
    pub leaving: f64,
    /// Share of people who were there before the year began.
    pub before: f64,
    pub weekdays: Vec<f64>,
    pub hours: Vec<f64>,
    pub hours_weekend: Vec<f64>,
    pub months: Vec<f64>,
    pub minutes_mean: f64,
    pub minutes_sd: f64,
    pub repeated_taps: f64,
    pub no_check_out: f64,
}

pub(super) fn read(path: &Path) -> Result<Recipe, Error> {
    let text = std::fs::read_to_string(path).map_err(|error| Error::io("read", path, &error))?;
    let (recipe, problems) = Source::new(&path.display().to_string(), &text).walk(|root| {
        root.text("title");
        let seed = root.required("seed", root.whole("seed"));
        let files = root.tables("file");
        Recipe { seed: seed as u64, planted: root.text("planted"), files: files.iter().map(file).collect() }
    });
    Error::gather(Exit::Usage, problems)?;
    Ok(recipe)
}

fn file(table: &Table<'_>) -> FilePlan {
    let faults = Faults::parse(&table.text("faults").unwrap_or_default()).unwrap_or_else(|error| {
        for problem in error.problems {
            table.report("faults", problem);
        }
        Faults::default()
    });
    let by_hand = table.tables("plant").iter().map(by_hand).collect();
    let plan = FilePlan {
        out: table.required_text("out"),
        schema: table.required_text("schema"),
        rows: table.whole("rows").unwrap_or(0),
        faults,
        by_hand,
        shape: shape(table),
    };
    table.finish();
    plan
}

fn by_hand(table: &Table<'_>) -> ByHand {
    let plant = ByHand {
        field: table.required_text("field"),
        row: table.required("row", table.whole("row")).max(1),
        raw: table.required_text("raw"),
        rule: table.required_text("rule"),
    };
    table.finish();
    plant
}

fn shape(table: &Table<'_>) -> Shape {
    let shapes = ["wave", "nested", "events", "visits"];
    let (wave, nested, events, visits) = (table.table("wave"), table.table("nested"), table.table("events"), table.table("visits"));
    let given = [&wave, &nested, &events, &visits].iter().filter(|shape| shape.is_some()).count();
    if given > 1 {
        table.report("out", Problem::new("synth::two_shapes", "a file has one shape").expected(shapes.join(", ")));
    }
    match (wave, nested, events, visits) {
        (Some(inner), ..) => Shape::Wave(shape_wave(&inner)),
        (_, Some(inner), ..) => {
            let fields = inner.required("fields", inner.texts("fields"));
            let counts = inner.required("counts", inner.numbers("counts"));
            let shape =
                Shape::Nested { parents: fields.into_iter().zip(counts.into_iter().map(super::chance::floor)).collect(), each: inner.required_text("each") };
            inner.finish();
            shape
        }
        (_, _, Some(inner), _) => Shape::Events(shape_events(&inner)),
        (_, _, _, Some(inner)) => Shape::Visits(shape_visits(&inner)),
        _ => Shape::Plain,
    }
}

fn shape_wave(table: &Table<'_>) -> Wave {
    let wave = Wave {
        registry: table.required_text("registry"),
        without: table.texts("without").unwrap_or_default(),
        returning: table.whole("returning").unwrap_or(0),
        first: table.required_text("first"),
        last: table.required_text("last"),
        crosswalk: table.text("crosswalk"),
    };
    table.finish();
    wave
}

fn shape_events(table: &Table<'_>) -> Events {
    let events = Events {
        names: table.required("names", table.texts("names").filter(|names| names.len() == 2)),
        after: table.required("after", table.number("after")),
        spread: table.required("spread", table.number("spread")),
        share: table.required("share", table.number("share")),
        until: table.required_text("until"),
    };
    table.finish();
    events
}

fn shape_visits(table: &Table<'_>) -> Visits {
    let number = |key| table.required(key, table.number(key));
    let list = |key, length| {
        let list = table.required(key, table.numbers(key));
        if list.len() != length {
            table.report(key, Problem::new("synth::wrong_length", format!("`{key}` needs {length} numbers")).found(list.len().to_string()));
        }
        list
    };
    let visits = Visits {
        registry: table.required_text("registry"),
        year: table.required("year", table.whole("year")),
        per_member: number("per_member"),
        weekly: number("weekly"),
        leaving_new: number("leaving_new"),
        leaving: number("leaving"),
        before: number("before"),
        weekdays: list("weekdays", 7),
        hours: list("hours", 24),
        hours_weekend: list("hours_weekend", 24),
        months: list("months", 12),
        minutes_mean: number("minutes_mean"),
        minutes_sd: number("minutes_sd"),
        repeated_taps: number("repeated_taps"),
        no_check_out: number("no_check_out"),
    };
    table.finish();
    visits
}
