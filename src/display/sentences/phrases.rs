//! The predicate of a share and the sentence of a count: `were men`, `1,280 members answered in 2024`.

use super::{backing, interval, place, when};
use crate::display::{Book, labels, words};
use crate::results::{ResultRow, Stat, Unit};

/// Predicates by variable, where the codebook gives none; `{level}` stands for the level, `{small}` for it in small letters.
const PHRASES: [(&str, &str); 20] = [
    ("gender", "described their gender as {small}"),
    ("race", "described their race as {level}"),
    ("race_rollup", "described their race as {level} only"),
    ("age_group", "were aged {small}"),
    ("sexual_orientation", "described themselves as {small}"),
    ("primary_substance", "named {small} as their primary substance"),
    ("referral_source", "came by way of {small}"),
    ("referral", "came by way of {small}"),
    ("recovery_stage", "had been in recovery for {small}"),
    ("years_in_recovery_group", "had been in recovery for {small}"),
    ("recovery_band", "had been in recovery for {small}"),
    ("recovery_group", "had been in recovery for {small}"),
    ("attendance_length", "had been coming for {small}"),
    ("attendance_band", "had been coming for {small}"),
    ("length_group", "had been coming for {small}"),
    ("languages", "spoke {level}"),
    ("disability", "reported {small}"),
    ("disabilities", "reported {small}"),
    ("region", "were in {level}"),
    ("visit_frequency", "came {small}"),
];

/// Levels that have their own words.
const LEVELS: [(&str, &str, &str); 19] = [
    ("gender", "Male", "were men"),
    ("gender", "Female", "were women"),
    ("gender", "Man", "were men"),
    ("gender", "Woman", "were women"),
    ("gender", "Non-binary", "were non-binary"),
    ("hispanic", "Yes", "were Hispanic or Latino"),
    ("hispanic", "No", "were not Hispanic or Latino"),
    ("age_group", "Under 25", "were under 25"),
    ("veteran", "Yes", "had served in the Armed Forces"),
    ("armed_forces", "Yes", "had served in the Armed Forces"),
    ("race_rollup", "Multiracial", "chose more than one race"),
    ("renewal", "Due", "were due for renewal"),
    ("renewal", "Current", "held a current certificate"),
    ("exam_passed", "Yes", "had passed the exam"),
    ("abstinent", "Yes", "were abstinent"),
    ("housed", "Yes", "were housed"),
    ("not_arrested", "Yes", "had not been arrested"),
    ("lgbtq", "Yes", "described themselves as LGBTQ+"),
    ("race_rollup", "Other", "described their race as another one"),
];

/// How a share without words of its own begins.
const UNWORDED: &str = "reported “";

/// Whether a share has words of its own, and not only those that fit every question.
pub(crate) fn worded(row: &ResultRow, book: &Book) -> bool {
    !predicate(row, book).starts_with(UNWORDED)
}

/// What people in a level did or were.
pub(crate) fn predicate(row: &ResultRow, book: &Book) -> String {
    let level = row.level.as_deref().unwrap_or_default();
    let fill = |phrase: &str| phrase.replace("{level}", level).replace("{small}", &words::small(level));
    if row.variable == "missed_reason" {
        return format!("were marked “{level}”");
    }
    if let Some(words) = book.variable(&row.dataset, &row.variable).filter(|words| !words.phrase.is_empty()) {
        return fill(&words.phrase);
    }
    if let Some((_, _, phrase)) = LEVELS.iter().find(|(variable, own, _)| *variable == row.variable && *own == level) {
        return (*phrase).to_owned();
    }
    if let Some((_, phrase)) = PHRASES.iter().find(|(variable, _)| *variable == row.variable) {
        if level == "Other" {
            return format!("chose “{level}” for {}", labels::spoken(book, &row.dataset, &row.variable));
        }
        return fill(phrase);
    }
    if book.instruments.iter().any(|instrument| instrument.items.iter().any(|(item, _)| *item == row.variable)) {
        return format!("answered “{level}” to “{}”", labels::variable(book, &row.dataset, &row.variable));
    }
    if let Some((instrument, form)) = book.instrument(&row.variable) {
        let construct = if instrument.construct.is_empty() { &instrument.title } else { &instrument.construct };
        return match form {
            "floor" => format!("had the lowest possible score for {construct}"),
            "ceiling" => format!("had the highest possible score for {construct}"),
            "reliable_change" if level == "same" => format!("showed no reliable change in {construct}{}", than(row, " since")),
            "reliable_change" => {
                let side = if level == "improved" { "better" } else { "worse" };
                format!("had reliably {side} scores for {construct}{}", than(row, " than in"))
            }
            _ if form.ends_with("band_change") => moved(level, construct, &than(row, " since")),
            _ if cut_off(form).is_some() => format!("{level} {} for {construct}{}", cut_off(form).unwrap_or_default(), than(row, " since")),
            "own_band" => format!("scored in the band “{level}” for {construct} by the cut-off of their sex"),
            _ => format!("scored in the band “{level}” for {construct}"),
        };
    }
    if let Some(base) = row.variable.strip_suffix("_met") {
        let goal = book.variable(&row.dataset, base).and_then(|words| words.goal).map(|goal| format!(" of {}", words::short(goal, 1))).unwrap_or_default();
        return format!("had met the goal{goal} for {}", labels::spoken(book, &row.dataset, base));
    }
    let label = labels::variable(book, &row.dataset, &row.variable);
    if level.is_empty() {
        return format!("had {}", words::small(&label));
    }
    match answered(book, row, &label) {
        Some(answered) => answered,
        None => format!("{UNWORDED}{level}” as {}", words::small(&label)),
    }
}

