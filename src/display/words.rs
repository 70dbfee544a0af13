//! Numbers in, numbers as people write them out: `62.1%`, `1,234`, `$12–14`, `−0.3`.
//!
//! Rounding is half away from zero on the shortest decimal form, for display only; nothing computes with the result.

use crate::results::thousands;

/// A number with a fixed count of decimals and thousands separators.
///
/// `shift` moves the decimal point to the right first, so that a share of `0.285` is exactly `28.5` percent.
fn decimal(value: f64, digits: usize, shift: i32) -> String {
    if !value.is_finite() {
        return "—".into();
    }
    let scientific = format!("{:e}", value.abs());
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent = exponent.parse::<i32>().unwrap_or_default() + shift;
    let mut figures: Vec<u8> = mantissa.bytes().filter(u8::is_ascii_digit).map(|byte| byte - b'0').collect();
    // the point stands after `whole` figures
    let mut whole = exponent + 1;
    while whole < 1 {
        figures.insert(0, 0);
        whole += 1;
    }
    let whole = usize::try_from(whole).unwrap_or(1);
    let wanted = whole + digits;
    figures.resize(figures.len().max(wanted + 1), 0);
    let up = figures[wanted] >= 5;
    figures.truncate(wanted);
    let mut carried = up;
    for figure in figures.iter_mut().rev() {
        if !carried {
            break;
        }
        *figure = (*figure + 1) % 10;
        carried = *figure == 0;
    }
    let mut whole = whole;
    if carried {
        figures.insert(0, 1);
        whole += 1;
    }
    let text = |part: &[u8]| part.iter().map(|figure| char::from(b'0' + figure)).collect::<String>();
    let sign = if value < 0.0 && figures.iter().any(|figure| *figure > 0) { "−" } else { "" };
    let integer = text(&figures[..whole]);
    let integer = thousands(match integer.trim_start_matches('0') {
        "" => "0",
        digits => digits,
    });
    if digits == 0 { format!("{sign}{integer}") } else { format!("{sign}{integer}.{}", text(&figures[whole..])) }
}

/// `1,234.5` with exactly `digits` decimals.
pub(crate) fn number(value: f64, digits: usize) -> String {
    decimal(value, digits, 0)
}

/// At most `digits` decimals, without trailing zeros: `0.5`, `4`.
pub(crate) fn short(value: f64, digits: usize) -> String {
    let text = decimal(value, digits, 0);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A whole number: `1,280`.
pub(crate) fn count(value: f64) -> String {
    decimal(value, 0, 0)
}

/// A share from 0 to 1 as `58.0%`.
pub(crate) fn percent(share: f64) -> String {
    format!("{}%", decimal(share, 1, 2))
}

/// A share from 0 to 1 as `58.0`, for columns that say percent.
pub(crate) fn percent_bare(share: f64) -> String {
    decimal(share, 1, 2)
}

/// A difference of shares in percentage points: `2.4`.
pub(crate) fn points(share: f64) -> String {
    decimal(share.abs(), 1, 2)
}

/// `$15` or `$15.50`.
pub(crate) fn dollars(value: f64) -> String {
    let text = decimal(value.abs(), 2, 0);
    let text = text.strip_suffix(".00").unwrap_or(&text);
    if value < 0.0 { format!("−${text}") } else { format!("${text}") }
}

/// A p-value: `p = 0.03`, `p < 0.001`.
pub(crate) fn p_value(p: f64) -> String {
    if p < 0.001 {
        "p < 0.001".into()
    } else if p < 0.1 {
        format!("p = {}", decimal(p, 3, 0))
    } else {
        format!("p = {}", decimal(p, 2, 0))
    }
}

/// A cut-off that differs by sex: `cut-off of their sex`, or `second cut-off of their sex` after the first.
pub(crate) fn own_cut_off(form: &str, whose: &str) -> String {
    const LATER: [&str; 4] = ["second ", "third ", "fourth ", "fifth "];
    let cut: Option<usize> = form.strip_prefix("own_crossing_").and_then(|cut| cut.parse().ok());
    format!("{}cut-off of {whose}", cut.and_then(|cut| LATER.get(cut.checked_sub(2)?)).unwrap_or(&""))
}

/// `a`, `a and b`, `a, b and c`.
pub(crate) fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [start @ .., last] => format!("{} and {last}", start.join(", ")),
    }
}

