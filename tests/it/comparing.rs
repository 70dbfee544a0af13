//! `diff` of runs, `verify` and `figures --chart`: causes, splits against a recount, bytes against bytes.

use std::collections::BTreeMap;
use std::fs;

use recovista::{Became, ChartFormat, ChartOptions, ChartSize, RunDiff, RunDiffOptions, chart, diff_runs};

use crate::annual::run_folder;
use crate::project::Project;

/// Runs the project and keeps the release under a name.
fn release(project: &Project, name: &str) {
    let (code, _, said) = project.run(&format!("run pipeline.toml --out {name}"));
    assert_eq!(code, Some(0), "{said}");
}

fn compared(project: &Project) -> RunDiff {
    diff_runs(&RunDiffOptions { old: project.path("old"), new: project.path("new"), restricted: false }).expect("two runs")
}

/// Ages of 60 people by id; every third of those who stay is two years older later, 15 leave and 20 join.
fn ages(later: bool) -> BTreeMap<String, u32> {
    let age = |i: u32| 20 + i % 50 + if later && i.is_multiple_of(3) { 2 } else { 0 };
    let people = if later { 15..80 } else { 0..60 };
    people.map(|i| (format!("p{i}"), age(i))).collect()
}

fn write(project: &Project, ages: &BTreeMap<String, u32>) {
    let rows: Vec<String> = ages.iter().enumerate().map(|(i, (id, age))| format!("{id},c{},{},{age}\n", i % 5, 1 + i % 2)).collect();
    project.write("data.csv", format!("respondent_id,center_id,gender,age\n{}", rows.concat()).as_bytes());
}

#[test]
fn other_data_are_told_and_a_changed_mean_is_split() {
    let project = Project::new();
    let (before, after) = (ages(false), ages(true));
    write(&project, &before);
    release(&project, "old");
    write(&project, &after);
    release(&project, "new");
    let diff = compared(&project);
    assert_eq!(diff.causes, ["data: members: data data.csv changed"]);
    assert!(diff.figures.iter().all(|figure| figure.cause == "data"), "{:#?}", diff.figures);
    assert!(diff.figures.windows(2).all(|pair| pair[0].became != pair[1].became || pair[0].size >= pair[1].size), "the largest first");
    // The parts, counted again from the ages.
    let mean = |ages: &mut dyn Iterator<Item = u32>| {
        let all: Vec<f64> = ages.map(f64::from).collect();
        (all.iter().sum::<f64>() / all.len() as f64, all.len() as f64)
    };
    let stays = |id: &&String| before.contains_key(*id) && after.contains_key(*id);
    let (s1, both) = mean(&mut before.keys().filter(stays).map(|id| before[id]));
    let (s2, _) = mean(&mut after.keys().filter(stays).map(|id| after[id]));
    let (joiners, joined) = mean(&mut after.iter().filter(|(id, _)| !before.contains_key(*id)).map(|(_, age)| *age));
    let (leavers, left) = mean(&mut before.iter().filter(|(id, _)| !after.contains_key(*id)).map(|(_, age)| *age));
    let split = diff.splits.iter().find(|split| split.id == "members.who.age.mean").expect("a split");
    assert_eq!(split.counts, (45, 20, 15));
    let parts = split.people.expect("parts");
    let expected = [s2 - s1, joined / (both + joined) * (joiners - s2), -left / (both + left) * (leavers - s1)];
    for (found, expected) in [parts.changed, parts.joined, parts.left].into_iter().zip(expected) {
        assert!((found - expected).abs() < 1e-12, "{parts:?} {expected}");
    }
    let whole = mean(&mut after.values().copied()).0 - mean(&mut before.values().copied()).0;
    assert!((parts.change - whole).abs() < 1e-12 && (parts.changed + parts.joined + parts.left - whole).abs() < 1e-12);
    let (code, table, said) = project.run("diff old new");
    assert_eq!(code, Some(1));
    assert!(table.contains("age, mean") && said.contains("for the person who holds the data") && said.contains("figures differ"), "{table}{said}");
    let (_, json, _) = project.run("diff old new --format json");
    let json: serde_json::Value = serde_json::from_str(&json).expect("json");
    assert_eq!(json["figures"].as_array().map(Vec::len), Some(diff.figures.len()));
}

