//! All figures in words in, the data of the page's search out: compact JSON for an inline `<script>`.
//!
//! Columns are coded by dictionaries: `is` holds each different text once, `of` its place for every
//! figure. Sentences and citations are patterns in which a mark stands for what another column holds
//! (`~v` for the value), so that a sentence told of six regions is kept once. The script in
//! `reports/templates/explorer.js` reads this and nothing else.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::display::search::{ASKING, SAME};
use crate::display::{Finder, Found, Told};
use crate::results::Status;

/// Begins a mark in a pattern; written twice where the text has it itself.
const MARK: char = '~';

/// One figure: where it belongs and its words.
#[derive(Clone, Copy)]
struct Figure<'a> {
    found: &'a Found,
    told: &'a Told,
}

impl Figure<'_> {
    fn value(&self) -> &str {
        self.told.estimate.as_deref().unwrap_or_default()
    }

    fn interval(&self) -> &str {
        self.told.interval.as_deref().unwrap_or_default()
    }

    fn base(&self) -> &str {
        self.told.base.as_deref().unwrap_or_default()
    }
}

/// A column of texts, each different one kept once.
#[derive(Default)]
struct Column {
    places: HashMap<String, usize>,
    is: Vec<String>,
    of: Vec<usize>,
}

impl Column {
    fn push(&mut self, text: String) {
        let next = self.is.len();
        let place = *self.places.entry(text).or_insert_with_key(|text| {
            self.is.push(text.clone());
            next
        });
        self.of.push(place);
    }

    fn of(figures: &[Figure], text: impl Fn(&Figure) -> String) -> Value {
        let mut column = Self::default();
        for figure in figures {
            column.push(text(figure));
        }
        json!({ "is": column.is, "of": column.of })
    }
}

/// The data as JSON that may stand inside a `<script>` element; the same figures give the same text.
pub(super) fn data(finder: &Finder, told: &[Told]) -> String {
    let figures: Vec<Figure> = finder.figures.iter().zip(told).map(|(found, told)| Figure { found, told }).collect();
    let figures = figures.as_slice();
    let codes: String = figures.iter().flat_map(|figure| figure.told.code.chars().skip(2).filter(|letter| *letter != '-')).collect();
    let value = json!({
        "codes": codes,
        "states": figures.iter().map(|figure| state(figure.told)).collect::<String>(),
        "datasets": finder.datasets,
        "groupings": finder.groupings,
        "latest": finder.latest,
        "dataset": Column::of(figures, |figure| figure.found.dataset.clone()),
        "wave": Column::of(figures, |figure| figure.told.wave.clone()),
        "variable": Column::of(figures, |figure| figure.found.variable.clone()),
        "level": Column::of(figures, |figure| figure.found.level.clone()),
        "stat": Column::of(figures, |figure| format!("{}{}", kind(figure.found), figure.found.stat)),
        "groups": groups(figures),
        "value": Column::of(figures, |figure| figure.value().to_owned()),
        "interval": Column::of(figures, |figure| figure.interval().to_owned()),
        "base": Column::of(figures, |figure| figure.base().to_owned()),
        "label": Column::of(figures, |figure| pattern(&figure.told.label, &fields(figure))),
        "sentence": Column::of(figures, |figure| pattern(&figure.told.sentence, &fields(figure))),
        "citation": Column::of(figures, |figure| {
            let mut fields = fields(figure);
            fields.insert(0, ('L', &figure.told.label));
            pattern(&figure.told.citation, &fields)
        }),
        "asking": ASKING.as_slice(),
        "same": SAME.iter().copied().collect::<std::collections::BTreeMap<_, _>>(),
    });
    harmless(&value.to_string())
}

/// Groups of each figure: name, level in the rows, and level for readers where that is another text.
fn groups(figures: &[Figure]) -> Value {
    let mut column = Column::default();
    let mut is: Vec<Value> = Vec::new();
    for figure in figures {
        let own = figure.found.groups.iter().map(|[group, level, shown]| if level == shown { json!([group, level]) } else { json!([group, level, shown]) });
        let own: Value = own.collect();
        column.push(own.to_string());
        if column.is.len() > is.len() {
            is.push(own);
        }
    }
    json!({ "is": is, "of": column.of })
}

