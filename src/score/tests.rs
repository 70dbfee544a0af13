//! Every worked case of every instrument file, and the traps that change published numbers.

use super::builtin::{instrument, instruments};
use super::coding::Coding;
use super::engine::{self, Options, Scores};
use super::findings::{Example, Findings};
use super::instrument::{Case, Instrument, Readiness};
use crate::error::Severity;
use crate::frame::NO_LEVEL;

/// Scores one row of answers and gives the named values as text would hold them.
fn values(instrument: &Instrument, case: &Case) -> Vec<(String, Result<f64, String>)> {
    let coding = Coding::resolve(instrument, case.coding.as_deref(), case.variant.as_deref()).unwrap();
    let answers: Vec<[f64; 1]> = coding.keys.iter().map(|key| [case.answers[key.item]]).collect();
    let items: Vec<&[f64]> = answers.iter().map(|answer| &answer[..]).collect();
    let groups = [case.group.as_deref().and_then(|word| instrument.group_of(word))];
    let scores = engine::score(instrument, &coding, &Options { complete_only: case.complete_only, groups: &groups }, &items);
    assert!(scores.out_of_range.is_empty(), "{}: {}", instrument.id, case.why);
    let mut values = Vec::new();
    for (scale, scores) in instrument.scales.iter().zip(&scores.scales) {
        let name = |ending: &str| if scale.name.is_empty() { ending.to_owned() } else { format!("{}_{ending}", scale.name) };
        for (form, score) in &scores.forms {
            values.push((name(form.word()), Ok(score[0])));
        }
        if !scale.bands.is_empty() {
            let band = usize::try_from(scores.band[0]).ok().and_then(|place| engine::labels(scale).get(place).copied()).unwrap_or("NA");
            values.push((name("band"), Err(band.to_owned())));
        }
        values.push((name("n_valid"), Ok(scores.n_valid[0])));
        for (cut, score) in scale.cuts.iter().zip(&scores.cuts) {
            values.push((name(&cut.name), Ok(score[0])));
        }
    }
    values
}

#[test]
fn every_worked_case_gives_the_published_score() {
    let mut run = 0;
    for instrument in instruments().unwrap() {
        for case in &instrument.cases {
            let place = format!("{}: {}", instrument.id, case.why);
            assert_eq!(case.answers.len(), instrument.items.len(), "{place}");
            let found = values(&instrument, case);
            assert_eq!(found.len(), case.expect.len(), "{place}: {found:?}");
            for (name, expected) in &case.expect {
                let Some((_, value)) = found.iter().find(|(known, _)| known == name) else { panic!("{place}: no value {name}") };
                match value {
                    Ok(number) if expected == "NA" => assert!(number.is_nan(), "{place}: {name} is {number}, expected none"),
                    Ok(number) => assert!((number - expected.parse::<f64>().unwrap()).abs() < 1e-9, "{place}: {name} is {number}, expected {expected}"),
                    Err(label) => assert_eq!(label, expected, "{place}: {name}"),
                }
            }
            run += 1;
        }
    }
    assert!(run >= 80, "{run} cases");
}

#[test]
fn every_scorable_instrument_has_three_cases_one_of_them_with_a_missing_answer() {
    for instrument in instruments().unwrap().iter().filter(|instrument| instrument.readiness.is_scorable()) {
        assert!(instrument.cases.len() >= 3, "{}", instrument.id);
        let scored = instrument.scored_items();
        assert!(instrument.cases.iter().any(|case| scored.iter().any(|item| case.answers[*item].is_nan())), "{}", instrument.id);
    }
}

#[test]
fn bands_are_half_open_without_gaps_and_cover_the_range() {
    for instrument in instruments().unwrap() {
        for scale in instrument.scales.iter().filter(|scale| !scale.bands.is_empty()) {
            let coding = Coding::resolve(&instrument, None, None).unwrap();
            let (low, high) = coding.limits(scale, scale.band_of);
            let mut groups: Vec<&str> = scale.bands.iter().map(|band| band.group.as_str()).collect();
            groups.dedup();
            for group in groups {
                let bands: Vec<_> = scale.bands.iter().filter(|band| band.group == group).collect();
                assert!((bands[0].from - low).abs() < 1e-9, "{}", instrument.id);
                assert!(bands.windows(2).all(|pair| (pair[0].below - pair[1].from).abs() < 1e-9), "{}", instrument.id);
                assert!(bands[bands.len() - 1].from <= high && bands[bands.len() - 1].below.is_infinite(), "{}", instrument.id);
            }
        }
    }
}

