//! The text of a path model in, its tokens out, each with its place in the text.
//!
//! A line break ends a statement unless the line ends with a sign or the next one begins with one;
//! `;` always does. What follows `#` or `!` on a line is a comment.

use std::ops::Range;

use crate::error::{Error, Problem, Snippet};

/// The argument that holds the model, for messages.
pub(super) const ARGUMENT: &str = "--model";

/// Signs, the longer before those that they begin with.
const SIGNS: [&str; 22] = ["~*~", "=~", "~~", "<~", ":=", "==", "<=", ">=", "~", "+", "-", "*", "/", "^", "(", ")", ",", ":", "|", "<", ">", "="];

/// A piece of a model.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// A column, label or defined name.
    Name(String),
    /// A number without a sign.
    Number(f64),
    /// One of the signs.
    Sign(&'static str),
    /// The end of a statement.
    End,
}

/// A piece with the bytes that it takes.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    /// What it is.
    pub(super) kind: Kind,
    /// Where it stands.
    pub(super) span: Range<usize>,
}

/// An error about a piece of the model.
pub(super) fn problem(code: &'static str, message: impl Into<String>, text: &str, span: &Range<usize>) -> Problem {
    let line = text[..span.start].matches('\n').count() + 1;
    let column = text[..span.start].rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let snippet = Snippet { path: ARGUMENT.to_owned(), text: text.to_owned(), span: span.clone() };
    Problem::new(code, message).at(format!("{ARGUMENT}, line {line}, character {column}")).snippet(snippet)
}

/// The pieces of a model; the last is an end.
///
/// # Errors
/// A character that means nothing, a number that is none, a backtick that is not closed.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Error> {
    let mut found: Vec<Token> = Vec::new();
    let mut at = 0;
    while let Some(letter) = text[at..].chars().next() {
        let start = at;
        let rest = &text[at..];
        let kind = match letter {
            '#' | '!' => {
                at += rest.find('\n').unwrap_or(rest.len());
                continue;
            }
            '\n' | ';' => {
                at += 1;
                // A soft end; the joining of lines decides whether it counts.
                if letter == ';' { Kind::End } else { Kind::Sign("\n") }
            }
            _ if letter.is_whitespace() => {
                at += letter.len_utf8();
                continue;
            }
            '`' => {
                let Some(length) = rest[1..].find('`') else {
                    return Err(Error::usage(problem("path::syntax", "a backtick is not closed", text, &(start..text.len()))));
                };
                at += length + 2;
                Kind::Name(rest[1..=length].to_owned())
            }
            _ if starts_number(rest) => {
                at += number_length(rest);
                let number = text[start..at].parse().ok().filter(|number: &f64| number.is_finite());
                let wrong = || problem("path::syntax", format!("`{}` is no number that can be computed with", &text[start..at]), text, &(start..at));
                Kind::Number(number.ok_or_else(|| Error::usage(wrong()))?)
            }
            _ if letter.is_alphabetic() || matches!(letter, '_' | '.') => {
                at += rest.find(|letter: char| !letter.is_alphanumeric() && !matches!(letter, '_' | '.')).unwrap_or(rest.len());
                Kind::Name(text[start..at].to_owned())
            }
            _ => {
                let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) else {
                    let problem = problem("path::syntax", format!("`{letter}` means nothing in a model"), text, &(start..start + letter.len_utf8()));
                    return Err(Error::usage(problem.help("put column names with odd characters between backticks")));
                };
                at += sign.len();
                Kind::Sign(sign)
            }
        };
        found.push(Token { kind, span: start..at });
    }
    found.push(Token { kind: Kind::End, span: text.len()..text.len() });
    Ok(joined(&found))
}

/// Ends of lines become ends of statements where neither side asks for more.
fn joined(tokens: &[Token]) -> Vec<Token> {
    let open = |kind: &Kind| matches!(kind, Kind::Sign(sign) if !matches!(*sign, ")" | "\n"));
    let goes_on = |kind: &Kind| matches!(kind, Kind::Sign(sign) if !matches!(*sign, "(" | "\n"));
    let mut kept: Vec<Token> = Vec::new();
    for (position, token) in tokens.iter().enumerate() {
        let is_break = token.kind == Kind::Sign("\n");
        if is_break {
            let next = tokens[position..].iter().find(|token| token.kind != Kind::Sign("\n"));
            if kept.last().is_some_and(|token| open(&token.kind)) || next.is_some_and(|token| goes_on(&token.kind)) {
                continue;
            }
        }
        let ends = is_break || token.kind == Kind::End;
        if ends && kept.last().is_none_or(|token| token.kind == Kind::End) {
            continue;
        }
        kept.push(if ends { Token { kind: Kind::End, span: token.span.clone() } } else { token.clone() });
    }
    kept
}

fn starts_number(rest: &str) -> bool {
    let mut letters = rest.chars();
    match letters.next() {
        Some('.') => letters.next().is_some_and(|letter| letter.is_ascii_digit()),
        Some(letter) => letter.is_ascii_digit(),
        None => false,
    }
}

/// Digits, a point, digits, an exponent; letters that follow at once make it no number.
fn number_length(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let in_exponent = at > 0 && matches!(bytes[at - 1], b'e' | b'E') && matches!(bytes[at], b'+' | b'-');
        if !bytes[at].is_ascii_alphanumeric() && bytes[at] != b'.' && !in_exponent {
            break;
        }
        at += 1;
    }
    at
}
