//! Two texts in, how alike they are out: names of columns, wordings of questions, labels of levels.

/// Whether two labels of one code mean the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// Equal but for case, blanks and punctuation.
    Same,
    /// Written a little differently: a plural, a spelling, a remark in parentheses.
    Reworded,
    /// Something else.
    Other,
}

/// Words that carry no meaning of their own in a label.
const FILLERS: [&str; 14] = ["a", "an", "the", "of", "or", "and", "to", "in", "is", "are", "for", "at", "on", "de"];

/// Share of letters up to which two words are spellings of one.
const SPELLING: f64 = 0.8;

fn words(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    let mut words: Vec<String> = Vec::new();
    for word in lower.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()) {
        words.push(word.to_owned());
    }
    words
}

/// The text without what stands in parentheses.
fn plain(text: &str) -> String {
    let mut depth = 0_u32;
    let mut kept = String::new();
    for letter in text.chars() {
        match letter {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            other if depth == 0 => kept.push(other),
            _ => {}
        }
    }
    kept
}

/// Two spellings of one word: neither a negation nor another number.
fn spelled_alike(one: &str, two: &str) -> bool {
    if one == two {
        return true;
    }
    let (short, long) = if one.len() <= two.len() { (one, two) } else { (two, one) };
    let negates = ["un", "in", "im", "il", "ir", "dis", "non", "mis"].iter().any(|prefix| long.strip_prefix(prefix) == Some(short));
    let has_digit = |word: &str| word.bytes().any(|byte| byte.is_ascii_digit());
    let first = |word: &str| word.chars().next();
    !negates && !has_digit(one) && !has_digit(two) && first(one) == first(two) && strsim::normalized_damerau_levenshtein(one, two) >= SPELLING
}

/// Whether two labels of one code mean the same.
pub(crate) fn meaning(one: &str, two: &str) -> Meaning {
    let (first, second) = (words(one), words(two));
    if first == second {
        return Meaning::Same;
    }
    let content = |text: &str| words(&plain(text)).into_iter().filter(|word| !FILLERS.contains(&word.as_str())).collect::<Vec<_>>();
    let (first, second) = (content(one), content(two));
    let alike = !first.is_empty() && first.len() == second.len() && first.iter().zip(&second).all(|(one, two)| spelled_alike(one, two));
    if alike { Meaning::Reworded } else { Meaning::Other }
}

/// The words that are numbers.
fn numbers(words: &[String]) -> Vec<&String> {
    words.iter().filter(|word| word.bytes().all(|byte| byte.is_ascii_digit())).collect()
}

/// How alike two names are, from 0 to 1; a name whose words are all words of the other is nearly the same.
pub(super) fn names(one: &str, two: &str) -> f64 {
    let (first, second) = (words(&spaced(one)), words(&spaced(two)));
    if first.is_empty() || second.is_empty() {
        return 0.0;
    }
    let shared = first.iter().filter(|word| second.contains(word)).count();
    let contained = shared as f64 / first.len().min(second.len()) as f64;
    // `q12` and `q13` are two questions, however alike their names.
    let letters = strsim::normalized_damerau_levenshtein(&one.to_lowercase(), &two.to_lowercase());
    let score = letters.max(0.9 * contained);
    if first == second {
        1.0
    } else if numbers(&first) == numbers(&second) {
        score
    } else {
        score * 0.5
    }
}

/// `genderIdentity2` as `gender Identity 2`.
fn spaced(name: &str) -> String {
    let mut text = String::new();
    let mut last = ' ';
    for letter in name.chars() {
        let border = last.is_lowercase() && letter.is_uppercase() || last.is_alphabetic() && letter.is_ascii_digit();
        if border {
            text.push(' ');
        }
        text.push(if letter == '_' { ' ' } else { letter });
        last = letter;
    }
    text
}

/// A name and a wording, ready to be compared with thousands of others.
pub(super) struct Outline {
    name: Vec<String>,
    wording: Vec<String>,
    /// Letters of the name, and how many there are of each, in 32 classes.
    length: usize,
    letters: [usize; 32],
}

