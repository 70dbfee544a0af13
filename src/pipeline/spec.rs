//! Pipeline text in, what the user wrote out, with every mistake at its line. Nothing is opened here.

use super::followup;
use super::join::{self, JoinSpec};
use super::link::{self, LinkSpec};
use super::outputs::{self, OutputSpec};
use super::path;
use super::series::{self, SeriesFile};
use super::voices;
use crate::analysis::{self, Settings};
use crate::config::{Mark, Source, Table};
use crate::design::LonelyPsu;
use crate::disclosure::Rules;
use crate::error::{Problem, Severity};
use crate::ingest::ShortRecords;
use crate::schema::{Declared, read_checks};

/// A pipeline as written.
#[derive(Debug, Clone, Default)]
pub(crate) struct Spec {
    pub title: String,
    pub as_of: String,
    pub reject_limit: f64,
    pub privacy: Privacy,
    pub datasets: Vec<DatasetSpec>,
    pub analyses: Vec<Settings>,
    /// The file of the series of each analysis; empty for analyses without one.
    pub series_files: Vec<SeriesFile>,
    /// Where each analysis stands.
    pub analysis_marks: Vec<Mark>,
    pub outputs: OutputSpec,
    /// File of the house style, and where the report names it.
    pub theme: Option<(String, Mark)>,
}

/// What `[privacy]` says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Privacy {
    /// Id of a policy, beside the pipeline or built in.
    pub policy: Option<String>,
    /// Rules that differ from it.
    pub rules: Rules,
    /// Folder of the last public release.
    pub previous_release: Option<String>,
    /// Fields whose values are replaced by pseudonyms.
    pub pseudonyms: Vec<String>,
    /// File of the key of the pseudonyms.
    pub pseudonym_key: Option<String>,
    /// Where it stands.
    pub mark: Mark,
}

/// A dataset: files of one kind, one a wave.
#[derive(Debug, Clone, Default)]
pub(crate) struct DatasetSpec {
    /// Where it stands.
    pub mark: Mark,
    pub id: String,
    pub title: Option<String>,
    pub schema: String,
    pub key: Option<Vec<String>>,
    /// What the rows are called in sentences, in the plural: `members`, `teams`.
    pub noun: Option<String>,
    /// What they did to be in the dataset, in a verb: `answered`, `entered a trial`.
    pub did: Option<String>,
    /// How the people came to be asked, in a sentence.
    pub sample: Option<String>,
    pub design: DesignSpec,
    pub waves: Vec<WaveSpec>,
    pub joins: Vec<JoinSpec>,
    /// Checks of this dataset besides those of its codebook.
    pub checks: Vec<Declared>,
    /// Ledger of corrections of all waves.
    pub corrections: Option<String>,
    /// How people are known again who gave a code of their own making.
    pub link: Option<LinkSpec>,
}

/// How the rows were drawn.
#[derive(Debug, Clone, Default)]
pub(crate) struct DesignSpec {
    pub weight: Option<String>,
    pub strata: Option<String>,
    pub cluster: Vec<String>,
    pub fpc: Vec<String>,
    pub lonely_psu: LonelyPsu,
    /// Number of units in the population of a simple random sample.
    pub frame: Option<f64>,
    /// The file lists everything there is: nothing was sampled.
    pub census: bool,
    pub population: Option<PopulationSpec>,
}

/// A registry that gives the size of both stages' populations.
#[derive(Debug, Clone, Default)]
pub(crate) struct PopulationSpec {
    pub file: String,
    pub unit: String,
    pub by: String,
    pub roll: Option<String>,
}

/// One file of a dataset.
#[derive(Debug, Clone, Default)]
pub(crate) struct WaveSpec {
    /// Empty for a dataset without waves.
    pub id: String,
    pub date: Option<String>,
    pub file: String,
    pub crosswalk: Option<String>,
    pub reader: Option<String>,
    pub encoding: Option<String>,
    pub delimiter: Option<String>,
    pub sheet: Option<String>,
    pub dictionary: Option<String>,
    pub header_row: Option<u64>,
    pub short_records: ShortRecords,
    /// Ledger of corrections of this file.
    pub corrections: Option<String>,
}

