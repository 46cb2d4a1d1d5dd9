//! The command line of each server program, for the same settings.

use crate::certificates::Certificates;
use crate::program::Program;
use crate::server::Topology;
use anyhow::{Context, bail};
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The name of the replica set that we initiate.
pub(crate) const REPLICA_SET: &str = "myna";

/// The settings with which a server starts, every time.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) program: Program,
    pub(crate) topology: Topology,
    pub(crate) port: u16,
    /// Holds the data, the log and the other files of the server.
    pub(crate) folder: PathBuf,
    pub(crate) auth: bool,
    pub(crate) certificates: Option<Certificates>,
}

impl Run {
    /// The file that receives its output.
    pub(crate) fn log(&self) -> PathBuf {
        self.folder.join("server.log")
    }

    /// The command that starts the server. Creates the files that it needs.
    pub(crate) fn command(&self) -> anyhow::Result<Command> {
        let path = self.program.path().context("a server that runs already is not started")?;
        let data = self.folder.join("data");
        std::fs::create_dir_all(&data).with_context(|| format!("cannot create {}", data.display()))?;
        let mut command = Command::new(path);
        command.args(["--port", &self.port.to_string()]);
        match self.program {
            Program::Running(_) => bail!("a server that runs already is not started"),
            Program::Mongod(_) => self.mongod(&mut command, &data)?,
            Program::SecantusdRs(_) => {
                self.secantusd(&mut command, &data)?;
                command.args(["--log-file-max", "32MB"]);
            }
            Program::SecantusdPy(_) => self.secantusd(&mut command, &data)?,
        }
        Ok(command)
    }

    fn mongod(&self, command: &mut Command, data: &Path) -> anyhow::Result<()> {
        command.args(["--bind_ip", "127.0.0.1", "--nounixsocket", "--quiet", "--wiredTigerCacheSizeGB", "0.5"]);
        command.arg("--dbpath").arg(data);
        if self.topology == Topology::ReplicaSet {
            command.args(["--replSet", REPLICA_SET]);
        }
        if self.auth {
            command.arg("--auth");
            if self.topology == Topology::ReplicaSet {
                // Members authenticate to each other with this key. mongod demands it even for one member.
                command.arg("--keyFile").arg(self.key_file()?);
            }
        }
        if let Some(certificates) = &self.certificates {
            command.args(["--tlsMode", "requireTLS", "--tlsAllowConnectionsWithoutCertificates"]);
            command.arg("--tlsCertificateKeyFile").arg(&certificates.both);
            command.arg("--tlsCAFile").arg(&certificates.authority);
        }
        Ok(())
    }

    /// The key that the members of a replica set share. Only its owner may read the file, or mongod refuses it.
    fn key_file(&self) -> anyhow::Result<PathBuf> {
        let path = self.folder.join("members.key");
        if !path.exists() {
            let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
            file.and_then(|mut file| file.write_all(b"bXluYSBpcyBhIGJpcmQgdGhhdCB0YWxrcw=="))
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(path)
    }

    fn secantusd(&self, command: &mut Command, data: &Path) -> anyhow::Result<()> {
        // Without this settings file it would look for one in the home folder.
        let settings = self.folder.join("secantusd.toml");
        std::fs::write(&settings, "").with_context(|| format!("cannot write {}", settings.display()))?;
        command.arg("--config").arg(settings);
        command.args(["--host", "127.0.0.1", "--log-level", "WARNING", "--cache-size", "256M"]);
        command.arg("--sync-on-commit").arg("--storage-path").arg(data);
        if self.topology == Topology::Standalone {
            command.arg("--standalone");
        }
        if self.auth {
            command.arg("--auth");
        }
        if let Some(certificates) = &self.certificates {
            command.arg("--tls-cert-file").arg(&certificates.certificate);
            command.arg("--tls-key-file").arg(&certificates.key);
        }
        Ok(())
    }
}
