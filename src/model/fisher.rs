//! A table of counts in, the exact p-value of independence out.
//!
//! Tables with the margins of the observed one are walked column by column. Partial tables with the
//! same rows still to fill are one node (rows in any order are alike); a node whose completions are
//! all at most as likely as the observed table, or all likelier, is settled at once by the longest and
//! the shortest way to its end (the network algorithm of Mehta and Patel).

use std::collections::{BTreeMap, HashMap};

use super::Test;
use super::contingency::too_small;

/// Work after which the test is given up, in steps between nodes.
const MAX_STEPS: usize = 10_000_000;
/// Two tables this near in log probability are equally likely (R: relative 1e-7).
const SAME: f64 = 1e-7;
/// Partial tables this near in log probability are added up together.
const MERGE: f64 = 1e9;

/// Fisher's exact test of independence of any table of counts.
///
/// # Formula
/// `p = Σ P(table)` over all tables with these margins that are at most as likely as the observed one,
/// `P = Π row! · Π column! / (n! · Π cell!)`
/// # Units
/// Counts.
/// # Not estimable
/// Fewer than two rows or columns, and tables that would need more than ten million steps.
/// # Source
/// Mehta and Patel 1983, doi:10.1080/01621459.1983.10477989; `fisher.test` of R 4.2.
pub(crate) fn fisher(table: &[Vec<f64>]) -> Result<Test, String> {
    if let Some(reason) = too_small(table) {
        return Err(reason);
    }
    let counts: Vec<Vec<u32>> = table.iter().map(|cells| cells.iter().map(|cell| whole(*cell)).collect()).collect();
    let (rows, columns) = margins(&counts);
    let (rows, columns) = if rows.len() <= columns.len() { (rows, columns) } else { (columns, rows) };
    let total: u32 = rows.iter().sum();
    let mut network = Network { columns, logs: log_factorials(total), ends: HashMap::new(), steps: 0 };
    network.columns.sort_unstable_by(|first, second| second.cmp(first));
    let observed =
        counts.iter().flatten().map(|cell| -network.log(*cell)).sum::<f64>() + network.columns.iter().map(|column| network.log(*column)).sum::<f64>();
    let everything = network.completions(&rows);
    let tail = network
        .tail(rows, observed + SAME)
        .ok_or_else(|| format!("the table is too large for an exact test ({total} rows of data); `pearson` is not exact"))?;
    Ok(Test { p_value: Some((tail - everything).exp().min(1.0)), ..Test::default() })
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of rows, of which there are fewer than 2^32")]
fn whole(count: f64) -> u32 {
    count.round() as u32
}

fn margins(counts: &[Vec<u32>]) -> (Vec<u32>, Vec<u32>) {
    let columns = (0..counts[0].len()).map(|column| counts.iter().map(|cells| cells[column]).sum());
    (counts.iter().map(|cells| cells.iter().sum()).collect(), columns.collect())
}

fn log_factorials(most: u32) -> Vec<f64> {
    let mut logs = vec![0.0];
    let mut sum = crate::stats::Sum::default();
    for number in 1..=most {
        sum.add(f64::from(number).ln());
        logs.push(sum.value());
    }
    logs
}

struct Network {
    columns: Vec<u32>,
    logs: Vec<f64>,
    /// Longest and shortest way from a node to the end.
    ends: HashMap<(usize, Vec<u32>), (f64, f64)>,
    steps: usize,
}

impl Network {
    fn log(&self, number: u32) -> f64 {
        self.logs[number as usize]
    }

    /// Log of the sum of all ways to fill rows that are still open.
    fn completions(&self, open: &[u32]) -> f64 {
        self.log(open.iter().sum()) - open.iter().map(|row| self.log(*row)).sum::<f64>()
    }

    /// Log of the sum of all tables whose log probability is at most `limit`; `None` where it takes too long.
    fn tail(&mut self, mut rows: Vec<u32>, limit: f64) -> Option<f64> {
        rows.sort_unstable();
        let mut nodes: BTreeMap<Vec<u32>, Vec<(f64, f64)>> = BTreeMap::from([(rows, vec![(0.0, 0.0)])]);
        let mut settled: Vec<f64> = Vec::new();
        for stage in 0..self.columns.len() {
            let mut next: BTreeMap<Vec<u32>, HashMap<i64, (f64, f64)>> = BTreeMap::new();
            for (open, ways) in nodes {
                for (rest, own) in self.fillings(&open, stage)? {
                    let (longest, shortest) = self.ends(&rest, stage + 1)?;
                    let all = self.completions(&rest);
                    self.steps += ways.len();
                    for (past, many) in &ways {
                        let past = past + own;
                        if past + longest <= limit {
                            settled.push(past + many + all);
                        } else if past + shortest <= limit {
                            merge(next.entry(rest.clone()).or_default(), past, *many);
                        }
                    }
                }
                if self.steps > MAX_STEPS {
                    return None;
                }
            }
            nodes = next.into_iter().map(|(rest, ways)| (rest, sorted(ways))).collect();
        }
        Some(log_sum(&settled))
    }

    /// Ways to put one column into the open rows: what stays open (sorted) and the log probability of the column.
    fn fillings(&mut self, open: &[u32], stage: usize) -> Option<Vec<(Vec<u32>, f64)>> {
        let mut found = Vec::new();
        let column = self.columns[stage];
        let mut rest = open.to_vec();
        self.fill(&mut rest, 0, column, self.log(column), &mut found);
        self.steps += found.len();
        (self.steps < MAX_STEPS).then_some(found)
    }

    fn fill(&self, rest: &mut Vec<u32>, row: usize, left: u32, log: f64, found: &mut Vec<(Vec<u32>, f64)>) {
        if found.len() + self.steps > MAX_STEPS {
            return;
        }
        let beyond: u32 = rest[row + 1..].iter().sum();
        let open = rest[row];
        for cell in left.saturating_sub(beyond)..=open.min(left) {
            rest[row] = open - cell;
            let log = log - self.log(cell);
            if row + 1 < rest.len() {
                self.fill(rest, row + 1, left - cell, log, found);
            } else {
                let mut key = rest.clone();
                key.sort_unstable();
                found.push((key, log));
            }
        }
        rest[row] = open;
    }

    /// Log probability of the likeliest and the least likely way from a node to the end.
    fn ends(&mut self, open: &[u32], stage: usize) -> Option<(f64, f64)> {
        if stage == self.columns.len() {
            return Some((0.0, 0.0));
        }
        if stage + 1 == self.columns.len() {
            let last = self.log(self.columns[stage]) - open.iter().map(|cell| self.log(*cell)).sum::<f64>();
            return Some((last, last));
        }
        if let Some(known) = self.ends.get(&(stage, open.to_vec())) {
            return Some(*known);
        }
        let (mut longest, mut shortest) = (f64::NEG_INFINITY, f64::INFINITY);
        for (rest, own) in self.fillings(open, stage)? {
            let (most, least) = self.ends(&rest, stage + 1)?;
            longest = longest.max(own + most);
            shortest = shortest.min(own + least);
        }
        self.ends.insert((stage, open.to_vec()), (longest, shortest));
        Some((longest, shortest))
    }
}

/// Adds a partial table to those that are as likely.
#[allow(clippy::cast_possible_truncation, reason = "log probabilities are far below 2^53 / 1e9")]
fn merge(ways: &mut HashMap<i64, (f64, f64)>, past: f64, many: f64) {
    let known = ways.entry((past * MERGE).round() as i64).or_insert((past, f64::NEG_INFINITY));
    known.1 = log_add(known.1, many + past - known.0);
}

/// Partial tables in an order that no hash decides.
fn sorted(ways: HashMap<i64, (f64, f64)>) -> Vec<(f64, f64)> {
    let mut ways: Vec<(i64, (f64, f64))> = ways.into_iter().collect();
    ways.sort_unstable_by_key(|(key, _)| *key);
    ways.into_iter().map(|(_, way)| way).collect()
}

fn log_add(first: f64, second: f64) -> f64 {
    let (large, small) = if first >= second { (first, second) } else { (second, first) };
    if small == f64::NEG_INFINITY { large } else { large + (small - large).exp().ln_1p() }
}

fn log_sum(logs: &[f64]) -> f64 {
    let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if largest == f64::NEG_INFINITY {
        return largest;
    }
    largest + crate::stats::sum(logs.iter().map(|log| (log - largest).exp())).ln()
}

#[cfg(test)]
mod tests {
    use super::super::anova::tests::near;
    use super::*;

    fn p(table: &[&[f64]]) -> Option<f64> {
        fisher(&table.iter().map(|cells| cells.to_vec()).collect::<Vec<_>>()).unwrap().p_value
    }

    /// `tests/reference/model/tests.R`
    #[test]
    fn as_fisher_test_of_r() {
        near(p(&[&[1.0, 8.0, 2.0], &[2.0, 4.0, 1.0], &[12.0, 0.0, 2.0]]), 8.259_715_684_619_1e-5);
        near(p(&[&[3.0, 1.0], &[1.0, 3.0]]), 0.485_714_285_714_286);
        near(p(&[&[30.0, 2.0], &[8.0, 40.0]]), 2.013_221_018_108_43e-12);
        near(p(&[&[25.0, 8.0, 5.0], &[10.0, 30.0, 9.0], &[3.0, 12.0, 41.0]]), 5.612_500_832_297_69e-15);
    }

    /// Job satisfaction by income (Agresti 2002), as in the help of `fisher.test`.
    #[test]
    fn four_by_four() {
        let job: [&[f64]; 4] = [&[1.0, 3.0, 10.0, 6.0], &[2.0, 3.0, 10.0, 7.0], &[1.0, 6.0, 14.0, 12.0], &[0.0, 1.0, 9.0, 11.0]];
        near(p(&job), 0.782_684_938_965_639);
    }

    #[test]
    fn too_large_a_table_is_said_in_words() {
        let table: Vec<Vec<f64>> = (0..8).map(|row| (0..8).map(|column| 40.0 + f64::from(row * column % 7)).collect()).collect();
        assert!(fisher(&table).unwrap_err().contains("too large"));
        assert!(fisher(&[vec![1.0, 2.0]]).is_err());
    }
}
