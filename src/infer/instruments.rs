//! Column names and their answers in, the built-in instruments that they are likely to be out.
//!
//! Items are recognized by a common beginning and numbers from 1, by how many there are and by their range.
//! Blocks of items that look like an instrument without its name are only spoken of.

use std::collections::BTreeMap;

use crate::error::Error;
use crate::score::{Instrument, instruments};

/// Columns that share a beginning and are numbered from 1.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Block {
    pub stem: String,
    /// Positions in the header, in the order of their numbers.
    pub columns: Vec<usize>,
    /// Smallest and largest answer; none where they are no whole numbers.
    pub range: Option<(f64, f64)>,
}

/// An instrument that a block is likely to be.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Found {
    pub id: String,
    pub columns: Vec<usize>,
    /// What each item says.
    pub labels: Vec<String>,
    /// How the file stores the answers, where it differs from the instrument.
    pub coding: Option<String>,
    /// Range of the file's codes.
    pub range: (f64, f64),
    pub remarks: Vec<String>,
}

/// Smallest and largest answer of a column: slips of the keyboard, at most one in five hundred answers each, are no ends of a
/// scale. None where answers are no whole numbers.
pub(super) fn range<'a>(answers: impl Iterator<Item = (&'a str, u64)>) -> Option<(f64, f64)> {
    let answers: Vec<(&str, u64)> = answers.collect();
    let all: u64 = answers.iter().map(|(_, count)| count).sum();
    let mut numbers = Vec::new();
    for (value, count) in answers {
        match value.parse::<f64>().ok().filter(|number| number.fract() == 0.0) {
            _ if count * 500 <= all => {}
            Some(number) => numbers.push(number),
            None => return None,
        }
    }
    let low = numbers.iter().copied().reduce(f64::min)?;
    Some((low, numbers.iter().copied().fold(low, f64::max)))
}

/// The blocks of a header.
pub(super) fn blocks(header: &[String], range_of: impl Fn(usize) -> Option<(f64, f64)>) -> Vec<Block> {
    let mut stems: BTreeMap<String, BTreeMap<u32, usize>> = BTreeMap::new();
    for (column, name) in header.iter().enumerate() {
        let lower = name.trim().to_lowercase();
        let stem = lower.trim_end_matches(|letter: char| letter.is_ascii_digit());
        if let Ok(number) = lower[stem.len()..].parse::<u32>() {
            stems.entry(stem.to_owned()).or_default().entry(number).or_insert(column);
        }
    }
    let mut blocks = Vec::new();
    for (stem, numbers) in stems {
        let is_run = numbers.keys().copied().eq(1..=u32::try_from(numbers.len()).unwrap_or(0));
        if is_run && numbers.len() >= 2 {
            let columns: Vec<usize> = numbers.into_values().collect();
            let ranges: Option<Vec<(f64, f64)>> = columns.iter().map(|column| range_of(*column)).collect();
            let range = ranges.and_then(|ranges| ranges.into_iter().reduce(|one, other| (one.0.min(other.0), one.1.max(other.1))));
            blocks.push(Block { stem, columns, range });
        }
    }
    blocks
}

/// The instruments among the blocks, and what is worth saying of the other blocks.
///
/// # Errors
/// A mistake in a built-in instrument.
pub(super) fn find(blocks: &[Block]) -> Result<(Vec<Found>, Vec<String>), Error> {
    let known = instruments()?;
    let (mut found, mut remarks) = (Vec::new(), Vec::new());
    for block in blocks {
        let Some((low, high)) = block.range else { continue };
        let usable = |instrument: &&Instrument| instrument.readiness().is_scorable() && instrument.n_items() == block.columns.len();
        let named = known.iter().filter(usable).find(|instrument| names(instrument).contains(&plain(&block.stem)));
        match named.and_then(|instrument| Some((instrument, stored(instrument.range?, (low, high))?))) {
            Some((instrument, (coding, range, remark))) => {
                let sure = format!("likely: {} columns named `{}1` and on, answers from {low} to {high}", block.columns.len(), block.stem);
                let remarks = std::iter::once(sure).chain(remark).collect();
                let labels = instrument.items.iter().map(|item| item.label.clone()).collect();
                found.push(Found { id: instrument.id().to_owned(), columns: block.columns.clone(), labels, coding, range, remarks });
            }
            None if block.columns.len() >= 5 && high - low <= 10.0 => remarks.push(unnamed(block, &known, (low, high))),
            None => {}
        }
    }
    Ok((found, remarks))
}

