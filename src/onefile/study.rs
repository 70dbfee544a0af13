//! A file, its design and its domains, ready to be asked.

use std::collections::BTreeMap;

use super::load::{Table, Wanted, load};
use super::{DataOptions, DesignOptions, condition};
use crate::analysis::fill_test;
use crate::condition::Condition;
use crate::design::Sample;
use crate::error::{Error, Problem, Severity};
use crate::model::{Category, NONE, Test};
use crate::results::{ResultRow, Stat, Status, Unit};

/// A file with its design.
#[derive(Debug)]
pub(crate) struct Study {
    /// The columns.
    pub(crate) table: Table,
    /// The design of each row.
    pub(crate) sample: Sample,
    /// The domains that are asked about.
    pub(crate) domains: Vec<Domain>,
    /// What is worth knowing.
    pub(crate) notes: Vec<Problem>,
}

/// Rows that are asked about together.
#[derive(Debug, Clone, Default)]
pub(crate) struct Domain {
    /// Grouping variable to level.
    pub(crate) groups: BTreeMap<String, String>,
    /// Rows with a weight.
    pub(crate) rows: Vec<usize>,
}

/// Rows of a domain that have all that a question needs.
#[derive(Debug, Clone)]
pub(crate) struct Used {
    /// Complete rows.
    pub(crate) rows: Vec<usize>,
    /// Rows of the domain that are not.
    pub(crate) missing: usize,
    /// Sum of the weights of the complete rows.
    pub(crate) weight: f64,
}

impl Study {
    /// Reads the file and makes the domains.
    ///
    /// # Errors
    /// Conditions that are none, columns that are not there, values that are not what they should be.
    pub(crate) fn open(data: &DataOptions, design: &DesignOptions, wanted: Vec<Wanted>) -> Result<Self, Error> {
        design.check()?;
        let condition = data.condition.as_deref().map(|text| Condition::parse("--where", text)).transpose()?;
        let mut all = wanted;
        let header = crate::ingest::open(&data.data, &data.read)?.header().to_vec();
        let design = design.design()?;
        all.extend(super::design::levels(&design));
        all.extend(super::design::numbers(&design, &header)?);
        all.extend(Wanted::by("--by", &data.by));
        all.extend(Wanted::by("--where", condition.iter().flat_map(Condition::columns)));
        let mut table = load(data, &all)?;
        let sample = Sample::new(&super::design::frame(&design, &table, &header)?, &design)?;
        let mut notes = std::mem::take(&mut table.notes);
        notes.extend(sample.notes().into_iter().map(|note| Problem::new("design::note", note).severity(Severity::Note)));
        let inside = match &condition {
            Some(condition) => {
                notes.extend(condition::not_found(condition, &|column| table.category(column).names));
                condition::rows(condition, &table)?
            }
            None => vec![true; table.rows],
        };
        let rows: Vec<usize> = (0..table.rows).filter(|row| inside[*row] && sample.weights()[*row] > 0.0).collect();
        let domains = domains(&table, &data.by, rows);
        Ok(Self { table, sample, domains, notes })
    }

    /// The rows of a domain that have all that is needed.
    pub(crate) fn used(&self, domain: &Domain, has: impl Fn(usize) -> bool) -> Used {
        let rows: Vec<usize> = domain.rows.iter().copied().filter(|row| has(*row)).collect();
        let weight = rows.iter().map(|row| self.sample.weights()[*row]).sum();
        Used { missing: domain.rows.len() - rows.len(), rows, weight }
    }

    /// A row of the answer, without its figures.
    pub(crate) fn row(&self, analysis: &str, variable: &str, stat: Stat, domain: &Domain, used: &Used) -> ResultRow {
        let mut row = ResultRow::new(&self.table.dataset, analysis, variable, stat, Unit::None);
        row.groups.clone_from(&domain.groups);
        row.n = Some(used.rows.len() as f64);
        row.n_missing = Some(used.missing as f64);
        row.n_weighted = Some(used.weight);
        row
    }

    /// Puts a test into a row, with an interval where estimate, error and degrees of freedom are there.
    pub(crate) fn fill(&self, row: &mut ResultRow, test: Result<Test, String>) {
        fill_test(row, test, self.sample.conf_level());
        if row.status == Status::NotEstimable {
            return;
        }
        let has_error = matches!(row.stat, Stat::Ttest | Stat::Ranktest | Stat::MeanChange | Stat::Coefficient | Stat::PredictiveMargin);
        if has_error && row.std_error.is_none() && row.p_value.is_none() {
            row.add_note("no degrees of freedom are left for an error");
        } else if row.std_error == Some(0.0) && row.df.is_some() {
            row.add_note("the standard error is zero, so there is neither interval nor test");
        }
    }
}

/// Rows by combination of levels, in the order of the levels; one domain without grouping variables.
fn domains(table: &Table, by: &[String], rows: Vec<usize>) -> Vec<Domain> {
    if by.is_empty() {
        return vec![Domain { groups: BTreeMap::new(), rows }];
    }
    let categories: Vec<Category> = by.iter().map(|name| table.category(name)).collect();
    let mut found: BTreeMap<Vec<u32>, Vec<usize>> = BTreeMap::new();
    for row in rows {
        let key: Vec<u32> = categories.iter().map(|category| category.codes[row]).collect();
        if !key.contains(&NONE) {
            found.entry(key).or_default().push(row);
        }
    }
    let name = |key: &[u32]| {
        let level = |(position, code): (usize, &u32)| (by[position].clone(), categories[position].names[*code as usize].clone());
        key.iter().enumerate().map(level).collect()
    };
    found.into_iter().map(|(key, rows)| Domain { groups: name(&key), rows }).collect()
}
