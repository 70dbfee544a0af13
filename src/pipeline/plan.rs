//! Spec in, plan out: every name resolved, every schema read, every header looked at, all mistakes at once.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::join::{Join, JoinSpec};
use super::link::{self, LinkSpec};
use super::outputs::{self, Outputs};
use super::pseudonyms::Pseudonyms;
use super::spec::{DatasetSpec, DesignSpec, PopulationSpec, Spec, WaveSpec};
use crate::analysis::{self, Settings};
use crate::config::Mark;
use crate::disclosure::{Policy, sha256};
use crate::display::Theme;
use crate::error::{Error, Exit, Problem};
use crate::frame::{missing, parse_iso};
use crate::ingest::{self, ReadOptions};
use crate::schema::{Codebook, Corrections, Crosswalk, DROPPED, Kind, Origin, Typist, builtin_codebook, unknown_codebook};
use crate::score::{self, ScoreSpec};

/// A pipeline that can run.
pub(crate) struct Plan {
    /// File stem of the pipeline.
    pub name: String,
    pub title: String,
    pub as_of_text: String,
    /// Seconds since 1970 of the run's date.
    pub as_of: i64,
    pub reject_limit: f64,
    pub policy: Policy,
    /// Folder of the last public release.
    pub previous_release: Option<PathBuf>,
    /// How ids are replaced in what the holder of the data keeps.
    pub pseudonyms: Option<Pseudonyms>,
    pub datasets: Vec<DatasetPlan>,
    pub analyses: Vec<Settings>,
    /// Colours of the charts.
    pub theme: Theme,
    /// Documents to write.
    pub outputs: Outputs,
    /// What was read to make the plan: name and hash.
    pub sources: Vec<SourceFile>,
}

/// A file that the run depends on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SourceFile {
    /// What it is to the run: pipeline, schema, crosswalk, registry, instrument, data.
    pub role: &'static str,
    /// File name or id, never a path.
    pub name: String,
    pub sha256: String,
}

/// One dataset, resolved.
pub(crate) struct DatasetPlan {
    pub id: String,
    pub title: String,
    /// What the rows are called in sentences, in the plural.
    pub noun: Option<String>,
    /// What the people did to be in it, in a verb: `answered` when absent.
    pub did: Option<String>,
    /// How the people came to be asked, as the pipeline says it.
    pub sample: Option<String>,
    pub codebook: Codebook,
    pub scoring: Vec<ScoreSpec>,
    pub waves: Vec<WavePlan>,
    pub joins: Vec<Join>,
    pub design: DesignSpec,
    pub population: Option<Registry>,
    /// How people are known again over waves where the file does not name them.
    pub link: Option<LinkSpec>,
    /// What it depends on beside its data: schema, crosswalks, registries, instruments, dictionaries.
    pub sources: Vec<SourceFile>,
}

impl DatasetPlan {
    /// The column that names the person behind a row.
    pub(super) fn person(&self) -> Option<String> {
        if self.link.is_some() { Some(link::PERSON.to_owned()) } else { self.codebook.person.clone() }
    }
}

/// One file of a dataset, resolved.
pub(crate) struct WavePlan {
    pub id: String,
    pub date: Option<String>,
    pub path: PathBuf,
    /// The file's name without its folders.
    pub name: String,
    pub crosswalk: Crosswalk,
    pub corrections: Option<Arc<Corrections>>,
    pub options: ReadOptions,
}

/// Sizes of both stages' populations from a registry.
pub(crate) struct Registry {
    pub unit: String,
    /// Stratum of each unit, and people on its roll.
    pub units: BTreeMap<String, (String, Option<f64>)>,
}

/// What is gathered while the plan is made.
pub(super) struct Gather<'a> {
    pub(super) folder: &'a Path,
    pub(super) problems: Vec<Problem>,
    pub(super) sources: Vec<SourceFile>,
    exit: Exit,
    /// What the dataset at hand depends on.
    pub(super) own: Vec<SourceFile>,
    /// Fields of any dataset that name people, as `[privacy]` says.
    naming: Vec<String>,
    /// The dataset or analysis at hand, as the pipeline writes it.
    pub(super) mark: Mark,
}

