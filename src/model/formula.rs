//! The text of a formula in, its response and terms out: `y ~ a + b + a:b`, as in R.
//!
//! `+` adds terms, `:` is an interaction, `a*b` is `a + b + a:b`, `factor(x)` makes categories of
//! numbers, `- 1` takes the constant away, parentheses group, backticks enclose odd column names.

use crate::error::{Error, Problem};

/// A variable of the right side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Variable {
    /// Column of the file.
    pub(crate) column: String,
    /// Whether numbers are categories.
    pub(crate) factor: bool,
}

impl Variable {
    /// The name as R writes it.
    pub(crate) fn label(&self) -> String {
        if self.factor { format!("factor({})", self.column) } else { self.column.clone() }
    }
}

/// A response and the terms that predict it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Formula {
    /// Column of the response.
    pub(crate) response: String,
    /// Whether there is a constant.
    pub(crate) intercept: bool,
    /// Variables in the order in which they are first named.
    pub(crate) variables: Vec<Variable>,
    /// Positions of the variables of each term; main effects first, then interactions by order.
    pub(crate) terms: Vec<Vec<usize>>,
}

impl Formula {
    /// Reads a formula.
    ///
    /// # Errors
    /// Whatever is not a formula, with the place of the first character that is wrong.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let tokens = tokens(text)?;
        let mut parser = Parser { text, tokens, at: 0, formula: Self { intercept: true, ..Self::default() } };
        parser.read()?;
        Ok(parser.formula)
    }

    /// The formula of an outcome by a variable that is always in it, and further terms, of which there may be none.
    ///
    /// # Errors
    /// Whatever is not a sum of terms, with the place of the first character that is wrong.
    pub(crate) fn around(response: &str, first: Variable, more: &str) -> Result<Self, Error> {
        let formula = Self { response: response.to_owned(), intercept: true, variables: vec![first], terms: Vec::new() };
        let mut parser = Parser { text: more, tokens: tokens(more)?, at: 0, formula };
        let mut terms = vec![vec![0]];
        if !more.trim().is_empty() {
            let further = parser.sum(true)?;
            add(&mut terms, further);
        }
        parser.finish(terms)?;
        Ok(parser.formula)
    }

    /// The name of a term as R writes it.
    pub(crate) fn term_label(&self, term: &[usize]) -> String {
        term.iter().map(|variable| self.variables[*variable].label()).collect::<Vec<_>>().join(":")
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Name(String),
    Number(String),
    Sign(char),
}

/// Tokens with the place of their first character, counted from 1.
fn tokens(text: &str) -> Result<Vec<(usize, Token)>, Error> {
    let letters: Vec<char> = text.chars().collect();
    let (mut found, mut at) = (Vec::new(), 0);
    while at < letters.len() {
        let start = at;
        let letter = letters[at];
        if letter.is_whitespace() {
            at += 1;
            continue;
        }
        let token = if letter == '`' {
            let length = letters[at + 1..].iter().position(|letter| *letter == '`');
            let Some(length) = length else { return Err(Error::usage(wrong(text, start + 1, "a closing backtick"))) };
            at += length + 2;
            Token::Name(letters[start + 1..at - 1].iter().collect())
        } else if letter.is_alphabetic() || letter == '_' || (letter == '.' && !letters.get(at + 1).is_some_and(char::is_ascii_digit)) {
            while letters.get(at).is_some_and(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '.')) {
                at += 1;
            }
            Token::Name(letters[start..at].iter().collect())
        } else if letter.is_ascii_digit() {
            while letters.get(at).is_some_and(char::is_ascii_digit) {
                at += 1;
            }
            Token::Number(letters[start..at].iter().collect())
        } else if matches!(letter, '~' | '+' | '-' | '*' | ':' | '(' | ')') {
            at += 1;
            Token::Sign(letter)
        } else {
            return Err(Error::usage(wrong(text, start + 1, "a column name or one of ~ + - * : ( )")));
        };
        found.push((start + 1, token));
    }
    Ok(found)
}