/// One digit for a status.
fn state(told: &Told) -> char {
    match told.status {
        Status::Ok => '0',
        Status::Unstable => '1',
        Status::NotEstimable => '2',
        Status::Suppressed => '3',
        Status::SuppressedComplementary => '4',
    }
}

/// How the search weighs a statistic: `q` where the level is a probability, `r` where it is rarely asked for, `-` otherwise.
fn kind(found: &Found) -> char {
    match (found.quantile, found.rare) {
        (true, _) => 'q',
        (_, true) => 'r',
        _ => '-',
    }
}

/// What a pattern may refer to, by mark.
fn fields<'a>(figure: &Figure<'a>) -> Vec<(char, &'a str)> {
    let Figure { found, told } = *figure;
    let optional = |text: &'a Option<String>| text.as_deref().unwrap_or_default();
    let mut fields = vec![('i', optional(&told.interval)), ('b', optional(&told.base)), ('v', optional(&told.estimate)), ('c', told.code.as_str())];
    fields.push(('w', &told.wave));
    fields.extend(('0'..='9').zip(found.groups.iter().map(|[_, _, shown]| shown.as_str())));
    fields.push(('l', &found.level));
    // a field of a letter or two would be found everywhere and save nothing
    fields.retain(|(_, text)| text.len() > 2);
    fields
}

/// The text with a mark wherever a field stands as whole words; the first field that fits wins.
fn pattern(text: &str, fields: &[(char, &str)]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut before = None;
    'next: while let Some(letter) = rest.chars().next() {
        for (mark, field) in fields {
            if let Some(after) = rest.strip_prefix(field)
                && !(joined(before, field.chars().next()) || joined(field.chars().next_back(), after.chars().next()))
            {
                out.extend([MARK, *mark]);
                before = field.chars().next_back();
                rest = after;
                continue 'next;
            }
        }
        out.push(letter);
        if letter == MARK {
            out.push(MARK);
        }
        before = Some(letter);
        rest = &rest[letter.len_utf8()..];
    }
    out
}

/// Whether two letters stand in one word or number.
fn joined(left: Option<char>, right: Option<char>) -> bool {
    left.is_some_and(char::is_alphanumeric) && right.is_some_and(char::is_alphanumeric)
}

