//! Files of one dataset in, one typed and scored frame out, with everything refused on the way.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::agree::{self, WaveFacts};
use super::link::{self, Links};
use super::plan::{DatasetPlan, Plan, SourceFile, WavePlan};
use crate::error::{Error, Exit, Problem};
use crate::frame::{Batch, Column, Described, Frame, Levels, RawBatch, Values};
use crate::ingest::{self, Reader, RejectedRecord};
use crate::rejects::Ledger;
use crate::schema::{Field, Origin, Typist, derive_columns};
use crate::score::{Findings, score_batch};

/// A dataset as analyses see it.
pub(super) struct Loaded {
    pub frame: Frame,
    pub ledger: Ledger,
    /// What a reader of the wave should know: wave id and sentence.
    pub notes: Vec<(String, String)>,
    /// What scoring found odd.
    pub findings: Vec<Problem>,
    pub sources: Vec<SourceFile>,
    /// Rows of each file, in the order of the waves.
    pub read: Vec<ReadRows>,
    /// Who was known again over waves, where a rule says how.
    pub links: Option<Links>,
}

/// Rows that one file gave.
pub(super) struct ReadRows {
    pub wave: String,
    pub file: String,
    pub rows_in: u64,
    pub rows_kept: u64,
    /// Columns that the codebook does not know.
    pub left_out: Vec<String>,
}

/// Whether rows are wanted after they were checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    Rows,
    Nothing,
}

/// Reads, types, joins, derives and scores every wave, batch by batch.
pub(super) fn load(plan: &Plan, dataset: &DatasetPlan, keep: Keep) -> Result<Loaded, Error> {
    let mut loaded = Loaded {
        frame: Frame::default(),
        ledger: Ledger::default(),
        notes: Vec::new(),
        findings: Vec::new(),
        sources: Vec::new(),
        read: Vec::new(),
        links: None,
    };
    for spec in &dataset.scoring {
        loaded.frame.levels.extend(spec.levels());
    }
    // Waves are compared by their rows.
    let keep = if dataset.waves.len() > 1 { Keep::Rows } else { keep };
    let facts = dataset.waves.iter().map(|wave| load_wave(plan, dataset, wave, keep, &mut loaded)).collect::<Result<Vec<_>, _>>()?;
    let unsettled = agree::problems(dataset, &facts, &loaded.ledger, &loaded.frame);
    loaded.findings.extend(Error::gather(Exit::Usage, unsettled)?);
    if let Some(rule) = &dataset.link {
        let links = link::add_people(dataset, rule, &mut loaded.frame);
        loaded.notes.extend(links.in_words());
        loaded.links = Some(links);
    }
    let unmatched = dataset.joins.iter().filter_map(|join| join.note(&loaded.frame.levels));
    loaded.notes.extend(unmatched.map(|note| (String::new(), note)));
    Ok(loaded)
}

/// What the reader gives at once: records, and those that it refused on the way to them.
struct Next {
    batch: Option<RawBatch>,
    refused: Vec<RejectedRecord>,
}

fn next(reader: &mut Reader, refused: &mut usize) -> Result<Next, Error> {
    let batch = reader.next_batch()?;
    let new = reader.rejected().get(*refused..).unwrap_or_default().to_vec();
    *refused += new.len();
    Ok(Next { batch, refused: new })
}

