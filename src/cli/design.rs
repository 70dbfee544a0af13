//! The flags that describe a sample, shared by `estimate`, `test` and `fit`.

use std::path::PathBuf;

use recovista::design::{CalibrationKind, LonelyPsu, ReplicateKind, Replication};
use recovista::error::{Error, Problem};
use recovista::onefile::{CalibrationFiles, DesignOptions};

const TAYLOR: [&str; 4] = ["strata", "cluster", "fpc", "lonely_psu"];

/// How the rows were drawn.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "How the rows were drawn")]
pub(super) struct DesignArgs {
    /// Column of the sampling weight [default: from --fpc, or 1]
    #[arg(long, value_name = "COL")]
    pub weight: Option<String>,
    /// Column of the stratum
    #[arg(long, value_name = "COL")]
    pub strata: Option<String>,
    /// Columns of the units, from the first stage on; ids are nested within strata
    #[arg(long, value_name = "COLS", value_delimiter = ',')]
    pub cluster: Vec<String>,
    /// Columns of the population counts (1 or more) or fractions (below 1), by stage
    #[arg(long, value_name = "COLS", value_delimiter = ',')]
    pub fpc: Vec<String>,
    /// What to do with a stratum of one unit [default: fail]
    #[arg(long, value_enum, value_name = "RULE")]
    pub lonely_psu: Option<Lonely>,
    /// Columns of the replicate weights, such as 'rw_*', in place of strata and clusters
    #[arg(long, value_name = "GLOB", requires = "replicate_type", requires = "weight", conflicts_with_all = TAYLOR)]
    pub replicates: Option<String>,
    /// How the replicates were made
    #[arg(long, value_enum, value_name = "TYPE", requires = "replicates")]
    pub replicate_type: Option<ReplicateType>,
    /// Fay's ρ
    #[arg(long, value_name = "R", requires = "replicates")]
    pub fay_rho: Option<f64>,
    /// Factor of all replicates [default: from the type]
    #[arg(long, value_name = "S", requires = "replicates")]
    pub scale: Option<f64>,
    /// Factor of each replicate, or one for all [default: 1; jkn needs it]
    #[arg(long, value_name = "LIST", value_delimiter = ',', requires = "replicates")]
    pub rscales: Option<Vec<f64>>,
    /// Centre replicates at the full-sample estimate, not at their mean
    #[arg(long, requires = "replicates")]
    pub mse: bool,
    /// File with two columns, a variable's name and `total`: weights are post-stratified to it
    #[arg(long, value_name = "FILE", conflicts_with_all = ["rake", "calibrate"])]
    pub poststratify: Option<PathBuf>,
    /// File with two columns, a variable's name and `total`: weights are raked to it; repeat it for each margin
    #[arg(long, value_name = "FILE", conflicts_with = "calibrate")]
    pub rake: Vec<PathBuf>,
    /// File as for --rake, or with the columns `variable` and `total` for number columns: linear calibration; may be repeated
    #[arg(long, value_name = "FILE")]
    pub calibrate: Vec<PathBuf>,
    /// Bounds of the factors by which calibration changes weights
    #[arg(long, value_name = "LOW,HIGH")]
    pub trim: Option<String>,
    /// Confidence level of the intervals
    #[arg(long, value_name = "SHARE", default_value_t = 0.95)]
    pub conf_level: f64,
}

/// What to do with a stratum of one unit.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(super) enum Lonely {
    /// Its figures are not estimable
    Fail,
    /// The unit was certain to be taken and adds no variance
    Certainty,
    /// The unit is compared with the mean of all units
    Adjust,
    /// The stratum gets the mean variance of the others
    Average,
}

/// How replicates were made.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(super) enum ReplicateType {
    /// Jackknife without strata
    Jk1,
    /// Jackknife with strata
    Jkn,
    /// Balanced repeated replication
    Brr,
    /// Balanced repeated replication in Fay's form
    Fay,
    /// Bootstrap
    Bootstrap,
    /// Successive differences
    Sdr,
}

impl DesignArgs {
    /// The options of the library.
    pub(super) fn options(&self) -> Result<DesignOptions, Error> {
        let options = DesignOptions {
            weight: self.weight.clone(),
            strata: self.strata.clone(),
            clusters: self.cluster.clone(),
            fpc: self.fpc.clone(),
            lonely_psu: match self.lonely_psu {
                None | Some(Lonely::Fail) => LonelyPsu::Fail,
                Some(Lonely::Certainty) => LonelyPsu::Certainty,
                Some(Lonely::Adjust) => LonelyPsu::Adjust,
                Some(Lonely::Average) => LonelyPsu::Average,
            },
            replication: self.replication(),
            calibration: self.calibration()?,
            conf_level: self.conf_level,
        };
        options.check()?;
        Ok(options)
    }

