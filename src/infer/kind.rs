//! What was seen of one column in, the field that fits it and how sure that is out.

mod spelled;

use super::profile::Profile;
use super::{missing, order, written};
use crate::schema::{Codebook, Decimal, Field, Kind, Level, range_words};

/// Levels beyond these make a text no category.
const MOST_LEVELS: usize = 40;
/// Characters of a level.
const LONGEST_LEVEL: usize = 120;
/// Distinct whole numbers that may be codes rather than amounts.
const MOST_CODES: usize = 10;
/// Options of a question with several answers.
const MOST_OPTIONS: usize = 64;

/// How sure a guess is, in a word for the comment.
const SURE: &str = "sure";
const LIKELY: &str = "likely";
const GUESS: &str = "guess";

/// Settles the kind of a field from the values of its column; the remarks say why.
pub(super) fn settle(book: &mut Codebook, field: &mut Field, profile: &Profile, rows: u64, remarks: &mut Vec<String>) {
    let name = field.columns.first().cloned().unwrap_or_default();
    let known: Vec<String> = field.missing.iter().map(|(code, _)| code.clone()).collect();
    let mut answers = profile.distinct.clone();
    let mut gone = 0;
    if let Some(distinct) = &mut answers {
        distinct.retain(|value, count| {
            let is_known = known.contains(value) || value == "NA";
            gone += if is_known { *count } else { 0 };
            !is_known
        });
        let labelled = matches!(&field.kind, Kind::Category { levels, .. } | Kind::Split { levels, .. } if !levels.is_empty());
        for missing in missing::codes(distinct, is_amount(&name)) {
            let is_level =
                matches!(&field.kind, Kind::Category { levels, .. } | Kind::Split { levels, .. } if levels.iter().any(|level| level.code == missing.code));
            if labelled && is_level {
                continue;
            }
            gone += distinct.remove(&missing.code).unwrap_or_default();
            remarks.push(format!("`{}` is read as {}: {} ({LIKELY})", missing.code, missing.reason.replace('_', " "), missing.why));
            let reason = book.missing_code(missing.reason);
            field.missing.push((missing.code, reason));
        }
    }
    let filled = profile.filled.saturating_sub(gone);
    let seen = Seen { profile, answers, filled, rows, name: &name };
    match &field.kind {
        Kind::Category { levels, .. } if !levels.is_empty() => {
            labelled(field, &seen, remarks);
            labelled_missing(book, field, remarks);
        }
        Kind::Date | Kind::Datetime if profile.days + profile.moments < filled && profile.days + profile.moments + profile.written.count >= filled => {
            spelled::dates(field, &seen, remarks);
        }
        Kind::Date | Kind::Datetime if profile.days + profile.moments < filled => {
            remarks.push("the file calls these dates, and some are not written as 2024-03-05: read as text".to_owned());
            field.kind = Kind::Text;
        }
        Kind::Date | Kind::Datetime => {}
        Kind::Split { levels, .. } if !levels.is_empty() => lists(field, &seen, remarks),
        _ => guess(field, &seen, remarks),
    }
}

