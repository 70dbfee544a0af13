//! The distinct values of a column in, those that mean no answer out, each with its reason and why it is thought so.

use std::collections::BTreeMap;

/// Words that never are an answer.
const NOTHING: [&str; 14] = ["na", "n/a", "#n/a", "nan", "null", "none given", "-", "--", "–", "—", ".", "..", "missing", "#null!"];
/// What spreadsheets show where a formula went wrong.
const ERRORS: [&str; 6] = ["#div/0!", "#ref!", "#value!", "#name?", "#num!", "#error!"];
/// Words of people who would not say.
const REFUSED: [&str; 9] = [
    "refused",
    "prefer not to say",
    "prefer not to answer",
    "i prefer not to answer",
    "i prefer not to say",
    "rather not say",
    "declined",
    "decline to answer",
    "choose not to answer",
];
/// Negative codes that survey programs give to people without an answer.
const NEGATIVE: [i64; 12] = [-6, -7, -8, -9, -66, -77, -88, -97, -98, -99, -999, -9999];
/// Positive codes of the same kind, where the other values stay far below.
const POSITIVE: [i64; 11] = [77, 88, 97, 98, 99, 777, 888, 998, 999, 9998, 9999];

/// A code that means no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Missing {
    pub code: String,
    pub reason: &'static str,
    pub why: &'static str,
}

/// The values of a column that mean no answer. Columns of amounts have no codes beside a scale.
pub(super) fn codes(distinct: &BTreeMap<String, u64>, amounts: bool) -> Vec<Missing> {
    let mut found: Vec<Missing> = distinct.keys().filter_map(|value| word(value)).collect();
    let numbers: Vec<(i64, &String, u64)> = distinct.iter().filter_map(|(value, count)| Some((value.parse::<i64>().ok()?, value, *count))).collect();
    let others = distinct.len() - numbers.len() - found.iter().filter(|missing| missing.code.parse::<i64>().is_err()).count();
    // Codes stand beside numbers: beside words a number is a word.
    if others * 10 > distinct.len() {
        return found;
    }
    let ordinary: Vec<i64> = numbers.iter().map(|(number, _, _)| *number).filter(|number| !NEGATIVE.contains(number) && !POSITIVE.contains(number)).collect();
    let (low, high) = (ordinary.iter().min().copied(), ordinary.iter().max().copied());
    for (number, value, _) in &numbers {
        let negative = NEGATIVE.contains(number) && low.is_none_or(|low| low >= 0);
        let positive = POSITIVE.contains(number) && high.is_some_and(|high| high.saturating_mul(3) < *number) && ordinary.len() <= 60;
        if negative || positive {
            let why = if negative { "a negative code where no other value is negative" } else { "far above every other value" };
            found.push(Missing { code: (*value).clone(), reason: reason(*number), why });
        }
    }
    if !amounts {
        found.extend(beside_a_scale(&numbers));
    }
    found
}

/// A label that says that there is no answer.
pub(super) fn word(value: &str) -> Option<Missing> {
    let plain = value.trim().to_lowercase();
    let plain = plain.trim_end_matches('.');
    let missing = |reason, why| Some(Missing { code: value.to_owned(), reason, why });
    if REFUSED.contains(&plain) {
        missing("refused", "says that the person would not answer")
    } else if NOTHING.contains(&plain) || value == "." || value == ".." {
        missing("skipped", "stands for nothing")
    } else if ERRORS.contains(&plain) {
        missing("invalid", "is an error of a spreadsheet")
    } else {
        None
    }
}

/// What the last digit of such codes usually means.
fn reason(number: i64) -> &'static str {
    match number.abs() % 10 {
        7 => "refused",
        8 => "do_not_know",
        6 => "not_asked",
        _ => "skipped",
    }
}

/// 7, 8 and 9 beside a scale from 1 that ends at 5 or earlier, where they are rare and two of them came, or 9 again and again.
fn beside_a_scale(numbers: &[(i64, &String, u64)]) -> Vec<Missing> {
    let (codes, scale): (Vec<_>, Vec<_>) = numbers.iter().partition(|(number, _, _)| (7..=9).contains(number));
    let mut answers: Vec<i64> = scale.iter().map(|(number, _, _)| *number).filter(|number| (0..=6).contains(number)).collect();
    answers.sort_unstable();
    let is_scale = answers.len() == scale.len()
        && answers.len() >= 2
        && answers.first().is_some_and(|first| *first <= 1)
        && answers.windows(2).all(|pair| pair[1] == pair[0] + 1);
    let ends_early = answers.last().is_some_and(|last| *last <= 5);
    let (rare, all) = (codes.iter().map(|(_, _, count)| count).sum::<u64>(), numbers.iter().map(|(_, _, count)| count).sum::<u64>());
    let told = codes.len() >= 2 || matches!(codes[..], [(9, _, count)] if count >= 2);
    if !told || !is_scale || !ends_early || rare * 4 > all {
        return Vec::new();
    }
    let word = |number: i64| match number {
        7 => "refused",
        8 => "not_ascertained",
        _ => "do_not_know",
    };
    codes
        .into_iter()
        .map(|(number, value, _)| Missing { code: (*value).clone(), reason: word(number), why: "apart from a scale that ends at 5 or earlier" })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[(&str, u64)]) -> Vec<(String, &'static str)> {
        codes(&values.iter().map(|(value, count)| ((*value).to_owned(), *count)).collect(), false)
            .into_iter()
            .map(|missing| (missing.code, missing.reason))
            .collect()
    }

    #[test]
    fn codes_apart_from_the_answers_mean_no_answer() {
        assert_eq!(of(&[("1", 50), ("2", 40), ("3", 9), ("-99", 3)]), [("-99".to_owned(), "skipped")]);
        assert_eq!(
            of(&[("1", 50), ("2", 40), ("5", 9), ("3", 1), ("4", 1), ("7", 1), ("9", 2)]),
            [("7".to_owned(), "refused"), ("9".to_owned(), "do_not_know")]
        );
        assert_eq!(of(&[("18", 5), ("45", 5), ("99", 1), ("64", 1)]), []);
        assert_eq!(of(&[("0", 5), ("12", 5), ("999", 1)]), [("999".to_owned(), "skipped")]);
        assert_eq!(of(&[("-1", 5), ("-9", 5), ("3", 1)]), []);
        assert_eq!(of(&[("9223372036854775807", 5), ("99", 5)]), []);
        assert_eq!(
            of(&[("Yes", 5), ("No", 5), ("Prefer not to say", 1), ("N/A", 1)]),
            [("N/A".to_owned(), "skipped"), ("Prefer not to say".to_owned(), "refused")]
        );
        // The eighth room of one house is no code.
        assert_eq!(of(&[("1", 65), ("2", 38), ("3", 17), ("4", 7), ("5", 3), ("8", 1)]), []);
        assert_eq!(of(&[("0", 9), ("1", 9), ("7", 8), ("8", 8), ("2", 9), ("3", 3), ("4", 3), ("5", 3), ("6", 4)]), []);
    }
}
