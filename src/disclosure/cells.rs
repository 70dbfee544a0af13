//! Result rows in, the cells that they print out: each set of people once, however often it is printed.
//!
//! A cell is named by the conditions that its people meet: those of the domain and, for a level, the
//! answer itself. So a share of women in Boston is one cell whether women are counted by region or
//! regions by sex, and the people of a domain are the level of the variable that makes the domain.

use std::collections::{BTreeMap, BTreeSet};

use super::Policy;
use crate::results::{ResultRow, Stat, Status, Support, Unit};

pub(super) type Groups = BTreeMap<String, String>;

/// What of the people that meet the conditions a cell counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum What {
    /// All of them.
    People,
    /// Those with a valid answer to a question with levels.
    Base(String),
    /// Those behind a mean, a quantile and the like.
    Numbers(String),
    /// Their visits.
    Visits,
    /// Their missing answers to a variable for a reason.
    Missing(String, String),
}

/// The name of a cell.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub dataset: String,
    pub conditions: Groups,
    pub what: What,
    /// Tells apart cells of one name whose numbers differ, such as two bases of one question.
    pub variant: String,
}

/// A cell as its rows say it.
#[derive(Debug, Clone)]
pub(super) struct Drafted {
    pub key: Key,
    pub value: u64,
    /// Distinct people, where the cell counts something else.
    pub people: u64,
    pub weight: Option<f64>,
    /// The people with an answer to each question of which this cell is a level.
    pub bases: Vec<usize>,
    /// Whether a row prints it as its own figure.
    pub printed: bool,
    /// Whether all its people are counted in the domain of a row.
    pub is_domain: bool,
    /// Domains in which rows print it, and the variable and level that they print there.
    pub places: BTreeSet<(Groups, String, String)>,
}

impl Drafted {
    /// The cell in words, without its number.
    pub(super) fn name(&self) -> String {
        let conditions: Vec<String> =
            self.key.conditions.iter().map(|(name, level)| if level.is_empty() { name.clone() } else { format!("{name} = {level}") }).collect();
        let of = if conditions.is_empty() { String::new() } else { format!(" with {}", conditions.join(", ")) };
        let dataset = &self.key.dataset;
        match &self.key.what {
            What::People => format!("`{dataset}`: people{of}"),
            What::Base(variable) | What::Numbers(variable) => format!("`{dataset}`: people with an answer to `{variable}`{of}"),
            What::Visits => format!("`{dataset}`: visits{of}"),
            What::Missing(variable, reason) => format!("`{dataset}`: missing answers to `{variable}` ({reason}){of}"),
        }
    }
}

/// All cells of a release, and those that each row prints or is computed from.
#[derive(Debug, Clone, Default)]
pub(super) struct Draft {
    pub cells: Vec<Drafted>,
    pub index: BTreeMap<Key, usize>,
    /// Cells of each row; none for rows that are not about people.
    pub rows: Vec<Vec<usize>>,
    /// Cells that lie in each domain, by dataset and groups.
    pub domains: BTreeMap<(String, Groups), BTreeSet<usize>>,
    /// Levels of each question with one base: dataset, groups, variable, base.
    pub questions: BTreeMap<(String, Groups, String, usize), BTreeSet<usize>>,
    /// Missing answers that the rows of a question or number print: the cell of each base.
    pub missing: BTreeMap<usize, usize>,
}

/// Whether a row counts people and says something of them.
pub(super) fn is_about_people(row: &ResultRow) -> bool {
    matches!(row.support, Support::People { .. }) && (row.status != Status::NotEstimable || row.n.is_some() || row.denominator.is_some())
}

/// The people with whom a retention curve begins.
pub(super) const CURVE_START: &str = "retention~0";

/// Groups that say which comparison a row makes, not which people it is about.
pub(super) const NOT_PLACES: [&str; 4] = ["compared_with", "who", "split_by", "also"];

