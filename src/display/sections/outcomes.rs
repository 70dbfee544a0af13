//! Are people doing better: scores of the latest wave, change for people seen twice, answers, bands and years in recovery.

use super::demographics::ordered;
use super::figure::{self, Sketch, estimate};
use super::telling::{brief, telling};
use super::{Context, Draft, headline, instruments, modelled, moved, twice, words};
use crate::display::cells::Cell;
use crate::display::charts::{BarRow, BarShape, Bars, Chart, Scale};
use crate::display::parts::{Block, Figure, Row, Table};
use crate::display::pick::Pick;
use crate::display::sentences::{direction, size, untold};
use crate::display::{AnalysisWords, labels, tables};
use crate::results::{ResultRow, Stat, Status, short_code};

pub(super) fn draft(context: &Context<'_>, analysis: &AnalysisWords) -> Draft {
    let rows = context.rows.analysis(&analysis.id);
    let wave = context.latest(&rows, &analysis.dataset);
    let latest = rows.wave(&wave);
    let mut draft = Draft::default();
    let scores = headline_scores(context, &rows);
    let means: Vec<&ResultRow> = scores.iter().filter_map(|score| latest.variable(score).stat(Stat::Mean).by(&[]).first()).collect();
    let changes = changes(&rows, &scores, &wave, &context.waves(&rows, &analysis.dataset));
    draft.finding = finding(context, &changes, &means);
    draft.paragraph.extend(means.iter().take(2).map(|row| context.sentence(row)));
    draft.paragraph.extend(changes.first().map(|row| context.sentence(row)));
    draft.paragraph.extend(scores.first().and_then(|score| modelled::change(&rows, score, &wave)).map(|row| context.sentence(row)));
    if let Some(first) = changes.first().and_then(|row| row.groups.get("compared_with")) {
        draft.paragraph.extend(moved::told(context, &latest, first));
    }
    // without a change to speak of, the share in the last band is what a reader looks for
    let last_band = if changes.is_empty() { last_band(context, &latest) } else { None };
    draft.paragraph.extend(last_band.map(|row| context.sentence(row)));

    let mut first_figure = String::new();
    if let Some(figure) = change_figure(context, analysis, &changes) {
        first_figure.clone_from(&figure.code);
        draft.blocks.push(Block::Figure(Box::new(figure)));
    }
    draft.blocks.extend(twice::table(context, analysis, &latest, &scores).map(|table| Block::Table(Box::new(table))));
    draft.blocks.extend(moved::blocks(context, analysis, &latest).into_iter().map(|table| Block::Table(Box::new(table))));
    draft.blocks.extend(moved::bands(context, analysis, &latest).map(|figure| Block::Figure(Box::new(figure))));
    if let Some(table) = score_table(context, analysis, &latest, &means, &wave) {
        draft.blocks.push(Block::Table(Box::new(table)));
    }
    draft.blocks.extend(moved::norms(context, analysis, &latest).map(|table| Block::Table(Box::new(table))));
    draft.blocks.extend(by_group(context, analysis, &latest, &scores, &wave).map(|table| Block::Table(Box::new(table))));
    draft.blocks.extend(modelled::table(context, analysis, &rows, &scores).map(|table| Block::Table(Box::new(table))));
    let answers = instruments::answers(context, analysis, &latest);
    let vital = instruments::vital_signs(context, analysis, &latest, &scores);
    if let Some(mean) = means.first() {
        let target = [first_figure.clone(), vital.as_ref().map(|figure| figure.code.clone()).unwrap_or_default()].into_iter().find(|code| !code.is_empty());
        draft.point(mean, &target.unwrap_or_else(|| short_code(&mean.id())));
    }
    if let Some(row) = last_band {
        draft.point(row, &short_code(&row.id()));
    }
    if let Some(change) = changes.first() {
        draft.point(change, &first_figure);
    }
    draft.blocks.extend(answers.into_iter().chain(bands(context, analysis, &latest, &wave)).chain(vital).map(|figure| Block::Figure(Box::new(figure))));
    draft.blocks.extend(centers(context, analysis, &latest, &scores, &wave).map(|figure| Block::Figure(Box::new(figure))));
    draft
}

/// Score variables in the form that leads, in order of appearance.
pub(super) fn headline_scores(context: &Context<'_>, rows: &Pick<'_>) -> Vec<String> {
    let leads = |name: &str| {
        context.book.instrument(name).is_some_and(|(instrument, form)| {
            let lead = if instrument.headline.is_empty() { "mean" } else { &instrument.headline };
            form == lead || form.strip_suffix(lead).is_some_and(|scale| scale.ends_with('_'))
        })
    };
    rows.stat(Stat::Mean).by(&[]).variables().into_iter().filter(|name| leads(name)).collect()
}

