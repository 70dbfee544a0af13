//! Every kind of chart, realistic and nasty: no word over another, none outside, same bytes twice. Set `RV_CHARTS` to a folder to look at them.

use super::samples::charts;
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

fn boxes(group: &Group, out: &mut Vec<(String, Rect)>) {
    for node in group.children() {
        match node {
            Node::Group(group) => boxes(group, out),
            Node::Text(text) => out.push((text.chunks().iter().map(|chunk| chunk.text().to_owned()).collect(), text.abs_bounding_box())),
            _ => {}
        }
    }
}

fn sizes_and_digits(name: &str, picture: &str) {
    for size in picture.split("font-size=\"").skip(1) {
        let size: f64 = size.split('"').next().unwrap().parse().unwrap();
        assert!(size >= 11.0, "{name}: words of {size} px");
    }
    for number in picture.lines().filter(|line| line.starts_with('<') && !line.starts_with("<text")).flat_map(|line| line.split(['"', ' ', ','])) {
        let digits = number.parse::<f64>().ok().and_then(|_| number.split_once('.')).map_or(0, |(_, digits)| digits.len());
        assert!(digits <= 2, "{name}: {number}");
    }
}

#[test]
fn no_word_touches_another() {
    let mut wrong: Vec<String> = Vec::new();
    for (name, chart) in charts() {
        for (width, end) in [(Width::Wide720, "720"), (Width::Narrow360, "360")] {
            let picture = svg(&chart, &words(), width, name).unwrap();
            assert!(!picture.contains("NaN") && !picture.contains("F00F") && !picture.contains("inf"), "{name}");
            sizes_and_digits(name, &picture);
            if let Some(folder) = std::env::var_os("RV_CHARTS") {
                let path = std::path::Path::new(&folder).join(format!("{name}-{end}"));
                std::fs::write(path.with_extension("svg"), &picture).unwrap();
                std::fs::write(path.with_extension("png"), png(&picture).unwrap()).unwrap();
                let dark = theme::COLOURS.iter().fold(picture.clone(), |text, colour| {
                    ["fill", "stroke"].iter().fold(text, |text, key| {
                        let tail = format!("\" style=\"{key}:var(--{},", colour.name);
                        text.replace(&format!("{}{tail}", colour.light), &format!("{}{tail}", colour.dark))
                    })
                });
                std::fs::write(path.with_extension("dark.png"), png(&dark).unwrap()).unwrap();
            }
            let tree = super::png::tree(&picture).unwrap();
            let mut words = Vec::new();
            boxes(tree.root(), &mut words);
            assert!(words.len() > 2, "{name}: words are missing");
            for (position, (text, a)) in words.iter().enumerate() {
                let inside = a.left() >= 0.0 && a.top() >= 0.0 && a.right() <= tree.size().width() && a.bottom() <= tree.size().height();
                if !inside {
                    wrong.push(format!("{name}-{end}: `{text}` lies outside: {a:?}"));
                }
                for (other, b) in &words[position + 1..] {
                    let apart = a.right() <= b.left() + 0.5 || b.right() <= a.left() + 0.5 || a.bottom() <= b.top() + 1.0 || b.bottom() <= a.top() + 1.0;
                    if !apart {
                        wrong.push(format!("{name}-{end}: `{text}` lies over `{other}`: {a:?} {b:?}"));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn words_are_as_wide_as_measured() {
    let texts = ["Median $14.20 ($13.10–16.80)", "Wave AVATAR Type To", "people seen in both waves, 1,234"];
    for kind in [Type::BODY, Type::STRONG] {
        let mut sheet = Canvas::new(Width::Wide720);
        for (position, text) in texts.iter().enumerate() {
            sheet.text((12.0, 30.0 + 30.0 * position as f64), text, kind, Side::Start);
        }
        sheet.y = 120.0;
        let (drawing, width, height) = sheet.render().unwrap();
        let tree = super::png::tree(&super::svg::finish(&drawing, (width, height), &words(), "w")).unwrap();
        let mut found = Vec::new();
        boxes(tree.root(), &mut found);
        for (text, place) in found {
            let measured = text::measure(&text, kind);
            assert!((f64::from(place.width()) / measured - 1.0).abs() < 0.03, "`{text}`: {} measured {measured}", place.width());
        }
    }
}

#[test]
fn the_same_chart_is_the_same_bytes() {
    let chart = &charts()[0].1;
    assert_eq!(svg(chart, &words(), Width::Wide720, "a").unwrap(), svg(chart, &words(), Width::Wide720, "a").unwrap());
}

#[test]
fn a_page_and_a_reader_find_what_they_need() {
    let chart = &charts()[0].1;
    let odd = Words { title: "Fewer than 5 & \"more\" <b> style=\"x\"".into(), ..words() };
    let picture = svg(chart, &odd, Width::Narrow360, "fig 1").unwrap();
    assert!(picture.starts_with(r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 "#));
    for part in [r#"role="img""#, r#"aria-labelledby="fig-1-title fig-1-desc""#, r#"<desc id="fig-1-desc">Bar chart"#, "&lt;b&gt;", "var(--rv-ink,#1b1b1b)"] {
        assert!(picture.contains(part), "{part}");
    }
    assert!(!picture.contains("F00F") && !picture.contains("font-family=\"DejaVu Sans\""));
    let bytes = png(&picture).unwrap();
    assert_eq!(&bytes[..4], b"\x89PNG");
    assert_eq!(u32::from_be_bytes(bytes[16..20].try_into().unwrap()), 720, "twice as wide");
}
