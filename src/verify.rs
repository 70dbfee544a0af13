//! Folder of a run in, whether running it again gives the same bytes out, or what differs and why.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::compare::{self, RunDiff};
use crate::disclosure::sha256;
use crate::error::{Error, Problem};
use crate::pipeline::{self, Locking, Progress, RunOptions};
use crate::release::Scratch;
use crate::runs::{self, Run};

/// Which run to verify.
#[derive(Debug, Clone, Default)]
pub struct VerifyOptions {
    /// Folder of the run.
    pub run: PathBuf,
    /// The pipeline; the one that `restricted/run.json` names when absent.
    pub pipeline: Option<PathBuf>,
    /// Threads; as many as the machine has when absent.
    pub jobs: Option<usize>,
    /// Folder in which the second run lies while it is compared; beside the run when absent.
    pub scratch: Option<PathBuf>,
}

/// What a second run found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Verified {
    /// Public files that the manifest names.
    pub files: usize,
    /// Files whose bytes are not the ones that were released.
    pub edited: Vec<String>,
    /// Files of the manifest that are not there.
    pub gone: Vec<String>,
    /// Files that the manifest does not name.
    pub strange: Vec<String>,
    /// Files whose bytes the second run makes otherwise.
    pub differs: Vec<String>,
    /// What else differs, and the figures; empty where nothing does or where the release is damaged.
    pub diff: RunDiff,
}

impl Verified {
    /// Whether everything is as it was released, and is made so again.
    #[must_use]
    pub fn is_same(&self) -> bool {
        self.edited.is_empty() && self.gone.is_empty() && self.strange.is_empty() && self.differs.is_empty()
    }

    /// What is wrong, a line each.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let told = |names: &Vec<String>, words: &str| names.iter().map(|name| format!("{words}: public/{name}")).collect::<Vec<_>>();
        let mut lines = told(&self.edited, "edited since the release");
        lines.extend(told(&self.gone, "gone since the release"));
        lines.extend(told(&self.strange, "not in the manifest"));
        lines.extend(told(&self.differs, "made otherwise"));
        lines.extend(self.diff.causes.iter().map(|cause| format!("because of {cause}")));
        lines.extend(
            self.diff
                .figures
                .iter()
                .map(|figure| format!("figure {} {} ({}): {} → {}", figure.code, figure.became.word(), figure.cause, figure.before, figure.after)),
        );
        lines
    }
}

/// Runs a pipeline again and compares every public file.
///
/// # Errors
/// There is no run, its pipeline is not known, or it cannot be run any more.
pub fn verify(options: &VerifyOptions, progress: &mut Progress<'_>) -> Result<Verified, Error> {
    let public = runs::named_or_here(Some(&options.run))?.first().and_then(|run| runs::public_of(run)).unwrap_or_default();
    let manifest: Value = runs::json(&public.join("manifest.json"))?;
    let released = hashes(&manifest);
    let mut verified = on_disk(&public, &released)?;
    let pipeline = match &options.pipeline {
        Some(pipeline) => pipeline.clone(),
        None => recorded(&public)?,
    };
    let scratch = Scratch::beside(&options.run, options.scratch.as_deref())?;
    let again = scratch.path().join("run");
    let run = RunOptions { pipeline, out: Some(again.clone()), jobs: options.jobs, lock: Locking::Leave, ..RunOptions::default() };
    pipeline::run(&run, progress)?;
    let made = hashes(&runs::json(&again.join("public/manifest.json"))?);
    let names: BTreeSet<&String> = released.keys().chain(made.keys()).collect();
    verified.differs = names.into_iter().filter(|name| released.get(*name) != made.get(*name)).cloned().collect();
    if !verified.differs.is_empty()
        && let (Ok(old), Ok(new)) = (Run::open(&options.run), Run::open(&again))
    {
        verified.diff = compare::figures(&old, &new);
    }
    Ok(verified)
}

fn hashes(manifest: &Value) -> BTreeMap<String, String> {
    let files = manifest["files"].as_object().into_iter().flatten();
    files.map(|(name, hash)| (name.clone(), hash.as_str().unwrap_or_default().to_owned())).collect()
}

/// Compares the files of a release with its manifest.
fn on_disk(public: &Path, released: &BTreeMap<String, String>) -> Result<Verified, Error> {
    let mut verified = Verified { files: released.len(), ..Verified::default() };
    for (name, hash) in released {
        match std::fs::read(public.join(name)) {
            Ok(bytes) if sha256(&bytes) == *hash => {}
            Ok(_) => verified.edited.push(name.clone()),
            Err(_) => verified.gone.push(name.clone()),
        }
    }
    let mut open = vec![public.to_path_buf()];
    while let Some(folder) = open.pop() {
        let entries = std::fs::read_dir(&folder).map_err(|error| Error::io("read", &folder, &error))?;
        for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
            let name = path.strip_prefix(public).map(|name| name.to_string_lossy().replace('\\', "/")).unwrap_or_default();
            match path.is_dir() {
                true => open.push(path),
                false if name != "manifest.json" && !released.contains_key(&name) => verified.strange.push(name),
                false => {}
            }
        }
    }
    verified.strange.sort();
    Ok(verified)
}

/// The pipeline that made a run: as it was named, or where it lay.
fn recorded(public: &Path) -> Result<PathBuf, Error> {
    let record = public.parent().map(|run| run.join("restricted/run.json")).and_then(|path| runs::json(&path).ok()).unwrap_or_default();
    let named = ["pipeline_path", "pipeline"].into_iter().filter_map(|name| record[name].as_str()).map(PathBuf::from);
    let found = named.clone().find(|path| path.is_file());
    found.ok_or_else(|| {
        let told = named.map(|path| path.display().to_string()).next_back().unwrap_or_else(|| "no restricted/run.json".to_owned());
        let problem = Problem::new("verify::no_pipeline", "the pipeline of this run is not known").found(told);
        Error::input(problem.expected("the pipeline file that the run was made with").help("name it: recovista verify RUN --pipeline FILE"))
    })
}
