//! The groups of a table's columns add up to the column of all, row by row.
//!
//! They are taken to be parts of the whole where their stated bases add up to that of all, or where most
//! rows do; columns that overlap (regions beside genders) are left alone.

use super::{Check, Tally, at};
use crate::audit::Finding;
use crate::audit::table::{Entry, Role, Sheet, is_total};
use crate::error::Severity;

/// Columns against the column of all.
pub(super) struct Subgroups;

impl Check for Subgroups {
    fn id(&self) -> &'static str {
        "subgroups"
    }

    fn summary(&self) -> &'static str {
        "the groups of each row add up to its total"
    }

    fn run(&self, sheet: &Sheet, tally: &mut Tally) {
        let rows: Vec<Row<'_>> = sheet.rows().into_iter().filter_map(Row::of).collect();
        let agreeing = rows.iter().filter(|row| row.sum == row.whole).count();
        let bases = rows.iter().find_map(|row| row.bases);
        let parts_by_base = bases.is_some_and(|(sum, whole)| sum == whole);
        if rows.is_empty() {
            return;
        }
        if !parts_by_base && agreeing * 3 < rows.len() * 2 {
            return tally.skip("the groups are no parts of the whole", rows.len());
        }
        for row in rows {
            let Some(figure) = row.total.figure(Role::Count).filter(|_| row.sum != row.whole) else {
                tally.agree(1);
                continue;
            };
            let terms: Vec<String> = row.parts.iter().filter_map(|entry| entry.count(Role::Count)).map(|count| count.to_string()).collect();
            let finding = Finding {
                printed: row.whole.to_string(),
                possible: row.sum.to_string(),
                arithmetic: format!(
                    "{} = {}, {} {}",
                    terms.join(" + "),
                    row.sum,
                    row.sum.abs_diff(row.whole),
                    if row.sum < row.whole { "less" } else { "more" }
                ),
                ..at("audit::subgroups", Severity::Error, sheet, row.total, figure)
            };
            tally.find(1, finding);
        }
    }
}

/// One row with a count in every group.
struct Row<'a> {
    total: &'a Entry,
    parts: Vec<&'a Entry>,
    sum: u64,
    whole: u64,
    /// Sum of the groups' bases, and the base of all.
    bases: Option<(u64, u64)>,
}

impl<'a> Row<'a> {
    fn of(entries: Vec<&'a Entry>) -> Option<Self> {
        let is_whole = |entry: &&Entry| entry.group.is_empty() || is_total(&entry.group);
        let (totals, parts): (Vec<&Entry>, Vec<&Entry>) = entries.into_iter().partition(is_whole);
        let ([total], true) = (&totals[..], parts.len() > 1) else { return None };
        if total.figure(Role::Mean).is_some() {
            return None;
        }
        let summed = |role: Role| parts.iter().map(|entry| entry.count(role)).try_fold(0_u64, |sum, count| sum.checked_add(count?));
        let bases = summed(Role::Base).zip(total.count(Role::Base));
        Some(Self { total, sum: summed(Role::Count)?, whole: total.count(Role::Count)?, bases, parts })
    }
}
