//! Numbers in, their count, mean and squared deviations out, joined from parts without loss.

/// Count, mean and sum of squared deviations from the mean.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Spread {
    /// How many numbers.
    pub(crate) n: f64,
    /// Their mean; 0 for none.
    pub(crate) mean: f64,
    /// `Σ (x − x̄)²`.
    pub(crate) squares: f64,
}

impl Spread {
    /// The spread of one number.
    pub(crate) fn one(value: f64) -> Self {
        Self { n: 1.0, mean: value, squares: 0.0 }
    }

    /// The sum of the numbers.
    pub(crate) fn total(&self) -> f64 {
        self.n * self.mean
    }

    /// The spread of the numbers times a factor.
    pub(crate) fn scaled(&self, factor: f64) -> Self {
        Self { n: self.n, mean: self.mean * factor, squares: self.squares * factor * factor }
    }

    /// Adds the numbers of another spread (Chan, Golub and `LeVeque` 1983, doi:10.1080/00031305.1983.10483115).
    pub(crate) fn join(&mut self, other: Self) {
        if self.n == 0.0 {
            *self = other;
        } else if other.n > 0.0 {
            let (n, apart) = (self.n + other.n, other.mean - self.mean);
            self.squares += other.squares + apart * apart * self.n * other.n / n;
            self.mean += apart * other.n / n;
            self.n = n;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Spread;

    #[test]
    fn parts_join_to_the_whole() {
        let numbers = [4.0, 7.0, 13.0, 16.0, 1e3];
        let mut whole = Spread::default();
        for number in &numbers {
            whole.join(Spread::one(*number));
        }
        let (mut left, mut right) = (Spread::default(), Spread::default());
        numbers[..2].iter().for_each(|number| left.join(Spread::one(*number)));
        numbers[2..].iter().for_each(|number| right.join(Spread::one(*number)));
        left.join(right);
        // Mean 208; deviations 204, 201, 195, 192, 792.
        let squares = 204.0_f64.powi(2) + 201.0_f64.powi(2) + 195.0_f64.powi(2) + 192.0_f64.powi(2) + 792.0_f64.powi(2);
        for spread in [whole, left] {
            assert!((spread.mean - 208.0).abs() < 1e-12 && (spread.squares - squares).abs() < 1e-8 && (spread.n - 5.0).abs() < 1e-12);
        }
    }
}
