//! The only test binary: each one links Polars again.

mod cli;
mod ingest;
mod instruments;
mod messages;
mod messages_schema;
mod network;
mod project;
mod reference;
mod registry;
mod survey_rules;
mod synth;
mod tidy;
