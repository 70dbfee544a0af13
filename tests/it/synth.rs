//! Synthetic data: the committed sample files come from their recipe, byte for byte.

use std::io::Read as _;
use std::path::Path;

use recovista::{SynthOptions, synthesize};

use crate::project::Project;

fn from_codebook(seed: u64, rows: usize, faults: &str) -> recovista::SyntheticFile {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/datasets/member_survey.toml");
    let options = SynthOptions::Codebook { schema, rows, seed, faults: faults.to_owned() };
    synthesize(&options).expect("the codebook is sound").remove(0)
}

/// The text of a file, so that another release of the compressor changes nothing.
fn unpacked(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    if Path::new(name).extension().is_some_and(|extension| extension == "gz") {
        flate2::read::GzDecoder::new(bytes).read_to_end(&mut text).expect("a whole file");
        return text;
    }
    bytes.to_vec()
}

#[test]
fn the_sample_files_are_what_their_recipe_makes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data");
    let files = synthesize(&SynthOptions::Study { recipe: folder.join("recipe.toml") }).expect("the recipe is sound");
    assert_eq!(files.len(), 9);
    for file in files {
        let committed = std::fs::read(folder.join(&file.name)).expect("the file is there");
        assert!(unpacked(&file.name, &file.bytes) == unpacked(&file.name, &committed), "{} is not what the recipe makes", file.name);
    }
}

#[test]
fn one_seed_gives_one_file() {
    assert_eq!(from_codebook(7, 60, "").bytes, from_codebook(7, 60, "").bytes);
    assert_ne!(from_codebook(7, 60, "").bytes, from_codebook(8, 60, "").bytes);
}

#[test]
fn rows_written_as_they_are_drawn_are_those_of_the_whole_table() {
    let lines = |faults: &str| String::from_utf8(from_codebook(7, 60, faults).bytes).expect("UTF-8").lines().map(str::to_owned).collect::<Vec<_>>();
    let (drawn, table) = (lines(""), lines("bad_code=1"));
    assert_eq!((drawn.len(), table.len()), (61, 61));
    assert_eq!(drawn.iter().zip(&table).filter(|(one, other)| one != other).count(), 1);
}

#[test]
fn the_centers_of_the_comparison_each_lie_in_one_region() {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers/members.toml");
    let mut text = Vec::new();
    recovista::SyntheticRows::open(&schema, 9000, 1, "").expect("the codebook is sound").write(&mut text).expect("memory takes it");
    let text = String::from_utf8(text).expect("UTF-8");
    let mut region_of = std::collections::BTreeMap::new();
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        assert_eq!(*region_of.entry(cells[2]).or_insert(cells[3]), cells[3], "{}", cells[2]);
    }
    assert_eq!(text.lines().next().map(|header| header.split(',').count()), Some(50));
    assert!(region_of.len() > 3000, "{} centers", region_of.len());
}

#[test]
fn planted_faults_stand_where_they_are_said_to_stand() {
    let file = from_codebook(11, 80, "out_of_range=3,bad_code=2,typed_text=1,blank=1,duplicate_key=1");
    let text = String::from_utf8(file.bytes).expect("UTF-8");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!((lines.len(), file.planted.len()), (82, 8));
    let header: Vec<&str> = lines[0].split(',').collect();
    for fault in &file.planted {
        let cells: Vec<&str> = lines[fault.line - 1].split(',').collect();
        match header.iter().position(|column| *column == fault.column) {
            Some(column) => assert_eq!(cells[column], fault.raw, "{fault:?}"),
            None => assert_eq!((cells[0], fault.rule), (fault.raw.as_str(), "duplicate_row")),
        }
    }
}

#[test]
fn a_wrong_fault_and_a_missing_codebook_are_explained() {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/datasets/member_survey.toml");
    let wrong = synthesize(&SynthOptions::Codebook { schema, rows: 1, seed: 1, faults: "gremlins=2".to_owned() });
    assert_eq!(wrong.err().map(|error| error.problems[0].code), Some("synth::unknown_fault"));
    let absent = synthesize(&SynthOptions::Codebook { schema: "no/such.toml".into(), rows: 1, seed: 1, faults: String::new() });
    assert_eq!(absent.err().map(|error| error.problems[0].code), Some("input::missing_file"));
}

