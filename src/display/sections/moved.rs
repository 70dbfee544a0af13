//! Who moved: reliable change of people seen twice, and who crossed the cut-offs of an instrument.

use std::collections::BTreeSet;

use super::demographics::ordered;
use super::figure::{self, Sketch, estimate};
use super::{Context, headline, words};
use crate::display::cells::{Cell, Format};
use crate::display::charts::{BarRow, BarShape, Bars, Chart, Estimate, Mark, Scale};
use crate::display::parts::{Figure, Row, Table};
use crate::display::pick::Pick;
use crate::display::{AnalysisWords, labels, tables};
use crate::results::{ResultRow, Stat};

/// Groups of a row about people seen twice.
const TWICE: [&str; 2] = ["compared_with", "who"];

/// Shares that moved one way or the other: `improved`, `same`, `worse`, or the sides of a cut-off.
struct Shares {
    ending: &'static str,
    levels: &'static [&'static str],
}

const RELIABLE: Shares = Shares { ending: "_reliable_change", levels: &["improved", "same", "worse"] };
const CROSSED: Shares = Shares { ending: "_crossing_", levels: &["stayed below", "rose above", "fell below", "stayed above"] };

/// The sentences that lead: who improved on the first score, and what became of the highest cut-off of each instrument.
pub(super) fn told(context: &Context<'_>, latest: &Pick<'_>, first: &str) -> Vec<String> {
    let latest = latest.group("compared_with", first);
    let reliable = latest.stat(Stat::Proportion).keep(|row| row.variable.ends_with(RELIABLE.ending));
    let crossed = latest.stat(Stat::Difference).keep(|row| row.variable.contains(CROSSED.ending));
    let highest = |instrument: &str| crossed.keep(|row| row.variable.starts_with(instrument)).last();
    let lead = reliable.variables().first().map(|name| reliable.variable(name));
    let improved = lead.into_iter().flat_map(|own| ["improved", "worse"].map(|level| own.level(level).first())).flatten();
    let cuts = crossed.distinct(|row| row.variable.split_once(CROSSED.ending).map(|(start, _)| start));
    improved
        .chain(cuts.iter().filter_map(|start| highest(start)))
        .filter(|row| !row.is_suppressed() && row.estimate.is_some())
        .map(|row| context.sentence(row))
        .collect()
}

/// Reliable change, who crossed a cut-off, and from which band to which.
pub(super) fn blocks(context: &Context<'_>, analysis: &AnalysisWords, latest: &Pick<'_>) -> Vec<Table> {
    let mut tables: Vec<Table> = reliable(context, analysis, latest).into_iter().chain(crossed(context, analysis, latest)).collect();
    let moved = latest.stat(Stat::Proportion).by(&TWICE).keep(|row| row.variable.ends_with("_band_change"));
    for name in moved.variables() {
        tables.extend(matrix(context, analysis, latest, &moved.variable(&name)));
    }
    tables
}

/// The score that the name of a variable of bands begins with.
fn of_bands(name: &str) -> &str {
    name.trim_end_matches("_band").trim_end_matches("_own")
}

/// Comparisons of a variable, the earliest wave first.
fn comparisons(context: &Context<'_>, analysis: &AnalysisWords, own: &Pick<'_>) -> Vec<String> {
    let present = own.groups("compared_with");
    let known = context.book.waves(&analysis.dataset);
    if known.is_empty() { present } else { known.into_iter().filter(|wave| present.contains(wave)).collect() }
}

/// `17.7 (14.1–22.1)` for each level, and the base.
fn shares(own: &Pick<'_>, levels: &[&str]) -> Vec<Cell> {
    let rows: Vec<Option<&ResultRow>> = levels.iter().map(|level| own.level(level).first()).collect();
    let base = rows.iter().flatten().find(|row| !row.is_suppressed()).map_or_else(Cell::absent, |row| tables::people(row, row.denominator));
    rows.iter().map(|row| row.map_or_else(Cell::absent, tables::with_interval)).chain([base]).collect()
}

