//! Frame and design in, every row's weight, wave, stratum, units and person as plain numbers out.
//!
//! Units are nested: a center's name in two strata is two units, while the same name in two waves
//! is one. Codes follow the order of rows, so the same file gives the same codes.

use std::collections::HashMap;

use super::Design;
use crate::error::{Error, Exit, Problem, closest};
use crate::frame::{Frame, Levels, NO_LEVEL, Values};

/// The units of one stage.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stage {
    /// Unit of each row.
    pub(crate) unit: Vec<u32>,
    /// Unit of the stage above (stratum for the first) of each unit.
    pub(crate) parent: Vec<u32>,
    /// Number of units of the stage above.
    pub(crate) parents: usize,
    /// Population count or fraction of each row; empty when the design has none for this stage.
    pub(crate) fpc: Vec<f64>,
    /// Whether every row is a unit of its own, numbered as the row.
    pub(crate) rows_are_units: bool,
}

/// The design of every row of a frame.
#[derive(Debug, Clone, Default)]
pub(crate) struct Index {
    /// Number of rows.
    pub(crate) rows: usize,
    /// Weight of each row; 0 for rows that the design cannot place.
    pub(crate) weight: Vec<f64>,
    /// Whether weights follow from the population counts and are still to be filled in.
    pub(crate) weight_from_fpc: bool,
    /// Whether the design places the row: stratum and units are known.
    pub(crate) placed: Vec<bool>,
    /// Wave of each row; all 0 without waves.
    pub(crate) wave: Vec<u32>,
    /// Names of the waves.
    pub(crate) waves: Levels,
    /// Names of the strata.
    pub(crate) strata: Vec<String>,
    /// Stages from the first to rows (or people), which are always the last.
    pub(crate) stages: Vec<Stage>,
    /// How many stages the design says something about; the others add no variance by themselves.
    pub(crate) described: usize,
    /// Person of each row.
    pub(crate) person: Vec<u32>,
    /// What a reader should know of all estimates.
    pub(crate) notes: Vec<String>,
}

impl Index {
    /// Codes the design columns of a frame.
    ///
    /// # Errors
    /// Columns that are absent or of the wrong type, and negative weights.
    pub(crate) fn new(frame: &Frame, design: &Design) -> Result<Self, Error> {
        check(frame, design)?;
        let rows = frame.rows();
        let mut index = Self { rows, placed: vec![true; rows], ..Self::default() };
        index.wave = match &design.wave {
            Some(name) => {
                index.waves = frame.levels.get(name).cloned().unwrap_or_default();
                level_column(frame, name)
            }
            None => vec![0; rows],
        };
        let stratum = index.strata_of(frame, design);
        index.person = person_column(frame, design);
        index.add_stages(frame, design, stratum);
        index.described = (design.clusters.len() + usize::from(design.fpc.len() > design.clusters.len())).max(1);
        index.weigh(frame, design)?;
        let lost = index.placed.iter().filter(|placed| !**placed).count();
        if lost > 0 {
            index.notes.push(format!("{lost} {} without weight, stratum or unit left out", if lost == 1 { "row" } else { "rows" }));
        }
        Ok(index)
    }

    fn strata_of(&mut self, frame: &Frame, design: &Design) -> Vec<u32> {
        let Some(name) = &design.strata else {
            self.strata = vec!["all".to_owned()];
            return vec![0; self.rows];
        };
        self.strata = frame.levels.get(name).map(|levels| levels.names().to_vec()).unwrap_or_default();
        let stratum = level_column(frame, name);
        self.unplace(&stratum);
        stratum
    }

    /// Rows without this code cannot be placed.
    fn unplace(&mut self, codes: &[u32]) {
        for (placed, code) in self.placed.iter_mut().zip(codes) {
            *placed &= *code != NO_LEVEL;
        }
    }

    fn add_stages(&mut self, frame: &Frame, design: &Design, stratum: Vec<u32>) {
        let mut above = stratum;
        let mut parents = self.strata.len();
        for stage in 0..=design.clusters.len() {
            let code = match design.clusters.get(stage) {
                Some(name) => level_column(frame, name),
                None => self.person.clone(),
            };
            self.unplace(&code);
            let rows_are_units = design.person.is_none() && stage == design.clusters.len();
            let (unit, parent) = if rows_are_units { (code, above.clone()) } else { nest(&above, &code) };
            let fpc = design.fpc.get(stage).map(|name| number_column(frame, name)).unwrap_or_default();
            above.clone_from(&unit);
            let units = parent.len();
            self.stages.push(Stage { unit, parent, parents, fpc, rows_are_units });
            parents = units;
        }
    }

    fn weigh(&mut self, frame: &Frame, design: &Design) -> Result<(), Error> {
        let Some(name) = &design.weight else {
            self.weight_from_fpc = !design.fpc.is_empty();
            self.weight = self.placed.iter().map(|placed| f64::from(u8::from(*placed))).collect();
            return Ok(());
        };
        self.weight = number_column(frame, name);
        let negative = self.weight.iter().filter(|weight| **weight < 0.0).count();
        if negative > 0 {
            let problem = Problem::new("estimate::negative_weight", format!("weights in `{name}` are below zero"));
            return Err(Error::input(problem.found(format!("{negative} rows")).expected("weights of zero and above")));
        }
        for (weight, placed) in self.weight.iter_mut().zip(&mut self.placed) {
            *placed &= weight.is_finite();
            if !*placed {
                *weight = 0.0;
            }
        }
        Ok(())
    }
}

