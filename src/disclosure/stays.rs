//! People seen in two waves in, how they hang together with everyone of each wave out.
//!
//! Those who stayed and those who joined are everyone of the later wave, those who stayed and those who left
//! everyone of the earlier one, and those who stayed are the same people in both. So a count of those who stayed
//! gives the others away by subtraction, and who moved from one level to another adds up to who had it.

use super::cells::{Groups, Key, What};
use super::relations::{Builder, Line, rest_people};
use super::system::Sense;

/// How the sums over those who stayed and those who did not begin.
const STAY: &str = "who\u{1}";

/// Who stayed, as rows say it.
pub(super) const STAYED: &str = "people seen twice";

/// Everyone of the wave whose people a cell has some of, when it is of those who stayed, joined or left.
pub(super) fn wider(key: &Key, groups: &Groups) -> Option<(Key, String)> {
    // missing answers of a wave are known: nobody is told from them
    let counts = groups.contains_key("who") && !matches!(key.what, What::Missing(..));
    let other = groups.get("compared_with").filter(|_| counts)?;
    let mut wider = key.clone();
    wider.conditions.retain(|condition, _| condition != "compared_with" && condition != "who");
    Some((wider, format!("{STAY}{other}")))
}

/// The same people seen from the other wave.
fn mirrored(groups: &Groups) -> Option<Groups> {
    let mut mirrored = groups.clone();
    let (wave, other) = (mirrored.remove("wave")?, mirrored.remove("compared_with")?);
    mirrored.extend([("wave".to_owned(), other), ("compared_with".to_owned(), wave)]);
    (groups.get("who").map(String::as_str) == Some(STAYED)).then_some(mirrored)
}

/// Whether a line is of those who stayed, joined or left.
pub(super) fn is_stay(line: &Line) -> bool {
    line.over.starts_with(STAY)
}

impl Builder<'_> {
    /// Those who stayed are some of everyone; those who did not are to be told from no subtraction where they are few.
    pub(super) fn stay(&mut self, line: &Line) {
        let total: f64 = line.parts.iter().map(|part| self.value(*part)).sum();
        let rest = self.value(line.whole) - total;
        let mut terms: Vec<(usize, f64)> = line.parts.iter().map(|part| (*part, 1.0)).chain([(line.whole, -1.0)]).collect();
        if rest == 0.0 {
            self.relate(terms, Sense::Equal, 0.0);
        } else if self.policy.is_small(rest_people(rest)) {
            terms.push((self.implicit(rest), 1.0));
            self.relate(terms, Sense::Equal, 0.0);
        } else {
            self.relate(terms, Sense::AtMost, 0.0);
        }
    }

    /// Who moved from one level to another adds up to those who had it in each wave, who are the same people in both.
    pub(super) fn moved(&mut self) {
        self.same_people();
        for link in &self.structure.moved {
            for (groups, levels) in self.places_of(&link.dataset, &link.change) {
                let mut sums: std::collections::BTreeMap<usize, Vec<usize>> = std::collections::BTreeMap::new();
                for level in &levels {
                    let (Some((from, to)), Some(part)) = (link.pairs.get(level), self.level_of(&link.dataset, &groups, &link.change, level)) else { continue };
                    let before = mirrored(&groups).and_then(|earlier| self.level_of(&link.dataset, &earlier, &link.of, from));
                    let after = self.level_of(&link.dataset, &groups, &link.of, to);
                    before.into_iter().chain(after).for_each(|whole| sums.entry(whole).or_default().push(part));
                }
                for (whole, parts) in sums {
                    if self.is_sum(&parts, whole) {
                        let terms = parts.into_iter().map(|part| (part, 1.0)).chain([(whole, -1.0)]).collect();
                        self.relate(terms, Sense::Equal, 0.0);
                    } else {
                        for part in parts {
                            self.at_most(part, whole);
                        }
                    }
                }
                self.same_base(&link.dataset, &groups, [&link.change, &link.of]);
            }
        }
    }

    /// Those who stayed are as many in the earlier wave as in the later one.
    fn same_people(&mut self) {
        for (place, drafted) in self.draft.cells.iter().enumerate() {
            let key = &drafted.key;
            if !matches!(key.what, What::Base(_) | What::Numbers(_)) {
                continue;
            }
            let other = mirrored(&key.conditions).and_then(|conditions| self.draft.index.get(&Key { conditions, ..key.clone() }).copied());
            if let Some(other) = other.filter(|other| *other > place && self.is_sum(&[*other], place)) {
                self.relate(vec![(place, 1.0), (other, -1.0)], Sense::Equal, 0.0);
            }
        }
    }
}
