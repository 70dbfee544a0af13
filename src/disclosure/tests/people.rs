//! A seed in, a random study out: people with attributes, the figures of them, and what the public knows of both.

use std::collections::{BTreeMap, BTreeSet};

use crate::disclosure::{Nesting, Part, Regrouped, Structure};
use crate::results::{ResultRow, Stat, Support, Unit};

/// What is published of a study.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Design {
    /// Two questions by region.
    Regions,
    /// The same, and numbers by center, centers lying in regions.
    Centers,
    /// A question with several answers, with its roll-up of people with one answer.
    Several,
    /// Two questions, each also by the other.
    Crossed,
    /// Weights that are the same for everybody in a region.
    RegionWeights,
    /// Weights that are the same for everybody in a center, figures by region.
    CenterWeights,
    /// A question and a coarser form of it.
    Regrouped,
    /// Missing answers stay in the base of shares.
    All,
    /// Three questions by two groups.
    Linked,
    /// Few people and a low threshold.
    Small,
}

impl Design {
    pub(super) const ALL: [Self; 10] = [
        Self::Regions,
        Self::Centers,
        Self::Several,
        Self::Crossed,
        Self::RegionWeights,
        Self::CenterWeights,
        Self::Regrouped,
        Self::All,
        Self::Linked,
        Self::Small,
    ];
}

/// A small generator with a period long enough for a test (xorshift, multiplied).
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self((seed + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % end
    }
}

/// A question: its name, its levels, and whether one may give several answers.
#[derive(Debug, Clone)]
pub(super) struct Question {
    pub name: String,
    pub levels: usize,
    pub several: bool,
}

/// Kinds of people who differ in nothing that the study knows: wave, center and answers (a set of levels; none is missing).
pub(super) type Kind = (usize, usize, Vec<u32>);

/// A study: who took part and what is published.
pub(super) struct Study {
    pub design: Design,
    pub minimum: u64,
    pub waves: usize,
    /// Region of each center.
    pub centers: Vec<usize>,
    pub questions: Vec<Question>,
    pub people: BTreeMap<Kind, u64>,
    /// Weight of everybody in each center.
    pub weights: Vec<f64>,
}

impl Study {
    pub(super) fn random(seed: u64, design: Design) -> Self {
        let mut chance = Chance::new(seed);
        let small = design == Design::Small;
        let minimum = if small { 3 + chance.below(3) } else { [5, 11, 11, 20][usize::try_from(chance.below(4)).expect("small")] };
        let regions = 2 + chance.below(if small || design == Design::Several { 2 } else { 3 });
        let mut centers = Vec::new();
        for region in 0..regions {
            let count = if matches!(design, Design::Centers | Design::CenterWeights) { 1 + chance.below(3) } else { 1 };
            centers.extend((0..count).map(|_| usize::try_from(region).expect("small")));
        }
        let question = |name: &str, levels: u64, several: bool| Question { name: name.to_owned(), levels: usize::try_from(levels).expect("small"), several };
        let mut questions = vec![question("sex", 2 + chance.below(3), false)];
        match design {
            Design::Several => questions = vec![question("race", 3, true)],
            Design::Regrouped => questions = vec![question("age", 3 + chance.below(2), false)],
            Design::Linked => questions.extend([question("age", 2, false), question("job", 2, false)]),
            Design::Small => {}
            // A number that some have: no question of its own is printed.
            Design::Centers => questions.extend([question("age", 2, false), question("score", 1, false)]),
            _ => questions.push(question("age", 2 + chance.below(2), false)),
        }
        let weights = match design {
            Design::RegionWeights => centers.iter().map(|region| 1.5 + *region as f64 * 1.37 + chance_share(&mut chance)).collect(),
            Design::CenterWeights => centers.iter().map(|_| 1.0 + 4.0 * chance_share(&mut chance)).collect(),
            _ => vec![1.0; centers.len()],
        };
        let waves = if small { 1 } else { 1 + usize::try_from(chance.below(2)).expect("small") };
        let mut study = Self { design, minimum, waves, centers, questions, people: BTreeMap::new(), weights };
        for wave in 0..waves {
            for center in 0..study.centers.len() {
                let times = if chance.below(4) == 0 { 2 } else { 12 };
                let people = 2 + chance.below(if small { 12 } else { times * minimum });
                for _ in 0..people {
                    let answers = study.questions.iter().map(|question| answer(&mut chance, question)).collect();
                    *study.people.entry((wave, center, answers)).or_default() += 1;
                }
            }
        }
        study
    }

