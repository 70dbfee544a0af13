//! Dataset plan in, what analyses may know about it out: variables, scored instruments, design.

use std::collections::BTreeMap;

use super::norms::norms;
use super::personal::from_data;
use super::plan::{DatasetPlan, Plan};
use crate::analysis::{Scored, ScoredScale, Shape, Subject, Transitions, Variable};
use crate::design::Design;
use crate::disclosure::{Moved, Part, Regrouped, Split, Structure};
use crate::frame::missing;
use crate::results::Unit;
use crate::schema::{DeriveRule, Field, Kind};
use crate::score::{Direction, Scale, ScoreSpec};

/// Column names that the design adds to a frame.
pub(super) const WEIGHT: &str = "design_weight";
pub(super) const STAGES: [&str; 2] = ["design_fpc_1", "design_fpc_2"];

/// What analyses may know about a dataset.
pub(super) fn subject(plan: &Plan, dataset: &DatasetPlan) -> Subject {
    let book = &dataset.codebook;
    let reasons: Vec<(u8, String)> = (missing::NOT_ASKED..missing::DECLARED.saturating_add(u8::try_from(book.reasons.len()).unwrap_or(u8::MAX)))
        .map(|code| (code, book.reason(code).replace('_', " ")))
        .collect();
    let mut variables = BTreeMap::new();
    for field in &book.fields {
        let unit = field.unit.as_deref().and_then(Unit::from_word).unwrap_or(Unit::None);
        variables.insert(
            field.name.clone(),
            Variable { shape: shape(field), unit, goal: field.goal, workers: field.workers.clone(), bands: bands(field), reasons: reasons.clone() },
        );
    }
    let mut add = |name: &String, shape: Shape, unit: Unit| {
        variables.insert(name.clone(), Variable { shape, unit, goal: None, workers: None, bands: Vec::new(), reasons: reasons.clone() });
    };
    for derive in &book.derives {
        let is_share = matches!(derive.rule, DeriveRule::Share { .. });
        let (shape, unit) = if is_share { (Shape::Number, Unit::Percent) } else { (Shape::Level, Unit::None) };
        add(&derive.name, shape, unit);
    }
    dataset.joins.iter().flat_map(|join| &join.columns).for_each(|column| add(&column.name, Shape::Level, Unit::None));
    Subject {
        dataset: dataset.id.clone(),
        unit: Unit::from_word(&book.unit).unwrap_or(Unit::People),
        public_unit: book.public_unit,
        person: dataset.person(),
        waves: dataset.waves.iter().map(|wave| wave.id.clone()).filter(|id| !id.is_empty()).collect(),
        variables,
        instruments: dataset.scoring.iter().map(scored).collect(),
        population: dataset.design.frame,
        breaks: breaks(dataset),
        as_of: plan.as_of,
        design: design(dataset),
        minimum_cell: plan.policy.minimum_cell,
        show_zero: plan.policy.show_zero,
        protect_missing: plan.policy.protect_missing,
    }
}

fn bands(field: &Field) -> Vec<(String, (f64, f64))> {
    match &field.kind {
        Kind::Category { levels, .. } => levels.iter().filter_map(|level| level.band.map(|band| (level.label.clone(), band))).collect(),
        _ => Vec::new(),
    }
}

fn shape(field: &Field) -> Shape {
    match field.kind {
        Kind::Integer | Kind::Number => Shape::Number,
        Kind::Category { .. } | Kind::Id => Shape::Level,
        Kind::Split { .. } | Kind::Checkboxes { .. } => Shape::Flags,
        Kind::Text | Kind::Date | Kind::Datetime => Shape::Other,
    }
}

fn scored(spec: &ScoreSpec) -> Scored {
    let instrument = &spec.instrument;
    let reliability =
        instrument.reliability.iter().find(|known| known.name.contains("alpha")).and_then(|known| Some((known.value.parse().ok()?, known.source.clone())));
    let scales = spec.outputs().into_iter().zip(&instrument.scales).map(|(output, scale)| ScoredScale {
        norms: norms(instrument, &output),
        bands: if output.band.is_some() { ordered(scale) } else { Vec::new() },
        own_bands: if output.band.is_some() { own(scale) } else { Vec::new() },
        scores: output.forms.iter().map(|(column, _, _)| column.clone()).collect(),
        has_bands: output.band.is_some(),
        items: output.items,
        answers: output.answers,
        higher_better: output.direction == Direction::HigherBetter,
        reliability: reliability.clone(),
        name: output.stem,
    });
    Scored {
        id: instrument.id.clone(),
        items: spec.items.clone(),
        coding: (spec.coding.first, spec.coding.last),
        answers: instrument.labels.iter().map(|(_, label)| label.clone()).collect(),
        scales: scales.collect(),
    }
}

/// Bands of a scale from the lowest to the highest; where they differ by group, the names that all groups share.
fn ordered(scale: &Scale) -> Vec<(String, f64)> {
    if scale.bands.iter().any(|band| !band.group.is_empty()) {
        let Some((names, places)) = scale.shared_bands() else { return Vec::new() };
        let begins = |place: usize| places.iter().filter(|(_, own)| *own == place).map(|(band, _)| band.from).fold(f64::INFINITY, f64::min);
        return names.into_iter().enumerate().map(|(place, name)| (name.to_owned(), begins(place))).collect();
    }
    let mut ordered: Vec<(String, f64)> = scale.bands.iter().map(|band| (band.label.clone(), band.from)).collect();
    ordered.sort_by(|a, b| a.1.total_cmp(&b.1));
    ordered
}