/// The eight rules of checks in one codebook of a team survey, each broken three times: the checks find these and nothing else.
#[test]
fn what_is_planted_against_checks_is_what_the_checks_find() {
    let project = Project::new();
    project.write("centers.csv", b"center\nNorth\nSouth\nEast\n");
    project.write("book.toml", BOOK.as_bytes());
    let (code, _, said) = project
        .run("synth book.toml --rows 80 --seed 3 --faults if_then=3,order=3,pattern=3,range=3,reference=3,set=3,sum=3,unique=3,typed_text=2 --out team.csv");
    assert_eq!(code, Some(0), "{said}");
    let planted: Vec<(String, String)> = said
        .lines()
        .filter_map(|line| line.strip_prefix("planted at line "))
        .filter_map(|rest| Some((rest.split_once(',')?.0.to_owned(), rest.rsplit('`').nth(1)?.to_owned())))
        .collect();
    assert_eq!(planted.len(), 26, "{said}");
    project.write(
        "p.toml",
        b"title = \"T\"\nas_of = \"2024-12-31\"\n[[dataset]]\nid = \"t\"\nschema = \"book.toml\"\nfile = \"team.csv\"\n\
          [[analysis]]\nid = \"a\"\nkind = \"demographics\"\ndataset = \"t\"\nvariables = [\"kind\"]\n",
    );
    let (_, out, said) = project.run("check p.toml --data --faults --format csv");
    let header: Vec<&str> = out.lines().next().expect("a heading").split(',').collect();
    let column = |name: &str| header.iter().position(|known| *known == name).unwrap_or_else(|| panic!("{out}{said}"));
    let (line, rule) = (column("line"), column("rule"));
    let mut found: Vec<(String, String)> =
        out.lines().skip(1).map(|row| row.split(',').collect::<Vec<_>>()).map(|cells| (cells[line].to_owned(), cells[rule].to_owned())).collect();
    let mut planted = planted;
    found.sort();
    planted.sort();
    assert_eq!(found, planted, "{out}\n{said}");
}

const BOOK: &str = r#"
id = "team"
title = "Teams"
unit = "teams"
key = ["team"]
[[field]]
name = "team"
label = "Team"
type = "id"
synth = { draw = "sequence", prefix = "T", digits = 3 }
[[field]]
name = "phone"
label = "Phone"
type = "id"
synth = { draw = "sequence", prefix = "P", digits = 4 }
[[field]]
name = "center"
label = "Center"
type = "category"
levels = [{ code = "North", label = "North" }, { code = "South", label = "South" }, { code = "East", label = "East" }, { code = "Closed", label = "Closed" }]
[[field]]
name = "kind"
label = "Kind"
type = "category"
levels = [{ code = "a", label = "Open" }, { code = "b", label = "Day" }, { code = "c", label = "Old" }]
[[field]]
name = "paid"
label = "Paid staff"
type = "integer"
range = [0, 500]
[[field]]
name = "unpaid"
label = "Unpaid staff"
type = "integer"
range = [0, 500]
[[field]]
name = "staff"
label = "Staff"
type = "integer"
range = [0, 2000]
[[field]]
name = "hours"
label = "Hours"
type = "integer"
range = [0, 900]
[[field]]
name = "begun"
label = "Begun"
type = "integer"
range = [1900, 2100]
[[field]]
name = "ended"
label = "Ended"
type = "integer"
range = [1900, 2100]
[[check]]
rule = "unique"
fields = ["phone"]
[[check]]
rule = "pattern"
field = "phone"
matches = 'P\d{4}'
[[check]]
rule = "reference"
field = "center"
file = "centers.csv"
[[check]]
rule = "set"
field = "kind"
is = ["Open", "Day"]
[[check]]
rule = "sum"
parts = ["paid", "unpaid"]
total = "staff"
[[check]]
rule = "range"
field = "hours"
from = 0
to = 800
[[check]]
rule = "order"
fields = ["begun", "ended"]
[[check]]
rule = "if_then"
when = "kind = 'Open'"
then = "hours > 20"
"#;
