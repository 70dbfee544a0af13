//! Digits in, the same digits with a mark between thousands out: for notes, sentences, tables and charts alike.

/// The digits of a whole number with a comma between thousands: `9120` as `9,120`.
pub(crate) fn thousands(digits: &str) -> String {
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::thousands;

    #[test]
    fn three_digits_stand_together() {
        for (digits, expected) in [("", ""), ("7", "7"), ("120", "120"), ("9120", "9,120"), ("1234567", "1,234,567")] {
            assert_eq!(thousands(digits), expected);
        }
    }
}
