//! What people told us: themes by the people who raised them, by group, and which were raised by the same people.

use super::figure::{self, Sketch, estimate};
use super::telling::brief;
use super::{Context, Draft, headline, words};
use crate::display::charts::{BarRow, BarShape, Bars, Cell, Chart, Heatmap, Scale};
use crate::display::parts::{Block, Figure};
use crate::display::pick::Pick;
use crate::display::{AnalysisWords, labels};
use crate::results::{ResultRow, Stat};

pub(super) fn draft(context: &Context<'_>, analysis: &AnalysisWords) -> Draft {
    let rows = context.rows.analysis(&analysis.id);
    let wave = context.latest(&rows, &analysis.dataset);
    let latest = if wave.is_empty() { rows } else { rows.wave(&wave) };
    let shares = latest.stat(Stat::Proportion);
    let mut draft = Draft::default();
    for code in &analysis.variables {
        let own = shares.variable(code);
        let overall = sorted(own.by(&[]).rows());
        let Some(lead) = overall.first().copied() else { continue };
        if draft.finding.is_empty() {
            draft.finding = headline(brief(context, lead), &analysis.title);
        }
        draft.paragraph.extend(overall.iter().take(2).map(|row| context.sentence(row)));
        let pairs = sorted(own.by(&["also"]).rows());
        draft.paragraph.extend(pairs.iter().copied().find(|row| row.estimate.is_some()).map(|row| context.sentence(row)));
        draft.paragraph.push("Who spoke was chosen and not drawn by chance, so these shares speak of them alone.".to_owned());
        let figure = bars(context, analysis, &own, &overall, &wave);
        draft.point(lead, &figure.code);
        draft.blocks.push(Block::Figure(Box::new(figure)));
        draft.blocks.extend(together(context, analysis, (&overall, &pairs), &wave).map(|figure| Block::Figure(Box::new(figure))));
        draft.blocks.extend(said(context, analysis, &overall));
    }
    draft
}

/// The largest share first; hidden figures keep their order at the end.
fn sorted<'a>(rows: &[&'a ResultRow]) -> Vec<&'a ResultRow> {
    let mut rows = rows.to_vec();
    rows.sort_by(|a, b| b.estimate.unwrap_or(-1.0).total_cmp(&a.estimate.unwrap_or(-1.0)));
    rows
}

/// Bars of every theme, of all people and of each group.
fn bars(context: &Context<'_>, analysis: &AnalysisWords, own: &Pick<'_>, overall: &[&ResultRow], wave: &str) -> Figure {
    let noun = context.book.noun(&analysis.dataset);
    let name = |row: &ResultRow| row.level.clone().unwrap_or_default();
    let mut groups = vec![(format!("All {noun}"), overall.to_vec())];
    if let Some(group) = figure::main_group(own) {
        let cells = own.by(&[&group]);
        for level in cells.groups(&group) {
            groups.push((level.clone(), sorted(cells.group(&group, &level).rows())));
        }
    }
    let mut rows = Vec::new();
    for (heading, own) in &groups {
        for (place, row) in own.iter().enumerate() {
            let heading = (place == 0 && groups.len() > 1).then(|| heading.clone());
            rows.push(BarRow { heading, label: name(row), accent: place == 0, estimates: vec![estimate(row)] });
        }
    }
    let bars = Bars { scale: Scale::Percent, shape: BarShape::Bar, range: None, measure: "Share".into(), series: vec![String::new()], rows, reference: None };
    let lead = overall[0];
    let spoken = labels::spoken(context.book, &analysis.dataset, &lead.variable);
    let title = headline(brief(context, lead), &format!("What {noun} raised most"));
    let subtitle = format!("Share of {noun} who raised each {spoken}{}, the most frequent first; each person counts once.", figure::in_wave(wave));
    let sketch = Sketch { lead, title, subtitle, kind: "Bar chart", groups, head: words::capital(&spoken), notes: Vec::new() };
    figure::figure(context, analysis, sketch, Chart::Bars(bars), name)
}

