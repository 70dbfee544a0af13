//! A dataset's frame in, the same frame with a person for each row out, linked over waves by the elements of a code.
//!
//! People who are promised anonymity make up a code of their own: the month of their birth, a letter of
//! their mother's name. The declared rule says which fields are its elements. Rows that agree are one
//! person; who is not the only one to agree is linked to nobody. Ids that files carry need no rule.

mod rule;

use std::collections::{BTreeMap, BTreeSet};

use self::rule::{Code, How, Linked, link};
use super::plan::DatasetPlan;
use super::quality::ANALYSIS;
use crate::config::Table;
use crate::error::{Problem, Severity};
use crate::frame::{Batch, Column, Frame, Levels, Values};
use crate::results::{ResultRow, Stat, Support, Unit};
use crate::schema::{Codebook, Kind};

/// The column that holds the linked person.
pub(super) const PERSON: &str = "linked_person";

/// The rule as written.
#[derive(Debug, Clone, Default)]
pub(super) struct LinkSpec {
    pub elements: Vec<String>,
    pub allow_one_off: bool,
}

/// What was linked.
#[derive(Debug, Clone, Default)]
pub(super) struct Links {
    pairs: Vec<WavePair>,
    /// Lines of `restricted/links.csv` without its heading.
    lines: Vec<Vec<String>>,
}

/// What was linked between two waves.
#[derive(Debug, Clone)]
struct WavePair {
    before: String,
    after: String,
    linked: Linked,
}

/// Reads `[dataset.link]`.
pub(super) fn spec(table: &Table<'_>) -> LinkSpec {
    let spec = LinkSpec { elements: table.texts("elements").unwrap_or_default(), allow_one_off: table.flag("allow_one_off").unwrap_or(false) };
    if spec.elements.len() < 2 {
        let problem = Problem::new("pipeline::bad_link", "a code that links people needs at least two elements").found(format!("{}", spec.elements.len()));
        table.report("elements", problem.expected("elements = [\"birth_month\", \"first_letter_mother\", …]"));
    }
    spec
}

/// Elements that are not fields with one value a person.
pub(super) fn unusable<'a>(spec: &'a LinkSpec, book: &'a Codebook) -> impl Iterator<Item = &'a String> {
    let usable = |name: &str| book.field(name).is_some_and(|field| !matches!(field.kind, Kind::Split { .. } | Kind::Checkboxes { .. }));
    spec.elements.iter().filter(move |name| !usable(name))
}

/// A row of the frame: batch and row in it.
type Place = (usize, usize);

/// Links people over the waves of a dataset and adds who they are to every batch.
pub(super) fn add_people(dataset: &DatasetPlan, spec: &LinkSpec, frame: &mut Frame) -> Links {
    let waves: Vec<(String, Vec<Place>)> = dataset.waves.iter().map(|wave| (wave.id.clone(), places(frame, &wave.id))).collect();
    let codes = codes(frame, &spec.elements, &waves);
    let mut links = Links::default();
    let mut people = People::new(&waves);
    for after in 1..waves.len() {
        // The wave just before counts first: a person's code is nearest to the one given last.
        for before in (0..after).rev() {
            let linked = link(&codes[before], &codes[after], spec.allow_one_off);
            links.pairs.push(WavePair { before: waves[before].0.clone(), after: waves[after].0.clone(), linked });
        }
    }
    for exact in [true, false] {
        for pair in &links.pairs {
            let wave = |id: &str| waves.iter().position(|(known, _)| known == id).unwrap_or_default();
            let (before, after) = (wave(&pair.before), wave(&pair.after));
            for (one, other, how) in pair.linked.links.iter().filter(|(_, _, how)| (*how == How::Exact) == exact) {
                if people.join((before, *one), (after, *other)) {
                    let key = |wave: usize, row: usize| waves[wave].1.get(row).map_or_else(String::new, |place| key(&dataset.codebook.key, frame, *place, row));
                    let element = if let How::OneOff(element) = how { spec.elements.get(*element).cloned().unwrap_or_default() } else { String::new() };
                    let word = if exact { "exact" } else { "one_off" };
                    let line = [&dataset.id, &pair.before, &key(before, *one), &pair.after, &key(after, *other), &word.to_owned(), &element];
                    links.lines.push(line.map(Clone::clone).to_vec());
                }
            }
        }
    }
    people.write(frame, &waves);
    links
}