#[test]
fn instruments_without_a_key_refuse_and_say_what_is_needed() {
    for id in ["mirc", "rcq", "gpra_noms", "suprt"] {
        let instrument = instrument(id).unwrap();
        assert!(!instrument.readiness.is_scorable());
        let error = Coding::resolve(&instrument, None, None).unwrap_err();
        assert_eq!(error.problems[0].code, "score::not_scorable");
        assert!(error.problems[0].help.as_ref().unwrap().contains("instrument file"), "{id}");
    }
}

fn scored(id: &str, coding: Option<&str>, rows: &[&[f64]]) -> (Instrument, Coding, Scores, Findings) {
    let instrument = instrument(id).unwrap();
    let coding = Coding::resolve(&instrument, coding, None).unwrap();
    let columns: Vec<Vec<f64>> = (0..coding.keys.len()).map(|item| rows.iter().map(|row| row[item]).collect()).collect();
    let items: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
    let scores = engine::score(&instrument, &coding, &Options::default(), &items);
    let findings = Findings::of(&instrument, &coding, &scores, &items, |_| Example::default());
    (instrument, coding, scores, findings)
}

fn codes(findings: &Findings, instrument: &Instrument, coding: &Coding) -> Vec<(&'static str, Severity)> {
    findings.problems(instrument, coding).iter().map(|problem| (problem.code, problem.severity)).collect()
}

#[test]
fn k6_declared_0_to_4_with_codes_1_to_5_is_said_aloud() {
    let rows: Vec<&[f64]> = vec![&[1.0, 1.0, 2.0, 1.0, 1.0, 5.0], &[1.0, 2.0, 1.0, 1.0, 3.0, 1.0]];
    let (instrument, coding, scores, findings) = scored("k6", None, &rows);
    assert_eq!(scores.out_of_range.len(), 1);
    assert_eq!((scores.out_of_range[0].item, scores.out_of_range[0].row), (5, 0));
    let found = codes(&findings, &instrument, &coding);
    assert_eq!(found, [("score::out_of_range", Severity::Warning), ("score::coding_contradicted", Severity::Warning)]);
}

#[test]
fn k6_declared_1_to_5_with_a_0_is_said_aloud() {
    let (instrument, coding, _, findings) = scored("k6", Some("1-5"), &[&[0.0, 1.0, 2.0, 1.0, 1.0, 4.0]]);
    assert!(codes(&findings, &instrument, &coding).contains(&("score::coding_contradicted", Severity::Warning)));
    let (_, _, _, findings) = scored("k6", Some("1-5"), &[&[0.0, 1.0, 2.0, 1.0, 1.0, 5.0]]);
    assert!(codes(&findings, &instrument, &coding).contains(&("score::coding_contradicted", Severity::Warning)));
}

#[test]
fn a_code_is_never_clamped() {
    let (_, _, scores, _) = scored("k6", None, &[&[0.0, 0.0, 0.0, 0.0, 0.0, 9.0], &[0.0, 0.0, 0.0, 0.0, 0.0, 1.5]]);
    assert_eq!(scores.scales[0].n_valid, [5.0, 5.0]);
    assert_eq!(scores.scales[0].forms[0].1, [0.0, 0.0]);
    assert_eq!(scores.scales[0].prorated, [true, true]);
}

#[test]
fn k6_with_more_than_a_third_in_the_highest_band_is_doubted() {
    let high: &[f64] = &[3.0, 3.0, 2.0, 2.0, 2.0, 2.0];
    let low: &[f64] = &[0.0, 1.0, 0.0, 1.0, 0.0, 1.0];
    let rows: Vec<&[f64]> = (0..30).map(|row| if row % 2 == 0 { high } else { low }).collect();
    let (instrument, coding, _, findings) = scored("k6", None, &rows);
    assert_eq!(codes(&findings, &instrument, &coding), [("score::doubtful_share", Severity::Warning)]);
    let mut both = findings.clone();
    both.merge(findings);
    assert_eq!((both.rows, both.scales[0].scored), (60, 60));
}

#[test]
fn k6_1_to_5_exports_in_both_directions_differ_only_by_what_is_declared() {
    let row: &[f64] = &[1.0, 2.0, 1.0, 1.0, 2.0, 1.0];
    let (_, _, ascending, _) = scored("k6", Some("1-5"), &[row]);
    let (_, _, descending, _) = scored("k6", Some("5-1"), &[row]);
    assert_eq!(ascending.scales[0].forms[0].1, [2.0]);
    assert_eq!(descending.scales[0].forms[0].1, [22.0]);
}

