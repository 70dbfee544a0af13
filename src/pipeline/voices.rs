//! What a pipeline says of coded excerpts in; what a themes analysis needs checked, and the words that may be asked to be quoted out.
//!
//! Nobody is quoted unless the pipeline asks for it (`quotes = true`). What is gathered here are excerpts, and no quotes yet: which
//! of them become public is decided in `disclosure` alone, and this file takes out only what the codebook knows to name people.

use std::collections::{BTreeMap, BTreeSet};

use super::personal;
use super::plan::{DatasetPlan, Gather, Plan};
use crate::analysis::{Quoting, Settings};
use crate::config::Table;
use crate::disclosure::{Excerpt, ReleasedTable};
use crate::error::{Problem, Severity, some_of};
use crate::frame::{Batch, Frame, NO_LEVEL, Values};
use crate::schema::Kind;

/// What an analysis says of quotes; `None` for another kind, or where it does not ask for them.
pub(super) fn settings(table: &Table<'_>) -> Option<Quoting> {
    if table.text("kind").as_deref() != Some("themes") {
        return None;
    }
    let agreed = table.table("agreed").map(|inner| {
        let agreed = (inner.required_text("field"), inner.required("is", inner.texts("is")));
        inner.finish();
        agreed
    });
    let quoting = Quoting { excerpt: table.text("excerpt").unwrap_or_default(), agreed };
    table.flag("quotes").unwrap_or(false).then_some(quoting)
}

impl Gather<'_> {
    /// Themes are counted by who raised them, and quoted from one field of text.
    pub(super) fn themes(&mut self, settings: &mut Settings, dataset: &DatasetPlan) {
        if settings.kind != "themes" {
            return;
        }
        if dataset.person().is_none() {
            let problem = Problem::new("pipeline::no_person", format!("analysis `{}` counts who spoke, and `{}` does not name them", settings.id, dataset.id));
            self.fail(&settings.dataset, problem.help("name the column in the codebook: person = \"…\""));
        }
        for name in settings.variables.iter().chain(&settings.by) {
            if dataset.codebook.field(name).is_some_and(|field| !matches!(field.kind, Kind::Category { .. })) {
                let problem = Problem::new("pipeline::not_a_category", format!("analysis `{}` needs one level in each row of `{name}`", settings.id));
                self.fail(name, problem.expected("a field of type category"));
            }
        }
        let place = format!("analysis `{}`", settings.id);
        let Some(quoting) = &mut settings.quotes else { return };
        self.excerpt(&place, quoting, dataset);
        if let Some((field, is)) = &quoting.agreed {
            if dataset.codebook.field(field).is_none() {
                self.unknown_variable(&place, field, dataset.codebook.variables());
            }
            self.levels_exist(&place, field, is, dataset);
        }
    }

    /// The field that holds what was said: the one that the pipeline names, or the only one with people's own words.
    fn excerpt(&mut self, place: &str, quoting: &mut Quoting, dataset: &DatasetPlan) {
        let book = &dataset.codebook;
        let texts: Vec<&str> = book.fields.iter().filter(|field| field.kind == Kind::Text && !field.identifies).map(|field| field.name.as_str()).collect();
        if quoting.excerpt.is_empty() {
            if let [only] = texts[..] {
                only.clone_into(&mut quoting.excerpt);
            } else {
                let problem = Problem::new("pipeline::no_excerpt", format!("{place} asks for quotes and does not say where the words stand"));
                self.fail("quotes", problem.found(some_of(texts)).expected("excerpt = \"…\", a field of type text"));
            }
        } else if book.field(&quoting.excerpt).is_none() {
            self.unknown_variable(place, &quoting.excerpt, book.variables());
        } else if !texts.contains(&quoting.excerpt.as_str()) {
            let problem = Problem::new("pipeline::no_excerpt", format!("{place} cannot quote from `{}`", quoting.excerpt));
            self.fail(&quoting.excerpt, problem.expected("a field of type text that is not marked as naming people"));
        }
    }
}

