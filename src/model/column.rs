//! One column of a file in memory: numbers, or categories with their names.

/// Code that means "no category".
pub(crate) const NONE: u32 = crate::frame::NO_LEVEL;

/// Categories of each row. Names are sorted: by value when all are numbers, else by bytes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Category {
    /// Position of each row's name; `NONE` where there is none.
    pub(crate) codes: Vec<u32>,
    /// Names of the categories.
    pub(crate) names: Vec<String>,
}

impl Category {
    /// The chosen rows with the categories that they have.
    pub(crate) fn of_rows(&self, rows: &[usize]) -> Self {
        let mut met = vec![false; self.names.len()];
        for code in rows.iter().map(|row| self.codes[*row]).filter(|code| *code != NONE) {
            met[code as usize] = true;
        }
        let mut position = vec![NONE; self.names.len()];
        let mut names = Vec::new();
        for (code, _) in met.iter().enumerate().filter(|(_, met)| **met) {
            position[code] = u32::try_from(names.len()).unwrap_or(NONE);
            names.push(self.names[code].clone());
        }
        let place = |row: &usize| position.get(self.codes[*row] as usize).copied().unwrap_or(NONE);
        Self { codes: rows.iter().map(place).collect(), names }
    }
}

/// The values of a column.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Column {
    /// Numbers; NaN where there is none.
    Number(Vec<f64>),
    /// Categories.
    Category(Category),
}

impl Column {
    /// Whether a row has a value.
    pub(crate) fn has(&self, row: usize) -> bool {
        match self {
            Self::Number(values) => values[row].is_finite(),
            Self::Category(category) => category.codes[row] != NONE,
        }
    }

    /// The chosen rows.
    pub(crate) fn of_rows(&self, rows: &[usize]) -> Self {
        match self {
            Self::Number(values) => Self::Number(rows.iter().map(|row| values[*row]).collect()),
            Self::Category(category) => Self::Category(category.of_rows(rows)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_categories_that_are_met_stay() {
        let category = Category { codes: vec![2, 0, NONE, 2, 1], names: ["a", "b", "c"].map(str::to_owned).to_vec() };
        let some = category.of_rows(&[0, 1, 2, 3]);
        assert_eq!(some.names, ["a", "c"]);
        assert_eq!(some.codes, [1, 0, NONE, 1]);
    }
}
