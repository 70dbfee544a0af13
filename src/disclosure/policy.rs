//! Policy text in, the rules of a release out: what may not be shown, and what must stay possible for what is hidden.

use crate::config::{Source, Table};
use crate::error::Problem;

/// Id and text of every policy under `schemas/policies/`, sorted.
const ALL: &[(&str, &str)] = &[
    ("cms", include_str!("../../schemas/policies/cms.toml")),
    ("ma_dph_style", include_str!("../../schemas/policies/ma_dph_style.toml")),
    ("nchs", include_str!("../../schemas/policies/nchs.toml")),
    ("rounded", include_str!("../../schemas/policies/rounded.toml")),
    ("strict", include_str!("../../schemas/policies/strict.toml")),
    ("wa_doh", include_str!("../../schemas/policies/wa_doh.toml")),
];

/// The rules of a release.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a rule that a policy states by itself")]
pub struct Policy {
    /// Title and source of the policy that the rules were taken from; empty for the default.
    pub title: String,
    /// Fewest people that a published cell may stand on; 11 hides counts of 1 to 10.
    pub minimum_cell: u64,
    /// Whether a count of nobody may be shown.
    pub show_zero: bool,
    /// Whether a cell is hidden because those of its base outside it are few.
    pub complement: bool,
    /// Values that must stay possible for a hidden count; 1 to the threshold less one when absent.
    pub protection: Option<(u64, u64)>,
    /// Whether counts of missing answers are hidden like those of answers.
    pub protect_missing: bool,
    /// Whether figures that are too imprecise by the NCHS rules are shown with a mark.
    pub show_unstable: bool,
    /// Counts of people are shown to the nearest multiple of this; exact when absent.
    pub rounding: Option<u64>,
}

impl Default for Policy {
    /// The CMS cell size suppression policy (`ResDAC`, version of 26 January 2024).
    fn default() -> Self {
        Self {
            title: "CMS cell size suppression policy".to_owned(),
            minimum_cell: 11,
            show_zero: true,
            complement: true,
            protection: None,
            protect_missing: false,
            show_unstable: true,
            rounding: None,
        }
    }
}

impl Policy {
    /// Whether so few people may not be shown.
    pub(super) fn is_small(&self, people: u64) -> bool {
        people < self.minimum_cell && (people > 0 || !self.show_zero)
    }

    /// Whether a count of people of a base may not be shown.
    pub fn hides(&self, people: u64, base: u64) -> bool {
        self.is_small(people) || (self.complement && people > 0 && self.is_small(base.saturating_sub(people)))
    }

    /// The values that must stay possible for a hidden count.
    pub(super) fn range(&self) -> (f64, f64) {
        let (low, high) = self.protection.unwrap_or((u64::from(self.show_zero), self.minimum_cell.saturating_sub(1)));
        (low as f64, high as f64)
    }

    /// How far apart the possible values of a count that is hidden for others must lie.
    ///
    /// A lone small count and the count that hides it are tied by their known sum, so the second cannot be less certain than the
    /// first, of which 1 to the threshold less one are possible.
    pub(super) fn width(&self) -> f64 {
        let (low, high) = self.range();
        high - low
    }

    /// The policy with the rules that a table says; what it does not say stays.
    pub(crate) fn with(mut self, rules: &Rules) -> Self {
        let Rules { title, minimum_cell, zero, complement, protection, protect_missing, unstable, rounding } = rules.clone();
        self.title = title.unwrap_or(self.title);
        self.minimum_cell = minimum_cell.unwrap_or(self.minimum_cell);
        self.show_zero = zero.unwrap_or(self.show_zero);
        self.complement = complement.unwrap_or(self.complement);
        // Another threshold has another range, unless the range is given with it.
        self.protection = if minimum_cell.is_some() { protection } else { protection.or(self.protection) };
        self.protect_missing = protect_missing.unwrap_or(self.protect_missing);
        self.show_unstable = unstable.unwrap_or(self.show_unstable);
        // 1 takes back the rounding of a policy.
        self.rounding = rounding.or(self.rounding).filter(|base| *base > 1);
        self
    }
}

/// Rules as a file says them; `None` where it says nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Rules {
    pub title: Option<String>,
    pub minimum_cell: Option<u64>,
    pub zero: Option<bool>,
    pub complement: Option<bool>,
    pub protection: Option<(u64, u64)>,
    pub protect_missing: Option<bool>,
    pub unstable: Option<bool>,
    pub rounding: Option<u64>,
}

