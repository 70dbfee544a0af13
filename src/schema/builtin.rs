//! Codebooks that come with the program, by id, and others by path.

use std::path::Path;

use super::codebook::Codebook;
use crate::error::{Error, Exit, Problem, closest};

/// Id and text of every codebook under `schemas/datasets/`, sorted.
const ALL: &[(&str, &str)] = &[
    ("attendance", include_str!("../../schemas/datasets/attendance.toml")),
    ("centers", include_str!("../../schemas/datasets/centers.toml")),
    ("coach_survey", include_str!("../../schemas/datasets/coach_survey.toml")),
    ("ctn0094_people", include_str!("../../schemas/datasets/ctn0094_people.toml")),
    ("ctn0094_visits", include_str!("../../schemas/datasets/ctn0094_visits.toml")),
    ("followup", include_str!("../../schemas/datasets/followup.toml")),
    ("landscape", include_str!("../../schemas/datasets/landscape.toml")),
    ("member_survey", include_str!("../../schemas/datasets/member_survey.toml")),
    ("nhis_2018", include_str!("../../schemas/datasets/nhis_2018.toml")),
    ("site_visits", include_str!("../../schemas/datasets/site_visits.toml")),
    ("team_survey", include_str!("../../schemas/datasets/team_survey.toml")),
];

/// The text of a codebook that comes with the program.
pub(crate) fn builtin_codebook(id: &str) -> Option<&'static str> {
    ALL.iter().find(|(known, _)| *known == id).map(|(_, text)| *text)
}

/// Ids of the codebooks that come with the program.
pub(crate) fn builtin_names() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|(id, _)| *id)
}

/// The codebook of an id or a path.
///
/// # Errors
/// There is none, or it has mistakes.
pub(crate) fn open_codebook(name: &str) -> Result<Codebook, Error> {
    let path = Path::new(name);
    let is_word = path.extension().is_none() && path.parent() == Some(Path::new(""));
    let text = match builtin_codebook(name) {
        Some(text) => text.to_owned(),
        None if is_word && !path.exists() => return Err(Error::usage(unknown_codebook(name))),
        None => std::fs::read_to_string(path).map_err(|error| Error::io("read", path, &error))?,
    };
    let (book, problems) = Codebook::parse(name, &text);
    Error::gather(Exit::Usage, problems).map(|_| book)
}

/// The problem of an id that no codebook has.
pub(crate) fn unknown_codebook(name: &str) -> Problem {
    let mut problem = Problem::new("schema::unknown", format!("there is no codebook `{name}`")).expected("the path of a .toml file, or a built-in codebook");
    problem.help = closest(name, builtin_names()).map(|near| format!("did you mean `{near}`?"));
    problem
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_codebook_is_listed_and_reads_without_a_problem() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/datasets");
        let mut files: Vec<String> =
            std::fs::read_dir(folder).expect("the folder is there").filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
        files.sort();
        let listed: Vec<String> = ALL.iter().map(|(id, _)| format!("{id}.toml")).collect();
        assert_eq!(files, listed);
        for (id, text) in ALL {
            let (codebook, problems) = Codebook::parse(id, text);
            assert!(problems.is_empty(), "{id}: {problems:#?}");
            assert_eq!(codebook.id, *id);
        }
    }
}
