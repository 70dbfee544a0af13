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
  where:    data.csv:1
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
  5 figures, 0 hidden because too few people stand behind them, 0 charts, 1 warning
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
  help:     try --encoding windows-1252, which older Excel and SAS write, or save the file as UTF-8
"#);
}

#[test]
fn not_a_pipeline() {
    let project = Project::new();
    insta::assert_snapshot!(project.said("run data.csv"), @r#"
exit 2
error[config::not_toml]: key with no value, expected `=`
 --> data.csv:1:14
  |
1 | respondent_id,center_id,gender,age
  |              ^
error[config::not_toml]: key with no value, expected `=`
 --> data.csv:2:3
  |
2 | p0,c0,1,20
  |   ^
error[config::not_toml]: key with no value, expected `=`
 --> data.csv:3:3
  |
3 | p1,c1,2,21
  |   ^
  |
  = help: 58 more places are not TOML; is this the file you meant?
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
fn unknown_kind_format_and_design_word() {
    let project = Project::new();
    project.edit("pipeline.toml", "\"demographics\"", "\"demographic\"");
    project.edit("pipeline.toml", "file =", "design = { lonely_psu = \"nope\" }\nfile =");
    project.edit("pipeline.toml", "[[analysis]]", "[report]\nformats = [\"docx\"]\n[[analysis]]");
    insta::assert_snapshot!(project.said("check pipeline.toml"), @r#"
exit 2
error[config::unknown_word]: `lonely_psu` cannot be `nope`
 --> pipeline.toml:6:25
  |
6 | design = { lonely_psu = "nope" }
  |                         ^^^^^^
  |
  = expected: fail, certainty, adjust, average
error[pipeline::unknown_format]: `docx` reports are not written
 --> pipeline.toml:9:11
  |
9 | formats = ["docx"]
  |           ^^^^^^^^
  |
  = expected: html; results.csv and results.parquet are always written
error[config::unknown_word]: `kind` cannot be `demographic`
  --> pipeline.toml:12:8
   |
12 | kind = "demographic"
   |        ^^^^^^^^^^^^^
   |
   = expected: attendance, demographics, outcomes, trend, workforce
   = help: did you mean `demographics`?
"#);
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
"#);
}

#[test]
fn crosswalk_to_unknown_fields() {
    let project = Project::new();
    project.edit("pipeline.toml", "file = \"data.csv\"", "[[dataset.wave]]\nid = \"2024\"\nfile = \"data.csv\"\ncrosswalk = \"old.toml\"");
    project.write("old.toml", b"title = \"Old\"\n[[rename]]\nfrom = \"sex\"\nto = \"gendr\"\nreason = \"renamed\"\n");
    insta::assert_snapshot!(project.said("check pipeline.toml"), @r#"
exit 2
error[schema::unknown_field]: the codebook `small` has no field `gendr`
 --> old.toml:4:6
  |
4 | to = "gendr"
  |      ^^^^^^^
  |
  = expected: respondent_id, center_id, gender, age
  = help: did you mean `gender`?
"#);
}

#[test]
fn schema_words() {
    let project = Project::new();
    project.edit("book.toml", "\"people\"", "\"persons\"");
    project.edit("book.toml", "\"category\"", "\"categori\"");
    insta::assert_snapshot!(project.said("check pipeline.toml"), @r#"
exit 2
error[config::unknown_word]: `unit` cannot be `persons`
 --> book.toml:3:8
  |
3 | unit = "persons"
  |        ^^^^^^^^^
  |
  = expected: people, visits, teams, organizations, programs, settings
error[config::unknown_word]: `type` cannot be `categori`
  --> book.toml:13:8
   |
13 | type = "categori"
   |        ^^^^^^^^^^
   |
   = expected: id, text, category, ordinal, integer, number, date, datetime, multi
   = help: did you mean `category`?
"#);
}

#[test]
fn schema_levels_and_range() {
    let project = Project::new();
    project.edit("book.toml", "code = \"2\"", "code = \"1\"");
    project.edit("book.toml", "[18, 99]", "[99, 18]");
    insta::assert_snapshot!(project.said("check pipeline.toml"), @r#"
exit 2
error[schema::duplicate_level]: the code `1` stands for two levels
  --> book.toml:14:55
   |
14 | levels = [ { code = "1", label = "Female" }, { code = "1", label = "Male" } ]
   |                                                       ^^^
error[schema::bad_range]: `range` needs a lower and an upper bound
  --> book.toml:18:9
   |
18 | range = [99, 18]
   |         ^^^^^^^^
   |
   = found: [99.0, 18.0]
   = expected: two numbers that rise, such as [1, 6]
"#);
}

#[test]
fn schema_references() {
    let project = Project::new();
    project.edit("book.toml", "[\"respondent_id\"]", "[\"respondent\"]");
    project.edit("book.toml", "range = [18, 99]", "ask_if = { field = \"gender\", is = [\"Femal\"] }");
    insta::assert_snapshot!(project.said("check pipeline.toml"), @r#"
exit 2
error[schema::unknown_field]: there is no field `respondent`
 --> book.toml:4:8
  |
4 | key = ["respondent"]
  |        ^^^^^^^^^^^^
  |
  = help: did you mean `respondent_id`?
error[schema::unknown_level]: `gender` has no level `Femal`
  --> book.toml:18:36
   |
18 | ask_if = { field = "gender", is = ["Femal"] }
   |                                    ^^^^^^^
   |
   = expected: Female, Male
   = help: did you mean `Female`?
"#);
}

#[test]
fn schema_without_levels() {
    let project = Project::new();
    project.edit("book.toml", "levels = [ { code = \"1\", label = \"Female\" }, { code = \"2\", label = \"Male\" } ]\n", "");
    insta::assert_snapshot!(project.said("check pipeline.toml"), @r#"
exit 2
error[schema::no_levels]: a field of type `category` needs `levels`
  --> book.toml:13:8
   |
13 | type = "category"
   |        ^^^^^^^^^^
   |
   = expected: levels = [ { code = "1", label = "Yes" }, … ]
"#);
}

#[test]
fn schema_twice_and_bands() {
    let project = Project::new();
    project.edit("book.toml", "\"center_id\"", "\"gender\"");
    project.edit("book.toml", "range = [18, 99]", "[[derive]]\nname = \"group\"\nfrom = \"age\"\nbreaks = [25, 60]\nlabels = [\"a\", \"b\"]");
    insta::assert_snapshot!(project.said("check pipeline.toml"), @r#"
exit 2
error[schema::duplicate_field]: there are two fields named `gender`
  --> book.toml:12:8
   |
12 | name = "gender"
   |        ^^^^^^^^
error[schema::bad_bands]: 2 breaks that rise make 3 bands
  --> book.toml:22:10
   |
22 | labels = ["a", "b"]
   |          ^^^^^^^^^^
   |
   = found: 2 labels
"#);
}

#[test]
fn schema_derive() {
    let project = Project::new();
    project.edit("book.toml", "range = [18, 99]", "[[derive]]\nname = \"group\"");
    insta::assert_snapshot!(project.said("check pipeline.toml"), @r#"
exit 2
error[schema::bad_derive]: `group` does not say how it is computed
  --> book.toml:19:8
   |
19 | name = "group"
   |        ^^^^^^^
   |
   = expected: `from` with `breaks` and `labels`, `from` with `due_after_months`, `from` with `regroup`, `from` with `share_of`, or `rollup`
"#);
}

#[test]
fn unknown_instrument() {
    let project = Project::new();
    project.edit("book.toml", "range = [18, 99]", "[[instrument]]\nid = \"k7\"\nitems = [\"age\"]");
    insta::assert_snapshot!(project.said("check pipeline.toml"), @r#"
exit 2
error[score::unknown_instrument]: there is no instrument `k7`
  --> book.toml:19:6
   |
19 | id = "k7"
   |      ^^^^
   |
   = expected: arc, auditc, bam, barc10, cest_ss and … more
   = help: did you mean `k6`?
"#);
}

#[test]
fn over_the_reject_limit() {
    let project = Project::new();
    project.edit("pipeline.toml", "title", "reject_limit = 0.01\ntitle");
    project.edit("data.csv", "p1,c1,2,21\np2,c2,1,22\np3,c3,2,23\np4,c4,1,24\n", "p1,c1,2,x\np2,c2,1,x\np3,c3,9,x\np1,c1,9,7\n");
    insta::assert_snapshot!(project.said("run pipeline.toml"), @r#"
exit 1
warning[rejects::over_limit]: 1.7% of `members` was refused
  expected: at most 1.0% (reject_limit)
  help:     open restricted/rejects.csv: each refusal has its file, line, column and rule
  Small survey: 59 rows
  1 of 60 rows and 4 values were refused (restricted/rejects.csv)
  14 figures, 0 hidden because too few people stand behind them, 1 chart, 1 warning
  report: reports/pipeline/public/report.html
"#);
}

#[test]
fn place_that_is_not_a_release() {
    let project = Project::new();
    insta::assert_snapshot!(project.said("run pipeline.toml --out data.csv"), @r#"
exit 2
error[release::not_a_release]: data.csv cannot become the folder of a release
  found:    a file
  expected: a new folder, or one that holds an earlier release and nothing else
  help:     choose another place with --out
"#);
}

#[test]
fn place_with_other_files() {
    let project = Project::new();
    insta::assert_snapshot!(project.said("run pipeline.toml --out ."), @r#"
exit 2
error[release::not_a_release]: . cannot become the folder of a release
  found:    a folder without a name
  expected: a new folder, or one that holds an earlier release and nothing else
  help:     choose another place with --out
"#);
}

#[test]
fn place_that_cannot_be_written() {
    let project = Project::new();
    insta::assert_snapshot!(project.said("run pipeline.toml --out data.csv/report"), @r#"
exit 3
error[output::unwritable]: cannot create the folder data.csv
  found:    file exists
  help:     choose another place with --out
"#);
}

#[test]
fn figures_without_a_run() {
    let project = Project::new();
    insta::assert_snapshot!(project.said("figures fte"), @r#"
exit 3
error[figures::no_run]: no run is under reports/
  help:     run a pipeline first, for example: recovista run pipelines/annual.toml; or name a run with --run
"#);
}

#[test]
fn figures_of_another_folder() {
    let project = Project::new();
    insta::assert_snapshot!(project.said("figures fte --run data.csv"), @r#"
exit 3
error[figures::no_run]: there is no run in data.csv
  expected: a folder that `recovista run` wrote
  help:     name the folder above `public`, such as reports/annual; or run the pipeline again
"#);
}

#[test]
fn score_unknown_instrument() {
    let project = Project::new();
    insta::assert_snapshot!(project.said("score k7 data.csv"), @r#"
exit 2
error[score::unknown_instrument]: there is no instrument `k7`
  expected: arc, auditc, bam, barc10, cest_ss and … more
  help:     did you mean `k6`?
"#);
}

#[test]
fn score_wrong_coding_words() {
    let project = Project::new();
    insta::assert_snapshot!(project.said("score k6 data.csv --items age,age,age,age,age,age --coding best"), @r#"
exit 2
error[score::bad_coding]: `best` is not a coding
  expected: the file's code of the lowest answer, a hyphen, its code of the highest: 0-4, 5-1
"#);
}

#[test]
fn score_wrong_column() {
    let project = Project::new();
    insta::assert_snapshot!(project.said("score k6 data.csv --prefix k6_"), @r#"
exit 2
error[score::missing_column]: data.csv has no column k6_1, k6_2, k6_3, k6_4, k6_5 and … more
  found:    respondent_id, center_id, gender, age
  help:     name the 6 columns in the instrument's order with --items, or their common beginning with --prefix
"#);
}

#[test]
fn score_wrong_delimiter() {
    let project = Project::new();
    insta::assert_snapshot!(project.said("score k6 data.csv --delimiter ;;"), @r#"
exit 2
error[usage::delimiter]: `;;` is not one character
  expected: one character, or `tab`
"#);
}

#[test]
fn synth_unknown_fault() {
    let project = Project::new();
    insta::assert_snapshot!(project.said("synth book.toml --faults typo=3"), @r#"
exit 2
error[synth::unknown_fault]: `typo=3` names no fault and number
  found:    typo=3
  expected: out_of_range, bad_code, typed_text, duplicate_key, blank with a number, such as bad_code=2
"#);
}

#[test]
fn synth_nothing_to_make() {
    let project = Project::new();
    insta::assert_snapshot!(project.said("synth"), @r#"
exit 2
error: the following required arguments were not provided:
  <SCHEMA>

Usage: recovista synth <SCHEMA>

For more information, try '--help'.
"#);
}
