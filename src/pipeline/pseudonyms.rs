//! A key and the fields that name people in, stored rows and lists whose ids nobody can read back out.
//!
//! An id becomes the first 80 bits of HMAC-SHA256 of its text under a key that lies outside of the project. One id has
//! one pseudonym in all datasets, waves and runs of a key, so people can still be linked; without the key nobody can
//! tell whether an id belongs to a pseudonym. Two of n ids have one pseudonym by chance with probability n²/2⁸¹ (4 in
//! 10¹³ for a million people); a run in which that happens stops.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::load::Loaded;
use super::plan::{DatasetPlan, Gather, beside};
use super::spec::Privacy;
use crate::error::{Error, Exit, Problem, Severity};
use crate::frame::{Levels, Values};
use crate::rejects::Refused;
use crate::schema::{Field, Kind};

/// Bytes of the shortest key.
const SHORTEST: usize = 32;
/// Bits of a pseudonym.
const BITS: usize = 80;
/// Stands before every text that is signed, so that the key gives other signatures elsewhere.
const PURPOSE: &[u8] = b"recovista pseudonym 1\0";
/// What stands where a text may hold an id among other things.
const NOT_TOLD: &str = "(not told, because pseudonyms are in use)";

/// The fields whose values are replaced, and the key. It is never written, and neither is its hash.
pub(crate) struct Pseudonyms {
    fields: Vec<String>,
    key: Vec<u8>,
}

/// Pseudonyms that a run has given, each with its id.
#[derive(Default)]
pub(super) struct Given(BTreeMap<String, String>);

impl Given {
    fn add(&mut self, pseudonym: &str, id: &str) -> Result<(), Error> {
        match self.0.get(pseudonym) {
            Some(known) if known != id => {
                let problem = Problem::new("pseudonym::clash", "two ids have one pseudonym under this key").expected("a pseudonym for each id");
                Err(Error::new(Exit::Usage, problem.help("this happens by chance once in many billions of runs: take another key")))
            }
            Some(_) => Ok(()),
            None => {
                self.0.insert(pseudonym.to_owned(), id.to_owned());
                Ok(())
            }
        }
    }
}

impl Gather<'_> {
    /// Reads the key, when `[privacy]` asks for pseudonyms and everything about them is in order.
    pub(super) fn pseudonyms(&mut self, privacy: &Privacy, datasets: &[DatasetPlan]) -> Option<Pseudonyms> {
        self.mark = privacy.mark.clone();
        let before = self.problems.len();
        for name in &privacy.pseudonyms {
            let fields: Vec<&Field> = datasets.iter().filter_map(|dataset| dataset.codebook.field(name)).collect();
            if fields.is_empty() {
                let known = datasets.iter().flat_map(|dataset| dataset.codebook.variables());
                self.unknown_variable("`pseudonyms`", name, known);
            } else if let Some(field) = fields.iter().find(|field| !matches!(field.kind, Kind::Id | Kind::Text)) {
                let problem = Problem::new("pipeline::bad_pseudonym", format!("`{}` cannot have pseudonyms", field.name));
                self.fail(name, problem.expected("a field of type id or text"));
            }
        }
        let key = match (&privacy.pseudonym_key, privacy.pseudonyms.is_empty()) {
            (None, true) => return None,
            (None, false) => {
                let problem = Problem::new("pipeline::no_pseudonym_key", "`pseudonyms` are asked for without a key");
                let problem = problem.expected("pseudonym_key = \"PATH\", a file outside of the project");
                self.problems.push(privacy.mark.put(&privacy.pseudonyms[0], problem.help("make one: head -c 32 /dev/urandom | base64 > PATH")));
                return None;
            }
            (Some(name), true) => {
                let problem = Problem::new("pipeline::no_pseudonyms", "there is a `pseudonym_key`, and no field has pseudonyms");
                self.fail(name, problem.expected("pseudonyms = [\"respondent_id\"]"));
                return None;
            }
            (Some(name), false) => self.key(name)?,
        };
        (self.problems[before..].iter().all(|problem| problem.severity != Severity::Error)).then(|| Pseudonyms { fields: privacy.pseudonyms.clone(), key })
    }

    fn key(&mut self, name: &str) -> Option<Vec<u8>> {
        let path = beside(self.folder, name);
        let found = path.canonicalize().and_then(|real| Ok((std::fs::read(&real)?, real)));
        let (mut bytes, real) = match found {
            Ok(found) => found,
            Err(error) => {
                Error::io("read", &path, &error).problems.into_iter().for_each(|problem| self.fail(name, problem));
                return None;
            }
        };
        while bytes.last().is_some_and(u8::is_ascii_whitespace) {
            bytes.pop();
        }
        let project = project(self.folder).canonicalize().unwrap_or_default();
        let repository = real.ancestors().find(|folder| folder.join(".git").exists());
        if let Some(inside) = Some(project.as_path()).filter(|project| real.starts_with(project)).or(repository) {
            let problem = Problem::new("pipeline::key_inside", "the key of the pseudonyms lies where data and results are shared");
            let problem = problem.found(format!("a file inside {}", inside.display())).expected("a file outside of the project and of every git repository");
            self.fail(name, problem.help("move it, for example into a folder of your home that only you can read"));
            return None;
        }
        if bytes.len() < SHORTEST {
            let problem = Problem::new("pipeline::short_key", "the key of the pseudonyms is too short").found(format!("{} bytes", bytes.len()));
            let problem = problem.expected(format!("at least {SHORTEST} bytes that nobody can guess"));
            self.fail(name, problem.help(format!("make one: head -c 32 /dev/urandom | base64 > {}", path.display())));
            return None;
        }
        if let Some(mode) = open_to_others(&real) {
            let problem = Problem::new("pipeline::open_key", "others on this machine can read the key of the pseudonyms").found(format!("mode {mode:03o}"));
            self.fail(name, problem.help(format!("chmod 600 {}", path.display())).severity(Severity::Warning));
        }
        Some(bytes)
    }
}

