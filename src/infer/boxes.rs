//! Columns that tick the options of one question in, the fields that they are together out.

use std::collections::BTreeMap;

use super::{Seen, free_name, kind};
use crate::schema::{Codebook, Comments, Field, Kind, Level, box_state, field_name};

impl Seen<'_> {
    /// Option columns that the file describes, each tried on its values: what is no box stays a column of its own.
    pub(super) fn settle_boxes(&self, book: &mut Codebook, field: Field, comments: &mut Comments) {
        let Kind::Checkboxes { options } = &field.kind else { return };
        let columns: Vec<usize> = options.iter().filter_map(|option| self.header.iter().position(|name| *name == option.code)).collect();
        if options.iter().zip(&columns).all(|(option, column)| self.is_box(*column, &option.label)) {
            book.fields.push(field);
            return;
        }
        for (option, column) in options.iter().zip(columns) {
            let mut own = Field {
                name: free_name(book, &option.code),
                columns: vec![option.code.clone()],
                label: option.label.clone(),
                question: field.question.clone(),
                ..Field::default()
            };
            let mut remarks = vec![format!("an option of `{}` whose cells are no boxes", field.name)];
            if let Some(profile) = self.profiles.get(column) {
                kind::settle(book, &mut own, profile, self.rows, &mut remarks);
            }
            for remark in remarks {
                comments.add(&own.name, remark);
            }
            book.fields.push(own);
        }
    }

    /// Whether every cell of a column is the box of an option, checked or not.
    fn is_box(&self, column: usize, option: &str) -> bool {
        let missing = |value: &str| self.described.get(column).and_then(|described| described.missing_reason(value)).is_some();
        self.profiles
            .get(column)
            .and_then(|profile| profile.distinct.as_ref())
            .is_some_and(|distinct| distinct.keys().all(|value| box_state(value, option).is_some() || value == "NA" || missing(value)))
    }

    /// Boxes by name, such as `race___1` and `race___2`: the group stands in the place of its first column.
    pub(super) fn boxes(&self, fields: &[Field]) -> BTreeMap<String, Option<Field>> {
        let mut groups: BTreeMap<&str, Vec<(&Field, usize)>> = BTreeMap::new();
        for field in fields.iter().filter(|field| !matches!(field.kind, Kind::Checkboxes { .. })) {
            let Some((question, _)) = field.columns.first().and_then(|name| name.split_once("___")) else { continue };
            if let Some(column) = self.column(field) {
                groups.entry(question).or_default().push((field, column));
            }
        }
        let mut found = BTreeMap::new();
        for (question, members) in groups {
            if members.len() < 2 || members.len() > 64 || !members.iter().all(|(_, column)| self.is_box(*column, "")) {
                continue;
            }
            let options = members.iter().filter_map(|(field, _)| field.columns.first()).map(|name| Level {
                code: name.clone(),
                label: name.split_once("___").map_or(name.clone(), |(_, option)| option.to_owned()),
                band: None,
            });
            let kind = Kind::Checkboxes { options: options.collect() };
            let name = field_name(question);
            let mut group = Some(Field { columns: vec![name.clone()], label: name.replace('_', " "), name, kind, ..Field::default() });
            found.extend(members.iter().map(|(field, _)| (field.name.clone(), group.take())));
        }
        found
    }

    /// The column that holds the answers of a question's boxes as a list.
    pub(super) fn list_beside(&self, field: &Field) -> Option<&str> {
        let Kind::Checkboxes { options } = &field.kind else { return None };
        let about = |name: &str| self.header.iter().position(|known| known == name).and_then(|column| self.described.get(column));
        let question = &about(&options.first()?.code)?.option_of.as_ref()?.question;
        about(question).is_some_and(|list| list.separator.is_some()).then_some(question)
    }
}
