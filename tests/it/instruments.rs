//! Scoring whole files: what is added, what stays as it was, what is refused, and real surveys.
#![allow(clippy::float_cmp, reason = "counts and sums of whole numbers are exact")]

use std::path::{Path, PathBuf};

use recovista::error::{Error, Severity};
use recovista::results::{ResultRow, Stat};
use recovista::score::{ScoreOptions, ScoredFile, score_file};

/// A folder with one data file.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new(text: &str) -> Self {
        let folder = Self(tempfile::tempdir().expect("a temporary folder"));
        std::fs::write(folder.data(), text).expect("writes");
        folder
    }

    fn data(&self) -> PathBuf {
        self.0.path().join("members.csv")
    }

    fn out(&self) -> PathBuf {
        self.0.path().join("scored.csv")
    }

    fn options(&self, instrument: &str) -> ScoreOptions {
        ScoreOptions { instrument: instrument.to_owned(), data: self.data(), out: Some(self.out()), ..ScoreOptions::default() }
    }

    fn scored(&self) -> String {
        std::fs::read_to_string(self.out()).expect("a scored file")
    }
}

fn figure(scored: &ScoredFile, variable: &str, stat: Stat, level: Option<&str>) -> f64 {
    let is = |row: &&ResultRow| row.variable == variable && row.stat == stat && (level.is_none() || row.level.as_deref() == level);
    scored.table.rows().iter().find(is).and_then(|row| row.estimate).unwrap_or_else(|| panic!("no {stat} of {variable}"))
}

fn codes(scored: &ScoredFile) -> Vec<&'static str> {
    scored.findings.iter().filter(|problem| problem.severity >= Severity::Warning).map(|problem| problem.code).collect()
}

fn code(result: Result<ScoredFile, Error>) -> (&'static str, Option<String>) {
    let error = result.expect_err("is refused");
    (error.problems[0].code, error.problems[0].help.clone())
}

#[test]
fn every_row_and_column_stays_and_the_scores_follow() {
    let text = "id,\"a note, quoted\",gad2_1,gad2_2\n007,\"two\nlines\",2,1\n8,\"say \"\"hi\"\"\",0,NA\n9, spaced ,1,\n";
    let folder = Folder::new(text);
    let scored = score_file(&folder.options("gad2")).expect("scores");
    assert_eq!(scored.columns, ["gad2_sum", "gad2_mean", "gad2_band", "gad2_n_valid"]);
    let expected = "id,\"a note, quoted\",gad2_1,gad2_2,gad2_sum,gad2_mean,gad2_band,gad2_n_valid\n\
        007,\"two\nlines\",2,1,3,1.5,Positive screen,2\n8,\"say \"\"hi\"\"\",0,NA,,,,1\n9, spaced ,1,,,,,1\n";
    assert_eq!(folder.scored(), expected);
    assert_eq!((scored.rows, figure(&scored, "gad2_sum", Stat::Count, None)), (3, 1.0));
    assert!(!scored.has_warnings());
}

#[test]
fn rows_carry_the_file_the_analysis_and_the_forms() {
    let folder = Folder::new("k6_1,k6_2,k6_3,k6_4,k6_5,k6_6\n0,0,0,0,0,0\n1,1,1,1,1,1\n3,2,2,2,2,2\n2,2,2,NA,2,2\n4,4,4,4,NA,NA\n");
    let scored = score_file(&folder.options("k6")).expect("scores");
    let row = &scored.table.rows()[0];
    assert_eq!((row.dataset.as_str(), row.analysis.as_str(), row.variable.as_str()), ("members", "score", "k6_sum"));
    for (stat, expected) in [(Stat::Count, 4.0), (Stat::Mean, 7.75), (Stat::Quantile, 9.0), (Stat::Min, 0.0), (Stat::Max, 13.0)] {
        assert!((figure(&scored, "k6_sum", stat, None) - expected).abs() < 1e-12, "{stat}");
    }
    assert!((figure(&scored, "k6_sum", Stat::Sd, None) - 6.020_797_289_396_148).abs() < 1e-9);
    assert_eq!(figure(&scored, "k6_band", Stat::Count, Some("Moderate distress")), 2.0);
    assert!(scored.to_json().contains("\"analysis\":\"score\"") || scored.to_json().contains("\"analysis\": \"score\""));
}

#[test]
fn complete_only_leaves_prorated_scores_out() {
    let folder = Folder::new("k6_1,k6_2,k6_3,k6_4,k6_5,k6_6\n2,2,2,NA,2,2\n1,1,1,1,1,1\n");
    let options = ScoreOptions { complete_only: true, ..folder.options("k6") };
    assert_eq!(figure(&score_file(&options).expect("scores"), "k6_sum", Stat::Count, None), 1.0);
}

