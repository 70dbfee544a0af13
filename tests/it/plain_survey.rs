//! Generated rows of a survey, and the formulas of its statistics written as slowly and plainly as they stand in books.
//!
//! Nothing here comes from the engine: influences are made row by row, variances by recursion over stages.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use recovista::design::{Design, LonelyPsu};
use recovista::frame::{Batch, Column, Frame, Levels, NO_LEVEL, Values};

/// Rows that spread over two strata, centers, teams and waves, so that every survey has a variance.
const SKELETON: usize = 32;
/// The answer of those who gave none.
pub(crate) const NO_ANSWER: usize = 3;
/// Columns of replicate weights.
pub(crate) const REPLICATES: usize = 4;

/// One answered questionnaire.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) id: usize,
    stratum: usize,
    units: [usize; 2],
    pub(crate) group: usize,
    pub(crate) wave: usize,
    pub(crate) person: usize,
    pub(crate) answer: usize,
    pub(crate) y: f64,
    pub(crate) x: f64,
    pub(crate) weight: f64,
    population: [f64; 3],
}

/// What the design says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    strata: bool,
    stages: usize,
    fpc: usize,
    /// Whether people are known and answer in two waves.
    pub(crate) panel: bool,
    weighted: bool,
}

const fn plan(strata: bool, stages: usize, fpc: usize, panel: bool, weighted: bool) -> Plan {
    Plan { strata, stages, fpc, panel, weighted }
}

/// Designs of every kind.
pub(crate) const PLANS: [Plan; 12] = [
    plan(false, 0, 0, false, true),
    plan(true, 0, 0, false, true),
    plan(true, 0, 1, false, true),
    plan(true, 0, 1, false, false),
    plan(true, 1, 0, false, true),
    plan(true, 1, 1, false, true),
    plan(true, 2, 3, false, true),
    plan(false, 2, 2, false, true),
    plan(true, 2, 3, false, false),
    plan(true, 0, 0, true, true),
    plan(true, 1, 1, true, true),
    plan(false, 1, 2, true, true),
];

/// Rows and their design.
#[derive(Debug, Clone)]
pub(crate) struct Survey {
    pub(crate) rows: Vec<Row>,
    pub(crate) plan: Plan,
}

/// The code of a row in a level column.
pub(crate) type Code = fn(&Row) -> usize;
type Place = (usize, usize, usize, usize, usize);
type Answers = (usize, usize, f64, f64, f64);

/// Surveys of 32 to 72 rows under one of the designs.
pub(crate) fn surveys() -> impl Strategy<Value = Survey> {
    let place = (0_usize..2, 0_usize..4, 0_usize..3, 0_usize..2, 0_usize..12);
    let y = prop_oneof![9 => (-400_i32..400).prop_map(|y| f64::from(y) / 8.0), 1 => Just(f64::NAN)];
    let x = prop_oneof![15 => (1_i32..40).prop_map(|x| f64::from(x) / 4.0), 1 => Just(f64::NAN)];
    let weight = prop_oneof![8 => (1_i32..32).prop_map(|w| f64::from(w) / 4.0), 1 => Just(0.0), 1 => Just(f64::NAN)];
    let row = (place, (0_usize..3, 0_usize..4, y, x, weight));
    (prop::collection::vec(row, SKELETON..72), prop::sample::select(PLANS.to_vec())).prop_map(|(rows, plan)| Survey::new(&rows, plan))
}

impl Survey {
    fn new(drawn: &[(Place, Answers)], plan: Plan) -> Self {
        let row = |(id, ((stratum, center, team, wave, person), (group, answer, y, x, weight))): (usize, &(Place, Answers))| {
            let row = Row {
                id,
                stratum: *stratum,
                units: [*center, *team],
                group: *group,
                wave: *wave,
                person: *person,
                answer: *answer,
                y: *y,
                x: *x,
                weight: *weight,
                population: [0.0; 3],
            };
            if id >= SKELETON {
                return row;
            }
            let weight = if *weight > 0.0 { *weight } else { 1.0 };
            Row { stratum: id % 2, units: [id / 2 % 2, id / 4 % 2], wave: id / 8 % 2, person: 100 + id, weight, ..row }
        };
        let mut survey = Self { rows: drawn.iter().enumerate().map(row).collect(), plan };
        survey.rows = survey.rows.iter().map(|row| survey.with_population(row)).collect();
        survey
    }

