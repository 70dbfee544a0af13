//! A transport file of version 5 or 8 in, records of one of its data sets out.

use super::super::super::ReadOptions;
use super::super::Records;
use super::super::shared::{Bytes, Cells, Head, Look, Met, Order, Rows, Text, table};
use super::members::{self, LINE, Member, ibm, words};
use super::{formats, labels};
use crate::error::{Error, Problem, closest, some_of};

/// A column of a data set.
#[derive(Debug, Clone)]
struct Column {
    name: String,
    label: String,
    format: String,
    width: usize,
    is_text: bool,
    look: Look,
}

/// Opens a transport file.
pub(super) fn open(mut bytes: Bytes, options: &ReadOptions) -> Result<Box<dyn Records>, Error> {
    let path = bytes.path().to_owned();
    let mut text = Text::new(&path, options.encoding.as_deref(), None)?;
    let members = members::find(&mut bytes)?;
    let tables = members.iter().map(|member| text.label(&member.name, member.start)).collect::<Result<Vec<_>, _>>()?;
    let member = chosen(&members, &tables, options, &path)?;
    let mut reading = Reading { bytes, text };
    let (columns, rows) = reading.columns(member)?;
    let Reading { bytes, text } = reading;
    let mut head = Head { tables: if tables.len() > 1 { tables } else { Vec::new() }, sha256: bytes.sha256(), ..Head::default() };
    for column in &columns {
        head.names.push(column.name.clone());
        head.described.push(labels::described(&column.label, column.is_text, column.look, None));
    }
    let (start, width) = (bytes.at(), columns.iter().map(|column| column.width).sum());
    let mut data = Data { bytes, text, columns, width, start, end: member.end, rows: 0, block: Vec::new(), next: 0 };
    data.rows = data.count(rows)?;
    labels::describe_met(&data.met()?, &mut head.described);
    table(&path, head, data)
}

/// The data set that the user names, else the only one or the first one.
fn chosen<'a>(members: &'a [Member], tables: &[String], options: &ReadOptions, path: &std::path::Path) -> Result<&'a Member, Error> {
    let Some(wanted) = options.sheet.as_deref() else { return members.first().map_or_else(|| unreachable!("there is a member"), Ok) };
    let found = tables.iter().position(|name| name.eq_ignore_ascii_case(wanted)).and_then(|position| members.get(position));
    found.ok_or_else(|| {
        let problem =
            Problem::new("input::unknown_sheet", format!("{} has no data set `{wanted}`", path.display())).found(some_of(tables.iter().map(String::as_str)));
        Error::usage(match closest(wanted, tables.iter().map(String::as_str)) {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => problem,
        })
    })
}

struct Reading {
    bytes: Bytes,
    text: Text,
}

impl Reading {
    /// The columns, and the number of rows where the file says it.
    fn columns(&mut self, member: &Member) -> Result<(Vec<Column>, Option<u64>), Error> {
        self.bytes.seek(member.start);
        let (_, _, size) = self.header(&["MEMBER", "MEMBV8"])?;
        // The width of a description stands at the end of the first line: 140, or 136 on old machines.
        let size = if size.get(26..30) == Some(b"0136") { 136 } else { 140 };
        self.header(&["DSCRPTR", "DSCPTV8"])?;
        self.bytes.skip(2 * LINE)?;
        let (is_long, _, numbers) = self.header(&["NAMESTR", "NAMSTV8"])?;
        let digits = numbers.get(5..10).and_then(|digits| std::str::from_utf8(digits).ok()).and_then(|digits| digits.trim().parse::<usize>().ok());
        let Some(count) = digits.filter(|count| *count > 0) else { return Err(self.bytes.fail("a data set without columns")) };
        let mut columns = Vec::new();
        for _ in 0..count {
            columns.push(self.column(size, is_long)?);
        }
        self.end_line()?;
        let (_, name, numbers) = self.header(&["OBS", "OBSV8", "LABELV8", "LABELV9"])?;
        if !name.starts_with("LABEL") {
            return Ok((columns, rows_in(&numbers, &name)));
        }
        let labels = numbers.get(..5).and_then(|digits| std::str::from_utf8(digits).ok()).and_then(|digits| digits.trim().parse::<usize>().ok());
        for _ in 0..labels.unwrap_or_default() {
            self.long_label(&mut columns, name == "LABELV9")?;
        }
        self.end_line()?;
        let (_, name, numbers) = self.header(&["OBS", "OBSV8"])?;
        Ok((columns, rows_in(&numbers, &name)))
    }

    /// A header line of one of these names: whether it is of version 8, its name and its numbers.
    fn header(&mut self, names: &[&str]) -> Result<(bool, String, Vec<u8>), Error> {
        let at = self.bytes.at();
        let line = self.bytes.take(80)?;
        let found = words(&line).map(|(name, numbers)| (String::from_utf8_lossy(name).into_owned(), numbers.to_vec()));
        match found.filter(|(name, _)| names.contains(&name.as_str())) {
            Some((name, numbers)) => Ok((name.ends_with("V8"), name, numbers)),
            None => Err(self.bytes.fail_at(format!("no {} header", names.join(" or ")), at)),
        }
    }

    /// Goes on at the next line.
    fn end_line(&mut self) -> Result<(), Error> {
        self.bytes.skip(self.bytes.at().next_multiple_of(LINE) - self.bytes.at())
    }

