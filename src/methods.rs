//! Result rows in, the formula behind each and its source out: the one table that help, reports and traces read.
//!
//! A method is known by the statistic of a row and by a piece of its `method` text; the first entry that
//! fits is the one that made the number. `also` entries join it where a row says so (an unstable mark, a
//! reliable change, a hidden number).

use crate::results::{ResultRow, Stat, Status};

/// How numbers of one kind are made.
#[derive(Debug, Clone, Copy)]
pub struct Method {
    /// Short word, unique in the table.
    pub id: &'static str,
    /// Name for readers.
    pub name: &'static str,
    /// How it works, in a sentence.
    pub how: &'static str,
    /// The formula.
    pub formula: &'static str,
    /// Where the formula is published.
    pub source: &'static str,
    fits: Fits,
}

/// The rows that a method makes.
#[derive(Debug, Clone, Copy)]
enum Fits {
    /// Rows of these statistics whose method text has this piece; any text where it is empty.
    Rows(&'static [Stat], &'static str),
    /// Rows that another method makes and this one adds to.
    Also(fn(&ResultRow) -> bool),
}

const LINEARIZED: &str = "p̂ = Σwy/Σw; V(p̂) = Σ_h (1 − f_h) · n_h/(n_h − 1) · Σ_i (z_hi − z̄_h)², z_hi the sum of w(y − p̂)/Σw in unit i of stratum h; limits logit⁻¹(logit p̂ ± t_df · se/(p̂(1 − p̂)))";

