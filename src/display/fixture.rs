//! Made-up rows of every analysis and the book that goes with them, for tests of display and report.

mod book;

pub(crate) use book::book;

use crate::disclosure::{Policy, ReleasedTable, Structure, release};
use crate::results::{ResultRow, ResultTable, Stat, Status, Support, Unit};

const REGIONS: [&str; 6] = ["Western MA", "Central MA", "Northeast", "Metro West", "Southeast", "Boston"];
const WAVES: [&str; 3] = ["2022", "2023", "2024"];
const SCORES: [(&str, &str, &str, f64, f64, f64, bool); 5] = [
    ("barc10", "Brief Assessment of Recovery Capital (BARC-10)", "recovery capital", 4.9, 1.0, 6.0, true),
    ("cest_ss", "CEST social support", "social support", 4.7, 1.0, 6.0, true),
    ("eurohis_qol8", "EUROHIS-QOL", "quality of life", 3.7, 1.0, 5.0, true),
    ("self_esteem_1", "Single-item self-esteem", "self-esteem", 6.5, 1.0, 10.0, true),
    ("k6", "Kessler-6", "psychological distress", 1.9, 0.0, 4.0, false),
];
const ITEMS: [(&str, &str); 4] = [
    ("barc_1", "There are more important things to me in life than using substances"),
    ("barc_2", "In general I am happy with my life"),
    ("barc_3", "I have enough energy to complete the tasks I set myself"),
    ("barc_4", "I am proud of the community I live in and feel part of it"),
];
const ANSWERS: [&str; 6] = ["Strongly disagree", "Disagree", "Somewhat disagree", "Somewhat agree", "Agree", "Strongly agree"];
const DEMOGRAPHICS: [(&str, &str, bool, &[(&str, f64)]); 6] = [
    ("gender", "Gender", false, &[("Male", 0.58), ("Female", 0.393), ("Non-binary", 0.021), ("Another gender", 0.006)]),
    ("age_group", "Age group", true, &[("Under 25", 0.22), ("25–59", 0.657), ("60 and over", 0.123)]),
    ("hispanic", "Hispanic or Latino", true, &[("Yes", 0.153), ("No", 0.847)]),
    (
        "race",
        "Race",
        false,
        &[
            ("White", 0.69),
            ("Black or African American", 0.18),
            ("American Indian or Alaska Native", 0.034),
            ("Asian", 0.021),
            ("Native Hawaiian or Pacific Islander", 0.004),
            ("Some other race", 0.05),
        ],
    ),
    ("sexual_orientation", "Sexual orientation", false, &[("Heterosexual", 0.782), ("Gay or lesbian", 0.09), ("Bisexual", 0.096), ("Something else", 0.032)]),
    (
        "referral_source",
        "Referral source",
        false,
        &[
            ("Family and friends", 0.44),
            ("SUD treatment (detox, inpatient, outpatient)", 0.146),
            ("Housing and social services (e.g., sober living, shelter)", 0.137),
            ("Center outreach", 0.116),
            ("Health care", 0.054),
            ("Other", 0.107),
        ],
    ),
];

struct Rows(Vec<ResultRow>);

impl Rows {
    fn add(&mut self, dataset: &str, analysis: &str, variable: &str, stat: Stat, unit: Unit) -> &mut ResultRow {
        self.0.push(ResultRow::new(dataset, analysis, variable, stat, unit));
        let last = self.0.len() - 1;
        &mut self.0[last]
    }

    fn share(&mut self, analysis: &str, dataset: &str, variable: &str, level: &str, share: f64, base: f64, groups: &[(&str, &str)]) {
        let row = self.add(dataset, analysis, variable, Stat::Proportion, Unit::Percent);
        row.level = Some(level.into());
        let n = (share * base).round();
        let share = n / base;
        let error = (share * (1.0 - share) / base).sqrt();
        row.estimate = Some(share);
        row.conf_low = Some((share - 2.0 * error).max(0.0));
        row.conf_high = Some((share + 2.0 * error).min(1.0));
        (row.n, row.denominator, row.n_missing) = (Some(n), Some(base), Some(17.0));
        row.method = "weighted share, logit interval".into();
        row.support = Support::People { behind: n as u64, outside: Some((base - n) as u64) };
        if base < 60.0 && share < 0.3 {
            row.status = Status::Unstable;
        }
        domain(row, groups);
    }

