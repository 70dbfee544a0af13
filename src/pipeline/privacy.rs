//! What `[privacy]` says in, the rules of the release and the former release out.

use std::path::{Path, PathBuf};

use super::plan::{Gather, beside};
use super::spec::Privacy;
use crate::disclosure::{Policy, ReleasedTable, Rules, builtin_policy, policies};
use crate::error::{Error, Problem, closest, some_of};

impl Gather<'_> {
    /// The rules of the release: a policy beside the pipeline or built in, and what the pipeline says itself.
    pub(super) fn policy(&mut self, privacy: &Privacy) -> Policy {
        self.mark = privacy.mark.clone();
        let named = privacy.policy.as_ref().map_or_else(Rules::default, |id| self.named_policy(id));
        let policy = Policy::default().with(&named).with(&privacy.rules);
        if let Some((low, high)) = policy.protection.filter(|(_, high)| *high >= policy.minimum_cell) {
            let problem = Problem::new("pipeline::bad_protection", "`protection` reaches beyond the counts that are hidden for being small")
                .found(format!("[{low}, {high}] with minimum_cell = {}", policy.minimum_cell))
                .expected(format!("at most {}: the status of a hidden count tells that it is no larger", policy.minimum_cell.saturating_sub(1)));
            self.fail("protection", problem);
        }
        policy
    }

    fn named_policy(&mut self, id: &str) -> Rules {
        let name = format!("{id}.toml");
        let found = if beside(self.folder, &name).is_file() {
            self.text("policy", &name)
        } else {
            builtin_policy(id).map(|text| {
                self.note_source("policy", Path::new(id), text.as_bytes());
                (format!("{id} (built in)"), text.to_owned())
            })
        };
        let Some((path, text)) = found else {
            let mut problem = Problem::new("policy::unknown", format!("there is no policy `{id}`")).expected(some_of(policies()));
            problem.help = closest(id, policies()).map(|near| format!("did you mean `{near}`?"));
            self.fail(id, problem);
            return Rules::default();
        };
        let (rules, problems) = Rules::parse(&path, &text);
        self.problems.extend(problems);
        rules
    }

    /// The folder of the last public release; what it shows decides what this one may show, so its hash is noted.
    pub(super) fn previous_release(&mut self, name: &str, privacy: &Privacy) -> PathBuf {
        self.mark = privacy.mark.clone();
        let path = beside(self.folder, name);
        let results = public_of(&path).join("results.parquet");
        let read = former_release(&path).and_then(|_| std::fs::read(&results).map_err(|error| Error::io("read", &results, &error)));
        match read {
            Ok(bytes) => self.note_source("previous_release", &results, &bytes),
            Err(error) => error.problems.into_iter().for_each(|problem| self.fail(name, problem)),
        }
        path
    }
}

/// The public files of a release that is named by its folder or by theirs.
fn public_of(path: &Path) -> PathBuf {
    let public = path.join("public");
    if public.is_dir() { public } else { path.to_path_buf() }
}

/// The last public release: its folder of public files, or the folder that holds it.
pub(super) fn former_release(path: &Path) -> Result<ReleasedTable, Error> {
    ReleasedTable::open(&public_of(path))
}
