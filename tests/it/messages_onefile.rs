//! What a user of `estimate`, `test` and `fit` reads after each mistake: code, place, found, expected and help.

use crate::project::Project;

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
    let lines: Vec<&str> = said.lines().map(str::trim_end).collect();
    format!("exit {}\n{}", output.status.code().expect("an exit code"), lines.join("\n"))
}

#[test]
fn missing_file() {
    insta::assert_snapshot!(said("people.csv", DATA, "estimate peple.csv --mean y"), @"");
}

#[test]
fn wrong_column() {
    insta::assert_snapshot!(said("people.csv", DATA, "estimate people.csv --mean yy"), @"");
}

#[test]
fn wrong_column_of_a_formula() {
    insta::assert_snapshot!(said("people.csv", DATA, "fit regression people.csv --formula y≈w+gg"), @"");
}

#[test]
fn text_in_a_number_column() {
    insta::assert_snapshot!(said("people.csv", DATA, "test ttest people.csv --outcome text --group g"), @"");
}

#[test]
fn typo_in_a_condition() {
    insta::assert_snapshot!(said("people.csv", DATA, "estimate people.csv --mean y --where g=a~an~y>2"), @"");
}

#[test]
fn value_that_no_row_has() {
    insta::assert_snapshot!(said("people.csv", DATA, "test ttest people.csv --outcome y --group g --where text=X"), @"");
}

#[test]
fn totals_with_other_columns() {
    insta::assert_snapshot!(said("t.csv", "g,count\na,3\n", "estimate people.csv --mean y --poststratify t.csv"), @"");
}

#[test]
fn totals_of_a_level_that_no_row_has() {
    insta::assert_snapshot!(said("t.csv", "g,total\na,3\nb,4\nc,5\n", "estimate people.csv --mean y --poststratify t.csv"), @"");
}

#[test]
fn totals_that_are_no_numbers() {
    insta::assert_snapshot!(said("t.csv", "g,total\na,many\nb,-4\n", "test ttest people.csv --outcome y --group g --rake t.csv"), @"");
}

#[test]
fn replicates_that_no_column_matches() {
    insta::assert_snapshot!(said("people.csv", DATA, "estimate people.csv --weight w --mean y --replicates rw_* --replicate-type jk1"), @"");
}

#[test]
fn three_groups_for_a_test_of_two() {
    insta::assert_snapshot!(said("people.csv", DATA, "test ttest people.csv --outcome y --group three"), @"");
}

#[test]
fn arguments_of_another_test() {
    insta::assert_snapshot!(said("people.csv", DATA, "test paired people.csv --outcome y"), @"");
}

#[test]
fn weights_for_a_test_without_design() {
    insta::assert_snapshot!(said("people.csv", DATA, "test anova people.csv --outcome y --group g --weight w"), @"");
}

#[test]
fn formula_with_a_function() {
    insta::assert_snapshot!(said("people.csv", DATA, "fit regression people.csv --formula y≈log(w)"), @"");
}

#[test]
fn outcome_that_is_no_share() {
    insta::assert_snapshot!(said("people.csv", DATA, "fit regression people.csv --formula y≈w --family binomial"), @"");
}

#[test]
fn confidence_as_percent() {
    insta::assert_snapshot!(said("people.csv", DATA, "estimate people.csv --mean y --conf-level 95"), @"");
}

#[test]
fn probability_above_one() {
    insta::assert_snapshot!(said("people.csv", DATA, "estimate people.csv --quantile y --probs 1.5"), @"");
}

#[test]
fn ratio_of_one_column() {
    insta::assert_snapshot!(said("people.csv", DATA, "estimate people.csv --ratio y"), @"");
}

#[test]
fn nothing_asked() {
    insta::assert_snapshot!(said("people.csv", DATA, "estimate people.csv"), @"");
}

#[test]
fn unknown_instrument() {
    insta::assert_snapshot!(said("people.csv", DATA, "estimate people.csv --mean k6_sum --score kk6"), @"");
}

#[test]
fn too_few_items() {
    insta::assert_snapshot!(said("people.csv", DATA, "estimate people.csv --mean k6_sum --score k6=q_"), @"");
}
