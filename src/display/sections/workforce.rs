//! Who does the work: FTEs per team, wages, organizations, and the people who coach.

use super::demographics::{chunks, numbers};
use super::figure::{self, Sketch, estimate};
use super::telling::{brief, telling};
use super::{Context, Draft, headline, words};
use crate::display::charts::{Band, Bands, BarRow, BarShape, Bars, Chart, Distribution, Scale, Spread};
use crate::display::parts::{Block, Figure};
use crate::display::pick::Pick;
use crate::display::{AnalysisWords, labels};
use crate::results::{ResultRow, Stat, Unit};

pub(super) fn draft(context: &Context<'_>, analysis: &AnalysisWords) -> Draft {
    let rows = context.rows.analysis(&analysis.id);
    let wave = context.latest(&rows, &analysis.dataset);
    let latest = rows.wave(&wave);
    let mut draft = Draft::default();
    draft.paragraph.extend(latest.variable("response_rate").by(&[]).first().map(|row| context.sentence(row)));
    draft.paragraph.extend(places(&latest));
    for name in latest.stat(Stat::Min).by(&[]).keep(|row| !row.is_suppressed()).variables() {
        let Some(figure) = spread(context, analysis, &latest, &name) else { continue };
        if let Some(median) = latest.variable(&name).by(&[]).quantile(0.5) {
            draft.paragraph.push(context.sentence(median));
            draft.point(median, &figure.code);
        }
        draft.paragraph.extend(latest.variable(&name).stat(Stat::Total).by(&[]).first().map(|row| context.sentence(row)));
        if draft.finding.is_empty() {
            draft.finding = reach(context, analysis, &latest, &name).unwrap_or_else(|| figure.words.title.clone());
        }
        draft.blocks.push(Block::Figure(Box::new(figure)));
    }
    draft.blocks.extend(wages(context, analysis, &latest).map(|figure| Block::Figure(Box::new(figure))));
    shares(context, analysis, &latest, &wave, &mut draft);
    draft.blocks.extend(goals(context, analysis, &latest).map(|figure| Block::Figure(Box::new(figure))));
    let people = latest.keep(|row| row.unit != Unit::Fte && row.unit != Unit::Dollars);
    draft.blocks.extend(numbers(context, analysis, &people));
    draft
}

/// `61 organizations offered 266 programs in 27 settings.`
fn places(latest: &Pick<'_>) -> Option<String> {
    let count = |name: &str| latest.variable(name).stat(Stat::Count).by(&[]).keep(|row| row.level.is_none()).first()?.estimate;
    let (organizations, programs, settings) = (count("organizations")?, count("programs")?, count("settings")?);
    Some(format!(
        "{} organizations offered {} programs in {} distinct service settings.",
        words::count(organizations),
        words::count(programs),
        words::count(settings)
    ))
}

/// `Peer Specialist FTEs per team range from 0.5 to 4`.
fn reach(context: &Context<'_>, analysis: &AnalysisWords, latest: &Pick<'_>, name: &str) -> Option<String> {
    let own = latest.variable(name).by(&[]);
    let end = |stat| own.stat(stat).first().and_then(|row| Some(labels::bare(row, row.estimate?)));
    let label = labels::variable(context.book, &analysis.dataset, name);
    Some(headline(format!("{label} range from {} to {}", end(Stat::Min)?, end(Stat::Max)?), &label))
}

