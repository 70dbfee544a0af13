//! Folder of a run in, its released figures, manifest and provenance out: what trace, diff, verify and drafts read.
//!
//! A run may be named by its folder or by its `public` folder; whoever holds only `public` gets what is public.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::disclosure::{ReleasedTable, sha256};
use crate::error::{Error, Problem, closest};
use crate::ingest::{self, ReadOptions};
use crate::results::{ResultRow, plain_code, short_code};

/// A run on disk.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    /// The folder with `manifest.json`.
    pub(crate) public: PathBuf,
    /// The folder for the holder of the data, where it is there.
    pub(crate) restricted: Option<PathBuf>,
    /// Released figures.
    pub(crate) table: ReleasedTable,
    /// `manifest.json`.
    pub(crate) manifest: Value,
    /// `provenance.json`; null where a release has none.
    pub(crate) provenance: Value,
}

impl Run {
    /// Opens a run.
    ///
    /// # Errors
    /// There is no run in the folder, or its bytes are not the ones that were released.
    pub(crate) fn open(folder: &Path) -> Result<Self, Error> {
        let Some(public) = public_of(folder) else { return Err(no_run(folder)) };
        let table = ReleasedTable::open(&public)?;
        let manifest = json(&public.join("manifest.json"))?;
        let restricted = public.file_name().filter(|name| *name == "public").and_then(|_| Some(public.parent()?.join("restricted")));
        let mut run = Self { restricted: restricted.filter(|folder| folder.is_dir()), table, provenance: Value::Null, manifest, public };
        if let Some(text) = run.released("provenance.json")? {
            run.provenance = serde_json::from_slice(&text).unwrap_or_default();
        }
        Ok(run)
    }

    /// The bytes of a public file, when they are the ones that were released; `None` where the release has no such file.
    ///
    /// # Errors
    /// The file is gone or was edited.
    pub(crate) fn released(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        let Some(expected) = self.manifest["files"][name].as_str() else { return Ok(None) };
        let path = self.public.join(name);
        let bytes = std::fs::read(&path).map_err(|error| Error::io("read", &path, &error))?;
        if sha256(&bytes) == expected {
            return Ok(Some(bytes));
        }
        let problem = Problem::new("release::damaged", format!("{} does not hold a release", self.public.display()));
        let found = format!("the bytes of {name} are not the ones that were released");
        Err(Error::input(problem.found(found).help("run the pipeline again; files in a release are not to be edited")))
    }

    /// A JSON file of the restricted folder; null where it is not there.
    pub(crate) fn restricted_json(&self, name: &str) -> Value {
        self.restricted.as_ref().and_then(|folder| json(&folder.join(name)).ok()).unwrap_or_default()
    }

    /// The release that this one was protected against, as `[privacy] previous_release` named it, where it is still there.
    pub(crate) fn previous(&self) -> Option<PathBuf> {
        let record = self.restricted_json("run.json");
        record["previous_release"].as_str().map(PathBuf::from).filter(|folder| public_of(folder).is_some())
    }

    /// The figure with an id or a short code.
    pub(crate) fn figure(&self, wanted: &str) -> Option<&ResultRow> {
        self.table.rows().iter().find(|row| is_figure(row, wanted))
    }

    /// What the provenance says of a dataset.
    pub(crate) fn dataset(&self, id: &str) -> &Value {
        &self.provenance["datasets"][id]
    }

    /// The line of a restricted table of results with an id: column and cell.
    ///
    /// # Errors
    /// The table cannot be read.
    pub(crate) fn unreleased(&self, id: &str) -> Result<Option<Vec<(String, String)>>, Error> {
        let Some(folder) = &self.restricted else { return Ok(None) };
        let mut reader = ingest::open(&folder.join("results.csv"), &ReadOptions { reader: Some("delimited".to_owned()), ..ReadOptions::default() })?;
        let header = reader.header().to_vec();
        while let Some(batch) = reader.next_batch()? {
            if let Some(row) = (0..batch.rows()).find(|row| batch.field_str(*row, 0) == id) {
                return Ok(Some(header.into_iter().enumerate().map(|(column, name)| (name, batch.field_str(row, column).to_owned())).collect()));
            }
        }
        Ok(None)
    }
}

