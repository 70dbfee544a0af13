//! What a pipeline says of a path analysis in, the model as it is read out, with mistakes at their place in the model.

use super::plan::{DatasetPlan, Gather};
use crate::analysis::{DRAWS, PathModel, PathSettings, Settings};
use crate::config::Table;
use crate::error::{Error, Problem};
use crate::schema::Kind;

/// The settings of a path analysis; `None` for another kind, or where the model is none.
pub(super) fn settings(table: &Table<'_>) -> Option<PathSettings> {
    if table.text("kind").as_deref() != Some("path") {
        return None;
    }
    let text = table.required_text("model");
    let bootstrap = table.whole("bootstrap").map(|draws| u32::try_from(draws).unwrap_or(u32::MAX));
    let (seed, wave) = (table.whole("seed").map_or(1, |seed| seed as u64), table.scalar("wave"));
    if let Some(draws) = bootstrap.filter(|draws| !DRAWS.contains(draws)) {
        let problem = Problem::new("path::bootstrap", "that is no number of draws").found(draws.to_string());
        table.report("bootstrap", problem.expected(format!("{} to {}", DRAWS.start(), DRAWS.end())));
    }
    if !table.has("model") {
        return None;
    }
    match PathModel::parse(&text) {
        Ok(model) => Some(PathSettings { text, model, bootstrap, seed, wave }),
        Err(Error { problems, .. }) => {
            for problem in problems {
                table.report("model", within(problem));
            }
            None
        }
    }
}

/// A problem of the model, told at the pipeline's key and with its place in the model.
fn within(mut problem: Problem) -> Problem {
    let place = problem.place.take().and_then(|place| place.split_once(", ").map(|(_, rest)| rest.to_owned()));
    problem.snippet = None;
    if let Some(place) = place {
        problem.message = format!("{} ({place} of the model)", problem.message);
    }
    problem
}

impl Gather<'_> {
    /// Fields that an analysis reckons with must be numbers.
    pub(super) fn are_numbers<'b>(&mut self, place: &str, names: impl IntoIterator<Item = &'b String>, dataset: &DatasetPlan) {
        for name in names {
            let kind = dataset.codebook.field(name).map(|field| &field.kind);
            if kind.is_some_and(|kind| !matches!(kind, Kind::Integer | Kind::Number)) {
                let problem = Problem::new("pipeline::not_a_number", format!("{place} needs numbers in `{name}`"));
                self.fail(name, problem.expected("a field of type integer or number, or a score such as `barc10_mean`"));
            }
        }
    }

    /// Looks whether the variables of a path analysis are numbers, and its wave is one.
    pub(super) fn path(&mut self, settings: &Settings, dataset: &DatasetPlan) {
        let Some(path) = &settings.path else { return };
        let place = format!("analysis `{}`", settings.id);
        self.are_numbers(&place, &path.model.variables, dataset);
        if let Some(wave) = path.wave.as_ref().filter(|wave| dataset.waves.iter().all(|known| known.id != **wave)) {
            let problem = Problem::new("pipeline::unknown_wave", format!("{place} names the wave `{wave}`, which `{}` does not have", dataset.id));
            self.fail(wave, problem.expected(crate::error::some_of(dataset.waves.iter().map(|wave| wave.id.as_str()))));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::pipeline::spec::Spec;

    #[test]
    fn a_model_that_is_none_is_told_at_its_key() {
        let head = "title = 'T'\nas_of = '2024-12-31'\n[[dataset]]\nid = 'm'\nschema = 's'\nfile = 'f'\n[[analysis]]\nid = 'a'\nkind = 'path'\ndataset = 'm'\n";
        let problems = |rest: &str| Spec::parse("p.toml", &format!("{head}{rest}"), &["path"]).1;
        assert!(problems("model = 'y ~ x'\nbootstrap = 200\nseed = 7\nwave = 2024\n").is_empty());
        let codes = |rest: &str| problems(rest).iter().map(|problem| problem.code).collect::<Vec<_>>();
        assert_eq!(codes(""), ["config::missing_key"]);
        assert_eq!(codes("model = 'y ~ x'\nbootstrap = 3\n"), ["path::bootstrap"]);
        let wrong = problems("model = 'y ~ a*x; z := b'\n");
        assert_eq!(wrong.iter().map(|problem| problem.code).collect::<Vec<_>>(), ["path::unknown_label"]);
        assert!(wrong[0].place.as_deref().is_some_and(|place| place.starts_with("p.toml:11")) && wrong[0].message.contains("character"), "{:?}", wrong[0]);
    }
}
