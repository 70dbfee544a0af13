//! Type sizes, the width of words and the breaking of lines.
//!
//! plotters measures at the height of the font rather than at its em and is 6.5% off; here the same font gives the true width.

use std::sync::Once;

use plotters::style::{FontStyle, IntoFont, register_font};

use super::theme::{FONT, Role};

/// Height of DejaVu Sans from descent to ascent, in em (hhea: (1901 + 483) / 2048): plotters takes this for the size.
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
    let Ok(((left, _), (right, _))) = (FONT, MEASURED).into_font().style(style).layout_box(text) else { unreachable!("the font is registered") };
    f64::from(right - left) / MEASURED * HEIGHT * kind.size
}

/// Width of the widest of some lines.
pub(super) fn widest<'a>(texts: impl IntoIterator<Item = &'a str>, kind: Type) -> f64 {
    texts.into_iter().map(|text| measure(text, kind)).fold(0.0, f64::max)
}

/// Lines of about equal length that are at most `width` wide.
pub(super) fn wrap(text: &str, width: f64, kind: Type) -> Vec<String> {
    let greedy = fill(text, width, kind);
    if greedy.len() < 2 {
        return greedy;
    }
    let (mut low, mut high) = (width / 2.0, width);
    while high - low > 4.0 {
        let middle = f64::midpoint(low, high);
        if fill(text, middle, kind).len() > greedy.len() { low = middle } else { high = middle }
    }
    fill(text, high, kind)
}

/// Lines as full as they can be.
fn fill(text: &str, width: f64, kind: Type) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let joined = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if measure(&joined, kind) <= width {
            line = joined;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for letter in word.chars() {
            line.push(letter);
            if measure(&line, kind) > width && line.chars().count() > 1 {
                line.pop();
                lines.push(std::mem::replace(&mut line, letter.to_string()));
            }
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_never_wider_than_asked() {
        let text = "Housing and social services (e.g., sober living, shelter, including DSS) Donaudampfschifffahrtsgesellschaftskapitän";
        for width in [40.0, 90.0, 200.0] {
            let lines = wrap(text, width, Type::BODY);
            assert!(lines.iter().all(|line| measure(line, Type::BODY) <= width));
            assert_eq!(lines.concat().replace(' ', ""), text.replace(' ', ""));
        }
        assert!(wrap("", 100.0, Type::BODY).is_empty());
    }
}
