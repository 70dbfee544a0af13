//! Released tables and documents in, files under `public/` out; the only door.
//!
//! A run writes beside the former release and exchanges the two in one call at the end, so a run that
//! is killed, or that finds the disk full, leaves the former release as it was.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::disclosure::{ReleasedTable, sha256};
use crate::error::{Error, Exit, Problem, some_of};
use crate::report::Rendered;
use crate::results::{to_csv, to_parquet};

/// A release in the making: `.<name>.new` beside `<name>`, held by one run at a time.
pub(crate) struct Staging {
    target: PathBuf,
    staged: PathBuf,
    _lock: File,
}

/// Files under `public/`, with the hash of each.
pub(crate) struct PublicDir {
    root: PathBuf,
    hashes: BTreeMap<String, String>,
}

impl Staging {
    /// Prepares an empty release beside `target`.
    pub(crate) fn begin(target: &Path) -> Result<Self, Error> {
        // A release behind a link is exchanged where it lies, not the link.
        let target = &if target.is_symlink() { target.canonicalize().unwrap_or_else(|_| target.to_path_buf()) } else { target.to_path_buf() };
        let name = own_name(target)?;
        let parent = target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_path_buf();
        fs::create_dir_all(&parent).map_err(|error| Error::output("create the folder", &parent, &error))?;
        let lock_path = parent.join(format!(".{name}.running"));
        let lock = File::create(&lock_path).map_err(|error| Error::output("write to", &parent, &error))?;
        if lock.try_lock().is_err() {
            let problem = Problem::new("release::in_use", format!("another run is writing {}", target.display()))
                .help("wait for it to end, or choose another place with --out");
            return Err(Error::new(Exit::Input, problem));
        }
        let aside = aside(target);
        if !target.exists() && aside.exists() {
            // An exchange in two steps was cut between them.
            fs::rename(&aside, target).map_err(|error| Error::output("put the release in place at", target, &error))?;
        }
        let staged = parent.join(format!(".{name}.new"));
        clear(&staged)?;
        for folder in ["public/charts", "restricted"] {
            let path = staged.join(folder);
            fs::create_dir_all(&path).map_err(|error| Error::output("create the folder", &path, &error))?;
        }
        Ok(Self { target: target.clone(), staged, _lock: lock })
    }

    /// The door to `public/`.
    pub(crate) fn public(&self) -> PublicDir {
        PublicDir { root: self.staged.join("public"), hashes: BTreeMap::new() }
    }

    /// A file for the holder of the data, under `restricted/`.
    pub(crate) fn restricted(&self, name: &str) -> Result<(PathBuf, File), Error> {
        let path = self.staged.join("restricted").join(name);
        let file = File::create(&path).map_err(|error| Error::output("write", &path, &error))?;
        Ok((path, file))
    }

    /// A text for the holder of the data, under `restricted/`.
    pub(crate) fn restricted_text(&self, name: &str, text: &str) -> Result<(), Error> {
        let (path, mut file) = self.restricted(name)?;
        file.write_all(text.as_bytes()).map_err(|error| Error::output("write", &path, &error))
    }

    /// Puts the new release in the place of the former one.
    pub(crate) fn commit(self) -> Result<(), Error> {
        let moved = |error: std::io::Error| Error::output("put the release in place at", &self.target, &error);
        if self.target.exists() {
            exchange(&self.staged, &self.target).map_err(moved)?;
            clear(&self.staged)
        } else {
            fs::rename(&self.staged, &self.target).map_err(moved)
        }
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // What was not put in place is of no use, and a full disk needs the room.
        let _ = fs::remove_dir_all(&self.staged);
    }
}

