//! Answers of people in centers in, how alike the people of one center are and how many centers a margin needs out.

use super::change::Weighted;
use super::{normal_quantile, sum};

/// How many centers must take part for an interval of ± `margin`, with so many people answering in each.
///
/// # Formula
/// The `k` for which `s² (ρ/k · (1 − k/K) + (1 − ρ)/(m k)) = (margin/z(1 − α/2))²`; `ρ` is the intraclass correlation, `m` the people of a
/// center, `K` the centers there are. Only what differs between centers falls away as more of them take part: the people of a center
/// are some of many. Without `K` the factor `1 − k/K` is left out.
/// # Units
/// `margin` and `sd` in one unit; the result in centers, not rounded. Above `K` no number of centers is enough.
/// # Not estimable
/// `margin ≤ 0`, `sd ≤ 0`, fewer than one person or center, or a correlation outside 0 to 1 gives `None`.
/// # Source
/// Cochran 1977, Sampling Techniques, section 10.3, with `ρ s²` and `(1 − ρ) s²` as the variances between and within centers; Kish 1965, section
/// 5.4; values in `tests/reference/power/centers.json`.
/// # Example
/// ```
/// // 1.96² · 64 · (1 + 19 · 0.05)/(20 · 1²) = 23.97 centers, 18.23 of 39
/// let many = recovista::stats::needed_centers(1.0, 8.0, 0.05, 0.05, 20.0, None).unwrap();
/// assert!((many - 23.970_703).abs() < 1e-5);
/// let of_39 = recovista::stats::needed_centers(1.0, 8.0, 0.05, 0.05, 20.0, Some(39.0)).unwrap();
/// assert!((of_39 - 18.225_946).abs() < 1e-5);
/// ```
#[must_use]
pub fn needed_centers(margin: f64, sd: f64, alpha: f64, intraclass: f64, people: f64, centers: Option<f64>) -> Option<f64> {
    let is_known = margin > 0.0 && sd > 0.0 && people >= 1.0 && (0.0..=1.0).contains(&intraclass) && centers.is_none_or(|all| all >= 1.0);
    if !is_known {
        return None;
    }
    let wanted = (margin / (normal_quantile(1.0 - alpha / 2.0)? * sd)).powi(2);
    let needed = (intraclass + (1.0 - intraclass) / people) / (wanted + centers.map_or(0.0, |all| intraclass / all));
    needed.is_finite().then_some(needed)
}

