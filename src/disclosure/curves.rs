//! Hidden rows in, with more of them out: curves of people who stay are shown together and whole, or not at all.
//!
//! A curve of shares is a chain of counts: people at risk, those who stopped in each step, those whom the data follow no
//! further. The analysis chooses the steps so that none of them is small, in any group and in the rest of the groups that
//! are not shown (`estimate::visits::safe_steps`). Here this is checked once more from what would be public, and a curve of
//! which any point is hidden is hidden with all curves of its kind: one that is missing is the whole less the others.

use std::collections::{BTreeMap, BTreeSet};

use super::Policy;
use super::cells::{Groups, whole};
use crate::results::{ResultRow, Stat, Status, Support};

/// Dataset, analysis and variable of curves.
type Kind<'a> = (&'a str, &'a str, &'a str);

/// A point of a curve: the time, the people at risk before it and those of them who stay.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Point {
    time: f64,
    at_risk: u64,
    staying: u64,
}

/// Hides what cannot be shown together with what is hidden already.
pub(super) fn close(rows: &[ResultRow], hidden: &mut [Option<Status>], policy: &Policy) {
    let mut kinds: BTreeMap<Kind<'_>, BTreeMap<&Groups, Vec<usize>>> = BTreeMap::new();
    for (place, row) in rows.iter().enumerate().filter(|(_, row)| is_point(row)) {
        kinds.entry(kind(row)).or_default().entry(&row.groups).or_default().push(place);
    }
    for (of, curves) in &kinds {
        let mut families: BTreeMap<Vec<&String>, Vec<&Vec<usize>>> = BTreeMap::new();
        for (groups, places) in curves {
            families.entry(groups.keys().collect()).or_default().push(places);
        }
        let whole = curves.iter().find(|(groups, _)| groups.is_empty()).map(|(_, places)| points(rows, places));
        let is_open = |places: &[&Vec<usize>], hidden: &[Option<Status>]| {
            let own: Vec<Vec<Point>> = places.iter().map(|places| points(rows, places)).collect();
            places.iter().all(|places| places.iter().all(|place| hidden[*place].is_none()))
                && own.iter().all(|curve| is_safe(curve, policy))
                && whole.as_ref().is_none_or(|whole| own.iter().any(|curve| curve == whole) || is_rest_safe(whole, &own, policy))
        };
        let closed: BTreeSet<Vec<&String>> = families.iter().filter(|(_, places)| !is_open(places, hidden)).map(|(names, _)| names.clone()).collect();
        let all = closed.contains(&Vec::new());
        for (place, row) in rows.iter().enumerate().filter(|(_, row)| kind(row) == *of) {
            let names: Vec<&String> = row.groups.keys().collect();
            let tested: Vec<&String> = row.level.iter().filter(|_| row.stat == Stat::Chisq).collect();
            if all || closed.contains(&names) || (!tested.is_empty() && closed.contains(&tested)) {
                hidden[place] = hidden[place].or(Some(Status::SuppressedComplementary));
            }
        }
    }
}

fn kind(row: &ResultRow) -> Kind<'_> {
    (&row.dataset, &row.analysis, &row.variable)
}

/// A share of a curve whose base differs from point to point.
fn is_point(row: &ResultRow) -> bool {
    row.stat == Stat::Survival && matches!(row.support, Support::People { outside: None, .. })
}

/// The points of a curve in order of time.
fn points(rows: &[ResultRow], places: &[usize]) -> Vec<Point> {
    let of = |place: &usize| {
        let row = &rows[*place];
        Some(Point { time: row.level.as_ref()?.parse().ok()?, at_risk: whole(row.denominator)?, staying: whole(row.n)? })
    };
    let mut points: Vec<Point> = places.iter().filter_map(of).collect();
    points.sort_by(|a, b| a.time.total_cmp(&b.time));
    // where all points have one base, those at risk are those who stayed before
    for place in 1..points.len() {
        points[place].at_risk = points[place].at_risk.min(points[place - 1].staying);
    }
    points
}

