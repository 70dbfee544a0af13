//! The small files that a dataset leans on in: registries of checks, coding tables, ledgers of corrections. Their rows out.

use std::path::Path;
use std::sync::Arc;

use super::plan::{Gather, SourceFile, beside};
use super::spec::{DatasetSpec, WaveSpec};
use crate::error::{Error, Problem, closest, some_of};
use crate::ingest::{self, ReadOptions};
use crate::schema::{CORRECTION_COLUMNS, Codebook, Correction, Corrections};

/// Line and cells of each record.
type Records = Vec<(u64, Vec<String>)>;

impl Gather<'_> {
    /// Adds the dataset's own checks to the codebook and reads the lists that checks and codings name.
    pub(super) fn lists(&mut self, spec: &DatasetSpec, codebook: &mut Codebook) {
        let folder = Path::new(&spec.schema).parent().unwrap_or(Path::new("")).to_owned();
        let mark = self.mark.clone();
        for (position, check) in codebook.checks.iter().chain(&spec.checks).enumerate() {
            let Some(known) = check.check.list() else { continue };
            // Files of the codebook are seen from its folder, those of the pipeline from the pipeline's.
            let seen = if position < codebook.checks.len() { folder.join(&known.file) } else { known.file.clone().into() };
            self.mark = check.mark.clone();
            if let Some(records) = self.records("registry", &seen, &known.file, &[&known.column], &[]) {
                known.fill(records.into_iter().filter_map(|(_, cells)| cells.into_iter().next()));
            }
        }
        self.mark = mark;
        for (field, other) in codebook.fields.iter().filter_map(|field| Some((field, field.other.as_ref()?))) {
            let Some(records) = self.records("coding", &folder.join(&other.coding), &other.coding, &["text", "level"], &[]) else { continue };
            let entries: Vec<(u64, String, String)> = records
                .into_iter()
                .filter_map(|(line, cells)| {
                    let mut cells = cells.into_iter();
                    Some((line, cells.next()?, cells.next()?))
                })
                .collect();
            self.problems.extend(other.fill(field, &codebook.levels_of(&field.name), &other.coding, &entries));
        }
        self.problems.extend(codebook.add_checks(spec.checks.clone()));
    }

    /// The corrections of one wave: its own ledger, or its part of the dataset's.
    pub(super) fn corrections(&mut self, dataset: &DatasetSpec, wave: &WaveSpec) -> Option<Arc<Corrections>> {
        let (name, of_one_file) = match (&wave.corrections, &dataset.corrections) {
            (Some(name), _) => (name, true),
            (None, Some(name)) => (name, dataset.waves.len() == 1),
            (None, None) => return None,
        };
        let (needed, optional) = CORRECTION_COLUMNS.split_at(6);
        let records = self.records("corrections", Path::new(name), name, needed, optional)?;
        let entries: Vec<Correction> = records.into_iter().filter_map(|(line, cells)| entry(line, cells)).collect();
        let (list, problems) = Corrections::of_wave(name, &entries, &wave.id, of_one_file);
        let ids: Vec<&str> = dataset.waves.iter().map(|wave| wave.id.as_str()).collect();
        // What is wrong with a ledger of several waves is said once.
        let is_first = of_one_file || ids.first() == Some(&wave.id.as_str());
        let unknown = entries.iter().filter(|entry| is_first && !entry.wave.is_empty() && !ids.contains(&entry.wave.as_str()));
        let unknown: Vec<Problem> = unknown
            .map(|entry| {
                let mut problem = Problem::new("corrections::no_such_wave", format!("a correction is for the wave `{}`", entry.wave));
                problem.help = closest(&entry.wave, ids.iter().copied()).map(|near| format!("did you mean `{near}`?"));
                problem.at(format!("{name}:{}", entry.line)).expected(some_of(ids.iter().copied()))
            })
            .collect();
        let said = |problem: &Problem| is_first || problem.code == "corrections::contradiction";
        self.problems.extend(problems.into_iter().filter(said).chain(unknown));
        Some(list)
    }

    /// The columns of a small file that the pipeline names, record by record; one that is not there is told where it is named.
    pub(super) fn columns(&mut self, role: &'static str, name: &str, wanted: &[&str]) -> Option<Vec<Vec<String>>> {
        match self.small_file(role, Path::new(name), wanted, &[]) {
            Ok(records) => Some(records.into_iter().map(|(_, cells)| cells).collect()),
            Err(error) => {
                for problem in error.problems {
                    let column = wanted.iter().find(|column| problem.code == "schema::missing_column" && problem.message.contains(&format!("`{column}`")));
                    self.fail(column.copied().unwrap_or(name), problem);
                }
                None
            }
        }
    }

    /// The columns of a small file that each such file has; what is wrong with it is told where the file is named.
    fn records(&mut self, role: &'static str, seen: &Path, written: &str, wanted: &[&str], optional: &[&str]) -> Option<Records> {
        let found = self.small_file(role, seen, wanted, optional);
        found.map_err(|error| error.problems.into_iter().for_each(|problem| self.fail(written, problem))).ok()
    }

    /// The named columns of a small file; those of `optional` are empty where the file lacks them.
    fn small_file(&mut self, role: &'static str, seen: &Path, wanted: &[&str], optional: &[&str]) -> Result<Records, Error> {
        let path = beside(self.folder, &seen.display().to_string());
        let (records, sha256) = read(&path, wanted, optional)?;
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let source = SourceFile { role, name, sha256 };
        self.own.push(source.clone());
        if !self.sources.contains(&source) {
            self.sources.push(source);
        }
        Ok(records)
    }
}

fn entry(line: u64, cells: Vec<String>) -> Option<Correction> {
    let mut cells = cells.into_iter();
    let mut next = || cells.next();
    Some(Correction { line, key: next()?, field: next()?, old: next()?, new: next()?, who: next()?, why: next()?, wave: next()? })
}

fn read(path: &Path, wanted: &[&str], optional: &[&str]) -> Result<(Records, String), Error> {
    let mut reader = ingest::open(path, &ReadOptions::default())?;
    let known = || reader.header().iter().map(String::as_str);
    let place = |name: &&str| known().position(|column| column == *name);
    if let Some(absent) = wanted.iter().find(|name| place(name).is_none()) {
        let mut problem = Problem::new("schema::missing_column", format!("column `{absent}` is not in {}", path.display()))
            .found(some_of(known()))
            .expected(wanted.join(", "));
        problem.help = closest(absent, known()).map(|near| format!("did you mean `{near}`?"));
        return Err(Error::usage(problem));
    }
    let places: Vec<Option<usize>> = wanted.iter().chain(optional).map(place).collect();
    let mut records = Vec::new();
    while let Some(batch) = reader.next_batch()? {
        let cell = |row: usize, place: &Option<usize>| place.map(|place| batch.field_str(row, place).trim().to_owned()).unwrap_or_default();
        records.extend((0..batch.rows()).map(|row| (batch.lines[row], places.iter().map(|place| cell(row, place)).collect())));
    }
    // A record that was lost here would be a correction or a center that nobody misses.
    if let Some(first) = reader.rejected().first() {
        let place = reader.places().tell(&path.display().to_string(), first.line, 0);
        let problem = Problem::new("input::ragged", format!("a record of {} cannot be read", path.display())).at(place);
        return Err(Error::input(problem.found(first.raw.clone()).expected(first.expected.clone())));
    }
    Ok((records, reader.sha256().unwrap_or_default().to_owned()))
}
