//! The text of a public file in, hidden figures that can be told from it out.
//!
//! This attacker shares nothing with the engine but the solver. Unknown to it is how many people there
//! are of each kind: each combination of center and answers. Every public number is an equation over
//! kinds, so whatever tables imply together is known to it without listing which sums hold.

use std::collections::{BTreeMap, BTreeSet};

use microlp::{ComparisonOp, OptimizationDirection, Problem, Variable};

use super::people::{Kind, Study};

/// A row as the file has it.
struct Line {
    groups: BTreeMap<String, String>,
    variable: String,
    level: Option<String>,
    numbers: BTreeMap<&'static str, f64>,
    is_hidden: bool,
    /// Hidden for others, and so not small.
    is_for_others: bool,
}

pub(super) struct Attack<'a> {
    study: &'a Study,
    lines: Vec<Line>,
}

/// A sum over kinds.
type Sum = Vec<(usize, f64)>;

impl<'a> Attack<'a> {
    pub(super) fn new(study: &'a Study, csv: &str) -> Self {
        let mut lines = csv.lines();
        let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
        let read = |text: &str| {
            let fields = fields(text);
            let field = |name: &str| fields[header.iter().position(|known| *known == name).expect("a column")].as_str();
            let pairs = field("groups").split(';').filter_map(|pair| pair.split_once('='));
            let numbers = ["n", "denominator", "n_missing", "n_weighted"].into_iter().filter_map(|name| Some((name, field(name).parse().ok()?)));
            Line {
                groups: pairs.map(|(group, level)| (decoded(group), decoded(level))).collect(),
                variable: field("variable").to_owned(),
                level: Some(field("level").to_owned()).filter(|level| !level.is_empty()),
                numbers: numbers.collect(),
                is_hidden: field("status").starts_with("suppressed"),
                is_for_others: field("status") == "suppressed_complementary",
            }
        };
        Self { study, lines: lines.map(read).collect() }
    }

    /// Figures that the attacker tells more about than the policy allows.
    pub(super) fn run(&self) -> Vec<String> {
        (0..self.study.waves).flat_map(|wave| self.wave(&wave.to_string())).collect()
    }

    fn kinds(&self, wave: usize) -> Vec<Kind> {
        let mut kinds: Vec<Kind> = (0..self.study.centers.len()).map(|center| (wave, center, Vec::new())).collect();
        for question in &self.study.questions {
            let answers: Vec<u32> = if question.several {
                (0..1 << question.levels).collect()
            } else {
                [0].into_iter().chain((0..question.levels).map(|level| 1 << level)).collect()
            };
            kinds = kinds
                .iter()
                .flat_map(|(wave, center, known)| answers.iter().map(move |answer| (*wave, *center, known.iter().copied().chain([*answer]).collect())))
                .collect();
        }
        kinds
    }

