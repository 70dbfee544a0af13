//! Sections of the report: one file per kind of analysis, in the order in which a reader asks.

mod attendance;
mod demographics;
mod dose;
mod figure;
mod followup;
mod glance;
mod instruments;
mod method;
mod modelled;
mod moved;
mod other;
mod outcomes;
mod path;
mod planning;
mod quality;
mod reliability;
mod retention;
mod series;
mod split;
mod stayers;
mod telling;
mod themes;
mod trend;
mod twice;
mod workforce;

use super::parts::{Block, Point, Section};
use super::pick::Pick;
use super::sentences::{self, Companions};
use super::{AnalysisWords, Book, words};
use crate::disclosure::{Quote, ReleasedTable};
use crate::results::{ResultRow, short_code};

/// What every section may look at.
pub(super) struct Context<'a> {
    pub(super) rows: Pick<'a>,
    pub(super) book: &'a Book,
    /// What people said, where it may be quoted.
    pub(super) quotes: &'a [Quote],
    companions: Companions,
}

impl<'a> Context<'a> {
    /// The sentence of a row.
    pub(super) fn sentence(&self, row: &ResultRow) -> String {
        sentences::sentence(row, self.book, &self.companions)
    }

    /// Where a row stands among its groups, in words: `at intake`.
    pub(super) fn place(&self, row: &ResultRow) -> Option<String> {
        sentences::place(row, self.book)
    }

    /// What people in the level of a row did or were.
    pub(super) fn predicate(&self, row: &ResultRow) -> String {
        sentences::predicate(row, self.book)
    }

    /// Whether a share has words of its own.
    pub(super) fn worded(&self, row: &ResultRow) -> bool {
        sentences::worded(row, self.book)
    }

    /// The latest wave of an analysis; empty when it has none.
    pub(super) fn latest(&self, rows: &Pick<'a>, dataset: &str) -> String {
        let present = rows.waves();
        let known = self.book.waves(dataset).into_iter().rev().find(|wave| present.contains(wave));
        known.or_else(|| present.into_iter().max()).unwrap_or_default()
    }

    /// The waves of these rows in time order.
    pub(super) fn waves(&self, rows: &Pick<'a>, dataset: &str) -> Vec<String> {
        let mut present = rows.waves();
        present.sort();
        let known = self.book.waves(dataset);
        if known.is_empty() { present } else { known.into_iter().filter(|wave| present.contains(wave)).collect() }
    }
}

/// The part of a section that one analysis adds.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) finding: String,
    pub(super) paragraph: Vec<String>,
    pub(super) blocks: Vec<Block>,
    pub(super) points: Vec<Point>,
}

impl Draft {
    /// Offers a row for the front page.
    pub(super) fn point(&mut self, row: &ResultRow, figure: &str) {
        self.point_with(row, figure, String::new());
    }

    /// The same with a sentence that must stand after it.
    pub(super) fn point_with(&mut self, row: &ResultRow, figure: &str, aside: String) {
        if !row.is_suppressed() && row.estimate.is_some() {
            self.points.push(Point { code: short_code(&row.id()), figure: figure.to_owned(), aside });
        }
    }
}

/// The question that an analysis answers.
fn question(analysis: &AnalysisWords, book: &Book) -> String {
    if !analysis.question.is_empty() {
        return analysis.question.clone();
    }
    match analysis.kind.as_str() {
        "demographics" if book.noun(&analysis.dataset) == "members" => "Who comes?".into(),
        "demographics" => "Who answered?".into(),
        "workforce" => "Who does the work?".into(),
        "attendance" => "How often do people come?".into(),
        "outcomes" => "Are people doing better?".into(),
        "trend" => "What changed between waves?".into(),
        "dose" => "Do people who come more often do better?".into(),
        "reliability" => "How well do the questions measure?".into(),
        "path" => "What goes with what?".into(),
        "themes" => "What did people tell us?".into(),
        "context" => "What happened around us?".into(),
        "planning" => "What would the next wave need?".into(),
        "followup" => "Where are people six months later?".into(),
        _ => analysis.title.clone(),
    }
}

