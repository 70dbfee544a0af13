//! A REDCap data dictionary in, a codebook out.

use super::{Draft, logic};
use crate::frame::missing;
use crate::ingest::{Dictionary, Question, about};
use crate::schema::codebook::{Codebook, Field, Kind, Level, usual_missing};
use crate::schema::draft::{MAX_OPTIONS, worded};
use crate::schema::number::Decimal;
use crate::schema::write::Comments;

/// Fields that REDCap adds to an export, all of them in some exports only.
const SYSTEM: [(&str, &str, Kind); 4] = [
    ("redcap_event_name", "Event", Kind::Id),
    ("redcap_repeat_instance", "Number of the repetition", Kind::Integer),
    ("redcap_data_access_group", "Data access group", Kind::Id),
    ("redcap_survey_identifier", "Survey identifier", Kind::Text),
];

/// The codebook of a project.
pub(super) fn import(dictionary: &Dictionary) -> Draft {
    let mut book = Codebook { missing: usual_missing(), ..Codebook::default() };
    let mut comments = Comments::default();
    comments.head.push("Fields are optional because an export may hold some instruments only, and the key has all columns".to_owned());
    comments.head.push("that can be part of it; --data EXPORT makes the codebook of one table of one export.".to_owned());
    let mut form = "";
    for (position, question) in dictionary.questions.iter().enumerate() {
        if !form.is_empty() && question.form != form {
            book.fields.push(state(form));
        }
        form = &question.form;
        if question.is_descriptive() || book.field(&question.name).is_some() {
            continue;
        }
        if position == 0 {
            first(&mut book, question);
        } else {
            book.fields.extend(fields(question));
        }
        remarks(&mut comments, question);
    }
    if !form.is_empty() {
        book.fields.push(state(form));
    }
    for question in dictionary.questions.iter().filter(|question| !question.branching.is_empty() && !question.is_descriptive()) {
        let ask_if = logic::ask_if(&book, &question.branching).filter(|ask_if| ask_if.field != question.name);
        match (ask_if, book.fields.iter_mut().find(|field| field.name == question.name)) {
            (Some(ask_if), Some(field)) => field.ask_if = Some(ask_if),
            _ => comments.add(&question.name, format!("shown only if {}", question.branching)),
        }
    }
    (book, comments, "a REDCap data dictionary")
}

/// The record's name, and the fields that REDCap puts after it.
fn first(book: &mut Codebook, question: &Question) {
    let (label, question_text) = worded(&question.label, &question.name);
    let name = question.name.clone();
    book.fields.push(Field {
        columns: vec![name.clone()],
        label,
        question: question_text,
        kind: Kind::Id,
        required: true,
        name: name.clone(),
        ..Field::default()
    });
    let system = |(name, label, kind): &(&str, &str, Kind)| Field {
        name: (*name).to_owned(),
        columns: vec![(*name).to_owned()],
        label: (*label).to_owned(),
        kind: kind.clone(),
        optional: true,
        ..Field::default()
    };
    book.fields.extend(SYSTEM.iter().map(system));
    book.key = vec![name.clone(), "redcap_event_name".to_owned(), "redcap_repeat_instance".to_owned()];
    book.person = Some(name);
}

/// The state of a form.
fn state(form: &str) -> Field {
    let name = format!("{form}_complete");
    let levels = [("0", "Incomplete"), ("1", "Unverified"), ("2", "Complete")].map(|(code, label)| level(code, label)).to_vec();
    let label = format!("State of the form {}", form.replace('_', " "));
    Field { columns: vec![name.clone()], name, label, kind: Kind::Category { levels, ordered: true }, optional: true, ..Field::default() }
}

fn level(code: &str, label: &str) -> Level {
    Level { code: code.to_owned(), label: label.to_owned(), band: None }
}

