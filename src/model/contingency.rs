//! Two categories in, their table, Pearson's test and Cramér's V out.

use super::{Category, Test};
use crate::stats::chi2_sf;

/// Counts or sums of weights by row and column category; empty categories are left out.
pub(crate) fn table(rows: &Category, columns: &Category, weights: &[f64]) -> Vec<Vec<f64>> {
    let mut table = vec![vec![0.0; columns.names.len()]; rows.names.len()];
    for ((row, column), weight) in rows.codes.iter().zip(&columns.codes).zip(weights) {
        if let Some(cell) = table.get_mut(*row as usize).and_then(|cells| cells.get_mut(*column as usize)) {
            *cell += weight;
        }
    }
    let kept: Vec<usize> = (0..columns.names.len()).filter(|column| table.iter().any(|cells| cells[*column] > 0.0)).collect();
    table.retain(|cells| cells.iter().any(|cell| *cell > 0.0));
    table.iter().map(|cells| kept.iter().map(|column| cells[*column]).collect()).collect()
}

/// Sum of squared distances from independence, each over what independence expects.
pub(super) fn chi_squared(table: &[Vec<f64>]) -> f64 {
    let rows: Vec<f64> = table.iter().map(|cells| cells.iter().sum()).collect();
    let columns: Vec<f64> = (0..table[0].len()).map(|column| table.iter().map(|cells| cells[column]).sum()).collect();
    let total: f64 = rows.iter().sum();
    let cell = |row: usize, column: usize| {
        let expected = rows[row] * columns[column] / total;
        (table[row][column] - expected).powi(2) / expected
    };
    (0..rows.len()).flat_map(|row| (0..columns.len()).map(move |column| (row, column))).map(|(row, column)| cell(row, column)).sum()
}

/// Why a table says nothing about a relation.
pub(super) fn too_small(table: &[Vec<f64>]) -> Option<String> {
    let columns = table.first().map_or(0, Vec::len);
    let empty = table.is_empty() || columns == 0;
    if empty {
        return Some("there are no complete rows".to_owned());
    }
    (table.len() < 2 || columns < 2).then(|| "one of the variables has only one level".to_owned())
}

/// Pearson's chi-squared test of independence, without continuity correction; the estimate is Cramér's V.
///
/// # Formula
/// `X² = Σ (o − e)²/e` with `(r − 1)(c − 1)` degrees of freedom
/// # Units
/// Counts.
/// # Not estimable
/// Fewer than two rows or columns.
/// # Source
/// Pearson 1900; `chisq.test(correct = FALSE)` of R 4.2.
pub(crate) fn pearson(table: &[Vec<f64>]) -> Result<Test, String> {
    if let Some(reason) = too_small(table) {
        return Err(reason);
    }
    let statistic = chi_squared(table);
    let df = ((table.len() - 1) * (table[0].len() - 1)) as f64;
    Ok(Test { estimate: cramers_v(table), statistic: Some(statistic), df: Some(df), p_value: chi2_sf(statistic, df), ..Test::default() })
}

/// Cramér's V, from 0 (independent) to 1.
///
/// # Formula
/// `√(X² / (n · (min(r, c) − 1)))`
/// # Units
/// Counts, or sums of weights.
/// # Not estimable
/// Fewer than two rows or columns give `None`.
/// # Source
/// Cramér 1946; values of R 4.2 in `tests/reference/survey/longitudinal.json`.
pub(crate) fn cramers_v(table: &[Vec<f64>]) -> Option<f64> {
    if too_small(table).is_some() {
        return None;
    }
    let total: f64 = table.iter().flatten().sum();
    let least = table.len().min(table[0].len()) as f64 - 1.0;
    Some((chi_squared(table) / (total * least)).sqrt())
}

#[cfg(test)]
mod tests {
    use super::super::anova::tests::near;
    use super::*;

    /// Cylinders by gears of `mtcars`.
    #[test]
    fn as_chisq_test_of_r() {
        let table = vec![vec![1.0, 8.0, 2.0], vec![2.0, 4.0, 1.0], vec![12.0, 0.0, 2.0]];
        let test = pearson(&table).unwrap();
        near(test.statistic, 18.036_363_636_363_6);
        near(test.p_value, 0.001_214_066_033_785_16);
        near(test.estimate, 0.530_865_502_569_325);
        assert!(pearson(&[vec![1.0, 2.0]]).is_err());
        assert!(pearson(&[]).is_err());
    }

    #[test]
    fn empty_categories_are_no_part_of_a_table() {
        let of = |codes: &[u32]| Category { codes: codes.to_vec(), names: ["a", "b", "c"].map(str::to_owned).to_vec() };
        let found = table(&of(&[0, 2, 2]), &of(&[1, 1, 0]), &[1.0, 2.0, 3.0]);
        assert_eq!(found, [vec![0.0, 1.0], vec![3.0, 2.0]]);
    }
}
