//! A recipe in, the files of a study out: what one file needs to know of another.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::chance::{Dice, exp, floor};
use super::faults::{Planted, Table, column_of};
use super::recipe::{self, ByHand, Events, FilePlan, Shape, Wave};
use super::sheet::{Person, Place, Sheet};
use super::{SyntheticFile, open, plain, visits};
use crate::error::{Error, Exit, Problem, some_of};
use crate::ingest::{self, ReadOptions};
use crate::schema::{Codebook, Crosswalk, Kind};

/// Field that every file about centers names them by.
const CENTER: &str = "center_id";

/// A center of the registry.
pub(super) struct Center {
    pub id: String,
    /// Members on its roll.
    pub roll: f64,
}

/// A person of the panel.
struct Member {
    id: String,
    center: String,
    first_wave: usize,
    person: Person,
}

/// The people met so far, and how many waves there were.
#[derive(Default)]
struct Panel {
    members: Vec<Member>,
    waves: usize,
}

/// Makes every file of a recipe, and the list of planted faults.
pub(super) fn make(path: &Path) -> Result<Vec<SyntheticFile>, Error> {
    let recipe = recipe::read(path)?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut panel = Panel::default();
    let mut files: Vec<SyntheticFile> = Vec::new();
    for plan in &recipe.files {
        let mut dice = Dice::new(recipe.seed, &plan.out);
        let mut sheet = open(&folder.join(&plan.schema), plan.rows, &mut dice)?;
        let mut table = match &plan.shape {
            Shape::Plain => plain(&mut sheet, plan.rows, &mut dice),
            Shape::Wave(wave) => panel.wave(&mut sheet, plan, wave, &registry(&folder.join(&wave.registry))?, recipe.seed, &mut dice),
            Shape::Nested { parents, each } => nested(&mut sheet, plan.rows, parents, each, &mut dice),
            Shape::Events(events) => two_events(&mut sheet, plan.rows, events, &mut dice),
            Shape::Visits(shape) => visits::log(sheet.header(), shape, &registry(&folder.join(&shape.registry))?, &mut dice),
        };
        if let Shape::Wave(Wave { crosswalk: Some(crosswalk), .. }) = &plan.shape {
            in_the_terms_of(&folder.join(crosswalk), &mut table, &sheet.book)?;
        }
        let mut planted = plant_by_hand(&plan.by_hand, &mut table, &sheet.book)?;
        planted.extend(plan.faults.plant(&mut table, &sheet.book, &mut Dice::new(recipe.seed, &format!("faults of {}", plan.out))));
        planted.sort_by(|a, b| (a.line, &a.column).cmp(&(b.line, &b.column)));
        files.push(SyntheticFile { name: plan.out.clone(), bytes: bytes(&plan.out, table.to_csv())?, planted });
    }
    if let Some(name) = recipe.planted {
        let bytes = planted_list(&files);
        files.push(SyntheticFile { name, bytes, planted: Vec::new() });
    }
    Ok(files)
}

/// The text, compressed when the name ends in `.gz`.
fn bytes(name: &str, text: Vec<u8>) -> Result<Vec<u8>, Error> {
    use std::io::Write as _;
    if Path::new(name).extension().is_none_or(|extension| extension != "gz") {
        return Ok(text);
    }
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let written = writer.write_all(&text).and_then(|()| writer.finish());
    written.map_err(|error| Error::io("compress", Path::new(name), &error))
}

fn planted_list(files: &[SyntheticFile]) -> Vec<u8> {
    let mut table = Table { header: ["file", "line", "column", "raw", "rule"].map(str::to_owned).to_vec(), rows: Vec::new() };
    for file in files {
        for fault in &file.planted {
            table.rows.push(vec![file.name.clone(), fault.line.to_string(), fault.column.clone(), fault.raw.clone(), fault.rule.to_owned()]);
        }
    }
    table.to_csv()
}

fn registry(path: &Path) -> Result<Vec<Center>, Error> {
    let mut reader = ingest::open(path, &ReadOptions::default())?;
    let place = |name| reader.header().iter().position(|column| column == name);
    let (Some(id), Some(roll)) = (place(CENTER), place("members_on_roll")) else {
        let problem = Problem::new("synth::no_registry", "the registry needs columns `center_id` and `members_on_roll`");
        return Err(Error::input(problem.at(path.display().to_string()).found(some_of(reader.header().iter().map(String::as_str)))));
    };
    let mut centers = Vec::new();
    while let Some(batch) = reader.next_batch()? {
        let center = |row| Some(Center { id: batch.field_str(row, id).to_owned(), roll: batch.field_str(row, roll).parse().ok()? });
        centers.extend((0..batch.rows()).filter_map(center));
    }
    Ok(centers)
}

