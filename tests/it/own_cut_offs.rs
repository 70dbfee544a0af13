//! Who crossed a cut-off that depends on a person's sex (AUDIT-C): everybody by their own, nobody by a guess.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::annual::table;
use crate::project::Project;

/// Sex and score in both waves, and how many people; a man is positive from 4 on, a woman from 3 on.
const PEOPLE: [([&str; 2], [usize; 2], usize); 11] = [
    (["1", "1"], [3, 4], 30),
    (["1", "1"], [4, 3], 14),
    (["1", "1"], [3, 3], 40),
    (["1", "1"], [6, 6], 20),
    (["2", "2"], [2, 3], 16),
    (["2", "2"], [3, 2], 24),
    (["2", "2"], [3, 3], 35),
    (["2", "2"], [2, 2], 25),
    (["1", ""], [3, 6], 12),
    (["3", "3"], [2, 6], 13),
    (["2", "1"], [3, 3], 11),
];

fn project() -> Project {
    let sex = r#"levels = [{ code = "1", label = "Male" }, { code = "2", label = "Female" }, { code = "3", label = "Non-binary" }]"#;
    let items = [1, 2, 3].map(|item| format!("name = \"a{item}\", type = \"integer\", range = [0, 4]"));
    let fields = [format!("name = \"sex\", type = \"category\", {sex}")].into_iter().chain(items).collect::<Vec<String>>();
    let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
    let settings = "items = [\"a1\", \"a2\", \"a3\"]\nsex = \"sex\"";
    let project = Project::panel(&fields, ("auditc", settings), &[("1", "one.csv"), ("2", "two.csv")]);
    let answers = ["0,0,0", "1,0,0", "1,1,0", "1,1,1", "2,1,1", "2,2,1", "2,2,2"];
    for (wave, name) in ["one.csv", "two.csv"].into_iter().enumerate() {
        let mut text = "row,code,sex,a1,a2,a3\n".to_owned();
        for (kind, (sex, score, people)) in PEOPLE.into_iter().enumerate() {
            for person in 0..people {
                let _ = writeln!(text, "w{wave}k{kind}p{person},k{kind}p{person},{},{}", sex[wave], answers[score[wave]]);
            }
        }
        project.write(name, text.as_bytes());
    }
    project
}

#[test]
fn everybody_is_held_to_the_cut_off_of_their_own_sex() {
    let project = project();
    let (code, _, said) = project.run("run pipeline.toml");
    assert_eq!(code, Some(0), "{said}");
    let rows: BTreeMap<String, BTreeMap<String, String>> =
        table(&project.path("reports/pipeline/public/results.csv")).into_iter().map(|row| (row["id"].clone(), row)).collect();
    let twice = "compared_with=1.who=people%20seen%20twice@2";
    let find = |id: String| rows.get(&id).unwrap_or_else(|| panic!("no {id} in {:#?}", rows.keys().filter(|id| id.contains("own")).collect::<Vec<_>>()));
    let number = |id: String, column: &str| find(id.clone())[column].parse::<f64>().unwrap_or_else(|_| panic!("{id} {column}"));
    let side = |level: &str| format!("members.doing.auditc_own_crossing_1={}.proportion.{twice}", level.replace(' ', "%20"));
    for (level, people) in [("stayed below", 65.0), ("rose above", 46.0), ("fell below", 38.0), ("stayed above", 55.0)] {
        assert_eq!((number(side(level), "n"), number(side(level), "denominator")), (people, 204.0), "{level}");
    }
    let moved = |level: &str| number(format!("members.doing.auditc_own_band_change={level}.proportion.{twice}"), "n");
    assert_eq!((moved("negative%20%E2%86%92%20positive"), moved("positive%20%E2%86%92%20negative")), (46.0, 38.0));
    let change = format!("members.doing.auditc_own_crossing_1.difference.{twice}");
    assert!((number(change.clone(), "estimate") - 8.0 / 204.0).abs() < 1e-9);
    assert!(find(change)["sentence"].starts_with(
        "Among 204 people seen twice, the share at or above the cut-off of their sex for drinking showed no clear change from 1 to 2: it was 3.9 percentage points higher"
    ));
    // R: mcnemar.test(matrix(c(65, 46, 38, 55), 2)): chi-squared 0.58333, p 0.4450087
    let test = format!("members.doing.auditc_own_crossing_1.mcnemar.{twice}");
    assert!((number(test.clone(), "test_statistic") - 49.0 / 84.0).abs() < 1e-9 && (number(test.clone(), "p_value") - 0.445_008_718_747).abs() < 1e-8);
    assert!(find(test)["sentence"].starts_with("Of 84 people who crossed the cut-off of their sex for drinking from 1 to 2, 54.8% rose above it"));
    // of everybody with a band in the later wave, those whose sex was recorded otherwise before among them
    let positive = |column: &str| number("members.doing.auditc_own_band=positive.proportion@2".to_owned(), column);
    assert_eq!((positive("n"), positive("denominator")), (101.0, 215.0));
    // 25 whose sex is not known in a wave and 11 whose sex differs: which is which is not told
    let id = format!("members.doing.auditc_own_band_change__missing=sex%20not%20known%20or%20not%20the%20same%20in%20both%20waves.count.{twice}");
    let sentence = "36 people seen twice were not classified for drinking, as their sex was not known or not the same in both waves.";
    assert_eq!((number(id.clone(), "estimate"), find(id)["sentence"].as_str()), (36.0, sentence));
    let report = project.read("reports/pipeline/public/report.html");
    assert!(report.contains("Drinking: everybody is held to the cut-off of their own sex (Men: negative; Men: positive (&gt;=4); Women: negative;"));
    assert!(report.contains("36 people seen twice were not classified for drinking"));
}

/// Without the sex there are no bands, so that nobody is said to have crossed one.
#[test]
fn without_the_sex_nobody_is_classified() {
    let project = project();
    project.edit("panel.toml", "sex = \"sex\"\n", "");
    let (code, _, said) = project.run("run pipeline.toml");
    assert_eq!(code, Some(0), "{said}");
    let results = project.read("reports/pipeline/public/results.csv");
    let crossed: Vec<&str> = results.lines().filter(|line| line.starts_with("members.doing.auditc_own_crossing_1")).collect();
    assert!(results.contains("members.doing.auditc_sum.mean_change.") && crossed.len() == 6, "{crossed:#?}");
    assert!(crossed.iter().all(|line| line.contains(",not_estimable,")), "{crossed:#?}");
    assert!(results.contains("240 people seen twice were not classified for drinking, as their sex was not known or not the same in both waves."));
}
