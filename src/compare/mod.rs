//! Two runs in, which figures differ and why out.
//!
//! A difference has a cause where the releases say that something it rests on differs: its files (data), its
//! codebook, crosswalk or instruments (schema), the pipeline and its options, the program and its methods.
//! A wave that is new brings figures and takes those of the former latest wave away; its means are split against that wave's.
//! What is below what is printed is rounding; what one release hides is privacy. The split of a changed mean
//! reads the rows in `restricted/` and is for the holder of the data.

mod causes;
mod print;
mod split;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use self::causes::Causes;
pub use self::split::{GroupSplit, Split};
use crate::error::Error;
use crate::results::{ResultRow, Stat, short_code};
use crate::runs::{self, Run};

/// Which runs to compare.
#[derive(Debug, Clone, Default)]
pub struct RunDiffOptions {
    /// Folder of the earlier run.
    pub old: PathBuf,
    /// Folder of the later run.
    pub new: PathBuf,
    /// Whether splits with fewer joiners or leavers than the threshold are told.
    pub restricted: bool,
}

/// What became of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Became {
    /// Its number, base, interval or status is another one.
    Changed,
    /// It has a number now.
    Shown,
    /// It is hidden now.
    Hidden,
    /// It is new.
    Appeared,
    /// It is gone.
    Vanished,
    /// It differs by less than what is printed.
    Rounding,
}

impl Became {
    /// The word in lists.
    pub fn word(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Shown => "became shown",
            Self::Hidden => "became hidden",
            Self::Appeared => "appeared",
            Self::Vanished => "vanished",
            Self::Rounding => "rounding only",
        }
    }
}

/// One figure that differs.
#[derive(Debug, Clone, PartialEq)]
pub struct FigureChange {
    /// Its id.
    pub id: String,
    /// Its short code.
    pub code: String,
    /// Its name.
    pub label: String,
    /// What became of it.
    pub became: Became,
    /// Why, in a word or two: `new wave`, `data`, `schema`, `pipeline`, `method`, `privacy`, `rounding`, or several.
    pub cause: String,
    /// What it was; empty where it had no number.
    pub before: String,
    /// What it is.
    pub after: String,
    /// Relative size of the change, for sorting; 0 where there is no number on one side.
    pub size: f64,
}

/// Two runs, compared.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RunDiff {
    /// Figures that differ, by cause, the largest change first.
    pub figures: Vec<FigureChange>,
    /// Everything else that differs: files, versions, options.
    pub causes: Vec<String>,
    /// Figures that are the same.
    pub same: usize,
    /// Splits of changed means, from `restricted/` of both runs.
    pub splits: Vec<Split>,
    /// Splits that are left out because too few people joined or left.
    pub withheld: usize,
}

/// Whether a path is the folder of a run.
pub fn is_run(path: &Path) -> bool {
    runs::public_of(path).is_some()
}

/// Compares two runs.
///
/// # Errors
/// A folder holds no run, or a damaged one.
pub fn diff_runs(options: &RunDiffOptions) -> Result<RunDiff, Error> {
    let (old, new) = (Run::open(&options.old)?, Run::open(&options.new)?);
    let causes = Causes::of(&old, &new);
    let mut diff = by_cause(&old, &new, &causes);
    let differing = |wanted: Became| {
        diff.figures.iter().filter(move |figure| figure.became == wanted).filter_map(|figure| new.figure(&figure.id)).filter(|row| row.stat == Stat::Mean)
    };
    let mut pairs: Vec<(ResultRow, &ResultRow)> = differing(Became::Changed).filter_map(|row| Some((old.figure(&row.id())?.clone(), row))).collect();
    // The mean of a new wave beside that of the wave which was the latest before.
    pairs.extend(differing(Became::Appeared).filter_map(|row| Some((old.figure(&in_wave(row, causes.before(row)?).id())?.clone(), row))));
    let splits = split::splits(&old, &new, &pairs)?;
    let fewest = [&old, &new].map(|run| run.manifest["privacy"]["minimum_cell"].as_u64().unwrap_or(11)).into_iter().max().unwrap_or(11);
    let all = splits.len();
    diff.splits = splits.into_iter().filter(|split| options.restricted || split.is_large_enough(fewest)).collect();
    diff.withheld = all - diff.splits.len();
    Ok(diff)
}

/// The key of a row in another wave.
fn in_wave(row: &ResultRow, wave: &str) -> ResultRow {
    let mut other = row.clone();
    other.groups.insert("wave".to_owned(), wave.to_owned());
    other.wave = Some(wave.to_owned());
    other
}

/// The figures of two runs that differ, and what else does.
pub(crate) fn figures(old: &Run, new: &Run) -> RunDiff {
    by_cause(old, new, &Causes::of(old, new))
}