/// The cells of all rows.
pub(super) fn draft(rows: &[ResultRow], policy: &Policy) -> Draft {
    let mut draft = Draft { rows: vec![Vec::new(); rows.len()], ..Draft::default() };
    let several_bases = bases_differ(rows);
    // Figures of one domain first: a comparison speaks of the cells that they have made.
    for (place, row) in rows.iter().enumerate().filter(|(_, row)| is_about_people(row) && compared(row).is_none() && !moves(row)) {
        draft.rows[place] = draft.figure(row, &several_bases);
    }
    for (place, row) in rows.iter().enumerate().filter(|(_, row)| is_about_people(row)) {
        if let Some(domains) = compared(row) {
            draft.rows[place] = draft.comparison(row, &domains, &several_bases);
        } else if moves(row) {
            draft.rows[place] = draft.movers(row, &several_bases);
        } else if is_of_ranks(row.stat) {
            let pairs = draft.pairs(row);
            draft.rows[place].extend(pairs);
        }
    }
    for (place, row) in rows.iter().enumerate().filter(|(_, row)| row.support == Support::Quality || policy.protect_missing) {
        if let (Some(variable), Some(reason)) = (row.variable.strip_suffix("__missing"), &row.level) {
            draft.rows[place] = vec![draft.missing(row, variable, reason)];
        }
    }
    for (place, row) in rows.iter().enumerate().filter(|(_, row)| is_about_people(row)) {
        if let Some(also) = row.groups.get("also") {
            let ends = draft.ends(row, also);
            draft.rows[place].extend(ends);
        }
    }
    draft.visits(rows);
    draft.only_answers(&repeated(rows));
    draft
}

/// Datasets in which one person can have several rows: missing answers there are no number of people.
fn repeated(rows: &[ResultRow]) -> BTreeSet<&str> {
    // A comparison counts the answers of both waves, and a model or a rank test hides by its smallest group: none says that people have several rows.
    let by_smallest = |row: &ResultRow| is_of_model(row.stat) || is_of_ranks(row.stat);
    let of_rows = |row: &&ResultRow| compared(row).is_none() && !by_smallest(row) && !row.groups.contains_key("also");
    let repeats = |row: &&ResultRow| of_rows(row) && matches!(row.support, Support::People { behind, .. } if whole(row.n).is_some_and(|n| n != behind));
    rows.iter().filter(repeats).map(|row| row.dataset.as_str()).collect()
}

/// Whether a figure is one of a path model.
fn is_of_model(stat: Stat) -> bool {
    matches!(stat, Stat::Path | Stat::PathStandardized | Stat::RSquared | Stat::Chisq | Stat::Df | Stat::Cfi | Stat::Rmsea | Stat::Srmr)
}

/// Whether a figure is made of signed ranks: behind it are the fewest of those who rose, fell or did not change.
fn is_of_ranks(stat: Stat) -> bool {
    matches!(stat, Stat::WilcoxonV | Stat::RankBiserial)
}

/// The two one-wave domains of a comparison of waves, unless it is of the people seen in both.
fn compared(row: &ResultRow) -> Option<[Groups; 2]> {
    let mut later = row.groups.clone();
    later.remove("split_by");
    let from = later.remove("compared_with").filter(|_| !row.groups.contains_key("who"))?;
    let mut earlier = later.clone();
    earlier.insert("wave".to_owned(), from);
    Some([earlier, later])
}

/// Whether a row compares those who moved one way with those who moved the other way.
fn moves(row: &ResultRow) -> bool {
    matches!(row.stat, Stat::Difference | Stat::Mcnemar) && row.groups.contains_key("who") && row.groups.contains_key("compared_with")
}

/// Levels of those who moved, as rows say them.
const MOVED: [&str; 2] = ["rose above", "fell below"];

type Question<'a> = (&'a str, &'a Groups, &'a str, &'a str);

fn question(row: &ResultRow) -> Question<'_> {
    (&row.dataset, &row.groups, &row.variable, &row.analysis)
}

