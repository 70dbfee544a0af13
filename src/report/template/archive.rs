//! The ZIP archive of a Word file: bounded reading, and writing with every untouched part copied as it lies.

use std::io::{Cursor, Read as _, Write as _};

use quick_xml::Reader;
use quick_xml::events::Event;
use zip::{DateTime, ZipArchive, ZipWriter};

use super::scan::attribute;
use crate::error::{Error, Exit, Problem};
use crate::report::package::{escape, options_for};

/// Largest file that is opened.
const MOST_BYTES: usize = 128 << 20;
/// Largest part that is unpacked.
const MOST_PART: u64 = 64 << 20;
/// Most parts.
const MOST_PARTS: usize = 10_000;

const TYPES: &str = "[Content_Types].xml";
const WORD: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.";
/// Kinds of parts in which people write.
const STORIES: [&str; 5] = ["document.main+xml", "header+xml", "footer+xml", "footnotes+xml", "endnotes+xml"];

/// A picture that a filled control shows.
#[derive(Debug, Clone)]
pub(super) struct Picture {
    /// The part whose control shows it.
    pub(super) part: String,
    /// Its relation there.
    pub(super) relation: String,
    /// File name under `word/media/`.
    pub(super) file: String,
    /// PNG.
    pub(super) bytes: Vec<u8>,
}

/// A Word file as bytes.
#[derive(Debug, Clone)]
pub(super) struct Archive {
    bytes: Vec<u8>,
    /// Names of parts in order.
    names: Vec<String>,
    /// Content types by part: `[Content_Types].xml`.
    types: String,
}