/// Reads a pipeline and everything it names.
///
/// # Errors
/// All mistakes of the pipeline, its schemas and its inputs' headers.
pub(crate) fn plan(path: &Path) -> Result<(Plan, Vec<Problem>), Error> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut gather =
        Gather { folder, problems: Vec::new(), sources: Vec::new(), own: Vec::new(), naming: Vec::new(), exit: Exit::Usage, mark: Mark::default() };
    if path.is_file() && path.extension().is_some_and(|ending| !ending.eq_ignore_ascii_case("toml")) {
        let problem = Problem::new("pipeline::not_one", format!("{} is not a pipeline", path.display())).expected("a .toml file");
        return Err(Error::usage(problem.help(format!("recovista new DIR {} makes a project with one", path.display()))));
    }
    let text = read_text(path)?;
    gather.note_source("pipeline", path, text.as_bytes());
    let kinds: Vec<&'static str> = analysis::ALL.iter().map(|analysis| analysis.kind()).collect();
    let (spec, problems) = Spec::parse(&path.display().to_string(), &text, &kinds);
    let not_toml = problems.iter().any(|problem| problem.code == "config::not_toml");
    gather.problems.extend(problems);
    if not_toml {
        return Err(Error { exit: Exit::Usage, problems: gather.problems });
    }
    let policy = gather.policy(&spec.privacy);
    let previous_release = spec.privacy.previous_release.as_ref().map(|name| gather.previous_release(name, &spec.privacy));
    gather.naming.clone_from(&spec.privacy.pseudonyms);
    let datasets: Vec<DatasetPlan> = spec.datasets.iter().filter_map(|dataset| gather.dataset(dataset)).collect();
    let mut analyses = spec.analyses;
    for ((settings, mark), file) in analyses.iter_mut().zip(&spec.analysis_marks).zip(&spec.series_files) {
        gather.mark = mark.clone();
        gather.series(settings, file);
        if let Some(dataset) = datasets.iter().find(|dataset| dataset.id == settings.dataset) {
            gather.analysis(settings, dataset);
            gather.followup(settings, dataset);
            gather.path(settings, dataset);
            gather.themes(settings, dataset);
        }
    }
    said_once(&mut analyses, &datasets);
    let pseudonyms = gather.pseudonyms(&spec.privacy, &datasets);
    let theme = spec.theme.as_ref().map(|(file, mark)| gather.theme(file, mark)).unwrap_or_default();
    let outputs = outputs::read(&mut gather, &spec.outputs);
    let exit = gather.exit;
    let notes = Error::gather(exit, gather.problems)?;
    let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let as_of = parse_iso(spec.as_of.as_bytes()).unwrap_or_default();
    let plan = Plan {
        name,
        title: spec.title,
        as_of_text: spec.as_of,
        as_of,
        reject_limit: spec.reject_limit,
        policy,
        previous_release,
        pseudonyms,
        datasets,
        analyses,
        theme,
        outputs,
        sources: gather.sources,
    };
    Ok((plan, notes))
}

/// Alpha and the ends of a scale are figures of the outcomes where an analysis gives those; a reliability analysis leaves them there.
fn said_once(analyses: &mut [Settings], datasets: &[DatasetPlan]) {
    let given = |settings: &Settings| -> Vec<String> {
        let dataset = datasets.iter().find(|dataset| dataset.id == settings.dataset);
        let all = || dataset.iter().flat_map(|dataset| &dataset.scoring).map(|spec| spec.instrument.id().to_owned()).collect();
        if settings.instruments.is_empty() { all() } else { settings.instruments.clone() }
    };
    let outcomes: Vec<(String, Vec<String>)> =
        analyses.iter().filter(|settings| settings.kind == "outcomes").map(|settings| (settings.dataset.clone(), given(settings))).collect();
    for settings in analyses.iter_mut().filter(|settings| settings.kind == "reliability") {
        settings.given = outcomes.iter().filter(|(dataset, _)| *dataset == settings.dataset).flat_map(|(_, given)| given.clone()).collect();
    }
}

fn read_text(path: &Path) -> Result<String, Error> {
    let bytes = std::fs::read(path).map_err(|error| Error::io("read", path, &error))?;
    String::from_utf8(bytes).map_err(|error| {
        let place = format!("{}: byte {}", path.display(), error.utf8_error().valid_up_to());
        let problem = Problem::new("input::encoding", format!("{} is not UTF-8 text", path.display())).at(place);
        Error::input(problem.help("save it as UTF-8, without special formatting"))
    })
}

