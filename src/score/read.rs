//! TOML text of an instrument in, `Instrument` out, with every mistake of the file gathered at its line.

use crate::config::{Source, Table};
use crate::error::{Error, Exit, Problem};

use super::instrument::{Alert, Band, Case, Cut, Direction, Doubt, Form, Group, Instrument, Item, Norm, Property, Readiness, Scale, Skip, Variant};

/// Reads one instrument file.
pub(crate) fn read(path: &str, text: &str) -> Result<Instrument, Error> {
    let source = Source::new(path, text);
    let (instrument, problems) = source.walk(instrument);
    Error::gather(Exit::Usage, problems)?;
    Ok(instrument)
}

fn instrument(root: &Table<'_>) -> Instrument {
    let readiness = root.required("readiness", root.choice("readiness", &Readiness::WORDS).map(Some)).unwrap_or(Readiness::NeedsKey);
    let direction = root.choice("direction", &Direction::WORDS).unwrap_or(Direction::HigherBetter);
    let (range, labels) = response(root);
    let items = items(root);
    let max_missing = root.whole("max_missing").unwrap_or(0);
    let scales = root.tables("scale").iter().map(|table| scale(table, items.len(), direction, max_missing)).collect();
    let instrument = Instrument {
        id: root.required_text("id"),
        name: root.required_text("name"),
        abbreviation: word(root, "abbreviation"),
        construct: root.required_text("construct"),
        readiness,
        readiness_note: word(root, "readiness_note"),
        needs: word(root, "needs"),
        direction,
        recall: word(root, "recall"),
        citation: root.required_text("citation"),
        doi: word(root, "doi"),
        doi_status: word(root, "doi_status"),
        licence: root.required_text("licence"),
        item_source: word(root, "item_source"),
        missing_source: word(root, "missing_source"),
        bands_note: word(root, "bands_note"),
        range,
        labels,
        items,
        variants: root.tables("variant").iter().map(variant).collect(),
        scales,
        skips: root.tables("skip").iter().map(skip).collect(),
        groups: root.tables("group").iter().map(group).collect(),
        doubts: root.tables("doubt").iter().map(doubt).collect(),
        alerts: root.tables("alert").iter().map(alert).collect(),
        norms: root.tables("norm").iter().map(norm).collect(),
        reliability: root.tables("reliability").iter().map(property).collect(),
        change: root.tables("change").iter().map(property).collect(),
        timing: root.table("timing").map(|table| table.entries()).unwrap_or_default(),
        traps: root.texts("traps").unwrap_or_default(),
        sources: root.required("sources", root.texts("sources")),
        cases: root.tables("case").iter().map(case).collect(),
    };
    check(root, &instrument);
    instrument
}

/// What a single value cannot tell: that the parts of the file fit each other.
fn check(root: &Table<'_>, instrument: &Instrument) {
    let wrong = |key: &str, message: String| root.report(key, Problem::new("instrument::inconsistent", message));
    if instrument.readiness.is_scorable() {
        if instrument.scales.is_empty() {
            wrong("readiness", "an instrument that can be scored needs at least one [[scale]]".into());
        }
        if instrument.range.is_none() {
            wrong("readiness", "an instrument that can be scored needs `range` under [response]".into());
        }
    } else if instrument.needs.is_empty() {
        wrong("readiness", "an instrument that cannot be scored must say under `needs` what is missing".into());
    }
    let items = instrument.items.len();
    let positions = instrument.scales.iter().flat_map(|scale| &scale.items).chain(instrument.skips.iter().flat_map(|skip| &skip.then));
    if positions.chain(instrument.skips.iter().map(|skip| &skip.when)).chain(instrument.alerts.iter().map(|alert| &alert.item)).any(|item| *item >= items) {
        wrong("scale", format!("an item number lies beyond the {items} items"));
    }
    for scale in instrument.scales.iter().filter(|scale| scale.forms.contains(&Form::T) && scale.lookup.is_none()) {
        wrong("scale", format!("scale `{}` has the form `t` and no `lookup`", scale.name));
    }
    for item in instrument.items.iter().filter(|item| !item.recode.is_empty()) {
        let (low, high) = item.range.or(instrument.range).unwrap_or_default();
        if (item.recode.len() as f64 - (high - low + 1.0)).abs() > 1e-9 {
            wrong("item", format!("`recode` of `{}` must have one value for each answer from {low} to {high}", item.label));
        }
    }
    for band in instrument.scales.iter().flat_map(|scale| &scale.bands) {
        if !band.group.is_empty() && instrument.groups.iter().all(|group| group.id != band.group) {
            wrong("scale", format!("band `{}` is for the group `{}`, which no [[group]] declares", band.label, band.group));
        }
        if !band.shared.is_empty() && band.group.is_empty() {
            wrong("scale", format!("band `{}` is for everybody, so there is no group to share `{}` with", band.label, band.shared));
        }
    }
    for scale in instrument.scales.iter().filter(|scale| scale.bands.iter().any(|band| !band.shared.is_empty()) && scale.shared_bands().is_none()) {
        wrong("scale", format!("the bands of scale `{}` must have the same `shared` names in the same order in every group", scale.name));
    }
}

