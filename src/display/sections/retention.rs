//! How long people keep coming: curves since the first visit with the people at risk, their medians, and weeks of a study.

use super::attendance::order;
use super::figure::{self, Sketch, estimate};
use super::{Context, headline, words};
use crate::display::charts::{Chart, Estimate, StayLine, Stays};
use crate::display::parts::{Block, Figure};
use crate::display::pick::Pick;
use crate::display::{AnalysisWords, labels};
use crate::results::{ResultRow, Stat};

/// Whose curve a row belongs to, with its rows.
type Line<'a> = (String, Vec<&'a ResultRow>);

/// Curves of everybody and of each level of a group, what they say in sentences, and the table of medians.
pub(super) fn monthly(context: &Context<'_>, analysis: &AnalysisWords, rows: &Pick<'_>) -> Vec<Block> {
    let rows = rows.variable("retention");
    let whole = timed(rows.stat(Stat::Survival).by(&[]).rows());
    if whole.iter().all(|row| row.estimate.is_none() && !row.is_suppressed()) {
        return Vec::new();
    }
    let grouped = rows.stat(Stat::Survival).keep(|row| !row.groups.is_empty());
    let group = figure::main_group(&grouped);
    let levels = |group: &String| order(context, &analysis.dataset, group, &grouped.by(&[group]).groups(group));
    let mut lines: Vec<Line<'_>> = vec![("Everybody".to_owned(), whole)];
    if let Some(group) = &group {
        lines.extend(levels(group).into_iter().map(|level| (level.clone(), timed(grouped.by(&[group]).group(group, &level).rows()))));
    }
    let mut medians: Vec<&ResultRow> = rows.by(&[]).stat(Stat::Quantile).rows().to_vec();
    if let Some(group) = &group {
        medians.extend(levels(group).iter().filter_map(|level| rows.by(&[group]).group(group, level).stat(Stat::Quantile).first()));
    }
    let told = rows.by(&[]).keep(|row| matches!(row.stat, Stat::Quantile | Stat::Chisq));
    let text: Vec<String> = told.rows().iter().map(|row| context.sentence(row)).collect();
    let mut blocks = vec![Block::Paragraph(text.join(" "))];
    let split = group.as_ref().map(|group| labels::spoken(context.book, &analysis.dataset, group));
    blocks.extend(curves(context, analysis, lines, split.as_deref()).map(|figure| Block::Figure(Box::new(figure))));
    if medians.iter().filter(|row| row.estimate.is_some()).count() > 1 {
        let name = |row: &ResultRow| group.as_ref().and_then(|group| row.groups.get(group)).cloned().unwrap_or_else(|| "Everybody".to_owned());
        let head = words::capital(split.as_deref().unwrap_or("Who"));
        let mut table = figure::table("Days after which half had stopped coming", &head, &[(String::new(), medians.clone())], name);
        table.base = figure::base(context, analysis, &medians);
        table.notes = figure::standing_notes(context, analysis, &medians);
        table.folded = true;
        blocks.push(Block::Table(Box::new(table)));
    }
    blocks
}

fn curves(context: &Context<'_>, analysis: &AnalysisWords, lines: Vec<Line<'_>>, split: Option<&str>) -> Option<Figure> {
    let (_, whole) = lines.first()?;
    let lead = *whole.iter().find(|row| time(row) >= 3.0 && row.estimate.is_some()).or_else(|| whole.last())?;
    let share = lead.estimate.map(words::percent).unwrap_or_default();
    let title = format!("{share} were still coming {} months after their first visit in the log", lead.level.clone().unwrap_or_default());
    let by = split.map(|split| format!(", all together and by {split}")).unwrap_or_default();
    let line = |(label, own): &Line<'_>| StayLine {
        label: label.clone(),
        accent: label == &lines[0].0,
        points: own.iter().map(|row| (time(row), Estimate { n: row.denominator, ..estimate(row) })).collect(),
    };
    let chart = Chart::Stays(Stays {
        along: "Months (of 30 days) since the first visit in the log".into(),
        below: "People followed up to each month who had not stopped before:".into(),
        lines: lines.iter().map(line).collect(),
    });
    let mut notes = vec![
        "Whoever came before the log begins counts from their first visit in it, so this is how long people stay and not how long newcomers do.".to_owned(),
        "Base: people whom the log follows to that month and who had not stopped before it. n: those of them who still came.".to_owned(),
        "Months are joined where a count of people would be small; there the line is straight. The line of everybody has its 95% interval as a band."
            .to_owned(),
    ];
    if split.is_some() {
        notes.push("People belong to the place of their first visit. Places with too few people for a curve are left out.".to_owned());
    }
    let sketch = Sketch {
        lead,
        title: headline(title, "How long people keep coming"),
        subtitle: format!("Share of people who had not stopped coming by each month since their first visit in the log{by}."),
        kind: "Stair-shaped curves",
        groups: lines,
        head: "Since the first visit".into(),
        notes,
    };
    Some(figure::figure(context, analysis, sketch, chart, |row| match row.level.as_deref() {
        Some("1") => "1 month".to_owned(),
        month => format!("{} months", month.unwrap_or_default()),
    }))
}

