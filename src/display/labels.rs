//! Names of variables, levels and domains for readers, from the book; the name in the rows is the last resort.

use super::cells::Format;
use super::{Book, InstrumentWords, curves, links, words};
use crate::results::{ResultRow, Stat, Unit};

/// Names that analyses give to figures without a codebook variable.
const KNOWN: [(&str, &str); 51] = [
    ("followup_window", "Follow-up window"),
    ("followup_seen", "Answer in time"),
    ("followup_status", "Follow-up interview"),
    ("followup_faults", "Records that did not fit"),
    ("followup_intakes", "Times of coming in"),
    ("followup_rule", "Rule of the follow-up"),
    ("model", "Path model"),
    ("people", "People"),
    ("visits", "Visits"),
    ("teams", "Teams"),
    ("organizations", "Organizations"),
    ("programs", "Programs"),
    ("settings", "Service settings"),
    ("response_rate", "Response rate"),
    ("wage", "Hourly wage"),
    ("visits_per_person", "Visits per person"),
    ("visit_minutes", "Length of a visit"),
    ("attended_share", "Scheduled visits that were held"),
    ("without_center_name", "Visits without a known center"),
    ("without_region", "Visits without a known region"),
    ("new_people", "New people"),
    ("returning_people", "Returning people"),
    ("enrolled_people", "People on file"),
    ("attended_share", "Scheduled visits held"),
    ("missed_reason", "Reason for visits not held"),
    ("retention", "People still coming"),
    ("duplicate_taps", "Duplicate check-ins merged"),
    ("missing_checkouts", "Visits without a check-out"),
    ("checkouts_before_checkin", "Visits that end before they begin"),
    ("visits_too_long", "Visits that are too long"),
    ("overlapping_visits", "Overlapping visits at two centers"),
    ("same_day_visits", "Further visits on the same day"),
    ("records", "Records of the log"),
    ("no_person", "Records without a person"),
    ("no_start", "Records without a time"),
    ("not_attended", "Scheduled visits not held"),
    ("not_stated", "Records that do not say"),
    ("after_as_of", "Records after the last day"),
    ("outside_weeks", "Visits outside the weeks of the study"),
    ("retention_week", "People still coming"),
    ("rows_in", "Rows read"),
    ("rows_kept", "Rows kept"),
    ("rows_rejected", "Rows rejected"),
    ("values_rejected", "Values rejected"),
    ("linked_people", "People linked to an earlier wave"),
    ("region", "Region"),
    ("center_name", "Center"),
    ("month", "Month"),
    ("weekday", "Weekday"),
    ("hour", "Hour"),
    ("years_in_recovery", "Years in recovery"),
];

/// Readable text from a name: `training_hours` gives `Training hours`.
pub(crate) fn plain(name: &str) -> String {
    words::capital(name.replace('_', " ").trim())
}

/// The name of a variable for headings: `Gender`, `Recovery capital (BARC-10)`.
pub(crate) fn variable(book: &Book, dataset: &str, name: &str) -> String {
    if let Some(words) = book.variable(dataset, name).filter(|words| !words.label.is_empty()) {
        return words.label.clone();
    }
    for instrument in &book.instruments {
        if let Some((_, wording)) = instrument.items.iter().find(|(item, _)| item == name) {
            return if wording.is_empty() { plain(name) } else { wording.clone() };
        }
    }
    if let Some((instrument, form)) = book.instrument(name) {
        return score(&short_title(instrument), form);
    }
    if let Some(base) = name.strip_suffix("__missing") {
        return format!("{}, no valid answer", variable(book, dataset, base));
    }
    if let Some((days, share)) = past_days(name) {
        return format!("{} the past {days} days{}", if share { "Share of" } else { "Days attended in" }, if share { " attended" } else { "" });
    }
    if let Some(base) = name.strip_suffix("_dose").or_else(|| curves::of_bins(book, name)) {
        return variable(book, dataset, base);
    }
    if let Some(base) = name.strip_suffix("_met") {
        return format!("{}, goal met", variable(book, dataset, base));
    }
    KNOWN.iter().find(|(known, _)| *known == name).map_or_else(|| plain(name), |(_, label)| (*label).to_owned())
}