/// What earlier waves add to a field of today: words that only they have, and missing codes. A number that only they have may
/// be another answer by now, so it is left to be refused, and a person decides.
pub(super) fn add_earlier(book: &mut Codebook, field: &mut Field, profile: &Profile, remarks: &mut Vec<String>) {
    let Some(mut distinct) = profile.distinct.clone() else { return };
    let levels: &[Level] = match &field.kind {
        Kind::Category { levels, .. } | Kind::Split { levels, .. } => levels,
        _ => &[],
    };
    let known = |value: &str| levels.iter().any(|level| level.code == value || level.label == value);
    distinct.retain(|value, _| !known(value) && value != "NA" && !field.missing.iter().any(|(code, _)| code == value));
    let mut all = distinct.clone();
    all.extend(levels.iter().map(|level| (level.code.clone(), profile.filled)));
    let amounts = is_amount(field.columns.first().map_or("", String::as_str));
    for missing in missing::codes(&all, amounts) {
        if distinct.remove(&missing.code).is_some() {
            remarks.push(format!("`{}` is read as {}: {}, in an earlier wave ({LIKELY})", missing.code, missing.reason.replace('_', " "), missing.why));
            let reason = book.missing_code(missing.reason);
            field.missing.push((missing.code, reason));
        }
    }
    let Kind::Category { levels, ordered } = &mut field.kind else { return };
    let is_word = |value: &str| value.parse::<f64>().is_err();
    let words: Vec<String> = distinct.into_keys().filter(|value| is_word(value)).collect();
    if words.is_empty() || !levels.iter().all(|level| level.code == level.label && is_word(&level.code)) || words.len() + levels.len() > MOST_LEVELS {
        return;
    }
    remarks.push(format!("only in earlier waves: {}", words.join(", ")));
    levels.extend(words.into_iter().map(plain_level));
    *ordered = order::sort(levels) == Some(true);
}

/// What is known of a column when its kind is guessed.
struct Seen<'a> {
    profile: &'a Profile,
    /// Values that are answers, where they are few.
    answers: Option<std::collections::BTreeMap<String, u64>>,
    /// Cells with an answer.
    filled: u64,
    rows: u64,
    name: &'a str,
}

impl Seen<'_> {
    /// Cells of the answers that a test accepts.
    fn count(&self, all: u64, accept: impl Fn(&str) -> bool) -> u64 {
        self.answers.as_ref().map_or(all, |answers| answers.iter().filter(|(value, _)| accept(value)).map(|(_, count)| count).sum())
    }

    /// Whether nearly every cell is accepted: all of few, all but one in two hundred of many.
    fn nearly_all(&self, count: u64) -> bool {
        self.filled > 0 && count <= self.filled && (self.filled - count) * 200 <= self.filled
    }
}

/// The file's own levels, with the codes that it does not label.
fn labelled(field: &mut Field, seen: &Seen<'_>, remarks: &mut Vec<String>) {
    let Kind::Category { levels, .. } = &mut field.kind else { return };
    let is_known = |value: &str, levels: &[Level]| levels.iter().any(|level| level.code == value || level.label == value);
    let unknown: Vec<String> = match &seen.answers {
        Some(answers) => answers.keys().filter(|value| !is_known(value, levels)).cloned().collect(),
        None => Vec::new(),
    };
    let is_number = |value: &String| value.parse::<f64>().is_ok_and(f64::is_finite);
    if (seen.answers.is_none() || unknown.len() > MOST_CODES.max(levels.len())) && seen.profile.numbers > 0 {
        let labels: Vec<String> = levels.iter().map(|level| format!("{} = {}", level.code, level.label)).collect();
        remarks.push(format!("a number some of whose values the file labels: {}", labels.join("; ")));
        let all_whole = seen.nearly_all(seen.count(seen.profile.whole, |value| value.parse::<f64>().is_ok_and(|number| number.fract() == 0.0)));
        field.kind = if all_whole { Kind::Integer } else { Kind::Number };
    } else if seen.answers.is_none() {
        remarks.push("too many values that the file does not label: read as text".to_owned());
        field.kind = Kind::Text;
    } else if !unknown.is_empty() {
        remarks.push(format!("the file labels all but: {}", unknown.join(", ")));
        let number = levels.iter().all(|level| is_number(&level.code)) && unknown.iter().all(is_number);
        levels.extend(unknown.into_iter().map(plain_level));
        if number {
            levels.sort_by(|one, other| number_of(&one.code).total_cmp(&number_of(&other.code)));
        }
    }
}

