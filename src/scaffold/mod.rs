//! Exports in, the files of a project out: codebooks, a commented pipeline and a note on what to look at.
//!
//! Nothing is written here and no data is copied: the caller writes the texts, and the pipeline names the
//! exports where they lie.

mod files;
mod listing;
mod pipeline;

use std::path::{Path, PathBuf};

use self::files::{Export, Role, role};
use crate::error::{Error, Problem, Severity};
use crate::infer::{InferOptions, Inferred, infer};
use crate::ingest::{ReadOptions, open};
use crate::schema::field_name;

/// What `new` needs to know.
#[derive(Debug, Clone, Default)]
pub struct NewOptions {
    /// Folder of the project.
    pub folder: PathBuf,
    /// The exports and dictionaries.
    pub files: Vec<PathBuf>,
    /// The day on which the project begins, such as `2024-12-31`: the date of a run whose files name no year.
    pub today: String,
    /// Encoding of the exports that are text, such as `windows-1252`; found out where absent.
    pub encoding: Option<String>,
}

/// The texts of a new project.
#[derive(Debug, Clone, Default)]
pub struct NewProject {
    /// Path inside the folder and text of each file.
    pub files: Vec<(PathBuf, String)>,
    /// The pipeline's path inside the folder.
    pub pipeline: PathBuf,
    /// An earlier wave, the latest of its dataset and the codebook inside the folder, where there are waves to compare.
    pub compare: Vec<[PathBuf; 3]>,
    /// What was found, a line each.
    pub found: Vec<String>,
    /// What could not be used, and what is doubtful.
    pub notes: Vec<Problem>,
}

/// A dataset of the new project.
struct Dataset {
    id: String,
    /// Wave (empty where there is one file) and its export.
    waves: Vec<(String, Export)>,
    inferred: Inferred,
}

/// Looks at the files and drafts a project.
///
/// # Errors
/// None of the files is an export that can be read.
pub fn scaffold(options: &NewOptions) -> Result<NewProject, Error> {
    let mut project = NewProject::default();
    let mut exports = Vec::new();
    let mut dictionaries = Vec::new();
    for path in &options.files {
        match role(path, options.encoding.as_deref()) {
            Ok(Role::Dictionary(kind)) => dictionaries.push((path.clone(), kind)),
            Ok(Role::Design) => {
                let problem = Problem::new("new::no_answers", format!("{} is left out: it lists the arms or events of a study", path.display()));
                project.notes.push(problem.severity(Severity::Note));
            }
            Ok(Role::Export) => exports.push(path.clone()),
            Err(error) => project.notes.extend(skipped(path, error)),
        }
    }
    let exports: Vec<Export> = exports.into_iter().flat_map(|path| tables(path, options, &dictionaries, &mut project)).collect();
    let exports = without_listings(&exports, &mut project);
    project.notes.extend(unused(&dictionaries, &exports));
    let datasets = datasets(exports, &mut project);
    if datasets.is_empty() {
        let problem = Problem::new("new::no_export", "none of the files is an export that can be read")
            .expected("CSV, Excel, SPSS, Stata, SAS or Parquet files of answers");
        let problem = match dictionaries.first() {
            Some((path, _)) => problem.help(format!("{} says what codes mean: name the export that it belongs to beside it", path.display())),
            None => problem,
        };
        return Err(Error { exit: crate::error::Exit::Input, problems: std::iter::once(problem).chain(project.notes).collect() });
    }
    let name = name_of(&options.folder);
    project.pipeline = Path::new("pipelines").join(format!("{name}.toml"));
    let from = absolute(&options.folder).join("pipelines");
    let text = pipeline::write(&name, &datasets, &options.today, &|path| relative(&from, &absolute(path)));
    project.files.push((project.pipeline.clone(), text));
    for dataset in &datasets {
        let schema = Path::new("schemas").join(format!("{}.toml", dataset.id));
        if let Some(((_, latest), earlier)) = dataset.waves.split_last() {
            project.compare.extend(earlier.iter().map(|(_, export)| [export.path.clone(), latest.path.clone(), schema.clone()]));
        }
        project.files.push((schema, dataset.inferred.text.clone()));
    }
    project.files.push((PathBuf::from("README.txt"), readme(&name)));
    Ok(project)
}

