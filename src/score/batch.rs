//! A typed batch of the pipeline in, the same batch with score columns out.
//!
//! `ScoreSpec::new` settles everything before data is read; `score_batch` then appends for each scale
//! its forms, band, counts, floor and ceiling, and for each item the answer as it was scored.

use std::collections::BTreeMap;

use crate::error::{Error, Problem};
use crate::frame::{Batch, Column, Levels, NO_LEVEL, Values, missing};

use super::coding::Coding;
use super::engine::{self, Options, ScaleScores};
use super::findings::{Example, Findings};
use super::instrument::{Direction, Form, Instrument, Scale};

/// What a codebook says about an instrument in its file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Request {
    /// Columns in the instrument's order; items that no scale reads may be left out.
    pub items: Vec<String>,
    /// `A-B`; absent: the instrument's own.
    pub coding: Option<String>,
    /// Id of a variant.
    pub variant: Option<String>,
    /// A score needs every item.
    pub complete_only: bool,
    /// Column of the groups that have their own bands.
    pub sex: Option<String>,
}

/// An instrument with everything settled.
#[derive(Debug, Clone)]
pub(crate) struct ScoreSpec {
    pub instrument: Instrument,
    pub coding: Coding,
    /// Columns of the scored items, in order.
    pub items: Vec<String>,
    pub complete_only: bool,
    pub sex: Option<String>,
}

/// The columns that one scale adds, for analyses and labels.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ScaleOutput {
    /// Beginning of the column names: `k6`, `psoc_self`.
    pub stem: String,
    /// Name for readers.
    pub label: String,
    /// Column of the form to show first.
    pub headline: String,
    /// Column, form, and the lowest and highest value it can take; the headline first.
    pub forms: Vec<(String, Form, (f64, f64))>,
    /// Band column and its labels, lowest score first as in the file; `None` without bands.
    pub band: Option<(String, Vec<String>)>,
    /// Number of answered items.
    pub n_valid: String,
    /// 1 where the headline score is the lowest possible.
    pub floor: String,
    /// 1 where the headline score is the highest possible.
    pub ceiling: String,
    /// Column and label of each cut.
    pub cuts: Vec<(String, String)>,
    /// Columns of the file that hold the items, in the order of `answers`.
    pub items: Vec<String>,
    /// Columns of the items' answers as scored (canonical, reversed): what alpha is computed on.
    pub answers: Vec<String>,
    /// Which end is the good one.
    pub direction: Direction,
    /// Items that may be missing.
    pub max_missing: usize,
}

impl ScoreSpec {
    /// Settles coding, variant and items.
    ///
    /// # Errors
    /// What `Coding::resolve` refuses, or a wrong number of items.
    pub(crate) fn new(instrument: Instrument, request: &Request) -> Result<Self, Error> {
        let coding = Coding::resolve(&instrument, request.coding.as_deref(), request.variant.as_deref())?;
        let items = scored_columns(&instrument, &request.items)?;
        Ok(Self { coding, items, complete_only: request.complete_only, sex: request.sex.clone(), instrument })
    }

    /// What each scale adds to a batch.
    pub(crate) fn outputs(&self) -> Vec<ScaleOutput> {
        self.instrument.scales.iter().map(|scale| self.output(scale)).collect()
    }

    /// Levels of the band columns, for the frame.
    pub(crate) fn levels(&self) -> Vec<(String, Levels)> {
        self.outputs().into_iter().filter_map(|output| output.band).map(|(column, labels)| (column, Levels::new(labels))).collect()
    }