    fn column(&mut self, size: usize, is_long: bool) -> Result<Column, Error> {
        let at = self.bytes.at();
        let part = self.bytes.take(size)?;
        let number = |at| Order::Big.u16_in(&part, at).unwrap_or_default();
        let (is_text, width) = (number(0) == 2, usize::from(number(4)));
        let name = if is_long { &part[88..120] } else { &part[8..16] };
        let (name, label) = (self.text.label(name, at)?, self.text.label(&part[16..56], at)?);
        let format = self.text.label(&part[56..64], at)?;
        if width == 0 || (!is_text && !(2..=8).contains(&width)) {
            return Err(self.bytes.fail_at(format!("column `{name}` of {width} bytes"), at));
        }
        let look = if is_text { Look::Number } else { formats::look(&format) };
        Ok(Column { name, label, format, width, is_text, look })
    }

    /// A name, a label and perhaps a format that are longer than the description of a column has room for.
    fn long_label(&mut self, columns: &mut [Column], has_format: bool) -> Result<(), Error> {
        let at = self.bytes.at();
        let mut lengths = [0; 5];
        for length in lengths.iter_mut().take(if has_format { 5 } else { 3 }) {
            *length = usize::from(self.bytes.u16(Order::Big)?);
        }
        let [index, name, label, format, informat] = lengths;
        let (name, label) = (self.bytes.take(name)?, self.bytes.take(label)?);
        let (format, _) = (self.bytes.take(format)?, self.bytes.take(informat)?);
        let Some(column) = index.checked_sub(1).and_then(|index| columns.get_mut(index)) else {
            return Err(self.bytes.fail_at(format!("a label of column {index}, which is not there"), at));
        };
        (column.name, column.label) = (self.text.label(&name, at)?, self.text.label(&label, at)?);
        if has_format {
            column.format = self.text.label(&format, at)?;
            column.look = if column.is_text { Look::Number } else { formats::look(&column.format) };
        }
        Ok(())
    }
}

/// The number of rows that version 8 writes behind the header of the rows.
fn rows_in(numbers: &[u8], name: &str) -> Option<u64> {
    let digits = numbers.get(..15).filter(|_| name == "OBSV8")?;
    std::str::from_utf8(digits).ok()?.trim().parse().ok().filter(|rows| *rows > 0)
}

/// The rows of a data set.
struct Data {
    bytes: Bytes,
    text: Text,
    columns: Vec<Column>,
    width: usize,
    start: u64,
    end: u64,
    rows: u64,
    /// Rows that are read together, and the place of the next one.
    block: Vec<u8>,
    next: usize,
}

/// Bytes of rows that are read together.
const BLOCK: usize = 1 << 20;

impl Data {
    /// How many rows there are: blanks that only fill the last line up are none.
    fn count(&mut self, said: Option<u64>) -> Result<u64, Error> {
        let (length, width) = (self.end.saturating_sub(self.start), self.width as u64);
        let mut rows = length / width;
        if let Some(said) = said {
            if said > rows {
                return Err(self.bytes.fail_in(format!("the file ends before row {} of {said}", rows + 1), &format!("row {}", rows + 1)));
            }
            return Ok(said);
        }
        self.bytes.seek(self.start + rows * width);
        let rest = self.bytes.take(usize::try_from(length - rows * width).unwrap_or_default())?;
        if !is_blank(&rest) {
            return Err(self.bytes.fail_in(format!("the file ends inside row {}", rows + 1), &format!("row {}", rows + 1)));
        }
        while rows > 0 && (rows - 1) * width + LINE > length {
            self.bytes.seek(self.start + (rows - 1) * width);
            if !is_blank(&self.bytes.take(self.width)?) {
                break;
            }
            rows -= 1;
        }
        Ok(rows)
    }

    /// Looks through all rows for special missing values; the next row is the first one then.
    fn met(&mut self) -> Result<Met, Error> {
        let mut met = Met::new(self.columns.len());
        let mut row = 0;
        while row < self.rows {
            self.read_block(row)?;
            for content in self.block.chunks_exact(self.width.max(1)) {
                let mut at = 0;
                for (position, column) in self.columns.iter().enumerate() {
                    let field = content.get(at..at + column.width).unwrap_or_default();
                    at += column.width;
                    if let Some(tag) = missing(field).filter(|sign| *sign != b'.' && !column.is_text) {
                        labels::meet(&mut met, position, tag);
                    }
                }
                row += 1;
            }
        }
        self.block.clear();
        Ok(met)
    }

    fn read_block(&mut self, row: u64) -> Result<(), Error> {
        let some = ((BLOCK / self.width).max(1) as u64).min(self.rows - row);
        self.bytes.seek(self.start + row * self.width as u64);
        self.block = self.bytes.take(usize::try_from(some).unwrap_or_default() * self.width)?;
        self.next = 0;
        Ok(())
    }
}

/// The sign of a missing value: a point, an underscore or a letter with nothing behind it.
fn missing(field: &[u8]) -> Option<u8> {
    let (first, _) = field.split_first().filter(|(_, rest)| rest.iter().all(|byte| *byte == 0))?;
    Some(*first).filter(|sign| matches!(sign, b'.' | b'A'..=b'Z' | b'_'))
}

fn is_blank(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| matches!(byte, b' ' | 0))
}

impl Rows for Data {
    fn fill(&mut self, cells: &mut Cells) -> Result<(), Error> {
        while !cells.is_full() && cells.row() < self.rows {
            if self.next == self.block.len() {
                self.read_block(cells.row())?;
            }
            let row = cells.row() + 1;
            for (position, column) in self.columns.iter().enumerate() {
                let field = self.block.get(self.next..self.next + column.width).unwrap_or_default();
                self.next += column.width;
                if column.is_text {
                    cells.text(&self.text.cell(field, row, position)?);
                    continue;
                }
                match missing(field) {
                    Some(b'.') => cells.empty(),
                    Some(tag) => cells.text(&labels::missing_code(tag)),
                    None => cells.number(ibm(field), column.look),
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
