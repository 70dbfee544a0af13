//! Problems in, messages on standard error out, with the line of the user's text where there is one.

use std::fmt::Write as _;
use std::io::Write as _;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use anstyle::{AnsiColor, Style};
use recovista::error::{Problem, Severity};

/// Prints every problem, one after the other; what was met in several places is said once.
pub(crate) fn print_problems(problems: &[Problem]) {
    let mut stderr = anstream::stderr();
    for problem in &merged(problems) {
        let _ = writeln!(stderr, "{}", message(problem));
    }
}

/// Problems that differ only in their place become one with all places.
fn merged(problems: &[Problem]) -> Vec<Problem> {
    let mut merged: Vec<(Problem, Vec<&str>)> = Vec::new();
    for problem in problems {
        let bare = Problem { place: None, ..problem.clone() };
        match merged.iter_mut().find(|(known, _)| bare.snippet.is_none() && *known == bare) {
            Some((_, places)) => places.extend(problem.place.as_deref().filter(|place| !places.contains(place)).into_iter().collect::<Vec<_>>()),
            None => merged.push((bare, problem.place.as_deref().into_iter().collect())),
        }
    }
    merged.into_iter().map(|(problem, places)| Problem { place: (!places.is_empty()).then(|| places.join(", ")), ..problem }).collect()
}

fn message(problem: &Problem) -> String {
    match &problem.snippet {
        Some(snippet) => with_lines(problem, snippet),
        None => plain(problem),
    }
}

/// Code and sentence, then a line each for place, found, expected and help.
fn plain(problem: &Problem) -> String {
    let color = match problem.severity {
        Severity::Error => AnsiColor::BrightRed,
        Severity::Warning => AnsiColor::Yellow,
        Severity::Note => AnsiColor::BrightGreen,
    };
    let (head, bold) = (color.on_default().bold(), Style::new().bold());
    let mut text = format!("{head}{}[{}]{head:#}{bold}: {}{bold:#}", problem.severity.word(), problem.code, problem.message);
    for (name, value) in [("where", &problem.place), ("found", &problem.found), ("expected", &problem.expected), ("help", &problem.help)] {
        if let Some(value) = value {
            let name = format!("{name}:");
            let _ = write!(text, "\n  {bold}{name:<9}{bold:#} {value}");
        }
    }
    text
}

/// The same around the lines that the user wrote.
fn with_lines(problem: &Problem, lines: &recovista::error::Snippet) -> String {
    let level = match problem.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let start = lines.span.start.min(lines.text.len());
    let end = lines.span.end.clamp(start, lines.text.len());
    // A whole table would fill the screen: its first line names it.
    let line_end = lines.text[start..end].find('\n').map_or(end, |offset| start + offset);
    let source = Snippet::source(lines.text.as_str()).path(lines.path.as_str());
    let mut group = level.primary_title(problem.message.as_str()).id(problem.code).element(source.annotation(AnnotationKind::Primary.span(start..line_end)));
    for (name, text) in [("found", &problem.found), ("expected", &problem.expected)] {
        if let Some(text) = text {
            group = group.element(Level::NOTE.with_name(name).message(text.as_str()));
        }
    }
    if let Some(help) = &problem.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    Renderer::styled().render(&[group])
}