    /// The row with the numbers of units in the population, and the weight that follows from them.
    fn with_population(&self, row: &Row) -> Row {
        let mut row = *row;
        let mut weight = 1.0;
        for stage in 0..=self.plan.stages {
            let parent = self.parent(&row, stage);
            let units = |wave: Option<usize>| {
                let own = self.rows.iter().filter(|other| self.parent(other, stage) == parent && wave.is_none_or(|wave| other.wave == wave));
                own.map(|other| self.unit(other, stage)).collect::<BTreeSet<_>>().len() as f64
            };
            let beyond = (stage + parent.iter().sum::<usize>()) % 3;
            row.population[stage] = units(None) + if stage == 0 && beyond == 0 && parent[0] == 1 { 0.0 } else { 1.0 + beyond as f64 };
            weight *= row.population[stage] / units(self.plan.panel.then_some(row.wave));
        }
        if !self.plan.weighted {
            row.weight = weight;
        }
        row
    }

    /// Stratum, units of each stage, and the person or row.
    fn path(&self, row: &Row) -> Vec<usize> {
        let mut path = vec![if self.plan.strata { row.stratum } else { 0 }];
        path.extend(&row.units[..self.plan.stages]);
        path.push(if self.plan.panel { row.person } else { row.id });
        path
    }

    fn parent(&self, row: &Row, stage: usize) -> Vec<usize> {
        self.path(row)[..=stage].to_vec()
    }

    fn unit(&self, row: &Row, stage: usize) -> Vec<usize> {
        self.path(row)[..stage + 2].to_vec()
    }

    /// The design of the engine.
    pub(crate) fn design(&self) -> Design {
        let name = |known: bool, name: &str| known.then(|| name.to_owned());
        Design {
            weight: name(self.plan.weighted, "w"),
            strata: name(self.plan.strata, "stratum"),
            clusters: ["center", "team"][..self.plan.stages].iter().map(|name| (*name).to_owned()).collect(),
            fpc: (0..self.plan.fpc).map(|stage| format!("fpc{stage}")).collect(),
            person: name(self.plan.panel, "person"),
            wave: name(self.plan.panel, "wave"),
            lonely_psu: LonelyPsu::Certainty,
            ..Design::default()
        }
    }

    /// The frame of the engine, in batches of so many rows and with weights times a factor.
    pub(crate) fn frame(&self, rows_of_batch: usize, factor: f64) -> Frame {
        let known: [(&str, usize, Code); 7] = [
            ("stratum", 2, |row| row.stratum),
            ("center", 4, |row| row.units[0]),
            ("team", 3, |row| row.units[1]),
            ("group", 3, |row| row.group),
            ("wave", 2, |row| row.wave),
            ("person", 100 + SKELETON, |row| row.person),
            ("answer", NO_ANSWER, |row| row.answer),
        ];
        let mut frame = Frame::default();
        for (name, count, _) in known {
            frame.levels.insert(name.to_owned(), Levels::new((0..count).map(|code| format!("{name} {code}"))));
        }
        for rows in self.rows.chunks(rows_of_batch) {
            let mut batch = Batch::new(rows.len());
            let mut push = |name: String, values: Values| batch.push(Column { name, values, missing: Vec::new() });
            for (name, count, of) in known {
                let code = |row: &Row| u32::try_from(of(row)).ok().filter(|code| (*code as usize) < count).unwrap_or(NO_LEVEL);
                push(name.to_owned(), Values::Level(rows.iter().map(code).collect()));
            }
            let numbers = |of: &dyn Fn(&Row) -> f64| Values::Number(rows.iter().map(of).collect());
            push("y".to_owned(), numbers(&|row| row.y));
            push("x".to_owned(), numbers(&|row| row.x));
            push("w".to_owned(), numbers(&|row| row.weight * factor));
            for stage in 0..3 {
                push(format!("fpc{stage}"), numbers(&|row| row.population[stage]));
            }
            for replicate in 0..REPLICATES {
                push(format!("rw{replicate}"), numbers(&|row| row.replicate(replicate).weight * factor));
            }
            frame.batches.push(batch);
        }
        frame
    }

    /// Rows that the design can place.
    pub(crate) fn placed(&self) -> Vec<Row> {
        self.rows.iter().copied().filter(|row| !row.weight.is_nan()).collect()
    }

    /// The variance of a sum of influences, one for each row, by recursion over the stages; a lone unit is certain.
    pub(crate) fn variance(&self, rows: &[Row], z: &[f64]) -> f64 {
        self.below(rows, z, &(0..rows.len()).collect::<Vec<_>>(), 0)
    }