fn wrong(text: &str, place: usize, expected: &str) -> Problem {
    let found: String = text.chars().skip(place - 1).take(20).collect();
    let found = if found.is_empty() { "the end".to_owned() } else { format!("`{found}`") };
    Problem::new("formula::syntax", format!("`{text}` is not a formula")).at(format!("formula, character {place}")).found(found).expected(expected)
}

/// A set of terms, each a sorted set of variables.
type Terms = Vec<Vec<usize>>;

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<(usize, Token)>,
    at: usize,
    formula: Formula,
}

impl Parser<'_> {
    fn read(&mut self) -> Result<(), Error> {
        let Some(Token::Name(response)) = self.token() else { return Err(Error::usage(self.wrong("the outcome's column name, then `~`"))) };
        self.formula.response = response;
        self.at += 1;
        if !self.takes('~') {
            return Err(Error::usage(self.wrong("`~` after the outcome").help("such as \"y ~ a + b\"")));
        }
        let terms = self.sum(true)?;
        self.finish(terms)
    }

    /// Nothing may follow the terms, and they must be some that predict the outcome.
    fn finish(&mut self, mut terms: Terms) -> Result<(), Error> {
        if self.at < self.tokens.len() {
            return Err(Error::usage(self.wrong("+, -, :, * or the end")));
        }
        terms.sort_by_key(Vec::len);
        let response = self.formula.variables.iter().find(|variable| variable.column == self.formula.response);
        if let Some(both) = response {
            let problem = Problem::new("formula::response_twice", format!("`{}` stands on both sides of the formula", both.column));
            return Err(Error::usage(problem.at("formula").expected("an outcome that does not predict itself")));
        }
        if terms.is_empty() && !self.formula.intercept {
            return Err(Error::usage(Problem::new("formula::empty", "the formula has neither terms nor a constant").at("formula")));
        }
        self.formula.terms = terms;
        Ok(())
    }

    fn token(&self) -> Option<Token> {
        self.tokens.get(self.at).map(|(_, token)| token.clone())
    }

    fn takes(&mut self, sign: char) -> bool {
        let is = self.tokens.get(self.at).is_some_and(|(_, token)| *token == Token::Sign(sign));
        self.at += usize::from(is);
        is
    }

    fn wrong(&self, expected: &str) -> Problem {
        let place = self.tokens.get(self.at).map_or(self.text.chars().count() + 1, |(place, _)| *place);
        wrong(self.text, place, expected)
    }

    /// Terms joined by `+` and `-`; only the outermost sum speaks of the constant.
    fn sum(&mut self, outermost: bool) -> Result<Terms, Error> {
        let mut terms = Terms::new();
        let mut minus = self.takes('-');
        loop {
            if let Some(Token::Number(number)) = self.token() {
                if !outermost || !matches!(number.as_str(), "0" | "1") {
                    return Err(Error::usage(self.wrong("a column name; only 0 and 1 are numbers of a formula")));
                }
                self.at += 1;
                self.formula.intercept = (number == "1") != minus;
            } else {
                let more = self.product()?;
                if minus {
                    terms.retain(|term| !more.contains(term));
                } else {
                    add(&mut terms, more);
                }
            }
            minus = match (self.takes('+'), self.takes('-')) {
                (true, also) => also,
                (false, true) => true,
                (false, false) => return Ok(terms),
            };
        }
    }

    /// Terms joined by `*`.
    fn product(&mut self) -> Result<Terms, Error> {
        let mut terms = self.interaction()?;
        while self.takes('*') {
            let right = self.interaction()?;
            let both = cross(&terms, &right);
            add(&mut terms, right);
            add(&mut terms, both);
        }
        Ok(terms)
    }

    /// Terms joined by `:`.
    fn interaction(&mut self) -> Result<Terms, Error> {
        let mut terms = self.single()?;
        while self.takes(':') {
            terms = cross(&terms, &self.single()?);
        }
        Ok(terms)
    }

    fn single(&mut self) -> Result<Terms, Error> {
        if self.takes('(') {
            let terms = self.sum(false)?;
            return if self.takes(')') { Ok(terms) } else { Err(Error::usage(self.wrong("`)`"))) };
        }
        let Some(Token::Name(name)) = self.token() else { return Err(Error::usage(self.wrong("a column name"))) };
        self.at += 1;
        if !self.takes('(') {
            return Ok(vec![vec![self.variable(name, false)]]);
        }
        if !matches!(name.as_str(), "factor" | "as.factor") {
            self.at -= 2;
            let help = "compute the column in the file first; `factor(x)` is the only function of a formula";
            return Err(Error::usage(self.wrong("a column name or `factor(…)`").help(help)));
        }
        let Some(Token::Name(column)) = self.token() else { return Err(Error::usage(self.wrong("a column name inside `factor(…)`"))) };
        self.at += 1;
        if !self.takes(')') {
            return Err(Error::usage(self.wrong("`)` after the column")));
        }
        Ok(vec![vec![self.variable(column, true)]])
    }

    fn variable(&mut self, column: String, factor: bool) -> usize {
        let variable = Variable { column, factor };
        let variables = &mut self.formula.variables;
        variables.iter().position(|known| *known == variable).unwrap_or_else(|| {
            variables.push(variable);
            variables.len() - 1
        })
    }
}