    fn mean(&mut self, analysis: &str, variable: &str, mean: f64, spread: f64, n: f64, groups: &[(&str, &str)]) {
        let error = spread / n.sqrt();
        let row = self.add("members", analysis, variable, Stat::Mean, Unit::Points);
        row.estimate = Some(mean);
        (row.conf_low, row.conf_high, row.n, row.n_missing) = (Some(mean - 2.0 * error), Some(mean + 2.0 * error), Some(n), Some(40.0));
        row.method = "weighted mean".into();
        row.support = Support::People { behind: n as u64, outside: None };
        domain(row, groups);
    }
}

fn domain(row: &mut ResultRow, groups: &[(&str, &str)]) {
    for (group, level) in groups {
        if *group == "wave" {
            row.wave = Some((*level).into());
        }
        row.groups.insert((*group).into(), (*level).into());
    }
}

/// A released table of every analysis.
pub(crate) fn table() -> ReleasedTable {
    let mut rows = Rows(Vec::new());
    who(&mut rows);
    work(&mut rows);
    visits(&mut rows);
    scores(&mut rows);
    trend(&mut rows);
    quality(&mut rows);
    release(ResultTable::new(rows.0).unwrap(), &Policy::default(), &Structure::default(), None).unwrap().0
}

fn who(rows: &mut Rows) {
    for (place, wave) in WAVES.iter().enumerate() {
        let n = 1380.0 + 90.0 * place as f64;
        let row = rows.add("members", "who-we-reach", "people", Stat::Count, Unit::People);
        (row.estimate, row.n) = (Some(n), Some(n));
        domain(row, &[("wave", wave)]);
        for (name, _, _, levels) in DEMOGRAPHICS {
            for (level, share) in levels {
                rows.share("who-we-reach", "members", name, level, *share, n - 25.0, &[("wave", wave)]);
                for (at, region) in REGIONS.iter().enumerate().filter(|_| place == 2) {
                    rows.share(
                        "who-we-reach",
                        "members",
                        name,
                        level,
                        (share + 0.01 * at as f64).min(1.0),
                        110.0 + 60.0 * at as f64,
                        &[("wave", wave), ("region", region)],
                    );
                }
            }
            for (reason, count) in [("refused", 6.0), ("skipped", 14.0), ("invalid", 5.0)] {
                let row = rows.add("members", "who-we-reach", &format!("{name}__missing"), Stat::Count, Unit::People);
                row.estimate = Some(count);
                row.level = Some(reason.into());
                domain(row, &[("wave", wave)]);
            }
        }
        for (stat, level, value) in [
            (Stat::Mean, None, 4.1),
            (Stat::Sd, None, 5.3),
            (Stat::Quantile, Some("0.25"), 0.8),
            (Stat::Quantile, Some("0.5"), 2.0),
            (Stat::Quantile, Some("0.75"), 5.5),
        ] {
            let row = rows.add("members", "who-we-reach", "years_in_recovery", stat, Unit::None);
            (row.estimate, row.n, row.level) = (Some(value), Some(n - 60.0), level.map(str::to_owned));
            row.support = Support::People { behind: 1000, outside: None };
            domain(row, &[("wave", wave)]);
        }
    }
}

