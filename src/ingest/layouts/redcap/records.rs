//! The records of an export in, those of one of its tables out, with codes where the file has labels.
//!
//! This is the second of two passes: it takes the rows and columns of the table and hands on everything else as the
//! reader below tells it, lines included.

use std::collections::HashMap;

use super::super::super::readers::{About, Records, RejectedRecord};
use super::super::Peeked;
use super::super::wording::cleaned;
use super::columns::{MISSING_CODES, Project, Role, missing_reason};
use super::scan::{Grain, Scan, cell, grain};
use super::tables::{Table, event_name};
use crate::error::{Error, Problem, Severity, some_of};
use crate::frame::{Described, RawBatch};

/// One table of an export.
pub(super) struct RedcapRecords {
    inner: Peeked,
    project: Project,
    table: Table,
    about: About,
    changes: Changes,
    /// Notes that were known when the file was opened.
    notes: Vec<Problem>,
    /// Truth values that stood for 0 and 1.
    truths: u64,
    /// Unticked boxes on forms that nobody began.
    grey: u64,
}

/// The boxes of a question, and the boxes that stand for its missing codes.
type MissingBoxes = (Vec<usize>, Vec<(usize, String)>);

/// How cells become codes.
#[derive(Default)]
struct Changes {
    /// For each column, label to code.
    labels: Vec<HashMap<String, String>>,
    /// Columns whose codes are 0 and 1.
    binary: Vec<bool>,
    /// State, answers and boxes of each form that has boxes.
    forms: Vec<(usize, Vec<usize>, Vec<usize>)>,
    /// Questions with missing codes.
    missing: Vec<MissingBoxes>,
}

impl RedcapRecords {
    pub(super) fn new(inner: Peeked, mut project: Project, scan: &Scan, table: Table, others: &[Table]) -> Self {
        for (column, code) in &scan.missing {
            if let Some(column) = project.columns.get_mut(*column).filter(|column| column.described.missing_reason(code).is_none()) {
                column.described.missing.push(((*code).to_owned(), missing_reason(code)));
            }
        }
        let changes = Changes::of(&mut project, scan, &table);
        let column = |column: &usize| project.columns.get(*column);
        let header = table.columns.iter().filter_map(column).map(|column| column.name.clone()).collect();
        // What a file of a statistics program says of its columns stands where the export and its dictionary say nothing.
        let own = |position: usize| inner.about().described.get(position).cloned().unwrap_or_default();
        let described = table.columns.iter().filter_map(|position| {
            let mut described = column(position)?.described.clone();
            described.complete(&own(*position));
            Some(described)
        });
        let described = described.collect();
        let key = table.key_names(&project).into_iter().map(str::to_owned).filter(|_| table.repeated == 0).collect();
        let mut tables = vec![table.name.clone()];
        tables.extend(others.iter().map(|table| table.name.clone()));
        let notes = notes(&inner.path.display().to_string(), &project, scan, &table, others);
        let about = About { header, described, tables, key, places: inner.about().places.clone(), unnamed: Vec::new() };
        Self { inner, project, table, about, changes, notes, truths: 0, grey: 0 }
    }

    /// The text of a cell as a code, where that is another text.
    fn code(&mut self, column: usize, text: &str) -> Option<String> {
        let labels = self.changes.labels.get(column)?;
        if !labels.is_empty() {
            let code = labels.get(text).or_else(|| text.contains(['<', '&', '\n', ' ']).then(|| labels.get(&cleaned(text))).flatten());
            if let Some(code) = code {
                return Some(code.clone());
            }
        }
        let truth = match text {
            "TRUE" | "True" => "1",
            "FALSE" | "False" => "0",
            _ => return None,
        };
        let binary = self.changes.binary.get(column).is_some_and(|binary| *binary);
        self.truths += u64::from(binary);
        binary.then(|| truth.to_owned())
    }

    /// Boxes whose text is not what stands in the file: those of forms that nobody began, those of a question with a missing code.
    fn boxes(&mut self, batch: &RawBatch, row: usize) -> HashMap<usize, String> {
        let mut texts = HashMap::new();
        let unticked = |column: &usize| matches!(cell(batch, row, *column), "" | "0" | "Unchecked" | "FALSE" | "False");
        for (state, answers, boxes) in &self.changes.forms {
            let blank = |column: &usize| cell(batch, row, *column).is_empty();
            let not_begun = matches!(cell(batch, row, *state), "" | "0" | "Incomplete");
            if not_begun && answers.iter().all(blank) && boxes.iter().all(unticked) {
                for column in boxes.iter().filter(|column| !blank(column)) {
                    self.grey += 1;
                    texts.insert(*column, String::new());
                }
            }
        }
        for (boxes, codes) in &self.changes.missing {
            let ticked = codes.iter().find(|(column, _)| matches!(cell(batch, row, *column), "1" | "Checked" | "TRUE" | "True"));
            if let Some((_, code)) = ticked.filter(|_| boxes.iter().all(unticked)) {
                texts.extend(boxes.iter().map(|column| (*column, code.clone())));
            }
        }
        texts
    }

