//! Charts: typed specs and words in, SVG and PNG out.

mod spec;

pub(crate) use spec::*;