/// The field of a question; for a checkbox field with more choices than a question can have, one field a choice.
fn fields(question: &Question) -> Vec<Field> {
    let (label, wording) = worded(&question.label, &question.name);
    let field = Field {
        name: question.name.clone(),
        columns: vec![question.name.clone()],
        label,
        question: wording,
        optional: true,
        identifies: question.identifier,
        ..Field::default()
    };
    if question.kind == "checkbox" && question.choices.len() > MAX_OPTIONS {
        let ticked = Kind::Category { levels: vec![level("0", "Unchecked"), level("1", "Checked")], ordered: false };
        let one = |(name, _, choice): (String, &str, &str)| Field {
            columns: vec![name.clone()],
            label: format!("{}: {choice}", field.label),
            name,
            kind: ticked.clone(),
            ..field.clone()
        };
        return question.checkbox_columns().map(one).collect();
    }
    let kind = kind(question);
    // A choice with the code `NA` says that the question does not apply.
    let codes = question.choices.iter().map(|(code, _)| code.as_str()).filter(|code| *code == "NA");
    let missing = if question.kind == "checkbox" { Vec::new() } else { codes.map(|code| (code.to_owned(), missing::NOT_ASKED)).collect() };
    let comma = about(question).stored == crate::frame::Stored::CommaNumber;
    let range = range(question).filter(|_| matches!(kind, Kind::Integer | Kind::Number));
    vec![Field { kind, range, missing, decimal: if comma { Decimal::Comma } else { Decimal::Point }, ..field }]
}

fn kind(question: &Question) -> Kind {
    let levels = || question.choices.iter().filter(|(code, _)| code != "NA").map(|(code, label)| level(code, label)).collect::<Vec<_>>();
    match (question.kind.as_str(), question.validation.as_str()) {
        ("checkbox", _) if !question.choices.is_empty() => {
            Kind::Checkboxes { options: question.checkbox_columns().map(|(name, _, choice)| level(&name, choice)).collect() }
        }
        _ if !levels().is_empty() => Kind::Category { levels: levels(), ordered: false },
        ("text", "integer") => Kind::Integer,
        _ => match about(question).stored {
            crate::frame::Stored::Number | crate::frame::Stored::CommaNumber => Kind::Number,
            crate::frame::Stored::Date => Kind::Date,
            crate::frame::Stored::Datetime => Kind::Datetime,
            _ => Kind::Text,
        },
    }
}

/// The range that the form lets in; a slider runs from 0 to 100 where it does not say.
fn range(question: &Question) -> Option<(f64, f64)> {
    let number = |text: &str| text.replace(',', ".").parse::<f64>().ok().filter(|number| number.is_finite());
    let (low, high) = (number(&question.min), number(&question.max));
    match (low, high) {
        (None, None) if question.kind == "slider" => Some((0.0, 100.0)),
        (None, None) => None,
        _ => Some((low.unwrap_or(f64::NEG_INFINITY), high.unwrap_or(f64::INFINITY))).filter(|(low, high)| low <= high),
    }
}

