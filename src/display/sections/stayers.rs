//! Did people change, or did the people change: means of those who stayed, joined and left, and the parts of each change.

use super::figure;
use super::{Context, words};
use crate::display::cells::Cell;
use crate::display::parts::{Row, Table};
use crate::display::pick::Pick;
use crate::display::sentences::size;
use crate::display::{AnalysisWords, labels, tables};
use crate::results::{ResultRow, Stat};

/// Who stayed, as rows say it.
const STAYED: &str = "people seen twice";

/// The parts of the change since each earlier wave in a sentence, for the notes of a chart.
pub(super) fn told(rows: &Pick<'_>, name: &str, latest: &str) -> Vec<String> {
    let own = rows.variable(name).wave(latest);
    let parts = own.stat(Stat::ChangePart).by(&["compared_with"]);
    let one = |since: String| {
        let of = |row: &ResultRow| {
            let sign = if row.estimate.unwrap_or_default() < 0.0 { "−" } else { "+" };
            row.estimate.filter(|_| !row.is_suppressed()).map_or_else(|| "†".to_owned(), |part| format!("{sign}{}", size(row, part)))
        };
        let part = |level: &str| parts.group("compared_with", &since).level(level).first().filter(|row| row.estimate.is_some() || row.is_suppressed());
        let (changed, joined, left) = (part("people changed")?, part("joiners")?, part("leavers")?);
        Some(format!("Change since {since}, in parts: people seen twice {}, joiners {}, leavers {}.", of(changed), of(joined), of(left)))
    };
    parts.groups("compared_with").into_iter().filter_map(one).collect()
}

/// Means of those who stayed, joined and left, and the parts of each change with their intervals.
pub(super) fn tables(context: &Context<'_>, analysis: &AnalysisWords, rows: &Pick<'_>) -> Vec<Table> {
    means(context, analysis, rows).into_iter().chain(parts(context, analysis, rows)).collect()
}

/// `50.1 (322)`: a mean and the people behind it.
fn mean(row: Option<&ResultRow>) -> Cell {
    let Some(row) = row else { return Cell::absent() };
    let (mean, people) = (tables::cell(row), tables::people(row, row.n));
    if mean.parts.is_empty() {
        return mean;
    }
    let text = format!("{mean} ({people})");
    mean.joined(people.named("n"), text)
}

fn means(context: &Context<'_>, analysis: &AnalysisWords, rows: &Pick<'_>) -> Option<Table> {
    let stay = rows.stat(Stat::Mean).by(&["compared_with", "who"]);
    stay.first()?;
    let heads = [
        ("Series", ""),
        ("Seen twice", "earlier, mean (n)"),
        ("Seen twice", "later, mean (n)"),
        ("Joiners", "mean (n)"),
        ("Leavers", "mean (n)"),
        ("Change of all", "95% interval"),
        ("Code", "of joiners"),
    ];
    let caption = "Did people change, or did the people change? Means of those who stayed, joined and left".to_owned();
    let mut table = Table { caption, columns: Table::columns(&heads), coded: true, ..Table::default() };
    let waves = context.waves(rows, &analysis.dataset);
    let latest = waves.last()?;
    for name in stay.variables() {
        let own = stay.variable(&name);
        table.rows.push(Row::Group(words::capital(&labels::spoken(context.book, &analysis.dataset, &name))));
        for since in waves.iter().rev().skip(1) {
            let of = |wave: &str, other: &str, who: &str| own.wave(wave).group("compared_with", other).group("who", who).first();
            let joined = of(latest, since, "joiners");
            let change = rows.variable(&name).wave(latest).stat(Stat::Difference).by(&["compared_with"]).group("compared_with", since).first();
            if joined.is_none() {
                continue;
            }
            table.rows.push(Row::Cells(vec![
                format!("{since} to {latest}").into(),
                mean(of(since, latest, STAYED)),
                mean(of(latest, since, STAYED)),
                mean(joined),
                mean(of(since, latest, "leavers")),
                change.map_or_else(Cell::absent, tables::with_interval),
                joined.map_or_else(Cell::absent, tables::code),
            ]));
        }
    }
    table.base = figure::base(context, analysis, stay.rows());
    table.notes = figure::standing_notes(context, analysis, stay.rows());
    for row in stay.rows().iter().filter(|row| matches!(row.groups.get("who").map(String::as_str), Some("joiners" | "leavers"))) {
        let Some((note, other)) = row.note.as_deref().zip(row.groups.get("compared_with")) else { continue };
        let spoken = words::capital(&labels::spoken(context.book, &row.dataset, &row.variable));
        let who = row.groups.get("who").map(String::as_str).unwrap_or_default();
        table.notes.push(format!("{spoken}, {who} of {} against {other}: {note}.", row.wave.as_deref().unwrap_or_default()));
    }
    table.notes.push("Seen twice: people known to have answered in both waves. Joiners answered in the later wave and have no known answer to this measure in the earlier one; leavers the other way round. They need not be new or gone: some left the question empty, and some gave no code to know them by. Means of joiners and leavers can differ for many reasons.".into());
    Some(table)
}

/// How much of a change goes with the same people, with others, within groups and with another mix of groups.
fn parts(context: &Context<'_>, analysis: &AnalysisWords, rows: &Pick<'_>) -> Option<Table> {
    let parts = rows.stat(Stat::ChangePart);
    parts.first()?;
    let groups: Vec<(String, Vec<&ResultRow>)> = parts
        .variables()
        .iter()
        .map(|name| (words::capital(&labels::spoken(context.book, &analysis.dataset, name)), parts.variable(name).rows().to_vec()))
        .collect();
    let name = |row: &ResultRow| {
        let earlier = row.groups.get("compared_with").map(|wave| format!(", since {wave}")).unwrap_or_default();
        let by = row.groups.get("split_by").map(|by| labels::spoken(context.book, &row.dataset, by));
        let level = row.level.as_deref().unwrap_or_default();
        let part = match by {
            Some(by) if level.starts_with("within") => format!("within each {by}"),
            Some(by) => format!("another mix by {by}"),
            None => level.to_owned(),
        };
        format!("{}{earlier}", words::capital(&part))
    };
    let mut table = figure::table("How each change splits: the same people, joiners, leavers", "Part", &groups, name);
    table.base = figure::base(context, analysis, parts.rows());
    table.notes = figure::standing_notes(context, analysis, parts.rows());
    table
        .notes
        .push("People changed, joiners and leavers add up to the change. So do, for each grouping, change within groups and another mix of groups.".into());
    table.folded = true;
    Some(table)
}
