//! HTML or XML text in, tags and pieces of text with their places out; as forgiving as drafts are untidy.

/// One piece of a marked-up text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// An opening tag in small letters and what stands inside it; whether it closes itself.
    Open(String, &'a str, bool),
    /// A closing tag in small letters.
    Close(String),
    /// Text as it is written, with the byte at which it begins.
    Text(&'a str, usize),
}

/// Cuts a marked-up text into pieces; comments and declarations are left out.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            at += 4 + comment.find("-->").map_or(comment.len(), |end| end + 3);
        } else if rest.starts_with('<') && rest[1..].starts_with(|letter: char| letter.is_ascii_alphabetic() || "/!?".contains(letter)) {
            let end = rest.find('>').map_or(rest.len(), |end| end + 1);
            found.extend(tag(rest[1..end].trim_end_matches('>')));
            at += end;
        } else {
            // A `<` that begins no tag is a letter of the text.
            let end = rest.char_indices().skip(1).find(|(_, letter)| *letter == '<').map_or(rest.len(), |(end, _)| end);
            found.push(Piece::Text(&rest[..end], at));
            at += end;
        }
    }
    found
}

fn tag(inside: &str) -> Option<Piece<'_>> {
    if inside.starts_with(['!', '?']) {
        return None;
    }
    let name = |text: &str| text.split(|letter: char| letter.is_whitespace() || letter == '/').next().unwrap_or_default().to_lowercase();
    match inside.strip_prefix('/') {
        Some(closed) => Some(Piece::Close(name(closed))),
        None => Some(Piece::Open(name(inside), inside, inside.ends_with('/'))),
    }
}

/// The value of an attribute of a tag.
pub(super) fn attribute<'a>(inside: &'a str, name: &str) -> Option<&'a str> {
    let after = inside.split_once(&format!("{name}=\""))?.1;
    after.split('"').next()
}

/// Text with its entities as letters.
pub(super) fn decoded(text: &str) -> String {
    const NAMED: [(&str, &str); 16] = [
        ("amp", "&"),
        ("lt", "<"),
        ("gt", ">"),
        ("quot", "\""),
        ("apos", "'"),
        ("nbsp", " "),
        ("ndash", "–"),
        ("mdash", "—"),
        ("minus", "−"),
        ("thinsp", " "),
        ("rsquo", "’"),
        ("lsquo", "‘"),
        ("rdquo", "”"),
        ("ldquo", "“"),
        ("plusmn", "±"),
        ("hellip", "…"),
    ];
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let Some((name, next)) = after.split_once(';').filter(|(name, _)| name.len() <= 8) else {
            out.push('&');
            rest = after;
            continue;
        };
        let number = name.strip_prefix('#').and_then(|digits| match digits.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok(),
            None => digits.parse().ok(),
        });
        let named = NAMED.iter().find(|(known, _)| *known == name).map(|(_, letter)| (*letter).to_owned());
        if let Some(letter) = named.or_else(|| number.and_then(char::from_u32).map(String::from)) {
            out.push_str(&letter);
            rest = next;
        } else {
            out.push('&');
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_begins_with_any_letter() {
        let page = "<p>† too few</p>é<b>ü < 5</b>";
        let texts: Vec<&str> = pieces(page).into_iter().filter_map(|piece| if let Piece::Text(text, _) = piece { Some(text) } else { None }).collect();
        assert_eq!(texts.concat(), "† too fewéü < 5");
    }
}
