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

/// Puts a picture into the folder that is to be looked at, on a light and on a dark sheet.
fn keep(name: &str, picture: &str, theme: &Theme) {
    let Some(folder) = std::env::var_os("RV_CHARTS") else { return };
    let path = std::path::Path::new(&folder).join(name);
    std::fs::write(path.with_extension("svg"), picture).unwrap();
    std::fs::write(path.with_extension("png"), png(picture).unwrap()).unwrap();
    let dark = theme::ROLES.iter().enumerate().fold(picture.to_owned(), |text, (place, (_, key))| {
        ["fill", "stroke"].iter().fold(text, |text, property| {
            let tail = format!("\" style=\"{property}:var(--rv-{key},");
            text.replace(&format!("{}{tail}", theme.light[place]), &format!("{}{tail}", theme.dark[place]))
        })
    });
    std::fs::write(path.with_extension("dark.png"), png(&dark).unwrap()).unwrap();
}

fn apart(name: &str, picture: &str, wrong: &mut Vec<String>) {
    let tree = super::png::tree(picture).unwrap();
    // places in the pixels of the drawing, whatever the size at which it is shown
    let view = picture.split("viewBox=\"0 0 ").nth(1).unwrap().split('"').next().unwrap();
    let zoom = tree.size().width() / view.split(' ').next().unwrap().parse::<f32>().unwrap();
    let mut words = Vec::new();
    boxes(tree.root(), &mut words);
    assert!(words.len() > 2, "{name}: words are missing");
    for (position, (text, a)) in words.iter().enumerate() {
        let inside = a.left() >= 0.0 && a.top() >= 0.0 && a.right() <= tree.size().width() && a.bottom() <= tree.size().height();
        if !inside {
            wrong.push(format!("{name}: `{text}` lies outside: {a:?}"));
        }
        for (other, b) in &words[position + 1..] {
            let (side, over) = (0.5 * zoom, 1.0 * zoom);
            let apart = a.right() <= b.left() + side || b.right() <= a.left() + side || a.bottom() <= b.top() + over || b.bottom() <= a.top() + over;
            if !apart {
                wrong.push(format!("{name}: `{text}` lies over `{other}`: {a:?} {b:?}"));
            }
        }
    }
}

