//! A codebook with its hints in, rows of answers out.
//!
//! Every answer comes from one draw with mean 0 and standard deviation 1, mixed from the person's
//! wellbeing, a factor that fields of the row share, and chance; `answer` turns it into a code or number.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::answer::{Answer, Scales};
use super::chance::Dice;
use super::deck::{self, Deck};
use super::faults::column_of;
use super::hints::{self, Draw, Hint, Mind, height};
use crate::error::{Error, Exit, Problem};
use crate::schema::{Codebook, Field, Kind};

/// A codebook that is ready to be drawn from.
pub(super) struct Sheet {
    pub book: Codebook,
    hints: Vec<Hint>,
    mind: Mind,
    scales: Scales,
    decks: Vec<Option<Deck>>,
    /// Answers shared by rows that agree on another field.
    shared: FxHashMap<(usize, String), Answer>,
}

/// What a person takes from one round to the next.
#[derive(Debug, Clone, Default)]
pub(super) struct Person {
    /// Lasting part of wellbeing.
    pub lasting: f64,
    /// Lasting part of each factor that is not wellbeing.
    own: BTreeMap<String, f64>,
    kept: BTreeMap<usize, (usize, Answer)>,
}

/// Where a row stands.
pub(super) struct Place<'a> {
    /// Position of the row in the file, from 0.
    pub index: usize,
    /// How often the person was asked before.
    pub round: usize,
    /// Part of wellbeing that the center gives.
    pub center: f64,
    /// Answers that are settled already.
    pub given: &'a [(&'a str, String)],
}

/// Draws that the fields of one row share.
struct Row<'a> {
    answers: Vec<Answer>,
    factors: BTreeMap<String, f64>,
    wellbeing: Option<f64>,
    moment: f64,
    short_form: f64,
    place: &'a Place<'a>,
}

impl Sheet {
    /// Reads a codebook for a file of `rows` rows.
    pub(super) fn open(path: &str, text: &str, rows: usize, dice: &mut Dice) -> Result<Self, Error> {
        let (book, mut problems) = Codebook::parse(path, text);
        let (named, mind, more) = hints::read(path, text);
        problems.extend(more);
        Error::gather(Exit::Usage, problems)?;
        let hints: Vec<Hint> =
            book.fields.iter().map(|field| named.iter().find(|(name, _)| *name == field.name).map(|(_, hint)| hint.clone()).unwrap_or_default()).collect();
        let scales = Scales::new(&book, &hints);
        let decks = deck::deal(&book, &hints, rows, dice);
        let sheet = Self { book, hints, mind, scales, decks, shared: FxHashMap::default() };
        Error::gather(Exit::Usage, sheet.misfits(path))?;
        Ok(sheet)
    }

    /// Names of the file's columns.
    pub(super) fn header(&self) -> Vec<String> {
        let columns = |field: &Field| match &field.kind {
            Kind::Checkboxes { options } => options.iter().map(|option| option.code.clone()).collect(),
            _ => vec![field.columns[0].clone()],
        };
        self.book.fields.iter().flat_map(columns).collect()
    }

    /// First column of a field in the file.
    pub(super) fn column(&self, name: &str) -> Option<usize> {
        self.position(name).map(|position| column_of(&self.book, position).1)
    }

    /// Codes of a category's levels.
    pub(super) fn codes(&self, name: &str) -> Vec<String> {
        self.book.field(name).map(super::answer::codes).unwrap_or_default()
    }

    /// The id with a running number, as the field's hint writes it.
    pub(super) fn numbered(&self, name: &str, number: usize) -> String {
        match self.position(name).and_then(|position| self.hints[position].draw.as_ref()) {
            Some(Draw::Sequence { prefix, digits, .. }) => format!("{prefix}{number:0digits$}"),
            _ => number.to_string(),
        }
    }

    /// A person who was not asked before.
    pub(super) fn person(dice: &mut Dice) -> Person {
        Person { lasting: dice.normal(), ..Person::default() }
    }

    /// One row: a cell for each column.
    pub(super) fn row(&mut self, dice: &mut Dice, place: &Place<'_>, person: &mut Person) -> Vec<String> {
        let (moment, short_form) = (dice.normal(), dice.unit());
        let mut row = Row { answers: Vec::new(), factors: BTreeMap::new(), wellbeing: None, moment, short_form, place };
        let mut cells = Vec::new();
        for position in 0..self.book.fields.len() {
            let answer = self.answer(position, dice, &mut row, person);
            cells.extend(self.with_missing(position, &answer, &row, dice));
            row.answers.push(answer);
        }
        cells
    }

