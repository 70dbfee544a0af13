//! The rules of a release.

/// The rules of a release.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// Id of the policy that the rules were taken from; empty for the default.
    pub id: String,
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
    /// Base to which published counts are rounded; 0 for none.
    pub rounding: u64,
}

impl Default for Policy {
    /// The threshold of the CMS cell size suppression policy (`ResDAC`, version of 26 January 2024).
    fn default() -> Self {
        Self {
            id: String::new(),
            minimum_cell: 11,
            show_zero: true,
            complement: true,
            protection: None,
            protect_missing: false,
            show_unstable: true,
            rounding: 0,
        }
    }
}

impl Policy {
    /// Whether so few people may not be shown.
    pub(super) fn is_small(&self, people: u64) -> bool {
        people < self.minimum_cell && (people > 0 || !self.show_zero)
    }

    /// The values that must stay possible for a hidden count.
    pub(super) fn range(&self) -> (f64, f64) {
        let (low, high) = self.protection.unwrap_or((u64::from(self.show_zero), self.minimum_cell.saturating_sub(1)));
        (low as f64, high as f64)
    }
}