/// Improved, same and worse, with the reliability that decides.
fn reliable(context: &Context<'_>, analysis: &AnalysisWords, latest: &Pick<'_>) -> Option<Table> {
    let all = latest.stat(Stat::Proportion).by(&TWICE).keep(|row| row.variable.ends_with(RELIABLE.ending));
    all.first()?;
    let heads = [
        ("Score and time", ""),
        ("Improved", "%, 95% interval"),
        ("Same", "%, 95% interval"),
        ("Worse", "%, 95% interval"),
        ("People", "seen twice"),
        ("Code", "of improved"),
    ];
    let caption = "Who changed more than the error of measurement: people seen twice".to_owned();
    let mut table = Table { caption, columns: Table::columns(&heads), coded: true, ..Table::default() };
    let mut sources = Vec::new();
    for name in all.variables() {
        let own = all.variable(&name);
        let spoken = labels::spoken(context.book, &analysis.dataset, name.trim_end_matches(RELIABLE.ending));
        table.rows.push(Row::Group(words::capital(&spoken)));
        for since in comparisons(context, analysis, &own) {
            let own = own.group("compared_with", &since);
            let Some(lead) = own.level("improved").first() else { continue };
            let mut cells: Vec<Cell> = vec![format!("{since} to {}", lead.wave.clone().unwrap_or_default()).into()];
            cells.extend(shares(&own, RELIABLE.levels));
            cells.push(tables::code(lead));
            table.rows.push(Row::Cells(cells));
        }
        let note = own.rows().iter().find_map(|row| row.note.as_deref()).and_then(|note| note.split_once("with reliability ")).map(|(_, rest)| rest);
        let reliability = note.and_then(|rest| rest.split_once(" and the standard deviation")).map(|(known, _)| known);
        sources.extend(reliability.map(|known| format!("{spoken} {known}")));
    }
    table.base = figure::base(context, analysis, all.rows());
    table.notes = figure::standing_notes(context, analysis, all.rows());
    table.notes.push(format!(
        "A change counts as improved or worse when it is larger than the error of measurement would make in 95 of 100 people who did not change (Jacobson and Truax 1991). Reliability taken from published work: {}. By this rule about 5 in 100 would count as changed by error alone.",
        sources.join("; ")
    ));
    Some(table)
}

/// Below and above each cut-off before and after, with the change of the share above it and the test.
fn crossed(context: &Context<'_>, analysis: &AnalysisWords, latest: &Pick<'_>) -> Option<Table> {
    let all = latest.by(&TWICE).keep(|row| row.variable.contains(CROSSED.ending));
    all.first()?;
    let heads = [
        ("Time", ""),
        ("Below", "both, %"),
        ("Rose", "%"),
        ("Fell", "%"),
        ("Above", "both, %"),
        ("Change above", "points, 95% interval"),
        ("McNemar", "p"),
        ("Code", "of the change"),
    ];
    let mut table = Table { caption: "Who crossed a cut-off: people seen twice".to_owned(), columns: Table::columns(&heads), coded: true, ..Table::default() };
    for name in all.variables() {
        let own = all.variable(&name);
        table.rows.push(Row::Group(labels::variable(context.book, &analysis.dataset, &name)));
        for since in comparisons(context, analysis, &own) {
            let own = own.group("compared_with", &since);
            let Some(change) = own.stat(Stat::Difference).first() else { continue };
            let mut cells: Vec<Cell> = vec![format!("{since} to {}", change.wave.clone().unwrap_or_default()).into()];
            let sides = own.stat(Stat::Proportion);
            cells.extend(CROSSED.levels.iter().map(|level| sides.level(level).first().map_or_else(Cell::absent, tables::cell)));
            cells.push(tables::with_interval(change));
            let test = own.stat(Stat::Mcnemar).first();
            cells.push(match test {
                Some(row) if row.is_suppressed() => Cell::hidden(),
                Some(row) => row.p_value.map_or_else(Cell::absent, |p| Cell::number(p, Format::P)),
                None => Cell::absent(),
            });
            cells.push(tables::code(change));
            table.rows.push(Row::Cells(cells));
        }
    }
    table.base = figure::base(context, analysis, all.rows());
    table.notes = figure::standing_notes(context, analysis, all.rows());
    let lower = all.rows().iter().filter_map(|row| context.book.instrument(&row.variable)).filter(|(instrument, _)| instrument.higher_better == Some(false));
    let mut lower: Vec<String> = lower.map(|(instrument, _)| instrument.construct.clone()).collect();
    let mut named = BTreeSet::new();
    lower.retain(|construct| named.insert(construct.clone()));
    if !lower.is_empty() {
        table.notes.push(format!("Lower scores of {} are better: to fall below the cut-off is good.", words::list(&lower)));
    }
    table.notes.extend(own_cut_offs(context, latest, &all));
    table.notes.push("Both: at both times. Above: at the cut-off or over it; its change is that of the share above. McNemar’s test asks whether as many people rose as fell; it counts people alike, without weights. Scores near a cut-off cross it by error of measurement alone.".into());
    Some(table)
}

