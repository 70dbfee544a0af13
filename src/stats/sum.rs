//! Numbers in, their sum out, with the rounding of each step carried along.

/// A sum that keeps what rounding drops, so that order and chunks hardly matter.
///
/// # Formula
/// Each step's rounding error is found exactly (`TwoSum`) and added up beside the sum.
/// # Units
/// Those of the terms.
/// # Not estimable
/// The sum of nothing is 0; a sum with NaN is NaN.
/// # Source
/// Knuth 1998, The Art of Computer Programming 2, section 4.2.2, theorem B; Ogita, Rump and Oishi 2005,
/// doi:10.1137/030601818.
/// # Example
/// ```
/// let mut sum = recovista::stats::Sum::default();
/// for term in [1.0, 1e100, 1.0, -1e100] {
///     sum.add(term);
/// }
/// assert_eq!(sum.value(), 2.0);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Sum {
    total: f64,
    dropped: f64,
}

impl Sum {
    /// Adds a term.
    #[inline]
    pub fn add(&mut self, term: f64) {
        let total = self.total + term;
        let taken = total - self.total;
        self.dropped += (self.total - (total - taken)) + (term - taken);
        self.total = total;
    }

    /// Adds the sum of another chunk.
    pub fn merge(&mut self, other: Self) {
        self.add(other.total);
        self.dropped += other.dropped;
    }

    /// The sum so far.
    #[inline]
    #[must_use]
    pub fn value(self) -> f64 {
        self.total + self.dropped
    }
}

/// The compensated sum of all terms.
///
/// # Formula
/// `Σ x`, as [`Sum`].
/// # Units
/// Those of the terms.
/// # Not estimable
/// The sum of nothing is 0.
/// # Source
/// As [`Sum`].
/// # Example
/// ```
/// assert_eq!(recovista::stats::sum([0.1; 10]), 1.0);
/// ```
pub fn sum(terms: impl IntoIterator<Item = f64>) -> f64 {
    let mut sum = Sum::default();
    for term in terms {
        sum.add(term);
    }
    sum.value()
}