impl Panel {
    /// One wave: people of earlier waves who come again, and new ones up to the number of rows.
    fn wave(&mut self, sheet: &mut Sheet, plan: &FilePlan, wave: &Wave, centers: &[Center], seed: u64, dice: &mut Dice) -> Table {
        let answering: Vec<&Center> = centers.iter().filter(|center| !wave.without.contains(&center.id)).collect();
        let mut places: Vec<String> = share_out(&answering, plan.rows, dice);
        let mut asked = self.returning(wave.returning, &mut places, dice);
        for center in places {
            let id = sheet.numbered(&sheet.book.key[0].clone(), self.members.len() + 1);
            asked.push(self.members.len());
            self.members.push(Member { id, center, first_wave: self.waves, person: Sheet::person(dice) });
        }
        dice.shuffle(&mut asked);
        let date = sheet.book.fields.iter().find(|field| field.kind == Kind::Date).map(|field| field.name.clone()).unwrap_or_default();
        let key = sheet.book.key[0].clone();
        let mut table = Table { header: sheet.header(), rows: Vec::new() };
        for (index, position) in asked.into_iter().enumerate() {
            let member = &mut self.members[position];
            let center = Dice::new(seed, &format!("center {}", member.center)).normal();
            let day = super::answer::moment(&wave.first, &wave.last, false, dice);
            let given = [(key.as_str(), member.id.clone()), (CENTER, member.center.clone()), (date.as_str(), day)];
            let place = Place { index, round: self.waves - member.first_wave, center, given: &given };
            table.rows.push(sheet.row(dice, &place, &mut member.person));
        }
        self.waves += 1;
        table
    }

    /// People of earlier waves whose center has a place left.
    fn returning(&self, count: usize, places: &mut Vec<String>, dice: &mut Dice) -> Vec<usize> {
        let mut candidates: Vec<usize> = (0..self.members.len()).collect();
        dice.shuffle(&mut candidates);
        let mut chosen = Vec::new();
        for position in candidates {
            if chosen.len() == count {
                break;
            }
            if let Some(place) = places.iter().position(|center| *center == self.members[position].center) {
                places.swap_remove(place);
                chosen.push(position);
            }
        }
        chosen
    }
}

/// Places in a wave for each center, roughly in proportion to its roll.
fn share_out(centers: &[&Center], people: usize, dice: &mut Dice) -> Vec<String> {
    let weights: Vec<f64> = centers.iter().map(|center| center.roll * exp(0.2 * dice.normal())).collect();
    let whole: f64 = weights.iter().sum();
    let mut places = Vec::new();
    for (center, weight) in centers.iter().zip(&weights) {
        let count = floor(weight / whole * people as f64).clamp(3, floor(center.roll * 0.6).max(3));
        places.extend(std::iter::repeat_n(center.id.clone(), count));
    }
    while places.len() < people {
        places.push(centers[dice.weighted(&weights)].id.clone());
    }
    places.truncate(people);
    places
}

/// Organizations ⊃ programs ⊃ rows; every parent occurs, and a program has a setting once.
fn nested(sheet: &mut Sheet, rows: usize, parents: &[(String, usize)], each: &str, dice: &mut Dice) -> Table {
    let mut table = Table { header: sheet.header(), rows: Vec::new() };
    let codes = sheet.codes(each);
    let mut above: Vec<Vec<usize>> = Vec::new();
    for pair in parents.windows(2) {
        let (outer, inner) = (pair[0].1, pair[1].1);
        above.push((0..inner).map(|place| if place < outer { place } else { floor(dice.unit() * dice.unit() * outer as f64) }).collect());
    }
    let innermost = parents.last().map_or(1, |parent| parent.1);
    let mut seen = BTreeSet::new();
    let mut index = 0;
    while table.rows.len() < rows && index < rows * 50 {
        let mut place = if table.rows.len() < innermost { table.rows.len() } else { dice.below(innermost) };
        let innermost_place = place;
        let mut given = Vec::new();
        for (level, (name, _)) in parents.iter().enumerate().rev() {
            given.push((name.as_str(), sheet.numbered(name, place + 1)));
            if level > 0 {
                place = above[level - 1][place];
            }
        }
        if let Some(code) = codes.get(table.rows.len()) {
            given.push((each, code.clone()));
        }
        let cells = sheet.row(dice, &Place { index, round: 0, center: 0.0, given: &given }, &mut Person::default());
        let setting = sheet.column(each).map(|column| cells[column].clone());
        if seen.insert((innermost_place, setting)) {
            table.rows.push(cells);
        }
        index += 1;
    }
    let keys: Vec<usize> = parents.iter().filter_map(|parent| sheet.column(&parent.0)).chain(sheet.column(each)).collect();
    table.rows.sort_by(|a, b| keys.iter().map(|key| &a[*key]).cmp(keys.iter().map(|key| &b[*key])));
    table
}

