//! What a fault needs of the machine, and whether it is there.

use super::FaultHarness;
use std::path::Path;
use std::process::{Command, Stdio};

/// Where distributions put the library.
const FAKETIME: &[&str] = &[
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1",
    "/usr/lib64/faketime/libfaketime.so.1",
    "/usr/lib/faketime/libfaketime.so.1",
];

/// Something that not every machine has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// `strace`, allowed to look at a process of ours.
    Strace,
    /// The right to mount a file system.
    Mount,
    /// That, and a file that serves as a disk.
    Device,
    /// `libfaketime`.
    Faketime,
    /// A MongoDB server, or a stand-in, that can be started.
    Mongo,
    /// The program of a server with faults of its own.
    FaultyServer,
}

impl Need {
    /// Why it is missing, if it is.
    pub fn missing(self, faults: &FaultHarness<'_>) -> Option<&'static str> {
        match self {
            Self::Strace => (!runs("strace", &["-o", "/dev/null", "true"]))
                .then_some("strace is not here, or may not trace (Debian: apt-get install strace)"),
            Self::Mount => (!runs("unshare", &["-m", "mount", "-t", "tmpfs", "tmpfs", "/tmp"]))
                .then_some("mounting a small file system needs root"),
            Self::Device => {
                let is_there =
                    Self::Mount.missing(faults).is_none() && runs("losetup", &["--find"]) && runs("mkfs.ext4", &["-V"]);
                (!is_there).then_some("a file as a disk needs root, loop devices and mkfs.ext4 (Debian: e2fsprogs)")
            }
            Self::Faketime => {
                faketime().is_none().then_some("libfaketime is not here (Debian: apt-get install libfaketime)")
            }
            Self::FaultyServer => faults.faulty.is_none().then_some(
                "the faulty server is not here: build it with cargo build --release -p myna-load --example faulty_server",
            ),
            Self::Mongo => match myna_mongo_server::Program::find() {
                Ok(Some(myna_mongo_server::Program::Running(_))) => {
                    Some("MYNA_TEST_MONGO_URI names a MongoDB that runs already, and this needs one of its own")
                }
                Ok(Some(_)) => None,
                Ok(None) | Err(_) => Some("there is no MongoDB server on this machine, nor a stand-in"),
            },
        }
    }
}

/// The library that lies to a process about the time, if it is here.
pub(super) fn faketime() -> Option<&'static str> {
    FAKETIME.iter().find(|path| Path::new(path).exists()).copied()
}

fn runs(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