/// Dots above a box for a number that belongs to teams.
fn spread(context: &Context<'_>, analysis: &AnalysisWords, latest: &Pick<'_>, name: &str) -> Option<Figure> {
    let own = latest.variable(name).by(&[]);
    let median = own.quantile(0.5)?;
    let value = |row: Option<&ResultRow>| row.filter(|row| !row.is_suppressed()).and_then(|row| row.estimate);
    let pair = |low: Option<f64>, high: Option<f64>| Some((low?, high?));
    let counts = own.stat(Stat::Count).keep(|row| row.level.is_some());
    let dots = counts.rows().iter().filter_map(|row| Some((row.level.as_deref()?.parse::<f64>().ok()?, value(Some(row))?))).collect();
    let label = labels::variable(context.book, &analysis.dataset, name);
    let noun = context.book.noun(&analysis.dataset);
    let one = words::singular(noun);
    let extremes = pair(value(own.stat(Stat::Min).first()), value(own.stat(Stat::Max).first()));
    let group =
        Spread { label: String::new(), dots, median: estimate(median), quartiles: pair(value(own.quantile(0.25)), value(own.quantile(0.75))), extremes };
    let middle = median.estimate.map(|estimate| labels::bare(median, estimate)).unwrap_or_default();
    let things = short_label(&label, &one);
    let wanted = match things.strip_suffix(" employed") {
        Some(things) => format!("Half of {noun} employ {middle} {} or fewer", words::small(things)),
        None if things.contains("FTE") => format!("Half of {noun} have {middle} {things} or fewer"),
        None => format!("{things}: the median of {noun} is {middle}"),
    };
    let title = headline(wanted, &format!("{label}: median {middle}"));
    let answered =
        latest.variable("response_rate").by(&[]).first().and_then(|row| Some(format!("{} of {}", words::count(row.n?), words::count(row.denominator?))));
    let base = answered.or_else(|| median.n.map(words::count)).unwrap_or_default();
    let subtitle = format!("{label}; each dot is one {one}, the box holds the middle half; {base} {noun}.");
    let stats = own.keep(|row| row.stat != Stat::Count).rows().to_vec();
    let mut groups = vec![("Summary".to_owned(), stats)];
    if !counts.is_empty() {
        groups.push((format!("{} with this value", words::capital(noun)), counts.rows().to_vec()));
    }
    let chart = Chart::Distribution(Distribution { scale: figure::scale(median), range: None, unit: one, groups: vec![group] });
    let sketch = Sketch { lead: median, title, subtitle, kind: "Dot and box plot", groups, head: "Figure".into(), notes: Vec::new() };
    let name = |row: &ResultRow| if row.stat == Stat::Count { row.level.clone().unwrap_or_default() } else { words::capital(&labels::stat(row)) };
    Some(figure::figure(context, analysis, sketch, chart, name))
}

/// `Peer Specialist FTEs per team` without `per team`.
fn short_label(label: &str, one: &str) -> String {
    label.trim_end_matches(&format!(" per {one}")).to_owned()
}

/// Bands of hourly wages at their true widths.
fn wages(context: &Context<'_>, analysis: &AnalysisWords, latest: &Pick<'_>) -> Option<Figure> {
    let shares = latest.stat(Stat::Proportion).by(&[]).keep(|row| row.variable.contains("wage"));
    let are_bands = |name: &String| shares.variable(name).rows().iter().all(|row| row.level.as_deref().is_some_and(|level| money(level).is_some()));
    let name = shares.variables().into_iter().find(are_bands)?;
    let mut rows = shares.variable(&name).rows().to_vec();
    let bounds = |row: &ResultRow| row.level.as_deref().and_then(money).unwrap_or_default();
    rows.sort_by(|a, b| {
        let (a, b) = (bounds(a), bounds(b));
        a.0.unwrap_or(0.0).total_cmp(&b.0.unwrap_or(0.0)).then(a.1.unwrap_or(f64::MAX).total_cmp(&b.1.unwrap_or(f64::MAX)))
    });
    let lead = telling(&rows).or_else(|| rows.first().copied())?;
    let median = latest.stat(Stat::Quantile).by(&[]).keep(|row| row.unit == Unit::Dollars).quantile(0.5);
    let bands = rows
        .iter()
        .map(|row| {
            let (low, high) = bounds(row);
            Band { label: row.level.clone().unwrap_or_default(), low, high, share: estimate(row) }
        })
        .collect();
    let label = labels::variable(context.book, &analysis.dataset, &name);
    let noun = context.book.noun(&analysis.dataset);
    let level = lead.level.clone().unwrap_or_default();
    let title = headline(format!("The most common {} is {level}", words::small(&label)), &label);
    let subtitle = format!("{label}: share of {noun} in each band, as the bands were asked; they may overlap.");
    let mut groups = vec![("Bands".to_owned(), rows.clone())];
    groups.extend(median.map(|row| ("Median".to_owned(), vec![row])));
    let chart =
        Chart::Bands(Bands { scale: Scale::Dollars, range: None, measure: label, share: format!("Share of {noun}"), bands, median: median.map(estimate) });
    let sketch = Sketch { lead, title, subtitle, kind: "Bars of bands", groups, head: "Band".into(), notes: Vec::new() };
    Some(figure::figure(
        context,
        analysis,
        sketch,
        chart,
        |row| if row.stat == Stat::Quantile { "Median".into() } else { row.level.clone().unwrap_or_default() },
    ))
}