/// The rows of a wave, in file order.
fn places(frame: &Frame, wave: &str) -> Vec<Place> {
    let own = frame.levels.get("wave").and_then(|waves| waves.position(wave));
    let of_wave = |batch: &Batch| batch.levels("wave").and_then(|waves| waves.first().copied()) == own && own.is_some();
    let batches = frame.batches.iter().enumerate().filter(|(_, batch)| of_wave(batch));
    batches.flat_map(|(at, batch)| (0..batch.rows()).map(move |row| (at, row))).collect()
}

/// The codes of each wave's rows, each element numbered from 1 over all waves.
fn codes(frame: &Frame, elements: &[String], waves: &[(String, Vec<Place>)]) -> Vec<Vec<Code>> {
    let mut known: Vec<BTreeMap<String, u32>> = vec![BTreeMap::new(); elements.len()];
    let mut number = |element: usize, text: String| {
        let next = u32::try_from(known[element].len()).unwrap_or(u32::MAX - 1) + 1;
        *known[element].entry(text).or_insert(next)
    };
    let mut code = |place: &Place| {
        let value = |name: &String| value(frame, *place, name);
        elements.iter().enumerate().map(|(element, name)| value(name).map_or(0, |text| number(element, text))).collect::<Code>()
    };
    waves.iter().map(|(_, rows)| rows.iter().map(&mut code).collect()).collect()
}

/// What a row holds in a column, as text in which case and blanks do not count.
fn value(frame: &Frame, (batch, row): Place, name: &str) -> Option<String> {
    let column = frame.batches.get(batch)?.column(name)?;
    let text = match &column.values {
        Values::Number(values) => values.get(row).filter(|value| !value.is_nan())?.to_string(),
        Values::Level(values) => frame.levels.get(name)?.name(*values.get(row)?)?.to_owned(),
        Values::Text(values) => values.get(row)?.clone(),
        Values::Time(values) => values.get(row).filter(|value| **value != i64::MIN)?.to_string(),
        Values::Flags(_) => return None,
    };
    let text = text.trim().to_lowercase();
    (!text.is_empty()).then_some(text)
}

/// What names a row to the person who holds the file: its key, or its number among the rows of the wave that were kept.
fn key(names: &[String], frame: &Frame, place: Place, row: usize) -> String {
    let parts: Vec<String> = names.iter().filter_map(|name| raw(frame, place, name)).collect();
    if parts.is_empty() { format!("row {}", row + 1) } else { parts.join(" + ") }
}

fn raw(frame: &Frame, (batch, row): Place, name: &str) -> Option<String> {
    match &frame.batches.get(batch)?.column(name)?.values {
        Values::Level(values) => frame.levels.get(name)?.name(*values.get(row)?).map(str::to_owned),
        _ => value(frame, (batch, row), name),
    }
}

/// Rows of the same person, found by joining links; a person has at most one row in a wave.
struct People {
    /// Person of each row, wave by wave.
    of: Vec<Vec<usize>>,
    /// Rows of each person.
    rows: Vec<Vec<Place>>,
}

impl People {
    fn new(waves: &[(String, Vec<Place>)]) -> Self {
        let mut people = Self { of: Vec::new(), rows: Vec::new() };
        for (wave, (_, rows)) in waves.iter().enumerate() {
            let first = people.rows.len();
            people.of.push((first..first + rows.len()).collect());
            people.rows.extend((0..rows.len()).map(|row| vec![(wave, row)]));
        }
        people
    }

    /// Makes one person of two rows; refused where that person would be in one wave twice.
    fn join(&mut self, one: Place, other: Place) -> bool {
        let (first, second) = (self.of[one.0][one.1], self.of[other.0][other.1]);
        if first == second {
            return true;
        }
        let waves: BTreeSet<usize> = self.rows[first].iter().map(|(wave, _)| *wave).collect();
        if self.rows[second].iter().any(|(wave, _)| waves.contains(wave)) {
            return false;
        }
        for (wave, row) in std::mem::take(&mut self.rows[second]) {
            self.of[wave][row] = first;
            self.rows[first].push((wave, row));
        }
        true
    }

    /// Adds the person of each row to the frame.
    fn write(&self, frame: &mut Frame, waves: &[(String, Vec<Place>)]) {
        let mut levels = Levels::default();
        let mut columns: Vec<Vec<u32>> = frame.batches.iter().map(|batch| vec![crate::frame::NO_LEVEL; batch.rows()]).collect();
        for (wave, (_, rows)) in waves.iter().enumerate() {
            for (row, (batch, at)) in rows.iter().enumerate() {
                columns[*batch][*at] = levels.intern(&format!("L{:06}", self.of[wave][row] + 1));
            }
        }
        for (batch, values) in frame.batches.iter_mut().zip(columns) {
            batch.push(Column { name: PERSON.to_owned(), values: Values::Level(values), missing: Vec::new() });
        }
        frame.levels.insert(PERSON.to_owned(), levels);
    }
}

