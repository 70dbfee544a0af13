//! estimate

pub(crate) mod visits;
