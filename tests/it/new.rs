//! `recovista new` on folders of exports: the project it drafts runs to a report, and nothing is overwritten.

#![allow(clippy::print_stderr, reason = "a test that did not run says so")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::project::Project;

/// Two waves of one survey, with the items of an instrument.
fn waves(project: &Project) {
    for (year, shift) in [(2023, 0), (2024, 1)] {
        let mut text = "respondent_id,gender,age,phq9_1,phq9_2,phq9_3,phq9_4,phq9_5,phq9_6,phq9_7,phq9_8,phq9_9\n".to_owned();
        for row in 0..90_usize {
            // A level for each person and a little noise, so that the items speak of one thing.
            let items: Vec<String> = (0..9).map(|item| ((row / 7 + shift) % 3 + usize::from((row + item) % 3 == 0)).to_string()).collect();
            let _ = writeln!(text, "p{row},{},{},{}", ["Female", "Male"][row % 2], 18 + row % 60, items.join(","));
        }
        fs::write(project.path(&format!("members_{year}.csv")), text).unwrap();
    }
}

#[test]
fn two_waves_become_a_project_that_runs_to_a_report() {
    let project = Project::new();
    waves(&project);
    let (code, _, said) = project.run("new ours members_2023.csv members_2024.csv");
    assert_eq!(code, Some(0), "{said}");
    for words in ["2 waves of the same questions", "instruments: phq9", "key: respondent_id", "next: look at the comments"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let pipeline = fs::read_to_string(project.path("ours/pipelines/ours.toml")).unwrap();
    for words in
        ["id = \"2023\"\nfile = \"../../members_2023.csv\"", "as_of = \"2024-12-31\"", "kind = \"outcomes\"", "kind = \"trend\"", "kind = \"demographics\""]
    {
        assert!(pipeline.contains(words), "{words}\n{pipeline}");
    }
    let (code, _, said) = project.run("run ours/pipelines/ours.toml --out first");
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("180 rows in 2 waves"), "{said}");
    let report = fs::read_to_string(project.path("first/public/report.html")).unwrap();
    assert!(report.contains("PHQ-9") || report.contains("Patient Health Questionnaire"));
    let (code, _, said) = project.run("new ours members_2023.csv members_2024.csv");
    assert!(code == Some(2) && said.contains("new::file_exists"), "{said}");
}

#[test]
fn folders_without_exports_are_errors() {
    let project = Project::new();
    fs::create_dir(project.path("empty")).unwrap();
    assert_eq!(project.run("new empty").0, Some(2));
    fs::write(project.path("zero.csv"), "").unwrap();
    let (code, _, said) = project.run("new ours zero.csv absent.csv");
    assert!(code == Some(3) && said.contains("new::no_export") && said.contains("absent.csv is left out"), "{said}");
    assert!(!project.path("ours").exists());
}

/// Folders of real exports, each of which must become a project that runs.
#[test]
fn real_folders_reach_a_report() {
    let Some(real) = std::env::var_os("RECOVISTA_REAL_DATA").map(PathBuf::from) else {
        eprintln!("not run: RECOVISTA_REAL_DATA is not set");
        return;
    };
    let folders: [(&str, &[&str]); 3] = [
        ("phq", &["instruments/phq9_gad7_wave1.csv", "instruments/phq9_gad7_wave2.csv"]),
        ("trial", &["redcap/clinical-trial-1/data.csv", "redcap/clinical-trial-1/dictionary.csv"]),
        ("steak", &["surveymonkey/steak_risk.csv"]),
    ];
    let project = Project::new();
    for (name, files) in folders {
        let files: Vec<String> = files.iter().map(|file| real.join(file).display().to_string()).collect();
        let (code, _, said) = project.run(&format!("new {name} {}", files.join(" ")));
        assert!(matches!(code, Some(0 | 1)), "{name}: {said}");
        let (code, _, said) = project.run(&format!("run {name}/pipelines/{name}.toml --out {name}-out"));
        assert_eq!(code, Some(0), "{name}: {said}");
        assert!(Path::new(&project.path(&format!("{name}-out/public/report.html"))).is_file(), "{name}");
    }
}

