//! Two observed files in, every difference between them out, each with its evidence.

use super::profile::{Column, Holds, Profile};
use super::recode::{clashes, few, lacking, percent, recoded};
use super::rename::suggested;
use super::similar::{self, Meaning};
use crate::schema::{Codebook, Field, Kind, range_words};

macro_rules! changes {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)+) => {
        /// What kind of difference it is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Change { $($(#[$doc])* $name,)+ }
        impl Change {
            /// The word in tables and files.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }
        }
    };
}

changes! {
    /// The column has another name.
    Renamed = "renamed",
    /// Only the earlier file has the column.
    Dropped = "dropped",
    /// Only the later file has the column.
    Added = "added",
    /// The column holds another kind of value.
    Retyped = "retyped",
    /// The same answers have other codes.
    Recoded = "recoded",
    /// All codes moved by one step, such as 0 to 4 against 1 to 5.
    RangeShifted = "range_shifted",
    /// The same code has another meaning.
    MeaningChanged = "meaning_changed",
    /// A label is written differently.
    Relabelled = "relabelled",
    /// The question is worded differently.
    WordingChanged = "wording_changed",
    /// Only the later file has the level.
    LevelAdded = "level_added",
    /// Only the earlier file has the level.
    LevelDropped = "level_dropped",
    /// Other codes mean no answer.
    MissingCodesChanged = "missing_codes_changed",
    /// A code that the crosswalk translates nowhere was observed.
    Unmapped = "unmapped_code",
    /// The column stands elsewhere.
    Reordered = "reordered",
}

/// What a person has to do about a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// Nobody has said yet what it means.
    Open,
    /// A crosswalk or the codebook accounts for it.
    Covered(String),
    /// Worth knowing; nothing has to be declared.
    Note,
}

/// What could be written in a crosswalk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Proposal {
    Rename,
    Recode(Vec<(String, String)>),
    BreakOrSame,
    Nothing,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What kind it is.
    pub change: Change,
    /// The field, by its name in the later file where it is there.
    pub field: String,
    /// What the earlier file has.
    pub before: String,
    /// What the later file has.
    pub after: String,
    /// Why it is thought to be so.
    pub evidence: Vec<String>,
    /// Whether it is accounted for.
    pub status: Status,
    pub(super) proposal: Proposal,
}

impl Difference {
    pub(super) fn new(change: Change, field: &str, before: impl Into<String>, after: impl Into<String>) -> Self {
        let (before, after) = (before.into(), after.into());
        Self { change, field: field.to_owned(), before, after, evidence: Vec::new(), status: Status::Open, proposal: Proposal::Nothing }
    }

    fn because(mut self, evidence: impl Into<String>) -> Self {
        self.evidence.push(evidence.into());
        self
    }

    fn note(mut self) -> Self {
        self.status = Status::Note;
        self
    }

    fn propose(mut self, proposal: Proposal) -> Self {
        self.proposal = proposal;
        self
    }
}

/// Every difference, fields in the order of the later file, dropped ones last.
pub(super) fn differences(before: &Profile, after: &Profile, book: Option<&Codebook>) -> Vec<Difference> {
    let people = before.id(after, book).map(|id| before.people(after, &id)).unwrap_or_default();
    let gone: Vec<usize> = (0..before.columns.len()).filter(|at| after.column(&before.columns[*at].name).is_none()).collect();
    let come: Vec<usize> = (0..after.columns.len()).filter(|at| before.column(&after.columns[*at].name).is_none()).collect();
    let renamed = suggested(before, after, &gone, &come, &people);
    let mut found = Vec::new();
    for (place, column) in after.columns.iter().enumerate() {
        let pair = renamed.iter().find(|pair| pair.after == place);
        let earlier = pair.map_or_else(|| before.column(&column.name), |pair| before.columns.get(pair.before));
        let Some(earlier) = earlier else {
            found.push(added(column, book));
            continue;
        };
        if let Some(pair) = pair {
            let rename = Difference::new(Change::Renamed, &column.name, &earlier.written, &column.written).propose(Proposal::Rename);
            found.push(Difference { evidence: pair.evidence.clone(), ..rename });
        } else if earlier.written != column.written {
            let alias =
                Difference::new(Change::Renamed, &column.name, &earlier.written, &column.written).because("both are names of one field of the codebook");
            found.push(Difference { status: Status::Covered("codebook".to_owned()), ..alias });
        }
        contents(earlier, column, &people, book, &mut found);
    }
    let lost = gone.iter().filter(|place| !renamed.iter().any(|pair| pair.before == **place));
    found.extend(lost.filter_map(|place| before.columns.get(*place)).map(|column| dropped(column, book)));
    found.extend(reordered(before, after));
    found
}

fn field<'a>(book: Option<&'a Codebook>, name: &str) -> Option<&'a Field> {
    book.and_then(|book| book.field(name))
}

