//! Tokens of a sentence in, the numbers that claim something out: shares, counts, dollars, ranges, parts of a base, numbers in words.

use std::ops::Range;

use super::masks::COUNTED;
use super::tokens::{DASHES, Kind, Token};

/// What a claimed number is measured in, as far as the draft says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Measure {
    Percent,
    /// Points of a scale or percentage points.
    Points,
    Dollars,
    Plain,
}

/// How firmly a number is claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stance {
    Exact,
    About,
    Over,
    Under,
}

/// What a number is to its neighbours; the others are places in the list of claims.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Role {
    Alone,
    /// Lower end of an interval, with the place of the upper end.
    Low(usize),
    /// Upper end of an interval.
    High,
    /// Part of a base: `593` in `593 of 1,520`, with the place of the base.
    Part(usize),
    /// Base of a part that is claimed beside it.
    BaseOfPart,
    /// Base of a share or mean: `1,520` in `39% of 1,520 members` or `(n = 1,520)`.
    Base,
    /// A share in words such as `half`; it may be off by so many percentage points.
    Fraction(f64),
}

/// One number that claims something.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Claim {
    /// Bytes in the text, with sign and unit.
    pub(super) at: Range<usize>,
    /// Places of its tokens.
    pub(super) tokens: Range<usize>,
    pub(super) value: f64,
    /// Digits after the point; less than 0 where a whole number may have been rounded to hundreds, thousands, ….
    pub(super) decimals: i32,
    pub(super) measure: Measure,
    pub(super) stance: Stance,
    pub(super) role: Role,
}

/// The claims of a text, in order; `masked` numbers are none.
pub(super) fn claims(text: &str, tokens: &[Token], masked: &[bool]) -> Vec<Claim> {
    let mut found: Vec<Claim> = Vec::new();
    let mut place = 0;
    while place < tokens.len() {
        let claim = if masked.get(place).copied().unwrap_or(false) {
            None
        } else {
            fraction(text, tokens, place).or_else(|| number(text, tokens, place)).or_else(|| in_words(text, tokens, place))
        };
        place = claim.as_ref().map_or(place + 1, |claim| claim.tokens.end.max(place + 1));
        found.extend(claim);
    }
    pair(tokens, &mut found);
    bases(tokens, &mut found);
    found
}

/// The word of a token as it is written, in small letters.
fn written(text: &str, token: Option<&Token>) -> String {
    token.and_then(|token| text.get(token.at.clone())).unwrap_or_default().to_lowercase()
}

/// A number in digits with its sign, currency and unit.
fn number(text: &str, tokens: &[Token], place: usize) -> Option<Claim> {
    let token = &tokens[place];
    let number = token.number()?;
    let before = |back: usize| place.checked_sub(back).and_then(|place| tokens.get(place));
    let (mut first, mut end) = (place, place + 1);
    let mut measure = Measure::Plain;
    if before(1).is_some_and(|token| token.is_mark("$")) {
        (first, measure) = (place - 1, Measure::Dollars);
    }
    let sign = first.checked_sub(1).and_then(|place| tokens.get(place));
    let is_sign = sign.is_some_and(|sign| sign.is_mark("−") || (sign.is_mark("-") && !sign.glued)) && tokens[first].glued;
    first -= usize::from(is_sign);
    let mut scale = 1.0;
    let mut decimals = number.decimals;
    let next = |step: usize| tokens.get(place + step);
    let word = |step: usize| written(text, next(step));
    if next(1).is_some_and(|token| token.is_mark("%")) || ["percent", "pct"].contains(&word(1).as_str()) {
        (end, measure) = (place + 2, Measure::Percent);
    } else if word(1) == "per" && word(2) == "cent" {
        (end, measure) = (place + 3, Measure::Percent);
    } else if word(1) == "percentage" && word(2).starts_with("point") {
        (end, measure) = (place + 3, Measure::Points);
    } else if word(1).starts_with("point") {
        (end, measure) = (place + 2, Measure::Points);
    } else if let Some((_, factor, digits)) = [("thousand", 1e3, 3), ("million", 1e6, 6), ("billion", 1e9, 9)].iter().find(|(name, _, _)| *name == word(1)) {
        (end, scale, decimals) = (place + 2, *factor, decimals - digits);
    }
    let value = number.value * scale * if is_sign { -1.0 } else { 1.0 };
    if decimals == 0 && measure == Measure::Plain && trailing_zeros(value) > 1 {
        decimals = -trailing_zeros(value);
    }
    let at = tokens[first].at.start..tokens[end - 1].at.end;
    Some(Claim { at, tokens: first..end, value, decimals, measure, stance: stance(text, tokens, first), role: Role::Alone })
}