/// The exports without those that only list the columns of another one.
fn without_listings(exports: &[Export], project: &mut NewProject) -> Vec<Export> {
    let (mut kept, mut notes) = (Vec::new(), Vec::new());
    for export in exports {
        match listing::listed(export, exports) {
            Some(other) => {
                let message = format!("{} is left out: it lists the columns of {}, and holds no answers", export.name(), other.name());
                let problem = Problem::new("new::no_answers", message).help("write its labels into the codebook in schemas/");
                notes.push(problem.severity(Severity::Note));
            }
            None => kept.push(export.clone()),
        }
    }
    project.notes.extend(notes);
    kept
}

/// A file that was left out, as warnings.
fn skipped(path: &Path, error: Error) -> impl Iterator<Item = Problem> {
    let name = path.display().to_string();
    error
        .problems
        .into_iter()
        .map(move |problem| Problem { message: format!("{name} is left out: {}", problem.message), ..problem }.severity(Severity::Warning))
}

/// A warning for each dictionary that no export uses.
fn unused<'a>(dictionaries: &'a [(PathBuf, &'static str)], exports: &'a [Export]) -> impl Iterator<Item = Problem> + 'a {
    let is_used = |path: &PathBuf| exports.iter().any(|export| export.read.dictionary.as_ref() == Some(path));
    dictionaries.iter().filter(move |(path, _)| !is_used(path)).map(|(path, _)| {
        // A twin of the dictionary that is used, such as the same download twice.
        let is_twin = |export: &&Export| export.path.parent() == path.parent() && files::covered(path, &export.header) * 2 >= export.header.len();
        let other = exports.iter().filter(is_twin).find_map(|export| export.read.dictionary.as_ref().map(|used| (export, used)));
        if let Some((export, used)) = other {
            let message = format!("{} was not used: {} takes {}, which lies beside it", path.display(), export.name(), used.display());
            return Problem::new("new::unused_dictionary", message).severity(Severity::Note);
        }
        let problem = Problem::new("new::unused_dictionary", format!("{} was not used: it is not known which export it belongs to", path.display()));
        problem.help("give it the name of its export, or name it as `dictionary` of a wave in the pipeline").severity(Severity::Warning)
    })
}

/// A warning where a dictionary of REDCap lacks more than a third of an export's columns.
fn wrong_dictionary(export: &Export) -> Option<Problem> {
    let dictionary = export.read.dictionary.as_ref()?;
    let reader = open(&export.path, &export.read).ok().filter(|reader| reader.name() == "redcap")?;
    let asked: Vec<String> = reader.header().iter().filter(|name| !name.starts_with("redcap_") && !name.ends_with("_complete")).cloned().collect();
    let known = files::covered(dictionary, &asked);
    (known * 3 < asked.len() * 2).then(|| {
        let message = format!("{} names only {known} of the {} columns of {}", dictionary.display(), asked.len(), export.name());
        Problem::new("new::wrong_dictionary", message).help("is it the dictionary of another project?").severity(Severity::Warning)
    })
}

