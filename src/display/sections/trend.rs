//! What changed: lines over waves, and a table of changes with their intervals.

use super::figure::{self, Sketch, estimate};
use super::telling::brief;
use super::{Context, Draft, headline, stayers, words};
use crate::display::cells::{Cell, Format};
use crate::display::charts::{Break, Chart, Estimate, Scale, Trend, TrendLine, Wave, Who};
use crate::display::parts::{Block, Figure, Row, Table};
use crate::display::pick::Pick;
use crate::display::sentences::{direction, size, subject, untold};
use crate::display::{AnalysisWords, labels, tables};
use crate::results::{ResultRow, Stat, Unit};

/// Most charts of one analysis; the table holds the rest.
const MOST_CHARTS: usize = 8;
/// Most lines of one chart.
const MOST_LINES: usize = 5;

pub(super) fn draft(context: &Context<'_>, analysis: &AnalysisWords) -> Draft {
    let rows = context.rows.analysis(&analysis.id);
    let wave = context.latest(&rows, &analysis.dataset);
    let waves = context.waves(&rows, &analysis.dataset);
    let mut draft = Draft::default();
    let changes: Vec<&ResultRow> = rows.wave(&wave).stat(Stat::Difference).by(&["compared_with"]).rows().to_vec();
    let lead = leading(context, &changes, waves.first());
    if let Some(lead) = lead {
        draft.finding = finding(context, lead);
        draft.paragraph.push(context.sentence(lead));
    }
    draft.paragraph.extend(recent(context, &changes, lead, &waves));
    for name in series(context, &rows, &changes, analysis).iter().take(MOST_CHARTS) {
        let Some(figure) = lines(context, analysis, &rows, name, &waves) else { continue };
        if let Some(lead) = lead.filter(|lead| lead.variable == *name && draft.points.is_empty()) {
            let first = lead.groups.get("compared_with");
            let compared = changes.iter().filter(|row| row.groups.get("compared_with") == first).count();
            draft.point_with(lead, &figure.code, if compared > 5 { format!("It is one of {compared} series compared.") } else { String::new() });
        }
        draft.blocks.push(Block::Figure(Box::new(figure)));
    }
    draft.blocks.extend(table(context, analysis, &changes).map(|table| Block::Table(Box::new(table))));
    draft.blocks.extend(stayers::tables(context, analysis, &rows).into_iter().map(|table| Block::Table(Box::new(table))));
    draft
}

