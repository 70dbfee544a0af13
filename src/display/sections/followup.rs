//! Where are people some months later: who was interviewed in time, against the floor, and what changed among them.

use super::split::{self, Sides};
use super::telling::telling;
use super::{Context, Draft, figure, headline};
use crate::display::cells::{Cell, Format};
use crate::display::parts::{Block, Figure, Row, Table};
use crate::display::pick::Pick;
use crate::display::{AnalysisWords, FollowupWords, labels, sentences, tables, words};
use crate::results::{ResultRow, Stat, short_code};

/// Group of the state of a window, and the level of people who were due.
const WINDOW: &str = "followup_window";
/// Group of those with an answer in time and those without.
const SEEN: &str = "followup_seen";

pub(super) fn draft(context: &Context<'_>, analysis: &AnalysisWords) -> Draft {
    let rows = context.rows.analysis(&analysis.id);
    let mut draft = Draft::default();
    let Some(rule) = &analysis.followup else { return draft };
    let status = rows.variable("followup_status").stat(Stat::Proportion);
    let rate = status.by(&[WINDOW]).group(WINDOW, "closed").level("in window").first();
    let outside = rows.variable("followup_rule").first();
    // a rule that was in force for nobody has no floor to hold against a rate
    let floor = rule.floor.filter(|_| outside.is_none_or(|row| row.is_suppressed() || row.estimate != row.denominator));
    if let Some(rate) = rate {
        let noun = context.book.noun(&analysis.dataset);
        draft.finding = sentences::rate_heading(rate, noun, floor).map(|text| headline(text, "Follow-up interviews against their floor")).unwrap_or_default();
        draft.paragraph.push(context.sentence(rate));
        let floor = floor.and_then(|floor| sentences::against_floor(rate, floor));
        draft.paragraph.extend(floor.clone());
        draft.point_with(rate, &short_code(&rate.id()), floor.unwrap_or_default());
    }
    draft.paragraph.push(told_rule(rule));
    draft.paragraph.extend(outside.map(|row| not_in_force(context, row, rule, floor)));
    draft.paragraph.extend(several_intakes(context, analysis, &rows));
    draft.blocks.extend(standing(context, analysis, &rows).map(|table| Block::Table(Box::new(table))));
    draft.blocks.extend(by_group(context, analysis, &status).map(|table| Block::Table(Box::new(table))));
    outcomes(context, analysis, rule, &rows, &mut draft);
    draft
}

/// When an interview counts, in words.
fn told_rule(rule: &FollowupWords) -> String {
    let force = match &rule.in_force {
        [from, until] if !from.is_empty() && !until.is_empty() => format!(" (in force from {} to {})", words::date(from), words::date(until)),
        [from, _] if !from.is_empty() => format!(" (in force since {})", words::date(from)),
        [_, until] if !until.is_empty() => format!(" (in force until {})", words::date(until)),
        _ => String::new(),
    };
    format!(
        "By the rule “{}”{force}, an interview is in time from {} to {} after intake, the first and the last day included. Whoever’s last day has passed was due.",
        rule.title, rule.opens, rule.closes
    )
}

/// That the rule was not made for some of the intakes.
fn not_in_force(context: &Context<'_>, row: &ResultRow, rule: &FollowupWords, floor: Option<f64>) -> String {
    if row.is_suppressed() {
        return "At some intakes the rule was not in force; how many is hidden to protect people.".to_owned();
    }
    let aside = if rule.floor.is_some() && floor.is_none() { " So its floor is not held against the rate." } else { "" };
    format!("{}{aside}", context.sentence(row))
}

/// How many people have further intakes, and how many interviews belong to those; nothing where few do.
fn several_intakes(context: &Context<'_>, analysis: &AnalysisWords, rows: &Pick<'_>) -> Option<String> {
    let people = rows.variable("followup_intakes").first().filter(|row| !row.is_suppressed())?;
    let later = rows.variable("followup_faults").level("follow-ups after coming in again, not used").first().and_then(|row| row.estimate);
    let Some(later) = later else { return Some(context.sentence(people)) };
    let who = words::counted(people.estimate?, context.book.noun(&analysis.dataset));
    let interviews = words::counted(later, "follow-ups");
    Some(format!("{who} came in more than once: only the first time counts here, and {interviews} after coming in again are not used."))
}