/// Zeros at the end of a whole number: 2 for 1,500.
fn trailing_zeros(value: f64) -> i32 {
    let mut zeros = 0;
    let mut rest = value.abs();
    while rest >= 10.0 && rest % 10.0 == 0.0 {
        rest /= 10.0;
        zeros += 1;
    }
    zeros
}

/// What the words before a number say of it.
fn stance(text: &str, tokens: &[Token], first: usize) -> Stance {
    let word = |back: usize| written(text, first.checked_sub(back).and_then(|place| tokens.get(place)));
    let (one, two) = (word(1), word(2));
    match (two.as_str(), one.as_str()) {
        (_, "about" | "around" | "roughly" | "approximately" | "some" | "approx" | "~" | "circa") | ("close", "to") => Stance::About,
        ("more" | "greater" | "higher", "than") | ("at", "least") | (_, "over" | "exceeding") => Stance::Over,
        ("fewer" | "less" | "lower", "than") | ("at", "most") | ("up", "to") | (_, "nearly" | "almost" | "under") => Stance::Under,
        _ => Stance::Exact,
    }
}

/// Numbers from 0 to 99 in words.
fn small_number(word: &str, next: Option<&str>) -> Option<(f64, usize)> {
    const ONES: [&str; 20] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ];
    const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
    let one = |word: &str| ONES.iter().position(|known| *known == word);
    if let Some(value) = one(word) {
        return Some((f64::from(u8::try_from(value).ok()?), 1));
    }
    let tens = f64::from(u8::try_from(TENS.iter().position(|known| *known == word)?).ok()? + 2) * 10.0;
    match next.and_then(one).filter(|value| (1..10).contains(value)) {
        Some(value) => Some((tens + f64::from(u8::try_from(value).ok()?), 2)),
        None => Some((tens, 1)),
    }
}

/// A number in words where it counts something: `twenty-one teams`, `forty percent`, `three of 52 teams`.
fn in_words(text: &str, tokens: &[Token], place: usize) -> Option<Claim> {
    if tokens[place].kind != Kind::Word {
        return None;
    }
    let dash = tokens.get(place + 1).is_some_and(|token| token.is_mark(DASHES));
    let second = if dash { place + 2 } else { place + 1 };
    let (value, words) = small_number(&written(text, Some(&tokens[place])), Some(&written(text, tokens.get(second))))?;
    let mut end = if words == 2 { second + 1 } else { place + 1 };
    let next = written(text, tokens.get(end));
    let is_percent = next == "percent";
    let of_number = next == "of" && tokens.get(end + 1).is_some_and(|token| token.number().is_some());
    let counts = value > 10.0 && tokens.get(end..).unwrap_or_default().iter().take(3).any(|token| COUNTED.contains(&token.text.as_str()));
    if !is_percent && !of_number && !counts {
        return None;
    }
    end += usize::from(is_percent);
    let measure = if is_percent { Measure::Percent } else { Measure::Plain };
    let at = tokens[place].at.start..tokens[end - 1].at.end;
    Some(Claim { at, tokens: place..end, value, decimals: 0, measure, stance: stance(text, tokens, place), role: Role::Alone })
}