/// The project that a pipeline belongs to: the folder above `pipelines/`, else its own.
fn project(folder: &Path) -> PathBuf {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let real = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
    if real.file_name().is_some_and(|name| name == "pipelines") { real.parent().unwrap_or(&real).to_path_buf() } else { real }
}

/// The rights of others to a file, where the system has them and others may read it.
fn open_to_others(path: &Path) -> Option<u32> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(path).ok()?.permissions().mode() & 0o777;
        (mode & 0o044 != 0).then_some(mode)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        None
    }
}

impl Pseudonyms {
    /// The fields whose values are replaced.
    pub(crate) fn fields(&self) -> &[String] {
        &self.fields
    }

    /// The pseudonym of an id: `P-` and sixteen letters and digits (Crockford's base 32).
    fn of(&self, id: &str) -> String {
        const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        // A key of any length is taken, so this cannot fail.
        let Ok(mut hmac) = Hmac::<Sha256>::new_from_slice(&self.key) else { return NOT_TOLD.to_owned() };
        hmac.update(PURPOSE);
        hmac.update(id.as_bytes());
        let signed = hmac.finalize().into_bytes();
        let bits = signed.iter().take(BITS / 8).fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
        let digit = |place: usize| char::from(DIGITS[usize::try_from(bits >> (BITS - 5 * (place + 1)) & 31).unwrap_or_default()]);
        "P-".chars().chain((0..BITS / 5).map(digit)).collect()
    }

    fn replaces(&self, field: &str) -> bool {
        self.fields.iter().any(|name| name == field)
    }

    /// Replaces the ids of a loaded dataset, in its rows and in the lists that go with them.
    ///
    /// # Errors
    /// Two ids have one pseudonym.
    pub(super) fn apply(&self, dataset: &DatasetPlan, loaded: &mut Loaded, given: &mut Given) -> Result<(), Error> {
        for field in self.fields.iter().filter(|name| dataset.codebook.field(name).is_some()) {
            if let Some(levels) = loaded.frame.levels.get_mut(field) {
                let names = levels.names().iter().map(|id| self.give(id, given)).collect::<Result<Vec<_>, _>>()?;
                *levels = Levels::new(names);
            }
            for column in loaded.frame.batches.iter_mut().filter_map(|batch| batch.column_mut(field)) {
                if let Values::Text(values) = &mut column.values {
                    for value in values.iter_mut().filter(|value| !value.is_empty()) {
                        *value = self.give(value, given)?;
                    }
                }
            }
        }
        let key = &dataset.codebook.key;
        for entry in &mut loaded.ledger.entries {
            if self.is_column(dataset, &entry.column) {
                entry.raw = self.of(entry.raw.trim());
            } else if matches!(entry.rule, "key_missing" | "duplicate_key" | "duplicate_row") {
                entry.raw = self.key_text(&entry.raw, key);
            } else if entry.refused == Refused::Row {
                // A record that could not be read may hold its id anywhere.
                NOT_TOLD.clone_into(&mut entry.raw);
            }
        }
        for one in &mut loaded.ledger.corrected {
            one.key = self.key_text(&one.key, key);
            if self.replaces(&one.field) {
                (one.old, one.new) = (self.of(&one.old), self.of(&one.new));
            }
        }
        if let Some(links) = &mut loaded.links {
            links.each_key(&|text| self.key_text(text, key));
        }
        Ok(())
    }

