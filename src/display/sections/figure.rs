//! What all figures share: chart estimates from rows, the table behind a chart, notes, footer and alternative text.

use std::fmt::Write as _;

use super::{Context, words};
use crate::display::charts::{Chart, Estimate, Mark, Scale, Words};
use crate::display::parts::{Figure, Row, Table};
use crate::display::pick::Pick;
use crate::display::{AnalysisWords, PercentOf, labels, sentences, tables};
use crate::results::{ResultRow, Stat, Status, Unit, short_code};

/// Words and rows of a figure before they become one.
pub(super) struct Sketch<'a> {
    /// The row that the figure is cited by.
    pub(super) lead: &'a ResultRow,
    /// The finding.
    pub(super) title: String,
    /// What is measured, unit, base, period.
    pub(super) subtitle: String,
    /// The kind of chart for the alternative text: `Bar chart`.
    pub(super) kind: &'static str,
    /// The rows behind the chart, by group heading.
    pub(super) groups: Vec<(String, Vec<&'a ResultRow>)>,
    /// Head of the first column.
    pub(super) head: String,
    /// Further notes.
    pub(super) notes: Vec<String>,
}

/// Makes the figure.
pub(super) fn figure(context: &Context<'_>, analysis: &AnalysisWords, sketch: Sketch<'_>, chart: Chart, name: impl Fn(&ResultRow) -> String) -> Figure {
    let rows: Vec<&ResultRow> = sketch.groups.iter().flat_map(|(_, rows)| rows.iter().copied()).collect();
    let code = short_code(&sketch.lead.id());
    let alt = alt(context, analysis, &sketch, &rows, &name);
    let mut notes = sketch.notes;
    notes.extend(standing_notes(context, analysis, &rows));
    let based = base(context, analysis, &seen(&rows, sketch.lead.unit));
    let footer = format!(
        "Source: {}{}. Base: {based}. {code}",
        labels::source(context.book, &sketch.lead.dataset),
        sketch.lead.wave.as_ref().map(|wave| format!(", {wave}")).unwrap_or_default()
    );
    let caption = first_clause(&sketch.subtitle).to_owned();
    let table = Table { base: base(context, analysis, &rows), ..table(&caption, &sketch.head, &sketch.groups, name) };
    Figure { code, words: Words { title: sketch.title, subtitle: sketch.subtitle, footer, alt }, chart, table, notes }
}

/// A text up to its first `;`, `:` or full stop that does not stand within quotation marks.
fn first_clause(text: &str) -> &str {
    let mut quotes = 0_i32;
    let end = text.char_indices().find(|(place, letter)| {
        quotes += i32::from(*letter == '“') - i32::from(*letter == '”');
        let is_stop = *letter == '.' && text.get(place + 1..).is_none_or(|rest| rest.is_empty() || rest.starts_with(' '));
        quotes <= 0 && (matches!(letter, ';' | ':') || is_stop)
    });
    text.get(..end.map_or(text.len(), |(place, _)| place)).unwrap_or_default()
}

/// ` in 2024`, or nothing without a wave.
pub(super) fn in_wave(wave: &str) -> String {
    if wave.is_empty() { String::new() } else { format!(" in {wave}") }
}

/// The group by which an analysis is split, region before others; time, centers and the bins of a curve have charts of their own.
pub(super) fn main_group(rows: &Pick<'_>) -> Option<String> {
    const OWN: [&str; 14] = [
        "also",
        "split_by",
        "followup_window",
        "followup_seen",
        "wave",
        "center_name",
        "center_id",
        "month",
        "week",
        "weekday",
        "hour",
        "compared_with",
        "who",
        "race",
    ];
    let mut groups: Vec<&String> =
        rows.rows().iter().flat_map(|row| row.groups.keys()).filter(|group| !OWN.contains(&group.as_str()) && !group.ends_with("_bin")).collect();
    groups.sort_by_key(|group| (*group != "region", (*group).clone()));
    groups.first().map(|group| (*group).clone())
}

/// The estimate of a row for a chart.
pub(super) fn estimate(row: &ResultRow) -> Estimate {
    let mark = match row.status {
        Status::Ok => Mark::Shown,
        Status::Unstable => Mark::Unstable,
        Status::NotEstimable => Mark::NotEstimable,
        Status::Suppressed | Status::SuppressedComplementary => Mark::Suppressed,
    };
    match row.estimate {
        Some(value) if !matches!(mark, Mark::Suppressed | Mark::NotEstimable) => {
            Estimate { value, low: row.conf_low, high: row.conf_high, n: row.n.filter(|_| row.stat != Stat::Count), mark }
        }
        _ => Estimate::blank(if mark == Mark::Shown { Mark::NotEstimable } else { mark }),
    }
}

