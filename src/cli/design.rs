//! The arguments that say how the rows of a file came to be, for every command on one file.

use recovista::design::LonelyPsu;
use recovista::onefile::DesignOptions;

/// How rows came to be.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Design")]
pub(super) struct DesignArgs {
    /// Column with the sampling weight
    #[arg(long, value_name = "COL")]
    weight: Option<String>,
    /// Column with the first-stage stratum
    #[arg(long, value_name = "COL")]
    strata: Option<String>,
    /// Columns with the units, by stage
    #[arg(long, value_name = "COL", value_delimiter = ',')]
    cluster: Vec<String>,
    /// Columns with population counts (1 and above) or fractions (below 1), by stage
    #[arg(long, value_name = "COL", value_delimiter = ',')]
    fpc: Vec<String>,
    /// What to do with a stratum of which only one unit was taken
    #[arg(long, value_enum, default_value_t, value_name = "RULE")]
    lonely_psu: Lonely,
    /// Confidence level of intervals
    #[arg(long, default_value_t = 0.95, value_name = "LEVEL")]
    conf_level: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
enum Lonely {
    /// The figure is not estimable
    #[default]
    Fail,
    /// It was certain to be taken
    Certainty,
    /// It is compared with the mean of all units
    Adjust,
    /// It gets the mean variance of the other strata
    Average,
}

impl DesignArgs {
    /// The design that the arguments describe.
    pub(super) fn options(&self) -> DesignOptions {
        let lonely_psu = match self.lonely_psu {
            Lonely::Fail => LonelyPsu::Fail,
            Lonely::Certainty => LonelyPsu::Certainty,
            Lonely::Adjust => LonelyPsu::Adjust,
            Lonely::Average => LonelyPsu::Average,
        };
        DesignOptions {
            weight: self.weight.clone(),
            strata: self.strata.clone(),
            clusters: self.cluster.clone(),
            fpc: self.fpc.clone(),
            lonely_psu,
            conf_level: self.conf_level,
        }
    }
}
