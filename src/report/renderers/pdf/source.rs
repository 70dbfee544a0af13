//! A document in, the text that typst sets out, with the drawings that it shows. Every word goes in as a string, so none is read as markup.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::display::cells::Cell;
use crate::display::charts::{self, Size, Theme, Words};
use crate::display::parts::{Block, Figure, Row, Section, Table};
use crate::error::Error;
use crate::report::renderers::{crossed, is_short, sets};
use crate::report::{Document, Numbered};

const LOOK: &str = include_str!("../../../../reports/templates/report.typ");

/// What typst is given.
pub(crate) struct Source {
    /// The text.
    pub(crate) text: String,
    /// Drawings by their names.
    pub(crate) files: Vec<(String, String)>,
}

/// Writes the text.
pub(crate) fn source(document: &Document) -> Result<Source, Error> {
    let tables = document.tables();
    let mut writer = Writer {
        source: Source { text: LOOK.to_owned(), files: Vec::new() },
        taken: BTreeSet::new(),
        tables: 0,
        known: document.figures().map(|figure| figure.code.as_str()).collect(),
        theme: &document.theme,
    };
    writer.front(document);
    for (place, section) in document.sections.iter().enumerate() {
        writer.section(section, place, &tables)?;
    }
    writer.behind(&tables);
    Ok(writer.source)
}

