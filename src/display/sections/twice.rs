//! Released changes of people seen twice in, a table of every score's change, its size and its tests out.

use super::figure;
use super::{Context, words};
use crate::display::cells::{Cell, Format};
use crate::display::parts::{Row, Table};
use crate::display::pick::Pick;
use crate::display::{AnalysisWords, labels, tables};
use crate::results::{ResultRow, Stat};

/// Mean change, standardized change, both tests and the correlation of ranks, by score and time.
pub(super) fn table(context: &Context<'_>, analysis: &AnalysisWords, latest: &Pick<'_>, scores: &[String]) -> Option<Table> {
    let own = |stat: Stat| latest.stat(stat).keep(|row| scores.contains(&row.variable));
    let (changes, signed) = (own(Stat::MeanChange), own(Stat::WilcoxonV));
    signed.first()?;
    let heads = [
        ("Score and time", ""),
        ("Mean change", "points, 95% interval"),
        ("Effect", "Hedges’ g"),
        ("t test", "p"),
        ("Wilcoxon", "p"),
        ("Rank r", "biserial"),
        ("People", ""),
        ("Code", "of the change"),
    ];
    let mut table = Table { caption: "How scores changed: people seen twice".to_owned(), columns: Table::columns(&heads), coded: true, ..Table::default() };
    for name in changes.variables() {
        table.rows.push(Row::Group(words::capital(&labels::spoken(context.book, &analysis.dataset, &name))));
        for change in changes.variable(&name).rows().iter().copied() {
            let same = |other: &ResultRow| other.variable == change.variable && other.groups == change.groups;
            let of = |stat: Stat| latest.stat(stat).keep(same).first();
            let test = of(Stat::WilcoxonV);
            let since = change.groups.get("compared_with").cloned().unwrap_or_default();
            table.rows.push(Row::Cells(vec![
                format!("{since} to {}", change.wave.clone().unwrap_or_default()).into(),
                tables::with_interval(change),
                tables::cell_of(of(Stat::HedgesGz)),
                p_value(Some(change)),
                p_value(test),
                tables::cell_of(of(Stat::RankBiserial)),
                tables::people(change, change.n),
                tables::code(change),
            ]));
        }
    }
    table.base = figure::base(context, analysis, changes.rows());
    table.notes = figure::standing_notes(context, analysis, changes.rows());
    let own = |change: &&ResultRow| {
        let (name, since) = (labels::spoken(context.book, &analysis.dataset, &change.variable), change.groups.get("compared_with")?);
        Some(format!("{}, {since} to {}: {}.", words::capital(&name), change.wave.as_deref()?, change.note.as_deref()?))
    };
    table.notes.extend(changes.rows().iter().filter_map(own));
    table.notes.push("Wilcoxon’s signed-rank test asks whether rises outweigh falls when changes are ranked by size. It suits scores that are skewed. It counts people alike, without weights and centers; the mean change and its t test use them.".into());
    table.notes.push("Rank r, the rank-biserial correlation, runs from −1 (all fell) to 1 (all rose); people with the same score twice are left out. A hidden test would tell of few people who rose, fell or stayed the same.".into());
    Some(table)
}

fn p_value(row: Option<&ResultRow>) -> Cell {
    match row {
        Some(row) if row.is_suppressed() => Cell::hidden(),
        Some(row) => row.p_value.map_or_else(Cell::absent, |p| Cell::number(p, Format::P)),
        None => Cell::absent(),
    }
}