    /// The answer as it is; missing codes come later, so that what depends on the answer stays true.
    fn answer(&mut self, position: usize, dice: &mut Dice, row: &mut Row<'_>, person: &mut Person) -> Answer {
        let z = self.draw(position, dice, row, person);
        let (field, hint) = (&self.book.fields[position], &self.hints[position]);
        if let Some((_, text)) = row.place.given.iter().find(|(name, _)| *name == field.name) {
            return Answer::text(text.clone());
        }
        if !self.asked(field, row) {
            return self.scales.blank(field);
        }
        if let Some((round, kept)) = person.kept.get(&position) {
            return kept.risen(hint.step * row.place.round.saturating_sub(*round) as f64);
        }
        let shared = hint.same_within.as_ref().map(|other| (position, self.text_of(other, row)));
        if let Some(answer) = shared.as_ref().and_then(|key| self.shared.get(key)) {
            return answer.clone();
        }
        let dealt = self.decks[position].as_ref().and_then(|deck| deck.card(row.place.index));
        let mut answer = match dealt {
            Some(card) => card,
            None => self.scales.answer(position, field, hint, z, row.place, |name| self.text_of(name, row), dice),
        };
        if let Some((other, gap)) = &hint.below
            && let (Some(number), Some(limit)) = (answer.number, self.number_of(other, row))
            && number > limit - gap
        {
            answer = Answer::number((limit - gap).max(0.0));
        }
        if hint.needs.iter().any(|(other, least)| self.number_of(other, row).is_none_or(|number| number < *least)) {
            answer = Answer::text(hint.otherwise.clone());
        }
        if hint.keep {
            person.kept.insert(position, (row.place.round, answer.clone()));
        }
        if let Some(key) = shared {
            self.shared.insert(key, answer.clone());
        }
        answer
    }

    /// The draw behind an answer.
    fn draw(&self, position: usize, dice: &mut Dice, row: &mut Row<'_>, person: &mut Person) -> f64 {
        let hint = &self.hints[position];
        let chance = dice.normal();
        let mut z = chance;
        if hint.latent != 0.0 {
            z = hint.latent * self.factor(hint, dice, row, person) + (1.0 - hint.latent * hint.latent).sqrt() * chance;
        }
        if let Some((other, curve)) = &hint.from {
            z += self.number_of(other, row).map_or(0.0, |x| height(curve, x));
        }
        z
    }

    fn factor(&self, hint: &Hint, dice: &mut Dice, row: &mut Row<'_>, person: &mut Person) -> f64 {
        if let Some(factor) = row.factors.get(&hint.factor) {
            return *factor;
        }
        let stable = self.mind.stable;
        let (lasting, passing) = (dice.normal(), dice.normal());
        let lasting = *person.own.entry(hint.factor.clone()).or_insert(lasting);
        let own = stable * lasting + (1.0 - stable * stable).sqrt() * passing;
        let common = if hint.wellbeing == 0.0 { 0.0 } else { self.wellbeing(row, person) };
        let factor = hint.wellbeing * common + (1.0 - hint.wellbeing * hint.wellbeing).sqrt() * own;
        row.factors.insert(hint.factor.clone(), factor);
        factor
    }

    fn wellbeing(&self, row: &mut Row<'_>, person: &Person) -> f64 {
        if let Some(wellbeing) = row.wellbeing {
            return wellbeing;
        }
        let mind = &self.mind;
        let lift = mind.from.as_ref().map_or(0.0, |(field, curve)| self.number_of(field, row).map_or(mind.without, |x| height(curve, x)));
        let sum = lift + mind.stable * person.lasting + mind.passing * row.moment + mind.center * row.place.center;
        let wellbeing = (sum - mind.centre) / mind.spread + mind.gain * row.place.round as f64;
        row.wellbeing = Some(wellbeing);
        wellbeing
    }

    fn with_missing(&self, position: usize, answer: &Answer, row: &Row<'_>, dice: &mut Dice) -> Vec<String> {
        let (field, hint) = (&self.book.fields[position], &self.hints[position]);
        let mut left = dice.unit();
        if !self.asked(field, row) || matches!(field.kind, Kind::Checkboxes { .. }) {
            return answer.cells.clone();
        }
        if row.short_form < hint.not_asked {
            return vec!["-9".to_owned()];
        }
        for (code, share) in &hint.missing {
            if left < *share {
                return vec![code.clone()];
            }
            left -= share;
        }
        answer.cells.clone()
    }

    /// Whether skip logic puts the question to this person.
    fn asked(&self, field: &Field, row: &Row<'_>) -> bool {
        let Some(gate) = &field.ask_if else { return true };
        let code = self.text_of(&gate.field, row);
        match self.book.field(&gate.field).map(|other| &other.kind) {
            Some(Kind::Category { levels, .. }) => levels.iter().any(|level| level.code == code && gate.is.contains(&level.label)),
            _ => gate.is.contains(&code),
        }
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.book.fields.iter().position(|field| field.name == name)
    }

    fn text_of(&self, name: &str, row: &Row<'_>) -> String {
        self.position(name).and_then(|position| row.answers.get(position)).and_then(|answer| answer.cells.first()).cloned().unwrap_or_default()
    }

    fn number_of(&self, name: &str, row: &Row<'_>) -> Option<f64> {
        row.answers.get(self.position(name)?)?.number
    }

    /// Hints that name fields which do not exist, or have more or fewer shares than levels.
    fn misfits(&self, path: &str) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (field, hint) in self.book.fields.iter().zip(&self.hints) {
            let others = [hint.from.as_ref().map(|from| &from.0), hint.below.as_ref().map(|below| &below.0), hint.same_within.as_ref()];
            for other in others.into_iter().flatten().chain(hint.needs.iter().map(|need| &need.0)) {
                if self.position(other).is_none() {
                    problems
                        .push(Problem::new("synth::unknown_field", format!("the hint of `{}` names a field `{other}` that is not there", field.name)).at(path));
                }
            }
            if let Some((found, expected)) = self.scales.miscount(field, hint) {
                let problem = Problem::new("synth::share_count", format!("the hint of `{}` needs a share for each level", field.name));
                problems.push(problem.at(path).found(format!("{found} shares")).expected(expected.to_string()));
            }
        }
        problems
    }
}
