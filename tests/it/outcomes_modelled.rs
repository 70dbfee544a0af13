//! Means of waves from everybody seen once or more, in a pipeline: those of `fit mixed` on the same answers, hidden where few stand behind them.

use std::fmt::Write as _;

use recovista::onefile::{DataOptions, MixedOptions, fit_mixed};
use recovista::results::{ResultRow, Stat};

use crate::project::Project;

/// Two answers from 0 to 3, scored as GAD-2, in three waves of which a mixed model makes means.
fn panel() -> Project {
    let items = ["name = \"g1\", type = \"integer\", range = [0, 3]", "name = \"g2\", type = \"integer\", range = [0, 3]"];
    let project = Project::panel(&items, ("gad2", "items = [\"g1\", \"g2\"]"), &[("1", "one.csv"), ("2", "two.csv"), ("3", "three.csv")]);
    project.edit("pipeline.toml", "by = [\"wave\"]\n", "by = [\"wave\"]\nmodel = \"mixed\"\n");
    project
}

/// Answers of a person in a wave: those who are low fall further and come back less often.
fn answers(person: u32, wave: u32) -> (u32, u32) {
    let level = person * 7 % 4;
    (level.min(3), (level + (person * 3 + wave * 2) % 3).saturating_sub(wave / 2).min(3))
}

/// Waves of people 0–119, of those above 40 among them, and of five of them; and all answers in one file.
fn project() -> Project {
    let project = panel();
    let mut all = "id,wave,score\n".to_owned();
    for (name, wave, people) in [("one.csv", 1_u32, 0..120_u32), ("two.csv", 2, 40..150), ("three.csv", 3, 60..65)] {
        let mut text = "row,code,g1,g2\n".to_owned();
        for person in people {
            let (first, second) = answers(person, wave);
            let _ = writeln!(text, "w{wave}p{person},p{person},{first},{second}");
            let _ = writeln!(all, "p{person},{wave},{}", first + second);
        }
        project.write(name, text.as_bytes());
    }
    project.write("all.csv", all.as_bytes());
    project
}

/// The columns of a row of `results.csv` that has an id.
fn numbers(results: &str, id: &str) -> Vec<String> {
    let line = results.lines().find(|line| line.starts_with(&format!("{id},"))).unwrap_or_else(|| panic!("no {id}"));
    line.split(',').map(str::to_owned).collect()
}

#[test]
fn means_of_waves_are_those_of_the_model_of_one_file() {
    let project = project();
    let (code, _, said) = project.run("run pipeline.toml");
    assert_eq!(code, Some(0), "{said}");
    let [outcome, time, subject] = ["score", "factor(wave)", "id"].map(str::to_owned);
    let data = DataOptions { data: project.path("all.csv"), ..DataOptions::default() };
    let answer = fit_mixed(&MixedOptions { data, outcome, time, subject, means: true, ..MixedOptions::default() }).unwrap();
    let row = |stat: Stat, level: &str| answer.table.rows().iter().find(|row| row.stat == stat && row.level.as_deref() == Some(level)).unwrap();
    let results = project.read("reports/pipeline/restricted/results.csv");
    let same = |id: &str, expected: &ResultRow| {
        let found = numbers(&results, id);
        // estimate, std_error, conf_low, conf_high stand in the ninth to the twelfth column.
        for (found, expected) in found[8..12].iter().zip([expected.estimate, expected.std_error, expected.conf_low, expected.conf_high]) {
            let (found, expected) = (found.parse::<f64>().unwrap(), expected.unwrap());
            assert!((found - expected).abs() <= 1e-7 * (1.0 + expected.abs()), "{id}: {found} {expected}");
        }
    };
    for wave in ["1", "2", "3"] {
        same(&format!("members.doing.gad2_sum.predictive_margin@{wave}"), row(Stat::PredictiveMargin, &format!("factor(wave) = {wave}")));
    }
    for wave in ["2", "3"] {
        same(&format!("members.doing.gad2_sum.difference.compared_with=1@{wave}"), row(Stat::Coefficient, &format!("factor(wave){wave}")));
    }
    let public = project.read("reports/pipeline/public/results.csv");
    let is_hidden = |id: &str| public.lines().find(|line| line.starts_with(&format!("{id},"))).is_some_and(|line| line.contains("suppressed"));
    assert!(is_hidden("members.doing.gad2_sum.predictive_margin@3") && is_hidden("members.doing.gad2_sum.difference.compared_with=1@3"), "five people");
    assert!(!is_hidden("members.doing.gad2_sum.predictive_margin@2") && !is_hidden("members.doing.gad2_sum.difference.compared_with=1@2"));
    assert!(public.contains("Estimated from all people seen once or more, mean anxiety fell from 4.25 in 1 to 3.00 in 2 (by 1.25 points; "));
    let report = project.read("reports/pipeline/public/report.html");
    assert!(report.contains("of each wave estimated from all people seen once or more"));
}

