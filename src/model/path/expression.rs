//! The right side of a definition in, its value and derivatives out: `a*b + c`, with labels for paths.

use nalgebra::DVector;

/// A formula of labels.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expression {
    /// A number.
    Number(f64),
    /// A value that the definition names, by position in a list.
    Value(usize),
    /// A function of one expression.
    Of(Function, Box<Expression>),
    /// Two expressions with a sign between them.
    Both(Box<Expression>, Sign, Box<Expression>),
}

/// What stands between two expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sign {
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `*`
    Times,
    /// `/`
    Over,
    /// `^`
    Power,
}

/// What can be done to one expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Function {
    /// The other sign.
    Negative,
    /// Natural exponential.
    Exp,
    /// Natural logarithm.
    Log,
    /// Square root.
    Sqrt,
    /// Size without sign.
    Abs,
}

impl Function {
    /// The function that a word means.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        match word {
            "exp" => Some(Self::Exp),
            "log" => Some(Self::Log),
            "sqrt" => Some(Self::Sqrt),
            "abs" => Some(Self::Abs),
            _ => None,
        }
    }
}

/// A number with its derivatives by the parameters.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Dual {
    /// The number.
    pub(crate) value: f64,
    /// Its derivatives.
    pub(crate) slope: DVector<f64>,
}

impl Expression {
    /// Its value with derivatives, given those of the values that it names.
    pub(crate) fn evaluate(&self, values: &[Dual], parameters: usize) -> Dual {
        match self {
            Self::Number(value) => Dual { value: *value, slope: DVector::zeros(parameters) },
            Self::Value(position) => values[*position].clone(),
            Self::Of(function, inner) => {
                let Dual { value, slope } = inner.evaluate(values, parameters);
                let (value, rate) = match function {
                    Function::Negative => (-value, -1.0),
                    Function::Exp => (value.exp(), value.exp()),
                    Function::Log => (value.ln(), 1.0 / value),
                    Function::Sqrt => (value.sqrt(), 0.5 / value.sqrt()),
                    Function::Abs => (value.abs(), value.signum()),
                };
                Dual { value, slope: slope * rate }
            }
            Self::Both(left, sign, right) => both(&left.evaluate(values, parameters), *sign, &right.evaluate(values, parameters)),
        }
    }

    /// Positions of the values of which it is the product; `None` where it is no product of two or more.
    pub(crate) fn factors(&self) -> Option<Vec<usize>> {
        match self {
            Self::Both(left, Sign::Times, right) => {
                let of = |part: &Self| if let Self::Value(position) = part { Some(vec![*position]) } else { part.factors() };
                Some(of(left)?.into_iter().chain(of(right)?).collect())
            }
            _ => None,
        }
    }

    /// Positions of the values that it names.
    pub(crate) fn names(&self) -> Vec<usize> {
        match self {
            Self::Number(_) => Vec::new(),
            Self::Value(position) => vec![*position],
            Self::Of(_, inner) => inner.names(),
            Self::Both(left, _, right) => left.names().into_iter().chain(right.names()).collect(),
        }
    }
}

fn both(left: &Dual, sign: Sign, right: &Dual) -> Dual {
    let (a, b) = (left.value, right.value);
    let (value, by_left, by_right) = match sign {
        Sign::Plus => (a + b, 1.0, 1.0),
        Sign::Minus => (a - b, 1.0, -1.0),
        Sign::Times => (a * b, b, a),
        Sign::Over => (a / b, 1.0 / b, -a / (b * b)),
        // A constant power needs no logarithm of what may be negative.
        Sign::Power if right.slope.amax() == 0.0 => (a.powf(b), b * a.powf(b - 1.0), 0.0),
        Sign::Power => (a.powf(b), b * a.powf(b - 1.0), a.powf(b) * a.ln()),
    };
    Dual { value, slope: &left.slope * by_left + &right.slope * by_right }
}
