//! Pipeline text in, a release out: spec (as written) → plan (resolved) → run.

mod book;
mod checking;
mod join;
mod lists;
mod load;
mod plan;
mod population;
mod quality;
mod run;
mod spec;
mod subject;

pub use checking::{CheckOptions, Checked, RuleCount, check_data};
pub use run::{Progress, RunOptions, Summary, check, run};
