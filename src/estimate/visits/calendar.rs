//! Days since 1970-01-01 in; months, weekdays and hours with their names out.
//!
//! Times are seconds in the file's own clock, so there is no zone and no daylight saving here: a
//! check-in at 23:50 belongs to the day, weekday and hour that the file says.

/// Seconds in a day of the file's own clock.
pub(crate) const DAY_SECONDS: i64 = 86_400;

const WEEKDAYS: [&str; 7] = ["1 Mon", "2 Tue", "3 Wed", "4 Thu", "5 Fri", "6 Sat", "7 Sun"];

/// The day of a moment, counted from 1970-01-01.
pub(crate) fn day_of(seconds: i64) -> i64 {
    seconds.div_euclid(DAY_SECONDS)
}

/// The hour of a moment, 0 to 23.
pub(crate) fn hour_of(seconds: i64) -> i64 {
    seconds.rem_euclid(DAY_SECONDS) / 3600
}

/// The weekday of a day, 0 for Monday to 6 for Sunday; 1970-01-01 was a Thursday.
pub(crate) fn weekday_of(day: i64) -> i64 {
    (day.rem_euclid(7) + 3) % 7
}

/// The month of a day, counted from January of year 0.
pub(crate) fn month_of(day: i64) -> i64 {
    let (year, month, _) = civil(day);
    year * 12 + month - 1
}

/// The week of study of a study day: days 0 to 6 are week 0.
pub(crate) fn week_of(day: i64) -> i64 {
    day.div_euclid(7)
}

/// A month as `2024-03`.
pub(crate) fn month_name(month: i64) -> String {
    format!("{:04}-{:02}", month.div_euclid(12), month.rem_euclid(12) + 1)
}

/// A weekday as `1 Mon`.
pub(crate) fn weekday_name(weekday: i64) -> &'static str {
    usize::try_from(weekday).ok().and_then(|position| WEEKDAYS.get(position)).copied().unwrap_or_default()
}

/// A day as `2024-03-31`.
pub(crate) fn date_name(day: i64) -> String {
    let (year, month, day) = civil(day);
    format!("{year:04}-{month:02}-{day:02}")
}

/// Year, month and day of the month in the Gregorian calendar.
///
/// Source: Howard Hinnant, `civil_from_days` in "chrono-compatible low-level date algorithms"; eras of
/// 146,097 days, years that begin in March so that the leap day comes last.
fn civil(day: i64) -> (i64, i64, i64) {
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day_of_month = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day_of_month)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_jiff_over_four_centuries() {
        let mut date = jiff::civil::date(1899, 12, 31);
        let mut day = -25_568;
        while date.year() < 2301 {
            assert_eq!(civil(day), (i64::from(date.year()), i64::from(date.month()), i64::from(date.day())));
            assert_eq!(weekday_of(day), i64::from(date.weekday().to_monday_zero_offset()));
            date = date.tomorrow().unwrap();
            day += 1;
        }
    }

    #[test]
    fn names_the_leap_day_and_the_moments_before_1970() {
        assert_eq!(date_name(19_782), "2024-02-29");
        assert_eq!(month_name(month_of(19_782)), "2024-02");
        assert_eq!((day_of(-1), hour_of(-1), weekday_name(weekday_of(-1))), (-1, 23, "3 Wed"));
        assert_eq!((week_of(0), week_of(6), week_of(7), week_of(-1)), (0, 0, 1, -1));
    }
}
