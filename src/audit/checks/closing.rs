//! The rows of a block add up to its total, and their shares to 100, or what is missing is named.
//!
//! Rounding alone may move the sum of shares by half a unit of each last digit. More answers than people
//! are a question with several answers; fewer are people whom no row shows.

use super::{Check, Tally, at};
use crate::audit::Finding;
use crate::audit::decimal::{Decimal, shown};
use crate::audit::table::{Entry, Figure, Role, Sheet};
use crate::error::Severity;

/// Sums against totals.
pub(super) struct Closing;

const CODE: &str = "audit::closing";

/// An excess up to this share of the total is a slip rather than several answers by one person.
const SLIP: f64 = 0.02;
/// The same where a row of its own gives the total.
const ROW_SLIP: f64 = 0.1;
/// Shares that lack more than this are no parts of one whole.
const MOST_MISSING: f64 = 25.0;

impl Check for Closing {
    fn id(&self) -> &'static str {
        "closing"
    }

    fn summary(&self) -> &'static str {
        "rows add up to their total, shares to 100, or the remainder is named"
    }

    fn run(&self, sheet: &Sheet, tally: &mut Tally) {
        for block in sheet.blocks() {
            let (totals, parts): (Vec<&Entry>, Vec<&Entry>) = block.into_iter().partition(|entry| entry.is_total());
            if parts.len() < 2 {
                continue;
            }
            let total = totals.first().copied();
            let counted = counts(sheet, &parts, total, tally);
            if !counted {
                shares(sheet, &parts, total, tally);
            }
        }
    }
}

/// Counts against the total of the block; whether there was anything to compare.
fn counts(sheet: &Sheet, parts: &[&Entry], total: Option<&Entry>, tally: &mut Tally) -> bool {
    let numbers: Vec<(u64, &Figure)> = parts.iter().filter_map(|entry| Some((entry.count(Role::Count)?, entry.figure(Role::Count)?))).collect();
    // Rows of a mean carry their number of people, which adds up to nothing.
    let is_partition = numbers.len() == parts.len() && parts.iter().all(|entry| entry.figure(Role::Mean).is_none());
    let printed = total.and_then(|entry| Some((entry.count(Role::Count)?, entry.figure(Role::Count)?, true)));
    let has_shares = parts.iter().any(|entry| entry.figure(Role::Percent).is_some());
    let stated = || parts.first().filter(|_| has_shares).and_then(|entry| Some((entry.count(Role::Base)?, entry.figure(Role::Base)?, false)));
    let (Some((whole, figure, is_row)), true) = (printed.or_else(stated), is_partition) else { return false };
    let sum = numbers.iter().map(|(count, _)| *count).fold(0, u64::saturating_add);
    // The stated number may itself be wrong: what the percentages imply is what the rows must close to.
    let implied = implied(parts).filter(|implied| !is_row && *implied != whole);
    let entry = total.or(parts.first().copied()).unwrap_or(parts[0]);
    let terms: Vec<String> = numbers.iter().map(|(count, _)| count.to_string()).collect();
    let finding = Finding {
        row: block_name(entry),
        printed: format!("{} {whole}", if is_row { "total" } else { "N =" }),
        possible: String::new(),
        arithmetic: format!("{} = {sum}", terms.join(" + ")),
        ..at(CODE, Severity::Error, sheet, entry, figure)
    };
    let whole = implied.unwrap_or(whole);
    let share = |part: u64| shown(100.0 * part as f64 / whole.max(1) as f64, 1);
    if sum == whole {
        tally.agree(1);
    } else if sum > whole && (sum - whole) as f64 > whole as f64 * if is_row { ROW_SLIP } else { SLIP } {
        tally.agree(1);
        tally.note(Finding { possible: format!("{sum} answers of {whole} people: a question with several answers"), ..finding });
    } else if sum > whole {
        tally.find(
            1,
            Finding { possible: format!("{sum}, {} more", sum - whole), severity: if is_row { Severity::Error } else { Severity::Warning }, ..finding },
        );
    } else {
        let possible = format!("{} of {whole} people ({}%) are in no row", whole - sum, share(whole - sum));
        if is_row {
            tally.find(1, Finding { possible, ..finding });
        } else {
            tally.agree(1);
            tally.note(Finding { possible, ..finding });
        }
    }
    true
}

/// The block of a row in words.
fn block_name(entry: &Entry) -> String {
    let name = Entry { label: String::new(), ..entry.clone() }.name();
    if name.is_empty() { "the whole table".to_owned() } else { name }
}

/// The one base that all counts and percentages of a block allow.
fn implied(parts: &[&Entry]) -> Option<u64> {
    let ranges = parts.iter().filter_map(|entry| super::bases(entry.count(Role::Count)?, entry.number(Role::Percent)?));
    let (low, high) = ranges.reduce(|known, next| (known.0.max(next.0), known.1.min(next.1)))?;
    (low == high).then_some(low)
}

/// Percentages against 100, or against the percentage of the total's row.
fn shares(sheet: &Sheet, parts: &[&Entry], total: Option<&Entry>, tally: &mut Tally) {
    let numbers: Vec<(Decimal, &Figure)> = parts.iter().filter_map(|entry| entry.figure(Role::Percent)).map(|figure| (figure.number, figure)).collect();
    // Where every share has its count, the base that both imply says more than the sum of shares.
    let has_counts = parts.iter().all(|entry| entry.count(Role::Count).is_some());
    if numbers.len() < 2 || numbers.len() < parts.len() || has_counts {
        return;
    }
    let whole = total.and_then(|entry| entry.number(Role::Percent)).unwrap_or(Decimal::whole(100));
    let sum: f64 = numbers.iter().map(|(number, _)| number.value()).sum();
    let rounding: f64 = numbers.iter().map(|(number, _)| number.half()).sum::<f64>() + if total.is_some() { whole.half() } else { 0.0 };
    let decimals = numbers.iter().map(|(number, _)| number.decimals as usize).max().unwrap_or(1);
    let gap = sum - whole.value();
    let Some((entry, figure)) = parts.first().copied().zip(numbers.first().map(|(_, figure)| *figure)) else { return };
    let terms: Vec<String> = numbers.iter().map(|(number, _)| shown(number.value(), 9)).collect();
    let finding = Finding {
        row: block_name(entry),
        printed: format!("shares of {} rows", numbers.len()),
        possible: format!("{} ± {} by rounding", shown(whole.value(), 9), shown(rounding, 9)),
        arithmetic: format!("{} = {}", terms.join(" + "), shown(sum, decimals)),
        ..at(CODE, Severity::Warning, sheet, entry, figure)
    };
    if gap.abs() <= rounding + 1e-9 {
        tally.agree(1);
    } else if total.is_some() {
        tally.find(1, finding);
    } else if gap < 0.0 && -gap <= MOST_MISSING {
        tally.find(1, Finding { possible: format!("{}; {}% are in no row", finding.possible, shown(-gap, decimals)), ..finding });
    } else if gap > 0.0 && gap <= 100.0 * SLIP {
        tally.find(1, Finding { possible: format!("{}, unless several answers were allowed", finding.possible), ..finding });
    } else {
        tally.skip(
            if gap > 0.0 {
                "shares exceed 100: several answers, or rows that are no parts of one whole"
            } else {
                "shares far below 100: rows that are no parts of one whole"
            },
            1,
        );
    }
}
