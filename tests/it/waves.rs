//! The sample's waves with one thing spoilt at a time: a code that means two things stops the run and is named.

use crate::project::{copy_sample, program};

const PIPELINE: &str = r#"title = "Members"
as_of = "2024-12-31"
reject_limit = 1
[[dataset]]
id = "members"
schema = "member_survey.toml"
[[dataset.wave]]
id = "2022"
file = "members_2022.csv"
crosswalk = "crosswalk.toml"
[[dataset.wave]]
id = "2024"
file = "members_2024.csv"
[[analysis]]
id = "who"
kind = "trend"
dataset = "members"
instruments = ["k6"]
variables = ["gender"]
"#;

/// The members of the sample, two of its waves, in a folder of their own.
struct Sample(tempfile::TempDir);

impl Sample {
    fn new() -> Self {
        let sample = Self(tempfile::tempdir().expect("a temporary folder"));
        let files = [
            ("schemas/datasets/member_survey.toml", "member_survey.toml"),
            ("schemas/crosswalks/members_2022_to_2024.toml", "crosswalk.toml"),
            ("sample_data/members_2022.csv", "members_2022.csv"),
            ("sample_data/members_2024.csv", "members_2024.csv"),
        ];
        copy_sample(sample.0.path(), &files, PIPELINE);
        sample
    }

    /// Spoils every place of a file, at least one.
    fn edit(self, name: &str, from: &str, to: &str) -> Self {
        let path = self.0.path().join(name);
        let text = std::fs::read_to_string(&path).expect("a text");
        assert!(text.contains(from), "{name} has no {from}");
        std::fs::write(&path, text.replace(from, to)).expect("writes");
        self
    }

    /// Exit code and messages of `check` and of `run`, which must be the same.
    fn said(&self) -> (Option<i32>, String) {
        let run = |arguments: &str| {
            let output = program(self.0.path(), arguments).output().expect("starts");
            (output.status.code(), String::from_utf8(output.stderr).expect("text"))
        };
        let (checked, ran) = (run("check pipeline.toml"), run("run pipeline.toml --out out"));
        if checked.0 != Some(0) {
            assert_eq!(checked, ran);
            assert!(!self.0.path().join("out").exists(), "nothing is written");
        }
        ran
    }
}

#[test]
fn the_sample_agrees_and_a_code_without_its_line_stops_the_run() {
    let (code, said) = Sample::new().said();
    assert_eq!(code, Some(0), "{said}");
    for (line, gone, code, field) in [(r#", "5" = "4", "6""#, r#", "6""#, "5", "referral"), (r#"{ "0" = "1", "#, "{ ", "0", "k6_1")] {
        let (exit, said) = Sample::new().edit("crosswalk.toml", line, gone).said();
        assert_eq!(exit, Some(2), "{said}");
        let message = format!("error[wave::unmapped_code]: code `{code}` of `{field}` in wave 2022 has no translation");
        assert!(said.contains(&message), "{said}");
        assert!(said.contains("crosswalk.toml:") && said.contains("in members_2022.csv"), "{said}");
    }
}

#[test]
fn a_dropped_code_needs_no_line_and_its_answers_are_missing() {
    let sample = Sample::new().edit("crosswalk.toml", r#", "6" = "6" }"#, " }\ndrop = [\"6\"]");
    let (code, said) = sample.said();
    assert_eq!(code, Some(0), "{said}");
    let rejects = std::fs::read_to_string(sample.0.path().join("out/restricted/rejects.csv")).expect("the ledger");
    assert!(!rejects.lines().any(|line| line.contains("members_2022.csv") && line.contains(",referral,")), "a dropped code is no mistake of the file");
    let mapped_twice = Sample::new().edit("crosswalk.toml", r#""6" = "6" }"#, "\"6\" = \"6\" }\ndrop = [\"6\"]");
    let (code, said) = mapped_twice.said();
    assert!(code == Some(2) && said.contains("error[wave::mapped_and_dropped]"), "{said}");
}

#[test]
fn several_codes_may_become_one() {
    let (code, said) = Sample::new().edit("crosswalk.toml", r#""5" = "4", "6" = "6""#, r#""5" = "6", "6" = "6""#).said();
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn a_translation_must_lead_to_a_code_of_today() {
    let (code, said) = Sample::new().edit("crosswalk.toml", r#""6" = "6" }"#, r#""6" = "66" }"#).said();
    assert_eq!(code, Some(2));
    assert!(said.contains("error[wave::recode_to_no_level]: `referral`: code `6` becomes `66`, which is no code of today"), "{said}");
    let (code, said) = Sample::new().edit("crosswalk.toml", r#""4" = "5" }"#, r#""4" = "6" }"#).said();
    assert!(code == Some(2) && said.contains("a number from 1 to 5"), "{said}");
}

/// The crosswalk without what it says of one field.
fn without(field: &str) -> Sample {
    let sample = Sample::new();
    let path = sample.0.path().join("crosswalk.toml");
    let text = std::fs::read_to_string(&path).expect("the crosswalk");
    let kept: Vec<&str> = text.split("\n[[recode]]").filter(|block| !block.contains(&format!("field = \"{field}\""))).collect();
    std::fs::write(&path, kept.join("\n[[recode]]")).expect("writes");
    sample
}

#[test]
fn a_scale_that_begins_at_zero_stops_the_run_until_it_is_declared() {
    let (code, said) = without("k6_3").said();
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("error[wave::range_shifted]: `k6_3` runs from 0 to 4 in wave 2022, not from 1 to 5"), "{said}");
    assert!(said.contains(r#"map = { "0" = "1", "1" = "2""#), "{said}");
    let broken = without("k6_3").edit(
        "crosswalk.toml",
        "\n[[recode]]\nfield = \"k6_1\"",
        "\n[[break]]\nfield = \"k6_3\"\nreason = \"asked otherwise\"\n\n[[recode]]\nfield = \"k6_1\"",
    );
    let (code, said) = broken.said();
    assert!(code == Some(1) && said.contains("warning[wave::range_shifted]"), "{said}");
}

#[test]
fn a_level_that_only_one_wave_has_stops_the_run_and_a_slip_of_the_keyboard_does_not() {
    let sample = Sample::new();
    let path = sample.0.path().join("members_2024.csv");
    let text = std::fs::read_to_string(&path).expect("the wave");
    // The fifth column is the gender; every tenth person has a fourth code.
    let spoil = |every: usize| {
        let row = |(number, row): (usize, &str)| {
            let mut cells: Vec<&str> = row.split(',').collect();
            if number > 0 && number % every == 0 {
                cells[4] = "4";
            }
            cells.join(",")
        };
        std::fs::write(&path, text.lines().enumerate().map(row).collect::<Vec<_>>().join("\n")).expect("writes");
    };
    spoil(10);
    let (code, said) = sample.said();
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("error[wave::unknown_code]: `gender` has a code in wave 2024 that the codebook `member_survey` does not have"), "{said}");
    spoil(1000);
    assert_eq!(sample.said().0, Some(0));
}

#[test]
fn a_reason_must_be_written() {
    let (code, said) = Sample::new()
        .edit("crosswalk.toml", "reason = \"the form of 2022 called the same question gender identity; answers and codes are unchanged\"", "reason = \" \"")
        .said();
    assert!(code == Some(2) && said.contains("error[wave::no_reason]") && said.contains("crosswalk.toml:6"), "{said}");
}
