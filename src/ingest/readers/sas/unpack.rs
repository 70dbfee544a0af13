//! A packed row in, the row out, by either of the two methods of SAS. No row grows beyond its width.

/// Unpacks a row of runs of bytes (`SASYZCRL`); `None` where it does not give a row of this width.
pub(super) fn runs(input: &[u8], width: usize) -> Option<Vec<u8>> {
    let (mut output, mut rest) = (Vec::new(), input);
    while let Some((control, after)) = rest.split_first() {
        rest = after;
        let low = usize::from(control & 15);
        let mut next = || {
            let (byte, after) = rest.split_first()?;
            rest = after;
            Some(*byte)
        };
        match control >> 4 {
            0 => copy(&mut output, &mut rest, 64 + low * 256, true)?,
            1 => copy(&mut output, &mut rest, 64 + 4096 + low * 256, true)?,
            2 => copy(&mut output, &mut rest, low + 96, false)?,
            4 => {
                let (length, byte) = (usize::from(next()?), next()?);
                fill(&mut output, width, length + 18 + low * 256, byte)?;
            }
            5 => fill(&mut output, width, usize::from(next()?) + 17 + low * 256, b'@')?,
            6 => fill(&mut output, width, usize::from(next()?) + 17 + low * 256, b' ')?,
            7 => fill(&mut output, width, usize::from(next()?) + 17 + low * 256, 0)?,
            command @ 8..=11 => copy(&mut output, &mut rest, low + 1 + 16 * usize::from(command - 8), false)?,
            12 => fill(&mut output, width, low + 3, next()?)?,
            13 => fill(&mut output, width, low + 2, b'@')?,
            14 => fill(&mut output, width, low + 2, b' ')?,
            15 => fill(&mut output, width, low + 2, 0)?,
            _ => return None,
        }
    }
    (output.len() == width).then_some(output)
}

/// Copies the next bytes; where `longer`, one byte that is added to their number stands before them.
fn copy(output: &mut Vec<u8>, rest: &mut &[u8], count: usize, longer: bool) -> Option<()> {
    let mut count = count;
    if longer {
        let (more, after) = rest.split_first()?;
        count += usize::from(*more);
        *rest = after;
    }
    let (bytes, after) = rest.split_at_checked(count)?;
    output.extend_from_slice(bytes);
    *rest = after;
    Some(())
}

fn fill(output: &mut Vec<u8>, width: usize, count: usize, byte: u8) -> Option<()> {
    let length = output.len().checked_add(count).filter(|length| *length <= width)?;
    output.resize(length, byte);
    Some(())
}

/// Unpacks a row of Ross data compression (`SASYZCR2`); `None` where it does not give a row of this width.
pub(super) fn ross(input: &[u8], width: usize) -> Option<Vec<u8>> {
    let (mut output, mut rest) = (Vec::new(), input);
    while let Some((prefix, after)) = rest.split_first_chunk::<2>() {
        rest = after;
        let prefix = u16::from_be_bytes(*prefix);
        for bit in (0..16).rev() {
            if prefix >> bit & 1 == 0 {
                // The last prefix may have more bits than there are bytes.
                let Some((byte, after)) = rest.split_first() else { break };
                rest = after;
                fill(&mut output, width, 1, *byte)?;
                continue;
            }
            let ([marker, next], after) = rest.split_first_chunk::<2>()?;
            rest = after;
            let (high, low, next) = (marker >> 4, usize::from(marker & 15), *next);
            let mut third = || {
                let (byte, after) = rest.split_first()?;
                rest = after;
                Some(*byte)
            };
            match high {
                0 => fill(&mut output, width, 3 + low, next)?,
                1 => fill(&mut output, width, 19 + low + usize::from(next) * 16, third()?)?,
                2 => repeat(&mut output, width, 16 + usize::from(third()?), 3 + low + usize::from(next) * 16)?,
                _ => repeat(&mut output, width, usize::from(high), 3 + low + usize::from(next) * 16)?,
            }
        }
    }
    (output.len() == width).then_some(output)
}

/// Repeats bytes from so far back.
fn repeat(output: &mut Vec<u8>, width: usize, count: usize, back: usize) -> Option<()> {
    let start = output.len().checked_sub(back)?;
    if count > back || output.len() + count > width {
        return None;
    }
    output.extend_from_within(start..start + count);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::{ross, runs};

    #[test]
    fn runs_are_copied_and_filled() {
        assert_eq!(runs(b"\x82abc\xe1\xf0\xc0x", 11).as_deref(), Some(&b"abc   \0\0xxx"[..]));
        assert_eq!(runs(b"\x60\x00", 17), Some(vec![b' '; 17]));
        assert_eq!([runs(b"\x82ab", 3), runs(b"\x30", 1), runs(b"\xe1", 2), runs(b"\x80a", 2)], [None, None, None, None]);
    }

    #[test]
    fn repeats_stay_inside_the_row() {
        assert_eq!(ross(b"\x10\x00abc\x30\x00", 6).as_deref(), Some(&b"abcabc"[..]));
        assert_eq!(ross(b"\x80\x00\x02z", 5).as_deref(), Some(&b"zzzzz"[..]));
        assert_eq!([ross(b"\x80\x00\x30\x05", 3), ross(b"\x80\x00\x0fz", 5), ross(b"\x80\x00\x02", 5)], [None, None, None]);
    }
}
