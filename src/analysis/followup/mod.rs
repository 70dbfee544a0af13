//! Where are people some months after their intake: who was due, who was interviewed in time, what changed among them.
//!
//! Everything is said of people and hangs on their intake record, to which `columns` adds where they stand
//! and what they answered later. The people whose window has closed are the base: those of them who were
//! interviewed in it are followed, the others are lost.

#[cfg(test)]
mod tests;

mod change;
mod columns;
mod imputed;
mod intakes;
mod lost;
mod people;
mod window;

pub(crate) use window::{Span, WindowPolicy, iso};

use super::{Analysis, Context, Settings, paired};
use crate::error::Error;
use crate::estimate::{Base, CiMethod, Estimate, Measure, Request};
use crate::frame::Frame;
use crate::results::{ResultRow, Stat, Unit};
use people::{Standing, State};

/// What a follow-up analysis is told besides its variables.
#[derive(Debug, Clone, Default)]
pub(crate) struct Followup {
    /// Id of the policy, beside the pipeline or built in.
    pub policy_id: String,
    /// The policy, once read.
    pub policy: Option<WindowPolicy>,
    /// Levels of the moment column: the intake, the follow-up.
    pub moments: [String; 2],
    /// Date column of the interviews.
    pub date: String,
    /// Date column of the day on which a person's care ended.
    pub ended: Option<String>,
    /// Answers that count as the outcome.
    pub is: Vec<String>,
    /// Fields at intake by which those lost are compared with the others, and weighted.
    pub lost_by: Vec<String>,
    /// Percentiles beyond which follow-up weights are trimmed.
    pub trim: (f64, f64),
    /// How often the answers of those lost are imputed; not at all for 0.
    pub impute: u32,
}

impl Followup {
    /// The answers that count, in words.
    pub(crate) fn level(&self) -> String {
        self.is.join(" or ")
    }
}

/// A person who still has to be interviewed, for the holder of the data.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Due {
    pub analysis: String,
    /// The person as the file names them.
    pub person: String,
    /// Days since 1970, as all that follow.
    pub intake: i64,
    pub opens: i64,
    pub closes: i64,
    /// `due now` or `not yet due`.
    pub status: &'static str,
    /// An interview before the window opened.
    pub early: Option<i64>,
}

/// Follow-up interviews and what changed until them.
pub(super) struct FollowUp;

/// Group that says whether a window is over.
const WINDOW: &str = "followup_window";
/// Variable of where people stand.
const STANDING: &str = "followup_status";
/// Group that says whether a person gave an answer in time.
const SEEN: &str = "followup_seen";
/// Its levels.
const FOLLOWED: [&str; 2] = ["followed", "lost"];

impl Analysis for FollowUp {
    fn kind(&self) -> &'static str {
        "followup"
    }

    fn summary(&self) -> &'static str {
        "where people are some months later: who was due and interviewed in time, against a floor, and outcomes at both interviews"
    }

    fn settings(&self) -> &'static [&'static str] {
        &["by", "each", "seed", "variables"]
    }

    fn needs(&self, settings: &Settings) -> Vec<String> {
        settings.followup.iter().flat_map(|followup| followup.ended.iter().chain([&followup.date]).chain(&followup.lost_by)).cloned().collect()
    }

    fn prepare(&self, context: &Context<'_>, frame: &mut Frame) {
        if let Some(followup) = &context.settings.followup {
            columns::add(context, followup, frame);
        }
    }

    fn requests(&self, context: &Context<'_>) -> Vec<Request> {
        plan(context).into_iter().map(|asked| asked.request).collect()
    }

    fn rows(&self, context: &Context<'_>, frame: &Frame, answers: &[Vec<Estimate>]) -> Result<Vec<ResultRow>, Error> {
        let Some(followup) = &context.settings.followup else { return Ok(Vec::new()) };
        let mut rows = Vec::new();
        for (asked, estimates) in plan(context).into_iter().zip(answers) {
            for estimate in estimates {
                rows.extend(row(context, followup, frame, &asked, estimate));
            }
        }
        let is_simple = !rows.iter().any(|row| row.stat == Stat::Difference && !paired::is_simple(row));
        rows.extend(lost::rows(context, followup, frame, is_simple));
        let found = people::people(context, followup, frame);
        intakes::note(context, &found.people, &mut rows);
        rows.extend(intakes::rows(context, followup, &found.people));
        for (fault, count) in found.faults {
            rows.push(context.quality_row("followup_faults", Some(fault), Unit::None, count as f64));
        }
        Ok(rows)
    }

    fn due(&self, context: &Context<'_>, frame: &Frame) -> Vec<Due> {
        let (Some(followup), Some(person)) = (&context.settings.followup, &context.subject.person) else { return Vec::new() };
        let open = people::people(context, followup, frame).people.into_iter();
        let open = open.filter(|one| one.state == State::NotClosed && one.standing != Standing::InWindow);
        let name = |id: u32| frame.levels.get(person).and_then(|levels| levels.name(id)).unwrap_or_default().to_owned();
        open.map(|one| Due {
            analysis: context.settings.id.clone(),
            person: name(one.id),
            intake: one.intake_day,
            opens: one.opens,
            closes: one.closes,
            status: one.standing.word(),
            early: one.followup.map(|(day, _)| day),
        })
        .collect()
    }
}