    fn output(&self, scale: &Scale) -> ScaleOutput {
        let stem = self.instrument.stem(scale);
        let forms: Vec<_> = self.coding.forms(scale).iter().map(|form| (format!("{stem}_{}", form.word()), *form, self.coding.limits(scale, *form))).collect();
        let has_bands = self.coding.bands && !scale.bands.is_empty();
        let keys = || self.coding.keys.iter().filter(|key| scale.items.contains(&key.item));
        ScaleOutput {
            label: if scale.label.is_empty() { self.instrument.name.clone() } else { scale.label.clone() },
            headline: forms.first().map(|(column, _, _)| column.clone()).unwrap_or_default(),
            forms,
            band: has_bands.then(|| (format!("{stem}_band"), engine::labels(scale).into_iter().map(str::to_owned).collect())),
            n_valid: format!("{stem}_n_valid"),
            floor: format!("{stem}_floor"),
            ceiling: format!("{stem}_ceiling"),
            cuts: scale.cuts.iter().map(|cut| (format!("{stem}_{}", cut.name), cut.label.clone())).collect(),
            items: keys().filter_map(|key| self.items.get(key.item).cloned()).collect(),
            answers: keys().map(|key| self.answer_column(key.item)).collect(),
            direction: scale.direction,
            max_missing: if self.complete_only { 0 } else { scale.max_missing },
            stem,
        }
    }

    fn answer_column(&self, item: usize) -> String {
        format!("{}_item_{}", self.instrument.id, item + 1)
    }
}

/// Adds the score columns to a batch.
pub(crate) fn score_batch(batch: &mut Batch, spec: &ScoreSpec, levels: &BTreeMap<String, Levels>) -> Findings {
    let rows = batch.rows();
    let absent = vec![f64::NAN; rows];
    let items: Vec<&[f64]> = spec.items.iter().map(|name| batch.numbers(name).unwrap_or(&absent)).collect();
    let reasons: Vec<&[u8]> = spec.items.iter().map(|name| batch.column(name).map_or(&[][..], |column| &column.missing)).collect();
    let (groups, unknown) = groups(batch, spec, levels);
    let options = Options { complete_only: spec.complete_only, groups: &groups };
    let scores = engine::score(&spec.instrument, &spec.coding, &options, &items);
    let mut findings = Findings::of(&spec.instrument, &spec.coding, &scores, &items, |found| Example {
        column: spec.items[found.item].clone(),
        place: format!("row {} of its batch", found.row + 1),
        code: found.code.to_string(),
    });
    for name in spec.items.iter().filter(|name| batch.numbers(name).is_none()) {
        findings.add_absent(name);
    }
    for word in unknown {
        findings.add_unknown_group(&word);
    }

    let mut columns = Vec::new();
    for (key, answers) in spec.coding.keys.iter().zip(&scores.answers) {
        let why: Vec<u8> = (0..rows).map(|row| if answers[row].is_nan() { missing::SKIPPED } else { missing::PRESENT }).collect();
        columns.push(Column { name: spec.answer_column(key.item), values: Values::Number(answers.clone()), missing: why });
    }
    for (scale, values) in spec.instrument.scales.iter().zip(&scores.scales) {
        let members: Vec<usize> = spec.coding.keys.iter().enumerate().filter(|(_, key)| scale.items.contains(&key.item)).map(|(place, _)| place).collect();
        let why = |row: usize| reason(&members, &reasons, &items, row);
        columns.extend(scale_columns(&spec.output(scale), values, why));
    }
    for column in columns {
        batch.push(column);
    }
    findings
}

fn scale_columns(output: &ScaleOutput, scores: &ScaleScores, why: impl Fn(usize) -> u8) -> Vec<Column> {
    let number = |name: &str, values: Vec<f64>| {
        let missing = values.iter().enumerate().map(|(row, value)| if value.is_nan() { why(row) } else { missing::PRESENT }).collect();
        Column { name: name.to_owned(), values: Values::Number(values), missing }
    };
    let mut columns: Vec<Column> = output.forms.iter().zip(&scores.forms).map(|((name, _, _), (_, values))| number(name, values.clone())).collect();
    if let Some((name, _)) = &output.band {
        let missing = scores.band.iter().enumerate().map(|(row, level)| if *level == NO_LEVEL { why(row) } else { missing::PRESENT }).collect();
        columns.push(Column { name: name.clone(), values: Values::Level(scores.band.clone()), missing });
    }
    columns.push(number(&output.n_valid, scores.n_valid.clone()));
    if let (Some((_, _, (low, high))), Some((_, values))) = (output.forms.first(), scores.forms.first()) {
        let at = |limit: f64| values.iter().map(|value| if value.is_nan() { f64::NAN } else { f64::from(u8::from((value - limit).abs() < 1e-9)) }).collect();
        columns.push(number(&output.floor, at(*low)));
        columns.push(number(&output.ceiling, at(*high)));
    }
    columns.extend(output.cuts.iter().zip(&scores.cuts).map(|((name, _), values)| number(name, values.clone())));
    columns
}

