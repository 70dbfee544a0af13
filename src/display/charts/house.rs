//! A theme file in, its colours out, or every place where words, marks or neighbours could not be told apart, with the numbers.

use std::sync::OnceLock;

use super::colour::{Rgb, Vision};
use super::theme::{FAINT, HEATS, ROLES, Role, Theme};
use crate::config::{Source, Table};
use crate::error::Problem;

/// The theme that ships with the program.
const DEFAULT: &str = include_str!("../../../schemas/themes/default.toml");

/// Least contrast of words with what is behind them (WCAG 2.2, 1.4.3).
const WORDS: f64 = 4.5;
/// Least contrast of marks with the sheet (WCAG 2.2, 1.4.11).
const MARKS: f64 = 3.0;
/// Least distance of colours that tell groups or answers apart: a dozen just noticeable steps.
const APART: f64 = 12.0;
/// Least distance of neighbouring heats; borders in the key and the numbers in the cells tell them apart too.
const STEPS: f64 = 6.0;

/// The embedded theme.
pub(super) fn embedded() -> &'static Theme {
    static EMBEDDED: OnceLock<Theme> = OnceLock::new();
    EMBEDDED.get_or_init(|| {
        let black = Theme { light: [Rgb::default(); ROLES.len()], dark: [Rgb::default(); ROLES.len()] };
        read("schemas/themes/default.toml", DEFAULT, &black).0
    })
}

impl Theme {
    /// Reads a house style; what it leaves out is as in the default theme.
    pub(crate) fn parse(path: &str, text: &str) -> (Self, Vec<Problem>) {
        read(path, text, embedded())
    }
}

fn read(path: &str, text: &str, base: &Theme) -> (Theme, Vec<Problem>) {
    Source::new(path, text).walk(|root| {
        root.text("title");
        let mut theme = base.clone();
        for (name, sheet) in [("light", &mut theme.light), ("dark", &mut theme.dark)] {
            let table = root.table(name);
            if let Some(table) = &table {
                colours(table, sheet);
                table.finish();
            }
            check(table.as_ref().unwrap_or(root), name, sheet);
        }
        root.finish();
        theme
    })
}

fn colours(table: &Table<'_>, sheet: &mut [Rgb; ROLES.len()]) {
    for ((_, key), value) in ROLES.iter().zip(sheet) {
        let Some(text) = table.text(key) else { continue };
        match Rgb::parse(&text) {
            Some(colour) => *value = colour,
            None => {
                table.report(key, Problem::new("theme::not_a_colour", format!("`{key}` is not a colour")).found(text).expected("six digits such as #2a78b8"));
            }
        }
    }
}

