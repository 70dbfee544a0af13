//! What the user says about one file in, what is known about its sample out: the statistics on one
//! file without a pipeline (`estimate`, `test`, `fit`) share these descriptions.

mod design;
mod totals;

pub use design::{CalibrationFiles, DesignOptions};
