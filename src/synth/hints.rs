//! A codebook's `synth` tables in, hints for the draw of each field out.
//!
//! Hints live in the codebook so that a new field brings its own synthetic answers; the rest of the
//! program ignores them. A field without a hint is drawn evenly over what its codebook allows.

use crate::config::{Source, Table};
use crate::error::Problem;

/// How one field is drawn.
#[derive(Debug, Clone, Default)]
pub(super) struct Hint {
    pub draw: Option<Draw>,
    /// Weight of the factor in the draw, −1 to 1.
    pub latent: f64,
    /// Factor shared with other fields of the row.
    pub factor: String,
    /// Correlation of that factor with the person's wellbeing.
    pub wellbeing: f64,
    /// Another field and a curve over it, in standard deviations, added to the draw.
    pub from: Option<(String, Curve)>,
    /// The person's first answer stays; a number rises by `step` each round.
    pub keep: bool,
    pub step: f64,
    pub nearest: Option<f64>,
    /// Never above another field less `gap`.
    pub below: Option<(String, f64)>,
    /// Fields that must reach a number for the drawn answer; otherwise the answer is `otherwise`.
    pub needs: Vec<(String, f64)>,
    pub otherwise: String,
    /// Rows that agree on this field share the answer.
    pub same_within: Option<String>,
    /// Missing codes and their shares.
    pub missing: Vec<(String, f64)>,
    /// Share of rows whose short form leaves the question out (the same rows for every such field).
    pub not_asked: f64,
}

/// Points of a curve, straight between them and flat outside.
pub(super) type Curve = Vec<(f64, f64)>;

/// Where an answer comes from.
#[derive(Debug, Clone)]
pub(super) enum Draw {
    /// One level in proportion to shares; `later` are the shares of later rounds.
    Levels {
        shares: Vec<f64>,
        later: Option<Vec<f64>>,
        exact: bool,
    },
    /// One option alone, two with the chance `several`, or none.
    Alone {
        alone: Vec<f64>,
        several: f64,
        exact: bool,
    },
    /// Each option on its own, in percent; `none` is the code of nobody's option.
    Each {
        each: Vec<f64>,
        exact: bool,
        none: Option<String>,
    },
    /// Whole numbers with this mean and standard deviation after rounding and cutting.
    Scale {
        mean: f64,
        sd: f64,
    },
    Normal {
        mean: f64,
        sd: f64,
    },
    Lognormal {
        mean: f64,
        sd: f64,
    },
    /// Bands between cuts with shares; `lean` above 1 leans to the lower end of a band.
    Pieces {
        cuts: Vec<f64>,
        shares: Vec<f64>,
        lean: Vec<f64>,
    },
    /// These texts, dealt in random order, again and again.
    Deck(Vec<String>),
    /// Prefix and running number; with `of`, a random choice from so many.
    Sequence {
        prefix: String,
        digits: usize,
        of: Option<usize>,
    },
    /// Prefix and a random number from 1 to `last`.
    Pick {
        prefix: String,
        digits: usize,
        last: usize,
    },
    Date {
        first: String,
        last: String,
    },
    /// Minutes after another date and time.
    After {
        field: String,
        mean: f64,
        sd: f64,
    },
}

/// What a person carries through the rounds, and how wellbeing comes about.
#[derive(Debug, Clone, Default)]
pub(super) struct Mind {
    /// Field and curve that lift wellbeing, and the lift of those who have no such value.
    pub from: Option<(String, Curve)>,
    pub without: f64,
    /// Weights of the person's lasting part, of the moment and of the center.
    pub stable: f64,
    pub passing: f64,
    pub center: f64,
    /// Lift for every round that a person came before.
    pub gain: f64,
    /// Mean and standard deviation of the sum, taken out again.
    pub centre: f64,
    pub spread: f64,
}

