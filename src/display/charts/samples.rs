//! Charts to test with: realistic ones after published figures, and nasty ones.

use super::*;

fn share(value: f64, n: f64) -> Estimate {
    let half = 1.96 * (value * (1.0 - value) / (n / value.max(0.01)).max(5.0)).sqrt();
    Estimate::of(value).between((value - half).max(0.0), (value + half).min(1.0)).with_n(n)
}

fn row(label: &str, estimate: Estimate) -> BarRow {
    BarRow { heading: None, label: label.into(), accent: false, estimates: vec![estimate] }
}

fn bars(rows: Vec<BarRow>) -> Bars {
    Bars { scale: Scale::Percent, shape: BarShape::Bar, range: None, measure: "Share".into(), series: vec![], rows, reference: None }
}

fn centers() -> Bars {
    let mean = |index: f64| Estimate::of(41.0 + (index * 7.3) % 9.0).between(39.0 + (index * 7.3) % 9.0, 43.0 + (index * 7.3) % 9.0).with_n(12.0 + index * 5.0);
    Bars {
        scale: Scale::Number { decimals: 1 },
        shape: BarShape::Dot,
        range: Some((10.0, 60.0)),
        measure: "Mean score".into(),
        rows: (0..39)
            .map(|index| {
                row(&format!("Recovery Center {}", index + 1), if index % 7 == 3 { Estimate::blank(Mark::Suppressed) } else { mean(f64::from(index)) })
            })
            .collect(),
        reference: Some((45.2, "All centers".into())),
        ..bars(vec![])
    }
}

fn bar_charts() -> Vec<(&'static str, Chart)> {
    let hidden = || Estimate::blank(Mark::Suppressed);
    let mut gender = bars(vec![
        row("Female", share(0.62, 255.0)),
        row("Male", share(0.355, 146.0)),
        row("Non-binary or another gender", hidden()),
        row("White", share(0.75, 309.0)),
        row("Black or African American", share(0.13, 54.0)),
        row("Hispanic, Latinx or of Spanish origin", share(0.10, 41.0)),
        row("Deaf", share(0.05, 21.0).marked(Mark::Unstable)),
    ]);
    gender.rows[0].heading = Some("Gender".into());
    gender.rows[3].heading = Some("Race and ethnicity".into());
    gender.rows[6].heading = Some("Disability".into());
    let waves = Bars {
        series: vec!["2022".into(), "2024".into()],
        rows: [("Female", 0.393, 0.428), ("Male", 0.58, 0.541), ("Non-binary", 0.018, 0.024)]
            .into_iter()
            .map(|(label, before, after)| BarRow {
                heading: None,
                label: label.into(),
                accent: false,
                estimates: vec![share(before, 336.0 * before), share(after, 512.0 * after)],
            })
            .collect(),
        ..bars(vec![])
    };
    let mut headings = bars(vec![row("Spanish", share(0.28, 98.0)), row("Yes", share(0.77, 400.0)), row("Never", share(0.5, 20.0))]);
    for (place, heading) in [
        "Languages spoken with people served at any time in the past year",
        "Age",
        "How often do you travel to the center by public transport, on foot or by car?",
    ]
    .iter()
    .enumerate()
    {
        headings.rows[place].heading = Some((*heading).into());
    }
    let negative = Bars {
        scale: Scale::Number { decimals: 2 },
        shape: BarShape::Dot,
        measure: "Standardized change from the first to the second interview".into(),
        rows: [("Distress", -0.29), ("Recovery capital", 0.33), ("A change that is not clear", 0.01)]
            .map(|(label, value)| row(label, Estimate::of(value).between(value - 0.2, value + 0.2).with_n(291.0)))
            .to_vec(),
        reference: Some((0.0, "no change".into())),
        ..bars(vec![])
    };
    let long = "Housing and social services (e.g., sober living, shelter, including the Department of Social Services, and Donaudampfschifffahrtsgesellschaft)";
    vec![
        ("bars-gender", Chart::Bars(gender)),
        ("bars-waves", Chart::Bars(waves)),
        ("bars-centers", Chart::Bars(centers())),
        (
            "bars-large",
            Chart::Bars(Bars {
                scale: Scale::Number { decimals: 1 },
                series: vec!["The wave of spring 2022".into(), "2024".into()],
                measure: "Visits in the year".into(),
                rows: vec![BarRow {
                    estimates: vec![Estimate::of(1_234_567.8).between(1_100_000.0, 1_400_000.0).with_n(123_456.0); 2],
                    ..row("All", hidden())
                }],
                ..bars(vec![])
            }),
        ),
        ("bars-headings", Chart::Bars(headings)),
        ("bars-negative", Chart::Bars(negative)),
        ("bars-one", Chart::Bars(bars(vec![row("Everyone", Estimate::of(1.0).with_n(12.0))]))),
        ("bars-none", Chart::Bars(bars(vec![]))),
        ("bars-hidden", Chart::Bars(bars((0..20).map(|index| row(&format!("Group {index}"), hidden())).collect()))),
        (
            "bars-broken",
            Chart::Bars(Bars {
                range: Some((f64::NAN, f64::INFINITY)),
                rows: vec![
                    row("Broken", Estimate::of(f64::NAN)),
                    row("", Estimate::of(0.3).between(f64::NAN, f64::INFINITY).with_n(3.0)),
                    BarRow { estimates: vec![], ..row("Empty", hidden()) },
                ],
                ..bars(vec![])
            }),
        ),
        (
            "bars-long",
            Chart::Bars(bars(vec![
                row(long, share(0.137, 46.0)),
                row("Nobody", Estimate::of(0.0).between(0.0, 0.02).with_n(0.0)),
                row(long, Estimate::blank(Mark::NotEstimable)),
            ])),
        ),
    ]
}