/// Waves whose codes mean other things: the codebook is that of the latest file, and nobody is told of one trend.
#[test]
fn waves_with_other_codes_stop_and_say_how_to_compare_them() {
    let project = Project::new();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data");
    let files: Vec<String> = (2022..=2024).map(|year| data.join(format!("members_{year}.csv")).display().to_string()).collect();
    let (code, _, said) = project.run(&format!("new ours {}", files.join(" ")));
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("`k6_1` runs from 0 to 4 in wave 2022, not from 1 to 5"), "{said}");
    assert!(said.contains("recovista diff") && said.contains("--propose"), "{said}");
    assert!(said.contains("k6") && said.contains("barc10") && said.contains("key: respondent_id\n"), "{said}");
    let book = fs::read_to_string(project.path("ours/schemas/members.toml")).unwrap();
    let gender = book.split("[[field]]").find(|block| block.contains("name = \"gender\"")).unwrap();
    assert!(gender.contains("optional = true"), "{gender}");
    assert_eq!(project.run("run ours/pipelines/ours.toml --out first").0, Some(2));
}

/// 125 teachers answered; 26 of them name `JupyterHub` among other tools, as a count of the raw cells says.
#[test]
fn a_form_with_several_answers_in_a_cell_is_counted_right() {
    let Some(real) = std::env::var_os("RECOVISTA_REAL_DATA").map(PathBuf::from) else {
        eprintln!("not run: RECOVISTA_REAL_DATA is not set");
        return;
    };
    let project = Project::new();
    let file = real.join("other_platforms/google_forms_jupyter_2016.csv");
    let (code, _, said) = project.run(&format!("new form {}", file.display()));
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(project.run("run form/pipelines/form.toml --out out").0, Some(0));
    let results = fs::read_to_string(project.path("out/restricted/results.csv")).unwrap();
    for (tool, count) in [("JupyterHub", 26.0), ("Jupyter notebook", 123.0)] {
        let row = results.lines().find(|line| line.contains(&format!("please_indicate_which_of_the_following,{tool},proportion,"))).unwrap();
        assert!(row.contains(&format!(",{:.3}", count / 125.0)), "{tool}: {row}");
    }
}

/// A REDCap export of forms with these fields and its dictionary.
fn redcap(project: &Project, name: &str, fields: &[&str]) {
    let mut dictionary = "Variable / Field Name,Form Name,Field Type,Field Label\nrecord_id,form,text,Record\n".to_owned();
    for field in fields {
        let _ = writeln!(dictionary, "{field},form,text,About {field}");
    }
    fs::write(project.path(&format!("exports/dictionary_{name}.csv")), dictionary).unwrap();
    let mut text = format!("record_id,{},form_complete\n", fields.join(","));
    for row in 1..40 {
        let cells: Vec<String> = (0..fields.len()).map(|field| ((row + field) % 7).to_string()).collect();
        let _ = writeln!(text, "{row},{},2", cells.join(","));
    }
    fs::write(project.path(&format!("exports/data_{name}.csv")), text).unwrap();
}

#[test]
fn of_several_dictionaries_each_export_takes_its_own_and_the_others_are_named() {
    let project = Project::new();
    fs::create_dir(project.path("exports")).unwrap();
    redcap(&project, "one", &["sleep", "mood", "pain"]);
    redcap(&project, "two", &["wage", "hours", "teams"]);
    fs::remove_file(project.path("exports/data_two.csv")).unwrap();
    let (code, _, said) = project.run("new ours exports");
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("labels from exports/dictionary_one.csv"), "{said}");
    assert!(said.contains("warning[new::unused_dictionary]") && said.contains("dictionary_two.csv was not used"), "{said}");

    fs::remove_file(project.path("exports/dictionary_one.csv")).unwrap();
    let (code, _, said) = project.run("new wrong exports");
    assert!(code == Some(1) && said.contains("names only 1 of the 4 columns of data_one.csv"), "{said}");
    let (code, _, said) = project.run("new alone exports/dictionary_two.csv");
    assert!(code == Some(3) && said.contains("dictionary_two.csv says what codes mean"), "{said}");
}

