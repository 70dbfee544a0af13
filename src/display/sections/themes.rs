//! What people told us: themes by the people who raised them, by group, and which were raised by the same people.

use super::figure::{self, Sketch, estimate};
use super::telling::brief;
use super::{Context, Draft, headline, words};
use crate::display::charts::{BarRow, BarShape, Bars, Chart, Scale};
use crate::display::parts::{Block, Figure, Table};
use crate::display::pick::Pick;
use crate::display::{AnalysisWords, labels};
use crate::results::{ResultRow, Stat};

/// Most pairs of themes in the table that stands open.
const MOST_PAIRS: usize = 10;

pub(super) fn draft(context: &Context<'_>, analysis: &AnalysisWords) -> Draft {
    let rows = context.rows.analysis(&analysis.id);
    let wave = context.latest(&rows, &analysis.dataset);
    let latest = if wave.is_empty() { rows } else { rows.wave(&wave) };
    let shares = latest.stat(Stat::Proportion);
    let mut draft = Draft::default();
    for code in &analysis.variables {
        let own = shares.variable(code);
        let overall = sorted(own.by(&[]).rows());
        let Some(lead) = overall.first().copied() else { continue };
        if draft.finding.is_empty() {
            draft.finding = headline(brief(context, lead), &analysis.title);
        }
        draft.paragraph.extend(overall.iter().take(2).map(|row| context.sentence(row)));
        let pairs = sorted(own.by(&["also"]).rows());
        draft.paragraph.extend(pairs.iter().copied().find(|row| row.estimate.is_some()).map(|row| context.sentence(row)));
        draft.paragraph.push("Who spoke was chosen and not drawn by chance, so these shares speak of them alone.".to_owned());
        let figure = bars(context, analysis, &own, &overall, &wave);
        draft.point(lead, &figure.code);
        draft.blocks.push(Block::Figure(Box::new(figure)));
        draft.blocks.extend(together(context, analysis, &pairs, &wave).map(|table| Block::Table(Box::new(table))));
    }
    draft
}

/// The largest share first; hidden figures keep their order at the end.
fn sorted<'a>(rows: &[&'a ResultRow]) -> Vec<&'a ResultRow> {
    let mut rows = rows.to_vec();
    rows.sort_by(|a, b| b.estimate.unwrap_or(-1.0).total_cmp(&a.estimate.unwrap_or(-1.0)));
    rows
}

/// Bars of every theme, of all people and of each group.
fn bars(context: &Context<'_>, analysis: &AnalysisWords, own: &Pick<'_>, overall: &[&ResultRow], wave: &str) -> Figure {
    let noun = context.book.noun(&analysis.dataset);
    let name = |row: &ResultRow| row.level.clone().unwrap_or_default();
    let mut groups = vec![(format!("All {noun}"), overall.to_vec())];
    if let Some(group) = figure::main_group(own) {
        let cells = own.by(&[&group]);
        for level in cells.groups(&group) {
            groups.push((level.clone(), sorted(cells.group(&group, &level).rows())));
        }
    }
    let mut rows = Vec::new();
    for (heading, own) in &groups {
        for (place, row) in own.iter().enumerate() {
            let heading = (place == 0 && groups.len() > 1).then(|| heading.clone());
            rows.push(BarRow { heading, label: name(row), accent: place == 0, estimates: vec![estimate(row)] });
        }
    }
    let bars = Bars { scale: Scale::Percent, shape: BarShape::Bar, range: None, measure: "Share".into(), series: vec![String::new()], rows, reference: None };
    let lead = overall[0];
    let spoken = labels::spoken(context.book, &analysis.dataset, &lead.variable);
    let title = headline(brief(context, lead), &format!("What {noun} raised most"));
    let subtitle = format!("Share of {noun} who raised each {spoken}{}, the most frequent first; each person counts once.", figure::in_wave(wave));
    let notes = vec!["Words that people said are not printed here: they could point at who said them.".to_owned()];
    let sketch = Sketch { lead, title, subtitle, kind: "Bar chart", groups, head: words::capital(&spoken), notes };
    figure::figure(context, analysis, sketch, Chart::Bars(bars), name)
}

/// Pairs of themes that the same people raised.
fn together(context: &Context<'_>, analysis: &AnalysisWords, pairs: &[&ResultRow], wave: &str) -> Option<Table> {
    let shown: Vec<&ResultRow> = pairs.iter().copied().filter(|row| !row.is_suppressed()).take(MOST_PAIRS).collect();
    shown.first()?;
    let noun = context.book.noun(&analysis.dataset);
    let caption = format!("Pairs raised by the same {noun}{}, the most frequent first", figure::in_wave(wave));
    let name = |row: &ResultRow| format!("{} + {}", row.level.as_deref().unwrap_or_default(), row.groups.get("also").map(String::as_str).unwrap_or_default());
    let mut table = figure::table(&caption, "Pair", &[(String::new(), shown.clone())], name);
    table.base = figure::base(context, analysis, &shown);
    table.notes = figure::standing_notes(context, analysis, &shown);
    let hidden = pairs.iter().filter(|row| row.is_suppressed()).count();
    if hidden > 0 {
        table.notes.push(format!("Not shown, to protect people: {hidden} of {} pairs.", pairs.len()));
    }
    table.notes.push("A pair says that the same people spoke of both, not that one has to do with the other.".into());
    Some(table)
}
