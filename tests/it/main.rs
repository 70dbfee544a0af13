//! The only test binary: each one links Polars again.

mod ingest;
mod synth;