#[test]
fn barc_47_is_an_abstinence_cut_off_of_twelve_months_and_no_rounding_reaches_it() {
    let instrument = instrument("barc10").unwrap();
    let label = &instrument.scales[0].bands[1].label;
    assert!(label.contains(">12 months") && !label.contains("5 years"), "{label}");
    let (_, _, scores, _) = scored("barc10", None, &[&[5.0, 5.0, 5.0, 5.0, 5.0, 5.0, 4.0, 4.0, 4.0, f64::NAN]]);
    assert!(scores.scales[0].forms[0].1[0] > 46.5 && scores.scales[0].band == [0]);
}

#[test]
fn cest_support_of_1_to_5_has_its_own_variant() {
    let error = Coding::resolve(&instrument("cest_ss").unwrap(), Some("1-5"), None).unwrap_err();
    assert_eq!(error.problems[0].help.as_deref(), Some("variant `tcu_1_5` has that many"));
}

#[test]
fn self_esteem_of_1_to_5_is_not_read_as_1_to_10() {
    let error = Coding::resolve(&instrument("self_esteem_1").unwrap(), Some("1-5"), None).unwrap_err();
    assert_eq!(error.problems[0].help.as_deref(), Some("variant `likert_1_5` has that many"));
}

#[test]
fn bam_has_no_total_and_days_out_of_30_have_no_bands() {
    let bam = instrument("bam").unwrap();
    assert!(bam.scales.iter().all(|scale| !scale.name.is_empty()));
    let coding = Coding::resolve(&bam, None, Some("continuous_0_30")).unwrap();
    assert_eq!(bam.scales.iter().map(|scale| coding.limits(scale, super::Form::Sum).1).collect::<Vec<_>>(), [90.0, 180.0, 180.0]);
    assert!(!coding.bands);
}

#[test]
fn psoc_has_its_three_factors_and_no_total() {
    let psoc = instrument("psoc").unwrap();
    assert_eq!(psoc.scales.iter().map(|scale| scale.name.as_str()).collect::<Vec<_>>(), ["self", "membership", "entity"]);
}

#[test]
fn arc_versions_have_their_own_ranges() {
    let arc = instrument("arc").unwrap();
    for (variant, limits) in [(None, (0.0, 50.0)), (Some("likert_1_6"), (50.0, 300.0))] {
        let coding = Coding::resolve(&arc, None, variant).unwrap();
        assert_eq!(coding.limits(&arc.scales[0], super::Form::Sum), limits);
    }
}

#[test]
fn auditc_bands_follow_sex_and_unknown_sex_gets_none() {
    let auditc = instrument("auditc").unwrap();
    let coding = Coding::resolve(&auditc, None, None).unwrap();
    let items: Vec<&[f64]> = vec![&[1.0; 3], &[1.0; 3], &[1.0; 3]];
    let groups = [auditc.group_of("Male"), auditc.group_of("F"), auditc.group_of("Non-binary")];
    let scores = engine::score(&auditc, &coding, &Options { complete_only: false, groups: &groups }, &items);
    assert_eq!(scores.scales[0].band, [0, 3, NO_LEVEL]);
    assert_eq!(scores.scales[0].cuts, [vec![1.0; 3], vec![0.0; 3]]);
}

#[test]
fn promis_pain_takes_its_own_range_whatever_the_coding() {
    let promis = instrument("promis_global10").unwrap();
    let coding = Coding::resolve(&promis, Some("5-1"), None).unwrap();
    let pain = coding.keys.iter().find(|key| key.item == 6).unwrap();
    assert_eq!([0.0, 3.0, 4.0, 9.0, 10.0].map(|code| pain.answer(code)), [Some(5.0), Some(4.0), Some(3.0), Some(2.0), Some(1.0)]);
    assert_eq!(pain.answer(11.0), None);
}

#[test]
fn windows_of_gpra_and_suprt_differ() {
    let of = |id: &str, key: &str| instrument(id).unwrap().timing.iter().find(|(known, _)| known == key).unwrap().1.clone();
    assert!(of("gpra_noms", "follow_up_window").contains("calendar months"));
    assert!(of("suprt", "reassessment").contains("180 days"));
}

#[test]
fn unverified_instruments_score_and_say_so() {
    let (instrument, coding, scores, findings) = scored("css", None, &[&[6.0; 5]]);
    assert_eq!(instrument.readiness, Readiness::Unverified);
    assert_eq!(scores.scales[0].forms[0].1, [30.0]);
    assert_eq!(codes(&findings, &instrument, &coding), [("score::unverified", Severity::Note)]);
}

#[test]
fn phq9_item_9_is_brought_to_the_holder_of_the_data() {
    let (instrument, coding, _, findings) = scored("phq9", None, &[&[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0]]);
    assert_eq!(codes(&findings, &instrument, &coding), [("score::safety_item", Severity::Note)]);
}