/// Whether no count that follows from a curve is small: who stays and who stops in each step, and who is followed no further.
fn is_safe(curve: &[Point], policy: &Policy) -> bool {
    let begins = |point: &Point| point.time <= 0.0 && point.staying == point.at_risk;
    let is_fine = |point: &Point| !policy.is_small(point.staying) && (begins(point) || !policy.is_small(point.at_risk.saturating_sub(point.staying)));
    let leave = |pair: &[Point]| pair[0].staying.saturating_sub(pair[1].at_risk);
    curve.iter().all(is_fine) && curve.windows(2).all(|pair| pair[0].time <= 0.0 || !policy.is_small(leave(pair)) || leave(pair) == 0)
}

/// Whether no count of those whom no curve of the groups shows is small.
fn is_rest_safe(whole: &[Point], curves: &[Vec<Point>], policy: &Policy) -> bool {
    let at = |curve: &[Point], time: f64| curve.iter().find(|point| (point.time - time).abs() < 1e-9).copied();
    let rest = |time: f64, count: fn(Point) -> u64| {
        let own: Option<u64> = curves.iter().map(|curve| at(curve, time).map(count)).sum();
        Some(count(at(whole, time)?).saturating_sub(own?))
    };
    let small = |count: Option<u64>| count.is_some_and(|count| count > 0 && policy.is_small(count));
    !whole.iter().any(|point| small(rest(point.time, |point| point.staying)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::Unit;

    /// Rows of a curve from its counts: time, at risk, staying.
    fn curve(region: Option<&str>, points: &[(u64, u64, u64)]) -> Vec<ResultRow> {
        let row = |(time, at_risk, staying): &(u64, u64, u64)| {
            let mut row = ResultRow::new("d", "a", "retention", Stat::Survival, Unit::Percent);
            row.groups.extend(region.map(|region| ("region".to_owned(), region.to_owned())));
            (row.level, row.estimate) = (Some(time.to_string()), Some(0.5));
            (row.n, row.denominator) = (Some(*staying as f64), Some(*at_risk as f64));
            row.support = Support::People { behind: *staying, outside: None };
            row
        };
        points.iter().map(row).collect()
    }

    fn closed(rows: &[ResultRow], hidden: &[usize]) -> Vec<usize> {
        let mut statuses: Vec<Option<Status>> = (0..rows.len()).map(|place| hidden.contains(&place).then_some(Status::Suppressed)).collect();
        close(rows, &mut statuses, &Policy::default());
        (0..rows.len()).filter(|place| statuses[*place].is_some()).collect()
    }

    #[test]
    fn a_curve_from_which_a_small_count_follows_is_hidden() {
        let safe = curve(None, &[(0, 100, 100), (1, 100, 60), (3, 45, 30)]);
        assert_eq!(closed(&safe, &[]), Vec::<usize>::new());
        for small in [[(0, 100, 100), (1, 100, 95), (3, 80, 60)], [(0, 100, 100), (1, 100, 60), (3, 55, 40)], [(0, 100, 100), (1, 100, 60), (3, 20, 9)]] {
            assert_eq!(closed(&curve(None, &small), &[]), [0, 1, 2], "{small:?}");
        }
    }

    #[test]
    fn one_hidden_point_hides_the_curves_of_all_groups() {
        let mut rows = curve(None, &[(0, 200, 200), (1, 200, 120)]);
        rows.extend(curve(Some("a"), &[(0, 100, 100), (1, 100, 60)]));
        rows.extend(curve(Some("b"), &[(0, 100, 100), (1, 100, 60)]));
        let mut test = ResultRow::new("d", "a", "retention", Stat::Chisq, Unit::None);
        test.level = Some("region".to_owned());
        rows.push(test);
        assert_eq!(closed(&rows, &[]), Vec::<usize>::new());
        assert_eq!(closed(&rows, &[3]), [2, 3, 4, 5, 6]);
        assert_eq!(closed(&rows, &[1]), [0, 1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn groups_whose_rest_is_small_are_hidden() {
        let mut rows = curve(None, &[(0, 205, 205), (1, 205, 125)]);
        rows.extend(curve(Some("a"), &[(0, 100, 100), (1, 100, 60)]));
        rows.extend(curve(Some("b"), &[(0, 100, 100), (1, 100, 60)]));
        assert_eq!(closed(&rows, &[]), [2, 3, 4, 5]);
    }
}
