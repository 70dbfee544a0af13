//! Files in, everything that can be read in them out, however it is packed or spelled: how a planted text is searched for.
//!
//! Containers are opened (zip, gzip, base64, PNG text chunks, Parquet, UTF-16), and each text is also read as its
//! percent-encoded, XML- and JSON-escaped spellings mean it, one inside another.

use std::collections::BTreeSet;
use std::io::{Cursor, Read as _, Write as _};
use std::path::Path;

use flate2::Compression;
use flate2::read::{MultiGzDecoder, ZlibDecoder};
use flate2::write::{GzEncoder, ZlibEncoder};
use memchr::memmem;
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

/// Containers within containers that are opened.
const DEEPEST: usize = 4;

/// A place and the bytes that can be read there.
pub(crate) type View = (String, Vec<u8>);

/// Everything that can be read in the files of a folder.
pub(crate) fn of_folder(folder: &Path) -> Vec<View> {
    let mut views = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            // The name of a file is public as well.
            views.push((format!("name of {}", entry.display()), entry.file_name().unwrap_or_default().to_string_lossy().into_owned().into_bytes()));
            if entry.is_dir() {
                open.push(entry);
            } else {
                let bytes = std::fs::read(&entry).expect("reads");
                let name = entry.file_name().unwrap_or_default().to_string_lossy().into_owned();
                views.extend(of_bytes(&name, &bytes));
            }
        }
    }
    views
}

/// Everything that can be read in some bytes.
pub(crate) fn of_bytes(name: &str, bytes: &[u8]) -> Vec<View> {
    let mut views = Vec::new();
    unpack(name, bytes, 0, &mut views);
    let mut spelled = Vec::new();
    for (place, bytes) in &views {
        spell(place, bytes, &mut spelled);
    }
    views.extend(spelled);
    views
}

/// The places at which a text stands.
pub(crate) fn places<'a>(views: &'a [View], wanted: &str) -> BTreeSet<&'a str> {
    let finder = memmem::Finder::new(wanted.as_bytes());
    views.iter().filter(|(_, bytes)| finder.find(bytes).is_some()).map(|(place, _)| place.as_str()).collect()
}

fn unpack(place: &str, bytes: &[u8], depth: usize, views: &mut Vec<View>) {
    views.push((place.to_owned(), bytes.to_vec()));
    if depth == DEEPEST {
        return;
    }
    let mut deeper = |what: &str, inside: &[u8]| unpack(&format!("{place} > {what}"), inside, depth + 1, views);
    if bytes.starts_with(b"PK\x03\x04") {
        let mut archive = ZipArchive::new(Cursor::new(bytes)).expect("an archive");
        deeper("comment", archive.comment().to_vec().as_slice());
        for at in 0..archive.len() {
            let mut part = archive.by_index(at).expect("a part");
            let (name, mut inside) = (part.name().expect("a name").into_owned(), Vec::new());
            part.read_to_end(&mut inside).expect("unpacks");
            deeper("name of a part", name.as_bytes());
            deeper(&name, &inside);
        }
    } else if bytes.starts_with(&[0x1f, 0x8b]) {
        let mut inside = Vec::new();
        MultiGzDecoder::new(bytes).read_to_end(&mut inside).expect("unpacks");
        deeper("gzip", &inside);
    } else if bytes.starts_with(b"PAR1") {
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(bytes).expect("writes");
        let reader = SerializedFileReader::new(file).expect("Parquet");
        let rows: Vec<String> = reader.get_row_iter(None).expect("rows").map(|row| row.expect("a row").to_string()).collect();
        assert!(!rows.is_empty(), "{place} has no rows");
        deeper("rows", rows.join("\n").as_bytes());
        let about = reader.metadata().file_metadata().key_value_metadata().into_iter().flatten();
        deeper("metadata", about.map(|one| format!("{}={:?}", one.key, one.value)).collect::<Vec<_>>().join("\n").as_bytes());
    } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        for (kind, inside) in chunks(bytes) {
            deeper(&kind, &inside);
        }
    }
    for at in memmem::find_iter(bytes, b"base64,") {
        let inside = unbase64(&bytes[at + 7..]);
        if inside.len() > 8 {
            unpack(&format!("{place} > base64"), &inside, depth + 1, views);
        }
    }
}