    /// The rows and columns of the table.
    fn select(&mut self, batch: &RawBatch) -> RawBatch {
        let width = self.table.columns.len();
        let mut selected = RawBatch { width, ..RawBatch::default() };
        let columns = std::mem::take(&mut self.table.columns);
        for row in 0..batch.rows() {
            if grain(&self.project, batch, row) != self.table.grain {
                continue;
            }
            let boxes = self.boxes(batch, row);
            for &column in &columns {
                let code = match boxes.get(&column) {
                    Some(text) => Some(text.clone()),
                    None => self.code(column, batch.field_str(row, column).trim()),
                };
                match code {
                    Some(code) => selected.text.extend_from_slice(code.as_bytes()),
                    None => selected.text.extend_from_slice(batch.field(row, column)),
                }
                selected.ends.push(selected.text.len());
            }
            selected.lines.push(batch.lines.get(row).copied().unwrap_or_default());
        }
        self.table.columns = columns;
        selected
    }
}

impl Changes {
    fn of(project: &mut Project, scan: &Scan, table: &Table) -> Self {
        let mut changes = Self { labels: vec![HashMap::new(); project.columns.len()], ..Self::default() };
        for (place, column) in project.columns.iter_mut().enumerate() {
            if scan.labelled {
                if let Some(labels) = changes.labels.get_mut(place) {
                    *labels = labels_to_codes(&column.described);
                }
                if column.role == Role::Event {
                    column.described.levels = event_levels(scan);
                    if let Some(labels) = changes.labels.get_mut(place) {
                        *labels = column.described.levels.iter().map(|(code, label)| (label.clone(), code.clone())).collect();
                    }
                }
            }
            let levels = &column.described.levels;
            let has = |code: &str| levels.iter().any(|(known, _)| known == code);
            changes.binary.push(has("0") && has("1") && !levels.iter().any(|(code, _)| code.eq_ignore_ascii_case("true")));
        }
        let with = |role: Role, form: usize| {
            let columns = project.columns.iter().enumerate().filter(move |(_, column)| column.role == role && column.form == Some(form));
            columns.map(|(place, _)| place).collect::<Vec<_>>()
        };
        for form in 0..project.forms.len() {
            let (states, boxes) = (with(Role::Complete, form), with(Role::Checkbox, form));
            if let (Some(state), false) = (states.first(), boxes.is_empty()) {
                let answers = [with(Role::Answer, form), with(Role::Timestamp, form)].concat();
                changes.forms.push((*state, answers, boxes));
            }
        }
        changes.missing = missing_boxes(project);
        // Whether a form was opened shows in the rows of its own table only.
        if table.grain != Grain::Base {
            changes.forms.retain(|(state, _, _)| table.columns.contains(state));
        }
        changes
    }
}

/// Labels that stand for one code, with that code.
fn labels_to_codes(described: &Described) -> HashMap<String, String> {
    let mut codes: HashMap<String, String> = HashMap::new();
    for (code, label) in &described.levels {
        let shared = described.levels.iter().filter(|(_, other)| other == label).count() > 1;
        if !shared {
            codes.insert(label.clone(), code.clone());
        }
    }
    for (code, label) in MISSING_CODES.iter().filter(|(code, _)| described.missing.iter().any(|(known, _)| known == code)) {
        codes.entry((*label).to_owned()).or_insert_with(|| (*code).to_owned());
    }
    codes
}

/// Name and title of every event; titles whose names would be the same are left as they are.
fn event_levels(scan: &Scan) -> Vec<(String, String)> {
    let levels: Vec<(String, String)> = scan.events.iter().map(|title| (event_name(title), title.clone())).collect();
    let unique = |name: &str| levels.iter().filter(|(other, _)| other == name).count() == 1;
    levels.iter().filter(|(name, _)| unique(name)).cloned().collect()
}