impl Spec {
    /// Reads a pipeline and gathers everything that is wrong with its text. `kinds` are the analyses known.
    pub(crate) fn parse(path: &str, text: &str, kinds: &[&'static str]) -> (Self, Vec<Problem>) {
        Source::new(path, text).walk(|root| read(root, kinds))
    }
}

fn read(root: &Table<'_>, kinds: &[&'static str]) -> Spec {
    let mut spec = Spec {
        title: root.required_text("title"),
        as_of: root.required_text("as_of"),
        reject_limit: root.number("reject_limit").unwrap_or(0.02),
        ..Spec::default()
    };
    if crate::frame::parse_iso(spec.as_of.as_bytes()).is_none() && root.has("as_of") {
        root.report("as_of", Problem::new("pipeline::bad_date", "`as_of` is not a date").found(spec.as_of.clone()).expected("a date such as 2024-12-31"));
    }
    if !(0.0..=1.0).contains(&spec.reject_limit) {
        let problem = Problem::new("pipeline::bad_share", "`reject_limit` is not a share").found(spec.reject_limit.to_string());
        root.report("reject_limit", problem.expected("a number from 0 to 1, such as 0.02 for 2%"));
    }
    if let Some(privacy) = root.table("privacy") {
        spec.privacy = Privacy {
            policy: privacy.text("policy"),
            rules: Rules::read(&privacy),
            previous_release: privacy.text("previous_release"),
            pseudonyms: privacy.texts("pseudonyms").unwrap_or_default(),
            pseudonym_key: privacy.text("pseudonym_key"),
            mark: privacy.mark(),
        };
        privacy.finish();
    }
    for table in root.tables("dataset") {
        spec.datasets.push(dataset(&table));
        table.finish();
    }
    for table in root.tables("analysis") {
        let (series, file) = series::settings(&table).unzip();
        let settings = analysis(&table, kinds);
        without_effect(&table, &settings.kind);
        spec.analyses.push(Settings { series, ..settings });
        spec.series_files.push(file.unwrap_or_default());
        spec.analysis_marks.push(table.mark());
        table.finish();
    }
    if let Some(report) = root.table("report") {
        spec.theme = report.text("theme").map(|file| (file, report.mark()));
        spec.outputs = outputs::spec(&report);
        report.finish();
    }
    cross_check(root, &spec);
    spec
}

fn dataset(table: &Table<'_>) -> DatasetSpec {
    let mut dataset = DatasetSpec {
        mark: table.mark(),
        id: table.required_text("id"),
        title: table.text("title"),
        schema: table.required_text("schema"),
        key: table.has("key").then(|| table.texts_or_text("key")),
        noun: table.text("noun"),
        did: table.text("did"),
        sample: table.text("sample"),
        checks: read_checks(table),
        ..DatasetSpec::default()
    };
    if let Some(inner) = table.table("design") {
        dataset.design = design(&inner);
        inner.finish();
    }
    dataset.link = table.table("link").map(|inner| {
        let spec = link::spec(&inner);
        inner.finish();
        spec
    });
    for inner in table.tables("join") {
        dataset.joins.push(join::spec(&inner));
        inner.finish();
    }
    for inner in table.tables("wave") {
        dataset.waves.push(wave(&inner, inner.required_text("id")));
        inner.finish();
    }
    if table.has("file") && !dataset.waves.is_empty() {
        let problem = Problem::new("pipeline::file_and_waves", format!("dataset `{}` has both `file` and waves", dataset.id));
        table.report("file", problem.expected("one `file`, or a [[dataset.wave]] for each wave"));
    } else if table.has("file") {
        dataset.waves.push(wave(table, String::new()));
    } else {
        dataset.corrections = table.text("corrections");
    }
    if dataset.waves.is_empty() {
        table.report(
            "id",
            Problem::new("pipeline::no_file", format!("dataset `{}` names no file", dataset.id))
                .help("add `file = \"…\"`, or a [[dataset.wave]] for each wave"),
        );
    }
    dataset
}

