//! People seen twice who all changed alike: no interval of no width across a cut-off, and the true reason why no change is reliable.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::annual::table;
use crate::project::Project;

/// Everybody has 18 points first and 6 later: at or above 13 and then below it, at or above 5 both times.
/// `binom.test(24, 24)` of R has the lower limit 0.8575264.
#[test]
fn all_fell_below_a_cut_off() {
    let items = [1, 2, 3, 4, 5, 6].map(|item| format!("name = \"k{item}\", type = \"integer\", range = [0, 4]"));
    let settings = "items = [\"k1\", \"k2\", \"k3\", \"k4\", \"k5\", \"k6\"]\ncoding = \"0-4\"";
    let project = Project::panel(&items.each_ref().map(String::as_str), ("k6", settings), &[("1", "one.csv"), ("2", "two.csv")]);
    for (name, answers) in [("one.csv", "3,3,3,3,3,3"), ("two.csv", "1,1,1,1,1,1")] {
        let mut text = "row,code,k1,k2,k3,k4,k5,k6\n".to_owned();
        for person in 0..24 {
            let _ = writeln!(text, "{name}{person},p{person},{answers}");
        }
        project.write(name, text.as_bytes());
    }
    let (code, _, said) = project.run("run pipeline.toml --out out");
    assert!(code == Some(0) || code == Some(1), "{said}");
    let rows: BTreeMap<String, BTreeMap<String, String>> =
        table(&project.path("out/public/results.csv")).into_iter().map(|row| (row["id"].clone(), row)).collect();
    let find = |id: &str| &rows[&format!("members.doing.{id}.compared_with=1.who=people%20seen%20twice@2")];
    let limits = |id: &str| ["conf_low", "conf_high"].map(|limit| find(id)[limit].parse::<f64>().expect("a limit"));
    let fell = limits("k6_crossing_13.difference");
    assert!((fell[0] + 1.0).abs() < 1e-12 && (fell[1] + 0.715_052_8).abs() < 1e-6, "{fell:?}");
    let stayed = limits("k6_crossing_5.difference");
    assert!((stayed[0] + 0.142_473_6).abs() < 1e-6 && (stayed[1] - 0.142_473_6).abs() < 1e-6, "{stayed:?}");
    let change = find("k6_crossing_13.difference");
    assert!(change["status"] == "ok" && change["std_error"].is_empty() && change["note"].contains("everybody's answer changed alike"), "{change:?}");
    let reliable = find("k6_reliable_change=improved.proportion");
    assert!(reliable["note"].starts_with("everybody had the same score in the earlier wave"), "{reliable:?}");
}