/// A string of typst.
fn string(words: &str) -> String {
    let mut out = String::with_capacity(words.len() + 2);
    out.push('"');
    for letter in words.chars() {
        match letter {
            '"' | '\\' => {
                out.push('\\');
                out.push(letter);
            }
            letter if letter.is_control() => out.push(' '),
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}

struct Writer<'a> {
    source: Source,
    /// Labels already given away.
    taken: BTreeSet<String>,
    tables: usize,
    /// Codes of charts, which links may lead to.
    known: BTreeSet<&'a str>,
    theme: &'a Theme,
}

impl Writer<'_> {
    fn line(&mut self, text: &str) {
        self.source.text.push_str(text);
        self.source.text.push('\n');
    }

    fn front(&mut self, document: &Document) {
        let title = string(&document.title);
        self.line(&format!("#set document(title: {title}, author: \"recovista\", description: {})", string(&document.lead)));
        self.line(&format!(
            "#set page(paper: \"us-letter\", margin: (x: 1in, top: 0.85in, bottom: 0.95in), footer: context {{ set text(size: 7.6pt, fill: soft); line(length: 100%, stroke: 0.5pt + rule); v(-0.5em); {title}; h(1fr); \"Page \" + str(counter(page).get().first()) + \" of \" + str(counter(page).final().first()) }})"
        ));
        self.line("#title()");
        self.line(&format!("#lead({})", string(&document.lead)));
        if !document.main_points.is_empty() {
            self.line("#heading(level: 1, outlined: false, \"Main points\")");
            let points: Vec<String> =
                document.main_points.iter().map(|point| format!("[#{} #{}]", string(&point.sentence), self.link(&point.target, &point.code))).collect();
            self.line(&format!("#enum(spacing: 1em, numbering: n => text(fill: accent, weight: \"bold\", str(n)), {})", points.join(", ")));
        }
        self.line("#outline(title: \"Contents\", depth: 1)");
    }

    /// Words that lead to a chart, where it is there.
    fn link(&self, target: &str, words: &str) -> String {
        if self.known.contains(target) { format!("code({}, {})", string(target), string(words)) } else { string(words) }
    }

    fn section(&mut self, section: &Section, place: usize, tables: &[Numbered<'_>]) -> Result<(), Error> {
        if section.finding.is_empty() {
            self.line("#v(2.2em, weak: true)");
            self.line(&format!("#heading(level: 1, {})", string(&section.question)));
        } else {
            self.line(&format!("#asked({})", string(&section.question)));
            self.line(&format!("#heading(level: 1, {})", string(&section.finding)));
        }
        for (position, block) in section.blocks.iter().enumerate() {
            let number = tables.iter().find(|table| table.at_end && table.place == (place, position)).map(|table| table.number);
            match block {
                Block::Paragraph(words) => self.line(&format!("#par({})", string(words))),
                Block::Heading(words) => self.line(&format!("#heading(level: 2, {})", string(words))),
                Block::List(entries) => {
                    let entries: Vec<String> = entries.iter().map(|entry| string(entry)).collect();
                    self.line(&format!("#list({})", entries.join(", ")));
                }
                Block::Terms(terms) => {
                    for (term, words) in terms {
                        self.line(&format!("#block(above: 1.1em, below: 0.5em, sticky: true, strong({}))", string(term)));
                        self.line(&format!("#block(below: 0.9em, inset: (left: 1.2em), {})", string(words)));
                    }
                }
                Block::Figure(figure) => self.figure(figure, number)?,
                Block::Table(table) if !table.folded => self.table(table, ""),
                Block::Table(table) => {
                    if let Some(number) = number {
                        let words = string(&format!("{}: ", table.caption.trim_end_matches('.')));
                        self.line(&format!("#notes({words} + {})", to_table(number)));
                    }
                }
            }
        }
        Ok(())
    }

    fn figure(&mut self, figure: &Figure, table: Option<usize>) -> Result<(), Error> {
        let name = format!("/chart-{}.svg", self.source.files.len() + 1);
        let svg = charts::svg(&figure.chart, &Words::default(), Size::HalfPage, self.theme, "chart")?;
        // without an alternative text typst stops, as it should
        let alt = if figure.words.alt.is_empty() { String::new() } else { format!(", alt: {}", string(&figure.words.alt)) };
        let label = if self.taken.insert(figure.code.clone()) { format!(" #label({})", string(&figure.code)) } else { String::new() };
        let subtitle = string(&figure.words.subtitle);
        let words = figure.notes.iter().chain(&figure.table.notes).map(String::as_str).collect::<Vec<_>>().join(" ");
        let gap = if words.is_empty() { "" } else { " " };
        let table = table.map(|number| format!("\"{gap}Figures: \" + {} + \".\" + ", to_table(number))).unwrap_or_default();
        let notes = format!("notes({} + {table}{})", string(&words), string(&format!(" Cite as {}", figure.code)));
        let shown = format!(
            "block(below: 0.4em, text(size: 8.2pt, fill: soft, {subtitle})); pad(x: -8pt, image({}, width: {:.2}pt{alt}))",
            string(&name),
            width(height(&svg), around(figure))
        );
        // chart and notes stay on one page
        self.line(&format!(
            "#block(breakable: false, above: 2em, below: 1.8em)[#figure(kind: image, supplement: \"Figure\", {{ {shown} }}, caption: {}){label} #{notes}]",
            string(&figure.words.title)
        ));
        self.source.files.push((name, charts::plain(&svg)));
        Ok(())
    }

    /// The tables that would interrupt the reading.
    fn behind(&mut self, tables: &[Numbered<'_>]) {
        if tables.iter().any(|table| table.at_end) {
            self.line("#pagebreak(weak: true)");
            self.line("#heading(level: 1, \"Tables behind the charts\")");
        }
        for one in tables.iter().filter(|table| table.at_end) {
            self.table(one.table, one.figure.map(|figure| figure.code.as_str()).unwrap_or_default());
        }
    }

    fn table(&mut self, table: &Table, chart: &str) {
        let grid = crossed(table);
        let table = grid.as_ref().unwrap_or(table);
        let sets = sets(table, false);
        let together = sets.len() == 1 && is_short(table);
        if together {
            self.line("#block(breakable: false)[");
        }
        for (place, set) in sets.iter().enumerate() {
            let widths: Vec<String> = set.iter().map(|(_, width)| format!("{width}fr")).collect();
            let aligned: Vec<&str> = set.iter().map(|(place, _)| if right(table, *place) { "right" } else { "left" }).collect();
            let mut cells = String::new();
            for (place, _) in set {
                let Some(column) = table.columns.get(*place) else { continue };
                let unit = if column.unit.is_empty() { String::new() } else { format!(" + linebreak() + unit({})", string(&column.unit)) };
                let _ = write!(cells, "{}{unit}, ", string(&column.head));
            }
            let mut body = format!("table.hline(stroke: 0.8pt + ink), table.header(repeat: true, {cells}table.hline(stroke: 0.6pt + ink)), ");
            for row in &table.rows {
                match row {
                    Row::Group(head) => {
                        let _ = write!(
                            body,
                            "table.cell(colspan: {}, inset: (x: 3.5pt, top: 6pt, bottom: 2.6pt), strong({})), table.hline(stroke: 0.4pt + rule), ",
                            set.len(),
                            string(head)
                        );
                    }
                    Row::Cells(cells) => body.push_str(&row_of(cells, set, false)),
                    Row::Total(cells) => body.push_str(&row_of(cells, set, true)),
                }
            }
            let grid = format!("table(columns: ({},), align: ({},), {body}table.hline(stroke: 0.8pt + ink))", widths.join(", "), aligned.join(", "));
            if place == 0 {
                self.tables += 1;
                let label = format!("table-{}", self.tables);
                self.line(&format!(
                    "#[#figure(kind: table, supplement: \"Table\", {grid}, caption: {}) #label({})]",
                    string(table.caption.trim_end_matches('.')),
                    string(&label)
                ));
            } else {
                self.line(&format!("#{grid}"));
            }
        }
        let behind = if chart.is_empty() { String::new() } else { format!(" + \" Behind chart \" + {}", self.link(chart, chart)) };
        self.line(&format!("#notes({}{behind})", string(&table.notes.join(" "))));
        if together {
            self.line("]");
        }
    }
}

fn right(table: &Table, place: usize) -> bool {
    place > 0 && table.columns.get(place).is_some_and(|column| column.numeric)
}

fn row_of(cells: &[Cell], set: &[(usize, u32)], total: bool) -> String {
    let mut out = String::new();
    for (place, _) in set {
        let words = string(cells.get(*place).map(|cell| cell.text.as_str()).unwrap_or_default());
        let _ = if total { write!(out, "strong({words}), ") } else { write!(out, "{words}, ") };
    }
    out.push_str("table.hline(stroke: 0.4pt + rule), ");
    out
}

/// `Table 7`, which leads there.
fn to_table(number: usize) -> String {
    format!("ref(label(\"table-{number}\"))")
}

/// Height in points of what stands around a chart: title, subtitle, notes and the spaces between them, by the letters that fit on a line.
fn around(figure: &Figure) -> f64 {
    let lines = |letters: usize, fit: usize| letters.div_ceil(fit) as f64;
    let notes: usize = figure.notes.iter().chain(&figure.table.notes).map(|note| note.chars().count() + 1).sum();
    24.0 + lines(figure.words.title.chars().count() + 12, 84) * 15.0 + lines(figure.words.subtitle.chars().count(), 108) * 13.0 + lines(notes + 40, 115) * 11.0
}

/// Width of a chart in points: as wide as the text with its margins, unless that were too tall for a page, or a little too tall for two on a page.
fn width(height: f64, around: f64) -> f64 {
    const TEXT: f64 = 6.5 * 72.0 + 16.0;
    const TALLEST: f64 = 6.6 * 72.0;
    /// Half of what a page holds between its margins.
    const HALF: f64 = 9.2 * 72.0 / 2.0;
    let widest = TEXT.min(TALLEST / height);
    let fits_two = (HALF - around) / height;
    if fits_two < widest && fits_two >= 0.8 * widest { fits_two } else { widest }
}

/// Height of a drawing in units of its width.
fn height(svg: &str) -> f64 {
    let size = svg.split_once("viewBox=\"0 0 ").and_then(|(_, rest)| rest.split_once('"')).and_then(|(size, _)| size.split_once(' '));
    let number = |text: &str| text.parse::<f64>().ok();
    size.and_then(|(width, height)| Some(number(height)? / number(width)?)).unwrap_or(0.6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charts_that_are_a_little_too_tall_stand_two_on_a_page() {
        let tall = |height: f64, around: f64| width(height, around) * height + around;
        assert!((width(0.4, 120.0) - 484.0).abs() < 1e-9, "low charts are as wide as the text");
        assert!((tall(0.5, 120.0) - 331.2).abs() < 1e-9, "two of them fill a page");
        assert!((width(0.8, 120.0) - 484.0).abs() < 1e-9, "a tall chart stays as it is");
        assert!((tall(1.5, 120.0) - 120.0 - 475.2).abs() < 1e-9, "no chart is too tall for a page");
    }
}
