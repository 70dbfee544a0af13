//! The head of a Stata file in, its columns out. The formats differ in the width of their fields; from 117 on they stand between tags.

use std::collections::HashMap;

use super::super::shared::{Bytes, Head, Look, MAX_LABELS, Order, Text};
use super::strings::Strings;
use super::{data, labels, look};
use crate::error::{Error, Problem, Severity, some_of};
use crate::frame::{Described, Stored};

/// How a file of some format is laid out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout {
    pub(super) format: u16,
    pub(super) order: Order,
    columns: usize,
    pub(super) rows: u64,
}

impl Layout {
    fn pick<T>(self, borders: &[(u16, T)], last: T) -> T
    where
        T: Copy,
    {
        borders.iter().find(|(border, _)| self.format < *border).map_or(last, |(_, value)| *value)
    }

    /// Bytes of a name, of a variable or of value labels.
    pub(super) fn name_width(self) -> usize {
        self.pick(&[(110, 9), (118, 33)], 129)
    }

    fn format_width(self) -> usize {
        self.pick(&[(105, 7), (114, 12), (118, 49)], 57)
    }

    fn label_width(self) -> usize {
        self.pick(&[(108, 32), (118, 81)], 321)
    }

    /// Whether the parts stand between tags.
    pub(super) fn is_tagged(self) -> bool {
        self.format >= 117
    }

    /// Reads a tag; formats without tags have none.
    pub(super) fn tag(self, bytes: &mut Bytes, tag: &str) -> Result<(), Error> {
        if !self.is_tagged() {
            return Ok(());
        }
        let at = bytes.at();
        let found = bytes.take(tag.len())?;
        if found == tag.as_bytes() {
            Ok(())
        } else {
            Err(bytes.fail_at(format!("`{}` where `{tag}` was to stand", String::from_utf8_lossy(&found).escape_debug()), at))
        }
    }
}

/// How the values of a column are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Byte,
    Int,
    Long,
    Float,
    Double,
    /// Text of so many bytes.
    Text(usize),
    /// Text that stands behind the rows.
    LongText,
}

impl Kind {
    fn of(code: u16, layout: Layout) -> Option<Self> {
        let old = layout.format < 111;
        Some(match (code, layout.is_tagged()) {
            (65_530, true) | (251, false) if !old => Self::Byte,
            (65_529, true) | (252, false) if !old => Self::Int,
            (65_528, true) | (253, false) if !old => Self::Long,
            (65_527, true) | (254, false) if !old => Self::Float,
            (65_526, true) | (255, false) if !old => Self::Double,
            (32_768, true) => Self::LongText,
            (1..=2045, true) => Self::Text(usize::from(code)),
            (1..=244, false) if !old => Self::Text(usize::from(code)),
            (98, false) => Self::Byte,
            (105, false) => Self::Int,
            (108, false) => Self::Long,
            (102, false) => Self::Float,
            (100, false) => Self::Double,
            (0x80..=0xff, false) if old => Self::Text(usize::from(code) - 0x7f),
            _ => return None,
        })
    }

    /// Bytes in a row.
    pub(super) fn width(self) -> usize {
        match self {
            Self::Byte => 1,
            Self::Int => 2,
            Self::Long | Self::Float => 4,
            Self::Double | Self::LongText => 8,
            Self::Text(width) => width,
        }
    }

    pub(super) fn is_text(self) -> bool {
        matches!(self, Self::Text(_) | Self::LongText)
    }
}