/// Reads the hints of a codebook: one for each field, in order, and the wellbeing behind them.
pub(super) fn read(path: &str, text: &str) -> (Vec<(String, Hint)>, Mind, Vec<Problem>) {
    let ((hints, mind), problems) = Source::new(path, text).walk(|root| {
        for key in ["id", "title", "unit", "key", "person", "public_unit", "note", "missing", "derive", "instrument", "check"] {
            root.has(key);
        }
        let fields = root.tables("field");
        let hints = fields.iter().map(|field| (field.text("name").unwrap_or_default(), field.table("synth").map(|table| hint(&table)).unwrap_or_default()));
        (hints.collect(), root.table("synth").map_or_else(Mind::flat, |table| mind(&table)))
    });
    (hints, mind, problems)
}

impl Mind {
    /// Nothing lasts and nothing lifts.
    fn flat() -> Self {
        Self { passing: 1.0, spread: 1.0, ..Self::default() }
    }
}

fn mind(table: &Table<'_>) -> Mind {
    let stable = table.number("stable").unwrap_or(0.0);
    let mind = Mind {
        from: curve(table),
        without: table.number("without").unwrap_or(0.0),
        stable,
        passing: table.number("passing").unwrap_or((1.0 - stable * stable).max(0.0).sqrt()),
        center: table.number("center").unwrap_or(0.0),
        gain: table.number("gain").unwrap_or(0.0),
        centre: table.number("centre").unwrap_or(0.0),
        spread: table.number("spread").unwrap_or(1.0),
    };
    table.finish();
    mind
}

fn hint(table: &Table<'_>) -> Hint {
    let shares = |inner: Table<'_>| inner.entries().into_iter().map(|(name, number)| (name, number.parse().unwrap_or(0.0))).collect();
    let hint = Hint {
        draw: draw(table),
        latent: table.number("latent").unwrap_or(0.0).clamp(-1.0, 1.0),
        factor: table.text("factor").unwrap_or_default(),
        wellbeing: table.number("wellbeing").unwrap_or(0.0).clamp(-1.0, 1.0),
        from: curve(table),
        keep: table.flag("keep").unwrap_or(false),
        step: table.number("step").unwrap_or(0.0),
        nearest: table.number("nearest"),
        below: table.text("below").map(|field| (field, table.number("gap").unwrap_or(0.0))),
        needs: table.table("needs").map(shares).unwrap_or_default(),
        otherwise: table.scalar("otherwise").unwrap_or_default(),
        same_within: table.text("same_within"),
        missing: table.table("missing").map(shares).unwrap_or_default(),
        not_asked: table.number("not_asked").unwrap_or(0.0),
    };
    table.has("gap");
    table.finish();
    hint
}

fn draw(table: &Table<'_>) -> Option<Draw> {
    const WORDS: [(&str, &str); 11] = [
        ("levels", "levels"),
        ("many", "many"),
        ("scale", "scale"),
        ("normal", "normal"),
        ("lognormal", "lognormal"),
        ("pieces", "pieces"),
        ("deck", "deck"),
        ("sequence", "sequence"),
        ("pick", "pick"),
        ("date", "date"),
        ("after", "after"),
    ];
    table.required("draw", table.text("draw"));
    let word = table.choice("draw", &WORDS)?;
    let list = |key| table.required(key, table.numbers(key));
    let number = |key| table.required(key, table.number(key));
    Some(match word {
        "levels" => Draw::Levels { shares: list("shares"), later: table.numbers("later"), exact: table.flag("exact").unwrap_or(false) },
        "many" => match table.numbers("alone") {
            Some(alone) => Draw::Alone { alone, several: number("several"), exact: table.flag("exact").unwrap_or(false) },
            None => Draw::Each { each: list("each"), exact: table.flag("exact").unwrap_or(false), none: table.text("none") },
        },
        "scale" => Draw::Scale { mean: number("mean"), sd: number("sd") },
        "normal" => Draw::Normal { mean: number("mean"), sd: number("sd") },
        "lognormal" => Draw::Lognormal { mean: number("mean"), sd: number("sd") },
        "pieces" => pieces(table)?,
        "deck" => Draw::Deck(table.required("deck", table.texts("deck").filter(|deck| !deck.is_empty()))),
        "sequence" => Draw::Sequence { prefix: table.required_text("prefix"), digits: table.whole("digits").unwrap_or(1), of: table.whole("of") },
        "pick" => {
            Draw::Pick { prefix: table.required_text("prefix"), digits: table.whole("digits").unwrap_or(1), last: table.required("last", table.whole("last")) }
        }
        "date" => Draw::Date { first: table.required_text("first"), last: table.required_text("last") },
        _ => Draw::After { field: table.required_text("of_field"), mean: number("mean"), sd: number("sd") },
    })
}

