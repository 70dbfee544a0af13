//! Plan in, release out: the whole chain, one dataset after the other, written in one exchange.

use std::path::{Path, PathBuf};

use super::link::Links;
use super::load::{Keep, Loaded, load};
use super::lock::{self, Lock, Locking};
use super::personal::{self, Pointing};
use super::plan::{DatasetPlan, Plan, SourceFile, WavePlan, plan};
use super::population::add_design;
use super::privacy::former_release;
use super::pseudonyms::Given;
use super::subject::{design, structure, subject};
use super::{agree, book, followup, outputs, provenance, quality, voices};
use crate::analysis::{Context, Due, Subject, of_kind};
use crate::disclosure::{Certificate, ReleasedTable, release};
use crate::error::{Error, Exit, Problem, Severity};
use crate::estimate;
use crate::frame::{Frame, ParquetSink};
use crate::rejects::Ledger;
use crate::release::Staging;
use crate::report::Rendered;
use crate::results::{Restricted, ResultRow, ResultTable, to_csv};
use crate::{display, report};

/// What to run and where to.
#[derive(Debug, Clone, Default)]
pub struct RunOptions {
    /// The pipeline file.
    pub pipeline: PathBuf,
    /// Folder of the release; `reports/<pipeline>` of the project when absent.
    pub out: Option<PathBuf>,
    /// Threads; as many as the machine has when absent. Results do not depend on it.
    pub jobs: Option<usize>,
    /// Everything but writing.
    pub dry_run: bool,
    /// What becomes of the lock beside the pipeline.
    pub lock: Locking,
    /// When the run began, for `restricted/run.json`; nothing public depends on it.
    pub started: Option<std::time::SystemTime>,
}

/// What a run did, for the person who started it.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    /// Folder of the release.
    pub out: PathBuf,
    /// Dataset, rows kept and waves, in order.
    pub datasets: Vec<(String, u64, usize)>,
    /// Rows read.
    pub rows_in: u64,
    /// Rows refused.
    pub rows_rejected: u64,
    /// Values refused.
    pub values_rejected: u64,
    /// Figures released with a number.
    pub figures: usize,
    /// Figures hidden.
    pub suppressed: usize,
    /// How the release was protected and attacked, in one line.
    pub protection: String,
    /// Charts drawn.
    pub charts: usize,
    /// Names of the documents written to `public/`.
    pub documents: Vec<String>,
    /// What the person should look at.
    pub findings: Vec<Problem>,
    /// What was computed anew and why, and what is as it was, against the lock of the former run.
    pub explained: Vec<String>,
    /// Why the lock could not be read or written; the release is complete without it.
    pub lock_problem: Option<Problem>,
}

impl Summary {
    /// Whether any finding asks for an exit code of 1.
    pub fn has_findings(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity >= Severity::Warning)
    }
}

/// One dataset after loading, with what its analyses may know.
pub(super) struct Prepared<'a> {
    pub dataset: &'a DatasetPlan,
    pub subject: Subject,
    pub loaded: Loaded,
    /// Levels that could point at a person, were they public.
    pub pointing: Vec<Pointing>,
}

/// Reports the stage and how much of it is done, from 0 to 1.
pub type Progress<'a> = dyn FnMut(&str, f64) + 'a;

/// Checks a pipeline, its schemas and the headers of its inputs; where waves are compared or codes are
/// translated, the data too, because only they show whether every code has a meaning.
///
/// # Errors
/// Everything that is wrong, at once.
pub fn check(pipeline: &Path) -> Result<Vec<Problem>, Error> {
    let (plan, mut notes) = plan(pipeline)?;
    let mut stopped: Option<Error> = None;
    for dataset in plan.datasets.iter().filter(|dataset| agree::needs_data(dataset)) {
        match (load(&plan, dataset, Keep::Nothing), &mut stopped) {
            (Ok(loaded), _) => notes.extend(loaded.findings.into_iter().filter(|finding| finding.code.starts_with("wave::"))),
            (Err(error), Some(known)) => known.problems.extend(error.problems),
            (Err(error), None) => stopped = Some(error),
        }
    }
    stopped.map_or(Ok(notes), Err)
}

