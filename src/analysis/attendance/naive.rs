//! The attendance rules once more, by loops over all pairs and calendar dates from jiff: slow, short, and sharing no code with the pass.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{ToSpan, civil};

/// A record: person, center, region, check-in, check-out.
pub(super) type Record = (Option<&'static str>, Option<&'static str>, Option<&'static str>, Option<i64>, Option<i64>);

/// Longest visit with a length, in seconds.
const LONGEST: i64 = 12 * 3600;

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
    fn length(&self) -> Option<f64> {
        self.end.map(|end| end - self.start).filter(|length| (0..=LONGEST).contains(length)).map(|length| length as f64 / 60.0)
    }
}

fn quantile(mut values: Vec<f64>, p: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let place = (values.len() - 1) as f64 * p;
    let low = values.iter().zip(0..).find(|(_, at)| f64::from(*at) >= place.floor()).unwrap().0;
    let high = values.iter().zip(0..).find(|(_, at)| f64::from(*at) >= place.ceil()).unwrap().0;
    low + (place - place.floor()) * (high - low)
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn people(visits: &[Visit]) -> BTreeSet<&'static str> {
    visits.iter().map(|visit| visit.person).collect()
}

/// Figures by `variable[=level].stat|groups`, each with its estimate and the people behind it.
pub(super) type Figures = BTreeMap<String, (f64, u64)>;

/// Visits by cell; the key is the cell's groups as `name=level;name=level`.
type Cells = BTreeMap<String, Vec<Visit>>;

/// All estimable figures of a dated log with centers and regions, by the default rules and a 90-day window that ends with `last`.
pub(super) fn figures(records: &[Record], last: civil::Date) -> Figures {
    let mut figures = Figures::new();
    let visits = visits(records, last, &mut figures);
    faults(&visits, &mut figures);
    let (whole, periods, hours) = cells(&visits);
    for (groups, cell) in &hours {
        figures.insert(format!("visits.count|{groups}"), (cell.len() as f64, people(cell).len() as u64));
    }
    for (groups, cell) in whole.iter().chain(&periods) {
        of_cell(groups, cell, &mut figures);
    }
    for (groups, cell) in &periods {
        let behind = people(cell);
        let first = |person: &str| visits.iter().filter(|visit| visit.person == person).min_by_key(|visit| visit.start).unwrap();
        let new = behind.iter().filter(|person| groups.contains(&first(person).month())).count();
        for (name, count) in [("new_people", new), ("returning_people", behind.len() - new)] {
            figures.insert(format!("{name}.count|{groups}"), (count as f64, count as u64));
        }
    }
    for (groups, cell) in &whole {
        window(groups, cell, last, &mut figures);
    }
    if let Some(end) = visits.iter().map(|visit| visit.when().date()).max() {
        retention(&visits, end, &mut figures);
    }
    figures
}

/// The visits after merging taps, with the count of every record that is none.
fn visits(records: &[Record], last: civil::Date, figures: &mut Figures) -> Vec<Visit> {
    let mut note = |name: &str, count: usize| figures.insert(format!("{name}.count|"), (count as f64, 0));
    note("records", records.len());
    note("no_person", records.iter().filter(|record| record.0.is_none()).count());
    note("no_start", records.iter().filter(|record| record.0.is_some() && record.3.is_none()).count());
    let timed: Vec<Visit> = records
        .iter()
        .filter_map(|(person, center, region, start, end)| Some(Visit { person: (*person)?, center: *center, region: *region, start: (*start)?, end: *end }))
        .collect();
    let mut usable: Vec<Visit> = timed.iter().filter(|visit| visit.when().date() <= last).cloned().collect();
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
    note("duplicate_taps", usable.len() - visits.len());
    visits
}

/// Counts of what is doubtful about the visits.
fn faults(visits: &[Visit], figures: &mut Figures) {
    let mut note = |name: &str, is_so: &dyn Fn(&&Visit) -> bool| {
        figures.insert(format!("{name}.count|"), (visits.iter().filter(|visit| is_so(visit)).count() as f64, 0));
    };
    note("missing_checkouts", &|visit| visit.end.is_none());
    note("checkouts_before_checkin", &|visit| visit.end.is_some_and(|end| end < visit.start));
    note("visits_too_long", &|visit| visit.end.is_some_and(|end| end - visit.start > LONGEST));
    note("without_center_name", &|visit| visit.center.is_none());
    note("without_region", &|visit| visit.region.is_none());
    // At the same second the pass takes centers in the order of their labels, none last.
    let order = |visit: &Visit| (visit.start, visit.center.is_none(), visit.center);
    let is_open_at = |earlier: &Visit, later: &Visit| earlier.length().is_some() && earlier.end.unwrap() > later.start;
    let overlaps = |earlier: &Visit, later: &Visit| earlier.person == later.person && earlier.center != later.center && is_open_at(earlier, later);
    note("overlapping_visits", &|later| visits.iter().any(|earlier| order(earlier) < order(later) && overlaps(earlier, later)));
    let days: BTreeSet<_> = visits.iter().map(|visit| (visit.person, visit.when().date())).collect();
    figures.insert("same_day_visits.count|".into(), ((visits.len() - days.len()) as f64, 0));
}