/// Why a score is not there: the items' own reason where they share one, invalid where an item was.
fn reason(members: &[usize], reasons: &[&[u8]], items: &[&[f64]], row: usize) -> u8 {
    let of = |place: &usize| {
        let known = reasons[*place].get(row).copied().unwrap_or(missing::PRESENT);
        let is_missing = items[*place].get(row).is_none_or(|code| code.is_nan());
        // An item that has a code and still no score behind it held a code outside the coding.
        if is_missing && known == missing::PRESENT { missing::SKIPPED } else { known }
    };
    let mut found = members.iter().map(of).filter(|reason| *reason != missing::PRESENT);
    let Some(first) = found.next() else { return missing::INVALID };
    let rest: Vec<u8> = found.collect();
    if first == missing::INVALID || rest.contains(&missing::INVALID) {
        return missing::INVALID;
    }
    let everywhere = rest.len() + 1 == members.len();
    match first {
        missing::NOT_ASKED if !everywhere => missing::SKIPPED,
        shared if rest.iter().all(|reason| *reason == shared) => shared,
        _ => missing::SKIPPED,
    }
}

/// Position of each row's group, and the words that name none.
fn groups(batch: &Batch, spec: &ScoreSpec, levels: &BTreeMap<String, Levels>) -> (Vec<Option<usize>>, Vec<String>) {
    let Some(name) = spec.sex.as_deref().filter(|_| !spec.instrument.groups.is_empty()) else { return (Vec::new(), Vec::new()) };
    let (Some(values), Some(levels)) = (batch.levels(name), levels.get(name)) else { return (Vec::new(), Vec::new()) };
    let of_level: Vec<Option<usize>> = levels.names().iter().map(|word| spec.instrument.group_of(word)).collect();
    let place = |level: u32| usize::try_from(level).ok().and_then(|place| of_level.get(place).copied().flatten());
    let mut unknown: Vec<String> = Vec::new();
    for (position, word) in levels.names().iter().enumerate().filter(|(position, _)| of_level[*position].is_none()) {
        if values.iter().any(|level| usize::try_from(*level).is_ok_and(|level| level == position)) {
            unknown.push(word.clone());
        }
    }
    (values.iter().map(|level| place(*level)).collect(), unknown)
}