    pub(super) fn level(question: &Question, level: usize) -> String {
        format!("{} {level}", question.name)
    }

    /// Which centers and answers a domain holds: a test of kinds.
    pub(super) fn meets(&self, kind: &Kind, condition: &str, level: &str) -> bool {
        match condition {
            "wave" => level == kind.0.to_string(),
            "center" => level == format!("center {}", kind.1),
            "region" => level == format!("region {}", self.centers[kind.1]),
            _ => {
                let (name, form) = condition.split_once('_').map_or((condition, ""), |(name, form)| (name, form));
                let Some(place) = self.questions.iter().position(|question| question.name == name) else { return false };
                let (question, answer) = (&self.questions[place], kind.2[place]);
                match form {
                    "alone" if level == "several" => answer.count_ones() > 1,
                    "alone" => answer.is_power_of_two() && level == Self::level(question, answer.trailing_zeros() as usize),
                    "coarse" => answer != 0 && level == coarse(answer.trailing_zeros() as usize),
                    _ => (0..question.levels).any(|known| answer >> known & 1 == 1 && level == Self::level(question, known)),
                }
            }
        }
    }

    /// Whether people of a kind answered what a variable is made of.
    pub(super) fn is_valid(&self, kind: &Kind, variable: &str) -> bool {
        let name = variable.split('_').next().unwrap_or_default();
        self.questions.iter().position(|question| question.name == name).is_none_or(|place| kind.2[place] != 0)
    }

    pub(super) fn count(&self, test: impl Fn(&Kind) -> bool) -> (u64, f64) {
        let mut found = (0, 0.0);
        for (kind, people) in self.people.iter().filter(|(kind, _)| test(kind)) {
            found = (found.0 + people, found.1 + *people as f64 * self.weights[kind.1]);
        }
        found
    }

    /// Variables with their levels.
    fn variables(&self) -> Vec<(String, Vec<String>)> {
        let mut variables = Vec::new();
        for question in self.questions.iter().filter(|question| question.name != "score") {
            let levels: Vec<String> = (0..question.levels).map(|level| Self::level(question, level)).collect();
            variables.push((question.name.clone(), levels.clone()));
            if self.design == Design::Several {
                variables.push((format!("{}_alone", question.name), levels.into_iter().chain(["several".to_owned()]).collect()));
            } else if self.design == Design::Regrouped {
                let coarse: BTreeSet<String> = (0..question.levels).map(coarse).collect();
                variables.push((format!("{}_coarse", question.name), coarse.into_iter().collect()));
            }
        }
        variables
    }

    /// All figures of the study.
    pub(super) fn rows(&self) -> Vec<ResultRow> {
        let mut rows = Vec::new();
        for wave in 0..self.waves {
            let whole: BTreeMap<String, String> = [("wave".to_owned(), wave.to_string())].into();
            let mut domains = vec![whole.clone()];
            let mut by = |name: &str, levels: Vec<String>| {
                domains.extend(levels.into_iter().map(|level| whole.clone().into_iter().chain([(name.to_owned(), level)]).collect()));
            };
            by("region", self.centers.iter().collect::<BTreeSet<_>>().into_iter().map(|region| format!("region {region}")).collect());
            if self.design == Design::Crossed {
                self.questions.iter().for_each(|question| by(&question.name, (0..question.levels).map(|level| Self::level(question, level)).collect()));
            } else if self.design == Design::Linked {
                by("job", (0..2).map(|level| Self::level(&self.questions[2], level)).collect());
            }
            let numbers_only = domains.len();
            if self.design == Design::Centers {
                domains.extend(
                    (0..self.centers.len()).map(|center| whole.clone().into_iter().chain([("center".to_owned(), format!("center {center}"))]).collect()),
                );
            }
            for (place, domain) in domains.iter().enumerate() {
                rows.extend(self.domain(domain, place >= numbers_only));
            }
        }
        rows
    }

