//! Instrument files in, instruments out: what is embedded in the binary, and files of the user's own.

use std::path::Path;

use crate::error::{Error, Problem, closest, some_of};

use super::instrument::Instrument;
use super::read::read;

macro_rules! embedded {
    ($($id:literal,)+) => {
        /// Id and text of every embedded instrument, sorted by id.
        pub(crate) const ALL: &[(&str, &str)] = &[$(($id, include_str!(concat!("../../schemas/instruments/", $id, ".toml"))),)+];
    };
}

embedded! {
    "arc",
    "auditc",
    "bam",
    "barc10",
    "cest_ss",
    "css",
    "dast10",
    "eurohis_qol8",
    "gad2",
    "gad7",
    "gpra_noms",
    "happiness_1",
    "k6",
    "mirc",
    "phq2",
    "phq9",
    "promis_global10",
    "psoc",
    "rcc_helpfulness",
    "rcq",
    "self_esteem_1",
    "suprt",
    "sure",
    "whoqol_q1q2",
}

/// The embedded instruments, sorted by id.
///
/// # Errors
/// A mistake in an embedded file, which a test rules out.
pub fn instruments() -> Result<Vec<Instrument>, Error> {
    ALL.iter().map(|(id, text)| read(&format!("{id}.toml"), text)).collect()
}

/// The instrument with an id, or the one in a `.toml` file that the user names.
///
/// # Errors
/// An unknown id, a file that cannot be read, or its mistakes.
pub fn instrument(id: &str) -> Result<Instrument, Error> {
    if Path::new(id).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml")) {
        let text = std::fs::read_to_string(id).map_err(|error| Error::io("read", Path::new(id), &error))?;
        return read(id, &text);
    }
    match ALL.iter().find(|(known, _)| *known == id) {
        Some((_, text)) => read(&format!("{id}.toml"), text),
        None => Err(unknown(id)),
    }
}

/// The instrument with an id, taken from a folder of the project when it has one there.
///
/// # Errors
/// As `instrument`.
pub(crate) fn instrument_beside(folder: &Path, id: &str) -> Result<Instrument, Error> {
    let own = folder.join(format!("{id}.toml"));
    if own.is_file() {
        return instrument(&own.to_string_lossy());
    }
    instrument(id)
}

/// The text that `instrument_beside` reads, for its hash.
pub(crate) fn text_beside(folder: &Path, id: &str) -> Option<String> {
    let own = folder.join(format!("{id}.toml"));
    let built_in = || ALL.iter().find(|(known, _)| *known == id).map(|(_, text)| (*text).to_owned());
    std::fs::read_to_string(own).ok().or_else(built_in).or_else(|| std::fs::read_to_string(id).ok())
}

fn unknown(id: &str) -> Error {
    let known = || ALL.iter().map(|(known, _)| *known);
    let mut problem = Problem::new("score::unknown_instrument", format!("there is no instrument `{id}`")).expected(some_of(known()));
    problem.help = closest(id, known()).map_or_else(|| Some("`recovista instruments` lists all".to_owned()), |name| Some(format!("did you mean `{name}`?")));
    Error::usage(problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_folder_is_embedded() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/instruments");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter_map(|name| name.strip_suffix(".toml").map(str::to_owned))
            .collect();
        files.sort();
        let embedded: Vec<&str> = ALL.iter().map(|(id, _)| *id).collect();
        assert_eq!(embedded, files);
    }

    #[test]
    fn every_embedded_file_reads_and_names_itself() {
        for ((id, _), instrument) in ALL.iter().zip(instruments().unwrap()) {
            assert_eq!(instrument.id(), *id);
            assert!(!instrument.sources.is_empty() && !instrument.citation.is_empty(), "{id}");
        }
    }

    #[test]
    fn an_unknown_id_gets_a_suggestion() {
        let error = instrument("phq_9").unwrap_err();
        assert_eq!(error.problems[0].help.as_deref(), Some("did you mean `phq9`?"));
    }
}