#[test]
fn a_changed_mean_of_a_part_of_the_people_is_split_too() {
    let project = Project::new();
    project.edit("pipeline.toml", "variables = [\"gender\", \"age\"]", "variables = [\"gender\", \"age\"]\nby = [\"gender\"]");
    // People are women by turns of their number, whoever else comes; 400 of them, of whom 60 leave and 80 join.
    let people = |later: bool| -> BTreeMap<u32, u32> {
        let numbers = if later { 60..480_u32 } else { 0..400 };
        numbers.map(|i| (i, 20 + i % 50 + if later && i.is_multiple_of(4) { 3 } else { 0 })).collect()
    };
    let (before, after) = (people(false), people(true));
    for (name, people) in [("old", &before), ("new", &after)] {
        let rows: Vec<String> = people.iter().map(|(i, age)| format!("p{i},c{},{},{age}\n", i % 5, 1 + i % 2)).collect();
        project.write("data.csv", format!("respondent_id,center_id,gender,age\n{}", rows.concat()).as_bytes());
        release(&project, name);
    }
    let diff = compared(&project);
    for (gender, parity) in [("Female", 0), ("Male", 1)] {
        let mean = |ages: Vec<u32>| ages.iter().map(|age| f64::from(*age)).sum::<f64>() / ages.len() as f64;
        let own = |people: &BTreeMap<u32, u32>, among: &dyn Fn(u32) -> bool| -> Vec<u32> {
            people.iter().filter(|(i, _)| *i % 2 == parity && among(**i)).map(|(_, age)| *age).collect()
        };
        let stay = |i: u32| (60..400).contains(&i);
        let (s1, s2) = (mean(own(&before, &stay)), mean(own(&after, &stay)));
        let split = diff.splits.iter().find(|split| split.id == format!("members.who.age.mean.gender={gender}")).expect("a split");
        assert_eq!(split.counts, (170, 40, 30));
        let parts = split.people.expect("parts");
        let expected = [s2 - s1, mean(own(&after, &|_| true)) - s2, s1 - mean(own(&before, &|_| true))];
        for (found, expected) in [parts.changed, parts.joined, parts.left].into_iter().zip(expected) {
            assert!((found - expected).abs() < 1e-12, "{parts:?} {expected}");
        }
        assert!(split.groups.is_empty(), "a part is not split by what it is a part of");
    }
}

#[test]
fn splits_of_few_people_are_withheld() {
    let project = Project::new();
    write(&project, &ages(false));
    release(&project, "old");
    let mut fewer = ages(false);
    fewer.remove("p7");
    write(&project, &fewer);
    release(&project, "new");
    let diff = compared(&project);
    assert!(diff.splits.is_empty() && diff.withheld > 0, "{diff:#?}");
    let all = diff_runs(&RunDiffOptions { old: project.path("old"), new: project.path("new"), restricted: true }).expect("two runs");
    assert_eq!(all.splits[0].counts, (59, 0, 1));
}

#[test]
fn schema_and_privacy_are_told_apart() {
    let project = Project::new();
    release(&project, "old");
    project.edit("book.toml", "range = [18, 99]", "range = [18, 60]");
    project.edit("pipeline.toml", "title = \"Small\"", "title = \"Small\"\nreject_limit = 0.9");
    release(&project, "new");
    let diff = compared(&project);
    let age = diff.figures.iter().find(|figure| figure.id == "members.who.age.mean").expect("changed");
    assert_eq!((age.cause.as_str(), age.became), ("schema", Became::Changed));
    assert!(diff.causes.iter().any(|cause| cause == "schema: members: schema book.toml changed"), "{:?}", diff.causes);
    fs::remove_dir_all(project.path("old")).expect("removes");
    fs::rename(project.path("new"), project.path("old")).expect("renames");
    project.edit("pipeline.toml", "reject_limit = 0.9", "reject_limit = 0.9\nprivacy = { minimum_cell = 40 }");
    release(&project, "new");
    let diff = compared(&project);
    let hidden: Vec<&str> = diff.figures.iter().filter(|figure| figure.became == Became::Hidden).map(|figure| figure.cause.as_str()).collect();
    assert!(!hidden.is_empty() && hidden.iter().all(|cause| *cause == "privacy"), "{:#?}", diff.figures);
    assert!(diff.causes.iter().any(|cause| cause.contains("`minimum_cell` 40 instead of 11")), "{:?}", diff.causes);
}

#[test]
fn the_same_run_is_the_same() {
    let project = Project::new();
    release(&project, "old");
    release(&project, "new");
    let (code, _, said) = project.run("diff old new");
    assert_eq!(code, Some(0));
    assert!(said.starts_with("0 figures differ, "), "{said}");
    let (code, told, _) = project.run("verify old");
    assert_eq!(code, Some(0), "{told}");
    assert!(told.starts_with("the same: ") && told.ends_with("public files, byte for byte\n"), "{told}");
    let left: Vec<String> =
        fs::read_dir(project.path("old").parent().expect("a folder")).expect("reads").filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    assert!(!left.iter().any(|name| name.contains("verify")), "{left:?}");
}

#[test]
fn an_edited_release_and_other_data_are_told() {
    let project = Project::new();
    release(&project, "old");
    let text = project.read("old/public/results.csv");
    project.write("old/public/results.csv", text.replace("60", "61").as_bytes());
    project.write("old/public/extra.txt", b"x");
    let (code, told, _) = project.run("verify old");
    assert_eq!(code, Some(1));
    assert_eq!(told, "edited since the release: public/results.csv\nnot in the manifest: public/extra.txt\n");
    release(&project, "new");
    project.edit("data.csv", "p3,c3,2,23", "p3,c3,2,55");
    let (code, told, _) = project.run("verify new");
    assert_eq!(code, Some(1));
    for line in
        ["made otherwise: public/results.csv", "made otherwise: public/results.parquet", "because of data: members: data data.csv changed", "changed (data)"]
    {
        assert!(told.contains(line), "{line} in {told}");
    }
}

