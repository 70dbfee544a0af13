//! `recovista diff`: what changed between the files of two waves, with a crosswalk to confirm, or between two runs and why.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use recovista::error::Error;
use recovista::{DiffOptions, Drift, RunDiff, RunDiffOptions, diff, diff_runs, is_run};

use super::instruments::rows_of_text;
use super::reading::ReadArgs;
use super::{Format, Output};

const AFTER: &str = "Two folders that `recovista run` wrote are compared figure by figure: what differs and because of what (data, schema,
pipeline, method, privacy, rounding), the largest change first, and how changed means split into people who changed,
joined and left, and into change within groups and another mix of them. Exit codes: 0 no figure differs; 1 some do.

Two survey files are compared field by field.
Exit codes: 0 nothing changed, or a crosswalk or the codebook accounts for it; 1 something is open.
Status of a difference: open (say what it means in a crosswalk), covered (and by what), note (nothing to declare).
In a crosswalk: [[rename]] from, to; [[recode]] field, map, drop; [[break]] field; [[same]] field; each with a reason.";

/// Arguments of `diff`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER)]
pub(super) struct Args {
    /// File of the earlier wave, or folder of the earlier run
    before: PathBuf,
    /// File of the later wave, or folder of the later run
    after: PathBuf,
    /// Codebook: the path of a .toml file, or the id of a built-in one
    #[arg(long, value_name = "FILE|ID")]
    schema: Option<String>,
    /// Crosswalk from the earlier to the later wave
    #[arg(long, value_name = "FILE")]
    crosswalk: Option<PathBuf>,
    /// New file for a proposed crosswalk, whose reasons you write [with --verbose it is shown]
    #[arg(long, value_name = "FILE")]
    propose: Option<PathBuf>,
    /// Of runs: split changed means even where few people joined or left
    #[arg(long)]
    restricted: bool,
    #[command(flatten)]
    reading: ReadArgs,
}

/// Compares and prints.
pub(super) fn run(args: &Args, out: Output) -> Result<u8, Error> {
    if is_run(&args.before) && is_run(&args.after) {
        return runs(args, out);
    }
    let options = DiffOptions {
        before: args.before.clone(),
        after: args.after.clone(),
        read: args.reading.options()?,
        schema: args.schema.clone(),
        crosswalk: args.crosswalk.clone(),
    };
    let drift = diff(&options)?;
    Output::data(&rows_of_text(out.format, &Drift::HEADING, &drift.lines()))?;
    let found = drift.differences.len();
    out.say(&match (found, drift.open()) {
        (0, _) => format!("{} and {} rows compared: nothing changed", drift.rows.0, drift.rows.1),
        (_, 0) => format!("{} and {} rows compared: {found} differences, none of them open", drift.rows.0, drift.rows.1),
        (_, open) => format!("{} and {} rows compared: {found} differences, {open} of them open", drift.rows.0, drift.rows.1),
    });
    if drift.are_unrelated() {
        let (before, after) = drift.columns;
        out.say(&format!(
            "these two seem not to be waves of one survey: {} of {before} and {after} columns belong together; are they the right files, sheets and readers?",
            drift.shared
        ));
    }
    if let Some(path) = args.propose.as_deref().filter(|_| !drift.proposal.is_empty()) {
        write(path, &drift.proposal)?;
        out.say(&format!("proposed crosswalk: {} (write the reasons, then name it in the wave: crosswalk = \"…\")", path.display()));
    } else if out.verbose && !drift.proposal.is_empty() {
        out.say(&drift.proposal);
    }
    out.say("not disclosure-controlled: for the person who holds the files");
    Ok(u8::from(drift.open() > 0 || drift.are_unrelated()))
}

/// Compares two runs and prints.
fn runs(args: &Args, out: Output) -> Result<u8, Error> {
    let diff = diff_runs(&RunDiffOptions { old: args.before.clone(), new: args.after.clone(), restricted: args.restricted })?;
    diff.causes.iter().for_each(|cause| out.say(cause));
    let (figures, splits) =
        (rows_of_text(out.format, &RunDiff::HEADING, &diff.lines()), rows_of_text(out.format, &RunDiff::SPLIT_HEADING, &diff.split_lines()));
    match out.format {
        Format::Json => Output::data(&format!("{{\"figures\": {}, \"splits\": {}}}\n", figures.trim_end(), splits.trim_end()))?,
        _ if diff.splits.is_empty() => Output::data(&figures)?,
        _ => Output::data(&format!("{figures}\n{splits}"))?,
    }
    if !diff.splits.is_empty() {
        out.say("splits of changed means are made of people's answers: not disclosure-controlled, for the person who holds the data");
    }
    if diff.withheld > 0 {
        out.say(&format!("{} splits are not shown, because few people joined or left (--restricted shows them)", diff.withheld));
    }
    diff.summary().iter().for_each(|line| out.say(line));
    out.say(&format!("{} figures differ, {} are the same", diff.figures.len(), diff.same));
    Ok(u8::from(!diff.figures.is_empty()))
}

/// Writes a file that is not there yet: a crosswalk with a person's reasons is never overwritten.
fn write(path: &Path, text: &str) -> Result<(), Error> {
    File::create_new(path).and_then(|mut file| file.write_all(text.as_bytes())).map_err(|error| Error::output("write", path, &error))
}
