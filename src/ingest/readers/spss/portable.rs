//! A portable file in, records out: its numbers are written to the base of thirty.

use std::collections::HashMap;

use super::super::super::ReadOptions;
use super::super::Records;
use super::super::shared::{Bytes, Cells, Head, Look, MAX_LABELS, MISSING, Rows, Text, number, table};
use super::symbols::Symbols;
use super::{describe::describe_missing, look, open_range, shown_otherwise};
use crate::error::{Error, Problem};
use crate::frame::{Described, Stored};

/// Digits of a number; no program writes near as many.
const MAX_DIGITS: usize = 500;

/// What is added to the number of some formats.
const SHIFT: usize = 82;

/// A column of the file.
struct Column {
    is_text: bool,
    look: Look,
    range: Option<(f64, f64)>,
}

/// The dictionary as it grows record by record.
struct Portable {
    symbols: Symbols,
    text: Text,
    columns: Vec<Column>,
    head: Head,
    /// Codes that mean no answer, told once all labels are known.
    missing: Vec<(usize, String)>,
    by_name: HashMap<String, usize>,
    odd: Vec<(usize, &'static str)>,
    /// Value labels so far, counted for each of their columns.
    labels: usize,
}

/// Opens a portable file.
pub(super) fn open(bytes: Bytes, options: &ReadOptions) -> Result<Box<dyn Records>, Error> {
    let path = bytes.path().to_owned();
    let text = Text::new(&path, options.encoding.as_deref(), None)?;
    let head = Head { sha256: bytes.sha256(), ..Head::default() };
    let symbols = Symbols::open(bytes)?;
    let mut file = Portable { symbols, text, columns: Vec::new(), head, missing: Vec::new(), by_name: HashMap::new(), odd: Vec::new(), labels: 0 };
    file.dictionary()?;
    for (column, code) in std::mem::take(&mut file.missing) {
        describe_missing(&mut file.head.described[column], code);
    }
    let names: Vec<&str> = file.odd.iter().map(|(column, _)| file.head.names[*column].as_str()).collect();
    let note = file.odd.first().and_then(|(_, what)| shown_otherwise(&path, &names, what));
    file.head.notes.extend(note);
    let head = std::mem::take(&mut file.head);
    table(&path, head, file)
}

impl Portable {
    /// Reads the records up to the first row.
    fn dictionary(&mut self) -> Result<(), Error> {
        // The version, the day and the time.
        self.symbols.next()?;
        self.string()?;
        self.string()?;
        loop {
            match self.symbols.next()? {
                b'1'..=b'3' | b'6' => drop(self.string()?),
                b'4' | b'5' => drop(self.count()?),
                b'7' => self.variable()?,
                b'8' => {
                    let code = self.code()?;
                    let column = self.last()?;
                    self.missing.push((column, code));
                }
                b'9' => {
                    let high = self.number()?;
                    self.range(f64::NEG_INFINITY, high)?;
                }
                b'A' => {
                    let low = self.number()?;
                    self.range(low, f64::INFINITY)?;
                }
                b'B' => {
                    let (low, high) = (self.number()?, self.number()?);
                    self.range(low, high)?;
                }
                b'C' => {
                    let label = self.string()?;
                    let column = self.last()?;
                    self.head.described[column].label = label;
                }
                b'D' => self.value_labels()?,
                b'E' => {
                    for _ in 0..self.count()? {
                        self.string()?;
                    }
                }
                b'F' => return if self.columns.is_empty() { Err(self.symbols.bytes.fail("no variable before the rows")) } else { Ok(()) },
                other => return Err(self.symbols.bytes.fail(format!("a record of the unknown kind `{}`", char::from(other)))),
            }
        }
    }

    fn variable(&mut self) -> Result<(), Error> {
        let width = self.count()?;
        let name = self.string()?;
        // SPSS adds 82 to the numbers of the formats of days and times.
        let format = self.count()?;
        let format = format.checked_sub(SHIFT).filter(|format| *format > 0).unwrap_or(format);
        for _ in 0..5 {
            self.count()?;
        }
        let is_text = width > 0;
        let (look, note) = if is_text { (Look::Number, None) } else { look(u32::try_from(format).unwrap_or_default()) };
        let stored = if is_text { Stored::Text } else { look.stored() };
        self.odd.extend(note.map(|note| (self.columns.len(), note)));
        self.by_name.insert(name.clone(), self.columns.len());
        self.columns.push(Column { is_text, look, range: None });
        self.head.names.push(name);
        self.head.described.push(Described { stored, ..Described::default() });
        Ok(())
    }

