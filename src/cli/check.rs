//! `recovista check`: everything that can be wrong with a pipeline and, with `--data`, with its data, before computing.

use std::path::PathBuf;

use recovista::error::Error;
use recovista::{CheckOptions, Checked};

use super::instruments::rows_of_text;
use super::{Output, print_problems};

/// Arguments of `check`.
#[derive(Debug, clap::Args)]
#[command(after_help = rules())]
pub(super) struct Args {
    /// The pipeline file
    pipeline: PathBuf,
    /// Read all data too and count the faults by rule
    #[arg(long)]
    data: bool,
    /// Print every fault with its place instead of the counts
    #[arg(long, requires = "data")]
    faults: bool,
    /// Threads [default: all]; results do not depend on it
    #[arg(long, value_parser = super::run::threads, requires = "data")]
    jobs: Option<usize>,
}

/// Checks and says so.
pub(super) fn run(args: &Args, output: Output) -> Result<u8, Error> {
    if args.data {
        return data(args, output);
    }
    let notes = recovista::check(&args.pipeline)?;
    if !output.quiet {
        print_problems(&notes);
    }
    output.say(&format!("{}: nothing wrong found", args.pipeline.display()));
    Ok(0)
}

fn data(args: &Args, output: Output) -> Result<u8, Error> {
    let checked = recovista::check_data(&CheckOptions { pipeline: args.pipeline.clone(), jobs: args.jobs })?;
    if args.faults {
        Output::data(&rows_of_text(output.format, &checked.columns, &checked.faults))?;
        output.say("not disclosure-controlled: for the person who holds the file");
    } else if !checked.counts.is_empty() {
        Output::data(&counts(&checked, output))?;
    }
    if !output.quiet {
        print_problems(&checked.findings);
    }
    output.say(&format!(
        "{}: rows refused {} of {}, values refused {}",
        args.pipeline.display(),
        checked.rows_rejected,
        checked.rows_in,
        checked.values_rejected
    ));
    Ok(u8::from(checked.has_findings()))
}

fn counts(checked: &Checked, output: Output) -> String {
    let heading = ["dataset", "wave", "rule", "check", "severity", "faults", "of"];
    let rows: Vec<Vec<String>> = checked
        .counts
        .iter()
        .map(|count| {
            let judged = count.judged.map(|judged| judged.to_string()).unwrap_or_default();
            let texts = [&count.dataset, &count.wave, &count.rule, &count.check].map(Clone::clone);
            texts.into_iter().chain([count.severity.to_owned(), count.faults.to_string(), judged]).collect()
        })
        .collect();
    rows_of_text(output.format, &heading, &rows)
}

/// The rules that a `[[check]]` can name.
fn rules() -> String {
    use std::fmt::Write as _;
    let mut text = String::from("Rules of a [[check]] in a codebook, or of a [[dataset.check]] in a pipeline:\n");
    for (rule, summary, parameters, _) in recovista::checks() {
        let _ = writeln!(text, "  {rule:<10} {summary}");
        for (name, about) in parameters {
            let _ = writeln!(text, "    {name:<14} {about}");
        }
    }
    text += "Keys of every check:\n";
    for (name, about) in recovista::shared_parameters() {
        let _ = writeln!(text, "    {name:<14} {about}");
    }
    text
}