fn work(rows: &mut Rows) {
    let response = rows.add("teams", "teams", "response_rate", Stat::Proportion, Unit::Percent);
    (response.estimate, response.n, response.denominator) = (Some(21.0 / 52.0), Some(21.0), Some(52.0));
    let fte = [
        (Stat::Min, None, 0.5),
        (Stat::Max, None, 4.0),
        (Stat::Quantile, Some("0.25"), 1.0),
        (Stat::Quantile, Some("0.5"), 2.0),
        (Stat::Quantile, Some("0.75"), 2.5),
        (Stat::Mean, None, 1.95),
        (Stat::Total, None, 101.4),
    ];
    for (stat, level, value) in fte {
        let row = rows.add("teams", "teams", "peer_specialist_fte", stat, Unit::Fte);
        (row.estimate, row.n, row.level) = (Some(value), Some(21.0), level.map(str::to_owned));
        if matches!(stat, Stat::Mean | Stat::Total | Stat::Quantile) {
            (row.conf_low, row.conf_high) = (Some(value * 0.85), Some(value * 1.15));
        }
        row.support = Support::Establishments(21);
    }
    for (value, count) in [("0.5", 2.0), ("1", 5.0), ("1.5", 3.0), ("2", 5.0), ("2.5", 2.0), ("3", 3.0), ("4", 1.0)] {
        let row = rows.add("teams", "teams", "peer_specialist_fte", Stat::Count, Unit::Teams);
        (row.estimate, row.n, row.level) = (Some(count), Some(count), Some(value.into()));
        row.support = Support::Establishments(21);
    }
    for (level, share) in [("$10–12", 0.14), ("$12–14", 0.33), ("$14–17", 0.14), ("$17–20", 0.29), ("$10–20", 0.10)] {
        rows.share("teams", "teams", "wage_band", level, share, 210.0, &[]);
    }
    let row = rows.add("teams", "teams", "wage", Stat::Quantile, Unit::Dollars);
    (row.estimate, row.n, row.level, row.conf_low, row.conf_high) = (Some(13.9), Some(21.0), Some("0.5".into()), Some(12.8), Some(16.5));
    row.support = Support::Establishments(21);
    for (name, count) in [("organizations", 61.0), ("programs", 266.0), ("settings", 27.0)] {
        let unit = Unit::from_word(name).unwrap_or(Unit::None);
        let row = rows.add("programs", "places", name, Stat::Count, unit);
        row.estimate = Some(count);
    }
    for (name, level, share) in [
        ("gender", "Female", 0.62),
        ("gender", "Male", 0.38),
        ("languages", "Spanish", 0.28),
        ("languages", "English", 0.97),
        ("languages", "Portuguese", 0.06),
    ] {
        rows.share("coaches", "coaches", name, level, share, 403.0, &[("wave", "2024")]);
    }
    for (name, share) in [("training_hours", 0.71), ("supervised_hours", 0.33)] {
        rows.share("coaches", "coaches", &format!("{name}_met"), "Yes", share, 398.0, &[("wave", "2024")]);
    }
}

fn visits(rows: &mut Rows) {
    let mut figure = |variable: &str, stat, unit, level: Option<&str>, value: f64, behind: u64, groups: &[(&str, &str)]| {
        let row = rows.add("attendance", "visits", variable, stat, unit);
        (row.estimate, row.n, row.level) = (Some(value), Some(behind as f64), level.map(str::to_owned));
        row.method = "complete count of the log".into();
        row.support = Support::People { behind, outside: None };
        domain(row, groups);
    };
    figure("people", Stat::Count, Unit::People, None, 6120.0, 6120, &[]);
    figure("visits", Stat::Count, Unit::Visits, None, 198_402.0, 6120, &[]);
    figure("visits_per_person", Stat::Mean, Unit::Visits, None, 32.4, 6120, &[]);
    figure("visit_minutes", Stat::Quantile, Unit::Minutes, Some("0.5"), 96.0, 6100, &[]);
    figure("days_attended_90", Stat::Mean, Unit::Days, None, 21.3, 3900, &[]);
    for (at, region) in REGIONS.iter().enumerate() {
        figure("visits_per_person", Stat::Mean, Unit::Visits, None, 26.0 + 2.5 * at as f64, 900, &[("region", region)]);
        for month in 1..=12_u32 {
            let people = if at == 3 && month == 2 { 7 } else { 180 + 25 * at as u64 + u64::from(month * 11 % 37) };
            figure("people", Stat::Count, Unit::People, None, people as f64, people, &[("region", region), ("month", &format!("2024-{month:02}"))]);
        }
    }
    for month in 1..=12_u32 {
        figure("people", Stat::Count, Unit::People, None, f64::from(1800 + month * 11 % 97), 1800, &[("month", &format!("2024-{month:02}"))]);
    }
    for (day, name) in ["1 Mon", "2 Tue", "3 Wed", "4 Thu", "5 Fri", "6 Sat"].iter().enumerate() {
        for hour in 8..=20_u32 {
            let closed = day == 5 && hour > 15;
            let value = if closed { 0 } else { 300 + 900 * u64::from(12 - (i64::from(hour) - 13).unsigned_abs().min(12) as u32) / 12 + 40 * day as u64 };
            figure(
                "visits",
                Stat::Count,
                Unit::Visits,
                None,
                value as f64,
                if day == 5 && hour == 8 { 5 } else { value },
                &[("weekday", name), ("hour", &format!("{hour:02}"))],
            );
        }
    }
    for month in 0..=11_u32 {
        let share = 0.97_f64.powi(0) * (-0.16 * f64::from(month)).exp();
        figure("retention", Stat::Survival, Unit::Percent, Some(&month.to_string()), share, 400, &[]);
    }
    figure("retention", Stat::Quantile, Unit::Days, Some("0.5"), 120.0, 400, &[]);
}

