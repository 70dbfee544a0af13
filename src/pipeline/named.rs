//! What an analysis names in, whether it is there and can be used so out.

use super::plan::{DatasetPlan, Gather};
use crate::analysis::{self, Settings};
use crate::error::{Problem, closest, some_of};
use crate::score::ScoreSpec;

/// The names that stand in a list again.
fn twice(names: &[String]) -> impl Iterator<Item = &String> {
    names.iter().enumerate().filter(|(place, name)| names[..*place].contains(name)).map(|(_, name)| name)
}

impl Gather<'_> {
    /// The variables of an analysis must exist.
    pub(super) fn analysis(&mut self, settings: &Settings, dataset: &DatasetPlan) {
        let Some(analysis) = analysis::of_kind(&settings.kind) else { return };
        let mut known: Vec<String> = dataset.codebook.variables().map(str::to_owned).collect();
        known.extend(dataset.joins.iter().flat_map(|join| join.columns.iter().map(|column| column.name.clone())));
        known.extend(dataset.scoring.iter().flat_map(ScoreSpec::outputs).flat_map(|output| {
            output
                .forms
                .into_iter()
                .map(|(column, _, _)| column)
                .chain(output.band.map(|(column, _)| column))
                .chain(output.cuts.into_iter().map(|(column, _)| column))
        }));
        known.push("wave".to_owned());
        let mut needed = analysis.needs(settings);
        needed.extend(settings.variables.iter().chain(&settings.by).chain(&settings.each).chain(&settings.center).chain(&settings.region).cloned());
        let place = format!("analysis `{}`", settings.id);
        for name in needed.iter().filter(|name| !known.contains(name)) {
            self.unknown_variable(&place, name, known.iter().map(String::as_str));
        }
        for name in twice(&settings.variables).chain(twice(&settings.by)) {
            let problem = Problem::new("pipeline::named_twice", format!("{place} names `{name}` twice"));
            self.fail(name, problem.help("take one of them out"));
        }
        let unit = dataset.codebook.unit.as_str();
        let has_waves = dataset.waves.iter().any(|wave| !wave.id.is_empty());
        let taken = [(unit, format!("the number of {unit}")), ("wave", "the wave of each row".to_owned())];
        for (name, what) in taken.iter().filter(|(name, _)| settings.variables.iter().any(|own| own == name) && (*name != "wave" || has_waves)) {
            let problem = Problem::new("pipeline::reserved_name", format!("{place} names the field `{name}`, and so is called {what}"));
            self.fail(name, problem.help(format!("give the field another name in the codebook, with `column = \"{name}\"`")));
        }
        self.are_numbers(&place, settings.dose.iter().chain(&settings.curve), dataset);
        if settings.kind == "trend" && dataset.waves.iter().all(|wave| wave.id.is_empty()) {
            let problem = Problem::new("pipeline::no_waves", format!("{place} asks what changed between waves, and `{}` has none", dataset.id));
            self.fail(&settings.dataset, problem.expected("a [[dataset.wave]] for each wave"));
        }
        if settings.mixed && (dataset.person().is_none() || dataset.waves.len() < 2) {
            let problem = Problem::new("pipeline::model_of_waves", format!("{place} asks for a mixed model, and `{}` has nobody seen twice", dataset.id));
            self.fail("mixed", problem.expected("two waves or more, and `person` in the codebook or `[dataset.link]`"));
        }
        // What a field holds is not known where its codebook could not be read.
        if !self.problems.iter().any(|problem| problem.code.starts_with("config::") || problem.code.starts_with("schema::")) {
            self.personal(settings, &dataset.codebook);
        }
        if let Some((field, is)) = &settings.attended {
            self.levels_exist(&place, field, is, dataset);
        }
        let scored: Vec<&str> = dataset.scoring.iter().map(|spec| spec.instrument.id()).collect();
        for name in settings.instruments.iter().chain(&settings.answers).filter(|name| !scored.contains(&name.as_str())) {
            self.unknown_variable(&place, name, scored.iter().copied());
        }
    }

    /// Levels that an analysis names must be levels of their field.
    pub(super) fn levels_exist(&mut self, place: &str, field: &str, named: &[String], dataset: &DatasetPlan) {
        let known = dataset.codebook.levels_of(field);
        for level in named.iter().filter(|level| !known.is_empty() && !known.contains(&level.as_str())) {
            let mut problem = Problem::new("pipeline::unknown_level", format!("{place} names the level `{level}`, which `{field}` does not have"))
                .expected(some_of(known.iter().copied()));
            problem.help = closest(level, known.iter().copied()).map(|near| format!("did you mean `{near}`?"));
            self.fail(level, problem);
        }
    }

    pub(super) fn unknown_variable<'b>(&mut self, place: &str, name: &str, known: impl Iterator<Item = &'b str>) {
        let known: Vec<&str> = known.collect();
        let mut problem =
            Problem::new("pipeline::unknown_variable", format!("{place} names `{name}`, which is not there")).expected(some_of(known.iter().copied()));
        problem.help = closest(name, known).map(|near| format!("did you mean `{near}`?"));
        self.fail(name, problem);
    }
}
