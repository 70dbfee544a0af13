//! Plan and loaded data in, what would name a person out: fields that no analysis may show, and texts that stop a release.
//!
//! Almost every text of a report stands in a codebook, which a person wrote. What the data themselves can
//! bring are the values of ids by which an analysis groups, names that a registry has for single people,
//! reasons for missing values that a file labels, and names of files. They are looked at here, and nowhere else.

use std::collections::{BTreeMap, BTreeSet};

use super::plan::{DatasetPlan, Gather, Plan, WavePlan};
use super::run::Prepared;
use crate::analysis::Settings;
use crate::disclosure::{ReleasedTable, identifying, masked, reaching};
use crate::error::{Error, Exit, Problem, Severity};
use crate::frame::{Frame, Values};
use crate::ingest;
use crate::results::ResultRow;
use crate::schema::{Codebook, DeriveRule, Field, Kind, Level};

/// Words of the longest value of an identifying column that is looked for.
const MOST_WORDS: usize = 8;
/// Letters of the shortest one; shorter ones are words and numbers like any other.
const FEWEST_LETTERS: usize = 5;

/// Whether the answers of a field tell one row from all others.
fn names_rows(book: &Codebook, field: &Field) -> bool {
    field.identifies || book.person.as_ref() == Some(&field.name) || book.key == [field.name.clone()]
}

impl DatasetPlan {
    /// Whether the levels of a variable are what a file holds, and stand in no codebook.
    pub(super) fn takes_levels_from_data(&self, variable: &str) -> bool {
        let book = &self.codebook;
        if let Some(field) = book.field(variable) {
            return matches!(&field.kind, Kind::Id) || matches!(&field.kind, Kind::Category { levels, .. } if levels.is_empty());
        }
        if let Some(derive) = book.derives.iter().find(|derive| derive.name == variable) {
            return matches!(derive.rule, DeriveRule::Regroup { .. } | DeriveRule::Rollup { .. }) && self.takes_levels_from_data(derive.rule.source());
        }
        // A registry of centers declares their names; a list of people does not.
        let of_people = |on: &str| book.field(on).is_some_and(|field| names_rows(book, field));
        let column = self.joins.iter().find_map(|join| Some((join, join.columns.iter().find(|column| column.name == variable)?)));
        column.is_some_and(|(join, column)| of_people(&join.on) && column.levels.is_empty() && column.wording.is_none())
    }
}

/// Datasets and variables whose levels the data give.
pub(super) fn from_data(plan: &Plan) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for dataset in &plan.datasets {
        let joined = dataset.joins.iter().flat_map(|join| join.columns.iter().map(|column| column.name.as_str()));
        let names = dataset.codebook.variables().chain(joined).filter(|name| dataset.takes_levels_from_data(name));
        found.extend(names.map(|name| (dataset.id.clone(), name.to_owned())));
    }
    found
}

/// The level columns by which an analysis splits its figures.
fn groups(settings: &Settings) -> impl Iterator<Item = &String> {
    settings.by.iter().chain(&settings.each).chain(&settings.center).chain(&settings.region)
}

impl Gather<'_> {
    /// Nobody's name, number or own words may be what an analysis shows or groups by.
    pub(super) fn personal(&mut self, settings: &Settings, book: &Codebook) {
        let place = format!("analysis `{}`", settings.id);
        let source = |name: &String| {
            let field = book.field(name);
            field.or_else(|| book.field(book.derives.iter().find(|derive| derive.name == *name && regroups(&derive.rule))?.rule.source()))
        };
        let mut told: BTreeSet<&String> = BTreeSet::new();
        for (name, is_variable) in settings.variables.iter().map(|name| (name, true)).chain(groups(settings).map(|name| (name, false))) {
            let Some(field) = source(name).filter(|_| !told.contains(name)) else { continue };
            let problem = if field.identifies {
                Problem::new("pipeline::names_people", format!("{place} names `{name}`, which is marked as naming people"))
                    .expected("a variable that many share")
                    .help("leave it out, or take the mark away where it names nobody (`identifies` in the codebook, `pseudonyms` in [privacy])")
            } else if names_rows(book, field) {
                let what = if book.unit == "people" || book.unit == "visits" { "person" } else { "row" };
                Problem::new("pipeline::names_people", format!("{place} names `{name}`, which tells one {what} from another"))
                    .expected("a variable that many share")
                    .help("leave it out; people are counted without being named")
            } else if field.kind == Kind::Text {
                Problem::new("pipeline::free_text", format!("{place} names `{name}`, which holds people's own words"))
                    .expected("a field with levels, or a number")
                    .help("read the answers, and give them levels: type = \"category\", or `other = { … }` of the question that they belong to")
            } else if let Some(what) = levels_of(field).iter().find_map(|level| reaching(&level.label)) {
                Problem::new("pipeline::names_people", format!("{place} names `{name}`, and a level of it holds {what}"))
                    .help("who wrote it into the codebook may want it to be public; otherwise take it out")
                    .severity(Severity::Note)
            } else if field.kind == Kind::Id && is_variable {
                Problem::new("pipeline::id_as_variable", format!("{place} lists the id `{name}` under `variables`"))
                    .expected("a field with levels, or a number")
                    .help(format!("by = [\"{name}\"] splits figures by it; shares of each need its levels in the codebook (type = \"category\")"))
            } else {
                continue;
            };
            told.insert(name);
            self.fail(name, problem);
        }
    }
}