#[test]
fn rows_that_repeat_a_person_are_not_called_people_and_an_encoding_is_kept() {
    let project = Project::new();
    let mut visits = "member_id,check_in,check_out,center\n".to_owned();
    let mut lines = "member_id,what,moment\n".to_owned();
    for row in 0..80 {
        let (person, day) = (row % 20, 1 + row / 4);
        let _ = writeln!(visits, "m{person},2024-03-{day:02}T10:0{}:00,2024-03-{day:02}T11:00:00,Nord", row % 10);
        let _ = writeln!(lines, "m{person},{},2024-03-{day:02}T1{}:00:00", ["start", "complete"][row % 2], row % 2);
    }
    fs::write(project.path("visits.csv"), visits).unwrap();
    fs::write(project.path("lines.csv"), lines).unwrap();
    fs::write(
        project.path("latin.csv"),
        (0..40).fold(b"member_id,town\n".to_vec(), |mut text, row| {
            text.extend(format!("m{row},").bytes());
            text.extend([b'Z', 0xFC, b'r', b'i', b'c', b'h', b'A' + row % 3, b'\n']);
            text
        }),
    )
    .unwrap();
    let (_, _, said) = project.run("new log visits.csv lines.csv");
    assert!(said.contains("each visit of `lines` seems to have two lines, told apart by `what`"), "{said}");
    let pipeline = project.read("log/pipelines/log.toml");
    assert!(pipeline.contains("noun = \"visits\"") && pipeline.contains("noun = \"records\"") && !pipeline.contains("noun = \"respondents\""), "{pipeline}");
    assert!(pipeline.matches("kind = \"attendance\"").count() == 1 && !pipeline.contains("kind = \"demographics\""), "{pipeline}");
    let (code, _, said) = project.run("new town latin.csv --encoding windows-1252");
    assert_eq!(code, Some(0), "{said}");
    assert!(project.read("town/pipelines/town.toml").contains("encoding = \"windows-1252\""));
    assert!(project.read("town/schemas/latin.toml").contains("ZürichA"));
}

#[test]
fn counts_of_missing_answers_are_hidden_where_the_pipeline_protects_them() {
    let project = Project::new();
    let mut rows = String::new();
    for row in 0..60 {
        let age = if row < 3 { String::new() } else { (20 + row).to_string() };
        let _ = writeln!(rows, "p{row},{},{age}", ["Female", "Male"][row % 2]);
    }
    fs::write(project.path("members.csv"), format!("respondent_id,gender,age\n{rows}")).unwrap();
    let (code, _, said) = project.run("new ours members.csv");
    assert_eq!(code, Some(0), "{said}");
    let total = |out: &str| {
        let (_, _, said) = project.run(&format!("run ours/pipelines/ours.toml --out {out}"));
        let public = project.read(&format!("{out}/public/results.csv"));
        public.lines().find(|line| line.contains("age__missing")).unwrap_or_else(|| panic!("{said}\n{public}")).to_owned()
    };
    assert!(total("shown").contains("count,3,"), "a total is no attribute of a person");
    project.edit("ours/pipelines/ours.toml", "[privacy]\n", "[privacy]\nprotect_missing = true\n");
    let hidden = total("hidden");
    assert!(hidden.contains("suppressed") && !hidden.contains(",3,"), "{hidden}");
    assert!(
        project.read("hidden/public/manifest.json").contains("\"protect_missing\": true")
            && project.read("ours/pipelines/ours.lock").contains("protect_missing")
    );
    let (_, _, said) = project.run("run ours/pipelines/ours.toml --out same");
    assert!(!said.contains("protect_missing"), "{said}");
}

#[test]
fn files_that_hold_no_answers_are_left_out_and_told() {
    let project = Project::new();
    waves(&project);
    project.write("arm.csv", b"arm_num,name\n1,Drug A\n2,Drug B\n");
    project.write("event.csv", b"event_name,arm_num,unique_event_name,custom_event_label,event_id\nEnrollment,1,enrollment_arm_1,,2888\n");
    project.write("form.qsf", b"{}");
    let (_, _, said) = project.run("new ours members_2024.csv arm.csv event.csv");
    assert!(said.contains("arm.csv is left out: it lists the arms or events") && said.contains("event.csv is left out"), "{said}");
    assert!(!project.path("ours/schemas/arm.toml").exists() && project.read("ours/schemas/members.toml").contains("title = \"Members\""));
    let (code, _, said) = project.run("schema import form.qsf");
    assert!(code == Some(2) && said.contains("recovista schema infer EXPORT --dictionary form.qsf"), "{said}");
    let (code, _, said) = project.run("schema infer members_2024.csv --sheet Second");
    assert!(code == Some(2) && said.contains("input::no_tables"), "{said}");
}

