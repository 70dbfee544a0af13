//! One table in the form that the field prints: `Mean/%` and `(SD/n)`, characteristics and scores of the latest wave.

use super::demographics::ordered;
use super::outcomes::headline_scores;
use super::{Context, figure};
use crate::display::cells::{Cell, Format, Part, Value};
use crate::display::parts::{Block, Row, Section, Table};
use crate::display::pick::Pick;
use crate::display::{AnalysisWords, PercentOf, labels, tables, words};
use crate::results::{ResultRow, Stat};

pub(super) fn section(context: &Context<'_>) -> Option<Section> {
    let people = context.book.analyses.iter().filter(|analysis| matches!(analysis.kind.as_str(), "demographics" | "outcomes"));
    let dataset = people.clone().find(|analysis| analysis.kind == "demographics").or_else(|| people.clone().next())?.dataset.clone();
    let analyses: Vec<&AnalysisWords> = people.filter(|analysis| analysis.dataset == dataset).collect();
    let mut bases: Vec<PercentOf> = analyses.iter().map(|analysis| analysis.percent_of).collect();
    bases.dedup();
    let mut rows = Vec::new();
    let mut wave = String::new();
    let mut total = None;
    for analysis in &analyses {
        let all = context.rows.analysis(&analysis.id);
        let latest_wave = context.latest(&all, &dataset);
        let latest = all.wave(&latest_wave).by(&[]);
        wave = latest_wave;
        total = total.or_else(|| latest.variable("people").first().and_then(|row| row.n.or(row.estimate)));
        if analysis.kind == "outcomes" {
            scores(context, &latest, &mut rows);
        } else {
            characteristics(context, analysis, &latest, &mut rows);
        }
    }
    if rows.is_empty() {
        return None;
    }
    let noun = context.book.noun(&dataset);
    let base = total.map(|total| format!(" (N = {})", words::count(total))).unwrap_or_default();
    let when = if wave.is_empty() { String::new() } else { format!(" in {wave}") };
    let heads = [("Characteristic or score", ""), ("Mean/%", ""), ("(SD/n)", ""), ("Base", "unweighted"), ("Code", "")];
    let mut table =
        Table { caption: format!("Characteristics and scores of {noun}{when}{base}"), columns: Table::columns(&heads), rows, coded: true, ..Table::default() };
    if let Some(column) = table.columns.get_mut(3) {
        column.numeric = false;
    }
    table.base = total.map(|total| format!("{} {noun}", words::count(total))).unwrap_or_default();
    table.notes = notes(context, noun, &table);
    let blocks = vec![
        Block::Paragraph(format!(
            "Rows with a percentage give the share and, in brackets, the number of {noun}; rows marked “mean” give the mean and, in brackets, the standard deviation."
        )),
        Block::Table(Box::new(table)),
    ];
    let title = format!("{} at a glance", words::capital(noun));
    Some(Section { id: "at-a-glance".into(), question: title, blocks, ..Section::default() })
}

fn notes(context: &Context<'_>, noun: &str, table: &Table) -> Vec<String> {
    let mut notes =
        vec![format!("Base: “valid” is {noun} who answered the question, with its number; “all” is every one of the {noun}, missing answers included.")];
    let shows = |mark: char| table.rows.iter().any(|row| matches!(row, Row::Cells(cells) if cells.iter().any(|cell| cell.text.contains(mark))));
    if shows('†') {
        notes.push(format!("† Not shown: fewer than {} people, or computable from other figures.", context.book.minimum_cell));
    }
    if shows('*') {
        notes.push("* Unstable: few answers stand behind this figure.".into());
    }
    notes
        .push("Scores are means of the items where an instrument has that form, as the field prints them; higher is better but for scores listed last.".into());
    notes.push("Percentages are rounded and need not add up to 100.".into());
    notes
}