/// ` since 2022`, where a share is of people seen twice.
fn than(row: &ResultRow, word: &str) -> String {
    row.groups.get("compared_with").map(|wave| format!("{word} {wave}")).unwrap_or_default()
}

/// The cut-off in the name of a variable of people who crossed it: `the cut-off of 13`, `the cut-off of their sex`.
pub(super) fn cut_off(form: &str) -> Option<String> {
    let (_, cut) = form.rsplit_once("crossing_")?;
    Some(if form.starts_with("own_") { format!("the {}", words::own_cut_off(form, "their sex")) } else { format!("the cut-off of {cut}") })
}

/// `moved from the band “Low” to “High” for distress since 2022`.
fn moved(level: &str, construct: &str, since: &str) -> String {
    match level.split_once(" → ") {
        Some((before, after)) if before == after => format!("stayed in the band “{before}” for {construct}{since}"),
        Some((before, after)) => format!("moved from the band “{before}” to “{after}” for {construct}{since}"),
        None => format!("had “{level}” for {construct}{since}"),
    }
}

/// `answered “Yes” to “Have you seen any of them?”`, where the label is a question, one line of a question, or asks for a yes.
fn answered(book: &Book, row: &ResultRow, label: &str) -> Option<String> {
    let level = row.level.as_deref()?;
    let words = book.variable(&row.dataset, &row.variable);
    // A matrix asks one question of each of its lines: `… how favorably do you view them? – Han Solo`.
    let is_line = words.is_some_and(|words| words.question.strip_suffix(label).is_some_and(|start| start.trim_end().ends_with(['–', '-', '?', ':', '.'])));
    let is_asked = labels::is_question(label) || is_line || ["yes", "no"].iter().any(|word| level.eq_ignore_ascii_case(word));
    let several = words.is_some_and(|words| words.multi);
    is_asked.then(|| match (several && level != "Yes", is_line && !labels::is_question(label)) {
        (true, _) => format!("chose “{level}” for “{label}”"),
        (false, true) => format!("answered “{level}” for “{label}”"),
        (false, false) => format!("answered “{level}” to “{label}”"),
    })
}

