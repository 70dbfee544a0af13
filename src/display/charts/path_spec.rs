//! What a path diagram shows: boxes and arrows, filled from released rows; nothing here knows how they are drawn.

use super::spec::Estimate;

/// Boxes and the arrows between them; figures are standardized.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Paths {
    /// The variables.
    pub(crate) boxes: Vec<PathBox>,
    /// The paths.
    pub(crate) arrows: Vec<PathArrow>,
}

/// One variable.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PathBox {
    /// Its name.
    pub(crate) label: String,
    /// A few words below it; empty for none.
    pub(crate) note: String,
}

/// One path.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct PathArrow {
    /// Position of the box where it begins.
    pub(crate) from: usize,
    /// Position of the box where it ends.
    pub(crate) to: usize,
    /// The standardized path.
    pub(crate) estimate: Estimate,
}
