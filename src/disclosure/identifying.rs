//! A text in, what in it could point at a person out: an address, a number, a date, a name said as one.
//!
//! It looks at texts that come from the data and not from a codebook: what people typed can hold anything.
//! It knows forms, no names; names are known from columns that the codebook marks.

use std::sync::OnceLock;

use regex::Regex;

/// What a text can hold, in words that follow "holds", and its form. The first that fits is told.
const FORMS: [(&str, &str); 7] = [
    ("an e-mail address", r"(?i)[a-z0-9._%+'-]+(?:@|\s?\(at\)\s?|\s?\[at\]\s?)[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}"),
    ("a number like those of Social Security", r"(?:^|[^0-9-])[0-9]{3}[- ][0-9]{2}[- ][0-9]{4}(?:$|[^0-9-])"),
    ("a phone number", r"(?:^|[^0-9-])(?:\+?1[-. ]?)?(?:\([0-9]{3}\)\s?|[0-9]{3}[-. ])[0-9]{3}[-. ][0-9]{4}(?:$|[^0-9-])"),
    ("a phone number", r"\+[0-9]{1,3}(?:[-. ()]{0,2}[0-9]){7,12}"),
    (
        "a web address of a person",
        r"(?i)(?:(?:facebook|instagram|linkedin|twitter|x|tiktok|snapchat|youtube)\.com/|https?://\S*[~@=]|https?://\S*/(?:u|in|user|users|profile|people)/)\S",
    ),
    ("a name of a social network", r"(?:^|\s)@[A-Za-z][A-Za-z0-9_.]{2,}"),
    ("a name that is said to be one", r"(?i)\b(?:my name is|my name's|i am called|call me|ask for|mi nombre es|me llamo|meu nome)\s+\S"),
];

/// Forms of a full date, which may be one of birth.
const DATE: &str = r"(?ix)
    (?:^|[^0-9])(?:
        (?:18|19|20)[0-9]{2} ([-/.]) (?:0?[1-9]|1[0-2]) [-/.] (?:0?[1-9]|[12][0-9]|3[01])
      | (?:0?[1-9]|[12][0-9]|3[01]) [-/.] (?:0?[1-9]|[12][0-9]|3[01]) [-/.] (?:18|19|20)[0-9]{2}
    )(?:$|[^0-9])
  | \b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s[0-9]{1,2}(?:st|nd|rd|th)?,?\s(?:18|19|20)[0-9]{2}\b
  | \b[0-9]{1,2}(?:st|nd|rd|th)?\.?\s(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?,?\s(?:18|19|20)[0-9]{2}\b";

/// What in a text could point at a person; `None` where nothing is known to.
pub(crate) fn identifying(text: &str) -> Option<&'static str> {
    static KNOWN: OnceLock<Option<Regex>> = OnceLock::new();
    let date = KNOWN.get_or_init(|| Regex::new(DATE).ok());
    reaching(text).or_else(|| date.as_ref().filter(|date| date.is_match(text)).map(|_| "a full date"))
}

/// The same for the name of a file, where a date is that of the export.
pub(crate) fn reaching(text: &str) -> Option<&'static str> {
    static KNOWN: OnceLock<Vec<(&'static str, Regex)>> = OnceLock::new();
    let known = KNOWN.get_or_init(|| FORMS.iter().filter_map(|(what, form)| Some((*what, Regex::new(form).ok()?))).collect());
    known.iter().find(|(_, form)| form.is_match(text)).map(|(what, _)| *what)
}

/// The form of a text without its words: letters become `a`, digits `9`.
pub(crate) fn masked(text: &str) -> String {
    const LONGEST: usize = 40;
    let hidden = |letter: char| match letter {
        letter if letter.is_numeric() => '9',
        letter if letter.is_alphabetic() => 'a',
        letter if letter.is_control() => ' ',
        other => other,
    };
    let shown: String = text.chars().take(LONGEST).map(hidden).collect();
    if text.chars().nth(LONGEST).is_some() { shown + "…" } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_point_at_a_person_is_found() {
        let wanted = [
            ("an e-mail address", &["w.quill@example.org", "mail Zoe_99 (at) example.co.uk please", "o'neil@x.io"][..]),
            ("a number like those of Social Security", &["078-05-1120", "ssn 078 05 1120."]),
            ("a phone number", &["617-555-0142", "call (617) 555-0142", "+1 617.555.0142", "1-617-555-0142", "+49 30 901820 12", "+44 (0)20 7946 0018"]),
            ("a web address of a person", &["facebook.com/zoe.fox", "https://example.org/~zoe", "see https://example.org/in/zoe", "http://x.org/a?id=4"]),
            ("a name of a social network", &["@zoe_fox", "find me @zoe.fox"]),
            ("a name that is said to be one", &["My name is Zoë", "ask for Wilhelmina", "me llamo Ana"]),
            ("a full date", &["born 1980-03-05", "3/5/1980", "05.03.1980", "March 5, 1980", "the 5th of it: 5 Mar 1980", "1980/3/5"]),
        ];
        for (what, texts) in wanted {
            for text in texts {
                assert_eq!(identifying(text), Some(what), "{text}");
            }
        }
    }

    #[test]
    fn what_stands_in_reports_is_left_alone() {
        let texts = [
            "Site 10",
            "MA-014",
            "c4",
            "Boston & Suburbs",
            "2024",
            "2024-05",
            "March 2024",
            "65+",
            "1,000 to 1,999",
            "$15.00–$19.99",
            "02118",
            "02118-1234",
            "CTN-0094",
            "Recovery center of Hope (Worcester)",
            "9:00",
            "Mon 14–15",
            "10-12-14",
            "978-0-306-40615-7",
            "U.S. 20",
            "https://www.mass.gov/recovery",
            "3.14159265",
            "100000000000",
            "don't know",
            "A@B",
        ];
        for text in texts {
            assert_eq!(identifying(text), None, "{text}");
        }
        assert_eq!((reaching("members_2024-10-01.csv"), reaching("w.quill@example.org.csv")), (None, Some("an e-mail address")));
    }

    #[test]
    fn a_masked_text_shows_its_form_only() {
        assert_eq!(masked("Ask Zoë: 617-555-0142"), "aaa aaa: 999-999-9999");
        assert_eq!(masked(&"x".repeat(50)).chars().count(), 41);
    }
}
