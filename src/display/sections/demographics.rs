//! Who comes: shares of each category in the latest wave, with intervals, and by region.

use super::figure::{self, Sketch, estimate};
use super::telling::{finding, repeats, telling, title};
use super::{Context, Draft, words};
use crate::display::cells::Cell;
use crate::display::charts::{BarRow, BarShape, Bars, Chart, Scale};
use crate::display::parts::{Block, Figure, Row, Table};
use crate::display::pick::Pick;
use crate::display::{AnalysisWords, labels, scales, tables};
use crate::results::{ResultRow, Stat};

/// Most rows of one bar chart.
const MOST_ROWS: usize = 22;

pub(super) fn draft(context: &Context<'_>, analysis: &AnalysisWords) -> Draft {
    let rows = context.rows.analysis(&analysis.id);
    let wave = context.latest(&rows, &analysis.dataset);
    let latest = rows.wave(&wave);
    if let Some(draft) = super::split::draft(context, analysis, &latest) {
        return draft;
    }
    let mut draft = Draft::default();
    let people = latest.variable("people").by(&[]);
    draft.paragraph.extend(people.first().map(|row| context.sentence(row)));
    for chunk in chunks(context, analysis, &latest) {
        let Some(lead) = chunk.first().and_then(|(_, rows)| telling(rows)) else { continue };
        if draft.finding.is_empty() {
            draft.finding = finding(context, lead, &analysis.title);
            let others = chunk.iter().skip(1).filter_map(|(_, rows)| telling(rows)).filter(|row| !repeats(row));
            draft.paragraph.extend([lead].into_iter().chain(others.take(2)).map(|row| context.sentence(row)));
        }
        let figure = bars(context, analysis, lead, chunk.clone(), &wave);
        if draft.points.is_empty() {
            draft.point(lead, &figure.code);
        }
        draft.blocks.push(Block::Figure(Box::new(figure)));
    }
    draft.blocks.extend(by_group(context, analysis, &latest, &wave));
    draft.blocks.extend(numbers(context, analysis, &latest));
    draft
}

/// Levels of a variable in the order of the codebook, or by size where order means nothing.
pub(super) fn ordered<'a>(context: &Context<'_>, dataset: &str, rows: &[&'a ResultRow]) -> Vec<&'a ResultRow> {
    let mut rows = rows.to_vec();
    let Some(first) = rows.first() else { return rows };
    let words = context.book.variable(dataset, &first.variable);
    let instrument = context.book.instrument(&first.variable).map(|(instrument, _)| instrument.bands.clone()).unwrap_or_default();
    let levels = words.map(|words| words.levels.clone()).filter(|levels| !levels.is_empty()).unwrap_or(instrument);
    let found: Vec<String> = if levels.is_empty() { rows.iter().filter_map(|row| row.level.clone()).collect() } else { levels.clone() };
    let scale = if words.is_some_and(|words| words.ordered) { None } else { scales::in_order(&found) };
    let keep_order = words.is_some_and(|words| words.ordered) || scale.is_some() || levels.is_empty() || words.is_none();
    let levels = scale.unwrap_or(levels);
    let place = |row: &ResultRow| levels.iter().position(|level| Some(level) == row.level.as_ref()).unwrap_or(levels.len());
    if keep_order {
        rows.sort_by_key(|row| place(row));
    } else {
        // hidden figures come last, in codebook order, so that their place says nothing
        let rest = |row: &ResultRow| row.level.as_deref().is_some_and(is_rest);
        rows.sort_by(|a, b| {
            rest(a).cmp(&rest(b)).then_with(|| b.estimate.unwrap_or(-1.0).total_cmp(&a.estimate.unwrap_or(-1.0)).then_with(|| place(a).cmp(&place(b))))
        });
    }
    rows
}

/// Whether a level gathers what has no name of its own, so that its size says little: it stands last.
fn is_rest(level: &str) -> bool {
    let level = level.to_lowercase();
    ["other", "another", "something else", "none of"].iter().any(|word| {
        level
            .strip_prefix(word)
            .is_some_and(|rest| rest.is_empty() || word == &"none of" || rest.starts_with([',', ':', '(']) || rest.starts_with(" (") || rest == " answer")
    })
}

type Chunk<'a> = Vec<(String, Vec<&'a ResultRow>)>;