#[test]
fn a_code_outside_the_coding_is_named_by_line_and_ends_with_findings() {
    let folder = Folder::new("k6_1,k6_2,k6_3,k6_4,k6_5,k6_6\n1,1,1,1,1,1\n1,1,1,1,1,9\n1,1,1,1,1,often\n");
    let scored = score_file(&folder.options("k6")).expect("scores");
    assert_eq!(codes(&scored), ["score::out_of_range"]);
    assert!(scored.has_warnings());
    let found = scored.findings[0].found.clone().unwrap_or_default();
    assert_eq!(found, "k6_6 line 3: 9, k6_6 line 4: often");
    assert!(folder.scored().contains("1,1,1,1,1,9,6,1,Moderate distress,5\n"), "{}", folder.scored());
    let without = ScoreOptions { missing: vec!["9".into(), "often".into()], ..folder.options("k6") };
    assert!(!score_file(&without).expect("scores").has_warnings());
}

#[test]
fn wrong_columns_codings_and_ids_are_refused_with_a_way_out() {
    let folder = Folder::new("K6_1,k6_2,k6_3,k6_4,k6_5,k6_6,gender\n1,1,1,1,1,1,f\n");
    let (problem, help) = code(score_file(&folder.options("k6")));
    assert_eq!(problem, "score::missing_column");
    assert!(help.unwrap_or_default().starts_with("did you mean `K6_1`?"));
    assert_eq!(code(score_file(&folder.options("k7"))).0, "score::unknown_instrument");
    assert_eq!(code(score_file(&ScoreOptions { coding: Some("1-4".into()), ..folder.options("k6") })).0, "score::coding_width");
    assert_eq!(code(score_file(&ScoreOptions { variant: Some("k6_1_5_as".into()), ..folder.options("k6") })).1.as_deref(), Some("did you mean `k6_1_5_asc`?"));
    assert_eq!(code(score_file(&ScoreOptions { items: Some(vec!["k6_2".into()]), ..folder.options("k6") })).0, "score::wrong_number_of_items");
    assert_eq!(code(score_file(&folder.options("mirc"))).0, "score::not_scorable");
    assert!(!folder.out().exists());
    assert_eq!(std::fs::read_dir(folder.0.path()).expect("lists").count(), 1);
}

#[test]
fn the_data_is_never_overwritten_and_scores_are_not_added_twice() {
    let folder = Folder::new("gad2_1,gad2_2\n1,1\n");
    assert_eq!(code(score_file(&ScoreOptions { out: Some(folder.data()), ..folder.options("gad2") })).0, "score::same_file");
    score_file(&folder.options("gad2")).expect("scores");
    let again = ScoreOptions { data: folder.out(), out: Some(folder.0.path().join("again.csv")), ..folder.options("gad2") };
    assert_eq!(code(score_file(&again)).0, "score::column_exists");
}

#[test]
fn auditc_bands_take_the_sex_column() {
    let folder = Folder::new("auditc_1,auditc_2,auditc_3,sex\n1,1,1,Female\n1,1,1,male\n0,,,F\n1,1,1,Two-spirit\n");
    let scored = score_file(&ScoreOptions { sex: Some("sex".into()), ..folder.options("auditc") }).expect("scores");
    let lines: Vec<String> = folder.scored().lines().map(str::to_owned).collect();
    assert_eq!(lines[0], "auditc_1,auditc_2,auditc_3,sex,auditc_sum,auditc_mean,auditc_band,auditc_n_valid,auditc_at_least_3,auditc_at_least_4");
    assert_eq!(lines[1], "1,1,1,Female,3,1,Women: positive (>=3),3,1,0");
    assert_eq!(lines[2], "1,1,1,male,3,1,Men: negative,3,1,0");
    assert_eq!(lines[3], "0,,,F,0,0,Women: negative,3,0,0");
    assert_eq!(lines[4], "1,1,1,Two-spirit,3,1,,3,1,0");
    assert!(scored.findings.iter().any(|problem| problem.code == "score::unknown_group"));
}

#[test]
fn items_that_no_scale_reads_may_be_left_out() {
    let header: Vec<String> = (1..=17).filter(|item| ![7, 17].contains(item)).map(|item| format!("bam_{item}")).collect();
    let folder = Folder::new(&format!("{}\n{}\n", header.join(","), vec!["1"; 15].join(",")));
    let scored = score_file(&folder.options("bam")).expect("scores");
    assert_eq!(figure(&scored, "bam_use_sum", Stat::Mean, None), 3.0);
    assert_eq!(figure(&scored, "bam_risk_sum", Stat::Mean, None), 6.0);
    assert!(scored.table.rows().iter().all(|row| row.variable != "bam_sum"));
}

#[test]
fn an_instrument_file_of_the_users_own_is_read_with_all_its_mistakes() {
    let folder = Folder::new("a,b\n1,2\n");
    let path = folder.0.path().join("own.toml");
    std::fs::write(&path, "id = \"own\"\nname = \"Own\"\nreadines = \"ready\"\ncitation = \"none\"\nlicence = \"own\"\n").expect("writes");
    let error = score_file(&folder.options(&path.to_string_lossy())).expect_err("is refused");
    let codes: Vec<_> = error.problems.iter().map(|problem| problem.code).collect();
    assert!(codes.contains(&"config::unknown_key") && codes.contains(&"config::missing_key"), "{codes:?}");
}

