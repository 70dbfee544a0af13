//! Follow-ups of awkward people: all changed alike, nobody was lost or followed, came in twice, or under a rule that was not in force.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::annual::table;
use crate::followup::{BOOK, PIPELINE};
use crate::project::Project;

/// A project with these records: person, event, day, site and work of each.
fn project(records: &[(String, &str, &str, u8)], minimum: u32) -> Project {
    let project = Project::new();
    let mut data = "row,person,event,day,ended,site,work\n".to_owned();
    for (number, (person, event, day, work)) in records.iter().enumerate() {
        let site = 1 + person.len() % 2;
        let _ = writeln!(data, "{number},{person},{event},{day},,{site},{work}");
    }
    project.write("book.toml", BOOK.as_bytes());
    let pipeline = PIPELINE.replace("minimum_cell = 1", &format!("minimum_cell = {minimum}")).replace("\nby = [\"site\"]", "\nimpute = 5");
    project.write("pipeline.toml", pipeline.as_bytes());
    project.write("data.csv", data.as_bytes());
    project
}

/// So many people with these records each: event, day and work.
fn people(kind: &str, many: usize, own: &[(&'static str, &'static str, u8)]) -> Vec<(String, &'static str, &'static str, u8)> {
    let all = (0..many).flat_map(|number| own.iter().map(move |(event, day, work)| (format!("{kind}{number}"), *event, *day, *work)));
    all.collect()
}

const INTAKE: &str = "2024-01-15";
const IN_TIME: &str = "2024-07-15";

type Row = BTreeMap<String, String>;

/// The rows of a public or restricted folder by the end of their id, and what was said on the way.
fn run(project: &Project, folder: &str, code: i32) -> (BTreeMap<String, Row>, String) {
    let (found, _, said) = project.run("run pipeline.toml --out out");
    assert!(found == Some(code), "{said}");
    let rows = table(&project.path(&format!("out/{folder}/results.csv")));
    (rows.into_iter().map(|row| (row["id"].replace("visits.later.", ""), row)).collect(), said)
}

const CHANGE: &str = "work=Full%20time%20or%20Part%20time.difference.followup_seen=followed.followup_window=closed";
const RATE: &str = "work=Full%20time%20or%20Part%20time.rate_of_change.followup_seen=followed.followup_window=closed";

fn limits(row: &Row) -> [f64; 2] {
    ["conf_low", "conf_high"].map(|limit| row[limit].parse().unwrap_or_else(|_| panic!("{limit}: {row:?}")))
}

/// The share who changed alike is at least 0.025^(1/14) = 0.768364 (`binom.test(14, 14)` of R).
#[test]
fn people_who_all_changed_alike_have_no_interval_of_no_width() {
    let gained = project(&people("p", 14, &[("a", INTAKE, 0), ("b", IN_TIME, 1)]), 1);
    let (rows, _) = run(&gained, "public", 0);
    let change = &rows[CHANGE];
    let [low, high] = limits(change);
    assert!((low - 0.536_728_4).abs() < 1e-6 && (high - 1.0).abs() < 1e-12, "{change:?}");
    assert!(change["std_error"].is_empty() && change["status"] == "ok" && change["note"].contains("everybody's answer changed alike"), "{change:?}");
    assert!((change["p_value"].parse::<f64>().expect("a number") - 2.0 / 16_384.0).abs() < 1e-12);
    assert!(change["sentence"].contains("rose from 0.0% at intake to 100.0% at later (by 100.0 percentage points; 95% interval 53.7 to 100.0)"), "{change:?}");
    assert_eq!(rows[RATE]["note"], "nobody had the outcome at intake, so nothing can be divided by it");

    let kept = project(&people("p", 14, &[("a", INTAKE, 1), ("b", IN_TIME, 1)]), 1);
    let (rows, _) = run(&kept, "public", 0);
    let [low, high] = limits(&rows[CHANGE]);
    assert!((low + 0.231_635_8).abs() < 1e-6 && (high - 0.231_635_8).abs() < 1e-6, "{:?}", rows[CHANGE]);
    assert!(rows[CHANGE]["sentence"].contains("95% interval −23.2 to 23.2"), "{:?}", rows[CHANGE]);
    let rate = &rows[RATE];
    assert!(rate["conf_low"].is_empty() && rate["std_error"].is_empty() && rate["note"].contains("nobody's answer changed"), "{rate:?}");
    assert!(!rate["sentence"].contains("no clear change") && rate["sentence"].contains("cannot be told"), "{rate:?}");
}

