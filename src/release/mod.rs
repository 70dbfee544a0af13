//! Released tables and documents in, files under `public/` out; the only door.
//!
//! A run writes beside the former release and exchanges the two in one call at the end, so a run that
//! is killed, or that finds the disk full, leaves the former release as it was.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::disclosure::{ReleasedTable, sha256};
use crate::error::{Error, Exit, Problem};
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
        let name = target.file_name().map_or_else(|| "run".to_owned(), |name| name.to_string_lossy().into_owned());
        let parent = target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_path_buf();
        fs::create_dir_all(&parent).map_err(|error| Error::io("create the folder", &parent, &error))?;
        let lock_path = parent.join(format!(".{name}.running"));
        let lock = File::create(&lock_path).map_err(|error| Error::io("write to", &parent, &error))?;
        if lock.try_lock().is_err() {
            let problem = Problem::new("release::in_use", format!("another run is writing {}", target.display()))
                .help("wait for it to end, or choose another place with --out");
            return Err(Error::new(Exit::Input, problem));
        }
        let staged = parent.join(format!(".{name}.new"));
        clear(&staged)?;
        for folder in ["public/charts", "restricted"] {
            let path = staged.join(folder);
            fs::create_dir_all(&path).map_err(|error| Error::io("create the folder", &path, &error))?;
        }
        Ok(Self { target: target.to_path_buf(), staged, _lock: lock })
    }

    /// The door to `public/`.
    pub(crate) fn public(&self) -> PublicDir {
        PublicDir { root: self.staged.join("public"), hashes: BTreeMap::new() }
    }

    /// A file for the holder of the data, under `restricted/`.
    pub(crate) fn restricted(&self, name: &str) -> Result<(PathBuf, File), Error> {
        let path = self.staged.join("restricted").join(name);
        let file = File::create(&path).map_err(|error| Error::io("write", &path, &error))?;
        Ok((path, file))
    }

    /// A text for the holder of the data, under `restricted/`.
    pub(crate) fn restricted_text(&self, name: &str, text: &str) -> Result<(), Error> {
        let (path, mut file) = self.restricted(name)?;
        file.write_all(text.as_bytes()).map_err(|error| Error::io("write", &path, &error))
    }

    /// Puts the new release in the place of the former one.
    pub(crate) fn commit(self) -> Result<(), Error> {
        let moved = |error: std::io::Error| Error::io("put the release in place at", &self.target, &error);
        if self.target.exists() {
            exchange(&self.staged, &self.target).map_err(moved)?;
            clear(&self.staged)
        } else {
            fs::rename(&self.staged, &self.target).map_err(moved)
        }
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
    let aside = target.with_extension("former");
    fs::rename(target, &aside)?;
    if let Err(error) = fs::rename(staged, target) {
        fs::rename(&aside, target)?;
        return Err(error);
    }
    fs::rename(&aside, staged)
}

fn clear(path: &Path) -> Result<(), Error> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::io("clear", path, &error)),
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
        let failed = |error: std::io::Error| Error::io("write", &path, &error);
        File::create(&path).and_then(|mut file| file.write_all(bytes)).map_err(failed)?;
        self.hashes.insert(name.to_owned(), sha256(bytes));
        Ok(())
    }
}
