//! What a run depends on in, `<pipeline>.lock` beside the pipeline out, and what differs from the former one.
//!
//! The lock holds hashes, versions and options, no time and no path, so that it can be committed: the
//! next run says why figures may differ, and `run --locked` refuses to make other ones.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use super::plan::{DatasetPlan, Plan, SourceFile};
use crate::config::{Source, Table};
use crate::error::{Error, Exit, Problem};
use crate::ingest::hash_of_file;
use crate::schema::quoted;

/// What becomes of the lock beside the pipeline.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Locking {
    /// It is written anew after the run, where anything differs.
    #[default]
    Update,
    /// The run stops where anything differs from it.
    Locked,
    /// It is read to tell what differs, and not written.
    Leave,
}

/// Form of the file.
const FORM: usize = 1;

/// One file that a dataset, or the whole pipeline, depends on: dataset, role, wave, name.
type Key = (String, String, String, String);

/// Everything that a run depends on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Lock {
    program: String,
    /// Version of the method of each stage.
    methods: BTreeMap<String, String>,
    options: BTreeMap<String, String>,
    /// Hash of each file.
    files: BTreeMap<Key, String>,
}

/// One thing that differs: the dataset, or everything where it is empty, and what happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Differs {
    dataset: String,
    what: String,
}

/// Where the lock of a pipeline lies.
pub(super) fn path(pipeline: &Path) -> PathBuf {
    pipeline.with_extension("lock")
}

/// Version of the method of each stage.
pub(super) fn methods() -> BTreeMap<String, String> {
    let methods = [
        ("ingest", crate::ingest::METHOD_VERSION),
        ("schema", crate::schema::METHOD_VERSION),
        ("score", crate::score::METHOD_VERSION),
        ("design", crate::design::METHOD_VERSION),
        ("estimate", crate::estimate::METHOD_VERSION),
        ("analysis", crate::analysis::METHOD_VERSION),
        ("disclosure", crate::disclosure::METHOD_VERSION),
    ];
    methods.map(|(stage, version)| (stage.to_owned(), version.to_string())).into()
}

impl Lock {
    /// What the run depends on; `data` holds the hash of each wave's file, dataset by dataset.
    pub(super) fn of(plan: &Plan, data: &[Vec<SourceFile>]) -> Self {
        let mut options =
            vec![("as_of", plan.as_of_text.clone()), ("minimum_cell", plan.policy.minimum_cell.to_string()), ("reject_limit", plan.reject_limit.to_string())];
        // Only where it is asked for, so that the locks of other pipelines stay as they are.
        options.extend(plan.policy.protect_missing.then(|| ("protect_missing", "true".to_owned())));
        options.extend(plan.policy.rounding.map(|base| ("rounding", base.to_string())));
        options.extend(plan.pseudonyms.as_ref().map(|pseudonyms| ("pseudonyms", pseudonyms.fields().join(", "))));
        let mut lock = Self {
            program: env!("CARGO_PKG_VERSION").to_owned(),
            methods: methods(),
            options: options.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
            files: BTreeMap::new(),
        };
        let named = ["pipeline", "template", "theme", "follow-up policy", "previous_release"];
        for source in plan.sources.iter().filter(|source| named.contains(&source.role)) {
            lock.add("", "", source);
        }
        for (dataset, data) in plan.datasets.iter().zip(data) {
            for source in &dataset.sources {
                lock.add(&dataset.id, "", source);
            }
            for (wave, source) in dataset.waves.iter().zip(data) {
                lock.add(&dataset.id, &wave.id, source);
            }
        }
        lock
    }

    fn add(&mut self, dataset: &str, wave: &str, source: &SourceFile) {
        let key = (dataset.to_owned(), source.role.to_owned(), wave.to_owned(), source.name.clone());
        self.files.insert(key, source.sha256.clone());
    }

    /// Everything in which this lock differs from the former one.
    pub(super) fn differs(&self, former: &Self) -> Vec<Differs> {
        let mut found = Vec::new();
        let mut all = |what: String| found.push(Differs { dataset: String::new(), what });
        if self.program != former.program {
            all(format!("program {} instead of {}", self.program, former.program));
        }
        for (now, before, noun) in [(&self.methods, &former.methods, "method of"), (&self.options, &former.options, "option")] {
            for name in now.keys().chain(before.keys()).collect::<BTreeSet<_>>() {
                let value = |values: &BTreeMap<String, String>| values.get(name).cloned().unwrap_or_else(|| "none".to_owned());
                if value(now) != value(before) {
                    all(format!("{noun} `{name}` {} instead of {}", value(now), value(before)));
                }
            }
        }
        for key in self.files.keys().chain(former.files.keys()).collect::<BTreeSet<_>>() {
            let (dataset, role, wave, name) = key;
            let what = if wave.is_empty() { format!("{role} {name}") } else { format!("{role} {name} (wave {wave})") };
            let verb = match (self.files.get(key), former.files.get(key)) {
                (Some(now), Some(before)) if now == before => continue,
                (Some(_), Some(_)) => "changed",
                (Some(_), None) => "is new",
                (None, _) => "is gone",
            };
            found.push(Differs { dataset: dataset.clone(), what: format!("{what} {verb}") });
        }
        found
    }