/// A share in words: `half of`, `two thirds`, `a quarter`, `four in ten`, `1 in 5`.
fn fraction(text: &str, tokens: &[Token], place: usize) -> Option<Claim> {
    let word = |step: usize| written(text, tokens.get(place + step));
    let small = |step: usize| -> Option<f64> {
        let token = tokens.get(place + step)?;
        token.number().filter(|number| number.decimals == 0).map(|number| number.value).or_else(|| small_number(&word(step), None).map(|(value, _)| value))
    };
    let share = |value: f64, room: f64, end: usize| {
        let at = tokens[place].at.start..tokens[place + end - 1].at.end;
        let claim = Claim {
            at,
            tokens: place..place + end,
            value: value * 100.0,
            decimals: 0,
            measure: Measure::Percent,
            stance: stance(text, tokens, place),
            role: Role::Fraction(room),
        };
        Some(claim)
    };
    // `half of the teams have 2 or fewer` and `one in four had 4 or more` speak of quantiles.
    if tokens[place..].windows(2).take(45).any(|pair| pair[0].text == "or" && ["under", "over"].contains(&pair[1].text.as_str())) {
        return None;
    }
    if word(0) == "half" && ["of", "the"].contains(&word(1).as_str()) {
        return share(0.5, 4.0, 1);
    }
    let part = |word: &str| match word.trim_end_matches('s') {
        "third" => Some((3.0, 4.0)),
        "quarter" => Some((4.0, 4.0)),
        "fifth" => Some((5.0, 4.0)),
        _ => None,
    };
    let count = if word(0) == "a" { Some(1.0) } else { small(0) }?;
    let step = if tokens.get(place + 1).is_some_and(|token| token.is_mark(DASHES)) { 2 } else { 1 };
    if let Some((of, room)) = part(&word(step))
        && count < of
        && tokens[place].kind == Kind::Word
        && (word(0) == "a" || count >= 1.0)
        && ["of", "were", "had", "are", "have", "("].contains(&word(step + 1).as_str())
    {
        return share(count / of, room, step + 1);
    }
    let of = small(2).filter(|of| (word(1) == "in" || word(1) == "of" && word(2) == "every" || word(1) == "out") && *of <= 20.0 && count < *of)?;
    (word(1) == "in" && count >= 1.0).then(|| share(count / of, 5.0, 3)).flatten()
}

/// Finds ends of ranges and parts of bases among neighbours.
fn pair(tokens: &[Token], claims: &mut [Claim]) {
    for place in 0..claims.len().saturating_sub(1) {
        if claims[place].role != Role::Alone || matches!(claims[place + 1].role, Role::Fraction(_)) {
            continue;
        }
        let (first, second) = (claims[place].tokens.clone(), claims[place + 1].tokens.clone());
        let between: Vec<&Token> = tokens.get(first.end..second.start).unwrap_or_default().iter().collect();
        let before: Vec<&str> = tokens[..first.start].iter().rev().take(5).map(|token| token.text.as_str()).collect();
        let (one, two) = (claims[place].measure, claims[place + 1].measure);
        let alike = one == two || one == Measure::Plain;
        // `3.0 hours to 3.2 hours` says its unit twice.
        let unit = tokens.get(second.end).filter(|after| between.len() == 2 && between[0].text == after.text && after.kind == Kind::Word);
        let between = if unit.is_some() { between[1..].to_vec() } else { between };
        if alike && is_range(&between, &before) && claims[place].value <= claims[place + 1].value {
            claims[place].measure = two;
            claims[place].role = Role::Low(place + 1);
            claims[place + 1].role = Role::High;
        } else if is_of(&between) && one == Measure::Plain && two == Measure::Plain && claims[place].value <= claims[place + 1].value {
            claims[place].role = Role::Part(place + 1);
            claims[place + 1].role = Role::BaseOfPart;
            claims[place].decimals = claims[place].decimals.max(0);
        }
    }
}

