//! Follow-up analyses of a small project whose truth is known person by person: statuses, faults, the due list, policies, privacy, mistakes.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::annual::table;
use crate::project::Project;

pub(crate) const BOOK: &str = r#"id = "visits"
title = "Interviews"
unit = "people"
key = ["row"]
person = "person"
field = [
  { name = "row", type = "id" },
  { name = "person", type = "id" },
  { name = "event", type = "category", levels = [{ code = "a", label = "Intake" }, { code = "b", label = "Later" }, { code = "c", label = "Other" }] },
  { name = "day", type = "date" },
  { name = "ended", type = "date" },
  { name = "site", type = "category", levels = [{ code = "1", label = "North" }, { code = "2", label = "South" }] },
  { name = "work", type = "category", levels = [{ code = "1", label = "Full time" }, { code = "2", label = "Part time" }, { code = "0", label = "None" }] },
]
"#;

pub(crate) const PIPELINE: &str = r#"title = "Interviews"
as_of = "2024-12-31"
[privacy]
minimum_cell = 1
[[dataset]]
id = "visits"
schema = "book.toml"
file = "data.csv"
[[analysis]]
id = "later"
kind = "followup"
dataset = "visits"
policy = "gpra"
each = "event"
moments = ["Intake", "Later"]
date = "day"
ended = "ended"
variables = ["work"]
is = ["Full time", "Part time"]
lost_by = ["site"]
by = ["site"]
"#;

/// One line for each thing that can happen: person, event, day, end of care, site, work.
const RECORDS: &str = "\
in_first_day,a,2024-01-31,,1,0
in_first_day,b,2024-06-30,,1,1
in_last_day,a,2024-02-29,,1,1
in_last_day,b,2024-10-29,,1,2
a_day_early,a,2024-01-10,,1,1
a_day_early,b,2024-06-09,,1,1
a_day_late,a,2024-01-10,,1,0
a_day_late,b,2024-09-11,,1,1
late_and_early,a,2024-01-10,,1,0
late_and_early,b,2024-02-01,,1,1
late_and_early,b,2024-12-01,,1,1
in_and_late,a,2024-01-10,,2,2
in_and_late,b,2024-09-20,,2,0
in_and_late,b,2024-09-10,,2,1
missed,a,2024-04-30,,2,0
open_on_its_last_day,a,2024-05-01,,2,0
opens_today,a,2024-07-31,,2,0
opens_tomorrow,a,2024-08-01,,2,1
early_but_still_open,a,2024-06-15,,2,1
early_but_still_open,b,2024-08-15,,2,1
done_and_open,a,2024-06-15,,2,1
done_and_open,b,2024-12-31,,2,0
ended_before,a,2024-01-10,2024-05-01,2,1
ended_after,a,2024-01-10,2024-09-11,2,1
done_and_left,a,2024-01-10,2024-08-01,2,1
done_and_left,b,2024-06-20,,2,1
left_and_done,a,2024-01-10,2024-05-15,2,1
left_and_done,b,2024-06-20,,2,1
ends_in_the_future,a,2024-06-15,2025-01-20,2,1
twice_taken_in,a,2024-03-01,,1,1
twice_taken_in,a,2024-01-20,,1,0
twice_taken_in,b,2024-07-01,,1,0
before_intake,a,2024-02-01,,1,1
before_intake,b,2024-01-31,,1,1
from_the_future,a,2024-06-15,,1,1
from_the_future,b,2025-01-05,,1,1
without_day,a,,,1,1
without_day,b,2024-06-30,,1,1
later_without_day,a,2024-01-15,,1,1
later_without_day,b,,,1,1
never_taken_in,b,2024-06-30,,1,1
taken_in_tomorrow,a,2025-01-01,,1,1
another_event,c,2024-06-30,,1,1
,a,2024-01-01,,1,1
";