#[test]
fn a_model_needs_people_who_can_be_seen_twice() {
    let project = project();
    project.edit("panel.toml", "person = \"code\"\n", "");
    let (code, _, said) = project.run("check pipeline.toml");
    assert!(code == Some(2) && said.contains("error[pipeline::model_of_waves]") && said.contains("nobody seen twice"), "{said}");
    let other = self::project();
    other.edit("pipeline.toml", "model = \"mixed\"", "model = \"mixt\"");
    let (code, _, said) = other.run("check pipeline.toml");
    assert!(code == Some(2) && said.contains("mixt"), "{said}");
}

/// The people of `centers.csv` in a project with a design, and the answers of R to the model of its waves.
fn in_centers() -> (Project, serde_json::Value) {
    let project = panel();
    let further = "  { name = \"wave\", type = \"id\" },\n  { name = \"center\", type = \"id\" },\n  { name = \"region\", type = \"id\" },\n  { name = \"site\", type = \"id\" },\n]\n[[instrument]]";
    project.edit("panel.toml", "]\n[[instrument]]", further);
    let design = "schema = \"panel.toml\"\n[dataset.design]\nstrata = \"region\"\ncluster = \"center\"\n";
    project.edit("pipeline.toml", "schema = \"panel.toml\"\n", design);
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/longitudinal");
    let text = std::fs::read_to_string(format!("{folder}/centers.csv")).unwrap();
    for (name, wave) in [("one.csv", "y1"), ("two.csv", "y2"), ("three.csv", "y3")] {
        let rows = text.lines().skip(1).map(|line| line.split(',').collect::<Vec<&str>>()).filter(|cells| cells[2] == wave);
        let rows = rows.map(|cells| format!("{},{},{},{},{},S1,{},{}\n", cells[0], cells[1], cells[2], cells[4], cells[5], cells[6], cells[7]));
        project.write(name, format!("row,code,wave,center,region,site,g1,g2\n{}", rows.collect::<String>()).as_bytes());
    }
    let cases: Vec<serde_json::Value> = serde_json::from_slice(&std::fs::read(format!("{folder}/robust.json")).unwrap()).unwrap();
    let case = cases.iter().find(|case| case["id"] == "centers-waves").unwrap();
    (project, case["expect"].clone())
}

#[test]
fn errors_of_a_design_with_centers_are_those_between_centers() {
    let (project, expect) = in_centers();
    let (code, _, said) = project.run("run pipeline.toml");
    assert_eq!(code, Some(0), "{said}");
    let results = project.read("reports/pipeline/restricted/results.csv");
    for contrast in expect["contrasts"].as_array().unwrap() {
        let (kind, wave) = contrast["name"].as_str().unwrap().split_once(" y").unwrap();
        let id = match kind {
            "mean" => format!("members.doing.gad2_sum.predictive_margin@{wave}"),
            _ => format!("members.doing.gad2_sum.difference.compared_with=1@{wave}"),
        };
        let found = numbers(&results, &id);
        for (found, key) in found[8..12].iter().zip(["estimate", "se", "low", "high"]) {
            let (found, expected) = (found.parse::<f64>().unwrap(), contrast[key].as_f64().unwrap());
            assert!((found - expected).abs() <= 1e-6 * expected.abs(), "{id} {key}: {found} {expected}");
        }
        let line = results.lines().find(|line| line.starts_with(&format!("{id},"))).unwrap();
        assert!(line.contains(&format!(",{},", expect["df"])), "{line}");
        assert!(line.contains("errors by center (cluster-robust, CR1)") && line.contains("answers of people without stratum or unit are left out"), "{line}");
    }
    let report = project.read("reports/pipeline/public/report.html");
    assert!(report.contains("people of one sampling unit, such as a center, being alike") && report.contains("leaves weights out"));
}

#[test]
fn a_change_whose_error_is_not_known_is_not_told_as_one_or_none() {
    let (project, _) = in_centers();
    project.edit("pipeline.toml", "strata = \"region\"\ncluster = \"center\"", "cluster = \"site\"");
    let (code, _, said) = project.run("run pipeline.toml");
    assert_eq!(code, Some(0), "{said}");
    let found = numbers(&project.read("reports/pipeline/restricted/results.csv"), "members.doing.gad2_sum.difference.compared_with=1@3");
    assert!(!found[8].is_empty() && found[9..12].iter().all(String::is_empty), "{found:?}");
    let public = project.read("reports/pipeline/public/results.csv");
    let line = public.lines().find(|line| line.starts_with("members.doing.gad2_sum.difference.compared_with=1@3,")).unwrap();
    assert!(line.contains("no interval: everybody is in one sampling unit"), "{line}");
    assert!(line.contains("Whether that is more than chance cannot be told.") && !line.contains(" rose ") && !line.contains("clearly"), "{line}");
}