/// The levels that the codebook gives a field.
fn levels_of(field: &Field) -> &[Level] {
    match &field.kind {
        Kind::Category { levels, .. } | Kind::Split { levels, .. } => levels,
        _ => &[],
    }
}

fn regroups(rule: &DeriveRule) -> bool {
    matches!(rule, DeriveRule::Regroup { .. } | DeriveRule::Rollup { .. })
}

/// A level that the data gave, and what in it could point at a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pointing {
    variable: String,
    level: String,
    what: String,
}

/// Looks at the levels by which the analyses of a dataset split and that its codebook does not declare.
pub(super) fn look(plan: &Plan, dataset: &DatasetPlan, frame: &Frame) -> Vec<Pointing> {
    let analyses = plan.analyses.iter().filter(|settings| settings.dataset == dataset.id);
    let shown: BTreeSet<&String> = analyses.flat_map(groups).filter(|name| dataset.takes_levels_from_data(name)).collect();
    let levels = || shown.iter().filter_map(|name| frame.levels.get(*name).map(|levels| (*name, levels.names())));
    let mut found: Vec<Pointing> = Vec::new();
    let mut others: BTreeMap<&str, Vec<&String>> = BTreeMap::new();
    for (variable, level) in levels().flat_map(|(name, levels)| levels.iter().map(move |level| (name, level))) {
        match identifying(level) {
            Some(what) => found.push(Pointing { variable: variable.clone(), level: level.clone(), what: what.to_owned() }),
            None => others.entry(level).or_default().push(variable),
        }
    }
    let texts: BTreeSet<&str> = others.keys().copied().collect();
    for (level, fields) in naming(dataset, frame, &texts) {
        for variable in others.get(level).into_iter().flatten() {
            let of = fields.iter().filter(|field| !shown.contains(field));
            found.extend(of.map(|field| Pointing { variable: (*variable).clone(), level: level.to_owned(), what: format!("a value of `{field}`") }));
        }
    }
    found
}

/// The texts that hold a value of a field which names people or rows, with the fields.
pub(super) fn naming<'a>(dataset: &DatasetPlan, frame: &Frame, texts: &BTreeSet<&'a str>) -> BTreeMap<&'a str, BTreeSet<String>> {
    let mut words: BTreeMap<String, Vec<&'a str>> = BTreeMap::new();
    for text in texts {
        for run in runs_of_words(text) {
            words.entry(run).or_default().push(text);
        }
    }
    let mut found: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let fields = dataset.codebook.fields.iter().filter(|field| names_rows(&dataset.codebook, field));
    for field in fields.filter(|_| !words.is_empty()) {
        each_value(frame, &field.name, &mut |value| {
            for text in words.get(&folded(value)).into_iter().flatten() {
                found.entry(text).or_default().insert(field.name.clone());
            }
        });
    }
    found
}

/// Every value of a column as text.
fn each_value(frame: &Frame, column: &str, take: &mut dyn FnMut(&str)) {
    if let Some(levels) = frame.levels.get(column) {
        levels.names().iter().for_each(|name| take(name));
    }
    for batch in &frame.batches {
        match batch.column(column).map(|column| &column.values) {
            Some(Values::Text(values)) => values.iter().for_each(|value| take(value)),
            Some(Values::Number(values)) => values.iter().filter(|value| !value.is_nan()).for_each(|value| take(&value.to_string())),
            _ => {}
        }
    }
}

fn folded(text: &str) -> String {
    words(text).join(" ")
}