/// Where each person stands.
fn standing(context: &Context<'_>, analysis: &AnalysisWords, rows: &Pick<'_>) -> Option<Table> {
    let counts = rows.variable("people").stat(Stat::Count);
    let all = counts.by(&[]).first()?;
    let day = words::date(&context.book.as_of);
    let noun = context.book.noun(&analysis.dataset);
    let who = words::capital(noun);
    let heads = [("Where people stand", ""), (who.as_str(), "unweighted"), ("Share", "%"), ("95% interval", ""), ("Code", "")];
    let mut table = Table { caption: format!("Follow-up interviews on {day}"), columns: Table::columns(&heads), coded: true, ..Table::default() };
    let whole = |name: &str, row: &ResultRow| {
        Row::Total(vec![name.into(), tables::people(row, row.n), Cell::absent().told(String::new()), Cell::absent().told(String::new()), tables::code(row)])
    };
    table.rows.push(whole("With a dated intake", all));
    let mut used = vec![all];
    for (window, name) in [
        ("closed", "Were due: the last day has passed"),
        ("not closed", "The last day has not passed"),
        ("care ended", "Care ended before the last day, without an interview in time: not due"),
    ] {
        let Some(people) = counts.by(&[WINDOW]).group(WINDOW, window).first() else { continue };
        table.rows.push(whole(name, people));
        used.push(people);
        for row in rows.variable("followup_status").by(&[WINDOW]).group(WINDOW, window).rows() {
            let cells = vec![standing_words(row).into(), tables::people(row, row.n), tables::cell(row), tables::interval(row), tables::code(row)];
            table.rows.push(Row::Cells(cells));
            used.push(row);
        }
    }
    table.base = format!("{} with a dated intake", figure_people(all, noun));
    table.notes = marks(context, analysis, &used);
    table.notes.insert(
        0,
        "Shares are of the people who were due, or of those whose last day has not passed. The share in time of those who were due is the follow-up rate."
            .into(),
    );
    table.notes.extend(faults(rows));
    Some(table)
}

fn figure_people(row: &ResultRow, noun: &str) -> String {
    row.n.map_or_else(|| noun.to_owned(), |n| words::counted(n, noun))
}

/// The words of a status in a table.
fn standing_words(row: &ResultRow) -> &'static str {
    match row.level.as_deref().unwrap_or_default() {
        "in window" if row.groups.get(WINDOW).is_some_and(|window| window == "closed") => "Interviewed in time",
        "in window" => "Interviewed already",
        "early" => "Interviewed too early",
        "late" => "Interviewed too late",
        "missed" if sentences::counts_not(row) => "No interview that counts",
        "missed" => "Not interviewed",
        "due now" => "Due now",
        _ => "Not due yet",
    }
}

/// What did not fit together in the records.
fn faults(rows: &Pick<'_>) -> Option<String> {
    let told: Vec<String> =
        rows.variable("followup_faults").rows().iter().filter_map(|row| Some(format!("{}: {}", row.level.as_deref()?, words::count(row.estimate?)))).collect();
    (!told.is_empty()).then(|| format!("In the records: {}.", told.join("; ")))
}

/// The rate for each level of a group.
fn by_group(context: &Context<'_>, analysis: &AnalysisWords, status: &Pick<'_>) -> Option<Table> {
    let rates = status.level("in window").keep(|row| row.groups.len() > 1);
    let first = rates.first()?;
    let noun = context.book.noun(&analysis.dataset);
    let heads = [("Group", ""), ("In time", "%"), ("95% interval", ""), ("In time", noun), ("Due", noun), ("Code", "")];
    let mut table = Table {
        caption: format!("Follow-up rate by group: share of {noun} due who were interviewed in time"),
        columns: Table::columns(&heads),
        coded: true,
        ..Table::default()
    };
    let mut groups: Vec<String> = rates.rows().iter().flat_map(|row| row.groups.keys()).filter(|group| *group != WINDOW).cloned().collect();
    groups.dedup();
    groups.sort();
    groups.dedup();
    for group in groups {
        table.rows.push(Row::Group(labels::variable(context.book, &first.dataset, &group)));
        for row in rates.by(&[WINDOW, &group]).rows() {
            let name = row.groups.get(&group).cloned().unwrap_or_default();
            table.rows.push(Row::Cells(vec![
                name.into(),
                tables::cell(row),
                tables::interval(row),
                tables::people(row, row.n),
                tables::people(row, row.denominator),
                tables::code(row),
            ]));
        }
    }
    table.notes =
        figure::standing_notes(context, analysis, rates.rows()).into_iter().filter(|note| !note.starts_with("Base") && !note.starts_with("Without")).collect();
    table.folded = true;
    Some(table)
}