type Response = (Option<(f64, f64)>, Vec<(String, String)>);

fn response(root: &Table<'_>) -> Response {
    let Some(table) = root.table("response") else { return (None, Vec::new()) };
    let range = pair(&table, "range");
    let labels = table.table("labels").map(|labels| labels.entries()).unwrap_or_default();
    table.finish();
    (range, labels)
}

fn items(root: &Table<'_>) -> Vec<Item> {
    let listed = root.tables("item").into_iter().map(|table| {
        let item = Item {
            label: table.required_text("label"),
            reverse: table.flag("reverse").unwrap_or(false),
            range: pair(&table, "range"),
            recode: table.numbers("recode").unwrap_or_default(),
        };
        table.finish();
        item
    });
    let mut items: Vec<Item> = listed.collect();
    // Instruments whose wording was not retrieved give the number of items only.
    for number in items.len()..root.whole("n_items").unwrap_or(items.len()) {
        items.push(Item { label: format!("Item {}", number + 1), ..Item::default() });
    }
    items
}

fn scale(table: &Table<'_>, n_items: usize, direction: Direction, max_missing: usize) -> Scale {
    let items = table.numbers("items").map_or_else(|| (0..n_items).collect(), |numbers| positions(table, "items", &numbers));
    let forms = forms(table);
    if forms.is_empty() {
        table.required::<String>("forms", None);
    }
    let lookup = table.table("lookup").map(|lookup| {
        let from = lookup.number("from").unwrap_or(0.0);
        let values = lookup.required("values", lookup.numbers("values"));
        lookup.finish();
        (from, values)
    });
    let scale = Scale {
        name: word(table, "name"),
        label: word(table, "label"),
        items,
        band_of: table.choice("band_of", &Form::WORDS).or(forms.first().copied()).unwrap_or(Form::Sum),
        forms,
        direction: table.choice("direction", &Direction::WORDS).unwrap_or(direction),
        max_missing: table.whole("max_missing").unwrap_or(max_missing),
        bands: table.tables("band").iter().map(band).collect(),
        cuts: table.tables("cut").iter().map(cut).collect(),
        lookup,
    };
    table.finish();
    scale
}

fn band(table: &Table<'_>) -> Band {
    let band = Band {
        label: table.required_text("label"),
        from: table.number("from").unwrap_or(f64::NEG_INFINITY),
        below: table.number("below").unwrap_or(f64::INFINITY),
        group: word(table, "group"),
        shared: word(table, "shared"),
        source: table.required_text("source"),
        status: word(table, "status"),
    };
    table.finish();
    band
}

fn cut(table: &Table<'_>) -> Cut {
    let cut = Cut { name: table.required_text("name"), label: table.required_text("label"), at_least: table.required("at_least", table.number("at_least")) };
    table.finish();
    cut
}