/// The file's own options of a question with several answers in a cell, with the answers that it does not name.
fn lists(field: &mut Field, seen: &Seen<'_>, remarks: &mut Vec<String>) {
    let Kind::Split { separator, levels } = &mut field.kind else { return };
    let mut unknown: std::collections::BTreeMap<&str, u64> = std::collections::BTreeMap::new();
    for (cell, count) in seen.answers.iter().flatten() {
        let is_level = |part: &str| levels.iter().any(|level| level.code == part || level.label == part);
        for part in crate::frame::known_answers(cell, separator, &is_level) {
            if !is_level(part) {
                *unknown.entry(part).or_default() += count;
            }
        }
    }
    remarks.push(format!("{SURE}: several answers in a cell, {} that the file's reader knows, with `{separator}` between", levels.len()));
    let mut unknown: Vec<(&str, u64)> = unknown.into_iter().collect();
    unknown.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let room = MOST_OPTIONS.saturating_sub(levels.len());
    let refused: u64 = unknown.iter().skip(room).map(|(_, count)| count).sum();
    if refused * 20 > seen.filled {
        remarks.clear();
        guess(field, seen, remarks);
        return;
    }
    if refused > 0 {
        remarks.push(format!("{} answers that came {refused} times have no room beside {MOST_OPTIONS} others and will be refused", unknown.len() - room));
    }
    unknown.truncate(room);
    if !unknown.is_empty() {
        let named: Vec<&str> = unknown.iter().map(|(part, _)| *part).collect();
        remarks.push(format!("the file does not name: {}", named.join(", ")));
    }
    levels.extend(unknown.into_iter().map(|(part, _)| plain_level(part.to_owned())));
    if let Some(answers) = &seen.answers {
        remarks.extend(written::gather(levels, |level| given(answers, separator, level)));
    }
}

/// Rows whose list has a level.
fn given(answers: &std::collections::BTreeMap<String, u64>, separator: &str, level: &Level) -> u64 {
    answers.iter().filter(|(cell, _)| crate::frame::answers(cell, separator).contains(&level.code.as_str())).map(|(_, count)| count).sum()
}

/// Levels whose label says that there is no answer are no levels.
fn labelled_missing(book: &mut Codebook, field: &mut Field, remarks: &mut Vec<String>) {
    let Kind::Category { levels, .. } = &mut field.kind else { return };
    if levels.iter().filter(|level| missing::word(&level.label).is_none()).count() < 2 {
        return;
    }
    levels.retain(|level| {
        let Some(found) = missing::word(&level.label) else { return true };
        remarks.push(format!("`{}` = {} is read as {}: the file's label says so ({LIKELY})", level.code, level.label, found.reason));
        let reason = book.missing_code(found.reason);
        field.missing.push((level.code.clone(), reason));
        if level.label != level.code {
            field.missing.push((level.label.clone(), reason));
        }
        false
    });
}

fn number_of(text: &str) -> f64 {
    text.parse().unwrap_or(f64::NAN)
}

fn plain_level(code: String) -> Level {
    Level { label: code.clone(), code, band: None }
}

/// The kind of a column of which the file says nothing.
fn guess(field: &mut Field, seen: &Seen<'_>, remarks: &mut Vec<String>) {
    let Seen { profile, filled, .. } = seen;
    let filled = *filled;
    let numbers = seen.count(profile.numbers, |value| value.parse::<f64>().is_ok_and(f64::is_finite));
    let commas = seen.count(profile.commas.count(), spelled::has_commas);
    if filled == 0 {
        field.kind = Kind::Text;
        remarks.push("no cell has an answer".to_owned());
    } else if seen.nearly_all(numbers) {
        number(field, seen, numbers, remarks);
    } else if commas > 0 && seen.nearly_all(numbers + commas) {
        spelled::numbers(field, seen, numbers, commas, remarks);
    } else if seen.nearly_all(profile.days + profile.moments) {
        field.kind = if profile.moments > 0 { Kind::Datetime } else { Kind::Date };
        remarks.push(format!("{SURE}: {} of {filled} cells are dates such as 2024-03-05", profile.days + profile.moments));
    } else if seen.nearly_all(profile.days + profile.moments + profile.written.count) {
        spelled::dates(field, seen, remarks);
    } else if profile.other_days * 10 > filled * 9 {
        field.kind = Kind::Text;
        remarks.push(format!("dates written such as `{}`: read as text, because dates must be written as 2024-03-05", profile.example_day));
    } else {
        words(field, seen, remarks);
        remarks.extend(spelled::remark(seen, numbers).filter(|_| matches!(field.kind, Kind::Text | Kind::Category { .. })));
    }
    let read = if field.decimal == Decimal::Comma { numbers + commas } else { numbers };
    if stray(&field.kind) && read < filled && read > 0 {
        remarks.push(format!("{} cells hold something else and will be refused", filled - read));
    }
}

