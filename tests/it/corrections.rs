//! Ledgers of corrections and coding tables: what they change, on every run, and when they refuse to.

use crate::project::Project;

const LEDGER: &str = "key,field,old,new,who,why\np3,age,23,32,M. Diaz,two figures swapped on the paper form\np4,gender,1,2,M. Diaz,called back\n";

fn project(ledger: &str) -> Project {
    let project = Project::new();
    project.edit("pipeline.toml", "file = \"data.csv\"", "file = \"data.csv\"\ncorrections = \"corrections.csv\"");
    project.write("corrections.csv", ledger.as_bytes());
    project
}

#[test]
fn corrections_are_applied_on_every_run_and_listed() {
    let project = project(LEDGER);
    let (code, _, said) = project.run("run pipeline.toml");
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("note[corrections::applied]: 2 values were corrected"), "{said}");
    let list = project.read("reports/pipeline/restricted/corrections.csv");
    let first = "members,,data.csv:5:4,p3,age,23,32,M. Diaz,two figures swapped on the paper form";
    assert_eq!(list.lines().nth(1), Some(first));
    assert_eq!(list.lines().count(), 3);
    let again = project.run("run pipeline.toml");
    assert_eq!((again.0, project.read("reports/pipeline/restricted/corrections.csv")), (Some(0), list));
    // the figures are those of the corrected file
    let corrected = project.read("reports/pipeline/public/results.csv");
    let plain = Project::new();
    plain.edit("data.csv", "p3,c3,2,23\n", "p3,c3,2,32\n");
    plain.edit("data.csv", "p4,c4,1,24\n", "p4,c4,2,24\n");
    assert_eq!(plain.run("run pipeline.toml").0, Some(0));
    assert_eq!(corrected, plain.read("reports/pipeline/public/results.csv"));
}