/// Intake of everyone, and a second record of those who are met again in time.
fn two_events(sheet: &mut Sheet, people: usize, events: &Events, dice: &mut Dice) -> Table {
    let mut table = Table { header: sheet.header(), rows: Vec::new() };
    let key = sheet.book.key.clone();
    let date = sheet.book.fields.iter().find(|field| field.kind == Kind::Date).map(|field| field.name.clone()).unwrap_or_default();
    let [who, what] = &key[..] else { return table };
    let name = |place: usize| events.names.get(place).cloned().unwrap_or_default();
    let until = events.until.parse::<jiff::civil::Date>().unwrap_or_default();
    for index in 0..people {
        let mut person = Sheet::person(dice);
        let id = sheet.numbered(who, index + 1);
        let first = sheet.row(dice, &Place { index, round: 0, center: 0.0, given: &[(who, id.clone()), (what, name(0))] }, &mut person);
        let intake = sheet.column(&date).and_then(|column| first[column].parse::<jiff::civil::Date>().ok());
        table.rows.push(first);
        let days = floor((events.after + events.spread * dice.normal()).max(1.0));
        let later = intake.map(|day| day.saturating_add(jiff::Span::new().days(i64::try_from(days).unwrap_or(0))));
        if let Some(later) = later.filter(|_| dice.chance(events.share)).filter(|day| *day <= until) {
            let given = [(who.as_str(), id), (what.as_str(), name(1)), (date.as_str(), later.to_string())];
            table.rows.push(sheet.row(dice, &Place { index, round: 1, center: 0.0, given: &given }, &mut person));
        }
    }
    table
}

/// Writes a wave in the names and codes of its own form: the crosswalk backwards.
fn in_the_terms_of(path: &Path, table: &mut Table, book: &Codebook) -> Result<(), Error> {
    let text = std::fs::read_to_string(path).map_err(|error| Error::io("read", path, &error))?;
    let (crosswalk, problems) = Crosswalk::parse(&path.display().to_string(), &text);
    Error::gather(Exit::Usage, problems)?;
    for position in 0..book.fields.len() {
        let (field, column) = column_of(book, position);
        if let Some(recode) = crosswalk.recode(&field.name) {
            let old: BTreeMap<&str, &str> = recode.map.iter().map(|(old, new)| (new.as_str(), old.as_str())).collect();
            for row in &mut table.rows {
                if let Some(code) = old.get(row[column].as_str()) {
                    (*code).clone_into(&mut row[column]);
                }
            }
        }
        if let Some(name) = crosswalk.old_name(&field.name) {
            name.clone_into(&mut table.header[column]);
        }
    }
    Ok(())
}

fn plant_by_hand(faults: &[ByHand], table: &mut Table, book: &Codebook) -> Result<Vec<Planted>, Error> {
    const RULES: [&str; 6] = ["range", "levels", "type", "date", "required", "skip_logic"];
    let mut planted = Vec::new();
    for fault in faults {
        let position = book.fields.iter().position(|field| field.name == fault.field);
        let rule = RULES.iter().find(|rule| **rule == fault.rule);
        let (Some(position), Some(rule)) = (position, rule) else {
            let problem = Problem::new("synth::unknown_plant", format!("no field `{}` or no rule `{}`", fault.field, fault.rule));
            return Err(Error::usage(problem.expected(format!("a field of the codebook, and one of {}", RULES.join(", ")))));
        };
        let (_, column) = column_of(book, position);
        if let Some(row) = table.rows.get_mut(fault.row - 1) {
            row[column].clone_from(&fault.raw);
            planted.push(Planted { line: fault.row + 1, column: table.header[column].clone(), raw: fault.raw.clone(), rule });
        }
    }
    Ok(planted)
}
