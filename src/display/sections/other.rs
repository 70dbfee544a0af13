//! Analyses without a page of their own: their shares as bars and everything else as a table.

use super::demographics::{bars, chunks, numbers};
use super::telling::{brief, telling};
use super::{Context, Draft, headline};
use crate::display::AnalysisWords;
use crate::display::parts::Block;
use crate::display::pick::Pick;

pub(super) fn draft(context: &Context<'_>, analysis: &AnalysisWords) -> Draft {
    let rows = context.rows.analysis(&analysis.id);
    let wave = context.latest(&rows, &analysis.dataset);
    let latest = rows.wave(&wave);
    let mut draft = Draft::default();
    let lead = chunks(context, analysis, &latest).first().and_then(|chunk| chunk.first()).and_then(|(_, rows)| telling(rows));
    if let Some(lead) = lead {
        draft.finding = headline(brief(context, lead), &analysis.title);
        draft.paragraph.push(context.sentence(lead));
    }
    draft.blocks = shares(context, analysis, &latest);
    draft.blocks.extend(numbers(context, analysis, &latest));
    draft
}

/// Bars of every variable with shares.
pub(super) fn shares(context: &Context<'_>, analysis: &AnalysisWords, latest: &Pick<'_>) -> Vec<Block> {
    let wave = context.latest(latest, &analysis.dataset);
    let mut blocks = Vec::new();
    for chunk in chunks(context, analysis, latest) {
        let Some(lead) = chunk.first().and_then(|(_, rows)| telling(rows)) else { continue };
        blocks.push(Block::Figure(Box::new(bars(context, analysis, lead, chunk, &wave))));
    }
    blocks
}
