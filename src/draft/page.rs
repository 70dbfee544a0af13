//! HTML or the text of a Word document in, passages out.

use super::markup::{Piece, attribute, decoded, pieces};
use super::passages::{Form, Passage, Place};
use super::plain::{caption, cell_passage};

/// Elements that end a paragraph of a page.
const BLOCKS: [&str; 30] = [
    "p",
    "div",
    "li",
    "ul",
    "ol",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "td",
    "th",
    "tr",
    "table",
    "thead",
    "tbody",
    "caption",
    "figcaption",
    "figure",
    "dt",
    "dd",
    "blockquote",
    "section",
    "article",
    "header",
    "footer",
    "br",
    "body",
    "summary",
];
/// Elements whose text no reader sees as text.
const UNSEEN: [&str; 7] = ["script", "style", "head", "svg", "template", "noscript", "select"];

/// What is gathered of one paragraph or cell.
#[derive(Default)]
struct Gather {
    text: String,
    starts: Vec<(usize, usize, usize)>,
    heading: bool,
    table: Table,
    done: Vec<Passage>,
    last: String,
}

/// The table at hand.
#[derive(Default)]
struct Table {
    depth: usize,
    number: usize,
    row: usize,
    column: usize,
    heads: Vec<String>,
    row_head: String,
    in_cell: bool,
}

impl Gather {
    fn add(&mut self, text: &str, from: Option<(usize, usize)>) {
        if let Some((line, column)) = from {
            self.starts.push((self.text.len(), line, column));
        }
        self.text.push_str(text);
    }

    /// Ends a paragraph or a cell; `name` is the place where lines mean nothing.
    fn end(&mut self, name: Option<String>) {
        let starts = std::mem::take(&mut self.starts);
        let text = std::mem::take(&mut self.text);
        let heading = std::mem::take(&mut self.heading);
        if text.trim().is_empty() {
            return;
        }
        let place = name.map_or(Place::Lines(starts), Place::Named);
        if self.table.in_cell {
            let column = self.table.column.saturating_sub(1);
            if self.table.row == 1 {
                self.table.heads.resize(column + 1, String::new());
                text.trim().clone_into(&mut self.table.heads[column]);
            } else {
                if column == 0 {
                    text.trim().clone_into(&mut self.table.row_head);
                }
                let cell = cell_passage(&text, column, &self.table.row_head, &self.table.heads, &self.last, place);
                self.done.push(cell);
            }
            return;
        }
        self.last = caption(&text);
        self.done.push(Passage { text, form: if heading { Form::Heading } else { Form::Paragraph }, place });
    }

    fn open_row(&mut self) {
        self.table.row += 1;
        self.table.column = 0;
        self.table.row_head.clear();
    }
}

/// Passages of a page, with the lines of its source.
pub(super) fn html(source: &str) -> Vec<Passage> {
    let lines: Vec<usize> = std::iter::once(0).chain(source.match_indices('\n').map(|(at, _)| at + 1)).collect();
    let place = |at: usize| {
        let line = lines.partition_point(|start| *start <= at);
        let start = lines.get(line.saturating_sub(1)).copied().unwrap_or_default();
        (line, source.get(start..at).map_or(1, |before| before.chars().count() + 1))
    };
    let mut gather = Gather::default();
    let mut unseen: Option<String> = None;
    for piece in pieces(source) {
        match piece {
            Piece::Close(name) if unseen.as_ref() == Some(&name) => unseen = None,
            _ if unseen.is_some() => {}
            Piece::Open(name, _, false) if UNSEEN.contains(&name.as_str()) => unseen = Some(name),
            Piece::Text(text, at) => {
                let mut from = at;
                // Line breaks of the source are blanks of the text.
                for line in text.split_inclusive('\n') {
                    let tidy = decoded(line.trim_end_matches('\n')) + if line.ends_with('\n') { " " } else { "" };
                    gather.add(&tidy, Some(place(from)));
                    from += line.len();
                }
            }
            Piece::Open(name, _, _) if BLOCKS.contains(&name.as_str()) => {
                gather.end(None);
                gather.heading = name.len() == 2 && name.starts_with('h') && name != "hr";
                table_open(&mut gather, &name);
            }
            Piece::Close(name) if BLOCKS.contains(&name.as_str()) => {
                let heading = name.len() == 2 && name.starts_with('h');
                gather.heading = heading;
                gather.end(None);
                table_close(&mut gather, &name);
            }
            Piece::Open(..) | Piece::Close(_) => {}
        }
    }
    gather.end(None);
    gather.done
}

