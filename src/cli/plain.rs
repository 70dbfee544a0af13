//! The flags of statistics that know no survey design: the level of the intervals, and a word to those who name a design.

use recovista::error::{Error, Problem};

/// What is left of the design where each row counts alike.
#[derive(Debug, clap::Args)]
pub(super) struct PlainArgs {
    /// Confidence level of the intervals
    #[arg(long, value_name = "SHARE", default_value_t = 0.95, help_heading = "Intervals")]
    conf_level: f64,
    #[command(flatten)]
    design: NoDesign,
}

/// Flags of a design, which are known only to be refused.
#[derive(Debug, clap::Args)]
pub(super) struct NoDesign {
    /// Flags of a design, which are known only to be refused
    #[arg(long = "weight", aliases = DESIGN, hide = true, allow_hyphen_values = true)]
    design: Vec<String>,
}

/// The other flags of [`super::design::DesignArgs`] that take a value.
const DESIGN: [&str; 13] =
    ["strata", "cluster", "fpc", "lonely-psu", "replicates", "replicate-type", "fay-rho", "scale", "rscales", "poststratify", "rake", "calibrate", "trim"];

impl PlainArgs {
    /// The confidence level.
    ///
    /// # Errors
    /// A flag of a design: `what` cannot follow it, and ignoring it would mislead.
    pub(super) fn conf_level(&self, what: &str) -> Result<f64, Error> {
        self.design.refuse(what).map(|()| self.conf_level)
    }
}

impl NoDesign {
    /// Nothing, where no design is named.
    ///
    /// # Errors
    /// A flag of a design: `what` cannot follow it, and ignoring it would mislead.
    pub(super) fn refuse(&self, what: &str) -> Result<(), Error> {
        if self.design.is_empty() {
            return Ok(());
        }
        let problem = Problem::new("usage::no_design", format!("`{what}` knows no weights, strata, clusters or replicates: each row counts alike"));
        let help = "leave them out; `estimate`, `fit regression` and some tests follow the design";
        Err(Error::usage(problem.found(self.design.join(", ")).help(help)))
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[derive(Debug, clap::Parser)]
    struct Line {
        #[command(flatten)]
        plain: PlainArgs,
    }

    fn level(line: &str) -> Result<f64, Error> {
        Line::try_parse_from(std::iter::once("fit").chain(line.split_whitespace())).expect("known flags").plain.conf_level("fit mixed")
    }

    #[test]
    fn flags_of_a_design_are_refused_in_words() {
        assert!((level("--conf-level 0.9").unwrap() - 0.9).abs() < 1e-12);
        for line in ["--weight w", "--strata s --cluster a,b", "--replicates rw_* --replicate-type brr", "--rake a.csv"] {
            assert_eq!(level(line).unwrap_err().problems[0].code, "usage::no_design", "{line}");
        }
    }
}
