//! Finds the MongoDB server of this machine.

use anyhow::{Context, bail};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// A MongoDB server that tests can use here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Program {
    /// A server that is already running, at this connection string. We neither start nor end it.
    Running(String),
    /// MongoDB itself.
    Mongod(PathBuf),
    /// A stand-in that speaks MongoDB's wire protocol.
    SecantusdRs(PathBuf),
    /// A slower stand-in.
    SecantusdPy(PathBuf),
}

impl Program {
    /// The first of these: `MYNA_TEST_MONGO_URI` (a server that is already running), `MONGOD`, `mongod` on `PATH`, and
    /// the stand-ins `secantusd-rs` and `secantusd-py` on `PATH`.
    ///
    /// `None` if there is none. That is an error with `REQUIRE_MONGO=1`, and so is a `MONGOD` that does not exist.
    pub fn find() -> anyhow::Result<Option<Self>> {
        Self::find_by(|name| std::env::var_os(name))
    }

    /// `variable` looks up an environment variable.
    fn find_by(variable: impl Fn(&str) -> Option<OsString>) -> anyhow::Result<Option<Self>> {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        if let Some(uri) = set("MYNA_TEST_MONGO_URI") {
            let uri = uri.into_string().ok().context("MYNA_TEST_MONGO_URI is not UTF-8")?;
            return Ok(Some(Self::Running(uri)));
        }
        if let Some(mongod) = set("MONGOD") {
            let mongod = PathBuf::from(mongod);
            if !mongod.is_file() {
                bail!("MONGOD names {}, which is no file", mongod.display());
            }
            return Ok(Some(Self::Mongod(mongod)));
        }
        let path = set("PATH").unwrap_or_default();
        let on_path = |name: &str| on_path(&path, name);
        let found = on_path("mongod")
            .map(Self::Mongod)
            .or_else(|| on_path("secantusd-rs").map(Self::SecantusdRs))
            .or_else(|| on_path("secantusd-py").map(Self::SecantusdPy));
        if found.is_none() && set("REQUIRE_MONGO").is_some_and(|value| value == "1") {
            bail!(
                "REQUIRE_MONGO=1, and there is no MongoDB server: set MYNA_TEST_MONGO_URI or MONGOD, or put mongod or secantusd-rs on PATH"
            );
        }
        Ok(found)
    }

    /// Its name, without a version.
    pub(crate) fn title(&self) -> &'static str {
        match self {
            Self::Running(_) => "the server at MYNA_TEST_MONGO_URI",
            Self::Mongod(_) => "mongod",
            Self::SecantusdRs(_) => "secantusd-rs",
            Self::SecantusdPy(_) => "secantusd-py",
        }
    }

    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Self::Running(_) => None,
            Self::Mongod(path) | Self::SecantusdRs(path) | Self::SecantusdPy(path) => Some(path),
        }
    }
}

fn on_path(path: &OsStr, name: &str) -> Option<PathBuf> {
    std::env::split_paths(path).map(|folder| folder.join(name)).find(|program| program.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder with these programs in it.
    fn folder(names: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        folder
    }

    fn find(variables: &[(&str, &OsStr)]) -> anyhow::Result<Option<Program>> {
        Program::find_by(|name| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| value.to_os_string()))
    }

    #[test]
    fn a_running_server_comes_before_any_program() {
        let folder = folder(&["mongod"]);
        let uri = "mongodb://db.example";
        let found = find(&[("MYNA_TEST_MONGO_URI", uri.as_ref()), ("PATH", folder.path().as_os_str())]).unwrap();
        assert_eq!(found, Some(Program::Running(uri.to_owned())));
    }

    #[test]
    fn mongod_comes_before_the_stand_ins_and_the_quick_one_before_the_slow_one() {
        let stand_ins = folder(&["secantusd-py", "secantusd-rs"]);
        let real = folder(&["mongod"]);
        let path = std::env::join_paths([stand_ins.path(), real.path()]).unwrap();
        assert_eq!(find(&[("PATH", &path)]).unwrap(), Some(Program::Mongod(real.path().join("mongod"))));
        let found = find(&[("PATH", stand_ins.path().as_os_str())]).unwrap();
        assert_eq!(found, Some(Program::SecantusdRs(stand_ins.path().join("secantusd-rs"))));
    }

    #[test]
    fn a_named_mongod_that_is_not_there_is_an_error() {
        let error = find(&[("MONGOD", "/nowhere/mongod".as_ref())]).unwrap_err();
        assert_eq!(error.to_string(), "MONGOD names /nowhere/mongod, which is no file");
    }

    #[test]
    fn no_server_is_an_error_only_where_one_is_required() {
        let empty = folder(&[]);
        let path = ("PATH", empty.path().as_os_str());
        assert_eq!(find(&[path]).unwrap(), None);
        let error = find(&[path, ("REQUIRE_MONGO", "1".as_ref())]).unwrap_err().to_string();
        assert!(error.starts_with("REQUIRE_MONGO=1, and there is no MongoDB server"), "{error}");
    }
}