/// Whether what stands between two numbers makes them the ends of one interval.
fn is_range(between: &[&Token], before: &[&str]) -> bool {
    let says_interval = before.iter().any(|word| ["interval", "ci", "confidence", "limit"].contains(word));
    match between {
        [dash] if dash.is_mark(DASHES) => true,
        [word] if word.text == "to" => says_interval || before.first() != Some(&"from") || before.iter().any(|word| word.starts_with("range")),
        [word] if word.text == "and" => says_interval || before.first() == Some(&"between"),
        [mark] if mark.is_mark(",;") => says_interval,
        _ => false,
    }
}

fn is_of(between: &[&Token]) -> bool {
    let words: Vec<&str> = between.iter().map(|token| token.text.as_str()).collect();
    matches!(words.as_slice(), ["of" | "/"] | ["of", "the" | "all"] | ["out", "of"] | ["of", "all", "the"] | ["out", "of", "the"])
}

/// Finds bases: `39% of the 1,520 members`, `(n = 1,520)`, `among 1,520 members, 39%`.
fn bases(tokens: &[Token], claims: &mut [Claim]) {
    for place in 0..claims.len() {
        if claims[place].role != Role::Alone || claims[place].measure != Measure::Plain {
            continue;
        }
        let start = claims[place].tokens.start;
        let back = |steps: usize| start.checked_sub(steps).and_then(|place| tokens.get(place)).map(|token| token.text.as_str()).unwrap_or_default();
        let is_n = back(1) == "=" && back(2) == "n";
        let of_share = place > 0 && claims[place - 1].measure == Measure::Percent && {
            let between: Vec<&Token> = tokens.get(claims[place - 1].tokens.end..start).unwrap_or_default().iter().collect();
            is_of(&between)
        };
        if is_n || of_share {
            claims[place].role = Role::Base;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::masks::masked;
    use super::super::tokens::tokens;
    use super::*;

    fn of(text: &str) -> Vec<(f64, Measure, Role)> {
        let tokens = tokens(text);
        claims(text, &tokens, &masked(text, &tokens, true)).into_iter().map(|claim| (claim.value, claim.measure, claim.role)).collect()
    }

    #[test]
    fn parts_and_intervals_are_seen_together() {
        let found = of("39.0% of members (95% interval 36.7% to 41.3%; 593 of 1,520 members)");
        let expected = [
            (39.0, Measure::Percent, Role::Alone),
            (36.7, Measure::Percent, Role::Low(2)),
            (41.3, Measure::Percent, Role::High),
            (593.0, Measure::Plain, Role::Part(4)),
            (1520.0, Measure::Plain, Role::BaseOfPart),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn changes_are_no_intervals() {
        assert!(of("rose from 36.8% to 39.0%").iter().all(|(_, _, role)| *role == Role::Alone));
        assert_eq!(of("the interval was 36.7–41.3%")[0], (36.7, Measure::Percent, Role::Low(1)));
        assert_eq!(of("39% of the 1,520 members")[1].2, Role::Base);
        assert_eq!(of("(39.0%, n = 1,520)")[1].2, Role::Base);
    }

    #[test]
    fn numbers_in_words_count_when_they_count_something() {
        assert_eq!(of("Twenty-one teams answered"), [(21.0, Measure::Plain, Role::Alone)]);
        assert_eq!(
            of("four in ten members, half of teams, two thirds of coaches").iter().map(|(value, _, _)| value.round()).collect::<Vec<_>>(),
            [40.0, 50.0, 67.0]
        );
        assert!(of("one of the two aims").is_empty());
        assert_eq!(of("fell by 2.2 percentage points to −0.3")[0].1, Measure::Points);
        assert!((of("fell to −0.3 points")[0].0 + 0.3).abs() < 1e-12);
    }
}