/// The exports of one file: one, or one for each of its tables.
fn tables(path: PathBuf, options: &NewOptions, dictionaries: &[(PathBuf, &'static str)], project: &mut NewProject) -> Vec<Export> {
    let mut read = files::reading(&path, options.encoding.as_deref());
    let opened = open(&path, &read).and_then(|reader| {
        read.dictionary = files::dictionary_of(&path, reader.name(), reader.header(), dictionaries);
        if read.dictionary.is_some() { open(&path, &read) } else { Ok(reader) }
    });
    match opened {
        Err(error) => {
            project.notes.extend(skipped(&path, error));
            Vec::new()
        }
        Ok(reader) if reader.tables().len() > 1 => {
            let of = |table: &String| Export {
                path: path.clone(),
                read: ReadOptions { sheet: Some(table.clone()), ..read.clone() },
                header: Vec::new(),
                table: Some(table.clone()),
            };
            let exports: Vec<Export> = reader.tables().iter().map(of).collect();
            exports.into_iter().filter_map(|export| with_header(export, project)).collect()
        }
        Ok(reader) => vec![Export { header: reader.header().to_vec(), path, read, table: None }],
    }
}

fn with_header(mut export: Export, project: &mut NewProject) -> Option<Export> {
    match open(&export.path, &export.read) {
        Ok(reader) => {
            export.header = reader.header().to_vec();
            Some(export)
        }
        Err(error) => {
            project.notes.extend(skipped(&export.path, error));
            None
        }
    }
}

/// Exports of one kind become waves of one dataset; each dataset gets its codebook.
fn datasets(exports: Vec<Export>, project: &mut NewProject) -> Vec<Dataset> {
    let mut groups: Vec<Vec<Export>> = Vec::new();
    for export in exports {
        match groups.iter_mut().find(|group| group.first().is_some_and(|first| files::are_waves(first, &export))) {
            Some(group) => group.push(export),
            None => groups.push(vec![export]),
        }
    }
    let mut datasets: Vec<Dataset> = Vec::new();
    for mut group in groups {
        group.sort_by_key(|export| files::wave_of(&export.path));
        let Some(latest) = group.last() else { continue };
        let mut id = field_name(&files::base_name(latest)).to_lowercase();
        while datasets.iter().any(|known| known.id == id) {
            id.push_str("_2");
        }
        let earlier = group.iter().rev().skip(1).map(|export| export.path.clone()).collect();
        let options = InferOptions { file: latest.path.clone(), read: latest.read.clone(), id: Some(id.clone()), earlier };
        match infer(&options) {
            Ok(inferred) if inferred.rows == 0 => {
                let problem = Problem::new("new::no_rows", format!("{} is left out: it has no rows", latest.path.display()));
                project.notes.push(problem.severity(Severity::Warning));
            }
            Ok(inferred) => {
                project.found.extend(found(&id, &group, &inferred));
                project.notes.extend(mostly_refused(latest, &inferred));
                project.notes.extend(says_little(latest, &inferred));
                project.notes.extend(codes_only(latest, &inferred));
                project.notes.extend(wrong_dictionary(latest));
                if let Some(field) = pipeline::two_lines(&inferred.book) {
                    let message = format!("each visit of `{id}` seems to have two lines, told apart by `{}`", field.name);
                    let problem = Problem::new("new::two_lines", message).severity(Severity::Note);
                    project.notes.push(problem.help("put both moments on one line before visits are counted: no analysis of visits is proposed"));
                }
                project.notes.extend(inferred.notes.iter().filter(|note| note.severity > Severity::Note).cloned());
                let several = group.len() > 1;
                let waves = group
                    .into_iter()
                    .enumerate()
                    .map(|(position, export)| (if several { wave_id(&export, position) } else { String::new() }, export))
                    .collect();
                datasets.push(Dataset { id, waves, inferred });
            }
            Err(error) => project.notes.extend(skipped(&latest.path, error)),
        }
    }
    datasets
}

/// A warning where many records of a file cannot be read: what is left may say little about the people who answered.
fn mostly_refused(export: &Export, inferred: &Inferred) -> Option<Problem> {
    let (refused, all) = (inferred.unreadable, inferred.rows + inferred.unreadable);
    (refused * 10 > all).then(|| {
        let message = format!("{refused} of the {all} records of {} cannot be read", export.name());
        let problem = Problem::new("new::mostly_refused", message).help(format!("see why: recovista schema infer {}", export.path.display()));
        let problem = if refused * 2 > all { problem.expected("a file of answers; what is left of it says nothing about the others") } else { problem };
        problem.severity(Severity::Warning)
    })
}

/// A note where answers are codes of which nobody has said what they mean: the report would print them.
fn codes_only(export: &Export, inferred: &Inferred) -> Option<Problem> {
    let named: Vec<&str> = inferred
        .book
        .fields
        .iter()
        .filter(|field| pipeline::has_codes_only(field) && pipeline::is_shown(&inferred.book, field))
        .map(|field| field.name.as_str())
        .collect();
    let count = named.len();
    (count > 0).then(|| {
        let what =
            format!("{} holds codes without labels in {count} of {} fields, and the report would print the codes", export.name(), inferred.book.fields.len());
        let problem = Problem::new("new::codes_only", what);
        problem
            .found(crate::error::some_of(named))
            .help("add the dictionary of the export to the files, or write labels into the codebook")
            .severity(Severity::Note)
    })
}

/// A note where a report can show hardly anything: too few people, or no answers beside what the platform writes.
fn says_little(export: &Export, inferred: &Inferred) -> Option<Problem> {
    const FEW: u64 = 30;
    let few = inferred.rows < FEW;
    let asked = inferred.book.fields.iter().any(|field| !inferred.book.key.contains(&field.name));
    let problem = match (asked, few) {
        (false, _) => Problem::new("new::no_questions", format!("{} has no question: all that it holds was written by the platform", export.name()))
            .help("the columns that were left out are named at the end of its codebook"),
        (true, true) => Problem::new("new::few_rows", format!("{} has only {} rows: most figures will be hidden", export.name(), inferred.rows))
            .help("figures of fewer than `minimum_cell` people are shown in restricted/results.csv only"),
        (true, false) => return None,
    };
    Some(problem.severity(Severity::Note))
}

fn wave_id(export: &Export, position: usize) -> String {
    files::wave_of(&export.path).map_or_else(|| (position + 1).to_string(), |wave| if wave < 1900 { format!("wave {wave}") } else { wave.to_string() })
}

/// What was found in the files of a dataset.
fn found(id: &str, group: &[Export], inferred: &Inferred) -> Vec<String> {
    let names: Vec<String> = group.iter().map(Export::name).collect();
    let fields = inferred.book.fields.len();
    let mut lines = vec![format!("{id}: {} ({}), {} rows, {fields} fields", names.join(", "), inferred.reader, inferred.rows)];
    if group.len() > 1 {
        lines.push(format!("  {} waves of the same questions", group.len()));
    }
    if let Some(dictionary) = group.last().and_then(|export| export.read.dictionary.as_ref()) {
        lines.push(format!("  labels from {}", dictionary.display()));
    }
    let instruments: Vec<&str> = inferred.book.instruments.iter().map(|used| used.id.as_str()).collect();
    if !instruments.is_empty() {
        lines.push(format!("  instruments: {}", instruments.join(", ")));
    }
    if !inferred.book.key.is_empty() {
        lines.push(format!("  key: {}", inferred.book.key.join(" + ")));
    }
    lines
}

/// A short name for the project, from its folder.
fn name_of(folder: &Path) -> String {
    let name = absolute(folder).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let name = field_name(&name).to_lowercase();
    if name.is_empty() || name == "q_" { "report".to_owned() } else { name }
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// A path from a folder to a file, with `/` between its parts.
fn relative(from: &Path, to: &Path) -> String {
    let (from, to): (Vec<_>, Vec<_>) = (from.components().collect(), to.components().collect());
    let same = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
    let up = std::iter::repeat_n("..".to_owned(), from.len() - same);
    let down = to.iter().skip(same).map(|part| part.as_os_str().to_string_lossy().into_owned());
    up.chain(down).collect::<Vec<_>>().join("/")
}

fn readme(name: &str) -> String {
    format!(
        "How to get to the report\n\n\
         1. recovista check pipelines/{name}.toml     lists what does not fit, all at once\n\
         2. recovista run pipelines/{name}.toml       writes reports/{name}/public/report.html\n\
         3. Read reports/{name}/restricted/rejects.csv: every value that was refused, and why.\n\
         4. Go through schemas/*.toml: every guess has a comment. Labels there are what readers see.\n\n\
         pipelines/   what is computed from which files; the exports stay where they are\n\
         schemas/     what each column means\n\
         reports/     made by the run; public/ may be shared, restricted/ may not\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_from_the_folder_of_the_pipeline() {
        let tell = |from: &str, to: &str| relative(Path::new(from), Path::new(to));
        assert_eq!(tell("/a/b/pipelines", "/a/b/data/x.csv"), "../data/x.csv");
        assert_eq!(tell("/a/b/pipelines", "/c/x.csv"), "../../../c/x.csv");
    }
}
