//! The parts of a page without any file format: sections, figures, tables, paragraphs.
//!
//! `display` makes them from released rows; `report` puts them in order and hands them to a renderer.

use super::cells::Cell;
use super::charts::{Chart, Words};

/// One section: a reader's question and the finding that answers it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Section {
    /// Anchor.
    pub(crate) id: String,
    /// The reader's question, such as `Who comes?`; the title of the section when there is no finding.
    pub(crate) question: String,
    /// The finding, at most 14 words; empty where a section only informs.
    pub(crate) finding: String,
    /// Content in order.
    pub(crate) blocks: Vec<Block>,
    /// Rows that may stand on the front page, the most telling first.
    pub(crate) points: Vec<Point>,
}

/// A row for the front page and the figure that shows it.
#[derive(Debug, Clone)]
pub(crate) struct Point {
    /// Short code of the row.
    pub(crate) code: String,
    /// Short code of the figure.
    pub(crate) figure: String,
    /// A sentence that must stand after the finding, such as how many series were compared; empty for none.
    pub(crate) aside: String,
}

/// A piece of a section.
#[derive(Debug, Clone)]
pub(crate) enum Block {
    /// A paragraph of plain text.
    Paragraph(String),
    /// A smaller heading inside the section.
    Heading(String),
    /// A list of plain sentences.
    List(Vec<String>),
    /// Terms with their explanations.
    Terms(Vec<(String, String)>),
    /// A chart with the table behind it.
    Figure(Box<Figure>),
    /// A table that stands open.
    Table(Box<Table>),
}

/// A chart, the table behind it, and what to cite.
#[derive(Debug, Clone)]
pub(crate) struct Figure {
    /// Short code of the leading figure; the anchor is its small letters.
    pub(crate) code: String,
    /// Title (the finding, at most 14 words), subtitle, footer and alternative text.
    pub(crate) words: Words,
    /// The chart.
    pub(crate) chart: Chart,
    /// The table behind the chart.
    pub(crate) table: Table,
    /// Base, missing, suppression, test.
    pub(crate) notes: Vec<String>,
}

/// A table that needs no colour to be understood.
#[derive(Debug, Clone, Default)]
pub(crate) struct Table {
    /// What, base, period.
    pub(crate) caption: String,
    /// Spanning heads over the columns after the first: text and number of columns. Empty for none.
    pub(crate) spans: Vec<(String, usize)>,
    /// Columns; the first holds row heads.
    pub(crate) columns: Vec<Column>,
    /// Rows.
    pub(crate) rows: Vec<Row>,
    /// Whether it stands under a disclosure triangle.
    pub(crate) folded: bool,
    /// Whether the last column holds short codes.
    pub(crate) coded: bool,
    /// Whom the figures are of: `1,480 to 1,535 members with a valid answer`; empty where the caption says it.
    pub(crate) base: String,
    /// Footnotes.
    pub(crate) notes: Vec<String>,
}

/// A column head.
#[derive(Debug, Clone, Default)]
pub(crate) struct Column {
    /// Head.
    pub(crate) head: String,
    /// Unit under the head.
    pub(crate) unit: String,
    /// Right-aligned.
    pub(crate) numeric: bool,
}

/// A row of a table.
#[derive(Debug, Clone)]
pub(crate) enum Row {
    /// A head that spans the table; the rows after it belong to it.
    Group(String),
    /// Row head and cells.
    Cells(Vec<Cell>),
    /// A total, set apart.
    Total(Vec<Cell>),
}

impl Table {
    /// Short codes of the figures in the table, in reading order.
    pub(crate) fn codes(&self) -> Vec<&str> {
        let cells = self.rows.iter().filter_map(|row| match row {
            Row::Cells(cells) | Row::Total(cells) if self.coded => cells.last(),
            _ => None,
        });
        cells.flat_map(|cell| cell.text.split([' ', ','])).filter(|code| code.starts_with("R-")).collect()
    }

    /// Columns from heads with units; all but the first are numbers.
    pub(crate) fn columns(heads: &[(&str, &str)]) -> Vec<Column> {
        heads.iter().enumerate().map(|(place, (head, unit))| Column { head: (*head).to_owned(), unit: (*unit).to_owned(), numeric: place > 0 }).collect()
    }
}