    fn below(&self, rows: &[Row], z: &[f64], of: &[usize], stage: usize) -> f64 {
        let mut parents: BTreeMap<Vec<usize>, Vec<usize>> = BTreeMap::new();
        for row in of {
            parents.entry(self.parent(&rows[*row], stage)).or_default().push(*row);
        }
        let one = |own: &Vec<usize>| {
            let mut totals: BTreeMap<Vec<usize>, f64> = BTreeMap::new();
            for row in own {
                *totals.entry(self.unit(&rows[*row], stage)).or_default() += z[*row];
            }
            let n = totals.len() as f64;
            let mean = totals.values().sum::<f64>() / n;
            let squares: f64 = totals.values().map(|total| (total - mean) * (total - mean)).sum();
            let fraction = self.fraction(rows, own, stage);
            let here = if squares == 0.0 || fraction >= 1.0 || n < 2.0 { 0.0 } else { (1.0 - fraction) * n / (n - 1.0) * squares };
            let goes_on = stage + 1 < (self.plan.stages + usize::from(self.plan.fpc > self.plan.stages)).max(1);
            here + if goes_on && fraction > 0.0 { fraction * self.below(rows, z, own, stage + 1) } else { 0.0 }
        };
        parents.values().map(one).sum()
    }

    /// Fraction of the units of one parent that was taken: the smallest of its waves'.
    fn fraction(&self, rows: &[Row], own: &[usize], stage: usize) -> f64 {
        if self.plan.fpc <= stage {
            return 0.0;
        }
        let waves: BTreeSet<usize> = own.iter().map(|row| if self.plan.panel { rows[*row].wave } else { 0 }).collect();
        let taken = |wave: usize| {
            let of_wave = own.iter().filter(|row| !self.plan.panel || rows[**row].wave == wave);
            of_wave.map(|row| self.unit(&rows[*row], stage)).collect::<BTreeSet<_>>().len() as f64
        };
        waves.into_iter().map(|wave| taken(wave) / rows[own[0]].population[stage]).fold(1.0, f64::min)
    }

    /// Whether the design has a weight column.
    pub(crate) fn is_weighted(&self) -> bool {
        self.plan.weighted
    }

    /// Whether some stratum of the rows inside is no census of its first-stage units.
    pub(crate) fn open(&self, rows: &[Row], inside: &dyn Fn(&Row) -> bool) -> bool {
        let touched = (0..rows.len()).filter(|row| inside(&rows[*row]) && rows[*row].weight > 0.0);
        let of = |row: usize| (0..rows.len()).filter(|other| self.parent(&rows[*other], 0) == self.parent(&rows[row], 0)).collect::<Vec<_>>();
        touched.map(of).any(|own| self.fraction(rows, &own, 0) < 1.0)
    }

    /// First-stage units less strata among some rows, where not all strata are a census.
    pub(crate) fn degrees(&self, rows: &[Row], inside: &dyn Fn(&Row) -> bool) -> f64 {
        let inside: Vec<&Row> = rows.iter().filter(|row| inside(row) && row.weight > 0.0).collect();
        let units: BTreeSet<Vec<usize>> = inside.iter().map(|row| self.unit(row, 0)).collect();
        let parents: BTreeSet<Vec<usize>> = inside.iter().map(|row| self.parent(row, 0)).collect();
        units.len() as f64 - parents.len() as f64
    }
}

impl Row {
    /// The row with a replicate weight in place of its weight.
    pub(crate) fn replicate(&self, replicate: usize) -> Self {
        let factor = if self.id < SKELETON { 1.0 } else { ((self.id * 7 + replicate * 5) % 3) as f64 };
        let half = 1.0 + ((self.id * 3 + replicate) % 4) as f64 / 4.0;
        Self { weight: self.weight * factor * half, ..*self }
    }
}

/// An estimate and the influence of each row.
pub(crate) type Linear = Option<(f64, Vec<f64>)>;

fn keep(rows: &[Row], inside: &dyn Fn(&Row) -> bool, values: &[&dyn Fn(&Row) -> f64]) -> Vec<bool> {
    rows.iter().map(|row| inside(row) && row.weight > 0.0 && values.iter().all(|value| value(row).is_finite())).collect()
}

fn sum(rows: &[Row], kept: &[bool], term: impl Fn(&Row) -> f64) -> f64 {
    rows.iter().zip(kept).filter(|(_, kept)| **kept).map(|(row, _)| term(row)).sum()
}