/// A coding where it differs, the range of the file's codes, and what is doubtful about them.
type Stored = (Option<String>, (f64, f64), Option<String>);

/// How the answers are stored: as in the instrument, or one higher.
fn stored((a, b): (f64, f64), (low, high): (f64, f64)) -> Option<Stored> {
    if low >= a && high <= b {
        let shifted = low > a && high + 1.0 > b && low >= a + 1.0;
        let doubt = format!("nobody gave {a}, the lowest answer: if the codes begin at {}, add `coding = \"{}-{}\"`", a + 1.0, a + 1.0, b + 1.0);
        Some((None, (a, b), shifted.then_some(doubt)))
    } else if low >= a + 1.0 && high <= b + 1.0 {
        let why = format!(
            "guess: codes run from {} to {} and the instrument's from {a} to {b}, so the lowest answer is taken to be {}; write `{}-{}` where they run the other way",
            a + 1.0,
            b + 1.0,
            a + 1.0,
            b + 1.0,
            a + 1.0
        );
        Some((Some(format!("{}-{}", a + 1.0, b + 1.0)), (a + 1.0, b + 1.0), Some(why)))
    } else {
        None
    }
}

/// Beginnings of column names that mean an instrument: `phq9`, `phq`.
fn names(instrument: &Instrument) -> Vec<String> {
    let mut names = vec![plain(instrument.id()), plain(&instrument.abbreviation)];
    for name in names.clone() {
        let letters = name.trim_end_matches(|letter: char| letter.is_ascii_digit());
        if letters.len() >= 3 {
            names.push(letters.to_owned());
        }
    }
    if instrument.id() == "k6" {
        names.extend(["kessler", "kessler6"].map(str::to_owned));
    }
    names
}

/// Letters and digits only, in small letters.
fn plain(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn unnamed(block: &Block, known: &[Instrument], (low, high): (f64, f64)) -> String {
    let width = high - low;
    let like: Vec<&str> = known
        .iter()
        .filter(|instrument| instrument.readiness().is_scorable() && instrument.n_items() == block.columns.len())
        .filter(|instrument| instrument.range.is_some_and(|(a, b)| (b - a - width).abs() < 0.5))
        .map(Instrument::id)
        .collect();
    let count = block.columns.len();
    let could = if like.is_empty() {
        "no built-in instrument has as many items of this range".to_owned()
    } else {
        format!("it could be {}; add an [[instrument]] if it is", like.join(" or "))
    };
    format!("`{}1` to `{}{count}` look like items of one scale, answers from {low} to {high}: {could}", block.stem, block.stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(stem: &str, count: usize) -> Vec<String> {
        (1..=count).map(|number| format!("{stem}{number}")).collect()
    }

    fn one(stem: &str, count: usize, range: (f64, f64)) -> Option<(String, Option<String>)> {
        let (found, _) = find(&blocks(&header(stem, count), |_| Some(range))).expect("built-in instruments read");
        found.into_iter().next().map(|found| (found.id, found.coding))
    }

    #[test]
    fn slips_of_the_keyboard_are_no_ends_of_a_scale() {
        let of = |answers: &[(&str, u64)]| range(answers.iter().copied());
        assert_eq!(of(&[("1", 600), ("5", 700), ("55", 1), ("see notes", 1)]), Some((1.0, 5.0)));
        assert_eq!((of(&[("1", 30), ("9", 1)]), of(&[("1", 30), ("x", 1)])), (Some((1.0, 9.0)), None));
    }

    #[test]
    fn names_counts_and_ranges_tell_instruments_and_their_coding() {
        assert_eq!(one("PHQ", 9, (0.0, 3.0)), Some(("phq9".into(), None)));
        assert_eq!(one("phq9_", 9, (1.0, 4.0)), Some(("phq9".into(), Some("1-4".into()))));
        assert_eq!(one("PHQ", 2, (0.0, 3.0)), Some(("phq2".into(), None)));
        assert_eq!(one("k6_", 6, (1.0, 5.0)), Some(("k6".into(), Some("1-5".into()))));
        assert_eq!(one("barc10_", 10, (1.0, 6.0)), Some(("barc10".into(), None)));
        assert_eq!(one("gad", 7, (0.0, 9.0)), None);
        assert_eq!(one("q", 9, (0.0, 3.0)), None);
        let (_, remarks) = find(&blocks(&header("q", 9), |_| Some((0.0, 3.0)))).expect("built-in instruments read");
        assert!(remarks[0].contains("could be phq9"), "{remarks:?}");
    }
}
