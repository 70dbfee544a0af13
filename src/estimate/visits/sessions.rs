//! Arrivals of a whole log in; visits by the declared rules, with the count of each rule, out.
//!
//! Rules: a check-in at the same center within `duplicate_seconds` of the kept one is the same visit
//! and keeps the latest check-out; a missing, negative or too long stay leaves a visit without a
//! length; a visit at another center during a stay counts as well, and is counted as overlapping.

use rayon::slice::ParallelSliceMut;

use super::calendar::day_of;
use super::{Arrival, Clock, Counts, NO_CHECKOUT, NO_STAY, Rules, Visit};

/// Seconds after the check-in as they are kept; what does not fit is far beyond any rule anyway.
pub(super) fn clamp_stay(seconds: i64) -> i32 {
    let bounded = seconds.clamp(i64::from(i32::MIN) + 1, i64::from(i32::MAX));
    i32::try_from(bounded).unwrap_or(i32::MAX)
}

/// The visits, in order of person, time and place. `centers` holds the center of each place.
pub(super) fn clean(mut arrivals: Vec<Arrival>, centers: &[u32], rules: &Rules, counts: &mut Counts) -> Vec<Visit> {
    let center = |place: u32| centers[place as usize];
    if let Clock::Times { .. } = rules.clock {
        arrivals.par_sort_unstable_by_key(|arrival| (arrival.person, center(arrival.place), arrival.start, arrival.place, arrival.stay));
        let before = arrivals.len();
        arrivals.dedup_by(|tap, kept| {
            let later = tap.start.saturating_sub(kept.start);
            let same = tap.person == kept.person && center(tap.place) == center(kept.place) && later <= rules.duplicate_seconds;
            if same && tap.stay != NO_CHECKOUT {
                kept.stay = kept.stay.max(clamp_stay(later.saturating_add(i64::from(tap.stay))));
            }
            same
        });
        counts.duplicate_taps = (before - arrivals.len()) as u64;
    }
    let has_checkouts = matches!(rules.clock, Clock::Times { end: Some(_), .. });
    let mut visits: Vec<Visit> = arrivals
        .into_iter()
        .map(|arrival| {
            let stay = if has_checkouts { length(arrival.stay, rules.longest_seconds, counts) } else { NO_STAY };
            Visit { start: arrival.start, person: arrival.person, place: arrival.place, stay }
        })
        .collect();
    visits.par_sort_unstable_by_key(|visit| (visit.person, visit.start, visit.place, visit.stay));
    counts.visits = visits.len() as u64;
    for person in visits.chunk_by(|a, b| a.person == b.person) {
        counts.overlapping_visits += overlaps(person, centers);
        counts.same_day_visits += person.windows(2).filter(|pair| day_of(pair[0].start) == day_of(pair[1].start)).count() as u64;
    }
    visits
}

/// The length of a visit in seconds, or `NO_STAY` and the reason counted.
fn length(stay: i32, longest: i64, counts: &mut Counts) -> u32 {
    if stay == NO_CHECKOUT {
        counts.missing_checkouts += 1;
    } else if stay < 0 {
        counts.checkouts_before_checkin += 1;
    } else if i64::from(stay) > longest {
        counts.visits_too_long += 1;
    } else {
        return stay.unsigned_abs();
    }
    NO_STAY
}

/// How many visits of one person begin before the end of an earlier visit at another center.
fn overlaps(person: &[Visit], centers: &[u32]) -> u64 {
    // The latest end so far, its center, and the latest end at any other center: enough to answer each visit in one step.
    let (mut latest, mut elsewhere): (Option<(i64, u32)>, Option<i64>) = (None, None);
    let mut found = 0;
    for visit in person {
        let center = centers[visit.place as usize];
        let other_end = if latest.is_some_and(|(_, at)| at == center) { elsewhere } else { latest.map(|(end, _)| end) };
        found += u64::from(other_end.is_some_and(|end| visit.start < end));
        if visit.stay == NO_STAY {
            continue;
        }
        let end = visit.start.saturating_add(i64::from(visit.stay));
        match latest {
            Some((known, at)) if at == center => latest = Some((known.max(end), at)),
            Some((known, _)) if end > known => (elsewhere, latest) = (Some(known), Some((end, center))),
            Some(_) => elsewhere = elsewhere.max(Some(end)),
            None => latest = Some((end, center)),
        }
    }
    found
}
