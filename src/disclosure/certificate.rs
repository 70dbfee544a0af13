//! What was hidden and how it was attacked, in numbers that give nothing away.

use super::attack::Attacker;
use super::cells::Draft;
use super::choose::Choice;
use super::system::System;
use super::Policy;
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
    /// People in the cells that are hidden for the sake of others.
    pub people: u64,
    /// Sum of ln(1 + people) over them, and the least that any choice could have lost, as far as known.
    pub loss: f64,
    pub lower_bound: f64,
    /// Groups of cells in which something had to be chosen, and those whose choice is proved to be the best.
    pub blocks: usize,
    pub proved: usize,
    /// Linear programs solved while choosing, and by the last attack.
    pub programs_choosing: usize,
    pub programs: usize,
    /// Groups of hidden cells that the last attack looked at.
    pub groups: usize,
    /// Figures, and those without a number.
    pub figures: usize,
    pub hidden: usize,
}

impl Certificate {
    pub(super) fn new(policy: &Policy, system: &System, draft: &Draft, choice: &Choice) -> Self {
        let own = draft.cells.len();
        let is_printed = |cell: &usize| draft.cells[*cell].printed && draft.cells[*cell].value > 0;
        let hidden = || (0..own).filter(|cell| choice.hidden[*cell]).filter(is_printed);
        let others = || hidden().filter(|cell| !system.cells[*cell].primary);
        Self {
            policy: policy.clone(),
            cells: own,
            relations: system.relations.len(),
            weighted: system.weighted.len(),
            primary: hidden().filter(|cell| system.cells[*cell].primary).count(),
            complementary: others().count(),
            people: others().map(|cell| draft.cells[cell].people).sum(),
            loss: system.loss(&choice.hidden),
            lower_bound: choice.lower_bound,
            blocks: choice.blocks,
            proved: choice.proved,
            programs_choosing: choice.programs,
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
