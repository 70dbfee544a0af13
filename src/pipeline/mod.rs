//! Pipeline text in, a release out: spec (as written) → plan (resolved) → run.

mod spec;
