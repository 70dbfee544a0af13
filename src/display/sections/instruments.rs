//! Charts of instruments: answers to each item, and scores over years in recovery or another number.

use super::figure::{self, Sketch, estimate};
use super::{Context, headline, words};
use crate::display::charts::{Chart, Diverging, DivergingRow, Scale, VitalPanel, VitalSigns};
use crate::display::parts::Figure;
use crate::display::pick::Pick;
use crate::display::{AnalysisWords, InstrumentWords, curves, labels};
use crate::results::{ResultRow, Stat};

/// Most panels of the chart of curves.
const MOST_PANELS: usize = 6;

/// Answers to the items of each instrument whose answers the analysis shows.
pub(super) fn answers(context: &Context<'_>, analysis: &AnalysisWords, latest: &Pick<'_>) -> Vec<Figure> {
    // Several datasets may have an instrument, each with its own columns.
    let named = |id: &String| {
        let mut those = context.book.instruments.iter().filter(|instrument| instrument.id == *id);
        those.find_map(|instrument| answers_to(context, analysis, latest, instrument))
    };
    analysis.answers.iter().filter_map(named).collect()
}

fn answers_to(context: &Context<'_>, analysis: &AnalysisWords, latest: &Pick<'_>, instrument: &InstrumentWords) -> Option<Figure> {
    let shares = latest.stat(Stat::Proportion).by(&[]);
    let levels = levels(instrument, &shares);
    let mut groups: Vec<(String, Vec<&ResultRow>)> = Vec::new();
    let mut rows = Vec::new();
    for (item, _) in &instrument.items {
        let own = shares.variable(item);
        if own.is_empty() {
            continue;
        }
        let found: Vec<Option<&ResultRow>> = levels.iter().map(|level| own.level(level).first()).collect();
        let label = labels::variable(context.book, &analysis.dataset, item);
        rows.push(DivergingRow {
            label: label.clone(),
            shares: found.iter().map(|row| row.map_or_else(|| crate::display::charts::Estimate::of(0.0), estimate)).collect(),
            negative: None,
            positive: None,
            n: own.first().and_then(|row| row.denominator),
        });
        groups.push((label, found.into_iter().flatten().collect()));
    }
    let lead = *groups.first()?.1.last()?;
    let construct = if instrument.construct.is_empty() { &instrument.title } else { &instrument.construct };
    let top = levels.last().cloned().unwrap_or_default();
    let best = groups
        .iter()
        .filter_map(|(label, rows)| Some((label, rows.last()?.estimate?)))
        .fold(None, |best: Option<(&String, f64)>, next| if best.is_some_and(|best| best.1 >= next.1) { best } else { Some(next) });
    let title = match best {
        Some((label, share)) => {
            headline(format!("{} answered “{top}” to “{label}”", words::percent(share)), &format!("How people answered the questions on {construct}"))
        }
        None => format!("How people answered the questions on {construct}"),
    };
    let wave = lead.wave.clone().unwrap_or_default();
    let subtitle = format!(
        "Answers to the {} questions of the {}, share of {}{}.",
        groups.len(),
        labels::abbreviation(&instrument.title).unwrap_or(&instrument.title),
        context.book.noun(&analysis.dataset),
        figure::in_wave(&wave)
    );
    let neutral = (levels.len() % 2 == 1).then_some(levels.len() / 2);
    let ends = sides(&levels);
    let chart = Chart::Diverging(Diverging { levels, neutral, ends, rows });
    let sketch = Sketch { lead, title, subtitle, kind: "Diverging stacked bar chart", groups, head: "Answer".into(), notes: Vec::new() };
    Some(figure::figure(context, analysis, sketch, chart, |row| row.level.clone().unwrap_or_default()))
}

/// What the answers of either side have in common: `Agree` of `Slightly agree`, `Agree` and `Strongly agree`; else from where to where they
/// go, without the words that end all of them.
fn sides(levels: &[String]) -> (String, String) {
    let half = levels.len() / 2;
    let (low, high) = (&levels[..half], &levels[levels.len() - half..]);
    match (shared_word(low), shared_word(high)) {
        // One word for both sides tells neither from the other.
        (first, second) if first == second => {
            let tail = first.map_or(0, |_| shared_tail(levels));
            (span(low, tail), span(high, tail))
        }
        (first, second) => (first.unwrap_or_else(|| span(low, 0)), second.unwrap_or_else(|| span(high, 0))),
    }
}