#[test]
fn a_correction_that_no_longer_holds_stops_the_run() {
    let project = project(LEDGER);
    project.edit("data.csv", "p3,c3,2,23\n", "p3,c3,2,32\n");
    project.edit("data.csv", "p4,c4,1,24\n", "");
    insta::assert_snapshot!(project.said("run pipeline.toml"), @r"
exit 2
error[corrections::old_value]: the old value of `age` of p3 is not what the file holds
  where:    corrections.csv:2
  found:    `32` at data.csv:5:4
  expected: `23`
  help:     the export holds the new value now: take the entry out
error[corrections::no_such_key]: no row of data.csv has the key p4
  where:    corrections.csv:3
  expected: the key of a row, its parts joined by ` + `
  help:     if the row has left the export, take the entry out
");
    assert!(!project.path("reports/pipeline").exists());
}

#[test]
fn mistakes_of_a_ledger_are_found_before_any_data() {
    let project = project("key,field,old,new,who,why\np3,age,23,32,M. Diaz,swapped\np3,age,23,33,J. Roy,misread\np4,agee,24,42,M. Diaz,\n");
    insta::assert_snapshot!(project.said("check pipeline.toml"), @r"
exit 2
error[corrections::no_reason]: a correction does not say who made it and why
  where:    corrections.csv:4
  expected: a name and a reason
error[corrections::contradiction]: `age` of p3 is corrected twice
  where:    corrections.csv:3
  found:    `33`, and `32` on line 2
  expected: one entry for a value
error[corrections::no_such_field]: the correction of `agee` names no field or column
  where:    corrections.csv:4
  expected: respondent_id, center_id, gender, age
  help:     did you mean `age`?
");
}

#[test]
fn a_ledger_of_several_waves_names_the_wave() {
    let project = project("key,field,old,new,who,why,wave\np3,age,23,32,M. Diaz,swapped,2024\np4,age,24,42,M. Diaz,swapped,\n");
    let waves = "corrections = \"corrections.csv\"\n[[dataset.wave]]\nid = \"2023\"\nfile = \"data.csv\"\n[[dataset.wave]]\nid = \"2024\"\nfile = \"data.csv\"";
    project.edit("pipeline.toml", "file = \"data.csv\"\ncorrections = \"corrections.csv\"", waves);
    let (code, _, said) = project.run("check pipeline.toml");
    assert!(code == Some(2) && said.contains("corrections::no_wave") && said.contains("corrections.csv:3"), "{said}");
    project.edit("corrections.csv", "p4,age,24,42,M. Diaz,swapped,\n", "");
    let (code, _, said) = project.run("run pipeline.toml");
    assert_eq!(code, Some(0), "{said}");
    let list = project.read("reports/pipeline/restricted/corrections.csv");
    assert_eq!(list.lines().nth(1), Some("members,2024,data.csv:5:4,p3,age,23,32,M. Diaz,swapped"));
    assert_eq!(list.lines().count(), 2);
}

/// Sixty people of whom five wrote something beside the answers.
fn coded() -> Project {
    let project = Project::new();
    let levels = "levels = [ { code = \"1\", label = \"Female\" }, { code = \"2\", label = \"Male\" } ]";
    let more = "levels = [ { code = \"1\", label = \"Female\" }, { code = \"2\", label = \"Male\" }, { code = \"3\", label = \"Non-binary\" }, { code = \"9\", label = \"Other\" } ]\n\
        other = { column = \"gender_other\", coding = \"gender.csv\" }";
    project.edit("book.toml", levels, more);
    project.write("gender.csv", "text,level\nnonbinary,Non-binary\nNon Binary,3\nwoman,Female\n".as_bytes());
    let text = |row: usize| match row {
        0 => (9, "  NON   binary "),
        1 => (9, "nonbinary"),
        2 => (9, "two-spirit"),
        3 => (9, "Two-Spirit"),
        4 => (2, "woman"),
        _ => (1 + row % 2, ""),
    };
    let rows: Vec<String> = (0..60).map(|row| format!("p{row},c{},{},{},{}\n", row % 5, text(row).0, 20 + row, text(row).1)).collect();
    project.write("data.csv", format!("respondent_id,center_id,gender,age,gender_other\n{}", rows.concat()).as_bytes());
    project
}

#[test]
fn known_texts_become_levels_and_others_are_listed_once() {
    let project = coded();
    let (code, _, said) = project.run("run pipeline.toml");
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("2 answers were given a level by what was written") && said.contains("1 text in 2 rows waits for a code"), "{said}");
    assert_eq!(project.read("reports/pipeline/restricted/uncoded.csv"), "dataset,wave,field,text,rows\nmembers,,gender,two-spirit,2\n");
    let raw = project.read("reports/pipeline/restricted/results.csv");
    let count = |level: &str| {
        let line =
            raw.lines().find(|line| line.starts_with(&format!("members.who.gender={level}.proportion,"))).unwrap_or_else(|| panic!("no {level} in {raw}"));
        line.to_owned()
    };
    let n = |level: &str| count(level).split(',').nth(17).and_then(|cell| cell.parse::<f64>().ok());
    assert_eq!((n("Non-binary"), n("Other")), (Some(2.0), Some(2.0)));
    for entry in std::fs::read_dir(project.path("reports/pipeline/public")).expect("a folder") {
        let path = entry.expect("an entry").path();
        let text = std::fs::read(&path).unwrap_or_default();
        assert!(!String::from_utf8_lossy(&text).to_lowercase().contains("spirit"), "{}", path.display());
    }
}

#[test]
fn a_coding_table_must_agree_with_the_codebook_and_itself() {
    let project = coded();
    project.write("gender.csv", "text,level\nwoman,Female\n Woman ,Male\nenby,Nonbinary\n".as_bytes());
    insta::assert_snapshot!(project.said("check pipeline.toml"), @r"
exit 2
error[coding::contradiction]: `Woman` means two levels
  where:    gender.csv:3
  found:    `Male`, and `Female` on line 2
  expected: one level for a text
error[coding::unknown_level]: `gender` has no level `Nonbinary`
  where:    gender.csv:4
  expected: Female, Male, Non-binary, Other
  help:     did you mean `Non-binary`?
");
}