/// Every method, the narrower before the wider.
pub static METHODS: &[Method] = &[
    Method {
        id: "path-design",
        name: "Path models of a sample",
        how: "Paths are fitted by maximum likelihood to the weighted covariances. Errors follow the design, as those of means do. Chi-squared, CFI and RMSEA are corrected for it.",
        formula: "S = Σw(y − ȳ)(y − ȳ)ᵀ/Σw; Σ = (I − B)⁻¹Ψ(I − B)⁻ᵀ; least F = ln|Σ| − ln|S| + tr(SΣ⁻¹) − p; a person adds gᵀ(ΔᵀVΔ)⁻¹ΔᵀV(vech zzᵀ − vech S) to a figure with gradient g, and the error is that of the weighted mean of it; χ² = nF/c, c = tr(UΓ)/df; CFI = 1 − max(nF − c·df, 0)/max(nF₀ − c₀·df₀, nF − c·df, 0); RMSEA = √(max(nF − c·df, 0)/(n·df)); figure ± t_df · se, or percentiles of a rescaled bootstrap",
        source: "Oberski 2014, doi:10.18637/jss.v057.i01; Satorra and Bentler 1994; R lavaan.survey; Rao and Wu 1988, doi:10.1080/01621459.1988.10478591",
        fits: Fits::Rows(
            &[Stat::Path, Stat::PathStandardized, Stat::RSquared, Stat::Chisq, Stat::Df, Stat::Cfi, Stat::Rmsea, Stat::Srmr],
            "under the sampling design",
        ),
    },
    Method {
        id: "path",
        name: "Path models",
        how: "Paths between observed variables by maximum likelihood, the covariances of predictors held at those of the file.",
        formula: "Σ = (I − B)⁻¹Ψ(I − B)⁻ᵀ; least F = ln|Σ| − ln|S| + tr(SΣ⁻¹) − p; χ² = nF; standard errors from the expected information, of effects by the delta method",
        source: "Bollen 1989, Structural Equations with Latent Variables; R lavaan, sem",
        fits: Fits::Rows(&[Stat::Path, Stat::PathStandardized, Stat::RSquared, Stat::Chisq, Stat::Df, Stat::Cfi, Stat::Rmsea, Stat::Srmr], "path model"),
    },
    Method {
        id: "published",
        name: "Public series",
        how: "Figures that somebody else published, as the file has them; cells that are no number stay missing.",
        formula: "none: the figure of the source",
        source: "the source that each figure names",
        fits: Fits::Rows(&[Stat::Count, Stat::Ratio], "as published"),
    },
    Method {
        id: "themes",
        name: "Themes by people",
        how: "A person who raised a theme counts once, however often; who spoke was chosen, so there is no interval.",
        formula: "people with at least one excerpt of the theme / people who spoke",
        source: "Guest, MacQueen and Namey 2012, Applied Thematic Analysis, chapter 6",
        fits: Fits::Rows(&[Stat::Proportion, Stat::Count], "people who spoke"),
    },
    Method {
        id: "response-rate",
        name: "Response rate",
        how: "Answers over all units of the frame.",
        formula: "answers / units of the frame",
        source: "AAPOR Standard Definitions, response rate 1",
        fits: Fits::Rows(&[Stat::Proportion], "response rate"),
    },
    Method {
        id: "share-exact",
        name: "Shares of 0% or 100%",
        how: "A share without variance gets the exact binomial interval of its unweighted base.",
        formula: "p̂ = Σwy/Σw; limits from Beta quantiles: B(α/2; x, n − x + 1) and B(1 − α/2; x + 1, n − x), x and n unweighted",
        source: "Clopper and Pearson 1934, doi:10.1093/biomet/26.4.404",
        fits: Fits::Rows(&[Stat::Proportion], "Clopper"),
    },
    Method {
        id: "followup-rate",
        name: "Shares of follow-up analyses",
        how: "People interviewed in the window of the policy over people whose window has closed, and their outcomes, with a score interval at the effective sample size.",
        formula: "p̂ = Σwy/Σw; limits (p̂ + t²/2ñ ± t·√(p̂(1 − p̂)/ñ + t²/4ñ²))/(1 + t²/ñ), ñ the effective n",
        source: "Wilson 1927, doi:10.1080/01621459.1927.10502953",
        fits: Fits::Rows(&[Stat::Proportion], "Wilson"),
    },
    Method {
        id: "share",
        name: "Shares with logit intervals",
        how: "A share is a weighted ratio; its variance is linearized over first-stage units within strata, and its interval is symmetric on the logit scale.",
        formula: LINEARIZED,
        source: "Korn and Graubard 1999; R survey, svyciprop",
        fits: Fits::Rows(&[Stat::Proportion], "interval"),
    },
    Method {
        id: "share-counted",
        name: "Shares of a full count",
        how: "Nothing was sampled, so the share has no sampling error.",
        formula: "Σwy/Σw over everything that is on file",
        source: "Counts of the file",
        fits: Fits::Rows(&[Stat::Proportion], ""),
    },
    Method {
        id: "mean-counted",
        name: "Means of a full count",
        how: "The whole log is counted, so the mean has no sampling error.",
        formula: "Σy/n over everybody in the log",
        source: "Counts of the log",
        fits: Fits::Rows(&[Stat::Mean], "full count"),
    },
    Method {
        id: "mean",
        name: "Means and totals",
        how: "Means are weighted; intervals use the t distribution with units minus strata degrees of freedom.",
        formula: "ȳ = Σwy/Σw; V(ȳ) = Σ_h (1 − f_h) · n_h/(n_h − 1) · Σ_i (z_hi − z̄_h)², z_hi the sum of w(y − ȳ)/Σw in unit i of stratum h; ȳ ± t_df · se",
        source: "Lumley 2010, Complex Surveys; R survey, svymean",
        fits: Fits::Rows(&[Stat::Mean], ""),
    },
    Method {
        id: "total",
        name: "Totals",
        how: "Weighted sums over the population, with the finite population correction where the population is known.",
        formula: "Ŷ = Σwy; V(Ŷ) = Σ_h (1 − f_h) · n_h/(n_h − 1) · Σ_i (y_hi − ȳ_h)², y_hi the weighted sum of unit i; Ŷ ± t_df · se",
        source: "Lumley 2010, Complex Surveys; R survey, svytotal",
        fits: Fits::Rows(&[Stat::Total], ""),
    },
    Method {
        id: "wage-bands",
        name: "Wages from bands",
        how: "The median of overlapping wage bands treats each as an interval.",
        formula: "the distribution that maximizes Π_i P(value in band i), by self-consistency; its median",
        source: "Turnbull 1976",
        fits: Fits::Rows(&[Stat::Quantile], "Turnbull"),
    },
    Method {
        id: "quantile",
        name: "Quantiles",
        how: "Linear between neighbours where weights are equal (rule hf7); the mean of the two neighbours where the summed weight meets the probability exactly, else the next value (rule school).",
        formula: "hf7: x at position 1 + (n − 1)p; school: least x with F̂(x) ≥ p, mean of x and the next where F̂(x) = p; interval: F̂ ± t_df · se(F̂), inverted by the same rule",
        source: "Hyndman and Fan 1996, type 7; Woodruff 1952",
        fits: Fits::Rows(&[Stat::Quantile], ""),
    },
    Method {
        id: "sd",
        name: "Standard deviations",
        how: "The weighted standard deviation of the values.",
        formula: "√(n/(n − 1) · Σw(y − ȳ)²/Σw)",
        source: "R survey, svyvar",
        fits: Fits::Rows(&[Stat::Sd], ""),
    },
    Method {
        id: "count",
        name: "Counts",
        how: "Units are counted once each; counts of answers are unweighted.",
        formula: "number of distinct people, visits, units or values on file",
        source: "Counts of the file",
        fits: Fits::Rows(&[Stat::Count, Stat::Distinct], ""),
    },
    Method {
        id: "range",
        name: "Ranges",
        how: "The smallest and the largest value of establishments; never of people.",
        formula: "min y, max y",
        source: "Counts of the file",
        fits: Fits::Rows(&[Stat::Min, Stat::Max], ""),
    },
    Method {
        id: "ratio",
        name: "Ratios",
        how: "A ratio of two weighted totals, with linearized variance.",
        formula: "R̂ = Σwy/Σwx; V(R̂) of Σw(y − R̂x)/Σwx over units within strata",
        source: "Lumley 2010, Complex Surveys; R survey, svyratio",
        fits: Fits::Rows(&[Stat::Ratio], ""),
    },
    Method {
        id: "correlation",
        name: "Correlations",
        how: "The weighted Pearson correlation.",
        formula: "Σw(x − x̄)(y − ȳ) / √(Σw(x − x̄)² · Σw(y − ȳ)²)",
        source: "Lumley 2010, Complex Surveys",
        fits: Fits::Rows(&[Stat::Correlation], ""),
    },
    Method {
        id: "standardized-difference",
        name: "Standardized differences",
        how: "The difference of two groups in units of their common spread.",
        formula: "(ȳ₂ − ȳ₁) / √((s₁² + s₂²)/2)",
        source: "Austin 2009, doi:10.1002/sim.3697",
        fits: Fits::Rows(&[Stat::StandardizedDifference], ""),
    },
    Method {
        id: "mixed",
        name: "Mixed models",
        how: "One model of all waves in which the answers of a person share a random intercept; everybody seen once or more is in it, unweighted. Where the design has sampling units, such as centers, errors come from the differences between units, and who was met in several counts in that of the first answer.",
        formula: "y = β_wave + b_person + e, b and e normal; variances by restricted maximum likelihood, β = (X′V⁻¹X)⁻¹X′V⁻¹y; β ± t_df · se, df after Satterthwaite; by unit V(β) = G/(G − 1) · (X′V⁻¹X)⁻¹ Σ_g s_g s_g′ (X′V⁻¹X)⁻¹, s_g = Σ X_i′V_i⁻¹(y_i − X_iβ), df = units − strata",
        source: "Laird and Ware 1982, doi:10.2307/2529876; Kuznetsova et al. 2017, doi:10.18637/jss.v082.i13; Liang and Zeger 1986, doi:10.1093/biomet/73.1.13",
        fits: Fits::Rows(&[Stat::PredictiveMargin, Stat::Difference], "linear mixed model"),
    },
    Method {
        id: "weighted-shares",
        name: "Changes weighted for those lost",
        how: "Each person with an answer in time stands for those like them who were due: the weight is one over the modelled chance of such an answer, trimmed; the error takes the weights as known.",
        formula: "logit p = x′β; w = 1/p̂, set to its percentiles beyond them; Δ = Σwd/Σw; se = √(n/(n − 1) · Σ(w(d − Δ))²)/Σw",
        source: "Robins, Rotnitzky and Zhao 1995, doi:10.1080/01621459.1995.10476493",
        fits: Fits::Rows(&[Stat::Difference], "logistic model of an answer in time"),
    },
    Method {
        id: "imputed-shares",
        name: "Changes imputed for those lost",
        how: "What those lost may have answered is drawn many times from logistic regressions on all other answers, coefficients drawn as well; each time the change of everybody due is computed, and the changes are pooled.",
        formula: "T = Ū + (1 + 1/m)B; ν = ν₁ν₂/(ν₁ + ν₂), ν₁ = (m − 1)/λ², ν₂ = (ν₀ + 1)/(ν₀ + 3) · ν₀(1 − λ), λ = (1 + 1/m)B/T",
        source: "Rubin 1987; van Buuren 2018; Barnard and Rubin 1999, doi:10.1093/biomet/86.4.948",
        fits: Fits::Rows(&[Stat::Difference], "imputations by chained equations"),
    },
    Method {
        id: "bounds",
        name: "Bounds for those lost",
        how: "The share of everybody due if nobody, or everybody, of those lost had the outcome.",
        formula: "y/(n + m) and (y + m)/(n + m), y with the outcome of n with an answer in time, m lost",
        source: "Manski 2003, Partial Identification of Probability Distributions, chapter 1",
        fits: Fits::Rows(&[Stat::Bound], ""),
    },
    Method {
        id: "paired-shares",
        name: "Change of shares of the same people",
        how: "The mean of each person's change (1, 0 or −1), with the t interval of that mean; tested by McNemar's test where people are a simple sample. Where everybody's answer changed alike there is no spread: then the limit of the share who did (Clopper–Pearson) gives the interval, and with weights or clusters there is none.",
        formula: "Δ = (c − b)/n; Δ ± t_df · se of the mean change, or with l = 0.025^(1/n) from 2l − 1 to 1 where all gained and ±(1 − l) where nobody changed; χ² = (|b − c| − 1)²/(b + c), below 25 changed answers the exact binomial p; b lost and c gained the outcome",
        source: "McNemar 1947, doi:10.1007/BF02295996",
        fits: Fits::Rows(&[Stat::Difference], "paired shares"),
    },
    Method {
        id: "rate-of-change",
        name: "Rates of change",
        how: "The later share less the earlier one, over the earlier one, among people with both answers, as federal reports print it.",
        formula: "R − 1, R = Σwy₂/Σwy₁; limits R · exp(± t_df · se(R)/R) − 1; unweighted se(R)/R = √((b + c)/((a + b)(a + c))) but for n/(n − 1)",
        source: "GPRA client outcome reports; delta method, Agresti 2013, section 11.1",
        fits: Fits::Rows(&[Stat::RateOfChange], ""),
    },
    Method {
        id: "change",
        name: "Change between waves",
        how: "Waves are domains of one design in which the same center and the same person are the same unit, so the change carries their covariance.",
        formula: "Δ = θ̂₂ − θ̂₁; V(Δ) = V(θ̂₁) + V(θ̂₂) − 2 Cov(θ̂₁, θ̂₂); Δ ± t_df · se",
        source: "Kish 1965, section 12.4",
        fits: Fits::Rows(&[Stat::Difference], ""),
    },
    Method {
        id: "norm",
        name: "Difference from a published norm",
        how: "The mean less the mean published of other people, only where both are scored alike; the error of the published mean counts where its spread and number are published.",
        formula: "Δ = ȳ − μ; Δ ± t·√(se² + s²/n), s and n of the norm, df by Welch and Satterthwaite from those of the design and n − 1",
        source: "Welch 1947, doi:10.1093/biomet/34.1-2.28; norms with their sources in the instrument files",
        fits: Fits::Rows(&[Stat::NormDifference], ""),
    },
    Method {
        id: "sample-size",
        name: "Answers needed for a margin",
        how: "The answers for which the interval of a mean or of a share of one half is as wide as asked, of the people there are, with the design effect of this wave; and the people to ask if the same share of those who could answer does as this time: of everybody, or of the people in the centers that took part, where the design knows how many they are.",
        formula: "n₀ = (z·s/E)²; n = deff · n₀/(1 + (n₀ − 1)/N), at most N; to ask n/r, at most N, r answers of this wave over those who could answer; s weighted, for a share ½",
        source: "Cochran 1977, Sampling Techniques, sections 4.4 and 4.6; Kish 1965, section 8.2",
        fits: Fits::Rows(&[Stat::Margin, Stat::NeededAnswers, Stat::NeededInvites], ""),
    },
    Method {
        id: "centers-needed",
        name: "Centers needed for a margin",
        how: "The centers that must take part, with as many answers in each as this time; where the design knows how many centers there are, what differs between centers falls away as all of them take part.",
        formula: "k = (ρ + (1 − ρ)/m)/(E²/(z²s²) + ρ/K), without K the last term is left out; ρ the intraclass correlation, 0 where it is below, m answers in a center",
        source: "Cochran 1977, section 10.3; Kish 1965, section 5.4",
        fits: Fits::Rows(&[Stat::NeededCenters], ""),
    },
    Method {
        id: "intraclass",
        name: "Likeness of people of one center",
        how: "The intraclass correlation from the sums of squares between and within centers, weighted as the means are, set to what is expected of them.",
        formula: "SSB = ΣW_k(ȳ_k − ȳ)², SSW = Σw(y − ȳ_k)², q_k = Σw²/W_k, q = Σw²/W; σ² = SSW/(W − Σq_k), σ_b² = (SSB − σ²(Σq_k − q))/(W − ΣW_k²/W); ρ = σ_b²/(σ_b² + σ²), m = (W − ΣW_k²/W)/(Σq_k − q)",
        source: "Searle, Casella and McCulloch 1992, Variance Components, section 5.3; with equal weights Donner 1986, doi:10.2307/1403259",
        fits: Fits::Rows(&[Stat::Intraclass], ""),
    },
    Method {
        id: "detectable",
        name: "Smallest change that would be found",
        how: "The true change that a two-sided test at 5% finds with the power asked, with the effective number of answers of this wave (answers over design effect) in both waves, or of people seen twice.",
        formula: "means: P(T > t(0.975, df)) = power, T noncentral t with δ/s·√(n/2), df = 2(n − 1), or δ/s_d·√n, df = n − 1; shares from ½: Φ((√n·Δ − z√(2p̄(1 − p̄)))/√(p₁q₁ + p₂q₂)) = power",
        source: "Cohen 1988; Fleiss, Levin and Paik 2003, chapter 4; power.t.test and power.prop.test of R",
        fits: Fits::Rows(&[Stat::DetectableChange], ""),
    },
    Method {
        id: "mcnemar",
        name: "People who crossed a cut-off",
        how: "Of the people who were on different sides of a cut-off in two waves, the share that rose above it; McNemar's test asks whether as many rose as fell, exactly below 25 people. People count alike, without weights.",
        formula: "b/(b + c), b rose and c fell; χ² = (|b − c| − 1)²/(b + c), or p = min(1, 2·P(X ≤ min(b, c))), X binomial with b + c draws and probability ½; limits B(α/2; b, c + 1) and B(1 − α/2; b + 1, c)",
        source: "McNemar 1947, doi:10.1007/BF02295996; Clopper and Pearson 1934, doi:10.1093/biomet/26.4.404",
        fits: Fits::Rows(&[Stat::Mcnemar], ""),
    },
    Method {
        id: "paired-share",
        name: "Change of a share of people seen twice",
        how: "The weighted mean of each person's change from 0 to 1 or back, with a t interval.",
        formula: "Δ = Σw(a₂ − a₁)/Σw, a 1 at or above the cut-off and 0 below; Δ ± t_df · se(Δ)",
        source: "Lumley 2010, Complex Surveys",
        fits: Fits::Rows(&[Stat::Difference], "paired shares"),
    },
    Method {
        id: "change-mix",
        name: "Change within groups and by another mix of them",
        how: "A change of a mean is split into the change within groups, at their average shares, and the change of their shares, at their average means; the two add up to the change. Their intervals are t intervals from linearized influences of shares and means.",
        formula: "within Σ_g ½(p₁ + p₂)(m₂ − m₁), mix Σ_g (p₂ − p₁)½(m₁ + m₂), p weighted shares and m means of group g; whoever is in no known group is one group",
        source: "Kitagawa 1955, doi:10.1080/01621459.1955.10501299",
        fits: Fits::Rows(&[Stat::ChangePart], "Kitagawa"),
    },
    Method {
        id: "change-parts",
        name: "Parts of a change",
        how: "A change of a mean is split into people who changed, people who joined and people who left; the parts add up to the change.",
        formula: "ȳ₂ − ȳ₁ = (S₂ − S₁) + p_J(J − S₂) − p_L(L − S₁), S the mean of the first answers of people in both, J and L of all other answers of the later and of the earlier wave, p their weighted shares",
        source: "the identity of weighted means; Kitagawa 1955, doi:10.1080/01621459.1955.10501299, for mix",
        fits: Fits::Rows(&[Stat::ChangePart], ""),
    },
    Method {
        id: "paired",
        name: "Mean change of people seen twice",
        how: "The weighted mean of each person's later minus earlier score, with a paired t interval.",
        formula: "d̄ = Σw(y₂ − y₁)/Σw; d̄ ± t_df · se(d̄)",
        source: "Lumley 2010, Complex Surveys",
        fits: Fits::Rows(&[Stat::MeanChange], ""),
    },
    Method {
        id: "standardized-change",
        name: "Standardized change",
        how: "The mean change of people seen twice in units of a standard deviation.",
        formula: "d_z = d̄/s_d; d_av = d̄/((s₁ + s₂)/2); g_z = d_z · (1 − 3/(4(n − 1) − 1))",
        source: "Lakens 2013, doi:10.3389/fpsyg.2013.00863",
        fits: Fits::Rows(&[Stat::CohenDz, Stat::CohenDav, Stat::HedgesGz], ""),
    },
    Method {
        id: "signed-ranks",
        name: "Wilcoxon's signed rank test",
        how: "The changes of people seen twice are ranked by size, those who did not change left out; the test asks whether rises and falls have equal weight. \
              Exact below 50 people without ties or unchanged scores. People count alike, without weights, strata and clusters.",
        formula: "V = Σ ranks of rises; normal with continuity correction and σ² = n(n + 1)(2n + 1)/24 − Σ(t³ − t)/48, n changed, t sizes of ties; r = 4V/(n(n + 1)) − 1",
        source: "Wilcoxon 1945, doi:10.2307/3001968; Kerby 2014, doi:10.2466/11.IT.3.1; R wilcox.test",
        fits: Fits::Rows(&[Stat::WilcoxonV, Stat::RankBiserial], ""),
    },
    Method {
        id: "alpha",
        name: "Reliability",
        how: "Cronbach's alpha of people who answered every item.",
        formula: "α = k/(k − 1) · (1 − Σs²_item/s²_sum); limits 1 − (1 − α) · F quantiles with n − 1 and (n − 1)(k − 1) degrees of freedom",
        source: "Cronbach 1951; interval by Feldt 1965",
        fits: Fits::Rows(&[Stat::Alpha], ""),
    },
    Method {
        id: "omega",
        name: "McDonald's omega",
        how: "The share of the variance of a sum that one common factor of its items explains.",
        formula: "ω = (Σλ)²/((Σλ)² + Σθ), λ and θ of the one-factor model by maximum likelihood; interval by the delta method",
        source: "McDonald 1999, Test Theory; R lavaan, cfa",
        fits: Fits::Rows(&[Stat::Omega], ""),
    },
    Method {
        id: "items",
        name: "Items of a scale",
        how: "What a scale would be without an item, and how the item goes with the others.",
        formula: "alpha of the other items; Pearson's r of the item and the sum of the others, limits tanh(atanh r ± z/√(n − 3))",
        source: "R psych, alpha",
        fits: Fits::Rows(&[Stat::AlphaIfDropped, Stat::ItemRestR], ""),
    },
    Method {
        id: "item-drift",
        name: "Items that drift",
        how: "The shift of an item between waves at the same score on the other items, in standard deviations; a screen for questions that came to mean something else.",
        formula: "((ȳ₂ − ȳ₁) − b(r̄₂ − r̄₁))/s, r the sum of the other items, b its slope within waves, s the residual standard deviation",
        source: "Millsap 2011, Statistical Approaches to Measurement Invariance, chapter 1",
        fits: Fits::Rows(&[Stat::ItemDrift], ""),
    },
    Method {
        id: "lowess",
        name: "Robust lines",
        how: "At each place a line through the nearest share of the points, those far from it losing weight round by round.",
        formula: "weights (1 − (d/h)³)³ · (1 − (r/6m)²)², m the median absolute residual",
        source: "Cleveland 1979, doi:10.1080/01621459.1979.10481038; R lowess",
        fits: Fits::Rows(&[Stat::Smooth], "robust"),
    },
    Method {
        id: "curve",
        name: "Curves",
        how: "Local linear smooth on a fixed grid; curves end where fewer people than the threshold remain.",
        formula: "at each x: least squares line with tricube weights (1 − (d/h)³)³ over the nearest share of people; pointwise t interval with the error of 400 bootstrap samples of centers within strata, or of people where there are no clusters",
        source: "Cleveland and Devlin 1988, doi:10.1080/01621459.1988.10478639; Rao and Wu 1988, doi:10.1080/01621459.1988.10478591",
        fits: Fits::Rows(&[Stat::Smooth], ""),
    },
    Method {
        id: "retention",
        name: "Retention",
        how: "Share of people who have not stopped coming by each month since their first visit in the log. Somebody stops at the last visit before a break \
              longer than the pipeline says (60 days if it says nothing). People are followed from the end of the month of their first visit until that many days \
              before the log ends; months are joined until no count of people is small. In a study: the share of all people on file with a visit in or after each week.",
        formula: "S(t) = Π (1 − d/r) over steps, d stopped of r at risk; interval S^exp(± z · se(log(−log S))), Greenwood's variance; log-rank test on the same steps",
        source: "Kaplan and Meier 1958, doi:10.1080/01621459.1958.10501452; R survfit(conf.type = \"log-log\"), survdiff",
        fits: Fits::Rows(&[Stat::Survival, Stat::Chisq], ""),
    },
    Method {
        id: "reliable-change",
        name: "Reliable change",
        how: "A change beyond 1.96 standard errors of the difference of two scores.",
        formula: "(x₂ − x₁)/(s₁ · √(2(1 − r))), r the published reliability",
        source: "Jacobson and Truax 1991, doi:10.1037/0022-006X.59.1.12",
        fits: Fits::Also(|row| row.variable.ends_with("_reliable_change")),
    },
    Method {
        id: "unstable",
        name: "Unstable figures",
        how: "Shares that fail the NCHS presentation standards carry an asterisk.",
        formula: "effective n < 30, interval of 30 points and more, or wider than 5 points and 130% of the share",
        source: "Parker et al. 2017, NCHS Series 2 No. 175",
        fits: Fits::Also(|row| row.status == Status::Unstable),
    },
    Method {
        id: "small-cells",
        name: "Small cells",
        how: "Figures that stand on 1 to the threshold minus 1 people are hidden, and so are the fewest other figures from which they could be computed; linear programs over everything shown must not tell any of them.",
        formula: "hidden where 1 ≤ people < threshold",
        source: "CMS Cell Size Suppression Policy, ResDAC 2024; Fischetti and Salazar 2001, Management Science 47(7)",
        fits: Fits::Also(ResultRow::is_suppressed),
    },
];

