//! The page's files, beside an installed program: cached for ever where their names hold their hash.

use crate::support::{Answer, Place, TestServer, soon};
use std::fs;
use std::path::Path;
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// A copy of the program in a folder of its own, with page files beside it; with hashed names if there are hashes.
async fn installed(folder: &Path, hashes: Option<&str>) -> (Child, Place) {
    let program = folder.join("myna");
    if fs::hard_link(env!("CARGO_BIN_EXE_myna"), &program).is_err() {
        fs::copy(env!("CARGO_BIN_EXE_myna"), &program).expect("the program can be copied");
    }
    fs::create_dir_all(folder.join("site/pkg")).expect("the folder can be made");
    for (name, content) in
        [("myna.abc.css", "body {}"), ("myna.abc.css.br", "packed by brotli"), ("myna.abc.css.gz", "packed by gzip")]
    {
        fs::write(folder.join("site/pkg").join(name), content).expect("the file can be written");
    }
    fs::write(folder.join("site/favicon.svg"), "<svg/>").expect("the file can be written");
    fs::create_dir_all(folder.join("site/fonts")).expect("the folder can be made");
    fs::write(folder.join("site/fonts/inter.woff2"), "wOF2").expect("the file can be written");
    if let Some(hashes) = hashes {
        fs::write(folder.join("hash.txt"), hashes).expect("the file can be written");
    }
    let mut child = Command::new(&program)
        .args(["--listen", "127.0.0.1:0", "--store", "memory:", "--log", "error"])
        .env_clear()
        .current_dir(folder)
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("the program starts");
    let mut lines = BufReader::new(child.stdout.take().expect("its output is ours")).lines();
    let line =
        soon("the server says where it is", lines.next_line()).await.expect("it can be read").expect("it says so");
    let address = line.strip_prefix("Myna is at http://").expect("it says where it is");
    (child, Place::new(address.parse().expect("this is an address")))
}

const HASHES: &str = "css: abc\njs: def\nwasm: ghi\n";
const STYLE: &str = "/pkg/myna.abc.css";

#[tokio::test]
async fn files_with_hashed_names_are_cached_for_ever_and_the_page_names_them() {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let (_child, place) = installed(folder.path(), Some(HASHES)).await;
    let style = place.get(STYLE).await;
    assert_eq!((style.status, style.body.as_str()), (200, "body {}"));
    assert_eq!(style.header("cache-control"), "public, max-age=31536000, immutable");
    assert!(style.header("content-type").starts_with("text/css"));
    assert_eq!(style.header("x-content-type-options"), "nosniff");

    let page = place.sign_up("Ann").await.get("/").await;
    for name in ["/pkg/myna.abc.css", "/pkg/myna.def.js", "/pkg/myna.ghi.wasm"] {
        assert!(page.body.contains(name), "{name} is not in {}", page.body);
    }
    assert_eq!(page.header("cache-control"), "no-store");
    let form = place.get("/sign-in").await.body;
    assert!(form.contains(STYLE) && !form.contains("wasm"), "a form needs no script: {form}");
    assert_eq!(place.get("/pkg/myna.old.css").await.header("cache-control"), "no-store", "what is missing may come");
    // The files of another version are added while the node runs.
    fs::write(folder.path().join("site/pkg/myna.old.css"), "p {}").expect("the file can be written");
    let other = place.get("/pkg/myna.old.css").await;
    assert_eq!((other.status, other.body.as_str()), (200, "p {}"));
    assert_eq!(other.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(place.get("/favicon.svg").await.header("cache-control"), "public, max-age=86400");
    assert_eq!(place.get("/fonts/inter.woff2").await.header("cache-control"), "public, max-age=86400");
    assert_eq!(place.get("/missing.svg").await.header("cache-control"), "no-store");
}

#[tokio::test]
async fn pages_are_compressed_for_browsers_that_accept_it() {
    let server = TestServer::start().await;
    let plain = server.place.get("/sign-in").await;
    assert_eq!(plain.headers.get("content-encoding"), None);
    let packed = server.place.request_get("/sign-in").header("accept-encoding", "gzip, br").send().await;
    let packed = packed.expect("the server answers");
    assert_eq!(packed.headers()["content-encoding"], "gzip");
    assert!(packed.headers()["vary"].to_str().is_ok_and(|vary| vary.contains("accept-encoding")), "{packed:?}");
    let bytes = packed.bytes().await.expect("it can be read");
    assert_eq!(bytes[..2], [0x1f, 0x8b], "this is gzip");
    assert!(bytes.len() * 3 < plain.body.len() * 2, "{} of {}", bytes.len(), plain.body.len());
}

#[tokio::test]
async fn files_without_hashes_in_their_names_are_asked_for_again() {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let (_child, place) = installed(folder.path(), None).await;
    assert_eq!(place.get(STYLE).await.header("cache-control"), "no-cache");
    let icon = place.get("/favicon.svg").await;
    assert_eq!((icon.status, icon.body.as_str()), (200, "<svg/>"));
    assert!(!icon.header("cache-control").contains("immutable"));
}

#[tokio::test]
async fn a_browser_gets_the_packed_form_that_it_understands() {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let (_child, place) = installed(folder.path(), Some(HASHES)).await;
    for (accepted, encoding, body) in
        [("gzip, br", "br", "packed by brotli"), ("gzip", "gzip", "packed by gzip"), ("identity", "", "body {}")]
    {
        let answer = Answer::of(place.request_get(STYLE).header("accept-encoding", accepted)).await;
        assert_eq!((answer.header("content-encoding"), answer.body.as_str()), (encoding, body));
        assert!(answer.header("content-type").starts_with("text/css"));
        assert!(answer.header("cache-control").contains("immutable"));
    }
}