/// One of a noun in the plural: `team` of `teams`, `recovery coach` of `recovery coaches`, `person interviewed` of `people interviewed`.
pub(crate) fn singular(noun: &str) -> String {
    if let Some(rest) = noun.strip_prefix("people") {
        return format!("person{rest}");
    }
    if let Some(stem) = noun.strip_suffix("ies") {
        return format!("{stem}y");
    }
    let stem = ["ches", "shes", "sses", "xes"].iter().find(|end| noun.ends_with(*end)).and_then(|_| noun.strip_suffix("es"));
    stem.or_else(|| noun.strip_suffix('s')).unwrap_or(noun).to_owned()
}

/// `1 team`, `21 teams`.
pub(crate) fn counted(value: f64, noun: &str) -> String {
    let number = count(value);
    if number == "1" { format!("1 {}", singular(noun)) } else { format!("{number} {noun}") }
}

/// The same text with a capital first letter.
pub(crate) fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + characters.as_str())
}

/// Words that keep their capital inside a sentence.
const NAMES: [&str; 14] =
    ["Hispanic", "White", "Black", "Asian", "American", "African", "Native", "English", "Spanish", "Portuguese", "Kessler", "Medicaid", "I", "Latino"];

/// The same text with a small first letter, unless it begins with an abbreviation or a name: `gender`, `BARC-10 score`, `Peer Specialist FTEs`.
pub(crate) fn small(text: &str) -> String {
    let first_word = text.split([' ', '-', '/']).next().unwrap_or_default();
    let abbreviation = |word: &str| word.chars().skip(1).any(|character| character.is_uppercase() || character.is_ascii_digit());
    let name = |word: &str| word.starts_with(char::is_uppercase) && word.chars().nth(1).is_some_and(char::is_lowercase);
    let is_letter = first_word.chars().count() < 2 && !text.starts_with("A ");
    if abbreviation(first_word) || is_letter || text.split(' ').skip(1).any(name) || NAMES.contains(&first_word) {
        return text.to_owned();
    }
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().collect::<String>() + characters.as_str())
}

/// `September 2024` for `2024-09`, `31 December 2024` for `2024-12-31`; anything else as it is.
pub(crate) fn date(iso: &str) -> String {
    const MONTHS: [&str; 12] = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
    let parts: Vec<&str> = iso.split('-').collect();
    let month = |text: &str| text.parse::<usize>().ok().and_then(|number| MONTHS.get(number.wrapping_sub(1)));
    match parts.as_slice() {
        [year, number] if year.len() == 4 => month(number).map_or_else(|| iso.to_owned(), |name| format!("{name} {year}")),
        [year, number, day] if year.len() == 4 => month(number).map_or_else(|| iso.to_owned(), |name| format!("{} {name} {year}", day.trim_start_matches('0'))),
        _ => iso.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_half_away_from_zero_on_the_decimal_form() {
        assert_eq!(percent(0.2845), "28.5%");
        assert_eq!(percent(0.285), "28.5%");
        assert_eq!(number(2.675, 2), "2.68");
        assert_eq!(number(-0.05, 1), "−0.1");
        assert_eq!(number(-0.04, 1), "0.0");
        assert_eq!(number(0.5, 0), "1");
        assert_eq!(number(999.95, 1), "1,000.0");
        assert_eq!(percent(1.0), "100.0%");
        assert_eq!(percent(0.0), "0.0%");
        assert_eq!(percent(0.000_04), "0.0%");
        assert_eq!(number(1e-9, 2), "0.00");
        assert_eq!(number(1.5e7, 0), "15,000,000");
    }

    #[test]
    fn writes_numbers_as_people_do() {
        assert_eq!(count(1280.0), "1,280");
        assert_eq!(count(0.0), "0");
        assert_eq!(short(4.0, 2), "4");
        assert_eq!(short(0.5, 2), "0.5");
        assert_eq!(short(100.0, 0), "100");
        assert_eq!(counted(1.0, "recovery coaches"), "1 recovery coach");
        assert_eq!(counted(2.0, "teams"), "2 teams");
        assert_eq!(counted(1.0, "people interviewed"), "1 person interviewed");
        assert_eq!(dollars(15.0), "$15");
        assert_eq!(dollars(15.5), "$15.50");
        assert_eq!(p_value(0.0004), "p < 0.001");
        assert_eq!(date("2024-12-31"), "31 December 2024");
        assert_eq!(date("2024-03"), "March 2024");
        assert_eq!(small("BARC-10 score"), "BARC-10 score");
        assert_eq!(small("Gender"), "gender");
        assert_eq!(["A", "A little", "A New Way Recovery Center"].map(small), ["A", "a little", "A New Way Recovery Center"]);
        assert_eq!(small("Peer Specialist FTEs per team"), "Peer Specialist FTEs per team");
        assert_eq!(small("Hispanic or Latino"), "Hispanic or Latino");
        assert_eq!(small("Length of RCC attendance"), "length of RCC attendance");
    }
}