fn wave(table: &Table<'_>, id: String) -> WaveSpec {
    WaveSpec {
        id,
        date: table.text("date"),
        file: table.required_text("file"),
        crosswalk: table.text("crosswalk"),
        corrections: table.text("corrections"),
        reader: table.text("format"),
        encoding: table.text("encoding"),
        sheet: table.text("sheet"),
        dictionary: table.text("dictionary"),
        header_row: table.whole("header_row").map(|row| row as u64),
        short_records: table.choice("short_records", &[("refuse", ShortRecords::Refuse), ("fill", ShortRecords::Fill)]).unwrap_or_default(),
        delimiter: table.text("delimiter").filter(|text| {
            let single = text.len() == 1 || text == "tab";
            if !single {
                table
                    .report("delimiter", Problem::new("pipeline::bad_delimiter", format!("`{text}` is not one character")).expected("one character, or `tab`"));
            }
            single
        }),
    }
}

/// Words for a stratum of which only one unit was taken.
const LONELY: [(&str, LonelyPsu); 4] =
    [("fail", LonelyPsu::Fail), ("certainty", LonelyPsu::Certainty), ("adjust", LonelyPsu::Adjust), ("average", LonelyPsu::Average)];

fn design(table: &Table<'_>) -> DesignSpec {
    let population = table.table("population").map(|inner| {
        let population =
            PopulationSpec { file: inner.required_text("file"), unit: inner.required_text("unit"), by: inner.required_text("by"), roll: inner.text("roll") };
        inner.finish();
        population
    });
    DesignSpec {
        weight: table.text("weight"),
        strata: table.text("strata"),
        cluster: table.texts_or_text("cluster"),
        fpc: table.texts_or_text("fpc"),
        lonely_psu: table.choice("lonely_psu", &LONELY).unwrap_or_default(),
        frame: table.number("frame"),
        census: table.flag("census").unwrap_or(false),
        population,
    }
}

fn analysis(table: &Table<'_>, kinds: &[&'static str]) -> Settings {
    let known: Vec<(&'static str, &'static str)> = kinds.iter().map(|kind| (*kind, *kind)).collect();
    table.required("kind", table.text("kind"));
    let percent = table.choice("percent_of", &[("valid", false), ("all", true)]);
    let attended = table.table("attended").map(|inner| {
        let attended = (inner.required_text("field"), inner.required("is", inner.texts("is")));
        inner.finish();
        attended
    });
    Settings {
        id: table.required_text("id"),
        kind: table.choice("kind", &known).unwrap_or_default().to_owned(),
        dataset: table.required_text("dataset"),
        title: table.text("title"),
        question: table.text("question"),
        note: table.text("note"),
        variables: table.texts("variables").unwrap_or_default(),
        by: table.texts("by").unwrap_or_default(),
        each: table.text("each"),
        instruments: table.texts("instruments").unwrap_or_default(),
        percent_of_all: percent.unwrap_or(false),
        curve: table.text("curve"),
        seed: table.whole("seed").map(|seed| seed as u64),
        dose: if table.text("kind").as_deref() == Some("dose") { Some(table.required_text("dose")) } else { table.text("dose") },
        cuts: table.numbers("cuts").unwrap_or_default(),
        answers: table.texts("answers").unwrap_or_default(),
        center: table.text("center"),
        region: table.text("region"),
        wage: table.text("wage"),
        mixed: table.text("kind").as_deref() != Some("path") && table.choice("model", &[("mixed", true)]).unwrap_or(false),
        margin: share(table, "margin"),
        power: share(table, "power"),
        response: table.flag("response").unwrap_or(false),
        nested: table.texts("nested").unwrap_or_default(),
        start: table.text("start"),
        end: table.text("end"),
        day: table.text("day"),
        attended,
        reasons: table.text("reasons"),
        duplicate_minutes: table.number("duplicate_minutes"),
        longest_visit_hours: table.number("longest_visit_hours"),
        gap_days: table.whole("gap_days").map(|days| u32::try_from(days).unwrap_or(u32::MAX)),
        followup: followup::settings(table),
        given: Vec::new(),
        path: path::settings(table),
        quotes: voices::settings(table),
        series: None,
    }
}

