//! Codebook text in, `Codebook` out: what a file of one kind contains and what its codes mean.

use super::checks::{self, Declared};
use super::coding::Other;
use super::number::Decimal;
use super::references::check_references;
use crate::config::{Mark, Source, Table};
use crate::error::Problem;
use crate::frame::{DateOrder, Described, missing};

/// What one kind of file contains.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Codebook {
    pub id: String,
    pub title: String,
    /// What one row is: `people`, `visits`, `teams`, …
    pub unit: String,
    /// Fields that are unique together within a wave.
    pub key: Vec<String>,
    /// The field that names the person behind a row.
    pub person: Option<String>,
    /// Establishments whose own attributes may be shown.
    pub public_unit: bool,
    /// Missing codes of every field.
    pub missing: MissingCodes,
    /// How the file writes fractions where a field does not say.
    pub decimal: Decimal,
    /// The codebook's own reasons, from `missing::DECLARED` up.
    pub reasons: Vec<String>,
    pub fields: Vec<Field>,
    pub derives: Vec<Derive>,
    pub instruments: Vec<InstrumentUse>,
    /// Checks of rows, in the order of the file.
    pub checks: Vec<Declared>,
}

/// Code in the file and reason it stands for.
pub(crate) type MissingCodes = Vec<(String, u8)>;

/// One question or column.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Field {
    pub name: String,
    /// Names the file may use, the expected one first.
    pub columns: Vec<String>,
    pub label: String,
    pub question: Option<String>,
    /// Predicate of a sentence with `{level}`, such as `were {level}`.
    pub phrase: Option<String>,
    pub kind: Kind,
    pub required: bool,
    /// Absent from a file: not asked there.
    pub optional: bool,
    /// Its answers name a person: a name, an address, a number on a card.
    pub identifies: bool,
    /// Least and greatest value; infinite where there is no such bound.
    pub range: Option<(f64, f64)>,
    /// How the file writes fractions.
    pub decimal: Decimal,
    /// How the file writes dates that are not written as 2024-03-05.
    pub dates: Option<DateOrder>,
    pub unit: Option<String>,
    /// Number from which a goal is met, such as 60 training hours.
    pub goal: Option<f64>,
    /// The field that counts the people whom an establishment's answer is about, such as those a wage band pays.
    pub workers: Option<String>,
    pub missing: MissingCodes,
    pub ask_if: Option<AskIf>,
    /// What people wrote beside the set answers.
    pub other: Option<Other>,
}

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) enum Kind {
    Id,
    #[default]
    Text,
    Category {
        levels: Vec<Level>,
        ordered: bool,
    },
    Integer,
    Number,
    Date,
    Datetime,
    /// Several answers in one column.
    Split {
        separator: String,
        levels: Vec<Level>,
    },
    /// Several answers, a column each.
    Checkboxes {
        options: Vec<Level>,
    },
}

/// A code (or a checkbox column), and the name that readers see.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Level {
    pub code: String,
    pub label: String,
    /// What the level stands for where it is a band of numbers, such as a wage band.
    pub band: Option<(f64, f64)>,
}

/// Asked only of those who gave one of these answers to another question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AskIf {
    pub field: String,
    pub is: Vec<String>,
}

/// A column computed from others.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Derive {
    pub name: String,
    pub label: String,
    pub rule: DeriveRule,
}

/// How a derived column is computed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum DeriveRule {
    /// Half-open bands `[a, b)` of a number.
    Bands { from: String, breaks: Vec<f64>, labels: Vec<String> },
    /// One group for each person of a multi-select question.
    Rollup { from: String, several: String },
    /// Whether so many months after a date have passed on the run's date.
    Due { from: String, months: i32, labels: Vec<String> },
    /// A number divided by a constant, such as days of 90 as a share.
    Share { from: String, of: f64 },
    /// Other names for the levels of a category; levels not named keep theirs.
    Regroup { from: String, map: Vec<(String, String)> },
}

/// An instrument whose items are fields of this codebook.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct InstrumentUse {
    /// Where it stands.
    pub mark: Mark,
    pub id: String,
    pub items: Vec<String>,
    pub coding: Option<String>,
    pub variant: Option<String>,
    pub complete_only: bool,
    pub sex: Option<String>,
}

impl Codebook {
    /// Reads a codebook and gathers everything that is wrong with it.
    pub(crate) fn parse(path: &str, text: &str) -> (Self, Vec<Problem>) {
        Source::new(path, text).walk(read)
    }

