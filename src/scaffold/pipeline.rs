//! Datasets of a new project in, the commented text of its pipeline out.

use std::fmt::Write as _;
use std::path::Path;

use super::Dataset;
use super::files::wave_of;
use crate::schema::{Codebook, Field, Kind, Level, quoted};

/// Variables of one table; more would make it unreadable.
const MOST_VARIABLES: usize = 15;
/// Different answers of a question that a table shows.
const MOST_LEVELS: usize = 40;
/// Words of names and short labels that say who people are and not what they think.
const ABOUT_PEOPLE: [&str; 39] = [
    "age",
    "gender",
    "sex",
    "race",
    "ethnicity",
    "ethnic",
    "hispanic",
    "latino",
    "education",
    "income",
    "employment",
    "employed",
    "occupation",
    "region",
    "county",
    "state",
    "country",
    "city",
    "town",
    "village",
    "zip",
    "marital",
    "married",
    "housing",
    "homeless",
    "veteran",
    "language",
    "languages",
    "religion",
    "orientation",
    "sexual",
    "disability",
    "nationality",
    "racegrp",
    "school",
    "grade",
    "insurance",
    "census",
    "female",
];
/// Variables whose change between waves is tested.
const MOST_TRENDS: usize = 6;

/// The whole pipeline. `tell` gives the path of a file from the pipeline's folder.
pub(super) fn write(name: &str, datasets: &[Dataset], today: &str, tell: &dyn Fn(&Path) -> String) -> String {
    let years = datasets.iter().flat_map(|dataset| &dataset.waves).filter_map(|(_, export)| wave_of(&export.path)).filter(|year| (1990..2100).contains(year));
    let (as_of, why) = match (last_visit(datasets).filter(|day| day.as_str() <= today), years.max()) {
        (Some(day), _) => (day, "the last day of the visit log: "),
        (None, Some(year)) => (format!("{year}-12-31"), "the end of the latest wave's year: "),
        (None, None) => (today.to_owned(), "today: "),
    };
    let title = capital(&name.replace('_', " "));
    let mut text = format!(
        "# A first draft: recovista check pipelines/{name}.toml, then recovista run pipelines/{name}.toml\n\
         # Paths are relative to this file. A value stands for what was found; change what is wrong.\n\
         title = {}\n\
         as_of = {}                # {why}the only date that a run knows\n\
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
    let names: Vec<String> = variables.iter().map(|field| field.name.clone()).filter(|name| !dataset.inferred.constant.contains(name)).collect();
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
        tables_of_answers(text, dataset, &names);
    }
    if log.is_none() || of_rows {
        not_shown(text, dataset);
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

/// Tables of who answered, and of what they answered.
fn tables_of_answers(text: &mut String, dataset: &Dataset, names: &[String]) {
    let book = &dataset.inferred.book;
    if names.iter().any(|name| is_word(name, &["fte", "ftes", "wage", "salary"])) {
        head(text, dataset, "who-answered", "workforce", "Who does the work");
        return write_variables(text, names);
    }
    let is_about = |text: &str| is_short(text) && is_word(text, &ABOUT_PEOPLE);
    let says_who = |name: &&String| book.field(name).is_some_and(|field| !says_little(field) && (is_about(name) || is_about(&field.label)));
    let (who, what): (Vec<&String>, Vec<&String>) = names.iter().partition(says_who);
    let owned = |names: Vec<&String>| names.into_iter().cloned().collect::<Vec<_>>();
    let (who, what) = (owned(who), owned(what));
    if who.len() < 2 || what.is_empty() || has_several_rows(book) {
        head(text, dataset, "who-answered", "demographics", if has_several_rows(book) { "What the records say" } else { "Who answered, and what" });
        return write_variables(text, names);
    }
    head(text, dataset, "who-answered", "demographics", "Who answered");
    write_variables(text, &who);
    head(text, dataset, "answers", "demographics", "What people answered");
    text.push_str("question = \"What did people answer?\"\n");
    write_variables(text, &what);
}

fn write_variables(text: &mut String, names: &[String]) {
    let _ = writeln!(text, "variables = {}", list(names.iter().take(MOST_VARIABLES)));
    if names.len() > MOST_VARIABLES {
        let _ = writeln!(text, "# also there: {}", names.iter().skip(MOST_VARIABLES).cloned().collect::<Vec<_>>().join(", "));
    }
}

/// Fields that no analysis takes, each group with the reason.
fn not_shown(text: &mut String, dataset: &Dataset) {
    let book = &dataset.inferred.book;
    let of = |wanted: &dyn Fn(&Field) -> bool| {
        let is_own = |field: &&Field| !book.key.contains(&field.name) && book.person.as_ref() != Some(&field.name);
        book.fields.iter().filter(is_own).filter(|field| wanted(field)).map(|field| field.name.as_str()).collect::<Vec<_>>()
    };
    let count = |field: &Field| match &field.kind {
        Kind::Category { levels, .. } | Kind::Split { levels, .. } => Some(labels(levels)),
        _ => None,
    };
    let groups = [
        ("free text", of(&|field| field.kind == Kind::Text)),
        ("ids", of(&|field| field.kind == Kind::Id || is_id(field))),
        ("they name people", of(&|field| field.identifies)),
        ("dates", of(&|field| matches!(field.kind, Kind::Date | Kind::Datetime))),
        ("the same number in every row", of(&|field| dataset.inferred.constant.contains(&field.name))),
        ("one answer only", of(&|field| count(field).is_some_and(|levels| levels < 2))),
        ("too many different answers for a chart", of(&|field| count(field).is_some_and(|levels| levels > MOST_LEVELS))),
    ];
    for (why, names) in groups.into_iter().filter(|(_, names)| !names.is_empty()) {
        let _ = writeln!(text, "# not shown, {why}: {}", names.join(", "));
    }
}

/// How many levels readers see: several codes may have one label.
fn labels(levels: &[Level]) -> usize {
    levels.iter().map(|level| level.label.as_str()).collect::<std::collections::BTreeSet<_>>().len()
}

/// Whether a name or label is a few words and no question.
fn is_short(label: &str) -> bool {
    label.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).count() <= 4
}

/// The last day of the visits that a log of this project has.
fn last_visit(datasets: &[Dataset]) -> Option<String> {
    let last = |dataset: &Dataset| visits(&dataset.inferred.book).and_then(|(start, _)| dataset.inferred.last_days.get(&start).cloned());
    datasets.iter().filter_map(last).max()
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
pub(super) fn is_shown(book: &Codebook, field: &Field) -> bool {
    let is_item = book.instruments.iter().any(|used| used.items.contains(&field.name));
    let is_state = field.name.ends_with("_complete") || field.name.starts_with("redcap_");
    let is_answer = match &field.kind {
        Kind::Category { levels, .. } | Kind::Split { levels, .. } => (2..=MOST_LEVELS).contains(&labels(levels)),
        Kind::Checkboxes { .. } | Kind::Integer | Kind::Number => true,
        Kind::Id | Kind::Text | Kind::Date | Kind::Datetime => false,
    };
    is_answer && !is_item && !is_state && !field.identifies && !is_id(field) && !book.key.contains(&field.name)
}

/// Whether a field's answers are ids of places or people, by its name: `center_id`.
fn is_id(field: &Field) -> bool {
    let is_many = matches!(&field.kind, Kind::Category { levels, .. } if levels.len() > 12);
    is_many && field.name.to_lowercase().rsplit(|letter: char| !letter.is_alphanumeric()).next().is_some_and(|last| matches!(last, "id" | "code" | "number"))
}

/// Whether a field goes to the end of a table: codes without labels, many levels, or the name of a place.
fn says_little(field: &Field) -> bool {
    let is_crowded = match &field.kind {
        Kind::Category { levels, .. } | Kind::Split { levels, .. } => labels(levels) > 12 || has_codes_only(field),
        Kind::Checkboxes { .. } => has_codes_only(field),
        _ => false,
    };
    is_crowded || is_word(&field.name, &["center", "centre", "site", "id"])
}

/// Whether the answers are codes of which nobody has said what they mean.
pub(super) fn has_codes_only(field: &Field) -> bool {
    match &field.kind {
        Kind::Category { levels, .. } | Kind::Split { levels, .. } => levels.iter().all(|level| level.code == level.label && level.code.parse::<f64>().is_ok()),
        Kind::Checkboxes { options } => options.iter().all(|option| option.label.parse::<f64>().is_ok()),
        _ => false,
    }
}

/// What the rows are called in sentences.
fn noun(book: &Codebook) -> &'static str {
    match visits(book) {
        Some(_) => "visits",
        None if has_several_rows(book) => "records",
        None if book.unit == "people" => "respondents",
        None => match book.unit.as_str() {
            "teams" => "teams",
            "organizations" => "organizations",
            "programs" => "programs",
            "settings" => "settings",
            _ => "records",
        },
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
