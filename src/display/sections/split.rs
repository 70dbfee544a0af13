//! Shares that stand only by the levels of a group, such as intake and six months: one bar for each level of the group, side by side.

use super::figure::{self, Sketch, estimate};
use super::telling::{brief, telling};
use super::{Context, Draft, headline, words};
use crate::display::charts::{BarRow, BarShape, Bars, Chart, Estimate, Mark, Scale};
use crate::display::parts::{Block, Figure};
use crate::display::pick::Pick;
use crate::display::{AnalysisWords, labels};
use crate::results::{ResultRow, Stat};

/// The part of a report on an analysis without ungrouped shares; nothing when it has some.
pub(super) fn draft(context: &Context<'_>, analysis: &AnalysisWords, latest: &Pick<'_>) -> Option<Draft> {
    let shares = latest.stat(Stat::Proportion).keep(|row| row.level.is_some());
    if shares.is_empty() || !shares.by(&[]).is_empty() {
        return None;
    }
    let group = figure::main_group(&shares)?;
    let sides = sides(context, analysis, &shares, &group);
    let cells = shares.by(&[&group]);
    let mut draft = Draft::default();
    let (first, last) = (sides.first()?, sides.last()?);
    let names: Vec<String> = analysis.variables.iter().filter(|name| !cells.variable(name).is_empty()).cloned().collect();
    let lead = names.iter().find_map(|name| telling(cells.variable(name).group(&group, last).rows()))?;
    draft.finding = finding(context, &cells, lead, &group, first);
    draft.paragraph.extend(people(context, analysis, latest, &group, &sides));
    let earlier = cells.variable(&lead.variable).group(&group, first).keep(|row| row.level == lead.level).first();
    draft.paragraph.extend(earlier.into_iter().chain([lead]).map(|row| context.sentence(row)));
    draft.paragraph.push("Not everybody was seen each time, and no test compares the figures.".into());
    let spoken: Vec<String> = sides.iter().map(|side| words::small(side)).collect();
    let about = Sides {
        title: String::new(),
        subtitle: format!("Share of {} at {}.", context.book.noun(&analysis.dataset), words::list(&spoken)),
        note: "The bars stand side by side and are not tested against each other.".to_owned(),
        group,
        levels: sides,
    };
    let figure = bars(context, analysis, &cells, &names, lead, &about);
    draft.point(lead, &figure.code);
    draft.blocks.push(Block::Figure(Box::new(figure)));
    Some(draft)
}

/// Levels of the group in the order of the codebook.
fn sides(context: &Context<'_>, analysis: &AnalysisWords, shares: &Pick<'_>, group: &str) -> Vec<String> {
    let present = shares.groups(group);
    let known = context.book.variable(&analysis.dataset, group).map(|words| words.levels.clone()).unwrap_or_default();
    let rest = present.iter().filter(|side| !known.contains(side)).cloned().collect::<Vec<_>>();
    known.into_iter().filter(|side| present.contains(side)).chain(rest).collect()
}

/// `75.8% were abstinent at six months, 45.5% at intake`.
pub(super) fn finding(context: &Context<'_>, cells: &Pick<'_>, lead: &ResultRow, group: &str, first: &str) -> String {
    let earlier = cells.variable(&lead.variable).group(group, first).keep(|row| row.level == lead.level).first();
    let share = |row: &ResultRow| row.estimate.map(words::percent).unwrap_or_default();
    let at = |row: &ResultRow| context.place(row).unwrap_or_default();
    let predicate = context.predicate(lead);
    match earlier.filter(|row| !row.is_suppressed() && row.id() != lead.id()) {
        Some(earlier) => headline(
            format!("{} {predicate} {}, {} {}", share(lead), at(lead), share(earlier), at(earlier)),
            &format!("{}: {} {}, {} {}", labels::variable(context.book, &lead.dataset, &lead.variable), share(lead), at(lead), share(earlier), at(earlier)),
        ),
        None => brief(context, lead),
    }
}

