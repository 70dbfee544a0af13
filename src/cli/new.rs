//! `recovista new`: a folder of exports becomes a project with a first report.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use recovista::error::{Error, Problem, Severity};
use recovista::{NewOptions, check, scaffold};

use super::{Output, print_problems};

const HELP: &str = "Example:
  recovista new recovery_2024 exports/members_2023.csv exports/members_2024.csv exports/dictionary.csv
  recovista run recovery_2024/pipelines/recovery_2024.toml

Without FILES, everything in DIR and DIR/data is looked at. The exports stay where they are; existing files
are never overwritten.";

/// Scaffolds a project: looks at the exports, proposes codebooks, writes a commented pipeline.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Args {
    /// Folder of the project
    dir: PathBuf,
    /// Exports, folders of them, and the dictionaries that say what their codes mean
    files: Vec<PathBuf>,
    /// Encoding of the exports that are text, such as `windows-1252`
    #[arg(long)]
    encoding: Option<String>,
}

/// Drafts the project, writes it, and says what was found.
pub(super) fn run(args: &Args, out: Output) -> Result<u8, Error> {
    let files = match &args.files[..] {
        [] => files_in(&[args.dir.clone(), args.dir.join("data")]),
        named => named.iter().flat_map(|path| if path.is_dir() { files_in(std::slice::from_ref(path)) } else { vec![path.clone()] }).collect(),
    };
    if files.is_empty() {
        let problem = Problem::new("new::no_files", format!("there are no files in {}", args.dir.display()));
        return Err(Error::usage(problem.expected("exports after the folder's name, or in the folder")));
    }
    let today = jiff::Timestamp::now().to_string().chars().take(10).collect();
    let project = scaffold(&NewOptions { folder: args.dir.clone(), files, today, encoding: args.encoding.clone() })?;
    let existing: Vec<&PathBuf> = project.files.iter().map(|(path, _)| path).filter(|path| args.dir.join(path).exists()).collect();
    if let Some(first) = existing.first() {
        let problem = Problem::new("new::file_exists", format!("{} is there already, and nothing is overwritten", args.dir.join(first).display()));
        return Err(Error::usage(problem.help("choose another folder, or move the file away")));
    }
    for (path, text) in &project.files {
        write(&args.dir.join(path), text)?;
    }
    project.found.iter().for_each(|line| out.say(line));
    project.files.iter().for_each(|(path, _)| out.say(&format!("wrote {}", args.dir.join(path).display())));
    let pipeline = args.dir.join(&project.pipeline);
    let problems = check(&pipeline).unwrap_or_else(|error| error.problems);
    if !out.quiet {
        print_problems(&project.notes);
        print_problems(&problems.iter().filter(|problem| problem.severity > Severity::Note).cloned().collect::<Vec<_>>());
    }
    let is_wrong = project.notes.iter().chain(&problems).any(|problem| problem.severity > Severity::Note);
    if problems.iter().any(|problem| problem.severity == Severity::Error && problem.code.starts_with("wave::")) {
        out.say("the waves do not agree on what a code means, so a run stops there: see what changed, and a draft of the crosswalk, with");
        for [before, after, schema] in &project.compare {
            let (schema, crosswalk) = (args.dir.join(schema), args.dir.join("schemas").join(crosswalk(before)));
            out.say(&format!("  recovista diff {} {} --schema {} --propose {}", before.display(), after.display(), schema.display(), crosswalk.display()));
        }
    }
    out.say(&format!("next: look at the comments in {}, then recovista run {}", args.dir.join("schemas").display(), pipeline.display()));
    Ok(u8::from(is_wrong))
}

/// A name for the crosswalk of an earlier file.
fn crosswalk(before: &Path) -> String {
    let name = before.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    format!("{}_crosswalk.toml", name.split('.').next().unwrap_or_default())
}

fn write(path: &Path, text: &str) -> Result<(), Error> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| Error::output("make the folder", folder, &error))?;
    }
    let created = std::fs::OpenOptions::new().write(true).create_new(true).open(path);
    created.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|error| Error::output("write", path, &error))
}

/// Files that lie in folders, not below them, sorted.
fn files_in(folders: &[PathBuf]) -> Vec<PathBuf> {
    const ENDINGS: [&str; 21] = [
        "csv", "tsv", "txt", "gz", "zst", "xlsx", "xls", "xlsm", "xlsb", "ods", "sav", "zsav", "por", "dta", "sas7bdat", "xpt", "sas7bcat", "parquet", "arrow",
        "feather", "qsf",
    ];
    let mut files: Vec<PathBuf> = folders
        .iter()
        .filter_map(|folder| std::fs::read_dir(folder).ok())
        .flat_map(|entries| entries.filter_map(Result::ok))
        .map(|entry| entry.path())
        .filter(|path| path.is_file() && path.extension().is_some_and(|ending| ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known))))
        .filter(|path| path.file_name().is_none_or(|name| name != "README.txt"))
        .collect();
    files.sort();
    files
}
