//! The answers of a question in, their order out where their words tell it: agreement, frequency, quality, bands of numbers, schooling.
//!
//! Exports seldom say that an answer is an ordered one. A chart that sorts `Somewhat agree` by its size hides what the question measured.

/// Answers that lie on no scale and stand after it.
const BESIDE: [&str; 14] = [
    "don't know",
    "don’t know",
    "do not know",
    "not sure",
    "unsure",
    "no opinion",
    "unfamiliar",
    "n/a",
    "not applicable",
    "does not apply",
    "prefer not",
    "refused",
    "no answer",
    "rather not",
];

/// Stems of answers that lean to the positive end, and those of their opposites.
const STEMS: [(&str, &[&str]); 15] = [
    ("agree", &["disagree"]),
    ("favorabl", &["unfavorabl"]),
    ("favourabl", &["unfavourabl"]),
    ("satisf", &["dissatisf", "unsatisf"]),
    ("likely", &["unlikely"]),
    ("approve", &["disapprove"]),
    ("support", &["oppose"]),
    ("important", &["unimportant"]),
    ("confident", &["unconfident"]),
    ("comfortable", &["uncomfortable"]),
    ("helpful", &["unhelpful"]),
    ("easy", &["difficult", "hard"]),
    ("safe", &["unsafe"]),
    ("willing", &["unwilling"]),
    ("rude", &["polite"]),
];

/// How strong an answer is; the first that fits counts.
const STRENGTHS: [(f64, &[&str]); 6] = [
    (0.0, &["not at all", "none at all"]),
    (0.5, &["not very", "not too", "hardly"]),
    (4.0, &["extremely", "completely", "totally", "definitely", "absolutely"]),
    (1.0, &["slightly", "a little", "mildly", "tend to", "probably"]),
    (1.5, &["somewhat", "moderately", "fairly", "rather"]),
    (3.0, &["very", "strongly", "highly", "quite"]),
];

/// Amounts that are answers by themselves.
const AMOUNTS: [(f64, &[&str]); 6] = [
    (0.0, &["not at all", "none", "none at all"]),
    (1.0, &["a little", "a little bit", "slightly", "very little"]),
    (2.0, &["some", "somewhat", "moderately", "a moderate amount"]),
    (3.0, &["quite a bit", "quite a lot", "a lot", "a fair amount"]),
    (4.0, &["a great deal", "very much", "mostly"]),
    (5.0, &["extremely", "completely", "an extreme amount"]),
];

/// How often.
const TIMES: [(f64, &[&str]); 7] = [
    (0.0, &["never", "none of the time"]),
    (1.0, &["hardly ever", "rarely", "almost never", "seldom", "a little of the time"]),
    (2.0, &["occasionally", "once in a while", "now and then"]),
    (3.0, &["sometimes", "some of the time", "about half the time"]),
    (5.0, &["very often", "almost always", "nearly always"]),
    (4.0, &["often", "frequently", "usually", "most of the time"]),
    (6.0, &["always", "all of the time", "all the time"]),
];

/// How good.
const QUALITY: [(f64, &[&str]); 6] = [
    (0.0, &["very poor", "very bad", "terrible", "awful"]),
    (1.0, &["poor", "bad"]),
    (2.0, &["fair", "average", "acceptable", "neither poor nor good", "neither good nor bad", "ok"]),
    (4.0, &["very good"]),
    (3.0, &["good"]),
    (5.0, &["excellent", "outstanding"]),
];

/// Schooling, from the least.
const SCHOOL: [(f64, &[&str]); 7] = [
    (0.0, &["less than high school", "no high school", "some high school"]),
    (1.0, &["high school", "ged"]),
    (2.0, &["some college", "trade school", "vocational"]),
    (3.0, &["associate"]),
    (5.0, &["graduate degree", "postgraduate", "master", "professional degree"]),
    (4.0, &["bachelor", "college degree", "college graduate"]),
    (6.0, &["doctor", "phd"]),
];

/// What finds the place of a level on a scale, and whether its high end comes first.
type Scale = (fn(&str) -> Option<f64>, bool);