/// The last word of all levels of a side.
fn shared_word(side: &[String]) -> Option<String> {
    let last = |level: &String| level.split_whitespace().next_back().unwrap_or_default().to_lowercase();
    let word = side.first().map(last)?;
    (side.len() > 1 && word.len() > 3 && side.iter().all(|level| last(level) == word)).then(|| words::capital(&word))
}

/// From which level to which a side goes, each without so many words at its end.
fn span(side: &[String], tail: usize) -> String {
    let short = |level: &String| {
        let words: Vec<&str> = level.split_whitespace().collect();
        words[..words.len().saturating_sub(tail)].join(" ")
    };
    match side {
        [] => String::new(),
        [only] => only.clone(),
        [from, .., to] => format!("{} to {}", short(from), words::small(&short(to))),
    }
}

/// How many words end all levels; of none of them all.
fn shared_tail(levels: &[String]) -> usize {
    let backwards = |level: &String| level.split_whitespace().rev().map(str::to_lowercase).collect::<Vec<String>>();
    let Some(first) = levels.first().map(backwards) else { return 0 };
    let same = |place: &usize| levels.iter().all(|level| backwards(level).len() > place + 1 && backwards(level).get(*place) == first.get(*place));
    (0..first.len()).take_while(same).count()
}

/// Answers in the order of the instrument; those in the rows, sorted as they come, when it does not say.
fn levels(instrument: &InstrumentWords, shares: &Pick<'_>) -> Vec<String> {
    if !instrument.answers.is_empty() {
        return instrument.answers.clone();
    }
    let mut levels = shares.keep(|row| instrument.items.iter().any(|(item, _)| *item == row.variable)).levels();
    levels.sort_by(|a, b| match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(a), Ok(b)) => a.total_cmp(&b),
        _ => a.cmp(b),
    });
    levels
}

/// Scores over years in recovery or another number: binned means, smooth and ribbon.
pub(super) fn vital_signs(context: &Context<'_>, analysis: &AnalysisWords, latest: &Pick<'_>, scores: &[String]) -> Option<Figure> {
    let bin = curves::bins(context.book, &analysis.id);
    let along = curves::spoken(context.book, &analysis.dataset, curves::variable(context.book, &analysis.id));
    let mut panels = Vec::new();
    let mut groups: Vec<(String, Vec<&ResultRow>)> = Vec::new();
    for score in scores {
        let own = latest.variable(score);
        let smooth = own.stat(Stat::Smooth);
        let bins = own.stat(Stat::Mean).by(&[&bin]);
        if smooth.is_empty() && bins.is_empty() || panels.len() == MOST_PANELS {
            continue;
        }
        let range = labels::range(context.book, &analysis.dataset, score).unwrap_or_else(|| seen_range(&[smooth.rows(), bins.rows()].concat()));
        let spoken = words::capital(&labels::spoken(context.book, &analysis.dataset, score));
        let at = |row: &ResultRow| row.level.as_deref().and_then(|level| level.parse::<f64>().ok());
        panels.push(VitalPanel {
            label: format!("{spoken} ({}–{})", words::short(range.0, 1), words::short(range.1, 1)),
            scale: Scale::Number { decimals: 1 },
            range,
            points: bins.rows().iter().filter_map(|row| Some((bin_middle(row.groups.get(&bin)?)?, estimate(row)))).collect(),
            smooth: smooth.rows().iter().filter(|row| row.estimate.is_some()).filter_map(|row| Some((at(row)?, estimate(row)))).collect(),
        });
        // the table shows the bins, or whole years of the curve where there are none
        let rows = if bins.is_empty() { smooth.keep(|row| at(row).is_some_and(|x| x.fract() == 0.0)).rows().to_vec() } else { bins.rows().to_vec() };
        groups.push((spoken, rows));
    }
    let lead = *groups.first()?.1.first()?;
    let wave = lead.wave.clone().unwrap_or_default();
    let noun = context.book.noun(&analysis.dataset);
    let title = headline(ends(context, latest, scores.first()?, &along), &format!("Scores over {along}"));
    let subtitle = format!("Mean scores of {noun} by {along}{}: dots are groups of {noun}, lines a smooth with its 95% band.", figure::in_wave(&wave));
    let notes = vec![
        format!("People with {} are different people: the curve compares them and does not follow anyone through time.", more_and_less(&along)),
        "The axis of each panel shows the whole range of its scale.".to_owned(),
    ];
    let sketch = Sketch { lead, title, subtitle, kind: "Small multiples of curves", groups, head: words::capital(&along), notes };
    let name = |row: &ResultRow| row.groups.get(&bin).or(row.level.as_ref()).cloned().unwrap_or_default();
    Some(figure::figure(context, analysis, sketch, Chart::VitalSigns(VitalSigns { along: words::capital(&along), panels }), name))
}

