//! `test KIND`: outcomes and groups of one file in, rows with the test and its effect size out.

use super::answer::Answer;
use super::load::Wanted;
use super::study::{Domain, Study, Used};
use super::{Adjust, DataOptions, DesignOptions};
use crate::error::{Error, Exit, Problem, some_of};
use crate::model::{self, Category, Complete, NONE, Test};
use crate::results::{ResultRow, Stat};
use crate::stats::{Wilcoxon, skewness_note, wilcoxon};

/// A kind of test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestKind {
    /// Difference of two means by the design.
    Ttest,
    /// Rank test by the design.
    Ranktest,
    /// Independence of two categories by the design.
    Chisq,
    /// Analysis of variance.
    Anova,
    /// Welch's test of means.
    Welch,
    /// Kruskal–Wallis rank test.
    Kruskal,
    /// Pearson's chi-squared test.
    Pearson,
    /// Fisher's exact test.
    Fisher,
    /// Change within pairs.
    Paired,
    /// Standardized difference of two groups.
    Stddiff,
}

/// Every kind with its word and what it does.
pub const TEST_KINDS: [(TestKind, &str, &str); 10] = [
    (TestKind::Ttest, "ttest", "two means, by the design: regression t"),
    (TestKind::Ranktest, "ranktest", "ranks of two or more groups, by the design: Lumley-Scott"),
    (TestKind::Chisq, "chisq", "two categories, by the design: Rao-Scott F"),
    (TestKind::Anova, "anova", "means, one variance for all groups, with eta squared"),
    (TestKind::Welch, "welch", "means, a variance for each group"),
    (TestKind::Kruskal, "kruskal", "ranks: Kruskal-Wallis, with epsilon squared"),
    (TestKind::Pearson, "pearson", "two categories: chi-squared without continuity correction, with Cramér's V"),
    (TestKind::Fisher, "fisher", "two categories, exact, any number of levels"),
    (TestKind::Paired, "paired", "before and after of the same rows: t, Wilcoxon, effect sizes"),
    (TestKind::Stddiff, "stddiff", "standardized difference of two groups, weighted, as for a Table 1"),
];

impl TestKind {
    /// The word in commands.
    #[must_use]
    pub fn word(self) -> &'static str {
        TEST_KINDS.iter().find(|(kind, _, _)| *kind == self).map_or("", |(_, word, _)| word)
    }

    fn uses_design(self) -> bool {
        matches!(self, Self::Ttest | Self::Ranktest | Self::Chisq)
    }

    fn of_categories(self) -> bool {
        matches!(self, Self::Chisq | Self::Pearson | Self::Fisher)
    }

    fn stat(self) -> Stat {
        match self {
            Self::Ttest => Stat::Ttest,
            Self::Ranktest => Stat::Ranktest,
            Self::Chisq => Stat::Chisq,
            Self::Anova => Stat::Anova,
            Self::Welch => Stat::Welch,
            Self::Kruskal => Stat::Kruskal,
            Self::Pearson => Stat::Pearson,
            Self::Fisher => Stat::Fisher,
            Self::Paired => Stat::MeanChange,
            Self::Stddiff => Stat::StandardizedDifference,
        }
    }

    /// What the effect size of a test is, where it is not the tested difference.
    fn effect(self) -> Option<(Stat, &'static str)> {
        match self {
            Self::Anova => Some((Stat::EtaSquared, "between-group part of the sum of squares")),
            Self::Kruskal => Some((Stat::EpsilonSquared, "H / (n - 1)")),
            Self::Pearson => Some((Stat::CramersV, "sqrt(X2 / (n (min(r, c) - 1)))")),
            Self::Chisq => Some((Stat::CramersV, "sqrt(X2 / (n (min(r, c) - 1))) of the weighted table")),
            _ => None,
        }
    }
}

/// What is to be tested on one file.
#[derive(Debug, Clone, PartialEq)]
pub struct TestOptions {
    /// The file and its domains.
    pub data: DataOptions,
    /// How its rows came to be.
    pub design: DesignOptions,
    /// The kind of test.
    pub kind: TestKind,
    /// Outcomes, each tested by itself.
    pub outcomes: Vec<String>,
    /// Column with the groups.
    pub group: Option<String>,
    /// Column of the value before.
    pub before: Option<String>,
    /// Column of the value after.
    pub after: Option<String>,
    /// How p-values allow for the number of tests.
    pub adjust: Option<Adjust>,
}

