//! What was hidden and how it was attacked, in numbers that give nothing away.

use super::Policy;
use super::attack::Attacker;
use super::cells::Draft;
use super::choose::Choice;
use super::system::System;
use crate::results::ResultRow;

/// The record of the attack on a release: counts and settings, never a hidden value.
#[derive(Debug, Clone, Default)]
pub(crate) struct Certificate {
    pub policy: Policy,
    /// Different sets of people (and counts of visits) that the figures print.
    pub cells: usize,
    /// Sums that tie them together.
    pub relations: usize,
    /// Of these, equations that weights add.
    pub weighted: usize,
    /// Cells hidden for their own sake, and for the sake of others.
    pub primary: usize,
    pub complementary: usize,
    /// Sum of ln(1 + people) over them, and the least that any choice could have lost, as far as known.
    pub loss: f64,
    pub lower_bound: f64,
    /// Groups of cells in which something had to be chosen, and those whose choice is proved to be the best.
    pub blocks: usize,
    pub proved: usize,
    /// Linear programs solved by the last attack.
    pub programs: usize,
    /// Groups of hidden cells that the last attack looked at.
    pub groups: usize,
    /// Figures that a former release has too, counts known from it, and counts hidden because they differ by few people.
    pub former: Option<(usize, usize, usize)>,
    /// Figures, and those without a number.
    pub figures: usize,
    pub hidden: usize,
    /// Excerpts of what people said that are quoted.
    pub quotes: usize,
}

impl Certificate {
    pub(super) fn new(policy: &Policy, system: &System, draft: &Draft, choice: &Choice) -> Self {
        let own = draft.cells.len();
        let is_printed = |cell: &usize| draft.cells[*cell].printed && draft.cells[*cell].value > 0;
        let hidden = || (0..own).filter(|cell| choice.hidden[*cell]).filter(is_printed);
        Self {
            policy: policy.clone(),
            cells: own,
            relations: system.relations.len(),
            weighted: system.weighted.len(),
            primary: hidden().filter(|cell| system.cells[*cell].primary).count(),
            complementary: hidden().filter(|cell| !system.cells[*cell].primary).count(),
            loss: system.loss(&choice.hidden),
            lower_bound: choice.lower_bound,
            blocks: choice.blocks,
            proved: choice.proved,
            ..Self::default()
        }
    }

    pub(super) fn attacked(&mut self, attacker: &Attacker<'_>) {
        self.programs = attacker.programs;
        self.groups = attacker.groups;
    }

    pub(super) fn figures(&mut self, rows: &[ResultRow]) {
        self.figures = rows.len();
        self.hidden = rows.iter().filter(|row| row.is_suppressed()).count();
    }
}

impl Certificate {
    /// The loss in one line, for the person who ran the pipeline.
    pub(crate) fn line(&self) -> String {
        let how = if self.blocks == self.proved { "the least possible".to_owned() } else { format!("at least {:.1} was needed", self.lower_bound) };
        let lost = if self.complementary == 0 { String::new() } else { format!(" (loss {:.1}, {how})", self.loss) };
        format!(
            "{} counts hidden for being small, {} to protect them{lost}; {} linear programs could not tell any of them",
            self.primary, self.complementary, self.programs
        )
    }
}

/// A heading of the certificate: its id, its question and the paragraphs below it.
type Part = (&'static str, &'static str, Vec<String>);

impl Certificate {
    /// What was tested, in plain words.
    pub(crate) fn words(&self) -> Vec<Part> {
        vec![("rules", "What may not be shown?", self.rules()), ("hidden", "What is hidden?", self.hiding()), ("attack", "How was it tested?", self.attack())]
    }

    fn rules(&self) -> Vec<String> {
        let policy = &self.policy;
        let most = policy.minimum_cell.saturating_sub(1);
        let mut rules = vec![
            format!("Rules: {}.", policy.title),
            format!("A count of {} to {most} people is not shown, nor anything that is computed from it.", u8::from(policy.show_zero)),
        ];
        rules.push(if policy.show_zero { "A count of nobody may be shown." } else { "A count of nobody is not shown either." }.to_owned());
        if policy.complement {
            rules.push("A share is not shown either where so few people of its base are outside it.".to_owned());
        }
        if policy.protect_missing {
            rules.push("Counts of missing answers are treated like counts of answers.".to_owned());
        } else {
            rules.push("How many answers are missing is shown: it is no answer of anybody.".to_owned());
        }
        if let Some(base) = policy.rounding {
            rules.push(format!(
                "Counts of people are rounded to the nearest {base}. What protects people is hiding, and the attack below is made on exact counts: \
                 whoever sees rounded ones knows less."
            ));
        }
        if !policy.show_unstable {
            rules.push("Figures that are too imprecise by the NCHS rules are not shown.".to_owned());
        }
        if self.quotes > 0 {
            rules.push(format!(
                "{} excerpts are quoted, because the pipeline asks for it: of themes whose number of people is shown, at most one of each person, none with a \
                 name, a number or a date that a search can find. What a sentence gives away by what it tells was not tested; somebody must have read it.",
                self.quotes
            ));
        }
        rules
    }

    /// No number here may tell anything of the sum of hidden counts.
    fn hiding(&self) -> Vec<String> {
        vec![
            format!(
                "Of {} figures, {} are hidden: those that stand on too few people, and the fewest others from which these could be computed.",
                self.figures, self.hidden
            ),
            "The status `suppressed_complementary` says that a figure would give away another one. The status `suppressed` says that too few people stand \
             behind it, or keeps the reason to itself where it would help to compute something. What lies inside of a hidden group has the status of the \
             group. The attacker below knows all that this tells."
                .to_owned(),
        ]
    }

    fn attack(&self) -> Vec<String> {
        let (low, high) = self.policy.range();
        vec![
            format!(
                "The attacker of this test knows every shown number, every rule above, and {} sums over {} counts: levels add up to their base, groups to the \
                 whole, narrow groups to wide ones, answers and missing answers to people, the same people in several tables are the same; {} sums hold for \
                 weights as well.",
                self.relations, self.cells, self.weighted
            ),
            format!(
                "For each of {} groups of hidden counts, linear programs ({} were needed) looked for the smallest and the largest value that agree with all of that.",
                self.groups, self.programs
            ),
            format!(
                "The attack failed. For every small hidden count each value from {low} to {high} stays possible; for every count that is hidden for others {} values \
                 or more stay possible. Where a complement is small and its other levels are hidden one by one, it is known that each of those holds somebody.",
                self.policy.width() + 1.0
            ),
            "What it did not try: what a reader knows from elsewhere about single people or about the weight of each unit within a group, and which whole numbers \
             fit a weighted figure to its last digit.".to_owned(),
        ]
        .into_iter()
        .chain(self.former.map(|(figures, known, differing)| {
            format!(
                "The attacker also has the former release. {figures} figures are in both; {known} counts are known from it because they have not changed, and \
                 {differing} are hidden because they differ from it by so few people that the difference would tell about those who joined or left."
            )
        }))
        .collect()
    }
}
