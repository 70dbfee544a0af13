//! `recovista audit`: a published table, checked for internal consistency.

use std::path::PathBuf;

use recovista::error::{Error, Problem, Severity};
use recovista::{AuditOptions, AuditReport, Finding, audit};

use super::instruments::rows_of_text;
use super::reading::ReadArgs;
use super::{Format, Output};

const HELP: &str = "The file has a row for each figure (columns `statistic` and `value`, perhaps `sd`, `n`, `printed_N`, `table`,
`block`, `label`) or a row for each level (columns such as `n`, `%`, `N`, `Mean (SD)`, `Female n (%)`,
`Overall (N=336)`). Columns `range` (1-6) and `items` say what a mean is made of.

Example:
  recovista audit table1.csv --base 366

Exit codes: 0 consistent, 1 with findings, 3 unreadable.";

/// Checks a published table: percentages against counts and bases, totals, spreads, means of whole numbers.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Args {
    /// The table
    file: PathBuf,
    /// People whom the table is about, where its rows do not say: the N of its title
    #[arg(long, value_name = "N")]
    base: Option<u64>,
    /// Ends of the scale of the means whose rows do not say: `1-6`
    #[arg(long, value_name = "A-B", allow_hyphen_values = true)]
    range: Option<String>,
    /// Whole-number items behind each value whose row does not say; 1 for a single question
    #[arg(long, value_name = "K")]
    items: Option<u64>,
    #[command(flatten)]
    reading: ReadArgs,
}

/// Audits the table and prints what was found.
pub(super) fn run(args: &Args, out: Output) -> Result<u8, Error> {
    let range = args.range.as_deref().map(range).transpose()?;
    let report = audit(&AuditOptions { file: args.file.clone(), read: args.reading.options()?, base: args.base, range, items: args.items })?;
    if out.format == Format::Table {
        Output::data(&report.findings.iter().map(told).collect::<String>())?;
        out.say(&summary(&report));
        return Ok(u8::from(report.has_faults()));
    }
    let heading = ["severity", "code", "place", "row", "printed", "possible", "arithmetic"];
    let lines: Vec<Vec<String>> = report
        .findings
        .iter()
        .map(|finding| {
            let severity = finding.severity.word().to_owned();
            let texts = [&finding.place, &finding.row, &finding.printed, &finding.possible, &finding.arithmetic].map(Clone::clone);
            [severity, finding.code.to_owned()].into_iter().chain(texts).collect()
        })
        .collect();
    Output::data(&rows_of_text(out.format, &heading, &lines))?;
    out.say(&summary(&report));
    Ok(u8::from(report.has_faults()))
}

/// A finding in four lines, for people.
fn told(finding: &Finding) -> String {
    let Finding { severity, code, place, row, printed, possible, arithmetic } = finding;
    format!("{}[{code}] {place}\n  row       {row}\n  printed   {printed}\n  possible  {possible}\n  because   {arithmetic}\n\n", severity.word())
}

/// What was looked at, what was consistent, and what could not be checked.
fn summary(report: &AuditReport) -> String {
    let mut lines = Vec::new();
    for checked in report.checked.iter().filter(|checked| checked.looked_at > 0 || !checked.not_checked.is_empty()) {
        lines.push(format!("{}: {} of {} consistent ({})", checked.check, checked.consistent, checked.looked_at, checked.summary));
        lines.extend(checked.not_checked.iter().map(|(why, count)| format!("  {count} not checked: {why}")));
    }
    let count = |severity: Severity| report.findings.iter().filter(|finding| finding.severity == severity).count();
    let unread = if report.unread == 0 { String::new() } else { format!("; {} cells hold no number", report.unread) };
    let (errors, warnings, notes) = (count(Severity::Error), count(Severity::Warning), count(Severity::Note));
    lines.push(format!("{} figures read{unread}: {errors} impossible, {warnings} doubtful, {notes} notes", report.figures));
    lines.join("\n")
}

fn range(text: &str) -> Result<(f64, f64), Error> {
    let wrong = || Error::usage(Problem::new("usage::range", format!("`{text}` is not a range")).expected("two numbers that rise, such as 1-6"));
    let middle = text.char_indices().skip(1).find(|(_, letter)| *letter == '-').map(|(position, _)| position).ok_or_else(wrong)?;
    let (low, high) = (text[..middle].trim().parse::<f64>(), text[middle + 1..].trim().parse::<f64>());
    match (low, high) {
        (Ok(low), Ok(high)) if low < high && low.is_finite() && high.is_finite() => Ok((low, high)),
        _ => Err(wrong()),
    }
}
