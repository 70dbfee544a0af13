//! A file in, a codebook that types it out, with the evidence for every guess as a comment.
//!
//! What the file says of itself comes first (`Reader::described`); values settle the rest. The file is read
//! twice as a stream: once to see its values, once to count what the codebook refuses.

mod boxes;
mod instruments;
mod key;
mod kind;
mod missing;
mod order;
mod profile;
mod unit;
mod written;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use self::instruments::{Found, blocks};
use self::key::Keys;
use self::profile::Profile;
use crate::error::{Error, Exit, Problem};
use crate::frame::{Described, Stored};
use crate::ingest::{ReadOptions, Reader, open};
use crate::schema::{Codebook, Comments, Crosswalk, Field, InstrumentUse, Kind, Origin, Typist, field_name, free_of_reserved, from_described, write};

/// What `schema infer` needs to know.
#[derive(Debug, Clone, Default)]
pub struct InferOptions {
    /// The file.
    pub file: PathBuf,
    /// How it is read.
    pub read: ReadOptions,
    /// Id of the codebook; that of the file's name when absent.
    pub id: Option<String>,
    /// Earlier files of the same questions: the codebook must fit them too.
    pub earlier: Vec<PathBuf>,
}

/// A proposed codebook.
#[derive(Debug, Clone)]
pub struct Inferred {
    /// The codebook as TOML with comments.
    pub text: String,
    /// Rows read.
    pub rows: u64,
    /// Values that the codebook was tried on.
    pub values: u64,
    /// Values and rows that it refuses in this very file.
    pub refused: u64,
    /// Records that cannot be read.
    pub unreadable: u64,
    /// What the person should look at.
    pub notes: Vec<Problem>,
    pub(crate) book: Codebook,
    /// The last day of each field of dates.
    pub(crate) last_days: BTreeMap<String, String>,
    /// Fields of numbers that are the same in every row.
    pub(crate) constant: BTreeSet<String>,
    /// Reader or layout that read it.
    pub(crate) reader: String,
}

/// Proposes a codebook for a file.
///
/// # Errors
/// The file is missing or cannot be read.
pub fn infer(options: &InferOptions) -> Result<Inferred, Error> {
    let id = options.id.clone().unwrap_or_else(|| field_name(&stem(&options.file)));
    let mut reader = open(&options.file, &options.read)?;
    let header = reader.header().to_vec();
    let (profiles, mut keys) = look(&mut reader, &header)?;
    let unreadable = reader.rejected().len() as u64;
    let rows = reader.rows_in().saturating_sub(unreadable);
    let described = reader.described().to_vec();
    let mut absent: BTreeSet<&String> = BTreeSet::new();
    // A code may have meant something else in an earlier wave: levels, ranges and instruments are those of the latest file.
    let mut earlier: Vec<Profile> = header.iter().map(|_| Profile::new()).collect();
    for path in &options.earlier {
        absent.extend(see_earlier(path, options, &header, &mut earlier)?);
    }
    let seen = Seen { header: &header, described: &described, profiles: &profiles, earlier: &earlier, rows };
    let (mut book, mut comments) = seen.draft();
    let name = options.id.as_ref().map_or_else(|| stem(&options.file), Clone::clone);
    (book.id, book.title) = (id, title(&name));
    if keys.person.is_none() && profiles.first().is_some_and(|profile| profile.names_every_row(rows) && rows >= 10) {
        keys.person = Some(0);
        keys.take(0);
    }
    set_key(&mut book, &mut comments, &header, &keys, reader.key());
    comments.head.push(unit::settle(&mut book));
    for field in book.fields.iter_mut().filter(|field| field.columns.first().is_some_and(|column| absent.contains(column))) {
        field.optional = true;
        comments.add(&field.name, "not asked in every wave");
    }
    let instruments = seen.instruments(&mut book, &mut comments)?;
    let name = options.file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    comments.head.push(format!(
        "Proposed from {name}: {rows} rows, {} columns, read as {}. Look at every comment, then delete it.",
        header.len(),
        reader.name()
    ));
    let mut inferred = Inferred {
        text: String::new(),
        rows,
        values: 0,
        refused: 0,
        unreadable,
        notes: reader.notes(),
        last_days: seen.last_days(&book),
        constant: seen.constant(&book),
        book,
        reader: reader.name().to_owned(),
    };
    try_on(&mut inferred, options)?;
    finish(&mut inferred, comments, &instruments, &name);
    Ok(inferred)
}

