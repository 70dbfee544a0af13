//! How often people come: people, visits and days, by month and region, by weekday and hour, and who comes back.

use super::figure::{self, Sketch, estimate, scale};
use super::{Context, Draft, headline, retention, words};
use crate::display::charts::{BarRow, BarShape, Bars, Cell, Chart, Estimate, Heatmap, Multiples, Panel, Scale};
use crate::display::parts::{Block, Figure};
use crate::display::pick::Pick;
use crate::display::{AnalysisWords, labels};
use crate::results::{ResultRow, Stat};

pub(super) fn draft(context: &Context<'_>, analysis: &AnalysisWords) -> Draft {
    let rows = context.rows.analysis(&analysis.id);
    let whole = rows.by(&[]);
    let one = |name: &str, stat| whole.variable(name).stat(stat).keep(|row| row.level.is_none()).first();
    let mut draft = Draft::default();
    let people = one("people", Stat::Count);
    let visits = one("visits", Stat::Count);
    draft.finding = finding(people, visits, one("attended_share", Stat::Ratio));
    let facts = [
        one("enrolled_people", Stat::Count),
        people,
        visits,
        one("attended_share", Stat::Ratio),
        one("visits_per_person", Stat::Mean),
        whole.variable("visits_per_person").quantile(0.5),
        whole.variable("visit_minutes").quantile(0.5),
        one("days_attended_90", Stat::Mean),
    ];
    draft.paragraph.extend(facts.iter().flatten().map(|row| context.sentence(row)));
    let scheduled = one("attended_share", Stat::Ratio);
    let figures =
        [months(context, analysis, &rows), hours(context, analysis, &rows), regions(context, analysis, &rows), retention::weekly(context, analysis, &rows)];
    let first = figures.iter().flatten().next().map(|figure| figure.code.clone()).unwrap_or_default();
    for row in [scheduled, one("visits_per_person", Stat::Mean).or(visits), whole.variable("visit_minutes").quantile(0.5)].into_iter().flatten() {
        draft.point(row, &first);
    }
    draft.blocks.extend(figures.into_iter().flatten().map(|figure| Block::Figure(Box::new(figure))));
    draft.blocks.extend(retention::monthly(context, analysis, &rows));
    let leftovers = super::other::shares(context, analysis, &whole);
    draft.blocks.extend(leftovers);
    draft
}

fn finding(people: Option<&ResultRow>, visits: Option<&ResultRow>, held: Option<&ResultRow>) -> String {
    let count = |row: Option<&ResultRow>| row.and_then(|row| row.estimate).map(words::count);
    if let Some(share) = held.and_then(|row| row.estimate) {
        return format!("{} of scheduled visits were held", words::percent(share));
    }
    match (count(people), count(visits)) {
        (Some(people), Some(visits)) => format!("{people} people made {visits} visits"),
        (Some(people), None) => format!("{people} people came"),
        _ => String::new(),
    }
}

/// Regions in geographic order, other groups in the order of their codebook or by name.
pub(super) fn order(context: &Context<'_>, dataset: &str, group: &str, present: &[String]) -> Vec<String> {
    let known = context.book.variable(dataset, group).map(|words| words.levels.as_slice()).unwrap_or_default();
    let known = if context.book.regions.iter().any(|region| present.contains(region)) { &context.book.regions } else { known };
    let mut rest: Vec<String> = present.iter().filter(|level| !known.contains(level)).cloned().collect();
    rest.sort();
    known.iter().filter(|level| present.contains(level)).cloned().chain(rest).collect()
}

/// People by month, a small chart per region.
fn months(context: &Context<'_>, analysis: &AnalysisWords, rows: &Pick<'_>) -> Option<Figure> {
    let cells = rows.variable("people").stat(Stat::Count).by(&["month", "region"]);
    let mut months = cells.groups("month");
    months.sort();
    let lead = cells.first()?;
    let regions = order(context, &analysis.dataset, "region", &cells.groups("region"));
    let mut groups = Vec::new();
    let mut panels = Vec::new();
    for region in regions {
        let own = cells.group("region", &region);
        let found: Vec<Option<&ResultRow>> = months.iter().map(|month| own.group("month", month).first()).collect();
        panels.push(Panel { label: region.clone(), points: found.iter().map(|row| row.map_or_else(|| Estimate::of(0.0), estimate)).collect() });
        groups.push((region, found.into_iter().flatten().collect::<Vec<_>>()));
    }
    let total = rows.variable("people").stat(Stat::Count).by(&["month"]);
    let value = |row: &&&ResultRow| row.estimate.unwrap_or_default();
    let busiest = total.rows().iter().max_by(|a, b| value(a).total_cmp(&value(b))).and_then(|row| row.groups.get("month").cloned());
    let title = busiest.map_or_else(|| "People by month and region".into(), |month| format!("The most people came in {}", words::date(&month)));
    let first = months.first().map(|month| words::date(month)).unwrap_or_default();
    let last = months.last().map(|month| words::date(month)).unwrap_or_default();
    let subtitle = format!("Different people who came in each month, by region, {first} to {last}.");
    let notes = vec!["A person who comes in several months or regions counts once in each.".to_owned()];
    let chart = Chart::Multiples(Multiples { scale: Scale::Number { decimals: 0 }, months: months.iter().map(|month| short_month(month)).collect(), panels });
    let sketch = Sketch { lead, title, subtitle, kind: "Small line charts", groups, head: "Month".into(), notes };
    Some(figure::figure(context, analysis, sketch, chart, |row| row.groups.get("month").map(|month| words::date(month)).unwrap_or_default()))
}

