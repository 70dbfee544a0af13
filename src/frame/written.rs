//! Dates as people and spreadsheets write them in, seconds of the file's own clock out: `3/5/2024 9:12:00 AM`, `14.3.2024`, `14-Mar-2024`.
//!
//! Whether the month or the day comes first is a matter of the whole column: a number beyond 12 tells it, or a person.

use super::moment::{civil_seconds, parse_iso};

const MONTHS: [&str; 12] = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];

/// Which number of a date such as `3/5/2024` is the month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DateOrder {
    MonthFirst,
    DayFirst,
}

impl DateOrder {
    /// The order as a codebook writes it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::MonthFirst => "month/day/year",
            Self::DayFirst => "day/month/year",
        }
    }
}

/// The numbers of a date, and the seconds of its day.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Parts {
    date: Date,
    clock: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Date {
    /// Year, month and day are told by their places or by the month's name.
    Sure(i64, i64, i64),
    /// First and second number, and the year.
    Numbers(i64, i64, i64),
}

/// A date in this order, or in an order that cannot be mistaken.
pub(crate) fn parse_written(text: &[u8], order: DateOrder) -> Option<i64> {
    parse_iso(text).or_else(|| {
        let Parts { date, clock } = parts(std::str::from_utf8(text).ok()?)?;
        let ((Date::Sure(year, month, day), _)
        | (Date::Numbers(month, day, year), DateOrder::MonthFirst)
        | (Date::Numbers(day, month, year), DateOrder::DayFirst)) = (date, order);
        civil_seconds(year, month, day, clock.unwrap_or_default())
    })
}

/// What was seen of the dates of a column that are not written as 2024-03-05.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct WrittenDates {
    /// All of them.
    pub(crate) count: u64,
    /// Those with a time.
    pub(crate) moments: u64,
    /// Dates that exist only with the month first, and only with the day first.
    month_first: u64,
    day_first: u64,
    /// Dates that exist, and differ, in both orders.
    either: u64,
    /// The first date that tells the order, else the first one.
    pub(crate) example: String,
}

impl WrittenDates {
    /// Looks at a cell; whether it is such a date.
    pub(crate) fn see(&mut self, text: &str) -> bool {
        let Some(Parts { date, clock }) = parts(text) else { return false };
        let exists = |year, month, day| civil_seconds(year, month, day, 0).is_some();
        let tells = match date {
            Date::Sure(year, month, day) if exists(year, month, day) => false,
            Date::Sure(..) => return false,
            Date::Numbers(first, second, year) => match (exists(year, first, second), exists(year, second, first)) {
                (false, false) => return false,
                (true, true) => {
                    self.either += u64::from(first != second);
                    false
                }
                (by_month, _) => {
                    let first_to_tell = self.month_first + self.day_first == 0;
                    self.month_first += u64::from(by_month);
                    self.day_first += u64::from(!by_month);
                    first_to_tell
                }
            },
        };
        self.count += 1;
        self.moments += u64::from(clock.is_some());
        if tells || self.example.is_empty() {
            text.clone_into(&mut self.example);
        }
        true
    }

    /// The order that fits all of them.
    ///
    /// # Errors
    /// Why none does, in words.
    pub(crate) fn order(&self) -> Result<DateOrder, &'static str> {
        match (self.month_first, self.day_first, self.either) {
            (1.., 0, _) => Ok(DateOrder::MonthFirst),
            (0, 1.., _) | (0, 0, 0) => Ok(DateOrder::DayFirst),
            (0, 0, _) => Err("no number beyond 12 tells whether the month or the day comes first"),
            _ => Err("some have the month first and some the day"),
        }
    }
}

/// Splits a date of three parts, and the time after it.
fn parts(text: &str) -> Option<Parts> {
    let after_digit = |at: usize| text.get(..at).is_some_and(|before| before.ends_with(|letter: char| letter.is_ascii_digit()));
    let end = text.char_indices().find(|(at, letter)| *letter == ' ' || *letter == 'T' && after_digit(*at)).map(|(at, _)| at);
    let (date, clock) = end.map_or((text, None), |end| (text.get(..end).unwrap_or_default(), text.get(end + 1..)));
    let clock = match clock {
        None => None,
        Some(clock) => Some(second_of_day(clock)?),
    };
    let mark = date.chars().find(|letter| matches!(letter, '/' | '-' | '.'))?;
    let mut parts = date.split(mark);
    let (first, second, third) = (parts.next()?, parts.next()?, parts.next()?);
    let date = match (number(first), number(second), number(third)) {
        (Some(year), Some(month), Some(day)) if first.len() == 4 && second.len() <= 2 && third.len() <= 2 => Date::Sure(year, month, day),
        (Some(one), Some(other), Some(year)) if first.len() <= 2 && second.len() <= 2 && third.len() == 4 => Date::Numbers(one, other, year),
        (Some(day), None, Some(year)) if first.len() <= 2 && third.len() == 4 => Date::Sure(year, month_named(second)?, day),
        (None, Some(day), Some(year)) if second.len() <= 2 && third.len() == 4 => Date::Sure(year, month_named(first)?, day),
        _ => return None,
    };
    parts.next().is_none().then_some(Parts { date, clock })
}