/// Text chunks of a PNG, unpacked, and every other chunk but the pixels.
fn chunks(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let (mut found, mut at) = (Vec::new(), 8);
    while let Some(head) = bytes.get(at..at + 8) {
        let length = usize::try_from(u32::from_be_bytes([head[0], head[1], head[2], head[3]])).expect("a length");
        let (kind, inside) = (String::from_utf8_lossy(&head[4..8]).into_owned(), bytes.get(at + 8..at + 8 + length).expect("a whole chunk"));
        if kind != "IDAT" {
            found.push((kind.clone(), inside.to_vec()));
        }
        // zTXt and iTXt hold deflated text behind their names; every beginning is tried.
        if kind == "zTXt" || kind == "iTXt" {
            let inflated = (0..inside.len()).filter(|start| inside[*start] & 0x0f == 8).filter_map(|start| {
                let mut text = Vec::new();
                ZlibDecoder::new(&inside[start..]).read_to_end(&mut text).ok().map(|_| text)
            });
            found.extend(inflated.filter(|text| !text.is_empty()).map(|text| (format!("{kind} unpacked"), text)).collect::<Vec<_>>());
        }
        at += 12 + length;
    }
    found
}

fn unbase64(text: &[u8]) -> Vec<u8> {
    let digit = |byte: u8| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    };
    let digits: Vec<u8> = text.iter().map_while(|byte| digit(*byte)).collect();
    let four = |four: &[u8]| {
        let bits = four.iter().fold(0_u32, |bits, digit| bits << 6 | u32::from(*digit)) << (6 * (4 - four.len()));
        bits.to_be_bytes()[1..four.len().max(1)].to_vec()
    };
    digits.chunks(4).flat_map(four).collect()
}

/// What bytes mean when they are read in one way.
type Reading = fn(&[u8]) -> Vec<u8>;

/// The spellings of a text, read as they are meant, and those inside them.
fn spell(place: &str, bytes: &[u8], views: &mut Vec<View>) {
    for (half, order) in [(0, "LE"), (1, "LE"), (0, "BE"), (1, "BE")] {
        // ASCII in UTF-16 has a zero in every second byte; without one nothing is lost by not looking.
        if bytes.contains(&0) {
            let units = bytes[half.min(bytes.len())..]
                .chunks_exact(2)
                .map(|two| if order == "LE" { u16::from_le_bytes([two[0], two[1]]) } else { u16::from_be_bytes([two[0], two[1]]) });
            let text: String = char::decode_utf16(units).map(|letter| letter.unwrap_or('\u{fffd}')).collect();
            views.push((format!("{place} as UTF-16{order}+{half}"), text.into_bytes()));
        }
    }
    let readings: [(&str, Reading); 3] = [("percent", percent), ("XML", entities), ("JSON", json)];
    let mut open = vec![(place.to_owned(), bytes.to_vec())];
    for _ in 0..2 {
        let mut next = Vec::new();
        for (place, bytes) in &open {
            for (name, read) in readings {
                let meant = read(bytes);
                if meant != *bytes {
                    next.push((format!("{place} as {name}"), meant));
                }
            }
        }
        views.extend(next.iter().cloned());
        open = next;
    }
}

