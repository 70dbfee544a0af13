//! The command line as scripts use it: exit codes, data on standard output only, releases that survive every fault.

use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::project::{Project, program};

#[test]
fn help_groups_the_commands_and_names_the_exit_codes() {
    let (code, out, said) = Project::new().run("--help");
    assert_eq!((code, said.as_str()), (Some(0), ""));
    for word in ["run", "check", "figures", "score", "instruments", "synth", "completions", "man", "Exit codes: 0 done; 1 done, with findings"] {
        assert!(out.contains(word), "{word}");
    }
    let order: Vec<Option<usize>> = ["\n  run ", "\n  check ", "\n  figures ", "\n  score "].iter().map(|word| out.find(word)).collect();
    assert!(order.is_sorted() && order.iter().all(Option::is_some), "{out}");
}

#[test]
fn wrong_usage_exits_2_and_prints_no_data() {
    for arguments in ["rn pipeline.toml", "run", "run pipeline.toml --jobs 0", "run pipeline.toml --format xml", "score k6"] {
        let (code, out, said) = Project::new().run(arguments);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{arguments}: {said}");
    }
}

#[test]
fn a_run_leaves_a_release_and_says_so_on_standard_error_only() {
    let project = Project::new();
    let (code, out, said) = project.run("run pipeline.toml");
    assert_eq!((code, out.as_str()), (Some(0), ""), "{said}");
    assert!(said.contains("60 rows") && said.ends_with("report: reports/pipeline/public/report.html\n"), "{said}");
    for file in ["public/report.html", "public/results.csv", "public/manifest.json", "restricted/rejects.csv"] {
        assert!(project.path("reports/pipeline").join(file).is_file(), "{file}");
    }
    let (code, _, said) = project.run("run pipeline.toml --quiet");
    assert_eq!((code, said.as_str()), (Some(0), ""));
}

#[test]
fn checks_and_dry_runs_write_nothing() {
    let project = Project::new();
    for arguments in ["check pipeline.toml", "run pipeline.toml --dry-run"] {
        assert_eq!(project.run(arguments).0, Some(0), "{arguments}");
        assert!(!project.path("reports").exists(), "{arguments}");
    }
}

#[test]
fn data_alone_is_on_standard_output() {
    let project = Project::new();
    assert_eq!(project.run("run pipeline.toml").0, Some(0));
    for arguments in ["figures age --run reports/pipeline --format json", "instruments --format json", "instruments k6 --format json"] {
        let (code, out, _) = project.run(arguments);
        assert_eq!(code, Some(0), "{arguments}");
        let rows: serde_json::Value = serde_json::from_str(&out).unwrap_or_else(|error| panic!("{arguments}: {error}"));
        assert!(rows.as_array().is_some_and(|rows| !rows.is_empty()), "{arguments}");
    }
    let (code, out, said) = project.run("synth book.toml --rows 3 --faults out_of_range=1");
    assert_eq!((code, out.lines().count()), (Some(0), 4));
    assert!(said.starts_with("planted at line "), "{said}");
}

#[test]
fn refusals_above_the_limit_exit_1_and_the_release_is_there() {
    let project = Project::new();
    project.edit("pipeline.toml", "title", "reject_limit = 0.01\ntitle");
    project.edit("data.csv", "p1,c1,2,21\np2,c2,1,22\np3,c3,2,23\n", "p1,c1,2,x\np2,c2,1,x\np3,c3,9,x\n");
    let (code, _, said) = project.run("run pipeline.toml");
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("warning[rejects::over_limit]"), "{said}");
    assert_eq!(project.read("reports/pipeline/restricted/rejects.csv").lines().count(), 5);
    assert!(project.path("reports/pipeline/public/report.html").is_file());
}

