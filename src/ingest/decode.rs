//! Bytes in, blocks of valid UTF-8 out, decoded strictly: a byte that does not belong stops the reading with its place.

use encoding_rs::{DecoderResult, Encoding, UTF_8};

use super::likely;
use super::source::Source;
use crate::error::{Error, Problem, closest};

/// Bytes of the file in one block.
pub(crate) const BLOCK: usize = 256 * 1024;

/// What makes text of bytes that are not UTF-8.
enum Decoder {
    Known(encoding_rs::Decoder),
    /// Four bytes a character.
    Utf32 {
        big_endian: bool,
    },
}

/// The text of a file, block by block, each ending at the border of a character.
pub(crate) struct TextBlocks {
    source: Source,
    /// Its name.
    encoding: &'static str,
    decoder: Option<Decoder>,
    /// Bytes that are read and not yet decoded.
    raw: Vec<u8>,
    /// Place of `raw[0]` in the file.
    offset: u64,
    ended: bool,
    bad: Option<Problem>,
}

impl TextBlocks {
    /// Finds the encoding: a byte-order mark says it, else the user, else every second byte is zero, else it is UTF-8.
    pub(crate) fn new(mut source: Source, declared: Option<&str>) -> Result<Self, Error> {
        let declared = declared.map(by_label).transpose()?;
        let mut raw = vec![0; BLOCK];
        let count = source.fill(&mut raw)?;
        raw.truncate(count);
        let utf32 = |big_endian, name| (name, 4, Some(Decoder::Utf32 { big_endian }));
        let (encoding, mark, decoder) = match (raw.as_slice(), Encoding::for_bom(&raw)) {
            ([0xff, 0xfe, 0, 0, ..], _) => utf32(false, "UTF-32LE"),
            ([0, 0, 0xfe, 0xff, ..], _) => utf32(true, "UTF-32BE"),
            (_, by_mark) => {
                let (encoding, mark) = by_mark.unwrap_or_else(|| (declared.or_else(|| likely::utf_16(&raw)).unwrap_or(UTF_8), 0));
                (encoding.name(), mark, (encoding != UTF_8).then(|| Decoder::Known(encoding.new_decoder_without_bom_handling())))
            }
        };
        raw.drain(..mark);
        let offset = u64::try_from(mark).unwrap_or_default();
        Ok(Self { source, encoding, decoder, raw, offset, ended: count < BLOCK, bad: None })
    }

    /// Bytes of the first block as they lie in the file, without the mark; for a look before the first `next_block`.
    pub(crate) fn first_bytes(&self) -> &[u8] {
        &self.raw
    }

    /// The bytes that are read and not yet decoded, and the place of the first one in the file; `None` where the text
    /// is not UTF-8 or breaks off. The caller reads on from `source_mut`.
    pub(crate) fn take_bytes(&mut self) -> Option<(Vec<u8>, u64)> {
        (self.decoder.is_none() && self.bad.is_none()).then(|| (std::mem::take(&mut self.raw), self.offset))
    }

    /// Goes on with these bytes, the first of which lies at `offset`, and what the source gives after them.
    pub(crate) fn resume(&mut self, bytes: Vec<u8>, offset: u64) {
        self.source.put_back(bytes);
        (self.offset, self.ended) = (offset, false);
    }

    /// Where the bytes come from, to be read directly.
    pub(crate) fn source_mut(&mut self) -> &mut Source {
        &mut self.source
    }

    /// Where the bytes come from.
    pub(crate) fn source(&self) -> &Source {
        &self.source
    }

