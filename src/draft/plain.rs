//! Markdown or plain text in, passages with their lines out.

use super::passages::{Form, Passage, Place};

/// Headings, paragraphs and cells of tables, in reading order.
pub(super) fn passages(text: &str) -> Vec<Passage> {
    let mut reader = Reader::default();
    let mut fenced = false;
    let front = text.starts_with("---\n") && text[4..].contains("\n---");
    let mut in_front = front;
    for (number, line) in text.lines().enumerate() {
        let trimmed = line.trim();
        if in_front {
            in_front = number == 0 || trimmed != "---";
            continue;
        }
        if trimmed.starts_with("```") || trimmed.starts_with("~~~") {
            reader.end();
            fenced = !fenced;
        } else if fenced {
        } else if trimmed.is_empty() {
            reader.end();
        } else if is_row(trimmed) {
            reader.row(line, number + 1);
        } else if trimmed.starts_with('#') {
            reader.end();
            reader.line(line, line.len() - line.trim_start_matches(['#', ' ']).len(), number + 1);
            reader.heading = true;
            reader.end();
        } else if trimmed.len() >= 3 && trimmed.chars().all(|letter| letter == '=' || letter == '-') {
            reader.heading = true;
            reader.end();
        } else {
            let bullet = trimmed.starts_with(['-', '*', '•', '+']) && trimmed[trimmed.chars().next().map_or(0, char::len_utf8)..].starts_with(' ');
            let counted = trimmed
                .split_once(['.', ')'])
                .is_some_and(|(count, rest)| !count.is_empty() && count.len() <= 2 && count.bytes().all(|byte| byte.is_ascii_digit()) && rest.starts_with(' '));
            if bullet || counted {
                reader.end();
            }
            let skip = line.len() - line.trim_start_matches([' ', '\t', '>', '•']).len();
            reader.line(line, skip, number + 1);
        }
    }
    reader.end();
    reader.done
}

/// Whether a line is a row of a table.
fn is_row(line: &str) -> bool {
    line.starts_with('|') && line.matches('|').count() >= 2
}

#[derive(Default)]
struct Reader {
    text: String,
    starts: Vec<(usize, usize, usize)>,
    heading: bool,
    /// Heads of the table at hand; empty outside.
    heads: Vec<String>,
    in_table: bool,
    caption: String,
    done: Vec<Passage>,
}

impl Reader {
    fn line(&mut self, line: &str, skip: usize, number: usize) {
        self.leave_table();
        if !self.text.is_empty() {
            self.text.push(' ');
        }
        self.starts.push((self.text.len(), number, line[..skip].chars().count() + 1));
        self.text.push_str(line[skip..].trim_end());
    }

    /// Ends the paragraph at hand.
    fn end(&mut self) {
        self.leave_table();
        if !self.text.is_empty() {
            // A short line without an end that stands alone is a heading of plain text.
            let alone = self.starts.len() == 1
                && self.text.len() < 60
                && !self.text.ends_with(['.', ':', ';', ',', '!', '?', '%', ')'])
                && !self.text.starts_with(['-', '*', '+']);
            let form = if self.heading || alone && !self.text.contains(|letter: char| letter.is_ascii_digit()) { Form::Heading } else { Form::Paragraph };
            self.caption = caption(&self.text);
            self.done.push(Passage { text: std::mem::take(&mut self.text), form, place: Place::Lines(std::mem::take(&mut self.starts)) });
        }
        self.heading = false;
    }

    fn leave_table(&mut self) {
        self.in_table = false;
        self.heads.clear();
    }

    fn row(&mut self, line: &str, number: usize) {
        if !self.in_table {
            self.end();
            self.in_table = true;
        }
        if line.chars().all(|letter| "|-: \t".contains(letter)) {
            return;
        }
        let offset = line.len() - line.trim_start().trim_start_matches('|').len();
        let mut at = offset;
        let mut cells = Vec::new();
        for cell in line[offset..].trim_end().trim_end_matches('|').split('|') {
            cells.push((at, cell));
            at += cell.len() + 1;
        }
        if self.heads.is_empty() {
            self.heads = cells.iter().map(|(_, cell)| cell.trim().to_owned()).collect();
            return;
        }
        let row_head = cells.first().map(|(_, cell)| cell.trim().to_owned()).unwrap_or_default();
        for (column, (at, cell)) in cells.into_iter().enumerate().filter(|(_, (_, cell))| !cell.trim().is_empty()) {
            let skip = cell.len() - cell.trim_start().len();
            let place = Place::Lines(vec![(0, number, line[..at + skip].chars().count() + 1)]);
            self.done.push(cell_passage(cell.trim(), column, &row_head, &self.heads, &self.caption, place));
        }
    }
}

/// What stands above a table, where it is short enough to be its caption.
pub(super) fn caption(text: &str) -> String {
    if text.len() < 160 || text.trim_start().starts_with("Table") { text.to_owned() } else { String::new() }
}

/// A cell with its heads; the first column holds heads itself.
pub(super) fn cell_passage(text: &str, column: usize, row_head: &str, heads: &[String], caption: &str, place: Place) -> Passage {
    let head = heads.get(column).map(String::as_str).unwrap_or_default();
    let both = if column == 0 { head.to_owned() } else { format!("{row_head} | {head}") };
    let percent = column > 0 && (head.contains('%') || head.to_lowercase().contains("percent") || row_head.contains('%'));
    Passage { text: text.to_owned(), form: Form::Cell { heads: both, caption: caption.to_owned(), percent }, place }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_headings_and_cells_have_their_lines() {
        let found = passages("# Who comes\n\nIn 2024, 39.0%\nwere women.\n- one\n- two\n\n| group | % |\n|---|---|\n| Women | 39.0 |\n\n```\n1 2 3\n```\n");
        let texts: Vec<&str> = found.iter().map(|passage| passage.text.as_str()).collect();
        assert_eq!(texts, ["Who comes", "In 2024, 39.0% were women.", "- one", "- two", "Women", "39.0"]);
        assert_eq!(found[0].form, Form::Heading);
        assert_eq!(found[1].place.of(&found[1].text, 15), "4:1");
        assert_eq!(found[5].place.of("39.0", 0), "10:11");
        assert!(matches!(&found[5].form, Form::Cell { percent: true, heads, .. } if heads == "Women | %"));
    }
}
