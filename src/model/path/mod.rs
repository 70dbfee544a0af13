//! A path model as text and columns in, paths, indirect effects and measures of fit out.
//!
//! Observed variables only, as `lavaan::sem` fits them: `y ~ x` is a path, `y ~~ z` a covariance of what is
//! left of two outcomes, `name := a*b` an effect made of labelled paths. Means are left as they are.

mod bootstrap;
mod expression;
mod fit;
mod influence;
mod measures;
mod statements;
mod tokens;

use std::ops::Range;

pub(crate) use bootstrap::{Draws, Intervals, Limits, bootstrap};
use expression::Expression;
pub(crate) use fit::{Figure, PathFit, centred, fit};
pub(crate) use influence::{Form, Forms};
pub(crate) use measures::{RMSEA_LEVEL, Scaling, measures};
use statements::{Defined, Line, Modifier, Statements};
use tokens::problem;

use crate::error::{Error, Exit, Problem, closest, some_of};

/// What a path or a covariance is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Value {
    /// An estimated parameter.
    Free(usize),
    /// A number at which it is held.
    Fixed(f64),
}

/// A path to one variable from another, or a covariance of what is left of both.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Cell {
    /// The variable on the left.
    pub(crate) to: usize,
    /// The variable on the right.
    pub(crate) from: usize,
    /// Whether it is a covariance or, of a variable with itself, a variance.
    pub(crate) is_covariance: bool,
    /// What it is.
    pub(crate) value: Value,
}

/// An effect made of paths.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Definition {
    /// Its name.
    pub(crate) name: String,
    /// Its formula as written.
    pub(crate) text: String,
    /// Its formula; values are positions among labels, then among definitions.
    expression: Expression,
}

/// A model that can be fitted.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct PathModel {
    /// Columns in the order in which they are first named.
    pub(crate) variables: Vec<String>,
    /// Whether an arrow leads to each of them.
    pub(crate) is_outcome: Vec<bool>,
    /// Paths first, then covariances, each in the order of the text; what is implied comes last.
    pub(crate) cells: Vec<Cell>,
    /// Effects made of paths.
    pub(crate) definitions: Vec<Definition>,
    /// Number of estimated parameters.
    pub(crate) parameters: usize,
    /// Cell that each label was first given to.
    labels: Vec<usize>,
    /// Definitions in an order in which each stands on those before it.
    order: Vec<usize>,
}

impl PathModel {
    /// Reads a model.
    ///
    /// # Errors
    /// Whatever is no model, all of it, with its places.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let statements = Statements::parse(text)?;
        let mut reader = Reader { text, model: Self::default(), labels: Vec::new(), problems: Vec::new() };
        reader.paths(&statements.lines);
        reader.covariances(&statements.lines);
        reader.implied();
        reader.definitions(statements.definitions);
        Error::gather(Exit::Usage, reader.problems)?;
        Ok(reader.model)
    }

    /// The name of a cell as `lavaan` writes it.
    pub(crate) fn name(&self, cell: &Cell) -> String {
        format!("{} {} {}", self.variables[cell.to], if cell.is_covariance { "~~" } else { "~" }, self.variables[cell.from])
    }

    /// The names of the cells that a parameter stands in.
    pub(crate) fn parameter_name(&self, parameter: usize) -> String {
        self.cells.iter().find(|cell| cell.value == Value::Free(parameter)).map_or_else(String::new, |cell| self.name(cell))
    }

    /// The variables along the paths of which a definition is the product, from the first to the last; `None` for another one.
    pub(crate) fn chain(&self, definition: &Definition) -> Option<Vec<usize>> {
        let mut paths: Vec<Cell> = Vec::new();
        for value in definition.expression.factors()? {
            let cell = *self.cells.get(*self.labels.get(value)?)?;
            // A label of several paths does not say which of them it means.
            let shared = self.cells.iter().filter(|other| other.value == cell.value).count() > 1;
            if cell.is_covariance || shared || matches!(cell.value, Value::Fixed(_)) {
                return None;
            }
            paths.push(cell);
        }
        let first = paths.iter().find(|path| paths.iter().all(|other| other.to != path.from))?;
        let mut chain = vec![first.from];
        while let Some(next) = paths.iter().position(|path| Some(&path.from) == chain.last()) {
            chain.push(paths.swap_remove(next).to);
        }
        paths.is_empty().then_some(chain)
    }

    /// Whether following arrows from a variable can lead back to it.
    pub(crate) fn has_cycle(&self) -> bool {
        let mut open: Vec<bool> = vec![true; self.variables.len()];
        // A variable no arrow leads to from an open one is closed; what stays open lies on or behind a circle.
        loop {
            let leads = |to: usize| self.cells.iter().any(|cell| !cell.is_covariance && cell.to == to && open[cell.from]);
            let Some(closed) = (0..open.len()).find(|variable| open[*variable] && !leads(*variable)) else {
                return open.contains(&true);
            };
            open[closed] = false;
        }
    }
}