#[test]
fn reasons_are_the_true_ones() {
    // nobody is lost
    let mut all = people("p", 14, &[("a", INTAKE, 0), ("b", IN_TIME, 1)]);
    all.extend(people("pq", 16, &[("a", INTAKE, 1), ("b", IN_TIME, 1)]));
    let (rows, _) = run(&project(&all, 1), "public", 0);
    for who in ["weighted%20for%20those%20lost", "imputed%20for%20those%20lost"] {
        let seen = if who.starts_with("weighted") { "followup_seen=followed." } else { "" };
        let row = &rows[&format!("work=Full%20time%20or%20Part%20time.difference.{seen}followup_window=closed.who={who}")];
        let plain = &rows[CHANGE];
        for column in ["estimate", "conf_low", "conf_high"] {
            let [own, plain] = [row, plain].map(|row| row[column].parse::<f64>().unwrap_or_else(|_| panic!("{column} {row:?}")));
            assert!((own - plain).abs() < 1e-12, "{who} {column}: {own} {plain}");
        }
        assert!(row["note"].contains("nobody was lost, so this is the plain change"), "{row:?}");
        assert!(row["sentence"].starts_with("Nobody was lost, so the change in"), "{row:?}");
    }
    assert_eq!(rows["site.standardized_difference.followup_window=closed.who=lost%20less%20followed"]["note"], "nobody was lost");
    // nobody is followed, and half had the outcome at intake
    let mut all = people("p", 7, &[("a", INTAKE, 0)]);
    all.extend(people("pq", 7, &[("a", INTAKE, 1)]));
    let (rows, _) = run(&project(&all, 1), "public", 0);
    assert_eq!([CHANGE, RATE].map(|id| rows[id]["note"].as_str()), ["nobody has an answer at both interviews"; 2]);
    assert_eq!(rows["site.standardized_difference.followup_window=closed.who=lost%20less%20followed"]["note"], "nobody was interviewed in time");
    let notes: Vec<&str> =
        rows.iter().filter(|(id, _)| id.contains("who=weighted") || id.contains("who=imputed")).map(|(_, row)| row["note"].as_str()).collect();
    assert_eq!(notes, ["nobody has an answer at both interviews", "nobody has an answer at one of the two interviews, so nothing can be drawn"]);
}

#[test]
fn interviews_after_a_further_intake_are_not_late_but_counted_and_told() {
    let twice = [("a", "2023-01-10", 0), ("a", "2024-01-10", 0), ("b", "2024-07-10", 1)];
    let (mut all, once) = (people("p", 20, &twice), [("a", INTAKE, 0), ("b", IN_TIME, 1)]);
    all.extend(people("pq", 30, &once));
    let own = project(&all, 11);
    let (rows, _) = run(&own, "public", 0);
    let status = |level: &str| rows[&format!("followup_status={level}.proportion.followup_window=closed")]["n"].clone();
    assert_eq!(["in%20window", "late", "missed"].map(status), ["30", "0", "20"]);
    let told = "20 people came in more than once: only the first time counts here, and 20 follow-ups after coming in again are not used.";
    assert!(own.read("out/public/report.html").contains(told));
    let missed = &rows["followup_status=missed.proportion.followup_window=closed"]["sentence"];
    assert!(missed.contains("had no interview that counts"), "{missed}");
    own.write("draft.md", told.as_bytes());
    let (code, found, said) = own.run("check-draft draft.md --run out");
    assert!(code == Some(0) && said.contains("2 numbers held against out: 2 right"), "{found}{said}");
    // three people are too few: neither they nor their records are told
    let (mut all, again) = (people("pq", 30, &once), people("p", 3, &twice));
    all.extend(again);
    let own = project(&all, 11);
    let (rows, _) = run(&own, "public", 0);
    let counts = rows.iter().filter(|(id, _)| id.starts_with("followup_intakes") || id.contains("coming%20in%20again") || id.contains("further%20intakes"));
    let counts: Vec<(&str, &str)> = counts.map(|(_, row)| (row["status"].as_str(), row["estimate"].as_str())).collect();
    assert_eq!(counts, [("suppressed", ""); 3]);
    assert!(!own.read("out/public/report.html").contains("only the first time counts"));
}

