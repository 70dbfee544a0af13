//! p-values of several tests in, p-values that allow for their number out.

/// How p-values are adjusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adjust {
    /// Holm: no false finding at all.
    Holm,
    /// Benjamini and Hochberg: few of the findings false.
    Bh,
}

impl Adjust {
    /// The name in methods.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Holm => "Holm",
            Self::Bh => "Benjamini-Hochberg",
        }
    }
}

/// Adjusted p-values, in the order given.
///
/// # Formula
/// Holm `max_{j ≤ i} min(1, (m − j + 1)·p_(j))`; Benjamini–Hochberg `min_{j ≥ i} min(1, m·p_(j)/j)`
/// # Units
/// p-values from 0 to 1.
/// # Not estimable
/// No p-values give none.
/// # Source
/// Holm 1979; Benjamini and Hochberg 1995, doi:10.1111/j.2517-6161.1995.tb02031.x; `p.adjust` of R.
pub(crate) fn adjusted(p_values: &[f64], how: Adjust) -> Vec<f64> {
    let count = p_values.len();
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|first, second| p_values[*first].total_cmp(&p_values[*second]));
    let mut result = vec![1.0; count];
    match how {
        Adjust::Holm => {
            let mut largest = 0.0_f64;
            for (place, position) in order.iter().enumerate() {
                largest = largest.max((count - place) as f64 * p_values[*position]).min(1.0);
                result[*position] = largest;
            }
        }
        Adjust::Bh => {
            let mut smallest = 1.0_f64;
            for (place, position) in order.iter().enumerate().rev() {
                smallest = smallest.min(count as f64 / (place + 1) as f64 * p_values[*position]);
                result[*position] = smallest;
            }
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `tests/reference/model/tests.R`
    #[test]
    fn as_p_adjust_of_r() {
        let p = [0.01, 0.04, 0.03, 0.005, 0.8];
        let near = |found: Vec<f64>, expected: [f64; 5]| assert!(found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-12));
        near(adjusted(&p, Adjust::Holm), [0.04, 0.09, 0.09, 0.025, 0.8]);
        near(adjusted(&p, Adjust::Bh), [0.025, 0.05, 0.05, 0.025, 0.8]);
        assert!(adjusted(&[], Adjust::Holm).is_empty());
    }
}
