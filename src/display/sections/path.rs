//! What goes with what: a path model as a diagram, its indirect links, how well it fits.

use super::figure::{self, Sketch, estimate};
use super::{Context, Draft, headline, words};
use crate::display::charts::{Chart, PathArrow, PathBox, Paths};
use crate::display::links::{Link, link, name};
use crate::display::parts::{Block, Figure, Row, Table};
use crate::display::pick::Pick;
use crate::display::sentences::direction;
use crate::display::{AnalysisWords, labels, tables};
use crate::results::{ResultRow, Stat};

/// Bounds of a good fit by common use (Hu and Bentler 1999, doi:10.1080/10705519909540118): CFI at least, RMSEA and SRMR at most.
const GOOD: [(Stat, f64); 3] = [(Stat::Cfi, 0.95), (Stat::Rmsea, 0.06), (Stat::Srmr, 0.08)];

/// What every reader must know before an arrow is taken for a cause.
const CAUTION: &str = "The arrows are those of a theory. Data of one wave show what goes together, not what leads to what.";

pub(super) fn draft(context: &Context<'_>, analysis: &AnalysisWords) -> Draft {
    let rows = context.rows.analysis(&analysis.id);
    let standardized = rows.stat(Stat::PathStandardized);
    let arrows: Vec<&ResultRow> = of(context, &standardized, |link| matches!(link, Link::Arrow(..)));
    let effects: Vec<&ResultRow> = of(context, &standardized, |link| matches!(link, Link::Along(_) | Link::Made(_)));
    let mut draft = Draft::default();
    let Some(lead) = strongest(&arrows) else { return draft };
    draft.finding = finding(context, lead);
    draft.paragraph.push(context.sentence(lead));
    draft.paragraph.extend(strongest(&effects).map(|row| context.sentence(row)));
    draft.paragraph.extend(fits(&rows));
    draft.paragraph.push(CAUTION.to_owned());
    draft.blocks.push(Block::Figure(Box::new(diagram(context, analysis, &rows, &arrows, lead))));
    draft.blocks.extend(indirect(context, analysis, &effects).map(|table| Block::Table(Box::new(table))));
    draft.blocks.extend(unstandardized(context, analysis, &rows).map(|table| Block::Table(Box::new(table))));
    draft.blocks.extend(measures(context, analysis, &rows).map(|table| Block::Table(Box::new(table))));
    draft
}

/// The rows whose link is of a kind.
fn of<'a>(context: &Context<'_>, rows: &Pick<'a>, wanted: impl Fn(&Link) -> bool) -> Vec<&'a ResultRow> {
    rows.rows().iter().copied().filter(|row| link(row, context.book).is_some_and(|link| wanted(&link))).collect()
}

/// Whether a figure follows the design of its dataset.
fn of_design(row: &ResultRow) -> bool {
    row.method.contains("sampling design")
}

/// The largest figure that is clearly not zero; else the first.
fn strongest<'a>(rows: &[&'a ResultRow]) -> Option<&'a ResultRow> {
    let size = |row: &ResultRow| row.estimate.unwrap_or_default().abs();
    let clear = rows.iter().copied().filter(|row| direction(row).is_some()).max_by(|a, b| size(a).total_cmp(&size(b)));
    clear.or_else(|| rows.first().copied())
}

/// `Higher recovery capital went with higher quality of life`.
fn finding(context: &Context<'_>, row: &ResultRow) -> String {
    let Some(Link::Arrow(from, to)) = link(row, context.book).filter(|_| direction(row).is_some()) else { return "No clear links in the model".into() };
    let spoken = |name: &str| labels::spoken(context.book, &row.dataset, name);
    let side = if row.estimate < Some(0.0) { "lower" } else { "higher" };
    headline(format!("Higher {} went with {side} {}", spoken(&from), spoken(&to)), "What went with what")
}

/// Whether the model fits by common use, as far as its measures are shown.
fn fits(rows: &Pick<'_>) -> Option<String> {
    let open = rows.stat(Stat::Df).first().and_then(|row| row.estimate)?;
    if open < 0.5 {
        return Some("The model leaves nothing open, so how well it fits cannot be told.".into());
    }
    let good = |(stat, bound): (Stat, f64)| {
        let value = rows.stat(stat).first().and_then(|row| row.estimate)?;
        Some(if stat == Stat::Cfi { value >= bound } else { value <= bound })
    };
    let good: Vec<bool> = GOOD.into_iter().map(good).collect::<Option<_>>()?;
    Some(match good.iter().filter(|good| **good).count() {
        3 => "By all three common measures the model fits well.".into(),
        0 => "By all three common measures the model fits poorly, so its links are to be read with care.".into(),
        _ => "By some of the common measures the model fits well, by others it does not.".into(),
    })
}