pub(super) fn charts() -> Vec<(&'static str, Chart)> {
    let mut all = bar_charts();
    all.extend(answer_charts());
    all.extend(trend_charts());
    all.extend(team_charts());
    all.extend(attendance_charts());
    all.extend(region_charts());
    all.extend(vital_charts());
    all.extend(super::path_samples::path_charts());
    all.extend(stay_charts());
    all
}

fn answer_charts() -> Vec<(&'static str, Chart)> {
    let answers = |label: &str, shares: &[f64]| DivergingRow {
        label: label.into(),
        shares: shares.iter().map(|value| share(*value, 300.0)).collect(),
        negative: None,
        positive: Some(share(shares[shares.len() / 2 + shares.len() % 2..].iter().sum(), 300.0)),
        n: Some(412.0),
    };
    let levels = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let five = Diverging {
        levels: levels(&["Strongly disagree", "Disagree", "Neither", "Agree", "Strongly agree"]),
        neutral: Some(2),
        ends: ("Disagree".into(), "Agree".into()),
        rows: vec![
            answers("I have enough energy to complete the tasks I set for myself", &[0.06, 0.14, 0.15, 0.40, 0.25]),
            answers("I am proud of the community I live in and feel part of it", &[0.02, 0.08, 0.10, 0.45, 0.35]),
            answers("Living", &[0.0, 0.0, 0.0, 0.0, 1.0]),
            answers("Nothing", &[1.0, 0.0, 0.0, 0.0, 0.0]),
            DivergingRow {
                label: "Too few answered this one".into(),
                shares: vec![Estimate::blank(Mark::Suppressed); 5],
                negative: None,
                positive: None,
                n: None,
            },
        ],
    };
    let six = Diverging {
        levels: levels(&["Strongly disagree", "Disagree", "Somewhat disagree", "Somewhat agree", "Agree", "Strongly agree"]),
        neutral: None,
        rows: vec![
            answers("There are more important things to me in life than using substances", &[0.02, 0.03, 0.05, 0.10, 0.30, 0.50]),
            answers("In general I am happy with my life", &[0.05, 0.08, 0.11, 0.22, 0.31, 0.23]),
            answers("I get lots of support from friends", &[0.04, 0.07, 0.10, 0.24, 0.33, 0.22]),
        ],
        ..five.clone()
    };
    let hidden = Diverging { rows: vec![five.rows[4].clone(); 3], ..five.clone() };
    let two = Diverging {
        levels: levels(&["No", "Yes"]),
        neutral: None,
        ends: ("No".into(), "Yes".into()),
        rows: vec![answers("One level on each side", &[0.3, 0.7])],
    };
    let none = Diverging { rows: vec![], ..five.clone() };
    let few = Diverging { rows: five.rows[..2].to_vec(), ..five.clone() };
    vec![
        ("answers-five", Chart::Diverging(few)),
        ("answers-nasty", Chart::Diverging(five)),
        ("answers-six", Chart::Diverging(six)),
        ("answers-hidden", Chart::Diverging(hidden)),
        ("answers-two", Chart::Diverging(two)),
        ("answers-none", Chart::Diverging(none)),
    ]
}