/// Words that questions and requests of a form begin with.
const ASKING: [&str; 29] = [
    "how", "what", "which", "who", "whom", "whose", "when", "where", "why", "do", "does", "did", "have", "has", "had", "is", "are", "was", "were", "will",
    "would", "can", "could", "should", "please", "if", "to", "on", "overall",
];

/// Whether a label is what people were asked, and not the name of what they told: `How often do you travel by plane?`.
pub(crate) fn is_question(label: &str) -> bool {
    let label = label.trim();
    let mut words = label.split_whitespace();
    let asks = words.next().is_some_and(|first| ASKING.contains(&first.to_lowercase().as_str()));
    label.ends_with('?') || label.contains("? ") || asks && words.count() >= 4
}

/// The heading of a variable: its label, or the whole question where the label is its cut beginning.
pub(crate) fn heading(book: &Book, dataset: &str, name: &str) -> String {
    const LONGEST: usize = 200;
    let label = variable(book, dataset, name);
    let question = book.variable(dataset, name).map(|words| words.question.as_str()).unwrap_or_default();
    if label.ends_with('…') && is_question(&label) && !question.is_empty() && question.chars().count() <= LONGEST { question.to_owned() } else { label }
}

/// The beginning of a text of more than `most` words, with an ellipsis.
pub(crate) fn cut(text: &str, most: usize) -> String {
    // A cut after `of the` says less than one before it.
    const SMALL: [&str; 14] = ["a", "an", "the", "of", "in", "on", "to", "for", "your", "you", "are", "is", "and", "or"];
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.len() <= most {
        return text.to_owned();
    }
    let mut kept = words.get(..most).unwrap_or_default();
    while let [start @ .., last] = kept
        && start.len() > 3
        && SMALL.contains(last)
    {
        kept = start;
    }
    let start = kept.join(" ");
    format!("{}…", start.trim_end_matches(|letter: char| !letter.is_alphanumeric()))
}

/// Days of `days_attended_90`, and whether the name is that of their share.
fn past_days(name: &str) -> Option<(u32, bool)> {
    let rest = name.strip_prefix("days_attended_")?;
    let days = rest.strip_suffix("_share").unwrap_or(rest);
    Some((days.parse().ok()?, days != rest))
}

/// `Recovery capital (BARC-10)`: what an instrument measures and how people call it for short.
pub(crate) fn short_title(instrument: &InstrumentWords) -> String {
    let construct = if instrument.construct.is_empty() { return instrument.title.clone() } else { words::capital(&instrument.construct) };
    match abbreviation(&instrument.title) {
        Some(short) if !construct.contains(short) => format!("{construct} ({short})"),
        _ => construct,
    }
}

