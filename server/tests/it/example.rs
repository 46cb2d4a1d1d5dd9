//! The client in `docs/examples`, which was written from `docs/protocol.md` alone: it signs up, talks, drops and resumes.

use crate::support::{TestServer, soon};
use std::io::{ErrorKind, Write as _};
use tokio::process::Command;

const CLIENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/examples/client.py");

#[tokio::test]
async fn a_client_written_from_the_documents_signs_up_talks_drops_and_resumes() {
    let server = TestServer::patient().await;
    let run = Command::new("python3").args([CLIENT, &server.place.origin, "demo"]).kill_on_drop(true).output();
    let output = match soon("the client ends", run).await {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            // Past the capture of tests that pass: a skipped test is to be seen.
            let _ = writeln!(std::io::stderr(), "SKIPPED: example: there is no python3 on this machine");
            return;
        }
        output => output.expect("the client runs"),
    };
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.lines().count() > 3, "it says what it did: {said}");
}