fn characteristics(context: &Context<'_>, analysis: &AnalysisWords, latest: &Pick<'_>, table: &mut Vec<Row>) {
    let shares = latest.stat(Stat::Proportion).keep(|row| row.level.is_some());
    let means = latest.stat(Stat::Mean);
    let mut names: Vec<String> = analysis.variables.clone();
    names.extend(latest.variables().into_iter().filter(|name| !analysis.variables.contains(name)));
    let mut headed = false;
    for name in names {
        let label = labels::variable(context.book, &analysis.dataset, &name);
        let own = shares.variable(&name);
        if !own.is_empty() {
            headed = false;
            table.push(Row::Group(label));
            table.extend(ordered(context, &analysis.dataset, own.rows()).into_iter().map(|row| share(analysis, row)));
        } else if let Some(mean) = means.variable(&name).first() {
            if !headed {
                headed = true;
                table.push(Row::Group("Measures (mean)".into()));
            }
            table.push(mean_row(latest, mean, &format!("{} (mean)", figure::measure(context, mean))));
        }
    }
}

fn share(analysis: &AnalysisWords, row: &ResultRow) -> Row {
    let base = match analysis.percent_of {
        PercentOf::Valid => "valid",
        PercentOf::All => "all",
    };
    let level = row.level.clone().unwrap_or_default();
    let base = based(base, row.denominator.filter(|_| !row.is_suppressed()));
    Row::Cells(vec![level.into(), tables::cell(row), tables::people(row, row.n).bracketed(), base, tables::code(row)])
}

fn mean_row(latest: &Pick<'_>, mean: &ResultRow, label: &str) -> Row {
    let sd = latest.variable(&mean.variable).stat(Stat::Sd).first();
    let n = mean.n.filter(|_| !mean.is_suppressed());
    let base = if n.is_some() { based("valid", n) } else { Cell::absent() };
    Row::Cells(vec![label.into(), tables::cell(mean), tables::cell_of(sd).bracketed(), base, tables::code(mean)])
}

/// `valid, 1,280`.
fn based(base: &str, of: Option<f64>) -> Cell {
    let words = Cell { parts: vec![Part { name: "", value: Value::Word(base.to_owned()) }], ..base.into() };
    let Some(of) = of.map(|of| Cell::number(of, Format::Count).named("n")) else { return words };
    let text = format!("{base},\u{a0}{of}");
    words.joined(of, text)
}

/// Scores in the form of item means where there is one; those of which lower is better come last.
fn mean_scores(context: &Context<'_>, latest: &Pick<'_>) -> Vec<String> {
    let means = latest.stat(Stat::Mean);
    let as_mean = |name: String| match name.strip_suffix("_sum").map(|id| format!("{id}_mean")) {
        Some(mean) if !means.variable(&mean).is_empty() => mean,
        _ => name,
    };
    let mut names: Vec<String> = headline_scores(context, latest).into_iter().map(as_mean).collect();
    names.sort_by_key(|name| context.book.instrument(name).is_some_and(|(instrument, _)| instrument.higher_better == Some(false)));
    names
}

fn scores(context: &Context<'_>, latest: &Pick<'_>, table: &mut Vec<Row>) {
    let names = mean_scores(context, latest);
    if names.is_empty() {
        return;
    }
    table.push(Row::Group("Scores (mean)".into()));
    for name in names {
        let Some(mean) = latest.variable(&name).stat(Stat::Mean).first() else { continue };
        let spoken = words::capital(&labels::spoken(context.book, &mean.dataset, &name));
        // the items of a subscale are not told apart
        let whole = context.book.instrument(&name).filter(|(_, form)| !form.contains('_'));
        let items = whole.map(|(instrument, _)| instrument.items.len()).filter(|items| *items > 0);
        let items = items.map(|items| format!("{items} {}, ", if items == 1 { "item" } else { "items" })).unwrap_or_default();
        let scale = labels::range(context.book, &mean.dataset, &name)
            .map(|(low, high)| format!(" ({items}{}- to {}-point scale)", words::short(low, 1), words::short(high, 1)));
        table.push(mean_row(latest, mean, &format!("{spoken}{}", scale.unwrap_or_default())));
    }
}
