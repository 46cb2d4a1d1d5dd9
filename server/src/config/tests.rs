//! What the settings promise.

use super::*;
use std::io::Write;

fn read(args: &[&str]) -> Result<Config, String> {
    let args = std::iter::once("myna").chain(args.iter().copied()).map(OsString::from).collect();
    Config::read(args).map_err(|error| error.to_string())
}

fn file(text: &str) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
}

#[test]
fn a_flag_wins_over_the_file_and_the_file_over_the_default() {
    let file = file("listen = \"127.0.0.1:4000\"\nframes_per_second = 7\n");
    let path = file.path().to_str().unwrap();
    let config = read(&["--config", path, "--listen", "127.0.0.1:5000"]).unwrap();
    assert_eq!(config.listen.port(), 5000);
    assert_eq!(config.frames_per_second, 7);
    assert_eq!(config.frames_burst, 200);
}

#[test]
fn a_wrong_setting_is_refused_with_its_name_and_what_was_expected() {
    for (args, name, expected) in [
        (["--listen", "here"], "--listen", "socket address"),
        (["--store", "postgres://x"], "--store", "sqlite:"),
        (["--public-url", "ftp://x"], "--public-url", "https://host"),
        (["--public-url", "https://x/path"], "--public-url", "without a path"),
        (["--trusted-proxies", "10.0.0.0/8,proxy"], "--trusted-proxies", "'proxy' is neither an address nor a network"),
        (["--trusted-proxies", "10.0.0.0/33"], "--trusted-proxies", "192.0.2.1,10.0.0.0/8"),
        (["--log", "info,=,"], "--log", "filter"),
        (["--frames-per-second", "0"], "--frames-per-second", "0"),
        (["--log-format", "xml"], "--log-format", "pretty"),
    ] {
        let error = read(&args).unwrap_err();
        assert!(error.contains(name) && error.contains(expected), "{args:?}: {error}");
    }
}

#[test]
fn a_password_in_a_wrong_setting_is_not_repeated() {
    let file = file("store = \"postgres://ann:secret@one\"");
    for (args, name) in [
        (&["--store", "postgres://ann:secret@one"][..], "--store"),
        (&["--config", file.path().to_str().unwrap()], "--store"),
        (&["--store", "mongodb://ann:sec@ret@one"], "password"),
        (&["--mongo-uri", "mongodb://ann:sec@ret@one"], "password"),
        (&["--mongo-uri", "ann:secret@one"], "--mongo-uri"),
        (&["--mongo-uri=", "mongodb://ann:secret@one"], "unrecognized subcommand"),
        (&["--mongo-url=mongodb://ann:secret@one"], "--mongo-url"),
        (&["--mongo-pasword=secret"], "--mongo-pasword"),
        (&["--mongo-password=secret", "--mongo-host=one"], "--mongo-username"),
        (&["--mongo-username=secret", "--mongo-host=one"], "--mongo-password"),
        (&["--mongo-host=ann:secret@one"], "--mongo-host"),
        (&["--mongo-password=secret"], "--mongo-password is set"),
    ] {
        let error = read(args).unwrap_err();
        assert!(error.contains(name) && !error.contains("sec"), "{args:?}: {error}");
    }
    let config = read(&["--mongo-host=one", "--mongo-username=secret", "--mongo-password=secret"]).unwrap();
    assert!(!format!("{config:?}").contains("secret"), "{config:?}");
}

#[test]
fn a_wrong_file_is_refused_with_its_name_and_the_key() {
    for (text, expected) in [
        ("listen = 3", "listen"),
        ("colour = \"red\"", "unknown key 'colour'"),
        ("listen = [1]", "'listen'"),
        ("weak_passwords = \"yes\"", "weak"),
        ("listen = true", "--listen"),
        ("= x", "not TOML: line 1"),
        ("log = \"info\"\nmongo_password = sesame\n", "not TOML: line 2"),
        ("mongo_password = \"sesame\"\nmongo_password = \"sesame\"\n", "not TOML: line 2"),
    ] {
        let file = file(text);
        let error = read(&["--config", file.path().to_str().unwrap()]).unwrap_err();
        assert!(error.contains(expected) && !error.contains("sesame"), "{text}: {error}");
    }
    assert!(read(&["--config", "/nowhere.toml"]).unwrap_err().contains("cannot be read"));
}

#[test]
fn the_public_address_is_written_as_browsers_write_an_origin() {
    let url = public_url("https://Chat.Example:443/").unwrap();
    assert_eq!((url.https, url.authority.as_str()), (true, "chat.example"));
    assert_eq!(public_url("http://[::1]:8080").unwrap().authority, "[::1]:8080");
}

#[test]
fn every_setting_has_a_variable_and_a_line_of_help() {
    for arg in Config::command().get_arguments().filter(|arg| !matches!(arg.get_id().as_str(), "help" | "version")) {
        let (flag, help) = (arg.get_long().unwrap(), arg.get_help());
        let variable = arg.get_env().unwrap_or_else(|| panic!("{flag} has a variable")).to_str().unwrap();
        let name = flag.replace('-', "_").to_ascii_uppercase();
        assert_eq!(variable, if name.starts_with("MONGO_") { name } else { format!("MYNA_{name}") });
        assert!(help.is_some(), "{flag}");
    }
}

#[test]
fn weak_passwords_are_for_this_machine_alone() {
    for args in [
        &["--weak-passwords", "--listen", "127.0.0.1:0"][..],
        &["--weak-passwords", "--listen", "[::1]:0", "--public-url", "http://localhost:3000"],
        &["--weak-passwords", "--public-url", "http://[::1]:3000"],
    ] {
        assert!(read(args).unwrap().weak_passwords, "{args:?}");
    }
    for args in [
        &["--weak-passwords", "--listen", "0.0.0.0:3000"][..],
        &["--weak-passwords", "--listen", "[::]:3000"],
        &["--weak-passwords", "--public-url", "https://chat.example"],
        &["--weak-passwords", "--public-url", "http://localhost.example"],
    ] {
        let error = read(args).unwrap_err();
        assert!(error.contains("--weak-passwords is for tests"), "{args:?}: {error}");
    }
}

#[test]
fn trusted_proxies_are_a_list_of_addresses_and_networks() {
    let trusted =
        |args: &[&str], address: &str| read(args).unwrap().trusted_proxies.contains(&address.parse().unwrap());
    assert!(!trusted(&[], "127.0.0.1"), "nobody is trusted by default");
    let args = &["--trusted-proxies", "192.0.2.1, 10.0.0.0/8,fd00::/8"];
    for (address, expected) in
        [("192.0.2.1", true), ("192.0.2.2", false), ("10.255.0.1", true), ("fd12::1", true), ("fe80::1", false)]
    {
        assert_eq!(trusted(args, address), expected, "{address}");
    }
    let file = file("trusted_proxies = \"10.0.0.0/8\"\n");
    let args = ["--config", file.path().to_str().unwrap(), "--trusted-proxies", "192.0.2.1"];
    assert!(trusted(&args[..2], "10.0.0.1") && !trusted(&args, "10.0.0.1"), "a flag wins over the file");
}