/// JSON in which nothing can end the element that it stands in.
fn harmless(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for letter in json.chars() {
        match letter {
            '<' => out.push_str("\\u003c"),
            '>' => out.push_str("\\u003e"),
            '&' => out.push_str("\\u0026"),
            '\u{2028}' => out.push_str("\\u2028"),
            '\u{2029}' => out.push_str("\\u2029"),
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::display::{self, fixture};
    use crate::results::short_code;

    /// The text of a pattern, read as the script reads it.
    fn filled(pattern: &str, field: impl Fn(char) -> String) -> String {
        let mut text = String::new();
        let mut letters = pattern.chars();
        while let Some(letter) = letters.next() {
            match letter {
                MARK => match letters.next().expect("a mark is two letters") {
                    MARK => text.push(MARK),
                    mark => text.push_str(&field(mark)),
                },
                letter => text.push(letter),
            }
        }
        text
    }

    /// A column of the data for one figure.
    fn own<'a>(data: &'a Value, column: &str, figure: usize) -> &'a Value {
        let place = data[column]["of"][figure].as_u64().expect("a place");
        &data[column]["is"][usize::try_from(place).expect("small")]
    }

    fn text(data: &Value, column: &str, figure: usize) -> String {
        let plain = |column: &str| own(data, column, figure).as_str().expect("a text").to_owned();
        filled(&plain(column), |mark| match mark {
            'v' => plain("value"),
            'i' => plain("interval"),
            'b' => plain("base"),
            'w' => plain("wave"),
            'l' => plain("level"),
            'c' => code(data, figure),
            'L' => text(data, "label", figure),
            digit => {
                let group = &own(data, "groups", figure)[digit.to_digit(10).expect("a group") as usize];
                group.get(2).unwrap_or(&group[1]).as_str().expect("a level").to_owned()
            }
        })
    }

    fn code(data: &Value, figure: usize) -> String {
        let codes = data["codes"].as_str().expect("codes");
        format!("R-{}-{}", &codes[8 * figure..8 * figure + 4], &codes[8 * figure + 4..8 * figure + 8])
    }

    #[test]
    fn every_released_figure_is_there_once_and_a_hidden_one_has_no_number() {
        let book = fixture::book();
        let table = display::word(fixture::table(), &book);
        let data: Value = serde_json::from_str(&data(&display::finder(&table, &book), &display::told(&table, &book))).expect("JSON");
        let states = data["states"].as_str().expect("states");
        assert_eq!(states.len(), table.rows().len());
        let mut codes = BTreeSet::new();
        let mut hidden = 0;
        for (figure, (row, state)) in table.rows().iter().zip(states.chars()).enumerate() {
            assert!(codes.insert(code(&data, figure)));
            assert_eq!(code(&data, figure), short_code(&row.id()));
            assert_eq!(text(&data, "label", figure), row.label.as_deref().expect("a label"));
            assert_eq!(text(&data, "sentence", figure), row.sentence.as_deref().expect("a sentence"));
            let citation = text(&data, "citation", figure);
            assert!(citation.starts_with(&book.title) && citation.ends_with(&code(&data, figure)), "{citation}");
            assert_eq!(matches!(state, '3' | '4'), row.is_suppressed());
            let numbers: String = ["value", "interval", "base"].iter().map(|column| text(&data, column, figure)).collect();
            assert_eq!(text(&data, "value", figure).is_empty(), row.estimate.is_none(), "{}", row.id());
            if row.is_suppressed() {
                hidden += 1;
                assert_eq!(numbers, "", "{} is hidden", row.id());
            }
        }
        assert!(hidden > 0);
    }

    fn hostile(text: &str) -> (Finder, [Told; 1]) {
        let figure = Found {
            dataset: text.into(),
            variable: text.into(),
            level: text.into(),
            stat: "mean ".into(),
            rare: false,
            quantile: false,
            groups: vec![[text.into(), text.into(), format!("{text}!")]],
        };
        let told = Told {
            id: text.into(),
            code: "R-0000-0001".into(),
            wave: text.into(),
            status: Status::Ok,
            estimate: Some("1".into()),
            interval: Some(text.into()),
            base: Some(text.into()),
            sentence: format!("~v {text}, ~~{text}"),
            label: format!("{text}: {text}~"),
            citation: text.into(),
        };
        let finder =
            Finder { figures: vec![figure], datasets: vec![(text.into(), text.into())], groupings: vec![(text.into(), text.into())], latest: text.into() };
        (finder, [told])
    }

    #[test]
    fn no_text_can_end_the_element_that_holds_it() {
        for text in ["</script><b>\"'&", "<!--<script>", "]]>", "\u{2028}\u{2029}\0", "\\u003c/script>"] {
            let (finder, told) = hostile(text);
            let json = data(&finder, &told);
            assert!(!json.contains(['<', '>', '&', '\u{2028}', '\u{2029}', '\0']), "{json}");
            let back: Value = serde_json::from_str(&json).expect("JSON");
            assert_eq!(self::text(&back, "label", 0), format!("{text}: {text}~"));
            assert_eq!(self::text(&back, "sentence", 0), format!("~v {text}, ~~{text}"));
            assert_eq!(back["datasets"][0][1], text);
        }
    }

    proptest! {
        #[test]
        fn a_pattern_gives_its_text_back(text in "[a~v1% é]{0,24}", one in "[a~v1% é]{0,4}", two in "[a~1é]{0,4}") {
            let fields = [('v', one.as_str()), ('w', two.as_str())];
            let fields: Vec<_> = fields.into_iter().filter(|(_, field)| !field.is_empty()).collect();
            let back = filled(&pattern(&text, &fields), |mark| if mark == 'v' { one.clone() } else { two.clone() });
            prop_assert_eq!(back, text);
        }
    }
}
