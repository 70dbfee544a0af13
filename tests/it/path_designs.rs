//! Path models of pipelines under a sampling design against the answers of R `survey` and `lavaan`, and their intervals against the law.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;

use crate::project::Project;

const BOOK: &str = r#"id = "panel"
title = "Panel survey"
unit = "people"
key = ["id"]
person = "id"
field = [
  { name = "id", type = "id" },
  { name = "stratum", type = "id" },
  { name = "center", type = "id" },
  { name = "w", type = "number", range = [0, 1000] },
  { name = "centers", type = "number", range = [0, 1000] },
  { name = "all_centers", type = "number", range = [0, 1000] },
  { name = "roll", type = "number", range = [0, 1000] },
  { name = "x", type = "number", range = [-50, 50] },
  { name = "g", type = "number", range = [-50, 50] },
  { name = "a", type = "number", range = [-50, 50] },
  { name = "b", type = "number", range = [-50, 50] },
  { name = "c", type = "number", range = [-50, 50] },
  { name = "d", type = "number", range = [-50, 50] },
]
"#;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/reference/longitudinal")
}

/// The people of both waves, under a design and with a model.
fn project(design: &str, model: &str, more: &str) -> Project {
    let project = Project::new();
    project.write("panel.toml", BOOK.as_bytes());
    let data = std::fs::read_to_string(folder().join("path_design.csv")).unwrap();
    let (head, rows) = data.split_once('\n').unwrap();
    let place = head.split(',').position(|name| name == "wave").unwrap();
    for wave in ["1", "2"] {
        let own: Vec<&str> = rows.lines().filter(|row| row.split(',').nth(place) == Some(wave)).collect();
        let drop = |line: &str| line.split(',').enumerate().filter(|(column, _)| *column != place).map(|(_, cell)| cell).collect::<Vec<_>>().join(",");
        let text: Vec<String> = std::iter::once(head).chain(own).map(drop).collect();
        project.write(&format!("wave_{wave}.csv"), format!("{}\n", text.join("\n")).as_bytes());
    }
    let pipeline = format!(
        "title = \"Panel\"\nas_of = \"2024-12-31\"\n[[dataset]]\nid = \"members\"\nschema = \"panel.toml\"\n{design}\n[[dataset.wave]]\nid = \"1\"\n\
         file = \"wave_1.csv\"\n[[dataset.wave]]\nid = \"2\"\nfile = \"wave_2.csv\"\n[[analysis]]\nid = \"theory\"\nkind = \"path\"\ndataset = \"members\"\n\
         model = \"\"\"{model}\"\"\"\n{more}"
    );
    project.write("pipeline.toml", pipeline.as_bytes());
    project
}

/// The rows of the model by statistic and level (or variable), each split at commas: numbers stand before any text with one.
fn rows(project: &Project) -> BTreeMap<(String, String), Vec<String>> {
    let (code, _, said) = project.run("run pipeline.toml");
    assert_eq!(code, Some(0), "{said}");
    let results = project.read("reports/pipeline/public/results.csv");
    let own = results.lines().filter(|line| line.starts_with("members.theory."));
    let split = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<String>>();
    own.map(split).map(|row| ((row[7].clone(), if row[6].is_empty() { row[5].clone() } else { row[6].clone() }), row)).collect()
}

/// Relative difference, absolute for numbers near zero.
fn near(found: &str, expected: &Value, tolerance: f64, what: &str) {
    let Some(expected) = expected.as_f64() else { panic!("{what}: nothing is expected") };
    let found: f64 = found.parse().unwrap_or_else(|_| panic!("{what}: nothing found, {expected} expected"));
    let difference = (found - expected).abs() / expected.abs().max(1e-3);
    assert!(difference <= tolerance, "{what}: {found} found, {expected} expected ({difference:e})");
}

fn design(asked: &Value) -> String {
    let lines = asked.as_object().unwrap().iter().map(|(key, column)| format!("{key} = {column}"));
    std::iter::once("[dataset.design]".to_owned()).chain(lines).collect::<Vec<_>>().join("\n")
}