/// `Mar 2024`.
fn short_month(month: &str) -> String {
    match words::date(month).split_once(' ') {
        Some((name, year)) => format!("{} {year}", name.chars().take(3).collect::<String>()),
        None => month.to_owned(),
    }
}

/// Visits by weekday and hour.
fn hours(context: &Context<'_>, analysis: &AnalysisWords, rows: &Pick<'_>) -> Option<Figure> {
    let cells = rows.variable("visits").stat(Stat::Count).by(&["weekday", "hour"]);
    let (mut days, mut hours) = (cells.groups("weekday"), cells.groups("hour"));
    days.sort();
    hours.sort();
    let value = |row: &&&ResultRow| row.estimate.unwrap_or(-1.0);
    let lead = *cells.rows().iter().max_by(|a, b| value(a).total_cmp(&value(b)))?;
    let hour = |row: &ResultRow| row.groups.get("hour").map(|hour| format!("{hour}:00")).unwrap_or_default();
    let mut grid = Vec::new();
    let mut groups = Vec::new();
    for day in &days {
        let own = cells.group("weekday", day);
        let found: Vec<Option<&ResultRow>> = hours.iter().map(|hour| own.group("hour", hour).first()).collect();
        grid.push(found.iter().map(|row| row.map_or(Cell::Closed, cell)).collect());
        groups.push((labels::weekday(day).to_owned(), found.into_iter().flatten().collect::<Vec<_>>()));
    }
    let day = lead.groups.get("weekday").map(|day| labels::weekday(day).to_owned()).unwrap_or_default();
    let title = format!("{day}s from {} are the busiest hour of the week", hour(lead));
    let subtitle = "Visits by weekday and hour of the check-in, over the whole period.".to_owned();
    let chart = Chart::Heatmap(Heatmap {
        scale: Scale::Number { decimals: 0 },
        measure: "Visits".into(),
        rows: days.iter().map(|day| labels::weekday(day).to_owned()).collect(),
        columns: hours.iter().map(|hour| labels::group_level("hour", hour)).collect(),
        cells: grid,
    });
    let notes = vec!["Hatched: no visits in that hour.".to_owned()];
    let sketch = Sketch { lead, title, subtitle, kind: "Heat map", groups, head: "Hour".into(), notes };
    Some(figure::figure(context, analysis, sketch, chart, hour))
}

fn cell(row: &ResultRow) -> Cell {
    match row.estimate {
        _ if row.is_suppressed() => Cell::Suppressed,
        Some(value) if value > 0.0 => Cell::Value(value),
        _ => Cell::Closed,
    }
}

/// Visits per person, or the share of visits held, by region or another group.
fn regions(context: &Context<'_>, analysis: &AnalysisWords, rows: &Pick<'_>) -> Option<Figure> {
    let held = rows.variable("attended_share").stat(Stat::Ratio);
    let all = if held.is_empty() { rows.variable("visits_per_person").stat(Stat::Mean) } else { held };
    let group = figure::main_group(&all)?;
    let cells = all.by(&[&group]);
    let found: Vec<&ResultRow> =
        order(context, &analysis.dataset, &group, &cells.groups(&group)).iter().filter_map(|level| cells.group(&group, level).first()).collect();
    let lead = *found.iter().max_by(|a, b| a.estimate.unwrap_or(-1.0).total_cmp(&b.estimate.unwrap_or(-1.0)))?;
    let split = labels::spoken(context.book, &analysis.dataset, &group);
    let name = |row: &ResultRow| row.groups.get(&group).cloned().unwrap_or_default();
    let rows = found.iter().map(|row| BarRow { heading: None, label: name(row), accent: row.id() == lead.id(), estimates: vec![estimate(row)] }).collect();
    let share = lead.stat == Stat::Ratio;
    let measure = if share { "Share of visits held" } else { "Visits per person" };
    let bars = Bars { scale: scale(lead), shape: BarShape::Bar, range: None, measure: measure.into(), series: vec![String::new()], rows, reference: None };
    let (title, subtitle) = if share {
        (
            format!("Most scheduled visits were held in {}", name(lead)),
            format!("Share of scheduled visits that were held, by {split}; n is the number of visits held."),
        )
    } else {
        (format!("People came most often in {}", name(lead)), format!("Mean visits per person over the whole period, by {split}; n is the number of people."))
    };
    let title = if group == "region" { title } else { format!("{measure} by {split}") };
    let sketch = Sketch {
        lead,
        title: headline(title, measure),
        subtitle,
        kind: "Bar chart",
        groups: vec![(String::new(), found)],
        head: words::capital(&split),
        notes: Vec::new(),
    };
    Some(figure::figure(context, analysis, sketch, Chart::Bars(bars), name))
}