/// The levels in the order of their scale, those beside it last; `None` where they do not all lie on one. The positive end comes first on a scale
/// of opinions, the smallest on the others; levels that are in order already, from either end, stay as they are.
pub(crate) fn in_order(levels: &[String]) -> Option<Vec<String>> {
    let plain: Vec<String> = levels.iter().map(|level| level.trim().to_lowercase()).collect();
    let is_beside = |level: &str| BESIDE.iter().any(|beside| level.starts_with(beside) || level.contains(&format!("({beside}")));
    let on: Vec<usize> = (0..levels.len()).filter(|place| !is_beside(&plain[*place])).collect();
    if on.len() < 3 {
        return None;
    }
    let scales: [Scale; 6] = [
        (opinion, true),
        (|level| whole(level, &QUALITY), true),
        (|level| whole(level, &AMOUNTS), false),
        (|level| whole(level, &TIMES).or_else(|| rhythm(level)), false),
        (|level| start(level, &SCHOOL), false),
        (band, false),
    ];
    scales.into_iter().find_map(|(rank, falling)| {
        let ranks: Vec<(f64, usize)> = on.iter().map(|place| rank(&plain[*place]).map(|rank| (rank, *place))).collect::<Option<_>>()?;
        let mut sorted = ranks.clone();
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
        if sorted.windows(2).any(|pair| pair[1].0 - pair[0].0 < 1e-9) {
            return None;
        }
        let rises = ranks.windows(2).all(|pair| pair[0].0 < pair[1].0);
        let falls = ranks.windows(2).all(|pair| pair[0].0 > pair[1].0);
        if falls || falling && !rises {
            sorted.reverse();
        }
        let beside = (0..levels.len()).filter(|place| !on.contains(place));
        Some(sorted.into_iter().map(|(_, place)| place).chain(beside).map(|place| levels[place].clone()).collect())
    })
}

/// Agreement, favour, satisfaction and the like: negative answers below zero, the middle one at zero.
fn opinion(level: &str) -> Option<f64> {
    if level.starts_with("neither") || level.starts_with("neutral") || level.starts_with("undecided") {
        return Some(0.0);
    }
    let negative = STEMS.iter().any(|(_, opposites)| opposites.iter().any(|opposite| level.contains(opposite)));
    if !negative && !STEMS.iter().any(|(stem, _)| level.contains(stem)) {
        return None;
    }
    let answer = level.trim_start_matches("yes, ").trim_start_matches("no, ");
    let strength = STRENGTHS.iter().find(|(_, words)| words.iter().any(|word| answer.starts_with(word))).map_or(2.0, |(strength, _)| *strength);
    let denied = answer.starts_with("not ") && strength >= 1.0;
    // what is not important at all lies at the foot of a scale of one side, and above the harmful end of one of two
    Some(if negative {
        -strength
    } else if denied {
        0.3
    } else {
        strength + 0.2
    })
}

fn whole(level: &str, words: &[(f64, &[&str])]) -> Option<f64> {
    words.iter().find(|(_, words)| words.contains(&level)).map(|(rank, _)| *rank)
}

fn start(level: &str, words: &[(f64, &[&str])]) -> Option<f64> {
    words.iter().find(|(_, words)| words.iter().any(|word| level.contains(word))).map(|(rank, _)| *rank)
}

/// `Once a month or less`, `A few times per week`, `Every day`.
fn rhythm(level: &str) -> Option<f64> {
    let units: [(&str, f64); 8] =
        [("daily", 4.0), ("day", 4.0), ("weekly", 3.0), ("week", 3.0), ("monthly", 2.0), ("month", 2.0), ("yearly", 1.0), ("year", 1.0)];
    let unit = units.iter().find(|(unit, _)| level.contains(unit))?.1;
    if level.starts_with("less than") {
        return Some(unit - 0.3);
    }
    let many = ["few", "several", "more than", "twice", "2", "3", "many"].iter().any(|word| level.contains(word));
    let least = if level.contains("or less") { -0.1 } else { 0.0 };
    Some(unit + if many { 0.4 } else { least })
}

