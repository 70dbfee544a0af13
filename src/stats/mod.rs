//! Pure functions on slices: distributions, scales, curves and effect sizes. No frames, no files.

mod bands;
mod centers;
mod change;
mod distributions;
mod drift;
mod effects;
mod lowess;
mod noncentral;
mod pairs;
mod pooled;
mod power;
mod quantile;
mod reliability;
mod smooth;
mod spread;
mod sum;
mod survival;

pub use bands::{BandMedian, band_median};
pub use centers::{intraclass, needed_centers};
pub use change::{ChangeOfPeople, GroupChange, Weighted, change_of_people, within_and_mix};
pub use distributions::{beta_quantile, chi2_sf, f_quantile, f_sf, normal_quantile, normal_sf, t_half_width, t_p_value, t_quantile, t_sf};
pub use drift::{ItemDrift, item_drift};
pub use effects::{hedges_j, reliable_change, standard_deviation, standardized_difference, standardized_difference_shares};
pub use lowess::{LowessPoint, lowess};
pub use noncentral::noncentral_chi2_cdf;
pub use pairs::{McNemar, mcnemar};
pub use pooled::{Pooled, pool_rubin};
pub use power::{Samples, detectable_difference, detectable_rise, needed_people, noncentral_t_sf};
pub(crate) use quantile::between;
pub use quantile::quantile_hf7;
pub use reliability::{Alpha, alpha_if_dropped, cronbach_alpha, item_rest_correlations};
pub use smooth::{Resampling, SmoothPoint, smooth_bootstrap, smooth_on_grid};
pub(crate) use spread::Spread;
pub use sum::{Sum, sum};
pub use survival::{LogRank, MedianTime, SurvivalPoint, kaplan_meier, log_rank, median_time};