/// The diagram: boxes are variables, arrows are standardized paths.
fn diagram(context: &Context<'_>, analysis: &AnalysisWords, rows: &Pick<'_>, arrows: &[&ResultRow], lead: &ResultRow) -> Figure {
    let ends = |row: &ResultRow| match link(row, context.book) {
        Some(Link::Arrow(from, to)) => Some((from, to)),
        _ => None,
    };
    let mut names: Vec<String> = Vec::new();
    for (from, to) in arrows.iter().filter_map(|row| ends(row)) {
        for name in [from, to] {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    let explained = |name: &String| rows.variable(name).stat(Stat::RSquared).first();
    let note = |name: &String| explained(name).filter(|row| row.estimate.is_some()).map(|row| format!("R² {}", tables::cell(row))).unwrap_or_default();
    let label = |name: &String| words::capital(&labels::spoken(context.book, &analysis.dataset, name));
    let boxes = names.iter().map(|name| PathBox { label: label(name), note: note(name) }).collect();
    let place = |name: &str| names.iter().position(|known| known == name);
    let arrow = |row: &&ResultRow| {
        let (from, to) = ends(row)?;
        Some(PathArrow { from: place(&from)?, to: place(&to)?, estimate: estimate(row) })
    };
    let chart = Chart::Paths(Paths { boxes, arrows: arrows.iter().filter_map(arrow).collect() });
    let clear = arrows.iter().filter(|row| direction(row).is_some()).count();
    let title = format!("{clear} of {} links of the model are clear", arrows.len());
    let noun = context.book.noun(&analysis.dataset);
    let wave = lead.wave.clone().unwrap_or_default();
    let subtitle =
        format!("Standardized paths among {noun}{}: standard deviations more or less for each standard deviation, with 95% intervals.", figure::in_wave(&wave));
    let squared: Vec<&ResultRow> = names.iter().filter_map(explained).collect();
    let mut groups = vec![("Standardized paths".to_owned(), arrows.to_vec())];
    if !squared.is_empty() {
        groups.push(("R²: share of the spread that the model accounts for".to_owned(), squared));
    }
    let drawn = if of_design(lead) {
        "The intervals follow how the sample was drawn, as those of other figures do."
    } else {
        "The data name no sampling design, so each answer counts alike and for itself."
    };
    let notes = vec![format!("Each link holds the other boxes with an arrow to the same box equal. {drawn}")];
    let sketch = Sketch { lead, title, subtitle, kind: "Path diagram", groups, head: "Link".into(), notes };
    let head = |row: &ResultRow| name(row, context.book).unwrap_or_else(|| words::capital(&labels::spoken(context.book, &row.dataset, &row.variable)));
    figure::figure(context, analysis, sketch, chart, head)
}

/// Links by way of others, with the interval of either kind.
fn indirect(context: &Context<'_>, analysis: &AnalysisWords, effects: &[&ResultRow]) -> Option<Table> {
    let first = effects.first()?;
    let wave = first.wave.clone().unwrap_or_default();
    let caption = format!("Indirect links{}, standardized", figure::in_wave(&wave));
    let groups = [(String::new(), effects.to_vec())];
    let mut table = figure::table(&caption, "Link", &groups, |row| name(row, context.book).unwrap_or_default());
    table.base = figure::base(context, analysis, effects);
    table.notes = figure::standing_notes(context, analysis, effects);
    let other = |row: &&ResultRow| Some(format!("{}: {}.", name(row, context.book)?, row.note.as_deref()?));
    table.notes.extend(effects.iter().filter_map(other));
    Some(table)
}

/// Paths and indirect links in the units of the variables, and what is left of outcomes and goes together.
fn unstandardized(context: &Context<'_>, analysis: &AnalysisWords, rows: &Pick<'_>) -> Option<Table> {
    let raw = rows.stat(Stat::Path);
    let first = raw.first()?;
    let caption = format!("Links in the units of the measures{}", figure::in_wave(first.wave.as_deref().unwrap_or_default()));
    let both = of(context, &rows.stat(Stat::PathStandardized), |link| matches!(link, Link::Both(..)));
    let groups = [("In units".to_owned(), raw.rows().to_vec()), ("Correlations of what the model leaves open".to_owned(), both)];
    let groups: Vec<(String, Vec<&ResultRow>)> = groups.into_iter().filter(|(_, rows)| !rows.is_empty()).collect();
    let mut table = figure::table(&caption, "Link", &groups, |row| name(row, context.book).unwrap_or_default());
    table.base = figure::base(context, analysis, raw.rows());
    table.folded = true;
    Some(table)
}

/// The measures of fit with the bounds that are commonly asked of them.
fn measures(context: &Context<'_>, analysis: &AnalysisWords, rows: &Pick<'_>) -> Option<Table> {
    let shown = rows.keep(|row| matches!(row.stat, Stat::Chisq | Stat::Df | Stat::Cfi | Stat::Rmsea | Stat::Srmr));
    let first = shown.first()?;
    let heads = [("Measure", ""), ("Value", ""), ("Interval", "90%"), ("Good fit", "by common use"), ("Code", "")];
    let caption = format!("How well the model fits{}", figure::in_wave(first.wave.as_deref().unwrap_or_default()));
    let mut table = Table { caption, columns: Table::columns(&heads), coded: true, folded: true, ..Table::default() };
    for row in shown.rows() {
        let bound = GOOD.iter().find(|(stat, _)| *stat == row.stat).map(|(stat, bound)| {
            let side = if *stat == Stat::Cfi { "at least" } else { "at most" };
            format!("{side} {}", words::number(*bound, 2))
        });
        let interval = if row.conf_low.is_some() { tables::interval(row) } else { crate::display::cells::Cell::absent() };
        table.rows.push(Row::Cells(vec![
            words::capital(&labels::stat(row)).into(),
            tables::cell(row),
            interval,
            bound.map_or_else(crate::display::cells::Cell::absent, Into::into),
            tables::code(row),
        ]));
    }
    table.base = figure::base(context, analysis, shown.rows());
    table.notes.push("Bounds of a good fit: Hu and Bentler 1999.".into());
    if of_design(first) {
        table.notes.push("Chi-squared, CFI and RMSEA are corrected for how the sample was drawn (Satorra and Bentler 1994).".into());
    }
    Some(table)
}