/// Bands of a number: `18-29`, `Under 25`, `$25,000 – $49,999`, `6 to 12 months`, `> 60`.
fn band(level: &str) -> Option<f64> {
    let level = level.replace(',', "");
    let digits = |text: &str| -> Option<f64> {
        let from = text.find(|letter: char| letter.is_ascii_digit())?;
        let rest = text.get(from..)?;
        let end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(rest.len());
        rest.get(..end)?.trim_end_matches('.').parse().ok()
    };
    let below = ["under", "less", "fewer", "below", "up to", "<", "younger"].iter().any(|word| level.contains(word));
    let above = ["over", "more", "older", "above", ">", "and up"].iter().any(|word| level.contains(word)) || level.ends_with('+');
    let starts = level.starts_with(|letter: char| letter.is_ascii_digit() || "$£€<>".contains(letter)) || below || above;
    let one = ["a year", "a month", "a week", "one year", "one month"].iter().any(|word| level.contains(word)).then_some(1.0);
    let number = digits(&level).or(one).filter(|_| starts)?;
    let unit = match () {
        () if level.contains("month") => 30.44,
        () if level.contains("week") => 7.0,
        () if level.contains("year") => 365.25,
        () => 1.0,
    };
    let share = if below {
        -1e-3
    } else if above {
        1e-3
    } else {
        0.0
    };
    Some(number * unit * (1.0 + share) + if below && number == 0.0 { -1e-3 } else { 0.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ordered(levels: &[&str]) -> Option<Vec<String>> {
        in_order(&levels.iter().map(|level| (*level).to_owned()).collect::<Vec<_>>())
    }

    /// Answers as published questionnaires print them, out of order; the truth is the order in print.
    #[test]
    fn answers_of_known_questionnaires_find_their_order() {
        let scales: [&[&str]; 13] = [
            &[
                "Very favorably",
                "Somewhat favorably",
                "Neither favorably nor unfavorably (neutral)",
                "Somewhat unfavorably",
                "Very unfavorably",
                "Unfamiliar (N/A)",
            ],
            &["Strongly agree", "Agree", "Slightly agree", "Slightly disagree", "Disagree", "Strongly disagree"],
            &["Very satisfied", "Satisfied", "Neither satisfied nor dissatisfied", "Dissatisfied", "Very dissatisfied"],
            &["Extremely likely", "Somewhat likely", "Neither likely nor unlikely", "Somewhat unlikely", "Extremely unlikely"],
            &["No, not rude at all", "Yes, somewhat rude", "Yes, very rude"],
            &["Never", "Rarely", "Sometimes", "Often", "Always"],
            &["Never", "Once a year or less", "Once a month or less", "A few times per month", "A few times per week", "Every day"],
            &["None of the time", "A little of the time", "Some of the time", "Most of the time", "All of the time"],
            &["Not at all", "A little", "Somewhat", "Quite a bit", "Very much"],
            &["18-29", "30-44", "45-60", "> 60"],
            &["$0 - $24,999", "$25,000 - $49,999", "$50,000 - $99,999", "$100,000 - $149,999", "$150,000+"],
            &["Less than a year", "1 to 5 years", "5 years and more"],
            &["Less than high school degree", "High school degree", "Some college or Associate degree", "Bachelor degree", "Graduate degree"],
        ];
        for scale in scales {
            let wanted: Vec<String> = scale.iter().map(|level| (*level).to_owned()).collect();
            let mut mixed = scale.to_vec();
            mixed.sort_unstable();
            mixed.rotate_left(1);
            let found = ordered(&mixed).unwrap_or_else(|| panic!("not seen as a scale: {scale:?}"));
            let turned: Vec<String> = wanted.iter().rev().cloned().collect();
            assert!(found == wanted || found == turned, "{found:?}");
            assert_eq!(ordered(scale), Some(wanted), "a scale in order stays as it is");
        }
        let quality = ordered(&["Good", "Excellent", "Poor", "Very good", "Fair"]).unwrap();
        assert_eq!(quality, ["Excellent", "Very good", "Good", "Fair", "Poor"]);
        assert_eq!(ordered(&["Under 6 months", "6 to 12 months", "5 years and more", "1 to 5 years"]).unwrap()[2], "1 to 5 years");
    }

    #[test]
    fn names_are_no_scale() {
        let none: [&[&str]; 6] = [
            &["Male", "Female", "Non-binary"],
            &["White", "Black", "Asian", "Other"],
            &["Opioids", "Alcohol", "Cannabis", "No drug problem"],
            &["Yes", "No", "Don't know"],
            &["Agree", "Agree", "Disagree"],
            &["Team office", "Recovery center", "Court or jail"],
        ];
        for levels in none {
            assert_eq!(ordered(levels), None, "{levels:?}");
        }
    }
}