/// The share who raised both themes of each pair, below a slope of the shares who raised each.
fn together(context: &Context<'_>, analysis: &AnalysisWords, (overall, pairs): (&[&ResultRow], &[&ResultRow]), wave: &str) -> Option<Figure> {
    let lead = *pairs.first().filter(|row| row.estimate.is_some())?;
    let noun = context.book.noun(&analysis.dataset);
    let theme = |row: &ResultRow| row.level.clone().unwrap_or_default();
    let also = |row: &ResultRow| row.groups.get("also").cloned().unwrap_or_default();
    let themes: Vec<String> = overall.iter().map(|row| theme(row)).collect();
    let cell = |row: &ResultRow| row.estimate.filter(|_| !row.is_suppressed()).map_or(Cell::Suppressed, Cell::Value);
    let of = |one: &String, two: &String| pairs.iter().find(|row| (&theme(row), &also(row)) == (one, two) || (&theme(row), &also(row)) == (two, one));
    let line = |(place, one): (usize, &String)| {
        let both = themes.iter().take(place).map(|two| of(one, two).map_or(Cell::Blank, |row| cell(row)));
        let own = std::iter::once(cell(overall[place]));
        both.chain(own).chain(themes.iter().skip(place + 1).map(|_| Cell::Blank)).collect()
    };
    let spoken = labels::spoken(context.book, &analysis.dataset, &lead.variable);
    let chart = Chart::Heatmap(Heatmap {
        scale: Scale::Percent,
        measure: format!("Share of {noun}"),
        rows: themes.iter().enumerate().map(|(place, name)| format!("{} {name}", place + 1)).collect(),
        columns: (1..=themes.len()).map(|number| number.to_string()).collect(),
        cells: themes.iter().enumerate().map(line).collect(),
    });
    let title = headline(format!("“{}” and “{}” came up together most", theme(lead), also(lead)), "Which came up together");
    let subtitle = format!("Share of {noun} who raised both of two {spoken}s{}; the numbers above the columns are those of the rows.", figure::in_wave(wave));
    let notes = vec![
        format!("The last field of each row is the share who raised that {spoken} at all."),
        "A pair says that the same people spoke of both, not that one has to do with the other.".to_owned(),
    ];
    let name = |row: &ResultRow| format!("{} + {}", theme(row), also(row));
    let sketch = Sketch { lead, title, subtitle, kind: "Heat map", groups: vec![(String::new(), pairs.to_vec())], head: "Pair".into(), notes };
    Some(figure::figure(context, analysis, sketch, chart, name))
}

/// What people said, where it may be quoted, theme by theme; else why nothing is.
fn said(context: &Context<'_>, analysis: &AnalysisWords, overall: &[&ResultRow]) -> Vec<Block> {
    let of = |row: &&ResultRow| {
        let own = context.quotes.iter().filter(|quote| (quote.dataset(), quote.analysis()) == (row.dataset.as_str(), analysis.id.as_str()));
        own.filter(|quote| quote.variable() == row.variable && Some(quote.level()) == row.level.as_deref() && quote.wave() == row.wave.as_deref())
            .map(|quote| {
                let who = quote.group().map(|group| format!(", {group}")).unwrap_or_default();
                format!("“{}” ({}{who})", quote.words(), quote.level())
            })
            .collect::<Vec<String>>()
    };
    let quotes: Vec<String> = overall.iter().flat_map(of).collect();
    if quotes.is_empty() {
        return vec![Block::Paragraph("What people said is not printed here. Their words could point at who they are.".to_owned())];
    }
    let told = "Each of these was said by somebody else. A quote shows what a theme can mean and not how many think so. No quote is shown of themes that few \
                raised, nor one with a name, a number or a date in it.";
    vec![Block::Heading("In people's own words".to_owned()), Block::List(quotes), Block::Paragraph(told.to_owned())]
}