/// A colour of a sheet with its key.
type Named = (&'static str, Rgb);

/// Looks at everything that must stand out or apart on one sheet.
fn check(table: &Table<'_>, name: &str, sheet: &[Rgb; ROLES.len()]) {
    let of = |wanted: Role| -> Named {
        let place = ROLES.iter().position(|(role, _)| *role == wanted).unwrap_or_default();
        (ROLES[place].1, sheet[place])
    };
    let paper = of(Role::Paper);
    let faint = |role: Role| (of(role).0, of(role).1.over(paper.1, FAINT));
    let answers = [Role::NegativeStrong, Role::Negative, Role::Neutral, Role::Positive, Role::PositiveStrong].map(of);
    let soft = [Role::Negative, Role::Neutral, Role::Positive].map(of).into_iter().chain([faint(Role::Negative), faint(Role::Positive)]);
    let on = |front: Role, back: Vec<Named>| back.into_iter().map(move |back| (of(front), back)).collect::<Vec<_>>();
    let words = [
        [Role::Ink, Role::Soft, Role::AccentText].into_iter().map(|front| (of(front), paper)).collect(),
        on(Role::OnStrong, vec![answers[0], answers[4]]),
        on(Role::OnSoft, soft.collect()),
        on(Role::OnHeatLow, HEATS[..3].iter().copied().map(of).collect()),
        on(Role::OnHeatHigh, HEATS[3..].iter().copied().map(of).collect()),
    ];
    for (front, back) in words.concat() {
        contrast(table, name, front, back, ("words", WORDS));
    }
    let marks = [Role::Accent, Role::Axis, Role::Grey, Role::Behind].map(of);
    for mark in marks.into_iter().chain(answers) {
        contrast(table, name, mark, paper, ("marks", MARKS));
    }
    let pairs = (0..answers.len()).flat_map(|first| (first + 1..answers.len()).map(move |second| (answers[first], answers[second])));
    for (a, b) in pairs.chain([(of(Role::Accent), of(Role::Grey))]) {
        distance(table, name, a, b, ("groups and answers", APART));
    }
    for pair in HEATS.windows(2) {
        distance(table, name, of(pair[0]), of(pair[1]), ("neighbouring heats", STEPS));
    }
}

fn contrast(table: &Table<'_>, name: &str, front: Named, back: Named, (what, least): (&str, f64)) {
    let ratio = front.1.contrast(back.1);
    if ratio < least {
        let problem = Problem::new("theme::low_contrast", format!("`{}` on `{}` does not stand out on the {name} sheet", front.0, back.0))
            .found(format!("{} on {}: {ratio:.2} to 1", front.1, back.1))
            .expected(format!("at least {least} to 1 for {what}"));
        table.report(given(table, front.0, back.0), problem);
    }
}

fn distance(table: &Table<'_>, name: &str, a: Named, b: Named, (what, least): (&str, f64)) {
    let seen = Vision::ALL.into_iter().map(|(vision, eyes)| (a.1.distance(b.1, vision), eyes));
    let Some((nearest, eyes)) = seen.reduce(|best, other| if other.0 < best.0 { other } else { best }) else { return };
    if nearest < least {
        let problem = Problem::new("theme::too_alike", format!("`{}` and `{}` look alike on the {name} sheet", a.0, b.0))
            .found(format!("{} and {}: {nearest:.1} apart to {eyes}", a.1, b.1))
            .expected(format!("at least {least} apart (CIEDE2000) for {what}"));
        table.report(given(table, a.0, b.0), problem);
    }
}

/// The key that the file itself gives, so that the message stands where it can be mended.
fn given(table: &Table<'_>, first: &'static str, second: &'static str) -> &'static str {
    if !table.has(first) && table.has(second) { second } else { first }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_theme_passes_its_own_rules_and_names_every_role() {
        let (theme, problems) = Theme::parse("default.toml", DEFAULT);
        assert_eq!((theme, problems), (Theme::default(), Vec::new()));
        for sheet in DEFAULT.split("[dark]") {
            for (_, key) in ROLES {
                assert!(sheet.contains(&format!("\n{key} = \"#")), "{key}");
            }
        }
    }

    #[test]
    fn heats_rise_in_grey_too() {
        let theme = Theme::default();
        for sheet in [theme.light, theme.dark] {
            let of = |wanted: Role| sheet[ROLES.iter().position(|(role, _)| *role == wanted).unwrap()];
            let steps: Vec<f64> = HEATS.iter().map(|heat| of(*heat).contrast(of(Role::Paper))).collect();
            assert!(steps.windows(2).all(|pair| pair[1] / pair[0] > 1.15), "{steps:?}");
        }
    }

    #[test]
    fn a_house_style_changes_what_it_names() {
        let (theme, problems) = Theme::parse("house.toml", "title = \"House\"\n[light]\naccent = \"#00695c\"\naccent-text = \"#00564b\"\n");
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(theme.light(Role::Accent), Rgb::parse("#00695c").unwrap());
        assert_eq!(theme.dark, Theme::default().dark);
        assert!(theme.css().contains("--rv-accent:#00695c;"));
        assert_eq!((theme.named().len(), Theme::of(&theme.named())), (2, theme));
        assert!(Theme::default().named().is_empty());
    }

    /// The ratios and distances in these messages were computed apart from this program, from the formulas.
    #[test]
    fn a_bad_one_is_refused_with_place_and_numbers() {
        let text = "[light]\nsoft = \"#999999\"\naccent = \"#9b8a8c\"\nnegative = \"orange\"\nacent = \"#000000\"\n";
        let (_, problems) = Theme::parse("house.toml", text);
        let told: Vec<(&str, &str, &str)> =
            problems.iter().map(|problem| (problem.code, problem.place.as_deref().unwrap_or_default(), problem.found.as_deref().unwrap_or_default())).collect();
        assert!(told.contains(&("theme::not_a_colour", "house.toml:4", "orange")), "{told:?}");
        assert!(told.contains(&("theme::low_contrast", "house.toml:2", "#999999 on #ffffff: 2.85 to 1")), "{told:?}");
        assert!(told.iter().any(|(code, place, _)| *code == "theme::too_alike" && *place == "house.toml:3"), "{told:?}");
        assert!(problems.iter().any(|problem| problem.code == "config::unknown_key"), "{problems:?}");
    }
}