fn words(text: &str) -> Vec<String> {
    text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

/// Words that stand together in a text, as values of identifying columns are compared.
fn runs_of_words(text: &str) -> Vec<String> {
    let words = words(text);
    let runs = (0..words.len()).flat_map(|start| (start + 1..=words.len().min(start + MOST_WORDS)).map(move |end| (start, end)));
    runs.map(|(start, end)| words[start..end].join(" ")).filter(|run| run.chars().count() >= FEWEST_LETTERS).collect()
}

/// Stops a release whose texts could point at a person.
///
/// # Errors
/// Each such text, with its place; the text itself is not told.
pub(super) fn stop(plan: &Plan, prepared: &[Prepared<'_>], released: &ReleasedTable) -> Result<(), Error> {
    let mut problems = Vec::new();
    for one in prepared {
        let id = &one.dataset.id;
        let rows = || released.rows().iter().filter(|row| row.dataset == *id);
        for pointing in one.pointing.iter().filter(|pointing| rows().any(|row| says(row, pointing))) {
            let problem = public_text(&format!("a value of `{}` of `{id}`", pointing.variable), &pointing.what, &pointing.level)
                .help("mend it with a ledger of corrections, or declare the field's levels in the codebook; nothing public was written");
            problems.push(match place(one.dataset, pointing) {
                Some(place) => problem.at(place),
                None => problem,
            });
        }
        let reasons: BTreeSet<&String> = rows().filter(|row| row.variable.ends_with("__missing")).filter_map(|row| row.level.as_ref()).collect();
        for (reason, what) in reasons.into_iter().filter_map(|reason| Some((reason, identifying(reason)?))) {
            let problem = public_text(&format!("a reason for missing answers of `{id}`"), what, reason);
            problems.push(problem.help("give the code a reason of its own in the codebook ([missing])"));
        }
        problems.extend(files(one.dataset).into_iter().filter_map(|name| {
            let problem = public_text(&format!("the name of a file of `{id}`"), reaching(name)?, name);
            Some(problem.at(format!("{}.toml", plan.name)).help("names of files are public: give the file another name"))
        }));
    }
    Error::gather(Exit::Disclosure, problems).map(drop)
}

fn says(row: &ResultRow, pointing: &Pointing) -> bool {
    let is_level = row.variable == pointing.variable && row.level.as_ref() == Some(&pointing.level);
    is_level || row.groups.get(&pointing.variable) == Some(&pointing.level)
}

fn public_text(whose: &str, what: &str, text: &str) -> Problem {
    let message = format!("{whose} holds {what} and would be public");
    Problem::new("disclosure::identifying_text", message)
        .found(format!("{} (letters shown as a, digits as 9)", masked(text)))
        .expected("texts that point at nobody")
}

/// Names of files that provenance and manifest tell.
fn files(dataset: &DatasetPlan) -> BTreeSet<&str> {
    let waves = dataset.waves.iter().map(|wave| wave.name.as_str());
    waves.chain(dataset.sources.iter().map(|source| source.name.as_str())).chain(dataset.joins.iter().map(|join| join.file.as_str())).collect()
}

/// Where a level stands first. Only a run that stops reads its files again for it.
fn place(dataset: &DatasetPlan, pointing: &Pointing) -> Option<String> {
    let field = dataset.codebook.field(&pointing.variable)?;
    dataset.waves.iter().find_map(|wave| place_in(wave, field, &pointing.level))
}

fn place_in(wave: &WavePlan, field: &Field, text: &str) -> Option<String> {
    let mut reader = ingest::open(&wave.path, &wave.options).ok()?;
    let names = wave.crosswalk.old_name(&field.name).into_iter().chain(field.columns.iter().map(String::as_str));
    let column = names.into_iter().find_map(|name| reader.header().iter().position(|known| known == name))?;
    while let Some(batch) = reader.next_batch().ok()? {
        if let Some(row) = (0..batch.rows()).find(|row| batch.field_str(*row, column).trim() == text) {
            return Some(reader.places().tell(&wave.name, batch.lines[row], column + 1));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_among_the_words_of_a_level() {
        let runs = runs_of_words("Ask for QUIXLEY, Zoë (M-10234)");
        assert!(runs.contains(&folded("Quixley,  Zoë")) && runs.contains(&folded("m-10234")), "{runs:?}");
        assert!(!runs.contains(&"ask".to_owned()) && !runs.contains(&"zoë".to_owned()), "{runs:?}");
    }
}
