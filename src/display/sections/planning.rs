//! What the next wave needs, as a table to be pasted into a proposal: margins, answers, people to ask, centers, detectable change.

use super::figure;
use super::{Context, Draft, headline, words};
use crate::display::cells::Cell;
use crate::display::parts::{Block, Row, Table};
use crate::display::pick::Pick;
use crate::display::{AnalysisWords, labels, tables};
use crate::results::{ResultRow, Stat, Unit};

/// Most sentences of the paragraph.
const MOST_SENTENCES: usize = 5;

pub(super) fn draft(context: &Context<'_>, analysis: &AnalysisWords) -> Draft {
    let rows = context.rows.analysis(&analysis.id);
    let mut draft = Draft::default();
    let told = |stat: Stat| rows.stat(stat).keep(|row| !row.is_suppressed() && row.estimate.is_some());
    let Some(lead) = told(Stat::NeededAnswers).first() else { return draft };
    let answers = words::counted(lead.estimate.unwrap_or_default(), "answers");
    draft.finding = headline(format!("{answers} are enough for the margin asked"), "What the next wave needs");
    let of_lead = |stat: Stat| told(stat).variable(&lead.variable).rows().to_vec();
    let stats = [Stat::NeededAnswers, Stat::NeededInvites, Stat::NeededCenters, Stat::DetectableChange];
    draft.paragraph = stats.into_iter().flat_map(of_lead).take(MOST_SENTENCES).map(|row| context.sentence(row)).collect();
    draft.paragraph.push("These numbers hold if the next wave is like this one.".into());
    draft.blocks.extend(table(context, analysis, &rows).map(|table| Block::Table(Box::new(table))));
    draft
}

fn table(context: &Context<'_>, analysis: &AnalysisWords, rows: &Pick<'_>) -> Option<Table> {
    let heads = [
        ("To know", ""),
        ("Margin", "±, 95% interval"),
        ("Answers", "needed"),
        ("People", "to ask"),
        ("Centers", "needed"),
        ("Change found", "two waves"),
        ("Change found", "same people"),
        ("Code", "of answers"),
    ];
    let mut table = Table { caption: "Planning the next wave, given this one".to_owned(), columns: Table::columns(&heads), coded: true, ..Table::default() };
    let mut shown: Vec<&ResultRow> = Vec::new();
    for name in rows.variables() {
        let own = rows.variable(&name);
        let one = |stat: Stat, twice: bool| own.stat(stat).keep(|row| row.groups.contains_key("who") == twice).first();
        let Some(answers) = one(Stat::NeededAnswers, false) else { continue };
        shown.push(answers);
        let spoken = labels::spoken(context.book, &analysis.dataset, &name);
        let is_share = one(Stat::Margin, false).is_some_and(|row| row.unit == Unit::Percent);
        let what = if is_share { format!("Any share by {spoken}") } else { format!("Mean {spoken}") };
        let with_unit = |row: Option<&ResultRow>| {
            let cell = tables::cell_of(row);
            let unit = row.filter(|_| !cell.parts.is_empty()).map(|row| if row.unit == Unit::Percent { "%-points" } else { "points" });
            match unit {
                Some(unit) => cell.followed("unit", unit),
                None => cell,
            }
        };
        table.rows.push(Row::Cells(vec![
            words::capital(&what).into(),
            with_unit(one(Stat::Margin, false)),
            tables::cell(answers),
            tables::cell_of(one(Stat::NeededInvites, false)),
            one(Stat::NeededCenters, false).map_or_else(Cell::absent, tables::cell),
            with_unit(one(Stat::DetectableChange, false)),
            with_unit(one(Stat::DetectableChange, true)),
            tables::code(answers),
        ]));
    }
    shown.first()?;
    table.base = figure::base(context, analysis, &shown);
    let assumed =
        |row: &&ResultRow| row.note.clone().map(|note| format!("{}: {note}", words::capital(&labels::spoken(context.book, &analysis.dataset, &row.variable))));
    table.notes = shown.iter().filter_map(assumed).map(|note| format!("{note}.")).collect();
    let centers = rows.stat(Stat::NeededCenters).first().and_then(|row| row.note.clone());
    table.notes.extend(centers.map(|note| format!("Centers: {note}.")));
    let power = rows.stat(Stat::DetectableChange).first().map(|row| row.method.clone());
    table.notes.extend(power.map(|method| format!("Change found: {method}; two waves with as many answers as this one, or the people seen twice this time.")));
    table.notes.push("Answers needed: n₀ = (1.96 · s / margin)², of N people n₀/(1 + (n₀ − 1)/N), times the design effect; for a share s is one half, the most that it can be. To ask: that number over the share of those who could answer that did this time.".into());
    Some(table)
}
