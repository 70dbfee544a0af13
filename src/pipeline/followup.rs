//! What a pipeline says of a follow-up analysis and the policy of its window in; resolved settings and the list of people due out.

use std::path::Path;

use super::plan::{DatasetPlan, Gather, beside};
use super::quality::csv;
use crate::analysis::{Due, Followup, Settings, Span, WindowPolicy, iso};
use crate::config::{Source, Table};
use crate::error::{Problem, Severity, closest, some_of};
use crate::frame::parse_iso;
use crate::results::ResultRow;
use crate::schema::Kind;

/// Id and text of every policy under `schemas/followup/`, sorted.
const ALL: &[(&str, &str)] = &[("gpra", include_str!("../../schemas/followup/gpra.toml")), ("suprt", include_str!("../../schemas/followup/suprt.toml"))];

/// Longest window that is no slip of the hand, in months and in days.
const LONGEST: (i32, i32) = (600, 18_300);

/// Seconds of a day.
const DAY: i64 = 86_400;

/// The settings of a follow-up analysis; `None` for another kind.
pub(super) fn settings(table: &Table<'_>) -> Option<Followup> {
    if table.text("kind").as_deref() != Some("followup") {
        return None;
    }
    for key in ["each", "variables"] {
        if !table.has(key) {
            table.required::<String>(key, None);
        }
    }
    let moments = table.required("moments", table.texts("moments"));
    let moments: [String; 2] = moments.try_into().unwrap_or_else(|found: Vec<String>| {
        if table.has("moments") {
            let problem = Problem::new("pipeline::bad_moments", "`moments` names two levels of `each`").found(format!("{} of them", found.len()));
            table.report("moments", problem.expected("the intake and the follow-up, such as [\"Intake\", \"Six months\"]"));
        }
        Default::default()
    });
    Some(Followup {
        policy_id: table.required_text("policy"),
        policy: None,
        moments,
        date: table.required_text("date"),
        ended: table.text("ended"),
        is: table.texts("is").unwrap_or_else(|| vec!["Yes".to_owned()]),
        lost_by: table.texts("lost_by").unwrap_or_default(),
        trim: trim(table),
        impute: impute(table),
    })
}

/// Percentiles between which follow-up weights are kept; the first and the 99th when absent.
fn trim(table: &Table<'_>) -> (f64, f64) {
    let usual = (1.0, 99.0);
    match table.numbers("trim").as_deref() {
        None => usual,
        Some([low, high]) if 0.0 <= *low && low < high && *high <= 100.0 => (*low, *high),
        Some(_) => {
            let problem = Problem::new("pipeline::bad_trim", "`trim` is not two percentiles");
            table.report("trim", problem.expected("two numbers from 0 to 100, the smaller first, such as [1, 99]"));
            usual
        }
    }
}

/// How many imputations are pooled; none when absent.
fn impute(table: &Table<'_>) -> u32 {
    const MOST: usize = 1000;
    match table.whole("impute") {
        None => 0,
        Some(copies) if (2..=MOST).contains(&copies) => u32::try_from(copies).unwrap_or_default(),
        Some(_) => {
            let problem = Problem::new("pipeline::bad_impute", "`impute` is no number of imputations");
            table.report("impute", problem.expected(format!("a whole number from 2 to {MOST}, such as 20")));
            0
        }
    }
}

