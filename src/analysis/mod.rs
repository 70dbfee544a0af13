//! analysis

mod attendance;