/// `9:12`, `09:12:30.5`, `9:12:30 AM`, `9 pm`.
fn second_of_day(text: &str) -> Option<i64> {
    let lower = text.trim().to_ascii_lowercase();
    let half = [("am", 0), ("a.m.", 0), ("pm", 12), ("p.m.", 12)].into_iter().find_map(|(word, hours)| Some((lower.strip_suffix(word)?.trim_end(), hours)));
    let (clock, afternoon) = half.map_or((lower.as_str(), None), |(clock, hours)| (clock, Some(hours)));
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let mut parts = clock.split(':');
    let hour = parts.next().filter(|part| part.len() <= 2).and_then(number)?;
    let minute = parts.next().map_or_else(|| afternoon.map(|_| 0), |part| Some(part).filter(|part| part.len() == 2).and_then(number))?;
    let second = parts.next().map_or(Some(0), |part| Some(part).filter(|part| part.len() == 2).and_then(number))?;
    let hour = match afternoon {
        None => hour,
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(hours) => hour % 12 + hours,
    };
    let fits = parts.next().is_none() && fraction.bytes().all(|byte| byte.is_ascii_digit()) && hour < 24 && minute < 60 && second < 60;
    fits.then_some(hour * 3600 + minute * 60 + second)
}

/// A number of at most four digits.
fn number(text: &str) -> Option<i64> {
    ((1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

/// Number of an English month, by at least its first three letters.
fn month_named(text: &str) -> Option<i64> {
    let text = text.to_lowercase();
    let position = MONTHS.iter().position(|month| text == "sept" && *month == "september" || text.len() >= 3 && month.starts_with(&text))?;
    i64::try_from(position + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_in_a_declared_order_are_moments() {
        let read = |text: &str, order| parse_written(text.as_bytes(), order);
        let iso = |text: &str| parse_iso(text.as_bytes());
        let (month, day) = (DateOrder::MonthFirst, DateOrder::DayFirst);
        assert_eq!(read("3/5/2024 9:12:00 AM", month), iso("2024-03-05T09:12:00"));
        assert_eq!(read("3/5/2024 12:00:05 AM", month), iso("2024-03-05T00:00:05"));
        assert_eq!(read("3/5/2024 12:30 PM", month), iso("2024-03-05T12:30:00"));
        assert_eq!(read("03/05/2024 9 p.m.", month), iso("2024-03-05T21:00:00"));
        assert_eq!(read("3/5/2024 21:12", day), iso("2024-05-03T21:12:00"));
        assert_eq!([read("14.3.2024", day), read("14.3.2024", month)], [iso("2024-03-14"), None]);
        for order in [month, day] {
            assert_eq!(read("14-OCT-2024", order), iso("2024-10-14"));
            assert_eq!(read("2024/3/5T08:00", order), iso("2024-03-05T08:00"));
            assert_eq!(read("2024-03-05", order), iso("2024-03-05"));
            for text in
                ["3/5/24", "13/13/2024", "2/30/2024 1:00", "3/5/2024 13:00 PM", "3/5/2024 9", "3/5-2024", "1.2", "3/5/2024 9:12:00 XM", "1/2/3/2024", "", "/"]
            {
                assert_eq!(read(text, order), None, "{text}");
            }
        }
    }

    #[test]
    fn the_whole_column_tells_the_order() {
        let order = |cells: &[&str]| {
            let mut seen = WrittenDates::default();
            for cell in cells {
                assert!(seen.see(cell), "{cell}");
            }
            seen.order()
        };
        assert_eq!(order(&["3/5/2024", "3/14/2024 8:00 PM"]), Ok(DateOrder::MonthFirst));
        assert_eq!(order(&["3/5/2024", "14.3.2024"]), Ok(DateOrder::DayFirst));
        assert_eq!(order(&["14-Mar-2024", "4/4/2024"]), Ok(DateOrder::DayFirst));
        assert!(order(&["3/5/2024", "4/4/2024"]).is_err());
        assert!(order(&["3/14/2024", "14/3/2024"]).is_err());
    }
}
