//! The one test binary.

mod reference;
mod survey_rules;
