//! What a user reads after mistakes in a schema, a place to write, a score or a query.

use crate::project::Project;

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
   = expected: two numbers that rise, such as [1, 6] or [0, inf]
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
  14 figures, 0 hidden to protect people, 1 chart, 1 warning
  computed: everything, because no former run left a lock
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
  expected: out_of_range, bad_code, typed_text, duplicate_key, blank, or a rule of checks (if_then, order, pattern, range, reference, set, sum, unique), with a number, such as bad_code=2
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

#[test]
fn codebook_that_is_there() {
    let project = Project::new();
    insta::assert_snapshot!(project.said("schema infer data.csv --out book.toml"), @r#"
exit 2
error[output::exists]: book.toml is there already
  help:     choose another name, or add --force to write over it
"#);
    assert!(project.said("schema infer data.csv --out book.toml --force").starts_with("exit 0"));
}