/// Whether a codebook knows the column, as a field or as an option of one.
fn knows(book: &Codebook, name: &str) -> bool {
    book.field(name).is_some()
        || book.fields.iter().any(|field| matches!(&field.kind, Kind::Checkboxes { options } if options.iter().any(|option| option.code == name)))
}

fn added(column: &Column, book: Option<&Codebook>) -> Difference {
    let known = book.map(|book| knows(book, &column.name));
    let evidence = match known {
        Some(true) => "the codebook has it",
        Some(false) => "the codebook does not have it, so it is left out",
        None => "no column of the earlier file is like it",
    };
    Difference::new(Change::Added, &column.name, "", &column.written).because(evidence).note()
}

fn dropped(column: &Column, book: Option<&Codebook>) -> Difference {
    let difference = Difference::new(Change::Dropped, &column.name, &column.written, "");
    match (book, field(book, &column.name)) {
        (_, Some(field)) if field.optional => {
            Difference { status: Status::Covered("codebook".to_owned()), ..difference.because("the codebook says that a wave may leave it out") }
        }
        (Some(book), _) if !knows(book, &column.name) => difference.because("the codebook does not have it").note(),
        _ if column.described.platform => difference.because("the survey platform fills it").note(),
        _ => difference.because("no column of the later file is like it").propose(Proposal::BreakOrSame),
    }
}

/// What differs within one question.
fn contents(before: &Column, after: &Column, people: &[(usize, usize)], book: Option<&Codebook>, found: &mut Vec<Difference>) {
    let name = after.name.as_str();
    let (one, two) = (before.holds(), after.holds());
    if one != two && one != Holds::Nothing && two != Holds::Nothing {
        found.push(
            Difference::new(Change::Retyped, name, one.word(), two.word())
                .because(format!("what most of {} and of {} answers are", before.answers, after.answers))
                .propose(Proposal::BreakOrSame),
        );
        return;
    }
    wording(before, after, found);
    let free = matches!(field(book, name).map(|field| &field.kind), Some(Kind::Id | Kind::Text | Kind::Date | Kind::Datetime));
    if free || one == Holds::Date {
        return;
    }
    let translated = recoded(before, after, people);
    let is_translated = translated.is_some();
    if let Some(recoded) = translated {
        let change = if recoded.shift.is_some() { Change::RangeShifted } else { Change::Recoded };
        let side = |pick: fn(&(String, String)) -> &String| {
            let moved: Vec<&str> = recoded.map.iter().filter(|(from, to)| from != to).map(|pair| pick(pair).as_str()).collect();
            moved.join(" ")
        };
        let difference = Difference::new(change, name, side(|pair| &pair.0), side(|pair| &pair.1));
        found.push(Difference { evidence: recoded.evidence, ..difference }.propose(Proposal::Recode(recoded.map)));
    }
    labels(before, after, is_translated, found);
    if !is_translated {
        levels(before, after, book, found);
    }
    missing(before, after, found);
}

fn wording(before: &Column, after: &Column, found: &mut Vec<Difference>) {
    let (one, two) = (before.described.label.trim(), after.described.label.trim());
    if one.is_empty() || two.is_empty() || one == two {
        return;
    }
    let alike = similar::wordings(one, two);
    let difference = Difference::new(Change::WordingChanged, &after.name, one, two).because(format!("wordings are {} alike", percent(alike)));
    let harmless = after.described.platform || similar::meaning(one, two) != Meaning::Other;
    found.push(if harmless { difference.note() } else { difference.propose(Proposal::BreakOrSame) });
}

/// The same code under another label: another meaning, or only another spelling.
fn labels(before: &Column, after: &Column, is_translated: bool, found: &mut Vec<Difference>) {
    for (code, was, is, meaning) in clashes(before, after) {
        let text = |label: &str| format!("{code} = {label}");
        if meaning == Meaning::Reworded {
            found.push(Difference::new(Change::Relabelled, &after.name, text(&was), text(&is)).because("spelled a little differently").note());
        } else if !is_translated {
            let clash = Difference::new(Change::MeaningChanged, &after.name, text(&was), text(&is)).because("labels of the files");
            found.push(clash.propose(Proposal::BreakOrSame));
        }
    }
    let only = |has: &Column, lacks: &Column| {
        let has_label = |label: &str| lacks.described.levels.iter().any(|(_, known)| similar::meaning(label, known) != Meaning::Other);
        let new = |(code, label): &&(String, String)| lacks.label(code).is_none() && !has_label(label);
        has.described.levels.iter().filter(new).map(|(code, label)| format!("{code} = {label}")).collect::<Vec<_>>()
    };
    if before.described.levels.is_empty() || after.described.levels.is_empty() {
        return;
    }
    for level in only(after, before) {
        found.push(Difference::new(Change::LevelAdded, &after.name, "", level).because("labels of the files").propose(Proposal::BreakOrSame));
    }
    for level in only(before, after) {
        found.push(Difference::new(Change::LevelDropped, &after.name, level, "").because("labels of the files").note());
    }
}

