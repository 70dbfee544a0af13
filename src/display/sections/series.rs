//! A public series beside the outcomes: both over the same years, one below the other, with the source of each.

use super::figure::{self, Sketch, estimate};
use super::{Context, Draft, headline, outcomes, trend, words};
use crate::display::charts::{Chart, Estimate, Scale, Stage, Trend, TrendLine, Wave, Who};
use crate::display::parts::{Block, Figure};
use crate::display::pick::Pick;
use crate::display::{AnalysisWords, SeriesWords, labels};
use crate::results::{ResultRow, Stat};

/// Most scores that stand below a series.
const MOST_SCORES: usize = 3;

/// What a reader must know before a line is taken for the cause of another.
const CAUTION: &str = "Lines that run side by side do not tell why: many things change from year to year.";

pub(super) fn draft(context: &Context<'_>, analysis: &AnalysisWords) -> Draft {
    let rows = context.rows.analysis(&analysis.id);
    let mut draft = Draft::default();
    let Some(series) = &analysis.series else { return draft };
    let shown = rows.keep(|row| row.estimate.is_some());
    let (Some(first), Some(last)) = (shown.first(), shown.last()) else { return draft };
    let when = |row: &ResultRow| row.wave.clone().unwrap_or_default();
    draft.finding = headline(format!("{}, {} to {}", series.label, when(first), when(last)), &series.label);
    draft.paragraph.push(context.sentence(last));
    draft.paragraph.push(CAUTION.to_owned());
    draft.blocks.push(Block::Figure(Box::new(stacked(context, analysis, series, &rows, last))));
    draft
}

/// The year of a row, or a finer time where the text has one.
fn year(text: &str) -> Option<String> {
    text.split(|letter: char| !letter.is_ascii_digit()).find(|part| part.len() == 4).map(str::to_owned)
}

/// The series and the means of the scores, at the same places for the same years.
fn stacked(context: &Context<'_>, analysis: &AnalysisWords, series: &SeriesWords, rows: &Pick<'_>, lead: &ResultRow) -> Figure {
    let means = means(context, analysis, series);
    let yearly = rows.rows().iter().all(|row| row.wave.as_deref().is_some_and(|time| time.len() == 4 && year(time).is_some()));
    // Waves of a year stand at their year where the series has one figure a year.
    let label = |row: &ResultRow| {
        let wave = row.wave.clone().unwrap_or_default();
        let date = context.book.dataset(&row.dataset).and_then(|words| words.waves.iter().find(|own| own.id == wave)).map(|own| own.date.clone());
        if yearly { date.as_deref().and_then(year).or_else(|| year(&wave)).unwrap_or(wave) } else { wave }
    };
    let time = |row: &ResultRow| if yearly { label(row).parse().unwrap_or_default() } else { trend::time(context, &row.dataset, &label(row), 0) };
    let mut waves: Vec<Wave> = Vec::new();
    for row in rows.rows().iter().chain(means.iter().flat_map(|(_, rows)| rows)) {
        let wave = Wave { time: time(row), label: label(row) };
        if !waves.contains(&wave) {
            waves.push(wave);
        }
    }
    waves.sort_by(|a, b| a.time.total_cmp(&b.time));
    let stage = |name: String, own: &[&ResultRow], scale: Scale, range: Option<(f64, f64)>, whole: Option<(f64, f64)>| {
        let point = |wave: &Wave| {
            own.iter()
                .find(|row| label(row) == wave.label)
                .map(|row| Estimate { n: row.denominator.or(row.n).filter(|_| !row.is_suppressed()), ..estimate(row) })
        };
        let line = TrendLine { label: String::new(), who: Who::Everyone, accent: true, points: waves.iter().map(point).collect() };
        Stage { label: name, trend: Trend { scale, range, whole, waves: waves.clone(), lines: vec![line], breaks: Vec::new() } }
    };
    let unit = if lead.stat == Stat::Count { String::new() } else { format!(", {}", series.unit) };
    let name = format!("{}{unit}", words::capital(&series.label));
    let most = rows.rows().iter().filter_map(|row| row.estimate).fold(0.0, f64::max);
    let decimals = usize::from(lead.stat != Stat::Count);
    let mut stages = vec![stage(name.clone(), rows.rows(), Scale::Number { decimals }, Some((0.0, most * 1.15)), None)];
    let mut groups = vec![(name, rows.rows().to_vec())];
    for (score, own) in &means {
        let whole = labels::range(context.book, &analysis.dataset, score);
        let of = words::capital(&labels::spoken(context.book, &analysis.dataset, score));
        let noun = context.book.noun(&analysis.dataset);
        let scale = whole.map(|(low, high)| format!(" ({}–{})", words::short(low, 1), words::short(high, 1))).unwrap_or_default();
        let range = whole.map(|whole| trend::near(whole, &[(String::new(), own.clone())]));
        stages.push(stage(format!("Mean {} of {noun}{scale}", words::small(&of)), own, Scale::Number { decimals: 1 }, range, whole));
        groups.push((format!("Mean {}", words::small(&of)), own.clone()));
    }
    let subtitle = format!(
        "{} beside what {} answered; each drawing has a scale of its own, bands are 95% intervals.",
        words::capital(&series.label),
        context.book.noun(&analysis.dataset)
    );
    let title = headline(format!("{} beside the outcomes, by year", series.label), "A public series beside the outcomes");
    let place = if series.url.is_empty() { String::new() } else { format!(" ({})", series.url) };
    let notes = vec![format!("{}: {}{place}.", words::capital(&series.label), series.source.trim_end_matches('.')), CAUTION.to_owned()];
    let sketch = Sketch { lead, title, subtitle, kind: "Line charts on one time axis", groups, head: "Year".into(), notes };
    let mut figure = figure::figure(context, analysis, sketch, Chart::Stacked(stages), |row| row.wave.clone().unwrap_or_default());
    figure.words.footer = format!("Sources: {}; {}. {}", series.source.trim_end_matches('.'), labels::source(context.book, &analysis.dataset), figure.code);
    figure
}

/// The mean of each wave of the headline scores that are wanted, or of the first one.
fn means<'a>(context: &Context<'a>, analysis: &AnalysisWords, series: &SeriesWords) -> Vec<(String, Vec<&'a ResultRow>)> {
    let own = context.rows.keep(|row| row.dataset == analysis.dataset && row.stat == Stat::Mean && row.wave.is_some());
    let kinds = |row: &ResultRow| context.book.analysis(&row.analysis).is_some_and(|other| other.kind == "outcomes");
    let own = own.keep(kinds).by(&[]);
    let wanted = |score: &String| {
        let id = context.book.instrument(score).map(|(instrument, _)| instrument.id.as_str());
        series.beside.iter().any(|wanted| Some(wanted.as_str()) == id)
    };
    let scores = outcomes::headline_scores(context, &own);
    let chosen: Vec<String> = if series.beside.is_empty() { scores.into_iter().take(1).collect() } else { scores.into_iter().filter(wanted).collect() };
    chosen.into_iter().take(MOST_SCORES).map(|score| (score.clone(), own.variable(&score).rows().to_vec())).collect()
}