/// Tests one file.
///
/// # Errors
/// Arguments that do not fit the kind, columns that are not there, text where numbers are needed, more
/// than two groups for a test of two, and files that cannot be read.
///
/// # Example
/// ```
/// use recovista::onefile::{DataOptions, TestKind, TestOptions, test_file};
/// let folder = tempfile::tempdir()?;
/// let data = folder.path().join("people.csv");
/// std::fs::write(&data, "score,arm\n3,a\n4,a\n5,a\n7,b\n8,b\n6,b\nNA,b\n")?;
/// let answer = test_file(&TestOptions {
///     data: DataOptions { data, ..Default::default() },
///     design: Default::default(),
///     kind: TestKind::Ttest,
///     outcomes: vec!["score".into()],
///     group: Some("arm".into()),
///     before: None,
///     after: None,
///     adjust: None,
/// })?;
/// let row = &answer.table.rows()[0];
/// assert!((row.estimate.unwrap() - 3.0).abs() < 1e-12);
/// assert_eq!((row.n, row.n_missing), (Some(6.0), Some(1.0)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn test_file(options: &TestOptions) -> Result<Answer, Error> {
    check(options)?;
    let mut outcomes = options.outcomes.clone();
    outcomes.dedup();
    let wanted = Wanted::by("--outcome", &outcomes).chain(Wanted::by("--group", &options.group));
    let wanted = wanted.chain(Wanted::by("--before", &options.before)).chain(Wanted::by("--after", &options.after));
    let study = Study::open(&options.data, &options.design, wanted.collect())?;
    let mut rows = Vec::new();
    if let (TestKind::Paired, Some(before), Some(after)) = (options.kind, &options.before, &options.after) {
        rows = paired(&study, before, after)?;
    } else if let Some(group) = &options.group {
        let groups = study.table.category(group);
        for outcome in &outcomes {
            let question = Question { study: &study, kind: options.kind, outcome, group, groups: &groups };
            rows.extend(question.rows()?);
        }
    }
    if let Some(how) = options.adjust {
        adjust(rows.iter_mut(), how);
    }
    Answer::new(rows, study.notes)
}

/// What is wrong with the arguments, before the file is opened.
fn check(options: &TestOptions) -> Result<(), Error> {
    let word = options.kind.word();
    let is_paired = options.kind == TestKind::Paired;
    let needs = |flag: &str| Problem::new("test::missing_argument", format!("`test {word}` needs {flag}"));
    let superfluous = |flag: &str| Problem::new("test::superfluous_argument", format!("`test {word}` takes no {flag}"));
    let given = [
        ("--outcome", !options.outcomes.is_empty(), !is_paired),
        ("--group", options.group.is_some(), !is_paired),
        ("--before", options.before.is_some(), is_paired),
        ("--after", options.after.is_some(), is_paired),
    ];
    let mut problems: Vec<Problem> = Vec::new();
    for (flag, is_given, is_needed) in given.into_iter().filter(|(_, is_given, is_needed)| is_given != is_needed) {
        problems.push(if is_needed && !is_given { needs(flag) } else { superfluous(flag) });
    }
    let weights_only = options.kind == TestKind::Stddiff && options.design.strata.is_none() && options.design.clusters.is_empty();
    if !(options.kind.uses_design() || options.design.is_plain() || weights_only) {
        let problem = Problem::new("test::no_design", format!("`test {word}` knows no weights, strata or clusters"));
        problems.push(problem.help("ttest, ranktest and chisq follow the design"));
    }
    if options.group.as_ref().is_some_and(|group| options.outcomes.contains(group)) {
        problems.push(Problem::new("test::group_is_outcome", "a column is outcome and group at once").found(options.group.clone().unwrap_or_default()));
    }
    Error::gather(Exit::Usage, problems).map(drop)
}

/// One outcome against one grouping variable.
struct Question<'a> {
    study: &'a Study,
    kind: TestKind,
    outcome: &'a str,
    group: &'a str,
    groups: &'a Category,
}

/// The outcome by what the kind of test needs.
enum Outcome {
    Number(Vec<f64>),
    Category(Category),
}