fn scores(rows: &mut Rows) {
    for (id, _, _, mean, low, high, better) in SCORES {
        let name = format!("{id}_mean");
        for (place, wave) in WAVES.iter().enumerate() {
            let step = if better { 0.07 } else { -0.05 } * place as f64;
            rows.mean("outcomes", &name, mean + step, (high - low) / 5.0, 1290.0 + 85.0 * place as f64, &[("wave", wave)]);
        }
        let row = rows.add("members", "outcomes", &name, Stat::Sd, Unit::Points);
        (row.estimate, row.n, row.support) = (Some((high - low) / 5.0), Some(1460.0), Support::People { behind: 1460, outside: None });
        domain(row, &[("wave", "2024")]);
        let row = rows.add("members", "outcomes", id, Stat::Alpha, Unit::None);
        (row.estimate, row.n, row.support) = (Some(0.9), Some(1460.0), Support::People { behind: 1460, outside: None });
        domain(row, &[("wave", "2024")]);
        for (stat, value, half) in [(Stat::MeanChange, if better { 0.21 } else { -0.04 }, 0.12), (Stat::HedgesGz, if better { 0.24 } else { -0.05 }, 0.14)] {
            let row = rows.add("members", "outcomes", &name, stat, if stat == Stat::MeanChange { Unit::Points } else { Unit::None });
            (row.estimate, row.conf_low, row.conf_high, row.n) = (Some(value), Some(value - half), Some(value + half), Some(212.0));
            row.support = Support::People { behind: 212, outside: None };
            domain(row, &[("wave", "2024"), ("compared_with", "2022"), ("who", "people seen twice")]);
        }
        for step in 0..=40_u32 {
            let x = f64::from(step) / 2.0;
            let value = mean + if better { 0.3 } else { -0.3 } * (1.0 - (-x / 4.0).exp()) - 0.15;
            let row = rows.add("members", "outcomes", &name, Stat::Smooth, Unit::Points);
            (row.estimate, row.conf_low, row.conf_high, row.n) = (Some(value), Some(value - 0.1 - x / 100.0), Some(value + 0.1 + x / 100.0), Some(1400.0));
            row.level = Some(format!("{x}"));
            row.support = Support::People { behind: 100, outside: None };
            domain(row, &[("wave", "2024")]);
        }
        for (place, bin) in ["0 to 1", "1 to 2", "2 to 5", "5 to 10", "10 to 20"].iter().enumerate() {
            rows.mean(
                "outcomes",
                &name,
                mean + if better { 0.05 } else { -0.05 } * place as f64,
                1.0,
                250.0,
                &[("wave", "2024"), ("years_in_recovery_bin", bin)],
            );
        }
    }
    for (place, (item, _)) in ITEMS.iter().enumerate() {
        for (level, share) in ANSWERS.iter().zip([0.02, 0.04, 0.07, 0.17, 0.40 - 0.03 * place as f64, 0.30 + 0.03 * place as f64]) {
            rows.share("outcomes", "members", item, level, share, 1490.0, &[("wave", "2024")]);
        }
    }
    for (id, level, share) in [("k6", "Below 13", 0.68), ("k6", "13 and over", 0.32), ("barc10", "Below 47", 0.31), ("barc10", "47 and over", 0.69)] {
        rows.share("outcomes", "members", &format!("{id}_band"), level, share, 1460.0, &[("wave", "2024")]);
    }
    for (place, center) in
        ["Hope for Holyoke", "The RECOVER Project", "Living in Recovery", "Stairway to Recovery", "Everyday Miracles", "New Horizons"].iter().enumerate()
    {
        rows.mean("outcomes", "barc10_mean", 4.7 + 0.12 * place as f64, 0.9, if place == 3 { 8.0 } else { 45.0 }, &[("wave", "2024"), ("center_name", center)]);
    }
}