    fn domain(&self, domain: &BTreeMap<String, String>, numbers_only: bool) -> Vec<ResultRow> {
        let inside = |kind: &Kind| domain.iter().all(|(condition, level)| self.meets(kind, condition, level));
        let (people, weight) = self.count(inside);
        let mut rows = Vec::new();
        if people == 0 {
            return rows;
        }
        let mut row = Self::row(domain, "people", Stat::Count, Unit::People);
        (row.estimate, row.n, row.n_weighted) = (Some(people as f64), Some(people as f64), Some(weight));
        row.support = Support::People { behind: people, outside: None };
        if !numbers_only {
            rows.push(row);
        }
        if self.design == Design::Centers {
            let (valid, weight) = self.count(|kind| inside(kind) && self.is_valid(kind, "score"));
            let mut row = Self::row(domain, "score", Stat::Mean, Unit::Points);
            (row.estimate, row.n, row.n_weighted) = (Some(3.25), Some(valid as f64), Some(weight));
            row.n_missing = Some((people - valid) as f64);
            row.support = Support::People { behind: valid, outside: None };
            rows.push(row);
        }
        for (variable, levels) in self.variables().into_iter().filter(|(variable, _)| !numbers_only && !domain.contains_key(variable)) {
            let (valid, weight_valid) = self.count(|kind| inside(kind) && self.is_valid(kind, &variable));
            let (base, weight_base) = if self.design == Design::All { (people, weight) } else { (valid, weight_valid) };
            for level in levels.iter().filter(|_| valid > 0) {
                let (n, weight) = self.count(|kind| inside(kind) && self.meets(kind, &variable, level));
                let mut row = Self::row(domain, &variable, Stat::Proportion, Unit::Percent);
                row.level = Some(level.clone());
                (row.estimate, row.n, row.n_weighted) = (Some(weight / weight_base), Some(n as f64), Some(weight));
                (row.denominator, row.n_missing) = (Some(base as f64), Some((people - valid) as f64));
                row.support = Support::People { behind: n, outside: Some(base - n) };
                rows.push(row);
            }
        }
        rows
    }

    fn row(domain: &BTreeMap<String, String>, variable: &str, stat: Stat, unit: Unit) -> ResultRow {
        let mut row = ResultRow::new("study", "tables", variable, stat, unit);
        row.groups.clone_from(domain);
        row.wave = domain.get("wave").cloned();
        row
    }

    pub(super) fn structure(&self) -> Structure {
        let mut structure = Structure::default();
        let dataset = || "study".to_owned();
        let parents = self.centers.iter().enumerate().map(|(center, region)| (format!("center {center}"), format!("region {region}"))).collect();
        structure.nested.push(Nesting { dataset: dataset(), child: "center".into(), parent: "region".into(), parents });
        for question in &self.questions {
            let name = question.name.clone();
            if question.several {
                structure.several.insert((dataset(), name.clone()));
                structure.parts.push(Part { dataset: dataset(), some: format!("{name}_alone"), whole: name.clone(), several: "several".into() });
            }
            if self.design == Design::Regrouped {
                let map = (0..question.levels).map(|level| (Self::level(question, level), coarse(level))).collect();
                structure.regrouped.push(Regrouped { dataset: dataset(), into: format!("{name}_coarse"), from: name, map });
            }
        }
        structure
    }
}

fn chance_share(chance: &mut Chance) -> f64 {
    chance.below(1_000_003) as f64 / 1_000_003.0
}

/// One missing in sixteen; low levels are common, high ones rare.
fn answer(chance: &mut Chance, question: &Question) -> u32 {
    if chance.below(16) == 0 {
        return 0;
    }
    let mut one = |bias: u64| {
        let mut level = 0;
        while level + 1 < question.levels && chance.below(bias) == 0 {
            level += 1;
        }
        1 << level
    };
    let first = one(3);
    if question.several { first | one(5) } else { first }
}

fn coarse(level: usize) -> String {
    if level < 2 { "younger".to_owned() } else { "older".to_owned() }
}
