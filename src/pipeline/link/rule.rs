//! Codes of the rows of two waves in, links between them out: exact first, then one element off, unique ones only.

use rustc_hash::FxHashMap;

/// The elements of one row's code; 0 is a missing element.
pub(super) type Code = Vec<u32>;

/// How two rows agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// Every element.
    Exact,
    /// Every element but this one.
    OneOff(usize),
}

/// What became of the rows of two waves.
#[derive(Debug, Clone, Default)]
pub(super) struct Linked {
    /// Row of the earlier wave, row of the later one, how they agree; in the order of the later rows.
    pub links: Vec<(usize, usize, How)>,
    /// Rows of the later wave with several rows, or with a row that several have, to be linked to.
    pub ambiguous: usize,
    /// Rows of the later wave that agree with none.
    pub unlinked: usize,
    pub chance: Chance,
}

/// What chance alone would link.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Chance {
    /// Probability that two different people agree in every element.
    pub exact: f64,
    /// Probability that two different people agree in every element but one.
    pub one_off: f64,
    /// Links expected between different people.
    pub false_links: f64,
    /// Their share of all links.
    pub rate: f64,
}

impl Linked {
    pub(super) fn exact(&self) -> usize {
        self.links.iter().filter(|(_, _, how)| *how == How::Exact).count()
    }

    pub(super) fn one_off(&self) -> usize {
        self.links.len() - self.exact()
    }
}

/// Links the rows of two waves.
pub(super) fn link(before: &[Code], after: &[Code], allow_one_off: bool) -> Linked {
    let mut free = (vec![true; before.len()], vec![true; after.len()]);
    let mut doubtful = vec![false; after.len()];
    let mut links = whole_codes(before, after, &mut free, &mut doubtful);
    let exact = links.len();
    if allow_one_off {
        links.extend(one_off(before, after, &free, &mut doubtful));
    }
    links.sort_by_key(|(_, later, _)| *later);
    let chance = chance(before, after, allow_one_off, &free, (exact, links.len()));
    let ambiguous = doubtful.iter().filter(|doubtful| **doubtful).count();
    Linked { unlinked: after.len() - links.len() - ambiguous, ambiguous, links, chance }
}

fn rows_by<K: std::hash::Hash + Eq>(codes: &[Code], free: &[bool], key: impl Fn(&Code) -> Option<K>) -> FxHashMap<K, Vec<usize>> {
    let mut rows: FxHashMap<K, Vec<usize>> = FxHashMap::default();
    for (row, code) in codes.iter().enumerate().filter(|(row, _)| free[*row]) {
        if let Some(key) = key(code) {
            rows.entry(key).or_default().push(row);
        }
    }
    rows
}

/// Complete codes that one row of each wave has. A code that several rows have links none of them.
fn whole_codes(before: &[Code], after: &[Code], free: &mut (Vec<bool>, Vec<bool>), doubtful: &mut [bool]) -> Vec<(usize, usize, How)> {
    let whole = |code: &Code| (!code.contains(&0)).then(|| code.clone());
    let (earlier, later) = (rows_by(before, &free.0, whole), rows_by(after, &free.1, whole));
    let mut links = Vec::new();
    for row in 0..after.len() {
        let Some(code) = whole(&after[row]) else { continue };
        let (Some(ones), Some(others)) = (earlier.get(&code), later.get(&code)) else { continue };
        match (&ones[..], &others[..]) {
            ([one], [_]) => links.push((*one, row, How::Exact)),
            _ => doubtful[row] = true,
        }
        free.1[row] = false;
        for one in ones {
            free.0[*one] = false;
        }
    }
    links
}

/// Rows that agree in all elements but one, where each is the other's only candidate.
fn one_off(before: &[Code], after: &[Code], free: &(Vec<bool>, Vec<bool>), doubtful: &mut [bool]) -> Vec<(usize, usize, How)> {
    let mut candidates = (vec![0_usize; before.len()], vec![0_usize; after.len()]);
    let mut single = Vec::new();
    let elements = before.first().or(after.first()).map_or(0, Vec::len);
    for element in 0..elements {
        let rest = |code: &Code| {
            let others: Code = code.iter().enumerate().filter(|(place, _)| *place != element).map(|(_, value)| *value).collect();
            (!others.contains(&0)).then_some(others)
        };
        let earlier = rows_by(before, &free.0, rest);
        let mut later: Vec<(Code, Vec<usize>)> = rows_by(after, &free.1, rest).into_iter().collect();
        later.sort();
        for (key, others) in later {
            let Some(ones) = earlier.get(&key) else { continue };
            for row in &others {
                candidates.1[*row] += ones.len();
            }
            for row in ones {
                candidates.0[*row] += others.len();
            }
            if let ([one], [other]) = (&ones[..], &others[..]) {
                single.push((*one, *other, How::OneOff(element)));
            }
        }
    }
    single.retain(|(one, other, _)| candidates.0[*one] == 1 && candidates.1[*other] == 1);
    let mut linked = vec![false; after.len()];
    for (_, other, _) in &single {
        linked[*other] = true;
    }
    for ((doubtful, count), linked) in doubtful.iter_mut().zip(&candidates.1).zip(linked) {
        *doubtful |= *count > 0 && !linked;
    }
    single
}