fn add(terms: &mut Terms, more: Terms) {
    for term in more {
        if !terms.contains(&term) {
            terms.push(term);
        }
    }
}

fn cross(left: &Terms, right: &Terms) -> Terms {
    let mut terms = Terms::new();
    for first in left {
        for second in right {
            let mut term: Vec<usize> = first.iter().chain(second).copied().collect();
            term.sort_unstable();
            term.dedup();
            add(&mut terms, vec![term]);
        }
    }
    terms
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(text: &str) -> Vec<String> {
        let formula = Formula::parse(text).unwrap();
        formula.terms.iter().map(|term| formula.term_label(term)).collect()
    }

    /// The labels of `attr(terms(…), "term.labels")` in R.
    #[test]
    fn terms_are_those_of_r() {
        assert_eq!(labels("y ~ a*b + c"), ["a", "b", "c", "a:b"]);
        assert_eq!(labels("y ~ b:a + a"), ["a", "b:a"]);
        assert_eq!(labels("y ~ a + (b + c):d"), ["a", "b:d", "c:d"]);
        assert_eq!(labels("y ~ a*b*c"), ["a", "b", "c", "a:b", "a:c", "b:c", "a:b:c"]);
        assert_eq!(labels("y~factor(x)*`odd name` - factor(x)"), ["odd name", "factor(x):odd name"]);
        assert!(!Formula::parse("y ~ a - 1").unwrap().intercept);
        assert!(!Formula::parse("y ~ 0 + a").unwrap().intercept);
        assert!(Formula::parse("y ~ 1").unwrap().terms.is_empty());
    }

    #[test]
    fn further_terms_stand_after_the_variable_that_is_always_there() {
        let around = |more: &str| Formula::around("y", Variable { column: "t".to_owned(), factor: true }, more);
        let labels = |more: &str| {
            let formula = around(more).unwrap();
            formula.terms.iter().map(|term| formula.term_label(term)).collect::<Vec<_>>()
        };
        assert_eq!(labels(""), ["factor(t)"]);
        assert_eq!(labels("a + factor(t)*b"), ["factor(t)", "a", "b", "factor(t):b"]);
        assert_eq!(around("a +").unwrap_err().problems[0].place.as_deref(), Some("formula, character 4"));
        assert_eq!(around("y").unwrap_err().problems[0].code, "formula::response_twice");
        assert_eq!(around("a ~ b").unwrap_err().problems[0].place.as_deref(), Some("formula, character 3"));
    }

    #[test]
    fn what_is_no_formula_has_its_place() {
        let place = |text: &str| Formula::parse(text).unwrap_err().problems[0].place.clone().unwrap();
        assert_eq!(place("y a + b"), "formula, character 3");
        assert_eq!(place("y ~ a + "), "formula, character 9");
        assert_eq!(place("y ~ log(a)"), "formula, character 5");
        assert_eq!(place("y ~ a ^ 2"), "formula, character 7");
        assert_eq!(place("y ~ a + 2"), "formula, character 9");
        assert_eq!(place("y ~ factor(a"), "formula, character 13");
        assert_eq!(Formula::parse("y ~ y + a").unwrap_err().problems[0].code, "formula::response_twice");
    }
}