/// Reads the whole file.
fn look(reader: &mut Reader, header: &[String]) -> Result<(Vec<Profile>, Keys), Error> {
    let mut profiles: Vec<Profile> = header.iter().map(|_| Profile::new()).collect();
    let mut keys = Keys::of(header);
    while let Some(batch) = reader.next_batch()? {
        keys.see(&batch);
        for (column, profile) in profiles.iter_mut().enumerate() {
            (0..batch.rows()).for_each(|row| profile.see(batch.field_str(row, column)));
        }
    }
    Ok((profiles, keys))
}

/// Writes the codebook down, with what it refuses of the file.
fn finish(inferred: &mut Inferred, mut comments: Comments, instruments: &[(String, String)], name: &str) {
    let share = if inferred.values == 0 { 0.0 } else { 100.0 * inferred.refused as f64 / inferred.values as f64 };
    let doubt = if share > 1.0 { ": more than one in a hundred, so look at the fields below before you use it" } else { "" };
    comments.head.push(format!("On that file it refuses {} of {} values ({share:.2}%){doubt}.", inferred.refused, inferred.values));
    inferred.text = write(&inferred.book, &comments);
    for (first, id) in instruments {
        let problem = Problem::new("schema::instrument", format!("the columns of `{first}` are read as the instrument {id}"));
        inferred.notes.push(problem.severity(crate::error::Severity::Note));
    }
    if share > 1.0 {
        let problem = Problem::new("schema::poor_fit", format!("the proposed codebook refuses {share:.1}% of the values of {name}"));
        inferred.notes.push(problem.help("look at the comments of its fields").severity(crate::error::Severity::Warning));
    }
}

/// Looks at an earlier wave; the columns that it lacks.
fn see_earlier<'a>(path: &Path, options: &InferOptions, header: &'a [String], profiles: &mut [Profile]) -> Result<Vec<&'a String>, Error> {
    let mut reader = open(path, &options.read)?;
    let places: Vec<Option<usize>> = header.iter().map(|name| reader.header().iter().position(|known| known == name)).collect();
    while let Some(batch) = reader.next_batch()? {
        for (profile, place) in profiles.iter_mut().zip(&places) {
            let Some(column) = *place else { continue };
            (0..batch.rows()).for_each(|row| profile.see(batch.field_str(row, column)));
        }
    }
    Ok(header.iter().zip(&places).filter(|(_, place)| place.is_none()).map(|(name, _)| name).collect())
}

/// The name of a file without folders and endings.
pub(crate) fn stem(path: &Path) -> String {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let name = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(&name);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_lowercase()
}

fn title(name: &str) -> String {
    let words = name.replace(['_', '-', '.'], " ");
    let mut letters = words.trim().chars();
    letters.next().map_or_else(|| "Untitled".to_owned(), |first| first.to_uppercase().chain(letters).collect())
}

/// Everything that was seen of a file.
struct Seen<'a> {
    header: &'a [String],
    described: &'a [Described],
    profiles: &'a [Profile],
    /// The same columns in earlier files.
    earlier: &'a [Profile],
    rows: u64,
}

