//! Pipeline text in, a release out: spec (as written) → plan (resolved) → run.

mod agree;
mod book;
mod join;
mod load;
mod plan;
mod population;
mod quality;
mod run;
mod spec;
mod subject;

pub use run::{Progress, RunOptions, Summary, check, run};
