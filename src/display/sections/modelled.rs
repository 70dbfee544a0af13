//! Means of all waves from everybody seen once or more, as a table beside what was seen of each wave.

use super::figure;
use super::{Context, words};
use crate::display::parts::Table;
use crate::display::pick::Pick;
use crate::display::{AnalysisWords, labels};
use crate::results::{ResultRow, Stat};

/// The change of a score from the first wave to the latest, by the model.
pub(super) fn change<'a>(rows: &Pick<'a>, score: &str, wave: &str) -> Option<&'a ResultRow> {
    rows.wave(wave).variable(score).stat(Stat::Difference).by(&["compared_with"]).first()
}

/// Estimated mean of each score in each wave, and its changes from the first.
pub(super) fn table(context: &Context<'_>, analysis: &AnalysisWords, rows: &Pick<'_>, scores: &[String]) -> Option<Table> {
    let of = |score: &String| {
        let own = rows.variable(score).keep(|row| matches!(row.stat, Stat::PredictiveMargin | Stat::Difference));
        let name = words::capital(&labels::spoken(context.book, &analysis.dataset, score));
        (!own.is_empty()).then(|| (name, own.rows().to_vec()))
    };
    let groups: Vec<(String, Vec<&ResultRow>)> = scores.iter().filter_map(of).collect();
    groups.first()?;
    let noun = context.book.noun(&analysis.dataset);
    let name = |row: &ResultRow| {
        let wave = row.wave.clone().unwrap_or_default();
        row.groups.get("compared_with").map_or_else(|| wave.clone(), |first| format!("Change from {first} to {wave}"))
    };
    let caption = format!("Mean scores of each wave estimated from all {noun} seen once or more");
    let mut table = figure::table(&caption, "Score and wave", &groups, name);
    let all: Vec<&ResultRow> = groups.iter().flat_map(|(_, rows)| rows.iter().copied()).collect();
    table.base = figure::base(context, analysis, &all);
    table.notes = figure::standing_notes(context, analysis, &all);
    let knows_units = all.iter().any(|row| row.method.contains("cluster-robust"));
    let limits = if knows_units {
        "The intervals of the model allow for people of one sampling unit, such as a center, being alike. It leaves weights out, so it speaks of those who answered."
    } else {
        "The model knows neither weights nor that people of one center are alike, so its intervals may be too narrow for the whole population."
    };
    table.notes.push(format!(
        "Somebody seen in one wave counts with that answer, somebody seen in several with all of them. {limits} Those who stayed away are allowed for only as far as the answers that they gave can tell, and a change says nothing of its cause."
    ));
    table.folded = true;
    Some(table)
}