/// The last bracket of a title: `BARC-10` of `Brief Assessment of Recovery Capital (BARC-10)`.
pub(crate) fn abbreviation(title: &str) -> Option<&str> {
    let mut depth = 0_usize;
    let mut open = None;
    for (place, letter) in title.char_indices() {
        match letter {
            '(' => {
                if depth == 0 {
                    open = Some(place + 1);
                }
                depth += 1;
            }
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    title.get(open?..)?.split([' ', ')']).next().filter(|short| !short.is_empty())
}

fn score(title: &str, form: &str) -> String {
    match form {
        "" => title.to_owned(),
        "mean" => format!("{title}, item mean"),
        "sum" => format!("{title}, sum"),
        "band" => format!("{title}, bands"),
        "floor" => format!("{title}, lowest possible score"),
        "ceiling" => format!("{title}, highest possible score"),
        "reliable_change" => format!("{title}, reliable change"),
        "band_change" => format!("{title}, change of band"),
        "own_band" => format!("{title}, bands by the cut-offs of each sex"),
        "own_band_change" => format!("{title}, change of band by the cut-offs of each sex"),
        other if other.starts_with("own_crossing_") => format!("{title}, {}", words::own_cut_off(other, "each sex")),
        other if other.contains("crossing_") => format!("{title}, {}", other.replacen("crossing_", "cut-off of ", 1).replace('_', " ")),
        other => {
            let other = other.trim_end_matches("_mean").trim_end_matches("_sum");
            format!("{title}, {}", other.replace('_', " "))
        }
    }
}

/// What a score measures, in small letters for sentences: `recovery capital`; a question in quotation marks, another label in small letters.
pub(crate) fn spoken(book: &Book, dataset: &str, name: &str) -> String {
    match book.instrument(name) {
        Some((instrument, "" | "mean" | "sum")) if !instrument.construct.is_empty() => instrument.construct.clone(),
        Some((instrument, form)) if !instrument.construct.is_empty() && (form.ends_with("_mean") || form.ends_with("_sum")) => {
            let scale = form.trim_end_matches("_mean").trim_end_matches("_sum").replace('_', " ");
            format!("{} ({scale})", instrument.construct)
        }
        _ => {
            let label = variable(book, dataset, name);
            if is_question(&label) { format!("“{label}”") } else { words::small(&label) }
        }
    }
}

/// The variable of a row as the subject of a sentence: a question is answered, an item of an instrument is rated, other names are spoken.
pub(crate) fn described(book: &Book, row: &ResultRow) -> String {
    let spoken = spoken(book, &row.dataset, &row.variable);
    let is_item = book.instruments.iter().any(|instrument| instrument.items.iter().any(|(item, _)| *item == row.variable));
    match spoken {
        spoken if spoken.starts_with('“') => format!("answer to {spoken}"),
        _ if is_item => format!("rating of “{}”", variable(book, &row.dataset, &row.variable)),
        spoken => spoken,
    }
}

/// The title of a dataset.
pub(crate) fn source(book: &Book, dataset: &str) -> String {
    book.dataset(dataset).filter(|words| !words.title.is_empty()).map_or_else(|| plain(dataset), |words| words.title.clone())
}

/// What the base of a row consists of, in the plural: the dataset's noun, or visits where visits are counted.
pub(crate) fn base_noun<'a>(book: &'a Book, row: &ResultRow) -> &'a str {
    match row.variable.as_str() {
        "missed_reason" => "visits not held",
        "attended_share" => "scheduled visits",
        "visit_minutes" => "visits",
        _ if row.unit == Unit::Visits && row.stat == Stat::Count => "visits",
        _ => book.noun(&row.dataset),
    }
}

/// The unit of time of a retention figure.
pub(crate) fn time_unit(row: &ResultRow) -> &'static str {
    if row.variable.ends_with("_week") { "weeks" } else { "months" }
}

/// Lowest and highest possible value of a score or number, when known.
pub(crate) fn range(book: &Book, dataset: &str, name: &str) -> Option<(f64, f64)> {
    if let Some(range) = book.variable(dataset, name).and_then(|words| words.range) {
        return Some(range);
    }
    let (instrument, form) = book.instrument(name)?;
    if form.ends_with("sum") { instrument.sum_range } else { instrument.mean_range }
}

/// A group level for readers: `March 2024`, `Monday`, `09:00`, otherwise as it is.
pub(crate) fn group_level(group: &str, level: &str) -> String {
    match group {
        "month" => words::date(level),
        "weekday" => weekday(level).to_owned(),
        "hour" => format!("{level}:00"),
        "followup_window" => format!("window {level}"),
        "followup_seen" if level == "followed" => "with an answer in time".to_owned(),
        "followup_seen" => "without an answer in time".to_owned(),
        _ => level.to_owned(),
    }
}

/// `1 Mon` gives `Monday`.
pub(crate) fn weekday(level: &str) -> &str {
    const DAYS: [(&str, &str); 7] =
        [("Mon", "Monday"), ("Tue", "Tuesday"), ("Wed", "Wednesday"), ("Thu", "Thursday"), ("Fri", "Friday"), ("Sat", "Saturday"), ("Sun", "Sunday")];
    DAYS.iter().find(|(short, _)| level.contains(short)).map_or(level, |(_, day)| day)
}

