//! A small project in a folder of its own, to be spoilt by tests of the command line.

use std::path::{Path, PathBuf};
use std::process::Command;

const BOOK: &str = r#"id = "small"
title = "Small survey"
unit = "people"
key = ["respondent_id"]
[[field]]
name = "respondent_id"
type = "id"
[[field]]
name = "center_id"
type = "id"
[[field]]
name = "gender"
type = "category"
levels = [ { code = "1", label = "Female" }, { code = "2", label = "Male" } ]
[[field]]
name = "age"
type = "integer"
range = [18, 99]
"#;
const PIPELINE: &str = r#"title = "Small"
as_of = "2024-12-31"
[[dataset]]
id = "members"
schema = "book.toml"
file = "data.csv"
[[analysis]]
id = "who"
kind = "demographics"
dataset = "members"
variables = ["gender", "age"]
"#;

/// A pipeline, its codebook and 60 people.
pub(crate) struct Project(tempfile::TempDir);

impl Project {
    pub(crate) fn new() -> Self {
        let project = Self(tempfile::tempdir().expect("a temporary folder"));
        let rows: Vec<String> = (0..60).map(|i| format!("p{i},c{},{},{}\n", i % 5, 1 + i % 2, 20 + i % 50)).collect();
        project.write("book.toml", BOOK.as_bytes());
        project.write("pipeline.toml", PIPELINE.as_bytes());
        project.write("data.csv", format!("respondent_id,center_id,gender,age\n{}", rows.concat()).as_bytes());
        project
    }

    /// A survey of people with a `code` in waves: further fields and an instrument as a codebook has them, each wave with its file, and one
    /// outcomes analysis `doing` of the instrument.
    pub(crate) fn panel(fields: &[&str], (instrument, settings): (&str, &str), waves: &[(&str, &str)]) -> Self {
        let project = Self::new();
        let fields = fields.iter().fold(String::new(), |all, field| all + &format!("  {{ {field} }},\n"));
        let codes = "field = [\n  { name = \"row\", type = \"id\" },\n  { name = \"code\", type = \"id\" },\n";
        let head = "id = \"panel\"\ntitle = \"Panel survey\"\nunit = \"people\"\nkey = [\"row\"]\nperson = \"code\"\n";
        project.write("panel.toml", format!("{head}{codes}{fields}]\n[[instrument]]\nid = \"{instrument}\"\n{settings}\n").as_bytes());
        let waves = waves.iter().fold(String::new(), |all, (id, file)| all + &format!("[[dataset.wave]]\nid = \"{id}\"\nfile = \"{file}\"\n"));
        let head = "title = \"Panel\"\nas_of = \"2024-12-31\"\n[[dataset]]\nid = \"members\"\nschema = \"panel.toml\"\n";
        let asked = format!("kind = \"outcomes\"\ndataset = \"members\"\ninstruments = [\"{instrument}\"]\nby = [\"wave\"]\n");
        project.write("pipeline.toml", format!("{head}{waves}[[analysis]]\nid = \"doing\"\n{asked}").as_bytes());
        project
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.path(name), bytes).expect("writes");
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Spoils one place of a file.
    pub(crate) fn edit(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert!(text.contains(from), "{name} has no {from}");
        self.write(name, text.replacen(from, to, 1).as_bytes());
    }

    /// The program, in the project's folder.
    pub(crate) fn command(&self, arguments: &str) -> Command {
        program(self.0.path(), arguments)
    }

    /// Exit code, standard output and standard error.
    pub(crate) fn run(&self, arguments: &str) -> (Option<i32>, String, String) {
        let output = self.command(arguments).output().expect("starts");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
        (output.status.code(), text(output.stdout), text(output.stderr))
    }

    /// Exit code and what was said beside the data.
    pub(crate) fn said(&self, arguments: &str) -> String {
        let (code, _, said) = self.run(arguments);
        let lines: Vec<String> = said.lines().map(|line| without_count(line.trim_end())).collect();
        format!("exit {}\n{}", code.expect("an exit code"), lines.join("\n"))
    }
}

/// A line without the number of names that it does not list, which grows with every instrument.
pub(crate) fn without_count(line: &str) -> String {
    let Some((head, rest)) = line.rsplit_once(" and ").filter(|(_, rest)| rest.ends_with(" more")) else { return line.to_owned() };
    if rest.trim_end_matches(" more").parse::<u32>().is_ok() { format!("{head} and … more") } else { line.to_owned() }
}

/// Puts files of the repository into a folder, each under a name of its own, and a pipeline beside them.
pub(crate) fn copy_sample(folder: &Path, files: &[(&str, &str)], pipeline: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (from, to) in files {
        std::fs::copy(root.join(from), folder.join(to)).expect("copies");
    }
    std::fs::write(folder.join("pipeline.toml"), pipeline).expect("writes");
}

/// The program in a folder, with arguments between blanks.
pub(crate) fn program(folder: &Path, arguments: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_recovista"));
    command.current_dir(folder).args(arguments.split(' ')).env("NO_COLOR", "1");
    command
}
