//! Texts of questions in, labels and names out: without markup, in one line, short where they name columns.

/// Letters of a name made of a question, and of one made of an option.
const QUESTION: usize = 36;
const OPTION: usize = 28;
/// Words that a short name does without.
const WITHOUT: [&str; 33] = [
    "a",
    "an",
    "the",
    "of",
    "to",
    "in",
    "on",
    "for",
    "and",
    "or",
    "is",
    "are",
    "was",
    "were",
    "do",
    "does",
    "did",
    "have",
    "has",
    "you",
    "your",
    "please",
    "be",
    "that",
    "this",
    "any",
    "would",
    "with",
    "it",
    "if",
    "at",
    "following",
    "select",
];

/// The text in one line, without HTML tags and with its characters instead of their names.
pub(super) fn cleaned(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    // Behind the last `>` no tag ends, so that none is looked for.
    let (inside, after) = text.split_at(text.rfind('>').map_or(0, |last| last + 1));
    let mut rest = inside;
    while let Some(start) = rest.find('<') {
        let (before, from) = rest.split_at(start);
        plain.push_str(before);
        let is_tag = from[1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!');
        if let Some(end) = is_tag.then(|| from.find('>')).flatten() {
            plain.push(' ');
            rest = &from[end + 1..];
        } else {
            plain.push('<');
            rest = &from[1..];
        }
    }
    plain.push_str(rest);
    plain.push_str(after);
    for (name, character) in [("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&rsquo;", "’"), ("&amp;", "&")] {
        plain = plain.replace(name, character);
    }
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Two parts of a wording as one label.
pub(super) fn joined(question: &str, part: &str) -> String {
    match (question.is_empty(), part.is_empty()) {
        (_, true) => question.to_owned(),
        (true, false) => part.to_owned(),
        (false, false) => format!("{question} – {part}"),
    }
}

/// A name for a column that asks `question`.
pub(super) fn question_name(question: &str) -> String {
    name(question, QUESTION)
}

/// A name for an option of a question.
pub(super) fn option_name(option: &str) -> String {
    name(option, OPTION)
}

/// The words that carry the meaning, in lowercase, as many as fit; at least one.
fn name(text: &str, most: usize) -> String {
    let cleaned = cleaned(text).to_lowercase().replace(['\'', '’'], "");
    let words: Vec<&str> = cleaned.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let telling: Vec<&str> = words.iter().copied().filter(|word| !WITHOUT.contains(word)).collect();
    let mut name = String::new();
    for word in if telling.is_empty() { words } else { telling } {
        let length = name.chars().count();
        if length > 0 && length + 1 + word.chars().count() > most {
            break;
        }
        if length > 0 {
            name.push('_');
        }
        name.extend(word.chars().take(most));
    }
    name
}

#[cfg(test)]
mod tests {
    use super::{cleaned, question_name};

    #[test]
    fn markup_goes_and_signs_stay() {
        assert_eq!(cleaned("Is <b>x</b> &lt; 5\n &amp; y<br />? a < b"), "Is x < 5 & y ? a < b");
    }

    #[test]
    fn names_are_short_and_tell_what_is_asked() {
        assert_eq!(question_name("Have you seen any of the 6 films in the Star Wars franchise?"), "seen_6_films_star_wars_franchise");
        assert_eq!(question_name("Do you?"), "do_you");
    }
}