    fn wave(&self, wave: &str) -> Vec<String> {
        let kinds = self.kinds(wave.parse().expect("a number"));
        let lines: Vec<&Line> = self.lines.iter().filter(|line| line.groups["wave"] == wave).collect();
        let inside = |line: &Line, kind: &Kind| line.groups.iter().all(|(condition, level)| self.study.meets(kind, condition, level));
        let sum = |test: &dyn Fn(&Kind) -> bool| kinds.iter().enumerate().filter(|(_, kind)| test(kind)).map(|(place, _)| (place, 1.0)).collect::<Sum>();
        let cell = |line: &Line| {
            sum(&|kind| {
                inside(line, kind)
                    && (line.variable == "people"
                        || line.level.as_ref().map_or_else(|| self.study.is_valid(kind, &line.variable), |level| self.study.meets(kind, &line.variable, level)))
            })
        };
        let valid = |line: &Line| sum(&|kind| inside(line, kind) && self.study.is_valid(kind, &line.variable));
        let base = |line: &Line| if self.study.design == super::people::Design::All { sum(&|kind| inside(line, kind)) } else { valid(line) };
        let mut rows: Vec<(Sum, ComparisonOp, f64)> = Vec::new();
        for line in lines.iter().filter(|line| !line.is_hidden) {
            let weighted: Sum = cell(line).into_iter().map(|(place, _)| (place, self.study.weights[kinds[place].1])).collect();
            let missing = sum(&|kind| inside(line, kind) && !self.study.is_valid(kind, &line.variable));
            for (name, of) in [("n", cell(line)), ("n_weighted", weighted), ("denominator", base(line)), ("n_missing", missing)] {
                // The weight of each center is no public number; that of a region can be seen where it is one.
                let is_blind = name == "n_weighted" && self.study.design == super::people::Design::CenterWeights;
                if let Some(number) = line.numbers.get(name).filter(|_| !is_blind) {
                    rows.push((of, ComparisonOp::Eq, *number));
                }
            }
        }
        let of_group = |line: &Line, other: &Line| other.groups == line.groups && (line.level.is_none() || other.variable == line.variable);
        let is_inside = |line: &Line| match line.level {
            Some(_) => lines.iter().filter(|other| of_group(line, other)).all(|other| other.is_hidden),
            None => line.variable != "people" && lines.iter().any(|other| of_group(line, other) && other.variable == "people" && other.is_hidden),
        };
        // What lies in a hidden group or question has its status, which says nothing of its own number.
        let parts = |line: &Line| {
            let inside = cell(line);
            if line.level.is_some() { vec![difference(&valid(line), &inside), inside] } else { vec![inside] }
        };
        let spoken: Vec<(&Line, Vec<Sum>)> = lines.iter().filter(|line| line.is_hidden && !is_inside(line)).map(|line| (*line, parts(line))).collect();
        let people = |sum: &Sum| sum.iter().filter_map(|(place, _)| self.study.people.get(&kinds[*place])).sum::<u64>();
        let is_few = |sum: &Sum| (1..self.study.minimum).contains(&people(sum));
        // Zero is shown, so what is hidden is not zero and not all; what is hidden for others is not small and leaves no small rest.
        // Reasons are told of all hidden counts that hang together or of none: beside a level that is hidden for others, another one
        // is small or its rest is; he is told which.
        let tells = |line: &Line| lines.iter().any(|other| other.is_for_others && line.level.is_some() && of_group(line, other));
        let has_one = |line: &Line| !self.study.questions.iter().any(|question| question.several && question.name == line.variable);
        for (line, sums) in spoken {
            let small = sums.iter().rposition(is_few).filter(|_| !line.is_for_others && tells(line) && has_one(line));
            let least = if line.is_for_others { self.study.minimum } else { 1 };
            for (place, sum) in sums.into_iter().enumerate().filter(|(_, sum)| people(sum) > 0) {
                assert!(people(&sum) >= least, "{} {:?} in {:?} is not what its status tells", line.variable, line.level, line.groups);
                if small == Some(place) {
                    rows.push((sum.clone(), ComparisonOp::Le, self.study.minimum as f64 - 1.0));
                }
                rows.push((sum, ComparisonOp::Ge, least as f64));
            }
        }
        self.told(&kinds, &rows, lines.iter().filter(|line| line.is_hidden).map(|line| (*line, cell(line), valid(line))).collect())
    }

