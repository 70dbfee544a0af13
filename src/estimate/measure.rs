//! What can be estimated: each measure with its formula, its units, when there is none of it, and an example.

use super::choices::{Base, CiMethod, QuantileRule};

/// What to estimate.
///
/// `w` is the weight of a row and sums run over the rows of the domain that have a valid answer. The influence of
/// a row is what it adds to the estimate's deviation; [`design`](crate::design) turns influences into a standard
/// error, or replicate weights do so in their place. `t(df)` is the quantile of the t distribution at the
/// confidence level of the design. Nothing is estimable where nobody is in the domain, or where a stratum has a lone
/// unit and the design says [`LonelyPsu::Fail`](crate::design::LonelyPsu::Fail).
#[derive(Debug, Clone, PartialEq)]
pub enum Measure {
    /// Weighted mean of a number.
    ///
    /// # Formula
    /// `ȳ = Σ w y / Σ w`; influence of a row `w (y − ȳ) / Σ w`; interval `ȳ ± t(df) · se`.
    /// # Units
    /// Those of the number.
    /// # Not estimable
    /// Nobody with a valid number. A constant has an error of exactly 0; a design without degrees of freedom, or a
    /// census, gives the mean without an error.
    /// # Source
    /// Lumley 2010, *Complex Surveys*, ch. 2; R `svymean`, cases in `tests/reference/survey`.
    /// # Example
    /// ```
    /// # use recovista::{design::Design, estimate::{Measure, Request, answer}, frame::{Batch, Column, Frame, Values}};
    /// # let number = |name: &str, values: &[f64]| Column { name: name.into(), values: Values::Number(values.to_vec()), missing: Vec::new() };
    /// let mut batch = Batch::new(3);
    /// batch.push(number("y", &[1.0, 2.0, 6.0]));
    /// let frame = Frame { batches: vec![batch], ..Frame::default() };
    /// let estimates = answer(&frame, &Design::default(), &[Request::new("y", Measure::Mean)])?.remove(0);
    /// assert_eq!(estimates[0].estimate, Some(3.0));
    /// assert!((estimates[0].std_error.unwrap() - (7.0_f64 / 3.0).sqrt()).abs() < 1e-12); // s² = 7, n = 3
    /// # Ok::<(), recovista::error::Error>(())
    /// ```
    Mean,
    /// Weighted total of a number.
    ///
    /// # Formula
    /// `Σ w y`; influence of a row `w y`; interval `± t(df) · se`.
    /// # Units
    /// Those of the number, summed over what weights stand for.
    /// # Not estimable
    /// Nobody with a valid number.
    /// # Source
    /// R `svytotal`, cases in `tests/reference/survey`.
    /// # Example
    /// ```
    /// # use recovista::{design::Design, estimate::{Measure, Request, answer}, frame::{Batch, Column, Frame, Values}};
    /// # let number = |name: &str, values: &[f64]| Column { name: name.into(), values: Values::Number(values.to_vec()), missing: Vec::new() };
    /// let mut batch = Batch::new(3);
    /// batch.push(number("y", &[1.0, 2.0, 6.0]));
    /// let frame = Frame { batches: vec![batch], ..Frame::default() };
    /// let estimates = answer(&frame, &Design::default(), &[Request::new("y", Measure::Total)])?.remove(0);
    /// assert_eq!(estimates[0].estimate, Some(9.0));
    /// assert!((estimates[0].std_error.unwrap() - 21.0_f64.sqrt()).abs() < 1e-12); // n · s²
    /// # Ok::<(), recovista::error::Error>(())
    /// ```
    Total,
    /// Standard deviation of a number.
    ///
    /// # Formula
    /// `√(n/(n − 1) · Σ w (y − ȳ)² / Σ w)`; error by the delta method from the influence of the variance,
    /// `w/Σw · (n/(n − 1) · (y − ȳ)² − s²) / 2s`. With replicates `n` is the number of rows that a replicate has.
    /// # Units
    /// Those of the number.
    /// # Not estimable
    /// Fewer than two valid numbers. A constant is 0 with an error of 0.
    /// # Source
    /// `√svyvar` of R.
    /// # Example
    /// ```
    /// # use recovista::{design::Design, estimate::{Measure, Request, answer}, frame::{Batch, Column, Frame, Values}};
    /// # let number = |name: &str, values: &[f64]| Column { name: name.into(), values: Values::Number(values.to_vec()), missing: Vec::new() };
    /// let mut batch = Batch::new(3);
    /// batch.push(number("y", &[1.0, 2.0, 6.0]));
    /// let frame = Frame { batches: vec![batch], ..Frame::default() };
    /// let estimates = answer(&frame, &Design::default(), &[Request::new("y", Measure::Sd)])?.remove(0);
    /// assert!((estimates[0].estimate.unwrap() - 7.0_f64.sqrt()).abs() < 1e-12);
    /// assert!((estimates[0].std_error.unwrap() - 7.0_f64.sqrt() / 4.0).abs() < 1e-12);
    /// # Ok::<(), recovista::error::Error>(())
    /// ```
    Sd,
    /// Smallest and largest value: two estimates.
    ///
    /// # Formula
    /// `min y` and `max y` of the rows with positive weight; no error.
    /// # Units
    /// Those of the number.
    /// # Not estimable
    /// Nobody with a valid number.
    /// # Source
    /// Plain counting.
    /// # Example
    /// ```
    /// # use recovista::{design::Design, estimate::{Measure, Request, answer}, frame::{Batch, Column, Frame, Values}};
    /// # let number = |name: &str, values: &[f64]| Column { name: name.into(), values: Values::Number(values.to_vec()), missing: Vec::new() };
    /// let mut batch = Batch::new(3);
    /// batch.push(number("y", &[1.0, 2.0, 6.0]));
    /// let frame = Frame { batches: vec![batch], ..Frame::default() };
    /// let estimates = answer(&frame, &Design::default(), &[Request::new("y", Measure::Range)])?.remove(0);
    /// assert_eq!((estimates[0].estimate, estimates[1].estimate), (Some(1.0), Some(6.0)));
    /// # Ok::<(), recovista::error::Error>(())
    /// ```
    Range,
    /// Weighted count: of rows (no variable), of rows with a valid number, or of each level or option.
    ///
    /// # Formula
    /// `Σ w` over the rows that have it; influence of such a row `w`; interval `± t(df) · se`.
    /// # Units
    /// What weights stand for: rows where the design has no weights.
    /// # Not estimable
    /// Nobody in the domain; a level that nobody has is 0.
    /// # Source
    /// R `svytotal` of an indicator.
    /// # Example
    /// ```
    /// # use recovista::{design::Design, estimate::{Measure, Request, answer}, frame::{Batch, Column, Frame, Levels, Values}};
    /// # let level = |name: &str, codes: &[u32]| Column { name: name.into(), values: Values::Level(codes.to_vec()), missing: Vec::new() };
    /// let mut batch = Batch::new(3);
    /// batch.push(level("team", &[0, 0, 1]));
    /// let frame = Frame { batches: vec![batch], levels: [("team".to_owned(), Levels::new(["day", "night"]))].into() };
    /// let estimates = answer(&frame, &Design::default(), &[Request::new("team", Measure::Count)])?.remove(0);
    /// assert_eq!((estimates[0].estimate, estimates[1].estimate), (Some(2.0), Some(1.0)));
    /// assert!((estimates[0].std_error.unwrap() - 1.0).abs() < 1e-12); // 3/2 · Σ (z − 2/3)² with z = 1, 1, 0
    /// # Ok::<(), recovista::error::Error>(())
    /// ```
    Count,
    /// Share of each level, of each option of a multi-select question (of its respondents), or of the ones in a 0/1 number.
    ///
    /// # Formula
    /// `p = Σ w [has it] / Σ w` over the base; influence of a row of the base `w ([has it] − p) / Σ w`; interval by [`CiMethod`].
    /// A share of exactly 0 or 1 gets the Clopper–Pearson interval of its unweighted base.
    /// # Units
    /// From 0 to 1.
    /// # Not estimable
    /// Nobody with a valid answer. [`State::Unstable`](crate::estimate::State) where the NCHS standards would not show the share.
    /// # Source
    /// R `svyciprop`; Parker et al. 2017, Vital and Health Statistics 2(175).
    /// # Example
    /// ```
    /// # use recovista::{design::Design, estimate::{Measure, Request, answer, Base, CiMethod}, frame::{Batch, Column, Frame, Levels, Values}};
    /// # let level = |name: &str, codes: &[u32]| Column { name: name.into(), values: Values::Level(codes.to_vec()), missing: Vec::new() };
    /// let mut batch = Batch::new(4);
    /// batch.push(level("moved", &[0, 1, 1, 1]));
    /// let frame = Frame { batches: vec![batch], levels: [("moved".to_owned(), Levels::new(["yes", "no"]))].into() };
    /// let estimates = answer(&frame, &Design::default(), &[Request::new("moved", Measure::Proportion { ci: CiMethod::Wald, base: Base::Valid })])?.remove(0);
    /// assert_eq!(estimates[0].estimate, Some(0.25));
    /// assert!((estimates[0].std_error.unwrap() - 0.25).abs() < 1e-12); // √(p (1 − p) / (n − 1))
    /// # Ok::<(), recovista::error::Error>(())
    /// ```
    Proportion {
        /// How the interval is made.
        ci: CiMethod,
        /// Whether missing answers stay in the base.
        base: Base,
    },
    /// Quantiles of a number.
    ///
    /// # Formula
    /// Read off the cumulative weight of the sorted values by a [`QuantileRule`]. Woodruff's interval: the share of values up to
    /// the quantile is estimated with its error, and `p ± t(df) · se` is read back; the standard error is that interval over `2 t`.
    /// # Units
    /// Those of the number.
    /// # Not estimable
    /// Nobody with a valid number, a probability outside 0 to 1, `Hf7` with unequal weights. A bound beyond the data is left out.
    /// # Source
    /// Woodruff 1952, JASA 47; Hyndman and Fan 1996; R `svyquantile` of `survey` 4.1.
    /// # Example
    /// ```
    /// # use recovista::{design::Design, estimate::{Measure, Request, answer, QuantileRule}, frame::{Batch, Column, Frame, Values}};
    /// # let number = |name: &str, values: &[f64]| Column { name: name.into(), values: Values::Number(values.to_vec()), missing: Vec::new() };
    /// let mut batch = Batch::new(4);
    /// batch.push(number("y", &[1.0, 2.0, 2.0, 5.0]));
    /// let frame = Frame { batches: vec![batch], ..Frame::default() };
    /// let at = |rule| Measure::Quantile { probs: vec![0.75], rule: Some(rule) };
    /// let asked = [QuantileRule::Hf7, QuantileRule::School, QuantileRule::Math].map(|rule| Request::new("y", at(rule)));
    /// let answers = answer(&frame, &Design::default(), &asked)?;
    /// let values: Vec<Option<f64>> = answers.iter().map(|estimates| estimates[0].estimate).collect();
    /// assert_eq!(values, [Some(2.75), Some(3.5), Some(2.0)]);
    /// # Ok::<(), recovista::error::Error>(())
    /// ```
    Quantile {
        /// Probabilities, each from 0 to 1.
        probs: Vec<f64>,
        /// How a quantile is read off; `None` takes `Hf7` with equal weights and `School` otherwise.
        rule: Option<QuantileRule>,
    },
    /// Total of the variable over the total of another number, of rows that have both.
    ///
    /// # Formula
    /// `R = Σ w y / Σ w x`; influence of a row `w (y − R x) / Σ w x`; interval `± t(df) · se`.
    /// # Units
    /// Those of the variable per unit of the other.
    /// # Not estimable
    /// No row with both numbers, or a total of zero below the line.
    /// # Source
    /// R `svyratio`.
    /// # Example
    /// ```
    /// # use recovista::{design::Design, estimate::{Measure, Request, answer}, frame::{Batch, Column, Frame, Values}};
    /// # let number = |name: &str, values: &[f64]| Column { name: name.into(), values: Values::Number(values.to_vec()), missing: Vec::new() };
    /// let mut batch = Batch::new(3);
    /// batch.push(number("y", &[1.0, 2.0, 6.0]));
    /// batch.push(number("x", &[1.0, 2.0, 3.0]));
    /// let frame = Frame { batches: vec![batch], ..Frame::default() };
    /// let estimates = answer(&frame, &Design::default(), &[Request::new("y", Measure::Ratio { denominator: "x".into() })])?.remove(0);
    /// assert_eq!(estimates[0].estimate, Some(1.5));
    /// assert!((estimates[0].std_error.unwrap() - 5.25_f64.sqrt() / 6.0).abs() < 1e-12);
    /// # Ok::<(), recovista::error::Error>(())
    /// ```
    Ratio {
        /// The number column below the line.
        denominator: String,
    },
    /// Pearson correlation with another number, of rows that have both.
    ///
    /// # Formula
    /// `r = Σ w a b / Σ w` with `a` and `b` the standardized numbers; influence of a row `w/Σw · (a b − r (a² + b²)/2)`;
    /// interval `± t(df) · se`.
    /// # Units
    /// From −1 to 1.
    /// # Not estimable
    /// No row with both numbers, or a number that does not vary in the domain.
    /// # Source
    /// R `svyvar` of both numbers with the delta method.
    /// # Example
    /// ```
    /// # use recovista::{design::Design, estimate::{Measure, Request, answer}, frame::{Batch, Column, Frame, Values}};
    /// # let number = |name: &str, values: &[f64]| Column { name: name.into(), values: Values::Number(values.to_vec()), missing: Vec::new() };
    /// let mut batch = Batch::new(3);
    /// batch.push(number("y", &[1.0, 2.0, 6.0]));
    /// batch.push(number("x", &[1.0, 2.0, 3.0]));
    /// let frame = Frame { batches: vec![batch], ..Frame::default() };
    /// let estimates = answer(&frame, &Design::default(), &[Request::new("y", Measure::Correlation { with: "x".into() })])?.remove(0);
    /// assert!((estimates[0].estimate.unwrap() - 5.0 / 28.0_f64.sqrt()).abs() < 1e-12); // 5 / √(2 · 14)
    /// # Ok::<(), recovista::error::Error>(())
    /// ```
    Correlation {
        /// The other number column.
        with: String,
    },
    /// Number of distinct levels, such as people behind visits.
    ///
    /// # Formula
    /// Levels that some row of the domain has; unweighted, no error.
    /// # Units
    /// Levels.
    /// # Not estimable
    /// Nobody in the domain.
    /// # Source
    /// Plain counting.
    /// # Example
    /// ```
    /// # use recovista::{design::Design, estimate::{Measure, Request, answer}, frame::{Batch, Column, Frame, Levels, Values}};
    /// # let level = |name: &str, codes: &[u32]| Column { name: name.into(), values: Values::Level(codes.to_vec()), missing: Vec::new() };
    /// let mut batch = Batch::new(3);
    /// batch.push(level("member", &[0, 1, 0]));
    /// let frame = Frame { batches: vec![batch], levels: [("member".to_owned(), Levels::new(["a", "b"]))].into() };
    /// let estimates = answer(&frame, &Design::default(), &[Request::new("member", Measure::Distinct)])?.remove(0);
    /// assert_eq!((estimates[0].estimate, estimates[0].n), (Some(2.0), 3));
    /// # Ok::<(), recovista::error::Error>(())
    /// ```
    Distinct,
    /// Level `to` minus level `from` of a column: means of a number, or shares of each level or option, with their covariance.
    ///
    /// # Formula
    /// `θ_to − θ_from`; the influence of a row is that on its own side, with its sign, and those of one unit or person are added
    /// before the variance is made, so that people seen in both waves lower it; `t = difference / se`, interval `± t(df) · se`.
    /// # Units
    /// Those of the number, or points from −1 to 1 for shares.
    /// # Not estimable
    /// A side without a valid answer.
    /// # Source
    /// R `svycontrast` of `svyby(..., covmat = TRUE)`.
    /// # Example
    /// ```
    /// # use recovista::{design::Design, estimate::{Measure, Request, answer}, frame::{Batch, Column, Frame, Levels, Values}};
    /// # let number = |name: &str, values: &[f64]| Column { name: name.into(), values: Values::Number(values.to_vec()), missing: Vec::new() };
    /// # let level = |name: &str, codes: &[u32]| Column { name: name.into(), values: Values::Level(codes.to_vec()), missing: Vec::new() };
    /// let mut batch = Batch::new(4);
    /// batch.push(number("y", &[1.0, 3.0, 4.0, 8.0]));
    /// batch.push(level("team", &[0, 0, 1, 1]));
    /// let frame = Frame { batches: vec![batch], levels: [("team".to_owned(), Levels::new(["day", "night"]))].into() };
    /// let estimates = answer(&frame, &Design::default(), &[Request::new("y", Measure::Difference { column: "team".into(), from: "day".into(), to: "night".into() })])?.remove(0);
    /// assert_eq!(estimates[0].estimate, Some(4.0));
    /// assert!((estimates[0].std_error.unwrap() - (10.0_f64 / 3.0).sqrt()).abs() < 1e-12); // 4/3 · Σ z², z = ½, −½, −1, 1
    /// # Ok::<(), recovista::error::Error>(())
    /// ```
    Difference {
        /// The compared column, such as the wave.
        column: String,
        /// The level that is taken away.
        from: String,
        /// The level that it is taken from.
        to: String,
    },
    /// The change of a mean split into people who changed, who joined and who left; the parts add up to it.
    ///
    /// # Formula
    /// `(S₂ − S₁) + (M₂ − S₂) + (S₁ − M₁)`: `M` are the means of everyone in a wave, `S` those of people with an answer in both.
    /// Each part is a difference of means with the influences of [`Measure::Difference`].
    /// # Units
    /// Those of the number.
    /// # Not estimable
    /// Nobody is known to have answered in both waves; errors from replicate weights, which hold no people apart.
    /// # Source
    /// Algebra; errors as for a difference.
    /// # Example
    /// ```
    /// # use recovista::{design::Design, estimate::{Measure, Request, answer}, frame::{Batch, Column, Frame, Levels, Values}};
    /// # let number = |name: &str, values: &[f64]| Column { name: name.into(), values: Values::Number(values.to_vec()), missing: Vec::new() };
    /// # let level = |name: &str, codes: &[u32]| Column { name: name.into(), values: Values::Level(codes.to_vec()), missing: Vec::new() };
    /// let mut batch = Batch::new(7);
    /// batch.push(number("y", &[1.0, 5.0, 3.0, 4.0, 7.0, 5.0, 9.0]));
    /// batch.push(level("year", &[0, 0, 0, 0, 1, 1, 1]));
    /// batch.push(level("member", &[0, 1, 2, 3, 2, 3, 4]));
    /// let frame = Frame { batches: vec![batch], levels: [("year".to_owned(), Levels::new(["2022", "2024"])), ("member".to_owned(), Levels::new(["a", "b", "c", "d", "e"]))].into() };
    /// let design = Design { person: Some("member".into()), wave: Some("year".into()), ..Design::default() };
    /// let estimates = answer(&frame, &design, &[Request::new("y", Measure::ChangeParts { from: "2022".into(), to: "2024".into() })])?.remove(0);
    /// let parts: Vec<Option<f64>> = estimates.iter().map(|part| part.estimate).collect();
    /// assert_eq!(parts, [Some(2.5), Some(1.0), Some(0.25)]); // 6 − 3.5, 7 − 6, 3.5 − 3.25
    /// # Ok::<(), recovista::error::Error>(())
    /// ```
    ChangeParts {
        /// The earlier wave.
        from: String,
        /// The later wave.
        to: String,
    },
    /// Means of people with an answer in both waves, in the earlier and in the later one, of those who joined and of those who left.
    ///
    /// # Formula
    /// `S₁`, `S₂`, `J` and `L` of [`Measure::ChangeParts`], each `Σ w y / Σ w` of its own rows with the influence of a mean. With
    /// `p_J` and `p_L` from the weights that each mean stands for, `(S₂ − S₁) + p_J (J − S₂) − p_L (L − S₁)` is the change.
    /// # Units
    /// Those of the number.
    /// # Not estimable
    /// Nobody is among them; errors from replicate weights, which hold no people apart.
    /// # Source
    /// The identity of weighted means; errors as for [`Measure::Mean`].
    /// # Example
    /// ```
    /// # use recovista::{design::Design, estimate::{Measure, Request, answer}, frame::{Batch, Column, Frame, Levels, Values}};
    /// # let number = |name: &str, values: &[f64]| Column { name: name.into(), values: Values::Number(values.to_vec()), missing: Vec::new() };
    /// # let level = |name: &str, codes: &[u32]| Column { name: name.into(), values: Values::Level(codes.to_vec()), missing: Vec::new() };
    /// let mut batch = Batch::new(7);
    /// batch.push(number("y", &[1.0, 5.0, 3.0, 4.0, 7.0, 5.0, 9.0]));
    /// batch.push(level("year", &[0, 0, 0, 0, 1, 1, 1]));
    /// batch.push(level("member", &[0, 1, 2, 3, 2, 3, 4]));
    /// let frame = Frame { batches: vec![batch], levels: [("year".to_owned(), Levels::new(["2022", "2024"])), ("member".to_owned(), Levels::new(["a", "b", "c", "d", "e"]))].into() };
    /// let design = Design { person: Some("member".into()), wave: Some("year".into()), ..Design::default() };
    /// let estimates = answer(&frame, &design, &[Request::new("y", Measure::Stayers { from: "2022".into(), to: "2024".into() })])?.remove(0);
    /// let means: Vec<Option<f64>> = estimates.iter().map(|mean| mean.estimate).collect();
    /// assert_eq!(means, [Some(3.5), Some(6.0), Some(9.0), Some(3.0)]); // c and d stay, e joins, a and b leave
    /// # Ok::<(), recovista::error::Error>(())
    /// ```
    Stayers {
        /// The earlier wave.
        from: String,
        /// The later wave.
        to: String,
    },
    /// The change of a mean split into change within groups and another mix of groups; the parts add up to it.
    ///
    /// # Formula
    /// Within: `Σ ½(p₁ + p₂)(m₂ − m₁)`; mix: `Σ (p₂ − p₁)½(m₁ + m₂)`, with the weighted shares `p` and means `m` of each group
    /// among the valid answers of a wave. The influence of a row of group `g` in wave `k` is
    /// `w/W_k · (∂/∂p_g − Σ_h p_h ∂/∂p_h + ∂/∂m_g · (y − m_g)/p_g)`.
    /// # Units
    /// Those of the number.
    /// # Not estimable
    /// A wave without a valid answer. A group that one wave lacks has the mean of the other, so that all of its part is mix.
    /// # Source
    /// Kitagawa 1955, doi:10.1080/01621459.1955.10501299; influences in `tests/reference/change/kitagawa.py` by numeric derivatives.
    /// # Example
    /// ```
    /// # use recovista::{design::Design, estimate::{Measure, Request, answer}, frame::{Batch, Column, Frame, Levels, Values}};
    /// # let number = |name: &str, values: &[f64]| Column { name: name.into(), values: Values::Number(values.to_vec()), missing: Vec::new() };
    /// # let level = |name: &str, codes: &[u32]| Column { name: name.into(), values: Values::Level(codes.to_vec()), missing: Vec::new() };
    /// let mut batch = Batch::new(6);
    /// batch.push(number("y", &[10.0, 20.0, 12.0, 20.0, 20.0, 20.0]));
    /// batch.push(level("year", &[0, 0, 1, 1, 1, 1]));
    /// batch.push(level("sex", &[0, 1, 0, 1, 1, 1]));
    /// let frame = Frame { batches: vec![batch], levels: [("year".to_owned(), Levels::new(["2022", "2024"])), ("sex".to_owned(), Levels::new(["men", "women"]))].into() };
    /// let design = Design { wave: Some("year".into()), ..Design::default() };
    /// let mix = Measure::Mix { group: "sex".into(), from: "2022".into(), to: "2024".into() };
    /// let parts: Vec<Option<f64>> = answer(&frame, &design, &[Request::new("y", mix)])?.remove(0).iter().map(|part| part.estimate).collect();
    /// assert_eq!(parts, [Some(0.75), Some(2.25)]); // 15 became 18
    /// # Ok::<(), recovista::error::Error>(())
    /// ```
    Mix {
        /// The level column of the groups.
        group: String,
        /// The earlier wave.
        from: String,
        /// The later wave.
        to: String,
    },
    /// Change within people seen in both waves: the mean change with its test, and effect sizes.
    ///
    /// # Formula
    /// `d̄ = Σ w d / Σ w` of the changes `d` of people with an answer in both waves, with the later row's weight; influence
    /// `w (d − d̄) / Σ w`. `d_z = d̄ / sd(d)`, `d_av = d̄` over the mean of both standard deviations, `g_z = J(n − 1) · d_z`.
    /// # Units
    /// Those of the number; effect sizes have no unit.
    /// # Not estimable
    /// Nobody with an answer in both waves; effect sizes where the change has no spread. The error is that of the units,
    /// also where the design has replicate weights.
    /// # Source
    /// Without weights and units the paired t test; Lakens 2013, doi:10.3389/fpsyg.2013.00863; `tests/reference/survey/longitudinal.json`.
    /// # Example
    /// ```
    /// # use recovista::{design::Design, estimate::{Measure, Request, answer}, frame::{Batch, Column, Frame, Levels, Values}};
    /// # let number = |name: &str, values: &[f64]| Column { name: name.into(), values: Values::Number(values.to_vec()), missing: Vec::new() };
    /// # let level = |name: &str, codes: &[u32]| Column { name: name.into(), values: Values::Level(codes.to_vec()), missing: Vec::new() };
    /// let mut batch = Batch::new(6);
    /// batch.push(number("y", &[1.0, 2.0, 3.0, 3.0, 2.0, 7.0]));
    /// batch.push(level("year", &[0, 0, 0, 1, 1, 1]));
    /// batch.push(level("member", &[0, 1, 2, 0, 1, 2]));
    /// let frame = Frame { batches: vec![batch], levels: [("year".to_owned(), Levels::new(["2022", "2024"])), ("member".to_owned(), Levels::new(["a", "b", "c"]))].into() };
    /// let design = Design { person: Some("member".into()), wave: Some("year".into()), ..Design::default() };
    /// let estimates = answer(&frame, &design, &[Request::new("y", Measure::Paired { from: "2022".into(), to: "2024".into() })])?.remove(0);
    /// assert_eq!((estimates[0].estimate, estimates[1].estimate), (Some(2.0), Some(1.0))); // changes 2, 0, 4
    /// assert!((estimates[0].std_error.unwrap() - 2.0 / 3.0_f64.sqrt()).abs() < 1e-12);
    /// # Ok::<(), recovista::error::Error>(())
    /// ```
    Paired {
        /// The earlier wave.
        from: String,
        /// The later wave.
        to: String,
    },
}
