//! Retention curves of random logs, published and turned back into counts: no count of one to ten people may follow from them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use jiff::civil::{Date, date};
use nalgebra::{DMatrix, DVector};

use crate::annual::table;
use crate::project::Project;

const BOOK: &str = r#"id = "log"
title = "Visits"
unit = "visits"
key = ["person", "day"]
person = "person"
field = [
  { name = "person", type = "id" },
  { name = "day", type = "date" },
  { name = "region", type = "category", levels = [{ code = "0", label = "North" }, { code = "1", label = "South" }, { code = "2", label = "East" }, { code = "3", label = "West" }, { code = "4", label = "Islands" }] },
]
"#;

const PIPELINE: &str = r#"title = "Visits"
as_of = "2024-12-31"
[[dataset]]
id = "log"
schema = "book.toml"
file = "data.csv"
[[analysis]]
id = "coming"
kind = "attendance"
dataset = "log"
start = "day"
region = "region"
gap_days = 45
"#;

const REGIONS: [&str; 5] = ["North", "South", "East", "West", "Islands"];
const GAP: i64 = 45;

/// A small generator with a period long enough for a test (xorshift, multiplied).
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % end
    }
}

/// Who came: month of the first visit, months until the person stopped, region of the first visit, other regions in the first month and later.
struct Person {
    cohort: usize,
    stopped: usize,
    region: usize,
    early: BTreeSet<usize>,
    late: BTreeSet<usize>,
}