fn trend_charts() -> Vec<(&'static str, Chart)> {
    let point = |value: f64, n: f64| Some(Estimate::of(value).between(value - 14.0 / n.sqrt() - 0.3, value + 14.0 / n.sqrt() + 0.3).with_n(n));
    let wave = |time: f64, label: &str| Wave { time, label: label.into() };
    let line = |label: &str, who: Who, accent: bool, points: Vec<Option<Estimate>>| TrendLine { label: label.into(), who, accent, points };
    let barc = Trend {
        scale: Scale::Number { decimals: 1 },
        range: Some((30.0, 60.0)),
        whole: Some((10.0, 60.0)),
        waves: vec![wave(2020.8, "2020"), wave(2022.3, "2022"), wave(2023.4, "2023"), wave(2024.5, "2024")],
        lines: vec![
            line("Everyone who answered", Who::Everyone, true, vec![point(44.1, 366.0), point(45.2, 402.0), point(46.0, 455.0), point(47.3, 512.0)]),
            line("People seen in both of the last waves", Who::Stayers, false, vec![None, None, point(46.4, 140.0), point(48.1, 140.0)]),
        ],
        breaks: vec![Break { after: 0, label: "answer scale changed".into() }],
    };
    let regions = Trend {
        scale: Scale::Percent,
        range: None,
        lines: ["Boston", "Metro West", "Northeast", "Southeast", "Central", "Western Massachusetts and the Berkshires"]
            .iter()
            .enumerate()
            .map(|(index, region)| {
                let value = |wave: f64| Some(share(0.40 + 0.012 * index as f64 + 0.03 * wave, 60.0));
                line(
                    region,
                    Who::Everyone,
                    index == 2,
                    vec![value(0.0), if index == 1 { Some(Estimate::blank(Mark::Suppressed)) } else { value(1.0) }, value(1.5), value(2.0)],
                )
            })
            .collect(),
        breaks: vec![],
        ..barc.clone()
    };
    let hidden = Trend { lines: vec![line("Everyone", Who::Everyone, true, vec![Some(Estimate::blank(Mark::Suppressed)); 4])], range: None, ..barc.clone() };
    let one = Trend {
        waves: vec![wave(2024.0, "2024")],
        lines: vec![line("Everyone", Who::Everyone, true, vec![point(44.0, 30.0)])],
        range: None,
        breaks: vec![],
        ..barc.clone()
    };
    let years: Vec<Wave> = (0..12).map(|year| wave(2013.0 + f64::from(year), &(2013 + year).to_string())).collect();
    let twelve = Trend {
        waves: years,
        lines: vec![
            line("Everyone who answered", Who::Everyone, true, (0..12).map(|year| point(44.0 + f64::from(year % 5), 1_234.0 + f64::from(year))).collect()),
            line("Seen twice", Who::Stayers, false, (0..12).map(|year| if year < 9 { None } else { point(43.0 + f64::from(year % 3), 98.0) }).collect()),
        ],
        range: None,
        breaks: vec![Break { after: 3, label: "wording changed".into() }, Break { after: 4, label: "asked by telephone, not on paper any more".into() }],
        ..barc.clone()
    };
    let below_zero = Trend {
        scale: Scale::Dollars,
        lines: vec![line("Balance", Who::Everyone, true, [-1_250_000.0, -3.5, 0.0, 12_000_000.0].map(|value| Some(Estimate::of(value))).to_vec())],
        range: None,
        whole: None,
        ..barc.clone()
    };
    let tiny = Trend {
        scale: Scale::Percent,
        lines: vec![line("Rare", Who::Everyone, true, [0.0001, 0.0002, 0.0, 0.0003].map(|value| Some(Estimate::of(value).marked(Mark::Unstable))).to_vec())],
        range: None,
        whole: None,
        ..barc.clone()
    };
    let none = Trend { waves: vec![], lines: vec![], ..barc.clone() };
    vec![
        ("trend-barc", Chart::Trend(barc)),
        ("trend-regions", Chart::Trend(regions)),
        ("trend-hidden", Chart::Trend(hidden)),
        ("trend-one", Chart::Trend(one)),
        ("trend-twelve", Chart::Trend(twelve)),
        ("trend-below-zero", Chart::Trend(below_zero)),
        ("trend-tiny", Chart::Trend(tiny)),
        ("trend-none", Chart::Trend(none)),
    ]
}

