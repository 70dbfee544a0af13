//! The levels of a category in, the same levels in the order in which people say them out: by number, or by a known scale.

use crate::schema::Level;

/// Scales in their order, in lowercase; words between `|` mean the same place.
const SCALES: [&[&str]; 14] = [
    &[
        "never",
        "almost never|hardly ever",
        "rarely|seldom",
        "once in a while|occasionally",
        "sometimes",
        "about half the time",
        "often|frequently",
        "very often|very frequently",
        "usually|most of the time",
        "almost always|nearly always",
        "always|all of the time|all the time",
    ],
    &[
        "never",
        "less than once a month|once a year or less",
        "a few times per year",
        "monthly|once a month|once a month or less",
        "a few times per month",
        "weekly|once a week",
        "a few times per week",
        "daily|every day",
    ],
    &["never", "not at all", "several days", "more than half the days", "nearly every day", "every day"],
    &[
        "extremely unlikely",
        "very unlikely|not at all likely",
        "unlikely|not likely|not very likely",
        "somewhat unlikely",
        "neither likely nor unlikely|neutral",
        "somewhat likely",
        "likely",
        "very likely",
        "extremely likely",
    ],
    &[
        "strongly disagree|completely disagree",
        "disagree",
        "moderately disagree",
        "somewhat disagree",
        "slightly disagree",
        "neither agree nor disagree|neutral|undecided|neither",
        "slightly agree",
        "somewhat agree",
        "moderately agree",
        "agree",
        "strongly agree|completely agree",
    ],
    &[
        "extremely dissatisfied",
        "very dissatisfied",
        "dissatisfied",
        "somewhat dissatisfied",
        "neither satisfied nor dissatisfied|neutral",
        "somewhat satisfied",
        "satisfied",
        "very satisfied",
        "extremely satisfied",
    ],
    &[
        "very unfavorably|very unfavorable",
        "somewhat unfavorably|somewhat unfavorable|unfavorable",
        "neither favorably nor unfavorably (neutral)|neither favorably nor unfavorably|neutral",
        "somewhat favorably|somewhat favorable|favorable",
        "very favorably|very favorable",
    ],
    &["very poor", "poor|bad", "fair", "average", "good", "very good", "excellent"],
    &[
        "not at all|not",
        "a little|a little bit|slightly",
        "somewhat|a moderate amount",
        "moderately",
        "quite a bit|a lot",
        "very|very much|a great deal",
        "extremely|completely",
    ],
    &["none", "very low", "low|mild|minimal|small", "medium|moderate|middle", "high|severe|large", "very high|very severe"],
    &[
        "january|jan",
        "february|feb",
        "march|mar",
        "april|apr",
        "may",
        "june|jun",
        "july|jul",
        "august|aug",
        "september|sep|sept",
        "october|oct",
        "november|nov",
        "december|dec",
    ],
    &["monday|mon", "tuesday|tue", "wednesday|wed", "thursday|thu", "friday|fri", "saturday|sat", "sunday|sun"],
    &[
        "no formal education|none",
        "less than high school degree|less than high school|some high school",
        "high school degree|high school|high school diploma|high school graduate|high school diploma or ged|ged",
        "some college or associate degree",
        "some college|some college, no degree|some college but no degree",
        "associate degree|associate's degree|associates degree",
        "bachelor degree|bachelor's degree|bachelors degree|bachelor",
        "graduate degree|graduate or professional degree",
        "master degree|master's degree|masters degree|master",
        "professional degree",
        "doctoral degree|doctorate|doctorate degree|phd",
    ],
    &[
        "not at all important|unimportant",
        "not very important|not so important|slightly important",
        "somewhat important",
        "moderately important",
        "important",
        "very important",
        "extremely important",
    ],
];

/// Answers that stand on no scale, in lowercase: they come last.
const BESIDE: [&str; 12] = [
    "don't know",
    "do not know",
    "not sure",
    "unsure",
    "not applicable",
    "unfamiliar (n/a)",
    "no opinion",
    "other",
    "other (please specify)",
    "none of the above",
    "not asked",
    "unknown",
];

