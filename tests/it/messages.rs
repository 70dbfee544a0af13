//! What a user reads after each mistake: code, place, found, expected and help, and the exit code.

use crate::project::Project;

#[test]
fn missing_pipeline() {
    let project = Project::new();
    insta::assert_snapshot!(project.said("run pipelin.toml"), @r#"
exit 3
error[input::missing_file]: cannot read pipelin.toml
  found:    no such file or directory
  help:     check the spelling; paths in a pipeline are relative to the pipeline's own folder
"#);
}

#[test]
fn missing_data_file() {
    let project = Project::new();
    project.edit("pipeline.toml", "\"data.csv\"", "\"dta.csv\"");
    insta::assert_snapshot!(project.said("check pipeline.toml"), @r#"
exit 3
error[input::missing_file]: cannot read dta.csv
 --> pipeline.toml:6:8
  |
6 | file = "dta.csv"
  |        ^^^^^^^^^
  |
  = found: no such file or directory
  = help: check the spelling; paths in a pipeline are relative to the pipeline's own folder
"#);
}

#[test]
fn missing_schema() {
    let project = Project::new();
    project.edit("pipeline.toml", "\"book.toml\"", "\"bok.toml\"");
    insta::assert_snapshot!(project.said("check pipeline.toml"), @r#"
exit 3
error[input::missing_file]: cannot read bok.toml
 --> pipeline.toml:5:10
  |
5 | schema = "bok.toml"
  |          ^^^^^^^^^^
  |
  = found: no such file or directory
  = help: check the spelling; paths in a pipeline are relative to the pipeline's own folder
"#);
}

#[test]
fn unknown_built_in_schema() {
    let project = Project::new();
    project.edit("pipeline.toml", "\"book.toml\"", "\"member_survy\"");
    insta::assert_snapshot!(project.said("check pipeline.toml"), @r#"
exit 2
error[schema::unknown]: there is no codebook `member_survy`
 --> pipeline.toml:5:10
  |
5 | schema = "member_survy"
  |          ^^^^^^^^^^^^^^
  |
  = expected: the path of a .toml file, or a built-in codebook
  = help: did you mean `member_survey`?
"#);
}

#[test]
fn folder_as_file() {
    let project = Project::new();
    project.edit("pipeline.toml", "\"data.csv\"", "\".\"");
    insta::assert_snapshot!(project.said("check pipeline.toml"), @r#"
exit 3
error[input::is_a_folder]: cannot read .
 --> pipeline.toml:6:8
  |
6 | file = "."
  |        ^^^
  |
  = found: it is a folder
  = help: name a file inside it
"#);
}

#[test]
fn address_as_file() {
    let project = Project::new();
    project.edit("pipeline.toml", "\"data.csv\"", "\"https://example.org/a.csv\"");
    insta::assert_snapshot!(project.said("check pipeline.toml"), @r#"
exit 3
error[input::url]: https://example.org/a.csv is an address, not a path
 --> pipeline.toml:6:8
  |
6 | file = "https://example.org/a.csv"
  |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = expected: a path: nothing is downloaded
  = help: save the file on this machine and name its path
"#);
}

#[test]
fn wrong_column() {
    let project = Project::new();
    project.edit("data.csv", "gender", "gendr");
    insta::assert_snapshot!(project.said("check pipeline.toml"), @r#"
exit 2
error[schema::missing_column]: column `gender` is not in data.csv
  where:    data.csv
  found:    respondent_id, center_id, gendr, age
  expected: a column for the field `gender`
  help:     is `gendr` the same field? add it under `aliases`, or as a [[rename]] in the wave's crosswalk
"#);
}

#[test]
fn empty_file() {
    let project = Project::new();
    project.write("data.csv", b"");
    insta::assert_snapshot!(project.said("run pipeline.toml"), @r#"
exit 3
error[input::empty_file]: data.csv has nothing in it
 --> pipeline.toml:6:8
  |
6 | file = "data.csv"
  |        ^^^^^^^^^^
  |
  = expected: a header line with the column names
  = help: export the file again
"#);
}

#[test]
fn no_rows_is_a_finding() {
    let project = Project::new();
    project.write("data.csv", b"respondent_id,center_id,gender,age\n");
    insta::assert_snapshot!(project.said("run pipeline.toml"), @r#"
exit 1
warning[pipeline::no_rows]: data.csv gives no row to `members`
  expected: at least one row below the header that can be kept
  help:     export the file again, or take it out of the pipeline; its figures are left out
  Small survey: 0 rows
  0 of 0 rows and 0 values were refused (restricted/rejects.csv)
  5 figures, 0 hidden to protect people, 0 charts, 1 warning
  computed: everything, because no former run left a lock
  report: reports/pipeline/public/report.html
"#);
}

#[test]
fn binary_junk() {
    let project = Project::new();
    project.write("data.csv", b"id\0\x01junk");
    insta::assert_snapshot!(project.said("run pipeline.toml"), @r#"
exit 3
error[input::not_text]: data.csv is not text in UTF-8
  where:    data.csv:1
  found:    a zero byte
  expected: delimited text
  help:     if it is text saved as UTF-16, try --encoding utf-16le; otherwise export it again as CSV
"#);
}

#[test]
fn unreadable_encoding() {
    let project = Project::new();
    project.write("data.csv", b"respondent_id,center_id,gender,age\np1,c\xe9,1,30\n");
    insta::assert_snapshot!(project.said("run pipeline.toml"), @r#"
exit 3
error[input::encoding]: byte 39 of data.csv is not UTF-8
  where:    data.csv:2
  found:    bytes e9 2c 31 2c
  expected: text in UTF-8
  help:     try --encoding windows-1252 (reads `p1,cé,1,30`), --encoding macintosh (reads `p1,cÈ,1,30`), or save the file as UTF-8
"#);
}

#[test]
fn not_a_pipeline() {
    let project = Project::new();
    insta::assert_snapshot!(project.said("run data.csv"), @r#"
exit 2
error[pipeline::not_one]: data.csv is not a pipeline
  expected: a .toml file
  help:     recovista new DIR data.csv makes a project with one
"#);
}

#[test]
fn wrong_type_and_unknown_keys() {
    let project = Project::new();
    project.edit("pipeline.toml", "title = \"Small\"", "titel = \"Small\"\nreject_limit = \"2%\"");
    insta::assert_snapshot!(project.said("check pipeline.toml"), @r#"
exit 2
error[config::missing_key]: the file needs `title`
 --> pipeline.toml:1:1
  |
1 | titel = "Small"
  | ^
error[config::unknown_key]: the file has no key `titel`
 --> pipeline.toml:1:1
  |
1 | titel = "Small"
  | ^^^^^
  |
  = expected: analysis, as_of, dataset, privacy, reject_limit and … more
  = help: did you mean `title`?
error[config::wrong_type]: `reject_limit` must be a number
 --> pipeline.toml:2:16
  |
2 | reject_limit = "2%"
  |                ^^^^
  |
  = found: text
  = expected: a number
"#);
}

#[test]
fn bad_date_share_and_minimum() {
    let project = Project::new();
    project.edit("pipeline.toml", "\"2024-12-31\"", "\"31.12.2024\"\nreject_limit = 2\nprivacy = { minimum_cell = 0 }");
    insta::assert_snapshot!(project.said("check pipeline.toml"), @r#"
exit 2
error[pipeline::bad_date]: `as_of` is not a date
 --> pipeline.toml:2:9
  |
2 | as_of = "31.12.2024"
  |         ^^^^^^^^^^^^
  |
  = found: 31.12.2024
  = expected: a date such as 2024-12-31
error[pipeline::bad_share]: `reject_limit` is not a share
 --> pipeline.toml:3:16
  |
3 | reject_limit = 2
  |                ^
  |
  = found: 2
  = expected: a number from 0 to 1, such as 0.02 for 2%
error[pipeline::bad_minimum]: `minimum_cell` must be at least 1
 --> pipeline.toml:4:28
  |
4 | privacy = { minimum_cell = 0 }
  |                            ^
  |
  = expected: people behind any published cell, such as 11
"#);
}

#[test]
fn protection_beyond_small_counts() {
    let project = Project::new();
    project.edit("pipeline.toml", "[[dataset]]", "[privacy]\nprotection = [1, 20]\n[[dataset]]");
    insta::assert_snapshot!(project.said("check pipeline.toml"), @r#"
exit 2
error[pipeline::bad_protection]: `protection` reaches beyond the counts that are hidden for being small
 --> pipeline.toml:3:1
  |
3 | [privacy]
  | ^^^^^^^^^
  |
  = found: [1, 20] with minimum_cell = 11
  = expected: at most 10: the status of a hidden count tells that it is no larger
"#);
}

#[test]
fn unknown_kind_format_and_design_word() {
    let project = Project::new();
    project.edit("pipeline.toml", "\"demographics\"", "\"demographic\"");
    project.edit("pipeline.toml", "file =", "design = { lonely_psu = \"nope\" }\nfile =");
    project.edit("pipeline.toml", "[[analysis]]", "[report]\nformats = [\"odt\"]\n[[analysis]]");
    insta::assert_snapshot!(project.said("check pipeline.toml"), @r#"
exit 2
error[config::unknown_word]: `lonely_psu` cannot be `nope`
 --> pipeline.toml:6:25
  |
6 | design = { lonely_psu = "nope" }
  |                         ^^^^^^
  |
  = expected: fail, certainty, adjust, average
error[pipeline::unknown_format]: `odt` reports are not written
 --> pipeline.toml:9:11
  |
9 | formats = ["odt"]
  |           ^^^^^^^
  |
  = expected: html, docx, xlsx or pdf; results.csv and results.parquet are always written
error[config::unknown_word]: `kind` cannot be `demographic`
  --> pipeline.toml:12:8
   |
12 | kind = "demographic"
   |        ^^^^^^^^^^^^^
   |
   = expected: attendance, context, demographics, dose, followup, outcomes, path, planning, reliability, themes, trend, workforce
   = help: did you mean `demographics`?
"#);
}

#[test]
fn bands_of_nothing_or_of_words() {
    let project = Project::new();
    project.edit("pipeline.toml", "kind = \"demographics\"", "kind = \"dose\"");
    assert!(project.said("check pipeline.toml").contains("needs `dose`"), "{}", project.said("check pipeline.toml"));
    project.edit("pipeline.toml", "kind = \"dose\"", "kind = \"dose\"\ndose = \"gender\"");
    let said = project.said("check pipeline.toml");
    assert!(said.starts_with("exit 2") && said.contains("pipeline::not_a_number"), "{said}");
    project.edit("pipeline.toml", "dose = \"gender\"", "dose = \"age\"");
    assert!(project.said("check pipeline.toml").starts_with("exit 0"));
}

#[test]
fn unknown_variables() {
    let project = Project::new();
    project.edit("pipeline.toml", "\"gender\", \"age\"", "\"gendre\", \"agee\"");
    insta::assert_snapshot!(project.said("check pipeline.toml"), @r#"
exit 2
error[pipeline::unknown_variable]: analysis `who` names `gendre`, which is not there
  --> pipeline.toml:11:14
   |
11 | variables = ["gendre", "agee"]
   |              ^^^^^^^^
   |
   = expected: respondent_id, center_id, gender, age, wave
   = help: did you mean `gender`?
error[pipeline::unknown_variable]: analysis `who` names `agee`, which is not there
  --> pipeline.toml:11:24
   |
11 | variables = ["gendre", "agee"]
   |                        ^^^^^^
   |
   = expected: respondent_id, center_id, gender, age, wave
   = help: did you mean `age`?
"#);
}

#[test]
fn unknown_dataset_and_no_file() {
    let project = Project::new();
    project.edit("pipeline.toml", "dataset = \"members\"", "dataset = \"member\"");
    project.edit("pipeline.toml", "file = \"data.csv\"\n", "");
    insta::assert_snapshot!(project.said("check pipeline.toml"), @r#"
exit 2
error[pipeline::no_file]: dataset `members` names no file
 --> pipeline.toml:4:6
  |
4 | id = "members"
  |      ^^^^^^^^^
  |
  = help: add `file = "…"`, or a [[dataset.wave]] for each wave
error[pipeline::unknown_dataset]: analysis `who` names the dataset `member`
 --> pipeline.toml:9:11
  |
9 | dataset = "member"
  |           ^^^^^^^^
  |
  = expected: members
  = help: did you mean `members`?
"#);
}

#[test]
fn ids_twice() {
    let project = Project::new();
    project.edit(
        "pipeline.toml",
        "file = \"data.csv\"",
        "[[dataset.wave]]\nid = \"2024\"\nfile = \"data.csv\"\n[[dataset.wave]]\nid = \"2024\"\nfile = \"data.csv\"",
    );
    insta::assert_snapshot!(project.said("check pipeline.toml"), @r#"
exit 2
error[pipeline::duplicate_id]: wave 2 of `members` has the id `2024` of an earlier one
 --> pipeline.toml:7:6
  |
7 | id = "2024"
  |      ^^^^^^
  |
  = help: give each wave an id of its own
"#);
}

#[test]
fn file_beside_waves_and_bad_delimiter() {
    let project = Project::new();
    project.edit(
        "pipeline.toml",
        "file = \"data.csv\"",
        "file = \"data.csv\"\n[[dataset.wave]]\nid = \"2024\"\nfile = \"data.csv\"\ndelimiter = \"semicolon\"",
    );
    insta::assert_snapshot!(project.said("check pipeline.toml"), @r#"
exit 2
error[pipeline::file_and_waves]: dataset `members` has both `file` and waves
 --> pipeline.toml:6:8
  |
6 | file = "data.csv"
  |        ^^^^^^^^^^
  |
  = expected: one `file`, or a [[dataset.wave]] for each wave
error[pipeline::bad_delimiter]: `semicolon` is not one character
  --> pipeline.toml:10:13
   |
10 | delimiter = "semicolon"
   |             ^^^^^^^^^^^
   |
   = expected: one character, or `tab`
"#);
}

#[test]
fn registry_without_the_column() {
    let project = Project::new();
    project.edit(
        "pipeline.toml",
        "file = \"data.csv\"",
        "file = \"data.csv\"\ndesign = { population = { file = \"data.csv\", unit = \"center_id\", by = \"regoin\" } }",
    );
    insta::assert_snapshot!(project.said("check pipeline.toml"), @r#"
exit 2
error[schema::missing_column]: column `regoin` is not in data.csv
 --> pipeline.toml:7:71
  |
7 | design = { population = { file = "data.csv", unit = "center_id", by = "regoin" } }
  |                                                                       ^^^^^^^^
  |
  = found: respondent_id, center_id, gender, age
  = expected: center_id, regoin
"#);
}

#[test]
fn registry_with_a_record_that_cannot_be_read() {
    let project = Project::new();
    project.write("registry.csv", b"center_id,region\nc0,North\nc1\nc2,South\n");
    project.edit(
        "pipeline.toml",
        "file = \"data.csv\"",
        "file = \"data.csv\"\ndesign = { population = { file = \"registry.csv\", unit = \"center_id\", by = \"region\" } }",
    );
    insta::assert_snapshot!(project.said("check pipeline.toml"), @r#"
exit 3
error[input::ragged]: a record of registry.csv cannot be read
  where:    registry.csv:3
  found:    c1
  expected: 2 fields, found 1
"#);
}