fn stray(kind: &Kind) -> bool {
    matches!(kind, Kind::Integer | Kind::Number)
}

/// Words of names whose numbers are amounts, even when few.
const AMOUNTS: [&str; 36] = [
    "age",
    "number",
    "num",
    "count",
    "n",
    "days",
    "hours",
    "minutes",
    "visits",
    "times",
    "years",
    "months",
    "weeks",
    "score",
    "total",
    "sum",
    "fte",
    "children",
    "size",
    "weight",
    "height",
    "registered",
    "rooms",
    "members",
    "membrs",
    "meals",
    "persons",
    "people",
    "adults",
    "kids",
    "births",
    "cups",
    "drinks",
    "cigarettes",
    "amount",
    "quantity",
];

fn is_amount(name: &str) -> bool {
    name.to_lowercase().split(|letter: char| !letter.is_alphabetic()).any(|word| AMOUNTS.contains(&word))
}

fn number(field: &mut Field, seen: &Seen<'_>, numbers: u64, remarks: &mut Vec<String>) {
    let whole = seen.count(seen.profile.whole, |value| value.parse::<f64>().is_ok_and(|number| number.fract() == 0.0));
    let codes: Vec<i64> = seen.answers.iter().flat_map(|answers| answers.keys()).filter_map(|value| value.parse().ok()).collect();
    let (low, high) = (codes.iter().min().copied().unwrap_or_default(), codes.iter().max().copied().unwrap_or_default());
    let are_all = seen.answers.as_ref().is_some_and(|answers| answers.len() == codes.len());
    let are_codes = are_all && (0..=1).contains(&low) && high < 20 && (2..=MOST_CODES).contains(&codes.len()) && codes.len() as u64 * 3 <= seen.filled;
    let leading_zero =
        seen.answers.as_ref().is_some_and(|answers| answers.keys().any(|value| value.len() > 1 && value.starts_with('0') && !value.contains('.')));
    if leading_zero {
        field.kind = Kind::Id;
        remarks.push(format!("{LIKELY}: numbers that begin with 0 are names, not amounts"));
    } else if are_codes && !is_amount(seen.name) {
        let mut sorted = codes;
        sorted.sort_unstable();
        let is_scale = sorted.len() > 2 && sorted.windows(2).all(|pair| pair[1] == pair[0] + 1);
        field.kind = Kind::Category { levels: sorted.iter().map(|code| plain_level(code.to_string())).collect(), ordered: is_scale };
        remarks.push(format!(
            "{GUESS}: {} codes from {low} to {high} without labels; write what they mean, or `type = \"integer\"` where they are amounts",
            sorted.len()
        ));
    } else if whole >= numbers {
        field.kind = Kind::Integer;
        remarks.push(format!("{SURE}: {numbers} of {} cells are whole numbers{}", seen.filled, span(seen)));
    } else {
        field.kind = Kind::Number;
        remarks.push(format!("{SURE}: {numbers} of {} cells are numbers{}", seen.filled, span(seen)));
    }
}

