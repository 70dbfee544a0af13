//! What the first pass found in, the tables of the export out: name, rows, key and columns of each.

use super::columns::{Project, Role, is_unnamed_state};
use super::scan::{Grain, Scan, Seen};
use crate::error::{Error, Problem, closest, some_of};

/// One table of an export: all rows of one grain.
#[derive(Debug, Clone)]
pub(super) struct Table {
    /// What `--sheet` takes.
    pub(super) name: String,
    pub(super) grain: Grain,
    pub(super) rows: u64,
    /// Columns whose values together name each row once.
    pub(super) key: Vec<usize>,
    /// Columns of the file.
    pub(super) columns: Vec<usize>,
    /// Rows whose key is blank or another row's.
    pub(super) repeated: u64,
    /// Lines of the first of them.
    pub(super) repeated_lines: Vec<u64>,
}

/// The tables, the one that is read where nothing else is asked for first.
pub(super) fn tables(project: &Project, scan: &Scan) -> Vec<Table> {
    let repeating: Vec<Option<usize>> = scan.tables.iter().map(|(grain, seen)| form_of(project, scan, grain, seen)).collect();
    let mut tables: Vec<Table> = scan
        .tables
        .iter()
        .zip(&repeating)
        .map(|((grain, seen), form)| Table {
            name: name_of(project, grain, *form),
            grain: grain.clone(),
            rows: seen.rows,
            key: key_of(project, grain, scan),
            columns: (0..project.columns.len()).filter(|column| has_column(project, *column, grain, *form, &repeating, scan)).collect(),
            repeated: seen.repeated,
            repeated_lines: seen.repeated_lines.clone(),
        })
        .collect();
    // An instrument may be called as the other tables are.
    let mut taken = std::collections::HashSet::new();
    for table in tables.iter_mut().rev() {
        while !taken.insert(table.name.clone()) {
            table.name.push_str("_table");
        }
    }
    tables
}

/// The instrument of a table of repetitions.
fn form_of(project: &Project, scan: &Scan, grain: &Grain, seen: &Seen) -> Option<usize> {
    let Grain::Instrument(text) = grain else { return None };
    let named = project.forms.iter().position(|form| form == text || (scan.labelled && *form == form_name(text)));
    // Instruments may be called differently than their names tell: then the one whose columns the rows fill.
    let filled = |form: &usize| project.columns.iter().zip(&seen.filled).filter(|(column, filled)| column.form == Some(*form) && **filled).count();
    named.or_else(|| (0..project.forms.len()).filter(|form| filled(form) > 0).max_by_key(|form| (filled(form), usize::MAX - form)))
}

/// The name that REDCap makes of an instrument's title.
fn form_name(title: &str) -> String {
    title
        .to_lowercase()
        .chars()
        .map(|letter| if letter == ' ' { '_' } else { letter })
        .filter(|letter| letter.is_ascii_alphanumeric() || *letter == '_')
        .collect()
}

fn name_of(project: &Project, grain: &Grain, form: Option<usize>) -> String {
    match grain {
        Grain::Base => "records".to_owned(),
        Grain::Events => "repeating_events".to_owned(),
        Grain::Instrument(text) => match form.and_then(|form| project.forms.get(form)) {
            Some(form) if !is_unnamed_state(form) => form.clone(),
            Some(_) => Some(form_name(text)).filter(|name| !name.is_empty()).unwrap_or_else(|| text.clone()),
            None => text.clone(),
        },
    }
}

/// The columns of the key; an event that no row names is no part of it.
fn key_of(project: &Project, grain: &Grain, scan: &Scan) -> Vec<usize> {
    let instance = project.instance.filter(|_| *grain != Grain::Base);
    [Some(project.record), project.event.filter(|_| !scan.events.is_empty()), instance].into_iter().flatten().collect()
}