/// A folder for a run that is only compared; it is gone when this is dropped, because it holds people's answers.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    /// A new folder beside a run, or inside `within`.
    pub(crate) fn beside(run: &Path, within: Option<&Path>) -> Result<Self, Error> {
        let whole = run.canonicalize().unwrap_or_else(|_| run.to_path_buf());
        let name = whole.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let parent = within.or(whole.parent()).filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let path = parent.join(format!(".{name}.verify.{}", std::process::id()));
        fs::create_dir_all(parent).and_then(|()| fs::create_dir(&path)).map_err(|error| Error::output("create the folder", &path, &error))?;
        Ok(Self(path))
    }

    /// The folder.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Swaps two folders: in one call where the system can, through a third name elsewhere.
fn exchange(staged: &Path, target: &Path) -> std::io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        if renameat_with(CWD, staged, CWD, target, RenameFlags::EXCHANGE).is_ok() {
            return Ok(());
        }
    }
    let aside = aside(target);
    fs::rename(target, &aside)?;
    if let Err(error) = fs::rename(staged, target) {
        fs::rename(&aside, target)?;
        return Err(error);
    }
    fs::rename(&aside, staged)
}

/// Where the former release lies during an exchange in two steps.
fn aside(target: &Path) -> PathBuf {
    target.with_file_name(format!(".{}.former", target.file_name().unwrap_or_default().to_string_lossy()))
}

/// The name of a folder that a release may replace: absent, empty, or a release itself. Anything
/// else would be lost in the exchange.
fn own_name(target: &Path) -> Result<String, Error> {
    let refused = |found: String| {
        let problem = Problem::new("release::not_a_release", format!("{} cannot become the folder of a release", target.display()))
            .found(found)
            .expected("a new folder, or one that holds an earlier release and nothing else")
            .help("choose another place with --out");
        Error::usage(problem)
    };
    if target.to_string_lossy().contains("://") {
        return Err(refused("an address".to_owned()));
    }
    let Some(name) = target.file_name() else { return Err(refused("a folder without a name".to_owned())) };
    match fs::read_dir(target) {
        Ok(entries) => {
            let names = entries.filter_map(Result::ok).map(|entry| entry.file_name().to_string_lossy().into_owned());
            let mut strange: Vec<String> = names.filter(|name| name != "public" && name != "restricted").collect();
            strange.sort();
            if !strange.is_empty() {
                return Err(refused(some_of(strange.iter().map(String::as_str))));
            }
        }
        Err(_) if target.is_file() => return Err(refused("a file".to_owned())),
        Err(_) => {}
    }
    Ok(name.to_string_lossy().into_owned())
}

fn clear(path: &Path) -> Result<(), Error> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::output("clear", path, &error)),
        _ => Ok(()),
    }
}

impl PublicDir {
    /// Writes `results.csv` and `results.parquet`.
    pub(crate) fn results(&mut self, table: &ReleasedTable) -> Result<(), Error> {
        self.write("results.csv", to_csv(table).as_bytes())?;
        let parquet = to_parquet(table).map_err(|error| Error::new(Exit::Internal, Problem::new("release::parquet", error)))?;
        self.write("results.parquet", &parquet)
    }

    /// Writes one rendered file of a document.
    pub(crate) fn rendered(&mut self, file: &Rendered) -> Result<(), Error> {
        self.write(file.name(), file.bytes())
    }

    /// Writes `manifest.json` with the hash of every file written before it; `about` comes from a document.
    pub(crate) fn manifest(mut self, about: &serde_json::Value) -> Result<(), Error> {
        let mut manifest = about.clone();
        manifest["files"] = serde_json::json!(self.hashes);
        let mut text = serde_json::to_string_pretty(&manifest).unwrap_or_default();
        text.push('\n');
        self.write("manifest.json", text.as_bytes())
    }

    fn write(&mut self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        let path = self.root.join(name);
        let failed = |error: std::io::Error| Error::output("write", &path, &error);
        File::create(&path).and_then(|mut file| file.write_all(bytes)).map_err(failed)?;
        self.hashes.insert(name.to_owned(), sha256(bytes));
        Ok(())
    }
}