/// The columns of a file.
pub(super) struct Dictionary {
    pub(super) layout: Layout,
    pub(super) columns: Vec<(Kind, Look)>,
    names: Vec<String>,
    described: Vec<Described>,
    label_sets: Vec<String>,
    odd: Vec<(usize, &'static str)>,
    notes: Vec<Problem>,
    /// Place of the first row.
    pub(super) start: u64,
}

/// Reads what stands before the columns.
pub(super) fn layout(bytes: &mut Bytes) -> Result<Layout, Error> {
    let first = bytes.u8()?;
    if first == b'<' {
        return tagged_layout(bytes);
    }
    let (order, format) = (bytes.u8()?, u16::from(first));
    let order = if order == 1 { Order::Big } else { Order::Little };
    if !(104..=115).contains(&format) {
        return Err(bytes.fail_at(format!("the unknown format {format}"), 0));
    }
    bytes.skip(2)?;
    let layout = Layout { format, order, columns: usize::from(bytes.u16(order)?), rows: u64::from(bytes.u32(order)?) };
    bytes.skip(layout.pick(&[(108, 32)], 81))?;
    bytes.skip(layout.pick(&[(105, 0)], 18))?;
    Ok(layout)
}

fn tagged_layout(bytes: &mut Bytes) -> Result<Layout, Error> {
    bytes.seek(0);
    let any = Layout { format: 117, order: Order::Little, columns: 0, rows: 0 };
    any.tag(bytes, "<stata_dta><header><release>")?;
    let release = bytes.array::<3>()?;
    let format = std::str::from_utf8(&release).ok().and_then(|text| text.parse().ok()).filter(|format| (117..=119).contains(format));
    let Some(format) = format else { return Err(bytes.fail_at(format!("the unknown format `{}`", String::from_utf8_lossy(&release)), 28)) };
    any.tag(bytes, "</release><byteorder>")?;
    let order = match &bytes.array::<3>()? {
        b"LSF" => Order::Little,
        b"MSF" => Order::Big,
        _ => return Err(bytes.fail("a byte order other than LSF and MSF")),
    };
    any.tag(bytes, "</byteorder><K>")?;
    let columns = if format == 119 { bytes.u32(order)? as usize } else { usize::from(bytes.u16(order)?) };
    any.tag(bytes, "</K><N>")?;
    let rows = if format == 117 { u64::from(bytes.u32(order)?) } else { bytes.u64(order)? };
    any.tag(bytes, "</N><label>")?;
    let length = if format == 117 { u16::from(bytes.u8()?) } else { bytes.u16(order)? };
    bytes.skip(u64::from(length))?;
    any.tag(bytes, "</label><timestamp>")?;
    let length = bytes.u8()?;
    bytes.skip(u64::from(length))?;
    any.tag(bytes, "</timestamp></header><map>")?;
    bytes.skip(14 * 8)?;
    any.tag(bytes, "</map>")?;
    Ok(Layout { format, order, columns, rows })
}

/// Reads the columns up to the first row.
pub(super) fn read(bytes: &mut Bytes, layout: Layout, text: &mut Text) -> Result<Dictionary, Error> {
    let Layout { order, columns, .. } = layout;
    layout.tag(bytes, "<variable_types>")?;
    let mut kinds = Vec::new();
    for column in 0..columns {
        let code = if layout.is_tagged() { bytes.u16(order)? } else { u16::from(bytes.u8()?) };
        let kind = Kind::of(code, layout).ok_or_else(|| bytes.fail(format!("column {} of the unknown type {code}", column + 1)))?;
        kinds.push(kind);
    }
    layout.tag(bytes, "</variable_types><varnames>")?;
    let names = strings(bytes, columns, layout.name_width(), text)?;
    layout.tag(bytes, "</varnames><sortlist>")?;
    bytes.skip((columns as u64 + 1) * layout.pick(&[(119, 2)], 4))?;
    layout.tag(bytes, "</sortlist><formats>")?;
    let formats = strings(bytes, columns, layout.format_width(), text)?;
    layout.tag(bytes, "</formats><value_label_names>")?;
    let label_sets = strings(bytes, columns, layout.name_width(), text)?;
    layout.tag(bytes, "</value_label_names><variable_labels>")?;
    let labels = strings(bytes, columns, layout.label_width(), text)?;
    layout.tag(bytes, "</variable_labels>")?;
    characteristics(bytes, layout)?;
    layout.tag(bytes, "<data>")?;
    let mut found = Dictionary { layout, columns: Vec::new(), names, described: Vec::new(), label_sets, odd: Vec::new(), notes: Vec::new(), start: bytes.at() };
    for (column, ((kind, format), label)) in kinds.into_iter().zip(formats).zip(labels).enumerate() {
        let (look, note) = if kind.is_text() { (Look::Number, None) } else { look(&format) };
        found.odd.extend(note.map(|note| (column, note)));
        let stored = if kind.is_text() { Stored::Text } else { look.stored() };
        found.columns.push((kind, look));
        found.described.push(Described { label, stored, ..Described::default() });
    }
    if found.columns.is_empty() { Err(bytes.fail("no variable")) } else { Ok(found) }
}

/// Texts of one width, each up to its first zero byte.
fn strings(bytes: &mut Bytes, count: usize, width: usize, text: &mut Text) -> Result<Vec<String>, Error> {
    let mut found = Vec::new();
    for _ in 0..count {
        let at = bytes.at();
        let field = bytes.take(width)?;
        found.push(text.label(until_zero(&field), at)?);
    }
    Ok(found)
}

/// The bytes before the first zero byte.
pub(super) fn until_zero(field: &[u8]) -> &[u8] {
    &field[..field.iter().position(|byte| *byte == 0).unwrap_or(field.len())]
}

/// Passes over notes and other characteristics.
fn characteristics(bytes: &mut Bytes, layout: Layout) -> Result<(), Error> {
    if layout.is_tagged() {
        layout.tag(bytes, "<characteristics>")?;
        loop {
            let at = bytes.at();
            match bytes.array::<4>()? {
                tag if tag == *b"<ch>" => {
                    let length = bytes.u32(layout.order)?;
                    bytes.skip(u64::from(length))?;
                    layout.tag(bytes, "</ch>")?;
                }
                _ => {
                    bytes.seek(at);
                    return layout.tag(bytes, "</characteristics>");
                }
            }
        }
    }
    if layout.format < 105 {
        return Ok(());
    }
    loop {
        let kind = bytes.u8()?;
        let length = if layout.format < 110 { u32::from(bytes.u16(layout.order)?) } else { bytes.u32(layout.order)? };
        if kind == 0 && length == 0 {
            return Ok(());
        }
        bytes.skip(u64::from(length))?;
    }
}

impl Dictionary {
    /// Bytes of one row.
    pub(super) fn row_width(&self) -> usize {
        self.columns.iter().map(|(kind, _)| kind.width()).sum()
    }