impl Rules {
    /// Reads the rules of a table, the one of a policy or `[privacy]` of a pipeline.
    pub(crate) fn read(table: &Table<'_>) -> Self {
        let shown = [("show", true), ("hide", false)];
        let minimum_cell = table.whole("minimum_cell").map(|cell| cell as u64);
        if minimum_cell == Some(0) {
            let problem = Problem::new("pipeline::bad_minimum", "`minimum_cell` must be at least 1").expected("people behind any published cell, such as 11");
            table.report("minimum_cell", problem);
        }
        let rules = Self {
            title: None,
            minimum_cell,
            zero: table.choice("zero", &shown),
            complement: table.flag("complement"),
            protection: None,
            protect_missing: table.flag("protect_missing"),
            unstable: table.choice("unstable", &shown),
            rounding: table.whole("rounding").map(|base| base as u64),
        };
        if rules.rounding == Some(0) {
            let problem = Problem::new("pipeline::bad_rounding", "`rounding` must be at least 1").expected("to which multiple counts are rounded, such as 5");
            table.report("rounding", problem);
        }
        let bounds = table.numbers("protection").map(|numbers| numbers.iter().map(|number| super::cells::whole(Some(*number))).collect::<Vec<_>>());
        match bounds.as_deref() {
            None => rules,
            Some([Some(low), Some(high)]) if low <= high => Self { protection: Some((*low, *high)), ..rules },
            Some(_) => {
                let expected = "two whole numbers, the smaller first, such as [1, 10]";
                table.report("protection", Problem::new("pipeline::bad_protection", "`protection` is not a range of counts").expected(expected));
                rules
            }
        }
    }

    /// Reads a policy file.
    pub(crate) fn parse(path: &str, text: &str) -> (Self, Vec<Problem>) {
        Source::new(path, text).walk(|root| {
            root.required_text("id");
            let title = root.required_text("title");
            let (source, date) = (root.required_text("source"), root.required_text("date"));
            let rules = Self { title: Some(format!("{title} ({source}, {date})")), ..Self::read(root) };
            if rules.minimum_cell.is_none() {
                root.add(Problem::new("policy::no_threshold", format!("{path} does not say which counts are small")).expected("minimum_cell = 11"));
            }
            for case in root.tables("case") {
                let (people, base, shown, printed) = (case.whole("people"), case.whole("base"), case.flag("shown"), case.whole("printed"));
                let policy = Policy::default().with(&rules);
                if let (Some(people), Some(base), Some(shown)) = (people, base, shown)
                    && policy.hides(people as u64, base as u64) == shown
                {
                    let found = format!("{people} of {base} would be {}", if shown { "hidden" } else { "shown" });
                    case.report("shown", Problem::new("policy::case", "a worked case does not agree with the rules").found(found));
                }
                let rounded = people.map(|people| super::rounding::nearest(people as f64, policy.rounding.unwrap_or(1) as f64));
                if let Some((_, rounded)) = printed.zip(rounded).filter(|(printed, rounded)| (*printed as f64 - rounded).abs() > 0.5) {
                    let found = format!("{rounded} would be printed");
                    case.report("printed", Problem::new("policy::case", "a worked case does not agree with the rules").found(found));
                }
                case.finish();
            }
            root.finish();
            rules
        })
    }
}

/// The text of a policy that comes with the program.
pub(crate) fn builtin_policy(id: &str) -> Option<&'static str> {
    ALL.iter().find(|(known, _)| *known == id).map(|(_, text)| *text)
}

/// Ids of the policies that come with the program.
pub(crate) fn policies() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|(id, _)| *id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_policy_is_listed_reads_without_a_problem_and_agrees_with_its_worked_cases() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/policies");
        let mut files: Vec<String> = std::fs::read_dir(folder).expect("the folder").filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
        files.sort();
        assert_eq!(files, ALL.iter().map(|(id, _)| format!("{id}.toml")).collect::<Vec<_>>());
        for (id, text) in ALL {
            let (rules, problems) = Rules::parse(id, text);
            assert!(problems.is_empty(), "{id}: {problems:#?}");
            assert!(text.matches("[[case]]").count() >= 3 && rules.minimum_cell.is_some(), "{id}");
        }
    }

    #[test]
    fn a_wrong_case_is_a_problem_of_the_file() {
        let text = "id = \"x\"\ntitle = \"x\"\nsource = \"x\"\ndate = \"2026-01-01\"\nminimum_cell = 5\n[[case]]\npeople = 4\nbase = 90\nshown = true\n";
        let (_, problems) = Rules::parse("x.toml", text);
        assert_eq!(problems.iter().map(|problem| problem.code).collect::<Vec<_>>(), ["policy::case"]);
    }
}