/// Which cut-off each person has where it depends on their sex, and who could not be classified.
fn own_cut_offs(context: &Context<'_>, latest: &Pick<'_>, all: &Pick<'_>) -> Vec<String> {
    let own = all.keep(|row| row.variable.contains("_own_crossing_"));
    let instruments = own.distinct(|row| context.book.instrument(&row.variable).map(|(instrument, _)| instrument.id.as_str()));
    let about = |id: &String| {
        let (instrument, _) = context.book.instrument(id)?;
        let name = words::capital(if instrument.construct.is_empty() { &instrument.title } else { &instrument.construct });
        Some(format!("{name}: everybody is held to the cut-off of their own sex ({}).", instrument.bands.join("; ")))
    };
    let left_out = latest.stat(Stat::Count).keep(|row| row.variable.ends_with("_own_band_change__missing") && row.estimate != Some(0.0));
    instruments.iter().filter_map(about).chain(left_out.rows().iter().map(|row| context.sentence(row))).collect()
}

/// Shares in each band before and after, of the same people, since the earliest wave.
pub(super) fn bands(context: &Context<'_>, analysis: &AnalysisWords, latest: &Pick<'_>) -> Option<Figure> {
    let after = latest.stat(Stat::Proportion).by(&TWICE).keep(|row| row.variable.ends_with("_band"));
    let since = comparisons(context, analysis, &after).first()?.clone();
    let after = after.group("compared_with", &since);
    let lead = after.keep(|row| !row.is_suppressed()).last().or(after.last())?;
    let later = lead.wave.clone().unwrap_or_default();
    let earlier = context.rows.analysis(&analysis.id).wave(&since).stat(Stat::Proportion).by(&TWICE).group("compared_with", &later);
    let (mut rows, mut groups): (Vec<BarRow>, Vec<(String, Vec<&ResultRow>)>) = (Vec::new(), Vec::new());
    for name in after.variables() {
        let own = after.variable(&name);
        let label = words::capital(&labels::spoken(context.book, &analysis.dataset, of_bands(&name)));
        let mut behind = Vec::new();
        for (place, row) in ordered(context, &analysis.dataset, own.rows()).into_iter().enumerate() {
            let band = row.level.clone().unwrap_or_default();
            let before = earlier.variable(&name).level(&band).first();
            let estimates = [before, Some(row)].map(|row| row.map_or_else(|| Estimate::blank(Mark::NotEstimable), estimate)).to_vec();
            rows.push(BarRow { heading: (place == 0).then(|| label.clone()), label: band, accent: false, estimates });
            behind.extend(before.into_iter().chain([row]));
        }
        groups.push((label, behind));
    }
    let subtitle =
        format!("Share of {} seen in both waves in each band, {since} and {later}; whiskers are 95% intervals.", context.book.noun(&analysis.dataset));
    let title = headline(format!("The same people in {since} and {later}: where their scores lay"), "Where scores of the same people lay");
    let series = vec![since, later];
    let chart = Chart::Bars(Bars { scale: Scale::Percent, shape: BarShape::Bar, range: None, measure: "Share".into(), series, rows, reference: None });
    let notes = vec!["Both bars of a band are of the same people; the table of those who crossed a cut-off says who moved.".to_owned()];
    let sketch = Sketch { lead, title, subtitle, kind: "Grouped bar chart", groups, head: "Band".into(), notes };
    let name = |row: &ResultRow| format!("{}, {}", row.level.clone().unwrap_or_default(), row.wave.clone().unwrap_or_default());
    Some(figure::figure(context, analysis, sketch, chart, name))
}

