//! A SAS catalog (`.sas7bcat`) in, the value labels of its formats out.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use super::super::super::ReadOptions;
use super::super::super::source::Input;
use super::super::shared::{Bytes, Order, Text, trimmed};
use super::header::{self, Header};
use super::labels::{Labelled, special};
use crate::error::{Error, Problem};

/// Bytes of one format.
const MAX_FORMAT: usize = 64 << 20;
/// The page that holds the first part of the index, and the first page that may hold a further part.
const INDEX_PAGE: u64 = 1;
const FIRST_FURTHER: u64 = 3;

/// The value labels of formats by their names.
#[derive(Debug, Default)]
pub(super) struct Catalog {
    formats: HashMap<String, Vec<(Labelled, String)>>,
}

impl Catalog {
    /// The labels of a format, named with or without its width.
    pub(super) fn labels(&self, format: &str) -> Option<&[(Labelled, String)]> {
        let name = format.trim().trim_end_matches('.').to_ascii_uppercase();
        self.formats.get(&name).map(Vec::as_slice)
    }
}

/// Reads a catalog.
pub(super) fn read(path: &Path, options: &ReadOptions) -> Result<Catalog, Error> {
    let mut input = Input::open(path)?;
    input.hashed = false;
    if !header::is_catalog(&input.head) {
        let problem = Problem::new("input::dictionary", format!("{} is not a SAS catalog", path.display()));
        return Err(Error::usage(problem.expected("the .sas7bcat file with the formats of the data set")));
    }
    let mut bytes = Bytes::open(input, "SAS catalog")?;
    let header = header::read(&mut bytes)?;
    let mut text = Text::new(path, options.encoding.as_deref(), Some(header.encoding))?;
    let mut catalog = Catalog::default();
    for (page, place) in index(&mut bytes, &header)? {
        let block = block(&mut bytes, &header, page, place)?;
        let at = header.size + (page - 1) * header.page_size as u64 + place;
        if let Some((name, labels)) = format(&block, &header, &mut text, at).ok_or_else(|| bytes.fail_at("a format that is cut short", at))?? {
            catalog.formats.insert(name.trim_start_matches('.').to_ascii_uppercase(), labels);
        }
    }
    Ok(catalog)
}

/// The places where formats start: page, counted from 1, and byte of the page.
fn index(bytes: &mut Bytes, header: &Header) -> Result<BTreeSet<(u64, u64)>, Error> {
    let mut found = BTreeSet::new();
    for page in (INDEX_PAGE..header.pages).filter(|page| *page == INDEX_PAGE || *page >= FIRST_FURTHER) {
        let content = header.page(bytes, page)?;
        if page == INDEX_PAGE {
            let start = 856 + 2 * header.padding + if header.wide { 144 } else { 0 };
            entries(content.get(start..).unwrap_or_default(), header, &mut found);
        }
        let further = content.get(if header.wide { 32 } else { 16 }..).unwrap_or_default();
        if page >= FIRST_FURTHER && further.starts_with(b"XLSR") {
            entries(further, header, &mut found);
        }
    }
    Ok(found)
}

/// The entries of one part of the index.
fn entries(mut part: &[u8], header: &Header, found: &mut BTreeSet<(u64, u64)>) {
    let (wide, order) = (header.wide, header.order);
    let size = 212 + header.padding + if wide { 72 } else { 0 };
    let kind = 50 + header.padding + if wide { 24 } else { 0 };
    loop {
        // Some entries stand eight bytes further on.
        if !part.starts_with(b"XLSR") {
            part = part.get(8..).unwrap_or_default();
        }
        let Some(entry) = part.get(..size).filter(|entry| entry.starts_with(b"XLSR")) else { return };
        if entry.get(kind) == Some(&b'O') {
            let place =
                if wide { order.u64_in(entry, 8).zip(order.u16_in(entry, 16)) } else { order.u32_in(entry, 4).map(u64::from).zip(order.u16_in(entry, 8)) };
            found.extend(place.map(|(page, place)| (page, u64::from(place))).filter(|(page, place)| (1..=header.pages).contains(page) && *place > 0));
        }
        part = &part[size..];
    }
}

/// The bytes of a format, which may go on elsewhere.
fn block(bytes: &mut Bytes, header: &Header, page: u64, place: u64) -> Result<Vec<u8>, Error> {
    let mut block = Vec::new();
    let (mut page, mut place, mut links) = (page, place, 0);
    while page > 0 && place > 0 && page <= header.pages && links < header.pages {
        links += 1;
        bytes.seek(header.size + (page - 1) * header.page_size as u64 + place);
        let link = bytes.take(if header.wide { 32 } else { 16 })?;
        let at = if header.wide { 8 } else { 4 };
        let number = |at| header.order.u16_in(&link, at).unwrap_or_default();
        page = header.order.u32_in(&link, 0).map(u64::from).unwrap_or_default();
        place = u64::from(number(at));
        block.extend(bytes.take(usize::from(number(at + 2)))?);
        if block.len() > MAX_FORMAT {
            return Err(bytes.fail("a format that is longer than formats are"));
        }
    }
    Ok(block)
}