    fn last(&self) -> Result<usize, Error> {
        self.columns.len().checked_sub(1).ok_or_else(|| self.symbols.bytes.fail("a record about a variable before the first one"))
    }

    fn range(&mut self, low: f64, high: f64) -> Result<(), Error> {
        let (low, high) = open_range(low, high);
        let column = self.last()?;
        self.columns[column].range = Some((low, high));
        self.head.described[column].missing_ranges.push((low, high, MISSING.to_owned()));
        Ok(())
    }

    /// A value of the last variable as it is written in a cell.
    fn code(&mut self) -> Result<String, Error> {
        let column = self.last()?;
        self.code_of(column)
    }

    fn code_of(&mut self, column: usize) -> Result<String, Error> {
        if self.columns[column].is_text {
            return self.string();
        }
        let (value, Column { look, range, .. }) = (self.number()?, &self.columns[column]);
        Ok(if range.is_some_and(|(low, high)| (low..=high).contains(&value)) { number(value) } else { look.text(value) })
    }

    fn value_labels(&mut self) -> Result<(), Error> {
        let mut columns = Vec::new();
        for _ in 0..self.count()? {
            let name = self.string()?;
            match self.by_name.get(&name) {
                Some(column) => columns.push(*column),
                None => return Err(self.symbols.bytes.fail(format!("value labels of `{name}`, which is no variable"))),
            }
        }
        let Some(first) = columns.first().copied() else { return Err(self.symbols.bytes.fail("value labels of no variable")) };
        for _ in 0..self.count()? {
            let code = self.code_of(first)?;
            let label = self.string()?;
            self.labels += columns.len();
            if self.labels > MAX_LABELS {
                return Err(self.symbols.bytes.fail(format!("more than {MAX_LABELS} value labels")));
            }
            for column in &columns {
                let (described, range) = (&mut self.head.described[*column], self.columns[*column].range);
                described.levels.push((code.clone(), label.clone()));
                let in_range = code.parse::<f64>().is_ok_and(|value| range.is_some_and(|(low, high)| (low..=high).contains(&value)));
                if in_range {
                    described.missing.push((code.clone(), label.clone()));
                }
            }
        }
        Ok(())
    }

    /// A number that counts something.
    fn count(&mut self) -> Result<usize, Error> {
        let number = self.number()?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the size is checked")]
        let count = number as usize;
        if (0.0..1e6).contains(&number) { Ok(count) } else { Err(self.symbols.bytes.fail("a count that is no count")) }
    }

    fn string(&mut self) -> Result<String, Error> {
        let length = self.count()?;
        let at = self.symbols.bytes.at();
        let bytes = self.symbols.take(length)?;
        self.text.label(&bytes, at)
    }

