//! A public series in a pipeline: its rows as published, what the source withholds missing, its source in the report.

use crate::project::Project;

/// Rows of the committed CDC file.
fn cdc() -> String {
    std::fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data/real/vsrr_massachusetts.csv")).expect("the file")
}

/// The project of the tests with a series of the December of each year.
fn project(only: &str) -> Project {
    let project = Project::new();
    project.write("deaths.csv", cdc().replace("2017,September", "2017,December").replace(",\"2,067\",", ",Suppressed,").as_bytes());
    let more = format!(
        "[[analysis]]\nid = \"deaths\"\nkind = \"context\"\ndataset = \"members\"\nfile = \"deaths.csv\"\ntime = \"Year\"\nvalue = \"Data Value\"\n\
         label = \"overdose deaths in Massachusetts\"\nunit = \"people\"\nsource = \"CDC, Vital Statistics Rapid Release\"\n{only}"
    );
    let text = format!("{}\n{more}", project.read("pipeline.toml"));
    project.write("pipeline.toml", text.as_bytes());
    project
}

#[test]
fn a_series_is_shown_as_published() {
    let project = project("only = { Month = \"December\", Indicator = \"Number of Drug Overdose Deaths\" }\n");
    let (code, _, said) = project.run("run pipeline.toml");
    assert_eq!(code, Some(0), "{said}");
    let results = project.read("reports/pipeline/public/results.csv");
    let rows: Vec<&str> = results.lines().filter(|line| line.contains(".deaths.deaths.count@")).collect();
    assert_eq!(rows.len(), 3, "{rows:#?}");
    // The values of December 2015 and 2016 in the file of the CDC; what it withholds is missing and never zero.
    assert!(rows[0].contains(",count,1723,") && rows[1].contains(",count,2198,"), "{rows:#?}");
    assert!(rows[2].contains(",not_estimable,") && rows[2].contains("“Suppressed”") && !rows[2].contains(",count,0,"), "{}", rows[2]);
    let report = project.read("reports/pipeline/public/report.html");
    assert!(report.contains("CDC, Vital Statistics Rapid Release") && report.contains("do not tell why"));
}

#[test]
fn a_series_needs_one_number_for_each_time() {
    let said = |only: &str| project(only).run("check pipeline.toml").2;
    assert!(said("").contains("pipeline::series_twice"));
    assert!(said("only = { Footnote = \"nothing like it\" }\n").contains("pipeline::series_empty"));
    let text = said("only = { Monat = \"December\" }\n");
    assert!(text.contains("schema::missing_column") && text.contains("did you mean `Month`?"), "{text}");
}