/// The sentence of a count.
pub(super) fn count(row: &ResultRow, estimate: f64, book: &Book) -> String {
    let number = words::count(estimate);
    let many = |noun: &str| words::counted(estimate, noun);
    let noun = book.noun(&row.dataset);
    let place = place(row, book).map(|place| format!(" {place}")).unwrap_or_default();
    let scope = format!("{place}{}", row.wave.as_deref().filter(|_| !row.groups.contains_key("month")).map(|wave| format!(" in {wave}")).unwrap_or_default());
    let kind = book.analysis(&row.analysis).map(|analysis| analysis.kind.as_str()).unwrap_or_default();
    let level = row.level.as_deref();
    let label = labels::variable(book, &row.dataset, &row.variable);
    let verb = |one: &'static str, many: &'static str| if number == "1" { one } else { many };
    let text = match (row.variable.as_str(), level) {
        ("people", None) if kind == "attendance" => {
            let to = scope.strip_prefix(" at ").map(|center| format!(" to {center}"));
            format!("{} came{}", many("people"), to.as_deref().unwrap_or(&scope))
        }
        ("enrolled_people", None) => format!("{}{scope} {} a record on file", many(noun), verb("has", "have")),
        ("people", None) => format!("{} {}{scope}", many(noun), book.did(&row.dataset)),
        ("teams", None) => format!("{} answered{scope}", many("teams")),
        ("visits", None) => format!("People made {}{scope}", many("visits")),
        ("new_people", None) => format!("{} had their first visit in the log{scope}", many("people")),
        ("returning_people", None) => format!("{} who had come before came again{scope}", many("people")),
        ("organizations" | "programs" | "settings", None) => format!("{} {} counted{scope}", many(&words::small(&label)), verb("was", "were")),
        ("rows_in", None) => format!("{} {} read{scope}", many("rows"), verb("was", "were")),
        ("rows_kept", None) => format!("{} {} kept{scope}", many("rows"), verb("was", "were")),
        ("rows_rejected", None) => format!("{} {} rejected{scope}", many("rows"), verb("was", "were")),
        ("rows_rejected", Some(rule)) => format!("{} {} rejected{scope} by the rule “{rule}”", many("rows"), verb("was", "were")),
        ("values_rejected", None) => format!("{} {} rejected{scope}", many("values"), verb("was", "were")),
        ("values_rejected", Some(rule)) => format!("{} {} rejected{scope} by the rule “{rule}”", many("values"), verb("was", "were")),
        ("duplicate_taps", None) => format!("{} {} merged{scope}", many("duplicate check-ins"), verb("was", "were")),
        ("missing_checkouts", None) => format!("{} had no check-out{scope}", many("visits")),
        (variable, Some(reason)) if variable.ends_with("_band_change__missing") => {
            let spoken = labels::spoken(book, &row.dataset, &format!("{}_sum", variable.trim_end_matches("_own_band_change__missing")));
            let (whom, were) = (words::counted(estimate, "people seen twice"), verb("was", "were"));
            let text = format!("{whom} {were} not classified for {spoken}, as their {reason}");
            text.replace("sex not", "sex was not")
        }
        (variable, Some(reason)) if variable.ends_with("__missing") => {
            let base = labels::spoken(book, &row.dataset, variable.trim_end_matches("__missing"));
            let whom = format!("{}{place}", words::counted(estimate, noun));
            let text = match reason {
                "not asked" => format!("{base} was not asked of {whom}"),
                "skipped" => format!("{whom} left {base} empty"),
                "refused" => format!("{whom} chose not to answer {base}"),
                "invalid" => format!("{} to {base}{place} {} not valid", words::counted(estimate, "answers"), verb("was", "were")),
                "missing" => format!("{whom} gave no answer to {base}"),
                other => format!("{whom} gave no answer to {base}: {other}"),
            };
            let start = when(row);
            if start.is_empty() { words::capital(&text) } else { format!("{start}{text}") }
        }
        (_, Some(level)) if row.unit == Unit::Teams => format!("{} reported {} of {level}{scope}", many("teams"), words::small(&label)),
        (_, Some(level)) => {
            let told = answered(book, row, &label).unwrap_or_else(|| format!("{UNWORDED}{level}” as {}", words::small(&label)));
            format!("{}{scope} {told}", words::counted(estimate, noun))
        }
        (_, None) => format!("{label}{scope}: {number}"),
    };
    let backing = interval(row).map(|interval| format!(" ({interval})")).unwrap_or_default();
    format!("{text}{backing}.")
}

