//! What display may know besides released rows: words, order, direction and sources. No number of a person.
//!
//! The pipeline fills a `Book` from codebooks, instruments and its own file; `display` and `report`
//! read it. It carries no path and no value of the data, and lies beside released figures as `book.json`,
//! so that their charts can be drawn again.

use serde::{Deserialize, Serialize};

/// Everything that display may say beyond released figures.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Book {
    /// Title of the report.
    pub(crate) title: String,
    /// The only date that a run knows, `2024-12-31`.
    pub(crate) as_of: String,
    /// Period in words, such as `2022 to 2024`; made from the waves when empty.
    pub(crate) period: String,
    /// People that must stand behind a published cell.
    pub(crate) minimum_cell: u64,
    /// The multiple to which counts of people are rounded.
    pub(crate) rounding: Option<u64>,
    /// Datasets in pipeline order.
    pub(crate) datasets: Vec<DatasetWords>,
    /// Analyses in pipeline order.
    pub(crate) analyses: Vec<AnalysisWords>,
    /// Variables of all datasets, in codebook order; derived ones included.
    pub(crate) variables: Vec<VariableWords>,
    /// Instruments that the pipeline scores.
    pub(crate) instruments: Vec<InstrumentWords>,
    /// Regions in geographic order; others follow by name.
    pub(crate) regions: Vec<String>,
    /// Questions that changed, so that the trend breaks.
    pub(crate) breaks: Vec<BreakWords>,
    /// Methods used, with the source of the formula.
    pub(crate) methods: Vec<MethodWords>,
    /// What a reader must know about the design: census stages, opt-in line, dropped corrections.
    pub(crate) design_notes: Vec<String>,
    /// Drift and rejects in words.
    pub(crate) quality_notes: Vec<String>,
    /// Input files.
    pub(crate) files: Vec<FileWords>,
    /// Program, schema and instrument versions: name and version.
    pub(crate) versions: Vec<(String, String)>,
    /// Colours of the house: role, light and dark value; those of the program for the roles that are not named.
    pub(crate) theme: Vec<(String, String, String)>,
    /// What the fields of each dataset mean, as declared.
    pub(crate) codebooks: Vec<CodebookWords>,
}

/// The codebook of one dataset, in words.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct CodebookWords {
    /// Title of the dataset.
    pub(crate) title: String,
    /// Fields in order, derived ones last.
    pub(crate) fields: Vec<FieldWords>,
}

/// One field of a codebook.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct FieldWords {
    /// Name in the rows.
    pub(crate) name: String,
    /// What it holds.
    pub(crate) label: String,
    /// The question as it was asked.
    pub(crate) question: String,
    /// `one answer`, `whole number`, `date`.
    pub(crate) kind: String,
    /// Unit and range in words: `hours, 0 to 80`.
    pub(crate) range: String,
    /// Codes and what they mean.
    pub(crate) levels: Vec<(String, String)>,
    /// Codes that mean that there is no answer, and why.
    pub(crate) missing: Vec<(String, String)>,
}

/// One dataset.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct DatasetWords {
    /// Id from the pipeline.
    pub(crate) id: String,
    /// Title from the codebook.
    pub(crate) title: String,
    /// What one row is, in the plural, for sentences: `members`, `teams`, `recovery coaches`, `people`.
    pub(crate) noun: String,
    /// What they did to be in the dataset: `answered` when empty.
    pub(crate) did: String,
    /// Waves in time order; empty when the dataset has none.
    pub(crate) waves: Vec<WaveWords>,
}

/// One wave of a dataset.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct WaveWords {
    /// Id in the rows.
    pub(crate) id: String,
    /// Date for the time axis, `2024-05-15`; the middle of the year when the id is one and this is empty.
    pub(crate) date: String,
}

/// One analysis of the pipeline.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct AnalysisWords {
    /// Id in the rows.
    pub(crate) id: String,
    /// Kind: `demographics outcomes trend workforce attendance …`.
    pub(crate) kind: String,
    /// Dataset id.
    pub(crate) dataset: String,
    /// Title from the pipeline.
    pub(crate) title: String,
    /// The reader's question that it answers; built-in ones serve when empty. Analyses with one question share a section.
    pub(crate) question: String,
    /// Variables in the order of the pipeline.
    pub(crate) variables: Vec<String>,
    /// What shares are of.
    pub(crate) percent_of: PercentOf,
    /// What a reader must know before comparing figures; printed below the section's text.
    pub(crate) note: String,
    /// Number over which scores are drawn; empty where there is none.
    pub(crate) curve: String,
    /// The rule of a follow-up analysis.
    pub(crate) followup: Option<FollowupWords>,
    /// Figures that a path model makes of paths.
    pub(crate) effects: Vec<EffectWords>,
    /// Instruments whose single answers are shown, in the order of the pipeline.
    pub(crate) answers: Vec<String>,
    /// The public series that a context analysis shows.
    pub(crate) series: Option<SeriesWords>,
}

/// A public series.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct SeriesWords {
    /// What it counts: `Opioid-related overdose deaths in Massachusetts`.
    pub(crate) label: String,
    /// `people`, or what a figure is in.
    pub(crate) unit: String,
    /// Who published it.
    pub(crate) source: String,
    /// Where it can be found.
    pub(crate) url: String,
    /// Instruments whose means stand beside it.
    pub(crate) beside: Vec<String>,
}

/// A figure that a path model makes of paths.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct EffectWords {
    /// Its name in the model.
    pub(crate) name: String,
    /// How it is made of labels: `a*b`.
    pub(crate) formula: String,
    /// The variables along its paths, from the first to the last; empty where it is no product of paths that follow each other.
    pub(crate) along: Vec<String>,
}