impl Archive {
    /// Opens a file and looks at its list of parts.
    pub(super) fn open(bytes: Vec<u8>) -> Result<Self, String> {
        if bytes.len() > MOST_BYTES {
            return Err(format!("it is larger than {} MB", MOST_BYTES >> 20));
        }
        if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
            return Err("it is in the older .doc form, or has a password; save it as “Word Document (.docx)” without one".into());
        }
        let mut archive = ZipArchive::new(Cursor::new(bytes.as_slice())).map_err(|error| format!("it is not a ZIP archive: {error}"))?;
        if archive.len() > MOST_PARTS {
            return Err(format!("it has more than {MOST_PARTS} parts"));
        }
        let mut names = Vec::new();
        for place in 0..archive.len() {
            let file = archive.by_index_raw(place).map_err(|error| error.to_string())?;
            let name = file.name().map_err(|error| error.to_string())?.into_owned();
            if file.encrypted() {
                return Err(format!("its part {name} is encrypted"));
            }
            if names.contains(&name) {
                return Err(format!("it has the part {name} twice"));
            }
            names.push(name);
        }
        let mut open = Self { bytes, names, types: String::new() };
        open.types = open.text(TYPES)?;
        let main = open.typed()?;
        let kinds: Vec<&str> = main.iter().map(|(_, kind)| kind.as_str()).collect();
        if kinds.iter().any(|kind| kind.contains("macroEnabled")) || open.names.iter().any(|name| name.ends_with("vbaProject.bin")) {
            return Err("it holds macros; save it as “Word Document (.docx)”".into());
        }
        if kinds.iter().any(|kind| kind.ends_with("template.main+xml")) {
            return Err("it is a Word template (.dotx); save it as “Word Document (.docx)”".into());
        }
        if !kinds.iter().any(|kind| *kind == format!("{WORD}document.main+xml")) {
            return Err("no part of it is a Word document".into());
        }
        Ok(open)
    }

    /// The text of a part, without a byte-order mark.
    pub(super) fn text(&self, name: &str) -> Result<String, String> {
        let mut archive = ZipArchive::new(Cursor::new(self.bytes.as_slice())).map_err(|error| error.to_string())?;
        let file = archive.by_name(name).map_err(|error| format!("{name}: {error}"))?;
        let mut bytes = Vec::new();
        file.take(MOST_PART + 1).read_to_end(&mut bytes).map_err(|error| format!("{name}: {error}"))?;
        if bytes.len() as u64 > MOST_PART {
            return Err(format!("{name} is larger than {} MB unpacked", MOST_PART >> 20));
        }
        String::from_utf8(bytes).map_err(|_| format!("{name} is not UTF-8"))
    }

    /// Parts with a content type of their own.
    fn typed(&self) -> Result<Vec<(String, String)>, String> {
        let pairs = elements(&self.types, &["Override"], ["PartName", "ContentType"]).map_err(|why| format!("{TYPES}: {why}"))?;
        Ok(pairs.into_iter().map(|[name, kind]| (name.trim_start_matches('/').to_owned(), kind)).collect())
    }

    /// Parts in which people write, in the order of the archive.
    pub(super) fn stories(&self) -> Result<Vec<String>, String> {
        let typed = self.typed()?;
        let story = |name: &&String| typed.iter().any(|(known, kind)| known == *name && STORIES.iter().any(|story| kind.strip_prefix(WORD) == Some(story)));
        Ok(self.names.iter().filter(story).cloned().collect())
    }

    /// What a reader of the file may be asked about: signatures, and things that lie outside of it, links to pages apart.
    pub(super) fn doubtful(&self) -> Vec<String> {
        let mut found = Vec::new();
        if self.names.iter().any(|name| name.starts_with("_xmlsignatures/")) {
            found.push("is signed, and filling it breaks the signature".to_owned());
        }
        for name in self.names.iter().filter(|name| name.rsplit_once('.').is_some_and(|(_, ending)| ending.eq_ignore_ascii_case("rels"))) {
            let relations = self.text(name).and_then(|text| elements(&text, &["Relationship"], ["Type", "TargetMode"])).unwrap_or_default();
            let outside = relations.into_iter().filter(|[kind, mode]| mode.eq_ignore_ascii_case("External") && !kind.ends_with("/hyperlink"));
            for [kind, _] in outside {
                found.push(format!("points to something outside of itself ({})", kind.rsplit('/').next().unwrap_or_default()));
            }
        }
        found.dedup();
        found
    }

    /// The file with some parts changed, and with pictures; the same changes give the same bytes, also on what this wrote before.
    pub(super) fn rewritten(&self, mut changed: Vec<(String, Vec<u8>)>, pictures: &[Picture]) -> Result<Vec<u8>, Error> {
        let broken = |why: String| Error::new(Exit::Internal, Problem::new("report::package", "the filled file could not be packed").found(why));
        let mut added = Vec::new();
        if !pictures.is_empty() {
            changed.push((TYPES.to_owned(), with_png(&self.types).map_err(broken)?.into_bytes()));
            for part in parts_of(pictures) {
                let name = relations_of(part);
                let text = if self.names.contains(&name) { self.text(&name).map_err(broken)? } else { EMPTY.to_owned() };
                let own: Vec<&Picture> = pictures.iter().filter(|picture| picture.part == part).collect();
                let text = with_relations(&text, part, &own).map_err(broken)?;
                changed.push((name, text.into_bytes()));
            }
            for picture in pictures {
                let name = format!("word/media/{}", picture.file);
                if !changed.iter().any(|(known, _)| *known == name) {
                    changed.push((name, picture.bytes.clone()));
                }
            }
            added.extend(changed.iter().filter(|(name, _)| !self.names.contains(name)).cloned());
        }
        self.pack(&changed, &added).map_err(|error| broken(error.to_string()))
    }

    fn pack(&self, changed: &[(String, Vec<u8>)], added: &[(String, Vec<u8>)]) -> zip::result::ZipResult<Vec<u8>> {
        let mut archive = ZipArchive::new(Cursor::new(self.bytes.as_slice()))?;
        let mut out = ZipWriter::new(Cursor::new(Vec::new()));
        for place in 0..archive.len() {
            let file = archive.by_index_raw(place)?;
            let own = file.name()?.into_owned();
            match changed.iter().find(|(name, _)| *name == own) {
                Some((name, bytes)) => {
                    let date = file.last_modified().unwrap_or_default();
                    drop(file);
                    put(&mut out, name, bytes, date)?;
                }
                None => out.raw_copy_file(file)?,
            }
        }
        for (name, bytes) in added {
            put(&mut out, name, bytes, DateTime::default())?;
        }
        Ok(out.finish()?.into_inner())
    }
}

