//! Every pipeline of the project is sound, and the two on data that nobody here made agree with independent recomputations.
//!
//! The expected figures and the scripts that made them lie in `tests/reference/nhis_2018` and `tests/reference/ctn0094`.
#![allow(clippy::float_cmp, reason = "counts and sums of whole numbers are exact")]

use std::collections::BTreeMap;
use std::path::PathBuf;

use recovista::ingest::{ReadOptions, open};
use recovista::{Locking, RunOptions, Summary, check, run};
use serde_json::Value;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn reference(path: &str) -> Value {
    serde_json::from_slice(&std::fs::read(root().join("tests/reference").join(path)).unwrap()).unwrap()
}

/// Every record of a table by the names of its columns.
fn table(path: &std::path::Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = open(path, &ReadOptions::default()).unwrap();
    let header = reader.header().to_vec();
    let mut records = Vec::new();
    while let Some(batch) = reader.next_batch().unwrap() {
        let record = |row| header.iter().enumerate().map(|(column, name)| (name.clone(), batch.field_str(row, column).to_owned())).collect();
        records.extend((0..batch.rows()).map(record));
    }
    records
}

/// What a run left, with its figures by id.
struct Release {
    folder: tempfile::TempDir,
    summary: Summary,
    figures: BTreeMap<String, BTreeMap<String, String>>,
}

impl Release {
    fn of(pipeline: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = RunOptions {
            pipeline: root().join("pipelines").join(pipeline),
            out: Some(folder.path().join("release")),
            lock: Locking::Leave,
            ..RunOptions::default()
        };
        let summary = run(&options, &mut |_, _| {}).unwrap();
        let rows = table(&folder.path().join("release/restricted/results.csv"));
        let figures = rows.into_iter().map(|row| (row["id"].clone(), row)).collect();
        Self { folder, summary, figures }
    }

    fn cell(&self, id: &str, column: &str) -> f64 {
        let row = self.figures.get(id).unwrap_or_else(|| panic!("no figure {id}"));
        row[column].parse().unwrap_or_else(|_| panic!("{id} has no {column}"))
    }

    fn estimate(&self, id: &str) -> f64 {
        self.cell(id, "estimate")
    }

    /// Estimate, standard error and degrees of freedom as recomputed.
    fn agrees(&self, id: &str, expected: &Value) {
        for (column, key) in [("estimate", "estimate"), ("std_error", "se"), ("df", "df")] {
            near(self.cell(id, column), expected[key].as_f64().unwrap(), &format!("{id} {column}"));
        }
    }

    fn report(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("release/public/report.html")).unwrap()
    }
}

fn near(found: f64, expected: f64, what: &str) {
    assert!((found - expected).abs() <= 1e-9 * expected.abs().max(1.0), "{what}: {found} found, {expected} expected");
}

#[test]
fn every_pipeline_passes_its_check() {
    let mut pipelines: Vec<PathBuf> = std::fs::read_dir(root().join("pipelines")).unwrap().map(|entry| entry.unwrap().path()).collect();
    pipelines.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    pipelines.sort();
    assert!(pipelines.len() >= 3);
    for pipeline in pipelines {
        let problems = check(&pipeline).unwrap_or_else(|error| panic!("{}: {error:?}", pipeline.display()));
        assert!(problems.is_empty(), "{}: {problems:?}", pipeline.display());
    }
}

#[test]
fn k6_of_every_adult_equals_the_recomputation() {
    let release = Release::of("nhis_2018.toml");
    let people = table(&release.folder.path().join("release/restricted/adults.parquet"));
    let expected = table(&root().join("tests/reference/nhis_2018/totals.csv"));
    assert_eq!((people.len(), expected.len()), (500, 500));
    for (person, expected) in people.iter().zip(&expected) {
        let key = ["HHX", "FMX", "FPX"].map(|name| expected[name].as_str());
        assert_eq!(["HHX", "FMX", "FPX"].map(|name| person[name].as_str()), key);
        assert_eq!(person["k6_sum"].parse::<f64>().ok(), expected["k6_sum"].parse::<f64>().ok(), "{key:?}");
        let band = match expected["k6_band"].as_str() {
            "low" => "None/low distress",
            "moderate" => "Moderate distress",
            "serious" => "Serious psychological distress (SMI screen)",
            _ => "",
        };
        assert_eq!(person["k6_band"], band, "{key:?}");
    }
    let sums: Vec<f64> = people.iter().filter_map(|person| person["k6_sum"].parse().ok()).collect();
    assert_eq!((sums.len(), sums.iter().sum::<f64>()), (482, 1381.0));
}