/// Mean changes of people seen in two waves: the widest span that can be compared, one per score.
fn changes<'a>(rows: &Pick<'a>, scores: &[String], wave: &str, waves: &[String]) -> Vec<&'a ResultRow> {
    let changes = rows.wave(wave).stat(Stat::MeanChange);
    let span = |row: &&ResultRow| (row.status == Status::NotEstimable, waves.iter().position(|wave| row.groups.get("compared_with") == Some(wave)));
    let one = |score: &String| changes.variable(score).rows().iter().copied().min_by_key(span);
    scores.iter().filter_map(one).collect()
}

/// The share in the last band of the first score that has bands.
fn last_band<'a>(context: &Context<'_>, latest: &Pick<'a>) -> Option<&'a ResultRow> {
    let shares = latest.stat(Stat::Proportion).by(&[]).keep(|row| row.variable.ends_with("_band") && !row.variable.ends_with("_own_band"));
    let (instrument, _) = context.book.instrument(&shares.first()?.variable)?;
    shares.level(instrument.bands.last()?).first()
}

fn finding(context: &Context<'_>, changes: &[&ResultRow], means: &[&ResultRow]) -> String {
    if let Some(row) = changes.iter().copied().find(|row| !row.is_suppressed() && row.estimate.is_some()) {
        let spoken = labels::spoken(context.book, &row.dataset, &row.variable);
        let (change, by) = (row.estimate.unwrap_or_default(), size(row, row.estimate.unwrap_or_default()));
        if untold(row).is_some() {
            let side = if change < 0.0 { "lower" } else { "higher" };
            let short = "Whether scores of people seen twice changed cannot be told";
            return headline(format!("Mean {spoken} was {by} {side} among people seen twice; it may be chance"), short);
        }
        return match direction(row) {
            Some(true) => headline(format!("Among people seen twice, mean {spoken} rose by {by}"), &format!("{spoken} rose among people seen twice")),
            Some(false) => headline(format!("Among people seen twice, mean {spoken} fell by {by}"), &format!("{spoken} fell among people seen twice")),
            None => headline(format!("No clear change in mean {spoken} among people seen twice"), "No clear change among people seen twice"),
        };
    }
    means.first().map(|row| headline(brief(context, row), "Scores of the latest wave")).unwrap_or_default()
}

/// Standardized changes of people seen twice, or the changes themselves on one scale.
fn change_figure(context: &Context<'_>, analysis: &AnalysisWords, changes: &[&ResultRow]) -> Option<Figure> {
    let lead = changes.first()?;
    let all = context.rows.analysis(&analysis.id);
    let standardized: Vec<&ResultRow> = changes
        .iter()
        .filter_map(|row| {
            let same = |other: &ResultRow| other.variable == row.variable && other.wave == row.wave && other.groups == row.groups;
            let of = |stat| all.stat(stat).keep(same).first();
            of(Stat::HedgesGz).or_else(|| of(Stat::CohenDz))
        })
        .collect();
    let mut drawn = if standardized.len() == changes.len() { standardized.clone() } else { changes.to_vec() };
    // the largest rise first; hidden figures keep their order at the end, so that their place says nothing
    drawn.sort_by(|a, b| b.estimate.unwrap_or(f64::NEG_INFINITY).total_cmp(&a.estimate.unwrap_or(f64::NEG_INFINITY)));
    let earlier = lead.groups.get("compared_with").cloned().unwrap_or_default();
    let name = |row: &ResultRow| {
        let spoken = words::capital(&labels::spoken(context.book, &row.dataset, &row.variable));
        match row.groups.get("compared_with").filter(|since| **since != earlier) {
            Some(since) => format!("{spoken}, since {since}"),
            None => spoken,
        }
    };
    let rows = drawn.iter().map(|row| BarRow { heading: None, label: name(row), accent: false, estimates: vec![estimate(row)] }).collect();
    let measure = if standardized.len() == changes.len() { "Standardized change" } else { "Mean change" };
    let bars = Bars {
        scale: Scale::Number { decimals: 2 },
        shape: BarShape::Dot,
        range: None,
        measure: measure.into(),
        series: vec![String::new()],
        rows,
        reference: Some((0.0, "no change".into())),
    };
    let later = lead.wave.clone().unwrap_or_default();
    let title = clearly(changes);
    let lines = if drawn.iter().any(|row| row.conf_low.is_some()) { "; lines are 95% intervals" } else { "" };
    let subtitle = format!("{measure} from {earlier} to {later} among people seen in both waves{lines}.");
    let mut notes: Vec<String> = changes.iter().filter_map(|row| better(context, row)).collect();
    notes.push("A change among people who came back says nothing about people who did not, and not why it happened.".into());
    let mut groups = vec![("Mean change, in points of each scale".to_owned(), changes.to_vec())];
    if standardized.len() == changes.len() {
        groups.push(("Standardized change".to_owned(), standardized.clone()));
    }
    let sketch = Sketch { lead, title, subtitle, kind: "Dot chart", groups, head: "Score".into(), notes };
    Some(figure::figure(context, analysis, sketch, Chart::Bars(bars), name))
}