/// Place of an analysis in the report: by its kind; shares with a question of their own come after the outcomes.
fn place(analysis: &AnalysisWords) -> usize {
    const ORDER: [&str; 12] =
        ["demographics", "workforce", "attendance", "outcomes", "dose", "followup", "trend", "context", "path", "themes", "reliability", "planning"];
    let kind = if analysis.kind == "demographics" && !analysis.question.is_empty() { "followup" } else { &analysis.kind };
    ORDER.iter().position(|known| *known == kind).unwrap_or(ORDER.len())
}

/// All sections in reading order.
pub(crate) fn all(table: &ReleasedTable, book: &Book) -> Vec<Section> {
    let context = Context { rows: Pick::all(table.rows()), book, quotes: table.quotes(), companions: Companions::of(table.rows()) };
    let mut analyses: Vec<&AnalysisWords> = book.analyses.iter().collect();
    analyses.sort_by_key(|analysis| place(analysis));
    let mut sections: Vec<Section> = Vec::new();
    for analysis in analyses {
        let mut draft = draft(&context, analysis);
        if draft.blocks.is_empty() && draft.paragraph.is_empty() {
            continue;
        }
        if !analysis.note.is_empty() {
            // before the first figure, where it is read in time
            draft.blocks.insert(0, Block::Paragraph(analysis.note.clone()));
        }
        let question = question(analysis, book);
        if let Some(section) = sections.iter_mut().find(|section| section.question == question) {
            join(section, draft);
        } else {
            let mut section = Section { id: anchor(&question), question, ..Section::default() };
            join(&mut section, draft);
            sections.push(section);
        }
    }
    sections.extend(glance::section(&context));
    sections.extend(quality::section(&context));
    sections.extend(method::sections(&context));
    sections
}

fn draft(context: &Context<'_>, analysis: &AnalysisWords) -> Draft {
    match analysis.kind.as_str() {
        "demographics" => demographics::draft(context, analysis),
        "workforce" => workforce::draft(context, analysis),
        "attendance" => attendance::draft(context, analysis),
        "outcomes" => outcomes::draft(context, analysis),
        "dose" => dose::draft(context, analysis),
        "followup" => followup::draft(context, analysis),
        "trend" => trend::draft(context, analysis),
        "reliability" => reliability::draft(context, analysis),
        "path" => path::draft(context, analysis),
        "context" => series::draft(context, analysis),
        "themes" => themes::draft(context, analysis),
        "planning" => planning::draft(context, analysis),
        "data-quality" | "quality" => Draft::default(),
        _ => other::draft(context, analysis),
    }
}

fn join(section: &mut Section, mut draft: Draft) {
    // what an earlier analysis of the section has said is not said again
    let said = |sentence: &String| section.blocks.iter().any(|block| matches!(block, Block::Paragraph(text) if text.contains(sentence.as_str())));
    draft.paragraph.retain(|sentence| !said(sentence));
    if section.finding.is_empty() {
        section.finding = draft.finding;
    }
    let text = joined(&draft.paragraph);
    match section.blocks.first_mut() {
        // an analysis that only has sentences adds them to the first paragraph
        Some(Block::Paragraph(first)) if draft.blocks.is_empty() => *first = format!("{first} {text}"),
        _ if text.is_empty() => {}
        _ => section.blocks.push(Block::Paragraph(text)),
    }
    section.blocks.extend(draft.blocks);
    section.points.extend(draft.points);
}

/// Sentences as one paragraph; the wave is said once.
fn joined(sentences: &[String]) -> String {
    let mut text = String::new();
    let mut said = "";
    for sentence in sentences {
        let start = sentence.split_inclusive(", ").next().filter(|start| start.starts_with("In ") && start.len() < 16).unwrap_or_default();
        if !text.is_empty() {
            text.push(' ');
        }
        if !start.is_empty() && start == said {
            text.push_str(&words::capital(&sentence[start.len()..]));
        } else {
            text.push_str(sentence);
        }
        said = if start.is_empty() { said } else { start };
    }
    text
}

/// `Who comes?` gives `who-comes`.
fn anchor(question: &str) -> String {
    let letters: String = question.to_lowercase().chars().map(|letter| if letter.is_alphanumeric() { letter } else { '-' }).collect();
    letters.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

/// A title of at most 14 words; longer ones fall back to the shorter wording.
pub(super) fn headline(wanted: impl AsRef<str>, shorter: &str) -> String {
    let wanted = wanted.as_ref();
    if wanted.split_whitespace().count() <= 14 { words::capital(wanted) } else { words::capital(shorter) }
}