/// The folder of real surveys, when this machine has one.
fn real(file: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("RECOVISTA_REAL_DATA")?;
    let path = Path::new(&folder).join("instruments").join(file);
    assert!(path.is_file(), "{} is not there", path.display());
    Some(path)
}

fn totals(out: &Path, n: usize) -> Vec<String> {
    let text = std::fs::read_to_string(out).expect("a scored file");
    let header: Vec<&str> = text.lines().next().unwrap_or_default().split(',').collect();
    let from_end = header.len() - header.iter().position(|name| name.ends_with("_sum")).expect("a sum column");
    // Bands hold no comma, so columns can be counted from the end of the line.
    text.lines().skip(1).take(n).map(|line| line.rsplit(',').nth(from_end - 1).unwrap_or_default().to_owned()).collect()
}

#[test]
fn nhis_2018_k6_agrees_with_the_published_key() {
    let Some(data) = real("nhis2018_sample_adult_500.csv") else { return };
    let folder = Folder::new("");
    let items = ["ASINERV", "ASIHOPLS", "ASIRSTLS", "ASISAD", "ASIEFFRT", "ASIWTHLS"].map(str::to_owned).to_vec();
    let options = ScoreOptions {
        data,
        items: Some(items),
        coding: Some("5-1".into()),
        missing: ["7", "8", "9"].map(str::to_owned).to_vec(),
        complete_only: true,
        ..folder.options("k6")
    };
    let scored = score_file(&options).expect("scores");
    assert_eq!(scored.rows, 500);
    assert!(!scored.has_warnings(), "{:?}", scored.findings);
    for (stat, expected) in [(Stat::Count, 482.0), (Stat::Mean, 2.865_145_228_2), (Stat::Sd, 4.179_505_098_5), (Stat::Quantile, 1.0), (Stat::Max, 22.0)] {
        assert!((figure(&scored, "k6_sum", stat, None) - expected).abs() < 1e-9, "{stat}");
    }
    let bands = ["None/low distress", "Moderate distress", "Serious psychological distress (SMI screen)"];
    assert_eq!(bands.map(|band| figure(&scored, "k6_band", Stat::Count, Some(band))), [383.0, 75.0, 24.0]);
    let expected = ["5", "0", "0", "9", "2", "1", "1", "0", "3", "0", "0", "", "14", "5", "0", "1", "2", "0", "3", "0"];
    assert_eq!(totals(&folder.out(), 20), expected);
    // Without the direction of the file the same data would look like a population in serious distress.
    let wrong = score_file(&ScoreOptions { coding: Some("1-5".into()), ..options }).expect("scores");
    assert_eq!(codes(&wrong), ["score::doubtful_share"]);
}

#[test]
fn phq9_and_gad7_of_two_waves_agree_with_the_known_totals() {
    let waves: [(&str, &str, &str, f64, &[f64]); 4] = [
        ("phq9", "phq9_gad7_wave1.csv", "PHQ", 3014.0, &[158.0, 125.0, 63.0, 36.0, 21.0]),
        ("phq9", "phq9_gad7_wave2.csv", "PHQ", 2534.0, &[190.0, 119.0, 53.0, 28.0, 13.0]),
        ("gad7", "phq9_gad7_wave1.csv", "GAD", 2501.0, &[179.0, 131.0, 56.0, 37.0]),
        ("gad7", "phq9_gad7_wave2.csv", "GAD", 2079.0, &[221.0, 107.0, 53.0, 22.0]),
    ];
    for (instrument, file, prefix, sum, bands) in waves {
        let Some(data) = real(file) else { return };
        let folder = Folder::new("");
        let scored = score_file(&ScoreOptions { data, prefix: Some(prefix.into()), ..folder.options(instrument) }).expect("scores");
        let variable = format!("{instrument}_sum");
        assert_eq!(figure(&scored, &variable, Stat::Count, None), 403.0);
        assert!((figure(&scored, &variable, Stat::Mean, None) - sum / 403.0).abs() < 1e-10, "{instrument} {file}");
        let counts: Vec<f64> = scored.table.rows().iter().filter(|row| row.variable.ends_with("_band")).filter_map(|row| row.estimate).collect();
        assert_eq!(counts, bands, "{instrument} {file}");
        if file.contains("wave1") {
            let first = if instrument == "phq9" {
                ["6", "16", "12", "3", "4", "5", "14", "4", "0", "13"]
            } else {
                ["5", "18", "7", "6", "2", "2", "11", "0", "1", "5"]
            };
            assert_eq!(totals(&folder.out(), 10), first);
        }
    }
}
