//! What a user of `estimate`, `test` and `fit` reads after each mistake: code, place, found, expected and help.

use crate::project::{Project, without_count};

const DATA: &str = "y,w,g,three,text,q_1\n1,1,a,p,x,1\n2,1,b,q,y,2\n3,1,b,r,x,3\n4,1,a,p,y,4\n";

/// A folder with a small file, and what is said about a command whose words write a blank as `~` and a tilde as `≈`.
fn said(file: &str, text: &str, arguments: &str) -> String {
    let project = Project::new();
    project.write("people.csv", DATA.as_bytes());
    project.write(file, text.as_bytes());
    let words = arguments.split(' ').map(|word| word.replace('~', " ").replace('≈', "~"));
    let output =
        std::process::Command::new(env!("CARGO_BIN_EXE_recovista")).current_dir(project.path("")).args(words).env("NO_COLOR", "1").output().expect("starts");
    let said = String::from_utf8(output.stderr).expect("text");
    assert!(output.status.success() || output.stdout.is_empty(), "data beside an error");
    let lines: Vec<String> = said.lines().map(|line| without_count(line.trim_end())).collect();
    format!("exit {}\n{}", output.status.code().expect("an exit code"), lines.join("\n"))
}

#[test]
fn missing_file() {
    insta::assert_snapshot!(said("people.csv", DATA, "estimate peple.csv --mean y"), @r#"
exit 3
error[input::missing_file]: cannot read peple.csv
  found:    no such file or directory
  help:     check the spelling; paths in a pipeline are relative to the pipeline's own folder
"#);
}

#[test]
fn wrong_column() {
    insta::assert_snapshot!(said("people.csv", DATA, "estimate people.csv --mean yy"), @r#"
exit 2
error[input::unknown_column]: column `yy` is not in people.csv
  found:    y, w, g, three, text and … more
  help:     did you mean `y`?
"#);
}

#[test]
fn wrong_column_of_a_formula() {
    insta::assert_snapshot!(said("people.csv", DATA, "fit regression people.csv --formula y≈w+gg"), @r#"
exit 2
error[input::unknown_column]: column `gg` is not in people.csv
  where:    --formula
  found:    y, w, g, three, text and … more
  help:     did you mean `g`?
"#);
}

#[test]
fn text_in_a_number_column() {
    insta::assert_snapshot!(said("people.csv", DATA, "test ttest people.csv --outcome text --group g"), @r#"
exit 3
error[data::unreadable]: column `text` holds text where a number is needed
  where:    people.csv:2
  found:    `x`
  expected: a number, an empty field or NA
  help:     if it means no answer, name it with --missing; categories are compared by chisq, pearson and fisher, and modelled with --family binomial
"#);
}

#[test]
fn typo_in_a_condition() {
    insta::assert_snapshot!(said("people.csv", DATA, "estimate people.csv --mean y --where g=a~an~y>2"), @r#"
exit 2
error[condition::syntax]: `g=a an y>2` is not a condition
  where:    --where, character 5
  found:    `an y>2`
  expected: and, or, or the end
  help:     such as "stype = 'H' and enroll > 500"
"#);
}

#[test]
fn value_that_no_row_has() {
    insta::assert_snapshot!(said("people.csv", DATA, "test ttest people.csv --outcome y --group g --where text=X"), @r#"
exit 0
not disclosure-controlled: for the person who holds the file
note[condition::no_such_value]: no row has text = X
  where:    --where
  found:    x, y
  help:     did you mean `x`?
"#);
}

#[test]
fn totals_with_other_columns() {
    insta::assert_snapshot!(said("t.csv", "g,count\na,3\n", "estimate people.csv --mean y --poststratify t.csv"), @r#"
exit 3
error[design::totals_columns]: a file of totals has other columns
  where:    t.csv
  found:    g, count
  expected: two columns: the variable's name, and `total`
"#);
}

#[test]
fn totals_of_a_level_that_no_row_has() {
    insta::assert_snapshot!(said("t.csv", "g,total\na,3\nb,4\nc,5\n", "estimate people.csv --mean y --poststratify t.csv"), @r#"
exit 3
error[design::total_without_rows]: totals of `g` have no row with a weight
  found:    c
  help:     join the level with another, in the data and in the totals, or give it total 0
"#);
}

#[test]
fn totals_that_are_no_numbers() {
    insta::assert_snapshot!(said("t.csv", "g,total\na,many\nb,-4\n", "test ttest people.csv --outcome y --group g --rake t.csv"), @r#"
exit 3
error[design::totals_number]: a total is not a number
  where:    t.csv:2
  found:    many
  expected: digits, with a point before decimals, such as 4421
error[design::totals_number]: a total is negative
  where:    t.csv:3
  found:    -4
"#);
}

#[test]
fn replicates_that_no_column_matches() {
    insta::assert_snapshot!(said("people.csv", DATA, "estimate people.csv --weight w --mean y --replicates rw_* --replicate-type jk1"), @r#"
exit 2
error[design::replicates]: replicate weights `rw_*` name 0 of the file's columns
  found:    y, w, g, three, text and … more
  expected: two columns at least, such as `rw_*` for rw_1, rw_2 …
"#);
}

#[test]
fn three_groups_for_a_test_of_two() {
    insta::assert_snapshot!(said("people.csv", DATA, "test ttest people.csv --outcome y --group three"), @r#"
exit 2
error[test::groups]: `test ttest` compares two groups and `three` has 3
  found:    p, q, r
  help:     choose two with --where "three in (p, q)"
"#);
}

#[test]
fn arguments_of_another_test() {
    insta::assert_snapshot!(said("people.csv", DATA, "test paired people.csv --outcome y"), @r#"
exit 2
error[test::superfluous_argument]: `test paired` takes no --outcome
error[test::missing_argument]: `test paired` needs --before
error[test::missing_argument]: `test paired` needs --after
"#);
}

#[test]
fn weights_for_a_test_without_design() {
    insta::assert_snapshot!(said("people.csv", DATA, "test anova people.csv --outcome y --group g --weight w"), @r#"
exit 2
error[test::no_design]: `test anova` knows no weights, strata or clusters
  help:     ttest, ranktest and chisq follow the design
"#);
}

#[test]
fn formula_with_a_function() {
    insta::assert_snapshot!(said("people.csv", DATA, "fit regression people.csv --formula y≈log(w)"), @r#"
exit 2
error[formula::syntax]: `y~log(w)` is not a formula
  where:    formula, character 3
  found:    `log(w)`
  expected: a column name or `factor(…)`
  help:     compute the column in the file first; `factor(x)` is the only function of a formula
"#);
}

#[test]
fn outcome_that_is_no_share() {
    insta::assert_snapshot!(said("people.csv", DATA, "fit regression people.csv --formula y≈w --family binomial"), @r#"
exit 3
error[fit::outcome]: `y` is neither 0 nor 1
  where:    --formula
  found:    2
  expected: 0 and 1, or text with two levels
"#);
}

#[test]
fn confidence_as_percent() {
    insta::assert_snapshot!(said("people.csv", DATA, "estimate people.csv --mean y --conf-level 95"), @r#"
exit 2
error[design::conf_level]: the confidence level is not between 0 and 1
  found:    95
  expected: a share such as 0.95
"#);
}

#[test]
fn probability_above_one() {
    insta::assert_snapshot!(said("people.csv", DATA, "estimate people.csv --quantile y --probs 1.5"), @r#"
exit 2
error: invalid value '1.5' for '--probs <LIST>': a number between 0 and 1 is needed, such as 0.25

For more information, try '--help'.
"#);
}

#[test]
fn ratio_of_one_column() {
    insta::assert_snapshot!(said("people.csv", DATA, "estimate people.csv --ratio y"), @r#"
exit 2
error[usage::two_columns]: --ratio `y` does not name two columns
  expected: Y/X, such as visits/people
"#);
}

#[test]
fn nothing_asked() {
    insta::assert_snapshot!(said("people.csv", DATA, "estimate people.csv"), @r#"
exit 2
error[usage::nothing_asked]: nothing is asked of the file
  expected: at least one of --mean, --total, --proportion, --median …
  help:     see `recovista estimate --help`, which has examples
"#);
}

#[test]
fn unknown_instrument() {
    insta::assert_snapshot!(said("people.csv", DATA, "estimate people.csv --mean k6_sum --score kk6"), @r#"
exit 2
error[score::unknown_instrument]: there is no instrument `kk6`
  expected: arc, auditc, bam, barc10, cest_ss and … more
  help:     did you mean `k6`?
"#);
}

#[test]
fn too_few_items() {
    insta::assert_snapshot!(said("people.csv", DATA, "estimate people.csv --mean k6_sum --score k6=q_"), @r#"
exit 2
error[score::missing_column]: people.csv has no column q_2, q_3, q_4, q_5, q_6
  found:    y, w, g, three, text and … more
  help:     name the beginning that all 6 columns share: --score k6=PREFIX
"#);
}

#[test]
fn text_in_a_number_column_of_a_workbook() {
    let project = Project::new();
    let workbook = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/workbooks/readxl/datasets.xlsx");
    project.write("chicks.xlsx", &std::fs::read(workbook).expect("is there"));
    for arguments in ["estimate chicks.xlsx --sheet chickwts --mean feed", "fit regression chicks.xlsx --sheet chickwts --formula feed~weight"] {
        let said = project.said(arguments);
        assert!(said.contains("  where:    chicks.xlsx, chickwts!2\n  found:    `horsebean`"), "{said}");
    }
}

#[test]
fn mistakes_in_a_path_model() {
    insta::assert_snapshot!(said("people.csv", DATA, "fit path people.csv --model y≈p*w;q_1≈r*y;ind:=p*rr"), @r#"
exit 2
error[path::unknown_label]: no path has the label `rr`
 --> --model:1:22
  |
1 | y~p*w;q_1~r*y;ind:=p*rr
  |                      ^^
  |
  = found: the labels p, r
  = help: did you mean `r`?
"#);
    insta::assert_snapshot!(said("people.csv", DATA, "fit path people.csv --model y≈w+q_2"), @r#"
exit 2
error[input::unknown_column]: column `q_2` is not in people.csv
  where:    --model
  found:    y, w, g, three, text and … more
  help:     did you mean `q_1`?
"#);
    insta::assert_snapshot!(said("people.csv", DATA, "fit path people.csv --model f=≈y+w;y≈y;y≈start(1)*w"), @r#"
exit 2
error[path::not_supported]: latent variables are not fitted, only columns of the file
 --> --model:1:2
  |
1 | f=~y+w;y~y;y~start(1)*w
  |  ^^
  |
  = help: score the scale first (`recovista score`) and put its column into the model
error[path::not_supported]: `start(…)` is not understood
 --> --model:1:14
  |
1 | f=~y+w;y~y;y~start(1)*w
  |              ^^^^^
  |
  = help: a label or a number can stand before `*`, nothing else
"#);
}

#[test]
fn a_path_model_that_cannot_be_fitted() {
    insta::assert_snapshot!(said("people.csv", DATA, "fit path people.csv --model y≈w --bootstrap 3"), @r#"
exit 2
error[path::bootstrap]: that is no number of draws
  where:    --bootstrap
  found:    3
  expected: 50 to 1000000
"#);
    insta::assert_snapshot!(said("people.csv", DATA, "fit path people.csv --model y≈w --weight w"), @r#"
exit 2
error[usage::no_design]: `fit path` knows no weights, strata, clusters or replicates: each row counts alike
  found:    w
  help:     leave them out; `estimate`, `fit regression` and some tests follow the design
"#);
}

#[test]
fn mistakes_about_a_scale() {
    insta::assert_snapshot!(said("people.csv", DATA, "fit reliability people.csv --items y,q_1 --reverse q1"), @r#"
exit 2
error[reliability::reverse]: `q1` is none of the items, so it cannot be reversed
  where:    --reverse
  found:    y, q_1
  help:     did you mean `q_1`?
error[reliability::no_range]: items can be reversed only within a range
  where:    --reverse
  expected: the lowest and the highest answer, such as `--range 1,6`
"#);
    insta::assert_snapshot!(said("people.csv", DATA, "fit reliability people.csv --items y,q_1,q_1 --range 6,1"), @r#"
exit 2
error[reliability::twice]: item `q_1` is named twice
  where:    --items
error[reliability::range]: the range has no room
  where:    --range
  found:    6,1
  expected: the lowest answer, then the highest
"#);
    insta::assert_snapshot!(said("people.csv", DATA, "fit reliability people.csv --items y,q_1 --range 1-6"), @r#"
exit 2
error[reliability::range]: the range is not two numbers
  where:    --range
  found:    1-6
  expected: the lowest and the highest answer, such as 1,6
"#);
    insta::assert_snapshot!(said("people.csv", DATA, "fit reliability people.csv --items y,q_1 --range 1,3"), @r#"
exit 3
error[reliability::outside]: `y` has answers outside the range
  where:    --range
  found:    4 in 1 row
  expected: 1 to 3
  help:     name codes that mean no answer with --missing
error[reliability::outside]: `q_1` has answers outside the range
  where:    --range
  found:    4 in 1 row
  expected: 1 to 3
  help:     name codes that mean no answer with --missing
"#);
}

#[test]
fn a_span_that_is_no_share() {
    insta::assert_snapshot!(said("people.csv", DATA, "fit lowess people.csv --x w --y y --span 1.5"), @r#"
exit 2
error[lowess::span]: the span is not a share of the points
  where:    --span
  found:    1.5
  expected: above 0 and up to 1
"#);
}
