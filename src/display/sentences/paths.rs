//! Sentences of path models: what went with what, and how well the model fits. An arrow is never told as an effect.

use super::{backing, base, direction, when};
use crate::display::links::{Link, effect, link};
use crate::display::{Book, labels, words};
use crate::results::{ResultRow, Stat};

/// The sentence of a row of a path model; `None` for other rows.
pub(super) fn sentence(row: &ResultRow, estimate: f64, book: &Book) -> Option<String> {
    let backing = backing(row, base(row, book.noun(&row.dataset)));
    let value = labels::value(row, estimate);
    let spoken = |name: &str| labels::spoken(book, &row.dataset, name);
    let text = match row.stat {
        Stat::Path | Stat::PathStandardized => told(row, estimate, book, &link(row, book)?, &backing),
        Stat::RSquared => format!("the R² of {} in the model was {value}{backing}", spoken(&row.variable)),
        Stat::Chisq if row.variable == MODEL => {
            let df = row.df.map(|df| format!(" on {} degrees of freedom", words::count(df))).unwrap_or_default();
            format!("the chi-squared of the model was {value}{df}{backing}")
        }
        Stat::Df => format!("the model had {value} degrees of freedom{backing}"),
        Stat::Cfi | Stat::Rmsea | Stat::Srmr => format!("the {} of the model was {value}{backing}", labels::stat(row)),
        _ => return None,
    };
    Some(words::capital(&format!("{}{text}.", when(row))))
}

/// The variable under which figures of the whole model stand.
const MODEL: &str = "model";

fn told(row: &ResultRow, estimate: f64, book: &Book, link: &Link, backing: &str) -> String {
    let spoken = |name: &str| labels::spoken(book, &row.dataset, name);
    let standardized = row.stat == Stat::PathStandardized;
    let value = labels::value(row, estimate);
    match link {
        Link::Arrow(from, to) if direction(row).is_none() => {
            let size = if standardized { "standard deviations" } else { "for each unit" };
            format!("{} had no clear link with {}: {value} {size}{backing}", spoken(from), spoken(to))
        }
        Link::Arrow(from, to) => {
            let (each, unit) = if standardized { ("each standard deviation more of", " standard deviations") } else { ("each unit more of", "") };
            let side = if estimate < 0.0 { "lower" } else { "higher" };
            format!("with {each} {}, {} was {}{unit} {side}{backing}", spoken(from), spoken(to), labels::value(row, estimate.abs()))
        }
        Link::Both(one, other) => {
            let what = if standardized { "correlation" } else { "covariance" };
            format!("beyond the model, the {what} of {} and {} was {value}{backing}", spoken(one), spoken(other))
        }
        Link::Along(names) => {
            let (first, last) = (names.first().map(String::as_str).unwrap_or_default(), names.last().map(String::as_str).unwrap_or_default());
            let middle: Vec<String> = names.iter().skip(1).take(names.len().saturating_sub(2)).map(|name| spoken(name)).collect();
            let size = if standardized { " standard deviations" } else { "" };
            let ends = format!("{} with {} by way of {}", spoken(first), spoken(last), words::list(&middle));
            if direction(row).is_none() {
                format!("there was no clear link of {ends}: {value}{size}{backing}")
            } else {
                format!("the link of {ends} was {value}{size}{backing}")
            }
        }
        Link::Made(name) => {
            let formula = effect(row, book).map(|effect| format!(" ({})", effect.formula)).unwrap_or_default();
            format!("“{name}”{formula} of the model was {value}{backing}")
        }
    }
}