/// `2 of 3 scores changed clearly among people seen twice`, and of how many that cannot be told.
fn clearly(changes: &[&ResultRow]) -> String {
    let clear = changes.iter().filter(|row| direction(row).is_some()).count();
    let all = changes.len();
    let unknown = changes.iter().filter(|row| untold(row).is_some()).count();
    match unknown {
        0 => format!("{clear} of {all} scores changed clearly among people seen twice"),
        _ if unknown == all => "Whether scores of people seen twice changed cannot be told".to_owned(),
        _ => format!("{clear} of {all} scores changed clearly among people seen twice; {unknown} cannot be told"),
    }
}

/// `Lower scores of psychological distress are better.`
fn better(context: &Context<'_>, row: &ResultRow) -> Option<String> {
    let (instrument, _) = context.book.instrument(&row.variable)?;
    (instrument.higher_better == Some(false)).then(|| format!("Lower scores of {} are better.", labels::spoken(context.book, &row.dataset, &row.variable)))
}

/// Mean, SD, interval, alpha, floor and ceiling of every score in the latest wave.
fn score_table(context: &Context<'_>, analysis: &AnalysisWords, latest: &Pick<'_>, means: &[&ResultRow], wave: &str) -> Option<Table> {
    means.first()?;
    // Alpha stands in the section on reliability where there is one.
    let alpha = !context.book.analyses.iter().any(|other| other.kind == "reliability" && other.dataset == analysis.dataset);
    let mut heads = vec![("Score", ""), ("Scale", ""), ("Mean", "95% interval"), ("SD", "")];
    heads.extend(alpha.then_some(("Alpha", "")));
    heads.extend([("Ends", "lowest / highest, %"), ("n", "unweighted"), ("Code", "of the mean")]);
    let noun = context.book.noun(&analysis.dataset);
    let mut table = Table {
        caption: format!("Scores of {noun}{}: {}", figure::in_wave(wave), if alpha { "mean, spread and reliability" } else { "mean and spread" }),
        columns: Table::columns(&heads),
        coded: true,
        ..Table::default()
    };
    for row in means {
        let own = |variable: &str, stat| latest.variable(variable).stat(stat).by(&[]).first();
        let id = row.variable.trim_end_matches("_mean").trim_end_matches("_sum");
        let of = |suffix: &str, stat| own(&format!("{id}{suffix}"), stat);
        let scale = labels::range(context.book, &row.dataset, &row.variable)
            .map_or_else(|| "—".into(), |(low, high)| format!("{}–{}", words::short(low, 1), words::short(high, 1)));
        let (lowest, highest) = (tables::cell_of(of("_floor", Stat::Proportion)), tables::cell_of(of("_ceiling", Stat::Proportion)));
        let ends = format!("{lowest} / {highest}");
        let mut cells: Vec<Cell> = vec![
            words::capital(&labels::spoken(context.book, &row.dataset, &row.variable)).into(),
            scale.into(),
            tables::with_interval(row),
            tables::cell_of(own(&row.variable, Stat::Sd)),
        ];
        cells.extend(alpha.then(|| tables::cell_of(of("", Stat::Alpha))));
        cells.extend([lowest.named("lowest").joined(highest.named("highest"), ends), tables::people(row, row.n), tables::code(row)]);
        table.rows.push(Row::Cells(cells));
    }
    table.base = figure::base(context, analysis, means);
    table.notes = figure::standing_notes(context, analysis, means);
    if alpha {
        table.notes.push("Alpha: Cronbach’s alpha, internal consistency.".into());
    }
    table.notes.push("Ends: share of people with the lowest and with the highest possible score.".into());
    Some(table)
}