/// How often an element has each value, among all rows.
type Shares = Vec<FxHashMap<u32, f64>>;

/// What chance would link, from how often each element has each value, as if elements did not hang together.
///
/// A false link needs a person of each wave who has no true partner among the links, and nobody else near their codes. The
/// number of true partners is not known: it is what is left of the links found when the false ones are taken off.
fn chance(before: &[Code], after: &[Code], allow_one_off: bool, free: &(Vec<bool>, Vec<bool>), (exact, linked): (usize, usize)) -> Chance {
    let all = (before.iter().collect::<Vec<_>>(), after.iter().collect::<Vec<_>>());
    let shares = (shares(&all.0), shares(&all.1));
    let same: Vec<f64> = shares.0.iter().zip(&shares.1).map(|(one, two)| agreement(one, two)).collect();
    let others = |element: usize| same.iter().enumerate().filter(|(place, _)| *place != element).map(|(_, agree)| *agree).product::<f64>();
    let mut chance = Chance { exact: same.iter().product(), false_links: false_links(&all.0, &all.1, exact, whole), ..Chance::default() };
    if allow_one_off {
        chance.one_off = (0..same.len()).map(|element| others(element) * (1.0 - same[element])).sum();
        let left = |codes: &'_ [Code], free: &[bool]| codes.iter().zip(free).filter(|(_, free)| **free).map(|(code, _)| code.clone()).collect::<Vec<_>>();
        let (one, two) = (left(before, &free.0), left(after, &free.1));
        chance.false_links += false_links(&one.iter().collect::<Vec<_>>(), &two.iter().collect::<Vec<_>>(), linked - exact, but_one);
    }
    chance.rate = if linked == 0 { 0.0 } else { (chance.false_links / linked as f64).min(1.0) };
    chance
}

fn shares(codes: &[&Code]) -> Shares {
    let elements = codes.first().map_or(0, |code| code.len());
    let one = 1.0 / codes.len().max(1) as f64;
    let mut shares: Shares = vec![FxHashMap::default(); elements];
    for code in codes {
        for (shares, value) in shares.iter_mut().zip(*code).filter(|(_, value)| **value != 0) {
            *shares.entry(*value).or_default() += one;
        }
    }
    shares
}

/// Probability that two different people agree in one element.
fn agreement(one: &FxHashMap<u32, f64>, two: &FxHashMap<u32, f64>) -> f64 {
    let mut shared: Vec<(u32, f64)> = one.iter().filter_map(|(value, share)| Some((*value, share * two.get(value)?))).collect();
    shared.sort_by_key(|(value, _)| *value);
    crate::stats::sum(shared.into_iter().map(|(_, product)| product))
}

/// Probability that another person has this code.
fn whole(code: &Code, shares: &Shares) -> f64 {
    code.iter().zip(shares).map(|(value, shares)| shares.get(value).copied().unwrap_or_default()).product()
}

/// Probability that another person has this code but for one element.
fn but_one(code: &Code, shares: &Shares) -> f64 {
    let of: Vec<f64> = code.iter().zip(shares).map(|(value, shares)| shares.get(value).copied().unwrap_or_default()).collect();
    let others = |element: usize| of.iter().enumerate().filter(|(place, _)| *place != element).map(|(_, share)| *share).product::<f64>();
    (0..of.len()).map(|element| others(element) * (1.0 - of[element])).sum()
}

