//! A published table in, what cannot be true of it out.
//!
//! `read` turns the file into figures with their places; each check in `checks` looks at what it can and
//! says what it found, how much was consistent, and what could not be checked. A figure stands for every
//! value that may have been rounded to it, so that a table made from data never gives a finding.

mod checks;
mod decimal;
mod header;
mod read;
mod table;
mod wide;

use std::path::PathBuf;

use self::decimal::Decimal;
use self::table::{Figure, Role, Sheet};
use crate::error::{Error, Problem, Severity};
use crate::ingest::{ReadOptions, open};

/// What `audit` needs to know.
#[derive(Debug, Clone, Default)]
pub struct AuditOptions {
    /// The table's file.
    pub file: PathBuf,
    /// How it is read.
    pub read: ReadOptions,
    /// People whom the table is about, where its rows do not say: the `N` of its title.
    pub base: Option<u64>,
    /// Ends of the scale of every mean whose row does not say.
    pub range: Option<(f64, f64)>,
    /// Whole-number items behind every mean whose row does not say.
    pub items: Option<u64>,
}

/// One thing that cannot be true, is doubtful, or is worth knowing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// `Error` is arithmetically impossible, `Warning` doubtful, `Note` worth knowing and no fault.
    pub severity: Severity,
    /// Stable code such as `audit::base`.
    pub code: &'static str,
    /// File and line, or sheet and cell.
    pub place: String,
    /// The row in the table's own words.
    pub row: String,
    /// What is printed.
    pub printed: String,
    /// What is possible.
    pub possible: String,
    /// Why, in one line of arithmetic.
    pub arithmetic: String,
}

/// How much one check looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedBy {
    /// Id of the check.
    pub check: &'static str,
    /// What it checks.
    pub summary: &'static str,
    /// Places where it could look.
    pub looked_at: u64,
    /// Those that are consistent.
    pub consistent: u64,
    /// Why it could not look at others, and at how many.
    pub not_checked: Vec<(String, u64)>,
}

/// What the audit of a table found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditReport {
    /// Findings in the order of the checks, and of the table within each.
    pub findings: Vec<Finding>,
    /// What each check looked at.
    pub checked: Vec<CheckedBy>,
    /// Figures read.
    pub figures: u64,
    /// Cells of figure columns that hold no number.
    pub unread: u64,
}

impl AuditReport {
    /// Whether anything is impossible or doubtful.
    #[must_use]
    pub fn has_faults(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity > Severity::Note)
    }
}

/// Checks a published table for internal consistency.
///
/// # Errors
/// The file is missing, cannot be read or holds no figures.
///
/// # Example
/// ```
/// let folder = tempfile::tempdir()?;
/// let file = folder.path().join("table.csv");
/// std::fs::write(&file, "source,n,%,N\nfriends,148,44.0,366\nhousing,46,13.7,366\noutreach,39,11.6,366\n")?;
/// let report = recovista::audit(&recovista::AuditOptions { file, ..Default::default() })?;
/// let base = &report.findings[0];
/// assert_eq!((base.code, base.printed.as_str(), base.possible.as_str()), ("audit::base", "N = 366", "N = 336"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn audit(options: &AuditOptions) -> Result<AuditReport, Error> {
    let name = options.file.file_name().map_or_else(|| options.file.display().to_string(), |name| name.to_string_lossy().into_owned());
    let mut sheet = read::read(&name, open(&options.file, &options.read)?)?;
    fill_in(&mut sheet, options)?;
    let mut report = AuditReport {
        figures: sheet.entries.iter().flat_map(|entry| &entry.figures).filter(|figure| figure.column > 0).count() as u64,
        unread: sheet.unread,
        ..AuditReport::default()
    };
    for check in checks::ALL {
        let mut tally = checks::Tally::default();
        check.run(&sheet, &mut tally);
        report.findings.append(&mut tally.findings);
        let (looked_at, consistent) = (tally.looked_at, tally.consistent);
        report.checked.push(CheckedBy { check: check.id(), summary: check.summary(), looked_at, consistent, not_checked: tally.not_checked });
    }
    Ok(report)
}

/// What the user says about every row that does not say it itself.
fn fill_in(sheet: &mut Sheet, options: &AuditOptions) -> Result<(), Error> {
    let bound = |value: f64| {
        Decimal::parse(&value.to_string())
            .ok_or_else(|| Error::usage(Problem::new("audit::bad_range", format!("`{value}` is no end of a scale")).expected("numbers such as 1-6")))
    };
    let range = options.range.map(|(low, high)| Ok::<_, Error>((bound(low)?, bound(high)?))).transpose()?;
    for entry in &mut sheet.entries {
        let line = entry.line;
        let mut add = |role: Role, number: Decimal, raw: String| {
            entry.add(Figure { role, number, raw, line, column: 0 });
        };
        if let Some(base) = options.base {
            add(Role::Base, Decimal::whole(base), base.to_string());
        }
        if let Some((low, high)) = range {
            add(Role::ScaleLow, low, decimal::shown(low.value(), 6));
            add(Role::ScaleHigh, high, decimal::shown(high.value(), 6));
        }
        if let Some(items) = options.items {
            add(Role::Items, Decimal::whole(items), items.to_string());
        }
    }
    Ok(())
}
