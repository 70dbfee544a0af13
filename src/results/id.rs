//! Result row in, readable id and short code out.

use std::borrow::Cow;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::ResultRow;

/// `dataset.analysis.variable[=level].stat[.group=level…]@wave`, parts percent-encoded.
pub(super) fn of(row: &ResultRow) -> String {
    let mut id = format!("{}.{}.{}", encode_part(&row.dataset), encode_part(&row.analysis), encode_part(&row.variable));
    if let Some(level) = &row.level {
        let _ = write!(id, "={}", encode_part(level));
    }
    let _ = write!(id, ".{}", row.stat);
    for (group, level) in row.groups.iter().filter(|(group, _)| *group != "wave") {
        let _ = write!(id, ".{}={}", encode_part(group), encode_part(level));
    }
    if let Some(wave) = &row.wave {
        let _ = write!(id, "@{}", encode_part(wave));
    }
    id
}

/// Percent-encodes everything but letters, digits, `_` and `-`.
pub(crate) fn encode_part(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-') {
        return Cow::Borrowed(text);
    }
    let mut encoded = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_alphanumeric() || character == '_' || character == '-' {
            encoded.push(character);
        } else {
            let mut bytes = [0; 4];
            for byte in character.encode_utf8(&mut bytes).bytes() {
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
    }
    Cow::Owned(encoded)
}

/// The code that people cite: eight Crockford base-32 characters of a hash of the id.
///
/// # Example
/// ```
/// let code = recovista::results::short_code("members.who-we-reach.gender=Female.proportion@2024");
/// assert_eq!(code.len(), 11);
/// assert!(code.starts_with("R-"));
/// ```
pub fn short_code(id: &str) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let digest = Sha256::digest(id.as_bytes());
    let bits = digest.iter().take(5).fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte));
    let mut code = String::from("R-");
    for place in (0..8).rev() {
        let index = usize::try_from((bits >> (place * 5)) & 31).unwrap_or_default();
        code.push(char::from(ALPHABET[index]));
        if place == 4 {
            code.push('-');
        }
    }
    code
}

/// A short code as people type it, in its plain form; none where the text is no code.
///
/// Small letters are capital ones, and letters that look like digits are read as digits, for no code has them.
pub(crate) fn plain_code(text: &str) -> Option<String> {
    let body = text.trim().trim_start_matches('#').strip_prefix(['R', 'r'])?.strip_prefix('-')?;
    let letters: Vec<char> = body.chars().filter(|letter| *letter != '-').map(|letter| letter.to_ascii_uppercase()).collect();
    let dashes = body.char_indices().filter(|(_, letter)| *letter == '-').all(|(place, _)| place == 4);
    let read = |letter: &char| match letter {
        'O' => Some('0'),
        'I' | 'L' => Some('1'),
        letter if letter.is_ascii_alphanumeric() => Some(*letter),
        _ => None,
    };
    let plain: String = letters.iter().map(read).collect::<Option<String>>()?;
    let (first, second) = plain.split_at_checked(4).filter(|(first, second)| dashes && first.len() == second.len())?;
    Some(format!("R-{first}-{second}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::{Stat, Unit};

    #[test]
    fn id_reads_as_the_design_says() {
        let mut row = ResultRow::new("members", "who-we-reach", "gender", Stat::Proportion, Unit::Percent);
        row.level = Some("Female".into());
        row.groups.insert("region".into(), "Boston".into());
        row.wave = Some("2024".into());
        assert_eq!(row.id(), "members.who-we-reach.gender=Female.proportion.region=Boston@2024");
    }

    #[test]
    fn odd_characters_are_encoded() {
        assert_eq!(encode_part("a.b=c@d e"), "a%2Eb%3Dc%40d%20e");
        assert_eq!(encode_part("Café"), "Café");
    }

    #[test]
    fn codes_are_read_as_people_type_them() {
        for text in ["R-BBT0-E526", "r-bbt0-e526", " R-BBTO-E526 ", "#R-BBT0E526"] {
            assert_eq!(plain_code(text).as_deref(), Some("R-BBT0-E526"), "{text}");
        }
        for text in ["retention", "R-BBT0", "R-BB-T0E526", "median FTE", "R-", "R-BBT0-E52é", ""] {
            assert_eq!(plain_code(text), None, "{text}");
        }
    }
}