fn percent(bytes: &[u8]) -> Vec<u8> {
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while at < bytes.len() {
        let code = bytes.get(at + 1..at + 3).and_then(|code| u8::from_str_radix(std::str::from_utf8(code).ok()?, 16).ok());
        match (bytes[at], code) {
            (b'%', Some(code)) => {
                out.push(code);
                at += 3;
            }
            (byte, _) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    out
}

fn entities(bytes: &[u8]) -> Vec<u8> {
    let named = |name: &str| match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some('\u{a0}'),
        name => {
            let code = name.strip_prefix('#')?;
            char::from_u32(code.strip_prefix(['x', 'X']).map_or_else(|| code.parse().ok(), |code| u32::from_str_radix(code, 16).ok())?)
        }
    };
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while at < bytes.len() {
        let end = (bytes[at] == b'&').then(|| bytes[at..].iter().take(12).position(|byte| *byte == b';')).flatten();
        if let Some((end, letter)) = end.and_then(|end| Some((end, named(std::str::from_utf8(&bytes[at + 1..at + end]).ok()?)?))) {
            out.extend(letter.to_string().into_bytes());
            at += end + 1;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    out
}

fn json(bytes: &[u8]) -> Vec<u8> {
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
    let unit = |at: usize| u16::from_str_radix(std::str::from_utf8(bytes.get(at..at + 4)?).ok()?, 16).ok();
    while at < bytes.len() {
        match (bytes[at], bytes.get(at + 1)) {
            (b'\\', Some(b'u')) if unit(at + 2).is_some() => {
                let mut units = Vec::new();
                while let Some(code) = bytes[at..].starts_with(b"\\u").then(|| unit(at + 2)).flatten() {
                    units.push(code);
                    at += 6;
                }
                out.extend(String::from_utf16_lossy(&units).into_bytes());
            }
            (b'\\', Some(next @ (b'"' | b'\\' | b'/'))) => {
                out.push(*next);
                at += 2;
            }
            (byte, _) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    out
}

/// Bytes of one sentinel in every packing and spelling that is searched: the search must find each.
fn packed(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let utf16 = |order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<u8>>();
    let base64 = |bytes: &[u8]| {
        const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let three = |three: &[u8]| {
            let bits = three.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
            (0..=three.len()).map(|place| DIGITS[(bits >> (18 - 6 * place) & 63) as usize]).collect::<Vec<u8>>()
        };
        let digits: Vec<u8> = bytes.chunks(3).flat_map(three).collect();
        [b"data:x;base64,".as_slice(), &digits, b"\""].concat()
    };
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(text.as_bytes()).expect("packs");
    let gzip = gzip.finish().expect("packs");
    let mut deflated = ZlibEncoder::new(Vec::new(), Compression::default());
    deflated.write_all(text.as_bytes()).expect("packs");
    let chunk = |kind: &[u8], inside: &[u8]| [&u32::try_from(inside.len()).expect("short").to_be_bytes(), kind, inside, &[0; 4]].concat();
    let png = |chunk: Vec<u8>| [b"\x89PNG\r\n\x1a\n".as_slice(), &chunk].concat();
    let zipped = |name: &str, inside: &[u8]| {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        archive.start_file(name, SimpleFileOptions::default()).expect("starts");
        archive.write_all(inside).expect("writes");
        archive.finish().expect("ends").into_inner()
    };
    let escaped: String = text.chars().map(|letter| format!("&#x{:x};", u32::from(letter))).collect::<Vec<_>>().concat();
    let json: String = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect::<Vec<_>>().concat();
    let percent: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat();
    vec![
        ("raw", text.as_bytes().to_vec()),
        ("UTF-16LE", [b"\xff\xfe".as_slice(), &utf16(u16::to_le_bytes)].concat()),
        ("UTF-16BE behind a byte", [b"\0".as_slice(), &utf16(u16::to_be_bytes)].concat()),
        ("XML", escaped.clone().into_bytes()),
        ("JSON", json.clone().into_bytes()),
        ("percent", percent.into_bytes()),
        ("XML in JSON", escaped.replace('&', "\\u0026").into_bytes()),
        ("gzip", gzip.clone()),
        ("base64", base64(text.as_bytes())),
        ("gzip in base64", base64(&gzip)),
        ("tEXt", png(chunk(b"tEXt", &[b"Title\0".as_slice(), text.as_bytes()].concat()))),
        ("zTXt", png(chunk(b"zTXt", &[b"Title\0\0".as_slice(), &deflated.finish().expect("packs")].concat()))),
        ("zip", zipped("word/document.xml", json.as_bytes())),
        ("name in zip", zipped(&format!("{text}.xml"), b"nothing")),
        ("zip in zip", zipped("inside.docx", &zipped("document.xml", escaped.as_bytes()))),
    ]
}

#[test]
fn the_search_finds_a_text_however_it_is_packed() {
    let text = "Zoë O'Quixley \"the\" <Fox> & 100% 7";
    for (how, bytes) in packed(text) {
        assert!(!places(&of_bytes("file", &bytes), text).is_empty(), "{how}");
        assert!(places(&of_bytes("file", &bytes), "Zoë O'Quixlez").is_empty(), "{how}: a text that is not there");
    }
}
