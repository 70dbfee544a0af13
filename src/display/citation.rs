//! A released row and the words of its run in, the line that cites it out: what it is, its report, wave, base, source, date and short code.

use std::fmt::Write as _;

use super::{Book, labels, sentences, words};
use crate::results::{ResultRow, short_code};

/// The citation of a figure. A figure that is not shown is cited without a base.
pub(crate) fn citation(row: &ResultRow, book: &Book) -> String {
    let mut text = labels::row(row, book);
    if !book.title.is_empty() {
        let _ = write!(text, ". In: {}", book.title.trim_end_matches('.'));
    }
    let source = book.dataset(&row.dataset).filter(|words| !words.title.is_empty()).map_or_else(|| labels::plain(&row.dataset), |words| words.title.clone());
    let wave = row.wave.as_ref().map(|wave| format!(", wave {wave}")).unwrap_or_default();
    let _ = write!(text, ". Source: {source}{wave}");
    if let Some(base) = row.denominator.or(row.n).filter(|_| !row.is_suppressed()) {
        let noun = labels::base_noun(book, row);
        let _ = write!(text, "; base: {}", words::counted(base, noun));
    }
    if let Some(interval) = sentences::interval(row).filter(|_| !row.is_suppressed()) {
        let _ = write!(text, "; {interval}");
    }
    if !book.as_of.is_empty() {
        let _ = write!(text, ". As of {}", words::date(&book.as_of));
    }
    let _ = write!(text, ". {}", short_code(&row.id()));
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::display::fixture;
    use crate::results::Stat;

    #[test]
    fn a_citation_names_what_a_reviewer_asks_for() {
        let mut book = fixture::book();
        (book.title, book.as_of) = ("Recovery supports in Massachusetts, 2024".into(), "2024-12-31".into());
        let table = fixture::table();
        let of = |wanted: &dyn Fn(&&ResultRow) -> bool| table.rows().iter().find(wanted).unwrap();
        let men = of(&|row| row.variable == "gender" && row.level.as_deref() == Some("Male") && row.wave.as_deref() == Some("2024") && row.groups.len() == 1);
        let cited = citation(men, &book);
        let code = short_code(&men.id());
        let parts = [
            "Male",
            "share",
            "2024. In: Recovery supports in Massachusetts, 2024. Source: ",
            ", wave 2024; base: 1,535 members; 95% interval ",
            ". As of 31 December 2024. ",
        ];
        for part in parts {
            assert!(cited.contains(part), "{part}: {cited}");
        }
        assert!(cited.ends_with(&code), "{cited}");
        for row in table.rows() {
            let cited = citation(row, &book);
            assert!(!cited.contains("..") && !cited.contains("  ") && cited.ends_with(&short_code(&row.id())), "{cited}");
            assert!(!row.is_suppressed() || !cited.contains("base:") && !cited.contains("interval"), "{cited}");
        }
        assert!(table.rows().iter().any(|row| row.stat == Stat::Mean && row.wave.is_some()));
    }
}
