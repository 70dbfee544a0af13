//! An index and some rows in; how many units were taken, out of how many, at each stage out.
//!
//! Counts are made within each wave of which a figure speaks. A stratum's fraction is the smallest
//! of its waves', so that a change between waves is a census only where both waves were.

use super::index::Index;
use crate::frame::NO_LEVEL;

/// A fraction this near to 1 is a census.
pub(crate) const CENSUS: f64 = 1.0 - 1e-7;

/// Units taken and fractions, by stage and unit of the stage above.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sampling {
    /// Units taken.
    pub(crate) taken: Vec<Vec<u32>>,
    /// Fraction taken; 0 when the population is not known.
    pub(crate) fraction: Vec<Vec<f64>>,
    /// What a reader should know.
    pub(crate) notes: Vec<String>,
}

impl Sampling {
    /// Counts the units of the rows that `inside` lets through.
    pub(crate) fn new(index: &Index, inside: impl Fn(usize) -> bool) -> Self {
        let rows: Vec<usize> = (0..index.rows).filter(|row| index.placed[*row] && inside(*row)).collect();
        let mut waves: Vec<u32> = rows.iter().map(|row| index.wave[*row]).collect();
        waves.sort_unstable();
        waves.dedup();
        let mut sampling = Self::default();
        for stage in 0..index.stages.len() {
            sampling.taken.push(count(index, stage, rows.iter().copied()));
            sampling.add_fractions(index, stage, &rows, &waves);
        }
        sampling
    }

    fn add_fractions(&mut self, index: &Index, stage: usize, rows: &[usize], waves: &[u32]) {
        let units = &index.stages[stage];
        let mut fraction = vec![f64::NAN; units.parents];
        let mut beyond = 0;
        if !units.fpc.is_empty() {
            for wave in waves {
                let of_wave = || rows.iter().copied().filter(|row| index.wave[*row] == *wave);
                let taken = count(index, stage, of_wave());
                for (known, now) in fraction.iter_mut().zip(wave_fractions(index, stage, of_wave(), &taken)) {
                    beyond += usize::from(now > 1.0 + 1e-9);
                    // A unit that this wave has not is NaN here; `f64::min` passes over the NaN of the first wave.
                    if !now.is_nan() {
                        *known = known.min(now.min(1.0));
                    }
                }
            }
            self.note(index, stage, &fraction, beyond);
        }
        for value in &mut fraction {
            if value.is_nan() {
                *value = 0.0;
            }
        }
        self.fraction.push(fraction);
    }

    fn note(&mut self, index: &Index, stage: usize, fraction: &[f64], beyond: usize) {
        if beyond > 0 {
            self.notes.push("more units answered than the population count says".to_owned());
        }
        let unknown = fraction.iter().zip(&self.taken[stage]).filter(|(fraction, taken)| fraction.is_nan() && **taken > 0).count();
        if unknown > 0 && stage < index.described {
            self.notes.push("some population counts are missing, so their part has no finite population correction".to_owned());
        }
    }

    /// Weight of each row: the product over stages of the inverse fractions of its units.
    pub(crate) fn weight(&self, index: &Index, row: usize) -> f64 {
        let mut weight = 1.0;
        for (stage, units) in index.stages.iter().enumerate() {
            let unit = units.unit[row];
            if unit == NO_LEVEL {
                return 0.0;
            }
            let fraction = self.fraction[stage][units.parent[unit as usize] as usize];
            if fraction > 0.0 {
                weight /= fraction;
            }
        }
        weight
    }
}

/// Units of a stage met in these rows, by unit of the stage above.
fn count(index: &Index, stage: usize, rows: impl Iterator<Item = usize>) -> Vec<u32> {
    let units = &index.stages[stage];
    let mut seen = vec![false; units.parent.len()];
    let mut taken = vec![0; units.parents];
    for row in rows {
        let unit = units.unit[row] as usize;
        if !seen[unit] {
            seen[unit] = true;
            taken[units.parent[unit] as usize] += 1;
        }
    }
    taken
}

/// Fractions taken within one wave; NaN where the population is not known.
fn wave_fractions(index: &Index, stage: usize, rows: impl Iterator<Item = usize>, taken: &[u32]) -> Vec<f64> {
    let units = &index.stages[stage];
    let mut population = vec![f64::NAN; units.parents];
    for row in rows {
        let known = &mut population[units.parent[units.unit[row] as usize] as usize];
        if known.is_nan() && units.fpc[row] > 0.0 {
            *known = units.fpc[row];
        }
    }
    let fraction = |(population, taken): (f64, &u32)| if population < 1.0 { population } else { f64::from(*taken) / population };
    population.into_iter().zip(taken).map(fraction).collect()
}