/// Runs a pipeline.
///
/// # Errors
/// Wrong pipeline, missing input, a release that cannot be written; the former release stays.
pub fn run(options: &RunOptions, progress: &mut Progress<'_>) -> Result<Summary, Error> {
    let (plan, notes) = plan(&options.pipeline)?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(options.jobs.unwrap_or(0)).build();
    let pool = pool.map_err(|error| Error::new(Exit::Internal, Problem::new("run::threads", error.to_string())))?;
    let lock = Keeper::begin(options, &plan)?;
    let target = options.out.clone().unwrap_or_else(|| default_out(&options.pipeline, &plan.name));
    // A place that cannot be written, or another run on it, is known before the work begins.
    let staging = if options.dry_run { None } else { Some(Staging::begin(&target)?) };
    let mut prepared = Vec::new();
    let (mut rows, mut due, mut given, mut excerpts) = (Vec::new(), Vec::new(), Given::default(), Vec::new());
    let steps = plan.datasets.len() as f64 + 1.0;
    for (position, dataset) in plan.datasets.iter().enumerate() {
        progress(&format!("{}: reading", dataset.id), position as f64 / steps);
        let mut loaded = pool.install(|| load(&plan, dataset, Keep::Rows))?;
        let unplaced = add_design(dataset, &mut loaded.frame);
        if unplaced > 0 {
            loaded.notes.push((String::new(), format!("{unplaced} rows have no unit of the registry, carry no weight and count for nothing")));
        }
        let mut subject = subject(&plan, dataset);
        let answered = loaded.frame.levels.get("wave");
        subject.waves.retain(|wave| answered.is_some_and(|waves| waves.position(wave).is_some()));
        progress(&format!("{}: estimating", dataset.id), (position as f64 + 0.5) / steps);
        let (found, mut still_due) = pool.install(|| analyse(&plan, dataset, &subject, &mut loaded.frame))?;
        for (wave, people) in quality::repeated(&plan, dataset, &subject, &loaded.frame) {
            loaded.findings.push(quality::repeated_finding(&dataset.id, &wave, people));
            loaded.notes.push((wave, quality::repeated_note(people, &plan.policy)));
        }
        let pointing = personal::look(&plan, dataset, &loaded.frame);
        excerpts.extend(voices::excerpts(&plan, dataset, &loaded.frame));
        if let Some(pseudonyms) = &plan.pseudonyms {
            pseudonyms.apply(dataset, &mut loaded, &mut given)?;
            for one in &mut still_due {
                pseudonyms.name(dataset, &mut one.person);
            }
        }
        rows.extend(found);
        due.extend(still_due);
        if let Some(staging) = &staging {
            store(staging, dataset, &loaded.frame)?;
        }
        // Only one dataset is in memory at a time; of the others what they are called is enough.
        loaded.frame.batches = Vec::new();
        prepared.push(Prepared { dataset, subject, loaded, pointing });
    }
    rows.extend(quality::rows(&prepared, plan.policy.minimum_cell));
    let mut summary = summarize(&plan, &prepared, notes);
    summary.out.clone_from(&target);
    progress("hiding small counts", (steps - 1.0) / steps);
    let raw = ResultTable::new(rows)?;
    summary.findings.extend(followup::not_in_force(&plan.analyses, raw.rows()));
    let former = plan.previous_release.as_deref().map(former_release).transpose()?;
    let (released, mut certificate) = release(raw.clone(), &plan.policy, &structure(&plan), former.as_ref())?;
    personal::stop(&plan, &prepared, &released)?;
    let released = released.quoting(excerpts, &plan.policy);
    certificate.quotes = released.quotes().len();
    summary.findings.extend(voices::notes(&plan, &released));
    progress("writing the release", (steps - 0.5) / steps);
    let book = book::book(&plan, &prepared, &released);
    let released = display::word(released, &book);
    summary.protection = certificate.line();
    summary.suppressed = released.rows().iter().filter(|row| row.is_suppressed()).count();
    summary.figures = released.rows().iter().filter(|row| row.estimate.is_some()).count();
    if let Some(staging) = staging {
        if plan.analyses.iter().any(|settings| settings.followup.is_some()) {
            staging.restricted_text("due.csv", &followup::due_csv(due))?;
        }
        staging.restricted_text("run.json", &run_record(options, plan.previous_release.as_deref(), pool.current_num_threads()))?;
        let written = write(&plan, staging, &raw, (&released, &certificate), &book, &prepared)?;
        summary.charts = written.charts;
        summary.documents = written.documents;
        summary.findings.extend(written.told);
    }
    lock.end(options, &plan, &prepared, &mut summary);
    progress("done", 1.0);
    Ok(summary)
}