/// Whether a column belongs to a table. A column with an answer in any row of a table always does.
fn has_column(project: &Project, column: usize, grain: &Grain, form: Option<usize>, repeating: &[Option<usize>], scan: &Scan) -> bool {
    let (Some(about), Some(seen)) = (project.columns.get(column), scan.tables.get(grain)) else { return false };
    let answered = seen.answered.get(column).is_some_and(|answered| *answered);
    let filled = seen.filled.get(column).is_some_and(|filled| *filled);
    let is_base = *grain == Grain::Base;
    // Where there is no table of records, what nobody filled stands in the first table.
    let is_home = scan.tables.keys().next() == Some(grain);
    match about.role {
        Role::Record | Role::Event => true,
        Role::Instance => !is_base,
        Role::Instrument => false,
        _ if answered => true,
        _ => match about.form {
            Some(of) if is_home || is_base => !repeating.contains(&Some(of)) || form == Some(of),
            Some(of) => form == Some(of) || (*grain == Grain::Events && filled),
            None => filled || (is_home && !scan.tables.values().any(|seen| seen.filled.get(column).is_some_and(|filled| *filled))),
        },
    }
}

/// The table of this name; the first one where none is named.
pub(super) fn choose(tables: Vec<Table>, wanted: Option<&str>, place: &str) -> Result<(Table, Vec<Table>), Error> {
    let names = || tables.iter().map(|table| table.name.as_str());
    let found = wanted.map_or(Some(0), |wanted| names().position(|name| name == wanted));
    let Some(position) = found else {
        let wanted = wanted.unwrap_or_default();
        let mut problem = Problem::new("input::unknown_table", format!("the export has no table `{wanted}`")).at(place).expected(some_of(names()));
        problem.help = closest(wanted, names()).map(|near| format!("did you mean `{near}`?"));
        return Err(Error::usage(problem));
    };
    let mut others = tables;
    let chosen = others.remove(position);
    Ok((chosen, others))
}

impl Table {
    /// The table in words: name, rows and key.
    pub(super) fn in_words(&self, project: &Project) -> String {
        let rows = if self.rows == 1 { "1 row".to_owned() } else { format!("{} rows", self.rows) };
        format!("`{}` ({rows}, one for each {})", self.name, self.key_names(project).join(" + "))
    }

    /// Names of the columns of the key.
    pub(super) fn key_names<'a>(&self, project: &'a Project) -> Vec<&'a str> {
        self.key.iter().filter_map(|column| project.columns.get(*column)).map(|column| column.name.as_str()).collect()
    }
}

/// The name that REDCap makes of an event's title: `Enrollment (Arm 1: Drug A)` is `enrollment_arm_1`.
pub(super) fn event_name(title: &str) -> String {
    let (title, arm) = match title.rsplit_once(" (Arm ") {
        Some((title, rest)) => (title, rest.split([':', ')']).next().unwrap_or("1").trim()),
        None => (title, "1"),
    };
    let kept: String = title.to_lowercase().chars().filter(|letter| letter.is_ascii_alphanumeric() || matches!(letter, ' ' | '_')).collect();
    let short: String = kept.split_whitespace().collect::<Vec<_>>().join("_").chars().take(18).collect();
    format!("{}_arm_{arm}", short.trim_matches('_'))
}

#[cfg(test)]
mod tests {
    use super::{event_name, form_name};

    #[test]
    fn titles_become_the_names_that_redcap_makes_of_them() {
        // Titles and names of real projects.
        let events =
            ["Enrollment", "Deadline to opt out of study (Arm 2: Drug B)", "Deadline to return feedback (Arm 2: Drug B)", "Final visit (Arm 1: Drug A)"];
        assert_eq!(events.map(event_name), ["enrollment_arm_1", "deadline_to_opt_ou_arm_2", "deadline_to_return_arm_2", "final_visit_arm_1"]);
        assert_eq!(["Blood Pressure", "Race and Ethnicity", "Intake (2)"].map(form_name), ["blood_pressure", "race_and_ethnicity", "intake_2"]);
    }
}