/// Cells over the whole time, cells of months, cells of weekday and hour.
fn cells(visits: &[Visit]) -> (Cells, Cells, Cells) {
    let (mut whole, mut periods, mut hours) = (Cells::from([(String::new(), visits.to_vec())]), Cells::new(), Cells::new());
    let regions: BTreeSet<&str> = visits.iter().filter_map(|visit| visit.region).collect();
    let months: BTreeSet<String> = visits.iter().filter(|visit| visit.region.is_some()).map(Visit::month).collect();
    for (region, month) in regions.iter().flat_map(|region| months.iter().map(move |month| (region, month))) {
        periods.insert(format!("month={month};region={region}"), Vec::new());
    }
    let put = |cells: &mut Cells, key: String, visit: &Visit| cells.entry(key).or_default().push(visit.clone());
    for visit in visits {
        if let Some(center) = visit.center {
            put(&mut whole, format!("center_name={center}"), visit);
        }
        if let Some(region) = visit.region {
            put(&mut whole, format!("region={region}"), visit);
            put(&mut periods, format!("month={};region={region}", visit.month()), visit);
        }
        put(&mut periods, format!("month={}", visit.month()), visit);
        let when = visit.when();
        put(&mut hours, format!("hour={};weekday={} {}", when.strftime("%H"), when.weekday().to_monday_one_offset(), when.strftime("%a")), visit);
    }
    (whole, periods, hours)
}

/// People, visits, visits of a person and lengths.
fn of_cell(groups: &str, cell: &[Visit], figures: &mut Figures) {
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
    let with_length: Vec<Visit> = cell.iter().filter(|visit| visit.length().is_some()).cloned().collect();
    let lengths: Vec<f64> = with_length.iter().filter_map(Visit::length).collect();
    if !lengths.is_empty() {
        for (p, level) in [(0.25, "0%2E25"), (0.5, "0%2E5"), (0.75, "0%2E75")] {
            put(&format!("visit_minutes={level}.quantile"), quantile(lengths.clone(), p), people(&with_length).len() as u64);
        }
    }
}

/// Days on which people came in the window.
fn window(groups: &str, cell: &[Visit], last: civil::Date, figures: &mut Figures) {
    let in_window = cell.iter().filter(|visit| visit.when().date() > last - 90.days());
    let days: BTreeSet<_> = in_window.map(|visit| (visit.person, visit.when().date())).collect();
    let comers: BTreeSet<_> = days.iter().map(|(person, _)| person).collect();
    if comers.is_empty() {
        return;
    }
    let each: Vec<f64> = comers.iter().map(|person| days.iter().filter(|day| day.0 == **person).count() as f64).collect();
    let mut put = |name: &str, value: f64| figures.insert(format!("{name}|{groups}"), (value, each.len() as u64));
    put("days_attended_90.mean", mean(&each));
    put("days_attended_90=0%2E5.quantile", quantile(each.clone(), 0.5));
    put("days_attended_90_share.mean", mean(&each) / 90.0);
}

/// One person's stay: region of the first visit, days until the visit before the first break of more than 60 days, days for which the log can tell.
struct Stay {
    region: Option<&'static str>,
    last: i64,
    followed: i64,
}

fn stay(visits: &[Visit], person: &str, end: civil::Date) -> Stay {
    let mut own: Vec<&Visit> = visits.iter().filter(|visit| visit.person == person).collect();
    own.sort_by_key(|visit| (visit.start, visit.center.is_none(), visit.center, visit.region.is_none(), visit.region));
    let days = |from: civil::Date, to: civil::Date| i64::from(from.until(to).unwrap().get_days());
    let dates: Vec<civil::Date> = own.iter().map(|visit| visit.when().date()).collect();
    let comes_back = |date: &civil::Date| dates.iter().any(|other| other > date && days(*date, *other) <= 60);
    let last = dates.iter().find(|date| !comes_back(date)).unwrap();
    Stay { region: own[0].region, last: days(dates[0], *last), followed: days(dates[0].last_of_month(), end) - 60 }
}

/// Product of the shares that go on over months of 30 days, for everybody and for each region.
fn retention(visits: &[Visit], end: civil::Date, figures: &mut Figures) {
    let stays: Vec<Stay> = people(visits).iter().map(|person| stay(visits, person, end)).collect();
    let regions: BTreeSet<&str> = stays.iter().filter_map(|stay| stay.region).collect();
    let longest = stays.iter().map(|stay| (stay.followed + 1) / 30).max().unwrap_or(0);
    let mut groups: Vec<(String, Option<&str>)> = vec![(String::new(), None)];
    if regions.len() > 1 && longest > 0 {
        groups.extend(regions.iter().map(|region| (format!("region={region}"), Some(*region))));
    }
    for (name, region) in groups {
        let own: Vec<&Stay> = stays.iter().filter(|stay| region.is_none() || stay.region == region).collect();
        let mut share = 1.0;
        let first = own.iter().filter(|stay| stay.followed >= 29).count();
        if first > 0 {
            figures.insert(format!("retention=0.survival|{name}"), (1.0, first as u64));
        }
        for month in 1..=longest {
            let at_risk: Vec<&&Stay> = own.iter().filter(|stay| stay.followed >= 30 * month - 1 && stay.last >= 30 * (month - 1)).collect();
            if at_risk.is_empty() {
                break;
            }
            let staying = at_risk.iter().filter(|stay| stay.last >= 30 * month).count();
            share *= staying as f64 / at_risk.len() as f64;
            figures.insert(format!("retention={month}.survival|{name}"), (share, staying as u64));
        }
    }
}
