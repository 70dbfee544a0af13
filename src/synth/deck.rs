//! Hints that promise exact counts in, one answer for each row out.
//!
//! A file of 21 teams cannot leave its median to chance: such answers are dealt like cards. Rows are
//! ranked by a draw, so that two decks of one factor go together (large teams employ more people).

use std::collections::BTreeMap;

use super::answer::{Answer, alone_or_two, marks};
use super::chance::{Dice, floor};
use super::hints::{Draw, Hint};
use crate::schema::{Codebook, Field, Kind};

/// Answers in the order of the rows.
pub(super) struct Deck(Vec<Answer>);

impl Deck {
    /// The answer of a row; `None` beyond the rows that were asked for.
    pub(super) fn card(&self, row: usize) -> Option<Answer> {
        self.0.get(row).cloned()
    }
}

/// A deck for each field that has one.
pub(super) fn deal(book: &Codebook, hints: &[Hint], rows: usize, dice: &mut Dice) -> Vec<Option<Deck>> {
    let mut factors: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    let mut decks = Vec::new();
    let dealt = |factor: &str| hints.iter().any(|hint| hint.factor == factor && hint.draw.as_ref().is_some_and(by_factor));
    for (field, hint) in book.fields.iter().zip(hints) {
        // A factor that no deck asks for takes its place in the stream and no memory.
        let draws = factors.entry(&hint.factor).or_insert_with(|| if dealt(&hint.factor) { dice.normals(rows) } else { dice.skip_normals(rows) });
        let mut ranked = |cards: Vec<String>| Deck(by_rank(cards, hint.latent, draws, dice).into_iter().map(Answer::text).collect());
        decks.push(match &hint.draw {
            Some(Draw::Deck(deck)) => Some(ranked((0..rows).map(|row| deck[row * deck.len() / rows.max(1)].clone()).collect())),
            Some(Draw::Levels { shares, exact: true, .. }) => Some(ranked(shared_out(field, shares, rows))),
            Some(Draw::Alone { alone, several, exact: true }) => {
                // The middle of each person's share of the whole: everyone's part is dealt once.
                let mut cards: Vec<Answer> =
                    (0..rows).map(|row| marks(field, &alone_or_two((row as f64 + 0.5) / rows as f64, alone, *several, dice), None)).collect();
                dice.shuffle(&mut cards);
                Some(Deck(cards))
            }
            Some(Draw::Each { each, exact: true, none }) => Some(each_exact(field, each, none.as_deref(), rows, dice)),
            Some(Draw::Sequence { prefix, digits, of: Some(of) }) => {
                let mut numbers: Vec<usize> = (1..=*of).collect();
                dice.shuffle(&mut numbers);
                numbers.truncate(rows);
                numbers.sort_unstable();
                Some(Deck(numbers.into_iter().map(|number| Answer::text(format!("{prefix}{number:0digits$}"))).collect()))
            }
            _ => None,
        });
    }
    decks
}

/// Whether cards are ranked by a factor.
fn by_factor(draw: &Draw) -> bool {
    matches!(draw, Draw::Deck(_) | Draw::Levels { exact: true, .. })
}

/// Cards in the order of a draw over the rows.
fn by_rank(cards: Vec<String>, latent: f64, factor: &[f64], dice: &mut Dice) -> Vec<String> {
    let rest = (1.0 - latent * latent).sqrt();
    let draws: Vec<f64> = factor.iter().map(|common| latent * common + rest * dice.normal()).collect();
    let mut order: Vec<usize> = (0..draws.len()).collect();
    order.sort_by(|a, b| draws[*a].total_cmp(&draws[*b]));
    let mut dealt = vec![String::new(); draws.len()];
    for (row, card) in order.into_iter().zip(cards) {
        dealt[row] = card;
    }
    dealt
}

/// Levels in proportion to their shares, the largest remainders rounded up.
fn shared_out(field: &Field, shares: &[f64], rows: usize) -> Vec<String> {
    let Kind::Category { levels, .. } = &field.kind else { return Vec::new() };
    let whole: f64 = shares.iter().sum();
    let exact: Vec<f64> = shares.iter().map(|share| share / whole * rows as f64).collect();
    let mut counts: Vec<usize> = exact.iter().map(|count| floor(*count)).collect();
    let mut order: Vec<usize> = (0..exact.len()).collect();
    order.sort_by(|a, b| exact[*b].fract().total_cmp(&exact[*a].fract()).then(a.cmp(b)));
    let left = rows.saturating_sub(counts.iter().sum());
    for place in order.into_iter().take(left) {
        counts[place] += 1;
    }
    levels.iter().zip(counts).flat_map(|(level, count)| std::iter::repeat_n(level.code.clone(), count)).collect()
}

fn each_exact(field: &Field, each: &[f64], none: Option<&str>, rows: usize, dice: &mut Dice) -> Deck {
    let columns: Vec<Vec<bool>> = each
        .iter()
        .map(|share| {
            let yes = floor(share / 100.0 * rows as f64 + 0.5);
            let mut column: Vec<bool> = (0..rows).map(|row| row < yes).collect();
            dice.shuffle(&mut column);
            column
        })
        .collect();
    Deck((0..rows).map(|row| marks(field, &columns.iter().map(|column| column[row]).collect::<Vec<_>>(), none)).collect())
}