type Format = (String, Vec<(Labelled, String)>);

/// The name and the labels of a format; nothing for an informat or a format without labels, `None` where the block is cut short.
fn format(block: &[u8], header: &Header, text: &mut Text, at: u64) -> Option<Result<Option<Format>, Error>> {
    let (wide, order) = (header.wide, header.order);
    let flags = match order.u16_in(block, 2) {
        Some(flags) if block.len() >= 106 => flags,
        _ => return Some(Ok(None)),
    };
    let mut pad = if flags & 8 != 0 { 4 } else { 0 };
    let base = if wide { 42 } else { 38 } + pad;
    let word = if wide { 8 } else { 4 };
    let number = |at: usize| header.long(block, at).and_then(|number| usize::try_from(number).ok());
    let (capacity, used, default) = (number(base)?, number(base + word)?, number(base + if wide { 32 } else { 28 })?);
    let shift = if wide { order.u32_in(block, 124 + pad)? as usize } else { usize::from(order.u16_in(block, 104 + pad)?) };
    let start = 106 + if wide { 32 } else { 0 };
    pad += if pad > 0 { 16 } else { 0 };
    let mut name = block.get(8..16)?;
    if flags & if wide { 0x20 } else { 0x80 } != 0 {
        name = block.get(start + pad..start + pad + 32)?;
        pad += 32;
    }
    let name = match text.label(name, at) {
        Ok(name) => name,
        Err(error) => return Some(Err(error)),
    };
    if used == 0 || name.starts_with('@') {
        return Some(Ok(None));
    }
    let values = Values { block: block.get(start + pad..)?, header, is_text: name.starts_with('$'), default, shift, at };
    let labels = values.labels(capacity, used, text)?;
    Some(labels.map(|labels| Some((name, labels))))
}

/// The part of a format that holds values, then labels.
struct Values<'a> {
    block: &'a [u8],
    header: &'a Header,
    is_text: bool,
    /// Number of the label that all other values have, counted from 1; 0 for none.
    default: usize,
    /// Bytes by which long texts stand further on.
    shift: usize,
    at: u64,
}

impl Values<'_> {
    fn labels(&self, capacity: usize, used: usize, text: &mut Text) -> Option<Result<Vec<(Labelled, String)>, Error>> {
        let order = self.header.order;
        let mut places = HashMap::new();
        let mut at = 0;
        for position in 0..capacity {
            let length = usize::from(order.u16_in(self.block, at + 2)?);
            if position < used {
                let label = order.u32_in(self.block, at + 10 + self.header.padding)? as usize;
                places.insert(label, (at, 6 + length));
            }
            at += 6 + length;
        }
        let mut labels = Vec::new();
        for position in 0..used {
            // Some labels are said to be longer than what is left of the format.
            let length = usize::from(order.u16_in(self.block, at + 8)?).min(self.block.len().checked_sub(at + 10)?);
            let label = self.block.get(at + 10..at + 10 + length)?;
            at += 8 + 2 + length + 1;
            if position + 1 == self.default {
                continue;
            }
            let value = self.value(*places.get(&position)?, text)?;
            match value.and_then(|value| Ok((value, text.label(label, self.at)?))) {
                Ok((Some(value), label)) => labels.push((value, label)),
                Ok((None, _)) => {}
                Err(error) => return Some(Err(error)),
            }
        }
        Some(Ok(labels))
    }

    /// The value of an entry; nothing for the ordinary missing value.
    fn value(&self, (at, length): (usize, usize), text: &mut Text) -> Option<Result<Option<Labelled>, Error>> {
        let entry = self.block.get(at..at + length)?;
        if self.is_text {
            let value = trimmed(entry.get(22 + self.shift..)?);
            return Some(text.label(value, self.at).map(|value| Some(Labelled::Text(value))));
        }
        let bits = Order::Big.u64_in(self.block, at + 22)?;
        if bits | 0xff00_0000_0000 == 0xffff_ffff_ffff {
            let tag = u8::try_from(bits >> 40 & 0xff).unwrap_or_default();
            return Some(Ok(special(tag).map(Labelled::Missing)));
        }
        // Numbers are stored so that their bytes sort: the sign is turned around, and negative ones are inverted.
        let number = f64::from_bits(bits);
        let number = if number > 0.0 { f64::from_bits(!bits) } else { -number };
        Some(Ok((!number.is_nan()).then_some(Labelled::Number(number))))
    }
}
