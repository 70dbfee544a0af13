//! Two sets of weighted values in, the parts of the difference of their means out.

/// A value with its weight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weighted {
    /// The value.
    pub value: f64,
    /// Its weight.
    pub weight: f64,
}

/// The difference of two means as what became of the people behind them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChangeOfPeople {
    /// Mean of the later set minus mean of the earlier one.
    pub change: f64,
    /// People in both sets whose values changed: `S₂ − S₁`.
    pub changed: f64,
    /// People who joined: `p_J (J − S₂)`.
    pub joined: f64,
    /// People who left: `−p_L (L − S₁)`.
    pub left: f64,
}

fn mean(values: impl Iterator<Item = Weighted>) -> Option<(f64, f64)> {
    let (mut sum, mut weight) = (super::Sum::default(), super::Sum::default());
    for one in values {
        sum.add(one.value * one.weight);
        weight.add(one.weight);
    }
    let weight = weight.value();
    (weight > 0.0).then(|| (sum.value() / weight, weight))
}

/// Splits the difference of two means into people who changed, who joined and who left.
///
/// # Formula
/// `M₂ − M₁ = (S₂ − S₁) + p_J (J − S₂) − p_L (L − S₁)`: `S` are means of people in both sets, `J` of those only in the
/// later and `L` of those only in the earlier one, `p` their shares of the weight of their set. The three parts add up.
/// # Units
/// Values in one unit, which is that of every part; weights of people.
/// # Not estimable
/// Nobody is in both sets, or a set has no weight: `None`.
/// # Source
/// The identity of weighted means; Kitagawa 1955, doi:10.1080/01621459.1955.10501299, for the idea.
/// # Example
/// Two people stay and rise from 4 and 6 to 5 and 7; one of 2 leaves, one of 9 joins: 4 becomes 7.
/// ```
/// use recovista::stats::{Weighted, change_of_people};
/// let one = |value: f64| Weighted { value, weight: 1.0 };
/// let parts = change_of_people(&[(one(4.0), one(5.0)), (one(6.0), one(7.0))], &[one(9.0)], &[one(2.0)]).unwrap();
/// assert_eq!((parts.change, parts.changed, parts.joined, parts.left), (3.0, 1.0, 1.0, 1.0));
/// ```
pub fn change_of_people(stayed: &[(Weighted, Weighted)], joined: &[Weighted], left: &[Weighted]) -> Option<ChangeOfPeople> {
    let (s1, w1) = mean(stayed.iter().map(|(before, _)| *before))?;
    let (s2, w2) = mean(stayed.iter().map(|(_, after)| *after))?;
    let part = |others: &[Weighted], own: f64, weight: f64| {
        mean(others.iter().copied()).map_or(0.0, |(other, of_others)| of_others / (of_others + weight) * (other - own))
    };
    let (joined, left) = (part(joined, s2, w2), -part(left, s1, w1));
    let changed = s2 - s1;
    Some(ChangeOfPeople { change: changed + joined + left, changed, joined, left })
}

/// One group in two sets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GroupChange {
    /// Its share of the earlier set.
    pub share_before: f64,
    /// Its mean there.
    pub mean_before: f64,
    /// Its share of the later set.
    pub share_after: f64,
    /// Its mean there.
    pub mean_after: f64,
}

/// Splits the difference of two means into change within groups and another mix of groups.
///
/// # Formula
/// Within: `Σ (p₁ + p₂)/2 · (m₂ − m₁)`; mix: `Σ (p₂ − p₁) · (m₁ + m₂)/2`. The two add up to `Σ p₂m₂ − Σ p₁m₁`. A group that one
/// of the sets lacks has no mean there; take its mean from the other set, so that all of its part is mix.
/// # Units
/// Means in one unit, which is that of both parts; shares from 0 to 1.
/// # Source
/// Kitagawa 1955, doi:10.1080/01621459.1955.10501299; checked on the 22 groups of Das Gupta 1993, example 5.3, in
/// `tests/reference/change`.
/// # Example
/// ```
/// use recovista::stats::{GroupChange, within_and_mix};
/// let group = |share_before, mean_before, share_after, mean_after| GroupChange { share_before, mean_before, share_after, mean_after };
/// let (within, mix) = within_and_mix(&[group(0.5, 10.0, 0.25, 12.0), group(0.5, 20.0, 0.75, 20.0)]);
/// assert_eq!((within, mix), (0.75, 2.25)); // 15 became 18
/// ```
pub fn within_and_mix(groups: &[GroupChange]) -> (f64, f64) {
    let within = groups.iter().map(|group| f64::midpoint(group.share_before, group.share_after) * (group.mean_after - group.mean_before));
    let mix = groups.iter().map(|group| (group.share_after - group.share_before) * f64::midpoint(group.mean_before, group.mean_after));
    (within.sum(), mix.sum())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn weighted() -> impl Strategy<Value = Weighted> {
        (-50.0..50.0_f64, 0.1..9.0_f64).prop_map(|(value, weight)| Weighted { value, weight })
    }

    proptest! {
        #[test]
        fn parts_add_up(stayed in prop::collection::vec((weighted(), weighted()), 1..30), joined in prop::collection::vec(weighted(), 0..20), left in prop::collection::vec(weighted(), 0..20)) {
            let all = |own: &mut dyn Iterator<Item = Weighted>, others: &[Weighted]| mean(own.chain(others.iter().copied())).map(|(mean, _)| mean).unwrap_or_default();
            let before = all(&mut stayed.iter().map(|(before, _)| *before), &left);
            let after = all(&mut stayed.iter().map(|(_, after)| *after), &joined);
            let parts = change_of_people(&stayed, &joined, &left).expect("somebody stayed");
            prop_assert!((parts.change - (after - before)).abs() < 1e-12 * 50.0);
            prop_assert!((parts.changed + parts.joined + parts.left - parts.change).abs() < 1e-12);
        }
    }

    #[test]
    fn nobody_who_stayed_gives_nothing() {
        assert_eq!(change_of_people(&[], &[Weighted { value: 1.0, weight: 1.0 }], &[]), None);
    }

    /// Deaths per 1,000 in the United States, 1970 and 1985, by race and age: Das Gupta 1993, example 5.3. Crude rates
    /// and parts were computed apart, in `tests/reference/change/das_gupta.py`.
    #[test]
    fn das_gupta_1993() {
        let table = include_str!("../../tests/reference/change/das_gupta_1993.csv");
        let rows: Vec<Vec<f64>> = table.lines().skip(1).map(|line| line.split(',').map(|cell| cell.parse().expect("a number")).collect()).collect();
        let of = |column: usize| rows.iter().map(|row| row[column]).sum::<f64>();
        let (before, after) = (of(4), of(2));
        let group = |row: &Vec<f64>| GroupChange { share_before: row[4] / before, mean_before: row[5], share_after: row[2] / after, mean_after: row[3] };
        let groups: Vec<GroupChange> = rows.iter().map(group).collect();
        let crude = |share: fn(&GroupChange) -> f64| groups.iter().map(share).sum::<f64>();
        assert!((crude(|group| group.share_before * group.mean_before) - 9.421).abs() < 1e-3);
        assert!((crude(|group| group.share_after * group.mean_after) - 8.736).abs() < 1e-3);
        let (within, mix) = within_and_mix(&groups);
        assert!((within + 2.227_725_369_304_171_6).abs() < 1e-12 && (mix - 1.541_509_611_275_384_3).abs() < 1e-12, "{within} {mix}");
    }
}