/// How often and how long people came; `None` for other figures.
pub(super) fn attendance(row: &ResultRow, estimate: f64, book: &Book) -> Option<String> {
    let place = place(row, book).map(|place| format!(" {place}")).unwrap_or_default();
    let start = when(row);
    let value = labels::bare(row, estimate);
    let median = row.stat == Stat::Quantile && row.level.as_deref() == Some("0.5");
    let once = |value: &str, unit: &str| if value == "1" { unit.to_owned() } else { format!("{unit}s") };
    let base = |noun: &str| backing(row, row.n.map(|n| words::counted(n, noun)));
    let rest = row.variable.strip_prefix("days_attended_").unwrap_or_default();
    let as_share = rest.ends_with("_share");
    let days = rest.trim_end_matches("_share").parse::<u32>().ok();
    let value = if as_share { words::percent(estimate) } else { value };
    let text = match (row.variable.as_str(), row.stat) {
        ("visits_per_person", Stat::Mean) => format!("{start}people{place} came {value} times on average{}", base("people")),
        ("visits_per_person", _) if median && value == "1" => format!("{start}half of the people{place} came just once{}", base("people")),
        ("visits_per_person", _) if median => format!("{start}half of the people{place} came {value} times or fewer{}", base("people")),
        ("visit_minutes", _) if median => format!("{start}the median visit{place} lasted {value} {}{}", once(&value, "minute"), base("visits")),
        ("visit_minutes", Stat::Quantile) => {
            format!("{start}the {} of visit length{place} was {value} {}{}", labels::stat(row), once(&value, "minute"), base("visits"))
        }
        ("retention", Stat::Quantile) => {
            format!("{start}half of the people{place} had stopped coming {value} days after their first visit in the log{}", base("people"))
        }
        ("retention", Stat::Chisq) => {
            let split = labels::spoken(book, &row.dataset, row.level.as_deref().unwrap_or_default());
            let p = row.p_value?;
            let differ = if p < 0.05 { "more than chance alone would explain" } else { "no more than chance could explain" };
            format!(
                "by {split}, how long people keep coming differs {differ} (log-rank test, {}{})",
                words::p_value(p),
                base("people").replace(" (", "; ").replace(')', "")
            )
        }
        ("attended_share", Stat::Ratio) => {
            let of = row.n.zip(row.denominator).map(|(n, of)| format!("{} of {} visits", words::count(n), words::count(of)));
            format!("{start}{} of scheduled visits{place} were held{}", words::percent(estimate), backing(row, of))
        }
        _ => match (days, row.stat) {
            (Some(days), Stat::Mean) => format!("{start}people{place} who came in the last {days} days came on {value} of them on average{}", base("people")),
            (Some(days), _) if median => {
                format!("{start}half of the people{place} who came in the last {days} days came on {value} or fewer of them{}", base("people"))
            }
            _ => return None,
        },
    };
    Some(format!("{}.", words::capital(&text)))
}

/// Whether a score goes with how often people come.
pub(super) fn dose(row: &ResultRow, estimate: f64, book: &Book) -> String {
    let score = labels::spoken(book, &row.dataset, &row.variable);
    let how = match row.p_value {
        Some(p) if p < 0.05 => format!("goes {} with how often people come", if estimate > 0.0 { "up" } else { "down" }),
        _ => "does not clearly go with how often people come".to_owned(),
    };
    let p = row.p_value.map(|p| format!(", {}", words::p_value(p))).unwrap_or_default();
    let backing = backing(row, super::base(row, book.noun(&row.dataset)));
    words::capital(&format!("{}{score} {how}: the correlation with the band was {}{p}{backing}.", when(row), labels::value(row, estimate)))
}

/// What is said of an item of a scale: how it goes with the others, what the scale is without it, how it moved beside them.
pub(super) fn item(row: &ResultRow, estimate: f64, book: &Book) -> String {
    let scale = labels::spoken(book, &row.dataset, &row.variable);
    let item = labels::variable(book, &row.dataset, row.level.as_deref().unwrap_or_default());
    let place = place(row, book).map(|place| format!(" {place}")).unwrap_or_default();
    let backing = backing(row, super::base(row, book.noun(&row.dataset)));
    let value = labels::value(row, estimate);
    let text = match row.stat {
        Stat::AlphaIfDropped => format!("{}alpha of {scale}{place} was {value} without “{item}”{backing}.", when(row)),
        Stat::ItemDrift => {
            let earlier = row.groups.get("compared_with").map(String::as_str).unwrap_or_default();
            let later = row.wave.as_deref().unwrap_or_default();
            // somebody who answered in both waves is counted in each
            let backing = super::backing(row, super::base(row, "answers"));
            let moved = match super::direction(row) {
                Some(up) => {
                    let side = if up { "up" } else { "down" };
                    format!("moved {side} by {} standard deviations", labels::value(row, estimate.abs()))
                }
                None => format!("did not clearly move: the shift was {value} standard deviations"),
            };
            format!("from {earlier} to {later}, answers to “{item}” {moved}{backing}. The rest of {scale} is held equal.")
        }
        _ => format!("{}the r of “{item}” with the rest of {scale}{place} was {value}{backing}.", when(row)),
    };
    words::capital(&text)
}