/// How a row's numbers are written in a chart.
pub(super) fn scale(row: &ResultRow) -> Scale {
    match (row.unit, row.stat) {
        (Unit::Percent, _) => Scale::Percent,
        (Unit::Dollars, _) => Scale::Dollars,
        (Unit::Fte, _) => Scale::Fte,
        (_, Stat::Count) => Scale::Number { decimals: 0 },
        _ => Scale::Number { decimals: 1 },
    }
}

/// The table behind a chart: estimate, interval, people and code of every row.
pub(super) fn table(caption: &str, head: &str, groups: &[(String, Vec<&ResultRow>)], name: impl Fn(&ResultRow) -> String) -> Table {
    let rows = || groups.iter().flat_map(|(_, rows)| rows.iter().copied());
    let first = rows().next();
    let same_unit = first.is_some_and(|first| rows().all(|row| row.unit == first.unit));
    let measure = match first {
        Some(row) if rows().all(|other| other.stat == row.stat) => words::capital(&labels::stat(row)),
        _ => "Figure".into(),
    };
    let unit = first.filter(|_| same_unit).map(|row| labels::unit_head(row.unit)).unwrap_or_default();
    let intervals = rows().any(|row| row.conf_low.is_some());
    let bases = rows().any(|row| row.denominator.is_some());
    let counts = rows().any(|row| row.n.is_some() && row.stat != Stat::Count);
    let mut heads = vec![(head, ""), (measure.as_str(), unit)];
    let level = first.and_then(|row| row.conf_level).unwrap_or(0.95);
    let interval_head = format!("{}% interval", words::short(level * 100.0, 1));
    let shown = [(intervals, (interval_head.as_str(), "")), (counts, ("n", "unweighted")), (bases, ("Base", "unweighted")), (true, ("Code", ""))];
    heads.extend(shown.iter().filter(|(wanted, _)| *wanted).map(|(_, head)| *head));
    let mut table = Table { caption: caption.to_owned(), columns: Table::columns(&heads), coded: true, ..Table::default() };
    for (group, rows) in groups {
        if !group.is_empty() {
            table.rows.push(Row::Group(group.clone()));
        }
        for row in rows {
            let mut cells = vec![name(row).into(), tables::cell(row)];
            if intervals {
                cells.push(tables::interval(row));
            }
            if counts {
                cells.push(tables::people(row, row.n));
            }
            if bases {
                cells.push(tables::people(row, row.denominator));
            }
            cells.push(tables::code(row));
            table.rows.push(Row::Cells(cells));
        }
    }
    table
}

/// Whom these rows are of, with the number of them where the rows say it: `1,480 to 1,535 members with a valid answer`.
pub(super) fn base(context: &Context<'_>, analysis: &AnalysisWords, rows: &[&ResultRow]) -> String {
    let noun = rows.first().map_or_else(|| context.book.noun(&analysis.dataset), |row| labels::base_noun(context.book, row));
    // a count has no base
    let based = || rows.iter().filter(|row| !row.is_suppressed() && row.stat != Stat::Count);
    let of: Vec<f64> = based().filter_map(|row| row.denominator.or(row.n)).collect();
    let number = match (of.iter().copied().reduce(f64::min), of.iter().copied().reduce(f64::max)) {
        (Some(least), Some(most)) if (most - least).abs() < 0.5 => words::counted(most, noun),
        (Some(least), Some(most)) => format!("{} to {}", words::count(least), words::counted(most, noun)),
        _ => noun.to_owned(),
    };
    let own = noun == context.book.noun(&analysis.dataset);
    match analysis.percent_of {
        PercentOf::Valid if own && based().any(|row| row.stat == Stat::Proportion) => format!("{number} with a valid answer"),
        PercentOf::All if own && based().any(|row| row.stat == Stat::Proportion) => format!("{number}, missing answers included"),
        _ => number,
    }
}

