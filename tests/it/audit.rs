//! Published tables against what is known to be wrong with them, tables made from data, and tables that were tampered with.

use std::fmt::Write as _;
use std::path::PathBuf;

use proptest::prelude::*;
use recovista::error::{Exit, Severity};
use recovista::{AuditOptions, AuditReport, Finding, audit};

use crate::project::Project;

fn reference(name: &str) -> AuditOptions {
    AuditOptions { file: PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/reference/audit").join(name), ..AuditOptions::default() }
}

/// The report on a table of this text.
fn report(text: &str) -> AuditReport {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("t.csv");
    std::fs::write(&file, text).unwrap();
    audit(&AuditOptions { file, ..AuditOptions::default() }).unwrap()
}

fn faults(report: &AuditReport) -> Vec<(&str, &str)> {
    let is_fault = |finding: &&Finding| finding.severity > Severity::Note;
    report.findings.iter().filter(is_fault).map(|finding| (finding.code, finding.place.as_str())).collect()
}

#[test]
fn the_published_survey_is_of_336_people_and_not_of_366() {
    let report = audit(&reference("published.csv")).unwrap();
    assert_eq!(faults(&report), [("audit::base", "published.csv:9:8"), ("audit::closing", "published.csv:24:5"), ("audit::closing", "published.csv:29:5")]);
    let base = &report.findings[0];
    assert_eq!((base.printed.as_str(), base.possible.as_str()), ("N = 366", "N = 336"));
    assert!(base.arithmetic.contains("165/366 = 45.08%") && base.arithmetic.contains("0 of 9 percentages agree with 366, all with 336"), "{}", base.arithmetic);
    let said: Vec<&str> = report.findings.iter().map(|finding| finding.possible.as_str()).collect();
    for words in [
        "6 of 336 people (1.8%) are in no row",
        "5 of 336 people (1.5%) are in no row",
        "100 ± 0.15 by rounding; 0.9% are in no row",
        "100 ± 0.25 by rounding; 11.1% are in no row",
    ] {
        assert!(said.contains(&words), "{words}: {said:#?}");
    }
}

#[test]
fn two_percentages_of_275_people_are_those_of_no_whole_number() {
    let report = audit(&reference("new_attendees.csv")).unwrap();
    let found: Vec<(&str, &str)> = report
        .findings
        .iter()
        .filter(|finding| finding.code == "audit::attainable")
        .map(|finding| (finding.printed.as_str(), finding.arithmetic.as_str()))
        .collect();
    assert_eq!(found, [("58.0% of 275", "159/275 = 57.8%, 160/275 = 58.2%"), ("15.1% of 275", "41/275 = 14.9%, 42/275 = 15.3%")]);
    assert!(report.findings[0].possible.ends_with("a base of 274 gives it with 159"), "{}", report.findings[0].possible);
}

#[test]
fn impossible_means_and_deviations_of_whole_numbers_are_those_of_the_literature() {
    let report = audit(&reference("grim.csv")).unwrap();
    let found: Vec<(&str, &str)> = report.findings.iter().map(|finding| (finding.code, finding.row.as_str())).collect();
    assert_eq!(
        found,
        [("audit::grim", "Brown and Heathers"), ("audit::grim", "scrutiny GRIM"), ("audit::grimmer", "scrutiny GRIMMER"), ("audit::grimmer", "Allard")]
    );
    assert_eq!(report.findings[0].possible, "5.18 or 5.21");
}

#[test]
fn each_kind_of_fault_is_found_where_it_stands() {
    for (text, code, place) in [
        ("level,n,%\na,10,50.0\nb,5,25.0\nc,5,20.0\nTotal,20,100\n", "audit::base", "t.csv:4:3"),
        ("level,n,%\na,10,50.0\nb,5,25.0\nc,6,30.0\nTotal,20,100\n", "audit::closing", "t.csv:5:2"),
        ("level,n\na,10\nb,5\nTotal,16\n", "audit::closing", "t.csv:4:2"),
        ("sex,Boston n,Lowell n,Total n\nf,10,5,15\nm,4,6,11\nx,1,1,2\n", "audit::subgroups", "t.csv:3:4"),
        ("sex,Boston (N=15),Lowell (N=12),Overall (N=27)\nf,10 (66.7),6 (50.0),16 (59.3)\nm,5 (33.3),6 (50.0),10 (40.7)\n", "audit::base", "t.csv:3:4"),
        ("scale,mean,sd,n,range\nx,5.0,2.9,40,1-6\n", "audit::spread", "t.csv:2:3"),
        ("scale,mean,sd,n,range\nx,6.6,0.1,40,1-6\n", "audit::range", "t.csv:2:2"),
        ("scale,mean,sd,n,min,max\nx,3.0,0.1,10,1,5\n", "audit::spread", "t.csv:2:3"),
        ("scale,median,range\nx,7,1 to 6\n", "audit::range", "t.csv:2:2"),
        ("what,before,after,change\ndays,7.42,1.9,-73.32%\n", "audit::change", "t.csv:2:4"),
        ("level,%\na,120.5\n", "audit::range", "t.csv:2:2"),
        ("statistic,value,sd,printed_N,label,note\nmean,9.0,0.5,20,x,1-6\n", "audit::range", "t.csv:2:2"),
    ] {
        let report = report(text);
        assert!(faults(&report).contains(&(code, place)), "{text}\n{:#?}", report.findings);
    }
}

#[test]
fn conventions_are_no_faults() {
    for text in [
        // Percentages of those who answered, with the missing named in a row of their own.
        "level,n,%,N\nyes,12,40.0,36\nno,18,60.0,36\n",
        "level,n,%,N\nyes,12,40.0,36\nno,18,60.0,36\nno answer,6,,36\n",
        // Several answers by one person.
        "level,n,%,N\na,30,60.0,50\nb,25,50.0,50\nc,20,40.0,50\n",
        // Percentages along the row, and of the whole.
        "sex,East n (%),West n (%),Total n (%)\nf,10 (66.7),5 (33.3),15 (100)\nm,4 (40.0),6 (60.0),10 (100)\n",
        // One item a row, each with people of its own.
        "item,n,%,N\nhoused,40,81.6,49\nemployed,21,43.8,48\nsober,37,78.7,47\n",
        // The Canadian way of writing, and numbers hidden for privacy.
        "level;n;%\na;1 148;44,0\nb;1 461;56,0\n",
        "level,n,%,N\na,148,44.0,336\nb,<11,*,336\nc,180,53.6,336\n",
        // Shares that rounding moves.
        "level,%\na,33.3\nb,33.3\nc,33.3\n",
        // Means without a scale, ages and money.
        "what,mean,sd,n\nage,45.5,32.1,366\nwage,17.25,3.40,40\n",
        "what,before,after,change\na,7.42,1.9,-74.4%\nb,10,12,2\nc,50,60,20\n",
    ] {
        let report = report(text);
        assert_eq!(faults(&report), [], "{text}\n{:#?}", report.findings);
        assert!(report.checked.iter().any(|checked| checked.consistent > 0 || !checked.not_checked.is_empty()), "{text}");
    }
}

#[test]
fn the_command_prints_findings_and_says_what_it_could_not_check() {
    let project = Project::new();
    std::fs::write(project.path("good.csv"), "level,n,%,N\nyes,12,40.0,30\nno,18,60.0,30\n").unwrap();
    std::fs::write(project.path("bad.csv"), "level,n,%,mean,sd\nyes,12,40.0,,\nno,18,61.0,,\nage,,,40.1,9.9\n").unwrap();
    let (code, out, said) = project.run("audit good.csv");
    assert_eq!((code, out.as_str()), (Some(0), ""), "{said}");
    assert!(said.contains("base: 2 of 2 consistent") && said.contains("0 impossible, 0 doubtful"), "{said}");
    let (code, out, said) = project.run("audit bad.csv --base 30 --format json");
    assert_eq!(code, Some(1), "{said}");
    let rows: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((rows[0]["code"].as_str(), rows[0]["place"].as_str(), rows[0]["severity"].as_str()), (Some("audit::base"), Some("bad.csv:3:3"), Some("error")));
    assert!(said.contains("1 not checked: the scale of the mean is not stated"), "{said}");
    let (code, out, _) = project.run("audit bad.csv --base 30");
    assert!(code == Some(1) && out.contains("bad.csv:3:3") && out.contains("18/30 = 60.00%"), "{out}");
    for (arguments, expected) in [
        ("audit absent.csv", Some(3)),
        ("audit pipeline.toml", Some(3)),
        ("audit bad.csv --range 6-1", Some(2)),
        ("audit bad.csv --base 30 --format csv", Some(1)),
    ] {
        assert_eq!(project.run(arguments).0, expected, "{arguments}");
    }
}

#[test]
fn numbers_larger_than_any_table_prints_are_passed_over() {
    let shares = report("label,n,share,N\na,5,9999999999999999999999,10000000000000\nb,6,999999999999999999999999,10000000000000\n");
    assert!(faults(&shares).contains(&("audit::range", "t.csv:2:3")), "{shares:#?}");
    let means = report("label,mean,sd,n,items\na,100000000000000000000,1.00,1000000,1\n");
    let grim = means.checked.iter().find(|checked| checked.check == "grim").unwrap();
    assert!(grim.not_checked.iter().any(|(why, _)| why.contains("too large")), "{grim:#?}");
}

#[test]
fn a_file_without_figures_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("t.csv");
    std::fs::write(&file, "name,town\nA,B\n").unwrap();
    let error = audit(&AuditOptions { file, ..AuditOptions::default() }).unwrap_err();
    assert_eq!((error.exit, error.problems[0].code), (Exit::Input, "audit::no_figures"));
}

