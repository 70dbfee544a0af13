//! Column names of a table in, what each column holds out.

use super::decimal::Decimal;
use super::table::Role;

/// What a column holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Holds {
    Table,
    Block,
    Group,
    Label,
    /// Name of the statistic in the row's `Value`.
    Statistic,
    Value,
    Note,
    /// One number.
    One(Role),
    /// Two numbers in one cell, such as `148 (44.0)`.
    Two(Role, Role),
    /// A share of one.
    Share,
    /// Ends of a scale in one cell, such as `1-6`.
    Range,
    /// Nothing that the name tells.
    Unknown,
}

/// A column: what it holds, its group, and the base that its name states.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ColumnName {
    pub holds: Holds,
    pub group: String,
    pub base: Option<Decimal>,
}

/// Words for what a printed number is.
const WORDS: &[(Role, &[&str])] = &[
    (Role::Count, &["n", "count", "counts", "freq", "frequency", "number", "no", "cases"]),
    (Role::Percent, &["%", "percent", "pct", "percentage", "percentages"]),
    (Role::Base, &["base", "denominator", "printedn", "statedn", "samplesize"]),
    (Role::Mean, &["mean", "average", "avg", "m"]),
    (Role::Sd, &["sd", "std", "stdev", "stddev", "standarddeviation"]),
    (Role::Median, &["median", "mdn", "med"]),
    (Role::Min, &["min", "minimum", "smallest", "lowest"]),
    (Role::Max, &["max", "maximum", "largest", "highest"]),
    (Role::ScaleLow, &["scalemin", "scalelow", "rangelow", "rangemin"]),
    (Role::ScaleHigh, &["scalemax", "scalehigh", "rangehigh", "rangemax"]),
    (Role::Items, &["items", "nitems", "numberofitems"]),
    (Role::Low, &["conflow", "cilow", "lower", "ll", "cilower", "lowerci"]),
    (Role::High, &["confhigh", "cihigh", "upper", "ul", "ciupper", "upperci"]),
    (Role::Before, &["before", "pre", "baseline", "intake"]),
    (Role::After, &["after", "post", "followup"]),
    (Role::Change, &["change", "percentchange", "pctchange", "%change", "relativechange"]),
];

const OTHER: &[(Holds, &[&str])] = &[
    (Holds::Table, &["table", "tableid"]),
    (Holds::Block, &["block", "section", "variable", "question", "characteristic"]),
    (Holds::Group, &["group", "subgroup", "wave", "year", "arm"]),
    (Holds::Label, &["label", "level", "category", "answer", "response", "row", "item", "measure", "option"]),
    (Holds::Statistic, &["statistic", "stat"]),
    (Holds::Value, &["value", "estimate", "figure"]),
    (Holds::Note, &["note", "notes", "comment", "source", "seed", "footnote"]),
    (Holds::Share, &["proportion", "share", "prop"]),
    (Holds::Range, &["range", "scale", "scalerange", "possiblerange"]),
];

/// The role that a single word names; `N` alone is the base.
pub(super) fn role_of(word: &str) -> Option<Role> {
    let word = word.trim();
    if matches!(word, "N" | "printed_N" | "Valid N") {
        return Some(Role::Base);
    }
    let plain = squeezed(word);
    WORDS.iter().find(|(_, words)| words.contains(&plain.as_str())).map(|(role, _)| *role)
}

/// Whether a word names a share of one.
pub(super) fn is_share(word: &str) -> bool {
    OTHER.iter().any(|(holds, words)| *holds == Holds::Share && words.contains(&squeezed(word).as_str()))
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric() || *letter == '%').flat_map(char::to_lowercase).collect()
}

