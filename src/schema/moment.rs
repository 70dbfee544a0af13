//! Text of a date or a time in, seconds of the file's own clock out.

/// Seconds since 1970-01-01T00:00:00 of a civil date and time; `None` for a day that does not exist.
pub(crate) fn civil_seconds(year: i64, month: i64, day: i64, second_of_day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i64::from(leap),
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => return None,
    };
    if !(1..=9999).contains(&year) || day < 1 || day > last || !(0..86_400).contains(&second_of_day) {
        return None;
    }
    // Days from a civil date as in Howard Hinnant, "chrono-compatible low-level date algorithms".
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let year_of_era = shifted - era * 400;
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some((era * 146_097 + day_of_era - 719_468) * 86_400 + second_of_day)
}

/// `2024-03-05`, `2024-03-05T09:12`, `2024-03-05 09:12:30`, with an optional `Z`.
pub(crate) fn parse_iso(text: &[u8]) -> Option<i64> {
    let text = text.strip_suffix(b"Z").unwrap_or(text);
    let number = |range: std::ops::Range<usize>| -> Option<i64> {
        let digits = text.get(range)?;
        digits.iter().try_fold(0_i64, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + i64::from(digit - b'0')))
    };
    let is = |position: usize, expected: &[u8]| text.get(position).is_some_and(|byte| expected.contains(byte));
    if !is(4, b"-") || !is(7, b"-") {
        return None;
    }
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let second_of_day = match text.len() {
        10 => 0,
        16 | 19 if is(10, b"T ") && is(13, b":") => {
            let seconds = if text.len() == 19 && is(16, b":") { number(17..19)? } else { 0 };
            let (hour, minute) = (number(11..13)?, number(14..16)?);
            if hour > 23 || minute > 59 || seconds > 59 || (text.len() == 19 && !is(16, b":")) {
                return None;
            }
            hour * 3600 + minute * 60 + seconds
        }
        _ => return None,
    };
    civil_seconds(year, month, day, second_of_day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_calendar_library() {
        for text in ["1970-01-01", "2000-02-29", "2024-12-31", "1899-03-01", "2100-02-28"] {
            let date: jiff::civil::Date = text.parse().expect("is a date");
            let days = jiff::civil::date(1970, 1, 1).until(date).expect("in range").get_days();
            assert_eq!(parse_iso(text.as_bytes()), Some(i64::from(days) * 86_400), "{text}");
        }
    }

    #[test]
    fn days_and_hours_that_do_not_exist_are_refused() {
        for text in ["2023-02-29", "2024-13-01", "2024-00-10", "2024-01-01T24:00", "2024-01-01T09:60:00", "24-01-01", "2024-01-01T09:00x00", ""] {
            assert_eq!(parse_iso(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn times_of_day_count_seconds() {
        assert_eq!(parse_iso(b"1970-01-02T01:02:03"), Some(86_400 + 3_723));
        assert_eq!(parse_iso(b"1970-01-01 00:10"), Some(600));
        assert_eq!(parse_iso(b"1970-01-01T00:10:00Z"), Some(600));
    }
}
