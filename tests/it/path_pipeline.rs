//! A path model in a pipeline: the figures of `fit path` on the same rows, hidden where they would tell of a small group.

use std::fmt::Write as _;

use recovista::onefile::{DataOptions, PathOptions, fit_path};

use crate::project::Project;

const BOOK: &str = r#"id = "panel"
title = "Panel survey"
unit = "people"
key = ["code"]
person = "code"
field = [
  { name = "code", type = "id" },
  { name = "came", label = "Years at the center", type = "number", range = [0, 50] },
  { name = "sober", label = "Years in recovery", type = "number", range = [0, 50] },
  { name = "life", label = "Quality of life", type = "number", range = [0, 50] },
  { name = "few", label = "Lives abroad", type = "integer", range = [0, 1] },
  { name = "town", label = "Town", type = "category", levels = [{ code = "1", label = "Here" }, { code = "2", label = "There" }] },
]
"#;

const MODEL: &str = "sober ~ a*came; life ~ b*sober + came; through := a*b; total := a*b + 0";

fn pipeline(model: &str, more: &str) -> String {
    format!(
        "title = \"Panel\"\nas_of = \"2024-12-31\"\n[[dataset]]\nid = \"members\"\nschema = \"panel.toml\"\n[[dataset.wave]]\nid = \"1\"\nfile = \"one.csv\"\n\
         [[dataset.wave]]\nid = \"2\"\nfile = \"two.csv\"\n[[analysis]]\nid = \"theory\"\nkind = \"path\"\ndataset = \"members\"\nmodel = \"{model}\"\n{more}"
    )
}

/// Two waves of people whose recovery goes with their years at the center, and whose life goes with both; seven live abroad.
fn project(model: &str, more: &str) -> Project {
    let project = Project::new();
    project.write("panel.toml", BOOK.as_bytes());
    project.write("pipeline.toml", pipeline(model, more).as_bytes());
    for (name, wave) in [("one.csv", 1_u32), ("two.csv", 2)] {
        let mut text = "code,came,sober,life,few,town\n".to_owned();
        for person in 0..150_u32 {
            let noise = |step: u32, size: u32| f64::from((person * step + wave * 5) % size);
            let came = noise(7, 11);
            let sober = 0.5 * came + noise(13, 9);
            let life = 0.8 * sober + 0.1 * came + noise(17, 12);
            // Somebody in ten leaves a question out.
            let sober = if person % 10 == 3 { String::new() } else { sober.to_string() };
            let _ = writeln!(text, "p{person},{came},{sober},{life},{},{}", u32::from(person % 20 == 1), 1 + person % 2);
        }
        project.write(name, text.as_bytes());
    }
    project
}

fn fields(line: &str) -> Vec<&str> {
    line.split(',').collect()
}

#[test]
fn the_figures_are_those_of_one_file() {
    let project = project(MODEL, "bootstrap = 200\nseed = 9\nwave = \"1\"\n");
    let (code, _, said) = project.run("run pipeline.toml");
    assert_eq!(code, Some(0), "{said}");
    let data = DataOptions { data: project.path("one.csv"), ..DataOptions::default() };
    let answer = fit_path(&PathOptions { data, model: MODEL.into(), bootstrap: Some(200), seed: 9, ..PathOptions::default() }).unwrap();
    let results = project.read("reports/pipeline/public/results.csv");
    let rows: Vec<Vec<&str>> = results.lines().filter(|line| line.starts_with("members.theory.")).map(fields).collect();
    assert_eq!(rows.len(), answer.table.rows().len());
    for (found, expected) in rows.iter().zip(answer.table.rows()) {
        assert_eq!((found[3], found[5], found[7]), ("1", expected.variable.as_str(), expected.stat.word()));
        for (found, expected) in found[8..12].iter().zip([expected.estimate, expected.std_error, expected.conf_low, expected.conf_high]) {
            assert_eq!(found.parse::<f64>().ok(), expected, "{expected:?}");
        }
        assert_eq!(found[17], "135", "15 of 150 people left a question out");
    }
    // An indirect link has the intervals of both kinds, and is told along its paths; another figure by its name and formula.
    let line = |id: &str| results.lines().find(|line| line.starts_with(id)).unwrap_or_else(|| panic!("no {id}"));
    let through = line("members.theory.through=through.path_standardized@1");
    assert!(through.contains("percentile interval of 200 bootstrap draws") && through.contains("95% interval by the delta method"), "{through}");
    assert!(through.contains("the link of years at the center with quality of life by way of years in recovery was "), "{through}");
    let total = line("members.theory.total=total.path@1");
    assert!(total.contains("“total” (a*b+0) of the model was "), "{total}");
    let report = project.read("reports/pipeline/public/report.html");
    assert!(report.contains("What goes with what?") || report.contains("went with higher"), "the section is there");
    assert!(report.contains("Data of one wave show what goes together, not what leads to what."));
    let lower = report.to_lowercase();
    assert!(!lower.contains("caused") && !lower.contains("leads to a higher"), "no cause is claimed");
}

/// A path from a variable with two values is a difference of two means: with the mean of all it tells the mean of seven people.
#[test]
fn a_small_group_hides_the_whole_model() {
    let project = project("life ~ few + came", "");
    let (code, _, said) = project.run("run pipeline.toml");
    assert_eq!(code, Some(0), "{said}");
    let public = project.read("reports/pipeline/public/results.csv");
    let rows: Vec<&str> = public.lines().filter(|line| line.starts_with("members.theory.")).collect();
    assert!(rows.len() > 8 && rows.iter().all(|row| row.contains(",suppressed,")), "{rows:#?}");
    for row in &rows {
        assert!(fields(row)[8..22].iter().all(|number| number.is_empty()), "{row}");
    }
    let held = project.read("reports/pipeline/restricted/results.csv");
    assert!(
        held.lines().any(|line| line.starts_with("members.theory.life=life%20%7E%20few.path@2") && line.contains(",ok,")),
        "the holder of the data sees it"
    );
    let charts = std::fs::read_dir(project.path("reports/pipeline/public/charts")).map(|files| files.count()).unwrap_or_default();
    let report = project.read("reports/pipeline/public/report.html");
    assert!(charts == 0 || report.contains("values are hidden to protect people"));
    // Without the variable of seven people nothing has to be hidden.
    project.edit("pipeline.toml", "life ~ few + came", "life ~ came");
    let (code, _, _) = project.run("run pipeline.toml");
    assert_eq!(code, Some(0));
    assert!(!project.read("reports/pipeline/public/results.csv").contains(",suppressed,"));
}

#[test]
fn what_is_wrong_with_a_model_is_told_before_anything_is_computed() {
    let said = |model: &str, more: &str| project(model, more).run("check pipeline.toml").2;
    let text = said("life ~ a*lif; x := c", "");
    assert!(text.contains("path::unknown_label") && text.contains("pipeline.toml:16"), "{text}");
    let text = said("life ~ liff", "");
    assert!(text.contains("pipeline::unknown_variable") && text.contains("did you mean `life`?"), "{text}");
    let text = said("life ~ town", "wave = \"3\"\n");
    assert!(text.contains("pipeline::not_a_number") && text.contains("pipeline::unknown_wave"), "{text}");
    let text = said("life ~ came", "bootstrap = 5\n");
    assert!(text.contains("path::bootstrap") && text.contains("50 to 1000000"), "{text}");
}