/// The lock beside the pipeline, before and after a run.
struct Keeper {
    path: PathBuf,
    former: Option<Lock>,
    /// Why there is a lock that cannot be read; it is left as it is.
    unreadable: Option<Problem>,
}

impl Keeper {
    /// Reads the lock of the former run; under `--locked` nothing may differ from it.
    fn begin(options: &RunOptions, plan: &Plan) -> Result<Self, Error> {
        let path = lock::path(&options.pipeline);
        match (lock::former(&path), options.lock) {
            (former, Locking::Locked) => {
                let former = former?;
                lock::hold(&path, former.as_ref(), &Lock::of(plan, &lock::data(plan)?))?;
                Ok(Self { path, former, unreadable: None })
            }
            (Ok(former), _) => Ok(Self { path, former, unreadable: None }),
            (Err(error), _) => Ok(Self { path, former: None, unreadable: error.problems.into_iter().next() }),
        }
    }

    /// Tells what changed, and writes the lock of this run.
    fn end(self, options: &RunOptions, plan: &Plan, prepared: &[Prepared<'_>], summary: &mut Summary) {
        let data: Vec<Vec<SourceFile>> = prepared.iter().map(|one| one.loaded.sources.clone()).collect();
        let now = Lock::of(plan, &data);
        summary.explained = lock::explain(self.former.as_ref(), &now, &plan.datasets);
        summary.lock_problem = self.unreadable;
        if options.lock == Locking::Update && !options.dry_run && summary.lock_problem.is_none() {
            summary.lock_problem = lock::keep(&self.path, self.former.as_ref(), &now);
        }
        summary.lock_problem = summary.lock_problem.take().map(|problem| problem.severity(Severity::Warning));
    }
}

/// `reports/<name>` of the project whose `pipelines/` folder holds the pipeline, else beside it.
fn default_out(pipeline: &Path, name: &str) -> PathBuf {
    let folder = pipeline.parent().unwrap_or(Path::new(""));
    let project = if folder.file_name().is_some_and(|name| name == "pipelines") { folder.parent().unwrap_or(Path::new("")) } else { folder };
    project.join("reports").join(name)
}

/// All analyses of a dataset, and the people whom they find due: one pass answers all their requests.
fn analyse(plan: &Plan, dataset: &DatasetPlan, subject: &Subject, frame: &mut Frame) -> Result<(Vec<ResultRow>, Vec<Due>), Error> {
    let settings: Vec<_> = plan.analyses.iter().filter(|settings| settings.dataset == dataset.id).collect();
    let contexts: Vec<Context<'_>> = settings.iter().map(|settings| Context { settings, subject }).collect();
    let analyses: Vec<_> = contexts.iter().filter_map(|context| of_kind(&context.settings.kind).map(|analysis| (analysis, context))).collect();
    for (analysis, context) in &analyses {
        analysis.prepare(context, frame);
    }
    let mut requests = Vec::new();
    let mut ends = Vec::new();
    for (analysis, context) in &analyses {
        requests.extend(analysis.requests(context));
        ends.push(requests.len());
    }
    let answers = estimate::answer(frame, &design(dataset), &requests)?;
    let (mut rows, mut due) = (Vec::new(), Vec::new());
    let mut start = 0;
    for ((analysis, context), end) in analyses.iter().zip(ends) {
        rows.extend(analysis.rows(context, frame, &answers[start..end])?);
        due.extend(analysis.due(context, frame));
        start = end;
    }
    Ok((rows, due))
}

fn summarize(plan: &Plan, prepared: &[Prepared<'_>], notes: Vec<Problem>) -> Summary {
    let mut summary = Summary { findings: notes, ..Summary::default() };
    for one in prepared {
        let ledger = &one.loaded.ledger;
        summary.datasets.push((one.dataset.title.clone(), ledger.rows_kept, one.subject.waves.len()));
        summary.rows_in += ledger.rows_in;
        summary.rows_rejected += ledger.rows_rejected();
        summary.values_rejected += ledger.values_rejected();
        summary.findings.extend(one.loaded.findings.iter().cloned());
        summary.findings.extend(ledger.findings());
        summary.findings.extend(one.loaded.links.iter().flat_map(|links| links.notes(&one.dataset.id)));
        summary.findings.extend(over_limit(plan, one.dataset, ledger));
        summary.findings.extend(without_rows(one.dataset, &one.loaded));
    }
    summary
}

/// Findings for files that gave no row at all: most likely an export that went wrong.
pub(super) fn without_rows(dataset: &DatasetPlan, loaded: &Loaded) -> Vec<Problem> {
    let answered = loaded.frame.levels.get("wave");
    let empty =
        |wave: &&WavePlan| if wave.id.is_empty() { loaded.ledger.rows_kept == 0 } else { answered.is_none_or(|waves| waves.position(&wave.id).is_none()) };
    let finding = |wave: &WavePlan| {
        Problem::new("pipeline::no_rows", format!("{} gives no row to `{}`", wave.name, dataset.id))
            .expected("at least one row below the header that can be kept")
            .help("export the file again, or take it out of the pipeline; its figures are left out")
            .severity(Severity::Warning)
    };
    dataset.waves.iter().filter(empty).map(finding).collect()
}

/// A finding when more values or rows were refused than the pipeline allows.
pub(super) fn over_limit(plan: &Plan, dataset: &DatasetPlan, ledger: &Ledger) -> Option<Problem> {
    let share = |refused: u64, all: u64| if all == 0 { 0.0 } else { refused as f64 / all as f64 };
    let worst = share(ledger.values_rejected(), ledger.values_in).max(share(ledger.rows_rejected(), ledger.rows_in));
    (worst > plan.reject_limit).then(|| {
        Problem::new("rejects::over_limit", format!("{:.1}% of `{}` was refused", worst * 100.0, dataset.id))
            .expected(format!("at most {:.1}% (reject_limit)", plan.reject_limit * 100.0))
            .help("open restricted/rejects.csv: each refusal has its file, line, column and rule")
            .severity(Severity::Warning)
    })
}

/// What a release holds beside its results.
struct Written {
    charts: usize,
    documents: Vec<String>,
    /// What the filling of the template found.
    told: Vec<Problem>,
}

fn write(
    plan: &Plan,
    staging: Staging,
    raw: &ResultTable,
    (released, certificate): (&ReleasedTable, &Certificate),
    book: &display::Book,
    prepared: &[Prepared<'_>],
) -> Result<Written, Error> {
    let mut public = staging.public();
    public.results(released)?;
    let document = report::compose(released, book);
    public.rendered(&report::certificate(released, book, certificate.words())?)?;
    let (documents, told) = outputs::write(&plan.outputs, &document, &mut public)?;
    let charts = document.charts()?;
    for chart in &charts {
        public.rendered(chart)?;
    }
    public.rendered(&Rendered::book(book)?)?;
    public.rendered(&Rendered::provenance(&provenance::public(plan, prepared)))?;
    public.manifest(&document.about(plan_versions(plan, prepared)))?;
    let ledgers: Vec<&Ledger> = prepared.iter().map(|one| &one.loaded.ledger).collect();
    staging.restricted_text("provenance.json", &format!("{:#}\n", provenance::restricted(prepared)))?;
    staging.restricted_text("rejects.csv", &quality::rejects_csv(&ledgers))?;
    if ledgers.iter().any(|ledger| !ledger.corrected.is_empty()) {
        staging.restricted_text("corrections.csv", &quality::corrections_csv(&ledgers))?;
    }
    if ledgers.iter().any(|ledger| !ledger.uncoded.is_empty()) {
        staging.restricted_text("uncoded.csv", &quality::uncoded_csv(&ledgers))?;
    }
    if let Some(links) = Links::csv(prepared.iter().filter_map(|one| one.loaded.links.as_ref())) {
        staging.restricted_text("links.csv", &links)?;
    }
    staging.restricted_text("results.csv", &to_csv(&Restricted(raw)))?;
    staging.commit()?;
    Ok(Written { charts: document.figures().count(), documents, told })
}

/// Keeps the typed and scored rows of a dataset for the person who holds the data.
fn store(staging: &Staging, dataset: &DatasetPlan, frame: &Frame) -> Result<(), Error> {
    let (path, file) = staging.restricted(&format!("{}.parquet", dataset.id))?;
    let mut sink = ParquetSink::new(&path, file);
    for batch in &frame.batches {
        sink.write(batch, &frame.levels)?;
    }
    sink.finish()
}

/// When, from where and with how many threads: what public files must not say.
fn run_record(options: &RunOptions, previous: Option<&Path>, threads: usize) -> String {
    let started = options.started.and_then(|moment| jiff::Timestamp::try_from(moment).ok()).map(|moment| moment.to_string());
    let record = serde_json::json!({
        "started": started,
        // A path need not be Unicode.
        "pipeline": options.pipeline.to_string_lossy(),
        "pipeline_path": options.pipeline.canonicalize().ok().map(|path| path.to_string_lossy().into_owned()),
        "out": options.out.as_ref().map(|out| out.to_string_lossy()),
        "threads": threads,
        "previous_release": previous.and_then(|path| path.canonicalize().ok()).map(|path| path.to_string_lossy().into_owned()),
        "version": env!("CARGO_PKG_VERSION"),
    });
    format!("{record:#}\n")
}

/// Names and hashes of everything that the release depends on, for the manifest.
fn plan_versions(plan: &Plan, prepared: &[Prepared<'_>]) -> serde_json::Value {
    let mut sources: Vec<_> = plan.sources.iter().chain(prepared.iter().flat_map(|one| &one.loaded.sources)).collect();
    sources.sort();
    sources.dedup();
    let inputs: Vec<_> = sources.iter().map(|source| serde_json::json!({ "role": source.role, "name": source.name, "sha256": source.sha256 })).collect();
    let crosswalks =
        |dataset: &DatasetPlan| dataset.waves.iter().map(|wave| wave.crosswalk.title.clone()).filter(|title| !title.is_empty()).collect::<Vec<_>>();
    let datasets: Vec<_> =
        plan.datasets.iter().map(|dataset| serde_json::json!({ "id": dataset.id, "schema": dataset.codebook.id, "crosswalks": crosswalks(dataset) })).collect();
    let mut privacy =
        serde_json::json!({ "minimum_cell": plan.policy.minimum_cell, "protect_missing": plan.policy.protect_missing, "policy": plan.policy.title });
    if let Some(base) = plan.policy.rounding {
        privacy["rounding"] = serde_json::json!(base);
    }
    if let Some(pseudonyms) = &plan.pseudonyms {
        privacy["pseudonyms"] = serde_json::json!(pseudonyms.fields());
    }
    serde_json::json!({
        "title": plan.title,
        "as_of": plan.as_of_text,
        "program": { "name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION") },
        "privacy": privacy,
        "datasets": datasets,
        "inputs": inputs,
    })
}