impl Outline {
    /// The outline of a column.
    pub(super) fn of(name: &str, wording: &str) -> Self {
        let (mut length, mut letters) = (0, [0; 32]);
        for letter in name.chars().flat_map(char::to_lowercase) {
            length += 1;
            letters[letter as usize % 32] += 1;
        }
        Self { name: words(&spaced(name)), wording: words(wording), length, letters }
    }

    /// Whether a closer look can find names that are alike by three fifths, or wordings that share a third of their words.
    pub(super) fn may_be_like(&self, other: &Self) -> bool {
        let shared = |one: &[String], two: &[String]| one.iter().filter(|word| two.contains(word)).count();
        let all = self.wording.len() + other.wording.len();
        if all > 0 && 6 * shared(&self.wording, &other.wording) >= all {
            return true;
        }
        if numbers(&self.name) != numbers(&other.name) {
            return false;
        }
        // No more letters can stay in place than there are of one kind in both.
        let letters: usize = self.letters.iter().zip(&other.letters).map(|(one, two)| one.min(two)).sum();
        5 * letters >= 3 * self.length.max(other.length) || 3 * shared(&self.name, &other.name) >= 2 * self.name.len().min(other.name.len()).max(1)
    }
}

/// How alike two wordings are, from 0 to 1: the words that they share. Where one of them is lacking, nothing is alike.
pub(super) fn wordings(one: &str, two: &str) -> f64 {
    let (first, second) = (words(one), words(two));
    if first.is_empty() || second.is_empty() {
        return 0.0;
    }
    if first == second {
        return 1.0;
    }
    let shared = first.iter().filter(|word| second.contains(word)).count() as f64;
    let dice = 2.0 * shared / (first.len() + second.len()) as f64;
    // Letters decide for short texts; long ones by words alone, because comparing letters costs their product.
    if one.len() + two.len() < 400 { dice.max(strsim::normalized_damerau_levenshtein(&first.join(" "), &second.join(" "))) } else { dice }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_that_mean_the_same_are_told_from_those_that_do_not() {
        for (one, two) in [("Yes", "yes "), ("Non-binary", "Non binary"), ("Don’t know", "Don't know")] {
            assert_eq!(meaning(one, two), Meaning::Same, "{one} / {two}");
        }
        for (one, two) in [("Health care", "Health care (primary care)"), ("Family or friend", "Family and friends"), ("Center outreach", "Centre outreach")] {
            assert_eq!(meaning(one, two), Meaning::Reworded, "{one} / {two}");
        }
        let others = [
            ("Yes", "No"),
            ("Agree", "Disagree"),
            ("Satisfied", "Dissatisfied"),
            ("Employed", "Unemployed"),
            ("Often", "Very often"),
            ("1 to 3 times", "1 to 4 times"),
            ("Increased a lot", "Decreased a lot"),
            ("Male", "Female"),
            ("Not at all", "All"),
        ];
        for (one, two) in others {
            assert_eq!(meaning(one, two), Meaning::Other, "{one} / {two}");
        }
    }

    #[test]
    fn names_that_contain_each_other_are_alike_and_numbered_ones_are_not() {
        assert!(names("gender_identity", "gender") >= 0.9 && names("GenderIdentity", "gender_identity") >= 0.99);
        assert!(names("q12", "q13") < 0.5 && names("k6_1", "k6_2") < 0.5);
        assert!(names("age", "referral") < 0.4);
    }

    #[test]
    fn what_is_not_worth_a_closer_look_is_not_alike() {
        let names_of = ["gender", "gender_identity", "GenderIdentity", "genderr", "q12", "q13", "q_12", "k6_1", "age", "referral", "alter", "H1GI1", "H2GI1"];
        for one in names_of {
            for two in names_of {
                assert!(names(one, two) < 0.6 || Outline::of(one, "").may_be_like(&Outline::of(two, "")), "{one} / {two}");
            }
        }
        assert!(!Outline::of("q12", "").may_be_like(&Outline::of("q13", "")) && !Outline::of("age", "").may_be_like(&Outline::of("referral", "")));
        assert!(Outline::of("q12", "How old are you?").may_be_like(&Outline::of("q13", "How old are you today?")));
        // Columns without a wording have none in common.
        assert!(wordings("", "").total_cmp(&0.0).is_eq());
    }
}
