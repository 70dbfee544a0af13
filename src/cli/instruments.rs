//! `recovista instruments`: what can be scored, or one instrument in full.

use recovista::error::Error;
use recovista::score::{LIST_HEADING, describe, instrument, instruments, list_line};

use super::{Format, Output};

/// What is built in to score, or one instrument in full.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Id of an instrument, or the path of an instrument file
    pub id: Option<String>,
}

/// Prints the list or the instrument.
pub(super) fn run(args: &Args, out: Output) -> Result<u8, Error> {
    let (heading, lines): (Vec<&str>, Vec<Vec<String>>) = match &args.id {
        None => (LIST_HEADING.to_vec(), instruments()?.iter().map(|instrument| list_line(instrument).to_vec()).collect()),
        Some(id) => (vec!["topic", "text"], describe(&instrument(id)?).into_iter().map(|(topic, text)| vec![topic, text]).collect()),
    };
    Output::data(&rows_of_text(out.format, &heading, &lines))?;
    Ok(0)
}

/// Rows of text as an array of objects.
pub(super) fn objects(heading: &[&str], lines: &[Vec<String>]) -> String {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let object = |line: &Vec<String>| {
        let fields: Vec<String> = heading.iter().zip(line).map(|(name, text)| format!("{}: {}", quoted(name), quoted(text))).collect();
        format!("  {{{}}}", fields.join(", "))
    };
    format!("[\n{}\n]\n", lines.iter().map(object).collect::<Vec<_>>().join(",\n"))
}

/// Letters of a cell of a table for people; the other formats have all of them.
const CELL: usize = 300;

fn shortened(cell: &str) -> String {
    let start: String = cell.chars().take(CELL).collect();
    if start.len() < cell.len() { start + "…" } else { start }
}

/// Rows of text as a table, JSON, CSV or Markdown; no rows make no table for people.
pub(super) fn rows_of_text(format: Format, heading: &[&str], lines: &[Vec<String>]) -> String {
    let mut text = String::new();
    match format {
        Format::Json => text = objects(heading, lines),
        Format::Table if lines.is_empty() => {}
        Format::Table => {
            let mut table = comfy_table::Table::new();
            table.load_style(comfy_table::presets::UTF8_FULL_CONDENSED).set_content_arrangement(comfy_table::ContentArrangement::Dynamic).set_width(120);
            table.set_header(heading).add_rows(lines.iter().map(|line| line.iter().map(|cell| shortened(cell))));
            text = format!("{table}\n");
        }
        Format::Csv => {
            let quoted = |field: &str| if field.contains([',', '"', '\n', '\r']) { format!("\"{}\"", field.replace('"', "\"\"")) } else { field.to_owned() };
            for line in std::iter::once(heading.iter().map(ToString::to_string).collect()).chain(lines.iter().cloned()) {
                let line: Vec<String> = line;
                text += &line.iter().map(|field| quoted(field)).collect::<Vec<_>>().join(",");
                text.push('\n');
            }
        }
        Format::Markdown => {
            let cell = |field: &str| field.replace('|', "\\|").replace('\n', " ");
            text.extend(["| ", &heading.join(" | "), " |\n|", &" --- |".repeat(heading.len()), "\n"]);
            for line in lines {
                text.extend(["| ", &line.iter().map(|field| cell(field)).collect::<Vec<_>>().join(" | "), " |\n"]);
            }
        }
    }
    text
}