/// Means beside those published of other people, where both are scored alike.
pub(super) fn norms(context: &Context<'_>, analysis: &AnalysisWords, latest: &Pick<'_>) -> Option<Table> {
    let all = latest.stat(Stat::NormDifference);
    let lead = all.first()?;
    let heads = [("Published for", ""), ("Difference", "points, 95% interval"), ("Published figure, or why it is not compared", ""), ("Code", "")];
    let caption = format!("Scores beside published ones{}", figure::in_wave(lead.wave.as_deref().unwrap_or_default()));
    let mut table = Table { caption, columns: Table::columns(&heads), coded: true, folded: true, ..Table::default() };
    if let Some(column) = table.columns.get_mut(2) {
        column.numeric = false;
    }
    for name in all.variables() {
        table.rows.push(Row::Group(labels::variable(context.book, &analysis.dataset, &name)));
        for row in all.variable(&name).rows() {
            let note = row.note.clone().unwrap_or_default();
            table.rows.push(Row::Cells(vec![row.level.clone().unwrap_or_default().into(), tables::with_interval(row), note.into(), tables::code(row)]));
        }
    }
    table.base = figure::base(context, analysis, all.rows());
    table.notes.push(
        "Above zero: higher than published. The people of a published study differ from those here in many ways; a difference is no judgment of a program."
            .into(),
    );
    Some(table)
}

/// Shares by the band before (rows) and after (columns) since the earliest wave, where there are more than two bands.
fn matrix(context: &Context<'_>, analysis: &AnalysisWords, latest: &Pick<'_>, moved: &Pick<'_>) -> Option<Table> {
    let since = comparisons(context, analysis, moved).first()?.clone();
    let own = moved.group("compared_with", &since);
    let lead = own.first()?;
    let mut bands: Vec<String> = Vec::new();
    for level in own.levels() {
        bands.extend(level.split_once(" → ").map(|(before, _)| before.to_owned()).filter(|band| !bands.contains(band)));
    }
    if bands.len() < 3 || own.rows().iter().all(|row| row.is_suppressed()) {
        return None;
    }
    let later = lead.wave.clone().unwrap_or_default();
    let name = lead.variable.trim_end_matches("_change");
    let margins = |wave: &str, other: &str| context.rows.analysis(&analysis.id).wave(wave).variable(name).by(&TWICE).group("compared_with", other);
    let (before, after) = (margins(&since, &later), latest.variable(name).by(&TWICE).group("compared_with", &since));
    let share = |row: Option<&ResultRow>| row.map_or_else(Cell::absent, tables::percent_n);
    let total = format!("All in {since}");
    let heads: Vec<(&str, &str)> =
        std::iter::once(("Band before", "")).chain(bands.iter().map(|band| (band.as_str(), "% (n)"))).chain([(total.as_str(), "% (n)")]).collect();
    let spoken = labels::spoken(context.book, &analysis.dataset, of_bands(name));
    let caption = format!("{}: bands of people seen twice, {since} (rows) and {later} (columns)", words::capital(&spoken));
    let mut table = Table { caption, columns: Table::columns(&heads), folded: true, ..Table::default() };
    for band in &bands {
        let mut cells: Vec<Cell> = vec![band.clone().into()];
        cells.extend(bands.iter().map(|to| share(own.level(&format!("{band} → {to}")).first())));
        cells.push(share(before.level(band).first()));
        table.rows.push(Row::Cells(cells));
    }
    let mut last: Vec<Cell> = vec![format!("All in {later}").into()];
    last.extend(bands.iter().map(|band| share(after.level(band).first())));
    last.push(Cell::absent());
    table.rows.push(Row::Cells(last));
    table.base = figure::base(context, analysis, own.rows());
    table.notes = figure::standing_notes(context, analysis, own.rows());
    Some(table)
}