/// A log of the year 2024 and what is true of its people.
fn log(seed: u64) -> (String, Vec<Person>) {
    let mut chance = Chance((seed + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let (mut text, mut people) = ("person,day,region\n".to_owned(), Vec::new());
    let size = [150, 900, 3000, 7000][usize::try_from(seed % 4).expect("small")];
    for person in 0..size {
        // some regions are large and one has a few people only
        let region = [0, 0, 0, 1, 1, 2, 2, 3, 3, 4][usize::try_from(chance.below(if seed.is_multiple_of(3) { 10 } else { 9 })).expect("small")];
        let region = if region == 4 && chance.below(3) > 0 { 0 } else { region };
        let first = i64::try_from(chance.below(360).min(chance.below(360))).expect("small");
        let mut days = vec![first];
        let stays = chance.below(100);
        while days[days.len() - 1] < 365 && chance.below(100) < 60 + stays * 38 / 100 {
            let longest = if chance.below(12) == 0 { 90 } else { 35 };
            let gap = 3 + chance.below(longest);
            days.push(days[days.len() - 1] + i64::try_from(gap).expect("small"));
        }
        days.retain(|day| *day < 366);
        // one in twelve goes to other regions too, most of them in their first month
        let (wanders, mut early, mut late) = (chance.below(12) == 0, BTreeSet::new(), BTreeSet::new());
        for (place, day) in days.iter().enumerate() {
            let end = if chance.below(9) == 0 { 6 } else { 5 };
            let other = [0, 1, 2, 3, 3, 4][usize::try_from(chance.below(end)).expect("small")];
            let at = if wanders && place > 0 && chance.below(2) == 0 { other } else { region };
            if at != region && day_of_year(*day).month() == day_of_year(first).month() {
                early.insert(at);
            } else if at != region {
                late.insert(at);
            }
            let _ = writeln!(text, "p{person},{},{at}", day_of_year(*day));
        }
        let last = days.windows(2).find(|pair| pair[1] - pair[0] > GAP).map_or(days[days.len() - 1], |pair| pair[0]);
        let stopped = usize::try_from((last - first) / 30 + 1).expect("small");
        people.push(Person { cohort: usize::try_from(day_of_year(first).month() - 1).expect("small"), stopped, region, early, late });
    }
    // somebody comes on the last day, so that the log ends with the year
    text.push_str("last,2024-12-31,0\n");
    people.push(Person { cohort: 11, stopped: 1, region: 0, early: BTreeSet::new(), late: BTreeSet::new() });
    (text, people)
}

fn day_of_year(day: i64) -> Date {
    date(2024, 1, 1) + jiff::ToSpan::days(day)
}

/// Months for which people of a cohort are followed.
fn followed(cohort: usize) -> usize {
    let month = i8::try_from(cohort + 1).expect("a month");
    let days = date(2024, month, 1).last_of_month().until(date(2024, 12, 31)).expect("in a year").get_days();
    usize::try_from((i64::from(days) + 1 - GAP).max(0) / 30).expect("small")
}

/// A published step: its curve, its ends, the people at risk and those who stopped, the latter read off the shares alone.
struct Step {
    region: Option<usize>,
    from: usize,
    to: usize,
    at_risk: f64,
    stopped: f64,
}

/// All steps of the public curves.
fn steps(project: &Project) -> Vec<Step> {
    let mut curves: BTreeMap<String, Vec<(usize, f64, f64)>> = BTreeMap::new();
    for row in table(&project.path("out/public/results.csv")) {
        if row["variable"] == "retention" && row["stat"] == "survival" && !row["estimate"].is_empty() {
            let number = |name: &str| row[name].parse::<f64>().expect("a number");
            let month = row["level"].parse().expect("a month");
            curves.entry(row["groups"].clone()).or_default().push((month, number("estimate"), number("denominator")));
        }
    }
    let mut steps = Vec::new();
    for (groups, mut points) in curves {
        points.sort_by_key(|point| point.0);
        let region = REGIONS.iter().position(|region| groups.contains(region));
        for pair in points.windows(2) {
            let ((from, before, _), (to, after, at_risk)) = (pair[0], pair[1]);
            let stopped = at_risk * (1.0 - after / before);
            assert!((stopped - stopped.round()).abs() < 1e-6, "the shares of {groups} are not made of whole people");
            steps.push(Step { region, from, to, at_risk, stopped: stopped.round() });
        }
    }
    steps
}

/// Month and region of public counts of people and of newcomers, and whether it is one of people.
fn counts(project: &Project) -> Vec<(Option<usize>, Option<usize>, bool)> {
    let rows = table(&project.path("out/public/results.csv"));
    let shown = rows.iter().filter(|row| row["stat"] == "count" && !row["estimate"].is_empty());
    let groups = |row: &BTreeMap<String, String>| {
        let month = (0..12).find(|month| row["groups"].contains(&format!("month=2024-{:02}", month + 1)));
        (month, REGIONS.iter().position(|region| row["groups"].contains(region)), row["variable"] == "people")
    };
    let wanted = |row: &&BTreeMap<String, String>| row["variable"] == "new_people" || (row["variable"] == "people" && !row["groups"].contains("month"));
    shown.filter(wanted).map(groups).collect()
}

fn is_small(count: f64) -> bool {
    count > 0.5 && count < 10.5
}

/// What somebody may count: people of some cohorts who stopped in some months, of one region or of all. The numbers
/// behind these are the people of each region who came elsewhere first: in their first month, and later.
fn functional(most: usize, cohorts: impl Fn(usize) -> bool, months: impl Fn(usize) -> bool, region: Option<usize>) -> DVector<f64> {
    DVector::from_fn((12 * most + 13) * REGIONS.len(), |place, _| {
        if place >= 12 * most * REGIONS.len() {
            return 0.0;
        }
        let (cohort, month, own) = (place / REGIONS.len() / most, place / REGIONS.len() % most + 1, place % REGIONS.len());
        f64::from(u8::from(cohorts(cohort) && months(month) && region.is_none_or(|region| region == own)))
    })
}

#[test]
fn nobody_can_count_few_people_from_published_curves() {
    let (mut curves, mut grouped, mut looked_at, mut few_wandered) = (0, 0, 0, 0);
    for seed in 0..8 {
        let (data, people) = log(seed);
        let project = Project::new();
        project.write("book.toml", BOOK.as_bytes());
        project.write("pipeline.toml", PIPELINE.as_bytes());
        project.write("data.csv", data.as_bytes());
        let (code, _, said) = project.run("run pipeline.toml --out out");
        assert_eq!(code, Some(0), "{said}");
        let steps = steps(&project);
        curves += steps.len();
        grouped += steps.iter().filter(|step| step.region.is_some()).count();
        // 1: what the curves say themselves, and those of the groups against that of everybody
        let most = 13;
        // people of a region who came elsewhere first: in that month, or later (the thirteenth)
        let others = |region: usize, month: usize| {
            let late = |person: &Person| person.late.contains(&region) && !person.early.contains(&region);
            let is = |person: &&Person| if month < 12 { person.cohort == month && person.early.contains(&region) } else { late(person) };
            people.iter().filter(is).count() as f64
        };
        let truth = DVector::from_fn((12 * most + 13) * REGIONS.len(), |place, _| {
            if let Some(other) = place.checked_sub(12 * most * REGIONS.len()) {
                return others(other % REGIONS.len(), other / REGIONS.len());
            }
            let (cohort, month, region) = (place / REGIONS.len() / most, place / REGIONS.len() % most + 1, place % REGIONS.len());
            people.iter().filter(|person| person.cohort == cohort && person.stopped.min(most) == month && person.region == region).count() as f64
        });
        let mut known: Vec<DVector<f64>> = Vec::new();
        for step in &steps {
            let risk = functional(most, |cohort| followed(cohort) >= step.to, |month| month > step.from, step.region);
            let stopped = functional(most, |cohort| followed(cohort) >= step.to, |month| month > step.from && month <= step.to, step.region);
            assert_eq!((risk.dot(&truth), stopped.dot(&truth)), (step.at_risk, step.stopped), "seed {seed}: the curve is wrong");
            assert!(!is_small(step.stopped) && !is_small(step.at_risk) && !is_small(step.at_risk - step.stopped), "seed {seed}");
            known.extend([risk, stopped]);
        }
        // 2: the same with all public counts of people and of newcomers by month and region: is any small count a combination of what is known?
        let elsewhere = |region: usize, months: std::ops::Range<usize>| {
            DVector::from_fn((12 * most + 13) * REGIONS.len(), |place, _| {
                let other = place.checked_sub(12 * most * REGIONS.len());
                f64::from(u8::from(other.is_some_and(|other| other % REGIONS.len() == region && months.contains(&(other / REGIONS.len())))))
            })
        };
        known.extend(counts(&project).into_iter().map(|(month, region, all)| {
            let first = functional(most, |cohort| month.is_none_or(|month| month == cohort), |_| true, region);
            let months = if all { 0..13 } else { month.map_or(0..12, |month| month..month + 1) };
            if let Some(region) = region { first + elsewhere(region, months) } else { first }
        }));
        let basis = DMatrix::from_columns(&known);
        let svd = basis.svd(true, false);
        let size = svd.singular_values.iter().filter(|value| **value > 1e-9).count();
        let space = svd.u.expect("was asked for").columns(0, size).into_owned();
        let follows = |wanted: &DVector<f64>| (wanted - &space * (space.transpose() * wanted)).norm() < 1e-7;
        for (region, from, to) in (0..REGIONS.len()).flat_map(|region| (0..13).flat_map(move |from| (from + 1..14).map(move |to| (region, from, to)))) {
            let wanted = elsewhere(region, from..to);
            if is_small(wanted.dot(&truth)) {
                few_wandered += 1;
                assert!(!follows(&wanted), "seed {seed}: those who came to {region} and elsewhere first, in months {from} to {to}, can be counted");
            }
        }
        let regions: Vec<Option<usize>> = std::iter::once(None).chain((0..REGIONS.len()).map(Some)).collect();
        for region in regions {
            for (from, to) in (0..most).flat_map(|from| (from + 1..=most).map(move |to| (from, to))) {
                for (first, last) in (0..12).flat_map(|first| (first..12).map(move |last| (first, last))) {
                    // a sample of all ranges: each one takes a while
                    if !(from + 3 * to + 7 * first + 11 * last + region.unwrap_or(9)).is_multiple_of(41) {
                        continue;
                    }
                    let wanted = functional(most, |cohort| (first..=last).contains(&cohort), |month| month > from && month <= to, region);
                    if is_small(wanted.dot(&truth)) {
                        looked_at += 1;
                        assert!(!follows(&wanted), "seed {seed}: months {from} to {to} of cohorts {first} to {last} in {region:?} can be counted");
                    }
                }
            }
        }
    }
    assert!(curves > 30 && grouped > 15 && looked_at > 500, "{curves} steps, {grouped} of groups, {looked_at} small counts");
    assert!(few_wandered > 100, "only {few_wandered} small counts of people from elsewhere");
}

const STUDY_BOOK: &str = r#"id = "study"
title = "Study visits"
unit = "visits"
key = ["row"]
person = "person"
field = [
  { name = "row", type = "id" },
  { name = "person", type = "id" },
  { name = "day", type = "integer" },
  { name = "what", type = "category", levels = [{ code = "v", label = "Held" }, { code = "m", label = "Missed" }] },
  { name = "site", type = "category", levels = [{ code = "0", label = "North" }, { code = "1", label = "South" }, { code = "2", label = "East" }, { code = "3", label = "West" }] },
]
"#;

/// A study of some hundred people with a visit planned for each of 24 weeks; some come to two sites, some never.
fn study(seed: u64) -> String {
    let mut chance = Chance((seed + 77).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let mut text = "row,person,day,what,site\n".to_owned();
    let mut row = 0;
    for person in 0..[200, 600, 1500][usize::try_from(seed % 3).expect("small")] {
        let site = [0, 0, 0, 1, 1, 2, 2, 3][usize::try_from(chance.below(8)).expect("small")];
        let (wanders, leaves) = (seed.is_multiple_of(2) && chance.below(40) == 0, seed >= 5 && chance.below(3) == 0);
        let stops = if leaves { 0 } else { 1 + chance.below(30).min(chance.below(30)) };
        for week in 0..24_u64 {
            row += 1;
            let at = if wanders && week % 2 == 1 { (site + 1) % 4 } else { site };
            let held = week < stops;
            let day = if held { (week * 7 + chance.below(7)).to_string() } else { String::new() };
            let _ = writeln!(text, "{row},p{person},{day},{},{at}", if held { "v" } else { "m" });
        }
    }
    text
}

/// Shares by week of study have one base, so every count of people who stop is a difference of two of them, in a site and in the sites together.
#[test]
fn nobody_can_count_few_people_from_weeks_of_a_study() {
    let (mut points, mut grouped) = (0, 0);
    for seed in 0..9 {
        let project = Project::new();
        project.write("book.toml", STUDY_BOOK.as_bytes());
        let attended = "day = \"day\"\nattended = { field = \"what\", is = [\"Held\"] }\nby = [\"site\"]\n";
        let pipeline = PIPELINE.replace("start = \"day\"\nregion = \"region\"\ngap_days = 45\n", attended);
        project.write("pipeline.toml", pipeline.as_bytes());
        project.write("data.csv", study(seed).as_bytes());
        let (code, _, said) = project.run("run pipeline.toml --out out");
        assert_eq!(code, Some(0), "{said}");
        let rows = table(&project.path("out/public/results.csv"));
        let number = |row: &BTreeMap<String, String>, name: &str| row[name].parse::<f64>().expect("a number");
        // by site: what is public of it by week, with everybody who came and everybody on file as weeks of their own
        let mut known: BTreeMap<String, BTreeMap<String, f64>> = BTreeMap::new();
        for row in rows.iter().filter(|row| !row["estimate"].is_empty() && !row["groups"].contains("week")) {
            let of = known.entry(row["groups"].clone()).or_default();
            match row["variable"].as_str() {
                "retention_week" => {
                    points += 1;
                    grouped += usize::from(!row["groups"].is_empty());
                    assert!((number(row, "estimate") * number(row, "denominator") - number(row, "n")).abs() < 1e-6);
                    of.insert(row["level"].clone(), number(row, "n"));
                    of.insert("base".to_owned(), number(row, "denominator"));
                }
                "people" | "enrolled_people" => drop(of.insert(row["variable"].clone(), number(row, "estimate"))),
                _ => {}
            }
        }
        let whole = known.remove("").expect("the whole");
        let sites = known.len();
        let rest: BTreeMap<String, f64> = whole
            .iter()
            .filter(|(week, _)| week.parse::<u32>().is_ok() && sites > 0 && known.values().all(|of| of.contains_key(*week)))
            .map(|(week, count)| (week.clone(), count - known.values().map(|of| of[week]).sum::<f64>()))
            .collect();
        for of in known.values().chain([&whole, &rest]) {
            for (week, one) in of {
                assert!(!is_small(*one), "seed {seed}: {one} people in {week}");
                for (other, two) in of {
                    assert!(!is_small(one - two), "seed {seed}: {week} less {other} are {} people", one - two);
                }
            }
        }
    }
    assert!(points > 60 && grouped > 20, "{points} points, {grouped} of groups");
}