fn team_charts() -> Vec<(&'static str, Chart)> {
    let ftes = Spread {
        label: "Peer Specialists".into(),
        dots: vec![(0.5, 2.0), (1.0, 4.0), (1.5, 2.0), (2.0, 6.0), (2.5, 1.0), (3.0, 3.0), (3.5, 1.0), (4.0, 2.0)],
        median: Estimate::of(2.0).between(1.5, 2.5).with_n(21.0),
        quartiles: Some((1.0, 3.0)),
        extremes: Some((0.5, 4.0)),
    };
    let distribution = |groups| Distribution { scale: Scale::Fte, range: None, unit: "team".into(), groups };
    let no_dots = Spread { label: "Peer supervisors".into(), dots: vec![], ..ftes.clone() };
    let hidden = Spread { label: "A rare role".into(), dots: vec![], median: Estimate::blank(Mark::Suppressed), quartiles: None, extremes: None };
    let edge = Spread {
        label: "At the end".into(),
        dots: vec![(12.0, 60.0), (11.9, 1.0)],
        median: Estimate::of(12.0).with_n(61.0),
        quartiles: Some((12.0, 12.0)),
        extremes: Some((11.9, 12.0)),
    };
    let band = |low: Option<f64>, high: Option<f64>, label: &str, share| Band { label: label.into(), low, high, share };
    let wages = Bands {
        scale: Scale::Dollars,
        range: None,
        measure: "Hourly wage".into(),
        share: "Share of teams".into(),
        bands: vec![
            band(Some(10.0), Some(12.0), "$10–12", share(0.14, 3.0).marked(Mark::Unstable)),
            band(Some(12.0), Some(14.0), "$12–14", share(0.38, 8.0)),
            band(Some(14.0), Some(17.0), "$14–17", Estimate::blank(Mark::Suppressed)),
            band(Some(15.0), Some(20.0), "$15–20", share(0.19, 4.0)),
            band(Some(17.0), Some(20.0), "$17–20", share(0.29, 6.0)),
            band(Some(20.0), None, "$20 and more, or paid by the month", Estimate::of(0.0).with_n(0.0)),
        ],
        median: Some(Estimate::of(14.2).between(13.1, 16.8)),
    };
    let hidden_bands = Bands {
        bands: vec![band(None, Some(12.0), "Less", Estimate::blank(Mark::Suppressed)), band(Some(12.0), None, "More", Estimate::blank(Mark::Suppressed))],
        median: None,
        ..wages.clone()
    };
    let huge = Spread {
        label: "Millions, and below zero".into(),
        dots: (0..40).map(|step| (f64::from(step * step * 7_919 - 2_000_000), f64::from(step % 4 + 1))).collect(),
        median: Estimate::of(1_000_000.0).between(-500_000.0, 4_000_000.0).with_n(100.0).marked(Mark::Unstable),
        quartiles: Some((-1_000_000.0, 5_000_000.0)),
        extremes: Some((-2_000_000.0, 10_044_799.0)),
    };
    vec![
        ("fte-huge", Chart::Distribution(distribution(vec![huge]))),
        ("fte-none", Chart::Distribution(distribution(vec![]))),
        ("wages-none", Chart::Bands(Bands { bands: vec![], ..wages.clone() })),
        ("fte", Chart::Distribution(distribution(vec![Spread { label: String::new(), ..ftes.clone() }]))),
        ("fte-groups", Chart::Distribution(distribution(vec![ftes, no_dots, hidden, edge]))),
        ("wages", Chart::Bands(wages)),
        ("wages-hidden", Chart::Bands(hidden_bands)),
    ]
}

