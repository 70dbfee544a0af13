//! Groups of blocks in, typed blocks in file order out: the blocks of a group are split and typed in parallel while the next group is read.

use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::TypedBlock;
use super::feed::{Group, Sizes};
use super::split::{Fields, Index};
use crate::error::Error;
use crate::ingest::readers::{DelimitedText, Part};
use crate::ingest::records::Rest;

/// The fast way through UTF-8 text.
pub(super) struct Lane {
    sizes: Sizes,
    delimiter: u8,
    width: usize,
    state: State,
    /// Bytes before the first group, place and line of what comes next.
    rest: Rest,
    /// Buffer of the group before.
    spare: Vec<u8>,
    /// Indexes that are not in use.
    indexes: Mutex<Vec<Index>>,
}

/// What comes next.
enum State {
    Start,
    Ahead(Group),
    End,
    TooOdd,
}

/// What a step brought.
pub(super) enum Step {
    /// Typed blocks, perhaps none.
    Blocks(Vec<TypedBlock>),
    /// The file has ended.
    End,
    /// The reader of the text goes on by itself.
    TooOdd,
}

/// One block after the parallel part: what it held, or nothing where it is too odd.
type Outcome = Option<(TypedBlock, Part, u64)>;

impl Lane {
    /// Takes the text after the header; `None` where it must be decoded first.
    pub(super) fn new(text: &mut DelimitedText, sizes: Sizes) -> Option<Self> {
        let rest = text.take_rest()?;
        let width = crate::ingest::readers::Records::header(text).len();
        Some(Self { sizes, delimiter: text.delimiter(), width, state: State::Start, rest, spare: Vec::new(), indexes: Mutex::default() })
    }

    /// Types the next group and reads the one after it.
    pub(super) fn step(&mut self, text: &mut DelimitedText, type_block: &(impl Fn(&Fields<'_>) -> TypedBlock + Sync)) -> Result<Step, Error> {
        let group = match std::mem::replace(&mut self.state, State::End) {
            State::Ahead(group) => group,
            State::Start => Group::read(text.source(), Vec::new(), &std::mem::take(&mut self.rest.bytes), self.sizes)?,
            State::End => return Ok(Step::End),
            State::TooOdd => return Ok(Step::TooOdd),
        };
        let (sizes, spare) = (self.sizes, std::mem::take(&mut self.spare));
        let source = text.source();
        let read = || if group.is_last { Ok(None) } else { Group::read(source, spare, group.left_over(), sizes).map(Some) };
        let (outcomes, next) = rayon::join(|| self.type_group(&group, type_block), read);
        let (next, mut blocks) = (next?, Vec::with_capacity(group.blocks.len()));
        for (range, outcome) in group.blocks.iter().zip(outcomes) {
            let Some(outcome) = outcome else {
                self.give_back(text, &group, range.start, next.as_ref());
                return Ok(Step::Blocks(blocks));
            };
            blocks.push(self.add(text, outcome)?);
            self.rest.offset += u64::try_from(range.len()).unwrap_or_default();
        }
        if group.blocks.is_empty() && !group.text().is_empty() {
            self.give_back(text, &group, 0, next.as_ref());
        } else if let Some(next) = next {
            self.state = State::Ahead(next);
            self.spare = group.into_buffer();
        }
        Ok(Step::Blocks(blocks))
    }

    fn type_group(&self, group: &Group, type_block: &(impl Fn(&Fields<'_>) -> TypedBlock + Sync)) -> Vec<Outcome> {
        let one = |range: &std::ops::Range<usize>| {
            let mut index = self.indexes().pop().unwrap_or_default();
            let typed = index.of(&group.text()[range.clone()], self.delimiter, self.width).map(|fields| type_block(&fields));
            let outcome = typed.map(|typed| (typed, index.take_part(), index.lines()));
            self.indexes().push(index);
            outcome
        };
        group.blocks.par_iter().with_max_len(1).map(one).collect()
    }

    fn indexes(&self) -> std::sync::MutexGuard<'_, Vec<Index>> {
        self.indexes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Turns lines of a block into lines of the file and adds its counts.
    fn add(&mut self, text: &mut DelimitedText, (typed, mut part, lines): (TypedBlock, Part, u64)) -> Result<TypedBlock, Error> {
        for rejected in &mut part.rejected {
            rejected.line += self.rest.line;
        }
        text.add(part)?;
        let first_line = self.rest.line;
        self.rest.line += lines;
        Ok(TypedBlock { first_line, ..typed })
    }

    /// Puts the text from `start` of the group back, with the group that was read after it.
    fn give_back(&mut self, text: &mut DelimitedText, group: &Group, start: usize, next: Option<&Group>) {
        let end = group.text().len() - next.map_or(0, |_| group.left_over().len());
        let mut bytes = group.text()[start..end].to_vec();
        bytes.extend_from_slice(next.map_or(&[], Group::text));
        text.resume(Rest { bytes, offset: self.rest.offset, line: self.rest.line });
        self.state = State::TooOdd;
    }
}
