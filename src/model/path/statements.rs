//! The tokens of a path model in, its statements out: paths, covariances and definitions as they were written.

use std::ops::Range;

use super::expression::{Expression, Function, Sign};
use super::tokens::{Kind, Token, problem, tokens};
use crate::error::{Error, Exit, Problem};

/// What stands before `*` in a term.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Modifier {
    /// Nothing: the path is estimated.
    Free,
    /// A label, which the path shares with others of that label.
    Label(String),
    /// A number, at which the path is held.
    Fixed(f64),
}

/// `to ~ modifier*from`, or `~~` between them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    /// The variable on the left.
    pub(super) to: String,
    /// The variable on the right.
    pub(super) from: String,
    /// What is said of the path.
    pub(super) modifier: Modifier,
    /// Whether it is a covariance, `~~`.
    pub(super) is_covariance: bool,
    /// Where the term stands.
    pub(super) span: Range<usize>,
}

/// `name := formula`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Defined {
    /// Its name.
    pub(super) name: String,
    /// The formula as written, without spaces.
    pub(super) text: String,
    /// The formula, its values positions in `names`.
    pub(super) expression: Expression,
    /// Names of which it is made, with their places.
    pub(super) names: Vec<(String, Range<usize>)>,
    /// Where the name stands.
    pub(super) span: Range<usize>,
}

/// All statements of a model.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Statements {
    /// Paths and covariances.
    pub(super) lines: Vec<Line>,
    /// Definitions.
    pub(super) definitions: Vec<Defined>,
}

impl Statements {
    /// Reads a model; every statement that is wrong is told.
    ///
    /// # Errors
    /// Whatever is no statement, with its place.
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        let tokens = tokens(text)?;
        let mut parser = Parser { text, tokens: &tokens, at: 0, found: Self::default() };
        let mut problems = Vec::new();
        while parser.at < tokens.len() {
            if let Err(problem) = parser.statement() {
                problems.push(*problem);
                parser.at += tokens[parser.at..].iter().position(|token| token.kind == Kind::End).unwrap_or(0);
            }
            parser.at += 1;
        }
        Error::gather(Exit::Usage, problems)?;
        Ok(parser.found)
    }
}

/// A problem is large; most statements have none.
type Parsed<T> = Result<T, Box<Problem>>;

struct Parser<'a> {
    text: &'a str,
    tokens: &'a [Token],
    at: usize,
    found: Statements,
}