fn attendance_charts() -> Vec<(&'static str, Chart)> {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let days = names(&["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]);
    let cell = |day: usize, hour: usize| match (day, hour) {
        (6, _) | (5, 8..) => Cell::Closed,
        (_, 12) => Cell::Suppressed,
        _ => Cell::Value(((day * 37 + hour * 53) % 190) as f64 + 12.0),
    };
    let hours = names(&["8 am", "9 am", "10 am", "11 am", "noon", "1 pm", "2 pm", "3 pm", "4 pm", "5 pm", "6 pm", "7 pm", "8 pm"]);
    let heat = Heatmap {
        scale: Scale::Number { decimals: 0 },
        measure: "Visits that began in the hour, 2024".into(),
        rows: days.clone(),
        columns: hours.clone(),
        cells: (0..7).map(|day| (0..13).map(|hour| cell(day, hour)).collect()).collect(),
    };
    let big = Heatmap {
        columns: (0..24).map(|hour| format!("{hour:02}")).collect(),
        cells: (0..7).map(|_| (0..24).map(|hour| Cell::Value(12_345.0 * f64::from(hour))).collect()).collect(),
        ..heat.clone()
    };
    let hidden = Heatmap { cells: vec![vec![Cell::Suppressed; 13]; 7], ..heat.clone() };
    let pair = |row: usize, column: usize| if column > row { Cell::Blank } else { Cell::Value((9 - row - column / 2) as f64 / 12.0) };
    let pairs = Heatmap {
        scale: Scale::Percent,
        measure: "Share of people".into(),
        rows: days.iter().enumerate().map(|(place, name)| format!("{} {name} and belonging", place + 1)).collect(),
        columns: (1..8).map(|number| number.to_string()).collect(),
        cells: (0..7).map(|row| (0..7).map(|column| pair(row, column)).collect()).collect(),
    };
    let none = Heatmap { rows: vec![], columns: vec![], cells: vec![], ..heat.clone() };
    let one = Heatmap { rows: vec!["Monday".into()], columns: vec!["9 am".into()], cells: vec![vec![Cell::Value(0.0)]], ..heat.clone() };
    vec![
        ("heat-none", Chart::Heatmap(none)),
        ("heat-one", Chart::Heatmap(one)),
        ("heat", Chart::Heatmap(heat)),
        ("heat-big", Chart::Heatmap(big)),
        ("heat-hidden", Chart::Heatmap(hidden)),
        ("heat-pairs", Chart::Heatmap(pairs)),
    ]
}

fn region_charts() -> Vec<(&'static str, Chart)> {
    let months: Vec<String> =
        (0..12).map(|month| format!("{} 2024", ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][month])).collect();
    let panel = |index: usize, label: &str| Panel {
        label: label.into(),
        points: (0..12)
            .map(|month| {
                let value = 120.0 + 40.0 * index as f64 + 25.0 * ((f64::from(month) + index as f64) * 0.9).sin() + 4.0 * f64::from(month);
                if index == 1 && month == 4 {
                    Estimate::blank(Mark::Suppressed)
                } else {
                    Estimate::of(value).between(value - 18.0, value + 18.0).with_n(value.round())
                }
            })
            .collect(),
    };
    let regions = ["Western", "Central", "Northeast", "Metro West", "Boston", "Southeast"];
    let multiples = Multiples {
        scale: Scale::Number { decimals: 0 },
        months: months.clone(),
        panels: regions.iter().enumerate().map(|(index, region)| panel(index, region)).collect(),
    };
    let nasty = Multiples {
        months: months[..1].to_vec(),
        panels: vec![
            panel(0, "A region with a name that is far longer than any panel could be wide"),
            Panel { label: "Hidden".into(), points: vec![Estimate::blank(Mark::Suppressed)] },
        ],
        ..multiples.clone()
    };
    let none = Multiples { panels: vec![], ..multiples.clone() };
    vec![("regions-none", Chart::Multiples(none)), ("regions", Chart::Multiples(multiples)), ("regions-nasty", Chart::Multiples(nasty))]
}

