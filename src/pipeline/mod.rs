//! Pipeline text in, a release out: spec (as written) → plan (resolved) → run.

mod agree;
mod book;
mod checking;
mod codebooks;
mod followup;
mod join;
mod link;
mod lists;
mod load;
mod lock;
mod named;
mod norms;
mod outputs;
mod path;
mod personal;
mod plan;
mod population;
mod privacy;
mod provenance;
mod pseudonyms;
mod quality;
mod run;
mod series;
mod spec;
mod subject;
mod theme;
mod voices;

pub use checking::{CheckOptions, Checked, RuleCount, check_data};
pub use lock::Locking;
pub use run::{Progress, RunOptions, Summary, check, run};
