//! The text of a condition in, what it says out: `stype = 'H' and (enroll > 500 or awards is missing)`.
//!
//! The one language of `--where` and of the checks of a codebook. `and` binds tighter than `or`. What a
//! condition means for rows is said where the rows are.

use crate::error::{Error, Problem};

/// Which rows are meant.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Condition {
    All(Vec<Self>),
    Any(Vec<Self>),
    Compare { column: String, how: Comparison, value: String },
    In { column: String, values: Vec<String>, is: bool },
    Missing { column: String, is: bool },
}

/// How a value is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

const OPERATORS: [(&str, Comparison); 8] = [
    ("==", Comparison::Equal),
    ("!=", Comparison::NotEqual),
    ("<>", Comparison::NotEqual),
    ("<=", Comparison::LessOrEqual),
    (">=", Comparison::GreaterOrEqual),
    ("=", Comparison::Equal),
    ("<", Comparison::Less),
    (">", Comparison::Greater),
];

impl Condition {
    /// Reads a condition; `place` is where the user wrote it.
    ///
    /// # Errors
    /// Whatever is not a condition, with the place of the first character that is wrong.
    pub(crate) fn parse(place: &str, text: &str) -> Result<Self, Error> {
        let tokens = tokens(place, text)?;
        let mut parser = Parser { place, text, tokens, at: 0, depth: 0 };
        let condition = parser.any()?;
        if parser.at < parser.tokens.len() {
            return Err(parser.wrong("and, or, or the end"));
        }
        Ok(condition)
    }

    /// The columns that it names.
    pub(crate) fn columns(&self) -> Vec<&String> {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::columns).collect(),
            Self::Compare { column, .. } | Self::In { column, .. } | Self::Missing { column, .. } => vec![column],
        }
    }

    /// The columns that it compares by size, and those whose values it looks for.
    pub(crate) fn roles(&self) -> (Vec<&String>, Vec<&String>) {
        let is_size =
            |column: &&String| self.parts().iter().any(|part| matches!(part, Self::Compare { column: own, how, .. } if own == *column && how.is_size()));
        let is_value = |column: &&String| {
            self.parts().iter().any(|part| match part {
                Self::Compare { column: own, how, .. } => own == *column && !how.is_size(),
                Self::In { column: own, .. } | Self::Missing { column: own, .. } => own == *column,
                Self::All(_) | Self::Any(_) => false,
            })
        };
        (self.columns().into_iter().filter(is_size).collect(), self.columns().into_iter().filter(is_value).collect())
    }

    /// The comparisons that it is made of.
    pub(crate) fn parts(&self) -> Vec<&Self> {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::parts).collect(),
            own => vec![own],
        }
    }
}

impl Comparison {
    /// Whether it asks which of two is larger.
    pub(crate) fn is_size(self) -> bool {
        !matches!(self, Self::Equal | Self::NotEqual)
    }

    /// Whether it holds between two numbers.
    pub(crate) fn holds(self, value: f64, bound: f64) -> bool {
        match self {
            Self::Equal => (value - bound).abs() <= 0.0,
            Self::NotEqual => (value - bound).abs() > 0.0,
            Self::Less => value < bound,
            Self::LessOrEqual => value <= bound,
            Self::Greater => value > bound,
            Self::GreaterOrEqual => value >= bound,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(String),
    Quoted(String),
    Compare(Comparison),
    Sign(char),
}

fn tokens(place: &str, text: &str) -> Result<Vec<(usize, Token)>, Error> {
    let letters: Vec<char> = text.chars().collect();
    let (mut found, mut at) = (Vec::new(), 0);
    while at < letters.len() {
        let (start, letter) = (at, letters[at]);
        let rest = || letters[start..].iter().take(2).collect::<String>();
        let token = if letter.is_whitespace() {
            at += 1;
            continue;
        } else if matches!(letter, '\'' | '"' | '`') {
            let length = letters[at + 1..].iter().position(|other| *other == letter);
            let Some(length) = length else { return Err(wrong(place, text, start + 1, &format!("a closing {letter}"))) };
            at += length + 2;
            Token::Quoted(letters[start + 1..at - 1].iter().collect())
        } else if matches!(letter, '(' | ')' | ',') {
            at += 1;
            Token::Sign(letter)
        } else if let Some((sign, how)) = OPERATORS.iter().find(|(sign, _)| rest().starts_with(sign)) {
            at += sign.len();
            Token::Compare(*how)
        } else {
            while letters.get(at).is_some_and(|letter| !letter.is_whitespace() && !matches!(letter, '(' | ')' | ',' | '=' | '<' | '>' | '\'' | '"' | '`')) {
                at += usize::from(letters[at] != '!' || letters.get(at + 1) != Some(&'='));
                if letters.get(at) == Some(&'!') && letters.get(at + 1) == Some(&'=') {
                    break;
                }
            }
            Token::Word(letters[start..at].iter().collect())
        };
        found.push((start + 1, token));
    }
    Ok(found)
}

fn wrong(place: &str, text: &str, character: usize, expected: &str) -> Error {
    let found: String = text.chars().skip(character - 1).take(20).collect();
    let found = if found.is_empty() { "the end".to_owned() } else { format!("`{found}`") };
    let problem = Problem::new("condition::syntax", format!("`{text}` is not a condition")).at(format!("{place}, character {character}"));
    Error::usage(problem.found(found).expected(expected).help("such as \"stype = 'H' and enroll > 500\""))
}

/// Brackets within brackets, at most: each is a call within a call.
const MOST_BRACKETS: usize = 100;

struct Parser<'a> {
    place: &'a str,
    text: &'a str,
    tokens: Vec<(usize, Token)>,
    at: usize,
    /// Brackets that are open.
    depth: usize,
}

impl Parser<'_> {
    fn wrong(&self, expected: &str) -> Error {
        let character = self.tokens.get(self.at).map_or(self.text.chars().count() + 1, |(character, _)| *character);
        wrong(self.place, self.text, character, expected)
    }

