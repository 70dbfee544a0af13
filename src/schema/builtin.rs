//! Codebooks that come with the program, by id.

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Codebook;

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