/// Means across the levels of region or another group.
fn by_group(context: &Context<'_>, analysis: &AnalysisWords, latest: &Pick<'_>, scores: &[String], wave: &str) -> Option<Table> {
    let means = latest.stat(Stat::Mean).keep(|row| scores.contains(&row.variable));
    let group = figure::main_group(&means)?;
    let cells = means.by(&[&group]);
    let groups: Vec<(String, Vec<&ResultRow>)> = scores
        .iter()
        .map(|score| (words::capital(&labels::spoken(context.book, &analysis.dataset, score)), cells.variable(score).rows().to_vec()))
        .filter(|(_, rows)| !rows.is_empty())
        .collect();
    let split = labels::spoken(context.book, &analysis.dataset, &group);
    let caption = format!("Mean scores by {split}{}", figure::in_wave(wave));
    let mut table = figure::table(&caption, &words::capital(&split), &groups, |row| row.groups.get(&group).cloned().unwrap_or_default());
    table.base = figure::base(context, analysis, cells.rows());
    table.notes = figure::standing_notes(context, analysis, cells.rows());
    table.folded = true;
    Some(table)
}

/// Shares in the bands of each instrument.
fn bands(context: &Context<'_>, analysis: &AnalysisWords, latest: &Pick<'_>, wave: &str) -> Option<Figure> {
    let shares = latest.stat(Stat::Proportion).by(&[]).keep(|row| row.variable.ends_with("_band") && !row.variable.ends_with("_own_band"));
    let chunk: Vec<(String, Vec<&ResultRow>)> = shares
        .variables()
        .into_iter()
        .map(|name| {
            let label = context.book.instrument(&name).map(|(instrument, _)| words::capital(&instrument.construct)).filter(|label| !label.is_empty());
            (
                label.unwrap_or_else(|| labels::variable(context.book, &analysis.dataset, &name)),
                ordered(context, &analysis.dataset, shares.variable(&name).rows()),
            )
        })
        .collect();
    let lead = chunk.first().and_then(|(_, rows)| telling(rows))?;
    Some(super::demographics::bars(context, analysis, lead, chunk, wave))
}

/// Means of the first score by center.
fn centers(context: &Context<'_>, analysis: &AnalysisWords, latest: &Pick<'_>, scores: &[String], wave: &str) -> Option<Figure> {
    let score = scores.first()?;
    let mut rows = latest.variable(score).stat(Stat::Mean).by(&["center_name"]).rows().to_vec();
    rows.sort_by(|a, b| a.groups.cmp(&b.groups));
    let lead = *rows.first()?;
    let hidden = rows.iter().filter(|row| row.is_suppressed()).count();
    let shown: Vec<&ResultRow> = rows.iter().copied().filter(|row| !row.is_suppressed()).collect();
    let name = |row: &ResultRow| row.groups.get("center_name").cloned().unwrap_or_default();
    let overall = latest.variable(score).stat(Stat::Mean).by(&[]).first().and_then(|row| row.estimate);
    let bars = Bars {
        scale: Scale::Number { decimals: 1 },
        shape: BarShape::Dot,
        range: labels::range(context.book, &analysis.dataset, score),
        measure: "Mean".into(),
        series: vec![String::new()],
        rows: shown.iter().map(|row| BarRow { heading: None, label: name(row), accent: false, estimates: vec![estimate(row)] }).collect(),
        reference: overall.map(|mean| (mean, "all centers".into())),
    };
    let spoken = labels::spoken(context.book, &analysis.dataset, score);
    let overlap = shown
        .iter()
        .filter(|row| overall.is_some_and(|mean| row.conf_low.is_some_and(|low| low > mean) || row.conf_high.is_some_and(|high| high < mean)))
        .count();
    let title = headline(
        if overlap == 0 {
            format!("No center’s mean {spoken} stands clearly apart")
        } else {
            format!("{overlap} of {} centers differ clearly from the mean of all centers", shown.len())
        },
        "Means by center",
    );
    let subtitle =
        format!("Mean {spoken} by center{}; lines are 95% intervals. Centers stand in alphabetical order and are not ranked.", figure::in_wave(wave));
    let mut notes = Vec::new();
    if hidden > 0 {
        notes.push(format!("Not drawn, with too few answers: {hidden} of {} centers.", hidden + shown.len()));
    }
    let sketch = Sketch { lead, title, subtitle, kind: "Dot chart", groups: vec![(String::new(), rows)], head: "Center".into(), notes };
    Some(figure::figure(context, analysis, sketch, Chart::Bars(bars), name))
}