/// What was said in a dataset, wherever an analysis asks to quote from it.
pub(super) fn excerpts(plan: &Plan, dataset: &DatasetPlan, frame: &Frame) -> Vec<Excerpt> {
    let mut found = Vec::new();
    for settings in plan.analyses.iter().filter(|settings| settings.dataset == dataset.id) {
        let (Some(quoting), Some(person)) = (&settings.quotes, dataset.person()) else { continue };
        let said = Said { settings, quoting, person: &person, frame };
        let (mut own, mut first) = (Vec::new(), BTreeMap::new());
        for batch in &frame.batches {
            said.of(batch, &mut first, &mut own);
        }
        let words: BTreeSet<&str> = own.iter().map(|excerpt| excerpt.words.as_str()).collect();
        let naming: BTreeSet<String> = personal::naming(dataset, frame, &words).into_keys().map(str::to_owned).collect();
        own.iter_mut().filter(|excerpt| naming.contains(&excerpt.words)).for_each(|excerpt| excerpt.names = true);
        found.extend(own);
    }
    found
}

/// Where the words of an analysis stand.
struct Said<'a> {
    settings: &'a Settings,
    quoting: &'a Quoting,
    person: &'a str,
    frame: &'a Frame,
}

/// Groups by name.
type Groups = BTreeMap<String, String>;

impl Said<'_> {
    /// Adds the excerpts of a batch, each once for every theme that it was given. A person has the groups of their first row, as
    /// where people are counted.
    fn of(&self, batch: &Batch, first: &mut BTreeMap<(Option<String>, u32), Groups>, found: &mut Vec<Excerpt>) {
        let Some(Values::Text(words)) = batch.column(&self.quoting.excerpt).map(|column| &column.values) else { return };
        let Some(people) = batch.levels(self.person) else { return };
        for row in (0..batch.rows()).filter(|row| people[*row] != NO_LEVEL) {
            let wave = self.level(batch, "wave", row).filter(|wave| !wave.is_empty());
            let groups = first.entry((wave.clone(), people[row])).or_insert_with(|| self.groups(batch, row));
            for code in self.settings.variables.iter().filter(|_| !words[row].is_empty()) {
                let Some(level) = self.level(batch, code, row) else { continue };
                found.push(Excerpt {
                    dataset: self.settings.dataset.clone(),
                    analysis: self.settings.id.clone(),
                    variable: code.clone(),
                    level,
                    wave: wave.clone(),
                    groups: groups.clone(),
                    person: people[row],
                    words: words[row].clone(),
                    agreed: self.agreed(batch, row),
                    names: false,
                });
            }
        }
    }

    fn level(&self, batch: &Batch, column: &str, row: usize) -> Option<String> {
        let code = *batch.levels(column)?.get(row)?;
        let names = self.frame.levels.get(column)?.names();
        names.get(usize::try_from(code).ok()?).cloned()
    }

    fn groups(&self, batch: &Batch, row: usize) -> Groups {
        let by = self.settings.by.iter().filter(|by| *by != "wave");
        by.filter_map(|by| Some((by.clone(), self.level(batch, by, row)?))).collect()
    }

    /// Whether somebody has said of this excerpt that it may be quoted; where the pipeline names no such field, all are alike.
    fn agreed(&self, batch: &Batch, row: usize) -> bool {
        self.quoting.agreed.as_ref().is_none_or(|(field, is)| self.level(batch, field, row).is_some_and(|level| is.contains(&level)))
    }
}

/// What the person who runs the pipeline must know of quotes: nobody but a reader can tell what a sentence gives away.
pub(super) fn notes(plan: &Plan, released: &ReleasedTable) -> Vec<Problem> {
    let asked = plan.analyses.iter().filter(|settings| settings.quotes.is_some());
    asked
        .map(|settings| {
            let quoted = released.quotes().iter().filter(|quote| quote.dataset() == settings.dataset && quote.analysis() == settings.id).count();
            Problem::new("disclosure::quotes", format!("`{}` quotes {quoted} excerpts in public files", settings.id))
                .help("read each of them before you publish: a turn of phrase can tell who spoke, and no search finds that")
                .severity(Severity::Note)
        })
        .collect()
}