fn by_cause(old: &Run, new: &Run, causes: &Causes) -> RunDiff {
    let by_id = |run: &Run| run.table.rows().iter().map(|row| (row.id(), row.clone())).collect::<BTreeMap<String, ResultRow>>();
    let (before, after) = (by_id(old), by_id(new));
    let mut diff = RunDiff { causes: causes.told(), ..RunDiff::default() };
    for id in before.keys().chain(after.keys()).collect::<BTreeSet<_>>() {
        let (was, is) = (before.get(id), after.get(id));
        let Some((became, size)) = compare(was, is) else {
            diff.same += 1;
            continue;
        };
        let Some(row) = is.or(was) else { continue };
        diff.figures.push(FigureChange {
            code: short_code(id),
            label: row.label.clone().unwrap_or_default(),
            cause: causes.of_figure(row, became),
            before: was.map(print::value).unwrap_or_default(),
            after: is.map(print::value).unwrap_or_default(),
            id: id.clone(),
            became,
            size,
        });
    }
    diff.figures.sort_by(|a, b| (&a.cause, a.became).cmp(&(&b.cause, b.became)).then(b.size.total_cmp(&a.size)).then(a.id.cmp(&b.id)));
    diff
}

/// What became of a figure and how large the change is; nothing where it is the same.
fn compare(was: Option<&ResultRow>, is: Option<&ResultRow>) -> Option<(Became, f64)> {
    let (was, is) = match (was, is) {
        (Some(was), Some(is)) => (was, is),
        (None, Some(_)) => return Some((Became::Appeared, 0.0)),
        _ => return Some((Became::Vanished, 0.0)),
    };
    match (was.is_suppressed(), is.is_suppressed()) {
        (false, true) => return Some((Became::Hidden, 0.0)),
        (true, false) => return Some((Became::Shown, 0.0)),
        (true, true) => return None,
        (false, false) => {}
    }
    let numbers = |row: &ResultRow| [row.estimate, row.conf_low, row.conf_high, row.std_error, row.n_weighted].map(|number| number.map(f64::to_bits));
    let counts = |row: &ResultRow| [row.n, row.denominator, row.n_missing].map(|number| number.map(f64::to_bits));
    let (same_numbers, same_counts) = (numbers(was) == numbers(is), counts(was) == counts(is));
    let same_words = was.status == is.status && was.method == is.method && was.note == is.note;
    if same_numbers && same_counts && same_words {
        return None;
    }
    let size = was.estimate.zip(is.estimate).map_or(0.0, |(was, is)| (is - was).abs() / was.abs().max(is.abs()).max(f64::MIN_POSITIVE));
    let printed_alike = was.sentence == is.sentence && same_counts && same_words;
    Some((if printed_alike { Became::Rounding } else { Became::Changed }, size))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::{Status, Unit};

    fn share(estimate: f64, sentence: &str) -> ResultRow {
        let mut row = ResultRow::new("members", "who", "gender", Stat::Proportion, Unit::Percent);
        row.estimate = Some(estimate);
        row.n = Some(40.0);
        row.denominator = Some(100.0);
        row.sentence = Some(sentence.to_owned());
        row
    }

    #[test]
    fn what_is_below_what_is_printed_is_rounding() {
        let (was, is) = (share(0.400_000_1, "40.0% were women."), share(0.400_000_2, "40.0% were women."));
        assert_eq!(compare(Some(&was), Some(&is)).map(|(became, _)| became), Some(Became::Rounding));
        let more = share(0.41, "41.0% were women.");
        let (became, size) = compare(Some(&was), Some(&more)).expect("differs");
        assert!(became == Became::Changed && (size - (0.41 - 0.400_000_1) / 0.41).abs() < 1e-12);
        let other_base = ResultRow { denominator: Some(101.0), ..was.clone() };
        assert_eq!(compare(Some(&was), Some(&other_base)).map(|(became, _)| became), Some(Became::Changed));
        assert_eq!(compare(Some(&was), Some(&was.clone())), None);
    }

    #[test]
    fn hidden_and_shown_are_told() {
        let was = share(0.4, "40.0% were women.");
        let hidden = ResultRow { status: Status::Suppressed, estimate: None, ..was.clone() };
        let became = |was: &ResultRow, is: &ResultRow| compare(Some(was), Some(is)).map(|(became, _)| became);
        assert_eq!((became(&was, &hidden), became(&hidden, &was), became(&hidden, &hidden)), (Some(Became::Hidden), Some(Became::Shown), None));
        assert_eq!(compare(None, Some(&was)).map(|(became, _)| became), Some(Became::Appeared));
    }
}