/// What a codebook has no word for.
fn remarks(comments: &mut Comments, question: &Question) {
    let mut remark = |condition: bool, text: String| {
        if condition {
            comments.add(&question.name, text);
        }
    };
    let typed = ["", "integer", "number", "date_ymd", "datetime_ymd", "datetime_seconds_ymd", "signature"];
    let shown = question.validation.starts_with("date") || question.validation.starts_with("number");
    remark(question.required, "an answer is asked for on the form".to_owned());
    remark(!question.note.is_empty(), format!("note on the form: {}", question.note));
    remark(
        question.kind == "text" && shown && !typed.contains(&question.validation.as_str()),
        format!("entered as {}; exports hold the usual form", question.validation),
    );
    remark(question.kind == "text" && !shown && !typed.contains(&question.validation.as_str()), format!("checked on the form as {}", question.validation));
    remark(
        question.validation.starts_with("date") && !(question.min.is_empty() && question.max.is_empty()),
        format!("dates from {} to {}", question.min, question.max),
    );
    remark(question.kind == "calc", format!("calculated: {}", question.formula));
    remark(question.kind == "slider" && !question.formula.is_empty(), format!("slider: {}", question.formula));
    remark(matches!(question.kind.as_str(), "file" | "sql"), format!("a field of type {}", question.kind));
    remark(!question.matrix.is_empty(), format!("row of the matrix {}", question.matrix));
    remark(!question.annotation.is_empty(), format!("annotation: {}", question.annotation));
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::Path;

    use super::*;
    use crate::frame::{Column, Levels};
    use crate::ingest::{ReadOptions, open};
    use crate::schema::{Crosswalk, ImportOptions, Origin, Typist, import_codebook};

    const DICTIONARY: &str = "field_name,form_name,field_type,field_label,select_choices_or_calculations,text_validation_type_or_show_slider_number,text_validation_min,text_validation_max,branching_logic\nrecord_id,a,text,Record,,,,,\nsex,a,radio,Sex,\"0, Female | 1, Male\",,,,\nbirths,a,text,Births,,integer,0,,\"[sex] = '0'\"\npain,a,checkbox,Pain,\"1, Head | 2, Back\",,,,\nlevel,a,dropdown,Level,\"0, 1 | 1, 2\",,,,\nheight,a,text,Height,,number_comma_decimal,0,3,\ngone,a,yesno,Gone,,,,,\n";
    const RAW: &str =
        "record_id,sex,births,pain___1,pain___2,level,height,gone,a_complete\n1,0,2,1,0,0,\"1,54\",1,2\n2,1,,0,0,1,\"1,9\",0,0\n3,1,1,0,1,,7,,1\n";
    const LABELS: &str = "record_id,sex,births,pain___1,pain___2,level,height,gone,a_complete\n1,Female,2,Checked,Unchecked,1,\"1,54\",Yes,Complete\n2,Male,,Unchecked,Unchecked,2,\"1,9\",No,Incomplete\n3,Male,1,Unchecked,Checked,,7,,Unverified\n";

    /// Typed columns, their levels, and line, column and rule of what was refused.
    type Typed = (Vec<Column>, BTreeMap<String, Levels>, Vec<(u64, String, &'static str)>);

    /// The typed columns of an export and what was refused.
    fn typed(book: &Codebook, data: &Path, dictionary: Option<&Path>) -> Typed {
        let mut reader = open(data, &ReadOptions { dictionary: dictionary.map(Path::to_path_buf), ..ReadOptions::default() }).unwrap();
        let described = reader.described().to_vec();
        let origin = Origin { dataset: "d".into(), wave: String::new(), file: "f.csv".into(), places: reader.places() };
        let crosswalk = Crosswalk::default();
        let mut typist = Typist::new(book, &crosswalk, reader.header(), &described, origin).unwrap();
        let mut levels = BTreeMap::new();
        let batch = typist.batch(&reader.next_batch().unwrap().unwrap(), &mut levels);
        let refused = typist.ledger.entries.iter().map(|entry| (entry.line, entry.column.clone(), entry.rule)).collect();
        (batch.columns().to_vec(), levels, refused)
    }

    #[test]
    fn raw_and_label_exports_are_one_typed_frame() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            std::fs::write(folder.path().join(name), text).unwrap();
            folder.path().join(name)
        };
        let (dictionary, raw, labels) = (file("dictionary.csv", DICTIONARY), file("raw.csv", RAW), file("labels.csv", LABELS));
        let imported = import_codebook(&ImportOptions { file: dictionary.clone(), data: Some(raw.clone()), ..ImportOptions::default() }).unwrap();
        let (book, problems) = Codebook::parse("a.toml", &imported.text);
        assert!(problems.is_empty(), "{problems:?}");
        let expected = typed(&book, &raw, Some(&dictionary));
        // What is not there is NaN, which equals nothing, so the words are compared.
        let words = |data: &Path, dictionary: Option<&Path>| format!("{:?}", typed(&book, data, dictionary));
        assert_eq!(words(&labels, Some(&dictionary)), format!("{expected:?}"));
        // A height of 7 m is out of range, and a man was not asked about births.
        assert_eq!(expected.2, [(4, "height".to_owned(), "range"), (4, "births".to_owned(), "skip_logic")]);
        // The codebook alone says what the codes mean.
        assert_eq!(words(&raw, None), format!("{expected:?}"));
        let height = expected.0.iter().find(|column| column.name == "height").unwrap();
        assert!(matches!(&height.values, crate::frame::Values::Number(values) if values[..2] == [1.54, 1.9]));
        assert_eq!(book.levels_of("pain"), ["Head", "Back"]);
        assert_eq!((book.key.as_slice(), book.field("births").unwrap().range), (&["record_id".to_owned()][..], Some((0.0, f64::INFINITY))));
    }
}