#[test]
fn weighted_k6_equals_the_recomputation() {
    let release = Release::of("nhis_2018.toml");
    let figures = reference("nhis_2018/figures.json");
    release.agrees("adults.distress.k6_sum.mean", &figures["weighted_mean"]);
    for (band, label) in
        [("low", "None%2Flow%20distress"), ("moderate", "Moderate%20distress"), ("serious", "Serious%20psychological%20distress%20%28SMI%20screen%29")]
    {
        let id = format!("adults.distress.k6_band={label}.proportion");
        release.agrees(&id, &figures["weighted_bands"][band]);
        assert_eq!(release.cell(&id, "n"), figures["bands"][band].as_f64().unwrap());
    }
    // as the data's own description states them
    near((release.estimate("adults.distress.k6_sum.mean") * 1e10).round() / 1e10, 2.686_596_909_3, "weighted mean");
    for sex in ["Male", "Female"] {
        let (id, expected) = (format!("adults.distress.k6_sum.mean.sex={sex}"), &figures["weighted_mean_by_sex"][sex]);
        near(release.estimate(&id), expected["estimate"].as_f64().unwrap(), &id);
        near(release.cell(&id, "std_error"), expected["se"].as_f64().unwrap(), &id);
    }
    release.agrees("adults.who-answered.sex=Female.proportion", &figures["weighted_share_female"]);
    release.agrees("adults.who-answered.age.mean", &figures["weighted_mean_age"]);
    assert_eq!((release.summary.rows_in, release.summary.rows_rejected, release.summary.values_rejected), (500, 0, 0));
}

#[test]
fn the_trials_equal_the_recomputation() {
    let release = Release::of("ctn0094.toml");
    let expected = reference("ctn0094/people.json");
    let number = |path: &str| expected.pointer(path).and_then(Value::as_f64).unwrap_or_else(|| panic!("no {path}"));
    let visits = |rest: &str| release.estimate(&format!("visits.attendance.{rest}"));
    assert_eq!((visits("records.count"), visits("enrolled_people.count")), (53_899.0, 3_334.0));
    for (id, path) in [
        ("records.count", "/records"),
        ("enrolled_people.count", "/people_on_file"),
        ("people.count", "/people_who_came"),
        ("visits.count", "/visits"),
        ("not_attended.count", "/missed"),
        ("visits_per_person=0%2E5.quantile", "/median_visits_of_those_who_came"),
        ("visits_per_person.mean", "/mean_visits_of_those_who_came"),
    ] {
        near(visits(id), number(path), id);
    }
    for (code, level) in [("27", "CTN-0027%20START"), ("30", "CTN-0030%20POATS"), ("51", "CTN-0051%20X%3ABOT")] {
        let own = |rest: &str| visits(&format!("{rest}.trial={level}"));
        let wanted = |path: &str| number(&format!("/by_trial/{code}/{path}"));
        assert_eq!(release.cell(&format!("participants.who-took-part.trial={level}.proportion"), "n"), wanted("people"));
        assert_eq!(own("enrolled_people.count"), wanted("on_file"));
        assert_eq!((own("people.count"), own("visits.count")), (wanted("came"), wanted("visits")));
        near(own("attended_share.ratio"), wanted("attended_share/0"), level);
        near(own("visits_per_person=0%2E5.quantile"), wanted("median_visits"), level);
        near(own("retention_week=12.survival"), wanted("retained_week_12/0") / wanted("retained_week_12/1"), level);
        assert_eq!(release.cell(&format!("participants.who-took-part.is_male=Male.proportion.trial={level}"), "n"), wanted("male"));
    }
    let people = |rest: &str| format!("participants.who-took-part.{rest}");
    near(release.estimate(&people("is_male=Male.proportion")), number("/male") / number("/sex_known"), "male");
    near(release.estimate(&people("age.mean")), number("/mean_age"), "age");
    assert_eq!(release.estimate(&people("age=0%2E5.quantile")), number("/median_age"));
    let arms = [("methadone", "Methadone"), ("outpatient%20buprenorphine%2C%20enhanced%20medical%20management", "Outpatient BUP + EMM")];
    for (level, arm) in arms {
        assert_eq!(release.cell(&people(&format!("arm={level}.proportion")), "n"), number(&format!("/arms/{arm}")));
    }
    for (level, flag) in [("Did%20not%20come", "is_no_show"), ("In%20jail", "is_in_jail"), ("Died", "is_dead")] {
        assert_eq!(release.cell(&format!("visits.attendance.missed_reason={level}.proportion"), "n"), number(&format!("/reasons/{flag}")));
    }
}

#[test]
fn reports_say_what_their_figures_stand_for() {
    let distress = Release::of("nhis_2018.toml").report();
    assert!(distress.contains("describe these 500 adults and no population"));
    assert!(distress.contains("3.9% of sampled adults scored in the band"));
    let trials = Release::of("ctn0094.toml").report();
    assert!(trials.contains("cannot be compared between trials"));
    // two people died: nobody may read that from the public page
    assert!(!trials.contains("marked “Died”"));
}