/// Questions whose levels have bases of their own, such as the months of a retention curve.
fn bases_differ(rows: &[ResultRow]) -> BTreeSet<Question<'_>> {
    let mut bases: BTreeMap<Question<'_>, BTreeSet<u64>> = BTreeMap::new();
    for row in rows.iter().filter(|row| is_about_people(row) && compared(row).is_none() && !moves(row)) {
        if let Support::People { behind, outside: Some(outside) } = row.support {
            bases.entry(question(row)).or_default().insert(behind + outside);
        }
    }
    bases.into_iter().filter(|(_, bases)| bases.len() > 1).map(|(question, _)| question).collect()
}

fn is_level(row: &ResultRow) -> bool {
    matches!(row.support, Support::People { outside: Some(_), .. }) && row.stat != Stat::Difference
}

impl Draft {
    /// The cell of a name and a number; another number under one name is another cell.
    fn cell(&mut self, mut key: Key, value: u64, row: &ResultRow) -> usize {
        let variants = [String::new(), row.analysis.clone(), format!("{}.{}", row.analysis, row.stat), row.id()];
        for variant in variants {
            key.variant = variant;
            match self.index.get(&key) {
                Some(known) if self.cells[*known].value == value => return *known,
                Some(_) => {}
                None => break,
            }
        }
        let place = self.cells.len();
        self.index.insert(key.clone(), place);
        self.cells.push(Drafted { key, value, people: value, weight: None, bases: Vec::new(), printed: false, is_domain: false, places: BTreeSet::new() });
        place
    }

    fn key(row: &ResultRow, conditions: Groups, what: What) -> Key {
        Key { dataset: row.dataset.clone(), conditions, what, variant: String::new() }
    }

    /// Cells of a figure of one domain.
    fn figure(&mut self, row: &ResultRow, several_bases: &BTreeSet<Question<'_>>) -> Vec<usize> {
        let Support::People { behind, outside } = row.support else { return Vec::new() };
        let is_count = row.stat == Stat::Count && row.level.is_none() && outside.is_none();
        let cell = if is_count && row.unit == Unit::People && row.variable == row.unit.word() {
            let cell = self.cell(Self::key(row, row.groups.clone(), What::People), behind, row);
            self.cells[cell].is_domain = true;
            cell
        } else if is_count && row.variable == row.unit.word() {
            let cell = self.cell(Self::key(row, row.groups.clone(), What::Visits), whole(row.n).unwrap_or(behind), row);
            self.cells[cell].people = behind;
            cell
        } else if is_level(row) {
            self.level(row, behind, behind + outside.unwrap_or(0), several_bases.contains(&question(row)))
        } else {
            let name = match row.stat {
                Stat::Smooth | Stat::Survival => format!("{}~{}", row.variable, row.level.as_deref().unwrap_or_default()),
                stat if is_of_ranks(stat) => format!("{}~ranks", row.variable),
                _ => row.variable.clone(),
            };
            self.cell(Self::key(row, row.groups.clone(), What::Numbers(name)), behind, row)
        };
        self.place(cell, row);
        if whole(row.n) == Some(behind) {
            self.cells[cell].weight = self.cells[cell].weight.or(row.n_weighted);
        }
        let base = self.cells[cell].bases.last().copied().filter(|_| outside.is_some()).unwrap_or(cell);
        if let Some(missing) =
            whole(row.n_missing).filter(|_| matches!(self.cells[base].key.what, What::Base(_) | What::Numbers(_)) && !self.missing.contains_key(&base))
        {
            let cell = self.cell(Self::key(row, row.groups.clone(), What::Missing(row.variable.clone(), String::new())), missing, row);
            self.cells[cell].places.insert((row.groups.clone(), row.variable.clone(), String::new()));
            self.domains.entry((row.dataset.clone(), row.groups.clone())).or_default().insert(cell);
            self.missing.insert(base, cell);
        }
        vec![cell]
    }

    fn place(&mut self, cell: usize, row: &ResultRow) {
        let level = row.level.clone().unwrap_or_default();
        self.cells[cell].printed = true;
        self.cells[cell].places.insert((row.groups.clone(), row.variable.clone(), level));
        self.domains.entry((row.dataset.clone(), row.groups.clone())).or_default().insert(cell);
    }