    fn is_sign(&self, sign: char) -> bool {
        self.tokens.get(self.at).is_some_and(|(_, token)| *token == Token::Sign(sign))
    }

    fn takes(&mut self, sign: char) -> bool {
        let is = self.is_sign(sign);
        self.at += usize::from(is);
        is
    }

    fn takes_word(&mut self, word: &str) -> bool {
        let is = matches!(self.tokens.get(self.at), Some((_, Token::Word(found))) if found.eq_ignore_ascii_case(word));
        self.at += usize::from(is);
        is
    }

    fn any(&mut self) -> Result<Condition, Error> {
        let mut parts = vec![self.all()?];
        while self.takes_word("or") {
            parts.push(self.all()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Condition::Any(parts) })
    }

    fn all(&mut self) -> Result<Condition, Error> {
        let mut parts = vec![self.single()?];
        while self.takes_word("and") {
            parts.push(self.single()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Condition::All(parts) })
    }

    fn single(&mut self) -> Result<Condition, Error> {
        if self.depth == MOST_BRACKETS && self.is_sign('(') {
            return Err(self.wrong(&format!("at most {MOST_BRACKETS} brackets within each other")));
        }
        if self.takes('(') {
            self.depth += 1;
            let condition = self.any()?;
            self.depth -= 1;
            return if self.takes(')') { Ok(condition) } else { Err(self.wrong("`)`")) };
        }
        let column = self.value("a column name")?;
        if self.takes_word("is") {
            let is = !self.takes_word("not");
            return if self.takes_word("missing") { Ok(Condition::Missing { column, is }) } else { Err(self.wrong("`missing` or `not missing`")) };
        }
        let is = !self.takes_word("not");
        if self.takes_word("in") {
            return Ok(Condition::In { column, values: self.list()?, is });
        }
        let Some((_, Token::Compare(how))) = self.tokens.get(self.at).filter(|_| is).cloned() else {
            return Err(self.wrong(if is { "= != < <= > >=, `in (…)` or `is missing`" } else { "`in (…)`" }));
        };
        self.at += 1;
        Ok(Condition::Compare { column, how, value: self.value("a value")? })
    }

    fn list(&mut self) -> Result<Vec<String>, Error> {
        if !self.takes('(') {
            return Err(self.wrong("`(` and a list of values"));
        }
        let mut values = vec![self.value("a value")?];
        while self.takes(',') {
            values.push(self.value("a value")?);
        }
        if self.takes(')') { Ok(values) } else { Err(self.wrong("`,` or `)`")) }
    }

    fn value(&mut self, expected: &str) -> Result<String, Error> {
        let Some((_, Token::Word(value) | Token::Quoted(value))) = self.tokens.get(self.at).cloned() else {
            return Err(self.wrong(expected));
        };
        self.at += 1;
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compare(column: &str, how: Comparison, value: &str) -> Condition {
        Condition::Compare { column: column.to_owned(), how, value: value.to_owned() }
    }

    #[test]
    fn and_binds_tighter_than_or() {
        let found = Condition::parse("--where", "a=1 or b != 'two words' and c>=-3").unwrap();
        let both = Condition::All(vec![compare("b", Comparison::NotEqual, "two words"), compare("c", Comparison::GreaterOrEqual, "-3")]);
        assert_eq!(found, Condition::Any(vec![compare("a", Comparison::Equal, "1"), both]));
        let found = Condition::parse("--where", "(a<>1 OR b==2) AND x is not missing and y not in (1, 'b c')").unwrap();
        let any = Condition::Any(vec![compare("a", Comparison::NotEqual, "1"), compare("b", Comparison::Equal, "2")]);
        let missing = Condition::Missing { column: "x".to_owned(), is: false };
        let list = Condition::In { column: "y".to_owned(), values: vec!["1".to_owned(), "b c".to_owned()], is: false };
        assert_eq!(found, Condition::All(vec![any, missing, list]));
        assert_eq!(Condition::parse("--where", "a!=1").unwrap(), compare("a", Comparison::NotEqual, "1"));
        assert_eq!(Condition::parse("--where", "`odd = name` < 5").unwrap(), compare("odd = name", Comparison::Less, "5"));
    }

    #[test]
    fn what_is_no_condition_has_its_place() {
        let place = |text: &str| Condition::parse("--where", text).unwrap_err().problems[0].place.clone().unwrap();
        assert_eq!(place("a"), "--where, character 2");
        assert_eq!(place("a ="), "--where, character 4");
        assert_eq!(place("a = 'x"), "--where, character 5");
        assert_eq!(place("a = 1 b = 2"), "--where, character 7");
        assert_eq!(place("(a = 1"), "--where, character 7");
        assert_eq!(place("a is 3"), "--where, character 6");
        assert_eq!(place("a in 3"), "--where, character 6");
    }

    #[test]
    fn brackets_are_opened_only_so_deep() {
        let within = |depth: usize| format!("{}a = 1{}", "(".repeat(depth), ")".repeat(depth));
        assert_eq!(Condition::parse("--where", &within(MOST_BRACKETS)), Ok(compare("a", Comparison::Equal, "1")));
        let error = Condition::parse("--where", &within(200_000)).unwrap_err();
        assert_eq!(error.problems[0].place.as_deref(), Some("--where, character 101"));
    }
}
