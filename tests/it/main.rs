//! The only test binary: each one links Polars again.

mod annual;
mod ingest;
mod instruments;
mod real_pipelines;
mod reference;
mod survey_rules;
mod synth;
