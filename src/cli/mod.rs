//! Arguments in, one library call, its value printed: one file per subcommand.

mod audit;
mod check;
mod check_draft;
mod completions;
mod data;
mod design;
mod diff;
mod estimate;
mod figures;
mod fit;
mod instruments;
mod man;
mod message;
mod new;
mod plain;
mod reading;
mod run;
mod schema;
mod score;
mod synth;
mod test;
mod trace;
mod verify;

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use recovista::error::{Error, Problem};

pub(crate) use message::print_problems;

const EXAMPLES: &str = "Examples:
  recovista run pipelines/annual.toml         run the year's analysis and write the report
  recovista check pipelines/annual.toml       everything that is wrong, before computing
  recovista figures \"median FTE\"              one number, its interval, base, sentence and chart
  recovista score k6 members.csv --prefix k6_ --coding 1-5
  recovista test ttest members.csv --outcome k6_sum --group gender --weight w

Exit codes: 0 done; 1 done, with findings; 2 wrong usage, pipeline or schema; 3 an input is missing
or unreadable; 4 a disclosure rule would be broken, nothing public was written; 70 our own fault.";

/// Survey exports, attendance logs and instrument scores of recovery-support programs, turned into
/// figures that people can defend.
#[derive(Debug, clap::Parser)]
#[command(name = "recovista", version, about, after_help = EXAMPLES, propagate_version = true, arg_required_else_help = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// How data is printed.
    #[arg(long, global = true, value_enum, default_value_t)]
    format: Format,
    /// Say nothing but data and errors.
    #[arg(long, short, global = true)]
    quiet: bool,
    /// Say more.
    #[arg(long, short, global = true, conflicts_with = "quiet")]
    verbose: bool,
    /// When to use colour.
    #[arg(long, global = true, value_enum, default_value_t)]
    color: Color,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Scaffold a project from a folder of exports
    #[command(display_order = 0)]
    New(new::Args),
    /// The main job: read, check, score, estimate, hide small cells, write the report
    #[command(display_order = 1)]
    Run(run::Args),
    /// Everything that can be wrong with pipeline, schemas and inputs, all at once
    #[command(display_order = 2)]
    Check(check::Args),
    /// Find figures in plain words: value, interval, base, sentence, chart
    #[command(display_order = 3)]
    Figures(figures::Args),
    /// Where a figure came from: files and hashes, rows, filters, weights, missing rule, method, formula and source
    #[command(display_order = 3)]
    Trace(trace::Args),
    /// Run again and compare every public file with the release
    #[command(display_order = 3)]
    Verify(verify::Args),
    /// Hold every number of a narrative against the figures of a run
    #[command(display_order = 3)]
    CheckDraft(check_draft::Args),
    /// Check a published table for internal consistency
    #[command(display_order = 4)]
    Audit(audit::Args),
    /// Score one instrument in one file
    #[command(display_order = 4)]
    Score(Box<score::Args>),
    /// Means, totals, shares, quantiles and ratios of one file, with the errors of its design
    #[command(display_order = 5)]
    Estimate(Box<estimate::Args>),
    /// Test one hypothesis on one file
    #[command(display_order = 6)]
    Test(Box<test::Args>),
    /// Fit one model to one file
    #[command(display_order = 7)]
    Fit(fit::Args),
    /// What changed between the files of two waves, or between two runs and why
    #[command(display_order = 4)]
    Diff(Box<diff::Args>),
    /// The instruments that are built in
    #[command(display_order = 8)]
    Instruments(instruments::Args),
    /// Codebooks from dictionaries and labels, and codebooks for other programs
    #[command(display_order = 9)]
    Schema(schema::Args),
    /// Synthetic data from a codebook
    #[command(display_order = 10)]
    Synth(synth::Args),
    /// Completions for a shell
    #[command(display_order = 11)]
    Completions(completions::Args),
    /// The manual page
    #[command(display_order = 12)]
    Man(man::Args),
}

/// How data is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum Format {
    /// A table for people
    #[default]
    Table,
    /// An array of objects
    Json,
    /// Comma-separated text
    Csv,
    /// A table for documents
    Markdown,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
enum Color {
    /// On a terminal that shows it
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Where results go and how.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    /// How data is printed.
    pub format: Format,
    /// Nothing on standard error but errors.
    pub quiet: bool,
    /// More on standard error.
    pub verbose: bool,
}

impl Output {
    /// Prints data. A reader that stops reading, such as `head`, is no error.
    ///
    /// # Errors
    /// A place that takes no more, such as a full disk.
    pub(crate) fn data(text: &str) -> Result<(), Error> {
        // Only text with colour must be looked through for a reader that shows none.
        let written = if text.contains('\u{1b}') {
            anstream::stdout().write_all(text.as_bytes())
        } else {
            let mut out = std::io::stdout().lock();
            out.write_all(text.as_bytes()).and_then(|()| out.flush())
        };
        printed(written)
    }

    /// Says something beside the data.
    pub(crate) fn say(self, text: &str) {
        if !self.quiet {
            let _ = writeln!(anstream::stderr(), "{text}");
        }
    }
}

/// What became of printed data: whoever stops reading has read enough.
fn printed<T: Default>(written: std::io::Result<T>) -> Result<T, Error> {
    match written {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(Error::output("write to", Path::new("standard output"), &error)),
        written => Ok(written.unwrap_or_default()),
    }
}

/// Writes a file where a command is told to; one that is there stays, unless it is to be written over.
fn write(path: &Path, bytes: &[u8], force: bool) -> Result<(), Error> {
    let file = if force { File::create(path) } else { File::create_new(path) };
    file.and_then(|mut file| file.write_all(bytes)).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => {
            let problem = Problem::new("output::exists", format!("{} is there already", path.display()));
            Error::usage(problem.help("choose another name, or add --force to write over it"))
        }
        _ => Error::output("write", path, &error),
    })
}

impl Arguments {
    /// What the global flags say.
    pub(crate) fn output(&self) -> Output {
        let choice = match self.color {
            Color::Auto => anstream::ColorChoice::Auto,
            Color::Always => anstream::ColorChoice::Always,
            Color::Never => anstream::ColorChoice::Never,
        };
        choice.write_global();
        Output { format: self.format, quiet: self.quiet, verbose: self.verbose }
    }

    /// Runs the subcommand and returns the exit code.
    ///
    /// # Errors
    /// Whatever the subcommand could not do.
    pub(crate) fn dispatch(&self, output: Output) -> Result<u8, Error> {
        match &self.command {
            Command::New(args) => new::run(args, output),
            Command::Run(args) => run::run(args, output),
            Command::Check(args) => check::run(args, output),
            Command::Figures(args) => figures::run(args, output),
            Command::Trace(args) => trace::run(args, output),
            Command::Verify(args) => verify::run(args, output),
            Command::CheckDraft(args) => check_draft::run(args, output),
            Command::Audit(args) => audit::run(args, output),
            Command::Score(args) => score::run(args, output),
            Command::Estimate(args) => estimate::run(args, output),
            Command::Test(args) => test::run(args, output),
            Command::Fit(args) => fit::run(args, output),
            Command::Diff(args) => diff::run(args, output),
            Command::Instruments(args) => instruments::run(args, output),
            Command::Schema(args) => schema::run(args, output),
            Command::Synth(args) => synth::run(args, output),
            Command::Completions(args) => completions::run(args, output),
            Command::Man(args) => man::run(args, output),
        }
    }
}