impl Gather<'_> {
    pub(super) fn note_source(&mut self, role: &'static str, path: &Path, bytes: &[u8]) {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let source = SourceFile { role, name, sha256: sha256(bytes) };
        self.own.push(source.clone());
        self.sources.push(source);
    }

    /// A problem of the file, column or variable that the pipeline calls `word`.
    pub(super) fn fail(&mut self, word: &str, problem: Problem) {
        if problem.code.starts_with("input::") {
            self.exit = Exit::Input;
        }
        self.problems.push(self.mark.put(word, problem));
    }

    /// The text of a file beside the pipeline.
    pub(super) fn text(&mut self, role: &'static str, name: &str) -> Option<(String, String)> {
        let path = beside(self.folder, name);
        match read_text(&path) {
            Ok(text) => {
                self.note_source(role, &path, text.as_bytes());
                Some((path.display().to_string(), text))
            }
            Err(error) => {
                error.problems.into_iter().for_each(|problem| self.fail(name, problem));
                None
            }
        }
    }

    fn dataset(&mut self, spec: &DatasetSpec) -> Option<DatasetPlan> {
        self.mark = spec.mark.clone();
        self.own.clear();
        let mut codebook = self.codebook(&spec.schema)?;
        if let Some(key) = &spec.key {
            codebook.key.clone_from(key);
        }
        for field in codebook.fields.iter_mut().filter(|field| self.naming.contains(&field.name)) {
            field.identifies = true;
        }
        self.lists(spec, &mut codebook);
        let joins: Vec<Join> = spec.joins.iter().filter_map(|join| self.join(join, &mut codebook)).collect();
        let population = spec.design.population.as_ref().and_then(|population| self.registry(population));
        let scoring = self.scoring(&codebook);
        let waves: Vec<WavePlan> = spec.waves.iter().filter_map(|wave| self.wave(spec, wave, &codebook)).collect();
        if waves.iter().flat_map(|wave| &wave.crosswalk.recodes).any(|recode| !recode.dropped.is_empty()) {
            codebook.reason_code(DROPPED);
        }
        for wave in &waves {
            self.header(spec, &mut codebook, wave);
        }
        self.design(spec, &codebook, &joins);
        self.link(spec, &codebook);
        let title = spec.title.clone().unwrap_or_else(|| codebook.title.clone());
        Some(DatasetPlan {
            id: spec.id.clone(),
            title,
            noun: spec.noun.clone(),
            did: spec.did.clone(),
            sample: spec.sample.clone(),
            codebook,
            scoring,
            waves,
            joins,
            design: spec.design.clone(),
            population,
            link: spec.link.clone(),
            sources: std::mem::take(&mut self.own),
        })
    }

    /// A codebook by path, by id beside the pipeline, or built in.
    fn codebook(&mut self, schema: &str) -> Option<Codebook> {
        let is_path = Path::new(schema).extension().is_some_and(|extension| extension == "toml");
        let (path, text) = if is_path {
            self.text("schema", schema)?
        } else if let Some(text) = builtin_codebook(schema) {
            self.note_source("schema", Path::new(schema), text.as_bytes());
            (format!("{schema} (built in)"), text.to_owned())
        } else {
            self.fail(schema, unknown_codebook(schema));
            return None;
        };
        let (codebook, problems) = Codebook::parse(&path, &text);
        self.problems.extend(problems);
        Some(codebook)
    }

    fn scoring(&mut self, codebook: &Codebook) -> Vec<ScoreSpec> {
        let mut scoring = Vec::new();
        for used in &codebook.instruments {
            let wanted = score::Request {
                items: used.items.clone(),
                coding: used.coding.clone(),
                variant: used.variant.clone(),
                complete_only: used.complete_only,
                sex: used.sex.clone(),
            };
            let spec = score::instrument_beside(self.folder, &used.id).and_then(|instrument| ScoreSpec::new(instrument, &wanted));
            match spec {
                Ok(spec) => {
                    let is_number = |name: &&String| codebook.field(name).is_none_or(|field| matches!(field.kind, Kind::Integer | Kind::Number));
                    if let Some(item) = spec.items.iter().find(|name| !is_number(name)) {
                        let problem =
                            Problem::new("pipeline::not_a_number", format!("instrument `{}` is scored from numbers, and `{item}` holds none", used.id));
                        let problem =
                            problem.expected("items of type integer").help("the answers' codes are the numbers: type = \"integer\", range = [lowest, highest]");
                        self.problems.push(used.mark.put(item, problem));
                    }
                    let text = score::text_beside(self.folder, &used.id).unwrap_or_default();
                    self.own.push(SourceFile { role: "instrument", name: used.id.clone(), sha256: sha256(text.as_bytes()) });
                    scoring.push(spec);
                }
                Err(error) => self.problems.extend(error.problems.into_iter().map(|problem| used.mark.put(&used.id, problem))),
            }
        }
        scoring
    }

    fn wave(&mut self, dataset: &DatasetSpec, spec: &WaveSpec, codebook: &Codebook) -> Option<WavePlan> {
        let crosswalk = match &spec.crosswalk {
            None => Crosswalk::default(),
            Some(name) => {
                let (path, text) = self.text("crosswalk", name)?;
                let (crosswalk, problems) = Crosswalk::of_book(&path, &text, codebook);
                self.problems.extend(problems);
                crosswalk
            }
        };
        let corrections = self.corrections(dataset, spec);
        let path = beside(self.folder, &spec.file);
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let options = ReadOptions {
            reader: spec.reader.clone(),
            encoding: spec.encoding.clone(),
            delimiter: delimiter(spec.delimiter.as_deref()),
            sheet: spec.sheet.clone(),
            dictionary: spec.dictionary.as_ref().map(|name| beside(self.folder, name)),
            header_row: spec.header_row,
            short_records: spec.short_records,
        };
        if let Some(path) = &options.dictionary {
            match ingest::hash_of_file(path) {
                Ok(sha256) => {
                    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                    self.own.push(SourceFile { role: "dictionary", name, sha256 });
                }
                Err(error) => error.problems.into_iter().for_each(|problem| self.fail(spec.dictionary.as_deref().unwrap_or_default(), problem)),
            }
        }
        Some(WavePlan { id: spec.id.clone(), date: spec.date.clone(), path, name, crosswalk, corrections, options })
    }

    /// Opens a wave's file and finds every field in its header.
    fn header(&mut self, spec: &DatasetSpec, codebook: &mut Codebook, wave: &WavePlan) {
        let written = spec.waves.iter().find(|known| known.id == wave.id).map_or(wave.name.as_str(), |known| known.file.as_str());
        let reader = match ingest::open(&wave.path, &wave.options) {
            Ok(reader) => reader,
            Err(error) => {
                error.problems.into_iter().for_each(|problem| self.fail(written, problem));
                return;
            }
        };
        let origin = Origin { dataset: spec.id.clone(), wave: wave.id.clone(), file: wave.name.clone(), places: reader.places() };
        codebook.adopt(reader.described());
        let typist = Typist::new(codebook, &wave.crosswalk, reader.header(), reader.described(), origin);
        let corrected = typist.and_then(|mut typist| wave.corrections.clone().map_or(Ok(()), |list| typist.correct(list)));
        self.problems.extend(corrected.err().unwrap_or_default());
    }

    fn join(&mut self, spec: &JoinSpec, codebook: &mut Codebook) -> Option<Join> {
        if codebook.field(&spec.on).is_none() {
            self.unknown_variable("join", &spec.on, codebook.variables());
        }
        let records = self.columns("registry", &spec.file, &spec.wanted())?;
        let unknown = spec.missing.as_ref().map_or(missing::SKIPPED, |word| codebook.reason_code(word));
        spec.resolve(records, unknown).map_err(|error| error.problems.into_iter().for_each(|problem| self.fail(&spec.file, problem))).ok()
    }

    fn registry(&mut self, spec: &PopulationSpec) -> Option<Registry> {
        let mut wanted = vec![spec.unit.as_str(), spec.by.as_str()];
        wanted.extend(spec.roll.as_deref());
        let rows = self.columns("registry", &spec.file, &wanted)?;
        let units = rows.into_iter().map(|row| (row[0].clone(), (row[1].clone(), row.get(2).and_then(|roll| roll.parse().ok())))).collect();
        Some(Registry { unit: spec.unit.clone(), units })
    }

    fn link(&mut self, spec: &DatasetSpec, codebook: &Codebook) {
        for element in spec.link.iter().flat_map(|rule| link::unusable(rule, codebook)) {
            self.unknown_variable(&format!("link of `{}`", spec.id), element, codebook.variables());
        }
    }

    fn design(&mut self, spec: &DatasetSpec, codebook: &Codebook, joins: &[Join]) {
        let design = &spec.design;
        let mut known: Vec<&str> = codebook.variables().collect();
        known.extend(joins.iter().flat_map(|join| join.columns.iter().map(|column| column.name.as_str())));
        let unit = design.population.iter().map(|population| &population.unit);
        let named = unit.chain(&design.strata).chain(&design.weight).chain(&design.cluster).chain(&design.fpc);
        for name in named.filter(|name| !known.contains(&name.as_str())) {
            self.unknown_variable(&format!("design of `{}`", spec.id), name, known.iter().copied());
        }
    }
}

/// A file that a pipeline names, seen from the pipeline's folder; `..` is resolved where that changes nothing.
pub(super) fn beside(folder: &Path, name: &str) -> PathBuf {
    if name.contains("://") {
        return PathBuf::from(name);
    }
    let joined = folder.join(name);
    let mut short = PathBuf::new();
    for part in joined.components() {
        let can_shorten = matches!(short.components().next_back(), Some(Component::Normal(_)));
        if part == Component::ParentDir && can_shorten {
            short.pop();
        } else {
            short.push(part);
        }
    }
    let same = match (short.canonicalize(), joined.canonicalize()) {
        (Ok(short), Ok(joined)) => short == joined,
        (short, joined) => short.is_err() && joined.is_err(),
    };
    if same && !short.as_os_str().is_empty() { short } else { joined }
}

fn delimiter(text: Option<&str>) -> Option<u8> {
    match text? {
        "tab" | "\t" => Some(b'\t'),
        text => text.bytes().next(),
    }
}