    /// Reads what stands behind the rows: where long texts are, and the value labels.
    pub(super) fn describe(&mut self, bytes: &mut Bytes, text: &mut Text) -> Result<Strings, Error> {
        let (layout, width) = (self.layout, self.row_width() as u64);
        let end = width.checked_mul(layout.rows).and_then(|length| length.checked_add(self.start)).filter(|end| *end <= bytes.length());
        let Some(end) = end else {
            let whole = bytes.length().saturating_sub(self.start).checked_div(width).unwrap_or_default();
            let found = format!("the file ends in row {} of {}", whole + 1, layout.rows);
            return Err(bytes.fail_in(found, &format!("row {}", whole + 1)));
        };
        bytes.seek(end);
        layout.tag(bytes, "</data><strls>")?;
        let strings = if layout.is_tagged() { Strings::read(bytes, layout)? } else { Strings::default() };
        let sets: HashMap<String, _> = labels::read(bytes, layout, text)?.into_iter().map(|set| (set.name, set.labels)).collect();
        let count: usize = self.label_sets.iter().filter_map(|name| sets.get(name)).map(Vec::len).sum();
        if count > MAX_LABELS {
            return Err(bytes.fail(format!("{count} value labels")));
        }
        for ((described, name), (kind, look)) in self.described.iter_mut().zip(&self.label_sets).zip(&self.columns) {
            let set = sets.get(name).filter(|_| !kind.is_text());
            for (value, label) in set.into_iter().flatten() {
                match data::missing_letter(*value, layout.format) {
                    None => described.levels.push((look.text(f64::from(*value)), label.clone())),
                    Some(0) => {}
                    Some(letter) => described.missing.push((data::missing_code(letter), label.clone())),
                }
            }
        }
        Ok(strings)
    }

    /// What the file says before its rows.
    pub(super) fn head(&mut self, path: &std::path::Path, sha256: Option<String>) -> Head {
        for what in self.odd.iter().map(|(_, what)| *what).collect::<std::collections::BTreeSet<_>>() {
            let names = self.odd.iter().filter(|(_, known)| *known == what).filter_map(|(column, _)| self.names.get(*column)).map(String::as_str);
            let message = format!("{} shows {} as {what}", path.display(), some_of(names));
            self.notes.push(Problem::new("input::shown_otherwise", message).severity(Severity::Note));
        }
        Head {
            names: std::mem::take(&mut self.names),
            described: std::mem::take(&mut self.described),
            notes: std::mem::take(&mut self.notes),
            sha256,
            ..Head::default()
        }
    }
}