/// `604 people were interviewed at intake and 330 at six months.`
fn people(context: &Context<'_>, analysis: &AnalysisWords, latest: &Pick<'_>, group: &str, sides: &[String]) -> Option<String> {
    let counts = latest.variable("people").stat(Stat::Count).by(&[group]);
    let told: Vec<String> = sides
        .iter()
        .filter_map(|side| {
            let row = counts.group(group, side).first().filter(|row| !row.is_suppressed())?;
            Some(format!("{} {}", words::count(row.estimate?), context.place(row)?))
        })
        .collect();
    let noun = context.book.noun(&analysis.dataset);
    let (first, rest) = told.split_first()?;
    let (number, place) = first.split_once(' ')?;
    let all: Vec<String> = [format!("{number} {noun} {place}")].into_iter().chain(rest.iter().cloned()).collect();
    Some(format!("The figures are of {}.", words::list(&all)))
}

/// What stands side by side in a chart.
pub(super) struct Sides {
    /// The finding; that of the second variable where it is empty.
    pub(super) title: String,
    /// What is measured, of whom and when, without the whiskers.
    pub(super) subtitle: String,
    /// What a reader must know.
    pub(super) note: String,
    /// The group, and its levels in order.
    pub(super) group: String,
    pub(super) levels: Vec<String>,
}

/// One bar for each level of a group, side by side.
pub(super) fn bars<'a>(context: &Context<'_>, analysis: &AnalysisWords, cells: &Pick<'a>, names: &[String], lead: &'a ResultRow, about: &Sides) -> Figure {
    let Sides { group, levels: sides, .. } = about;
    let mut rows = Vec::new();
    let mut groups: Vec<(String, Vec<&ResultRow>)> = Vec::new();
    for name in names {
        let own = cells.variable(name);
        let label = labels::variable(context.book, &analysis.dataset, name);
        let levels = own.levels();
        let whole = !levels.iter().any(|level| level == "Yes");
        let shown: Vec<String> = if whole { levels } else { vec!["Yes".to_owned()] };
        for (place, level) in shown.iter().enumerate() {
            let found: Vec<Option<&ResultRow>> = sides.iter().map(|side| own.level(level).group(group, side).first()).collect();
            let estimates = found.iter().map(|row| row.map_or_else(|| Estimate::blank(Mark::NotEstimable), estimate)).collect();
            let head = if whole { level.clone() } else { label.clone() };
            rows.push(BarRow { heading: (whole && place == 0).then(|| label.clone()), label: head, accent: false, estimates });
        }
        groups.push((label, own.keep(|row| row.level.as_ref().is_some_and(|level| shown.contains(level))).rows().to_vec()));
    }
    let noun = context.book.noun(&analysis.dataset);
    let subtitle = format!("{} Whiskers are 95% intervals; n is the number of {noun} in the group.", about.subtitle);
    let second = names.iter().find(|name| **name != lead.variable).zip(sides.first().zip(sides.last()));
    let second = second.and_then(|(name, (first, last))| Some((telling(cells.variable(name).group(group, last).rows())?, first)));
    let found = second.map_or_else(|| headline(&analysis.title, &format!("Shares of {noun}")), |(row, first)| finding(context, cells, row, group, first));
    let title = if about.title.is_empty() { found } else { about.title.clone() };
    let measure = "Share".to_owned();
    let chart = Chart::Bars(Bars { scale: Scale::Percent, shape: BarShape::Bar, range: None, measure, series: sides.clone(), rows, reference: None });
    let notes = vec![about.note.clone()];
    let sketch = Sketch { lead, title, subtitle, kind: "Grouped bar chart", groups, head: "Time".into(), notes };
    figure::figure(context, analysis, sketch, chart, |row| {
        let side = row.groups.get(group).cloned().unwrap_or_default();
        row.level.as_ref().filter(|level| *level != "Yes").map_or_else(|| side.clone(), |level| format!("{level}, {side}"))
    })
}
