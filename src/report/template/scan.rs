//! One XML part of a Word file in, its content controls with the byte ranges of what matters in them out.
//!
//! The part is read as a stream of events and never rewritten as a whole: whoever fills a control cuts
//! and pastes at these ranges, so every other byte stays as it was.

use std::ops::Range;

use quick_xml::NsReader;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};

/// The vocabulary of Word files as Word saves them.
const MAIN: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
/// The same in files saved as "Strict Open XML Document".
const STRICT: &str = "http://purl.oclc.org/ooxml/wordprocessingml/main";
/// Elements inside each other; nothing that Word writes comes near.
const DEEPEST: usize = 512;

/// Where a control stands, which says what its content must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// Around paragraphs or tables.
    Block,
    /// Inside a paragraph.
    Inline,
    /// Around one cell of a table.
    Cell,
    /// Around a row of a table.
    Row,
}

/// What a control may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Plain or rich text.
    Text,
    /// A picture.
    Picture,
    /// Something else, by its name in the file.
    Other(&'static str),
}

/// Kinds that hold no text of ours, with their names for people.
const OTHERS: [(&str, &str); 8] = [
    ("date", "date"),
    ("dropDownList", "drop-down list"),
    ("comboBox", "combo box"),
    ("checkbox", "check box"),
    ("equation", "equation"),
    ("bibliography", "bibliography"),
    ("docPartObj", "building block"),
    ("docPartList", "gallery of building blocks"),
];

/// Ranges of a paragraph, and of the cell around it.
#[derive(Debug, Clone, Default)]
pub(super) struct Place {
    /// Start tag of the first paragraph.
    pub(super) paragraph: Option<Range<usize>>,
    /// Properties of the first paragraph.
    pub(super) paragraph_properties: Option<Range<usize>>,
    /// Properties of the first run.
    pub(super) run_properties: Option<Range<usize>>,
    /// Inside of the cell: first one of a control around a cell, last one of a control around a row.
    pub(super) cell: Option<Range<usize>>,
    /// Properties of that cell.
    pub(super) cell_properties: Option<Range<usize>>,
}

/// One content control.
#[derive(Debug, Clone)]
pub(super) struct Control {
    /// `w:tag`; empty for none.
    pub(super) tag: String,
    /// What it may hold.
    pub(super) kind: Kind,
    /// Where it stands.
    pub(super) level: Level,
    /// Prefix of the vocabulary with its colon: `w:`.
    pub(super) prefix: String,
    /// The control around it, by its place in the list.
    pub(super) inside: Option<usize>,
    /// Elements to take out when it is filled: the mark of a placeholder, the binding to data.
    pub(super) obsolete: Vec<Range<usize>>,
    /// Whether the content is a placeholder.
    pub(super) placeholder: bool,
    /// Whether the content would be overwritten by data of the file.
    pub(super) bound: bool,
    /// Character properties for what is typed into the control.
    pub(super) typed: Option<Range<usize>>,
    /// Inside of the content, or the whole element where it is `<w:sdtContent/>`.
    pub(super) content: Option<Range<usize>>,
    /// Whether the content is an element without an inside.
    pub(super) hollow: bool,
    /// Properties of the first table in it.
    pub(super) table_properties: Option<Range<usize>>,
    /// Ranges of paragraph and cell in it.
    pub(super) place: Place,
}

/// An element that is open.
struct Open {
    /// Local name, where it is of the main vocabulary.
    name: &'static str,
    start: usize,
    inside: usize,
    /// The control that it is.
    control: Option<usize>,
}

/// Names that matter; all others are one.
const NAMES: [&str; 22] = [
    "sdt",
    "sdtPr",
    "sdtContent",
    "p",
    "pPr",
    "r",
    "rPr",
    "tbl",
    "tblPr",
    "tr",
    "tc",
    "tcPr",
    "body",
    "hdr",
    "ftr",
    "footnote",
    "endnote",
    "txbxContent",
    "showingPlcHdr",
    "dataBinding",
    "tag",
    "picture",
];

/// Reads a part.
///
/// # Errors
/// Why it cannot be read, in words.
pub(super) fn controls(text: &str) -> Result<Vec<Control>, String> {
    let mut scan = Scan { found: Vec::new(), open: Vec::new() };
    let mut reader = NsReader::from_str(text);
    loop {
        let start = position(&reader);
        let (space, event) = reader.read_resolved_event().map_err(|error| error.to_string())?;
        let main = match space {
            ResolveResult::Bound(Namespace(name)) if name == STRICT => {
                return Err("it is saved as “Strict Open XML Document”; save it as “Word Document (.docx)”".into());
            }
            ResolveResult::Bound(Namespace(name)) => name == MAIN || name.ends_with("/word/2010/wordml") || name.ends_with("/word/2012/wordml"),
            _ => false,
        };
        match event {
            Event::Start(element) => {
                let end = position(&reader);
                scan.begin(&element, main, start..end)?;
            }
            Event::Empty(element) => {
                let end = position(&reader);
                scan.begin(&element, main, start..end)?;
                scan.end(end, end, true);
            }
            Event::End(_) => {
                let end = position(&reader);
                scan.end(start, end, false);
            }
            Event::DocType(_) => return Err("it declares a document type, which Word files do not".into()),
            Event::Eof => break,
            _ => {}
        }
    }
    if scan.open.is_empty() { Ok(scan.found) } else { Err("it ends before its elements do".into()) }
}

fn position(reader: &NsReader<&[u8]>) -> usize {
    usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX)
}

struct Scan {
    found: Vec<Control>,
    open: Vec<Open>,
}

