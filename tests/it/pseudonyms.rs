//! Ids of people under a key: the same pseudonym everywhere, the same figures, and a key that lies where nobody shares it.

use std::path::Path;

use crate::project::Project;
use crate::spellings::{of_folder, places};

const KEY: &str = "correct horse battery staple, and some more of it";

/// A project in two waves whose members are asked for pseudonyms, and the folder of the key.
fn project() -> (Project, tempfile::TempDir) {
    let (project, keys) = (Project::new(), tempfile::tempdir().expect("a folder"));
    let row = |i: u32| format!("person-{:05},c{},{},{}\n", 40_000 + 137 * i, i % 5, 1 + i % 2, 20 + i % 50);
    let rows = |ids: std::ops::Range<u32>| ids.map(row).collect::<Vec<_>>().concat();
    let header = "respondent_id,center_id,gender,age\n";
    // A repeated person, a broken code and an id that is blank.
    project.write("data.csv", format!("{header}{}{}person-99999,c1,7,30\n,c1,1,30\n", rows(0..60), rows(3..4)).as_bytes());
    project.write("later.csv", format!("{header}{}", rows(20..80)).as_bytes());
    project.edit(
        "pipeline.toml",
        "file = \"data.csv\"\n",
        "[[dataset.wave]]\nid = \"2023\"\nfile = \"data.csv\"\n[[dataset.wave]]\nid = \"2024\"\nfile = \"later.csv\"\n",
    );
    project.edit("pipeline.toml", "[[dataset]]", "reject_limit = 0.5\n[[dataset]]");
    (project, keys)
}

fn key(folder: &Path, text: &str, mode: u32) -> String {
    let path = folder.join("people.key");
    std::fs::write(&path, text).expect("writes");
    #[cfg(unix)]
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(mode)).expect("changes rights");
    path.display().to_string()
}

fn ask(project: &Project, path: &str) {
    project.edit("pipeline.toml", "[[dataset]]", &format!("[privacy]\npseudonyms = [\"respondent_id\"]\npseudonym_key = {path:?}\n[[dataset]]"));
}