/// Outcomes at both interviews: what is said of them, the chart, the tables.
fn outcomes(context: &Context<'_>, analysis: &AnalysisWords, rule: &FollowupWords, rows: &Pick<'_>, draft: &mut Draft) {
    let changes = rows.stat(Stat::Difference).by(&[WINDOW, SEEN]);
    let shares = rows.stat(Stat::Proportion).by(&[WINDOW, SEEN, &rule.each]).group(SEEN, "followed");
    let names: Vec<String> = analysis.variables.iter().filter(|name| !shares.variable(name).is_empty()).cloned().collect();
    let shown = |row: &&&ResultRow| row.estimate.is_some() && !row.is_suppressed();
    let told: Vec<&ResultRow> = changes.rows().iter().filter(shown).copied().collect();
    draft.paragraph.extend(told.iter().take(2).map(|row| context.sentence(row)));
    if !told.is_empty() {
        draft.paragraph.push("There is no group to compare with, so this shows change and not what brought it about.".into());
    }
    let lead = names.iter().find_map(|name| telling(shares.variable(name).group(&rule.each, &rule.moments[1]).rows()));
    if let Some(lead) = lead {
        let figure = chart(context, analysis, rule, &shares, &names, lead);
        if let Some(change) = told.first() {
            draft.point(change, &figure.code);
        }
        draft.blocks.push(Block::Figure(Box::new(figure)));
    }
    draft.blocks.extend(change_table(context, analysis, rule, rows, &names).map(|table| Block::Table(Box::new(table))));
    draft.blocks.extend(rate_table(context, analysis, rule, rows, &names).map(|table| Block::Table(Box::new(table))));
    draft.blocks.extend(lost_table(context, analysis, rule, rows, &names).map(|table| Block::Table(Box::new(table))));
    draft.blocks.extend(sensitivity_table(context, analysis, rule, rows, &names).map(|table| Block::Table(Box::new(table))));
}

fn chart<'a>(context: &Context<'_>, analysis: &AnalysisWords, rule: &FollowupWords, shares: &Pick<'a>, names: &[String], lead: &'a ResultRow) -> Figure {
    let noun = context.book.noun(&analysis.dataset);
    let [first, last] = rule.moments.each_ref().map(|moment| words::small(moment));
    let about = Sides {
        title: split::finding(context, shares, lead, &rule.each, &rule.moments[0]),
        subtitle: format!("Share of {noun} with an answer at {first} and again in time at {last}."),
        note: "The same people stand in both bars of a pair; the table of changes says which changes are clear.".to_owned(),
        group: rule.each.clone(),
        levels: rule.moments.to_vec(),
    };
    split::bars(context, analysis, shares, names, lead, &about)
}

/// The same people at both interviews: shares and their difference.
fn change_table(context: &Context<'_>, analysis: &AnalysisWords, rule: &FollowupWords, rows: &Pick<'_>, names: &[String]) -> Option<Table> {
    let [first, last] = &rule.moments;
    let noun = context.book.noun(&analysis.dataset);
    let who = words::capital(noun);
    let heads = [
        ("Outcome", ""),
        (who.as_str(), "seen twice"),
        (first.as_str(), "%"),
        (last.as_str(), "%"),
        ("Difference", "points (95% interval)"),
        ("p", ""),
        ("Code", ""),
    ];
    let caption = format!("Outcomes of the same {noun} at {} and at {}", words::small(first), words::small(last));
    let mut table = Table { caption, columns: Table::columns(&heads), coded: true, ..Table::default() };
    let mut used: Vec<&ResultRow> = Vec::new();
    for name in names {
        let share = |moment: &str| at(rows, rule, name, moment);
        let change = rows.variable(name).stat(Stat::Difference).by(&[WINDOW, SEEN]).first();
        table.rows.push(Row::Cells(vec![
            labels::variable(context.book, &analysis.dataset, name).into(),
            share(first).map_or_else(Cell::absent, |row| tables::people(row, row.denominator)),
            tables::cell_of(share(first)),
            tables::cell_of(share(last)),
            change.map_or_else(Cell::absent, tables::with_interval),
            change.map_or_else(Cell::absent, p_cell),
            change.map_or_else(Cell::absent, tables::code),
        ]));
        used.extend(share(first).into_iter().chain(share(last)).chain(change));
    }
    if used.is_empty() {
        return None;
    }
    table.base = figure::base(context, analysis, &used);
    table.notes = marks(context, analysis, &used);
    if used.iter().any(|row| row.method.contains("McNemar")) {
        table
            .notes
            .push("p: McNemar’s test, exact where fewer than 25 people changed. Several outcomes are tested, so one small p alone says little.".to_owned());
    }
    if used.iter().any(|row| row.method.contains("McNemar") && row.p_value.is_some() && row.test_statistic.is_none()) {
        table.notes.push("The exact test is cautious: where few people changed, p can lie above 0.05 although the interval leaves out zero.".to_owned());
    }
    Some(table)
}

