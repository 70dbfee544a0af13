//! Stata files of the formats 104 to 119 in, records and what the file says of its columns out.

mod data;
mod dictionary;
mod labels;
mod strings;

use super::super::ReadOptions;
use super::super::source::Input;
use super::shared::{Bytes, EPOCH_1960, Look, Text, table};
use super::{Format, Records};
use crate::error::Error;

/// The entry in the table of readers.
pub(crate) struct Stata;

impl Format for Stata {
    fn id(&self) -> &'static str {
        "stata"
    }

    fn summary(&self) -> &'static str {
        "Stata data sets of every version since 4"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["dta"]
    }

    fn recognizes(&self, head: &[u8]) -> bool {
        head.starts_with(b"<stata_dta>") || matches!(head, [104..=115, 1 | 2, 1, 0, ..])
    }

    fn open(&self, input: Input, options: &ReadOptions) -> Result<Box<dyn Records>, Error> {
        let mut bytes = Bytes::open(input, "Stata")?;
        let path = bytes.path().to_owned();
        let layout = dictionary::layout(&mut bytes)?;
        // Before format 118 the encoding was that of the machine, mostly a Windows one.
        let named = if layout.format >= 118 { Some("utf-8") } else { None };
        let mut text = Text::new(&path, options.encoding.as_deref(), named)?;
        let mut dictionary = dictionary::read(&mut bytes, layout, &mut text)?;
        let strings = dictionary.describe(&mut bytes, &mut text)?;
        let mut head = dictionary.head(&path, bytes.sha256());
        let mut data = data::Data::new(bytes, dictionary, strings, text);
        data.met()?.describe(&mut head.described, data::missing_code);
        table(&path, head, data)
    }
}

/// How a column with this display format shows its numbers, and whether that needs a note.
fn look(format: &str) -> (Look, Option<&'static str>) {
    let bare = format.trim_start_matches('%').trim_start_matches(['-', '~']);
    let (kind, rest) = match bare.strip_prefix('t') {
        Some(rest) => rest.split_at(rest.chars().next().map_or(0, char::len_utf8)),
        None if bare.starts_with('d') => ("d", &bare[1..]),
        None => return (Look::Number, None),
    };
    let look = match kind {
        "d" => Look::Date { per_day: 1.0, epoch: EPOCH_1960 },
        "c" if !rest.is_empty() && !shows_days(rest) => Look::Clock { per_second: 1000.0 },
        "c" => Look::Moment { per_second: 1000.0, epoch: EPOCH_1960 },
        "w" => Look::Weeks,
        "m" => Look::Months(1),
        "q" => Look::Months(3),
        "h" => Look::Months(6),
        "C" => return (Look::Number, Some("moments with leap seconds, which stay numbers of milliseconds since 1960")),
        "b" => return (Look::Number, Some("days of a business calendar, which stay numbers")),
        // Years are numbers as they are.
        _ => Look::Number,
    };
    (look, None)
}

/// Whether the parts of a display format of moments show more than the time of day.
fn shows_days(parts: &str) -> bool {
    ["CC", "cc", "YY", "yy", "JJ", "jj", "Mon", "mon", "NN", "nn", "DD", "dd", "Da", "da", "DAY", "WW", "ww"].iter().any(|part| parts.contains(part))
}

#[cfg(test)]
mod tests {
    use super::{EPOCH_1960, Look, look};

    #[test]
    fn display_formats_say_what_numbers_are() {
        let moment = Look::Moment { per_second: 1000.0, epoch: EPOCH_1960 };
        let date = Look::Date { per_day: 1.0, epoch: EPOCH_1960 };
        let looks = ["%9.0g", "%td", "%tdD_m_Y", "%d", "%-tc", "%tcHH:MM:SS", "%tcDDmonCCYY_HH:MM", "%tm", "%tq", "%th", "%ty", "%tw", "%dD/N/Y"]
            .map(|format| look(format).0);
        let clock = Look::Clock { per_second: 1000.0 };
        let expected =
            [Look::Number, date, date, date, moment, clock, moment, Look::Months(1), Look::Months(3), Look::Months(6), Look::Number, Look::Weeks, date];
        assert_eq!(looks, expected);
        assert!(look("%tC").1.is_some() && look("%tbnyse").1.is_some() && look("%12.0g").1.is_none());
    }
}