impl Gather<'_> {
    /// Reads the policy of a follow-up analysis and looks whether the dataset has what it names.
    pub(super) fn followup(&mut self, settings: &mut Settings, dataset: &DatasetPlan) {
        let Some(mut followup) = settings.followup.take() else { return };
        let place = format!("analysis `{}`", settings.id);
        followup.policy = self.window(&followup.policy_id);
        if dataset.person().is_none() {
            let problem = Problem::new("pipeline::no_person", format!("{place} has to know people again, and `{}` does not name them", dataset.id));
            self.fail(&settings.dataset, problem.help("name the column in the codebook: person = \"…\""));
        }
        if let Some(each) = &settings.each {
            self.levels_exist(&place, each, &followup.moments, dataset);
        }
        for date in [Some(&followup.date), followup.ended.as_ref()].into_iter().flatten() {
            let kind = dataset.codebook.field(date).map(|field| &field.kind);
            if kind.is_some_and(|kind| !matches!(kind, Kind::Date | Kind::Datetime)) {
                self.fail(date, Problem::new("pipeline::not_a_date", format!("{place} needs dates in `{date}`")).expected("a field of type date"));
            }
        }
        for field in &followup.lost_by {
            let kind = dataset.codebook.field(field).map(|field| &field.kind);
            if kind.is_some_and(|kind| !matches!(kind, Kind::Category { .. } | Kind::Integer | Kind::Number)) {
                let problem = Problem::new("pipeline::not_comparable", format!("{place} cannot compare those lost by `{field}`"));
                self.fail(field, problem.expected("a field of type category, integer or number"));
            }
        }
        for variable in &settings.variables {
            let known = dataset.codebook.levels_of(variable);
            let is_category = matches!(dataset.codebook.field(variable).map(|field| &field.kind), Some(Kind::Category { .. }) | None);
            if !is_category || (!known.is_empty() && !followup.is.iter().any(|level| known.contains(&level.as_str()))) {
                let problem = Problem::new("pipeline::no_outcome", format!("{place} cannot tell who has the outcome `{variable}`"));
                let found = if is_category { some_of(known.iter().copied()) } else { "a field without levels".to_owned() };
                self.fail(variable, problem.found(found).expected(format!("a level of `is`: {}", some_of(followup.is.iter().map(String::as_str)))));
            }
        }
        settings.followup = Some(followup);
    }

    /// A policy beside the pipeline, or built in.
    fn window(&mut self, id: &str) -> Option<WindowPolicy> {
        let name = format!("{id}.toml");
        let found = if beside(self.folder, &name).is_file() {
            self.text("follow-up policy", &name)
        } else {
            ALL.iter().find(|(known, _)| *known == id).map(|(_, text)| {
                self.note_source("follow-up policy", Path::new(id), text.as_bytes());
                (format!("{id} (built in)"), (*text).to_owned())
            })
        };
        let Some((path, text)) = found else {
            let known = || ALL.iter().map(|(id, _)| *id);
            let mut problem = Problem::new("policy::unknown", format!("there is no follow-up policy `{id}`")).expected(some_of(known()));
            problem.help = closest(id, known()).map(|near| format!("did you mean `{near}`?"));
            if !id.is_empty() {
                self.fail(id, problem);
            }
            return None;
        };
        let (policy, problems) = parse(&path, &text);
        self.problems.extend(problems);
        policy
    }
}

/// Reads a policy file; its worked cases must agree with it.
fn parse(path: &str, text: &str) -> (Option<WindowPolicy>, Vec<Problem>) {
    Source::new(path, text).walk(|root| {
        root.required_text("id");
        let (title, source, date) = (root.required_text("title"), root.required_text("source"), root.required_text("date"));
        let (floor, in_force) = (root.number("floor"), ["from", "until"].map(|key| dated(root, key)));
        let (opens, closes, cases) = (span(root, "opens"), span(root, "closes"), root.tables("case"));
        let policy = WindowPolicy { title, source: format!("{source}, {date}"), opens: opens?, closes: closes?, floor, in_force };
        if policy.floor.is_some_and(|floor| !(0.0..=1.0).contains(&floor)) {
            root.report("floor", Problem::new("policy::bad_floor", "`floor` is not a share").expected("a number from 0 to 1, such as 0.80 for 80%"));
        }
        if let [Some(from), Some(until)] = in_force
            && from > until
        {
            root.report("until", Problem::new("policy::bad_date", "the policy ends before it begins"));
        }
        let probe = policy.window(0);
        if probe.is_none_or(|(opens, closes)| opens > closes) {
            root.report("closes", Problem::new("policy::bad_window", "the window closes before it opens"));
        }
        for case in cases {
            check(&case, &policy);
            case.finish();
        }
        Some(policy)
    })
}

/// A day on which a policy begins or ends; `None` when absent.
fn dated(root: &Table<'_>, key: &'static str) -> Option<i64> {
    let text = root.text(key)?;
    let day = parse_iso(text.as_bytes()).map(|seconds| seconds.div_euclid(DAY));
    if day.is_none() {
        root.report(key, Problem::new("policy::bad_date", format!("`{key}` is no date")).found(text).expected("a date such as 2025-09-30"));
    }
    day
}

/// Findings where a policy was not in force at intakes that it is asked to judge.
pub(super) fn not_in_force(analyses: &[Settings], rows: &[ResultRow]) -> Vec<Problem> {
    let finding = |settings: &Settings| {
        let followup = settings.followup.as_ref()?;
        let row = rows.iter().find(|row| row.analysis == settings.id && row.variable == "followup_rule")?;
        let (outside, all) = (row.estimate?, row.denominator?);
        let [from, until] = followup.policy.as_ref()?.in_force;
        let from = from.map(|day| format!("from {}", iso(day)));
        let until = until.map(|day| format!("until {}", iso(day)));
        let dates: Vec<String> = from.into_iter().chain(until).collect();
        let problem =
            Problem::new("policy::not_in_force", format!("the follow-up policy `{}` was not in force at {outside} of {all} intakes", followup.policy_id));
        let problem = problem.found(format!("intakes of analysis `{}` outside its dates", settings.id)).expected(format!("intakes {}", dates.join(" ")));
        Some(problem.help("name the policy that was in force then, or give its intakes an analysis of their own").severity(Severity::Warning))
    };
    analyses.iter().filter_map(finding).collect()
}