fn vital_charts() -> Vec<(&'static str, Chart)> {
    let panel = |label: &str, range: (f64, f64), start: f64, gain: f64| VitalPanel {
        label: label.into(),
        scale: Scale::Number { decimals: 1 },
        range,
        points: [0.25f64, 0.75, 3.0, 7.5, 15.0, 25.0]
            .iter()
            .enumerate()
            .map(|(index, years)| {
                let value = start + gain * (1.0 - (-years / 4.0_f64).exp()) + if index % 2 == 0 { 0.04 } else { -0.03 } * gain;
                (
                    *years,
                    if index == 5 {
                        Estimate::blank(Mark::Suppressed)
                    } else {
                        Estimate::of(value).between(value - 0.14 * gain.abs(), value + 0.14 * gain.abs()).with_n(40.0 + 20.0 * index as f64)
                    },
                )
            })
            .collect(),
        smooth: (0..=40)
            .map(|half| {
                let years = f64::from(half) / 2.0;
                let value = start + gain * (1.0 - (-years / 4.0).exp());
                (
                    years,
                    Estimate::of(value).between(value - 0.08 * gain.abs() - 0.003 * years * gain.abs(), value + 0.08 * gain.abs() + 0.003 * years * gain.abs()),
                )
            })
            .collect(),
    };
    let four = VitalSigns {
        along: "Years in recovery".into(),
        panels: vec![
            panel("Recovery capital (BARC-10, 10–60)", (10.0, 60.0), 41.0, 9.0),
            panel("Quality of life (EUROHIS-QOL, 1–5)", (1.0, 5.0), 3.1, 0.9),
            panel("Self-esteem (one item, 1–10)", (1.0, 10.0), 5.0, 2.6),
            panel("Psychological distress (Kessler-6, 0–24)", (0.0, 24.0), 11.0, -6.0),
        ],
    };
    let none = VitalSigns { panels: vec![], ..four.clone() };
    let empty = VitalSigns { panels: vec![VitalPanel { points: vec![], smooth: vec![], ..four.panels[0].clone() }], ..four.clone() };
    vec![("vital", Chart::VitalSigns(four)), ("vital-empty", Chart::VitalSigns(empty)), ("vital-none", Chart::VitalSigns(none))]
}

fn stay_charts() -> Vec<(&'static str, Chart)> {
    let line = |label: &str, accent: bool, months: &[u32], rate: f64| StayLine {
        label: label.into(),
        accent,
        points: months
            .iter()
            .map(|month| {
                let share = (-rate * f64::from(*month)).exp();
                (f64::from(*month), Estimate::of(share).between(share * 0.96, (share * 1.04).min(1.0)).with_n(6675.0 * share))
            })
            .collect(),
    };
    let whole = line("Everybody", true, &[0, 1, 2, 3, 4, 5, 7, 8, 9], 0.13);
    let one = Stays { along: "Months since the first visit".into(), below: "People at risk:".into(), lines: vec![whole.clone()] };
    let regions = ["Western MA", "Central MA", "Northeast MA", "Metro West MA", "Boston MA", "A region with a very long name"];
    let mut several = one.clone();
    several.lines.extend(regions.iter().enumerate().map(|(place, name)| line(name, false, &[0, 1, 2, 7, 9], 0.12 + 0.006 * place as f64)));
    let hidden = StayLine { points: vec![(0.0, Estimate::blank(Mark::Suppressed)), (3.0, Estimate::blank(Mark::Suppressed))], ..whole };
    let none = Stays { lines: vec![], ..one.clone() };
    let hidden = Stays { lines: vec![hidden], ..one.clone() };
    [("stays-one", one), ("stays-regions", several), ("stays-hidden", hidden), ("stays-none", none)].map(|(name, chart)| (name, Chart::Stays(chart))).into()
}