/// Most lines of a chart of weeks beside the line of everybody.
const MOST_LINES: usize = 4;

/// Share with a visit in or after each week of a study, of everybody and of each level of a group with few levels.
pub(super) fn weekly(context: &Context<'_>, analysis: &AnalysisWords, rows: &Pick<'_>) -> Option<Figure> {
    let rows = &rows.variable("retention_week");
    let points = timed(rows.stat(Stat::Survival).by(&[]).rows());
    let early = if points.len() > 16 { 12.0 } else { 3.0 };
    let lead = *points.iter().find(|row| time(row) >= early && row.estimate.is_some()).or_else(|| points.first())?;
    let mut lines: Vec<Line<'_>> = vec![("Everybody".to_owned(), points)];
    let grouped = rows.stat(Stat::Survival).keep(|row| !row.groups.is_empty());
    let group = figure::main_group(&grouped).filter(|group| grouped.by(&[group]).groups(group).len() <= MOST_LINES);
    if let Some(group) = &group {
        let cells = grouped.by(&[group]);
        let levels = order(context, &analysis.dataset, group, &cells.groups(group));
        lines.extend(levels.into_iter().map(|level| (level.clone(), timed(cells.group(group, &level).rows()))));
    }
    let (share, after) = (lead.estimate.map(words::percent).unwrap_or_default(), lead.level.clone().unwrap_or_default());
    let split = group.map(|group| format!(", all together and by {}", labels::spoken(context.book, &analysis.dataset, &group))).unwrap_or_default();
    let line = |(label, own): &Line<'_>| StayLine {
        label: label.clone(),
        accent: label == &lines[0].0,
        points: own.iter().map(|row| (time(row), estimate(row))).collect(),
    };
    let chart = Chart::Stays(Stays {
        along: "Week of the study".into(),
        below: "People with a visit in that week or later:".into(),
        lines: lines.iter().map(line).collect(),
    });
    let mut notes = vec!["Weeks are joined where a count of people would be small; there the line is straight.".to_owned()];
    if !split.is_empty() {
        notes.push("People belong to the place of their first visit.".to_owned());
    }
    let sketch = Sketch {
        lead,
        title: headline(format!("{share} came in week {after} of the study or later"), "How long people keep coming"),
        subtitle: format!("Share of people on file with a visit in that week of the study or later{split}."),
        kind: "Stair-shaped curves",
        groups: lines,
        head: "Week of the study".into(),
        notes,
    };
    Some(figure::figure(context, analysis, sketch, chart, |row| format!("Week {}", row.level.clone().unwrap_or_default())))
}

/// The time of a retention figure.
fn time(row: &ResultRow) -> f64 {
    row.level.as_deref().and_then(|level| level.parse().ok()).unwrap_or_default()
}

/// One figure for each time, in order.
fn timed<'a>(rows: &[&'a ResultRow]) -> Vec<&'a ResultRow> {
    let mut rows = rows.to_vec();
    rows.sort_by(|a, b| time(a).total_cmp(&time(b)));
    rows.dedup_by_key(|row| row.level.clone());
    rows
}