    /// Name of the encoding.
    pub(crate) fn encoding(&self) -> &'static str {
        self.encoding
    }

    /// Puts the next block of text into `text`; `false` at the end. The text before a bad byte comes first, the error after it.
    pub(crate) fn next_block(&mut self, text: &mut Vec<u8>) -> Result<bool, Error> {
        loop {
            text.clear();
            if let Some(problem) = &self.bad {
                return Err(Error::input(problem.clone()));
            }
            if self.raw.is_empty() && self.ended {
                return Ok(false);
            }
            match self.decoder {
                Some(_) => self.decode(text),
                None => self.validate(text),
            }
            self.refuse_zero_bytes(text);
            if !self.ended && self.bad.is_none() {
                self.read_on()?;
            }
            if !text.is_empty() {
                return Ok(true);
            }
        }
    }

    /// Adds one block of bytes to what is left over.
    fn read_on(&mut self) -> Result<(), Error> {
        let left = self.raw.len();
        self.raw.resize(left + BLOCK, 0);
        let count = self.source.fill(&mut self.raw[left..])?;
        self.raw.truncate(left + count);
        self.ended = count < BLOCK;
        Ok(())
    }

    fn validate(&mut self, text: &mut Vec<u8>) {
        let valid = match std::str::from_utf8(&self.raw) {
            Ok(_) => self.raw.len(),
            Err(error) => {
                let valid = error.valid_up_to();
                if error.error_len().is_some() || self.ended {
                    self.bad = Some(self.malformed(valid));
                }
                valid
            }
        };
        let rest = self.raw.split_off(valid);
        std::mem::swap(text, &mut self.raw);
        self.raw.clear();
        self.raw.extend_from_slice(&rest);
        self.offset += u64::try_from(valid).unwrap_or_default();
    }

    fn decode(&mut self, text: &mut Vec<u8>) {
        let (read, bad) = match &mut self.decoder {
            Some(Decoder::Known(decoder)) => {
                let room = decoder.max_utf8_buffer_length_without_replacement(self.raw.len()).unwrap_or(self.raw.len().saturating_mul(4)) + 16;
                text.resize(room, 0);
                let (result, read, written) = decoder.decode_to_utf8_without_replacement(&self.raw, text, self.ended);
                text.truncate(written);
                let DecoderResult::Malformed(length, after) = result else { return self.taken(read, None) };
                (read, Some(read.saturating_sub(usize::from(length) + usize::from(after))))
            }
            Some(Decoder::Utf32 { big_endian }) => decode_utf32(&self.raw, *big_endian, self.ended, text),
            None => unreachable!("called for encodings other than UTF-8 only"),
        };
        self.taken(read, bad);
    }

    /// Leaves the bytes behind that were decoded, and notes the place of a bad one among them.
    fn taken(&mut self, read: usize, bad: Option<usize>) {
        if let Some(at) = bad {
            self.bad = Some(self.malformed(at));
        }
        self.raw.drain(..read);
        self.offset += u64::try_from(read).unwrap_or_default();
    }

    /// A zero byte is no text: what follows it is not read.
    fn refuse_zero_bytes(&mut self, text: &mut Vec<u8>) {
        // A broken character with zero bytes after it is the mark of a file that is no text at all.
        let after_bad = self.bad.is_some() && self.decoder.is_none() && self.raw.contains(&0);
        if !text.contains(&0) && !after_bad {
            return;
        }
        let at = text.iter().position(|byte| *byte == 0).unwrap_or(text.len());
        text.truncate(at);
        let problem = Problem::new("input::not_text", format!("{} is not text in {}", self.source.path().display(), self.encoding()));
        let problem = problem.found("a zero byte").expected("delimited text");
        self.bad = Some(problem.help("if it is text saved as UTF-16, try --encoding utf-16le; otherwise export it again as CSV"));
    }

    /// The problem of the byte at `at` in `raw`.
    fn malformed(&self, at: usize) -> Problem {
        let offset = self.offset + u64::try_from(at).unwrap_or_default();
        let bytes: Vec<String> = self.raw.iter().skip(at).take(4).map(|byte| format!("{byte:02x}")).collect();
        let found = if bytes.is_empty() { "the file ends inside a character".to_owned() } else { format!("bytes {}", bytes.join(" ")) };
        let unpacked = if self.source.is_packed() { " of the unpacked text" } else { "" };
        let message = format!("byte {offset}{unpacked} of {} is not {}", self.source.path().display(), self.encoding());
        let problem = Problem::new("input::encoding", message).found(found).expected(format!("text in {}", self.encoding()));
        problem.help(match self.encoding {
            "UTF-8" if bytes.is_empty() => "the file may be cut short: copy or export it again".to_owned(),
            "UTF-8" => likely::help(&self.raw, at),
            name if name.starts_with("UTF-") => "export the file again as UTF-8".to_owned(),
            _ => "leave --encoding away or name the one that the file was written in".to_owned(),
        })
    }
}

/// Decodes four bytes a character: the bytes taken, and the place of the first that are none.
fn decode_utf32(raw: &[u8], big_endian: bool, ended: bool, text: &mut Vec<u8>) -> (usize, Option<usize>) {
    let (units, rest) = raw.as_chunks::<4>();
    for (position, unit) in units.iter().enumerate() {
        let value = if big_endian { u32::from_be_bytes(*unit) } else { u32::from_le_bytes(*unit) };
        let Some(c) = char::from_u32(value) else { return (position * 4, Some(position * 4)) };
        text.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    }
    let whole = units.len() * 4;
    if ended && !rest.is_empty() { (raw.len(), Some(whole)) } else { (whole, None) }
}

/// The encoding of a label such as `latin1`, `windows-1252`, `shift_jis` or `utf-16le`.
pub(crate) fn by_label(label: &str) -> Result<&'static Encoding, Error> {
    if let Some(encoding) = Encoding::for_label_no_replacement(label.as_bytes()) {
        return Ok(encoding);
    }
    let known = ["utf-8", "utf-16le", "utf-16be", "windows-1252", "iso-8859-1", "iso-8859-15", "macintosh", "shift_jis", "gb18030", "big5", "euc-kr"];
    let problem = Problem::new("input::unknown_encoding", format!("there is no encoding `{label}`")).expected("a label such as utf-8 or windows-1252");
    Err(Error::usage(match closest(label, known) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => problem,
    }))
}
