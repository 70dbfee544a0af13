//! Problems in, one `Error` out: everything that was wrong with a request, gathered before the program stops.
//!
//! A `Problem` names its code, its place, what was found, what was expected and how to mend it.
//! An `Error` is a list of problems with the exit code that scripts rely on. Nothing here prints.

use std::fmt;
use std::ops::Range;

/// What kind of stop this is; the number is the exit code of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Wrong usage, or a pipeline or schema that cannot be understood.
    Usage = 2,
    /// An input is missing or cannot be read.
    Input = 3,
    /// A disclosure rule would be broken, so nothing public was written.
    Disclosure = 4,
    /// Our own fault.
    Internal = 70,
}

/// Whether a problem stops the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; the work goes on.
    Note,
    /// Doubtful; the work goes on and the run ends with findings.
    Warning,
    /// The work cannot go on.
    Error,
}

impl Severity {
    /// The word for it, in messages and in files.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// Where a problem lies in a text that the user wrote, kept with the text so that the line can be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snippet {
    /// Path as the user gave it.
    pub path: String,
    /// The whole text.
    pub text: String,
    /// Byte range inside `text`.
    pub span: Range<usize>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Stable code such as `schema::missing_column`.
    pub code: &'static str,
    /// The problem in one sentence, lowercase, no full stop.
    pub message: String,
    /// File, line, column or sheet and cell.
    pub place: Option<String>,
    /// What was found.
    pub found: Option<String>,
    /// What was expected.
    pub expected: Option<String>,
    /// How to mend it, given only when sure.
    pub help: Option<String>,
    /// The lines to show.
    pub snippet: Option<Snippet>,
    /// Whether it stops the work.
    pub severity: Severity,
}

impl Problem {
    /// An error with a code and a message.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), place: None, found: None, expected: None, help: None, snippet: None, severity: Severity::Error }
    }

    /// Adds the place.
    #[must_use]
    pub fn at(mut self, place: impl Into<String>) -> Self {
        self.place = Some(place.into());
        self
    }

    /// Adds what was found.
    #[must_use]
    pub fn found(mut self, found: impl Into<String>) -> Self {
        self.found = Some(found.into());
        self
    }

    /// Adds what was expected.
    #[must_use]
    pub fn expected(mut self, expected: impl Into<String>) -> Self {
        self.expected = Some(expected.into());
        self
    }

    /// Adds a way to mend it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds the lines to show.
    #[must_use]
    pub fn snippet(mut self, snippet: Snippet) -> Self {
        self.snippet = Some(snippet);
        self
    }

    /// Lowers the severity: the work goes on.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }
}

/// Everything that was wrong, and the exit code that says of what kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// The kind of stop.
    pub exit: Exit,
    /// The problems, in the order in which they were met; never empty.
    pub problems: Vec<Problem>,
}

impl Error {
    /// An error of one problem.
    pub fn new(exit: Exit, problem: Problem) -> Self {
        Self { exit, problems: vec![problem] }
    }

    /// Wrong usage, pipeline or schema.
    pub fn usage(problem: Problem) -> Self {
        Self::new(Exit::Usage, problem)
    }

    /// A missing or unreadable input.
    pub fn input(problem: Problem) -> Self {
        Self::new(Exit::Input, problem)
    }

    /// All the problems as one error, or `Ok` when there is none that stops the work.
    ///
    /// # Errors
    /// The problems, when any of them has severity `Error`.
    pub fn gather(exit: Exit, problems: Vec<Problem>) -> Result<Vec<Problem>, Self> {
        if problems.iter().any(|problem| problem.severity == Severity::Error) { Err(Self { exit, problems }) } else { Ok(problems) }
    }

    /// An operating-system error while reading `path`.
    pub fn io(doing: &str, path: &std::path::Path, error: &std::io::Error) -> Self {
        use std::io::ErrorKind;
        let (code, help) = match error.kind() {
            _ if path.to_string_lossy().contains("://") => ("input::url", Some("nothing is downloaded: save the file on this machine and name its path")),
            ErrorKind::NotFound => ("input::missing_file", Some("check the spelling; paths in a pipeline are relative to the pipeline's own folder")),
            ErrorKind::PermissionDenied => ("input::no_permission", Some("ask the owner of the file for the right to read it")),
            ErrorKind::IsADirectory => ("input::is_a_folder", Some("name a file inside it")),
            _ => ("input::unreadable", None),
        };
        Self::from_system(code, help, doing, path, error)
    }

    /// An operating-system error while writing `path`.
    pub fn output(doing: &str, path: &std::path::Path, error: &std::io::Error) -> Self {
        use std::io::ErrorKind;
        let (code, help) = match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
                ("output::disk_full", Some("free some space and run again; what was there before is untouched"))
            }
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
                ("output::no_permission", Some("ask for the right to write there, or choose another place with --out"))
            }
            ErrorKind::IsADirectory => ("output::is_a_folder", Some("name a file inside it")),
            _ => ("output::unwritable", Some("choose another place with --out")),
        };
        Self::from_system(code, help, doing, path, error)
    }

    fn from_system(code: &'static str, help: Option<&str>, doing: &str, path: &std::path::Path, error: &std::io::Error) -> Self {
        let mut problem = Problem::new(code, format!("cannot {doing} {}", path.display())).found(plain(error));
        problem.help = help.map(str::to_owned);
        Self::input(problem)
    }
}

/// The operating system's sentence without its number.
fn plain(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, problem) in self.problems.iter().enumerate() {
            if position > 0 {
                writeln!(f)?;
            }
            write!(f, "{}: {}", problem.code, problem.message)?;
            if let Some(place) = &problem.place {
                write!(f, " ({place})")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

/// The known name that is closest to `wrong`, when it is close enough to be what was meant.
pub(crate) fn closest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = wrong.to_lowercase();
    known
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(&lower, &name.to_lowercase()), name))
        .filter(|(distance, name)| *distance <= 1 + name.chars().count() / 4)
        .min()
        .map(|(_, name)| name)
}

/// Up to five names in words, and how many more there are.
pub(crate) fn some_of<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    let shown = names.iter().take(5).copied().collect::<Vec<_>>().join(", ");
    match names.len() {
        0 => "none".to_owned(),
        count if count > 5 => format!("{shown} and {} more", count - 5),
        _ => shown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_only_near_names() {
        assert_eq!(closest("dataste", ["dataset", "analysis"]), Some("dataset"));
        assert_eq!(closest("zebra", ["dataset", "analysis"]), None);
    }

    #[test]
    fn counts_what_it_does_not_list() {
        assert_eq!(some_of(["a", "b", "c", "d", "e", "f", "g"]), "a, b, c, d, e and 2 more");
        assert_eq!(some_of([]), "none");
    }
}
