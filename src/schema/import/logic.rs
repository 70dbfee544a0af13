//! Conditions of survey platforms in, `ask_if` and ranges out where they are simple.
//!
//! REDCap writes `[sex] = "0"` and `[race(1)] = '1'`, XLSForm `${sex} = 'f'` and `selected(${race}, 'w')`. Anything that
//! is not one question compared with codes stays a remark that quotes it.

use crate::schema::codebook::{AskIf, Codebook, Kind, Level};

/// The condition as `ask_if`, where it compares one field of the codebook with codes.
pub(super) fn ask_if(book: &Codebook, condition: &str) -> Option<AskIf> {
    let mut asked: Option<AskIf> = None;
    for part in split_or(condition) {
        let (name, code) = equality(part.trim())?;
        let field = book.field(&name)?;
        let label = match &field.kind {
            Kind::Category { levels, .. } | Kind::Split { levels, .. } => label(levels, &code)?,
            Kind::Checkboxes { options } => label(options, &code)?,
            Kind::Integer | Kind::Number | Kind::Text => code,
            Kind::Id | Kind::Date | Kind::Datetime => return None,
        };
        match &mut asked {
            Some(asked) if asked.field == name => asked.is.push(label),
            Some(_) => return None,
            None => asked = Some(AskIf { field: name, is: vec![label] }),
        }
    }
    asked
}

fn label(levels: &[Level], code: &str) -> Option<String> {
    let ending = format!("___{}", code.replace('-', "_"));
    levels.iter().find(|level| level.code == code || level.code.ends_with(&ending)).map(|level| level.label.clone())
}

/// The parts between `or`; a condition with `and` stays one part, which is no equality.
fn split_or(condition: &str) -> Vec<&str> {
    let lower = condition.to_ascii_lowercase();
    let (mut parts, mut start, mut search) = (Vec::new(), 0, 0);
    while let Some(at) = lower.get(search..).and_then(|rest| rest.find(" or ")).map(|at| at + search) {
        parts.push(&condition[start..at]);
        (start, search) = (at + 4, at + 4);
    }
    parts.push(&condition[start..]);
    parts
}

/// Field and code of `[a] = '1'`, `[a(1)] = '1'`, `${a} = '1'`, `selected(${a}, '1')`.
fn equality(part: &str) -> Option<(String, String)> {
    let part = strip_brackets(part);
    if let Some(inner) = part.strip_prefix("selected(").and_then(|rest| rest.strip_suffix(')')) {
        let (field, code) = inner.split_once(',')?;
        return Some((variable(field.trim(), "${", '}')?, literal(code.trim())?));
    }
    let (left, right) = part.split_once('=')?;
    if left.ends_with(['<', '>', '!']) {
        return None;
    }
    let (left, code) = (left.trim(), literal(right.trim())?);
    if let Some(name) = variable(left, "${", '}') {
        return Some((name, code));
    }
    let name = variable(left, "[", ']')?;
    match name.split_once('(') {
        // A box that is not ticked is not an answer that opens a question.
        Some((name, option)) if code == "1" => Some((name.to_owned(), option.strip_suffix(')')?.trim().to_owned())),
        Some(_) => None,
        None => Some((name, code)),
    }
}

fn strip_brackets(text: &str) -> &str {
    let inner = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    inner.filter(|inner| inner.matches('(').count() == inner.matches(')').count() && !inner.trim_start().starts_with(')')).unwrap_or(text).trim()
}

fn variable(text: &str, open: &str, close: char) -> Option<String> {
    let name = text.strip_prefix(open)?.strip_suffix(close)?.trim();
    let word = !name.is_empty() && name.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '(' | ')' | '.'));
    word.then(|| name.to_owned())
}

/// A number or text in quotes; an empty text is none, because it compares with no answer.
fn literal(text: &str) -> Option<String> {
    let quoted = ['"', '\''].iter().find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote));
    let bare = || text.parse::<f64>().ok().map(|_| text);
    quoted.or_else(bare).filter(|text| !text.is_empty() && !text.contains(['"', '\''])).map(str::to_owned)
}

/// The range of an XLSForm constraint such as `. >= 0 and . <= 120`.
pub(super) fn range(constraint: &str) -> Option<(f64, f64)> {
    let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
    for part in constraint.split(" and ") {
        let part = strip_brackets(part.trim()).strip_prefix('.')?.trim();
        if let Some(bound) = part.strip_prefix(">=") {
            low = bound.trim().parse().ok()?;
        } else {
            high = part.strip_prefix("<=")?.trim().parse().ok()?;
        }
    }
    (low <= high && !(low.is_infinite() && high.is_infinite())).then_some((low, high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_question_compared_with_codes_is_simple() {
        let simple = |text| split_or(text).into_iter().map(|part| equality(part.trim())).collect::<Option<Vec<_>>>();
        let pair = |name: &str, code: &str| (name.to_owned(), code.to_owned());
        assert_eq!(simple("[sex] = \"0\""), Some(vec![pair("sex", "0")]));
        assert_eq!(simple("([a]='1') or [a] = 2"), Some(vec![pair("a", "1"), pair("a", "2")]));
        assert_eq!(simple("[race(-9)] = '1'"), Some(vec![pair("race", "-9")]));
        assert_eq!(simple("selected(${race}, 'w')"), Some(vec![pair("race", "w")]));
        assert_eq!(simple("${sex} = 'f'"), Some(vec![pair("sex", "f")]));
        for hard in [
            "[a] = '1' and [b] = '2'",
            "[a] <> ''",
            "[a] >= 3",
            "[a] = ''",
            "[visit_1_arm_1][a] = '1'",
            "[race(1)] = '0'",
            "",
            "[a]",
            "datediff([a],'today') = 1",
        ] {
            assert_eq!(simple(hard), None, "{hard}");
        }
    }

    #[test]
    fn bounds_of_a_constraint() {
        assert_eq!(range(". >= 0 and . <= 120"), Some((0.0, 120.0)));
        assert_eq!(range(".>=18"), Some((18.0, f64::INFINITY)));
        assert_eq!([range(". > 3"), range("regex(., 'x')"), range("")], [None; 3]);
    }
}