impl Question<'_> {
    fn rows(&self) -> Result<Vec<ResultRow>, Error> {
        let outcome = self.read()?;
        let mut rows = Vec::new();
        for domain in &self.study.domains {
            let used = self.study.used(domain, |row| {
                let has = match &outcome {
                    Outcome::Number(values) => values[row].is_finite(),
                    Outcome::Category(category) => category.codes[row] != NONE,
                };
                has && self.groups.codes[row] != NONE
            });
            rows.extend(self.domain(&outcome, domain, &used)?);
        }
        Ok(rows)
    }

    fn read(&self) -> Result<Outcome, Error> {
        if self.kind.of_categories() {
            return Ok(Outcome::Category(self.study.table.category(self.outcome)));
        }
        if self.kind == TestKind::Stddiff {
            return match self.study.table.variable(self.outcome)? {
                model::Column::Number(values) => Ok(Outcome::Number(values)),
                model::Column::Category(category) => Ok(Outcome::Category(category)),
            };
        }
        self.study.table.numbers(self.outcome).map(Outcome::Number)
    }

    fn domain(&self, outcome: &Outcome, domain: &Domain, used: &Used) -> Result<Vec<ResultRow>, Error> {
        let groups = self.groups.of_rows(&used.rows);
        let complete = Complete { sample: &self.study.sample, rows: &used.rows };
        if matches!(self.kind, TestKind::Ttest | TestKind::Stddiff) && groups.names.len() > 2 {
            return Err(self.too_many(&groups));
        }
        let test = match outcome {
            Outcome::Number(values) => {
                let values: Vec<f64> = used.rows.iter().map(|row| values[*row]).collect();
                self.of_numbers(complete, &values, &groups)
            }
            Outcome::Category(category) => {
                let category = category.of_rows(&used.rows);
                match self.kind {
                    TestKind::Chisq => {
                        let mut inside = vec![false; self.study.table.rows];
                        domain.rows.iter().for_each(|row| inside[*row] = true);
                        model::rao_scott(complete, &category, &groups, self.study.sample.df(&inside))
                    }
                    TestKind::Pearson => model::pearson(&model::table(&category, &groups, &complete.weights())),
                    TestKind::Fisher => model::fisher(&model::table(&category, &groups, &complete.weights())),
                    _ => difference(model::standardized(model::Values::Category(&category), &groups, &complete.weights())),
                }
            }
        };
        Ok(self.finish(domain, used, &groups, test))
    }

    fn of_numbers(&self, complete: Complete<'_>, values: &[f64], groups: &Category) -> Result<Test, String> {
        let split = || {
            let mut split = vec![Vec::new(); groups.names.len()];
            for (value, code) in values.iter().zip(&groups.codes) {
                split[*code as usize].push(*value);
            }
            split
        };
        match self.kind {
            TestKind::Ttest => model::t_test(complete, values, groups),
            TestKind::Ranktest => model::rank_test(complete, values, groups),
            TestKind::Anova => model::anova(&split()),
            TestKind::Welch => model::welch(&split()),
            TestKind::Kruskal => model::kruskal(&split()),
            _ => difference(model::standardized(model::Values::Number(values), groups, &complete.weights())),
        }
    }

    /// The row of the test, and the row of its effect size where that is another figure.
    fn finish(&self, domain: &Domain, used: &Used, groups: &Category, test: Result<Test, String>) -> Vec<ResultRow> {
        let kind = self.kind;
        let mut row = self.study.row(kind.word(), self.outcome, kind.stat(), domain, used);
        row.method = self.method(groups);
        let effect = kind.effect().zip(test.as_ref().ok().and_then(|test| test.estimate));
        let own = test.map(|test| if kind.effect().is_some() { Test { estimate: None, ..test } } else { test });
        self.study.fill(&mut row, own);
        let mut rows = vec![row];
        if let Some(((stat, method), value)) = effect {
            let mut row = self.study.row(kind.word(), self.outcome, stat, domain, used);
            (row.estimate, row.method) = (Some(value), method.to_owned());
            rows.push(row);
        }
        rows
    }

    fn method(&self, groups: &Category) -> String {
        let by = self.group;
        let minus = match groups.names.as_slice() {
            [first, second] => format!(" ({second} minus {first})"),
            names => format!(" ({} groups)", names.len()),
        };
        match self.kind {
            TestKind::Ttest => format!("design-based t test by {by}{minus}"),
            TestKind::Ranktest if groups.names.len() > 2 => format!("design-based Kruskal-Wallis test by {by}{minus}"),
            TestKind::Ranktest => format!("design-based Wilcoxon rank test by {by}{minus}"),
            TestKind::Chisq => format!("Rao-Scott second-order F of {} by {by}", self.outcome),
            TestKind::Anova => format!("one-way analysis of variance by {by}{minus}"),
            TestKind::Welch => format!("Welch's test by {by}{minus}"),
            TestKind::Kruskal => format!("Kruskal-Wallis test by {by}{minus}"),
            TestKind::Pearson => format!("Pearson chi-squared by {by}, no continuity correction"),
            TestKind::Fisher => format!("Fisher's exact test by {by}"),
            TestKind::Paired => String::new(),
            TestKind::Stddiff => format!("standardized difference by {by}{minus}"),
        }
    }

    fn too_many(&self, groups: &Category) -> Error {
        let word = self.kind.word();
        let problem = Problem::new("test::groups", format!("`test {word}` compares two groups and `{}` has {}", self.group, groups.names.len()));
        let help = format!("choose two with --where \"{} in ({}, {})\"", self.group, groups.names[0], groups.names[1]);
        Error::usage(problem.found(some_of(groups.names.iter().map(String::as_str))).help(help))
    }
}

