//! Datasets of a new project in, the commented text of its pipeline out.

use std::fmt::Write as _;
use std::path::Path;

use super::Dataset;
use super::files::wave_of;
use crate::schema::{Codebook, Field, Kind, quoted};

/// Variables of one table; more would make it unreadable.
const MOST_VARIABLES: usize = 15;
/// Variables whose change between waves is tested.
const MOST_TRENDS: usize = 6;

/// The whole pipeline. `tell` gives the path of a file from the pipeline's folder.
pub(super) fn write(name: &str, datasets: &[Dataset], today: &str, tell: &dyn Fn(&Path) -> String) -> String {
    let years = datasets.iter().flat_map(|dataset| &dataset.waves).filter_map(|(_, export)| wave_of(&export.path)).filter(|year| (1990..2100).contains(year));
    let as_of = years.max().map_or_else(|| today.to_owned(), |year| format!("{year}-12-31"));
    let title = capital(&name.replace('_', " "));
    let mut text = format!(
        "# A first draft: recovista check pipelines/{name}.toml, then recovista run pipelines/{name}.toml\n\
         # Paths are relative to this file. A value stands for what was found; change what is wrong.\n\
         title = {}\n\
         as_of = {}                # the only date that a run knows\n\
         reject_limit = 0.02                 # refused values beyond this share end the run with findings\n\n\
         [privacy]\n\
         minimum_cell = 11                   # people behind any published cell\n",
        quoted(&title),
        quoted(&as_of)
    );
    for dataset in datasets {
        write_dataset(&mut text, dataset, tell);
    }
    for dataset in datasets {
        analyses(&mut text, dataset);
    }
    text.push_str("\n[report]\nformats = [\"html\"]\n");
    text
}

fn write_dataset(text: &mut String, dataset: &Dataset, tell: &dyn Fn(&Path) -> String) {
    let book = &dataset.inferred.book;
    let _ = write!(
        text,
        "\n[[dataset]]\nid = {}\nschema = {}\nnoun = \"respondents\"                # what the rows are called in sentences\n",
        quoted(&dataset.id),
        quoted(&format!("../schemas/{}.toml", dataset.id))
    );
    text.push_str("# sample = \"…\"                      # how people came to be asked, in a sentence: it stands beside every interval\n");
    for (wave, export) in &dataset.waves {
        if !wave.is_empty() {
            let _ = write!(text, "\n[[dataset.wave]]\nid = {}\n", quoted(wave));
        }
        let _ = writeln!(text, "file = {}", quoted(&tell(&export.path)));
        if let Some(sheet) = &export.read.sheet {
            let _ = writeln!(text, "sheet = {}", quoted(sheet));
        }
        if let Some(dictionary) = &export.read.dictionary {
            let _ = writeln!(text, "dictionary = {}", quoted(&tell(dictionary)));
        }
    }
    let weight = book.fields.iter().find(|field| {
        matches!(field.kind, Kind::Number)
            && is_word(&field.name, &["weight", "wt", "wgt", "pw"])
            && field.columns.iter().any(|name| !is_word(name, &["kg", "lbs"]))
    });
    if let Some(weight) = weight {
        let _ =
            write!(text, "\n# If `{}` is a survey weight (and not people's), say so:\n# [dataset.design]\n# weight = {}\n", weight.name, quoted(&weight.name));
    }
}