impl Links {
    /// What became of the people of each later wave, as figures about the data.
    pub(super) fn rows(&self, dataset: &str) -> Vec<ResultRow> {
        let mut rows = Vec::new();
        for pair in &self.pairs {
            let linked = &pair.linked;
            let all = linked.links.len() + linked.ambiguous + linked.unlinked;
            let levels = [("exact", linked.exact()), ("one element off", linked.one_off()), ("ambiguous", linked.ambiguous), ("not linked", linked.unlinked)];
            for (level, count) in levels {
                let mut row = ResultRow::new(dataset, ANALYSIS, "linked_people", Stat::Count, Unit::People);
                row.wave = Some(pair.after.clone());
                row.groups.insert("earlier_wave".to_owned(), pair.before.clone());
                row.level = Some(level.to_owned());
                row.estimate = Some(count as f64);
                row.n = row.estimate;
                row.denominator = Some(all as f64);
                "rows of the later wave, linked by the elements of a code".clone_into(&mut row.method);
                row.support = Support::People { behind: count as u64, outside: Some((all - count) as u64) };
                rows.push(row);
            }
        }
        rows
    }

    /// What the person who runs it should know, one note for each pair of waves.
    pub(super) fn notes(&self, dataset: &str) -> Vec<Problem> {
        let note = |pair: &WavePair| {
            let (linked, chance) = (&pair.linked, &pair.linked.chance);
            Problem::new(
                "wave::linked",
                format!("`{dataset}`: {} people of wave {} were linked to wave {}", linked.links.len(), pair.after, pair.before),
            )
            .found(format!(
                "{} exactly, {} with one element off; {} ambiguous and {} without a match are linked to nobody",
                linked.exact(),
                linked.one_off(),
                linked.ambiguous,
                linked.unlinked
            ))
            .expected(format!(
                "{:.1} of the links to be false by chance ({:.2}%): two different people agree in every element with probability {:.2e}, in all but one with {:.2e}",
                chance.false_links,
                chance.rate * 100.0,
                chance.exact,
                chance.one_off
            ))
            .severity(Severity::Note)
        };
        self.pairs.iter().map(note).collect()
    }

    /// What a reader of the report should know; shares only, no count of people.
    pub(super) fn in_words(&self) -> Vec<(String, String)> {
        let words = |pair: &WavePair| {
            let text = format!(
                "people were linked to wave {} by a code of their own making; if its elements do not hang together, {:.1}% of the links are false by chance",
                pair.before,
                pair.linked.chance.rate * 100.0
            );
            (pair.after.clone(), text)
        };
        self.pairs.iter().map(words).collect()
    }

    /// Changes the keys that the list of links tells.
    pub(super) fn each_key(&mut self, change: &dyn Fn(&str) -> String) {
        for line in &mut self.lines {
            // earlier_key and later_key
            for (_, cell) in line.iter_mut().enumerate().filter(|(place, _)| matches!(place, 2 | 4)) {
                *cell = change(cell);
            }
        }
    }

    /// Every link, for the person who holds the data.
    pub(super) fn csv<'a>(all: impl Iterator<Item = &'a Self>) -> Option<String> {
        let quoted = |text: &String| if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.clone() };
        let mut csv = String::from("dataset,earlier_wave,earlier_key,later_wave,later_key,agreement,element_off\n");
        let mut any = false;
        for links in all {
            any = true;
            for line in &links.lines {
                csv.push_str(&line.iter().map(quoted).collect::<Vec<_>>().join(","));
                csv.push('\n');
            }
        }
        any.then_some(csv)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_without_a_key_has_its_number_in_the_wave_whatever_its_batch() {
        let batch = |id: &str| {
            let mut batch = Batch::new(2);
            let values = Values::Text(vec![id.to_owned(), String::new()]);
            batch.push(Column { name: "id".to_owned(), values, missing: Vec::new() });
            batch
        };
        let frame = Frame { batches: vec![batch("a"), batch("b")], ..Frame::default() };
        let named = |names: &[&str], place: Place, row: usize| key(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>(), &frame, place, row);
        assert_eq!([named(&[], (0, 1), 1), named(&[], (1, 0), 2), named(&["id"], (1, 0), 2)], ["row 2", "row 3", "b"]);
        assert_eq!(named(&["id"], (1, 1), 3), "row 4");
    }
}
