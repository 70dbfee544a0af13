//! The commands on one file, through the program: their examples run, and their figures are those of R.
//!
//! Expected figures come from `tests/reference/survey/command_line.R`.

use std::process::{Command, Output};

use serde_json::Value;

use super::cases::folder;

/// Words of a line as a shell splits them, without expansion.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut quote) = (vec![String::new()], None);
    for letter in line.trim().chars() {
        match (letter, quote) {
            ('\'' | '"', None) => quote = Some(letter),
            (_, Some(open)) if open == letter => quote = None,
            (' ', None) if words.last().is_some_and(String::is_empty) => {}
            (' ', None) => words.push(String::new()),
            _ => words.last_mut().unwrap().push(letter),
        }
    }
    words
}

/// Runs the program where the file lies that the words name.
fn run(words: &[String]) -> Output {
    let over_time = folder().with_file_name("longitudinal");
    let folder = if words.iter().any(|word| !word.contains('/') && over_time.join(word).is_file()) { over_time } else { folder() };
    Command::new(env!("CARGO_BIN_EXE_recovista")).current_dir(folder).args(words).env("NO_COLOR", "1").env("COLUMNS", "100").output().unwrap()
}

/// What a successful command prints.
fn printed(words: &[String]) -> String {
    let output = run(words);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{words:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

fn rows(line: &str) -> Vec<Value> {
    let text = printed(&words(&format!("{line} --format json")));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{line}: {error}\n{text}"))
}

/// The numbers of the only row that has a stat and, where given, a level or group.
fn check(line: &str, stat: &str, of: &str, expected: &[(&str, f64)]) {
    let rows = rows(line);
    let is =
        |row: &&Value| row["stat"] == stat && (of.is_empty() || row["level"] == of || row["groups"].as_object().unwrap().values().any(|level| level == of));
    let found: Vec<&Value> = rows.iter().filter(is).collect();
    assert_eq!(found.len(), 1, "{line}: {stat} {of}");
    for (key, expected) in expected {
        let number = found[0][key].as_f64().unwrap_or_else(|| panic!("{line}: no {key}"));
        assert!((number / expected - 1.0).abs() < 1e-8, "{line} {key}: {number} found, {expected} expected");
    }
}

fn interval(line: &str, stat: &str, of: &str, [estimate, error, low, high]: [f64; 4]) {
    check(line, stat, of, &[("estimate", estimate), ("std_error", error), ("conf_low", low), ("conf_high", high)]);
}

#[test]
fn examples_of_the_help_run() {
    for command in ["estimate", "test", "fit", "fit regression", "fit mixed", "fit reliability", "fit lowess", "fit path"] {
        let help = printed(&words(&format!("{command} --help")));
        assert!(help.lines().all(|line| line.chars().count() <= 100), "{command}");
        let examples = help.split("Examples:\n").nth(1).unwrap().split("\n\n").next().unwrap().replace("\\\n", " ");
        let examples: Vec<&str> = examples.lines().collect();
        assert!(examples.len() >= 3, "{command}: {examples:?}");
        for line in examples {
            let mut arguments = words(line);
            assert_eq!(arguments.remove(0), "recovista", "{line}");
            assert!(printed(&arguments).lines().count() > 3, "{line}");
            arguments.extend(["--format".to_owned(), "json".to_owned()]);
            let rows: Vec<Value> = serde_json::from_str(&printed(&arguments)).unwrap();
            assert!(rows.iter().any(|row| row["status"] == "ok"), "{line}");
        }
    }
}

const STRAT: &str = "apistrat.csv --weight pw --strata stype";

#[test]
fn estimates_are_those_of_r() {
    let strat = format!("estimate {STRAT} --fpc fpc");
    interval(&format!("{strat} --mean api00"), "mean", "", [662.287_363_159_32, 9.408_940_802_78, 643.732_188_272_09, 680.842_538_046_56]);
    let high = format!("{strat} --mean api00 --where \"stype = 'H' and enroll > 500\"");
    interval(&high, "mean", "", [632.533_333_333_3, 15.792_122_813_2, 600.706_401_084, 664.360_265_582_7]);
    let beta = format!("{strat} --proportion awards --ci-method beta");
    interval(&beta, "proportion", "Yes", [0.638_936_064_050_6, 0.034_405_917_997_3, 0.567_218_701_479_7, 0.706_354_783_014_5]);
    interval(&format!("{strat} --ratio api00/api99"), "ratio", "", [1.052_260_546_218_25, 0.003_643_922_230_84, 1.045_074_443_586_08, 1.059_446_648_850_41]);
    let by = "estimate apiclus2.csv --cluster dnum,snum --fpc fpc1,fpc2 --mean api00 --by stype";
    interval(by, "mean", "E", [692.810_400_866_7, 29.926_604_237_4, 631.992_223_722_8, 753.628_578_010_7]);
    interval(by, "mean", "H", [598.340_659_340_7, 17.694_167_126_1, 560.114_735_279_2, 636.566_583_402_1]);
    interval(by, "mean", "M", [642.352, 45.091_316_300_3, 548.293_162_408_4, 736.410_837_591_6]);
    let jack = "estimate apiclus1_jk1.csv --weight pw --replicates 'rw_*' --replicate-type jk1 --total enroll";
    interval(jack, "total", "", [3_404_940.134_529, 941_610.740_913, 1_385_385.952_218, 5_424_494.316_84]);
}

#[test]
fn calibrated_estimates_are_those_of_r() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let types = file("types.csv", "stype,total\nE,4421\nH,755\nM,1018\n");
    let wide = file("wide.csv", "sch_wide,total\nNo,1072\nYes,5122\n");
    let line = format!("estimate apisrs.csv --weight pw --total enroll --poststratify {types}");
    interval(&line, "total", "", [3_605_259.382_586, 124_287.338_715, 3_360_170.151_64, 3_850_348.613_533]);
    let line = format!("estimate apisrs.csv --weight pw --mean api00 --rake {types} --rake {wide}");
    interval(&line, "mean", "", [657.791_546_332_63, 8.971_712_257_96, 640.099_719_632_39, 675.483_373_032_86]);
}

#[test]
fn tests_and_fits_are_those_of_r() {
    let line = format!("test ttest {STRAT} --outcome enroll --group comp_imp");
    let expected = [("estimate", -228.282_249_593), ("test_statistic", -3.642_217_600_19), ("df", 196.0), ("p_value", 3.459_573_515_85e-4)];
    check(&line, "ttest", "", &expected);
    let expected = [("test_statistic", 13.522_307_441_9), ("df", 1.894_906_553_45), ("df2", 373.296_591_031), ("p_value", 3.515_583_506_69e-6)];
    check(&format!("test chisq {STRAT} --outcome awards --group stype"), "chisq", "", &expected);
    let line = "test kruskal mtcars.csv --outcome mpg --group cyl";
    check(line, "kruskal", "", &[("test_statistic", 25.746_155_615_4), ("p_value", 2.566_216_795_35e-6)]);
    let line = "test kruskal mtcars.csv --outcome mpg --outcome hp --group cyl --adjust holm";
    let both: Vec<Value> = rows(line).into_iter().filter(|row| row["stat"] == "kruskal").collect();
    assert!(both.len() == 2 && both.iter().all(|row| (row["p_value"].as_f64().unwrap() / 5.132_433_590_69e-6 - 1.0).abs() < 1e-8));
    let expected = |estimate, error, t, p| [("estimate", estimate), ("std_error", error), ("test_statistic", t), ("p_value", p)];
    let line = format!("fit regression {STRAT} --fpc fpc --formula \"api00 ~ ell + meals\"");
    check(&line, "coefficient", "ell", &expected(-0.505_725_551_903, 0.387_916_516_283, -1.303_696_879_805, 0.193_873_946_007));
    let line = "fit regression apiclus1_jk1.csv --weight pw --replicates 'rw_*' --replicate-type jk1 --formula \"enroll ~ api00\"";
    check(line, "coefficient", "api00", &expected(-0.491_145_327_221, 0.431_938_537_689, -1.137_072_255_345, 0.276_033_306_799));
}

/// The columns of `design.md`, section 3, in their order.
const COLUMNS: &str = "id,analysis,dataset,wave,groups,variable,level,stat,estimate,std_error,conf_low,conf_high,conf_level,test_statistic,df,df2,\
    p_value,n,n_weighted,n_missing,denominator,deff,cv,unit,method,status,note,label,sentence";

#[test]
fn every_format_holds_the_same_rows() {
    for line in [
        format!("estimate {STRAT} --mean api00 --by awards"),
        format!("test ttest {STRAT} --outcome api00 --group awards"),
        format!("fit regression {STRAT} --formula \"api00 ~ ell\""),
    ] {
        let csv = printed(&words(&format!("{line} --format csv")));
        assert_eq!(csv.lines().next(), Some(COLUMNS), "{line}");
        let json = printed(&words(&format!("{line} --format json")));
        let rows: Vec<Value> = serde_json::from_str(&json).unwrap();
        assert_eq!(csv.lines().count(), 1 + rows.len(), "{line}");
        let first = &json[..json.find('}').unwrap()];
        let places: Vec<Option<usize>> = COLUMNS.split(',').map(|column| json.find(&format!("\"{column}\":"))).collect();
        assert!(places.is_sorted() && places.iter().all(Option::is_some), "{first}");
        assert!(rows.iter().all(|row| row["groups"].is_object() && row["wave"].is_null()), "{line}");
        assert!(csv.lines().skip(1).zip(&rows).all(|(text, row)| text.starts_with(row["id"].as_str().unwrap())), "{line}");
        let markdown = printed(&words(&format!("{line} --format markdown")));
        assert!(markdown.starts_with('|') && markdown.lines().count() == 2 + rows.len(), "{markdown}");
        let quiet = run(&words(&format!("{line} --quiet")));
        assert!(quiet.stderr.is_empty() && !quiet.stdout.is_empty(), "{line}");
    }
}

#[test]
fn no_figure_is_ever_nan() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("odd.csv");
    let text = "y,g,sep,same,none,big,tiny,z\n1,a,0,5,,1e308,1e-300,0\n2,b,0,5,NA,1e308,2e-300,0\n3,b,1,5,,1.5e308,3e-300,0\n\
                4,a,1,5,,1e308,4e-300,0\n5,a,1,5,,-1e308,1e-300,0\n";
    std::fs::write(&path, text).unwrap();
    let data = path.display();
    let mut lines: Vec<String> = Vec::new();
    for column in ["same", "none", "big", "tiny"] {
        lines.push(format!("estimate {data} --mean {column} --total {column} --sd {column} --median {column} --proportion {column} --difference g"));
        lines.push(format!("estimate {data} --ratio {column}/tiny --ratio y/{column} --correlation y,{column} --weight z --by g"));
        for kind in ["ttest", "ranktest", "anova", "welch", "kruskal", "stddiff"] {
            lines.push(format!("test {kind} {data} --outcome {column} --group g"));
        }
        lines.push(format!("test chisq {data} --outcome {column} --group sep --where \"y > 1\""));
        lines.push(format!("test paired {data} --before y --after {column}"));
        lines.push(format!("fit mixed {data} --outcome {column} --time y --subject g --random-slope --fixed sep"));
        lines.push(format!("fit regression {data} --formula \"{column} ~ y + g\""));
        lines.push(format!("fit regression {data} --formula \"sep ~ {column} + g\" --family binomial --margins g"));
    }
    for line in lines {
        let bad = |number: &Value| number.as_str().is_some_and(|text| ["NaN", "inf", "-inf"].contains(&text));
        for row in rows(&line) {
            assert!(row.as_object().unwrap().values().all(|value| !bad(value)), "{line}: {row}");
            let empty = row["estimate"].is_null() && row["test_statistic"].is_null() && row["p_value"].is_null();
            assert_eq!(empty, row["status"] == "not_estimable", "{line}: {row}");
            assert!(!empty || row["note"].is_string(), "{line}: {row}");
        }
    }
}

#[test]
fn few_and_skewed_changes_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pairs.csv");
    let note = |last: u32| {
        let changes = [1, 2, 1, 3, 2, 1, 2, 3, 1, 2, 2, last];
        let lines: String = changes.iter().map(|change| format!("5,{}\n", 5 + change)).collect();
        std::fs::write(&path, format!("before,after\n{lines}")).unwrap();
        rows(&format!("test paired {} --before before --after after", path.display()))[0]["note"].clone()
    };
    assert!(note(30).as_str().unwrap().contains("may be too short"), "G = 3.4, and 12 is below 25 · 3.4²");
    assert!(note(2).is_null());
}