/// What a request is for.
enum Asked {
    /// How many people there are.
    People,
    /// Where they stand.
    Standing,
    /// A share of them at one of the two moments.
    Share,
    /// The difference of the two shares.
    Difference,
    /// The later share over the earlier.
    Ratio,
}

struct Question {
    asked: Asked,
    variable: String,
    request: Request,
    /// Groups of its rows besides those of the request.
    groups: Vec<(String, String)>,
}

/// The column that the analysis made under a name of its own.
fn column(context: &Context<'_>, name: &str) -> String {
    format!("{name}__{}", context.settings.id)
}

fn share() -> Measure {
    Measure::Proportion { ci: CiMethod::Wilson, base: Base::Valid }
}

fn plan(context: &Context<'_>) -> Vec<Question> {
    let mut plan = Vec::new();
    let window = column(context, WINDOW);
    let every = State::ALL.map(State::word);
    let people = |request: Request, groups: &[(&str, &str)]| question(Asked::People, context.subject.unit.word(), request, groups);
    plan.push(people(Request::new("", Measure::Count).only(&window, every), &[]));
    for state in State::ALL {
        plan.push(people(Request::new("", Measure::Count).only(&window, [state.word()]), &[(WINDOW, state.word())]));
    }
    for state in [State::Closed, State::NotClosed] {
        let request = Request::new(column(context, STANDING), share()).only(&window, [state.word()]);
        plan.push(question(Asked::Standing, STANDING, request, &[(WINDOW, state.word())]));
    }
    for by in &context.settings.by {
        let count = Request::new("", Measure::Count).by([by]).only(&window, [State::Closed.word()]);
        plan.push(people(count, &[(WINDOW, State::Closed.word())]));
        let request = Request::new(column(context, STANDING), share()).by([by]).only(&window, [State::Closed.word()]);
        plan.push(question(Asked::Standing, STANDING, request, &[(WINDOW, State::Closed.word())]));
    }
    for variable in &context.settings.variables {
        plan.extend(change::plan(context, variable));
    }
    plan
}

fn question(asked: Asked, variable: &str, request: Request, groups: &[(&str, &str)]) -> Question {
    let groups = groups.iter().map(|(group, level)| ((*group).to_owned(), (*level).to_owned())).collect();
    Question { asked, variable: variable.to_owned(), request, groups }
}

/// The row of an estimate; none where there is nobody to speak of.
fn row(context: &Context<'_>, followup: &Followup, frame: &Frame, asked: &Question, estimate: &Estimate) -> Option<ResultRow> {
    let mut row = match asked.asked {
        Asked::People => context.answered_row(&asked.variable, estimate),
        Asked::Standing | Asked::Share => context.row(&asked.variable, Unit::Percent, estimate),
        Asked::Difference | Asked::Ratio => return Some(change::row(context, frame, asked, estimate)),
    };
    row.groups.extend(asked.groups.iter().cloned());
    match asked.asked {
        Asked::People if row.estimate == Some(0.0) => return None,
        Asked::Standing if !can_stand(&row) => return None,
        Asked::Share => row.level = Some(followup.level()),
        _ => {}
    }
    Some(row)
}

/// Whether people with such a window can stand so: nobody is late for a window that is open.
fn can_stand(row: &ResultRow) -> bool {
    let is = |states: &[Standing]| states.iter().any(|state| row.level.as_deref() == Some(state.word()));
    match row.groups.get(WINDOW).map(String::as_str) {
        Some("closed") => is(&[Standing::InWindow, Standing::Early, Standing::Late, Standing::Missed]),
        _ => is(&[Standing::InWindow, Standing::DueNow, Standing::NotYetDue]),
    }
}
