//! recovista turns the survey exports, attendance logs and instrument scores of recovery-support
//! programs into figures that people can defend.
//!
//! # Stages
//! A stage takes only what the one before it made; each is a module.
//!
//! ```text
//! files ─ingest→ RawBatch ─schema→ Batch + rejects ─score→ Frame ─analysis(design, estimate)→ ResultTable
//!       ─disclosure→ ReleasedTable ─display→ tables, charts, sentences ─report→ html  ─release→ public/
//! ```
//!
//! | module | what it does |
//! | --- | --- |
//! | [`ingest`] | opens a file and hands over records with their lines; changes no byte |
//! | [`frame`] | batches of typed columns with a reason for each missing value |
//! | [`score`] | instruments from data files: scores, bands, findings |
//! | [`design`], [`estimate`] | how rows came to be; requests in, estimates with their uncertainty out |
//! | [`onefile`] | tests and models of one file, without a pipeline |
//! | [`stats`] | formulas on slices |
//! | [`results`] | the result row, the only way in which a number reaches a reader |
//! | [`ReleasedTable`] | rows that passed disclosure control; nothing else can be published |
//!
//! One function and one options struct serve each command: [`check()`], [`run()`], [`figures()`], [`chart()`],
//! [`trace()`], [`diff()`], [`diff_runs()`], [`verify()`], [`check_draft()`],
//! [`score::score_file`], [`synthesize`]. The library never prints, exits or reads arguments.
//!
//! # Example
//! The median of full-time equivalents per team, from an export to a figure with its base:
//!
//! ```
//! let folder = tempfile::tempdir()?;
//! let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text);
//! write("teams.csv", "team,fte\n1,0.5\n2,2\n3,2\n4,1\n5,3\n6,4\n7,2\n8,1\n9,2\n10,2.5\n11,2\n12,17\n")?;
//! write("teams.toml", r#"
//!     id = "teams"
//!     title = "Team survey"
//!     unit = "teams"
//!     public_unit = true
//!     key = ["team"]
//!     [[field]]
//!     name = "team"
//!     label = "Team"
//!     type = "id"
//!     [[field]]
//!     name = "fte"
//!     label = "Peer Specialist FTEs"
//!     type = "number"
//!     unit = "fte"
//!     range = [0, 10]
//! "#)?;
//! write("year.toml", r#"
//!     title = "Teams, 2024"
//!     as_of = "2024-12-31"
//!     reject_limit = 0.1
//!     [[dataset]]
//!     id = "teams"
//!     schema = "teams.toml"
//!     file = "teams.csv"
//!     [[analysis]]
//!     id = "work"
//!     kind = "workforce"
//!     dataset = "teams"
//!     variables = ["fte"]
//! "#)?;
//!
//! let out = folder.path().join("year");
//! let options = recovista::RunOptions { pipeline: folder.path().join("year.toml"), out: Some(out.clone()), jobs: None, ..Default::default() };
//! let summary = recovista::run(&options, &mut |_stage, _done| {})?;
//! assert_eq!(summary.values_rejected, 1); // 17 FTEs are out of range; restricted/rejects.csv names line 13
//!
//! let wanted = recovista::FigureOptions { query: Some("median FTE".into()), run: Some(out), most: 1, ..Default::default() };
//! let found = recovista::figures(&wanted)?;
//! let (row, code, _chart) = found.iter().next().ok_or("nothing found")?;
//! assert_eq!((row.estimate, row.n), (Some(2.0), Some(11.0)));
//! assert!(code.starts_with("R-"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

/// Decisions worth asking about, as questions and answers.
#[doc = include_str!("docs/design.md")]
pub mod decisions {}

pub mod design;
pub mod error;
pub mod estimate;
pub mod frame;
pub mod ingest;
pub mod onefile;
pub mod results;
pub mod score;
pub mod stats;

mod analysis;
mod audit;
mod compare;
mod condition;
mod config;
mod disclosure;
mod display;
mod draft;
mod figures;
mod infer;
mod methods;
mod model;
mod pipeline;
mod rejects;
mod release;
mod report;
mod runs;
mod scaffold;
mod schema;
mod synth;
mod trace;
mod verify;
mod waves;

pub use analysis::analyses;
pub use audit::{AuditOptions, AuditReport, CheckedBy, Finding, audit};
pub use compare::{Became, FigureChange, GroupSplit, RunDiff, RunDiffOptions, Split, diff_runs, is_run};
pub use disclosure::{Policy, Quote, ReleasedTable};
pub use draft::{CheckedDraft, CheckedNumber, DraftOptions, Verdict, check_draft};
pub use figures::{ChartFormat, ChartOptions, ChartSize, DrawnChart, FigureOptions, Figures, chart, figures};
pub use infer::{InferOptions, Inferred, infer};
pub use methods::{METHODS, Method, methods_of};
pub use model::{Gappy, chained as impute};
pub use pipeline::{CheckOptions, Checked, Locking, Progress, RuleCount, RunOptions, Summary, check, check_data, run};
pub use scaffold::{NewOptions, NewProject, scaffold};
pub use schema::{ExportFormat, ExportOptions, ImportOptions, Imported, checks, export_codebook, import_codebook, shared_parameters};
pub use synth::{Planted, SynthOptions, SyntheticFile, SyntheticRows, synthesize};
pub use trace::{Part, Trace, TraceOptions, trace};
pub use verify::{Verified, VerifyOptions, verify};
pub use waves::{Change, DiffOptions, Difference, Drift, Status, diff};
