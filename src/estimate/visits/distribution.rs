//! Whole numbers in (visits of a person, seconds of a stay, days of a person); mean, spread and quantiles out.
//!
//! Sums are whole numbers, so no order of rows and no split into batches can change the last digit.

/// A bag of whole numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Distribution {
    values: Vec<u32>,
}

impl Distribution {
    /// Adds a number.
    pub(super) fn push(&mut self, value: u32) {
        self.values.push(value);
    }

    /// Sorts; quantiles need it once, after the last `push`.
    pub(super) fn sort(&mut self) {
        self.values.sort_unstable();
    }

    /// How many numbers.
    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }

    /// Their sum.
    pub(crate) fn sum(&self) -> u64 {
        self.values.iter().map(|value| u64::from(*value)).sum()
    }

    /// Their mean; `None` without any.
    pub(crate) fn mean(&self) -> Option<f64> {
        (!self.values.is_empty()).then(|| self.sum() as f64 / self.values.len() as f64)
    }

    /// Their standard deviation with divisor n − 1; `None` for fewer than two.
    pub(crate) fn sd(&self) -> Option<f64> {
        if self.values.len() < 2 {
            return None;
        }
        let n = self.values.len() as u128;
        let sum = u128::from(self.sum());
        let squares: u128 = self.values.iter().map(|value| u128::from(*value).pow(2)).sum();
        Some(((n * squares - sum * sum) as f64 / (n * (n - 1)) as f64).sqrt())
    }

    /// Quantile by Hyndman and Fan's rule 7: linear between the order statistics around (n − 1)·p; `None` without any.
    pub(crate) fn quantile(&self, p: f64) -> Option<f64> {
        let last = self.values.len().checked_sub(1)?;
        let place = last as f64 * p.clamp(0.0, 1.0);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place lies between 0 and the last position")]
        let below = place.floor() as usize;
        let (low, high) = (f64::from(self.values[below]), f64::from(self.values[last.min(below + 1)]));
        Some(low + (place - place.floor()) * (high - low))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[u32]) -> Distribution {
        let mut distribution = Distribution::default();
        for value in values {
            distribution.push(*value);
        }
        distribution.sort();
        distribution
    }

    #[test]
    fn small_bags_have_known_answers() {
        let four = of(&[4, 1, 3, 2]);
        assert_eq!((four.mean(), four.quantile(0.25), four.quantile(0.5), four.quantile(0.75)), (Some(2.5), Some(1.75), Some(2.5), Some(3.25)));
        assert!((four.sd().unwrap() - 1.290_994_448_735_805_6).abs() < 1e-15);
        assert_eq!((of(&[7]).mean(), of(&[7]).sd(), of(&[7]).quantile(0.75)), (Some(7.0), None, Some(7.0)));
        assert_eq!((of(&[]).mean(), of(&[]).sd(), of(&[]).quantile(0.5)), (None, None, None));
        assert_eq!(of(&[5, 5, 5]).sd(), Some(0.0));
    }
}