fn difference(value: Result<f64, String>) -> Result<Test, String> {
    value.map(|value| Test { estimate: Some(value), ..Test::default() })
}

fn paired(study: &Study, before: &str, after: &str) -> Result<Vec<ResultRow>, Error> {
    let (first, second) = (study.table.numbers(before), study.table.numbers(after));
    let (first, second) = match (first, second) {
        (Ok(first), Ok(second)) => (first, second),
        (first, second) => {
            return Err(Error { exit: Exit::Input, problems: first.err().into_iter().chain(second.err()).flat_map(|error| error.problems).collect() });
        }
    };
    let variable = format!("{after} - {before}");
    let mut rows = Vec::new();
    for domain in &study.domains {
        let used = study.used(domain, |row| first[row].is_finite() && second[row].is_finite());
        let values = |column: &[f64]| used.rows.iter().map(|row| column[*row]).collect::<Vec<f64>>();
        let (before, after) = (values(&first), values(&second));
        let row = |stat: Stat, method: &str, test: Result<Test, String>| {
            let mut row = study.row("paired", &variable, stat, domain, &used);
            method.clone_into(&mut row.method);
            study.fill(&mut row, test);
            row
        };
        let change = model::paired_change(&before, &after);
        let changes: Vec<f64> = before.iter().zip(&after).map(|(before, after)| after - before).collect();
        let mut mean = row(Stat::MeanChange, "paired t test, after minus before", change.clone().map(|change| change.mean));
        if let Some(note) = skewness_note(&changes).filter(|_| mean.conf_low.is_some()) {
            mean.add_note(note);
        }
        rows.push(mean);
        let effect =
            |value: Option<f64>| value.ok_or_else(|| "the values do not vary".to_owned()).map(|value| Test { estimate: Some(value), ..Test::default() });
        let of = |pick: fn(&model::PairedChange) -> Option<f64>| change.as_ref().map_err(String::clone).and_then(|change| effect(pick(change)));
        rows.push(row(Stat::CohenDz, "mean change in standard deviations of the changes", of(|change| change.cohen_dz)));
        rows.push(row(Stat::CohenDav, "mean change in the average standard deviation", of(|change| change.cohen_dav)));
        rows.push(row(Stat::HedgesGz, "d_z times 1 - 3 / (4 (n - 1) - 1)", of(|change| change.hedges_gz)));
        let signed = wilcoxon(&changes).ok_or_else(|| "no pair has changed".to_owned());
        let method = signed.as_ref().map_or("Wilcoxon signed rank test", Wilcoxon::method);
        let test = |signed: &Wilcoxon| Test { estimate: Some(signed.v), statistic: Some(signed.v), p_value: Some(signed.p_value), ..Test::default() };
        rows.push(row(Stat::WilcoxonV, method, signed.as_ref().map(test).map_err(String::clone)));
        rows.push(row(Stat::RankBiserial, "matched-pairs rank-biserial correlation", difference(signed.map(|signed| signed.rank_biserial))));
    }
    Ok(rows)
}

/// Adjusts the p-values of all rows together and says so.
pub(super) fn adjust<'a>(rows: impl Iterator<Item = &'a mut ResultRow>, how: Adjust) {
    let mut tested: Vec<&mut ResultRow> = rows.filter(|row| row.p_value.is_some()).collect();
    let values: Vec<f64> = tested.iter().filter_map(|row| row.p_value).collect();
    for (row, value) in tested.iter_mut().zip(model::adjusted(&values, how)) {
        row.p_value = Some(value);
        row.method = format!("{}; p adjusted by {} over {} tests", row.method, how.name(), values.len());
    }
}
