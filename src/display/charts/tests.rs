//! Every kind of chart, realistic and nasty: no word over another, none outside, same bytes twice. Set `RV_CHARTS` to a folder to look at them.

use super::*;
use resvg::usvg::{Group, Node, Rect};

fn words() -> Words {
    Words {
        title: "Six in ten recovery coaches are women, and three in four are White".into(),
        subtitle: "Share of recovery coaches, percent with 95% interval. Coaches who answered the landscape survey, 2021.".into(),
        footer: "Source: Recovery coach survey, wave 2021. Base: 412 coaches who answered. R-7KQ2-M4XD".into(),
        alt: "Bar chart of the share of recovery coaches by gender.".into(),
    }
}

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
    let mean = |index: f64| Estimate::of(41.0 + (index * 7.3) % 9.0).between(39.0 + (index * 7.3) % 9.0, 43.0 + (index * 7.3) % 9.0).with_n(12.0 + index * 5.0);
    let centers = Bars {
        scale: Scale::Number { decimals: 1 },
        shape: BarShape::Dot,
        range: Some((10.0, 60.0)),
        measure: "Mean score".into(),
        rows: (0..39).map(|index| row(&format!("Recovery Center {}", index + 1), if index % 7 == 3 { hidden() } else { mean(f64::from(index)) })).collect(),
        reference: Some((45.2, "All centers".into())),
        ..bars(vec![])
    };
    let long = "Housing and social services (e.g., sober living, shelter, including the Department of Social Services, and Donaudampfschifffahrtsgesellschaft)";
    vec![
        ("bars-gender", Chart::Bars(gender)),
        ("bars-waves", Chart::Bars(waves)),
        ("bars-centers", Chart::Bars(centers)),
        ("bars-one", Chart::Bars(bars(vec![row("Everyone", Estimate::of(1.0).with_n(12.0))]))),
        ("bars-none", Chart::Bars(bars(vec![]))),
        ("bars-hidden", Chart::Bars(bars((0..20).map(|index| row(&format!("Group {index}"), hidden())).collect()))),
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

fn charts() -> Vec<(&'static str, Chart)> {
    let mut all = bar_charts();
    all.extend([]);
    all
}

fn boxes(group: &Group, out: &mut Vec<(String, Rect)>) {
    for node in group.children() {
        match node {
            Node::Group(group) => boxes(group, out),
            Node::Text(text) => out.push((text.chunks().iter().map(|chunk| chunk.text().to_owned()).collect(), text.abs_bounding_box())),
            _ => {}
        }
    }
}

#[test]
fn no_word_touches_another() {
    for (name, chart) in charts() {
        for (width, end) in [(Width::Wide720, "720"), (Width::Narrow360, "360")] {
            let picture = svg(&chart, &words(), width, name).unwrap();
            assert_eq!(picture, svg(&chart, &words(), width, name).unwrap(), "{name}: not the same twice");
            assert!(!picture.contains("NaN") && !picture.contains("F00F") && !picture.contains("inf"), "{name}");
            if let Some(folder) = std::env::var_os("RV_CHARTS") {
                let path = std::path::Path::new(&folder).join(format!("{name}-{end}"));
                std::fs::write(path.with_extension("svg"), &picture).unwrap();
                std::fs::write(path.with_extension("png"), png(&picture).unwrap()).unwrap();
            }
            let tree = super::png::tree(&picture).unwrap();
            let mut words = Vec::new();
            boxes(tree.root(), &mut words);
            assert!(words.len() > 2, "{name}: words are missing");
            for (position, (text, a)) in words.iter().enumerate() {
                let inside = a.left() >= 0.0 && a.top() >= 0.0 && a.right() <= tree.size().width() && a.bottom() <= tree.size().height();
                assert!(inside, "{name}-{end}: `{text}` lies outside: {a:?}");
                for (other, b) in &words[position + 1..] {
                    let apart = a.right() <= b.left() + 0.5 || b.right() <= a.left() + 0.5 || a.bottom() <= b.top() + 1.0 || b.bottom() <= a.top() + 1.0;
                    assert!(apart, "{name}-{end}: `{text}` {a:?} lies over `{other}` {b:?}");
                }
            }
        }
    }
}
