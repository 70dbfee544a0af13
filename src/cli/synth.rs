//! `recovista synth`: synthetic data from a codebook, or the files of a study.

use std::fs::File;
use std::path::{Path, PathBuf};

use recovista::error::{Error, Problem};
use recovista::{Planted, SynthOptions, SyntheticRows, synthesize};

use super::Output;

/// Makes synthetic data from a codebook.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The codebook
    #[arg(required_unless_present = "study")]
    schema: Option<PathBuf>,
    /// Rows to make
    #[arg(long, default_value_t = 100)]
    rows: usize,
    /// Seed: the same seed gives the same data
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Faults to plant: `out_of_range`, `bad_code`, `typed_text`, `duplicate_key`, `blank`, or a rule of the codebook's checks such as
    /// `sum` or `if_then`, each with a number (`bad_code=2,sum=5`)
    #[arg(long, default_value = "")]
    faults: String,
    /// Make the files of this recipe instead; `--out` names their folder
    #[arg(long, conflicts_with_all = ["schema", "rows", "seed", "faults"])]
    study: Option<PathBuf>,
    /// File to write (with --study: folder); standard output when absent
    #[arg(long)]
    out: Option<PathBuf>,
}

/// Makes the data and says where it planted faults.
pub(super) fn run(args: &Args, out: Output) -> Result<u8, Error> {
    match (&args.study, &args.schema) {
        (Some(recipe), _) => {
            let folder = args.out.as_deref().or(recipe.parent()).unwrap_or(Path::new("."));
            for file in synthesize(&SynthOptions::Study { recipe: recipe.clone() })? {
                let path = folder.join(&file.name);
                write(&path, &file.bytes)?;
                out.say(&format!("{}: {} bytes, {} faults planted", path.display(), file.bytes.len(), file.planted.len()));
            }
        }
        (None, Some(schema)) => {
            let rows = SyntheticRows::open(schema, args.rows, args.seed, &args.faults)?;
            one_file(rows, args.out.as_deref(), out)?;
        }
        (None, None) => return Err(Error::usage(Problem::new("usage::no_schema", "name a codebook, or a recipe with --study"))),
    }
    Ok(0)
}

fn one_file(rows: SyntheticRows, path: Option<&Path>, out: Output) -> Result<(), Error> {
    let asked = rows.faults();
    let planted = match path {
        Some(path) => File::create(path).and_then(|mut file| rows.write(&mut file)).map_err(|error| Error::output("write", path, &error))?,
        None => super::printed(rows.write(&mut anstream::stdout()))?,
    };
    for Planted { line, column, raw, rule } in &planted {
        let place = if column.is_empty() { format!("line {line}") } else { format!("line {line}, column {column}") };
        out.say(&format!("planted at {place}: `{raw}` breaks `{rule}`"));
    }
    if planted.len() < asked {
        let problem = Problem::new("synth::not_planted", format!("{} of {asked} faults could not be planted", asked - planted.len()));
        let problem = problem.help("there is no such check or field in the codebook, or too few rows");
        super::print_problems(&[problem.severity(recovista::error::Severity::Warning)]);
    }
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    std::fs::write(path, bytes).map_err(|error| Error::output("write", path, &error))
}