/// The change as federal reports print it.
fn rate_table(context: &Context<'_>, analysis: &AnalysisWords, rule: &FollowupWords, rows: &Pick<'_>, names: &[String]) -> Option<Table> {
    let [first, last] = &rule.moments;
    let noun = context.book.noun(&analysis.dataset);
    let heads = [("Outcome", ""), (first.as_str(), "%"), (last.as_str(), "%"), ("Rate of change", "% (95% interval)"), ("Code", "")];
    let caption = format!("Rates of change of the same {noun}, as federal reports print them");
    let mut table = Table { caption, columns: Table::columns(&heads), coded: true, ..Table::default() };
    let mut used: Vec<&ResultRow> = Vec::new();
    for name in names {
        let share = |moment: &str| at(rows, rule, name, moment);
        let Some(rate) = rows.variable(name).stat(Stat::RateOfChange).by(&[WINDOW, SEEN]).first() else { continue };
        let label = labels::variable(context.book, &analysis.dataset, name);
        table.rows.push(Row::Cells(vec![
            label.into(),
            tables::cell_of(share(first)),
            tables::cell_of(share(last)),
            tables::with_interval(rate),
            tables::code(rate),
        ]));
        used.push(rate);
    }
    if used.is_empty() {
        return None;
    }
    table.base = figure::base(context, analysis, &used);
    table.notes =
        vec!["Rate of change: later less earlier share, over the earlier share. From 20% to 30% the rate is 50%, and the difference 10 points.".to_owned()];
    table.notes.extend(marks(context, analysis, &used));
    table.folded = true;
    Some(table)
}

/// The share of those with an answer in time at one of the two interviews.
fn at<'a>(rows: &Pick<'a>, rule: &FollowupWords, name: &str, moment: &str) -> Option<&'a ResultRow> {
    rows.variable(name).stat(Stat::Proportion).group(SEEN, "followed").group(&rule.each, moment).first()
}

fn p_cell(row: &ResultRow) -> Cell {
    if row.is_suppressed() { Cell::hidden() } else { row.p_value.map_or_else(Cell::absent, |p| Cell::number(p, Format::P)) }
}

/// What the marks in a table mean.
fn marks(context: &Context<'_>, analysis: &AnalysisWords, rows: &[&ResultRow]) -> Vec<String> {
    figure::standing_notes(context, analysis, rows).into_iter().filter(|note| note.starts_with(['†', '*', '—'])).collect()
}

