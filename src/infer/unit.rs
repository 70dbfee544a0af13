//! A drafted codebook in, what its rows are out: people, unless the key names something else.

use crate::schema::{Codebook, Kind};

/// Words of a key, and what its rows are then.
const UNITS: [(&str, &[&str]); 4] = [
    ("teams", &["team"]),
    ("organizations", &["organization", "organisation", "org", "agency", "company", "employer", "provider", "school", "municipality"]),
    ("programs", &["program", "programme", "center", "centre", "clinic", "facility"]),
    ("settings", &["setting"]),
];

/// Settles what one row is; the remark says why and how to change it.
pub(super) fn settle(book: &mut Codebook) -> String {
    let named = match book.key.as_slice() {
        [key] => unit_of(book, key).map(|unit| (unit, format!("the key `{key}` names them"))),
        _ => None,
    };
    let (unit, why) = named.or_else(|| counted(book)).unwrap_or(("people", "nothing in the file says that they are anything else".to_owned()));
    unit.clone_into(&mut book.unit);
    let public = if unit == "people" { "" } else { " `public_unit = true` shows what they say of themselves although they are few." };
    format!("One row is one of `unit`, {unit}: {why}. It may be people, visits, teams, organizations, programs or settings.{public}")
}

/// What a key names, by its column.
fn unit_of(book: &Codebook, key: &str) -> Option<&'static str> {
    let field = book.field(key)?;
    let words = |name: &str| name.to_lowercase().split(|letter: char| !letter.is_alphabetic()).map(str::to_owned).collect::<Vec<_>>();
    let known: Vec<String> = words(&field.name).into_iter().chain(words(&field.label)).collect();
    UNITS.iter().find(|(_, names)| names.iter().any(|name| known.iter().any(|word| word == name))).map(|(unit, _)| *unit)
}

/// Rows that count full-time posts of several roles are teams: a person has one post.
fn counted(book: &Codebook) -> Option<(&'static str, String)> {
    let posts: Vec<&str> = book
        .fields
        .iter()
        .filter(|field| matches!(field.kind, Kind::Number | Kind::Integer))
        .filter(|field| field.name.to_lowercase().split(|letter: char| !letter.is_alphabetic()).any(|word| matches!(word, "fte" | "ftes" | "headcount")))
        .map(|field| field.name.as_str())
        .collect();
    match posts.as_slice() {
        [first, second, ..] => Some(("teams", format!("`{first}`, `{second}` count several posts in a row"))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Field;

    fn unit(key: &[&str], numbers: &[&str]) -> String {
        let field = |name: &&str, kind| Field { name: (*name).to_owned(), label: name.replace('_', " "), kind, ..Field::default() };
        let fields = key.iter().map(|name| field(name, Kind::Id)).chain(numbers.iter().map(|name| field(name, Kind::Number))).collect();
        let mut book = Codebook { key: key.iter().map(|name| (*name).to_owned()).collect(), fields, ..Codebook::default() };
        settle(&mut book);
        book.unit
    }

    #[test]
    fn rows_are_people_unless_the_key_or_the_posts_say_otherwise() {
        assert_eq!(unit(&["respondent_id"], &["age"]), "people");
        assert_eq!(unit(&["team_id"], &[]), "teams");
        assert_eq!(unit(&["center_id"], &[]), "programs");
        assert_eq!(unit(&["person_id", "center_id"], &[]), "people");
        assert_eq!(unit(&["id"], &["coach_fte", "manager_fte"]), "teams");
        assert_eq!(unit(&["id"], &["fte"]), "people");
    }
}