fn table_open(gather: &mut Gather, name: &str) {
    match name {
        "table" | "w:tbl" => gather.table = Table { depth: gather.table.depth + 1, number: gather.table.number + 1, ..Table::default() },
        "tr" | "w:tr" => gather.open_row(),
        "td" | "th" | "w:tc" => {
            gather.table.column += 1;
            gather.table.in_cell = true;
        }
        _ => {}
    }
}

fn table_close(gather: &mut Gather, name: &str) {
    match name {
        "table" | "w:tbl" => gather.table.depth = gather.table.depth.saturating_sub(1),
        "td" | "th" | "w:tc" => gather.table.in_cell = false,
        _ => {}
    }
}

/// Passages of `word/document.xml`: paragraphs counted from 1, tables by row and column.
pub(super) fn word(source: &str) -> Vec<Passage> {
    let mut gather = Gather::default();
    let (mut count, mut in_text, mut fallback) = (0_usize, false, 0_usize);
    for piece in pieces(source) {
        match piece {
            Piece::Open(name, _, false) if name == "mc:fallback" => fallback += 1,
            Piece::Close(name) if name == "mc:fallback" => fallback = fallback.saturating_sub(1),
            _ if fallback > 0 => {}
            Piece::Open(name, inside, closed) => match name.as_str() {
                "w:t" => in_text = !closed,
                "w:tab" | "w:br" | "w:cr" => gather.add(" ", None),
                "w:nobreakhyphen" => gather.add("-", None),
                "w:pstyle" => {
                    let style = attribute(inside, "w:val").unwrap_or_default().to_lowercase();
                    gather.heading = ["heading", "title", "berschrift"].iter().any(|head| style.starts_with(head));
                }
                "w:p" if closed => count += 1,
                _ => table_open(&mut gather, &name),
            },
            Piece::Text(text, _) if in_text => gather.add(&decoded(text), None),
            Piece::Text(..) => {}
            Piece::Close(name) => match name.as_str() {
                "w:t" => in_text = false,
                "w:p" if gather.table.in_cell => {
                    // Paragraphs of one cell are one text.
                    count += 1;
                    gather.add(" ", None);
                }
                "w:p" => {
                    count += 1;
                    gather.end(Some(format!("paragraph {count}")));
                }
                "w:tc" => {
                    let place = format!("table {}, row {}, column {}", gather.table.number, gather.table.row, gather.table.column);
                    gather.end(Some(place));
                    table_close(&mut gather, &name);
                }
                _ => table_close(&mut gather, &name),
            },
        }
    }
    gather.end(Some(format!("paragraph {count}")));
    gather.done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_gives_its_paragraphs_and_cells() {
        let page = "<html><head><title>T 9</title></head><body><h2>Who comes</h2>\n<p>In <b>2024</b>, 39.0&#37; were women &amp; 58.9% men.</p><script>1</script><table><tr><th>Group</th><th>%</th></tr><tr><td>Women</td><td>39.0</td></tr></table></body></html>";
        let found = html(page);
        let texts: Vec<&str> = found.iter().map(|passage| passage.text.trim()).collect();
        assert_eq!(texts, ["Who comes", "In 2024, 39.0% were women & 58.9% men.", "Women", "39.0"]);
        assert_eq!(found[0].form, Form::Heading);
        assert_eq!(found[1].place.of(&found[1].text, 0), "2:4");
        assert!(matches!(&found[3].form, Form::Cell { percent: true, .. }));
    }

    #[test]
    fn runs_of_a_word_document_are_one_text() {
        let body = r#"<w:body><w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>Who comes</w:t></w:r></w:p><w:p><w:r><w:t xml:space="preserve">In 2024, 3</w:t></w:r><w:r><w:t>9.0% were</w:t></w:r><w:r><w:tab/><w:t>women.</w:t></w:r></w:p></w:body>"#;
        let found = word(body);
        assert_eq!(found[1].text, "In 2024, 39.0% were women.");
        assert_eq!((found[0].form.clone(), found[1].place.of("", 0)), (Form::Heading, "paragraph 2".to_owned()));
    }
}
