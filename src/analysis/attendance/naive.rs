//! The attendance rules once more, by loops over all pairs and calendar dates from jiff: slow, short, and sharing no code with the pass.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{ToSpan, civil};

/// A record: person, center, region, check-in, check-out.
pub(super) type Record = (Option<&'static str>, Option<&'static str>, Option<&'static str>, Option<i64>, Option<i64>);

#[derive(Clone)]
struct Visit {
    person: &'static str,
    center: Option<&'static str>,
    region: Option<&'static str>,
    start: i64,
    end: Option<i64>,
}

impl Visit {
    fn when(&self) -> civil::DateTime {
        civil::date(1970, 1, 1).at(0, 0, 0, 0) + self.start.seconds()
    }
    fn month(&self) -> String {
        self.when().strftime("%Y-%m").to_string()
    }
    fn length(&self, longest: i64) -> Option<f64> {
        self.end.map(|end| end - self.start).filter(|length| (0..=longest).contains(length)).map(|length| length as f64 / 60.0)
    }
}

fn quantile(mut values: Vec<f64>, p: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let place = (values.len() - 1) as f64 * p;
    let low = values[place.floor() as usize];
    low + (place - place.floor()) * (values[place.ceil() as usize] - low)
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn people(visits: &[Visit]) -> BTreeSet<&'static str> {
    visits.iter().map(|visit| visit.person).collect()
}

/// Figures by `variable[=level].stat|groups`, each with its estimate and the people behind it.
pub(super) type Figures = BTreeMap<String, (f64, u64)>;

/// All estimable figures of a dated log with centers and regions, by the default rules and a 90-day window that ends with `last`.
pub(super) fn figures(records: &[Record], last: civil::Date) -> Figures {
    let midnight = |date: civil::Date| (date - civil::date(1970, 1, 1)).get_days() as i64 * 86_400;
    let mut figures = Figures::new();
    let mut note = |name: &str, count: usize| figures.insert(format!("{name}.count|"), (count as f64, 0));
    note("records", records.len());
    note("no_person", records.iter().filter(|record| record.0.is_none()).count());
    note("no_start", records.iter().filter(|record| record.0.is_some() && record.3.is_none()).count());
    let timed: Vec<Visit> = records
        .iter()
        .filter_map(|(person, center, region, start, end)| Some(Visit { person: (*person)?, center: *center, region: *region, start: (*start)?, end: *end }))
        .collect();
    let mut usable: Vec<Visit> = timed.iter().filter(|visit| visit.start < midnight(last.tomorrow().unwrap())).cloned().collect();
    note("after_as_of", timed.len() - usable.len());
    // No region sorts last, as in the pass.
    usable.sort_by_key(|visit| (visit.start, visit.region.is_none(), visit.region));
    let mut visits: Vec<Visit> = Vec::new();
    for tap in &usable {
        let same = |kept: &&mut Visit| kept.person == tap.person && kept.center == tap.center && tap.start - kept.start <= 300;
        match visits.iter_mut().find(same) {
            Some(kept) => kept.end = kept.end.max(tap.end),
            None => visits.push(tap.clone()),
        }
    }
    let longest = 12 * 3600;
    note("duplicate_taps", usable.len() - visits.len());
    note("missing_checkouts", visits.iter().filter(|visit| visit.end.is_none()).count());
    note("checkouts_before_checkin", visits.iter().filter(|visit| visit.end.is_some_and(|end| end < visit.start)).count());
    note("visits_too_long", visits.iter().filter(|visit| visit.end.is_some_and(|end| end - visit.start > longest)).count());
    let is_open_at = |earlier: &Visit, later: &Visit| earlier.length(longest).is_some() && earlier.end.unwrap() > later.start;
    // At the same second the pass takes centers in the order of their labels, none last.
    let order = |visit: &Visit| (visit.start, visit.center.is_none(), visit.center);
    let begins_in = |later: &Visit| {
        visits
            .iter()
            .any(|earlier| earlier.person == later.person && earlier.center != later.center && order(earlier) < order(later) && is_open_at(earlier, later))
    };
    note("overlapping_visits", visits.iter().filter(|visit| begins_in(visit)).count());
    let days: BTreeSet<_> = visits.iter().map(|visit| (visit.person, visit.when().date())).collect();
    note("same_day_visits", visits.len() - days.len());
    note("without_center_name", visits.iter().filter(|visit| visit.center.is_none()).count());
    note("without_region", visits.iter().filter(|visit| visit.region.is_none()).count());

    let first = |person: &str| visits.iter().filter(|visit| visit.person == person).min_by_key(|visit| visit.start).unwrap();
    let end_of_log = visits.iter().map(|visit| visit.when().date()).max();
    let mut whole: BTreeMap<String, Vec<Visit>> = BTreeMap::from([(String::new(), visits.clone())]);
    let mut periods: BTreeMap<String, Vec<Visit>> = BTreeMap::new();
    let mut hours: BTreeMap<String, Vec<Visit>> = BTreeMap::new();
    let regions: BTreeSet<&str> = visits.iter().filter_map(|visit| visit.region).collect();
    let months: BTreeSet<String> = visits.iter().filter(|visit| visit.region.is_some()).map(Visit::month).collect();
    for (region, month) in regions.iter().flat_map(|region| months.iter().map(move |month| (region, month))) {
        periods.insert(format!("month={month};region={region}"), Vec::new());
    }
    for visit in &visits {
        let mut put = |key: String| whole.entry(key).or_default().push(visit.clone());
        visit.center.map(|center| put(format!("center_name={center}")));
        visit.region.map(|region| put(format!("region={region}")));
        periods.entry(format!("month={}", visit.month())).or_default().push(visit.clone());
        visit.region.map(|region| periods.entry(format!("month={};region={region}", visit.month())).or_default().push(visit.clone()));
        let weekday = visit.when().weekday();
        let name = format!("hour={};weekday={} {}", visit.when().strftime("%H"), weekday.to_monday_one_offset(), visit.when().strftime("%a"));
        hours.entry(name).or_default().push(visit.clone());
    }
    for (groups, cell) in &hours {
        figures.insert(format!("visits.count|{groups}"), (cell.len() as f64, people(cell).len() as u64));
    }
    for (groups, cell) in whole.iter().chain(&periods) {
        let behind = people(cell);
        let n = behind.len() as u64;
        let mut put = |name: &str, value: f64, behind: u64| figures.insert(format!("{name}|{groups}"), (value, behind));
        put("people.count", n as f64, n);
        put("visits.count", cell.len() as f64, n);
        let each: Vec<f64> = behind.iter().map(|person| cell.iter().filter(|visit| visit.person == *person).count() as f64).collect();
        if n > 0 {
            put("visits_per_person.mean", mean(&each), n);
            put("visits_per_person=0%2E5.quantile", quantile(each.clone(), 0.5), n);
        }
        if n > 1 {
            let squares: f64 = each.iter().map(|value| (value - mean(&each)).powi(2)).sum();
            put("visits_per_person.sd", (squares / (n - 1) as f64).sqrt(), n);
        }
        let with_length: Vec<Visit> = cell.iter().filter(|visit| visit.length(longest).is_some()).cloned().collect();
        let lengths: Vec<f64> = with_length.iter().filter_map(|visit| visit.length(longest)).collect();
        if !lengths.is_empty() {
            for (p, level) in [(0.25, "0%2E25"), (0.5, "0%2E5"), (0.75, "0%2E75")] {
                put(&format!("visit_minutes={level}.quantile"), quantile(lengths.clone(), p), people(&with_length).len() as u64);
            }
        }
        if periods.contains_key(groups) {
            let new = behind.iter().filter(|person| groups.contains(&first(person).month())).count() as u64;
            put("new_people.count", new as f64, new);
            put("returning_people.count", (n - new) as f64, n - new);
            continue;
        }
        let window = |visit: &&Visit| visit.when().date() > last - 90.days();
        let in_window: BTreeSet<_> = cell.iter().filter(window).map(|visit| (visit.person, visit.when().date())).collect();
        let comers: BTreeSet<_> = in_window.iter().map(|(person, _)| person).collect();
        if !comers.is_empty() {
            let each: Vec<f64> = comers.iter().map(|person| in_window.iter().filter(|day| day.0 == **person).count() as f64).collect();
            put("days_attended_90.mean", mean(&each), each.len() as u64);
            put("days_attended_90=0%2E5.quantile", quantile(each.clone(), 0.5), each.len() as u64);
            put("days_attended_90_share.mean", mean(&each) / 90.0, each.len() as u64);
        }
        if groups.starts_with("center_name") {
            continue;
        }
        for month in 0..12 {
            let (mut kept, mut base) = (0, 0);
            for person in &behind {
                let own: Vec<civil::Date> = cell.iter().filter(|visit| visit.person == *person).map(|visit| visit.when().date()).collect();
                let reach = *own.iter().min().unwrap() + (30 * month).days();
                if reach + 29.days() <= end_of_log.unwrap() {
                    base += 1;
                    kept += u64::from(own.iter().any(|day| *day >= reach));
                }
            }
            if base > 0 {
                put(&format!("retention={month}.survival"), kept as f64 / base as f64, kept);
            }
        }
    }
    figures
}
