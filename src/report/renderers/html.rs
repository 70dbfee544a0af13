//! A document in, one self-contained HTML page out: styles and charts inline, no network.
//!
//! Its one script is inline too and named by its hash in the page's policy, so that no other can run. It lets readers search and copy;
//! without it the page reads the same.
//!
//! The templates and the style sheet lie in `reports/templates/` and are embedded. Text is escaped by
//! the template engine; only charts, which we draw ourselves, and finished tables pass as they are.

use std::collections::BTreeSet;

use minijinja::{AutoEscape, Environment, HtmlEscape, Value, context};
use sha2::{Digest as _, Sha256};

use super::explorer;
use crate::display::cells::Cell;
use crate::display::charts::{self, Size, Theme, Words};
use crate::display::parts::{Block, Figure, Row, Section, Table};
use crate::error::Error;
use crate::report::Document;

const PAGE: &str = include_str!("../../../reports/templates/report.html");
const TABLE: &str = include_str!("../../../reports/templates/table.html");
const STYLE: &str = concat!(include_str!("../../../reports/templates/report.css"), include_str!("../../../reports/templates/explorer.css"));
/// In the order in which they build on each other.
const SCRIPTS: [&str; 4] = [
    include_str!("../../../reports/templates/search.js"),
    include_str!("../../../reports/templates/copy.js"),
    include_str!("../../../reports/templates/charts.js"),
    include_str!("../../../reports/templates/explorer.js"),
];

/// The page as text; the same document gives the same bytes.
///
/// # Errors
/// A chart could not be drawn.
pub(crate) fn html(document: &Document) -> Result<String, Error> {
    let mut page = Page::new(&document.theme);
    let sections = document.sections.iter().map(|section| page.section(section)).collect::<Result<Vec<Value>, Error>>()?;
    let points: Vec<Value> =
        document.main_points.iter().map(|point| context! { sentence => &point.sentence, target => anchor(&point.target), code => &point.code }).collect();
    let script = script();
    let text = page.render(
        "page",
        context! {
            title => &document.title, lead => &document.lead, points, sections, footer => &document.footer, figures => document.finder.figures.len(),
            style => Value::from_safe_string(format!("{STYLE}{}", document.theme.css())),
            data => Value::from_safe_string(explorer::data(&document.finder, &document.told)),
            hash => Value::from_safe_string(base64(&Sha256::digest(script.as_bytes()))),
            script => Value::from_safe_string(script),
        },
    );
    // lines that held only template tags are empty now
    let mut page = String::with_capacity(text.len());
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        page.push_str(line);
        page.push('\n');
    }
    Ok(page)
}

/// The script as it stands between its tags: a block of its own, without empty lines, which the page would lose.
fn script() -> String {
    let lines: Vec<&str> = SCRIPTS.iter().flat_map(|part| part.lines()).filter(|line| !line.trim().is_empty()).collect();
    format!("\n\"use strict\";\n{{\n{}\n}}\n", lines.join("\n"))
}

/// Base 64 with padding, as hashes are written in a page's policy.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let bits = three.iter().enumerate().fold(0_usize, |bits, (place, byte)| bits | usize::from(*byte) << (16 - 8 * place));
        for place in 0..4 {
            text.push(if place > three.len() { '=' } else { char::from(DIGITS[(bits >> (18 - 6 * place)) & 63]) });
        }
    }
    text
}

/// The anchor of a short code.
fn anchor(code: &str) -> String {
    code.to_lowercase()
}

/// The template engine and the anchors already given away; the first element with a code gets it.
struct Page<'a> {
    theme: &'a Theme,
    templates: Environment<'static>,
    anchors: BTreeSet<String>,
}

impl<'a> Page<'a> {
    fn new(theme: &'a Theme) -> Self {
        let mut templates = Environment::new();
        templates.set_auto_escape_callback(|_| AutoEscape::Html);
        for (name, source) in [("page", PAGE), ("table", TABLE)] {
            let Ok(()) = templates.add_template(name, source) else { unreachable!("the embedded template `{name}` is checked by tests") };
        }
        Self { theme, templates, anchors: BTreeSet::new() }
    }

    fn render(&self, name: &str, values: Value) -> String {
        let rendered = self.templates.get_template(name).and_then(|template| template.render(values));
        rendered.unwrap_or_else(|error| unreachable!("the template `{name}` is given every value it asks for: {error}"))
    }

    fn take(&mut self, code: &str) -> Option<String> {
        let anchor = anchor(code);
        (!anchor.is_empty() && self.anchors.insert(anchor.clone())).then_some(anchor)
    }

    fn section(&mut self, section: &Section) -> Result<Value, Error> {
        self.anchors.insert(section.id.clone());
        // figures take their anchors before the rows of tables do: a main point links to a chart
        let mut taken = Vec::with_capacity(section.blocks.len());
        for block in &section.blocks {
            taken.push(if let Block::Figure(figure) = block { self.take(&figure.code) } else { None });
        }
        let mut blocks = Vec::with_capacity(taken.len());
        for (place, (block, anchor)) in section.blocks.iter().zip(taken).enumerate() {
            blocks.push(self.block(block, anchor, &format!("{}-{}", section.id, place + 1))?);
        }
        Ok(context! { id => &section.id, question => &section.question, finding => &section.finding, blocks })
    }

