//! `recovista run`: the main job, with a bar while it works and a short summary at the end.

use std::io::IsTerminal as _;
use std::path::PathBuf;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use recovista::error::{Error, Severity};
use recovista::{Locking, RunOptions, Summary};

use super::{Output, print_problems};

/// Arguments of `run`.
#[derive(Debug, clap::Args)]
#[command(after_help = kinds())]
pub(super) struct Args {
    /// The pipeline file
    pipeline: PathBuf,
    /// Folder of the release [default: reports/<pipeline> of the project]
    #[arg(long)]
    out: Option<PathBuf>,
    /// Threads [default: all]; results do not depend on it
    #[arg(long, value_parser = threads)]
    jobs: Option<usize>,
    /// Do everything but write
    #[arg(long)]
    dry_run: bool,
    /// Stop where an input, schema, instrument, option or method differs from <pipeline>.lock
    #[arg(long)]
    locked: bool,
}

/// Runs and sums up.
pub(super) fn run(args: &Args, output: Output) -> Result<u8, Error> {
    let bar = ProgressBar::with_draw_target(Some(1000), ProgressDrawTarget::stderr());
    if output.quiet || !std::io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    if let Ok(style) = ProgressStyle::with_template("{bar:32} {percent:>3}% {msg}") {
        bar.set_style(style);
    }
    let options = RunOptions {
        pipeline: args.pipeline.clone(),
        out: args.out.clone(),
        jobs: args.jobs,
        dry_run: args.dry_run,
        lock: if args.locked { Locking::Locked } else { Locking::Update },
        started: Some(std::time::SystemTime::now()),
    };
    let mut said = String::new();
    let summary = recovista::run(&options, &mut |stage, done| {
        if output.verbose && said != stage {
            stage.clone_into(&mut said);
            output.say(stage);
        }
        bar.set_position(share(done));
        bar.set_message(stage.to_owned());
    })?;
    bar.finish_and_clear();
    if !output.quiet {
        print_problems(&summary.findings);
        print_problems(summary.lock_problem.as_slice());
    }
    output.say(&in_words(&summary, args.dry_run));
    Ok(u8::from(summary.has_findings()))
}

/// A number of threads.
pub(super) fn threads(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|threads| (1..=1024).contains(threads)).ok_or_else(|| "expected a number from 1 to 1024".to_owned())
}

/// The analyses that a pipeline can ask for.
fn kinds() -> String {
    let lines: Vec<String> = recovista::analyses().map(|(kind, summary)| format!("  {kind:<14}{summary}")).collect();
    format!("Kinds of [[analysis]]:\n{}", lines.join("\n"))
}

/// Thousandths of the work that is done.
fn share(done: f64) -> u64 {
    (0..=1000_u32).rev().find(|part| f64::from(*part) <= done * 1000.0).map_or(0, u64::from)
}

/// A number and its noun.
fn count(number: u64, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

fn in_words(summary: &Summary, dry_run: bool) -> String {
    let mut lines: Vec<String> = summary
        .datasets
        .iter()
        .map(|(title, rows, waves)| match waves {
            0 => format!("  {title}: {}", count(*rows, "row")),
            _ => format!("  {title}: {} in {}", count(*rows, "row"), count(*waves as u64, "wave")),
        })
        .collect();
    let warnings = summary.findings.iter().filter(|finding| finding.severity >= Severity::Warning).count();
    lines.push(format!(
        "  {} of {} and {} were refused (restricted/rejects.csv)",
        summary.rows_rejected,
        count(summary.rows_in, "row"),
        count(summary.values_rejected, "value")
    ));
    lines.push(format!(
        "  {}, {} hidden to protect people, {}, {}",
        count(summary.figures as u64, "figure"),
        summary.suppressed,
        count(summary.charts as u64, "chart"),
        count(warnings as u64, "warning")
    ));
    if summary.suppressed > 0 {
        lines.push(format!("  {} (public/disclosure.html)", summary.protection));
    }
    lines.extend(summary.explained.iter().map(|line| format!("  {line}")));
    lines.push(if dry_run {
        "  nothing was written (--dry-run)".to_owned()
    } else {
        let public = summary.out.join("public");
        let documents: Vec<&str> = summary.documents.iter().map(String::as_str).collect();
        match documents.as_slice() {
            [] => format!("  results: {}", public.join("results.csv").display()),
            [first, others @ ..] => {
                let beside = if others.is_empty() { String::new() } else { format!(", beside it {}", others.join(", ")) };
                format!("  report: {}{beside}", public.join(first).display())
            }
        }
    });
    lines.join("\n")
}
