//! A formula and its columns in, the model matrix with the names of R out.

use super::column::{Category, Column, NONE};
use super::formula::Formula;

/// Columns of numbers over the rows that a model uses.
#[derive(Debug, Clone, Default)]
pub(crate) struct Matrix {
    /// The columns.
    pub(crate) columns: Vec<Vec<f64>>,
    /// Name of each column, such as `(Intercept)`, `stypeH`, `a:b`.
    pub(crate) names: Vec<String>,
    /// Position of the term of each column; `None` for the constant.
    pub(crate) term: Vec<Option<usize>>,
}

impl Matrix {
    /// The columns at some positions.
    pub(crate) fn of(&self, positions: &[usize]) -> Self {
        Self {
            columns: positions.iter().map(|place| self.columns[*place].clone()).collect(),
            names: positions.iter().map(|place| self.names[*place].clone()).collect(),
            term: positions.iter().map(|place| self.term[*place]).collect(),
        }
    }
}

/// Builds the matrix; `data` has one column per variable of the formula, without missing values.
///
/// A category is coded against its first level where the rest of its term lies in an earlier term,
/// else with a column for each level; without a constant the first category has all its levels
/// (as `model.matrix` of R with treatment contrasts).
pub(crate) fn matrix(formula: &Formula, data: &[Column], rows: usize) -> Matrix {
    let mut matrix = Matrix::default();
    if formula.intercept {
        matrix.columns.push(vec![1.0; rows]);
        matrix.names.push("(Intercept)".to_owned());
        matrix.term.push(None);
    }
    for position in 0..formula.terms.len() {
        for (name, column) in term_columns(formula, position, data, rows) {
            matrix.columns.push(column);
            matrix.names.push(name);
            matrix.term.push(Some(position));
        }
    }
    matrix
}

/// Columns of one term, those of the first variable varying fastest.
fn term_columns(formula: &Formula, position: usize, data: &[Column], rows: usize) -> Vec<(String, Vec<f64>)> {
    let mut columns: Vec<(String, Vec<f64>)> = vec![(String::new(), vec![1.0; rows])];
    for variable in &formula.terms[position] {
        let label = formula.variables[*variable].label();
        let own = match &data[*variable] {
            Column::Number(values) => vec![(label, values.clone())],
            Column::Category(category) => dummies(&label, category, is_against_first(formula, data, position, *variable)),
        };
        let joined = own.iter().flat_map(|(name, values)| {
            columns.iter().map(move |(before, known)| {
                let name = if before.is_empty() { name.clone() } else { format!("{before}:{name}") };
                (name, known.iter().zip(values).map(|(known, value)| known * value).collect())
            })
        });
        columns = joined.collect();
    }
    columns
}

/// Whether a category of a term is coded against its first level.
fn is_against_first(formula: &Formula, data: &[Column], position: usize, variable: usize) -> bool {
    let is_category = |variable: &&usize| matches!(data[**variable], Column::Category(_));
    let first = formula.terms.iter().enumerate().find_map(|(place, term)| term.iter().find(is_category).map(|variable| (place, *variable)));
    if !formula.intercept && first == Some((position, variable)) {
        return false;
    }
    let rest: Vec<usize> = formula.terms[position].iter().copied().filter(|other| *other != variable).collect();
    rest.is_empty() || formula.terms[..position].iter().any(|earlier| rest.iter().all(|other| earlier.contains(other)))
}

fn dummies(label: &str, category: &Category, against_first: bool) -> Vec<(String, Vec<f64>)> {
    let levels = category.names.iter().enumerate().skip(usize::from(against_first));
    levels
        .map(|(code, name)| {
            let is = |known: &u32| f64::from(u8::from(*known != NONE && *known as usize == code));
            (format!("{label}{name}"), category.codes.iter().map(is).collect())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        let formula = Formula::parse(text).unwrap();
        let category = |names: &[&str]| Column::Category(Category { codes: vec![0, 1], names: names.iter().map(|name| (*name).to_owned()).collect() });
        let of = |column: &str| match column {
            "g" => category(&["p", "q", "r"]),
            "h" => category(&["1", "2"]),
            _ => Column::Number(vec![3.0, 4.0]),
        };
        let data: Vec<Column> = formula.variables.iter().map(|variable| of(&variable.column)).collect();
        matrix(&formula, &data, 2).names
    }

    /// `colnames(model.matrix(…))` of R, see `tests/reference/model/matrix.R`.
    #[test]
    fn columns_are_named_as_in_r() {
        assert_eq!(names("y ~ g + x"), ["(Intercept)", "gq", "gr", "x"]);
        assert_eq!(names("y ~ g*factor(h)"), ["(Intercept)", "gq", "gr", "factor(h)2", "gq:factor(h)2", "gr:factor(h)2"]);
        assert_eq!(names("y ~ g:x"), ["(Intercept)", "gp:x", "gq:x", "gr:x"]);
        assert_eq!(names("y ~ x + g:x"), ["(Intercept)", "x", "x:gq", "x:gr"]);
        assert_eq!(names("y ~ g + h - 1"), ["gp", "gq", "gr", "h2"]);
        assert_eq!(names("y ~ h + h:g"), ["(Intercept)", "h2", "h1:gq", "h2:gq", "h1:gr", "h2:gr"]);
    }

    #[test]
    fn an_interaction_multiplies() {
        let formula = Formula::parse("y ~ x:h").unwrap();
        let category = Category { codes: vec![1, 0], names: vec!["1".to_owned(), "2".to_owned()] };
        let built = matrix(&formula, &[Column::Number(vec![3.0, 4.0]), Column::Category(category)], 2);
        assert_eq!(built.names, ["(Intercept)", "x:h1", "x:h2"]);
        assert_eq!(built.columns[1..], [vec![0.0, 4.0], vec![3.0, 0.0]]);
    }
}