impl Seen<'_> {
    /// The fields with their kinds.
    fn draft(&self) -> (Codebook, Comments) {
        let (mut book, mut comments) = from_described(self.header, self.described);
        let fields = std::mem::take(&mut book.fields);
        let boxes = self.boxes(&fields);
        let mut left_out: Vec<String> = Vec::new();
        for mut field in fields {
            if let Some(group) = boxes.get(&field.name) {
                if let Some(field) = group.clone() {
                    comments.add(&field.name, "likely: boxes of one question, by their names and values");
                    book.fields.push(field);
                }
                continue;
            }
            if let Some(why) = self.leave_out(&field) {
                left_out.push(format!("  {}: {why}", field.columns.join(", ")));
                comments.fields.remove(&field.name);
                continue;
            }
            // What the platform writes and is kept names records: new ones come with every wave.
            if self.column(&field).and_then(|column| self.described.get(column)).is_some_and(|described| described.platform) {
                field.kind = Kind::Id;
                book.fields.push(field);
                continue;
            }
            if let Some(list) = self.list_beside(&field) {
                left_out.push(format!("  {}: `{list}` holds the same answers", field.name));
                comments.fields.remove(&field.name);
                continue;
            }
            if matches!(field.kind, Kind::Checkboxes { .. }) {
                self.settle_boxes(&mut book, field, &mut comments);
                continue;
            }
            let mut remarks = Vec::new();
            if let Some(profile) = self.profile(&field) {
                kind::settle(&mut book, &mut field, profile, self.rows, &mut remarks);
                if self.is_open(&field, profile) {
                    field.kind = Kind::Text;
                    remarks.pop();
                    remarks.push("likely: free text, as the platform calls it".to_owned());
                }
            }
            if let Some(profile) = self.column(&field).and_then(|column| self.earlier.get(column)) {
                kind::add_earlier(&mut book, &mut field, profile, &mut remarks);
            }
            for remark in remarks {
                comments.add(&field.name, remark);
            }
            book.fields.push(field);
        }
        if !left_out.is_empty() {
            comments.tail.push("Left out; add a [[field]] for those that the report needs:".to_owned());
            comments.tail.extend(left_out);
        }
        (book, comments)
    }

    /// What was seen of a field.
    fn profile(&self, field: &Field) -> Option<&Profile> {
        self.profiles.get(self.column(field)?)
    }

    /// The last day of each field of dates.
    fn last_days(&self, book: &Codebook) -> BTreeMap<String, String> {
        let day = |field: &Field| self.profile(field).map(|profile| (field.name.clone(), profile.last_day.clone())).filter(|(_, day)| !day.is_empty());
        book.fields.iter().filter_map(day).collect()
    }

    /// Fields of numbers that are the same in every row.
    fn constant(&self, book: &Codebook) -> BTreeSet<String> {
        let is_constant = |field: &&Field| {
            let is_number = matches!(field.kind, Kind::Integer | Kind::Number);
            is_number && self.profile(field).is_some_and(|profile| profile.numbers == profile.filled && profile.low >= profile.high)
        };
        book.fields.iter().filter(is_constant).map(|field| field.name.clone()).collect()
    }

    fn column(&self, field: &Field) -> Option<usize> {
        let name = field.columns.first()?;
        self.header.iter().position(|known| known == name)
    }

    /// Whether a survey platform calls a column free text whose few texts would make a category of it: others come with the next wave.
    fn is_open(&self, field: &Field, profile: &Profile) -> bool {
        let (Kind::Category { levels, .. } | Kind::Split { levels, .. }) = &field.kind else { return false };
        let is_text = self.column(field).and_then(|column| self.described.get(column)).is_some_and(|described| described.stored == Stored::Text);
        // Only platforms have columns of their own; SPSS stores the codes of categories as text.
        is_text && self.described.iter().any(|described| described.platform) && levels.len() as u64 * 10 > profile.filled
    }

    /// Why a column is no part of an analysis: the platform fills it, or it says who somebody is.
    fn leave_out(&self, field: &Field) -> Option<&'static str> {
        let column = self.column(field)?;
        let profile = self.profiles.get(column)?;
        let name = field.columns.first()?;
        let is_key = key::names_a_record(name) || key::is_repeated(self.header) && key::joins_tables(name);
        if self.described.get(column).is_some_and(|described| described.platform) && !is_key {
            return Some("the survey platform fills it");
        }
        if profile.emails > 0 && profile.emails * 2 >= profile.filled {
            return Some("e-mail addresses say who people are");
        }
        is_identity(field.columns.first()?).then_some("it says who people are")
    }

    /// Instruments whose items are fields; their fields become whole numbers of the right range.
    fn instruments(&self, book: &mut Codebook, comments: &mut Comments) -> Result<Vec<(String, String)>, Error> {
        let missing_of = |book: &Codebook, column: usize| -> BTreeSet<String> {
            let name = self.header.get(column);
            let field = book.fields.iter().find(|field| field.columns.first() == name);
            field.into_iter().flat_map(|field| &field.missing).chain(&book.missing).map(|(code, _)| code.clone()).collect()
        };
        let range_of = |column: usize| {
            let missing = missing_of(book, column);
            let distinct = self.profiles.get(column)?.distinct.as_ref()?;
            instruments::range(distinct.iter().filter(|(value, _)| !missing.contains(*value)).map(|(value, count)| (value.as_str(), *count)))
        };
        let (found, remarks) = instruments::find(&blocks(self.header, range_of))?;
        comments.tail.extend(remarks);
        let mut used = Vec::new();
        for Found { id, columns, labels, coding, range, remarks } in found {
            let names: Vec<&String> = columns.iter().filter_map(|column| self.header.get(*column)).collect();
            let items: Vec<String> =
                names.iter().filter_map(|name| book.fields.iter().find(|field| field.columns.first() == Some(name))).map(|field| field.name.clone()).collect();
            if items.len() != columns.len() || book.instruments.iter().any(|known| known.id == id) {
                continue;
            }
            for (name, label) in items.iter().zip(labels) {
                // A label that only says the column's name over says less than the item.
                let field = book.fields.iter_mut().find(|field| field.name == *name && field.label == name.replace('_', " "));
                if let Some(field) = field.filter(|_| !label.is_empty()) {
                    field.label = label;
                }
            }
            for field in book.fields.iter_mut().filter(|field| items.contains(&field.name)) {
                field.kind = Kind::Integer;
                field.range = Some(range);
                comments.fields.insert(field.name.clone(), vec![format!("likely: an item of {id}")]);
            }
            if let Some(first) = items.first() {
                for remark in remarks {
                    comments.add(first, format!("{id}: {remark}"));
                }
                used.push((first.clone(), id.clone()));
            }
            book.instruments.push(InstrumentUse { mark: crate::schema::Mark::default(), id, items, coding, variant: None, complete_only: false, sex: None });
        }
        Ok(used)
    }
}

