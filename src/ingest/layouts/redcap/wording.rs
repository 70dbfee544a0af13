//! Wordings as a survey platform stores them in, plain text out: without tags, entities and line breaks.

/// The text that a reader sees: tags taken out, entities decoded, blanks collapsed.
pub(crate) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['<', '&']) {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let taken = if rest.starts_with('<') { tag(rest).map(|length| (" ".to_owned(), length)) } else { entity(rest) };
        match taken {
            Some((text, length)) => {
                plain.push_str(&text);
                rest = rest.get(length..).unwrap_or_default();
            }
            None => {
                plain.push_str(&rest[..1]);
                rest = &rest[1..];
            }
        }
    }
    plain.push_str(rest);
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Length of the tag that the text begins with: `<` before a letter, `/` or `!`, up to `>`. `a < b` is none.
fn tag(text: &str) -> Option<usize> {
    let second = text.chars().nth(1)?;
    if !(second.is_ascii_alphabetic() || second == '/' || second == '!') {
        return None;
    }
    text.find('>').map(|at| at + 1)
}

/// The entity that the text begins with, and its length.
fn entity(text: &str) -> Option<(String, usize)> {
    let end = text.bytes().take(12).position(|byte| byte == b';')?;
    let name = text.get(1..end)?;
    let letter = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        _ => {
            let number = name.strip_prefix('#')?;
            let number = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(number).filter(|letter| !letter.is_control())?
        }
    };
    Some((letter.to_string(), end + 1))
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn tags_and_entities_go_and_comparisons_stay() {
        assert_eq!(plain("<div class=\"x\"><p>How  are\nyou?</p></div>"), "How are you?");
        assert_eq!(plain("a < b &amp; c &#62; d &unknown; & e <"), "a < b & c > d &unknown; & e <");
        assert_eq!(plain("Größe &nbsp; <b>größer</b>"), "Größe größer");
    }
}
