//! A released row and the words of its run in, the line that cites it out: what it is, its report, wave, base, source, date and short code.

use super::{Book, labels, sentences, words};
use crate::results::{ResultRow, short_code};

/// `Recovery supports in Massachusetts, 2024. Gender: Male, share, 2024 (742 of 1,280 members). Source: Member survey, 2024. As of 31 December 2024. R-7KQ2-M4XD`
///
/// A figure that is not shown is cited without a base.
pub(crate) fn citation(row: &ResultRow, book: &Book) -> String {
    let shown = row.estimate.filter(|_| !row.is_suppressed());
    let base = shown.and_then(|_| sentences::base(row, labels::base_noun(book, row))).map(|base| format!(" ({base})")).unwrap_or_default();
    let wave = row.wave.as_ref().map(|wave| format!(", {wave}")).unwrap_or_default();
    let date = if book.as_of.is_empty() { String::new() } else { format!(" As of {}.", words::date(&book.as_of)) };
    let title = if book.title.is_empty() { String::new() } else { format!("{}. ", book.title.trim_end_matches('.')) };
    format!("{title}{}{base}. Source: {}{wave}.{date} {}", labels::row(row, book), labels::source(book, &row.dataset), short_code(&row.id()))
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
        let parts = ["Recovery supports in Massachusetts, 2024. ", "Male, share, 2024 (890 of 1,535 members). Source: ", ", 2024. As of 31 December 2024. "];
        for part in parts {
            assert!(cited.contains(part), "{part}: {cited}");
        }
        assert!(cited.ends_with(&code), "{cited}");
        for row in table.rows() {
            let cited = citation(row, &book);
            assert!(!cited.contains("..") && !cited.contains("  ") && cited.ends_with(&short_code(&row.id())), "{cited}");
            assert!(!row.is_suppressed() || !cited.contains(" members)"), "{cited}");
        }
        assert!(table.rows().iter().any(|row| row.stat == Stat::Mean && row.wave.is_some()));
    }
}
