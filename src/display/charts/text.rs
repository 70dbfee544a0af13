//! Type sizes, the width of words and the breaking of lines.
//!
//! plotters measures at the height of the font rather than at its em and is 6.5% off; here the same font gives the true width.

use std::sync::Once;

use plotters::style::{FontDesc, FontFamily, FontStyle, register_font};

use super::theme::{FONT, Role};

/// Height of `DejaVu Sans` from descent to ascent, in em (hhea: (1901 + 483) / 2048): plotters takes this for the size.
const HEIGHT: f64 = 2384.0 / 2048.0;
/// The size at which words are measured, so that whole units are fine enough.
const MEASURED: f64 = 2000.0;

/// Size, weight and colour of words.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Type {
    /// Pixels per em.
    pub(super) size: f64,
    /// Bold or regular.
    pub(super) bold: bool,
    /// Colour.
    pub(super) role: Role,
}

impl Type {
    /// The finding.
    pub(super) const TITLE: Self = Self { size: 16.0, bold: true, role: Role::Ink };
    /// Below the finding.
    pub(super) const SUBTITLE: Self = Self { size: 12.5, bold: false, role: Role::Soft };
    /// Names of groups.
    pub(super) const BODY: Self = Self { size: 12.0, bold: false, role: Role::Ink };
    /// Figures and headings.
    pub(super) const STRONG: Self = Self { size: 12.0, bold: true, role: Role::Ink };
    /// Ticks, n, intervals, footer.
    pub(super) const SMALL: Self = Self { size: 11.0, bold: false, role: Role::Soft };

    /// The same type in another colour.
    pub(super) const fn in_role(self, role: Role) -> Self {
        Self { role, ..self }
    }

    /// Distance between two baselines.
    pub(super) fn leading(self) -> f64 {
        (self.size * 1.36).round()
    }
}

/// Makes the embedded font known to plotters, once.
fn ready() {
    static READY: Once = Once::new();
    READY.call_once(|| {
        let fonts = [(FontStyle::Normal, dejavu::sans::regular()), (FontStyle::Bold, dejavu::sans::bold())];
        for (style, bytes) in fonts {
            let Ok(()) = register_font(FONT, style, bytes) else { unreachable!("the embedded font is a font") };
        }
    });
}

/// Width of one line in pixels.
pub(super) fn measure(text: &str, kind: Type) -> f64 {
    ready();
    let style = if kind.bold { FontStyle::Bold } else { FontStyle::Normal };
    let Ok(((left, _), (right, _))) = FontDesc::new(FontFamily::Name(FONT), MEASURED, style).layout_box(text) else { unreachable!("the font is registered") };
    f64::from(right - left) / MEASURED * HEIGHT * kind.size
}

/// Width of the widest of some lines.
pub(super) fn widest<'a>(texts: impl IntoIterator<Item = &'a str>, kind: Type) -> f64 {
    texts.into_iter().map(|text| measure(text, kind)).fold(0.0, f64::max)
}

/// Lines that are at most `width` wide: of about equal length for names and headings, as full as they can be for running text.
pub(super) fn wrap(text: &str, width: f64, kind: Type) -> Vec<String> {
    let words = pieces(text, width, kind);
    let greedy = fill(&words, width, kind);
    if greedy.len() < 2 || kind.role == Role::Soft {
        return greedy;
    }
    let (mut low, mut high) = (width / 2.0, width);
    while high - low > 4.0 {
        let middle = f64::midpoint(low, high);
        if fill(&words, middle, kind).len() > greedy.len() || words.iter().any(|(_, wide)| *wide > middle) { low = middle } else { high = middle }
    }
    fill(&words, high, kind)
}

/// Words with their widths; a word that is too wide for a line is cut.
fn pieces(text: &str, width: f64, kind: Type) -> Vec<(String, f64)> {
    let mut pieces = Vec::new();
    for word in text.split_whitespace() {
        let wide = measure(word, kind);
        // A column made for its widest word holds it, however its width was added up.
        if wide <= width + 0.5 {
            pieces.push((word.to_owned(), wide));
            continue;
        }
        let mut piece = String::new();
        for letter in word.chars() {
            piece.push(letter);
            if measure(&piece, kind) > width && piece.chars().count() > 1 {
                piece.pop();
                pieces.push((piece.clone(), measure(&piece, kind)));
                piece = letter.to_string();
            }
        }
        pieces.push((piece.clone(), measure(&piece, kind)));
    }
    pieces
}

/// Lines as full as they can be.
fn fill(words: &[(String, f64)], width: f64, kind: Type) -> Vec<String> {
    let space = measure(" ", kind);
    let mut lines: Vec<String> = Vec::new();
    let mut used = f64::INFINITY;
    for (word, wide) in words {
        // Half a pixel of grace, so that a column made for its widest word holds it.
        if let Some(line) = lines.last_mut().filter(|_| used + space + wide <= width + 0.5) {
            line.push(' ');
            line.push_str(word);
            used += space + wide;
        } else {
            lines.push(word.clone());
            used = *wide;
        }
    }
    lines
}

/// A line cut to a width, with an ellipsis where something is missing.
pub(super) fn shorten(text: &str, width: f64, kind: Type) -> String {
    // a hair of room, because callers find `width` by adding and taking away
    if measure(text, kind) <= width + 1e-6 {
        return text.to_owned();
    }
    let mut kept: Vec<char> = text.chars().collect();
    while kept.pop().is_some() {
        let candidate = format!("{}…", kept.iter().collect::<String>().trim_end());
        if measure(&candidate, kind) <= width {
            return candidate;
        }
    }
    String::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_never_wider_than_asked() {
        let text = "Housing and social services (e.g., sober living, shelter, including DSS) Donaudampfschifffahrtsgesellschaftskapitän";
        for width in [40.0, 90.0, 200.0] {
            let lines = wrap(text, width, Type::BODY);
            assert!(lines.iter().all(|line| measure(line, Type::BODY) <= width + 1.0));
            assert_eq!(lines.concat().replace(' ', ""), text.replace(' ', ""));
        }
        assert!(wrap("", 100.0, Type::BODY).is_empty());
    }
}
