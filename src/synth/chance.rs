//! A seed in, the same draws out on every machine.
//!
//! Only the four operations and the square root are used, because exponentials and logarithms of the
//! system's library differ in their last digit between machines and a rounded answer could follow.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A stream of draws.
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    /// The stream `name` of a seed; streams do not touch each other.
    pub(super) fn new(seed: u64, name: &str) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        let mut rng = ChaCha8Rng::from_seed(bytes);
        rng.set_stream(fnv(name));
        Self(rng)
    }

    /// Uniform in `[0, 1)`.
    pub(super) fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / 9_007_199_254_740_992.0
    }

    /// Mean 0 and standard deviation 1: the sum of twelve uniform draws of 16 bits, less six.
    pub(super) fn normal(&mut self) -> f64 {
        let quarters = |word: u64| (word & 0xffff) + (word >> 16 & 0xffff) + (word >> 32 & 0xffff) + (word >> 48);
        let sum = quarters(self.0.next_u64()) + quarters(self.0.next_u64()) + quarters(self.0.next_u64());
        (sum as f64 + 6.0) / 65_536.0 - 6.0
    }

    /// So many draws of [`Dice::normal`].
    pub(super) fn normals(&mut self, count: usize) -> Vec<f64> {
        (0..count).map(|_| self.normal()).collect()
    }

    /// The stream after so many draws of [`Dice::normal`], none of them made: three draws of two words each.
    pub(super) fn skip_normals(&mut self, count: usize) -> Vec<f64> {
        self.0.set_word_pos(self.0.get_word_pos() + 6 * count as u128);
        Vec::new()
    }

    /// Uniform among `0 … count − 1`; 0 when there is nothing to choose from.
    pub(super) fn below(&mut self, count: usize) -> usize {
        floor(self.unit() * count as f64).min(count.saturating_sub(1))
    }

    /// Position drawn in proportion to weights.
    pub(super) fn weighted(&mut self, weights: &[f64]) -> usize {
        position(self.unit(), weights)
    }

    pub(super) fn chance(&mut self, share: f64) -> bool {
        self.unit() < share
    }

    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.below(last + 1);
            items.swap(last, other);
        }
    }
}

/// Position at which the cumulative weights pass a share of their sum.
pub(super) fn position(share: f64, weights: &[f64]) -> usize {
    let mut left = share * weights.iter().sum::<f64>();
    for (position, weight) in weights.iter().enumerate() {
        if left < *weight {
            return position;
        }
        left -= weight;
    }
    weights.len().saturating_sub(1)
}

/// The whole part of a number of 0 or more.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "callers pass small numbers of 0 or more, and the cast saturates")]
pub(super) fn floor(number: f64) -> usize {
    number as usize
}

