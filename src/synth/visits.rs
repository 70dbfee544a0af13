//! Centers and habits in, a log of check-ins and check-outs over one year out.

use super::chance::{Dice, exp, floor, ln};
use super::faults::Table;
use super::recipe::Visits;
use super::study::Center;

/// Days on which every center is closed.
const CLOSED: [(i8, i8); 4] = [(1, 1), (7, 4), (11, 28), (12, 25)];

/// Minute of the day by which everyone has left.
const CLOSING: usize = 22 * 60;

/// One tap in: minute of the year, person, center, minutes stayed (`None`: no check-out).
type Tap = (usize, usize, usize, Option<usize>);

/// A log with one row for each visit, in the order of check-in.
pub(super) fn log(header: Vec<String>, shape: &Visits, centers: &[Center], dice: &mut Dice) -> Table {
    let calendar = Calendar::new(shape);
    let mut taps: Vec<Tap> = Vec::new();
    let mut people = 0;
    for (center, Center { roll, .. }) in centers.iter().enumerate() {
        for _ in 0..floor(roll * shape.per_member).max(5) {
            person(people, center, shape, &calendar, &mut taps, dice);
            people += 1;
        }
    }
    taps.sort_unstable();
    let rows = taps.iter().map(|(minute, person, center, stayed)| {
        let out = stayed.map(|stayed| calendar.text((minute + stayed).min(minute / 1440 * 1440 + CLOSING))).unwrap_or_default();
        vec![format!("V{:05}", person + 1), centers[*center].id.clone(), calendar.text(*minute), out]
    });
    Table { header, rows: rows.collect() }
}

/// The year of one person.
fn person(who: usize, center: usize, shape: &Visits, calendar: &Calendar, taps: &mut Vec<Tap>, dice: &mut Dice) {
    let days = calendar.days.len();
    let known = dice.chance(shape.before);
    let joined = if known { 0 } else { dice.below(days) };
    // Rates differ much between people: half as large as the mean is as common as twice as large.
    let daily = shape.weekly / 7.0 * exp(0.9 * dice.normal() - 0.405);
    let mut left = joined + 1;
    let mut months = 0;
    while left < days {
        let leaving = if known || months >= 3 { shape.leaving } else { shape.leaving_new };
        months += 1;
        if dice.chance(leaving) {
            left += dice.below(30);
            break;
        }
        left += 30;
    }
    for day in joined..left.min(days) {
        let comes = dice.chance((daily * calendar.days[day]).min(0.95));
        if calendar.days[day] > 0.0 && (comes || (day == joined && !known)) {
            visit(who, center, day, shape, calendar, taps, dice);
        }
    }
}

/// One visit, with the slips of a tablet at the door.
fn visit(who: usize, center: usize, day: usize, shape: &Visits, calendar: &Calendar, taps: &mut Vec<Tap>, dice: &mut Dice) {
    let hours = if calendar.weekend[day] { &shape.hours_weekend } else { &shape.hours };
    let minute = day * 1440 + dice.weighted(hours) * 60 + dice.below(60);
    let stayed = floor(exp(calendar.stay.0 + calendar.stay.1 * dice.normal())).max(2);
    let stayed = if dice.chance(shape.no_check_out) { None } else { Some(stayed) };
    taps.push((minute, who, center, stayed));
    if dice.chance(shape.repeated_taps) {
        let later = 1 + dice.below(4);
        taps.push((minute + later, who, center, stayed.map(|stayed| stayed.saturating_sub(later).max(1))));
    }
}

/// What the days of the year are like.
struct Calendar {
    first: jiff::civil::Date,
    /// How busy a day is beside the mean; 0 where everything is closed.
    days: Vec<f64>,
    weekend: Vec<bool>,
    /// Mean and spread of the logarithm of a stay in minutes.
    stay: (f64, f64),
}

impl Calendar {
    fn new(shape: &Visits) -> Self {
        let first = jiff::civil::Date::new(i16::try_from(shape.year).unwrap_or(2024), 1, 1).unwrap_or_default();
        let mean = |weights: &[f64]| weights.iter().sum::<f64>() / weights.len() as f64;
        let (weekday_mean, month_mean) = (mean(&shape.weekdays), mean(&shape.months));
        let (mut days, mut weekend) = (Vec::new(), Vec::new());
        for day in first.series(jiff::Span::new().days(1)).take_while(|day| day.year() == first.year()) {
            let weekday = usize::try_from(day.weekday().to_monday_zero_offset()).unwrap_or(0);
            let month = usize::try_from(day.month() - 1).unwrap_or(0);
            let open = !CLOSED.contains(&(day.month(), day.day()));
            days.push(if open { shape.weekdays[weekday] / weekday_mean * shape.months[month] / month_mean } else { 0.0 });
            weekend.push(weekday >= 5);
        }
        let variance = ln(1.0 + (shape.minutes_sd / shape.minutes_mean) * (shape.minutes_sd / shape.minutes_mean));
        Self { first, days, weekend, stay: (ln(shape.minutes_mean) - variance / 2.0, variance.sqrt()) }
    }

    fn text(&self, minute: usize) -> String {
        let day = self.first.saturating_add(jiff::Span::new().days(i64::try_from(minute / 1440).unwrap_or(0)));
        format!("{day}T{:02}:{:02}:00", minute / 60 % 24, minute % 60)
    }
}