/// What a column's name tells.
pub(super) fn column_name(name: &str) -> ColumnName {
    let (rest, base) = without_base(name);
    let column = |holds, group: &str| ColumnName { holds, group: group.trim_matches(GLUE).to_owned(), base };
    let plain = squeezed(&rest);
    if let Some((holds, _)) = OTHER.iter().find(|(_, words)| words.contains(&plain.as_str())) {
        return column(holds.clone(), "");
    }
    if let Some(role) = role_of(&rest) {
        return column(Holds::One(role), "");
    }
    // Two roles at the end: `Female n (%)`, `mean (SD)`, `M ± SD`.
    if let Some((before, second)) = last_word(&rest).and_then(|(before, word)| Some((before, role_of(word)?))) {
        let first = last_word(before).map_or_else(|| role_of(before).map(|role| ("", role)), |(group, word)| Some((group, role_of(word)?)));
        if let Some((group, first @ (Role::Count | Role::Percent | Role::Mean))) = first
            && matches!((first, second), (Role::Count, Role::Percent) | (Role::Percent, Role::Count) | (Role::Mean, Role::Sd))
        {
            return column(Holds::Two(first, second), group);
        }
        return column(Holds::One(second), before);
    }
    column(Holds::Unknown, &rest)
}

/// Characters between the words of a column's name.
const GLUE: [char; 12] = [' ', '_', '.', ',', ':', '-', '(', ')', '±', '/', '[', ']'];

fn last_word(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_end_matches(GLUE);
    let start = text.rfind(GLUE)?;
    let (before, word) = text.split_at(start);
    Some((before.trim_end_matches(GLUE), word.trim_start_matches(GLUE))).filter(|(_, word)| !word.is_empty())
}

/// The text without `(N=366)`, and the number in it.
pub(super) fn without_base(text: &str) -> (String, Option<Decimal>) {
    for (start, letter) in text.char_indices().filter(|(_, letter)| matches!(letter, 'n' | 'N')) {
        let stands_alone = !text[..start].chars().next_back().is_some_and(char::is_alphanumeric);
        let after = text[start + letter.len_utf8()..].trim_start();
        let Some(number) = after.strip_prefix('=').filter(|_| stands_alone).map(str::trim_start) else { continue };
        let length = number.find(|letter: char| !letter.is_ascii_digit() && letter != ',').unwrap_or(number.len());
        let Some(base) = Decimal::parse(number[..length].trim_end_matches(',')) else { continue };
        let tail = number[length..].trim_start_matches([')', ']']);
        return (format!("{} {}", text[..start].trim_end_matches(['(', '[', ' ', ',', ';']), tail.trim()).trim().to_owned(), Some(base));
    }
    (text.trim().to_owned(), None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_columns_tell_role_group_and_base() {
        let read = |name: &str| {
            let column = column_name(name);
            (column.holds, column.group, column.base.map(|base| base.units))
        };
        assert_eq!(read("n"), (Holds::One(Role::Count), String::new(), None));
        assert_eq!(read("N"), (Holds::One(Role::Base), String::new(), None));
        assert_eq!(read("printed_N"), (Holds::One(Role::Base), String::new(), None));
        assert_eq!(read("Female n (%)"), (Holds::Two(Role::Count, Role::Percent), "Female".into(), None));
        assert_eq!(read("Mean (SD)"), (Holds::Two(Role::Mean, Role::Sd), String::new(), None));
        assert_eq!(read("M ± SD"), (Holds::Two(Role::Mean, Role::Sd), String::new(), None));
        assert_eq!(read("Boston %"), (Holds::One(Role::Percent), "Boston".into(), None));
        assert_eq!(read("Overall (N = 1,336)"), (Holds::Unknown, "Overall".into(), Some(1336)));
        assert_eq!(read("2024, n (%) (N=120)"), (Holds::Two(Role::Count, Role::Percent), "2024".into(), Some(120)));
        assert_eq!(read("standard deviation"), (Holds::One(Role::Sd), String::new(), None));
        assert_eq!(read("Region"), (Holds::Unknown, "Region".into(), None));
    }
}