/// The estimate as people write it, with its unit in words where it has one: `58.0%`, `$15`, `95 minutes`, `5.0`.
pub(crate) fn value(row: &ResultRow, estimate: f64) -> String {
    match (row.unit, row.stat) {
        (Unit::Percent, _) => words::percent(estimate),
        (Unit::Dollars, _) => words::dollars(estimate),
        _ => format!("{}{}", bare(row, estimate), unit_word(row.unit, estimate)),
    }
}

/// The estimate without its unit, for columns that name the unit.
pub(crate) fn bare(row: &ResultRow, estimate: f64) -> String {
    format(row).text(estimate)
}

/// How the estimate of a row and the limits of its interval are written.
pub(crate) fn format(row: &ResultRow) -> Format {
    let counted = matches!(row.unit, Unit::People | Unit::Visits | Unit::Teams | Unit::Organizations | Unit::Programs | Unit::Settings);
    match (row.unit, row.stat) {
        (Unit::Percent, Stat::Difference | Stat::MeanChange | Stat::ChangePart | Stat::DetectableChange | Stat::Margin) => Format::Points,
        (Unit::Percent, _) => Format::Percent,
        (Unit::Dollars, _) => Format::Dollars,
        (_, stat) if two_decimals(stat) => Format::Fixed(2),
        (_, Stat::Path) => Format::Fixed(3),
        (Unit::Fte, Stat::Quantile | Stat::Min | Stat::Max) => Format::Short(2),
        (_, Stat::Quantile | Stat::Min | Stat::Max) => Format::Short(1),
        (_, Stat::Df | Stat::NeededAnswers | Stat::NeededInvites | Stat::NeededCenters) => Format::Count,
        (_, stat) if stat == Stat::Count || stat == Stat::Total && counted => Format::Count,
        _ => Format::Fixed(1),
    }
}

/// Changes, and figures without a unit.
fn two_decimals(stat: Stat) -> bool {
    let unitless = matches!(
        stat,
        Stat::Alpha
            | Stat::Omega
            | Stat::AlphaIfDropped
            | Stat::ItemRestR
            | Stat::ItemDrift
            | Stat::Correlation
            | Stat::CohenDz
            | Stat::CohenDav
            | Stat::HedgesGz
            | Stat::RankBiserial
            | Stat::StandardizedDifference
            | Stat::PathStandardized
            | Stat::RSquared
            | Stat::Cfi
            | Stat::Rmsea
            | Stat::Srmr
    );
    let of_changes = matches!(stat, Stat::Difference | Stat::MeanChange | Stat::ChangePart | Stat::DetectableChange | Stat::Margin | Stat::NormDifference);
    unitless || of_changes || stat == Stat::Intraclass
}

fn unit_word(unit: Unit, estimate: f64) -> &'static str {
    let one = (estimate - 1.0).abs() < f64::EPSILON;
    match unit {
        Unit::Hours if one => " hour",
        Unit::Hours => " hours",
        Unit::Minutes => " minutes",
        Unit::Days if one => " day",
        Unit::Days => " days",
        _ => "",
    }
}

/// The unit under a column head.
pub(crate) fn unit_head(unit: Unit) -> &'static str {
    match unit {
        Unit::Percent => "%",
        Unit::Dollars => "US dollars",
        Unit::Fte => "FTE",
        Unit::None | Unit::Ratio => "",
        other => other.word(),
    }
}