/// How alike the people of one center are: the intraclass correlation, and the people of a center that it belongs to.
///
/// # Formula
/// With weights `w`, sums `W_k` of a center and `W` of all, and weighted means: `SSB = Σ W_k (ȳ_k − ȳ)²`, `SSW = Σ w (y − ȳ_k)²`. Where centers differ by
/// `σ_b²` and people of a center by `σ²`, `E SSW = σ² (W − Σ q_k)` and `E SSB = σ² (Σ q_k − q) + σ_b² (W − Σ W_k²/W)`, with
/// `q_k = Σ w²/W_k` in a center and `q = Σ w²/W` in all. Both are solved for the variances: `ρ = σ_b²/(σ_b² + σ²)`,
/// `m = (W − Σ W_k²/W)/(Σ q_k − q)`. With equal weights this is `(MSB − MSW)/(MSB + (m − 1) MSW)` and `m = (n − Σ n_k²/n)/(K − 1)`; unequal
/// weights make `m` smaller than the people who answered.
/// # Units
/// Values of any unit, weights in any; both results have none. `ρ` may be below zero. Multiplying all weights changes nothing.
/// # Not estimable
/// Fewer than two centers, nobody beside another in any, values that do not vary, or a weight that is not above zero give `None`.
/// # Source
/// Searle, Casella and `McCulloch` 1992, Variance Components, section 5.3 (sums of squares set to their expectations), with weighted sums of squares;
/// without weights Donner 1986, doi:10.2307/1403259; cases in `tests/reference/power/centers.json`.
/// # Example
/// Three centers with two people each: mean squares of 38/3 between and 1/2 within.
/// ```
/// use recovista::stats::{Weighted, intraclass};
/// let center = |a: f64, b: f64| vec![Weighted { value: a, weight: 3.0 }, Weighted { value: b, weight: 3.0 }];
/// let (rho, people) = intraclass(&[center(1.0, 2.0), center(3.0, 4.0), center(6.0, 7.0)]).unwrap();
/// let (between, within) = (38.0 / 3.0, 0.5);
/// assert!((rho - (between - within) / (between + within)).abs() < 1e-12);
/// assert!((people - 2.0).abs() < 1e-12);
/// ```
#[must_use]
pub fn intraclass(centers: &[Vec<Weighted>]) -> Option<(f64, f64)> {
    let known: Vec<&Vec<Weighted>> = centers.iter().filter(|own| !own.is_empty()).collect();
    let answers: usize = known.iter().map(|own| own.len()).sum();
    if known.len() < 2 || answers <= known.len() || known.iter().any(|own| own.iter().any(|one| one.weight <= 0.0)) {
        return None;
    }
    let weight = |own: &[Weighted]| sum(own.iter().map(|one| one.weight));
    let mean = |own: &[Weighted]| sum(own.iter().map(|one| one.weight * one.value)) / weight(own);
    let squares = |own: &[Weighted]| sum(own.iter().map(|one| one.weight * one.weight));
    let everybody: Vec<Weighted> = known.iter().flat_map(|own| own.iter().copied()).collect();
    let (all, of_all) = (weight(&everybody), mean(&everybody));
    let between = sum(known.iter().map(|own| weight(own) * (mean(own) - of_all).powi(2)));
    let within = sum(known.iter().flat_map(|own| {
        let center = mean(own);
        own.iter().map(move |one| one.weight * (one.value - center).powi(2))
    }));
    let own_squares = sum(known.iter().map(|own| squares(own) / weight(own)));
    let spread = own_squares - squares(&everybody) / all;
    let people = (all - sum(known.iter().map(|own| weight(own).powi(2))) / all) / spread;
    let of_people = within / (all - own_squares);
    let of_centers = (between / spread - of_people) / people;
    let whole = of_centers + of_people;
    (whole > 0.0).then(|| (of_centers / whole, people))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `tests/reference/power/centers.R`
    #[test]
    fn as_the_expectations_of_quadratic_forms() {
        let cases: serde_json::Value = serde_json::from_str(include_str!("../../tests/reference/power/centers.json")).unwrap();
        for case in cases.as_array().unwrap() {
            let number = |name: &str| case[name].as_f64().unwrap();
            let centers: Vec<Vec<Weighted>> = case["centers"].as_array().unwrap().iter().map(center).collect();
            let (rho, people) = intraclass(&centers).unwrap();
            let near = |found: f64, wanted: f64| assert!((found - wanted).abs() <= 1e-8 * wanted.abs().max(0.1), "{found} {wanted}");
            near(rho, number("intraclass"));
            near(people, number("people"));
            let needed = |of: Option<f64>| needed_centers(number("margin"), number("sd"), 0.05, rho.max(0.0), people, of).unwrap();
            near(needed(None), number("needed"));
            near(needed(Some(number("of"))), number("needed_of"));
        }
        assert_eq!(cases.as_array().unwrap().len(), 5);
    }

    fn center(case: &serde_json::Value) -> Vec<Weighted> {
        let numbers = |name: &str| case[name].as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect::<Vec<f64>>();
        numbers("values").into_iter().zip(numbers("weights")).map(|(value, weight)| Weighted { value, weight }).collect()
    }

    #[test]
    fn what_cannot_be_is_nothing() {
        let alike = |values: &[f64]| values.iter().map(|value| Weighted { value: *value, weight: 1.0 }).collect::<Vec<_>>();
        assert_eq!(needed_centers(1.0, 1.0, 0.05, -0.2, 20.0, None), None);
        assert_eq!(needed_centers(1.0, 1.0, 0.05, 0.2, 0.5, None), None);
        assert_eq!(intraclass(&[alike(&[1.0, 2.0])]), None);
        assert_eq!(intraclass(&[alike(&[1.0]), alike(&[2.0])]), None);
        assert_eq!(intraclass(&[alike(&[1.0, 1.0]), alike(&[1.0, 1.0])]), None);
    }
}
