//! The characters of a portable file in, the same characters in ASCII out.
//!
//! A portable file is lines of 80 characters, filled up with blanks that may be cut off again. Its first 200 characters
//! are a greeting; the next 256 say which byte stands for which character of the portable set; then come `SPSSPORT` and the records.

use super::super::shared::Bytes;
use crate::error::Error;

/// Characters in a line.
const LINE: usize = 80;
/// Where the list of characters starts.
const LIST: usize = 200;
/// Where the mark starts.
const MARK: usize = 456;
/// First place of the portable set that is a character with a shape.
const FIRST: usize = 64;
/// The portable set from its place 64 on; a blank stands for what ASCII does not have.
const SET: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz .<(+|&[]!$*);^-/|,%_>?`:#@'=\"      ~                     {}\\";

/// Whether these first bytes are a portable file's.
pub(super) fn is_portable(head: &[u8]) -> bool {
    let mut characters = Vec::new();
    for line in head.split(|byte| *byte == b'\n').take(8) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        characters.extend(line.iter().take(LINE));
        characters.resize(characters.len().next_multiple_of(LINE), b' ');
    }
    let list = characters.get(LIST..MARK).map(translation);
    let mark = characters.get(MARK..MARK + 8);
    list.zip(mark).is_some_and(|(list, mark)| mark.iter().map(|byte| list[usize::from(*byte)]).eq(*b"SPSSPORT"))
}

/// The ASCII character of every byte; bytes that the list does not name stand for themselves.
fn translation(list: &[u8]) -> [u8; 256] {
    let mut ascii = [0; 256];
    for byte in 0..=u8::MAX {
        ascii[usize::from(byte)] = byte;
    }
    // Places that a program does not use hold the byte of the digit zero.
    let unused = list.get(FIRST).copied();
    for (character, byte) in SET.iter().zip(list.iter().skip(FIRST)).rev() {
        if *character != b' ' && (Some(*byte) != unused || *character == b'0') || *character == b' ' && Some(*byte) == list.get(FIRST + 62).copied() {
            ascii[usize::from(*byte)] = *character;
        }
    }
    ascii
}

/// The characters of a file one after the other, without the ends of its lines.
pub(super) struct Symbols {
    pub(super) bytes: Bytes,
    ascii: [u8; 256],
    line: Vec<u8>,
    next: usize,
    ended: bool,
}

impl Symbols {
    /// Reads the greeting, the list of characters and the mark.
    pub(super) fn open(bytes: Bytes) -> Result<Self, Error> {
        let mut symbols = Self { bytes, ascii: translation(&[]), line: Vec::new(), next: 0, ended: false };
        symbols.take(LIST)?;
        let list = symbols.take(MARK - LIST)?;
        symbols.ascii = translation(&list);
        if symbols.take(8)? == b"SPSSPORT" { Ok(symbols) } else { Err(symbols.bytes.fail("no SPSSPORT after the list of characters")) }
    }

    /// The next character.
    pub(super) fn next(&mut self) -> Result<u8, Error> {
        while self.next == self.line.len() {
            if self.ended {
                return Err(self.bytes.fail("the file ends where a character was to follow"));
            }
            self.read_line()?;
        }
        self.next += 1;
        Ok(self.ascii[usize::from(self.line[self.next - 1])])
    }

    /// The next character, which comes again.
    pub(super) fn peek(&mut self) -> Result<u8, Error> {
        let character = self.next()?;
        self.next -= 1;
        Ok(character)
    }

    /// The next characters.
    pub(super) fn take(&mut self, count: usize) -> Result<Vec<u8>, Error> {
        let mut taken = Vec::new();
        for _ in 0..count {
            taken.push(self.next()?);
        }
        Ok(taken)
    }

    /// One line, filled up with blanks; a file without ends of lines is cut every 80 characters.
    fn read_line(&mut self) -> Result<(), Error> {
        (self.next, self.ended) = (0, true);
        self.line.clear();
        while self.bytes.left() > 0 {
            match self.bytes.u8()? {
                b'\r' => {}
                b'\n' if self.line.is_empty() => {}
                b'\n' => {
                    self.ended = false;
                    break;
                }
                byte => self.line.push(byte),
            }
            if self.line.len() == LINE {
                self.ended = false;
                break;
            }
        }
        // The end of the file fills nothing up: what is missing there was cut off.
        if !self.ended {
            self.line.resize(LINE, b' ');
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::SET;

    #[test]
    fn the_set_has_its_characters_where_the_format_puts_them() {
        let places = [(74, b'A'), (100, b'a'), (127, b'.'), (137, b'*'), (142, b'/'), (155, b'"'), (162, b'~'), (184, b'{'), (186, b'\\')];
        assert!(places.iter().all(|(place, character)| SET[place - 64] == *character));
    }
}