/// Each band of a group, its place among the shared ones and its group.
fn own(scale: &Scale) -> Vec<(String, usize, String)> {
    let places = scale.shared_bands().map(|(_, places)| places).unwrap_or_default();
    places.into_iter().map(|(band, place)| (band.label.clone(), place, band.group.clone())).collect()
}

/// Breaks of each wave: of what its crosswalk names and of every score that is made of it.
fn breaks(dataset: &DatasetPlan) -> Vec<(String, String, String)> {
    let instruments: Vec<Scored> = dataset.scoring.iter().map(scored).collect();
    let mut found = Vec::new();
    for wave in &dataset.waves {
        for broken in &wave.crosswalk.breaks {
            for name in std::iter::once(broken.field.clone()).chain(made_of(&instruments, &broken.field)) {
                let one = (name, wave.id.clone(), broken.reason.clone());
                if !found.contains(&one) {
                    found.push(one);
                }
            }
        }
    }
    found
}

/// The scores that break with a field: those of scales that it is an item of, that it names or that it is a form of.
fn made_of(instruments: &[Scored], field: &str) -> Vec<String> {
    let is_of = |scored: &Scored, scale: &ScoredScale| {
        let form = scale.scores.iter().any(|score| score == field) || field == format!("{}_band", scale.name);
        form || scored.id == field || scale.name == field || scale.items.iter().any(|item| item == field)
    };
    let of = |scored: &Scored| -> Vec<String> {
        let broken = scored.scales.iter().filter(|scale| is_of(scored, scale));
        broken.flat_map(|scale| scale.scores.iter().cloned().chain([scale.name.clone()])).collect()
    };
    instruments.iter().flat_map(of).collect()
}

/// The design as the estimation engine reads it.
pub(super) fn design(dataset: &DatasetPlan) -> Design {
    let spec = &dataset.design;
    let weighted = spec.population.is_some() || spec.frame.is_some() || spec.census;
    let staged = spec.population.as_ref().map_or(1, |population| 1 + usize::from(population.roll.is_some()));
    Design {
        weight: spec.weight.clone().or_else(|| weighted.then(|| WEIGHT.to_owned())),
        strata: spec.strata.clone(),
        clusters: spec.cluster.clone(),
        fpc: if weighted { STAGES[..staged].iter().map(|stage| (*stage).to_owned()).collect() } else { spec.fpc.clone() },
        lonely_psu: spec.lonely_psu,
        person: dataset.person(),
        wave: dataset.waves.iter().any(|wave| !wave.id.is_empty()).then(|| "wave".to_owned()),
        ..Design::default()
    }
}

/// How groups lie within each other, which variables are made of others and what people can be several times.
pub(super) fn structure(plan: &Plan) -> Structure {
    let mut structure = Structure { from_data: from_data(plan), ..Structure::default() };
    for dataset in &plan.datasets {
        let id = &dataset.id;
        for join in &dataset.joins {
            structure.nested.extend(join.nestings(id));
        }
        for field in dataset.codebook.fields.iter().filter(|field| shape(field) == Shape::Flags) {
            structure.several.insert((id.clone(), field.name.clone()));
        }
        for scale in dataset.scoring.iter().flat_map(|spec| scored(spec).scales) {
            let Some(moves) = Transitions::of(&scale) else { continue };
            if let Some((from, map)) = moves.shared() {
                structure.regrouped.push(Regrouped { dataset: id.clone(), from, into: moves.band(), map });
            }
            structure.moved.push(Moved { dataset: id.clone(), change: moves.change(), of: moves.band(), pairs: moves.pairs() });
            let crossed =
                (1..scale.bands.len()).map(|cut| Regrouped { dataset: id.clone(), from: moves.change(), into: moves.crossing(cut), map: moves.crossed(cut) });
            structure.regrouped.extend(crossed);
        }
        for derive in &dataset.codebook.derives {
            let (dataset, into) = (id.clone(), derive.name.clone());
            match &derive.rule {
                DeriveRule::Rollup { from, several } => structure.parts.push(Part { dataset, whole: from.clone(), some: into, several: several.clone() }),
                DeriveRule::Regroup { from, map } => {
                    structure.regrouped.push(Regrouped { dataset, from: from.clone(), into, map: map.iter().cloned().collect() });
                }
                _ => {}
            }
        }
    }
    // Somebody can raise several themes.
    for analysis in plan.analyses.iter().filter(|analysis| analysis.kind == "themes") {
        structure.several.extend(analysis.variables.iter().map(|code| (analysis.dataset.clone(), code.clone())));
    }
    for analysis in plan.analyses.iter().filter(|analysis| analysis.kind == "attendance") {
        // Everyone who comes in a month is new or has come before, and is new in one month only.
        let counts = vec!["new_people".to_owned(), "returning_people".to_owned()];
        structure.split.push(Split { dataset: analysis.dataset.clone(), counts, once: Some(("new_people".to_owned(), "month".to_owned())) });
    }
    structure
}