/// The outcomes at intake of everybody due, of those with an answer in time and of those without, and how far the two are apart.
fn lost_table(context: &Context<'_>, analysis: &AnalysisWords, rule: &FollowupWords, rows: &Pick<'_>, names: &[String]) -> Option<Table> {
    let noun = context.book.noun(&analysis.dataset);
    let intake = words::small(&rule.moments[0]);
    let heads =
        [("At intake", ""), ("All due", "% (n)"), ("Answer in time", "% (n)"), ("None in time", "% (n)"), ("Apart", "standard deviations"), ("Code", "")];
    let caption = format!("Who was lost: {noun} who were due, at {intake}");
    let mut table = Table { caption, columns: Table::columns(&heads), coded: true, ..Table::default() };
    let apart = rows.stat(Stat::StandardizedDifference);
    let mut used: Vec<&ResultRow> = Vec::new();
    let others: Vec<String> = apart.variables().into_iter().filter(|name| !names.contains(name)).collect();
    for name in names.iter().chain(&others) {
        let own = rows.variable(name).stat(Stat::Proportion).group(&rule.each, &rule.moments[0]);
        let all = own.by(&[WINDOW, &rule.each]).first();
        let seen = |level: &str| own.group(SEEN, level).first();
        let (parts, distance) = ([all, seen("followed"), seen("lost")], apart.variable(name).first());
        let mut cells: Vec<Cell> = vec![labels::variable(context.book, &analysis.dataset, name).into()];
        cells.extend(parts.iter().map(|row| row.map_or_else(|| Cell::absent().told(String::new()), tables::percent_n)));
        cells.push(tables::cell_of(distance));
        cells.push(distance.map_or_else(Cell::absent, tables::code));
        table.rows.push(Row::Cells(cells));
        used.extend(parts.into_iter().flatten().chain(distance));
    }
    if used.is_empty() {
        return None;
    }
    table.base = figure::base(context, analysis, &used);
    table.notes = vec![
        "None in time: not interviewed, interviewed too early or too late, or in time but without this answer. Apart: standardized difference, without \
         less with an answer in time (of other fields: an interview in time); of several levels a distance without sign. Beyond 0.1 the two groups are often called unlike, beyond 0.25 very unlike."
            .to_owned(),
    ];
    table.notes.extend(marks(context, analysis, &used));
    Some(table)
}

/// What those lost could do to the figures: weighted changes, and bounds whatever they answered.
fn sensitivity_table(context: &Context<'_>, analysis: &AnalysisWords, rule: &FollowupWords, rows: &Pick<'_>, names: &[String]) -> Option<Table> {
    let later = &rule.moments[1];
    let noun = context.book.noun(&analysis.dataset);
    let share = format!("%, {}", words::small(later));
    let of = |how: &str| rows.stat(Stat::Difference).keep(|row| row.groups.get("who").is_some_and(|who| who.starts_with(how)));
    let (weights, imputed) = (of("weighted"), of("imputed"));
    let mut heads = vec![("Outcome", "")];
    heads.extend((!weights.is_empty()).then_some(("Weighted change", "points")));
    heads.extend((!imputed.is_empty()).then_some(("Imputed change", "points")));
    heads.extend([("Possible", share.as_str()), ("Code", if weights.is_empty() { "of lowest" } else { "of weighted" })]);
    let caption = format!("How much those lost could matter: {noun} who were due");
    let mut table = Table { caption, columns: Table::columns(&heads), coded: true, ..Table::default() };
    let mut used: Vec<&ResultRow> = Vec::new();
    for name in names {
        let own = rows.variable(name);
        let weighted = weights.variable(name).first();
        let bound = |level: &str| own.stat(Stat::Bound).level(level).first();
        let mut cells: Vec<Cell> = vec![labels::variable(context.book, &analysis.dataset, name).into()];
        cells.extend((!weights.is_empty()).then(|| weighted.map_or_else(Cell::absent, tables::with_interval)));
        cells.extend((!imputed.is_empty()).then(|| imputed.variable(name).first().map_or_else(Cell::absent, tables::with_interval)));
        cells.push(tables::range(tables::cell_of(bound("lowest")), tables::cell_of(bound("highest"))));
        cells.push(weighted.or_else(|| bound("lowest")).map_or_else(Cell::absent, tables::code));
        table.rows.push(Row::Cells(cells));
        used.extend(weighted.into_iter().chain(imputed.variable(name).first()).chain(bound("lowest")).chain(bound("highest")));
    }
    if used.is_empty() {
        return None;
    }
    table.base = figure::base(context, analysis, &used);
    table.notes =
        vec!["Changes have their 95% intervals; the plain ones stand among the outcomes above. Possible: the share of everybody due if nobody, and if everybody, who was lost had the outcome.".to_owned()];
    if !weights.is_empty() {
        table.notes.push(
            "Weighted: people with an answer in time stand for those like them who were lost; this mends only what the fields at intake tell.".to_owned(),
        );
    }
    if !imputed.is_empty() {
        table.notes.push(
            "Imputed: what those lost may have answered is drawn many times from their other answers, and the changes of everybody due are pooled; this mends \
             only what these answers tell."
                .to_owned(),
        );
    }
    table.notes.extend(marks(context, analysis, &used));
    table.folded = true;
    Some(table)
}
