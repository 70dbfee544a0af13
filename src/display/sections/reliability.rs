//! How well the questions measure: alpha and omega over waves, the items of each scale, centers, items that drift.

use super::figure;
use super::{Context, Draft, headline, words};
use crate::display::cells::Cell;
use crate::display::parts::{Block, Row, Table};
use crate::display::pick::Pick;
use crate::display::{AnalysisWords, labels, tables};
use crate::results::{ResultRow, Stat};

/// Alpha from which scores of groups are commonly compared (Nunnally 1978); the finding names it.
const ENOUGH: f64 = 0.7;

/// Shift, in standard deviations, from which an item is named; the analysis marks rows by the same.
const NOTABLE_DRIFT: f64 = 0.2;

pub(super) fn draft(context: &Context<'_>, analysis: &AnalysisWords) -> Draft {
    let rows = with_outcomes(context, analysis);
    let wave = context.latest(&rows, &analysis.dataset);
    let latest = rows.wave(&wave);
    let mut draft = Draft::default();
    let alphas: Vec<&ResultRow> = latest.stat(Stat::Alpha).by(&[]).rows().to_vec();
    let known: Vec<&ResultRow> = alphas.iter().copied().filter(|row| !row.is_suppressed() && row.estimate.is_some()).collect();
    if let Some(lead) = known.first() {
        let enough = known.iter().filter(|row| row.estimate.is_some_and(|alpha| alpha >= ENOUGH)).count();
        let scales = if known.len() == 1 { "scale" } else { "scales" };
        draft.finding = headline(format!("{enough} of {} {scales} reached an alpha of {ENOUGH:.2}{}", known.len(), figure::in_wave(&wave)), &analysis.title);
        draft.paragraph.push(context.sentence(lead));
    }
    draft.paragraph.extend(drifted(context, &latest));
    draft.blocks.extend(scales(context, analysis, &latest, &alphas, &wave).map(block));
    draft.blocks.extend(waves(context, analysis, &rows).map(block));
    draft.blocks.extend(latest.stat(Stat::ItemRestR).variables().iter().map(|scale| block(items(context, analysis, &latest, scale, &wave))));
    draft.blocks.extend(centers(context, analysis, &latest, &wave).map(block));
    draft
}

/// The rows of the analysis, and the alphas of its scales that an outcomes analysis of the dataset gives.
fn with_outcomes<'a>(context: &Context<'a>, analysis: &AnalysisWords) -> Pick<'a> {
    let own = context.rows.analysis(&analysis.id);
    let scales = own.variables();
    context.rows.keep(|row| {
        let is_given = row.stat == Stat::Alpha && row.dataset == analysis.dataset && scales.contains(&row.variable);
        row.analysis == analysis.id || is_given
    })
}

fn block(table: Table) -> Block {
    Block::Table(Box::new(table))
}

/// How many items moved beside the others, and which moved most.
fn drifted(context: &Context<'_>, latest: &Pick<'_>) -> Vec<String> {
    let shifts = latest.stat(Stat::ItemDrift);
    let told: Vec<&ResultRow> = shifts.rows().iter().copied().filter(|row| !row.is_suppressed() && row.estimate.is_some()).collect();
    let size = |row: &ResultRow| row.estimate.unwrap_or_default().abs();
    let moved: Vec<&ResultRow> = told.iter().copied().filter(|row| row.note.is_some()).collect();
    let Some(most) = moved.iter().copied().max_by(|a, b| size(a).total_cmp(&size(b))) else {
        return if told.is_empty() { Vec::new() } else { vec![calm(shifts.rows())] };
    };
    vec![
        format!("We compared items between waves {} times; {} moved much beside the rest of their scale.", told.len(), moved.len()),
        context.sentence(most),
        "This is a screen: the words of a question, its place or the people who answer may have changed.".to_owned(),
    ]
}

/// What can be said where no item moved much for certain: that none did only where every interval lies below what is named.
fn calm(shifts: &[&ResultRow]) -> String {
    let is_small = |row: &&&ResultRow| row.conf_low.zip(row.conf_high).is_some_and(|(low, high)| low > -NOTABLE_DRIFT && high < NOTABLE_DRIFT);
    let open = shifts.len() - shifts.iter().filter(is_small).count();
    if open == 0 {
        return "No item moved much between waves beside the rest of its scale.".to_owned();
    }
    let all = shifts.len();
    format!("We compared items between waves {all} times. No item clearly moved much, but for {open} of them we cannot rule it out: too few people answered.")
}

fn name(context: &Context<'_>, row: &ResultRow) -> Cell {
    words::capital(&labels::spoken(context.book, &row.dataset, &row.variable)).into()
}