/// Lower and upper end of `$12–14`, `$12-14`, `Under $10`, `$20 and over`.
fn money(level: &str) -> Option<(Option<f64>, Option<f64>)> {
    if !level.contains('$') {
        return None;
    }
    let digits: Vec<char> = level.chars().collect();
    let is_between = |place: usize| place > 0 && digits[place - 1].is_ascii_digit() && digits.get(place + 1).is_some_and(char::is_ascii_digit);
    // A comma between digits parts thousands.
    let level: String = digits.iter().enumerate().filter(|(place, letter)| **letter != ',' || !is_between(*place)).map(|(_, letter)| letter).collect();
    let numbers: Vec<f64> = level.split(|letter: char| !letter.is_ascii_digit() && letter != '.').filter_map(|part| part.parse().ok()).collect();
    let small = level.to_lowercase();
    match numbers.as_slice() {
        [low, high, ..] => Some((Some(*low), Some(*high))),
        [only] if small.starts_with("under") || small.starts_with("less") || small.starts_with("below") => Some((None, Some(*only))),
        [only] => Some((Some(*only), None)),
        [] => None,
    }
}

/// Categories of the people or the teams.
fn shares(context: &Context<'_>, analysis: &AnalysisWords, latest: &Pick<'_>, wave: &str, draft: &mut Draft) {
    let others = latest.keep(|row| !row.variable.contains("wage") && !row.variable.ends_with("_met"));
    for chunk in chunks(context, analysis, &others) {
        let Some(lead) = chunk.first().and_then(|(_, rows)| telling(rows)) else { continue };
        let figure = super::demographics::bars(context, analysis, lead, chunk, wave);
        if draft.finding.is_empty() {
            draft.finding = headline(brief(context, lead), &figure.words.title);
            draft.point(lead, &figure.code);
            draft.paragraph.push(context.sentence(lead));
        }
        draft.blocks.push(Block::Figure(Box::new(figure)));
    }
}

/// Shares who met each goal.
fn goals(context: &Context<'_>, analysis: &AnalysisWords, latest: &Pick<'_>) -> Option<Figure> {
    let met = latest.stat(Stat::Proportion).by(&[]).keep(|row| row.variable.ends_with("_met") && row.level.as_deref() != Some("No"));
    let rows = met.rows().to_vec();
    let lead = telling(&rows)?;
    let name = |row: &ResultRow| {
        let base = row.variable.trim_end_matches("_met");
        let goal =
            context.book.variable(&row.dataset, base).and_then(|words| words.goal).map(|goal| format!(" (goal {})", words::short(goal, 1))).unwrap_or_default();
        format!("{}{goal}", labels::variable(context.book, &row.dataset, base))
    };
    let noun = context.book.noun(&analysis.dataset);
    let bars = Bars {
        scale: Scale::Percent,
        shape: BarShape::Bar,
        range: Some((0.0, 1.0)),
        measure: "Share who met the goal".into(),
        series: vec![String::new()],
        rows: rows.iter().map(|row| BarRow { heading: None, label: name(row), accent: false, estimates: vec![estimate(row)] }).collect(),
        reference: None,
    };
    let title = headline(brief(context, lead), "Progress towards certification");
    let subtitle = format!("Share of {noun} who met each goal of certification; whiskers are 95% intervals.");
    let sketch = Sketch { lead, title, subtitle, kind: "Bar chart", groups: vec![(String::new(), rows.clone())], head: "Goal".into(), notes: Vec::new() };
    Some(figure::figure(context, analysis, sketch, Chart::Bars(bars), name))
}

#[cfg(test)]
mod tests {
    use super::money;

    #[test]
    fn bands_of_money_have_ends() {
        assert_eq!(money("$12–14"), Some((Some(12.0), Some(14.0))));
        assert_eq!(money("Under $10"), Some((None, Some(10.0))));
        assert_eq!(money("$20 and over"), Some((Some(20.0), None)));
        assert_eq!(money("Yes"), None);
    }
}