    pub(crate) fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// Every variable that an analysis may name: fields and derived columns.
    pub(crate) fn variables(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|field| field.name.as_str()).chain(self.derives.iter().map(|derive| derive.name.as_str()))
    }

    /// The labels of a field's levels; none where it is not coded.
    pub(crate) fn levels_of(&self, field: &str) -> Vec<&str> {
        match self.field(field).map(|field| &field.kind) {
            Some(Kind::Category { levels, .. } | Kind::Split { levels, .. } | Kind::Checkboxes { options: levels }) => {
                levels.iter().map(|level| level.label.as_str()).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Takes further checks and says what about them does not fit the fields.
    pub(crate) fn add_checks(&mut self, checks: Vec<Declared>) -> Vec<Problem> {
        let mut problems = Vec::new();
        for check in checks {
            problems.extend(check.problems(self));
            if self.checks.iter().any(|earlier| earlier.id == check.id) {
                let problem = Problem::new("check::duplicate_id", format!("two checks are called `{}`", check.id));
                problems.push(check.mark.put(&check.id, problem.help("give each an `id` of its own")));
            }
            self.checks.push(check);
        }
        problems
    }

    /// The code of a reason that is not the codebook's, such as that of a join.
    pub(crate) fn reason_code(&mut self, word: &str) -> u8 {
        declared(word, &mut self.reasons)
    }

    /// The code of a reason, whether every codebook has it or only this one.
    pub(crate) fn missing_code(&mut self, word: &str) -> u8 {
        declared_or_known(word, &mut self.reasons)
    }

    /// Makes the reasons of a file's own missing codes reasons of the codebook, so that cells can carry them.
    pub(crate) fn adopt(&mut self, described: &[Described]) {
        for (_, word) in described.iter().flat_map(|column| &column.missing) {
            declared_or_known(word, &mut self.reasons);
        }
        for (_, _, word) in described.iter().flat_map(|column| &column.missing_ranges) {
            declared_or_known(word, &mut self.reasons);
        }
    }

    /// The code of a file's reason; skipped where nobody adopted it.
    pub(crate) fn known_reason(&self, word: &str) -> u8 {
        let position = || self.reasons.iter().position(|known| known == word).and_then(|position| u8::try_from(position).ok());
        common_reason(word).or_else(|| missing::DECLARED.checked_add(position()?)).unwrap_or(missing::SKIPPED)
    }

    /// The word for a missing reason.
    pub(crate) fn reason(&self, code: u8) -> &str {
        match code {
            missing::NOT_ASKED => "not asked",
            missing::REFUSED => "refused",
            missing::SKIPPED => "skipped",
            missing::INVALID => "invalid",
            other => self.reasons.get(usize::from(other.saturating_sub(missing::DECLARED))).map_or("missing", String::as_str),
        }
    }
}

/// What one row can be.
const UNITS: [&str; 6] = ["people", "visits", "teams", "organizations", "programs", "settings"];

fn read(root: &Table<'_>) -> Codebook {
    let mut book = Codebook {
        id: root.required_text("id"),
        title: root.required_text("title"),
        unit: root.required("unit", root.choice("unit", &UNITS.map(|word| (word, word)))).to_owned(),
        key: root.texts("key").unwrap_or_default(),
        person: root.text("person"),
        public_unit: root.flag("public_unit").unwrap_or(false),
        decimal: decimal(root).unwrap_or_default(),
        ..Codebook::default()
    };
    root.text("note");
    book.missing = usual_missing();
    if let Some(table) = root.table("missing") {
        let codes = missing_codes(&table, &mut book.reasons);
        book.missing.retain(|(code, _)| !codes.iter().any(|(declared, _)| declared == code));
        book.missing.extend(codes);
    }
    for table in root.tables("field") {
        let field = field(&table, book.decimal, &mut book.reasons);
        if book.field(&field.name).is_some() {
            table.report("name", Problem::new("schema::duplicate_field", format!("there are two fields named `{}`", field.name)));
        }
        book.fields.push(field);
        table.finish();
    }
    for table in root.tables("derive") {
        if let Some(derive) = derive(&table) {
            book.derives.push(derive);
        }
        table.finish();
    }
    for table in root.tables("instrument") {
        book.instruments.push(instrument(&table));
        table.finish();
    }
    root.table("synth");
    check_references(root, &book);
    let problems = book.add_checks(checks::read(root));
    for problem in problems {
        root.add(problem);
    }
    book
}

/// What stands for no answer in every file.
pub(super) fn usual_missing() -> MissingCodes {
    vec![(String::new(), missing::SKIPPED), ("NA".to_owned(), missing::SKIPPED)]
}

fn missing_codes(table: &Table<'_>, reasons: &mut Vec<String>) -> MissingCodes {
    let mut codes = Vec::new();
    for (code, word) in table.entries() {
        let reason = declared_or_known(&word, reasons);
        if reason == missing::SKIPPED && common_reason(&word).is_none() {
            let problem = Problem::new("schema::too_many_reasons", format!("a codebook has at most {MOST_REASONS} reasons of its own for no answer"));
            table.report(&code, problem.found(format!("`{word}`")).help("use one word for several of them"));
        }
        codes.push((code, reason));
    }
    codes
}

/// The code of a reason that every codebook has, whether written as here or as in the label of a statistical file.
fn common_reason(word: &str) -> Option<u8> {
    match word.trim().to_lowercase().replace(['_', '-'], " ").as_str() {
        "not asked" | "not applicable" | "inapplicable" | "legitimate skip" => Some(missing::NOT_ASKED),
        "refused" | "refusal" | "declined" | "prefer not to answer" | "prefer not to say" => Some(missing::REFUSED),
        "skipped" | "missing" | "no answer" | "not answered" => Some(missing::SKIPPED),
        "invalid" => Some(missing::INVALID),
        _ => None,
    }
}

pub(super) fn declared_or_known(word: &str, reasons: &mut Vec<String>) -> u8 {
    common_reason(word).unwrap_or_else(|| declared(word, reasons))
}

/// Reasons of its own that a codebook can have: their codes, and the one behind the last, fit into a byte.
const MOST_REASONS: usize = 250;

/// The code of a word of the codebook's own; skipped where it has as many words as it can have.
fn declared(word: &str, reasons: &mut Vec<String>) -> u8 {
    let known = reasons.iter().position(|known| known == word);
    let position = known.or_else(|| {
        let has_room = reasons.len() < MOST_REASONS;
        has_room.then(|| {
            reasons.push(word.to_owned());
            reasons.len() - 1
        })
    });
    position.and_then(|position| missing::DECLARED.checked_add(u8::try_from(position).ok()?)).unwrap_or(missing::SKIPPED)
}

fn decimal(table: &Table<'_>) -> Option<Decimal> {
    table.choice("decimal", &[(".", Decimal::Point), (",", Decimal::Comma)])
}

fn field(table: &Table<'_>, usual: Decimal, reasons: &mut Vec<String>) -> Field {
    let name = table.required_text("name");
    let kind = kind(table);
    let range = table.bounds("range").and_then(|range| match range[..] {
        [low, high] if low <= high => Some((low, high)),
        _ => {
            let problem = Problem::new("schema::bad_range", "`range` needs a lower and an upper bound").found(format!("{range:?}"));
            table.report("range", problem.expected("two numbers that rise, such as [1, 6] or [0, inf]"));
            None
        }
    });
    let mut columns = vec![table.text("column").unwrap_or_else(|| name.clone())];
    columns.extend(table.texts("aliases").unwrap_or_default());
    let missing = table.table("missing").map(|inner| missing_codes(&inner, reasons)).unwrap_or_default();
    let ask_if = table.table("ask_if").map(|inner| {
        let ask_if = AskIf { field: inner.required_text("field"), is: inner.texts("is").unwrap_or_default() };
        inner.finish();
        ask_if
    });
    let other = table.table("other").map(|inner| {
        let other = Other::read(&inner);
        inner.finish();
        other
    });
    table.table("synth");
    Field {
        columns,
        label: table.text("label").unwrap_or_else(|| name.replace('_', " ")),
        question: table.text("question"),
        phrase: table.text("phrase"),
        required: table.flag("required").unwrap_or(false),
        optional: table.flag("optional").unwrap_or(false),
        identifies: table.flag("identifies").unwrap_or(false),
        unit: table.text("unit"),
        decimal: decimal(table).unwrap_or(usual),
        dates: table.choice("dates", &[DateOrder::MonthFirst, DateOrder::DayFirst].map(|order| (order.word(), order))),
        goal: table.number("goal"),
        workers: table.text("workers"),
        name,
        kind,
        range,
        missing,
        ask_if,
        other,
    }
}

/// The kind of a field. A type that is not known is reported and read as text, so that the rest of the codebook can be checked.
fn kind(table: &Table<'_>) -> Kind {
    const TYPES: [(&str, &str); 9] = [
        ("id", "id"),
        ("text", "text"),
        ("category", "category"),
        ("ordinal", "ordinal"),
        ("integer", "integer"),
        ("number", "number"),
        ("date", "date"),
        ("datetime", "datetime"),
        ("multi", "multi"),
    ];
    let word = table.required("type", table.choice("type", &TYPES));
    let levels = levels(table, "levels", "code");
    let options = levels_or(table);
    let separator = table.text("separator");
    if levels.is_empty() && matches!(word, "category" | "ordinal") {
        let problem = Problem::new("schema::no_levels", format!("a field of type `{word}` needs `levels`"));
        table.report("type", problem.expected("levels = [ { code = \"1\", label = \"Yes\" }, … ]"));
    }
    match word {
        "id" => Kind::Id,
        "" | "text" => Kind::Text,
        "integer" => Kind::Integer,
        "number" => Kind::Number,
        "date" => Kind::Date,
        "datetime" => Kind::Datetime,
        "multi" if !options.is_empty() => Kind::Checkboxes { options },
        "multi" => Kind::Split { separator: separator.unwrap_or_else(|| ";".to_owned()), levels },
        _ => Kind::Category { levels, ordered: word == "ordinal" },
    }
}

fn levels_or(table: &Table<'_>) -> Vec<Level> {
    let options = levels(table, "options", "column");
    if options.len() > 64 {
        table.report("options", Problem::new("schema::too_many_options", "a question can have at most 64 options").found(options.len().to_string()));
    }
    options
}

fn levels(table: &Table<'_>, key: &'static str, code_key: &'static str) -> Vec<Level> {
    let mut levels = Vec::new();
    for inner in table.tables(key) {
        let code = inner.required(code_key, inner.scalar(code_key));
        let label = inner.text("label").unwrap_or_else(|| code.clone());
        let band = inner.number("from").zip(inner.number("to"));
        inner.finish();
        if levels.iter().any(|level: &Level| level.code == code) {
            inner.report(code_key, Problem::new("schema::duplicate_level", format!("the {code_key} `{code}` stands for two levels")));
        }
        levels.push(Level { code, label, band });
    }
    levels
}

fn derive(table: &Table<'_>) -> Option<Derive> {
    let name = table.required_text("name");
    let label = table.text("label").unwrap_or_else(|| name.replace('_', " "));
    let labels = table.texts("labels");
    let (from, breaks, months) = (table.text("from"), table.numbers("breaks"), table.whole("due_after_months"));
    let share_of = table.number("share_of").filter(|of| *of > 0.0);
    let (rollup, several) = (table.text("rollup"), table.text("several"));
    let regroup = table.table("regroup").map(|inner| inner.entries());
    let rule = match (from, breaks, months, rollup, regroup) {
        (Some(from), None, None, None, None) if share_of.is_some() => DeriveRule::Share { from, of: share_of.unwrap_or(1.0) },
        (Some(from), Some(breaks), None, None, None) => {
            let labels = labels.unwrap_or_default();
            if labels.len() != breaks.len() + 1 || breaks.windows(2).any(|pair| pair[0] >= pair[1]) {
                let problem = Problem::new("schema::bad_bands", format!("{} breaks that rise make {} bands", breaks.len(), breaks.len() + 1));
                table.report("labels", problem.found(format!("{} labels", labels.len())));
                return None;
            }
            DeriveRule::Bands { from, breaks, labels }
        }
        (Some(from), None, Some(months), None, None) => {
            let labels = labels.unwrap_or_else(|| vec!["Current".to_owned(), "Due".to_owned()]);
            DeriveRule::Due { from, months: i32::try_from(months).unwrap_or(i32::MAX), labels }
        }
        (None, None, None, Some(from), None) => DeriveRule::Rollup { from, several: several.unwrap_or_else(|| "More than one".to_owned()) },
        (Some(from), None, None, None, Some(map)) => DeriveRule::Regroup { from, map },
        _ => {
            let problem = Problem::new("schema::bad_derive", format!("`{name}` does not say how it is computed"));
            table.report(
                "name",
                problem
                    .expected("`from` with `breaks` and `labels`, `from` with `due_after_months`, `from` with `regroup`, `from` with `share_of`, or `rollup`"),
            );
            return None;
        }
    };
    Some(Derive { name, label, rule })
}

fn instrument(table: &Table<'_>) -> InstrumentUse {
    InstrumentUse {
        mark: table.mark(),
        id: table.required_text("id"),
        items: table.required("items", table.texts("items")),
        coding: table.text("coding"),
        variant: table.text("variant"),
        complete_only: table.flag("complete_only").unwrap_or(false),
        sex: table.text("sex"),
    }
}