impl Scan {
    fn begin(&mut self, element: &BytesStart<'_>, main: bool, at: Range<usize>) -> Result<(), String> {
        if self.open.len() >= DEEPEST {
            return Err(format!("more than {DEEPEST} elements stand inside each other"));
        }
        let local = element.local_name();
        let local = local.into_inner();
        let name = if main { NAMES.iter().find(|name| **name == local).copied().unwrap_or_default() } else { "" };
        let parent = self.open.last().map(|open| open.name).unwrap_or_default();
        let mut control = None;
        if name == "sdt" {
            control = Some(self.found.len());
            let prefix = element.name().prefix().map(|prefix| format!("{}:", prefix.into_inner())).unwrap_or_default();
            self.found.push(Control {
                tag: String::new(),
                kind: Kind::Text,
                level: self.level(),
                prefix,
                inside: self.open.iter().rev().find_map(|open| open.control),
                obsolete: Vec::new(),
                placeholder: false,
                bound: false,
                typed: None,
                content: None,
                hollow: false,
                table_properties: None,
                place: Place::default(),
            });
        } else if parent == "sdtPr" && main {
            self.property(element, local, name);
        } else {
            self.content(name, parent, &at);
        }
        self.open.push(Open { name, start: at.start, inside: at.end, control });
        Ok(())
    }

    /// Where a control stands: by the nearest element around it that decides.
    fn level(&self) -> Level {
        for open in self.open.iter().rev() {
            match open.name {
                "p" => return Level::Inline,
                "tr" => return Level::Cell,
                "tbl" => return Level::Row,
                "tc" | "body" | "hdr" | "ftr" | "footnote" | "endnote" | "txbxContent" => return Level::Block,
                _ => {}
            }
        }
        Level::Block
    }

    /// The control whose properties are being read.
    fn own(&mut self) -> Option<&mut Control> {
        let place = self.open.iter().rev().find_map(|open| open.control)?;
        self.found.get_mut(place)
    }

    fn property(&mut self, element: &BytesStart<'_>, local: &str, name: &'static str) {
        let value = if name == "tag" { attribute(element, "val") } else { None };
        let Some(control) = self.own() else { return };
        match name {
            "tag" => value.unwrap_or_default().trim().clone_into(&mut control.tag),
            "picture" => control.kind = Kind::Picture,
            "showingPlcHdr" => control.placeholder = true,
            "dataBinding" => control.bound = true,
            _ => {
                if let Some((_, told)) = OTHERS.iter().find(|(known, _)| *known == local) {
                    control.kind = Kind::Other(told);
                }
            }
        }
    }

    /// Remembers the first of everything inside the content of the controls that are open.
    fn content(&mut self, name: &'static str, parent: &str, at: &Range<usize>) {
        let filled: Vec<usize> = self.filled();
        for place in filled {
            let Some(control) = self.found.get_mut(place) else { continue };
            let last = control.level == Level::Row;
            match (name, parent) {
                ("tc", _) if last || control.level == Level::Cell && control.place.cell.is_none() => {
                    // a control around a row is filled in its last cell
                    control.place = Place { cell: Some(at.end..at.end), ..Place::default() };
                }
                ("p", _) if control.place.paragraph.is_none() => control.place.paragraph = Some(at.clone()),
                _ => {}
            }
        }
    }

    /// Controls whose content is open.
    fn filled(&self) -> Vec<usize> {
        let pairs = self.open.windows(2).filter(|pair| pair[1].name == "sdtContent");
        pairs.filter_map(|pair| pair[0].control).collect()
    }

    fn end(&mut self, start: usize, end: usize, hollow: bool) {
        let Some(open) = self.open.pop() else { return };
        let parent = self.open.last().map(|open| open.name).unwrap_or_default();
        let whole = open.start..end;
        if parent == "sdtPr" {
            let Some(control) = self.own() else { return };
            match open.name {
                "showingPlcHdr" | "dataBinding" => control.obsolete.push(whole),
                "rPr" => control.typed = Some(whole),
                _ => {}
            }
            return;
        }
        if open.name == "sdtContent" {
            let Some(control) = self.own() else { return };
            control.hollow = hollow;
            control.content = Some(if hollow { whole } else { open.inside..start });
            return;
        }
        for place in self.filled() {
            let Some(control) = self.found.get_mut(place) else { continue };
            let place = &mut control.place;
            let within = |range: &Option<Range<usize>>| range.as_ref().is_some_and(|range| range.start == open.inside || range.end == open.inside);
            match (open.name, parent) {
                ("tc", _) if within(&place.cell) => place.cell = Some(open.inside..start).filter(|_| !hollow),
                ("tcPr", "tc") if place.cell_properties.is_none() && place.cell.as_ref().is_some_and(|cell| cell.start == open.start) => {
                    place.cell_properties = Some(whole.clone());
                }
                ("pPr", "p") if place.paragraph_properties.is_none() && place.paragraph.as_ref().is_some_and(|paragraph| paragraph.end == open.start) => {
                    place.paragraph_properties = Some(whole.clone());
                }
                ("rPr", "r") if place.run_properties.is_none() => place.run_properties = Some(whole.clone()),
                ("tblPr", "tbl") if control.table_properties.is_none() => control.table_properties = Some(whole.clone()),
                _ => {}
            }
        }
    }
}

/// The value of an attribute by its local name.
pub(super) fn attribute(element: &BytesStart<'_>, local: &str) -> Option<String> {
    let found = element.attributes().with_checks(false).filter_map(Result::ok).find(|attribute| attribute.key.local_name().into_inner() == local)?;
    found.normalized_value(quick_xml::XmlVersion::Implicit1_0).ok().map(std::borrow::Cow::into_owned)
}