/// By which rule follow-up interviews count.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct FollowupWords {
    /// What the policy is called.
    pub(crate) title: String,
    /// Where it is published.
    pub(crate) source: String,
    /// From the intake to the first and the last day of the window: `5 months`.
    pub(crate) opens: String,
    /// The same of the last day.
    pub(crate) closes: String,
    /// The least share interviewed in the window.
    pub(crate) floor: Option<f64>,
    /// First and last day on which the policy is in force; empty for none.
    pub(crate) in_force: [String; 2],
    /// Group that tells the two interviews apart, and its levels.
    pub(crate) each: String,
    /// The intake and the follow-up.
    pub(crate) moments: [String; 2],
}

/// Base of shares.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum PercentOf {
    /// People with a valid answer.
    #[default]
    Valid,
    /// Everybody, missing answers included.
    All,
}

/// One variable.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct VariableWords {
    /// Dataset id; empty for any dataset.
    pub(crate) dataset: String,
    /// Name in the rows.
    pub(crate) name: String,
    /// Label from the codebook.
    pub(crate) label: String,
    /// Question as it was asked.
    pub(crate) question: String,
    /// Levels in the order of the codebook; empty for numbers.
    pub(crate) levels: Vec<String>,
    /// Whether the order of the levels means something (ordinal, bands).
    pub(crate) ordered: bool,
    /// Whether people could choose several answers.
    pub(crate) multi: bool,
    /// Words after the number in a sentence: `years`, `hours`; empty when the row's unit says it.
    pub(crate) unit_words: String,
    /// Predicate with `{level}`, such as `were {level}`; built-in phrases serve when empty.
    pub(crate) phrase: String,
    /// Lowest and highest possible value.
    pub(crate) range: Option<(f64, f64)>,
    /// Goal of a number variable with `<name>_met` rows.
    pub(crate) goal: Option<f64>,
}

/// One instrument.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct InstrumentWords {
    /// Id; rows use `<id>`, `<id>_sum`, `<id>_mean`, `<id>_band` and so on.
    pub(crate) id: String,
    /// Full name: `Brief Assessment of Recovery Capital (BARC-10)`.
    pub(crate) title: String,
    /// What it measures, in the words of a sentence: `recovery capital`.
    pub(crate) construct: String,
    /// The form that leads: `mean` or `sum`.
    pub(crate) headline: String,
    /// Range of the item-mean form.
    pub(crate) mean_range: Option<(f64, f64)>,
    /// Range of the sum form.
    pub(crate) sum_range: Option<(f64, f64)>,
    /// Whether higher is better; `None` when neither.
    pub(crate) higher_better: Option<bool>,
    /// Item fields in order, with their short wording.
    pub(crate) items: Vec<(String, String)>,
    /// Answer labels in order, lowest first; the levels of the item rows.
    pub(crate) answers: Vec<String>,
    /// Band labels, lowest first.
    pub(crate) bands: Vec<String>,
    /// Where it comes from.
    pub(crate) source: String,
}

/// A question that changed between waves.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct BreakWords {
    /// Variable.
    pub(crate) variable: String,
    /// First wave of the new wording.
    pub(crate) wave: String,
    /// Why.
    pub(crate) reason: String,
}

/// A method with its source.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct MethodWords {
    /// What it is: `Share with a logit interval`.
    pub(crate) name: String,
    /// One sentence on how it works and what it assumes.
    pub(crate) how: String,
    /// Citation of the formula.
    pub(crate) source: String,
}

/// An input file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct FileWords {
    /// File name without a folder.
    pub(crate) name: String,
    /// SHA-256 in hexadecimal.
    pub(crate) sha256: String,
    /// What it is: `Member survey, wave 2024`.
    pub(crate) what: String,
}

impl Book {
    pub(crate) fn dataset(&self, id: &str) -> Option<&DatasetWords> {
        self.datasets.iter().find(|dataset| dataset.id == id)
    }

    pub(crate) fn analysis(&self, id: &str) -> Option<&AnalysisWords> {
        self.analyses.iter().find(|analysis| analysis.id == id)
    }

    pub(crate) fn variable(&self, dataset: &str, name: &str) -> Option<&VariableWords> {
        let of = |wanted: &str| self.variables.iter().find(|variable| variable.name == name && variable.dataset == wanted);
        of(dataset).or_else(|| of(""))
    }

    /// The instrument that a variable belongs to, with what follows its id (`mean`, `band`, or nothing); the longest id wins.
    pub(crate) fn instrument<'a>(&self, variable: &'a str) -> Option<(&InstrumentWords, &'a str)> {
        let rest = |id: &str| variable.strip_prefix(id).and_then(|rest| if rest.is_empty() { Some("") } else { rest.strip_prefix('_') });
        let found = self.instruments.iter().filter_map(|instrument| rest(&instrument.id).map(|rest| (instrument, rest)));
        found.max_by_key(|(instrument, _)| instrument.id.len())
    }

    /// Waves of a dataset in time order.
    pub(crate) fn waves(&self, dataset: &str) -> Vec<String> {
        self.dataset(dataset).map(|dataset| dataset.waves.iter().map(|wave| wave.id.clone()).collect()).unwrap_or_default()
    }

    /// What the people of a dataset did to be in it: `answered`.
    pub(crate) fn did(&self, dataset: &str) -> &str {
        self.dataset(dataset).map(|words| words.did.as_str()).filter(|did| !did.is_empty()).unwrap_or("answered")
    }

    /// The noun of a dataset: `members`, or `people` when nothing better is known.
    pub(crate) fn noun(&self, dataset: &str) -> &str {
        match self.dataset(dataset) {
            Some(words) if !words.noun.is_empty() => &words.noun,
            _ => "people",
        }
    }
}
