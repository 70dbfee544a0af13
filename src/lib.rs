//! recovista turns the survey exports, attendance logs and instrument scores of recovery-support
//! programs into figures that people can defend.

pub mod error;
pub mod frame;
pub mod results;

mod analysis;
mod config;
mod design;
mod disclosure;
mod display;
mod estimate;
pub mod ingest;
mod pipeline;
mod rejects;
mod release;
mod report;
mod schema;
mod score;
mod stats;
mod synth;

pub use disclosure::{Policy, ReleasedTable};
