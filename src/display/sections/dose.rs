//! Do people who come more often do better: mean scores by bands of attendance, with the standing warning that this is no effect.

use super::figure::{self, Sketch, estimate, scale};
use super::{Context, Draft, headline, words};
use crate::display::charts::{BarRow, BarShape, Bars, Chart};
use crate::display::parts::{Block, Figure, Table};
use crate::display::pick::Pick;
use crate::display::{AnalysisWords, labels};
use crate::results::{ResultRow, Stat};

/// What stands beside every figure here.
const STANDING: &str =
    "This shows an association, not an effect: people who feel better may come more often, just as people who come more often may feel better.";

pub(super) fn draft(context: &Context<'_>, analysis: &AnalysisWords) -> Draft {
    let rows = context.rows.analysis(&analysis.id);
    let mut draft = Draft::default();
    let means = rows.stat(Stat::Mean).keep(|row| group(row).is_some());
    let scores = means.variables();
    let Some(score) = scores.first() else { return draft };
    let trend = rows.stat(Stat::Correlation).variable(score).first();
    draft.finding = trend.and_then(|trend| finding(context, analysis, trend)).map(|text| words::capital(&text)).unwrap_or_default();
    draft.paragraph.push(STANDING.to_owned());
    let trends = rows.stat(Stat::Correlation);
    draft.paragraph.extend(trends.rows().iter().filter(|row| !row.is_suppressed()).take(2).map(|row| context.sentence(row)));
    if let Some(figure) = chart(context, analysis, &means, score, &draft.finding) {
        if let Some(trend) = trend {
            draft.point_with(trend, &figure.code, STANDING.to_owned());
        }
        draft.blocks.push(Block::Figure(Box::new(figure)));
    }
    draft.blocks.push(Block::Table(Box::new(table(context, analysis, &means, &scores))));
    if !trends.is_empty() {
        draft.blocks.push(Block::Table(Box::new(correlations(context, analysis, &trends))));
    }
    draft
}

/// The trend of every score.
fn correlations(context: &Context<'_>, analysis: &AnalysisWords, trends: &Pick<'_>) -> Table {
    let name = |row: &ResultRow| words::capital(&labels::spoken(context.book, &analysis.dataset, &row.variable));
    let mut table = figure::table("Do scores go with how often people come?", "Score", &[(String::new(), trends.rows().to_vec())], name);
    table.base = figure::base(context, analysis, trends.rows());
    table.notes = figure::standing_notes(context, analysis, trends.rows());
    table.notes.insert(0, "Correlation of the score with the number of the band: 0 is no straight trend, 1 or −1 a perfect one.".to_owned());
    table
}

/// The group of bands of a row.
fn group(row: &ResultRow) -> Option<&String> {
    row.groups.keys().find(|group| group.ends_with("_dose"))
}

fn band(row: &ResultRow) -> String {
    group(row).and_then(|group| row.groups.get(group)).cloned().unwrap_or_default()
}

/// What the trend of a score says in a few words.
fn finding(context: &Context<'_>, analysis: &AnalysisWords, trend: &ResultRow) -> Option<String> {
    let (r, p) = (trend.estimate?, trend.p_value?);
    let score = labels::spoken(context.book, &analysis.dataset, &trend.variable);
    Some(match (p < 0.05, r > 0.0) {
        (false, _) => format!("{score} does not clearly go with how often people come"),
        (true, true) => format!("{score} is higher among those who come more often"),
        (true, false) => format!("{score} is lower among those who come more often"),
    })
}

/// The means of the first score.
fn chart(context: &Context<'_>, analysis: &AnalysisWords, means: &Pick<'_>, score: &str, finding: &str) -> Option<Figure> {
    let own = means.variable(score);
    let lead = own.first()?;
    let split = labels::spoken(context.book, &analysis.dataset, group(lead)?);
    let bars = Bars {
        scale: scale(lead),
        shape: BarShape::Dot,
        range: labels::range(context.book, &analysis.dataset, score),
        measure: "Mean".into(),
        series: vec![String::new()],
        rows: own.rows().iter().map(|row| BarRow { heading: None, label: band(row), accent: true, estimates: vec![estimate(row)] }).collect(),
        reference: None,
    };
    let spoken = labels::spoken(context.book, &analysis.dataset, score);
    let wave = lead.wave.clone().unwrap_or_default();
    let sketch = Sketch {
        lead,
        title: headline(finding, "Scores by how often people come"),
        subtitle: format!("Mean {spoken} by {split}{}; lines are 95% intervals.", figure::in_wave(&wave)),
        kind: "Dot chart",
        groups: vec![(String::new(), own.rows().to_vec())],
        head: words::capital(&split),
        notes: vec![STANDING.to_owned()],
    };
    Some(figure::figure(context, analysis, sketch, Chart::Bars(bars), band))
}

/// The means of all scores.
fn table(context: &Context<'_>, analysis: &AnalysisWords, means: &Pick<'_>, scores: &[String]) -> Table {
    let name = |score: &String| words::capital(&labels::spoken(context.book, &analysis.dataset, score));
    let groups: Vec<(String, Vec<&ResultRow>)> = scores.iter().map(|score| (name(score), means.variable(score).rows().to_vec())).collect();
    let split = means.first().and_then(group).map(|group| words::capital(&labels::spoken(context.book, &analysis.dataset, group))).unwrap_or_default();
    let mut table = figure::table("Mean scores by how often people come", &split, &groups, band);
    table.base = figure::base(context, analysis, means.rows());
    table.notes = figure::standing_notes(context, analysis, means.rows());
    table.notes.insert(0, STANDING.to_owned());
    table
}