fn project() -> Project {
    let project = Project::new();
    let mut data = "row,person,event,day,ended,site,work\n".to_owned();
    for (number, record) in RECORDS.lines().enumerate() {
        let _ = writeln!(data, "{number},{record}");
    }
    project.write("book.toml", BOOK.as_bytes());
    project.write("pipeline.toml", PIPELINE.as_bytes());
    project.write("data.csv", data.as_bytes());
    project
}

/// Estimate and unweighted number of each figure.
fn figures(project: &Project, folder: &str) -> BTreeMap<String, (String, String)> {
    let (code, _, said) = project.run("run pipeline.toml --out out");
    assert!(code == Some(0), "{said}");
    let rows = table(&project.path(&format!("out/{folder}/results.csv")));
    rows.into_iter().map(|row| (row["id"].replace("visits.later.", ""), (row["estimate"].clone(), row["n"].clone()))).collect()
}

fn counts(found: &BTreeMap<String, (String, String)>, group: &str) -> Vec<(String, String)> {
    let of = |id: &str| Some(id.strip_prefix("followup_status=")?.strip_suffix(&format!(".proportion.{group}"))?.replace("%20", " "));
    found.iter().filter_map(|(id, (_, n))| Some((of(id)?, n.clone()))).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(name, count)| ((*name).to_owned(), (*count).to_owned())).collect()
}

#[test]
fn every_person_stands_where_the_policy_puts_them() {
    let project = project();
    let found = figures(&project, "restricted");
    let closed = counts(&found, "followup_window=closed");
    // closed: in_first_day, in_last_day, in_and_late, twice_taken_in (its first intake counts: 20 June to 20 September) and
    // done_and_left (interviewed in time before care ended) in window;
    // early; two late; missed: missed, ended_after, before_intake, later_without_day
    assert_eq!(closed, pairs(&[("early", "1"), ("in window", "5"), ("late", "2"), ("missed", "4")]));
    let open = counts(&found, "followup_window=not%20closed");
    assert_eq!(open, pairs(&[("due now", "5"), ("in window", "1"), ("not yet due", "1")]));
    assert_eq!(found["people.count"].0, "21");
    assert_eq!(found["people.count.followup_window=closed"].0, "12");
    // who left first and was interviewed afterwards was no longer due
    assert_eq!(found["people.count.followup_window=care%20ended"].0, "2");
    let rate: f64 = found["followup_status=in%20window.proportion.followup_window=closed"].0.parse().expect("a number");
    assert!((rate - 5.0 / 12.0).abs() < 1e-12);
    let by_site = counts(&found, "followup_window=closed.site=South");
    assert_eq!(by_site, pairs(&[("early", "0"), ("in window", "2"), ("late", "0"), ("missed", "2")]));
}

#[test]
fn what_does_not_fit_is_counted_and_told() {
    let found = figures(&project(), "public");
    let faults: BTreeMap<String, String> = found
        .iter()
        .filter_map(|(id, (count, _))| {
            Some((id.strip_prefix("followup_faults=")?.strip_suffix(".count")?.replace("%20", " ").replace("%2C", ","), count.clone()))
        })
        .collect();
    let expected = [
        "records without a person",
        "people with a follow-up but no intake",
        "people with an intake without a date",
        "people with an intake after the date of the report",
        "further intakes of the same person, not used",
        "follow-ups without a date, not used",
        "follow-ups before the intake, not used",
        "follow-ups after the date of the report, not used",
    ];
    for fault in expected {
        assert_eq!(faults.get(fault).map(String::as_str), Some("1"), "{fault}: {faults:?}");
    }
    assert_eq!(faults["further follow-ups of the same person, not used"], "2");
    assert_eq!(faults.len(), 9);
}

