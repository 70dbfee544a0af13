//! Bytes that are no UTF-8 in, encodings to try out: never chosen for the user, only named, with what each makes of the text.

use encoding_rs::{BIG5, EUC_KR, Encoding, GB18030, ISO_8859_2, ISO_8859_7, MACINTOSH, SHIFT_JIS, UTF_16BE, UTF_16LE, WINDOWS_1251, WINDOWS_1252};

/// Encodings of one byte a character, the most frequent first.
const SINGLE: [&Encoding; 6] = [WINDOWS_1252, MACINTOSH, ISO_8859_2, WINDOWS_1251, ISO_8859_7, encoding_rs::IBM866];
/// Encodings of several bytes a character.
const SEVERAL: [&Encoding; 4] = [SHIFT_JIS, GB18030, EUC_KR, BIG5];
/// Bytes around the bad one that are shown.
const AROUND: usize = 12;
/// Bytes that are looked at.
const LOOKED_AT: usize = 64 * 1024;

/// Zero bytes at every second place, and at no other, are UTF-16 without its mark.
pub(crate) fn utf_16(bytes: &[u8]) -> Option<&'static Encoding> {
    let (pairs, _) = bytes.get(..bytes.len().min(4096)).unwrap_or_default().as_chunks::<2>();
    let first = pairs.iter().filter(|pair| pair[0] == 0).count();
    let second = pairs.iter().filter(|pair| pair[1] == 0).count();
    let most = |zeros: usize| pairs.len() > 1 && zeros * 10 >= pairs.len() * 7;
    match (first, second) {
        (0, zeros) if most(zeros) => Some(UTF_16LE),
        (zeros, 0) if most(zeros) => Some(UTF_16BE),
        _ => None,
    }
}

/// What to try for a text that is not UTF-8 at `at`: the likeliest encodings, each with its reading of the place.
pub(crate) fn help(bytes: &[u8], at: usize) -> String {
    let looked_at = bytes.get(..bytes.len().min(LOOKED_AT.max(at + AROUND))).unwrap_or_default();
    let start = at.saturating_sub(AROUND);
    let near = bytes.get(start..bytes.len().min(at + AROUND)).unwrap_or_default();
    let line_end = |byte: &u8| matches!(byte, b'\n' | b'\r');
    let from = near.get(..at - start).unwrap_or_default().iter().rposition(line_end).map_or(0, |end| end + 1);
    let to = near.iter().skip(at - start).position(line_end).map_or(near.len(), |end| at - start + end);
    let near = near.get(from..to).unwrap_or_default();
    let mut ranked: Vec<(i64, usize, &Encoding)> =
        SINGLE.into_iter().chain(SEVERAL).enumerate().filter_map(|(order, encoding)| Some((score(looked_at, encoding)?, order, encoding))).collect();
    ranked.sort_by_key(|(score, order, _)| (-score, *order));
    let (mut told, mut readings): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for (_, _, encoding) in ranked.into_iter().filter(|(score, ..)| *score >= 0) {
        let reading: String = encoding.decode_without_bom_handling(near).0.chars().filter(|c| !c.is_control()).collect();
        if told.len() < 3 && !readings.contains(&reading) {
            told.push(format!("--encoding {} (reads `{reading}`)", encoding.name().to_lowercase()));
            readings.push(reading);
        }
    }
    if told.is_empty() { "save the file as UTF-8".to_owned() } else { format!("try {}, or save the file as UTF-8", told.join(", ")) }
}

/// How much like words an encoding makes the characters beyond ASCII; `None` where it cannot read them.
fn score(bytes: &[u8], encoding: &'static Encoding) -> Option<i64> {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut text = String::with_capacity(decoder.max_utf8_buffer_length_without_replacement(bytes.len())?);
    let (result, _) = decoder.decode_to_string_without_replacement(bytes, &mut text, false);
    if matches!(result, encoding_rs::DecoderResult::Malformed(..)) {
        return None;
    }
    let (mut score, mut before) = (0, ' ');
    for c in text.chars() {
        score += if c.is_ascii() { 0 } else { fitness(before, c) };
        before = c;
    }
    // Two bytes that make one character must not lose to two bytes that make two, and without much to go by it is Western text.
    Some(match encoding {
        _ if SEVERAL.contains(&encoding) => score * 2,
        _ if encoding == WINDOWS_1252 => score + 6,
        _ if encoding == MACINTOSH => score + 2,
        _ => score,
    })
}

fn fitness(before: char, c: char) -> i64 {
    let script = |c: char| match u32::from(c) {
        0x41..0x250 => 1,
        0x370..0x400 => 2,
        0x400..0x530 => 3,
        _ => 4,
    };
    match c {
        '\u{80}'..'\u{a0}' | '\u{2500}'..'\u{2600}' | '\u{e000}'..'\u{f900}' => -4,
        _ if !c.is_alphabetic() => 0,
        _ if !before.is_alphabetic() => 1,
        _ if script(before) != script(c) => -2,
        // Accented letters of the Latin script rarely follow each other.
        _ if c.is_uppercase() && before.is_lowercase() || script(c) == 1 && !before.is_ascii() => -2,
        _ if c.is_lowercase() && before.is_lowercase() => 3,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::{help, utf_16};

    #[test]
    fn the_encoding_that_makes_words_comes_first() {
        let first = |bytes: &[u8]| {
            let at = bytes.iter().position(|byte| !byte.is_ascii()).expect("a byte beyond ASCII");
            help(bytes, at).trim_start_matches("try --encoding ").split(',').next().map(str::to_owned)
        };
        assert_eq!(first(b"id,name\n1,caf\xe9 noir\n").as_deref(), Some("windows-1252 (reads `1"));
        assert!(help(b"id;name\n1;caf\xe9 noir\n", 12).starts_with("try --encoding windows-1252 (reads `1;caf\u{e9} noir`)"));
        assert!(help(b"Ann\x8ee;Occupancy", 3).starts_with("try --encoding macintosh (reads `Ann\u{e9}e;Occupancy`)"));
        assert!(help(b"1;\xcb\xe5\xf9\xed\xe9\xe4\xe1\xf2", 2).contains("iso-8859-7 (reads `1;Λεωνιδας`)"));
        assert!(help("1;アンケート".encode_utf16().map(|_| 0x83).collect::<Vec<u8>>().as_slice(), 0).starts_with("try"));
    }

    #[test]
    fn zero_bytes_at_every_second_place_are_utf_16() {
        let little: Vec<u8> = "id,name\n1,é☃\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = "id,name\n1,é☃\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(
            [&little[..], &big, b"a\0b\0\0\0", &[0; 100], b"ab", b""].map(|bytes| utf_16(bytes).map(encoding_rs::Encoding::name)),
            [Some("UTF-16LE"), Some("UTF-16BE"), None, None, None, None]
        );
    }
}