    /// A level of a question, and its base.
    fn level(&mut self, row: &ResultRow, behind: u64, base: u64, own_base: bool) -> usize {
        let level = row.level.clone().unwrap_or_default();
        let name = if own_base { format!("{}={level}", row.variable) } else { row.variable.clone() };
        let base = self.cell(Self::key(row, row.groups.clone(), What::Base(name)), base, row);
        self.cells[base].places.insert((row.groups.clone(), row.variable.clone(), String::new()));
        self.domains.entry((row.dataset.clone(), row.groups.clone())).or_default().insert(base);
        let mut conditions = row.groups.clone();
        conditions.insert(row.variable.clone(), level);
        let key = Self::key(row, conditions, What::People);
        let cell = self.cell(key, behind, row);
        self.cells[cell].bases.retain(|known| *known != base);
        self.cells[cell].bases.push(base);
        if !own_base && matches!(row.stat, Stat::Count | Stat::Proportion) {
            self.questions.entry((row.dataset.clone(), row.groups.clone(), row.variable.clone(), base)).or_default().insert(cell);
        }
        cell
    }

    /// A comparison of two waves says something of both; where a wave does not print the cell, it has one of its own.
    fn comparison(&mut self, row: &ResultRow, domains: &[Groups; 2], several_bases: &BTreeSet<Question<'_>>) -> Vec<usize> {
        let mut cells = BTreeSet::new();
        for groups in domains {
            let mut conditions = groups.clone();
            let what = if row.level.is_some() && is_share(row) {
                conditions.insert(row.variable.clone(), row.level.clone().unwrap_or_default());
                What::People
            } else {
                What::Numbers(row.variable.clone())
            };
            let named = Self::key(row, conditions, what);
            let found = self
                .index
                .range(named.clone()..)
                .take_while(|(key, _)| (&key.dataset, &key.conditions, &key.what) == (&named.dataset, &named.conditions, &named.what));
            cells.extend(found.map(|(_, cell)| *cell));
        }
        cells.extend(self.behind_part(row, domains));
        if cells.is_empty() {
            return self.figure(row, several_bases);
        }
        cells.into_iter().collect()
    }

    /// The people in either level of a row of two: it says of both that they are at least as many.
    fn ends(&self, row: &ResultRow, also: &str) -> Vec<usize> {
        let mut found = Vec::new();
        for level in [row.level.as_deref().unwrap_or_default(), also] {
            let mut conditions = row.groups.clone();
            conditions.remove("also");
            conditions.insert(row.variable.clone(), level.to_owned());
            let named = Self::key(row, conditions, What::People);
            let same = |key: &Key| (&key.dataset, &key.conditions, &key.what) == (&named.dataset, &named.conditions, &named.what);
            found.extend(self.index.range(named.clone()..).take_while(|(key, _)| same(key)).map(|(_, cell)| *cell));
        }
        found
    }

    /// The cells of groups, or of those who stayed, joined and left, from whose means a part of a change is made.
    fn behind_part(&self, row: &ResultRow, domains: &[Groups; 2]) -> Vec<usize> {
        if row.stat != Stat::ChangePart {
            return Vec::new();
        }
        let is = |key: &Key| key.dataset == row.dataset && key.what == What::Numbers(row.variable.clone());
        if let Some(by) = row.groups.get("split_by") {
            let within = |key: &Key| {
                domains
                    .iter()
                    .any(|groups| key.conditions.len() == groups.len() + 1 && groups.iter().all(|(name, level)| key.conditions.get(name) == Some(level)))
            };
            return self.index.iter().filter(|(key, _)| is(key) && key.conditions.contains_key(by) && within(key)).map(|(_, cell)| *cell).collect();
        }
        let waves = domains.each_ref().map(|groups| groups.get("wave").cloned().unwrap_or_default());
        let of = |who: &str, wave: usize| {
            let mut conditions = domains[wave].clone();
            conditions.insert("who".to_owned(), who.to_owned());
            conditions.insert("compared_with".to_owned(), waves[1 - wave].clone());
            self.index.get(&Self::key(row, conditions, What::Numbers(row.variable.clone()))).copied()
        };
        let stayed = [0, 1].map(|wave| of(super::stays::STAYED, wave));
        let others = match row.level.as_deref() {
            Some("joiners") => of("joiners", 1),
            Some("leavers") => of("leavers", 0),
            _ => None,
        };
        stayed.into_iter().chain([others]).flatten().collect()
    }