/// `{ months = 5 }` or `{ days = 150 }`.
fn span(root: &Table<'_>, key: &'static str) -> Option<Span> {
    let table = root.table(key);
    if table.is_none() {
        root.required::<String>(key, None);
    }
    let table = table?;
    let number = |key: &'static str, most: i32| table.whole(key).and_then(|number| i32::try_from(number).ok()).filter(|number| *number <= most);
    let span = match (number("months", LONGEST.0), number("days", LONGEST.1)) {
        (Some(months), None) => Some(Span::Months(months)),
        (None, Some(days)) => Some(Span::Days(days)),
        _ => None,
    };
    if span.is_none() {
        root.report(
            key,
            Problem::new("policy::bad_span", format!("`{key}` is not a length of time")).expected("{ months = 5 } or { days = 150 }, at most 50 years"),
        );
    }
    table.finish();
    span
}

/// Holds a worked case against the rule.
fn check(case: &Table<'_>, policy: &WindowPolicy) {
    let texts = ["intake", "opens", "closes"].map(|key| case.required_text(key));
    let days = texts.each_ref().map(|text| parse_iso(text.as_bytes()).map(|seconds| seconds.div_euclid(DAY)));
    let [Some(intake), Some(opens), Some(closes)] = days else {
        case.report("intake", Problem::new("policy::bad_date", "a worked case has a date that is none").expected("dates such as 2024-06-30"));
        return;
    };
    if policy.window(intake) != Some((opens, closes)) {
        let found = policy.window(intake).map(|(opens, closes)| format!("the rule gives {} to {}", iso(opens), iso(closes)));
        case.report("opens", Problem::new("policy::case", "a worked case does not agree with the rule").found(found.unwrap_or_default()));
    }
}

/// Everybody who still has to be interviewed, by the day on which the window closes.
pub(super) fn due_csv(mut due: Vec<Due>) -> String {
    due.sort_by(|a, b| (a.closes, a.opens, &a.analysis, &a.person).cmp(&(b.closes, b.opens, &b.analysis, &b.person)));
    let row = |one: Due| {
        let early = one.early.map(iso).unwrap_or_default();
        [one.person, iso(one.intake), iso(one.opens), iso(one.closes), one.status.to_owned(), early, one.analysis]
    };
    csv(&["person", "intake", "opens", "closes", "status", "early_interview", "analysis"], due.into_iter().map(row))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_policy_is_listed_reads_without_a_problem_and_agrees_with_its_worked_cases() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/followup");
        let mut files: Vec<String> = std::fs::read_dir(folder).expect("the folder").filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
        files.sort();
        assert_eq!(files, ALL.iter().map(|(id, _)| format!("{id}.toml")).collect::<Vec<_>>());
        for (id, text) in ALL {
            let (policy, problems) = parse(id, text);
            assert!(problems.is_empty(), "{id}: {problems:#?}");
            assert!(policy.is_some() && text.matches("[[case]]").count() >= 3, "{id}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_policy_is_told_at_once() {
        let head = "id = 'x'\ntitle = 'x'\nsource = 'x'\ndate = '2026-01-01'\n";
        let codes = |text: &str| parse("x.toml", &format!("{head}{text}")).1.iter().map(|problem| problem.code).collect::<Vec<_>>();
        assert_eq!(codes("opens = { months = 5 }\ncloses = { weeks = 8 }\n"), ["policy::bad_span", "config::unknown_key"]);
        assert_eq!(codes("opens = { months = 8 }\ncloses = { days = 30 }\n"), ["policy::bad_window"]);
        assert_eq!(codes("opens = { days = 900000 }\ncloses = { days = 1 }\n"), ["policy::bad_span"]);
        assert_eq!(codes("opens = { days = 1 }\n"), ["config::missing_key"]);
        let days = "opens = { days = 1 }\ncloses = { days = 2 }\n";
        assert_eq!(codes(&format!("{days}from = 'soon'\n")), ["policy::bad_date"]);
        assert_eq!(codes(&format!("{days}from = '2025-10-01'\nuntil = '2025-09-30'\n")), ["policy::bad_date"]);
        let case = "[[case]]\nintake = '2024-01-31'\nopens = '2024-03-01'\ncloses = '2024-03-31'\n";
        assert_eq!(codes(&format!("opens = {{ months = 1 }}\ncloses = {{ months = 2 }}\nfloor = 80\n{case}")), ["policy::bad_floor", "policy::case"]);
        assert_eq!(codes("opens = { days = 1 }\ncloses = { days = 2 }\n[[case]]\nintake = 'soon'\nopens = ''\ncloses = ''\n"), ["policy::bad_date"]);
    }

    #[test]
    fn the_list_of_people_due_is_sorted_by_the_last_day() {
        let one = |person: &str, closes| Due { analysis: "a".into(), person: person.into(), intake: 0, opens: 100, closes, status: "due now", early: None };
        let list = due_csv(vec![one("B, Ann", 365), one("A", 200), one("C", 200)]);
        let people: Vec<&str> = list.lines().skip(1).map(|line| line.split(",1970").next().unwrap_or_default()).collect();
        assert_eq!(people, ["A", "C", "\"B, Ann\""]);
    }
}
