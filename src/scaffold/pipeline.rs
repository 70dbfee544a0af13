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
    let start = text.len();
    for dataset in datasets {
        analyses(&mut text, dataset, false);
    }
    if !text[start..].contains("\n[[analysis]]") {
        // A pipeline has at least one analysis: where people have several rows everywhere, it is one of the rows.
        text.truncate(start);
        for dataset in datasets {
            analyses(&mut text, dataset, true);
        }
    }
    text.push_str("\n[report]\nformats = [\"html\"]\n");
    text
}

fn write_dataset(text: &mut String, dataset: &Dataset, tell: &dyn Fn(&Path) -> String) {
    let book = &dataset.inferred.book;
    let _ = write!(
        text,
        "\n[[dataset]]\nid = {}\nschema = {}\nnoun = {}                # what the rows are called in sentences\n",
        quoted(&dataset.id),
        quoted(&format!("../schemas/{}.toml", dataset.id)),
        quoted(noun(book))
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
        if let Some(encoding) = &export.read.encoding {
            let _ = writeln!(text, "encoding = {}", quoted(encoding));
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

/// The analyses that fit a dataset; a table of its rows, where a person has several, only if asked for.
fn analyses(text: &mut String, dataset: &Dataset, of_rows: bool) {
    let book = &dataset.inferred.book;
    let has_waves = dataset.waves.len() > 1;
    let mut variables: Vec<&Field> = book.fields.iter().filter(|field| is_shown(book, field)).collect();
    variables.sort_by_key(|field| says_little(field));
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
    if !names.is_empty() && log.is_none() && has_several_rows(book) && !of_rows {
        let _ = write!(text, "\n# No table of who answered for `{}`: a person has several rows there and would be counted several times.\n", dataset.id);
    } else if !names.is_empty() && log.is_none() {
        let kind = if names.iter().any(|name| is_word(name, &["fte", "ftes", "wage", "salary"])) { "workforce" } else { "demographics" };
        head(text, dataset, "who-answered", kind, if has_several_rows(book) { "What the records say" } else { "Who answered, and what" });
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

/// Whether a field goes to the end of a table: codes without labels, many levels, or the name of a place.
fn says_little(field: &Field) -> bool {
    let is_crowded = match &field.kind {
        Kind::Category { levels, .. } | Kind::Split { levels, .. } => {
            levels.len() > 12 || levels.iter().all(|level| level.code == level.label && level.code.parse::<f64>().is_ok())
        }
        _ => false,
    };
    is_crowded || is_word(&field.name, &["center", "centre", "site", "id"])
}

/// What the rows are called in sentences.
fn noun(book: &Codebook) -> &'static str {
    match visits(book) {
        Some(_) => "visits",
        None if has_several_rows(book) => "records",
        None => "respondents",
    }
}

/// Whether a person may have several rows of one wave.
fn has_several_rows(book: &Codebook) -> bool {
    book.person.as_ref().is_some_and(|person| book.key.len() != 1 || book.key.first() != Some(person))
}

/// The field that tells the first line of an event from its last: a log with both would count each visit twice.
pub(super) fn two_lines(book: &Codebook) -> Option<&Field> {
    const ENDS: [&str; 10] = ["start", "complete", "end", "in", "out", "checkin", "checkout", "check in", "check out", "completed"];
    let is_end = |text: &str| ENDS.contains(&text.trim().to_lowercase().replace(['-', '_'], " ").as_str());
    book.fields.iter().filter(|_| has_several_rows(book)).find(|field| match &field.kind {
        Kind::Category { levels, .. } => levels.len() == 2 && levels.iter().all(|level| is_end(&level.label) || is_end(&level.code)),
        _ => false,
    })
}

/// Start and end of a visit, where the rows are visits: a person with several rows and a moment in each.
fn visits(book: &Codebook) -> Option<(String, Option<String>)> {
    let is_log = has_several_rows(book) && two_lines(book).is_none();
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