    fn block(&mut self, block: &Block, anchor: Option<String>, name: &str) -> Result<Value, Error> {
        Ok(match block {
            Block::Paragraph(text) => context! { kind => "paragraph", text },
            Block::Heading(text) => context! { kind => "heading", text },
            Block::List(entries) => context! { kind => "list", entries },
            Block::Terms(terms) => {
                let entries: Vec<Value> = terms.iter().map(|(term, text)| context! { term, text }).collect();
                context! { kind => "terms", entries }
            }
            Block::Table(table) => {
                context! { kind => "table", table => self.table(table, name), notes => table.notes.join(" "), folded => table.folded, caption => &table.caption }
            }
            Block::Figure(figure) => self.figure(figure, anchor, name)?,
        })
    }

    fn figure(&mut self, figure: &Figure, anchor: Option<String>, name: &str) -> Result<Value, Error> {
        let id = anchor.unwrap_or_else(|| name.to_owned());
        let wide = drawing(figure, Size::Wide720, self.theme, &format!("{name}-wide"))?;
        let narrow = drawing(figure, Size::Narrow360, self.theme, &format!("{name}-narrow"))?;
        let notes = figure.notes.iter().chain(&figure.table.notes).map(String::as_str).collect::<Vec<_>>().join(" ");
        Ok(context! {
            kind => "figure", id, name, code => &figure.code, title => &figure.words.title, subtitle => &figure.words.subtitle,
            wide => Value::from_safe_string(wide), narrow => Value::from_safe_string(narrow),
            table => self.table(&figure.table, name), notes,
        })
    }

    fn table(&mut self, table: &Table, name: &str) -> Value {
        let units = table.columns.iter().any(|column| !column.unit.is_empty());
        let columns: Vec<Value> =
            table.columns.iter().map(|column| context! { head => &column.head, unit => &column.unit, numeric => column.numeric }).collect();
        let spans: Vec<Value> = table.spans.iter().map(|(head, width)| context! { head, width }).collect();
        let mut groups: Vec<(Option<&String>, Vec<Value>)> = vec![(None, Vec::new())];
        for row in &table.rows {
            match row {
                Row::Group(head) => groups.push((Some(head), Vec::new())),
                Row::Cells(cells) | Row::Total(cells) => {
                    let view = self.row(table, cells, matches!(row, Row::Total(_)));
                    if let Some((_, rows)) = groups.last_mut() {
                        rows.push(view);
                    }
                }
            }
        }
        let groups: Vec<Value> =
            groups.into_iter().filter(|(head, rows)| head.is_some() || !rows.is_empty()).map(|(head, rows)| context! { head, rows }).collect();
        let values = context! { name, caption => &table.caption, units, columns, spans, groups, width => table.columns.len() };
        Value::from_safe_string(self.render("table", values))
    }

    fn row(&mut self, table: &Table, cells: &[Cell], total: bool) -> Value {
        let last = cells.len().saturating_sub(1);
        let code = if table.coded { cells.last().map(|cell| cell.text.as_str()).unwrap_or_default() } else { "" };
        let id = self.take(code);
        let views: Vec<Value> = cells
            .iter()
            .enumerate()
            .skip(1)
            .map(|(place, Cell { text, .. })| {
                let numeric = table.columns.get(place).is_some_and(|column| column.numeric);
                context! { text, class => if table.coded && place == last { "code" } else if numeric { "number" } else { "" } }
            })
            .collect();
        context! { id, total, head => cells.first().map(|cell| &cell.text), cells => views }
    }
}

/// The chart as inline SVG. The page prints title, subtitle and notes as text, so the drawing leaves them out, but keeps its accessible name.
fn drawing(figure: &Figure, size: Size, theme: &Theme, id: &str) -> Result<String, Error> {
    let words = Words { alt: figure.words.alt.clone(), ..Words::default() };
    let svg = charts::svg(&figure.chart, &words, size, theme, id)?;
    let title = HtmlEscape(&figure.words.title).to_string();
    Ok(svg.replacen(&format!("<title id=\"{id}-title\"></title>"), &format!("<title id=\"{id}-title\">{title}</title>"), 1))
}

#[cfg(test)]
mod tests {
    use super::{base64, script};

    /// The vectors of RFC 4648, section 10.
    #[test]
    fn hashes_are_written_in_base_64() {
        for (bytes, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
        assert_eq!(base64(&[0xfb, 0xff, 0xbf]), "+/+/");
    }

    /// The page drops empty lines, and the hash is of what it keeps.
    #[test]
    fn the_script_survives_the_page_as_it_was_hashed() {
        let script = script();
        assert!(script.lines().skip(1).all(|line| !line.trim().is_empty()), "an empty line");
        assert!(!script.contains("</script") && !script.contains("<!--") && !script.contains('\r'));
    }
}
