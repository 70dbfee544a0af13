//! Units and some waves in; how many units were taken, out of how many, at each stage out.
//!
//! Counts are made within each wave of which a figure speaks. A stratum's fraction is the smallest
//! of its waves', so that a change between waves is a census only where both waves were.

use super::units::{Units, bits};

/// A fraction this near to 1 is a census.
pub(crate) const CENSUS: f64 = 1.0 - 1e-7;

/// Units taken and fractions, by stage and unit of the stage above; rows or people are the last stage.
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
    /// Counts the units of these waves; of all when none is named.
    pub(crate) fn new(units: &Units, waves: &[u32]) -> Self {
        let all: Vec<u32> = (0..units.waves).collect();
        let waves = if waves.is_empty() { &all } else { waves };
        let mut sampling = Self::default();
        for stage in 0..=units.stages.len() {
            sampling.taken.push(count(units, stage, waves));
            sampling.add_fractions(units, stage, waves);
        }
        sampling
    }

    /// A sampling of one wave without clusters, in which so many rows of each bag are all that was taken.
    pub(crate) fn of_rows(units: &Units, wave: u32, rows: Vec<u32>) -> Self {
        let population = |bag: usize| units.population.first().and_then(|of| of.get(bag)?.get(wave as usize).copied()).filter(|size| !size.is_nan());
        let fraction = |(bag, taken): (usize, &u32)| match population(bag) {
            None => 0.0,
            Some(size) if size < 1.0 => size,
            Some(size) => (f64::from(*taken) / size).min(1.0),
        };
        Self { fraction: vec![rows.iter().enumerate().map(fraction).collect()], taken: vec![rows], notes: Vec::new() }
    }

    fn add_fractions(&mut self, units: &Units, stage: usize, waves: &[u32]) {
        let taken = &self.taken[stage];
        let mut fraction = vec![f64::NAN; taken.len()];
        let mut beyond = 0;
        if let Some(population) = units.population.get(stage) {
            for wave in waves {
                let of_wave = count(units, stage, &[*wave]);
                for (parent, (known, taken)) in fraction.iter_mut().zip(&of_wave).enumerate() {
                    let size = population.get(parent).and_then(|waves| waves.get(*wave as usize)).copied().unwrap_or(f64::NAN);
                    let now = if size < 1.0 { size } else { f64::from(*taken) / size };
                    beyond += usize::from(now > 1.0 + 1e-9);
                    // A unit that this wave has not is NaN here; `f64::min` passes over the NaN of the first wave.
                    if !now.is_nan() {
                        *known = known.min(now.min(1.0));
                    }
                }
            }
            if beyond > 0 {
                self.notes.push("more units answered than the population count says".to_owned());
            }
            if stage < units.described && fraction.iter().zip(taken).any(|(fraction, taken)| fraction.is_nan() && *taken > 0) {
                self.notes.push("some population counts are missing, so their part has no finite population correction".to_owned());
            }
        }
        self.fraction.push(fraction.into_iter().map(|fraction| if fraction.is_nan() { 0.0 } else { fraction }).collect());
    }

    /// Weight of the rows of a bag: the product over stages of the inverse fractions of their units.
    pub(crate) fn weight(&self, units: &Units, bag: u32) -> f64 {
        let mut weight = 1.0;
        let mut parent = bag;
        for stage in (0..=units.stages.len()).rev() {
            if stage < units.stages.len() {
                parent = units.stages[stage].parent[parent as usize];
            }
            let fraction = self.fraction[stage].get(parent as usize).copied().unwrap_or_default();
            if fraction > 0.0 {
                weight /= fraction;
            }
        }
        weight
    }
}

/// Units of a stage met in these waves, by unit of the stage above.
fn count(units: &Units, stage: usize, waves: &[u32]) -> Vec<u32> {
    let parents = if stage == 0 { units.strata } else { units.stages[stage - 1].parent.len() };
    let mut taken = vec![0; parents];
    let bits = bits(waves);
    let (parent, met) = match units.stages.get(stage) {
        Some(stage) => (&stage.parent, &stage.waves),
        None => (&units.last.parent, &units.last.waves),
    };
    for parent in parent.iter().zip(met).filter(|(_, met)| **met & bits != 0).map(|(parent, _)| *parent) {
        taken[parent as usize] += 1;
    }
    if stage == units.stages.len() {
        for (taken, rows) in taken.iter_mut().zip(&units.last.rows) {
            *taken += waves.iter().filter_map(|wave| rows.get(*wave as usize)).sum::<u32>();
        }
    }
    taken
}