#[test]
fn no_word_touches_another() {
    let mut wrong: Vec<String> = Vec::new();
    let theme = Theme::default();
    for (name, chart) in charts() {
        for (called, size) in Size::ALL {
            let name = format!("{name}-{called}");
            let picture = svg(&chart, &words(), size, &theme, &name).unwrap();
            assert!(!picture.contains("NaN") && !picture.contains("F00F") && !picture.contains("inf"), "{name}");
            sizes_and_digits(&name, &picture);
            keep(&name, &picture, &theme);
            apart(&name, &picture, &mut wrong);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Lines of the scale stay between the headings: none crosses words that are wider than their column.
#[test]
fn no_line_crosses_a_heading() {
    for (name, chart) in charts().into_iter().filter(|(name, _)| name.starts_with("bars-")) {
        let picture = svg(&chart, &words(), Size::Wide720, &Theme::default(), "x").unwrap();
        let tree = super::png::tree(&picture).unwrap();
        let mut words = Vec::new();
        boxes(tree.root(), &mut words);
        let value = |line: &str, key: &str| line.split(&format!(" {key}=\"")).nth(1).and_then(|rest| rest.split('"').next()).unwrap().parse::<f32>().unwrap();
        for line in picture.lines().filter(|line| line.starts_with("<line") && (line.contains("--rv-grid") || line.contains("--rv-axis"))) {
            let (x, top, bottom) = (value(line, "x1"), value(line, "y1").min(value(line, "y2")), value(line, "y1").max(value(line, "y2")));
            for (text, place) in words.iter().filter(|_| (x - value(line, "x2")).abs() < 0.01) {
                let crossed = place.left() + 1.0 < x && x < place.right() - 1.0 && place.top() + 2.0 < bottom && top < place.bottom() - 2.0;
                // words in the place of a figure stand on a piece of the sheet
                assert!(!crossed || text.starts_with(['†', '–']), "{name}: a line at {x} crosses `{text}`");
            }
        }
    }
}

/// A mark never reaches beyond the last number of its scale.
#[test]
fn scales_hold_their_marks() {
    for high in [0.011, 0.3, 0.51, 0.617, 0.77, 0.834, 0.96, 1.0] {
        let axis = axis::Axis::new(Scale::Percent, None, [0.0, high], true, (0.0, 100.0));
        assert!(axis.ticks.last().is_some_and(|last| *last >= high - 1e-9), "{high}: {:?}", axis.ticks);
        assert!(axis.ends().1 <= 1.0 + 1e-9 && axis.ticks.len() <= 5, "{high}: {:?}", axis.ticks);
    }
}

#[test]
fn frames_are_filled() {
    let theme = Theme::default();
    for (name, chart) in charts() {
        let view = |size: Size| -> (f64, f64, String) {
            let picture = svg(&chart, &words(), size, &theme, "x").unwrap();
            let view = picture.split("viewBox=\"0 0 ").nth(1).unwrap().split('"').next().unwrap();
            let (width, height) = view.split_once(' ').unwrap();
            (width.parse().unwrap(), height.parse().unwrap(), picture)
        };
        let (width, height, picture) = view(Size::Slide);
        assert!((width * 9.0 / 16.0 - height).abs() <= 1.0, "{name}: a slide of {width} by {height}");
        assert!(picture.contains("width=\"960\""), "{name}");
        for size in [Size::HalfPage, Size::FullPage] {
            let (width, _, picture) = view(size);
            assert!((width - 605.0).abs() < 0.1 && picture.contains("width=\"160mm\""), "{name}: {width}");
        }
    }
}

#[test]
fn words_are_as_wide_as_measured() {
    let texts = ["Median $14.20 ($13.10–16.80)", "Wave AVATAR Type To", "people seen in both waves, 1,234"];
    for kind in [Type::BODY, Type::STRONG] {
        let mut sheet = Canvas::new(Size::Wide720, 720.0, 0.0);
        for (position, text) in texts.iter().enumerate() {
            sheet.text((12.0, 30.0 + 30.0 * position as f64), text, kind, Side::Start);
        }
        sheet.y = 120.0;
        let (drawing, height) = sheet.render().unwrap();
        let around = super::svg::Sheet { size: (720.0, height), shown: None, words: &words(), theme: &Theme::default(), id: "w" };
        let tree = super::png::tree(&super::svg::finish(&drawing, &around)).unwrap();
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
    let drawn = || svg(chart, &words(), Size::Wide720, &Theme::default(), "a").unwrap();
    assert_eq!(drawn(), drawn());
}

#[test]
fn a_page_and_a_reader_find_what_they_need() {
    let chart = &charts()[0].1;
    let odd = Words { title: "Fewer than 5 & \"more\" <b> style=\"x\"".into(), ..words() };
    let picture = svg(chart, &odd, Size::Narrow360, &Theme::default(), "fig 1").unwrap();
    assert!(picture.starts_with(r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 "#));
    for part in [r#"role="img""#, r#"aria-labelledby="fig-1-title fig-1-desc""#, r#"<desc id="fig-1-desc">Bar chart"#, "&lt;b&gt;", "var(--rv-ink,#1b1b1b)"] {
        assert!(picture.contains(part), "{part}");
    }
    assert!(!picture.contains("F00F") && !picture.contains("font-family=\"DejaVu Sans\""));
    let bytes = png(&picture).unwrap();
    assert_eq!(&bytes[..4], b"\x89PNG");
    assert_eq!(u32::from_be_bytes(bytes[16..20].try_into().unwrap()), 720, "twice as wide");
}