/// The columns of the scored items out of those given; the others of the instrument may be there or not.
pub(crate) fn scored_columns(instrument: &Instrument, given: &[String]) -> Result<Vec<String>, Error> {
    let scored = instrument.scored_items();
    if given.len() == instrument.items.len() {
        return Ok(scored.iter().map(|item| given[*item].clone()).collect());
    }
    if given.len() == scored.len() {
        return Ok(given.to_vec());
    }
    let expected = if scored.len() == instrument.items.len() {
        scored.len().to_string()
    } else {
        format!("{}, or the {} that are scored", instrument.items.len(), scored.len())
    };
    let problem = Problem::new(
        "score::wrong_number_of_items",
        format!("`{}` has {} items, but {} columns were given", instrument.id, instrument.items.len(), given.len()),
    )
    .found(given.join(", "))
    .expected(format!("{expected} columns, in this order: {}", instrument.items.iter().map(|item| item.label.as_str()).collect::<Vec<_>>().join("; ")));
    Err(Error::usage(problem))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::missing::{INVALID, NOT_ASKED, PRESENT, REFUSED, SKIPPED};
    use crate::score::instrument;

    fn spec(id: &str, request: Request) -> ScoreSpec {
        let instrument = instrument(id).unwrap();
        let items = (1..=instrument.n_items()).map(|item| format!("q{item}")).collect();
        ScoreSpec::new(instrument, &Request { items, ..request }).unwrap()
    }

    /// Rows of answers; a negative answer is a missing one with that reason.
    fn batch(rows: &[&[f64]]) -> Batch {
        let mut batch = Batch::new(rows.len());
        for item in 0..rows[0].len() {
            let values = rows.iter().map(|row| if row[item] < 0.0 { f64::NAN } else { row[item] }).collect();
            let reasons = [NOT_ASKED, REFUSED, SKIPPED, INVALID];
            let missing = rows.iter().map(|row| reasons.iter().copied().find(|reason| (f64::from(*reason) + row[item]).abs() < 0.5).unwrap_or(0)).collect();
            batch.push(Column { name: format!("q{}", item + 1), values: Values::Number(values), missing });
        }
        batch
    }

    #[test]
    fn scores_bands_floor_and_ceiling_are_added_with_reasons() {
        let mut batch = batch(&[&[0.0, 0.0], &[3.0, 3.0], &[2.0, 1.0], &[-1.0, -1.0], &[-2.0, -2.0], &[1.0, -2.0], &[1.0, -1.0], &[-4.0, -3.0], &[1.0, 7.0]]);
        let spec = spec("gad2", Request::default());
        let findings = score_batch(&mut batch, &spec, &BTreeMap::new());
        let sum = batch.column("gad2_sum").unwrap();
        assert_eq!(batch.numbers("gad2_sum").unwrap()[..3], [0.0, 6.0, 3.0]);
        assert_eq!(sum.missing, [PRESENT, PRESENT, PRESENT, NOT_ASKED, REFUSED, REFUSED, SKIPPED, INVALID, INVALID]);
        assert_eq!(batch.levels("gad2_band").unwrap()[..4], [0, 1, 1, NO_LEVEL]);
        assert_eq!(batch.numbers("gad2_floor").unwrap()[..3], [1.0, 0.0, 0.0]);
        assert_eq!(batch.numbers("gad2_ceiling").unwrap()[..3], [0.0, 1.0, 0.0]);
        assert_eq!(spec.levels()[0].1.names(), ["Negative", "Positive screen"]);
        assert_eq!((findings.rows, findings.out_of_range, findings.scales[0].too_many_missing), (9, 1, 3));
    }

    #[test]
    fn outputs_name_every_column_that_a_batch_gains() {
        let mut batch = batch(&[&[5.0; 9]]);
        let before = batch.columns().len();
        let spec = spec("psoc", Request::default());
        score_batch(&mut batch, &spec, &BTreeMap::new());
        let mut named: Vec<String> = Vec::new();
        for output in spec.outputs() {
            named.extend(output.answers);
            named.extend(output.forms.into_iter().map(|(name, _, _)| name));
            named.extend(output.band.map(|(name, _)| name));
            named.extend([output.n_valid, output.floor, output.ceiling]);
        }
        let mut added: Vec<String> = batch.columns()[before..].iter().map(|column| column.name.clone()).collect();
        named.sort();
        added.sort();
        assert_eq!(added, named);
        assert_eq!(spec.outputs()[0].headline, "psoc_self_mean");
    }

    #[test]
    fn sex_of_a_batch_is_read_by_its_levels() {
        let mut batch = batch(&[&[1.0, 1.0, 1.0], &[1.0, 1.0, 1.0], &[1.0, 1.0, 1.0]]);
        batch.push(Column { name: "sex".into(), values: Values::Level(vec![0, 1, 2]), missing: Vec::new() });
        let levels = BTreeMap::from([("sex".to_owned(), Levels::new(["Female", "Male", "Another"]))]);
        let spec = spec("auditc", Request { sex: Some("sex".into()), ..Request::default() });
        let findings = score_batch(&mut batch, &spec, &levels);
        assert_eq!(batch.levels("auditc_band").unwrap(), [3, 0, NO_LEVEL]);
        assert_eq!(batch.numbers("auditc_at_least_3").unwrap(), [1.0; 3]);
        assert_eq!(findings.unknown_groups, ["Another"]);
        assert_eq!(spec.levels()[0].1.len(), 4);
    }
}