#[test]
fn errors_and_fit_are_those_of_survey_and_lavaan() {
    let cases: Vec<Value> = serde_json::from_slice(&std::fs::read(folder().join("path_designs.json")).unwrap()).unwrap();
    assert!(cases.len() > 6);
    for case in &cases {
        let (id, expect) = (case["id"].as_str().unwrap(), &case["expect"]);
        let project = project(&design(&case["design"]), case["model"].as_str().unwrap(), &format!("wave = \"{}\"\n", case["wave"]));
        let rows = rows(&project);
        let row = |stat: &str, level: &str| rows.get(&(stat.to_owned(), level.to_owned())).unwrap_or_else(|| panic!("{id}: no {stat} {level}"));
        for path in expect["paths"].as_array().unwrap() {
            let word = |key: &str| path[key].as_str().unwrap();
            let level = if word("op") == ":=" { word("lhs").to_owned() } else { format!("{} {} {}", word("lhs"), word("op"), word("rhs")) };
            for (stat, value, error) in [("path", "estimate", "se"), ("path_standardized", "std", "std_se")] {
                let (row, what) = (row(stat, &level), format!("{id} {stat} {level}"));
                near(&row[8], &path[value], 1e-6, &what);
                if path[error].as_f64().unwrap() > 0.0 {
                    near(&row[9], &path[error], 1e-6, &what);
                    near(&row[14], &expect["df"], 1e-12, &what);
                    // The interval reaches as far as t with the degrees of freedom of the design says.
                    let number = |column: usize| row[column].parse::<f64>().unwrap();
                    let half = recovista::stats::t_half_width(number(9), number(14), 0.95).unwrap();
                    assert!((number(8) - half - number(10)).abs() + (number(8) + half - number(11)).abs() < 1e-9, "{what}");
                } else {
                    assert!(row[9].is_empty() && row[10].is_empty(), "{what} is held");
                }
            }
            assert_eq!(row("path", &level)[17].parse().ok(), expect["n"].as_f64(), "{id}");
        }
        let [chisq, df, cfi, rmsea, srmr] = ["chisq", "df", "cfi", "rmsea", "srmr"].map(|stat| row(stat, "model"));
        near(&df[8], &expect["chisq_df"], 1e-12, id);
        near(&srmr[8], &expect["srmr"], 1e-4, id);
        if expect["chisq_df"].as_f64() > Some(0.0) {
            near(&chisq[8], &expect["chisq"], 1e-6, id);
            near(&chisq[16], &expect["p_value"], 1e-6, id);
            near(&cfi[8], &expect["cfi"], 1e-6, id);
            near(&rmsea[8], &expect["rmsea"], 1e-6, id);
            near(&rmsea[10], &expect["rmsea_ci"][0], 1e-5, id);
            near(&rmsea[11], &expect["rmsea_ci"][1], 1e-5, id);
            assert!(chisq.iter().any(|cell| cell.contains("Satorra-Bentler")) && rmsea.iter().any(|cell| cell.contains("robust form")));
        }
        for (outcome, share) in expect["r2"].as_object().unwrap() {
            near(&row("r_squared", outcome)[8], share, 1e-6, id);
        }
    }
}

/// A path from a variable of two values is a difference of two means, weighted or not: what seven people share stays hidden.
#[test]
fn a_small_group_stays_hidden_under_a_design() {
    let asked = "[dataset.design]\nweight = \"w\"\nstrata = \"stratum\"\ncluster = \"center\"";
    let project = project(asked, "c ~ g + x\nind := 2*1", "wave = \"1\"\n");
    let rewrite = |wave: &str| {
        let text = project.read(wave);
        let line = |(place, line): (usize, &str)| {
            let mut cells: Vec<&str> = line.split(',').collect();
            if place > 0 {
                cells[8] = if place <= 7 { "1" } else { "0" };
            }
            cells.join(",")
        };
        project.write(wave, format!("{}\n", text.lines().enumerate().map(line).collect::<Vec<_>>().join("\n")).as_bytes());
    };
    assert!(project.read("wave_1.csv").starts_with("id,stratum,center,w,centers,all_centers,roll,x,g,"));
    rewrite("wave_1.csv");
    let hidden = rows(&project);
    assert!(hidden.len() > 8);
    for ((stat, level), row) in &hidden {
        assert!(row[8..22].iter().all(String::is_empty) && row.iter().any(|cell| cell == "suppressed"), "{stat} {level}: {row:?}");
    }
    let held = project.read("reports/pipeline/restricted/results.csv");
    assert!(held.lines().any(|line| line.starts_with("members.theory.c=c%20%7E%20g.path@1") && line.contains(",ok,")), "the holder of the data sees it");
}
