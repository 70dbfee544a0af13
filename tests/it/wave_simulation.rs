//! Simulated surveys of people in centers, and how often design-based intervals hold the truth. Shared with `benches/wave_coverage.rs`.

use recovista::design::Design;
use recovista::estimate::{Base, CiMethod, Measure, Request, answer};
use recovista::frame::{Batch, Column, Frame, Levels, Values};
use statrs::distribution::{ContinuousCDF as _, Normal};

use crate::dice::Dice;

/// Regions of a clustered survey.
const REGIONS: u32 = 6;
/// Centers of each region, and people of each center, in the finite population.
const POPULATION: [u32; 2] = [6, 40];
/// Standard deviations of centers, of their changes, of people, and of answers.
const SPREAD: [f64; 4] = [3.0, 1.5, 6.0, 4.0];
/// The mean of the first wave, what it gains until the second, and the cut-off above which an answer is high.
const MEAN: f64 = 35.0;
const GAIN: f64 = 1.0;
const CUT_OFF: f64 = 40.0;

/// The intervals that are tried.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Plan {
    /// Mean change of so many people seen twice; the changes are normal, or skewed as an exponential.
    Paired { people: u32, is_skewed: bool },
    /// Mean change of people seen twice: so many centers in each of six regions, so many people in each center.
    PairedInCenters { centers: u32, people: u32 },
    /// Share of people interviewed in time, Wilson's interval.
    Rate { people: u32, share: f64 },
    /// The same where centers differ: half of them 10 points above the share, half below.
    RateInCenters { centers: u32, people: u32, share: f64 },
    /// Change between two waves of the same centers, half of the people in both; of the mean or of the share above the cut-off.
    Trend { centers: u32, people: u32, of_share: bool },
    /// The same for means where centers and people are drawn without replacement from the finite population.
    FiniteTrend { centers: u32, people: u32 },
}

/// Shares of data sets.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Held {
    /// Whose 95% interval holds the truth.
    pub(crate) covered: f64,
    /// Of which a note says that the interval may be too short.
    pub(crate) told: f64,
}

impl Plan {
    /// Makes and estimates `seeds` data sets.
    pub(crate) fn held(self, seeds: u32) -> Held {
        let all: Vec<(bool, bool)> = (0..seeds).map(|seed| self.holds(&mut Dice::new(seed))).collect();
        let share = |of: fn(&(bool, bool)) -> bool| all.iter().filter(|one| of(one)).count() as f64 / f64::from(seeds);
        Held { covered: share(|one| one.0), told: share(|one| one.1) }
    }

    fn holds(self, dice: &mut Dice) -> (bool, bool) {
        let (survey, design, request, truth) = match self {
            Self::Paired { people, is_skewed } => (paired(dice, people, is_skewed), people_of_waves(), Request::new("y", between_pairs()), 2.0),
            Self::PairedInCenters { centers, people } => (waves(dice, centers, people, 1.0), in_centers(), Request::new("y", between_pairs()), GAIN),
            Self::Rate { people, share } => (rate(dice, people, 1, share, 0.0), Design::default(), in_time(), share),
            Self::RateInCenters { centers, people, share } => {
                let design = Design { clusters: vec!["center".into()], ..Design::default() };
                (rate(dice, people, centers, share, 0.1), design, in_time(), share)
            }
            Self::Trend { centers, people, of_share } => {
                let (variable, truth) = if of_share { ("high", change_of_share()) } else { ("y", GAIN) };
                (waves(dice, centers, people, 0.5), in_centers(), Request::new(variable, between_waves()), truth)
            }
            Self::FiniteTrend { centers, people } => {
                let (survey, truth) = finite(dice, centers, people);
                let fpc = ["centers", "roll"].map(str::to_owned).to_vec();
                (survey, Design { fpc, ..in_centers() }, Request::new("y", between_waves()), truth)
            }
        };
        let estimates = answer(&survey.frame(), &design, &[request]).unwrap().remove(0);
        let estimate = estimates.iter().find(|one| one.level.as_deref().is_none_or(|level| level == "yes")).unwrap();
        // Where nothing varies there is no interval, and so none that holds the truth.
        let holds = estimate.conf_low.zip(estimate.conf_high).is_some_and(|(low, high)| low <= truth && truth <= high);
        (holds, estimate.note.as_ref().is_some_and(|note| note.contains("may be too short")))
    }
}

fn between_pairs() -> Measure {
    Measure::Paired { from: "1".into(), to: "2".into() }
}

fn between_waves() -> Measure {
    Measure::Difference { column: "wave".into(), from: "1".into(), to: "2".into() }
}

fn in_time() -> Request {
    Request::new("high", Measure::Proportion { ci: CiMethod::Wilson, base: Base::Valid })
}

fn people_of_waves() -> Design {
    Design { person: Some("person".into()), wave: Some("wave".into()), ..Design::default() }
}

fn in_centers() -> Design {
    Design { strata: Some("region".into()), clusters: vec!["center".into()], ..people_of_waves() }
}

/// The change of the share above the cut-off of normal answers whose variance grows by that of the centers' changes.
fn change_of_share() -> f64 {
    let [center, change, person, answer] = SPREAD.map(|sd| sd * sd);
    let above = |mean: f64, variance: f64| Normal::new(mean, variance.sqrt()).unwrap().sf(CUT_OFF);
    let variance = center + person + answer;
    above(MEAN + GAIN, variance + change) - above(MEAN, variance)
}

