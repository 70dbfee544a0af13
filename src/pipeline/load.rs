//! Files of one dataset in, one typed and scored frame out, with everything refused on the way.

use std::collections::BTreeMap;

use super::plan::{DatasetPlan, Join, Plan, SourceFile, WavePlan};
use crate::error::{Error, Exit, Problem};
use crate::frame::{Batch, Column, Frame, Levels, NO_LEVEL, Values, missing};
use crate::ingest;
use crate::rejects::Ledger;
use crate::schema::{Origin, Typist, derive_columns};
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
}

/// Reads, types, joins, derives and scores every wave, batch by batch.
pub(super) fn load(plan: &Plan, dataset: &DatasetPlan) -> Result<Loaded, Error> {
    let mut loaded = Loaded { frame: Frame::default(), ledger: Ledger::default(), notes: Vec::new(), findings: Vec::new(), sources: Vec::new() };
    for spec in &dataset.scoring {
        loaded.frame.levels.extend(spec.levels());
    }
    for wave in &dataset.waves {
        load_wave(plan, dataset, wave, &mut loaded)?;
    }
    for join in &dataset.joins {
        note_unmatched(join, &mut loaded);
    }
    Ok(loaded)
}

fn load_wave(plan: &Plan, dataset: &DatasetPlan, wave: &WavePlan, loaded: &mut Loaded) -> Result<(), Error> {
    let mut reader = ingest::open(&wave.path, &wave.options)?;
    let origin = Origin { dataset: dataset.id.clone(), wave: wave.id.clone(), file: wave.name.clone() };
    let mut typist = Typist::new(&dataset.codebook, &wave.crosswalk, reader.header(), origin).map_err(|problems| Error { exit: Exit::Usage, problems })?;
    let mut findings: Vec<Findings> = dataset.scoring.iter().map(|_| Findings::default()).collect();
    let mut refused = 0;
    loop {
        let raw = reader.next_batch()?;
        for record in &reader.rejected()[refused..] {
            typist.refuse_record(record.line, &record.raw, record.rule, &record.expected);
        }
        refused = reader.rejected().len();
        let Some(raw) = raw else { break };
        let mut batch = typist.batch(&raw, &mut loaded.frame.levels);
        dataset.joins.iter().for_each(|join| add_join(join, &mut batch, &mut loaded.frame.levels));
        derive_columns(&dataset.codebook, &mut batch, &mut loaded.frame.levels, plan.as_of);
        add_wave(wave, &mut batch, &mut loaded.frame.levels);
        for (spec, found) in dataset.scoring.iter().zip(&mut findings) {
            found.merge(score_batch(&mut batch, spec, &loaded.frame.levels));
        }
        loaded.frame.batches.push(batch);
    }
    let ledger = &typist.ledger;
    if ledger.rows_in != ledger.rows_kept + ledger.rows_rejected() {
        unreachable!("every row is kept or refused: {} of {}", wave.name, dataset.id);
    }
    loaded.notes.extend(typist.notes().into_iter().map(|note| (wave.id.clone(), note)));
    for (spec, found) in dataset.scoring.iter().zip(&findings) {
        loaded.findings.extend(found.problems(&spec.instrument, &spec.coding).into_iter().map(|problem| problem.at(wave.name.clone())));
    }
    loaded.sources.push(SourceFile { role: "data", name: wave.name.clone(), sha256: reader.sha256().unwrap_or_default().to_owned() });
    loaded.ledger.extend(typist.ledger);
    Ok(())
}

fn add_wave(wave: &WavePlan, batch: &mut Batch, levels: &mut BTreeMap<String, Levels>) {
    if !wave.id.is_empty() {
        let position = levels.entry("wave".to_owned()).or_default().intern(&wave.id);
        batch.push(Column { name: "wave".to_owned(), values: Values::Level(vec![position; batch.rows()]), missing: Vec::new() });
    }
}

/// Adds the columns of another file by the value of a level column.
fn add_join(join: &Join, batch: &mut Batch, levels: &mut BTreeMap<String, Levels>) {
    let Some(keys) = batch.levels(&join.on).map(<[u32]>::to_vec) else { return };
    let names = levels.get(&join.on).cloned().unwrap_or_default();
    for (place, column) in join.columns.iter().enumerate() {
        let own = levels.entry(column.clone()).or_insert_with(|| {
            let mut sorted: Vec<&String> = join.lookup.values().filter_map(|row| row.get(place)).filter(|level| !level.is_empty()).collect();
            sorted.sort();
            Levels::new(sorted)
        });
        // Positions of this column for each position of the key, looked up once a level and not once a row.
        let by_key: Vec<u32> = names
            .names()
            .iter()
            .map(|name| join.lookup.get(name).and_then(|row| row.get(place)).and_then(|level| own.position(level)).unwrap_or(NO_LEVEL))
            .collect();
        let values: Vec<u32> = keys.iter().map(|key| usize::try_from(*key).ok().and_then(|key| by_key.get(key).copied()).unwrap_or(NO_LEVEL)).collect();
        let reasons = values.iter().map(|value| if *value == NO_LEVEL { missing::SKIPPED } else { missing::PRESENT }).collect();
        batch.push(Column { name: column.clone(), values: Values::Level(values), missing: reasons });
    }
}

/// Says which values of the key the other file does not know.
fn note_unmatched(join: &Join, loaded: &mut Loaded) {
    let Some(names) = loaded.frame.levels.get(&join.on) else { return };
    let unknown = names.names().iter().filter(|name| !join.lookup.contains_key(*name)).count();
    if unknown > 0 {
        loaded
            .notes
            .push((String::new(), format!("{unknown} values of `{}` are not in the registry, so their {} are unknown", join.on, join.columns.join(" and "))));
    }
}