/// Whether a row has an id or a short code.
pub(crate) fn is_figure(row: &ResultRow, wanted: &str) -> bool {
    let id = row.id();
    id == wanted || plain_code(wanted).is_some_and(|code| short_code(&id) == code)
}

/// The public folder of a run that is named by itself or by the folder above.
pub(crate) fn public_of(folder: &Path) -> Option<PathBuf> {
    [folder.join("public"), folder.to_path_buf()].into_iter().find(|public| public.join("manifest.json").is_file())
}

fn no_run(folder: &Path) -> Error {
    let problem = Problem::new("figures::no_run", format!("there is no run in {}", folder.display())).expected("a folder that `recovista run` wrote");
    Error::input(problem.help("name the folder above `public`, such as reports/annual; or run the pipeline again"))
}

/// The run that is named, or all under `reports/` of this folder and of the projects in it, by name.
///
/// # Errors
/// There is no run.
pub(crate) fn named_or_here(run: Option<&Path>) -> Result<Vec<PathBuf>, Error> {
    match run {
        Some(run) if public_of(run).is_none() => Err(no_run(run)),
        Some(run) => Ok(vec![run.to_path_buf()]),
        None => runs_here(),
    }
}

/// The runs under `reports/` of this folder, then those of the projects in it, by name.
fn runs_here() -> Result<Vec<PathBuf>, Error> {
    let none = || {
        Error::input(
            Problem::new("figures::no_run", "no run is under reports/")
                .help("run a pipeline first, for example: recovista run pipelines/annual.toml; or name a run with --run"),
        )
    };
    let folders_in = |folder: &Path| {
        let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
        let mut folders: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
        folders.sort();
        folders
    };
    let projects = folders_in(Path::new(".")).into_iter().filter_map(|folder| folder.file_name().map(PathBuf::from)).map(|name| name.join("reports"));
    let runs: Vec<PathBuf> = std::iter::once(PathBuf::from("reports"))
        .chain(projects)
        .flat_map(|reports| folders_in(&reports))
        .filter(|run| run.join("public/manifest.json").is_file())
        .collect();
    if runs.is_empty() { Err(none()) } else { Ok(runs) }
}

/// The first of the runs that has a figure, opened.
///
/// # Errors
/// There is no run, or none of them has the figure.
pub(crate) fn with_figure(run: Option<&Path>, wanted: &str) -> Result<Run, Error> {
    let mut ids: Vec<String> = Vec::new();
    for folder in named_or_here(run)? {
        let run = Run::open(&folder)?;
        if run.figure(wanted).is_some() {
            return Ok(run);
        }
        ids.extend(run.table.rows().iter().map(ResultRow::id));
    }
    Err(no_figure(wanted, ids.iter().map(String::as_str)))
}

/// No figure has this id or code.
pub(crate) fn no_figure<'a>(wanted: &str, ids: impl Iterator<Item = &'a str>) -> Error {
    let problem = Problem::new("figures::nothing_found", format!("no figure answers `{wanted}`"));
    let near = closest(wanted, ids).map(|near| format!("did you mean `{near}`?"));
    Error::usage(problem.help(near.unwrap_or_else(|| "use fewer or plainer words; `recovista figures` lists every figure".to_owned())))
}

/// A JSON file of a run.
///
/// # Errors
/// It is not there, or is no JSON.
pub(crate) fn json(path: &Path) -> Result<Value, Error> {
    let text = std::fs::read(path).map_err(|error| Error::io("read", path, &error))?;
    serde_json::from_slice(&text).map_err(|error| {
        Error::input(Problem::new("release::damaged", format!("{} cannot be read", path.display())).found(error.to_string()).help("run the pipeline again"))
    })
}