/// A name that no field of the codebook has.
fn free_name(book: &Codebook, column: &str) -> String {
    let name = free_of_reserved(field_name(column));
    let numbered = (2_u32..).map(|number| format!("{name}_{number}"));
    std::iter::once(name.clone()).chain(numbered).find(|name| book.field(name).is_none()).unwrap_or(name)
}

/// Names of columns that say who somebody is.
fn is_identity(name: &str) -> bool {
    let lower = name.to_lowercase();
    let words: Vec<&str> = lower.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let short = words.len() <= 3;
    let whole = words.join(" ");
    short
        && (words.iter().any(|word| {
            matches!(
                *word,
                "phone"
                    | "telephone"
                    | "email"
                    | "address"
                    | "ssn"
                    | "mrn"
                    | "firstname"
                    | "lastname"
                    | "surname"
                    | "dob"
                    | "birthdate"
                    | "ipaddress"
                    | "recipientemail"
                    | "recipientfirstname"
                    | "recipientlastname"
            )
        }) || matches!(
            whole.as_str(),
            "name" | "first name" | "last name" | "name first" | "name last" | "full name" | "date of birth" | "birth date" | "ip address" | "contact"
        ))
}

/// The key that the reader proved, or that was found in the values.
fn set_key(book: &mut Codebook, comments: &mut Comments, header: &[String], keys: &Keys, proved: &[String]) {
    let field_of = |book: &Codebook, column: &String| book.fields.iter().find(|field| field.columns.first() == Some(column)).map(|field| field.name.clone());
    let found = keys.proved().filter(|_| proved.is_empty());
    let twice = found.map_or(0, |(_, twice)| twice);
    let columns: Vec<&String> =
        if proved.is_empty() { found.unwrap_or_default().0.iter().filter_map(|column| header.get(*column)).collect() } else { proved.iter().collect() };
    let names: Option<Vec<String>> = columns.iter().map(|column| field_of(book, column)).collect();
    let person = keys.person.and_then(|column| header.get(column)).or(proved.first()).and_then(|column| field_of(book, column));
    for name in names.iter().flatten().chain(&person) {
        if let Some(field) = book.fields.iter_mut().find(|field| field.name == *name)
            && (Some(&field.name) == person.as_ref() || columns.len() == 1)
        {
            field.kind = Kind::Id;
            comments.fields.remove(name);
        }
    }
    match names.filter(|names| !names.is_empty()) {
        Some(names) => {
            if let Some(first) = names.first() {
                let names = names.join(" with ");
                comments.add(
                    first,
                    match twice {
                        0 => format!("sure: {names} differs in every row of this file"),
                        1 => format!("likely: {names} differs in every row but one, which comes twice and will be refused"),
                        _ => format!("likely: {names} differs in all but {twice} rows, which come twice and will be refused"),
                    },
                );
            }
            book.key = names;
        }
        None => comments.head.push("No column names every row once: without `key`, rows that come twice are not found.".to_owned()),
    }
    if let Some(person) = person {
        if book.key.first() != Some(&person) {
            comments.add(&person, "guess: names the person, by its name; several rows are of one person");
        }
        book.person = Some(person);
    }
}

/// Types the file with its own codebook and counts what is refused.
fn try_on(inferred: &mut Inferred, options: &InferOptions) -> Result<(), Error> {
    let mut reader = open(&options.file, &options.read)?;
    let mut book = inferred.book.clone();
    let described = reader.described().to_vec();
    book.adopt(&described);
    let origin = Origin { dataset: String::new(), wave: String::new(), file: String::new(), places: reader.places() };
    let header = reader.header().to_vec();
    let crosswalk = Crosswalk::default();
    let mut typist = Typist::new(&book, &crosswalk, &header, &described, origin).map_err(|problems| Error { exit: Exit::Internal, problems })?;
    let mut levels = BTreeMap::new();
    while let Some(batch) = reader.next_batch()? {
        typist.batch(&batch, &mut levels);
    }
    inferred.values = typist.ledger.values_in;
    inferred.refused = typist.ledger.values_rejected() + typist.ledger.rows_rejected();
    Ok(())
}
