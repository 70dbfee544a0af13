//! Random people in, tables of them released, and an attacker who never saw the engine against what is public.

mod attacker;
mod optimum;
mod people;
mod rules;
mod stays;

use rayon::prelude::*;

use super::{Policy, release};
use crate::results::{ResultTable, to_csv};
use attacker::Attack;
use people::{Design, Study};

/// What came of the attack on one random study.
#[derive(Debug, Default)]
struct Outcome {
    hidden: usize,
    broken: Vec<String>,
    refused: bool,
}

fn outcome(seed: u64, design: Design) -> Outcome {
    let study = Study::random(seed, design);
    let policy = Policy { minimum_cell: study.minimum, ..Policy::default() };
    let table = ResultTable::new(study.rows()).expect("ids are unique");
    let Ok((released, certificate)) = release(table, &policy, &study.structure(), None) else { return Outcome { refused: true, ..Outcome::default() } };
    let attack = Attack::new(&study, &to_csv(&released));
    let broken = attack.run().into_iter().map(|told| format!("{design:?}, seed {seed}: {told}")).collect();
    Outcome { hidden: certificate.hidden, broken, refused: false }
}

#[test]
fn a_thousand_random_studies_withstand_an_attacker_who_knows_all_that_is_public() {
    let designs = Design::ALL;
    let jobs: Vec<(u64, Design)> = (0..1000).map(|seed| (seed, designs[usize::try_from(seed).expect("small") % designs.len()])).collect();
    let outcomes: Vec<Outcome> = jobs.par_iter().map(|(seed, design)| outcome(*seed, *design)).collect();
    let broken: Vec<&String> = outcomes.iter().flat_map(|outcome| &outcome.broken).collect();
    let refused = outcomes.iter().filter(|outcome| outcome.refused).count();
    let hidden: usize = outcomes.iter().map(|outcome| outcome.hidden).sum();
    assert!(broken.is_empty(), "{} figures told: {:#?}", broken.len(), &broken[..broken.len().min(12)]);
    assert!(refused < 10, "{refused} studies could not be released at all");
    assert!(hidden > 5000, "only {hidden} figures were hidden: too few to prove anything");
}
