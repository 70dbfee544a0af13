//! `recovista check-draft`: every number of a narrative, held against the figures of a run.

use std::fmt::Write as _;
use std::path::PathBuf;

use recovista::error::Error;
use recovista::{CheckedDraft, CheckedNumber, DraftOptions, Verdict, check_draft};

use super::instruments::rows_of_text;
use super::{Format, Output};

const AFTER: &str = "Verdicts: right; stale (an earlier release or wave said so); misrounded; wrong base; suppressed (the figure is
hidden); wrong (the figure that is cited says another number); unknown (no figure fits, or none has the code).
Years, dates, sections, citations, phone numbers, names such as K6 and the 95% of intervals are no claims. A short
code behind a number (R-BBT0-E526) says which figure it is.

Example:
  recovista check-draft narrative.docx --run reports/annual --former reports/annual-2023

Exit codes: 0 every number is right; 1 with findings; 3 unreadable.";

/// Arguments of `check-draft`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER)]
pub(super) struct Args {
    /// The narrative: .docx, .html, .md or plain text
    file: PathBuf,
    /// Folder of the run [default: the run under reports/ that says most of its numbers]
    #[arg(long)]
    run: Option<PathBuf>,
    /// Folder of an earlier run: what only it says is stale [default: `previous_release` of the pipeline]
    #[arg(long, value_name = "DIR")]
    former: Option<PathBuf>,
    /// Show right numbers too
    #[arg(long)]
    all: bool,
}

/// Checks and prints.
pub(super) fn run(args: &Args, out: Output) -> Result<u8, Error> {
    let checked = check_draft(&DraftOptions { file: args.file.clone(), run: args.run.clone(), former: args.former.clone() })?;
    if out.format == Format::Table {
        Output::data(&checked.numbers.iter().filter(|one| args.all || one.verdict != Verdict::Right).map(told).collect::<String>())?;
    } else {
        Output::data(&rows_of_text(out.format, &CheckedDraft::HEADING, &checked.lines(args.all)))?;
    }
    let verdicts = [Verdict::Stale, Verdict::Misrounded, Verdict::WrongBase, Verdict::Suppressed, Verdict::Wrong, Verdict::Unknown];
    let counts: Vec<String> = verdicts
        .iter()
        .map(|verdict| (checked.count(*verdict), verdict.word()))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    let rest = if counts.is_empty() { String::new() } else { format!(", {}", counts.join(", ")) };
    out.say(&format!("{} numbers held against {}: {} right{rest}", checked.numbers.len(), checked.run.display(), checked.count(Verdict::Right)));
    Ok(u8::from(checked.findings() > 0))
}

/// A number in a few lines, for people.
fn told(one: &CheckedNumber) -> String {
    let mut text = format!("{}  {}  {}\n", one.place, one.number, one.verdict.word());
    let mut line = |name: &str, value: &str| {
        if !value.is_empty() {
            let _ = writeln!(text, "  {name:<9}{value}");
        }
    };
    line("right", &one.right);
    line("figure", &if one.code.is_empty() { String::new() } else { format!("{}  {}", one.code, one.figure) });
    line("because", &one.because);
    line("in", &one.sentence);
    text.push('\n');
    text
}
