//! The name of a SAS format in, how its column shows numbers out.

use super::super::shared::{EPOCH_1960, Look};

const DATES: &[&str] = &[
    "DATE", "DAY", "DDMMYY", "DOWNAME", "JULDAY", "JULIAN", "MMDDYY", "MMYY", "MONNAME", "MONTH", "MONYY", "QTR", "QTRR", "WEEKDATE", "WEEKDATX", "WEEKDAY",
    "WEEKU", "WEEKV", "WEEKW", "WORDDATE", "WORDDATX", "YEAR", "YYMM", "YYMMDD", "YYMON", "YYQ", "YYQR", "YYQZ", "YYWEEKU", "YYWEEKV", "YYWEEKW", "E8601DA",
    "B8601DA", "IS8601DA", "NENGO", "MINGUO", "HDATE", "HEBDATE", "NLDATE", "EURDFDD", "EURDFDE", "EURDFDN", "EURDFMY", "EURDFWDX", "EURDFWKX", "PDJULG",
    "PDJULI",
];
const MOMENTS: &[&str] = &[
    "DATETIME", "DATEAMPM", "DTDATE", "DTMONYY", "DTWKDATX", "DTYEAR", "DTYYQC", "MDYAMPM", "E8601DN", "E8601DT", "E8601DX", "E8601DZ", "E8601LX", "B8601DN",
    "B8601DT", "B8601DX", "B8601DZ", "B8601LX", "IS8601DN", "IS8601DT", "IS8601DZ", "NLDATM", "EURDFDT",
];
const CLOCKS: &[&str] = &[
    "TIME", "TIMEAMPM", "HHMM", "HOUR", "MMSS", "TOD", "E8601TM", "E8601TZ", "E8601TX", "E8601LZ", "B8601TM", "B8601TZ", "B8601TX", "B8601LZ", "IS8601TM",
    "IS8601TZ", "NLTIME", "NLTIMAP",
];

/// How a format shows numbers. Formats that show a part of a day, such as its month, are kept whole days.
pub(super) fn look(format: &str) -> Look {
    let upper = format.trim().to_ascii_uppercase();
    let is_one = |names: &[&str]| {
        // Letters at the end of some names choose the mark between the parts, and a width may follow.
        let bare = upper.trim_end_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
        let marked =
            bare.strip_suffix(['B', 'C', 'D', 'N', 'P', 'S']).filter(|name| ["DDMMYY", "MMDDYY", "MMYY", "YYMM", "YYMMDD", "YYQ", "YYQR"].contains(name));
        names.contains(&bare) || marked.is_some_and(|name| names.contains(&name))
    };
    if is_one(DATES) || (upper.starts_with("NLDATE") && !upper.starts_with("NLDATEM")) {
        Look::Date { per_day: 1.0, epoch: EPOCH_1960 }
    } else if is_one(MOMENTS) || upper.starts_with("NLDATM") {
        Look::Moment { per_second: 1.0, epoch: EPOCH_1960 }
    } else if is_one(CLOCKS) {
        Look::Clock { per_second: 1.0 }
    } else {
        Look::Number
    }
}

/// Whether a format is one of SAS itself, so that no catalog is needed to read it.
pub(super) fn is_known(format: &str) -> bool {
    let own = [
        "BEST", "F", "COMMA", "COMMAX", "DOLLAR", "DOLLARX", "PERCENT", "PERCENTN", "E", "D", "Z", "NUMX", "EURO", "EUROX", "HEX", "BINARY", "OCTAL", "$",
        "$CHAR", "$F", "$VARYING", "$UPCASE", "$HEX", "$QUOTE", "$ASCII", "BESTD", "FRACT", "ROMAN", "WORDS", "WORDF", "SSN", "PVALUE", "NEGPAREN", "ODDSR",
        "YEN", "IB", "PIB", "RB", "PD", "ZD", "S370F",
    ];
    let upper = format.trim().to_ascii_uppercase();
    let bare = upper.trim_end_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
    bare.is_empty() || own.contains(&bare) || look(format) != Look::Number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_say_what_numbers_are() {
        let date = Look::Date { per_day: 1.0, epoch: EPOCH_1960 };
        let moment = Look::Moment { per_second: 1.0, epoch: EPOCH_1960 };
        assert_eq!(["YYMMDD", "yymmdds", "DATE9.", "MONYY", "QTR", "E8601DA"].map(look), [date; 6]);
        assert_eq!(["DATETIME", "DTDATE", "E8601DT", "NLDATM"].map(look), [moment; 4]);
        assert_eq!(["TIME", "TOD", "HHMM"].map(look), [Look::Clock { per_second: 1.0 }; 3]);
        assert_eq!(["BEST", "", "DATEX", "SEXFMT", "DOLLAR"].map(look), [Look::Number; 5]);
        assert!(is_known("BEST12.") && is_known("DATE") && !is_known("SEXFMT") && !is_known("$A"));
    }
}