#[test]
fn awkward_data_run_without_a_fault_of_ours() {
    let header = "respondent_id,center_id,gender,age\n";
    let all = |row: &dyn Fn(usize) -> String| header.to_owned() + &(0..60).map(row).collect::<String>();
    let cases = [
        ("everything is missing", all(&|i| format!("p{i},,,\n"))),
        ("one person", format!("{header}p1,c1,1,30\n")),
        ("one center", all(&|i| format!("p{i},c1,{},{}\n", 1 + i % 2, 20 + i))),
        ("one answer", all(&|i| format!("p{i},c{},1,30\n", i % 5))),
        ("no newline at the end", format!("{header}p1,c1,1,30")),
    ];
    for design in ["", "\n[dataset.design]\ncluster = \"center_id\""] {
        for (name, data) in &cases {
            let project = Project::new();
            project.write("data.csv", data.as_bytes());
            project.edit("pipeline.toml", "file = \"data.csv\"", &format!("file = \"data.csv\"{design}"));
            let (code, _, said) = project.run("run pipeline.toml");
            assert_eq!(code, Some(0), "{name}: {said}");
        }
    }
}

#[test]
fn a_wave_without_rows_is_a_finding_and_the_others_are_compared() {
    for kind in ["demographics", "trend"] {
        let project = Project::new();
        project.write("empty.csv", b"respondent_id,center_id,gender,age\n");
        let waves = "[[dataset.wave]]\nid = \"2022\"\nfile = \"data.csv\"\n[[dataset.wave]]\nid = \"2023\"\nfile = \"empty.csv\"";
        project.edit("pipeline.toml", "file = \"data.csv\"", waves);
        project.edit("pipeline.toml", "demographics", kind);
        let (code, _, said) = project.run("run pipeline.toml");
        assert_eq!(code, Some(1), "{kind}: {said}");
        assert!(said.contains("warning[pipeline::no_rows]: empty.csv gives no row to `members`"), "{kind}: {said}");
    }
}

#[test]
fn what_is_not_a_release_is_never_replaced() {
    let project = Project::new();
    for (place, keep) in [("data.csv", "data.csv"), (".", "data.csv"), ("mine", "mine/letter.txt")] {
        fs::create_dir_all(project.path("mine")).expect("a folder");
        project.write("mine/letter.txt", b"dear reader");
        let before = project.read(keep);
        let (code, _, said) = project.run(&format!("run pipeline.toml --out {place}"));
        assert_eq!(code, Some(2), "{place}: {said}");
        assert!(said.contains("error[release::not_a_release]"), "{place}: {said}");
        assert_eq!(project.read(keep), before, "{place}");
    }
}

#[test]
fn a_failing_run_leaves_the_former_release_as_it_was() {
    let project = Project::new();
    assert_eq!(project.run("run pipeline.toml").0, Some(0));
    let before = project.read("reports/pipeline/public/report.html");
    project.write("data.csv", b"respondent_id,center_id,gender,age\np1,c\xe9,1,30\n");
    assert_eq!(project.run("run pipeline.toml").0, Some(3));
    assert_eq!(project.read("reports/pipeline/public/report.html"), before);
    assert!(!project.path("reports/.pipeline.new").exists());
}

#[test]
fn a_killed_run_leaves_the_former_release_and_the_next_recovers() {
    let project = Project::new();
    assert_eq!(project.run("run pipeline.toml").0, Some(0));
    let before = project.read("reports/pipeline/public/report.html");
    for wait in [1, 5, 20, 60] {
        let mut child = project.command("run pipeline.toml --quiet").spawn().expect("starts");
        std::thread::sleep(Duration::from_millis(wait));
        let _ = child.kill();
        child.wait().expect("ends");
        assert_eq!(project.read("reports/pipeline/public/report.html"), before, "after {wait} ms");
    }
    // What a run leaves that was killed while it wrote.
    fs::create_dir_all(project.path("reports/.pipeline.new/public")).expect("a folder");
    project.write("reports/.pipeline.new/public/half.csv", b"half");
    assert_eq!(project.run("run pipeline.toml").0, Some(0));
    assert!(!project.path("reports/.pipeline.new").exists());
    assert!(!project.path("reports/pipeline/public/half.csv").exists());
}

