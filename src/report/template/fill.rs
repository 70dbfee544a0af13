//! Controls and what they name in, the text of the part with every named control filled out.

use std::ops::Range;

use super::archive::Picture;
use super::scan::{Control, Kind, Level};
use super::tags::{self, Named, Names};
use super::{Part, write};
use crate::display::parts::Figure;
use crate::display::{Told, charts};
use crate::error::{Error, Problem, Severity};
use crate::report::Document;
use crate::report::renderers::pixels;
use crate::results::Status;

/// A change of a part: what to cut and what to paste.
type Change = (Range<usize>, String);

/// The filling of one file.
pub(super) struct Filling<'a> {
    file: &'a str,
    names: Names<'a>,
    problems: Vec<Problem>,
    notes: Vec<Problem>,
    pictures: Vec<Picture>,
    theme: &'a charts::Theme,
}

impl<'a> Filling<'a> {
    /// Nothing is filled yet.
    pub(super) fn new(file: &'a str, document: &'a Document) -> Self {
        Self { file, names: Names::of(document), problems: Vec::new(), notes: Vec::new(), pictures: Vec::new(), theme: &document.theme }
    }

    /// What is wrong, what to know, and the pictures.
    pub(super) fn end(mut self) -> (Vec<Problem>, Vec<Problem>, Vec<Picture>) {
        self.notes.dedup();
        (self.problems, self.notes, self.pictures)
    }

    /// The text of a part after filling.
    pub(super) fn part(&mut self, number: usize, part: &Part) -> Result<String, Error> {
        let mut changes: Vec<Change> = Vec::new();
        let mut filled: Vec<bool> = Vec::new();
        for (place, control) in part.controls.iter().enumerate() {
            // what stands inside a filled control goes with its old content
            let gone = control.inside.is_some_and(|around| filled.get(around) == Some(&true));
            let own = !gone && !control.tag.is_empty() && self.control(number * 10_000 + place, part, control, &mut changes)?;
            filled.push(gone || own);
        }
        changes.sort_by_key(|(range, _)| range.start);
        let mut out = String::with_capacity(part.text.len());
        let mut done = 0;
        for (range, text) in &changes {
            out.push_str(part.text.get(done..range.start).unwrap_or_default());
            out.push_str(text);
            done = range.end;
        }
        out.push_str(part.text.get(done..).unwrap_or_default());
        Ok(out)
    }

    /// Fills one control; says whether it is ours.
    fn control(&mut self, number: usize, part: &Part, control: &Control, changes: &mut Vec<Change>) -> Result<bool, Error> {
        let tag = control.tag.as_str();
        let Some(named) = self.names.find(tag, control.kind == Kind::Picture) else {
            if tags::meant(tag) {
                let near = self.names.near(tag).map(|near| format!("did you mean `{near}`?"));
                let mut problem = self.problem("template::unknown_tag", part, tag, format!("no figure, chart or table is called `{tag}`"));
                problem.help = near;
                self.problems.push(problem);
            }
            return Ok(false);
        };
        let content = match self.content(number, part, control, named)? {
            Ok(content) => content,
            Err(expected) => {
                let problem = self.problem("template::wrong_control", part, tag, format!("the control `{tag}` cannot hold what it names"));
                self.problems.push(problem.expected(expected));
                return Ok(true);
            }
        };
        changes.extend(content);
        changes.extend(control.obsolete.iter().map(|range| (range.clone(), String::new())));
        if control.bound {
            let problem = self.problem(
                "template::bound",
                part,
                tag,
                format!("the control `{tag}` showed data of the file; it shows the figure now and is bound no longer"),
            );
            self.notes.push(problem.severity(Severity::Note));
        }
        Ok(true)
    }

    fn problem(&self, code: &'static str, part: &Part, tag: &str, message: String) -> Problem {
        Problem::new(code, message).at(format!("{}, {}, control `{tag}`", self.file, part.name))
    }

    /// What to paste; or what kind of control it takes.
    fn content(&mut self, number: usize, part: &Part, control: &Control, named: Named<'_>) -> Result<Result<Vec<Change>, String>, Error> {
        let Some(content) = control.content.clone() else { return Ok(Err("a control with content".into())) };
        if let Kind::Other(kind) = control.kind {
            return Ok(Err(format!("a plain text, rich text or picture control, not a {kind}")));
        }
        Ok(match named {
            Named::Figure(..) if control.kind == Kind::Picture => Err("a plain or rich text control for a figure".into()),
            Named::Figure(told, wanted) => {
                self.tell(part, &control.tag, told);
                write::text(&part.text, control, content, text_of(told, wanted))
            }
            Named::Table(_) if control.kind == Kind::Picture || control.level != Level::Block => {
                Err("a rich text control around whole paragraphs for a table".into())
            }
            Named::Table(table) => Ok(vec![write::whole(control, content, write::table(&part.text, control, table))]),
            Named::Chart(_) if matches!(control.level, Level::Cell | Level::Row) && control.kind != Kind::Picture => {
                Err("a picture control, or a rich text control around or inside a paragraph, for a chart".into())
            }
            Named::Chart(figure) => self.chart(number, part, control, content, figure)?,
        })
    }

    /// A chart, as a picture of the file.
    fn chart(&mut self, number: usize, part: &Part, control: &Control, content: Range<usize>, figure: &Figure) -> Result<Result<Vec<Change>, String>, Error> {
        let code = figure.code.to_lowercase();
        let bytes = charts::png(&charts::svg(&figure.chart, &figure.words, charts::Size::HalfPage, self.theme, &code)?)?;
        let relation = format!("recovista-{code}");
        let shown = write::Shown { relation: &relation, number, size: pixels(&bytes).unwrap_or((1, 1)), title: &figure.words.title, alt: &figure.words.alt };
        let changes =
            if control.kind == Kind::Picture { write::replaced(&part.text, content, &shown) } else { Ok(write::pasted(&part.text, control, content, &shown)) };
        if changes.is_ok() {
            self.pictures.push(Picture { part: part.name.clone(), relation, file: format!("recovista-{code}.png"), bytes });
        }
        Ok(changes)
    }

    /// Says where a figure has no number, or one to be careful with.
    fn tell(&mut self, part: &Part, tag: &str, told: &Told) {
        let (code, what) = match told.status {
            Status::Ok => return,
            Status::Unstable => ("template::unstable", "stands on few answers and carries its mark"),
            Status::NotEstimable => ("template::no_number", "could not be estimated; the control says so"),
            Status::Suppressed | Status::SuppressedComplementary => ("template::hidden", "is hidden to protect people; the control says so without a number"),
        };
        let problem = self.problem(code, part, tag, format!("the figure {} {what}", told.code));
        self.notes.push(problem.severity(Severity::Note));
    }
}

/// The text of a part of a figure; its sentence where there is no number.
fn text_of<'a>(told: &'a Told, wanted: &str) -> &'a str {
    let or_sentence = |text: &'a Option<String>, none: &'static str| match text {
        Some(text) => text.as_str(),
        None if told.estimate.is_some() => none,
        None => &told.sentence,
    };
    match wanted {
        "interval" => or_sentence(&told.interval, "no interval"),
        "base" => or_sentence(&told.base, "no base"),
        "sentence" => &told.sentence,
        "citation" => &told.citation,
        "label" => &told.label,
        _ => or_sentence(&told.estimate, ""),
    }
}