fn variant(table: &Table<'_>) -> Variant {
    let coding = table.text("coding");
    let parsed = coding.as_deref().and_then(super::coding::parse_pair);
    if coding.is_some() && parsed.is_none() {
        table.report("coding", Problem::new("instrument::bad_coding", "`coding` must be two codes such as \"5-1\""));
    }
    let reverse = table.numbers("reverse").unwrap_or_default();
    let variant = Variant {
        id: table.required_text("id"),
        note: word(table, "note"),
        coding: parsed,
        range: pair(table, "range"),
        reverse: positions(table, "reverse", &reverse),
        forms: forms(table),
    };
    table.finish();
    variant
}

fn skip(table: &Table<'_>) -> Skip {
    let then = table.required("then_items", table.numbers("then_items"));
    let skip = Skip {
        when: table.required("item", table.whole("item")).saturating_sub(1),
        is: table.required("is", table.number("is")),
        then: positions(table, "then_items", &then),
        value: table.required("value", table.number("value")),
    };
    table.finish();
    skip
}

fn group(table: &Table<'_>) -> Group {
    let group = Group { id: table.required_text("id"), words: table.required("words", table.texts("words")) };
    table.finish();
    group
}

fn doubt(table: &Table<'_>) -> Doubt {
    let doubt = Doubt {
        form: table.choice("form", &Form::WORDS).unwrap_or(Form::Sum),
        at_least: table.required("at_least", table.number("at_least")),
        more_than: table.required("more_than", table.number("more_than")),
        message: table.required_text("message"),
    };
    table.finish();
    doubt
}

fn alert(table: &Table<'_>) -> Alert {
    let alert = Alert {
        item: table.required("item", table.whole("item")).saturating_sub(1),
        above: table.required("above", table.number("above")),
        message: table.required_text("message"),
    };
    table.finish();
    alert
}

fn norm(table: &Table<'_>) -> Norm {
    let norm = Norm {
        population: table.required_text("population"),
        n: table.number("n"),
        mean: table.number("mean"),
        sd: table.number("sd"),
        metric: word(table, "metric"),
        source: table.required_text("source"),
        status: word(table, "status"),
    };
    table.finish();
    norm
}

fn property(table: &Table<'_>) -> Property {
    let property = Property { name: table.required_text("name"), value: table.scalar("value").unwrap_or_default(), source: word(table, "source") };
    table.finish();
    property
}

fn case(table: &Table<'_>) -> Case {
    let answers = table.required_text("answers");
    let case = Case {
        why: word(table, "why"),
        answers: answers.split_whitespace().map(|answer| answer.parse().unwrap_or(f64::NAN)).collect(),
        coding: table.text("coding"),
        variant: table.text("variant"),
        group: table.text("group"),
        complete_only: table.flag("complete_only").unwrap_or(false),
        expect: table.table("expect").map(|expect| expect.entries()).unwrap_or_default(),
    };
    table.finish();
    case
}

fn word(table: &Table<'_>, key: &'static str) -> String {
    table.text(key).unwrap_or_default()
}

fn pair(table: &Table<'_>, key: &'static str) -> Option<(f64, f64)> {
    let numbers = table.numbers(key)?;
    if let [low, high] = numbers[..]
        && low < high
    {
        return Some((low, high));
    }
    table.report(key, Problem::new("instrument::bad_range", format!("`{key}` must be the lowest and the highest answer, such as [0, 4]")));
    None
}

fn forms(table: &Table<'_>) -> Vec<Form> {
    let mut forms = Vec::new();
    for name in table.texts("forms").unwrap_or_default() {
        match Form::WORDS.iter().find(|(word, _)| *word == name) {
            Some((_, form)) => forms.push(*form),
            None => table.report("forms", Problem::new("config::unknown_word", format!("`{name}` is not a score form")).expected("sum, mean, mean_x10, t")),
        }
    }
    forms
}

/// Item numbers from 1 as positions from 0.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be a whole number from 1")]
fn positions(table: &Table<'_>, key: &'static str, numbers: &[f64]) -> Vec<usize> {
    let mut positions = Vec::new();
    for number in numbers {
        if *number >= 1.0 && number.fract() == 0.0 {
            positions.push(*number as usize - 1);
        } else {
            table.report(key, Problem::new("instrument::bad_item", format!("`{key}` must hold item numbers from 1")));
        }
    }
    positions
}
