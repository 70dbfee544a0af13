//! display
pub(crate) mod charts;