/// Name to stream number (FNV-1a).
fn fnv(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The exponential function by its series at x/1024, squared ten times.
pub(super) fn exp(x: f64) -> f64 {
    let small = x.clamp(-700.0, 700.0) / 1024.0;
    let series = 1.0 + small * (1.0 + small / 2.0 * (1.0 + small / 3.0 * (1.0 + small / 4.0 * (1.0 + small / 5.0))));
    (0..10).fold(series, |value, _| value * value)
}

/// The natural logarithm of a number above 0, by halving into `[1, 2)` and Newton's method.
pub(super) fn ln(x: f64) -> f64 {
    const LN_2: f64 = std::f64::consts::LN_2;
    let (mut rest, mut twos) = (x, 0.0);
    while rest >= 2.0 {
        rest /= 2.0;
        twos += 1.0;
    }
    while rest < 1.0 && rest > 0.0 {
        rest *= 2.0;
        twos -= 1.0;
    }
    let part = (0..8).fold(0.0, |y, _| y + rest * exp(-y) - 1.0);
    twos * LN_2 + part
}

/// The standard normal distribution function, tabulated once by Simpson's rule.
pub(super) struct Bell(Vec<f64>);

const STEPS_PER_UNIT: f64 = 50.0;

impl Bell {
    pub(super) fn new() -> Self {
        let density = |z: f64| exp(-z * z / 2.0) * 0.398_942_280_401_432_7;
        let width = 1.0 / STEPS_PER_UNIT;
        let mut sums = vec![0.5];
        for step in 0..300_u32 {
            let z = f64::from(step) * width;
            let piece = width / 6.0 * (density(z) + 4.0 * density(z + width / 2.0) + density(z + width));
            sums.push(sums[sums.len() - 1] + piece);
        }
        Self(sums)
    }

    /// Share of the distribution below `z`.
    pub(super) fn below(&self, z: f64) -> f64 {
        let place = z.abs().min(5.99) * STEPS_PER_UNIT;
        let step = floor(place);
        let upper = self.0[step] + (place - step as f64) * (self.0[step + 1] - self.0[step]);
        if z < 0.0 { 1.0 - upper } else { upper }
    }

    /// Mean and spread of a normal variable that has the wished mean and standard deviation after rounding to
    /// whole numbers and cutting to `low … high`.
    pub(super) fn before_rounding(&self, mean: f64, sd: f64, low: f64, high: f64) -> (f64, f64) {
        let (mut centre, mut spread) = (mean, sd);
        for _ in 0..80 {
            let (got_mean, got_sd) = self.after_rounding(centre, spread, low, high);
            centre += mean - got_mean;
            spread *= (sd / got_sd.max(0.05)).clamp(0.5, 2.0);
        }
        (centre, spread)
    }

    fn after_rounding(&self, centre: f64, spread: f64, low: f64, high: f64) -> (f64, f64) {
        let (mut sum, mut squares, mut before, mut value) = (0.0, 0.0, 0.0, low);
        while value <= high {
            let until = if value + 1.0 > high { 1.0 } else { self.below((value + 0.5 - centre) / spread) };
            sum += (until - before) * value;
            squares += (until - before) * value * value;
            before = until;
            value += 1.0;
        }
        (sum, (squares - sum * sum).max(0.0).sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_functions_agree_with_the_system() {
        for x in [-20.0, -1.5, 0.0, 0.3, 2.0, 9.0] {
            let (own, system) = (exp(x), f64::exp(x));
            assert!((own / system - 1.0).abs() < 1e-10, "exp {x}: {own} {system}");
        }
        for x in [0.02, 0.5, 1.0, 1.7, 9000.0] {
            assert!((ln(x) - f64::ln(x)).abs() < 1e-10, "ln {x}");
        }
        let bell = Bell::new();
        for (z, share) in [(0.0, 0.5), (1.0, 0.841_344_7), (-1.959_964, 0.025), (3.0, 0.998_650_1)] {
            assert!((bell.below(z) - share).abs() < 1e-4, "{z}: {}", bell.below(z));
        }
    }

    #[test]
    fn rounding_and_cutting_keep_the_wished_moments() {
        let bell = Bell::new();
        let (centre, spread) = bell.before_rounding(5.0, 1.2, 1.0, 6.0);
        let (mean, sd) = bell.after_rounding(centre, spread, 1.0, 6.0);
        assert!((mean - 5.0).abs() < 1e-3 && (sd - 1.2).abs() < 1e-3, "{mean} {sd}");
    }

    #[test]
    fn normal_draws_have_mean_zero_and_unit_spread() {
        let mut dice = Dice::new(3, "normal");
        let draws: Vec<f64> = (0..40_000).map(|_| dice.normal()).collect();
        let mean = draws.iter().sum::<f64>() / 40_000.0;
        let variance = draws.iter().map(|z| (z - mean) * (z - mean)).sum::<f64>() / 40_000.0;
        assert!(mean.abs() < 0.02 && (variance - 1.0).abs() < 0.03, "{mean} {variance}");
    }

    #[test]
    fn draws_can_be_left_out() {
        let (mut drawn, mut left_out) = (Dice::new(5, "skip"), Dice::new(5, "skip"));
        drawn.normals(37);
        left_out.skip_normals(37);
        assert_eq!(drawn.unit().to_bits(), left_out.unit().to_bits());
    }

    #[test]
    fn streams_repeat_and_differ() {
        let draws = |name: &str| {
            let mut dice = Dice::new(7, name);
            (0..3).map(|_| dice.unit().to_bits()).collect::<Vec<_>>()
        };
        assert_eq!(draws("a"), draws("a"));
        assert_ne!(draws("a"), draws("b"));
    }
}