/// Statements on their way to a model.
struct Reader<'a> {
    text: &'a str,
    model: PathModel,
    /// Labels in the order in which they are first given.
    labels: Vec<String>,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn wrong(&mut self, code: &'static str, message: String, span: &Range<usize>, help: Option<String>) {
        let mut problem = problem(code, message, self.text, span);
        problem.help = help;
        self.problems.push(problem);
    }

    fn variable(&mut self, name: &str) -> usize {
        let model = &mut self.model;
        model.variables.iter().position(|known| known == name).unwrap_or_else(|| {
            model.variables.push(name.to_owned());
            model.is_outcome.push(false);
            model.variables.len() - 1
        })
    }

    /// A cell with its parameter; a label that was given before brings its own.
    fn add(&mut self, (to, from): (usize, usize), is_covariance: bool, modifier: &Modifier) {
        let model = &mut self.model;
        let value = match modifier {
            Modifier::Fixed(number) => Value::Fixed(*number),
            Modifier::Label(label) => {
                if let Some(position) = self.labels.iter().position(|known| known == label) {
                    model.cells[model.labels[position]].value
                } else {
                    self.labels.push(label.clone());
                    model.labels.push(model.cells.len());
                    model.parameters += 1;
                    Value::Free(model.parameters - 1)
                }
            }
            Modifier::Free => {
                model.parameters += 1;
                Value::Free(model.parameters - 1)
            }
        };
        model.cells.push(Cell { to, from, is_covariance, value });
    }

    fn has(&self, (to, from): (usize, usize), is_covariance: bool) -> bool {
        let is = |cell: &Cell| (cell.to, cell.from) == (to, from) || is_covariance && (cell.to, cell.from) == (from, to);
        self.model.cells.iter().any(|cell| cell.is_covariance == is_covariance && is(cell))
    }

    fn paths(&mut self, lines: &[Line]) {
        for line in lines.iter().filter(|line| !line.is_covariance) {
            let ends = (self.variable(&line.to), self.variable(&line.from));
            if ends.0 == ends.1 {
                self.wrong("path::itself", format!("`{}` cannot predict itself", line.to), &line.span, None);
            } else if self.has(ends, false) {
                self.wrong("path::twice", format!("the path from `{}` to `{}` is there twice", line.from, line.to), &line.span, None);
            } else {
                self.model.is_outcome[ends.0] = true;
                self.add(ends, false, &line.modifier);
            }
        }
        if self.model.cells.is_empty() && self.problems.is_empty() {
            let end = self.text.len();
            self.wrong("path::empty", "the model has no path".to_owned(), &(end..end), Some("write one as `outcome ~ predictor`".to_owned()));
        }
    }

    fn covariances(&mut self, lines: &[Line]) {
        for line in lines.iter().filter(|line| line.is_covariance) {
            let is_outcome = |name: &String| self.model.variables.iter().position(|known| known == name).is_some_and(|place| self.model.is_outcome[place]);
            if let Some(other) = [&line.to, &line.from].into_iter().find(|name| !is_outcome(name)) {
                let message = format!("`{other}` is no outcome, so nothing is left of it that could vary with something else");
                let help = "the variances and covariances of predictors are those of the file; write a path instead";
                self.wrong("path::not_an_outcome", message, &line.span, Some(help.to_owned()));
                continue;
            }
            let ends = (self.variable(&line.to), self.variable(&line.from));
            if self.has(ends, true) {
                self.wrong("path::twice", format!("the covariance of `{}` and `{}` is there twice", line.to, line.from), &line.span, None);
            } else {
                self.add(ends, true, &line.modifier);
            }
        }
    }

    /// Residual variances of outcomes, and covariances among outcomes that predict nothing.
    fn implied(&mut self) {
        let outcomes: Vec<usize> = (0..self.model.variables.len()).filter(|variable| self.model.is_outcome[*variable]).collect();
        let predicts = |variable: &usize| self.model.cells.iter().any(|cell| !cell.is_covariance && cell.from == *variable);
        let last: Vec<usize> = outcomes.iter().copied().filter(|variable| !predicts(variable)).collect();
        let pairs = last.iter().enumerate().flat_map(|(position, first)| last[position + 1..].iter().map(|second| (*first, *second)));
        for ends in pairs.collect::<Vec<_>>().into_iter().chain(outcomes.iter().map(|variable| (*variable, *variable))) {
            if !self.has(ends, true) {
                self.add(ends, true, &Modifier::Free);
            }
        }
    }

    fn definitions(&mut self, defined: Vec<Defined>) {
        let names: Vec<String> = self.labels.iter().cloned().chain(defined.iter().map(|defined| defined.name.clone())).collect();
        let labels = self.labels.len();
        for (position, defined) in defined.into_iter().enumerate() {
            if names[..labels + position].contains(&defined.name) {
                self.wrong("path::twice", format!("`{}` already is a label or a definition", defined.name), &defined.span, None);
            }
            let mut places = Vec::new();
            for (name, span) in &defined.names {
                if let Some(place) = names.iter().position(|known| known == name) {
                    places.push(place);
                    continue;
                }
                let others = || names.iter().filter(|known| **known != defined.name).map(String::as_str);
                let near = closest(name, others()).map(|near| format!("did you mean `{near}`?"));
                let is_column = self.model.variables.contains(name);
                let column = is_column.then(|| format!("`{name}` is a column; put a label before it, as in `y ~ p*{name}`, and use the label"));
                let help = column.or(near).or_else(|| Some("give the path a label: `outcome ~ label*predictor`".to_owned()));
                self.wrong("path::unknown_label", format!("no path has the label `{name}`"), span, help);
                if let Some(problem) = self.problems.last_mut() {
                    problem.found = Some(format!("the labels {}", some_of(self.labels.iter().map(String::as_str))));
                }
            }
            if places.len() == defined.names.len() {
                let expression = replaced(&defined.expression, &places);
                self.model.definitions.push(Definition { name: defined.name, text: defined.text, expression });
            }
        }
        if self.problems.is_empty() {
            self.order();
        }
    }

    /// Puts the definitions in an order in which each stands on those before it.
    fn order(&mut self) {
        let labels = self.labels.len();
        let definitions = &self.model.definitions;
        let mut order: Vec<usize> = Vec::new();
        while order.len() < definitions.len() {
            let ready = |place: &usize| definitions[*place].expression.names().iter().all(|name| *name < labels || order.contains(&(name - labels)));
            let Some(next) = (0..definitions.len()).find(|place| !order.contains(place) && ready(place)) else {
                let left: Vec<&str> = (0..definitions.len()).filter(|place| !order.contains(place)).map(|place| definitions[place].name.as_str()).collect();
                let message = format!("these definitions stand on each other: {}", some_of(left));
                let end = self.text.len();
                self.problems.push(problem("path::circle", message, self.text, &(0..end)));
                return;
            };
            order.push(next);
        }
        self.model.order = order;
    }
}

/// The formula with other positions of its values.
fn replaced(expression: &Expression, places: &[usize]) -> Expression {
    match expression {
        Expression::Number(number) => Expression::Number(*number),
        Expression::Value(position) => Expression::Value(places[*position]),
        Expression::Of(function, inner) => Expression::Of(*function, Box::new(replaced(inner, places))),
        Expression::Both(left, sign, right) => Expression::Both(Box::new(replaced(left, places)), *sign, Box::new(replaced(right, places))),
    }
}
