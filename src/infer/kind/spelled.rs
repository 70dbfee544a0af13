//! Columns whose numbers or dates are not spelled as the program writes them: the decimal comma, and dates in another order.

use super::{SURE, Seen, words};
use crate::frame::{Commas, Meaning, comma_number};
use crate::schema::{Decimal, Field, Kind};

/// Whether a text is a number with commas, whatever they mean.
pub(super) fn has_commas(text: &str) -> bool {
    let mut commas = Commas::default();
    commas.see(text);
    commas.meaning() != Meaning::None
}

/// The kind of a column of numbers some of which have commas: numbers where the commas can only stand before fractions, or the file says so.
pub(super) fn numbers(field: &mut Field, seen: &Seen<'_>, plain: u64, commas: u64, remarks: &mut Vec<String>) {
    let example = &seen.profile.commas.example;
    let meaning = seen.profile.commas.meaning();
    if meaning == Meaning::Fraction || field.decimal == Decimal::Comma {
        field.kind = Kind::Number;
        field.decimal = Decimal::Comma;
        let values = || seen.answers.as_ref().map(|answers| answers.keys().filter_map(|text| comma_number(text).or_else(|| text.parse().ok())).collect());
        let values: Vec<f64> = values().unwrap_or_default();
        let (low, high) = values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(*value), high.max(*value)));
        let span = if low <= high { format!(" from {low} to {high}") } else { String::new() };
        remarks.push(format!("{SURE}: {} of {} cells are numbers{span}, {commas} with a decimal comma such as `{example}`", plain + commas, seen.filled));
        return;
    }
    let why = match meaning {
        Meaning::Thousands => format!("`{example}` has commas between thousands: take them out of the file to read the column as numbers"),
        _ => format!(
            "the comma of `{example}` may stand before a fraction, between thousands or between two answers, and no other cell tells: \
             write `type = \"number\"` and `decimal = \",\"` where it stands before a fraction"
        ),
    };
    remarks.push(format!("not read as numbers: {why}"));
    words(field, seen, remarks);
}

/// The kind of a column of dates some of which are not written as 2024-03-05; text where their order cannot be told.
pub(super) fn dates(field: &mut Field, seen: &Seen<'_>, remarks: &mut Vec<String>) {
    let (written, profile) = (&seen.profile.written, seen.profile);
    match written.order() {
        Ok(order) => {
            let has_time = profile.moments + written.moments > 0;
            field.kind = if has_time { Kind::Datetime } else { Kind::Date };
            field.dates = Some(order);
            let all = profile.days + profile.moments + written.count;
            remarks.push(format!("{SURE}: {all} of {} cells are dates, written as {} such as `{}`", seen.filled, order.word(), written.example));
        }
        Err(why) => {
            field.kind = Kind::Text;
            remarks.push(format!(
                "dates such as `{}`: read as text, because {why}; write `type = \"date\"` (or `datetime`) and \
                 `dates = \"month/day/year\"` or `dates = \"day/month/year\"`",
                written.example
            ));
        }
    }
}

/// What to say of a column of words that are numbers but for their marks, or of which many are numbers.
pub(super) fn remark(seen: &Seen<'_>, numbers: u64) -> Option<String> {
    let answers = seen.answers.as_ref()?;
    let marked = answers.iter().filter(|(text, _)| is_marked(text)).map(|(_, count)| count).sum::<u64>();
    let other = answers.keys().find(|text| text.parse::<f64>().is_err() && !is_marked(text));
    match (answers.keys().find(|text| is_marked(text)), other) {
        (Some(example), _) if seen.nearly_all(numbers + marked) => {
            Some(format!("numbers written such as `{example}`: not read as numbers, because these have digits, a point and a sign and nothing else"))
        }
        (_, Some(other)) if numbers * 2 >= seen.filled && numbers > 1 => Some(format!(
            "{numbers} of {} cells are numbers, and others such as `{other}` are not: to read numbers, name under `missing` what means no answer",
            seen.filled
        )),
        _ => None,
    }
}

/// Whether a text is a number but for signs of currencies, of shares and between thousands, or brackets and other signs of what is negative.
fn is_marked(text: &str) -> bool {
    let is_mark = |letter: char| "$€£¥%'’()−,. \u{a0}\u{202f}".contains(letter);
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let core = text.trim_start_matches(['-', '+']).trim_end_matches('-');
    let is_list = text.contains(',') && comma_number(text).is_none() && text.chars().all(|letter| letter.is_ascii_digit() || matches!(letter, ',' | ' '));
    digits > 0 && !is_list && text.parse::<f64>().is_err() && core.chars().all(|letter| letter.is_ascii_digit() || is_mark(letter))
}
