//! Pairs of themes against an attacker who tries every world by counting, without a linear program.

use super::*;

const LEAST: u64 = 4;

fn is_small(people: u64) -> bool {
    people > 0 && people < LEAST
}

/// People from the number of each combination of themes.
fn people(groups: &[u64]) -> People {
    let raised = |place: usize| (0..8_u32).filter(|theme| place >> theme & 1 == 1).collect::<BTreeSet<u32>>();
    let all = groups.iter().enumerate().flat_map(|(place, count)| (0..*count).map(move |_| raised(place)));
    (0_u32..).zip(all).collect()
}

/// Numbers that come in any order and are the same on every run.
fn dice(state: &mut u64, below: u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) % below
}

/// Every number of each of the eight groups that agrees with all themes and the pairs that are not hidden.
///
/// The unknowns are the hidden pairs and the three themes together; everything else follows from them.
fn possible(truth: &[u64], hidden: &dyn Fn(u32, u32) -> bool) -> Vec<BTreeSet<u64>> {
    let sum = |mask: usize| truth.iter().enumerate().filter(|(place, _)| place & mask == mask).map(|(_, count)| count).sum::<u64>();
    let all = sum(0);
    let range = |one: u32, two: u32| {
        let both = sum(1 << one | 1 << two);
        if hidden(one, two) { 0..=sum(1 << one).min(sum(1 << two)) } else { both..=both }
    };
    let mut found = vec![BTreeSet::new(); 8];
    for ab in range(0, 1) {
        for ac in range(0, 2) {
            for bc in range(1, 2) {
                for abc in 0..=ab.min(ac).min(bc) {
                    let [a, b, c] = [1, 2, 4].map(sum);
                    let parts = [(a, ab + ac), (b, ab + bc), (c, ac + bc)].map(|(own, with)| (own + abc).checked_sub(with));
                    let [Some(a_alone), Some(b_alone), Some(c_alone)] = parts else { continue };
                    let some = a_alone + b_alone + c_alone + (ab - abc) + (ac - abc) + (bc - abc) + abc;
                    let Some(none) = all.checked_sub(some) else { continue };
                    for (place, count) in [none, a_alone, b_alone, ab - abc, c_alone, ac - abc, bc - abc, abc].into_iter().enumerate() {
                        found[place].insert(count);
                    }
                }
            }
        }
    }
    found
}

/// Nobody raised A alone and nobody nothing, so what three themes have in common is known from pairs: five raised B and C and not A.
#[test]
fn pairs_that_tell_three_themes_together_are_not_all_shown() {
    let truth = [0, 0, 20, 15, 25, 14, 5, 30];
    let people = people(&truth);
    let small = |people: u64| people > 0 && people < 11;
    for pair in sets(&[0, 1, 2], 2) {
        assert!(groups(&people, &pair).into_iter().all(|group| !small(group)), "{pair:?} is hidden for itself");
    }
    assert_eq!(possible(&truth, &|_, _| false)[0b110], [5].into(), "with all pairs shown the five are known");
    let hidden = closed_pairs(&people, 3, &small, &BTreeSet::new(), 11);
    let worlds = possible(&truth, &|one, two| hidden.contains_key(&(one, two)));
    assert!(hidden.len() == 1 && (1..=10).all(|count| worlds[0b110].contains(&count)), "{hidden:?}: {:?}", worlds[0b110]);
}

#[test]
fn an_attacker_who_counts_every_world_finds_no_small_group() {
    let (mut told_before, mut shown) = (0, 0);
    for seed in 0..200_u64 {
        let mut state = seed;
        let truth: Vec<u64> = (0..8).map(|_| if dice(&mut state, 2) == 0 { 0 } else { dice(&mut state, 8) }).collect();
        let people = people(&truth);
        let hidden = closed_pairs(&people, 3, &is_small, &BTreeSet::new(), LEAST);
        let by_pair: BTreeSet<Pair> =
            sets(&[0, 1, 2], 2).into_iter().filter(|pair| groups(&people, pair).into_iter().any(is_small)).map(|pair| (pair[0], pair[1])).collect();
        let alone = possible(&truth, &|_, _| true);
        let before = possible(&truth, &|one, two| by_pair.contains(&(one, two)));
        let worlds = possible(&truth, &|one, two| hidden.contains_key(&(one, two)));
        for place in (0..8).filter(|place| is_small(truth[*place])) {
            let is_open = |worlds: &[BTreeSet<u64>]| (1..LEAST).all(|count| worlds[place].contains(&count) || !alone[place].contains(&count));
            told_before += usize::from(!is_open(&before));
            assert!(is_open(&worlds), "seed {seed}, group {place:03b} of {truth:?}: only {:?} with {hidden:?}", worlds[place]);
        }
        shown += 3 - hidden.len();
    }
    assert!(told_before > 10 && shown > 100, "{told_before} groups told without the attack, {shown} pairs shown with it");
}

/// What is hidden for the sake of four themes at a time also holds against one who knows all five.
#[test]
fn five_themes_at_once_tell_no_more_than_four() {
    for seed in 0..25_u64 {
        let mut state = seed + 1000;
        let truth: Vec<u64> = (0..32).map(|_| if dice(&mut state, 4) == 0 { 0 } else { dice(&mut state, 6) }).collect();
        let people = people(&truth);
        let hidden = closed_pairs(&people, 5, &is_small, &BTreeSet::new(), LEAST);
        assert_eq!(told(&people, &[0, 1, 2, 3, 4], &hidden, &is_small, LEAST), None, "seed {seed}: {truth:?}");
    }
}
