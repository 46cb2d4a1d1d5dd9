//! The file of a store: its folder, its modes, and the lock that keeps other processes out.

use crate::OpenError;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// A store's file, ours alone while this lives.
pub(super) struct Location {
    path: PathBuf,
    _lock: File,
}

impl Location {
    /// Makes the folder and the file where they are missing, and takes the lock.
    pub(super) fn take(path: &Path) -> Result<Self, OpenError> {
        let (Some(name), false) = (path.file_name(), path.is_dir()) else {
            return Err(OpenError::File { path: path.to_owned(), reason: "it is a folder".to_owned() });
        };
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let folder = make_folder(folder)
            .map_err(|error| OpenError::Folder { path: folder.to_owned(), reason: error.to_string() })?;
        // One file has one lock, whatever links lead to it.
        let path = folder.join(name);
        let path = path.canonicalize().unwrap_or(path);
        let unusable = |error: io::Error| OpenError::File { path: path.clone(), reason: error.to_string() };

        let lock = open_private(&beside(&path, ".lock")).map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(OpenError::Locked { path }),
            Err(TryLockError::Error(error)) => return Err(unusable(error)),
        }
        if !path.exists() {
            // SQLite gives the files beside it the mode of this one: what people say is for nobody else's eyes.
            open_private(&path).map_err(unusable)?;
            // Without this a power failure could take the new file's name, and with it all that is in it.
            File::open(&folder).and_then(|folder| folder.sync_all()).map_err(unusable)?;
        }
        Ok(Self { path, _lock: lock })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

/// Makes the folder, with those above it, and answers its full path.
fn make_folder(folder: &Path) -> io::Result<PathBuf> {
    if !folder.is_dir() {
        fs::create_dir_all(folder)?;
        let made = folder.canonicalize()?;
        if let Some(above) = made.parent() {
            File::open(above)?.sync_all()?;
        }
    }
    folder.canonicalize()
}

/// The file with this ending after its name.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Opens a file for reading and writing, made for its owner alone when there is none.
fn open_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
