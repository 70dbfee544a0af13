//! Pipeline text in, a release out: spec (as written) → plan (resolved) → run.

mod agree;
mod book;
mod join;
mod link;
mod load;
mod lock;
mod plan;
mod population;
mod quality;
mod run;
mod spec;
mod subject;

pub use lock::Locking;
pub use run::{Progress, RunOptions, Summary, check, run};
