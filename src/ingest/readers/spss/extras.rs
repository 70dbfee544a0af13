//! The records of kind 7 in, their parts out: long names, very long strings, sets of several answers, labels and missing values of long strings.

use super::super::shared::Order;
use super::dictionary::Raw;

/// Pairs such as `V1=LongName`, set apart by tabs.
pub(super) fn pairs(bytes: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    bytes.split(|byte| *byte == b'\t').filter_map(|pair| {
        let at = pair.iter().position(|byte| *byte == b'=')?;
        Some((&pair[..at], pair[at + 1..].trim_ascii_end().strip_suffix(b"\0").unwrap_or(pair[at + 1..].trim_ascii_end())))
    })
}

/// A question with several answers.
#[derive(Debug, PartialEq)]
pub(super) struct Set<'a> {
    /// Name without the dollar sign.
    pub(super) name: &'a [u8],
    pub(super) label: &'a [u8],
    /// The value that means yes where each variable is one option; nothing where each variable holds one of the answers.
    pub(super) counted: Option<&'a [u8]>,
    /// Whether the label of the counted value names the option.
    pub(super) labels_from_value: bool,
    /// Short names of the variables.
    pub(super) variables: Vec<&'a [u8]>,
}

/// The sets of a record; a line that does not follow the form is left out.
pub(super) fn sets(bytes: &[u8]) -> impl Iterator<Item = Set<'_>> {
    bytes.split(|byte| *byte == b'\n').filter_map(set)
}

fn set(line: &[u8]) -> Option<Set<'_>> {
    let equals = line.iter().position(|byte| *byte == b'=')?;
    let name = line[..equals].strip_prefix(b"$").unwrap_or(&line[..equals]);
    let (kind, mut rest) = line[equals + 1..].split_first()?;
    let mut labels_from_value = false;
    let counted = match kind {
        b'C' => None,
        b'D' => Some(counted_text(&mut rest)?),
        b'E' => {
            rest = rest.trim_ascii_start();
            let end = rest.iter().position(|byte| *byte == b' ')?;
            labels_from_value = true;
            rest = &rest[end + 1..];
            Some(counted_text(&mut rest)?)
        }
        _ => return None,
    };
    rest = rest.strip_prefix(b" ").unwrap_or(rest);
    let label = counted_text(&mut rest)?;
    let variables = rest.split(u8::is_ascii_whitespace).filter(|name| !name.is_empty()).collect();
    Some(Set { name, label, counted, labels_from_value, variables })
}

/// A text behind the number of its bytes and a blank.
fn counted_text<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let end = rest.iter().position(|byte| *byte == b' ')?;
    let length: usize = std::str::from_utf8(&rest[..end]).ok()?.parse().ok()?;
    let text = rest.get(end + 1..(end + 1).checked_add(length)?)?;
    *rest = &rest[end + 1 + length..];
    Some(text)
}

/// The value labels of a long string: its name, then values and labels.
pub(super) type LongLabels = (Raw, Vec<(Raw, Raw)>);

/// The value labels of long strings; `None` where the record is cut short.
pub(super) fn long_labels(record: &Raw, order: Order) -> Option<Vec<LongLabels>> {
    let mut parts = Parts { record, order, at: 0 };
    let mut found = Vec::new();
    while !parts.is_empty() {
        let name = parts.text()?;
        parts.number()?;
        let count = parts.number()?;
        let mut labels = Vec::new();
        for _ in 0..count {
            labels.push((parts.text()?, parts.text()?));
        }
        found.push((name, labels));
    }
    Some(found)
}

/// The missing values of long strings: names and values; `None` where the record is cut short.
pub(super) fn long_missing(record: &Raw, order: Order) -> Option<Vec<(Raw, Vec<Raw>)>> {
    let mut parts = Parts { record, order, at: 0 };
    let mut found = Vec::new();
    while !parts.is_empty() {
        let name = parts.text()?;
        let count = parts.take(1)?.bytes.first().copied()?;
        let length = parts.number()?;
        let values = (0..count).map(|_| parts.take(length)).collect::<Option<Vec<_>>>()?;
        found.push((name, values));
    }
    Some(found)
}

/// What is left of a record.
struct Parts<'a> {
    record: &'a Raw,
    order: Order,
    at: usize,
}

impl Parts<'_> {
    fn is_empty(&self) -> bool {
        self.at >= self.record.bytes.len()
    }

    fn number(&mut self) -> Option<usize> {
        let number = self.order.u32_in(&self.record.bytes, self.at)?;
        self.at += 4;
        usize::try_from(number).ok()
    }

    fn take(&mut self, count: usize) -> Option<Raw> {
        let bytes = self.record.bytes.get(self.at..self.at.checked_add(count)?)?.to_vec();
        let raw = Raw { bytes, at: self.record.at + self.at as u64 };
        self.at += count;
        Some(raw)
    }

    fn text(&mut self) -> Option<Raw> {
        let count = self.number()?;
        self.take(count)
    }
}

#[cfg(test)]
mod tests {
    use super::{Set, pairs, sets};

    #[test]
    fn sets_of_every_kind_are_taken_apart() {
        let text = b"$a=C 10 my mcgroup a b c\n$b=D2 55 0  g e f d\n$c=D1 1 10 mdgroup #2 h i j\n$d=E 1 2 34 13 third mdgroup k l m\n$e=E 11 6 choice 0  n o p\nnonsense\n";
        let found: Vec<Set<'_>> = sets(text).collect();
        let counted: Vec<_> = found.iter().map(|set| set.counted.map(String::from_utf8_lossy)).collect();
        assert_eq!(counted, [None, Some("55".into()), Some("1".into()), Some("34".into()), Some("choice".into())]);
        let labels: Vec<_> = found.iter().map(|set| String::from_utf8_lossy(set.label)).collect();
        assert_eq!(labels, ["my mcgroup", "", "mdgroup #2", "third mdgroup", ""]);
        assert_eq!(found.iter().map(|set| set.variables.len()).collect::<Vec<_>>(), [3, 4, 3, 3, 3]);
        assert_eq!(found.iter().map(|set| set.labels_from_value).collect::<Vec<_>>(), [false, false, false, true, true]);
    }

    #[test]
    fn pairs_are_set_apart_by_tabs() {
        let found: Vec<_> = pairs(b"V1=First\tV2=0300\0\t").collect();
        assert_eq!(found, [(&b"V1"[..], &b"First"[..]), (&b"V2"[..], &b"0300"[..])]);
    }
}