#[test]
fn the_due_list_is_restricted_and_sorted_by_the_last_day() {
    let project = project();
    figures(&project, "restricted");
    let list = project.read("out/restricted/due.csv");
    let expected = "\
person,intake,opens,closes,status,early_interview,analysis
open_on_its_last_day,2024-05-01,2024-10-01,2025-01-01,due now,,later
early_but_still_open,2024-06-15,2024-11-15,2025-02-15,due now,2024-08-15,later
ends_in_the_future,2024-06-15,2024-11-15,2025-02-15,due now,,later
from_the_future,2024-06-15,2024-11-15,2025-02-15,due now,,later
opens_today,2024-07-31,2024-12-31,2025-03-31,due now,,later
opens_tomorrow,2024-08-01,2025-01-01,2025-04-01,not yet due,,later
";
    assert_eq!(list, expected);
    for file in ["report.html", "results.csv", "manifest.json", "book.json", "provenance.json"] {
        assert!(!project.read(&format!("out/public/{file}")).contains("opens_tomorrow"), "{file}");
    }
}

#[test]
fn another_policy_counts_days() {
    let project = project();
    project.edit("pipeline.toml", "policy = \"gpra\"", "policy = \"ours\"");
    let policy = "id = 'ours'\ntitle = 'Ours'\nsource = 'a test'\ndate = '2024-01-01'\nopens = { days = 30 }\ncloses = { days = 60 }\n";
    project.write("ours.toml", policy.as_bytes());
    let found = figures(&project, "restricted");
    // 1 February is 22 days after 10 January; 1 March to 1 July are beyond
    assert_eq!(counts(&found, "followup_window=closed")[0], ("early".to_owned(), "0".to_owned()));
    assert_eq!(found["followup_status=in%20window.proportion.followup_window=closed"].1, "0");
    assert!(!project.read("out/public/report.html").contains("the floor of"), "a policy without a floor speaks of none");
    project.write("ours.toml", policy.replace("days = 60", "days = 90").as_bytes());
    let (code, _, said) = project.run("run pipeline.toml --out out --locked");
    assert!(code == Some(2) && said.contains("follow-up policy ours.toml changed"), "{said}");
}

#[test]
fn outcomes_are_of_people_with_both_answers() {
    let found = figures(&project(), "restricted");
    let of = |id: &str| found[&format!("work=Full%20time%20or%20Part%20time.{id}")].clone();
    // in time: 0→1, 1→2, 2→1, 1→1 and 0→0, so one gained, three kept, one never
    let close = |id: &str, wanted: f64| assert!((of(id).0.parse::<f64>().expect("a number") - wanted).abs() < 1e-12, "{id}: {:?}", of(id));
    close("difference.followup_seen=followed.followup_window=closed", 0.2);
    close("rate_of_change.followup_seen=followed.followup_window=closed", 1.0 / 3.0);
    close("proportion.event=Intake.followup_seen=followed.followup_window=closed", 0.6);
    close("proportion.event=Later.followup_seen=followed.followup_window=closed", 0.8);
    assert_eq!(of("proportion.event=Intake.followup_seen=lost.followup_window=closed").1, "4");
    close("proportion.event=Intake.followup_window=closed", 7.0 / 12.0);
    // whatever the seven who were lost answered
    let bound = |level: &str| found[&format!("work={level}.bound.event=Later.followup_window=closed.who=whatever%20those%20lost%20answered")].0.clone();
    let share = |text: String| text.parse::<f64>().expect("a number");
    assert!((share(bound("lowest")) - 4.0 / 12.0).abs() < 1e-12 && (share(bound("highest")) - 11.0 / 12.0).abs() < 1e-12);
    // North: 3 in time, 5 lost; South: 2 and 2; in shares of the two levels 3/5 and 2/5 against 5/7 and 2/7
    let (p, q): (f64, f64) = (0.4, 2.0 / 7.0);
    let apart = (q - p).abs() / f64::midpoint(p * (1.0 - p), q * (1.0 - q)).sqrt();
    let site = &found["site.standardized_difference.followup_window=closed.who=lost%20less%20followed"].0;
    assert!((site.parse::<f64>().expect("a number") - apart).abs() < 1e-12, "{site} {apart}");
}