    fn replication(&self) -> Option<Replication> {
        let (columns, kind) = (self.replicates.clone()?, self.replicate_type?);
        let kind = match kind {
            ReplicateType::Jk1 => ReplicateKind::Jk1,
            ReplicateType::Jkn => ReplicateKind::Jkn,
            ReplicateType::Brr => ReplicateKind::Brr,
            ReplicateType::Fay => ReplicateKind::Fay,
            ReplicateType::Bootstrap => ReplicateKind::Bootstrap,
            ReplicateType::Sdr => ReplicateKind::Sdr,
        };
        Some(Replication { columns, kind, fay_rho: self.fay_rho, scale: self.scale, rscales: self.rscales.clone(), mse: self.mse })
    }

    fn calibration(&self) -> Result<Option<CalibrationFiles>, Error> {
        let trim = self.trim.as_deref().map(bounds).transpose()?;
        let (kind, files) = match (&self.poststratify, self.rake.as_slice(), self.calibrate.as_slice()) {
            (Some(file), _, _) => (CalibrationKind::PostStratify, vec![file.clone()]),
            (None, [], []) if trim.is_some() => {
                let problem = Problem::new("usage::trim", "--trim bounds the factors of a calibration, and there is none");
                return Err(Error::usage(problem.help("add --poststratify, --rake or --calibrate, or leave out --trim")));
            }
            (None, [], []) => return Ok(None),
            (None, [], files) => (CalibrationKind::Linear, files.to_vec()),
            (None, files, _) => (CalibrationKind::Rake, files.to_vec()),
        };
        Ok(Some(CalibrationFiles { kind, files, trim }))
    }
}

/// Two numbers with a comma between.
fn bounds(text: &str) -> Result<(f64, f64), Error> {
    let numbers: Option<Vec<f64>> = text.split(',').map(|part| part.trim().parse().ok()).collect();
    match numbers.as_deref() {
        Some([low, high]) => Ok((*low, *high)),
        _ => Err(Error::usage(Problem::new("usage::trim", format!("`{text}` is not two numbers")).expected("LOW,HIGH, such as 0.3,3"))),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[derive(Debug, clap::Parser)]
    struct Line {
        #[command(flatten)]
        design: DesignArgs,
    }

    fn options(line: &str) -> Option<DesignOptions> {
        Line::try_parse_from(std::iter::once("test").chain(line.split_whitespace())).ok()?.design.options().ok()
    }

    #[test]
    fn flags_become_options() {
        let found = options("--weight w --strata s --cluster a,b --fpc n,m --lonely-psu adjust --rake x.csv --rake y.csv --trim 0.5,2").unwrap();
        assert_eq!((found.clusters.len(), found.fpc.len(), found.lonely_psu), (2, 2, LonelyPsu::Adjust));
        assert_eq!(
            found.calibration.unwrap(),
            CalibrationFiles { kind: CalibrationKind::Rake, files: vec!["x.csv".into(), "y.csv".into()], trim: Some((0.5, 2.0)) }
        );
        let found = options("--weight w --replicates rw_* --replicate-type jkn --rscales 0.5,0.25 --mse").unwrap().replication.unwrap();
        assert_eq!((found.kind, found.rscales, found.mse), (ReplicateKind::Jkn, Some(vec![0.5, 0.25]), true));
        assert_eq!(options("").unwrap(), DesignOptions::default());
    }

    #[test]
    fn flags_that_contradict_each_other_are_refused() {
        for line in [
            "--weight w --replicates rw_* --replicate-type brr --strata s",
            "--weight w --replicates rw_* --replicate-type brr --lonely-psu adjust",
            "--weight w --replicates rw_*",
            "--replicates rw_* --replicate-type brr",
            "--replicate-type brr",
            "--mse",
            "--poststratify a.csv --rake b.csv",
            "--rake a.csv --calibrate b.csv",
            "--trim 0.5,2",
            "--rake a.csv --trim 0.5",
            "--conf-level 95",
            "--cluster c --fpc a,b,d",
        ] {
            assert_eq!(options(line), None, "{line}");
        }
    }
}