/// The analyses that fit a dataset.
fn analyses(text: &mut String, dataset: &Dataset) {
    let book = &dataset.inferred.book;
    let has_waves = dataset.waves.len() > 1;
    let variables: Vec<&Field> = book.fields.iter().filter(|field| is_shown(book, field)).collect();
    let names: Vec<String> = variables.iter().map(|field| field.name.clone()).collect();
    let instruments: Vec<String> = book.instruments.iter().map(|used| used.id.clone()).collect();
    let log = visits(book);
    if let Some((start, end)) = &log {
        head(text, dataset, "visits", "attendance", "How often people come");
        let _ = writeln!(text, "start = {}", quoted(start));
        if let Some(end) = end {
            let _ = writeln!(text, "end = {}", quoted(end));
        }
        if let Some(center) = book.fields.iter().find(|field| is_word(&field.name, &["center", "centre", "site", "clinic", "program"])) {
            let _ = writeln!(text, "center = {}", quoted(&center.name));
        }
    }
    if !names.is_empty() && log.is_none() {
        let kind = if names.iter().any(|name| is_word(name, &["fte", "ftes", "wage", "salary"])) { "workforce" } else { "demographics" };
        head(text, dataset, "who-answered", kind, "Who answered, and what");
        let _ = writeln!(text, "variables = {}", list(names.iter().take(MOST_VARIABLES)));
        if names.len() > MOST_VARIABLES {
            let _ = writeln!(text, "# also there: {}", names.iter().skip(MOST_VARIABLES).cloned().collect::<Vec<_>>().join(", "));
        }
    }
    if !instruments.is_empty() {
        head(text, dataset, "scores", "outcomes", "How people are doing");
        let _ = writeln!(text, "instruments = {}\nanswers = {}", list(instruments.iter()), list(instruments.iter()));
        if has_waves {
            text.push_str("by = [\"wave\"]\n");
        }
    }
    let changing: Vec<&String> = variables
        .iter()
        .filter(|field| !matches!(field.kind, Kind::Split { .. } | Kind::Checkboxes { .. }))
        .map(|field| &field.name)
        .take(MOST_TRENDS)
        .collect();
    if has_waves && !(instruments.is_empty() && changing.is_empty()) {
        head(text, dataset, "changes", "trend", "What changed between the waves");
        let _ = writeln!(text, "instruments = {}\nvariables = {}", list(instruments.iter()), list(changing.into_iter()));
    }
}

fn head(text: &mut String, dataset: &Dataset, id: &str, kind: &str, title: &str) {
    let title = format!("{title}: {}", dataset.inferred.book.title);
    let _ = write!(
        text,
        "\n[[analysis]]\nid = {}\nkind = {}\ntitle = {}\ndataset = {}\n",
        quoted(&format!("{}-{id}", dataset.id)),
        quoted(kind),
        quoted(&title),
        quoted(&dataset.id)
    );
}

/// Whether a field is an answer that a table of people shows: no id, no free text, no item of an instrument, no state of the form.
fn is_shown(book: &Codebook, field: &Field) -> bool {
    let is_item = book.instruments.iter().any(|used| used.items.contains(&field.name));
    let is_state = field.name.ends_with("_complete") || field.name.starts_with("redcap_");
    let is_answer = match &field.kind {
        Kind::Category { levels, .. } | Kind::Split { levels, .. } => (2..=40).contains(&levels.len()),
        Kind::Checkboxes { .. } | Kind::Integer | Kind::Number => true,
        Kind::Id | Kind::Text | Kind::Date | Kind::Datetime => false,
    };
    is_answer && !is_item && !is_state && !book.key.contains(&field.name)
}

/// Start and end of a visit, where the rows are visits: a person with several rows and a moment in each.
fn visits(book: &Codebook) -> Option<(String, Option<String>)> {
    let person = book.person.as_ref()?;
    let is_log = book.key.len() != 1 || book.key.first() != Some(person);
    let mut moments = book.fields.iter().filter(|field| field.kind == Kind::Datetime).map(|field| field.name.clone());
    let start = moments.next().filter(|_| is_log)?;
    Some((start, moments.next()))
}

fn is_word(name: &str, words: &[&str]) -> bool {
    name.to_lowercase().split(|letter: char| !letter.is_alphabetic()).any(|word| words.contains(&word))
}

fn list<'a>(names: impl Iterator<Item = &'a String>) -> String {
    format!("[{}]", names.map(|name| quoted(name)).collect::<Vec<_>>().join(", "))
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