/// The methods behind a row: the one that made its number first.
pub fn methods_of(row: &ResultRow) -> Vec<&'static Method> {
    let makes = |method: &&Method| matches!(method.fits, Fits::Rows(stats, piece) if stats.contains(&row.stat) && row.method.contains(piece));
    let adds = |method: &&Method| matches!(method.fits, Fits::Also(when) if when(row));
    METHODS.iter().find(makes).into_iter().chain(METHODS.iter().filter(adds)).collect()
}

/// A method by its word.
pub(crate) fn method(id: &str) -> Option<&'static Method> {
    METHODS.iter().find(|method| method.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::Unit;

    #[test]
    fn every_method_has_a_formula_and_a_source_and_an_id_of_its_own() {
        for (place, method) in METHODS.iter().enumerate() {
            assert!(!method.formula.is_empty() && !method.source.is_empty() && !method.how.is_empty(), "{}", method.id);
            assert!(METHODS[..place].iter().all(|earlier| earlier.id != method.id), "{}", method.id);
        }
    }

    #[test]
    fn the_narrower_method_comes_first() {
        let mut row = ResultRow::new("members", "who", "gender", Stat::Proportion, Unit::Percent);
        row.method = "weighted share, Clopper–Pearson interval on the unweighted base".to_owned();
        row.status = Status::Unstable;
        assert_eq!(methods_of(&row).iter().map(|method| method.id).collect::<Vec<_>>(), ["share-exact", "unstable"]);
        row.method = "share".to_owned();
        assert_eq!(methods_of(&row)[0].id, "share-counted");
        let mut row = ResultRow::new("members", "theory", "model", Stat::Cfi, Unit::None);
        for (method, id) in [(", expected information", "path"), (", under the sampling design", "path-design")] {
            row.method = format!("path model by maximum likelihood{method}");
            assert_eq!(methods_of(&row)[0].id, id);
        }
    }
}