/// Codes that only one of the files holds, where neither names its levels.
fn levels(before: &Column, after: &Column, book: Option<&Codebook>, found: &mut Vec<Difference>) {
    if !(before.described.levels.is_empty() && after.described.levels.is_empty()) || before.levels().is_none() || after.levels().is_none() {
        return;
    }
    let field = field(book, &after.name);
    let declared = |code: &str| match field.map(|field| (&field.kind, field.range)) {
        Some((Kind::Category { levels, .. } | Kind::Split { levels, .. }, _)) => Some(levels.iter().any(|level| level.code == code)),
        Some((Kind::Integer | Kind::Number, Some((low, high)))) => code.parse::<f64>().ok().map(|number| (low..=high).contains(&number)),
        _ => None,
    };
    let told = |(code, share): (&str, f64), other: &Column, change: Change| {
        let text = format!("{} of the answers in one file, none of {} in the other", percent(share), other.answers);
        let (was, is) = if change == Change::LevelAdded { ("", code) } else { (code, "") };
        let difference = Difference::new(change, &after.name, was, is).because(text);
        match declared(code) {
            Some(true) => Difference { status: Status::Covered("codebook".to_owned()), ..difference },
            Some(false) => difference.because("the codebook does not have it").propose(Proposal::BreakOrSame),
            None if change == Change::LevelDropped => difference.note(),
            None => difference.propose(Proposal::BreakOrSame),
        }
    };
    found.extend(lacking(after, before).into_iter().map(|level| told(level, before, Change::LevelAdded)));
    found.extend(lacking(before, after).into_iter().map(|level| told(level, after, Change::LevelDropped)));
}

/// Codes for no answer that only one of the files names or holds.
fn missing(before: &Column, after: &Column, found: &mut Vec<Difference>) {
    let named = |column: &Column| {
        let mut words: Vec<String> = column.described.missing.iter().map(|(code, reason)| format!("{code} = {reason}")).collect();
        words.extend(column.described.missing_ranges.iter().map(|(low, high, reason)| format!("{} = {reason}", range_words(*low, *high))));
        words.sort();
        words
    };
    let (one, two) = (named(before), named(after));
    if one != two {
        found.push(
            Difference::new(Change::MissingCodesChanged, &after.name, few(&one), few(&two)).because("what the files say; each is read by its own").note(),
        );
        return;
    }
    let chance = |count: u64, base: u64, other: u64| (-(count as f64) / base.max(1) as f64 * other as f64).exp() >= 1e-3;
    let only = |has: &Column, lacks: &Column| {
        let base = has.answers + has.missing.values().sum::<u64>();
        let other = lacks.answers + lacks.missing.values().sum::<u64>();
        let own = has.missing.iter().filter(|(code, count)| !lacks.missing.contains_key(*code) && !chance(**count, base, other));
        own.map(|(code, _)| code.clone()).collect::<Vec<_>>()
    };
    let (gone, come) = (only(before, after), only(after, before));
    if !gone.is_empty() || !come.is_empty() {
        found.push(Difference::new(Change::MissingCodesChanged, &after.name, gone.join(" "), come.join(" ")).because("observed in one file only").note());
    }
}

/// Columns that moved among those that both files have: the fewest that must move to make one order of the other.
fn reordered(before: &Profile, after: &Profile) -> Vec<Difference> {
    let place = |name: &str| before.columns.iter().position(|column| column.name == name);
    let shared: Vec<(usize, usize)> = after.columns.iter().enumerate().filter_map(|(at, column)| place(&column.name).map(|was| (was, at))).collect();
    let stay = rising(&shared.iter().map(|(was, _)| *was).collect::<Vec<_>>());
    let moved = shared.iter().enumerate().filter(|(position, _)| !stay.contains(position));
    let told = |(_, (was, at)): (usize, &(usize, usize))| {
        let name = after.columns.get(*at).map(|column| column.name.as_str()).unwrap_or_default();
        Difference::new(Change::Reordered, name, format!("column {}", was + 1), format!("column {}", at + 1)).because("columns are found by their names").note()
    };
    moved.map(told).collect()
}

/// Positions of a longest rising run of the values.
fn rising(values: &[usize]) -> Vec<usize> {
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None; values.len()];
    for (position, value) in values.iter().enumerate() {
        let length = ends.partition_point(|end| values[*end] < *value);
        before[position] = length.checked_sub(1).map(|last| ends[last]);
        if length == ends.len() {
            ends.push(position);
        } else {
            ends[length] = position;
        }
    }
    let mut run = Vec::new();
    let mut next = ends.last().copied();
    while let Some(position) = next {
        run.push(position);
        next = before[position];
    }
    run
}

#[cfg(test)]
mod tests {
    use super::rising;

    #[test]
    fn the_fewest_columns_are_said_to_have_moved() {
        assert_eq!(rising(&[0, 1, 5, 2, 3, 4]).len(), 5);
        assert!(!rising(&[0, 1, 5, 2, 3, 4]).contains(&2));
        assert_eq!((rising(&[]).len(), rising(&[3, 2, 1]).len()), (0, 1));
    }
}