/// Tells settings that only other kinds of analysis read: nothing would come of them.
fn without_effect(table: &Table<'_>, kind: &str) {
    let Some(own) = analysis::of_kind(kind) else { return };
    for (key, _) in table.written().iter().filter(|(key, _)| !own.settings().contains(&key.as_str())) {
        let readers = analysis::ALL.iter().filter(|other| other.settings().contains(&key.as_str())).map(|other| other.kind());
        let readers: Vec<&str> = readers.collect();
        if !readers.is_empty() {
            let problem = Problem::new("pipeline::no_effect", format!("`{key}` says nothing to an analysis of kind `{kind}`"));
            let help = format!("it is read by {}; take it out here, or name another kind", readers.join(", "));
            table.report(key, problem.help(help).severity(Severity::Note));
        }
    }
}

/// A number between 0 and 1, without its ends.
fn share(table: &Table<'_>, key: &'static str) -> Option<f64> {
    let share = table.number(key)?;
    if share > 0.0 && share < 1.0 {
        return Some(share);
    }
    let problem = Problem::new("pipeline::bad_share", format!("`{key}` is not a share")).found(share.to_string());
    table.report(key, problem.expected("a number between 0 and 1, such as 0.05 for 5 percentage points, or 0.8 for 80%"));
    None
}

/// Ids are unique and analyses name datasets that are there.
fn cross_check(root: &Table<'_>, spec: &Spec) {
    let ids: Vec<&str> = spec.datasets.iter().map(|dataset| dataset.id.as_str()).collect();
    for (key, names) in [("dataset", ids.clone()), ("analysis", spec.analyses.iter().map(|analysis| analysis.id.as_str()).collect())] {
        let marks: Vec<&Mark> =
            if key == "dataset" { spec.datasets.iter().map(|dataset| &dataset.mark).collect() } else { spec.analysis_marks.iter().collect() };
        for (position, name) in names.iter().enumerate().filter(|(position, name)| names[..*position].contains(*name)) {
            let problem = Problem::new("pipeline::duplicate_id", format!("{key} {} has the id `{name}` of an earlier one", position + 1));
            root.add(marks[position].put(name, problem.help("give each an id of its own")));
        }
    }
    for dataset in &spec.datasets {
        for (position, wave) in
            dataset.waves.iter().enumerate().filter(|(position, wave)| dataset.waves[..*position].iter().any(|earlier| earlier.id == wave.id))
        {
            let problem =
                Problem::new("pipeline::duplicate_id", format!("wave {} of `{}` has the id `{}` of an earlier one", position + 1, dataset.id, wave.id));
            root.add(dataset.mark.put(&wave.id, problem.help("give each wave an id of its own")));
        }
    }
    for (analysis, mark) in spec.analyses.iter().zip(&spec.analysis_marks).filter(|(analysis, _)| !ids.contains(&analysis.dataset.as_str())) {
        let mut problem = Problem::new("pipeline::unknown_dataset", format!("analysis `{}` names the dataset `{}`", analysis.id, analysis.dataset))
            .expected(crate::error::some_of(ids.iter().copied()));
        problem.help = crate::error::closest(&analysis.dataset, ids.iter().copied()).map(|near| format!("did you mean `{near}`?"));
        root.add(mark.put(&analysis.dataset, problem));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_of_another_kind_is_told() {
        let text = "title = 'T'\nas_of = '2024-12-31'\n[[dataset]]\nid = 'm'\nschema = 's'\nfile = 'f'\n[[analysis]]\nid = 'a'\nkind = 'dose'\ndataset = 'm'\ndose = 'days'\ncurve = 'years'\n";
        let (_, problems) = Spec::parse("p.toml", text, &["dose"]);
        let told: Vec<(&str, Option<&str>, Severity)> = problems.iter().map(|one| (one.code, one.place.as_deref(), one.severity)).collect();
        assert_eq!(told, [("pipeline::no_effect", Some("p.toml:12"), Severity::Note)]);
    }

    #[test]
    fn every_mistake_of_a_pipeline_is_found_at_once() {
        let text = "title = 'T'\nas_of = 'yesterday'\nreject_limt = 0.1\n[[dataset]]\nid = 'm'\nschema = 's'\n[[analysis]]\nid = 'a'\nkind = 'demografics'\ndataset = 'n'\n";
        let (_, problems) = Spec::parse("p.toml", text, &["demographics", "trend"]);
        let mut codes: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
        codes.sort_unstable();
        assert_eq!(codes, ["config::unknown_key", "config::unknown_word", "pipeline::bad_date", "pipeline::no_file", "pipeline::unknown_dataset"]);
    }
}