#[test]
fn a_rule_that_was_not_in_force_is_told_and_has_no_floor() {
    let kinds = [("a", "2026-01-15", 0), ("b", "2026-07-15", 1)];
    let own = project(&people("p", 30, &kinds), 11);
    own.edit("pipeline.toml", "as_of = \"2024-12-31\"", "as_of = \"2026-12-31\"");
    let (rows, said) = run(&own, "public", 1);
    assert!(said.contains("warning[policy::not_in_force]: the follow-up policy `gpra` was not in force at 30 of 30 intakes"), "{said}");
    assert!(said.contains("until 2025-09-30"), "{said}");
    assert_eq!(rows["followup_rule=not%20in%20force%20at%20intake.count"]["estimate"], "30");
    let page = own.read("out/public/report.html");
    assert!(page.contains("The rule was not in force at the intakes of 30 of 30 people. So its floor is not held against the rate."));
    assert!(!page.contains("meets the floor") && !page.contains("the floor of 80%"));
    own.write("draft.md", b"The rule was not in force at the intakes of 30 of 30 people.");
    let (code, found, said) = own.run("check-draft draft.md --run out");
    assert!(code == Some(0) && said.contains("2 right"), "{found}{said}");
    // two of 42: too few to be told, and the floor stands
    let mut all = people("p", 2, &kinds);
    all.extend(people("pq", 40, &[("a", INTAKE, 0), ("b", IN_TIME, 1)]));
    let own = project(&all, 11);
    own.edit("pipeline.toml", "as_of = \"2024-12-31\"", "as_of = \"2026-12-31\"");
    let (rows, said) = run(&own, "public", 1);
    assert!(said.contains("was not in force at 2 of 42 intakes"), "{said}");
    assert_eq!(rows["followup_rule=not%20in%20force%20at%20intake.count"]["status"], "suppressed");
    let page = own.read("out/public/report.html");
    assert!(page.contains("At some intakes the rule was not in force") && page.contains("the floor of 80%"));
    // a rule within its dates is silent
    let (rows, _) = run(&project(&people("p", 30, &[("a", INTAKE, 0), ("b", IN_TIME, 1)]), 11), "public", 0);
    assert!(rows.keys().all(|id| !id.starts_with("followup_rule")));
}

#[test]
fn those_without_an_answer_in_time_are_not_said_to_be_unseen_and_an_exact_test_is_explained() {
    // five gained of twenty with answers; ten were interviewed late
    let mut all = people("p", 5, &[("a", INTAKE, 0), ("b", IN_TIME, 1)]);
    all.extend(people("pq", 15, &[("a", INTAKE, 1), ("b", IN_TIME, 1)]));
    all.extend(people("pqr", 6, &[("a", INTAKE, 1), ("b", "2024-11-15", 1)]));
    all.extend(people("pqrs", 4, &[("a", INTAKE, 0), ("b", "2024-11-15", 1)]));
    let own = project(&all, 1);
    let (rows, _) = run(&own, "public", 0);
    let lost = &rows["work=Full%20time%20or%20Part%20time.proportion.event=Intake.followup_seen=lost.followup_window=closed"]["sentence"];
    assert!(lost.contains("people without an answer in time"), "{lost}");
    let page = own.read("out/public/report.html");
    assert!(!page.contains("not seen again") && !page.contains("Not seen again"));
    // the interval leaves out zero, the exact p is 0.0625
    let change = &rows[CHANGE];
    assert!(change["p_value"] == "0.0625" && change["sentence"].contains(" rose ") && change["note"].contains("do not agree here"), "{change:?}");
    assert!(page.contains("The exact test is cautious"));
}

/// What a hidden change has for words is the same whether few or many changed.
#[test]
fn a_hidden_change_says_nothing_of_who_changed() {
    let method = |gained: usize, kept: usize| {
        let mut all = people("p", gained, &[("a", INTAKE, 0), ("b", IN_TIME, 1)]);
        all.extend(people("pq", kept, &[("a", INTAKE, 1), ("b", IN_TIME, 1)]));
        all.extend(people("pqr", 3, &[("a", INTAKE, 0), ("b", IN_TIME, 0)]));
        let (rows, _) = run(&project(&all, 11), "public", 0);
        assert!(rows[CHANGE]["status"].starts_with("suppressed") && rows[CHANGE]["note"].is_empty(), "{:?}", rows[CHANGE]);
        rows[CHANGE]["method"].clone()
    };
    let methods = [method(0, 40), method(12, 40), method(30, 40)];
    assert!(methods.iter().all(|method| *method == methods[0]), "{methods:?}");
}
