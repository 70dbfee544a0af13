//! The narrow waist: every number a reader sees is one `ResultRow` of one `ResultTable`.
//!
//! Analyses put rows in, `disclosure` takes them out as a released table, and every table, chart,
//! sentence and file is a view of that. Rows are keyed by a readable id that survives reruns.

mod encode;
mod id;
mod row;
mod table;
mod thousands;

pub use encode::{COLUMNS, arrow_schema};
pub(crate) use encode::{Cell, Rows, cells, read_parquet, to_csv, to_json, to_markdown, to_parquet};
pub(crate) use id::encode_part;
pub(crate) use id::plain_code;
pub use id::short_code;
pub(crate) use row::QUESTION_CHANGED;
pub use row::{ResultRow, Stat, Status, Support, Unit};
pub use table::{Restricted, ResultTable};
pub(crate) use thousands::thousands;
