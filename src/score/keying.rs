//! Answers of a scale in, the items that run against the others out.
//!
//! An item that is keyed the other way and was not turned correlates negatively with the sum of the rest, and so does
//! one that the file had turned already. Items are turned one by one, the most negative first, until all correlate
//! positively; those that had to be turned are named with the correlation that they have as they stand.

/// Below this the correlation of an item with the rest says little, however many people answered.
const LEAST: f64 = 0.1;
/// How many standard errors of a correlation of zero, 1/√n, it must be away from zero: Fisher 1915.
const ERRORS: f64 = 3.0;

/// Sums over the rows that answered every item of a scale; they add up over batches.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Moments {
    rows: u64,
    sums: Vec<f64>,
    /// Upper triangle of the products, row by row.
    products: Vec<f64>,
}

impl Moments {
    /// The sums of some rows.
    pub(super) fn of(items: &[&[f64]]) -> Self {
        let count = items.len();
        let mut moments = Self { rows: 0, sums: vec![0.0; count], products: vec![0.0; count * (count + 1) / 2] };
        let mut answers = vec![0.0; count];
        for row in 0..items.first().map_or(0, |codes| codes.len()) {
            let complete = answers.iter_mut().zip(items).all(|(answer, codes)| {
                *answer = codes.get(row).copied().unwrap_or(f64::NAN);
                !answer.is_nan()
            });
            if !complete {
                continue;
            }
            moments.rows += 1;
            let mut products = moments.products.iter_mut();
            for (first, one) in answers.iter().enumerate() {
                moments.sums[first] += one;
                for (other, product) in answers[first..].iter().zip(&mut products) {
                    *product += one * other;
                }
            }
        }
        moments
    }

    /// Adds the sums of other rows.
    pub(super) fn merge(&mut self, later: &Self) {
        if self.sums.is_empty() {
            *self = later.clone();
            return;
        }
        self.rows += later.rows;
        self.sums.iter_mut().zip(&later.sums).for_each(|(mine, theirs)| *mine += theirs);
        self.products.iter_mut().zip(&later.products).for_each(|(mine, theirs)| *mine += theirs);
    }

    /// Positions of the items that run against most of the others, with the correlation of each with the rest of the scale.
    pub(super) fn against(&self) -> Vec<(usize, f64)> {
        let covariances = self.covariances();
        let count = covariances.len();
        if count < 2 || self.rows < 3 {
            return Vec::new();
        }
        let mut signs = vec![1.0; count];
        for _ in 0..count {
            let lowest = (0..count).map(|item| (item_rest(&covariances, &signs, item), item)).min_by(|a, b| a.0.total_cmp(&b.0));
            match lowest {
                Some((correlation, item)) if correlation < 0.0 => signs[item] = -signs[item],
                _ => break,
            }
        }
        let turned = signs.iter().filter(|sign| **sign < 0.0).count();
        // Which way is up is not known: the larger part is.
        let minority = if 2 * turned > count { 1.0 } else { -1.0 };
        let is_clear = |correlation: f64| correlation >= LEAST && correlation * (self.rows as f64).sqrt() >= ERRORS;
        (0..count)
            .filter(|item| (signs[*item] - minority).abs() < 0.5)
            .map(|item| (item, item_rest(&covariances, &signs, item)))
            .filter(|(_, correlation)| is_clear(*correlation))
            .map(|(item, correlation)| (item, -correlation))
            .collect()
    }

    fn covariances(&self) -> Vec<Vec<f64>> {
        let (count, rows) = (self.sums.len(), self.rows as f64);
        let mut covariances = vec![vec![0.0; count]; count];
        let mut products = self.products.iter();
        for (first, second) in (0..count).flat_map(|first| (first..count).map(move |second| (first, second))) {
            let product = products.next().copied().unwrap_or_default();
            let covariance = product - self.sums[first] * self.sums[second] / rows;
            covariances[first][second] = covariance;
            covariances[second][first] = covariance;
        }
        covariances
    }
}

/// Correlation of one item with the sum of the others, each with its sign; 0 where either does not vary.
fn item_rest(covariances: &[Vec<f64>], signs: &[f64], item: usize) -> f64 {
    let others = || (0..signs.len()).filter(|other| *other != item);
    let with_rest: f64 = others().map(|other| signs[item] * signs[other] * covariances[item][other]).sum();
    let rest: f64 = others().map(|one| others().map(|other| signs[one] * signs[other] * covariances[one][other]).sum::<f64>()).sum();
    let scale = (covariances[item][item] * rest).sqrt();
    if scale > 1e-9 { with_rest / scale } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers 0 to 4 that share a factor, the same at every call; items in `turned` are stored the other way.
    fn answers(rows: usize, items: usize, turned: &[usize]) -> Vec<Vec<f64>> {
        let mut state = 7_u64;
        let mut chance = move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f64 / f64::from(1 << 24)
        };
        let mut columns = vec![Vec::new(); items];
        for _ in 0..rows {
            let common = chance();
            for (item, column) in columns.iter_mut().enumerate() {
                let answer = (2.5 * common + 2.5 * chance()).floor().min(4.0);
                column.push(if turned.contains(&item) { 4.0 - answer } else { answer });
            }
        }
        columns
    }

    fn named(columns: &[Vec<f64>]) -> Vec<usize> {
        let items: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        Moments::of(&items).against().into_iter().map(|(item, _)| item).collect()
    }

    #[test]
    fn exactly_the_turned_items_are_named() {
        for turned in [&[][..], &[2], &[0, 4], &[1, 3, 5]] {
            assert_eq!(named(&answers(400, 7, turned)), turned, "{turned:?}");
        }
        assert_eq!(named(&answers(400, 7, &[0, 1, 2, 3, 5, 6])), [4], "the smaller part is named");
        assert_eq!(named(&answers(6, 7, &[2])), [0_usize; 0], "few people say little");
    }

    #[test]
    fn the_correlation_is_that_of_the_item_with_the_sum_of_the_others() {
        // The rest of the first item is 4, 3, 7, 8, 8.
        let columns: [&[f64]; 3] = [&[5.0, 4.0, 3.0, 1.0, 2.0], &[2.0, 1.0, 3.0, 4.0, 5.0], &[2.0, 2.0, 4.0, 4.0, 3.0]];
        let moments = Moments::of(&columns);
        let found = item_rest(&moments.covariances(), &[1.0; 3], 0);
        assert!((found - pearson(columns[0], &[4.0, 3.0, 7.0, 8.0, 8.0])).abs() < 1e-12, "{found}");
    }

    fn pearson(x: &[f64], y: &[f64]) -> f64 {
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let (mx, my) = (mean(x), mean(y));
        let sum = |f: &dyn Fn(f64, f64) -> f64| x.iter().zip(y).map(|(x, y)| f(x - mx, y - my)).sum::<f64>();
        sum(&|x, y| x * y) / (sum(&|x, _| x * x) * sum(&|_, y| y * y)).sqrt()
    }

    #[test]
    fn sums_of_batches_are_those_of_the_whole() {
        let columns = answers(300, 5, &[1]);
        let part = |rows: std::ops::Range<usize>| Moments::of(&columns.iter().map(|column| &column[rows.clone()]).collect::<Vec<_>>());
        let mut whole = Moments::default();
        whole.merge(&part(0..100));
        whole.merge(&part(100..300));
        assert_eq!(whole, part(0..300));
    }
}