impl Parser<'_> {
    fn token(&self) -> &Token {
        &self.tokens[self.at.min(self.tokens.len() - 1)]
    }

    fn takes(&mut self, sign: &str) -> bool {
        let is = matches!(self.token().kind, Kind::Sign(found) if found == sign);
        self.at += usize::from(is);
        is
    }

    fn wrong(&self, expected: &str) -> Box<Problem> {
        let Token { kind, span } = self.token();
        let found = match kind {
            Kind::End => "the end of the statement".to_owned(),
            _ => format!("`{}`", &self.text[span.clone()]),
        };
        Box::new(problem("path::syntax", "this is not a statement of a path model", self.text, span).found(found).expected(expected))
    }

    fn refuse(&self, span: &Range<usize>, message: &str, help: &str) -> Box<Problem> {
        Box::new(problem("path::not_supported", message, self.text, span).help(help))
    }

    fn name(&mut self, expected: &str) -> Parsed<(String, Range<usize>)> {
        match self.token().clone() {
            Token { kind: Kind::Name(name), span } => {
                self.at += 1;
                Ok((name, span))
            }
            _ => Err(self.wrong(expected)),
        }
    }

    /// One statement up to its end.
    fn statement(&mut self) -> Parsed<()> {
        let mut left = vec![self.name("the name of an outcome, or of what is defined")?];
        while self.takes("+") {
            left.push(self.name("the name of another outcome")?);
        }
        let Token { kind, span } = self.token().clone();
        let Kind::Sign(sign) = kind else { return Err(self.wrong("`~`, `~~` or `:=`")) };
        self.at += 1;
        match sign {
            "~" | "~~" => self.terms(&left, sign == "~~")?,
            ":=" if left.len() == 1 => self.definition(left.swap_remove(0))?,
            "=~" => {
                let help = "score the scale first (`recovista score`) and put its column into the model";
                return Err(self.refuse(&span, "latent variables are not fitted, only columns of the file", help));
            }
            "==" | "<" | ">" | "<=" | ">=" => {
                let help = "give two paths one label to hold them equal, or write a number before `*` to hold one there";
                return Err(self.refuse(&span, "constraints are not fitted", help));
            }
            _ => {
                self.at -= 1;
                return Err(self.wrong("`~`, `~~` or `:=`"));
            }
        }
        if self.token().kind == Kind::End { Ok(()) } else { Err(self.wrong("`+` or the end of the statement")) }
    }

    /// The right side of `~` or `~~`.
    fn terms(&mut self, left: &[(String, Range<usize>)], is_covariance: bool) -> Parsed<()> {
        loop {
            let start = self.token().span.start;
            let modifier = self.modifier()?;
            let (from, span) = self.name("a column name")?;
            if self.takes(":") {
                let help = "compute the product as a column of the file first";
                return Err(self.refuse(&(start..self.token().span.end), "products of columns are not computed", help));
            }
            let line = |(to, _): &(String, Range<usize>)| Line {
                to: to.clone(),
                from: from.clone(),
                modifier: modifier.clone(),
                is_covariance,
                span: start..span.end,
            };
            self.found.lines.extend(left.iter().map(line));
            if !self.takes("+") {
                return Ok(());
            }
        }
    }

    /// `label*` or `number*`, where there is one.
    fn modifier(&mut self) -> Parsed<Modifier> {
        let start = self.at;
        let span = self.token().span.clone();
        let minus = self.takes("-");
        let modifier = match self.token().kind.clone() {
            Kind::Number(number) => Modifier::Fixed(if minus { -number } else { number }),
            Kind::Name(label) if !minus => Modifier::Label(label),
            _ => {
                return Err(self.wrong("a column name, with a label or a number and `*` before it if wanted"));
            }
        };
        self.at += 1;
        if self.takes("*") {
            return Ok(modifier);
        }
        match modifier {
            Modifier::Label(word) if self.takes("(") => {
                let help = "a label or a number can stand before `*`, nothing else";
                Err(self.refuse(&span, &format!("`{word}(…)` is not understood"), help))
            }
            Modifier::Label(_) => {
                self.at = start;
                Ok(Modifier::Free)
            }
            _ if matches!(self.token().kind, Kind::Sign("+") | Kind::End) => {
                let help = "means do not enter this model; take the term away, or write `number*column` to hold a path";
                Err(self.refuse(&span, "intercepts are not fitted", help))
            }
            _ => Err(self.wrong("`*` and a column name after the number")),
        }
    }

    fn definition(&mut self, (name, span): (String, Range<usize>)) -> Parsed<()> {
        let start = self.at;
        let mut names = Vec::new();
        let expression = self.sum(&mut names, 0)?;
        let text = self.tokens[start..self.at].iter().map(|token| &self.text[token.span.clone()]).collect();
        self.found.definitions.push(Defined { name, text, expression, names, span });
        Ok(())
    }

    fn sum(&mut self, names: &mut Vec<(String, Range<usize>)>, depth: u32) -> Parsed<Expression> {
        let mut left = self.product(names, depth)?;
        loop {
            let sign = if self.takes("+") {
                Sign::Plus
            } else if self.takes("-") {
                Sign::Minus
            } else {
                return Ok(left);
            };
            left = Expression::Both(Box::new(left), sign, Box::new(self.product(names, depth)?));
        }
    }

    fn product(&mut self, names: &mut Vec<(String, Range<usize>)>, depth: u32) -> Parsed<Expression> {
        let mut left = self.signed(names, depth)?;
        loop {
            let sign = if self.takes("*") {
                Sign::Times
            } else if self.takes("/") {
                Sign::Over
            } else {
                return Ok(left);
            };
            left = Expression::Both(Box::new(left), sign, Box::new(self.signed(names, depth)?));
        }
    }

    /// `-x` and `x^y`; the power binds closer, as in R.
    fn signed(&mut self, names: &mut Vec<(String, Range<usize>)>, depth: u32) -> Parsed<Expression> {
        if depth > 100 {
            return Err(Box::new(problem("path::syntax", "the formula is nested too deep", self.text, &self.token().span)));
        }
        if self.takes("-") {
            return Ok(Expression::Of(Function::Negative, Box::new(self.signed(names, depth + 1)?)));
        }
        let base = self.single(names, depth)?;
        if !self.takes("^") {
            return Ok(base);
        }
        Ok(Expression::Both(Box::new(base), Sign::Power, Box::new(self.signed(names, depth + 1)?)))
    }

    fn single(&mut self, names: &mut Vec<(String, Range<usize>)>, depth: u32) -> Parsed<Expression> {
        let expected = "a label, a number or `(`";
        let Token { kind, span } = self.token().clone();
        if self.takes("(") {
            let inner = self.sum(names, depth + 1)?;
            return if self.takes(")") { Ok(inner) } else { Err(self.wrong("`)`")) };
        }
        self.at += 1;
        match kind {
            Kind::Number(number) => Ok(Expression::Number(number)),
            Kind::Name(word) if matches!(self.token().kind, Kind::Sign("(")) => {
                let Some(function) = Function::from_word(&word) else {
                    return Err(self.refuse(&span, &format!("`{word}(…)` is not understood"), "exp, log, sqrt and abs are the functions of a definition"));
                };
                Ok(Expression::Of(function, Box::new(self.single(names, depth + 1)?)))
            }
            Kind::Name(label) => {
                let known = names.iter().position(|(name, _)| *name == label);
                Ok(Expression::Value(known.unwrap_or_else(|| {
                    names.push((label, span));
                    names.len() - 1
                })))
            }
            _ => {
                self.at -= 1;
                Err(self.wrong(expected))
            }
        }
    }
}