/// Alpha, omega and the ends of every scale in the latest wave.
fn scales(context: &Context<'_>, analysis: &AnalysisWords, latest: &Pick<'_>, alphas: &[&ResultRow], wave: &str) -> Option<Table> {
    alphas.first()?;
    let has_ends = alphas.iter().any(|row| !latest.variable(&format!("{}_floor", row.variable)).is_empty());
    let mut heads = vec![("Scale", ""), ("Alpha", "95% interval"), ("Omega", "95% interval")];
    heads.extend(has_ends.then_some(("Ends", "lowest / highest, %")));
    heads.extend([("n", "unweighted"), ("Code", "of alpha")]);
    let mut table =
        Table { caption: format!("Reliability of scales{}", figure::in_wave(wave)), columns: Table::columns(&heads), coded: true, ..Table::default() };
    for row in alphas {
        let own = |variable: &str, stat| latest.variable(variable).stat(stat).by(&[]).first();
        let end = |end: &str| tables::cell_of(own(&format!("{}_{end}", row.variable), Stat::Proportion));
        let (lowest, highest) = (end("floor"), end("ceiling"));
        let ends = format!("{lowest} / {highest}");
        let mut cells = vec![name(context, row), tables::with_interval(row), own(&row.variable, Stat::Omega).map_or_else(Cell::absent, tables::with_interval)];
        if has_ends {
            cells.push(lowest.named("lowest").joined(highest.named("highest"), ends));
        }
        cells.extend([tables::people(row, row.n), tables::code(row)]);
        table.rows.push(Row::Cells(cells));
    }
    table.base = figure::base(context, analysis, alphas);
    table.notes.push("Alpha and omega: how far the items of a scale go together, from people who answered all of them, unweighted.".into());
    if has_ends {
        table.notes.push("Ends: share with the lowest and with the highest possible score.".into());
    }
    Some(table)
}

/// Alpha of every scale in every wave.
fn waves(context: &Context<'_>, analysis: &AnalysisWords, rows: &Pick<'_>) -> Option<Table> {
    let waves = context.waves(rows, &analysis.dataset);
    if waves.len() < 2 {
        return None;
    }
    let alphas = rows.stat(Stat::Alpha).by(&[]);
    let heads: Vec<(&str, &str)> = std::iter::once(("Scale", "")).chain(waves.iter().map(|wave| (wave.as_str(), "95% interval"))).collect();
    let mut table = Table { caption: "Alpha over waves".into(), columns: Table::columns(&heads), folded: true, ..Table::default() };
    for scale in alphas.variables() {
        let own = alphas.variable(&scale);
        let Some(first) = own.first() else { continue };
        let cells = waves.iter().map(|wave| own.wave(wave).first().map_or_else(Cell::absent, tables::with_interval));
        table.rows.push(Row::Cells(std::iter::once(name(context, first)).chain(cells).collect()));
    }
    table.base = figure::base(context, analysis, alphas.rows());
    Some(table)
}

/// What each item of a scale adds to it, and how it moved beside the others since the first wave.
fn items(context: &Context<'_>, analysis: &AnalysisWords, latest: &Pick<'_>, scale: &str, wave: &str) -> Table {
    let own = latest.variable(scale);
    let rest = own.stat(Stat::ItemRestR).by(&[]);
    let drift = own.stat(Stat::ItemDrift);
    let since = drift.groups("compared_with");
    let known = context.book.waves(&analysis.dataset);
    let first = known.iter().find(|wave| since.contains(wave)).cloned().unwrap_or_default();
    let shift = format!("Shift since {first}");
    let mut heads = vec![("Item", ""), ("Item–rest r", ""), ("Alpha without it", "")];
    if !first.is_empty() {
        heads.push((&shift, "SD, 95% interval"));
    }
    heads.push(("Code", "of r"));
    let spoken = labels::spoken(context.book, &analysis.dataset, scale);
    let mut table = Table {
        caption: format!("Items of {spoken}{}", figure::in_wave(wave)),
        columns: Table::columns(&heads),
        folded: true,
        coded: true,
        ..Table::default()
    };
    for row in rest.rows() {
        let level = row.level.clone().unwrap_or_default();
        let mut cells = vec![
            labels::variable(context.book, &row.dataset, &level).into(),
            tables::cell(row),
            tables::cell_of(own.stat(Stat::AlphaIfDropped).by(&[]).level(&level).first()),
        ];
        if !first.is_empty() {
            cells.push(drift.level(&level).group("compared_with", &first).first().map_or_else(Cell::absent, tables::with_interval));
        }
        cells.push(tables::code(row));
        table.rows.push(Row::Cells(cells));
    }
    table.base = figure::base(context, analysis, rest.rows());
    if !first.is_empty() {
        table.notes.push("Shift: how far answers moved at the same score on the other items, in standard deviations; a screen, which a change of the people moves a little as well.".into());
    }
    table
}

/// Alpha of the centers where enough people answered everything.
fn centers(context: &Context<'_>, analysis: &AnalysisWords, latest: &Pick<'_>, wave: &str) -> Option<Table> {
    let alphas = latest.stat(Stat::Alpha);
    let group = alphas.rows().iter().flat_map(|row| row.groups.keys()).find(|group| *group != "wave")?.clone();
    let cells = alphas.by(&[&group]);
    let groups: Vec<(String, Vec<&ResultRow>)> = cells
        .variables()
        .iter()
        .map(|scale| (words::capital(&labels::spoken(context.book, &analysis.dataset, scale)), cells.variable(scale).rows().to_vec()))
        .collect();
    let split = if group.starts_with("center") { "center".to_owned() } else { labels::spoken(context.book, &analysis.dataset, &group) };
    let level = |row: &ResultRow| row.groups.get(&group).cloned().unwrap_or_default();
    let mut table = figure::table(&format!("Alpha by {split}{}", figure::in_wave(wave)), &words::capital(&split), &groups, level);
    table.base = figure::base(context, analysis, cells.rows());
    table.notes.push("Only where at least 50 people answered every item.".into());
    table.folded = true;
    Some(table)
}