/// For each checkbox field with missing codes, its boxes and theirs.
fn missing_boxes(project: &Project) -> Vec<MissingBoxes> {
    let mut questions: Vec<(&str, Vec<(usize, String)>)> = Vec::new();
    for (place, column) in project.columns.iter().enumerate().filter(|(_, column)| column.role == Role::CheckboxMissing) {
        let question = column.missing_of.as_str();
        let code = (place, column.missing_code.clone());
        match questions.iter_mut().find(|(known, _)| *known == question) {
            Some((_, codes)) => codes.push(code),
            None => questions.push((question, vec![code])),
        }
    }
    let boxes = |question: &str| {
        let of_question = |described: &Described| described.option_of.as_ref().is_some_and(|option| option.question == question);
        project.columns.iter().enumerate().filter(|(_, column)| of_question(&column.described)).map(|(place, _)| place).collect::<Vec<_>>()
    };
    questions.into_iter().map(|(question, codes)| (boxes(question), codes)).filter(|(boxes, _)| !boxes.is_empty()).collect()
}

fn note(code: &'static str, message: String, place: &str) -> Problem {
    Problem::new(code, message).at(place).severity(Severity::Note)
}

/// What is known before the records are read.
fn notes(place: &str, project: &Project, scan: &Scan, table: &Table, others: &[Table]) -> Vec<Problem> {
    let mut notes = Vec::new();
    let read = note("input::redcap_table", format!("a REDCap export, read as its table {}", table.in_words(project)), place);
    notes.push(match others {
        [] => read,
        [first, ..] => {
            let words: Vec<String> = others.iter().map(|table| table.in_words(project)).collect();
            let problem = read.found(format!("other tables: {}", some_of(words.iter().map(String::as_str))));
            problem.help(format!("read another one with --sheet {} (in a pipeline: sheet = \"{}\")", first.name, first.name))
        }
    });
    if table.repeated > 0 {
        let lines: Vec<String> = table.repeated_lines.iter().map(u64::to_string).collect();
        let message = format!("{} of {} rows have the {} of another row, or none", table.repeated, table.rows, table.key_names(project).join(" + "));
        let problem = note("input::key_not_unique", message, place).found(format!("first on lines {}", lines.join(", ")));
        // A row in a hundred was entered twice; where they are more, the export lacks what tells its rows apart.
        notes.push(if table.repeated * 100 <= table.rows {
            problem.help("rows that come twice are refused: the first of each stays")
        } else {
            problem.help("were columns such as redcap_event_name left out of the export?").severity(Severity::Warning)
        });
    }
    if scan.labelled {
        let message = if project.columns.iter().any(|column| column.known) {
            "the cells hold labels; they are read as the codes of the dictionary"
        } else {
            "the cells hold labels, not codes; with --dictionary they would be read as codes"
        };
        notes.push(note("input::labels", message.to_owned(), place));
    }
    if project.columns.iter().any(|column| column.known) {
        let strange = |role: Role| matches!(role, Role::Answer | Role::Checkbox | Role::Complete);
        let unknown: Vec<&str> = project.columns.iter().filter(|column| !column.known && strange(column.role)).map(|column| column.name.as_str()).collect();
        if !unknown.is_empty() {
            notes.push(note("input::not_in_dictionary", format!("{} columns are not in the dictionary", unknown.len()), place).found(some_of(unknown)));
        }
    }
    let missing: Vec<&str> = scan.missing.iter().map(|(_, code)| *code).collect::<std::collections::BTreeSet<_>>().into_iter().collect();
    if !missing.is_empty() {
        notes.push(note("input::missing_codes", "codes of REDCap's list for missing data are read as no answer".to_owned(), place).found(some_of(missing)));
    }
    notes
}

impl Records for RedcapRecords {
    fn about(&self) -> &About {
        &self.about
    }

    fn next_batch(&mut self) -> Result<Option<RawBatch>, Error> {
        while let Some(batch) = self.inner.next_batch()? {
            let selected = self.select(&batch);
            if selected.rows() > 0 {
                return Ok(Some(selected));
            }
        }
        Ok(None)
    }

    fn rejected(&self) -> &[RejectedRecord] {
        self.inner.rejected()
    }

    fn notes(&self) -> Vec<Problem> {
        let place = self.inner.path.display().to_string();
        let mut notes = self.inner.notes();
        notes.extend(self.notes.iter().cloned());
        if self.truths > 0 {
            let message = format!("{} cells hold TRUE or FALSE where the codes are 1 and 0; they are read as these", self.truths);
            notes.push(note("input::truth_values", message, &place));
        }
        if self.grey > 0 {
            let message = format!("{} unticked boxes stand on forms that nobody began; they are read as blank", self.grey);
            notes.push(note("input::unopened_form", message, &place));
        }
        notes
    }

    fn sha256(&self) -> Option<&str> {
        self.inner.sha256()
    }
}