#[test]
fn few_changed_answers_hide_the_change() {
    let project = project();
    let mut data = "row,person,event,day,ended,site,work\n".to_owned();
    let mut add = |kind: &str, people: usize, before: u8, after: Option<u8>| {
        for number in 0..people {
            let _ = writeln!(data, "{kind}{number}a,{kind}{number},a,2024-01-10,,1,{before}");
            if let Some(after) = after {
                let _ = writeln!(data, "{kind}{number}b,{kind}{number},b,2024-07-10,,1,{after}");
            }
        }
    };
    add("kept", 40, 1, Some(1));
    add("gained", 30, 0, Some(1));
    add("gone", 6, 1, Some(0));
    add("never", 25, 0, Some(0));
    add("lost", 30, 0, None);
    project.write("data.csv", data.as_bytes());
    project.edit("pipeline.toml", "minimum_cell = 1", "minimum_cell = 11");
    project.edit("pipeline.toml", "by = [\"site\"]", "by = [\"site\"]\nimpute = 5");
    let found = figures(&project, "public");
    // nor does the change of everybody due, whose answers are those of the same people and draws from them
    let imputed = "work=Full%20time%20or%20Part%20time.difference.followup_window=closed.who=imputed%20for%20those%20lost";
    assert_eq!(found[imputed], (String::new(), String::new()));
    let kept = table(&project.path("out/restricted/results.csv"));
    assert!(kept.iter().any(|row| row["id"].ends_with(imputed) && !row["estimate"].is_empty() && row["n"] == "131"));
    let of = |id: &str| found[&format!("work=Full%20time%20or%20Part%20time.{id}.followup_seen=followed.followup_window=closed")].clone();
    // with its error the difference of the two shares would tell that six people lost their work
    assert_eq!(of("difference"), (String::new(), String::new()));
    assert_eq!(of("rate_of_change"), (String::new(), String::new()));
    assert_eq!(of("proportion.event=Intake").1, "46");
    assert_eq!(of("proportion.event=Later").1, "70");
    let page = project.read("out/public/report.html");
    assert!(page.contains("101 of 131 people"), "the rate stands");
}

#[test]
fn mistakes_are_told_at_once_with_their_lines() {
    let project = project();
    for (from, to) in [
        ("policy = \"gpra\"", "policy = \"gpar\""),
        ("\"Intake\", \"Later\"", "\"Intake\", \"Latter\""),
        ("date = \"day\"", "date = \"site\""),
        ("variables = [\"work\"]", "variables = [\"work\", \"day\", \"event\"]"),
    ] {
        project.edit("pipeline.toml", from, to);
    }
    let said = project.said("check pipeline.toml");
    for part in [
        "error[policy::unknown]: there is no follow-up policy `gpar`",
        "did you mean `gpra`?",
        "names the level `Latter`, which `event` does not have",
        "error[pipeline::not_a_date]: analysis `later` needs dates in `site`",
        "cannot tell who has the outcome `day`",
        "cannot tell who has the outcome `event`",
    ] {
        assert!(said.contains(part), "{part}\n{said}");
    }
    assert_eq!(said.matches("pipeline.toml:").count(), 5, "{said}");
    project.edit("pipeline.toml", "moments = [\"Intake\", \"Latter\"]\n", "moments = [\"Intake\"]\n");
    project.edit("pipeline.toml", "each = \"event\"\n", "");
    let said = project.said("check pipeline.toml");
    assert!(said.contains("pipeline::bad_moments") && said.contains("needs `each`"), "{said}");
    project.edit("pipeline.toml", "lost_by = [\"site\"]\n", "lost_by = [\"day\"]\ntrim = [99, 1]\nimpute = 1\n");
    let said = project.said("check pipeline.toml");
    assert!(said.contains("pipeline::bad_trim") && said.contains("pipeline::bad_impute") && said.contains("cannot compare those lost by `day`"), "{said}");
    project.edit("book.toml", "person = \"person\"\n", "");
    assert!(project.said("check pipeline.toml").contains("pipeline::no_person"));
}