/// `more and with fewer years in recovery`, or words that fit any number.
fn more_and_less(along: &str) -> String {
    if along.starts_with("years") { format!("more and with fewer {along}") } else { format!("higher and with lower values of {along}") }
}

/// What the ends of the first curve say: higher only when their intervals do not meet.
fn ends(context: &Context<'_>, latest: &Pick<'_>, score: &str, along: &str) -> String {
    let own = latest.variable(score);
    let smooth = own.stat(Stat::Smooth).keep(|row| row.conf_low.is_some() && row.conf_high.is_some());
    let (Some(first), Some(last)) = (smooth.first(), smooth.last()) else { return format!("Scores over {along}") };
    let spoken = labels::spoken(context.book, &first.dataset, score);
    let (few, at) = (first.level.clone().unwrap_or_default(), curves::at(context.book, last));
    match (last.conf_low > first.conf_high, last.conf_high < first.conf_low) {
        (true, _) => format!("Mean {spoken} is higher {at} than at {few}"),
        (_, true) => format!("Mean {spoken} is lower {at} than at {few}"),
        _ => format!("No clear difference in {spoken} by {along}"),
    }
}

fn seen_range(rows: &[&ResultRow]) -> (f64, f64) {
    let ends = rows.iter().flat_map(|row| [row.conf_low.or(row.estimate), row.conf_high.or(row.estimate)]).flatten();
    let (low, high) = ends.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    if low.is_finite() && high > low { (low.floor(), high.ceil()) } else { (0.0, 1.0) }
}

/// The middle of `1 to 2`, `1–2` or `[1, 2)`; the number of `5 and more`.
fn bin_middle(bin: &str) -> Option<f64> {
    let numbers: Vec<f64> = bin.split(|letter: char| !letter.is_ascii_digit() && letter != '.').filter_map(|part| part.parse::<f64>().ok()).collect();
    match numbers.as_slice() {
        [low, high, ..] => Some(f64::midpoint(*low, *high)),
        [only] if bin.to_lowercase().starts_with("under") || bin.to_lowercase().starts_with("less") => Some(only / 2.0),
        [only] => Some(*only),
        [] => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{bin_middle, sides};

    #[test]
    fn sides_of_answers_are_told_apart() {
        let of = |levels: &[&str]| {
            let (low, high) = sides(&levels.iter().map(|level| (*level).to_owned()).collect::<Vec<String>>());
            format!("{low} | {high}")
        };
        assert_eq!(of(&["Strongly disagree", "Disagree", "Slightly agree", "Agree"]), "Disagree | Agree");
        assert_eq!(
            of(&["None of the time", "A little of the time", "Some of the time", "Most of the time", "All of the time"]),
            "None to a little | Most to all"
        );
        assert_eq!(of(&["Never", "Rarely", "Often", "Always"]), "Never to rarely | Often to always");
        assert_eq!(of(&["No", "Yes"]), "No | Yes");
    }

    #[test]
    fn bins_have_a_middle() {
        assert_eq!(bin_middle("1 to 2"), Some(1.5));
        assert_eq!(bin_middle("[0.5, 1)"), Some(0.75));
        assert_eq!(bin_middle("0–1"), Some(0.5));
        assert_eq!(bin_middle("Under 1"), Some(0.5));
        assert_eq!(bin_middle("20 and more"), Some(20.0));
        assert_eq!(bin_middle("none"), None);
    }
}