/// Base, missing, marks and method of these rows, as far as they apply.
pub(super) fn standing_notes(context: &Context<'_>, analysis: &AnalysisWords, rows: &[&ResultRow]) -> Vec<String> {
    let mut notes = Vec::new();
    let shares = rows.iter().any(|row| row.stat == Stat::Proportion);
    let noun = rows.first().map_or_else(|| context.book.noun(&analysis.dataset), |row| labels::base_noun(context.book, row));
    if shares {
        notes.push(match analysis.percent_of {
            _ if noun != context.book.noun(&analysis.dataset) => format!("Base: {noun}."),
            PercentOf::Valid => format!("Base: {noun} with a valid answer."),
            PercentOf::All => format!("Base: all {noun}; missing answers stay in the base."),
        });
    }
    let missing: Vec<f64> = rows.iter().filter(|row| !row.is_suppressed()).filter_map(|row| row.n_missing).collect();
    if let (Some(least), Some(most)) = (missing.iter().copied().reduce(f64::min), missing.iter().copied().reduce(f64::max))
        && most > 0.0
    {
        let told = if (most - least).abs() < 0.5 {
            words::counted(most, noun)
        } else if least < 0.5 {
            format!("at most {}", words::counted(most, noun))
        } else {
            format!("{} to {}", words::count(least), words::counted(most, noun))
        };
        notes.push(format!("Without a valid answer: {told}."));
    }
    let suppressed = rows.iter().filter(|row| row.is_suppressed()).count();
    if suppressed > 0 {
        notes.push(format!("† Not shown: fewer than {} people, or computable from other figures.", context.book.minimum_cell));
    }
    if rows.iter().any(|row| row.status == Status::Unstable) {
        notes.push("* Unstable: few answers stand behind this figure.".into());
    }
    if rows.iter().any(|row| row.status == Status::NotEstimable) {
        notes.push("— Could not be estimated.".into());
    }
    let mut methods: Vec<&str> = rows.iter().map(|row| row.method.as_str()).filter(|method| !method.is_empty()).collect();
    methods.sort_unstable();
    methods.dedup();
    if !methods.is_empty() && methods.len() <= 2 {
        let told: Vec<String> = methods.into_iter().map(method).collect();
        notes.push(format!("Method: {}.", told.join("; ")));
    }
    notes
}

/// A method as it stands in the rows, in words for readers.
fn method(method: &str) -> String {
    const PLAIN: [(&str, &str); 5] = [
        ("years_in_recovery", "years in recovery"),
        (", within_unit", ", from the differences between people within each place"),
        (", quantile rule hf7", ""),
        (", rule hf7", ""),
        (", rule school", ""),
    ];
    PLAIN.iter().fold(method.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// What a number is, with its unit where the name does not say it: `Age, years`, `Percent of days (%)`.
pub(super) fn measure(context: &Context<'_>, row: &ResultRow) -> String {
    let label = labels::variable(context.book, &row.dataset, &row.variable);
    let unit = match row.unit {
        Unit::Percent if label.to_lowercase().contains("percent") => String::new(),
        Unit::Percent => return format!("{label} (%)"),
        Unit::Hours | Unit::Days | Unit::Minutes | Unit::Visits => row.unit.word().to_owned(),
        Unit::None => context.book.variable(&row.dataset, &row.variable).map(|words| words.unit_words.clone()).unwrap_or_default(),
        _ => String::new(),
    };
    if unit.is_empty() || label.to_lowercase().contains(&unit) { label } else { format!("{label}, {unit}") }
}

/// Rows of one unit whose figures may be seen.
fn seen<'a>(rows: &[&'a ResultRow], unit: Unit) -> Vec<&'a ResultRow> {
    rows.iter().copied().filter(|row| !row.is_suppressed() && row.estimate.is_some() && row.unit == unit).collect()
}

/// Kind, what is compared, extremes, interval and base, from released rows only.
fn alt(context: &Context<'_>, analysis: &AnalysisWords, sketch: &Sketch<'_>, rows: &[&ResultRow], name: &impl Fn(&ResultRow) -> String) -> String {
    let mut text = format!("{}: {}.", sketch.kind, sketch.subtitle.trim_end_matches('.'));
    let unit = sketch.lead.unit;
    // A total over all is no value beside those of single ones.
    let mut seen = seen(rows, unit);
    seen.retain(|row| row.stat != Stat::Total || sketch.lead.stat == Stat::Total);
    let key = |row: &&ResultRow| row.estimate.unwrap_or_default();
    let highest = seen.iter().copied().max_by(|a, b| key(a).total_cmp(&key(b)));
    let lowest = seen.iter().copied().min_by(|a, b| key(a).total_cmp(&key(b)));
    let told = |row: &ResultRow| {
        let interval = sentences::interval(row).map(|interval| format!(", {interval}")).unwrap_or_default();
        format!("{} ({}{interval})", name(row), row.estimate.map(|estimate| labels::value(row, estimate)).unwrap_or_default())
    };
    if let (Some(highest), Some(lowest)) = (highest, lowest) {
        if highest.id() == lowest.id() {
            let _ = write!(text, " It shows {}.", told(highest));
        } else {
            let _ = write!(text, " The highest value is {}, the lowest {}.", told(highest), told(lowest));
        }
    }
    let _ = write!(text, " Base: {}.", base(context, analysis, &seen));
    let hidden = rows.iter().filter(|row| row.is_suppressed()).count();
    if hidden > 0 {
        let _ = write!(text, " {hidden} of {} values are hidden to protect people.", rows.len());
    }
    text
}
