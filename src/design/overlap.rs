//! Units of two waves and their influences in, what a comparison of the waves adds to the variance of a panel out.
//!
//! The tree takes a unit of both waves as one unit, as if the same units had been drawn for both. Of a finite population
//! each wave has the variance of its own units, and two means have the covariance `S₁₂ · (n₁₂/(n₁n₂) − 1/N)` with `n₁₂`
//! units in both: that of a panel where all are, and about 0 where each wave was drawn anew, because then `n₁₂` is near
//! `n₁n₂/N` (Tam 1984, On covariances from overlapping samples, The American Statistician 38:288–289). Within units of
//! both waves the same holds of the next stage, with `n₁n₂/(N·n₁₂)` in place of the fraction above.
//! Where no population is known nothing is added: R `survey` and the panel agree.

/// Units of two waves below one unit of the stage above.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Both {
    /// Units taken in each wave, and in either.
    taken: [f64; 2],
    either: f64,
    /// Fraction taken in each wave; NaN where the population is not known.
    fraction: [f64; 2],
}

/// Fractions above a unit: of each wave, and what stands in their place for the covariance.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Above {
    wave: [f64; 2],
    both: f64,
}

impl Above {
    /// Those of the first stage.
    pub(crate) const FIRST: Self = Self { wave: [1.0; 2], both: 1.0 };
}

impl Both {
    /// From units taken in each wave and in either, and the fraction of each wave, NaN where not known.
    pub(crate) fn new(taken: [u32; 2], either: u32, fraction: [f64; 2]) -> Self {
        Self { taken: taken.map(f64::from), either: f64::from(either), fraction }
    }

    /// Units taken in both waves.
    fn shared(&self) -> f64 {
        (self.taken[0] + self.taken[1] - self.either).max(0.0)
    }

    /// Units that two draws have in common on average: `n₁n₂/N`. Of populations that differ the larger counts: the other lies within it.
    fn expected(&self) -> f64 {
        (self.fraction[0] * self.taken[1]).min(self.fraction[1] * self.taken[0])
    }

    fn is_known(&self) -> bool {
        self.fraction.iter().all(|fraction| !fraction.is_nan())
    }

    /// The fractions above the units of the next stage; `None` where a population is not known.
    pub(crate) fn below(&self, above: Above) -> Option<Above> {
        let [first, second] = [0, 1].map(|wave| above.wave[wave] * self.fraction[wave]);
        let both = if self.shared() > 0.0 { above.both * self.expected() / self.shared() } else { 0.0 };
        self.is_known().then_some(Above { wave: [first, second], both })
    }

    /// The variance of these units in two waves of a finite population beyond that of a panel, in which the panel counts
    /// with a factor; 0 where the population is not known, or a wave has too few units.
    pub(crate) fn added(&self, sums: &TwoWaves, above: Above, panel: f64) -> f64 {
        if !self.is_known() || self.taken.iter().any(|taken| *taken < 2.0) {
            return 0.0;
        }
        let around = |squares: f64, total: f64, taken: f64| taken / (taken - 1.0) * (squares - total * total / taken);
        let of_wave = |wave: usize| above.wave[wave] * (1.0 - self.fraction[wave]) * around(sums.squares[wave], sums.all[wave], self.taken[wave]);
        let covariance = above.both * (self.shared() - self.expected()) * self.covariance(sums);
        let as_panel = around(sums.squares[0] + sums.squares[1] + 2.0 * sums.product, sums.all[0] + sums.all[1], self.either);
        of_wave(0) + of_wave(1) + 2.0 * covariance - panel * as_panel
    }

    /// The covariance of the influences of a unit in the two waves, from the units of both; 0 where there is none.
    ///
    /// Deviations are from the mean of all units of the same wave, so that one unit of both tells something;
    /// `Σ (z₁ − z̄₁)(z₂ − z̄₂) / (n₁₂ · (1 − 1/n₁ − 1/n₂ + n₁₂/(n₁n₂)))` is unbiased.
    fn covariance(&self, sums: &TwoWaves) -> f64 {
        let ([first, second], shared) = (self.taken, self.shared());
        if shared < 1.0 {
            return 0.0;
        }
        let mean = [sums.all[0] / first, sums.all[1] / second];
        let around = sums.product - mean[1] * sums.shared[0] - mean[0] * sums.shared[1] + shared * mean[0] * mean[1];
        around / (shared * (1.0 - 1.0 / first - 1.0 / second + shared / (first * second)))
    }
}

/// Influences by wave below one unit: of all units with their squares, and of those of both waves with their products.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct TwoWaves {
    all: [f64; 2],
    squares: [f64; 2],
    shared: [f64; 2],
    product: f64,
}

impl TwoWaves {
    /// Adds a unit.
    pub(crate) fn add(&mut self, influence: [f64; 2], is_shared: bool) {
        for (wave, own) in influence.into_iter().enumerate() {
            self.add_rows(wave, own, own * own);
            self.shared[wave] += if is_shared { own } else { 0.0 };
        }
        self.product += if is_shared { influence[0] * influence[1] } else { 0.0 };
    }

    /// Adds rows of one wave, each a unit of its own: the sum of their influences and of the squares.
    pub(crate) fn add_rows(&mut self, wave: usize, total: f64, squares: f64) {
        self.all[wave] += total;
        self.squares[wave] += squares;
    }

    /// Adds the units below another unit.
    pub(crate) fn join(&mut self, other: &Self) {
        for wave in 0..2 {
            self.add_rows(wave, other.all[wave], other.squares[wave]);
            self.shared[wave] += other.shared[wave];
        }
        self.product += other.product;
    }

    /// Sum of the influences of each wave.
    pub(crate) fn totals(&self) -> [f64; 2] {
        self.all
    }
}