#[test]
fn a_second_run_at_the_same_time_is_refused() {
    let project = Project::new();
    fs::create_dir_all(project.path("reports")).expect("a folder");
    let lock = fs::File::create(project.path("reports/.pipeline.running")).expect("a file");
    lock.lock().expect("locks");
    insta::assert_snapshot!(project.said("run pipeline.toml"), @r"
    exit 3
    error[release::in_use]: another run is writing reports/pipeline
      help:     wait for it to end, or choose another place with --out
    ");
    drop(lock);
    assert_eq!(project.run("run pipeline.toml").0, Some(0));
}

/// A mount of its own for one command; `None` where that is not allowed.
#[cfg(target_os = "linux")]
fn mounted(options: &str, folder: &Path, then: &str) -> Option<(Option<i32>, String)> {
    let script = format!("mount -t tmpfs -o {options} none {folder} || exit 99\n{then}", folder = folder.display());
    let output = std::process::Command::new("unshare").args(["-m", "sh", "-c", &script]).output().ok()?;
    let code = output.status.code();
    (!matches!(code, Some(1 | 99)) || !String::from_utf8_lossy(&output.stderr).contains("mount"))
        .then(|| (code, String::from_utf8_lossy(&output.stderr).into_owned()))
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_and_a_read_only_one_are_said_plainly() {
    let project = Project::new();
    let disk = project.path("disk");
    fs::create_dir(&disk).expect("a folder");
    let run = format!("cd {} && {} run pipeline.toml --out disk/report", project.path(".").display(), env!("CARGO_BIN_EXE_recovista"));
    for (options, code) in [("size=12k", "error[output::disk_full]"), ("ro", "error[output::no_permission]")] {
        // Where mounting is not allowed there is nothing to try.
        let Some((exit, said)) = mounted(options, &disk, &run) else { return };
        assert_eq!(exit, Some(3), "{options}: {said}");
        assert!(said.contains(code), "{options}: {said}");
    }
}

/// Plain questions of a grant writer and the figure that answers each.
const QUESTIONS: [(&str, &str); 14] = [
    ("median FTE", "teams.team-workforce.fte=0%2E5.quantile"),
    ("how many people came in 2024", "attendance.coming.people.count"),
    ("average recovery capital", "members.doing-better.barc10_sum.mean@2024"),
    ("recovry capitl", "members.doing-better.barc10_sum.mean@2024"),
    ("share of women", "members.who-we-reach.gender=Female.proportion@2024"),
    ("share of members aged 60 and over", "members.who-we-reach.age_group=60%20and%20over.proportion@2024"),
    ("average age", "members.who-we-reach.age.mean@2024"),
    ("serious psychological distress", "members.doing-better.k6_band=Serious%20psychological%20distress%20%28SMI%20screen%29.proportion@2024"),
    ("median visit length", "attendance.coming.visit_minutes=0%2E5.quantile"),
    ("response rate of teams", "teams.team-workforce.response_rate.proportion"),
    ("hourly wage", "teams.team-workforce.wage=0%2E5.quantile"),
    ("coaches who speak Spanish", "coaches.coach-workforce.languages=Spanish.proportion"),
    ("how many organizations", "landscape.services.organizations.count"),
    ("mean hourly wage of coaches", "coaches.coach-workforce.hourly_wage.mean"),
];

#[test]
fn the_sample_run_exits_0_and_answers_plain_questions() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = folder.path().join("annual").display().to_string();
    let output = program(root, &format!("run pipelines/annual.toml --locked --out {run}")).output().expect("starts");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("values were refused (restricted/rejects.csv)") && said.contains("0 warnings"), "{said}");
    let mut missed = Vec::new();
    for (question, id) in QUESTIONS {
        let asked = program(root, "figures").arg(question).args(["--run", &run, "-n", "1", "--format", "json"]).output().expect("starts");
        let rows: serde_json::Value = serde_json::from_slice(&asked.stdout).unwrap_or_default();
        let first = rows[0]["id"].as_str().unwrap_or_default().to_owned();
        if first != id {
            missed.push(format!("{question}: {first}"));
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

#[cfg(unix)]
#[test]
fn folders_need_not_be_named_in_unicode() {
    use std::os::unix::ffi::OsStrExt as _;
    let project = Project::new();
    let out = std::ffi::OsStr::from_bytes(b"r\xe9sultats");
    let output = project.command("run pipeline.toml --out").arg(out).output().expect("starts");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(project.path("").join(out).is_dir());
}