    fn read(path: &str, text: &str) -> Result<Self, Error> {
        let (lock, problems) = Source::new(path, text).walk(|root| {
            if root.whole("recovista_lock") != Some(FORM) {
                let problem = Problem::new("lock::not_a_lock", format!("{path} is not a lock of this program"));
                root.report("recovista_lock", problem.expected(format!("recovista_lock = {FORM}")));
            }
            let entries = |key: &'static str| root.table(key).map(|table| table.entries()).unwrap_or_default().into_iter().collect();
            let mut lock = Self { program: root.required_text("program"), methods: entries("methods"), options: entries("options"), files: BTreeMap::new() };
            for table in root.tables("file") {
                let text = |key: &'static str| Table::text(&table, key).unwrap_or_default();
                let key = (text("dataset"), text("role"), text("wave"), text("name"));
                lock.files.insert(key, text("sha256"));
                table.finish();
            }
            lock
        });
        Error::gather(Exit::Usage, problems).map(|_| lock)
    }

    fn text(&self) -> String {
        let mut text = format!(
            "# Written by `recovista run`, to be kept with the pipeline: what its figures depend on.\n# `recovista run --locked` stops where anything differs, and says what.\nrecovista_lock = {FORM}\nprogram = {}\n",
            quoted(&self.program)
        );
        for (name, values) in [("methods", &self.methods), ("options", &self.options)] {
            let _ = writeln!(text, "\n[{name}]");
            for (key, value) in values {
                let _ = writeln!(text, "{key} = {}", quoted(value));
            }
        }
        for ((dataset, role, wave, name), hash) in &self.files {
            text.push_str("\n[[file]]\n");
            let keys = [("dataset", dataset), ("role", role), ("wave", wave), ("name", name), ("sha256", hash)];
            for (key, value) in keys.into_iter().filter(|(_, value)| !value.is_empty()) {
                let _ = writeln!(text, "{key} = {}", quoted(value));
            }
        }
        text
    }
}

/// The lock of the former run; `None` where there is none.
pub(super) fn former(path: &Path) -> Result<Option<Lock>, Error> {
    match fs::read_to_string(path) {
        Ok(text) => Lock::read(&path.display().to_string(), &text).map(Some),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::io("read", path, &error)),
    }
}

/// Stops where anything differs from the lock.
pub(super) fn hold(path: &Path, former: Option<&Lock>, now: &Lock) -> Result<(), Error> {
    let Some(former) = former else {
        let problem = Problem::new("lock::missing", format!("there is no {}", path.display())).expected("the lock of a former run beside the pipeline");
        return Err(Error::usage(problem.help("run without --locked once, look at the figures, and keep the lock with the pipeline")));
    };
    let differs = now.differs(former);
    let problem = |one: &Differs| {
        let place = if one.dataset.is_empty() { String::new() } else { format!("`{}`: ", one.dataset) };
        Problem::new("lock::differs", format!("{place}{}", one.what)).at(path.display().to_string())
    };
    let mut problems: Vec<Problem> = differs.iter().map(problem).collect();
    if let Some(last) = problems.last_mut() {
        last.help = Some("run without --locked to accept what differs; the lock is then written anew".to_owned());
    }
    Error::gather(Exit::Usage, problems).map(drop)
}

/// What is computed anew and why, and what is as it was, in a few lines.
pub(super) fn explain(former: Option<&Lock>, now: &Lock, datasets: &[DatasetPlan]) -> Vec<String> {
    let Some(former) = former else { return vec!["computed: everything, because no former run left a lock".to_owned()] };
    let differs = now.differs(former);
    let reasons = |dataset: &str| differs.iter().filter(|one| one.dataset == dataset).map(|one| one.what.as_str()).collect::<Vec<_>>();
    let whole = reasons("");
    let mut lines = Vec::new();
    if !whole.is_empty() {
        lines.push(format!("computed anew: everything, because {}", crate::error::some_of(whole.iter().copied())));
    }
    let mut current = Vec::new();
    for dataset in datasets {
        match reasons(&dataset.id) {
            own if own.is_empty() => current.push(dataset.id.as_str()),
            own => lines.push(format!("computed anew: {}, because {}", dataset.id, crate::error::some_of(own))),
        }
    }
    if lines.is_empty() {
        return vec!["current: inputs, schemas, instruments and methods are those of the former run, and so are the figures".to_owned()];
    }
    if whole.is_empty() && !current.is_empty() {
        lines.push(format!("current: {}, with the inputs, schemas and methods of the former run", crate::error::some_of(current)));
    }
    lines
}

/// Writes the lock where it differs from the former one. A folder that cannot be written is worth a warning: the release is there.
pub(super) fn keep(path: &Path, former: Option<&Lock>, now: &Lock) -> Option<Problem> {
    if former == Some(now) {
        return None;
    }
    let staged = path.with_extension(format!("lock.{}", std::process::id()));
    let written = fs::write(&staged, now.text()).and_then(|()| fs::rename(&staged, path));
    written.err().map(|error| {
        let _ = fs::remove_file(&staged);
        Problem::new("lock::not_written", format!("{} could not be written; the release is complete", path.display()))
            .found(error.to_string().split(" (os error").next().unwrap_or_default().to_lowercase())
            .help("without it the next run cannot say what changed, and --locked has nothing to hold on to")
    })
}

/// The hash of each wave's file, before anything is computed.
pub(super) fn data(plan: &Plan) -> Result<Vec<Vec<SourceFile>>, Error> {
    let one = |path: &Path, name: &String| Ok::<_, Error>(SourceFile { role: "data", name: name.clone(), sha256: hash_of_file(path)? });
    plan.datasets.iter().map(|dataset| dataset.waves.iter().map(|wave| one(&wave.path, &wave.name)).collect()).collect()
}