/// Links expected between different people: the later row has one candidate among those without a partner, and is that one's only candidate.
fn false_links(before: &[&Code], after: &[&Code], linked: usize, near: impl Fn(&Code, &Shares) -> f64) -> f64 {
    let shares = (shares(before), shares(after));
    let (n_before, n_after, linked) = (before.len() as f64, after.len() as f64, linked as f64);
    let alone = |code: &&Code| {
        let (one, two) = (near(code, &shares.0), near(code, &shares.1));
        one * (-one * n_before - two * n_after).exp()
    };
    let each = crate::stats::sum(after.iter().map(alone)) / n_after.max(1.0);
    let mut wrong = 0.0;
    for _ in 0..100 {
        let partners = (linked - wrong).max(0.0);
        wrong = ((n_before - partners).max(0.0) * (n_after - partners).max(0.0) * each).min(linked);
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that look random and are the same in every run.
    struct Dice(u64);

    impl Dice {
        fn below(&mut self, sides: u64) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) % sides
        }

        /// Small numbers more often than large ones, as first letters and numbers of siblings are.
        fn skewed(&mut self, sides: u64) -> u32 {
            u32::try_from(1 + self.below(sides).min(self.below(sides))).expect("small")
        }

        fn code(&mut self, sides: &[u64]) -> Code {
            sides.iter().map(|sides| self.skewed(*sides)).collect()
        }

        /// What the person writes: an element in thirty is wrong, one in fifty is left out.
        fn written(&mut self, code: &Code, sides: &[u64]) -> Code {
            let slip = |dice: &mut Self, value: u32, sides: u64| match dice.below(150) {
                0..=4 => dice.skewed(sides),
                5..=7 => 0,
                _ => value,
            };
            code.iter().zip(sides).map(|(value, sides)| slip(self, *value, *sides)).collect()
        }
    }

    #[test]
    fn the_printed_rate_of_false_links_is_near_the_true_one() {
        for (sides, people, stay) in [(&[12_u64, 24, 7, 28, 5][..], 1500_u64, 500_usize), (&[12, 24, 28, 24, 10], 1500, 700), (&[12, 24, 7, 6], 400, 150)] {
            let (mut wrong, mut expected, mut links, mut found) = (0.0, 0.0, 0.0, 0.0);
            for seed in 0..12 {
                let mut dice = Dice(seed * 7919 + 1);
                let codes: Vec<Code> = (0..2 * people).map(|_| dice.code(sides)).collect();
                let people = usize::try_from(people).expect("few");
                let before: Vec<Code> = codes[..people].iter().map(|code| dice.written(code, sides)).collect();
                let after: Vec<Code> = codes[people - stay..2 * people - stay].iter().map(|code| dice.written(code, sides)).collect();
                let linked = link(&before, &after, true);
                assert_eq!(linked.links.len() + linked.ambiguous + linked.unlinked, after.len());
                let is_true = |one: usize, other: usize| one >= people - stay && one - (people - stay) == other;
                let right = linked.links.iter().filter(|(one, other, _)| is_true(*one, *other)).count() as f64;
                wrong += linked.links.len() as f64 - right;
                found += right / stay as f64 / 12.0;
                links += linked.links.len() as f64;
                expected += linked.chance.false_links;
            }
            let (true_rate, printed) = (wrong / links, expected / links);
            assert!(wrong > 5.0, "the case is hard enough to say something: {wrong}");
            assert!((printed / true_rate - 1.0).abs() < 0.35, "{sides:?}: printed {printed:.4}, true {true_rate:.4}, found {found:.3}");
            assert!(found > 0.4, "{sides:?}: {found}");
        }
    }

    #[test]
    fn only_unique_codes_are_linked() {
        let codes = |rows: &[[u32; 3]]| rows.iter().map(|row| row.to_vec()).collect::<Vec<_>>();
        let before = codes(&[[1, 1, 1], [2, 2, 2], [2, 2, 2], [3, 3, 3], [4, 4, 4], [5, 5, 5], [5, 5, 6]]);
        // Exact; ambiguous; one off; an element missing; one off from two rows; nobody.
        let after = codes(&[[1, 1, 1], [2, 2, 2], [3, 3, 9], [4, 0, 4], [5, 5, 7], [9, 8, 7]]);
        let linked = link(&before, &after, true);
        assert_eq!(linked.links, [(0, 0, How::Exact), (3, 2, How::OneOff(2)), (4, 3, How::OneOff(1))]);
        assert_eq!((linked.ambiguous, linked.unlinked), (2, 1));
        let strict = link(&before, &after, false);
        assert_eq!((strict.links.len(), strict.ambiguous, strict.unlinked), (1, 1, 4));
    }

    #[test]
    fn waves_without_rows_are_linked_to_nobody() {
        let linked = link(&[], &[vec![1, 2]], true);
        assert_eq!((linked.links.len(), linked.unlinked), (0, 1));
        assert_eq!(link(&[], &[], true).unlinked, 0);
    }
}