/// The change that leads: that of the first instrument over the whole period, else the first one.
fn leading<'a>(context: &Context<'_>, changes: &[&'a ResultRow], first: Option<&String>) -> Option<&'a ResultRow> {
    let given = || changes.iter().copied().filter(|row| !row.is_suppressed() && row.estimate.is_some());
    let has_told = given().any(|row| untold(row).is_none());
    let told = || given().filter(|row| !has_told || untold(row).is_none());
    let whole = |row: &&ResultRow| row.groups.get("compared_with") == first;
    let scored = |row: &&ResultRow| context.book.instrument(&row.variable).is_some();
    told().filter(whole).find(scored).or_else(|| told().find(scored)).or_else(|| told().find(whole)).or_else(|| told().next())
}

/// How many series changed since the wave before, and the clearest ones.
fn recent(context: &Context<'_>, changes: &[&ResultRow], lead: Option<&ResultRow>, waves: &[String]) -> Vec<String> {
    let (Some(wave), Some(previous)) = (waves.last(), waves.iter().rev().nth(1)) else { return Vec::new() };
    let recent: Vec<&ResultRow> = changes.iter().copied().filter(|row| row.groups.get("compared_with") == Some(previous)).collect();
    if recent.is_empty() {
        return Vec::new();
    }
    let mut clear: Vec<&ResultRow> = recent.iter().copied().filter(|row| direction(row).is_some() && !row.is_suppressed()).collect();
    let number = if clear.is_empty() { "none".to_owned() } else { clear.len().to_string() };
    let unknown = recent.iter().filter(|row| untold(row).is_some()).count();
    let rest = if unknown > 0 { format!(" Of {unknown} it cannot be told.") } else { String::new() };
    let chance = if recent.len() > 5 { " With so many series compared, about one in twenty would do so by chance alone." } else { "" };
    let mut told = vec![format!(
        "Of {} series compared between {previous} and {wave}, {number} changed clearly: {} interval leaves out zero.{rest}{chance}",
        recent.len(),
        if clear.len() == 1 { "its" } else { "their" }
    )];
    clear.retain(|row| lead.is_none_or(|lead| lead.id() != row.id()));
    clear.sort_by(|a, b| {
        let key = |row: &ResultRow| (context.book.instrument(&row.variable).is_none(), row.p_value.unwrap_or(1.0));
        let (a, b) = (key(a), key(b));
        a.0.cmp(&b.0).then(a.1.total_cmp(&b.1))
    });
    told.extend(clear.iter().take(2).map(|row| context.sentence(row)));
    told
}

/// Series in the order of their charts: instruments, then what changed clearly, then the rest of the pipeline.
fn series(context: &Context<'_>, rows: &Pick<'_>, changes: &[&ResultRow], analysis: &AnalysisWords) -> Vec<String> {
    let levels = rows.by(&[]).keep(|row| matches!(row.stat, Stat::Mean | Stat::Proportion));
    let present = levels.variables();
    let mut names: Vec<String> = analysis.variables.iter().filter(|name| present.contains(name)).cloned().collect();
    names.extend(present.into_iter().filter(|name| !analysis.variables.contains(name)));
    let clear = |name: &String| changes.iter().any(|row| row.variable == *name && direction(row).is_some());
    names.sort_by_key(|name| (context.book.instrument(name).is_none(), !clear(name)));
    names
}

/// `Mean recovery capital rose from 48.9 in 2022 to 50.4 in 2024`.
fn finding(context: &Context<'_>, lead: &ResultRow) -> String {
    let earlier = lead.groups.get("compared_with").cloned().unwrap_or_default();
    let subject = subject(lead, context.book);
    let shorter = match direction(lead) {
        Some(up) => {
            let by = size(lead, lead.estimate.unwrap_or_default());
            format!("{subject} {} by {by} since {earlier}", if up { "rose" } else { "fell" })
        }
        None if untold(lead).is_some() => {
            return headline(format!("Whether {subject} changed since {earlier} cannot be told"), "Whether it changed cannot be told");
        }
        None => return headline(format!("No clear change in {subject} since {earlier}"), "No clear change"),
    };
    headline(brief(context, lead), &shorter)
}

/// The time of a wave in years.
pub(super) fn time(context: &Context<'_>, dataset: &str, wave: &str, place: usize) -> f64 {
    let date = context.book.dataset(dataset).and_then(|words| words.waves.iter().find(|own| own.id == wave)).map(|own| own.date.clone());
    let date = date.filter(|date| !date.is_empty()).unwrap_or_else(|| format!("{wave}-07-01"));
    let parts: Vec<f64> = date.split('-').filter_map(|part| part.parse().ok()).collect();
    match parts.as_slice() {
        [year, month, day] => year + (month - 1.0) / 12.0 + (day - 1.0) / 365.0,
        [year, month] => year + (month - 0.5) / 12.0,
        [year] => year + 0.5,
        _ => place as f64,
    }
}

/// One chart: a mean over waves, or the largest shares of a variable.
pub(super) fn lines(context: &Context<'_>, analysis: &AnalysisWords, rows: &Pick<'_>, name: &str, waves: &[String]) -> Option<Figure> {
    let own = rows.variable(name).keep(|row| matches!(row.stat, Stat::Mean | Stat::Proportion));
    let everyone = own.by(&[]);
    let latest = waves.last()?;
    let mut levels: Vec<Option<String>> = everyone.levels().into_iter().map(Some).collect();
    if levels.is_empty() {
        levels.push(None);
    }
    let last = |level: &Option<String>| everyone.wave(latest).keep(|row| row.level == *level).first().and_then(|row| row.estimate).unwrap_or(-1.0);
    if levels.len() == 2 {
        levels.sort_by_key(|level| level.as_deref() != Some("Yes"));
        levels.truncate(1);
    }
    if levels.len() > MOST_LINES {
        levels.sort_by(|a, b| last(b).total_cmp(&last(a)).then_with(|| a.cmp(b)));
        levels.truncate(MOST_LINES);
    }
    let mut drawn = Vec::new();
    let mut groups: Vec<(String, Vec<&ResultRow>)> = Vec::new();
    for (who, selection) in [(Who::Everyone, everyone.clone()), (Who::Stayers, own.by(&["who"]))] {
        for level in &levels {
            let found: Vec<Option<&ResultRow>> = waves.iter().map(|wave| selection.wave(wave).keep(|row| row.level == *level).first()).collect();
            if found.iter().all(Option::is_none) {
                continue;
            }
            let label = match (who, level) {
                (Who::Everyone, None) => "everyone".into(),
                (Who::Stayers, None) => "seen twice".into(),
                (Who::Everyone, Some(level)) if level == "Yes" => labels::variable(context.book, &analysis.dataset, name),
                (Who::Everyone, Some(level)) => level.clone(),
                (Who::Stayers, Some(level)) => format!("{level}, seen twice"),
            };
            drawn.push(TrendLine {
                label: label.clone(),
                who,
                accent: drawn.is_empty(),
                points: found
                    .iter()
                    .map(|row| row.map(|row| Estimate { n: row.denominator.or(row.n).filter(|_| !row.is_suppressed()), ..estimate(row) }))
                    .collect(),
            });
            groups.push((words::capital(&label), found.into_iter().flatten().collect()));
        }
    }
    let lead = groups.first()?.1.last().copied()?;
    if waves.len() < 2 {
        return None;
    }
    let spoken = labels::spoken(context.book, &analysis.dataset, name);
    let scale = if lead.unit == Unit::Percent { Scale::Percent } else { Scale::Number { decimals: 1 } };
    let scale_range = labels::range(context.book, &analysis.dataset, name).filter(|_| lead.unit != Unit::Percent);
    let range = scale_range.map(|whole| near(whole, &groups));
    let waves_drawn = waves.iter().enumerate().map(|(place, wave)| Wave { time: time(context, &analysis.dataset, wave, place), label: wave.clone() }).collect();
    let breaks = context.book.breaks.iter().filter(|broken| broken.variable == name);
    let breaks: Vec<Break> = breaks
        .filter_map(|broken| Some(Break { after: waves.iter().position(|wave| *wave == broken.wave)?.checked_sub(1)?, label: broken.reason.clone() }))
        .collect();
    let mut notes: Vec<String> = breaks.iter().map(|broken| format!("The line is broken: {}.", broken.label)).collect();
    notes.extend(
        context.book.instrument(name).and_then(|(instrument, _)| instrument.higher_better).filter(|better| !better).map(|_| "Lower is better.".to_owned()),
    );
    notes.extend(stayers::told(rows, name, latest));
    let measure = if lead.unit == Unit::Percent { format!("Share of {} by {spoken}", context.book.noun(&analysis.dataset)) } else { format!("Mean {spoken}") };
    let subtitle = format!("{measure} in each wave, {} to {latest}; bands are 95% intervals, n is the number of answers.", waves.first()?);
    let title = title(context, rows, name, lead, waves);
    let sketch = Sketch { lead, title, subtitle, kind: "Line chart", groups, head: "Wave".into(), notes };
    let chart = Chart::Trend(Trend { scale, range, whole: scale_range, waves: waves_drawn, lines: drawn, breaks });
    Some(figure::figure(context, analysis, sketch, chart, |row| row.wave.clone().unwrap_or_default()))
}

/// The part of a scale around the figures, in whole points.
pub(super) fn near(whole: (f64, f64), groups: &[(String, Vec<&ResultRow>)]) -> (f64, f64) {
    let rows = groups.iter().flat_map(|(_, rows)| rows);
    let ends = rows.flat_map(|row| [row.conf_low.or(row.estimate), row.conf_high.or(row.estimate)]).flatten();
    let (low, high) = ends.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    if low.is_finite() { ((low - 0.25).floor().max(whole.0), (high + 0.25).ceil().min(whole.1)) } else { whole }
}

/// Over the whole period where the table has that comparison, else since the wave before.
fn title(context: &Context<'_>, rows: &Pick<'_>, name: &str, lead: &ResultRow, waves: &[String]) -> String {
    let spoken = labels::spoken(context.book, &lead.dataset, name);
    let latest = waves.last().cloned().unwrap_or_default();
    let changes = rows.variable(name).stat(Stat::Difference).wave(&latest).by(&["compared_with"]).keep(|row| row.estimate.is_some() && !row.is_suppressed());
    let earlier = waves.iter().find(|wave| !changes.group("compared_with", wave).is_empty());
    let Some(earlier) = earlier else { return headline(format!("{spoken}, {} to {latest}", waves.first().cloned().unwrap_or_default()), &spoken) };
    let changes = changes.group("compared_with", earlier);
    let clear = changes.keep(|row| direction(row).is_some() && row.level.as_deref() != Some("No"));
    let Some(row) = clear.first() else {
        let subject = if lead.unit == Unit::Percent { format!("shares by {spoken}") } else { format!("mean {spoken}") };
        if changes.rows().iter().any(|row| untold(row).is_some()) {
            return headline(format!("Whether {subject} changed from {earlier} to {latest} cannot be told"), &format!("{spoken} since {earlier}"));
        }
        return headline(format!("No clear change in {subject} from {earlier} to {latest}"), &format!("No clear change in {spoken}"));
    };
    let verb = if direction(row) == Some(true) { "rose" } else { "fell" };
    match &row.level {
        Some(level) if clear.rows().len() == 1 => headline(
            format!("{} {verb} from {earlier} to {latest}", subject(row, context.book)),
            &format!("{}: the share “{level}” {verb} from {earlier} to {latest}", words::capital(&spoken)),
        ),
        Some(_) => headline(
            format!("{} of {} shares by {spoken} changed clearly from {earlier} to {latest}", clear.rows().len(), changes.rows().len()),
            &format!("Shares by {spoken} changed"),
        ),
        None => headline(format!("{} {verb} from {earlier} to {latest}", subject(row, context.book)), &format!("{spoken} {verb} since {earlier}")),
    }
}

/// Every change with its interval and test, by variable.
fn table(context: &Context<'_>, analysis: &AnalysisWords, changes: &[&ResultRow]) -> Option<Table> {
    changes.first()?;
    let heads = [("Series", ""), ("Since", ""), ("Change", ""), ("95% interval", ""), ("p", ""), ("Reading", ""), ("Code", "")];
    let caption = format!("All {} changes to the latest wave, with intervals and tests", changes.len());
    let mut table = Table { caption, columns: Table::columns(&heads), coded: true, folded: true, ..Table::default() };
    if let Some(column) = table.columns.get_mut(5) {
        column.numeric = false;
    }
    let mut said = "";
    for row in changes {
        if row.variable != said {
            said = &row.variable;
            let label = words::capital(&labels::spoken(context.book, &row.dataset, &row.variable));
            let unit = match row.unit {
                Unit::Percent => "percentage points".to_owned(),
                Unit::None => context.book.variable(&row.dataset, &row.variable).map(|words| words.unit_words.clone()).unwrap_or_default(),
                other => other.word().to_owned(),
            };
            table.rows.push(Row::Group(if unit.is_empty() { label } else { format!("{label}, {unit}") }));
        }
        table.rows.push(Row::Cells(change_cells(row)));
    }
    table.base = figure::base(context, analysis, changes);
    table.notes = figure::standing_notes(context, analysis, changes);
    table
        .notes
        .push("Rose or fell: the interval of the change leaves out zero. With many series compared, about one in twenty does so by chance alone.".into());
    Some(table)
}

fn change_cells(row: &ResultRow) -> Vec<Cell> {
    let reading = match (row.is_suppressed(), direction(row)) {
        (true, _) => "†",
        (_, Some(true)) => "rose",
        (_, Some(false)) => "fell",
        (_, None) if row.estimate.is_none() => "too few answers",
        (_, None) if untold(row).is_some() => "cannot be told",
        _ => "not clear",
    };
    let none = || if row.is_suppressed() { Cell::hidden() } else { Cell::absent() };
    let p = row.p_value.map_or_else(none, |p| Cell::number(p, Format::P));
    let earlier = row.groups.get("compared_with").cloned().unwrap_or_default();
    let name = row.level.clone().unwrap_or_else(|| "Mean".into());
    vec![name.into(), earlier.into(), tables::cell(row), tables::interval(row), p, reading.into(), tables::code(row)]
}