/// Puts the levels into the order of their numbers or of a scale; `None` where they have none, else whether all stand on it.
pub(super) fn sort(levels: &mut [Level]) -> Option<bool> {
    let is_beside = |level: &Level| BESIDE.contains(&plain(&level.label).as_str());
    let on_scale = levels.iter().filter(|level| !is_beside(level)).count();
    let places_by = |place: &dyn Fn(&str) -> Option<f64>| -> Option<Vec<f64>> {
        levels.iter().map(|level| if is_beside(level) { Some(f64::INFINITY) } else { place(&level.label) }).collect()
    };
    let by_scale = SCALES.iter().find_map(|scale| places_by(&|label| place(label, scale)));
    let places = by_scale.or_else(|| places_by(&number).filter(|_| on_scale > 2)).filter(|_| on_scale > 1)?;
    let mut sorted: Vec<(f64, Level)> = places.into_iter().zip(levels.iter().cloned()).collect();
    sorted.sort_by(|one, other| one.0.total_cmp(&other.0));
    if sorted.windows(2).any(|pair| matches!(pair, [one, other] if one.0.is_finite() && one.0.total_cmp(&other.0).is_eq())) {
        return None;
    }
    for (level, (_, next)) in levels.iter_mut().zip(sorted) {
        *level = next;
    }
    Some(on_scale == levels.len())
}

/// A label in lowercase, with single blanks and straight apostrophes.
fn plain(label: &str) -> String {
    label.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase().replace('’', "'")
}

/// Where a level stands on a scale.
fn place(label: &str, scale: &[&str]) -> Option<f64> {
    let label = plain(label);
    scale.iter().position(|words| words.split('|').any(|word| word == label)).map(|place| place as f64)
}

/// The number that a level begins with, such as 18 of `18-29`; a little less or more where it says that it lies below or above.
fn number(label: &str) -> Option<f64> {
    let lower = label.trim().to_lowercase();
    let beyond = [
        ("less than ", -0.5),
        ("fewer than ", -0.5),
        ("under ", -0.5),
        ("below ", -0.5),
        ("up to ", -0.5),
        ("<", -0.5),
        ("more than ", 0.5),
        ("greater than ", 0.5),
        ("over ", 0.5),
        ("above ", 0.5),
        (">", 0.5),
        ("at least ", 0.0),
    ];
    let (rest, shift) = beyond.iter().find_map(|(words, shift)| Some((lower.strip_prefix(words)?, *shift))).unwrap_or((&lower, 0.0));
    let rest = rest.trim_start_matches(|letter: char| matches!(letter, '$' | '<' | '>' | '=' | '£' | '€' | '≥' | '≤' | '~') || letter.is_whitespace());
    let end = rest.find(|letter: char| !letter.is_ascii_digit() && !matches!(letter, ',' | '.')).unwrap_or(rest.len());
    let digits = rest.get(..end)?.trim_end_matches([',', '.']);
    // Numbers that begin with 0 are names.
    if digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.") {
        return None;
    }
    let thousands = if rest.get(end..).is_some_and(|after| after.starts_with('k')) { 1000.0 } else { 1.0 };
    digits.replace(',', "").parse::<f64>().ok().map(|number| number * thousands + shift)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(labels: &[&str]) -> Option<Vec<String>> {
        let mut levels: Vec<Level> = labels.iter().map(|label| Level { code: (*label).into(), label: (*label).into(), band: None }).collect();
        sort(&mut levels).map(|_| levels.into_iter().map(|level| level.label).collect())
    }

    #[test]
    fn numbers_and_scales_stand_in_their_order() {
        let of = |labels: &[&str], expected: &[&str]| assert_eq!(sorted(labels).unwrap_or_default(), expected);
        of(
            &["$100,000 - $149,999", "$150,000+", "$25,000 - $49,999", "$0 - $24,999"],
            &["$0 - $24,999", "$25,000 - $49,999", "$100,000 - $149,999", "$150,000+"],
        );
        of(&["18-29", "30-44", "> 60", "45-60", "Under 18"], &["Under 18", "18-29", "30-44", "45-60", "> 60"]);
        of(&["Always", "Never", "Sometimes"], &["Never", "Sometimes", "Always"]);
        of(&["Strongly agree", "Agree", "Disagree", "Strongly disagree"], &["Strongly disagree", "Disagree", "Agree", "Strongly agree"]);
        of(&["Graduate degree", "High school degree", "Bachelor degree"], &["High school degree", "Bachelor degree", "Graduate degree"]);
        of(&["May", "August", "April"], &["April", "May", "August"]);
        of(&["Not sure", "Very favorably", "Somewhat unfavorably"], &["Somewhat unfavorably", "Very favorably", "Not sure"]);
        assert_eq!((sorted(&["Yes", "No"]), sorted(&["02139", "02140", "02141"]), sorted(&["Blue", "3 reds", "4 greens"])), (None, None, None));
    }
}
