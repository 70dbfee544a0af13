//! A table and the width of a page in, widths of columns out; a table that is too wide is set in parts.

use crate::display::parts::{Row, Table};

/// Width of the text on a letter page with margins of one inch, in twentieths of a point.
pub(super) const PAGE: u32 = 9360;
/// Space at both sides of a cell's text.
const MARGIN: u32 = 170;
/// Size of the text in tables, in points.
const SIZE: f64 = 9.0;
/// How much wider than ours a font of somebody else may be.
const WIDER: f64 = 1.25;
/// Text columns may shrink to this width before the table is set in parts.
const NARROWEST: u32 = 1300;
/// A table with at most so many rows stays on one page.
const TOGETHER: usize = 14;

/// Columns that stand side by side, each with its place in the table and its width.
pub(crate) type Set = Vec<(usize, u32)>;

/// Whether a table stays on one page.
pub(crate) fn is_short(table: &Table) -> bool {
    table.rows.len() <= TOGETHER
}

/// The columns of a table in one set, or in several where they do not fit; each set begins with the row heads. `wide` leaves
/// room for a font that is not ours.
pub(crate) fn sets(table: &Table, wide: bool) -> Vec<Set> {
    let font = if wide { WIDER } else { 1.0 };
    let natural: Vec<u32> = (0..table.columns.len()).map(|place| natural(table, place, font)).collect();
    let least: Vec<u32> = (0..table.columns.len()).map(|place| least(table, place, (&natural, font))).collect();
    let Some((head, rest)) = least.split_first() else { return Vec::new() };
    let mut sets: Vec<Vec<usize>> = vec![vec![0]];
    let mut used = *head;
    for (place, width) in rest.iter().enumerate() {
        let full = used + width > PAGE && sets.last().is_some_and(|set| set.len() > 1);
        if full {
            sets.push(vec![0]);
            used = *head;
        }
        used += width;
        if let Some(set) = sets.last_mut() {
            set.push(place + 1);
        }
    }
    sets.iter().map(|set| share(set, &natural, &least)).collect()
}

/// Widths that fill the page: the natural ones, stretched alike, or text columns shrunk towards their least.
fn share(set: &[usize], natural: &[u32], least: &[u32]) -> Set {
    let sum = |widths: &[u32]| set.iter().map(|place| widths[*place]).sum::<u32>();
    let (wanted, needed) = (sum(natural), sum(least));
    let width = |place: usize| -> u32 {
        let (natural, least) = (u64::from(natural[place]), u64::from(least[place]));
        let given = if wanted <= PAGE {
            natural * u64::from(PAGE) / u64::from(wanted.max(1))
        } else if needed >= PAGE {
            least * u64::from(PAGE) / u64::from(needed.max(1))
        } else {
            least + (natural - least) * u64::from(PAGE - needed) / u64::from((wanted - needed).max(1))
        };
        u32::try_from(given).unwrap_or(PAGE)
    };
    let mut widths: Set = set.iter().map(|place| (*place, width(*place))).collect();
    // what rounding left over goes to the row heads
    let given: u32 = widths.iter().map(|(_, width)| width).sum();
    if let Some(first) = widths.first_mut() {
        first.1 += PAGE.saturating_sub(given);
    }
    widths
}

/// Texts of a column below its head.
fn cells(table: &Table, place: usize) -> impl Iterator<Item = &str> {
    table.rows.iter().filter_map(move |row| match row {
        Row::Cells(cells) | Row::Total(cells) => cells.get(place).map(|cell| cell.text.as_str()),
        Row::Group(_) => None,
    })
}

/// The width at which no text of the column wraps; heads may.
fn natural(table: &Table, place: usize, font: f64) -> u32 {
    let body = cells(table, place).map(|text| twips(text, SIZE * font)).max().unwrap_or_default();
    body.max(head(table, place, font)) + MARGIN
}

/// The width below which a number would break, or a word.
fn least(table: &Table, place: usize, (natural, font): (&[u32], f64)) -> u32 {
    let natural = natural[place];
    if place > 0 && table.columns.get(place).is_some_and(|column| column.numeric) {
        return natural;
    }
    let word = cells(table, place).flat_map(|text| text.split([' ', '-', '/'])).map(|word| twips(word, SIZE * font)).max().unwrap_or_default();
    (word.max(head(table, place, font)) + MARGIN).max(NARROWEST).min(natural)
}

/// The longest word of a head and its unit.
fn head(table: &Table, place: usize, font: f64) -> u32 {
    let Some(column) = table.columns.get(place) else { return 0 };
    let words = |text: &str, size: f64| text.split(' ').map(|word| twips(word, size)).max().unwrap_or_default();
    words(&column.head, SIZE * font * 1.06).max(words(&format!("({})", column.unit), SIZE * font))
}

/// Width of a text in twentieths of a point, by the widths of Calibri's letters.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a width on a page")]
fn twips(text: &str, size: f64) -> u32 {
    let ems: f64 = text.chars().map(em).sum();
    (ems * size * 20.0 * 1.02).ceil() as u32
}

fn em(letter: char) -> f64 {
    match letter {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '’' | '|' | ' ' | '\u{a0}' => 0.25,
        'f' | 't' | 'r' | '(' | ')' | '-' | 'I' | 'J' | '/' => 0.34,
        'm' => 0.80,
        'M' | 'W' | '—' => 0.89,
        'w' | '%' => 0.72,
        'A'..='Z' => 0.60,
        'a'..='z' | '0'..='9' | '–' => 0.51,
        letter if letter.is_ascii() => 0.51,
        _ => 0.75,
    }
}
