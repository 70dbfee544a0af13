//! Problems in, messages on standard error out, with the line of the user's text where there is one.

use std::io::Write as _;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use recovista::error::{Problem, Severity};

/// Prints every problem, one after the other.
pub(crate) fn print_problems(problems: &[Problem]) {
    let mut stderr = anstream::stderr();
    for problem in problems {
        let _ = writeln!(stderr, "{}", message(problem));
    }
}

/// One message: code, sentence, the line, what was found and expected, how to mend it.
fn message(problem: &Problem) -> String {
    let level = match problem.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let mut group = level.primary_title(problem.message.as_str()).id(problem.code).elements(Vec::<Snippet<'_, annotate_snippets::Annotation<'_>>>::new());
    if let Some(snippet) = &problem.snippet {
        let start = snippet.span.start.min(snippet.text.len());
        let end = snippet.span.end.clamp(start, snippet.text.len());
        // A whole table would fill the screen: its first line names it.
        let line_end = snippet.text[start..end].find('\n').map_or(end, |offset| start + offset);
        group = group.element(Snippet::source(snippet.text.as_str()).path(snippet.path.as_str()).annotation(AnnotationKind::Primary.span(start..line_end)));
    } else if let Some(place) = &problem.place {
        group = group.element(Level::NOTE.with_name("where").message(place.as_str()));
    }
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
