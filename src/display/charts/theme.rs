//! Roles of colours in, a theme's light and dark values out.
//!
//! A drawing names a role (`Role::Accent`), never a colour. Each role is a CSS variable with its light value as fallback, so that a page can
//! restyle every chart at once. The values stand in a theme file (`schemas/themes/default.toml`, or the house's own), which `super::house` reads.

use std::fmt::Write as _;

use plotters::style::RGBColor;

use super::colour::Rgb;
use super::house;

/// What a colour is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// The sheet.
    Paper,
    /// Text and whiskers.
    Ink,
    /// Secondary text.
    Soft,
    /// Grid lines.
    Grid,
    /// The zero line, outlines and hatching.
    Axis,
    /// The one thing to look at: marks.
    Accent,
    /// The one thing to look at: words.
    AccentText,
    /// Everything else that is drawn.
    Grey,
    /// Lines behind the one that matters.
    Behind,
    /// A surface behind marks.
    Pale,
    /// Strong negative answers.
    NegativeStrong,
    /// Weaker negative answers.
    Negative,
    /// Answers in the middle.
    Neutral,
    /// Weaker positive answers.
    Positive,
    /// Strong positive answers.
    PositiveStrong,
    /// Words on the two strong colours.
    OnStrong,
    /// Words on the two weaker colours and on the middle one.
    OnSoft,
    /// Heat, lowest.
    Heat1,
    /// Heat.
    Heat2,
    /// Heat.
    Heat3,
    /// Heat.
    Heat4,
    /// Heat, highest.
    Heat5,
    /// Words on the three lower heats.
    OnHeatLow,
    /// Words on the two upper heats.
    OnHeatHigh,
}

/// All roles with their keys in a theme file, in the order of `Role`.
pub(super) const ROLES: [(Role, &str); 24] = [
    (Role::Paper, "paper"),
    (Role::Ink, "ink"),
    (Role::Soft, "soft"),
    (Role::Grid, "grid"),
    (Role::Axis, "axis"),
    (Role::Accent, "accent"),
    (Role::AccentText, "accent-text"),
    (Role::Grey, "grey"),
    (Role::Behind, "behind"),
    (Role::Pale, "pale"),
    (Role::NegativeStrong, "negative-strong"),
    (Role::Negative, "negative"),
    (Role::Neutral, "neutral"),
    (Role::Positive, "positive"),
    (Role::PositiveStrong, "positive-strong"),
    (Role::OnStrong, "on-strong"),
    (Role::OnSoft, "on-soft"),
    (Role::Heat1, "heat-1"),
    (Role::Heat2, "heat-2"),
    (Role::Heat3, "heat-3"),
    (Role::Heat4, "heat-4"),
    (Role::Heat5, "heat-5"),
    (Role::OnHeatLow, "on-heat-low"),
    (Role::OnHeatHigh, "on-heat-high"),
];

/// Colours for a light and for a dark sheet, in the order of `ROLES`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Theme {
    pub(super) light: [Rgb; ROLES.len()],
    pub(super) dark: [Rgb; ROLES.len()],
}

impl Default for Theme {
    fn default() -> Self {
        house::embedded().clone()
    }
}

impl Theme {
    /// Every role that is not as in the default theme, with its light and its dark value: what a book keeps of a house style.
    pub(crate) fn named(&self) -> Vec<(String, String, String)> {
        let usual = Self::default();
        let own = ROLES.iter().enumerate().filter(|(place, _)| (self.light[*place], self.dark[*place]) != (usual.light[*place], usual.dark[*place]));
        own.map(|(place, (_, key))| ((*key).to_owned(), self.light[place].to_string(), self.dark[place].to_string())).collect()
    }

    /// The theme that a book keeps.
    pub(crate) fn of(named: &[(String, String, String)]) -> Self {
        let mut theme = Self::default();
        for (name, light, dark) in named {
            let place = ROLES.iter().position(|(_, key)| key == name);
            if let (Some(place), Some(light), Some(dark)) = (place, Rgb::parse(light), Rgb::parse(dark)) {
                (theme.light[place], theme.dark[place]) = (light, dark);
            }
        }
        theme
    }

    /// The value of a role on a light sheet; a drawing that knows no variables shows it.
    pub(super) fn light(&self, role: Role) -> Rgb {
        self.light[role.position()]
    }

    /// The variables for a page: light values, and dark ones where the reader prefers a dark sheet.
    pub(crate) fn css(&self) -> String {
        let list = |values: &[Rgb]| {
            ROLES.iter().zip(values).fold(String::new(), |mut text, ((_, key), value)| {
                let _ = write!(text, "--rv-{key}:{value};");
                text
            })
        };
        let (light, dark) = (list(&self.light), list(&self.dark));
        format!(":root{{{light}}}\n@media (prefers-color-scheme: dark){{:root{{{dark}}}}}\n@media print{{:root{{{light}}}}}\n")
    }
}

/// The five heats from lowest to highest.
pub(crate) const HEATS: [Role; 5] = [Role::Heat1, Role::Heat2, Role::Heat3, Role::Heat4, Role::Heat5];

impl Role {
    fn position(self) -> usize {
        ROLES.iter().position(|(role, _)| *role == self).unwrap_or_default()
    }

    /// A colour that stands for the role in plotters' output until `super::svg` puts the variable in its place.
    pub(super) fn stand_in(self) -> RGBColor {
        RGBColor(0xF0, 0x0F, u8::try_from(self.position()).unwrap_or_default())
    }

    /// The role behind a stand-in such as `#F00F02`, with its key.
    pub(super) fn behind(stand_in: &str) -> Option<(Self, &'static str)> {
        let position = usize::from_str_radix(stand_in.strip_prefix("#F00F")?, 16).ok()?;
        ROLES.get(position).copied()
    }

    /// Words on a heat.
    pub(super) fn on_heat(step: usize) -> Self {
        if step < 3 { Self::OnHeatLow } else { Self::OnHeatHigh }
    }
}

/// Opacity of the weakest answers of a side with three or more.
pub(super) const FAINT: f64 = 0.45;

/// The font of every word in a chart.
pub(crate) const FONT: &str = "DejaVu Sans";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_has_its_own_stand_in() {
        for (role, key) in ROLES {
            let RGBColor(red, green, blue) = role.stand_in();
            assert_eq!(Role::behind(&format!("#{red:02X}{green:02X}{blue:02X}")), Some((role, key)));
        }
    }

    #[test]
    fn a_page_gets_both_sheets() {
        let css = Theme::default().css();
        assert!(css.starts_with(":root{--rv-paper:#ffffff;--rv-ink:#1b1b1b;") && css.contains("dark){:root{--rv-paper:#14171a;"), "{css}");
    }
}