    /// Those who moved one way and the other, as cells of the question whether they did.
    fn movers(&mut self, row: &ResultRow, several_bases: &BTreeSet<Question<'_>>) -> Vec<usize> {
        let of = |level: &str| {
            let mut conditions = row.groups.clone();
            conditions.insert(row.variable.clone(), level.to_owned());
            self.index.get(&Self::key(row, conditions, What::People)).copied()
        };
        match MOVED.map(of) {
            [Some(up), Some(down)] => vec![up, down],
            _ => self.figure(row, several_bases),
        }
    }

    /// Everybody whose changes are ranked: those of the mean change.
    fn pairs(&mut self, row: &ResultRow) -> Option<usize> {
        let n = whole(row.n)?;
        let cell = self.cell(Self::key(row, row.groups.clone(), What::Numbers(row.variable.clone())), n, row);
        self.place(cell, row);
        Some(cell)
    }

    /// Missing answers of a wave for a reason.
    fn missing(&mut self, row: &ResultRow, variable: &str, reason: &str) -> usize {
        let count = whole(row.estimate).unwrap_or_default();
        let cell = self.cell(Self::key(row, row.groups.clone(), What::Missing(variable.to_owned(), reason.to_owned())), count, row);
        self.place(cell, row);
        cell
    }

    /// Where missing answers stay in the base of shares, the base counts those who answered all the same:
    /// the others are known, and nobody is to be told from their number.
    fn only_answers(&mut self, repeated: &BTreeSet<&str>) {
        for (base, missing) in &self.missing {
            if repeated.contains(self.cells[*base].key.dataset.as_str()) {
                continue;
            }
            let people = Key { what: What::People, variant: String::new(), ..self.cells[*base].key.clone() };
            let is_whole = self.index.get(&people).is_some_and(|domain| self.cells[*domain].value == self.cells[*base].value);
            let missing = self.cells[*missing].value;
            if is_whole && (1..=self.cells[*base].value).contains(&missing) && matches!(self.cells[*base].key.what, What::Base(_)) {
                self.cells[*base].value -= missing;
                self.cells[*base].people -= missing;
            }
        }
    }

    /// Rows from which the visits of a domain can be computed speak of them too.
    fn visits(&mut self, rows: &[ResultRow]) {
        for (row, cells) in rows.iter().zip(&mut self.rows).filter(|(row, cells)| is_about_people(row) && !cells.is_empty()) {
            let key = Key { dataset: row.dataset.clone(), conditions: row.groups.clone(), what: What::Visits, variant: String::new() };
            let Support::People { behind, .. } = row.support else { continue };
            let gives = (row.stat == Stat::Mean && row.unit == Unit::Visits) || (row.unit != Unit::People && whole(row.n).is_some_and(|n| n != behind));
            if let Some(visits) = self.index.get(&key).filter(|visits| gives && !cells.contains(visits)) {
                cells.push(*visits);
            }
        }
    }
}

fn is_share(row: &ResultRow) -> bool {
    row.unit == Unit::Percent && matches!(row.support, Support::People { outside: Some(_), .. })
}

/// A whole number that a column holds.
pub(super) fn whole(number: Option<f64>) -> Option<u64> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count far below 2^53 that was just found whole")]
    number.filter(|number| *number >= 0.0 && *number < 9e15 && number.fract() == 0.0).map(|number| number as u64)
}
