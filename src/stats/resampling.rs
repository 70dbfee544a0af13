//! Units of a sample in, units of bootstrap samples out: the rescaled bootstrap that curves and path models share.

use std::collections::{BTreeMap, BTreeSet};

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// How a bootstrap draws.
#[derive(Debug, Clone, Copy)]
pub struct Resampling<'a> {
    /// The unit of each point, such as its center; points without clusters have one each.
    pub units: &'a [u32],
    /// The stratum of each point; all points of a unit lie in one.
    pub strata: &'a [u32],
    /// How many samples are drawn.
    pub replicates: u32,
    /// The same seed gives the same samples, on any number of threads.
    pub seed: u64,
}

/// The units of each stratum, from which samples are drawn.
///
/// # Formula
/// In each stratum of `n` units `n − 1` are drawn with replacement and each gets weight `n/(n − 1)`. The single unit of a
/// stratum is in every sample.
/// # Source
/// Rao and Wu 1988, doi:10.1080/01621459.1988.10478591.
#[derive(Debug, Clone, Default)]
pub(crate) struct Strata(BTreeMap<u32, BTreeSet<u32>>);

/// How often each unit of a sample was drawn, and the weight of its points; units that were not drawn are not there.
pub(crate) type Draw = BTreeMap<(u32, u32), (usize, f64)>;

impl Strata {
    /// The strata of points, each given as its stratum and its unit.
    pub(crate) fn new(points: impl IntoIterator<Item = (u32, u32)>) -> Self {
        let mut strata = Self::default();
        for (stratum, unit) in points {
            strata.0.entry(stratum).or_default().insert(unit);
        }
        strata
    }

    /// One sample.
    pub(crate) fn draw(&self, seed: u64, replicate: u32) -> Draw {
        let mut dice = ChaCha8Rng::seed_from_u64(seed);
        dice.set_stream(u64::from(replicate));
        let mut drawn = BTreeMap::new();
        for (stratum, units) in &self.0 {
            let units: Vec<u32> = units.iter().copied().collect();
            let n = units.len() as u64;
            let weight = if n > 1 { n as f64 / (n - 1) as f64 } else { 1.0 };
            for _ in 0..n.saturating_sub(1).max(1) {
                // The high half of a product is a number below n, each as likely as the others to one part in 2⁶⁴/n.
                let place = (u128::from(dice.next_u64()) * u128::from(n)) >> 64;
                let unit = usize::try_from(place).ok().and_then(|place| units.get(place)).copied().unwrap_or_default();
                drawn.entry((*stratum, unit)).or_insert((0, weight)).0 += 1;
            }
        }
        drawn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_weighs_as_much_as_its_strata() {
        let strata = Strata::new([(0, 1), (0, 2), (0, 2), (0, 3), (1, 1), (1, 9), (2, 5)]);
        for replicate in 0..50 {
            let drawn = strata.draw(7, replicate);
            let weight = |stratum: u32| drawn.iter().filter(|((own, _), _)| *own == stratum).map(|(_, (times, weight))| *times as f64 * weight).sum::<f64>();
            assert!((weight(0) - 3.0).abs() < 1e-12 && (weight(1) - 2.0).abs() < 1e-12, "{drawn:?}");
            assert_eq!(drawn.get(&(2, 5)), Some(&(1, 1.0)), "a lone unit is in every sample");
        }
        assert!((1..50).any(|replicate| strata.draw(7, replicate) != strata.draw(7, 0)));
        assert_eq!(strata.draw(7, 3), strata.draw(7, 3));
    }
}