    /// Replaces the person of a list that was made before the rows had pseudonyms.
    pub(super) fn name(&self, dataset: &DatasetPlan, person: &mut String) {
        if dataset.person().is_some_and(|field| self.replaces(&field)) {
            *person = self.of(person);
        }
    }

    fn give(&self, id: &str, given: &mut Given) -> Result<String, Error> {
        let pseudonym = self.of(id);
        given.add(&pseudonym, id)?;
        Ok(pseudonym)
    }

    /// Whether a column of a file holds the values of a field that is replaced.
    fn is_column(&self, dataset: &DatasetPlan, column: &str) -> bool {
        let fields = dataset.codebook.fields.iter().filter(|field| self.replaces(&field.name));
        fields.into_iter().any(|field| {
            field.columns.iter().any(|name| name == column) || dataset.waves.iter().any(|wave| wave.crosswalk.old_name(&field.name) == Some(column))
        })
    }

    /// A key as lists tell it, its parts joined by ` + `.
    fn key_text(&self, text: &str, key: &[String]) -> String {
        if !key.iter().any(|name| self.replaces(name)) || text.is_empty() || is_row_number(text) {
            return text.to_owned();
        }
        let parts: Vec<&str> = text.split(" + ").collect();
        if parts.len() != key.len() {
            return NOT_TOLD.to_owned();
        }
        let part = |(part, name): (&str, &String)| if self.replaces(name) && !part.is_empty() { self.of(part) } else { part.to_owned() };
        parts.into_iter().zip(key).map(part).collect::<Vec<_>>().join(" + ")
    }
}

/// What stands for a row without a key.
fn is_row_number(text: &str) -> bool {
    text.strip_prefix("row ").is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(key: &[u8]) -> Pseudonyms {
        Pseudonyms { fields: vec!["id".to_owned()], key: key.to_vec() }
    }

    #[test]
    fn a_pseudonym_is_the_beginning_of_a_signature() {
        // python3: base64.b32encode(hmac.digest(b"k" * 32, b"recovista pseudonym 1\0M-1", "sha256")[:10]), digits exchanged for Crockford's
        assert_eq!(with(&[b'k'; 32]).of("M-1"), "P-19KCB47T3C6CH5F7");
        assert_ne!(with(&[b'k'; 32]).of("M-2"), with(&[b'k'; 32]).of("M-1"));
        assert_ne!(with(&[b'l'; 32]).of("M-1"), with(&[b'k'; 32]).of("M-1"));
    }

    #[test]
    fn two_ids_with_one_pseudonym_stop_a_run() {
        let mut given = Given::default();
        assert!(given.add("P-1", "a").is_ok() && given.add("P-1", "a").is_ok() && given.add("P-2", "b").is_ok());
        assert_eq!(given.add("P-1", "c").unwrap_err().problems[0].code, "pseudonym::clash");
    }

    #[test]
    fn keys_of_several_parts_are_replaced_part_by_part() {
        let (names, key) = (with(&[b'k'; 32]), ["event".to_owned(), "id".to_owned()]);
        assert_eq!(names.key_text("intake + M-1", &key), format!("intake + {}", names.of("M-1")));
        assert_eq!((names.key_text("row 12", &key), names.key_text("a + b + c", &key)), ("row 12".to_owned(), NOT_TOLD.to_owned()));
        assert_eq!(names.key_text("M-1", &["other".to_owned()]), "M-1");
    }
}