    /// Which hidden sums the equations bound too closely.
    fn told(&self, kinds: &[Kind], rows: &[(Sum, ComparisonOp, f64)], hidden: Vec<(&Line, Sum, Sum)>) -> Vec<String> {
        let truth: Vec<f64> = kinds.iter().map(|kind| self.study.people.get(kind).copied().unwrap_or_default() as f64).collect();
        let value = |sum: &Sum, world: &[f64]| sum.iter().map(|(place, factor)| world[*place] * factor).sum::<f64>();
        let small = |people: f64| people > 0.5 && people < self.study.minimum as f64 - 0.5;
        let mut told = Vec::new();
        let mut worlds = vec![truth.clone()];
        // A cell is hidden for one reason: where its complement is small in one of its tables, that is what must stay unknown.
        let few_others = |line: &Line, cell: &Sum, base: &Sum| line.level.is_some() && small(value(base, &truth) - value(cell, &truth));
        let by_complement: Vec<Sum> = hidden.iter().filter(|(line, cell, base)| few_others(line, cell, base)).map(|(_, cell, _)| cell.clone()).collect();
        for (line, cell, base) in hidden {
            let (people, rest) = (value(&cell, &truth), value(&base, &truth) - value(&cell, &truth));
            let most = self.study.minimum as f64 - 1.0;
            let (sum, range) = match (small(people), line.level.is_some() && small(rest)) {
                (true, _) => (cell, Some((1.0, most))),
                // Each other level that is hidden is known to hold somebody.
                (false, true) => (difference(&base, &cell), Some((self.others(line, &truth, kinds).min(rest), most))),
                _ if people < 0.5 || by_complement.contains(&cell) => continue,
                _ => (cell, None),
            };
            let (mut low, mut high) =
                worlds.iter().map(|world| value(&sum, world)).fold((f64::INFINITY, 0.0_f64), |(low, high), value| (low.min(value), high.max(value)));
            // What is said to be hidden for others is at least as uncertain as what it hides.
            let width = if line.is_for_others { most - 1.0 } else { most + 1.0 };
            let safe = |low: f64, high: f64| range.map_or(high - low > width - 1e-4, |(from, to)| low < from + 1e-4 && high > to - 1e-4);
            for upward in [true, false] {
                if !safe(low, high) {
                    let world = extreme(kinds.len(), rows, &sum, upward);
                    (low, high) = (low.min(value(&sum, &world)), high.max(value(&sum, &world)));
                    worlds.push(world);
                }
            }
            if !safe(low, high) {
                told.push(format!("{} {:?} in {:?} is {people} (rest {rest}), told to be {low:.2} to {high:.2}", line.variable, line.level, line.groups));
            }
        }
        told
    }
}

impl Attack<'_> {
    /// Levels of a question beside that of a row which hold somebody.
    fn others(&self, line: &Line, truth: &[f64], kinds: &[Kind]) -> f64 {
        let siblings = self.lines.iter().filter(|other| other.groups == line.groups && other.variable == line.variable && other.level != line.level);
        let holds = |other: &&Line| {
            let inside = |kind: &Kind| other.groups.iter().all(|(condition, level)| self.study.meets(kind, condition, level));
            let level = other.level.as_deref().unwrap_or_default();
            kinds.iter().zip(truth).any(|(kind, people)| *people > 0.0 && inside(kind) && self.study.meets(kind, &other.variable, level))
        };
        let several = self.study.questions.iter().any(|question| question.several && question.name == line.variable);
        if several { 1.0 } else { (siblings.filter(holds).count() as f64).max(1.0) }
    }
}

fn extreme(kinds: usize, rows: &[(Sum, ComparisonOp, f64)], sum: &Sum, upward: bool) -> Vec<f64> {
    let mut problem = Problem::new(if upward { OptimizationDirection::Maximize } else { OptimizationDirection::Minimize });
    let wanted: BTreeMap<usize, f64> = sum.iter().copied().collect();
    let columns: Vec<Variable> = (0..kinds).map(|kind| problem.add_var(wanted.get(&kind).copied().unwrap_or_default(), (0.0, 100_000.0))).collect();
    for (terms, comparison, constant) in rows {
        problem.add_constraint(terms.iter().map(|(place, factor)| (columns[*place], *factor)).collect::<Vec<_>>(), *comparison, *constant);
    }
    let solution = problem.solve().unwrap_or_else(|error| panic!("the truth is a solution, yet {error}: {rows:?}")).into_solution().expect("not interrupted");
    columns.iter().map(|column| solution.var_value(*column)).collect()
}

fn difference(of: &Sum, less: &Sum) -> Sum {
    let less: BTreeSet<usize> = less.iter().map(|(place, _)| *place).collect();
    of.iter().copied().filter(|(place, _)| !less.contains(place)).collect()
}

fn fields(line: &str) -> Vec<String> {
    let (mut fields, mut quoted) = (vec![String::new()], false);
    for letter in line.chars() {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            other => fields.last_mut().expect("one").push(other),
        }
    }
    fields
}

fn decoded(text: &str) -> String {
    text.replace("%20", " ")
}
