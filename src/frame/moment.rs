//! Text of a date or a time in, seconds of the file's own clock out.
//!
//! An offset from universal time (`-05:00`, `Z`) behind a time says which clock showed it, and the time stays what that clock showed:
//! a survey that was filled in at nine in New York was filled in at nine.

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

/// `2024-03-05`, `2024-03-05T09:12`, `2024-03-05 09:12:30`, with optional fractions of a second and an optional offset, which are dropped.
pub(crate) fn parse_iso(text: &[u8]) -> Option<i64> {
    let (&[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2], clock) = text.split_first_chunk::<10>()? else { return None };
    let year = two(y1, y2)? * 100 + two(y3, y4)?;
    civil_seconds(year, two(m1, m2)?, two(d1, d2)?, second_of_day(clock)?)
}

/// The seconds of what follows a date; nothing is midnight.
fn second_of_day(clock: &[u8]) -> Option<i64> {
    let (&[b'T' | b' ', h1, h2, b':', m1, m2], rest) = (match clock {
        [] | [b'Z'] => return Some(0),
        _ => clock.split_first_chunk::<6>()?,
    }) else {
        return None;
    };
    let (hour, minute) = (two(h1, h2)?, two(m1, m2)?);
    let second = match rest {
        [] => 0,
        [b':', s1, s2, rest @ ..] => {
            let digits = match rest {
                [b'.', rest @ ..] => 1 + rest.iter().take_while(|byte| byte.is_ascii_digit()).count(),
                _ => 0,
            };
            let rest = &rest[digits..];
            if digits == 1 || !is_zone(rest) {
                return None;
            }
            two(*s1, *s2)?
        }
        rest if is_zone(rest) => 0,
        _ => return None,
    };
    (hour < 24 && minute < 60 && second < 60).then_some(hour * 3600 + minute * 60 + second)
}

/// Nothing, or an offset, with or without a blank before it.
fn is_zone(text: &[u8]) -> bool {
    text.is_empty() || offset_seconds(text.strip_prefix(b" ").unwrap_or(text)).is_some()
}

/// Seconds before or after universal time: `Z`, `UTC`, `-05:00`, `+0530`, `-05`, `-04:56:02`.
pub(crate) fn offset_seconds(text: &[u8]) -> Option<i32> {
    let (sign, digits) = match text {
        b"Z" | b"UTC" => return Some(0),
        [b'+', digits @ ..] => (1, digits),
        [b'-', digits @ ..] => (-1, digits),
        _ => return None,
    };
    let (hours, minutes, seconds) = match digits {
        [h1, h2] => (two(*h1, *h2)?, 0, 0),
        [h1, h2, m1, m2] | [h1, h2, b':', m1, m2] => (two(*h1, *h2)?, two(*m1, *m2)?, 0),
        [h1, h2, b':', m1, m2, b':', s1, s2] => (two(*h1, *h2)?, two(*m1, *m2)?, two(*s1, *s2)?),
        _ => return None,
    };
    let size = i32::try_from(hours * 3600 + minutes * 60 + seconds).ok()?;
    (hours < 16 && minutes < 60 && seconds < 60).then_some(sign * size)
}

/// The number of two digits.
fn two(tens: u8, ones: u8) -> Option<i64> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then(|| i64::from(tens) * 10 + i64::from(ones))
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
        for text in [
            "2023-02-29",
            "2024-13-01",
            "2024-00-10",
            "2024-01-01T24:00",
            "2024-01-01T09:60:00",
            "24-01-01",
            "2024-01-01T09:00x00",
            "2024-01-01T09:00:00.",
            "2024-01-01T09:00:00.Z",
            "2024-01-01T09:00:00-5",
            "2024-01-01T09:00:00+05:60",
            "2024-01-01T09:00:00+99:00",
            "2024-01-01T09:00:00  Z",
            "2024-01-01T09:00:00 ",
            "2024-01-01-05:00",
            "2024-01-01x09:00",
            "",
        ] {
            assert_eq!(parse_iso(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn times_of_day_count_seconds() {
        assert_eq!(parse_iso(b"1970-01-02T01:02:03"), Some(86_400 + 3_723));
        assert_eq!(parse_iso(b"1970-01-01 00:10"), Some(600));
        assert_eq!(parse_iso(b"1970-01-01T00:10:00Z"), Some(600));
        assert_eq!(parse_iso(b"1970-01-01T00:10:00.999Z"), Some(600));
    }

    #[test]
    fn an_offset_leaves_the_time_as_the_clock_showed_it() {
        let offsets = ["", "Z", " UTC", "-05:00", " -0500", "-05", "+05:30", "+00:00", "-04:56:02"];
        for clock in ["09:12", "09:12:00", "09:12:00.000"] {
            for offset in offsets {
                assert_eq!(parse_iso(format!("2024-03-05T{clock}{offset}").as_bytes()), parse_iso(b"2024-03-05T09:12:00"), "{clock}{offset}");
            }
        }
        assert_eq!([&b"-05:00"[..], b"+0530", b"Z", b"05:00"].map(offset_seconds), [Some(-18_000), Some(19_800), Some(0), None]);
    }
}