    /// A number; not a number where the system says that there is none.
    fn number(&mut self) -> Result<f64, Error> {
        let mut first = self.symbols.next()?;
        while first == b' ' {
            first = self.symbols.next()?;
        }
        if first == b'*' {
            self.symbols.next()?;
            return Ok(f64::NAN);
        }
        let mut digits = vec![first];
        loop {
            match self.symbols.next()? {
                b'/' => break,
                digit if digits.len() < MAX_DIGITS => digits.push(digit),
                _ => return Err(self.symbols.bytes.fail("a number without an end")),
            }
        }
        base_thirty(&digits).ok_or_else(|| self.symbols.bytes.fail(format!("`{}`, which is no number to the base of thirty", String::from_utf8_lossy(&digits))))
    }
}

/// The number of such text as `-1A.F+2`.
fn base_thirty(text: &[u8]) -> Option<f64> {
    let (negative, text) = text.strip_prefix(b"-").map_or((false, text), |rest| (true, rest));
    let digit = |byte: u8| char::from(byte).to_digit(30).filter(|_| !byte.is_ascii_lowercase());
    let end = text.iter().skip(1).position(|byte| matches!(byte, b'+' | b'-')).map_or(text.len(), |end| end + 1);
    let (digits, exponent) = text.split_at(end);
    let mut power = match exponent.split_first() {
        None => 0,
        Some((sign, digits)) => {
            let size = digits.iter().try_fold(0_i32, |size, byte| size.checked_mul(30)?.checked_add_unsigned(digit(*byte)?))?;
            if digits.is_empty() || size > 10_000 {
                return None;
            } else if *sign == b'-' {
                -size
            } else {
                size
            }
        }
    };
    let (mut mantissa, mut behind_point, mut seen) = (0_u128, false, false);
    for byte in digits {
        if *byte == b'.' && !behind_point {
            behind_point = true;
            continue;
        }
        seen = true;
        let value = u128::from(digit(*byte)?);
        // More digits than twenty-five change nothing that a double can hold.
        if mantissa < 30_u128.pow(24) {
            mantissa = mantissa * 30 + value;
            power -= i32::from(behind_point);
        } else {
            power += i32::from(!behind_point);
        }
    }
    let size = scaled(mantissa, power);
    seen.then_some(if negative { -size } else { size })
}

/// `mantissa` times thirty to some power, rounded once where the whole numbers have room.
fn scaled(mantissa: u128, power: i32) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "this is the one rounding")]
    let as_float = |number: u128| number as f64;
    if mantissa == 0 {
        return 0.0;
    }
    if power >= 0 {
        let exact = u32::try_from(power).ok().and_then(|power| 30_u128.checked_pow(power)).and_then(|factor| mantissa.checked_mul(factor));
        return exact.map_or_else(|| as_float(mantissa) * 30_f64.powi(power), as_float);
    }
    match 15_u128.checked_pow(power.unsigned_abs()).filter(|_| power > -17) {
        // Thirty is two times fifteen: the quotient by the fifteens is made with all bits there are, the twos only shift it.
        Some(divisor) => {
            let shift = mantissa.leading_zeros();
            let shifted = mantissa << shift;
            let quotient = (shifted / divisor) | u128::from(!shifted.is_multiple_of(divisor));
            as_float(quotient) * 2_f64.powi(power - i32::try_from(shift).unwrap_or_default())
        }
        None => as_float(mantissa) / 30_f64.powi(-power),
    }
}

impl Rows for Portable {
    fn fill(&mut self, cells: &mut Cells) -> Result<(), Error> {
        while !cells.is_full() {
            for column in 0..self.columns.len() {
                if column == 0 && self.symbols.peek()? == b'Z' {
                    return Ok(());
                }
                let row = cells.row() + 1;
                if self.columns[column].is_text {
                    let length = self.count()?;
                    let bytes = self.symbols.take(length)?;
                    cells.text(&self.text.cell(&bytes, row, column)?);
                } else {
                    let (value, Column { look, range, .. }) = (self.number()?, &self.columns[column]);
                    let in_range = range.is_some_and(|(low, high)| (low..=high).contains(&value));
                    cells.number(value, if in_range { Look::Number } else { *look });
                }
            }
            cells.end_row();
        }
        Ok(())
    }

    fn notes(&self) -> Vec<Problem> {
        self.text.notes()
    }
}

#[cfg(test)]
mod tests {
    use super::base_thirty;

    #[test]
    fn numbers_to_the_base_of_thirty_are_read_exactly() {
        let read = |text: &str| base_thirty(text.as_bytes());
        assert_eq!([read("1.3"), read("-13A"), read("A"), read("1+2"), read("3-1")], [Some(1.1), Some(-1000.0), Some(10.0), Some(900.0), Some(0.1)]);
        assert_eq!([read("T"), read(".F"), read("0"), read("-0")], [Some(29.0), Some(0.5), Some(0.0), Some(0.0)]);
        assert_eq!([read("a"), read("1U"), read("."), read("1.2.3"), read("1+"), read("")], [None; 6]);
        // Every decimal has an end to the base of thirty: 333 millionths are 242757 times thirty to the power of minus six.
        assert_eq!([read(".008TLR"), read("8TLR-6"), read("-8TLR-6")], [Some(0.000_333), Some(0.000_333), Some(-0.000_333)]);
    }
}