/// The smallest and the largest answer.
fn span(seen: &Seen<'_>) -> String {
    let of_answers = || {
        let numbers: Vec<f64> = seen.answers.as_ref()?.keys().filter_map(|value| value.parse().ok()).collect();
        Some((numbers.iter().copied().fold(f64::INFINITY, f64::min), numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max)))
    };
    let (low, high) = of_answers().unwrap_or((seen.profile.low, seen.profile.high));
    if low.is_finite() && high.is_finite() { format!(" from {}", range_words(low, high)) } else { String::new() }
}

/// A column of words: several answers in a cell, a category, or free text.
fn words(field: &mut Field, seen: &Seen<'_>, remarks: &mut Vec<String>) {
    let Some(answers) = &seen.answers else {
        field.kind = Kind::Text;
        remarks.push(format!("{SURE}: free text, too many different answers to count"));
        return;
    };
    if let Some((separator, options)) = several(answers, seen.filled) {
        remarks.push(format!("{LIKELY}: several answers in a cell, {} of them, with `{separator}` between", options.len()));
        let mut levels: Vec<Level> = options.into_iter().map(plain_level).collect();
        remarks.extend(written::gather(&mut levels, |level| given(answers, separator, level)));
        field.kind = Kind::Split { separator: separator.to_owned(), levels };
        return;
    }
    let kinds = answers.len() as u64;
    let repeats = kinds * 2 <= seen.filled || kinds <= 3 && kinds < seen.filled;
    let longest = answers.keys().map(|value| value.chars().count()).max().unwrap_or_default();
    if answers.len() <= MOST_LEVELS && repeats && longest <= LONGEST_LEVEL {
        let sure = if kinds * 10 <= seen.filled { SURE } else { GUESS };
        let mut levels: Vec<Level> = answers.keys().cloned().map(plain_level).collect();
        let ordered = order::sort(&mut levels);
        let put =
            if ordered.is_some() { "the levels stand in the order that their words tell" } else { "put the levels in the order in which they should be shown" };
        remarks.push(format!("{sure}: {kinds} different answers in {} cells; {put}", seen.filled));
        if ordered.is_none() {
            remarks.extend(written::gather(&mut levels, |level| answers.get(&level.code).copied().unwrap_or_default()));
        }
        field.kind = Kind::Category { levels, ordered: ordered == Some(true) };
    } else {
        field.kind = Kind::Text;
        remarks.push(format!("{LIKELY}: free text, {kinds} different answers in {} of {} rows", seen.filled, seen.rows));
    }
}

/// The separator and the options of a question with several answers in one cell. Commas stand in sentences too, so that they need more proof.
fn several(answers: &std::collections::BTreeMap<String, u64>, filled: u64) -> Option<(&'static str, Vec<String>)> {
    [";", "|", ",", ", "].into_iter().find_map(|separator| {
        let lists = crate::frame::Lists::of(answers.iter().map(|(text, count)| (text.as_str(), *count)), separator);
        let options = &lists.options;
        let careful = separator.starts_with(',');
        let most = if careful { 20 } else { MOST_OPTIONS };
        let reused = options.values().sum::<u64>() >= options.len() as u64 * if careful { 5 } else { 2 };
        let alone = options.values().filter(|count| **count == 1).count();
        let longest = options.keys().map(|part| part.chars().count()).max().unwrap_or_default();
        let usable = options.len() >= 2 && options.len() <= most && longest <= LONGEST_LEVEL && !options.keys().any(|part| part.starts_with(['[', '{']));
        // Answers such as `Yes, often` and `No, never` always stand together: one answer with a comma in it.
        let combined = !careful || answers.len() > options.len();
        let sure = usable && combined && lists.split * 20 >= filled && lists.split > 1 && reused && (!careful || alone == 0);
        sure.then(|| (separator, lists.options.into_keys().collect()))
    })
}
