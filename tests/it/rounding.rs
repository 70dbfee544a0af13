//! `rounding` of a policy: counts to the nearest multiple, nothing beside them that gives the count back.

use crate::annual::table;
use crate::project::Project;

/// 63 people, 32 of them women, who answered; everybody's age is known.
fn survey() -> Project {
    let project = Project::new();
    let rows: Vec<String> = (0..63).map(|i| format!("p{i},c{},{},{}\n", i % 5, 1 + i % 2, 20 + i % 50)).collect();
    project.write("data.csv", format!("respondent_id,center_id,gender,age\n{}", rows.concat()).as_bytes());
    project
}

#[test]
fn counts_are_rounded_and_nothing_gives_them_back() {
    let project = survey();
    project.edit("pipeline.toml", "[[dataset]]", "[privacy]\npolicy = \"rounded\"\n[[dataset]]");
    let (code, _, said) = project.run("run pipeline.toml --out out");
    assert_eq!(code, Some(0), "{said}");
    let rows = table(&project.path("out/public/results.csv"));
    let women = rows.iter().find(|row| row["id"] == "members.who.gender=Female.proportion").expect("a share");
    // 32 of 63 is 50.79%.
    assert_eq!((women["n"].as_str(), women["denominator"].as_str(), women["estimate"].as_str()), ("30", "65", "0.508"));
    assert!(women["sentence"].contains("50.8%") && women["sentence"].contains("65"), "{}", women["sentence"]);
    for row in rows.iter().filter(|row| row["analysis"] == "who") {
        for count in ["n", "denominator", "n_missing", "n_weighted"].map(|column| &row[column]).into_iter().filter(|count| !count.is_empty()) {
            assert!(count.parse::<u64>().is_ok_and(|count| count.is_multiple_of(5)), "{count} in {}", row["id"]);
        }
        for telling in ["std_error", "df", "df2", "deff", "cv", "test_statistic"] {
            assert_eq!(row[telling], "", "{telling} of {}", row["id"]);
        }
    }
    // (20 + … + 69 + 20 + … + 32) / 63 is 40.68.
    let mean = rows.iter().find(|row| row["id"] == "members.who.age.mean").expect("a mean");
    assert_eq!(mean["estimate"], "40.7");
    let certificate = project.read("out/public/disclosure.html");
    assert!(certificate.contains("rounded to the nearest 5"), "{certificate}");
    assert!(project.read("out/public/report.html").contains("rounded to the nearest 5, so they may not add up"));
    assert!(project.read("out/public/manifest.json").contains("\"rounding\": 5"));
}

#[test]
fn a_pipeline_takes_rounding_back_and_a_wrong_one_is_told() {
    let project = survey();
    project.edit("pipeline.toml", "[[dataset]]", "[privacy]\npolicy = \"rounded\"\nrounding = 1\n[[dataset]]");
    project.run("run pipeline.toml --out out");
    let rows = table(&project.path("out/public/results.csv"));
    let women = rows.iter().find(|row| row["id"] == "members.who.gender=Female.proportion").expect("a share");
    assert_eq!((women["n"].as_str(), women["denominator"].as_str()), ("32", "63"));
    project.edit("pipeline.toml", "rounding = 1", "rounding = 0");
    let (code, _, said) = project.run("run pipeline.toml --out out");
    assert_eq!(code, Some(2));
    assert!(said.contains("pipeline::bad_rounding") && said.contains("pipeline.toml:5"), "{said}");
}

#[test]
fn a_rounded_release_is_known_to_the_next_as_far_as_it_tells() {
    let project = survey();
    project.edit("pipeline.toml", "[[dataset]]", "[privacy]\nrounding = 5\n[[dataset]]");
    project.run("run pipeline.toml --out first");
    project.edit("pipeline.toml", "rounding = 5", "rounding = 5\nprevious_release = \"first\"");
    // The same people again: 65 stands for 63 to 67, of which nothing follows.
    let (code, _, said) = project.run("run pipeline.toml --out second");
    assert_eq!(code, Some(0), "{said}");
    let hidden =
        |folder: &str| table(&project.path(&format!("{folder}/public/results.csv"))).iter().filter(|row| row["status"].starts_with("suppressed")).count();
    assert_eq!(hidden("second"), hidden("first"));
    // Six people more are at least two more than 67: a small difference, so what rests on their number is hidden.
    let rows: Vec<String> = (0..69).map(|i| format!("p{i},c{},{},{}\n", i % 5, 1 + i % 2, 20 + i % 50)).collect();
    project.write("data.csv", format!("respondent_id,center_id,gender,age\n{}", rows.concat()).as_bytes());
    let (code, _, said) = project.run("run pipeline.toml --out third");
    assert_eq!(code, Some(0), "{said}");
    assert!(hidden("third") > hidden("second"), "{}", hidden("third"));
}
