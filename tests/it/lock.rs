//! The lock beside a pipeline: what it holds, what a run says against it, when `--locked` stops.

use std::path::Path;

use recovista::{Locking, RunOptions};

use crate::project::Project;

fn locked() -> Project {
    let project = Project::new();
    let (code, _, said) = project.run("run pipeline.toml");
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("computed: everything, because no former run left a lock"), "{said}");
    project
}

#[test]
fn a_lock_holds_hashes_and_versions_but_no_time_and_no_path() {
    let project = locked();
    let lock = project.read("pipeline.lock");
    for word in [
        "role = \"pipeline\"",
        "role = \"schema\"",
        "name = \"book.toml\"",
        "role = \"data\"",
        "name = \"data.csv\"",
        "estimate = \"",
        "as_of = \"2024-12-31\"",
    ] {
        assert!(lock.contains(word), "{word}: {lock}");
    }
    assert!(!lock.contains('/') && !lock.contains(&project.path("").display().to_string()), "{lock}");
    assert_eq!(project.run("run pipeline.toml --locked").0, Some(0));
    let (_, _, said) = project.run("run pipeline.toml");
    assert!(said.contains("current: inputs, schemas, instruments and methods are those of the former run"), "{said}");
    assert_eq!(project.read("pipeline.lock"), lock);
    assert!(!project.path("reports/pipeline/public/pipeline.lock").exists());
}

#[test]
fn a_locked_run_stops_where_anything_differs_and_says_what() {
    let cases = [
        ("data.csv", "p1,c1,2,21", "p1,c1,2,22", "data data.csv changed"),
        ("book.toml", "Small survey", "Small Survey", "schema book.toml changed"),
        ("pipeline.toml", "title = \"Small\"", "title = \"small\"", "pipeline pipeline.toml changed"),
        ("pipeline.toml", "2024-12-31", "2025-12-31", "option `as_of` 2025-12-31 instead of 2024-12-31"),
        ("pipeline.lock", "estimate = \"", "estimate = \"0.", "method of `estimate`"),
        ("pipeline.lock", "program = \"", "program = \"0", "program 0"),
    ];
    for (file, from, to, message) in cases {
        let project = locked();
        project.edit(file, from, to);
        let (code, _, said) = project.run("run pipeline.toml --locked");
        assert_eq!(code, Some(2), "{file}: {said}");
        assert!(said.contains("error[lock::differs]") && said.contains(message), "{file}: {said}");
        let lock = project.read("pipeline.lock");
        let (code, _, said) = project.run("run pipeline.toml --dry-run");
        assert!(code == Some(0) && said.contains("computed anew") && said.contains(message), "{file}: {said}");
        assert_eq!(project.read("pipeline.lock"), lock, "a dry run writes nothing");
        assert_eq!(project.run("run pipeline.toml").0, Some(0));
        assert_eq!(project.run("run pipeline.toml --locked").0, Some(0), "{file}: the lock was written anew");
    }
}

#[test]
fn what_did_not_change_is_named_as_current() {
    let project = Project::new();
    let second = "\n[[dataset]]\nid = \"others\"\nschema = \"book.toml\"\nfile = \"others.csv\"\n[[analysis]]\nid = \"o\"\nkind = \"demographics\"\ndataset = \"others\"\nvariables = [\"age\"]\n";
    project.write("others.csv", project.read("data.csv").as_bytes());
    project.write("pipeline.toml", (project.read("pipeline.toml") + second).as_bytes());
    assert_eq!(project.run("run pipeline.toml").0, Some(0));
    project.edit("others.csv", "p1,c1,2,21", "p1,c1,2,22");
    let (_, _, said) = project.run("run pipeline.toml");
    assert!(said.contains("computed anew: others, because data others.csv changed"), "{said}");
    assert!(said.contains("current: members, with the inputs, schemas and methods of the former run"), "{said}");
}

#[test]
fn an_instrument_of_ones_own_is_locked_too() {
    let project = Project::new();
    let items = "\n[[field]]\nname = \"g1\"\ntype = \"integer\"\nrange = [0, 3]\n[[field]]\nname = \"g2\"\ntype = \"integer\"\nrange = [0, 3]\n[[instrument]]\nid = \"gad2\"\nitems = [\"g1\", \"g2\"]\n";
    project.write("book.toml", (project.read("book.toml") + items).as_bytes());
    let rows: Vec<String> = (0..60).map(|i| format!("p{i},c{},{},{},{},{}\n", i % 5, 1 + i % 2, 20 + i % 50, i % 4, i % 3)).collect();
    project.write("data.csv", format!("respondent_id,center_id,gender,age,g1,g2\n{}", rows.concat()).as_bytes());
    assert_eq!(project.run("run pipeline.toml").0, Some(0));
    assert!(project.read("pipeline.lock").contains("role = \"instrument\"\nname = \"gad2\""));
    let own = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/instruments/gad2.toml")).expect("is built in");
    project.write("gad2.toml", format!("{own}\n# ours\n").as_bytes());
    let (code, _, said) = project.run("run pipeline.toml --locked");
    assert!(code == Some(2) && said.contains("instrument gad2 changed"), "{said}");
}

#[test]
fn without_a_lock_or_with_a_strange_one_locked_runs_stop_and_others_go_on() {
    let project = Project::new();
    let (code, _, said) = project.run("run pipeline.toml --locked");
    assert!(code == Some(2) && said.contains("error[lock::missing]"), "{said}");
    project.write("pipeline.lock", b"this is another program's file");
    let (code, _, said) = project.run("run pipeline.toml --locked");
    assert!(code == Some(2) && said.contains("error["), "{said}");
    let (code, _, said) = project.run("run pipeline.toml");
    assert!(code == Some(0) && said.contains("warning["), "{said}");
    assert_eq!(project.read("pipeline.lock"), "this is another program's file");
}

#[cfg(unix)]
#[test]
fn a_lock_that_cannot_be_written_is_a_warning() {
    let project = Project::new();
    // A folder in the place of the lock's own file stops the writing for every user, root included.
    std::fs::create_dir(project.path("pipeline.lock")).expect("a folder");
    let (code, _, said) = project.run("run pipeline.toml");
    assert!(code == Some(0) && said.contains("warning["), "{said}");
    assert!(project.path("reports/pipeline/public/report.html").is_file());
}

#[test]
fn the_committed_lock_of_the_sample_is_current() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let options = RunOptions { pipeline: root.join("pipelines/annual.toml"), dry_run: true, lock: Locking::Locked, ..RunOptions::default() };
    let run = recovista::run(&options, &mut |_, _| {});
    assert!(run.is_ok(), "run pipelines/annual.toml again and commit pipelines/annual.lock: {:?}", run.err());
}