/// The ids of a stored table, in order.
fn ids(project: &Project, out: &str) -> Vec<String> {
    let rows = of_folder(&project.path(out).join("restricted"));
    let (_, rows) = rows.iter().find(|(place, _)| place == "members.parquet > rows").expect("the stored rows");
    let text = String::from_utf8_lossy(rows).into_owned();
    text.lines().map(|line| line.split("respondent_id: \"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()).collect()
}

#[test]
fn ids_are_replaced_everywhere_and_figures_are_the_same() {
    let (project, keys) = project();
    assert_eq!(project.run("run pipeline.toml --out plain").0, Some(0), "{}", project.said("check pipeline.toml"));
    assert!(!places(&of_folder(&project.path("plain/restricted")), "person-40000").is_empty());
    ask(&project, &key(keys.path(), KEY, 0o600));
    let (code, _, said) = project.run("run pipeline.toml --out one");
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(project.read("one/public/results.csv"), project.read("plain/public/results.csv"), "a pseudonym changes no figure");
    // No id is left in any file of the run, and nothing of the key.
    let views = of_folder(&project.path("one"));
    for text in ["person-4", "person-9", "correct horse", "battery", "people.key"] {
        assert!(places(&views, text).is_empty(), "{text}: {:?}", places(&views, text));
    }
    let rejects = project.read("one/restricted/rejects.csv");
    assert!(rejects.contains("duplicate_row,P-") && rejects.contains("key_missing"), "{rejects}");
    // People are known again over waves, datasets and runs of one key, and not under another.
    let (first, plain) = (ids(&project, "one"), ids(&project, "plain"));
    assert_eq!(first.len(), 121);
    assert!(first.iter().all(|id| id.len() == 18 && id.starts_with("P-")), "{first:?}");
    for (a, b) in [(0, 1), (5, 66), (20, 61), (59, 100)] {
        assert_eq!(first[a] == first[b], plain[a] == plain[b], "{a} and {b}");
    }
    assert_eq!(first[20], first[61]);
    assert_eq!(project.run("run pipeline.toml --out again --jobs 1").0, Some(0));
    assert_eq!(ids(&project, "again"), first);
    key(keys.path(), &KEY.replace("horse", "house"), 0o600);
    assert_eq!(project.run("run pipeline.toml --out other").0, Some(0));
    assert!(ids(&project, "other").iter().zip(&first).all(|(other, id)| other != id));
    assert_eq!(project.read("other/public/manifest.json"), project.read("one/public/manifest.json"), "nothing public depends on the key");
    assert!(project.read("one/public/manifest.json").contains("\"pseudonyms\": [\n      \"respondent_id\"\n    ]"));
    assert!(project.read("pipeline.lock").contains("pseudonyms = \"respondent_id\"") && !project.read("pipeline.lock").contains("key"));
}

#[test]
fn a_key_that_is_no_secret_is_refused() {
    let (project, keys) = project();
    let original = project.read("pipeline.toml");
    let said = |path: &str| {
        project.write("pipeline.toml", original.as_bytes());
        ask(&project, path);
        let (code, _, said) = project.run("check pipeline.toml");
        (code, said)
    };
    let short = said(&key(keys.path(), "only a few words", 0o600));
    assert!(short.0 == Some(2) && short.1.contains("error[pipeline::short_key]: the key of the pseudonyms is too short"), "{short:?}");
    assert!(short.1.contains("found: 16 bytes") && short.1.contains("head -c 32 /dev/urandom | base64"), "{short:?}");
    project.write("people.key", KEY.as_bytes());
    for inside in [said("people.key"), said(&project.path("people.key").display().to_string())] {
        assert!(inside.0 == Some(2) && inside.1.contains("error[pipeline::key_inside]"), "{inside:?}");
    }
    assert_eq!(said("../no-such-folder/people.key").0, Some(3));
    std::fs::create_dir(keys.path().join(".git")).expect("a repository");
    let inside = said(&key(keys.path(), KEY, 0o600));
    assert!(inside.0 == Some(2) && inside.1.contains("outside of the project and of every git repository"), "{inside:?}");
    std::fs::remove_dir(keys.path().join(".git")).expect("goes");
    let open = said(&key(keys.path(), KEY, 0o644));
    assert!(cfg!(not(unix)) || (open.0 == Some(0) && open.1.contains("warning[pipeline::open_key]") && open.1.contains("mode 644")), "{open:?}");
    assert_eq!(said(&key(keys.path(), KEY, 0o600)).0, Some(0));
}

#[test]
fn what_is_asked_for_must_make_sense() {
    let (project, keys) = project();
    let path = key(keys.path(), KEY, 0o600);
    let original = project.read("pipeline.toml");
    let said = |privacy: &str| {
        project.write("pipeline.toml", original.as_bytes());
        project.edit("pipeline.toml", "[[dataset]]", &format!("[privacy]\n{privacy}\n[[dataset]]"));
        project.said("check pipeline.toml")
    };
    let no_key = said("pseudonyms = [\"respondent_id\"]");
    assert!(no_key.contains("error[pipeline::no_pseudonym_key]") && no_key.contains("head -c 32"), "{no_key}");
    assert!(said(&format!("pseudonym_key = {path:?}")).contains("error[pipeline::no_pseudonyms]"));
    let unknown = said(&format!("pseudonyms = [\"respondent\", \"age\"]\npseudonym_key = {path:?}"));
    assert!(unknown.contains("`pseudonyms` names `respondent`, which is not there") && unknown.contains("error[pipeline::bad_pseudonym]: `age`"), "{unknown}");
    // A field whose values are hidden from the holder's files is no group of a public one.
    project.edit("pipeline.toml", "pseudonyms = [\"respondent\", \"age\"]", "pseudonyms = [\"center_id\"]");
    project.edit("pipeline.toml", "variables = [\"gender\", \"age\"]", "variables = [\"age\"]\nby = [\"center_id\"]");
    let named = project.said("check pipeline.toml");
    assert!(named.contains("error[pipeline::names_people]: analysis `who` names `center_id`"), "{named}");
}