/// `value` with so many decimals, halves up or to even.
fn rounded(numerator: u64, denominator: u64, decimals: u32, to_even: bool) -> String {
    let scaled = u128::from(numerator) * 100 * 10_u128.pow(decimals);
    let (mut whole, rest) = (scaled / u128::from(denominator), scaled % u128::from(denominator) * 2);
    let is_half = rest == u128::from(denominator);
    whole += u128::from(rest > u128::from(denominator) || is_half && (!to_even || whole % 2 == 1));
    let digits = format!("{whole:0>width$}", width = decimals as usize + 1);
    let (before, after) = digits.split_at(digits.len() - decimals as usize);
    if decimals == 0 { digits } else { format!("{before}.{after}") }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn tables_made_from_data_are_consistent(counts in prop::collection::vec(0_u64..400, 2..8), missing in 0_u64..60, decimals in 0_u32..3, to_even: bool, of_all: bool, total: bool) {
        let valid: u64 = counts.iter().sum();
        prop_assume!(valid > 0);
        let base = if of_all { valid + missing } else { valid };
        let mut text = "level,n,%,N\n".to_owned();
        for (level, count) in counts.iter().enumerate() {
            let _ = writeln!(text, "level {level},{count},{},{base}", rounded(*count, base, decimals, to_even));
        }
        if of_all && missing > 0 && total {
            let _ = writeln!(text, "no answer,{missing},{},{base}", rounded(missing, base, decimals, to_even));
        }
        if total && (base == valid || of_all) {
            let _ = writeln!(text, "Total,{base},{},{base}", rounded(base, base, decimals, to_even));
        }
        let report = report(&text);
        prop_assert_eq!(faults(&report), [], "{}\n{:#?}", text, report.findings);
    }

    #[test]
    fn means_and_deviations_of_data_are_consistent(answers in prop::collection::vec(1_u32..=6, 2..60), decimals in 1_usize..4) {
        let n = answers.len() as f64;
        let mean = answers.iter().map(|answer| f64::from(*answer)).sum::<f64>() / n;
        let sd = (answers.iter().map(|answer| (f64::from(*answer) - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
        let (low, high) = (answers.iter().min().unwrap(), answers.iter().max().unwrap());
        let text = format!("scale,mean,sd,n,items,range,min,max\nx,{mean:.decimals$},{sd:.decimals$},{},1,1-6,{low},{high}\n", answers.len());
        let report = report(&text);
        prop_assert_eq!(faults(&report), [], "{}\n{:#?}", text, report.findings);
    }

    #[test]
    fn groups_made_from_data_add_up(cells in prop::collection::vec((1_u64..200, 1_u64..200), 2..6), to_even: bool) {
        let (east, west) = cells.iter().fold((0, 0), |(east, west), (one, other)| (east + one, west + other));
        let mut text = format!("level,East (N={east}),West (N={west}),Total (N={})\n", east + west);
        for (level, (one, other)) in cells.iter().enumerate() {
            let cell = |count: u64, base: u64| format!("{count} ({}%)", rounded(count, base, 1, to_even));
            let _ = writeln!(text, "level {level},{},{},{}", cell(*one, east), cell(*other, west), cell(one + other, east + west));
        }
        let report = report(&text);
        prop_assert_eq!(faults(&report), [], "{}\n{:#?}", text, report.findings);
    }

    #[test]
    fn a_changed_count_is_found(counts in prop::collection::vec(20_u64..120, 3..7), which in 0_usize..7, to_even: bool) {
        let base: u64 = counts.iter().sum();
        let changed = which % counts.len();
        let mut text = "level,n,%,N\n".to_owned();
        for (level, count) in counts.iter().enumerate() {
            // Two people more: with at most 720 people, more than rounding to a tenth can hide.
            let printed = if level == changed { count + 2 } else { *count };
            let _ = writeln!(text, "level {level},{printed},{},{base}", rounded(*count, base, 1, to_even));
        }
        let report = report(&text);
        let place = format!("t.csv:{}:3", changed + 2);
        prop_assert!(faults(&report).contains(&("audit::base", place.as_str())), "{}\n{:#?}", text, report.findings);
    }

    #[test]
    fn a_changed_mean_of_few_people_is_found(n in 5_u64..40, sum in 20_u64..200, up: bool) {
        // A unit of the last digit away from a possible mean, where no other mean is near.
        let mean = (sum as f64 * 100.0 / n as f64).round();
        let printed = if up { mean + 1.0 } else { mean - 1.0 };
        let near = (sum.saturating_sub(2)..=sum + 2).any(|sum| (sum as f64 * 100.0 / n as f64 - printed).abs() <= 0.5);
        let report = report(&format!("scale,mean,n,items\nx,{:.2},{n},1\n", printed / 100.0));
        prop_assert_eq!(faults(&report).is_empty(), near, "{:#?}", report.findings);
    }
}