/// A form as people make them: long questions, answers that one person wrote, a list of its columns, a column that never varies.
fn form(project: &Project) {
    let (often, about, own) = ("How often do you come to the center in a usual month?", "What is your gender?", "Which of these brought you here first?");
    let mut rows = String::new();
    for row in 0..90 {
        let brought = if row < 8 { format!("my own way number {row}") } else { ["A friend", "A doctor", "The court"][row % 3].to_owned() };
        let _ = writeln!(rows, "r{row},{},{},{brought},7", ["Every week", "Every day", "Rarely"][row % 3], ["Female", "Male"][row % 2]);
    }
    project.write("form.csv", format!("respondent_id,{often},{about},{own},version\n{rows}").as_bytes());
    project.write("columns.csv", format!("column,meaning\nrespondent_id,id\n{often},frequency\n{about},gender\n{own},referral\n").as_bytes());
}

#[test]
fn questions_are_told_as_questions_and_texts_of_single_people_stay_out_of_the_report() {
    let project = Project::new();
    form(&project);
    let (code, _, said) = project.run("new ours form.csv columns.csv");
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("columns.csv is left out: it lists the columns of form.csv"), "{said}");
    let pipeline = project.read("ours/pipelines/ours.toml");
    assert!(pipeline.contains("# not shown, the same number in every row: version") && pipeline.contains("today: the only date"), "{pipeline}");
    let (code, _, said) = project.run("run ours/pipelines/ours.toml --out out");
    assert_eq!(code, Some(0), "{said}");
    let (results, page) = (project.read("out/public/results.csv"), project.read("out/public/report.html"));
    assert!(results.contains("answered “Every week” to “How often do you come to the center in a usual month?”"), "{results}");
    assert!(!results.contains("reported “"), "{results}");
    // 8 of 90 people wrote something of their own: one row, hidden, and none of their words.
    assert!(results.contains("=Another%20answer.proportion") && !results.contains("my own way") && !page.contains("my own way"), "{results}");
    let titles: Vec<&str> = page.split("<h3").skip(1).filter_map(|rest| rest.split("</h3>").next()).collect();
    assert!(titles.iter().all(|title| title.split_whitespace().count() <= 20), "{titles:?}");
}

#[test]
fn figures_are_searched_in_the_projects_of_a_folder_and_nothing_found_names_what_is_near() {
    let project = Project::new();
    form(&project);
    project.run("new ours form.csv");
    assert_eq!(project.run("run ours/pipelines/ours.toml").0, Some(0));
    let (code, out, said) = project.run("figures gender");
    assert!(code == Some(0) && out.contains("gender") && said.contains("from the run ours/reports/ours"), "{out}{said}");
    let (code, out, said) = project.run("figures gendaar");
    assert!(code == Some(1) && out.is_empty(), "{said}");
    assert!(said.contains("figures::nothing_found") && said.contains("nearest: ") && said.contains("gender?"), "{said}");
}

#[test]
fn rows_of_teams_are_called_teams_and_the_day_of_a_run_is_the_last_of_the_log() {
    let project = Project::new();
    let mut teams = "team_id,fte,region\n".to_owned();
    let mut visits = "member_id,check_in,check_out\n".to_owned();
    for row in 0..60 {
        let _ = writeln!(teams, "t{row},{}.5,{}", row % 4, ["North", "South"][row % 2]);
        let _ = writeln!(visits, "m{},2023-05-{:02}T10:00:00,2023-05-{:02}T11:00:00", row % 20, 1 + row / 3, 1 + row / 3);
    }
    project.write("teams.csv", teams.as_bytes());
    project.write("visits.csv", visits.as_bytes());
    let (_, _, said) = project.run("new ours teams.csv visits.csv");
    let (pipeline, book) = (project.read("ours/pipelines/ours.toml"), project.read("ours/schemas/teams.toml"));
    assert!(book.contains("unit = \"teams\"") && book.contains("the key `team_id` names them"), "{book}");
    assert!(pipeline.contains("noun = \"teams\"") && pipeline.contains("as_of = \"2023-05-20\""), "{said}{pipeline}");
    let (code, out, said) = project.run("diff teams.csv visits.csv");
    assert!(code == Some(1) && said.contains("seem not to be waves of one survey: 0 of 3 and 3 columns"), "{out}{said}");
}
