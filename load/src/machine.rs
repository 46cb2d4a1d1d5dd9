//! What a figure was measured on: without it a figure says nothing.

use serde::Serialize;
use std::fmt;
use std::path::Path;

/// A machine, as far as it matters to what is measured.
#[derive(Debug, Clone, Serialize)]
pub struct Machine {
    pub cores: usize,
    pub processor: String,
    pub memory_gib: u64,
    pub kernel: String,
    /// Of the folder where the store lies.
    pub file_system: String,
}

impl Machine {
    /// This machine, with stores in this folder.
    pub fn here(folder: &Path) -> Self {
        let read = |path| std::fs::read_to_string(path).unwrap_or_default();
        let (processors, memory) = (read("/proc/cpuinfo"), read("/proc/meminfo"));
        let value = |text: &str, name: &str| {
            let line = text.lines().find(|line| line.starts_with(name))?;
            Some(line.split_once(':')?.1.trim().to_owned())
        };
        let kib = value(&memory, "MemTotal").and_then(|total| total.split(' ').next()?.parse::<u64>().ok());
        Self {
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            processor: value(&processors, "model name").unwrap_or_else(|| "unknown processor".to_owned()),
            memory_gib: kib.unwrap_or(0) / (1_024 * 1_024),
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            file_system: file_system(&read("/proc/mounts"), folder),
        }
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cores, processor, memory_gib, kernel, file_system } = self;
        write!(f, "{cores} cores of {processor}, {memory_gib} GiB, Linux {kernel}, {file_system}")
    }
}

/// The kind of the mount that has the folder.
fn file_system(mounts: &str, folder: &Path) -> String {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let mounts = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        Some((words.next()?, words.next()?))
    });
    let holding = mounts.filter(|(place, _)| folder.starts_with(place));
    holding.max_by_key(|(place, _)| place.len()).map_or_else(|| "unknown".to_owned(), |(_, kind)| kind.to_owned())
}

/// How many processes wanted a processor, on average over the last minute: what else goes on is part of a figure.
pub fn load_average() -> f64 {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().and_then(|one| one.parse().ok()).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_lies_on_the_innermost_mount() {
        let mounts = "/dev/a / ext4 rw 0 0\ntmpfs /proc tmpfs rw 0 0\n";
        assert_eq!(file_system(mounts, Path::new("/")), "ext4");
        assert_eq!(file_system(mounts, Path::new("/proc/self")), "tmpfs");
        assert_eq!(file_system("", Path::new("/")), "unknown");
    }
}