fn pieces(table: &Table<'_>) -> Option<Draw> {
    let cuts = table.required("cuts", table.numbers("cuts"));
    let shares = table.required("shares", table.numbers("shares"));
    let lean = table.numbers("lean").unwrap_or_else(|| vec![1.0; shares.len()]);
    if shares.is_empty() || cuts.len() != shares.len() + 1 || lean.len() != shares.len() {
        let problem = Problem::new("synth::bad_pieces", "`cuts` needs one number more than `shares`, and `lean` as many");
        table.report("cuts", problem.found(format!("{} cuts, {} shares, {} leans", cuts.len(), shares.len(), lean.len())));
        return None;
    }
    Some(Draw::Pieces { cuts, shares, lean })
}

/// `from` with the points of the curve in two lists, `curve_x` and `curve_y`.
fn curve(table: &Table<'_>) -> Option<(String, Curve)> {
    let from = table.text("from")?;
    let (x, y) = (table.required("curve_x", table.numbers("curve_x")), table.required("curve_y", table.numbers("curve_y")));
    if x.is_empty() || x.len() != y.len() || x.windows(2).any(|pair| pair[0] >= pair[1]) {
        let problem = Problem::new("synth::bad_curve", "`curve_x` must rise and `curve_y` must have as many numbers");
        table.report("curve_x", problem.found(format!("{} and {} numbers", x.len(), y.len())));
        return None;
    }
    Some((from, x.into_iter().zip(y).collect()))
}

/// Height of a curve at a place.
pub(super) fn height(curve: &[(f64, f64)], x: f64) -> f64 {
    let Some(first) = curve.first() else { return 0.0 };
    let mut before = *first;
    for point in curve {
        if x <= point.0 {
            let width = point.0 - before.0;
            return if width > 0.0 { before.1 + (x - before.0) / width * (point.1 - before.1) } else { point.1 };
        }
        before = *point;
    }
    before.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_are_read_and_their_mistakes_are_placed() {
        let text = "id = \"x\"\n[[field]]\nname = \"age\"\nsynth = { draw = \"normal\", mean = 40, sd = 12, missing = { \"-7\" = 0.1 } }\n[[field]]\nname = \"b\"\nsynth = { draw = \"norml\" }\n";
        let (hints, _, problems) = read("a.toml", text);
        assert!(matches!(hints[0].1.draw, Some(Draw::Normal { .. })));
        assert_eq!(hints[0].1.missing, [("-7".to_owned(), 0.1)]);
        assert_eq!(problems.len(), 1);
        assert_eq!((problems[0].code, problems[0].place.as_deref()), ("config::unknown_word", Some("a.toml:7")));
    }

    #[test]
    fn curves_are_straight_between_points_and_flat_outside() {
        let curve = [(0.0, -1.0), (2.0, 1.0)];
        for (x, y) in [(-5.0, -1.0), (0.0, -1.0), (1.0, 0.0), (2.0, 1.0), (9.0, 1.0)] {
            assert!((height(&curve, x) - y).abs() < 1e-12, "{x}");
        }
    }
}