/// Variables with shares, gathered into charts of a readable length.
pub(super) fn chunks<'a>(context: &Context<'_>, analysis: &AnalysisWords, latest: &Pick<'a>) -> Vec<Chunk<'a>> {
    let shares = latest.stat(Stat::Proportion).by(&[]).keep(|row| row.level.is_some());
    let mut names: Vec<String> = analysis.variables.iter().filter(|name| !shares.variable(name).is_empty()).cloned().collect();
    names.extend(shares.variables().into_iter().filter(|name| !analysis.variables.contains(name) && name != "response_rate"));
    let mut chunks: Vec<Chunk<'a>> = Vec::new();
    let mut length = usize::MAX;
    for name in names {
        let rows = ordered(context, &analysis.dataset, shares.variable(&name).rows());
        let label = labels::heading(context.book, &analysis.dataset, &name);
        if length.saturating_add(rows.len()) > MOST_ROWS {
            chunks.push(Vec::new());
            length = 0;
        }
        length += rows.len();
        if let Some(chunk) = chunks.last_mut() {
            chunk.push((label, rows));
        }
    }
    chunks
}

/// Bars with intervals for a few variables.
pub(super) fn bars<'a>(context: &Context<'_>, analysis: &AnalysisWords, lead: &'a ResultRow, chunk: Chunk<'a>, wave: &str) -> Figure {
    let several = chunk.len() > 1;
    let mut bar_rows = Vec::new();
    for (label, rows) in &chunk {
        for (place, row) in rows.iter().enumerate() {
            bar_rows.push(BarRow {
                heading: (several && place == 0).then(|| label.clone()),
                label: row.level.clone().unwrap_or_default(),
                accent: telling(rows).is_some_and(|row_told| row_told.id() == row.id()),
                estimates: vec![estimate(row)],
            });
        }
    }
    let noun = labels::base_noun(context.book, lead);
    let when = if wave.is_empty() { String::new() } else { format!(", {wave}") };
    let sampled = chunk.iter().flat_map(|(_, rows)| rows).any(|row| row.conf_low.is_some());
    let whiskers = if sampled { "Whiskers are 95% intervals; " } else { "Here " };
    let (by, shorter) = about(&chunk, noun);
    let subtitle = format!("Share of {noun} by {by}{when}. {whiskers}n is the number of {noun} in the group.");
    let title = title(context, &chunk, &shorter);
    let chart = Chart::Bars(Bars {
        scale: Scale::Percent,
        shape: BarShape::Bar,
        range: None,
        measure: "Share".into(),
        series: vec![String::new()],
        rows: bar_rows,
        reference: None,
    });
    let mut notes = Vec::new();
    if chunk.iter().flat_map(|(_, rows)| rows).any(|row| context.book.variable(&row.dataset, &row.variable).is_some_and(|words| words.multi)) {
        notes.push("People could choose several answers, so these shares need not add up to 100%.".into());
    }
    notes.extend(asked(context, &chunk));
    let sketch = Sketch { lead, title, subtitle, kind: "Bar chart", groups: chunk, head: "Group".into(), notes };
    figure::figure(context, analysis, sketch, chart, |row| row.level.clone().unwrap_or_default())
}

/// What a chart shares people out by, and a title of it that tells no finding: names of variables, or how many questions there are.
fn about(chunk: &Chunk<'_>, noun: &str) -> (String, String) {
    /// Letters of names that a reader takes in at once.
    const MOST_LETTERS: usize = 110;
    let names: Vec<String> = chunk.iter().map(|(label, _)| words::small(label)).collect();
    let is_long = names.iter().map(|name| name.chars().count()).sum::<usize>() > MOST_LETTERS;
    match chunk.as_slice() {
        [(label, _)] if labels::is_question(label) => (format!("their answer to “{label}”"), labels::cut(label, 13)),
        [_] => (words::list(&names), format!("{} of {noun}", words::list(&names))),
        _ if chunk.iter().any(|(label, _)| labels::is_question(label)) => {
            (format!("their answers to {} questions", chunk.len()), format!("Answers of {noun} to {} questions", chunk.len()))
        }
        [(_, _), _, _, ..] if is_long => {
            let told = format!("{} and {} more", names[..2].join(", "), names.len() - 2);
            (told.clone(), format!("{told} of {noun}"))
        }
        _ => (words::list(&names), format!("{} of {noun}", words::list(&names[..names.len().min(3)]))),
    }
}