fn put(out: &mut ZipWriter<Cursor<Vec<u8>>>, name: &str, bytes: &[u8], date: DateTime) -> zip::result::ZipResult<()> {
    out.start_file(name, options_for(name, date))?;
    out.write_all(bytes)?;
    Ok(())
}

/// Relations of a part that has none.
const EMPTY: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"></Relationships>";

/// `word/_rels/document.xml.rels` of `word/document.xml`.
fn relations_of(part: &str) -> String {
    match part.rsplit_once('/') {
        Some((folder, file)) => format!("{folder}/_rels/{file}.rels"),
        None => format!("_rels/{part}.rels"),
    }
}

/// Parts with pictures, each once.
fn parts_of(pictures: &[Picture]) -> Vec<&str> {
    let mut parts: Vec<&str> = pictures.iter().map(|picture| picture.part.as_str()).collect();
    parts.dedup();
    parts
}

/// Two attributes of every element of some name; an absent one is empty.
fn elements(text: &str, names: &[&str], attributes: [&str; 2]) -> Result<Vec<[String; 2]>, String> {
    let mut reader = Reader::from_str(text);
    let mut found = Vec::new();
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Start(element) | Event::Empty(element) if names.contains(&element.local_name().into_inner()) => {
                found.push(attributes.map(|name| attribute(&element, name).unwrap_or_default()));
            }
            Event::DocType(_) => return Err("it declares a document type".into()),
            Event::Eof => return Ok(found),
            _ => {}
        }
    }
}

/// The text with more elements at the end of its outermost element, written with that element's prefix.
fn appended(text: &str, more: &[String]) -> Result<String, String> {
    let Some(end) = text.rfind("</") else {
        // the outermost element has no inside yet
        let at = text.rfind("/>").ok_or("it has no outermost element")?;
        let name: String = text
            .get(..at)
            .and_then(|before| before.rfind('<').map(|open| &before[open + 1..]))
            .unwrap_or_default()
            .chars()
            .take_while(|letter| !letter.is_whitespace())
            .collect();
        let open = text.get(..at).unwrap_or_default();
        return appended(&format!("{open}></{name}>"), more);
    };
    let name = text.get(end + 2..).unwrap_or_default();
    let prefix = name.split('>').next().and_then(|name| name.split_once(':')).map(|(prefix, _)| format!("{prefix}:")).unwrap_or_default();
    let more: String = more.iter().map(|element| element.replacen('<', &format!("<{prefix}"), 1)).collect();
    Ok(format!("{}{more}{}", text.get(..end).unwrap_or_default(), text.get(end..).unwrap_or_default()))
}

/// The content types with that of PNG.
fn with_png(types: &str) -> Result<String, String> {
    let known = elements(types, &["Default"], ["Extension", "ContentType"])?;
    if known.iter().any(|[extension, _]| extension.eq_ignore_ascii_case("png")) {
        return Ok(types.to_owned());
    }
    appended(types, &["<Default Extension=\"png\" ContentType=\"image/png\"/>".to_owned()])
}

/// The relations of a part with those of its pictures.
fn with_relations(text: &str, part: &str, pictures: &[&Picture]) -> Result<String, String> {
    let known = elements(text, &["Relationship"], ["Id", "Target"])?;
    let mut more: Vec<String> = Vec::new();
    for picture in pictures {
        let target = if part.starts_with("word/") && part.matches('/').count() == 1 {
            format!("media/{}", picture.file)
        } else {
            format!("/word/media/{}", picture.file)
        };
        let element = format!(
            "<Relationship Id=\"{}\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/image\" Target=\"{}\"/>",
            escape(&picture.relation),
            escape(&target)
        );
        if !known.iter().any(|[id, _]| *id == picture.relation) && !more.contains(&element) {
            more.push(element);
        }
    }
    if more.is_empty() { Ok(text.to_owned()) } else { appended(text, &more) }
}
