//! The only test binary: each one links Polars again.

mod annual;
mod cases;
mod cli;
mod estimate_awkward;
mod estimate_properties;
mod faults;
mod ingest;
mod instruments;
mod messages;
mod messages_onefile;
mod messages_schema;
mod model_reference;
mod network;
mod onefile;
mod plain_survey;
mod platforms;
mod project;
mod real_pipelines;
mod reference;
mod registry;
mod stat_files;
mod survey_rules;
mod synth;
mod text_files;
mod tidy;