fn influences(rows: &[Row], kept: &[bool], of: impl Fn(&Row) -> f64) -> Vec<f64> {
    rows.iter().zip(kept).map(|(row, kept)| if *kept { of(row) } else { 0.0 }).collect()
}

/// `Σ w y / Σ w`.
pub(crate) fn mean(rows: &[Row], inside: &dyn Fn(&Row) -> bool, y: &dyn Fn(&Row) -> f64) -> Linear {
    let kept = keep(rows, inside, &[y]);
    let weight = sum(rows, &kept, |row| row.weight);
    let mean = sum(rows, &kept, |row| row.weight * y(row)) / weight;
    (weight > 0.0).then(|| (mean, influences(rows, &kept, |row| row.weight * (y(row) - mean) / weight)))
}

/// `Σ w y`.
pub(crate) fn total(rows: &[Row], inside: &dyn Fn(&Row) -> bool, y: &dyn Fn(&Row) -> f64) -> Linear {
    let kept = keep(rows, inside, &[y]);
    let any = kept.iter().any(|kept| *kept);
    any.then(|| (sum(rows, &kept, |row| row.weight * y(row)), influences(rows, &kept, |row| row.weight * y(row))))
}

/// `Σ w y / Σ w x`.
pub(crate) fn ratio(rows: &[Row], inside: &dyn Fn(&Row) -> bool, y: &dyn Fn(&Row) -> f64, x: &dyn Fn(&Row) -> f64) -> Linear {
    let kept = keep(rows, inside, &[y, x]);
    let below = sum(rows, &kept, |row| row.weight * x(row));
    let ratio = sum(rows, &kept, |row| row.weight * y(row)) / below;
    (below > 0.0).then(|| (ratio, influences(rows, &kept, |row| row.weight * (y(row) - ratio * x(row)) / below)))
}

/// `√(n/(n − 1) · Σ w (y − ȳ)² / Σ w)`.
pub(crate) fn sd(rows: &[Row], inside: &dyn Fn(&Row) -> bool, y: &dyn Fn(&Row) -> f64) -> Linear {
    let kept = keep(rows, inside, &[y]);
    let n = kept.iter().filter(|kept| **kept).count() as f64;
    let weight = sum(rows, &kept, |row| row.weight);
    let (center, _) = mean(rows, inside, y)?;
    let variance = n / (n - 1.0) * sum(rows, &kept, |row| row.weight * (y(row) - center).powi(2)) / weight;
    let z = |row: &Row| row.weight / weight * (n / (n - 1.0) * (y(row) - center).powi(2) - variance) / (2.0 * variance.sqrt());
    (n > 1.0 && variance > 0.0).then(|| (variance.sqrt(), influences(rows, &kept, z)))
}

/// `Σ w a b / Σ w`, with `a` and `b` the standardized numbers.
pub(crate) fn correlation(rows: &[Row], inside: &dyn Fn(&Row) -> bool, y: &dyn Fn(&Row) -> f64, x: &dyn Fn(&Row) -> f64) -> Linear {
    let kept = keep(rows, inside, &[y, x]);
    let weight = sum(rows, &kept, |row| row.weight);
    let scaled = |of: &dyn Fn(&Row) -> f64| {
        let mean = sum(rows, &kept, |row| row.weight * of(row)) / weight;
        (mean, (sum(rows, &kept, |row| row.weight * (of(row) - mean).powi(2)) / weight).sqrt())
    };
    let ((my, sy), (mx, sx)) = (scaled(y), scaled(x));
    let (first, second) = (|row: &Row| (y(row) - my) / sy, |row: &Row| (x(row) - mx) / sx);
    let product = sum(rows, &kept, |row| row.weight * first(row) * second(row)) / weight;
    let part = |row: &Row| row.weight / weight * (first(row) * second(row) - product / 2.0 * (first(row).powi(2) + second(row).powi(2)));
    (sy > 0.0 && sx > 0.0).then(|| (product, influences(rows, &kept, part)))
}

/// One statistic less another on the same rows.
pub(crate) fn difference(later: Linear, earlier: Linear) -> Linear {
    let ((later, z1), (earlier, z0)) = (later?, earlier?);
    Some((later - earlier, z1.iter().zip(z0).map(|(z1, z0)| z1 - z0).collect()))
}

/// Whether a row has an answer, as a share needs it.
pub(crate) fn has(answer: usize) -> impl Fn(&Row) -> f64 {
    move |row| if row.answer == NO_ANSWER { f64::NAN } else { f64::from(u8::from(row.answer == answer)) }
}