/// Units that lie in one unit of the stage above and have one code, numbered in row order.
fn nest(above: &[u32], code: &[u32]) -> (Vec<u32>, Vec<u32>) {
    let mut known: HashMap<(u32, u32), u32> = HashMap::new();
    let mut parent = Vec::new();
    let mut units = Vec::with_capacity(code.len());
    for (above, code) in above.iter().zip(code) {
        if *above == NO_LEVEL || *code == NO_LEVEL {
            units.push(NO_LEVEL);
            continue;
        }
        let next = u32::try_from(parent.len()).unwrap_or(NO_LEVEL);
        let unit = *known.entry((*above, *code)).or_insert(next);
        if unit == next {
            parent.push(*above);
        }
        units.push(unit);
    }
    (units, parent)
}

/// The person of each row; rows without a name are people of their own.
fn person_column(frame: &Frame, design: &Design) -> Vec<u32> {
    let own = |taken: usize, row: usize| u32::try_from(taken + row).unwrap_or(NO_LEVEL - 1);
    let Some(name) = &design.person else {
        return (0..frame.rows()).map(|row| own(0, row)).collect();
    };
    let codes = match frame.batches.iter().find_map(|batch| batch.column(name)).map(|column| &column.values) {
        Some(Values::Text(_)) => text_codes(frame, name),
        _ => level_column(frame, name),
    };
    let taken = codes.iter().filter(|code| **code != NO_LEVEL).max().map_or(0, |code| *code as usize + 1);
    codes.into_iter().enumerate().map(|(row, code)| if code == NO_LEVEL { own(taken, row) } else { code }).collect()
}

fn text_codes(frame: &Frame, name: &str) -> Vec<u32> {
    let mut levels = Levels::default();
    let mut codes = Vec::with_capacity(frame.rows());
    for batch in &frame.batches {
        match batch.column(name).map(|column| &column.values) {
            Some(Values::Text(texts)) => codes.extend(texts.iter().map(|text| if text.is_empty() { NO_LEVEL } else { levels.intern(text) })),
            _ => codes.extend(std::iter::repeat_n(NO_LEVEL, batch.rows())),
        }
    }
    codes
}

/// A level column of all batches, one after the other.
pub(crate) fn level_column(frame: &Frame, name: &str) -> Vec<u32> {
    let mut codes = Vec::with_capacity(frame.rows());
    for batch in &frame.batches {
        match batch.levels(name) {
            Some(values) => codes.extend_from_slice(values),
            None => codes.extend(std::iter::repeat_n(NO_LEVEL, batch.rows())),
        }
    }
    codes
}

/// A number column of all batches, one after the other.
pub(crate) fn number_column(frame: &Frame, name: &str) -> Vec<f64> {
    let mut numbers = Vec::with_capacity(frame.rows());
    for batch in &frame.batches {
        match batch.numbers(name) {
            Some(values) => numbers.extend_from_slice(values),
            None => numbers.extend(std::iter::repeat_n(f64::NAN, batch.rows())),
        }
    }
    numbers
}

/// What a column must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Want {
    Number,
    Level,
    LevelOrText,
    Answer,
}

/// A problem when a column is absent or holds something else; batches of other waves may lack it.
pub(crate) fn wrong_column(frame: &Frame, name: &str, want: Want) -> Option<Problem> {
    let Some(column) = frame.batches.iter().find_map(|batch| batch.column(name)) else {
        if frame.batches.is_empty() {
            return None;
        }
        let known = frame.batches.iter().flat_map(|batch| batch.columns().iter().map(|column| column.name.as_str()));
        let mut problem = Problem::new("estimate::unknown_column", format!("there is no column `{name}`"));
        problem.help = closest(name, known).map(|near| format!("is it `{near}`?"));
        return Some(problem);
    };
    let (fits, expected) = match want {
        Want::Number => (matches!(column.values, Values::Number(_)), "numbers"),
        Want::Level => (matches!(column.values, Values::Level(_)), "levels"),
        Want::LevelOrText => (matches!(column.values, Values::Level(_) | Values::Text(_)), "levels or text"),
        Want::Answer => (matches!(column.values, Values::Number(_) | Values::Level(_) | Values::Flags(_)), "numbers, levels or options"),
    };
    let found = match column.values {
        Values::Number(_) => "numbers",
        Values::Level(_) => "levels",
        Values::Flags(_) => "options",
        Values::Time(_) => "moments",
        Values::Text(_) => "text",
    };
    (!fits).then(|| Problem::new("estimate::wrong_column", format!("column `{name}` holds something else")).found(found).expected(expected))
}

fn check(frame: &Frame, design: &Design) -> Result<(), Error> {
    let mut problems = Vec::new();
    let numbers = design.weight.iter().chain(&design.fpc).map(|name| (name, Want::Number));
    let levels = design.strata.iter().chain(&design.clusters).chain(&design.wave).map(|name| (name, Want::Level));
    let person = design.person.iter().map(|name| (name, Want::LevelOrText));
    for (name, want) in numbers.chain(levels).chain(person) {
        problems.extend(wrong_column(frame, name, want).map(|problem| problem.at("design")));
    }
    if design.fpc.len() > design.clusters.len() + 1 {
        let problem = Problem::new("estimate::too_many_fpc", "there are more population columns than stages");
        problems.push(problem.found(design.fpc.len().to_string()).expected(format!("at most {}", design.clusters.len() + 1)));
    }
    if !(design.conf_level > 0.0 && design.conf_level < 1.0) {
        let problem = Problem::new("estimate::conf_level", "the confidence level is not between 0 and 1");
        problems.push(problem.found(design.conf_level.to_string()).expected("such as 0.95"));
    }
    Error::gather(Exit::Usage, problems).map(drop)
}
