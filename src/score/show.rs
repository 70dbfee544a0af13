//! Instruments in, what `recovista instruments` shows out: a line for each, or one in full.

use super::instrument::{Band, Instrument, Property};

/// Heading of the list.
pub const LIST_HEADING: [&str; 5] = ["id", "name", "items", "range", "readiness"];

/// One line of the list, under `LIST_HEADING`.
#[must_use]
pub fn list_line(instrument: &Instrument) -> [String; 5] {
    let items = if instrument.items.is_empty() { String::new() } else { instrument.items.len().to_string() };
    [instrument.id.clone(), instrument.name.clone(), items, range(instrument), readiness(instrument)]
}

/// Everything about an instrument, as topic and text, in reading order.
#[must_use]
pub fn describe(instrument: &Instrument) -> Vec<(String, String)> {
    let mut lines = Lines(Vec::new());
    lines.add("id", &instrument.id);
    lines.add("name", &format!("{} ({})", instrument.name, instrument.abbreviation));
    lines.add("readiness", &readiness(instrument));
    lines.add("needs", &instrument.needs);
    lines.add("direction", instrument.direction.word());
    lines.add("recall", &instrument.recall);
    lines.add("range", &range(instrument));
    for (code, label) in &instrument.labels {
        lines.add(&format!("answer {code}"), label);
    }
    for (place, item) in instrument.items.iter().enumerate() {
        let own = item.range.map(|(low, high)| format!(", {low}-{high}")).unwrap_or_default();
        lines.add(&format!("item {}", place + 1), &format!("{}{}{own}", item.label, if item.reverse { ", reversed" } else { "" }));
    }
    for variant in &instrument.variants {
        lines.add(&format!("variant {}", variant.id), &variant.note);
    }
    for scale in &instrument.scales {
        let forms: Vec<String> = scale.forms.iter().map(|form| format!("{}_{}", instrument.stem(scale), form.word())).collect();
        lines.add("score", &format!("{}: {} (items missing at most: {})", scale.label, forms.join(", "), scale.max_missing));
        for band in &scale.bands {
            lines.add("band", &band_text(band));
        }
    }
    lines.add("missing rule", &instrument.missing_source);
    lines.add("bands", &instrument.bands_note);
    for norm in &instrument.norms {
        let figure = |name: &str, value: Option<f64>| value.map(|value| format!(", {name} {value}")).unwrap_or_default();
        let figures = [figure("n", norm.n), figure("mean", norm.mean), figure("SD", norm.sd)].concat();
        let metric = if norm.metric.is_empty() { String::new() } else { format!(", {}", norm.metric) };
        lines.add("norm", &format!("{}{figures}{metric} [{}; {}]", norm.population, norm.source, norm.status));
    }
    for (topic, properties) in [("reliability", &instrument.reliability), ("change", &instrument.change)] {
        for property in properties {
            lines.add(topic, &property_text(property));
        }
    }
    for (name, text) in &instrument.timing {
        lines.add(&name.replace('_', " "), text);
    }
    for trap in &instrument.traps {
        lines.add("mind", trap);
    }
    lines.add("items from", &instrument.item_source);
    lines.add("citation", &instrument.citation);
    lines.add("doi", &format!("{} ({})", instrument.doi, instrument.doi_status));
    lines.add("licence", &instrument.licence);
    lines.add("sources", &instrument.sources.join(", "));
    lines.add("worked cases", &instrument.cases.len().to_string());
    lines.0
}

struct Lines(Vec<(String, String)>);

impl Lines {
    fn add(&mut self, topic: &str, text: &str) {
        if !text.is_empty() && text != " ()" {
            self.0.push((topic.to_owned(), text.to_owned()));
        }
    }
}

fn range(instrument: &Instrument) -> String {
    instrument.range.map(|(low, high)| format!("{low}-{high}")).unwrap_or_default()
}

fn readiness(instrument: &Instrument) -> String {
    let word = instrument.readiness.word().replace('_', " ");
    if instrument.readiness_note.is_empty() { word } else { format!("{word}: {}", instrument.readiness_note) }
}

fn band_text(band: &Band) -> String {
    let upper = if band.below.is_finite() { format!(" to below {}", band.below) } else { " and more".to_owned() };
    format!("{}: {}{upper} [{}; {}]", band.label, band.from, band.source, band.status)
}

fn property_text(property: &Property) -> String {
    let source = if property.source.is_empty() { String::new() } else { format!(" [{}]", property.source) };
    format!("{}: {}{source}", property.name, property.value)
}