/// What a statistic is called before a variable's name.
pub(crate) fn stat(row: &ResultRow) -> String {
    let quantile = row.level.as_deref().and_then(|level| level.parse::<f64>().ok());
    match row.stat {
        Stat::Proportion => "share".into(),
        Stat::Quantile => match quantile {
            Some(0.5) => "median".into(),
            Some(0.25) => "lower quartile".into(),
            Some(0.75) => "upper quartile".into(),
            Some(probability) => format!("{} quantile", words::percent(probability)),
            None => "quantile".into(),
        },
        Stat::Sd => "standard deviation".into(),
        Stat::Min => "smallest".into(),
        Stat::Max => "largest".into(),
        Stat::Alpha => "Cronbach’s alpha".into(),
        Stat::Omega => "McDonald’s omega".into(),
        Stat::AlphaIfDropped => "alpha without the item".into(),
        Stat::ItemRestR => "item–rest correlation".into(),
        Stat::ItemDrift => "shift at the same score on the other items".into(),
        Stat::Smooth => "smoothed mean".into(),
        Stat::Survival => "share still coming".into(),
        Stat::MeanChange => "mean change".into(),
        Stat::PredictiveMargin => "estimated mean".into(),
        Stat::CohenDz => "standardized change (Cohen’s dz)".into(),
        Stat::CohenDav => "standardized change (Cohen’s dav)".into(),
        Stat::HedgesGz => "standardized change (Hedges’ gz)".into(),
        Stat::WilcoxonV => "Wilcoxon’s signed ranks".into(),
        Stat::RankBiserial => "rank-biserial correlation of changes".into(),
        Stat::StandardizedDifference => "standardized difference".into(),
        Stat::ChangePart => "part of the change".into(),
        Stat::RateOfChange => "rate of change".into(),
        Stat::Bound => "possible share".into(),
        Stat::NormDifference => "difference from the published norm".into(),
        Stat::PathStandardized => "standardized path".into(),
        Stat::RSquared => "R²".into(),
        Stat::Chisq => "chi-squared".into(),
        Stat::Df => "degrees of freedom".into(),
        Stat::Cfi | Stat::Rmsea | Stat::Srmr => row.stat.word().to_uppercase(),
        Stat::Margin => "margin".into(),
        Stat::NeededAnswers => "answers needed".into(),
        Stat::NeededInvites => "people to ask".into(),
        Stat::NeededCenters => "centers needed".into(),
        Stat::DetectableChange => "smallest change that would be found".into(),
        Stat::Intraclass => "intraclass correlation within centers".into(),
        Stat::Mcnemar => "share of those who crossed that rose above it".into(),
        other => other.word().to_owned(),
    }
}

/// Whether the level of a row is a category and not a probability, a time or a place on an axis.
pub(crate) fn has_category(row: &ResultRow) -> bool {
    row.level.is_some() && !matches!(row.stat, Stat::Quantile | Stat::Smooth | Stat::Survival)
}

/// The label of a row: `Gender: Male, share, Boston, 2024`.
pub(crate) fn row(row: &ResultRow, book: &Book) -> String {
    let mut parts = vec![variable(book, &row.dataset, &row.variable)];
    match &row.level {
        _ if links::link(row, book).is_some() => parts[0] = links::name(row, book).unwrap_or_default(),
        Some(item) if matches!(row.stat, Stat::AlphaIfDropped | Stat::ItemRestR | Stat::ItemDrift) => {
            parts[0] = format!("{}: {}", parts[0], variable(book, &row.dataset, item));
        }
        Some(level) if has_category(row) => parts[0] = format!("{}: {level}", parts[0]),
        Some(_) if row.stat == Stat::Smooth => parts[0] = format!("{} {}", parts[0], curves::at(book, row)),
        Some(level) if row.stat == Stat::Survival => parts[0] = format!("{} after {level} {}", parts[0], time_unit(row)),
        _ => {}
    }
    if row.stat != Stat::Count {
        parts.push(stat(row));
    }
    for (group, level) in row.groups.iter().filter(|(group, _)| *group != "wave") {
        let part = match group.as_str() {
            "compared_with" => format!("compared with {level}"),
            "who" => level.clone(),
            "also" => format!("with {level}"),
            "split_by" => continue,
            _ => match curves::of_bins(book, group) {
                Some(curve) => curves::bin(book, &row.dataset, curve, level),
                None => group_level(group, level),
            },
        };
        parts.push(part);
    }
    parts.extend(row.wave.clone());
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_told_from_a_name() {
        for question in ["How often do you travel by plane?", "Please indicate which of the following tools your class…", "Is it rude? (on a plane)"] {
            assert!(is_question(question), "{question}");
        }
        for name in ["Gender", "Length of attendance", "How often", "Income before taxes", "Village"] {
            assert!(!is_question(name), "{name}");
        }
    }

    #[test]
    fn a_long_text_keeps_its_first_words() {
        assert_eq!(cut("Do you know the options, under your plan?", 5), "Do you know the options…");
        assert_eq!(cut("Do you know?", 5), "Do you know?");
    }
}
