//! Plan and loaded datasets in, the words of a report out: labels, order, direction, sources. No value of a person.

use std::collections::BTreeSet;

use super::codebooks;
use super::plan::{DatasetPlan, Plan, SourceFile};
use super::run::Prepared;
use crate::analysis::{Definition, Settings, iso};
use crate::design::LonelyPsu;
use crate::disclosure::ReleasedTable;
use crate::display::{
    AnalysisWords, Book, BreakWords, DatasetWords, EffectWords, FileWords, FollowupWords, InstrumentWords, MethodWords, PercentOf, SeriesWords, VariableWords,
    WaveWords,
};
use crate::methods::{Method, method};
use crate::schema::{DeriveRule, Field, Kind};
use crate::score::{Direction, Form, ScoreSpec};

/// Everything that display may say beyond released figures.
pub(super) fn book(plan: &Plan, prepared: &[Prepared<'_>], released: &ReleasedTable) -> Book {
    let mut book = Book {
        title: plan.title.clone(),
        as_of: plan.as_of_text.clone(),
        minimum_cell: plan.policy.minimum_cell,
        rounding: plan.policy.rounding,
        theme: plan.theme.named(),
        ..Book::default()
    };
    for one in prepared {
        book.datasets.push(dataset_words(one.dataset));
        book.codebooks.push(codebooks::words(one.dataset));
        book.variables.extend(variable_words(one));
        book.instruments.extend(one.dataset.scoring.iter().map(instrument_words));
        book.breaks.extend(one.subject.breaks.iter().map(|(variable, wave, reason)| BreakWords {
            variable: variable.clone(),
            wave: after(&one.subject.waves, wave),
            reason: reason.clone(),
        }));
        book.design_notes.extend(design_notes(one.dataset));
        book.quality_notes.extend(quality_notes(one));
    }
    for settings in &plan.analyses {
        book.variables.extend(reason_words(settings, prepared));
        book.variables.extend(settings.series.as_ref().map(|series| VariableWords {
            dataset: settings.dataset.clone(),
            name: settings.id.clone(),
            label: series.label.clone(),
            ..VariableWords::default()
        }));
        book.analyses.push(AnalysisWords {
            id: settings.id.clone(),
            kind: settings.kind.clone(),
            dataset: settings.dataset.clone(),
            title: settings.title.clone().unwrap_or_default(),
            question: settings.question.clone().unwrap_or_default(),
            variables: settings.variables.clone(),
            note: settings.note.clone().unwrap_or_default(),
            percent_of: if settings.percent_of_all { PercentOf::All } else { PercentOf::Valid },
            curve: settings.curve.clone().unwrap_or_default(),
            followup: followup_words(settings),
            effects: effects(settings),
            answers: settings.answers.clone(),
            series: settings.series.as_ref().map(|series| SeriesWords {
                label: series.label.clone(),
                unit: series.unit.clone(),
                source: series.source.clone(),
                url: series.url.clone(),
                beside: settings.instruments.clone(),
            }),
        });
    }
    book.regions = regions(prepared, plan);
    // A place that no released figure names is not named here either.
    let named: BTreeSet<&String> = released.rows().iter().flat_map(|row| row.groups.values()).collect();
    book.regions.retain(|region| named.contains(region));
    book.methods = methods(plan);
    book.files = files(plan, prepared);
    book.versions = vec![(env!("CARGO_PKG_NAME").to_owned(), env!("CARGO_PKG_VERSION").to_owned())];
    book
}

/// The wave after one whose file was asked otherwise: the first of the new wording.
fn after(waves: &[String], wave: &str) -> String {
    let next = waves.iter().position(|known| known == wave).and_then(|place| waves.get(place + 1));
    next.map_or_else(|| wave.to_owned(), String::clone)
}

fn followup_words(settings: &Settings) -> Option<FollowupWords> {
    let followup = settings.followup.as_ref()?;
    let policy = followup.policy.as_ref()?;
    Some(FollowupWords {
        title: policy.title.clone(),
        source: policy.source.clone(),
        opens: policy.opens.words(),
        closes: policy.closes.words(),
        floor: policy.floor,
        in_force: policy.in_force.map(|day| day.map(iso).unwrap_or_default()),
        each: settings.each.clone().unwrap_or_default(),
        moments: followup.moments.clone(),
    })
}

/// What a path model makes of its paths.
fn effects(settings: &Settings) -> Vec<EffectWords> {
    let Some(path) = &settings.path else { return Vec::new() };
    let named = |chain: Vec<usize>| chain.into_iter().filter_map(|place| path.model.variables.get(place).cloned()).collect();
    let words = |effect: &Definition| EffectWords {
        name: effect.name.clone(),
        formula: effect.text.clone(),
        along: path.model.chain(effect).map(named).unwrap_or_default(),
    };
    path.model.definitions.iter().map(words).collect()
}

fn dataset_words(dataset: &DatasetPlan) -> DatasetWords {
    let waves = dataset.waves.iter().filter(|wave| !wave.id.is_empty());
    DatasetWords {
        id: dataset.id.clone(),
        title: dataset.title.clone(),
        noun: dataset.noun.clone().unwrap_or_else(|| dataset.codebook.unit.clone()),
        did: dataset.did.clone().unwrap_or_default(),
        waves: waves.map(|wave| WaveWords { id: wave.id.clone(), date: wave.date.clone().unwrap_or_default() }).collect(),
    }
}

fn variable_words(one: &Prepared<'_>) -> Vec<VariableWords> {
    let book = &one.dataset.codebook;
    let declared = |name: &&str| !one.dataset.takes_levels_from_data(name);
    let levels =
        |name: &str| Some(name).filter(declared).and_then(|name| one.loaded.frame.levels.get(name)).map(|levels| levels.names().to_vec()).unwrap_or_default();
    let mut words: Vec<VariableWords> = book.fields.iter().map(|field| field_words(&one.dataset.id, field)).collect();
    for derive in &book.derives {
        let ordered = matches!(derive.rule, DeriveRule::Bands { .. } | DeriveRule::Due { .. });
        words.push(VariableWords {
            dataset: one.dataset.id.clone(),
            name: derive.name.clone(),
            label: derive.label.clone(),
            levels: levels(&derive.name),
            ordered,
            ..VariableWords::default()
        });
    }
    for column in one.dataset.joins.iter().flat_map(|join| &join.columns) {
        words.push(VariableWords {
            dataset: one.dataset.id.clone(),
            name: column.name.clone(),
            label: column.label.clone().unwrap_or_else(|| sentence_case(&column.name)),
            levels: levels(&column.name),
            ordered: !column.levels.is_empty(),
            phrase: column.phrase.clone().unwrap_or_default(),
            ..VariableWords::default()
        });
    }
    words
}

/// The figures on reasons of visits not held have the levels of the column that the reasons come from.
fn reason_words(settings: &Settings, prepared: &[Prepared<'_>]) -> Option<VariableWords> {
    let one = prepared.iter().find(|one| one.dataset.id == settings.dataset)?;
    let words = field_words(&settings.dataset, one.dataset.codebook.field(settings.reasons.as_ref()?)?);
    Some(VariableWords { name: "missed_reason".to_owned(), multi: false, ..words })
}

/// `center_name` as a label.
fn sentence_case(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn field_words(dataset: &str, field: &Field) -> VariableWords {
    let (levels, ordered, multi) = match &field.kind {
        Kind::Category { levels, ordered } => (levels.as_slice(), *ordered, false),
        Kind::Split { levels, .. } | Kind::Checkboxes { options: levels } => (levels.as_slice(), false, true),
        _ => (&[][..], false, false),
    };
    VariableWords {
        dataset: dataset.to_owned(),
        name: field.name.clone(),
        label: field.label.clone(),
        question: field.question.clone().unwrap_or_default(),
        levels: levels.iter().map(|level| level.label.clone()).collect(),
        ordered,
        multi,
        unit_words: field.unit.clone().unwrap_or_default(),
        phrase: field.phrase.clone().unwrap_or_default(),
        range: field.closed_range(),
        goal: field.goal,
    }
}

fn instrument_words(spec: &ScoreSpec) -> InstrumentWords {
    let instrument = &spec.instrument;
    let outputs = spec.outputs();
    let first = outputs.first();
    let range = |form: Form| first.and_then(|output| output.forms.iter().find(|(_, known, _)| *known == form).map(|(_, _, range)| *range));
    let labels = |item: usize| instrument.items.get(item).map(|item| item.label.clone()).unwrap_or_default();
    InstrumentWords {
        id: instrument.id.clone(),
        title: format!("{} ({})", instrument.name, instrument.abbreviation),
        construct: instrument.construct.clone(),
        headline: first.and_then(|output| output.forms.first()).map(|(_, form, _)| form.word().to_owned()).unwrap_or_default(),
        mean_range: range(Form::Mean),
        sum_range: range(Form::Sum),
        higher_better: Some(instrument.direction == Direction::HigherBetter),
        items: spec.items.iter().zip(instrument.scored_items()).map(|(column, item)| (column.clone(), labels(item))).collect(),
        answers: instrument.labels.iter().map(|(_, label)| label.clone()).collect(),
        bands: first.and_then(|output| output.band.clone()).map(|(_, labels)| labels).unwrap_or_default(),
        source: instrument.citation.clone(),
    }
}

fn design_notes(dataset: &DatasetPlan) -> Vec<String> {
    let mut notes: Vec<String> = dataset.sample.iter().map(|sample| format!("{}: {sample}", dataset.title)).collect();
    notes.extend(declared_design(dataset).map(|design| format!("{}: {design}", dataset.title)));
    if let Some(population) = &dataset.design.population {
        notes.push(format!(
            "{}: units are drawn within {} and people within their unit, with finite population corrections from the registry. Where every unit answered, that stage is a census and the uncertainty is that of the people within units.",
            dataset.title, population.by
        ));
    }
    if let Some(frame) = dataset.design.frame {
        notes.push(format!(
            "{}: answers stand for all {frame} {}, as if those that answered had been drawn at random; totals carry the finite population correction.",
            dataset.title, dataset.codebook.unit
        ));
    }
    notes
}

/// Weights, strata and units that the file itself carries.
fn declared_design(dataset: &DatasetPlan) -> Option<String> {
    let design = &dataset.design;
    let weight = design.weight.as_ref()?;
    let label =
        |name: &String| dataset.codebook.field(name).map_or_else(|| name.clone(), |field| format!("{} ({})", field.label.to_lowercase(), field.columns[0]));
    let mut text = format!("figures are weighted by the {}", label(weight));
    for (what, name) in design.strata.iter().map(|name| ("strata", name)).chain(design.cluster.iter().map(|name| ("sampling units", name))) {
        text.extend(["; ", what, ": ", &label(name)]);
    }
    text.push_str(match design.lonely_psu {
        LonelyPsu::Fail => "",
        LonelyPsu::Certainty => "; a stratum with a single unit adds no variance",
        LonelyPsu::Adjust => "; where a stratum has a single unit, that unit is compared with the mean of all units",
        LonelyPsu::Average => "; a stratum with a single unit gets the mean variance of the others",
    });
    text.push('.');
    Some(text)
}

fn quality_notes(one: &Prepared<'_>) -> Vec<String> {
    let notes = one
        .loaded
        .notes
        .iter()
        .map(|(wave, note)| if wave.is_empty() { format!("{}: {note}.", one.dataset.title) } else { format!("{}, {wave}: {note}.", one.dataset.title) });
    // How many answered an item on self-harm is for those who can help, whatever their number; of people with several rows a note tells.
    let findings = one
        .loaded
        .findings
        .iter()
        .filter(|finding| finding.code != "score::safety_item" && finding.code != "wave::repeated_person")
        .map(|finding| format!("{}: {}.", one.dataset.title, finding.message));
    // What every wave has in common is said once.
    let mut said: Vec<String> = Vec::new();
    for note in notes.chain(findings) {
        if !said.contains(&note) {
            said.push(note);
        }
    }
    said
}

/// Regions in the order of the registry.
fn regions(prepared: &[Prepared<'_>], plan: &Plan) -> Vec<String> {
    let columns: BTreeSet<&str> = plan.analyses.iter().filter_map(|settings| settings.region.as_deref()).chain(["region"]).collect();
    let levels = prepared.iter().flat_map(|one| columns.iter().filter_map(|column| one.loaded.frame.levels.get(*column)));
    levels.max_by_key(|levels| levels.len()).map(|levels| levels.names().to_vec()).unwrap_or_default()
}

/// Every method that the analyses of the plan use, with its source.
fn methods(plan: &Plan) -> Vec<MethodWords> {
    let uses = |kind: &str| plan.analyses.iter().any(|settings| settings.kind == kind);
    let waves = plan.datasets.iter().any(|dataset| dataset.waves.len() > 1);
    let all = [
        ("share", true),
        ("mean", true),
        ("unstable", true),
        ("small-cells", true),
        ("alpha", uses("outcomes") || uses("reliability")),
        ("omega", uses("reliability")),
        ("items", uses("reliability")),
        ("item-drift", uses("reliability") && waves),
        ("reliable-change", uses("outcomes") && waves),
        ("curve", plan.analyses.iter().any(|settings| settings.curve.is_some())),
        ("change", uses("trend")),
        ("wage-bands", uses("workforce")),
        ("retention", uses("attendance")),
        ("followup-rate", uses("followup")),
        ("paired-shares", uses("followup")),
        ("rate-of-change", uses("followup")),
        ("standardized-difference", uses("followup")),
        ("weighted-shares", plan.analyses.iter().any(|settings| settings.followup.as_ref().is_some_and(|followup| !followup.lost_by.is_empty()))),
        ("imputed-shares", plan.analyses.iter().any(|settings| settings.followup.as_ref().is_some_and(|followup| followup.impute > 0))),
        ("bounds", uses("followup")),
        ("path", uses("path")),
        ("published", uses("context")),
        ("themes", uses("themes")),
    ];
    let words = |method: &Method| MethodWords { name: method.name.to_owned(), how: method.how.to_owned(), source: method.source.to_owned() };
    all.into_iter().filter(|(_, used)| *used).filter_map(|(id, _)| method(id)).map(words).collect()
}

fn files(plan: &Plan, prepared: &[Prepared<'_>]) -> Vec<FileWords> {
    let words = |source: &SourceFile, what: String| FileWords { name: source.name.clone(), sha256: source.sha256.clone(), what };
    let mut files: Vec<FileWords> = Vec::new();
    for one in prepared {
        for (source, wave) in one.loaded.sources.iter().zip(&one.dataset.waves) {
            files.push(words(source, if wave.id.is_empty() { one.dataset.title.clone() } else { format!("{}, wave {}", one.dataset.title, wave.id) }));
        }
    }
    files.extend(plan.sources.iter().map(|source| words(source, sentence_case(source.role))));
    files.dedup();
    files
}