/// The questions as they were asked, where the codebook has them and the heading does not say them.
fn asked(context: &Context<'_>, chunk: &Chunk<'_>) -> Option<String> {
    let mut questions: Vec<(String, Vec<String>)> = Vec::new();
    for (label, rows) in chunk {
        let words = rows.first().and_then(|row| context.book.variable(&row.dataset, &row.variable));
        let Some(words) = words.filter(|words| !words.question.is_empty() && words.question != *label) else { continue };
        // The lines of a matrix have one question, which is said once.
        let stem = words.question.strip_suffix(label.as_str()).map_or(words.question.as_str(), |stem| stem.trim_end_matches([' ', '–', '-']));
        match questions.iter_mut().find(|(known, _)| known == stem) {
            Some((_, labels)) => labels.push(label.clone()),
            None => questions.push((stem.to_owned(), vec![label.clone()])),
        }
    }
    let told: Vec<String> = questions.into_iter().map(|(question, labels)| format!("{}: “{question}”", words::list(&labels))).collect();
    (!told.is_empty()).then(|| format!("As asked. {}", told.join(" ")))
}

/// Shares across the levels of a group such as region, as a table.
fn by_group(context: &Context<'_>, analysis: &AnalysisWords, latest: &Pick<'_>, wave: &str) -> Option<Block> {
    let group = &figure::main_group(&latest.stat(Stat::Proportion).keep(|row| row.level.is_some()))?;
    let rows = latest.stat(Stat::Proportion).by(&[group]);
    let present = rows.groups(group);
    if present.is_empty() {
        return None;
    }
    let known = context.book.regions.iter().filter(|region| present.contains(region)).cloned();
    let mut columns: Vec<String> = known.collect();
    columns.extend(present.iter().filter(|region| !context.book.regions.contains(region)).cloned());
    let mut heads = vec![("Group", "")];
    heads.extend(columns.iter().map(|column| (column.as_str(), "% (n)")));
    let noun = context.book.noun(&analysis.dataset);
    let when = if wave.is_empty() { String::new() } else { format!(", {wave}") };
    let split = labels::spoken(context.book, &analysis.dataset, group);
    let caption = format!("Share of {noun} by {split}{when}: percent and unweighted number in the group");
    let mut table = Table { caption, columns: Table::columns(&heads), ..Table::default() };
    for name in rows.variables() {
        table.rows.push(Row::Group(labels::variable(context.book, &analysis.dataset, &name)));
        let own = rows.variable(&name);
        for level in own.levels() {
            let cells = own.level(&level);
            let mut line: Vec<Cell> = vec![level.clone().into()];
            line.extend(columns.iter().map(|column| cells.group(group, column).first().map_or_else(Cell::absent, tables::percent_n)));
            table.rows.push(Row::Cells(line));
        }
    }
    table.base = figure::base(context, analysis, rows.rows());
    table.notes = figure::standing_notes(context, analysis, rows.rows()).into_iter().filter(|note| !note.starts_with("Without")).collect();
    table.folded = true;
    Some(Block::Table(Box::new(table)))
}

/// Mean, standard deviation and quartiles of number variables.
pub(super) fn numbers(context: &Context<'_>, analysis: &AnalysisWords, latest: &Pick<'_>) -> Option<Block> {
    let means = latest.stat(Stat::Mean).by(&[]);
    if means.is_empty() {
        return None;
    }
    let noun = words::capital(context.book.noun(&analysis.dataset));
    let when = figure::in_wave(&context.latest(latest, &analysis.dataset));
    let caption = format!("{noun}{when}: mean, standard deviation, median and the range of the middle half");
    let heads = [("Measure", ""), ("Mean", ""), ("SD", ""), ("Median", ""), ("Middle half", ""), ("n", "unweighted"), ("Code", "of the mean")];
    let mut table = Table { caption, columns: Table::columns(&heads), coded: true, ..Table::default() };
    let mut used = Vec::new();
    for mean in means.rows() {
        let own = latest.variable(&mean.variable).by(&[]);
        let half = match (own.quantile(0.25), own.quantile(0.75)) {
            (Some(low), Some(high)) => tables::range(tables::cell(low), tables::cell(high)),
            _ => Cell::absent(),
        };
        let cells = vec![
            figure::measure(context, mean).into(),
            tables::cell(mean),
            tables::cell_of(own.stat(Stat::Sd).first()),
            tables::cell_of(own.quantile(0.5)),
            half,
            tables::people(mean, mean.n),
            tables::code(mean),
        ];
        table.rows.push(Row::Cells(cells));
        used.push(*mean);
    }
    table.base = figure::base(context, analysis, &used);
    table.notes = figure::standing_notes(context, analysis, &used);
    Some(Block::Table(Box::new(table)))
}