#[test]
fn a_chart_drawn_again_is_the_chart_of_the_release() {
    let manifest: serde_json::Value = serde_json::from_str(&fs::read_to_string(run_folder().join("public/manifest.json")).expect("reads")).expect("json");
    let charts = manifest["charts"].as_array().expect("charts");
    for one in charts.iter().step_by(7) {
        let file = one["file"].as_str().expect("a file");
        let id = file.trim_start_matches("charts/").trim_end_matches(".svg").to_uppercase();
        let options = |size, format| ChartOptions { id: id.clone(), run: Some(run_folder()), size, format };
        let released = fs::read_to_string(run_folder().join("public").join(file)).expect("reads");
        // the numbers that are written in a drawing; its words break where the place is narrower, and its scale may have other steps
        let numbers = |svg: &str| -> Vec<String> {
            let bold = svg.lines().filter(|line| line.contains("font-weight=\"bold\"")).filter_map(|line| line.split_once('>')?.1.strip_suffix("</text>"));
            let mut found: Vec<String> =
                bold.filter(|text| text.contains(|letter: char| letter.is_ascii_digit()) && !text.contains(' ')).map(str::to_owned).collect();
            found.sort();
            found
        };
        let drawn = chart(&options(ChartSize::Full, ChartFormat::Svg)).expect("draws");
        let again = String::from_utf8(drawn.bytes).expect("text");
        assert!(again.contains("width=\"160mm\"") && released.contains(&drawn.alt.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")), "{file}");
        assert_eq!(numbers(&again), numbers(&released), "{file}");
        assert_eq!(Some(drawn.title.as_str()), one["title"].as_str());
    }
    let id = charts[0]["figures"][1].as_str().expect("a code").to_owned();
    let png = chart(&ChartOptions { id, run: Some(run_folder()), size: ChartSize::Slide, format: ChartFormat::Png }).expect("draws").bytes;
    assert_eq!((&png[1..4], u32::from_be_bytes([png[16], png[17], png[18], png[19]])), (&b"PNG"[..], 1920));
}

#[test]
fn what_cannot_be_drawn_or_verified() {
    let project = Project::new();
    release(&project, "old");
    let id = "members.who.gender=Female.proportion";
    let (code, told, _) = project.run(&format!("figures --chart {id} --run old --out chart.svg"));
    assert_eq!(code, Some(0), "{told}");
    insta::assert_snapshot!(project.said(&format!("figures --chart {id} --run old --out chart.svg")), @r#"
exit 2
error[output::exists]: chart.svg is there already
  help:     choose another name, or add --force to write over it
"#);
    let (code, _, _) = project.run(&format!("figures --chart {id} --run old --out chart.svg --force --size half"));
    assert!(code == Some(0) && project.read("chart.svg").contains(" width=\"160mm\" "));
    insta::assert_snapshot!(project.said(&format!("figures --chart {id} --run old --out chart.pdf")), @r#"
exit 2
error[figures::chart_format]: chart.pdf is neither an SVG nor a PNG file
  found:    .pdf
  expected: a file that ends in .svg or .png
"#);
    insta::assert_snapshot!(project.said("figures --chart members.data-quality.rows_in.count --run old --out rows.svg"), @r#"
exit 2
error[figures::no_chart]: no chart shows `members.data-quality.rows_in.count`
  found:    12 figures, of which the report draws some
  help:     `recovista figures` with plain words tells which figures have a chart
"#);
    let manifest = project.read("old/public/manifest.json");
    project.write("old/public/manifest.json", manifest.replace("book.json", "words.json").as_bytes());
    insta::assert_snapshot!(project.said(&format!("figures --chart {id} --run old --out other.svg")), @r#"
exit 3
error[figures::no_book]: old/public holds no words to draw a chart with
  found:    no book.json
  expected: book.json, as `recovista run` writes it
  help:     run the pipeline again
"#);
    project.write("old/public/manifest.json", manifest.as_bytes());
    fs::remove_dir_all(project.path("old/restricted")).expect("removes");
    insta::assert_snapshot!(project.said("verify old"), @r#"
exit 3
error[verify::no_pipeline]: the pipeline of this run is not known
  found:    no restricted/run.json
  expected: the pipeline file that the run was made with
  help:     name it: recovista verify RUN --pipeline FILE
"#);
    insta::assert_snapshot!(project.said("diff old data.csv"), @r#"
exit 2
error[diff::folder]: old is a folder
  expected: two survey files of two waves, or the folders of two runs
  help:     name a file inside it, or a folder that `recovista run` wrote
"#);
}
