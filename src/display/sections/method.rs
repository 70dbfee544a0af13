//! How it was done, what is hidden and why, and where everything comes from.

use super::Context;
use crate::display::cells::{Cell, Format};
use crate::display::parts::{Block, Row, Section, Table};
use crate::display::words;
use crate::results::Status;

pub(super) fn sections(context: &Context<'_>) -> Vec<Section> {
    vec![how(context), disclosure(context), sources(context)]
}

fn how(context: &Context<'_>) -> Section {
    let book = context.book;
    let mut blocks = vec![Block::Paragraph(
        "Every number on this page is one row of results.csv, found there by its code. Numbers are rounded for display only, half away from zero. \
         An interval shows the range that fits the data at its level of confidence; a difference is called a difference only when its interval leaves out zero. \
         Figures that go together are described as going together; nothing here shows that one made the other happen."
            .into(),
    )];
    if !book.design_notes.is_empty() {
        blocks.push(Block::Heading("What the intervals assume".into()));
        blocks.push(Block::List(book.design_notes.clone()));
    }
    if !book.methods.is_empty() {
        blocks.push(Block::Heading("Methods and the sources of their formulas".into()));
        let terms =
            book.methods.iter().map(|method| (method.name.clone(), format!("{} Source: {}", sentence(&method.how), sentence(&method.source)))).collect();
        blocks.push(Block::Terms(terms));
    }
    let mut used = context.rows.distinct(|row| Some(row.method.as_str()).filter(|method| !method.is_empty()));
    used.sort();
    if !used.is_empty() {
        blocks.push(Block::Table(Box::new(methods(context, &used))));
    }
    Section { id: "how".into(), question: "How was it done?".into(), blocks, ..Section::default() }
}

/// Every method as it stands in the rows, with the number of figures made with it.
fn methods(context: &Context<'_>, used: &[String]) -> Table {
    let rows = used.iter().map(|method| {
        let figures = context.rows.rows().iter().filter(|row| row.method == *method).count();
        Row::Cells(vec![method.clone().into(), Cell::number(figures as f64, Format::Count)])
    });
    Table {
        caption: "Methods as they stand in the rows".into(),
        columns: Table::columns(&[("Method", ""), ("Figures", "")]),
        rows: rows.collect(),
        folded: true,
        ..Table::default()
    }
}

fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.is_empty() || text.ends_with(['.', '?', '!']) { text.to_owned() } else { format!("{text}.") }
}

fn disclosure(context: &Context<'_>) -> Section {
    let minimum = context.book.minimum_cell;
    let rows = context.rows.rows();
    let hidden = rows.iter().filter(|row| row.is_suppressed()).count();
    let unstable = rows.iter().filter(|row| row.status == Status::Unstable).count();
    let count = |number: usize| words::count(number as f64);
    let text = format!(
        "Figures that stand on fewer than {minimum} people are hidden, with everything that could be computed from them, and so are others from which a hidden \
         figure could be computed. Of {} figures, {} are hidden; for which reason is said only where that tells nothing more. Smallest and \
         largest values of people are never printed. How this was tested stands in disclosure.html.",
        count(rows.len()),
        count(hidden)
    );
    let rounded = context.book.rounding.map(|base| {
        let text = format!(
            "Counts of people are rounded to the nearest {base}, so they may not add up. Shares come from the exact counts and are given to a tenth of a point."
        );
        Block::Paragraph(text)
    });
    let marks = vec![
        "† hidden to protect people".to_owned(),
        format!("* unstable by the rules of the National Center for Health Statistics: {} figures", count(unstable)),
        "— does not apply, or could not be estimated".to_owned(),
    ];
    let marks = [Block::Heading("Marks in tables and charts".into()), Block::List(marks)];
    let blocks = std::iter::once(Block::Paragraph(text)).chain(rounded).chain(marks).collect();
    Section { id: "disclosure".into(), question: "What is not shown, and why?".into(), blocks, ..Section::default() }
}

fn sources(context: &Context<'_>) -> Section {
    let book = context.book;
    let mut blocks = Vec::new();
    if !book.instruments.is_empty() {
        blocks.push(Block::Heading("Instruments".into()));
        let told = |instrument: &crate::display::InstrumentWords| {
            let direction = match instrument.higher_better {
                Some(true) => "Higher is better. ",
                Some(false) => "Lower is better. ",
                None => "",
            };
            (instrument.title.clone(), format!("{direction}{}", sentence(&instrument.source)))
        };
        blocks.push(Block::Terms(book.instruments.iter().map(told).collect()));
    }
    if !book.files.is_empty() {
        blocks.push(Block::Heading("Files read".into()));
        let told = |file: &crate::display::FileWords| {
            (file.name.clone(), format!("{}SHA-256 {}", if file.what.is_empty() { String::new() } else { format!("{}. ", file.what) }, file.sha256))
        };
        blocks.push(Block::Terms(book.files.iter().map(told).collect()));
    }
    if !book.versions.is_empty() {
        blocks.push(Block::Heading("Versions".into()));
        blocks.push(Block::Terms(book.versions.clone()));
    }
    blocks.push(Block::Paragraph(format!("Figures are as of {}; the same files give the same bytes.", words::date(&book.as_of))));
    Section { id: "sources".into(), question: "Where does it come from?".into(), blocks, ..Section::default() }
}
