//! recovista turns the survey exports, attendance logs and instrument scores of recovery-support
//! programs into figures that people can defend.

pub mod design;
pub mod error;
pub mod estimate;
pub mod frame;
pub mod results;
pub mod stats;

mod analysis;
mod config;
mod disclosure;
mod display;
mod ingest;
mod pipeline;
mod rejects;
mod release;
mod report;
mod schema;
mod score;
mod synth;

pub use disclosure::{Policy, ReleasedTable};
