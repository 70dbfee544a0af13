//! recovista turns the survey exports, attendance logs and instrument scores of recovery-support
//! programs into figures that people can defend.

pub mod design;
pub mod error;
pub mod estimate;
pub mod frame;
pub mod ingest;
pub mod results;
pub mod score;
pub mod stats;

mod analysis;
mod config;
mod disclosure;
mod display;
mod figures;
mod pipeline;
mod rejects;
mod release;
mod report;
mod schema;
mod synth;

pub use analysis::analyses;
pub use disclosure::{Policy, ReleasedTable};
pub use figures::{FigureOptions, Figures, figures};
pub use pipeline::{Progress, RunOptions, Summary, check, run};
pub use synth::{Planted, SynthOptions, SyntheticFile, synthesize};