fn trend(rows: &mut Rows) {
    for (place, wave) in WAVES.iter().enumerate() {
        for (name, mean) in [("barc10_mean", 4.9 + 0.1 * place as f64), ("k6_mean", 1.9 - 0.01 * place as f64)] {
            rows.mean("changes", name, mean, 0.9, 1300.0, &[("wave", wave)]);
        }
        rows.share("changes", "members", "hispanic", "Yes", 0.13 + 0.02 * place as f64, 1500.0, &[("wave", wave)]);
        rows.share("changes", "members", "hispanic", "No", 0.87 - 0.02 * place as f64, 1500.0, &[("wave", wave)]);
    }
    for (name, level, unit, change, half) in
        [("barc10_mean", None, Unit::Points, 0.1, 0.06), ("k6_mean", None, Unit::Points, -0.01, 0.05), ("hispanic", Some("Yes"), Unit::Percent, 0.02, 0.025)]
    {
        for (earlier, times) in [("2023", 1.0), ("2022", 2.0)] {
            let row = rows.add("members", "changes", name, Stat::Difference, unit);
            (row.estimate, row.conf_low, row.conf_high, row.p_value) =
                (Some(change * times), Some(change * times - half), Some(change * times + half), Some(0.04));
            (row.level, row.n) = (level.map(str::to_owned), Some(2600.0));
            row.support = Support::People { behind: 1300, outside: None };
            domain(row, &[("wave", "2024"), ("compared_with", earlier)]);
        }
    }
    for (part, value) in [("people changed", 0.14), ("joiners", 0.04), ("leavers", 0.02)] {
        let row = rows.add("members", "changes", "barc10_mean", Stat::ChangePart, Unit::Points);
        (row.estimate, row.level) = (Some(value), Some(part.into()));
        row.support = Support::People { behind: 300, outside: None };
        domain(row, &[("wave", "2024"), ("compared_with", "2022")]);
    }
    let row = rows.add("members", "changes", "eurohis_qol8_mean", Stat::Difference, Unit::Points);
    (row.status, row.note) = (Status::NotEstimable, Some("the question changed between the waves".into()));
    domain(row, &[("wave", "2024"), ("compared_with", "2022")]);
}

fn quality(rows: &mut Rows) {
    for (wave, rejected) in [("2022", 1.0), ("2023", 0.0), ("2024", 2.0)] {
        for (name, level, count) in [
            ("rows_in", None, 1500.0),
            ("rows_kept", None, 1500.0 - rejected),
            ("rows_rejected", None, rejected),
            ("values_rejected", None, 12.0),
            ("values_rejected", Some("out of range"), 8.0),
            ("values_rejected", Some("not a number"), 4.0),
        ] {
            let row = rows.add("members", "data-quality", name, Stat::Count, Unit::None);
            (row.estimate, row.level) = (Some(count), level.map(str::to_owned));
            domain(row, &[("wave", wave)]);
        }
    }
    let row = rows.add("attendance", "visits", "duplicate_taps", Stat::Count, Unit::Visits);
    (row.estimate, row.method) = (Some(1402.0), "taps within 10 minutes of a check-in, merged into it".into());
}
