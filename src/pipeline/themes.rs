//! What a pipeline says of coded excerpts in, what is wrong with it out.

use super::plan::{DatasetPlan, Gather};
use crate::analysis::Settings;
use crate::error::Problem;
use crate::schema::Kind;

impl Gather<'_> {
    /// Themes are counted by who raised them.
    pub(super) fn themes(&mut self, settings: &Settings, dataset: &DatasetPlan) {
        if settings.kind != "themes" {
            return;
        }
        if dataset.person().is_none() {
            let problem = Problem::new("pipeline::no_person", format!("analysis `{}` counts who spoke, and `{}` does not name them", settings.id, dataset.id));
            self.fail(&settings.dataset, problem.help("name the column in the codebook: person = \"…\""));
        }
        for name in settings.variables.iter().chain(&settings.by) {
            if dataset.codebook.field(name).is_some_and(|field| !matches!(field.kind, Kind::Category { .. })) {
                let problem = Problem::new("pipeline::not_a_category", format!("analysis `{}` needs one level in each row of `{name}`", settings.id));
                self.fail(name, problem.expected("a field of type category"));
            }
        }
    }
}
