//! plotters' SVG in, our responsive SVG out: own root with title and description, true sizes, colours as CSS variables.

use std::fmt::Write as _;

use super::canvas::ZOOM;
use super::spec::Words;
use super::theme::{FONT, Role, Theme};

/// What is put around a drawing.
pub(super) struct Sheet<'a> {
    /// Width and height of the drawing in pixels.
    pub(super) size: (f64, f64),
    /// Width at which it is shown, with its unit; as wide as its place where there is none.
    pub(super) shown: Option<(f64, &'static str)>,
    /// The words of the chart.
    pub(super) words: &'a Words,
    /// The colours.
    pub(super) theme: &'a Theme,
    /// A name that is unique on the page.
    pub(super) id: &'a str,
}

/// Wraps a drawing.
pub(super) fn finish(drawing: &str, sheet: &Sheet<'_>) -> String {
    let ((width, height), words) = (sheet.size, sheet.words);
    let id: String = sheet.id.chars().map(|letter| if letter.is_ascii_alphanumeric() || letter == '-' || letter == '_' { letter } else { '-' }).collect();
    let shown = sheet.shown.map(|(wide, unit)| format!(r#"width="{wide}{unit}" height="{}{unit}" "#, pixels(wide * height / width))).unwrap_or_default();
    let mut out = String::with_capacity(drawing.len());
    let _ = writeln!(
        out,
        r#"<svg xmlns="http://www.w3.org/2000/svg" {shown}viewBox="0 0 {width} {height}" role="img" aria-labelledby="{id}-title {id}-desc" font-family="{FONT}, sans-serif" stroke-linejoin="round">"#
    );
    let _ = writeln!(out, r#"<title id="{id}-title">{}</title>"#, escape(&words.title));
    let _ = writeln!(out, r#"<desc id="{id}-desc">{}</desc>"#, escape(&words.alt));
    let paper = sheet.theme.light(Role::Paper);
    let _ = writeln!(out, r#"<rect width="{width}" height="{height}" fill="{paper}" style="fill:var(--rv-paper,{paper})"/>"#);
    let mut lines = drawing.lines();
    while let Some(line) = lines.next() {
        if line.starts_with("<svg") || line.starts_with("</") {
            continue;
        }
        let Some((name, attributes)) = element(line) else { continue };
        let _ = write!(out, "<{name}");
        for (key, value) in &attributes {
            attribute(&mut out, key, value, &attributes, sheet.theme);
        }
        if name == "text" {
            let _ = writeln!(out, ">{}</text>", lines.next().unwrap_or_default());
        } else {
            out.push_str("/>\n");
        }
    }
    out.push_str("</svg>\n");
    out
}

/// Name and attributes of one line such as `<line x1="3" y1="4"/>`.
fn element(line: &str) -> Option<(&str, Vec<(&str, &str)>)> {
    let inside = line.strip_prefix('<')?;
    let (name, mut rest) = inside.split_once(' ')?;
    let mut attributes = Vec::new();
    while let Some((key, after)) = rest.split_once("=\"") {
        let (value, next) = after.split_once('"')?;
        attributes.push((key.trim(), value));
        rest = next;
    }
    Some((name, attributes))
}

fn attribute(out: &mut String, key: &str, value: &str, all: &[(&str, &str)], theme: &Theme) {
    let is = |wanted: &str, content: &str| all.iter().any(|(key, value)| *key == wanted && *value == content);
    match key {
        "dy" | "font-family" => {}
        "opacity" | "text-anchor" if value == "1" || value == "start" => {}
        "stroke" if value == "none" => {}
        "stroke-width" if is("stroke", "none") => {}
        "fill" | "stroke" => match Role::behind(value) {
            Some((role, name)) => {
                let _ = write!(out, r#" {key}="{0}" style="{key}:var(--rv-{name},{0})""#, theme.light(role));
            }
            None => {
                let _ = write!(out, r#" {key}="{value}""#);
            }
        },
        "points" => {
            let scaled: Vec<String> = value.split([' ', ',']).filter(|part| !part.is_empty()).map(scaled).collect();
            let pairs: Vec<String> = scaled.chunks(2).map(|pair| pair.join(",")).collect();
            let _ = write!(out, r#" points="{}""#, pairs.join(" "));
        }
        "x" | "y" | "width" | "height" | "x1" | "x2" | "y1" | "y2" | "cx" | "cy" | "r" | "font-size" | "stroke-width" => {
            let _ = write!(out, r#" {key}="{}""#, scaled(value));
        }
        _ => {
            let _ = write!(out, r#" {key}="{value}""#);
        }
    }
}

/// A drawing unit in pixels.
fn scaled(value: &str) -> String {
    pixels(value.parse::<f64>().unwrap_or_default() / ZOOM)
}

/// Pixels with at most two decimals.
fn pixels(value: f64) -> String {
    let rounded = (value * 100.0).round() / 100.0;
    format!("{}", rounded + 0.0)
}

/// Text for the inside of an element.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
