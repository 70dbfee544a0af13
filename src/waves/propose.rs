//! Differences in, a crosswalk in TOML out for what nobody has declared yet. A person writes the reasons.

use std::fmt::Write as _;

use super::changes::{Change, Difference, Proposal, Status};
use super::profile::Profile;
use crate::schema::quoted;

/// The proposed crosswalk; empty where there is nothing to declare.
pub(super) fn crosswalk(differences: &[Difference], before: &Profile, after: &Profile) -> String {
    let open: Vec<&Difference> = differences.iter().filter(|one| one.status == Status::Open && one.proposal != Proposal::Nothing).collect();
    if open.is_empty() {
        return String::new();
    }
    let mut text = format!(
        "# Proposed by `recovista diff` from {} and {}.\n# Nothing is decided: check each entry and write its `reason`; a crosswalk without reasons is refused.\ntitle = {}\n",
        before.file,
        after.file,
        quoted(&format!("{} in the names and codes of {}", before.file, after.file))
    );
    let mut undecided: Vec<&str> = Vec::new();
    for one in open {
        match &one.proposal {
            Proposal::Rename => rename(&mut text, one),
            Proposal::Recode(map) => recode(&mut text, one, map),
            Proposal::BreakOrSame if !undecided.contains(&one.field.as_str()) => {
                undecided.push(&one.field);
                let same: Vec<&Difference> = differences
                    .iter()
                    .filter(|other| other.field == one.field && other.proposal == Proposal::BreakOrSame && other.status == Status::Open)
                    .collect();
                choice(&mut text, &same);
            }
            Proposal::BreakOrSame | Proposal::Nothing => {}
        }
    }
    text
}

fn evidence(text: &mut String, one: &Difference) {
    for line in &one.evidence {
        let _ = writeln!(text, "# {}", line.replace(['\n', '\r'], " "));
    }
}

fn rename(text: &mut String, one: &Difference) {
    text.push('\n');
    evidence(text, one);
    let _ = writeln!(text, "[[rename]]\nfrom = {}\nto = {}\nreason = \"\"", quoted(&one.before), quoted(&one.after));
}

fn recode(text: &mut String, one: &Difference, map: &[(String, String)]) {
    text.push('\n');
    evidence(text, one);
    let pairs: Vec<String> = map.iter().map(|(from, to)| format!("{} = {}", quoted(from), quoted(to))).collect();
    let _ = writeln!(text, "[[recode]]\nfield = {}\nreason = \"\"\nmap = {{ {} }}", quoted(&one.field), pairs.join(", "));
}

/// Only a person can say whether the question is still the same: both answers stand there as remarks.
fn choice(text: &mut String, of_field: &[&Difference]) {
    text.push('\n');
    let Some(first) = of_field.first() else { return };
    for one in of_field {
        let line = |side: &str| side.replace(['\n', '\r'], " ");
        let _ = writeln!(text, "# {}: {} → {}", one.change.word(), line(&one.before), line(&one.after));
        evidence(text, one);
    }
    let same = if first.change == Change::Dropped || first.change == Change::Retyped { "" } else { "# or, if the question is the same: [[same]]\n" };
    let _ = writeln!(text, "# if the trend ends here: [[break]]\n{same}# field = {}\n# reason = \"\"", quoted(&first.field));
}
