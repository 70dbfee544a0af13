//! The only test binary: each one links Polars again.

mod annual;
mod audit;
mod cases;
mod cli;
mod estimate_awkward;
mod estimate_properties;
mod infer;
mod ingest;
mod instruments;
mod messages;
mod messages_onefile;
mod messages_schema;
mod model_reference;
mod network;
mod new;
mod onefile;
mod plain_survey;
mod project;
mod real_pipelines;
mod redcap;
mod reference;
mod registry;
mod survey_rules;
mod synth;
mod tidy;