/// Reads one file; the next batch is read while the one before is typed.
fn load_wave(plan: &Plan, dataset: &DatasetPlan, wave: &WavePlan, keep: Keep, loaded: &mut Loaded) -> Result<WaveFacts, Error> {
    let stop = |problems| Error { exit: Exit::Usage, problems };
    let mut reader = ingest::open(&wave.path, &wave.options)?;
    let origin = Origin { dataset: dataset.id.clone(), wave: wave.id.clone(), file: wave.name.clone(), places: reader.places() };
    let described = reader.described().to_vec();
    let mut typist = Typist::new(&dataset.codebook, &wave.crosswalk, reader.header(), &described, origin).map_err(stop)?;
    if let Some(list) = &wave.corrections {
        typist.correct(Arc::clone(list)).map_err(stop)?;
    }
    let mut findings: Vec<Findings> = dataset.scoring.iter().map(|_| Findings::default()).collect();
    let mut refused = 0;
    let mut at_hand = next(&mut reader, &mut refused)?;
    loop {
        for record in &at_hand.refused {
            typist.refuse_record(record.line, &record.raw, record.rule, &record.expected);
        }
        let Some(raw) = at_hand.batch.take() else { break };
        let levels = &mut loaded.frame.levels;
        let (later, batch) = rayon::join(
            || next(&mut reader, &mut refused),
            || {
                let mut batch = typist.batch(&raw, levels);
                dataset.joins.iter().for_each(|join| join.add(&mut batch, levels));
                derive_columns(&dataset.codebook, &mut batch, levels, plan.as_of);
                add_wave(dataset, wave, &mut batch, levels);
                for (spec, found) in dataset.scoring.iter().zip(&mut findings) {
                    found.merge(score_batch(&mut batch, spec, levels));
                }
                batch
            },
        );
        if keep == Keep::Rows {
            loaded.frame.batches.push(batch);
        }
        at_hand = later?;
    }
    let ledger = &typist.ledger;
    if ledger.rows_in != ledger.rows_kept + ledger.rows_rejected() {
        unreachable!("every row is kept or refused: {} of {}", wave.name, dataset.id);
    }
    let left_out = typist.unknown_columns().into_iter().map(str::to_owned).collect();
    loaded.read.push(ReadRows { wave: wave.id.clone(), file: wave.name.clone(), rows_in: ledger.rows_in, rows_kept: ledger.rows_kept, left_out });
    loaded.notes.extend(typist.notes().into_iter().map(|note| (wave.id.clone(), note)));
    for (spec, found) in dataset.scoring.iter().zip(&mut findings) {
        for (position, item) in spec.items.iter().enumerate() {
            found.add_refused(&spec.coding, position, typist.refused_codes(item));
        }
        loaded.findings.extend(found.problems(&spec.instrument, &spec.coding).into_iter().map(|problem| problem.at(wave.name.clone())));
    }
    loaded.sources.push(SourceFile { role: "data", name: wave.name.clone(), sha256: reader.sha256().unwrap_or_default().to_owned() });
    let facts = facts(dataset, &typist, reader.header(), &described);
    loaded.ledger.extend(typist.finish().map_err(stop)?);
    Ok(facts)
}

/// What the wave's file says of each field's column, and what its crosswalk does not say.
fn facts(dataset: &DatasetPlan, typist: &Typist<'_>, header: &[String], described: &[Described]) -> WaveFacts {
    let column = |(position, field): (usize, &Field)| {
        let place = typist.column_of(position)?;
        Some((field.name.clone(), (header.get(place)?.clone(), described.get(place).cloned().unwrap_or_default())))
    };
    WaveFacts {
        fields: dataset.codebook.fields.iter().enumerate().filter_map(column).collect(),
        unmapped: typist.unmapped.clone(),
        rows: typist.ledger.rows_kept,
    }
}

/// The wave of each row, also where the file has a column of that name.
fn add_wave(dataset: &DatasetPlan, wave: &WavePlan, batch: &mut Batch, levels: &mut BTreeMap<String, Levels>) {
    if !wave.id.is_empty() {
        let known = levels.entry("wave".to_owned()).or_default();
        if known.names().iter().any(|name| dataset.waves.iter().all(|wave| wave.id != *name)) {
            *known = Levels::new(dataset.waves.iter().map(|wave| wave.id.clone()));
        }
        let position = known.intern(&wave.id);
        batch.push(Column { name: "wave".to_owned(), values: Values::Level(vec![position; batch.rows()]), missing: Vec::new() });
    }
}
