//! The text and its drawings in, PDF/UA-1 out: a world for typst without files, network, clock or fonts of the machine.

use std::collections::BTreeMap;

use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source as Text, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt as _, World};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use super::source::Source;

/// What typst may see.
struct Enclosed {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    main: Text,
    files: BTreeMap<String, Bytes>,
}

/// Sets a text; `date` is year, month and day of the document.
///
/// # Errors
/// What typst has against it: a picture without alternative text, for one.
pub(crate) fn set(source: Source, ident: &str, date: Option<(i32, u8, u8)>) -> Result<Vec<u8>, Vec<String>> {
    let world = Enclosed::new(source).map_err(|why| vec![why])?;
    let document: PagedDocument = typst::compile(&world).output.map_err(|found| told(&found))?;
    let standards = PdfStandards::new(&[PdfStandard::Ua_1]).map_err(|why| vec![why.message().to_string()])?;
    let timestamp = date.and_then(|(year, month, day)| Datetime::from_ymd_hms(year, month, day, 0, 0, 0)).map(Timestamp::new_utc);
    let options = PdfOptions {
        ident: Smart::Custom(ident.to_owned()),
        creator: Smart::Custom(Some("recovista".to_owned())),
        timestamp,
        page_ranges: None,
        standards,
        tagged: true,
        pretty: false,
    };
    typst_pdf::pdf(&document, &options).map_err(|found| told(&found))
}

/// Messages with their hints.
fn told(found: &[SourceDiagnostic]) -> Vec<String> {
    let one = |diagnostic: &SourceDiagnostic| {
        let hints: Vec<String> = diagnostic.hints.iter().map(|hint| format!(" ({})", hint.v)).collect();
        format!("{}{}", diagnostic.message, hints.concat())
    };
    found.iter().map(one).collect()
}

impl Enclosed {
    fn new(source: Source) -> Result<Self, String> {
        use dejavu::{sans, sans_condensed};
        let data = [sans_condensed::regular(), sans_condensed::bold(), sans::regular(), sans::bold()];
        let fonts: Vec<Font> = data.into_iter().filter_map(|data| Font::new(Bytes::new(data), 0)).collect();
        let path = VirtualPath::new("/main.typ").map_err(|_| "the name of the text is no path".to_owned())?;
        let main = Text::new(RootedPath::new(VirtualRoot::Project, path).intern(), source.text);
        let files = source.files.into_iter().map(|(name, text)| (name, Bytes::from_string(text))).collect();
        Ok(Self { library: LazyHash::new(Library::default()), book: LazyHash::new(FontBook::from_fonts(&fonts)), fonts, main, files })
    }
}

impl World for Enclosed {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    fn main(&self) -> FileId {
        self.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Text> {
        if id == self.main.id() { Ok(self.main.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        self.files.get(id.vpath().get_with_slash()).cloned().ok_or(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.get(index).cloned()
    }

    /// There is no clock.
    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}