/// Rows of a survey.
#[derive(Default)]
struct Survey {
    wave: Vec<u32>,
    region: Vec<u32>,
    center: Vec<u32>,
    person: Vec<u32>,
    y: Vec<f64>,
    high: Vec<u32>,
}

impl Survey {
    fn push(&mut self, wave: u32, [region, center, person]: [u32; 3], y: f64) {
        self.wave.push(wave);
        self.region.push(region);
        self.center.push(center);
        self.person.push(person);
        self.y.push(y);
        self.high.push(u32::from(y > CUT_OFF));
    }

    fn frame(self) -> Frame {
        let rows = self.y.len();
        let mut batch = Batch::new(rows);
        let mut push = |name: &str, values: Values| batch.push(Column { name: name.into(), values, missing: Vec::new() });
        let all = |codes: &[u32]| Levels::new((0..=codes.iter().copied().max().unwrap_or(0)).map(|code| code.to_string()));
        let mut levels: std::collections::BTreeMap<String, Levels> =
            [("region", &self.region), ("center", &self.center), ("person", &self.person)].map(|(name, codes)| (name.to_owned(), all(codes))).into();
        levels.insert("wave".into(), Levels::new(["1", "2"]));
        levels.insert("high".into(), Levels::new(["no", "yes"]));
        push("wave", Values::Level(self.wave));
        push("region", Values::Level(self.region));
        push("center", Values::Level(self.center));
        push("person", Values::Level(self.person));
        push("high", Values::Level(self.high));
        push("y", Values::Number(self.y));
        for (name, there_are) in ["centers", "roll"].into_iter().zip(POPULATION) {
            push(name, Values::Number(vec![f64::from(there_are); rows]));
        }
        Frame { batches: vec![batch], levels }
    }
}

/// People who answer twice; the mean change is 2, its standard deviation 4.
fn paired(dice: &mut Dice, people: u32, is_skewed: bool) -> Survey {
    let mut survey = Survey::default();
    for person in 0..people {
        let before = MEAN + SPREAD[2] * dice.normal();
        let change = if is_skewed { -2.0 - 4.0 * dice.even().ln() } else { 2.0 + 4.0 * dice.normal() };
        for (wave, y) in (0..2).zip([before, before + change]) {
            survey.push(wave, [0, 0, person], y);
        }
    }
    survey
}

/// Two waves of `centers` in each region; `staying` of the people of a wave are in both, the others are new.
fn waves(dice: &mut Dice, centers: u32, people: u32, staying: f64) -> Survey {
    let mut survey = Survey::default();
    let mut next = 0;
    for place in 0..REGIONS * centers {
        let (region, center, change) = (place / centers, SPREAD[0] * dice.normal(), GAIN + SPREAD[1] * dice.normal());
        for seat in 0..people {
            let seen = [SPREAD[2] * dice.normal(), SPREAD[2] * dice.normal()];
            for wave in 0..2 {
                let is_new = f64::from(seat) >= staying * f64::from(people) && wave == 1;
                let answer = MEAN + center + f64::from(wave) * change + seen[usize::from(is_new)] + SPREAD[3] * dice.normal();
                survey.push(wave, [region, place, next + u32::from(is_new)], answer);
            }
            next += 2;
        }
    }
    survey
}

/// `taken` different numbers below `all`, in ascending order.
fn some_of(dice: &mut Dice, taken: u32, all: u32) -> Vec<u32> {
    let mut some = Vec::new();
    for number in 0..all {
        if dice.even() * f64::from(all - number) < f64::from(taken) - some.len() as f64 {
            some.push(number);
        }
    }
    some
}

/// Two waves drawn from a finite population, and the change of its mean.
fn finite(dice: &mut Dice, centers: u32, people: u32) -> (Survey, f64) {
    let [there_are, roll] = POPULATION;
    let (mut survey, mut truth) = (Survey::default(), 0.0);
    for region in 0..REGIONS {
        let taken = some_of(dice, centers, there_are);
        for place in 0..there_are {
            let (center, change) = (SPREAD[0] * dice.normal(), GAIN + SPREAD[1] * dice.normal());
            let asked = [some_of(dice, people, roll), some_of(dice, people, roll)];
            for seat in 0..roll {
                let person = SPREAD[2] * dice.normal();
                let ids = [region, region * there_are + place, (region * there_are + place) * roll + seat];
                for (wave, asked) in (0..2).zip(&asked) {
                    let answer = MEAN + center + f64::from(wave) * change + person + SPREAD[3] * dice.normal();
                    truth += if wave == 1 { answer } else { -answer };
                    if taken.contains(&place) && asked.contains(&seat) {
                        survey.push(wave, ids, answer);
                    }
                }
            }
        }
    }
    (survey, truth / f64::from(REGIONS * there_are * roll))
}

/// People of centers, and whether they were interviewed in time; centers differ from the share by `apart`.
fn rate(dice: &mut Dice, people: u32, centers: u32, share: f64, apart: f64) -> Survey {
    let mut survey = Survey::default();
    for center in 0..centers {
        let share = share + if dice.even() < 0.5 { apart } else { -apart };
        for seat in 0..people {
            let is_in_time = dice.even() < share;
            survey.push(0, [0, center, center * people + seat], if is_in_time { CUT_OFF + 1.0 } else { 0.0 });
        }
    }
    survey
}
