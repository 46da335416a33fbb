//! How it starts, how it refuses to start, how it ends.

use std::io::{Read, Write};
use std::net::TcpListener;

use crate::running::{Serve, command, refused};

#[test]
fn a_taken_port_is_one_clear_line() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("an address").to_string();
    let serve = Serve::start(&[]);
    let expected = format!("serve: {address} is taken by another program; --listen chooses another address or port\n");
    assert_eq!(refused(command(serve.dist.path(), &address)), (false, expected));
}

#[test]
fn a_missing_app_is_one_clear_line() {
    let empty = tempfile::tempdir().expect("a temporary folder");
    for folder in [empty.path().to_owned(), empty.path().join("none")] {
        let (succeeded, said) = refused(command(&folder, "127.0.0.1:0"));
        assert!(!succeeded);
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(said.contains(" holds no app ") && said.contains("--dist"), "{said}");
    }
}

#[test]
fn an_unknown_flag_is_answered_with_the_usage() {
    let empty = tempfile::tempdir().expect("a temporary folder");
    let mut command = command(empty.path(), "127.0.0.1:0");
    command.args(["--port", "80"]);
    let (succeeded, said) = refused(command);
    assert!(!succeeded);
    assert!(said.starts_with("serve: there is no option --port\nusage: serve "), "{said}");
}

#[test]
fn an_impossible_address_is_one_clear_line() {
    let serve = Serve::start(&[]);
    let (succeeded, said) = refused(command(serve.dist.path(), "nowhere"));
    assert!(!succeeded);
    assert!(said.starts_with("serve: cannot listen on nowhere: ") && said.lines().count() == 1, "{said}");
}

#[test]
fn without_a_tracker_there_is_no_announce() {
    let serve = Serve::start(&["--no-tracker"]);
    assert_eq!(serve.get("/announce").status, 404);
    assert_eq!(serve.get("/").status, 200);
}

#[test]
fn open_work_is_finished_before_the_end_and_idle_connections_do_not_delay_it() {
    let serve = Serve::start(&[]);
    // Larger than the buffers between the two, so that the answer is under way when the signal comes.
    let large = vec![7; 32 << 20];
    std::fs::write(serve.dist.path().join("large.bin"), &large).expect("a large file");
    let (silent, mut kept) = (serve.connect(), serve.connect());
    kept.write_all(b"HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n").expect("a request");
    let mut head = [0; 16];
    kept.read_exact(&mut head).expect("an answer, and the connection stays open");

    let mut download = serve.connect();
    download.write_all(b"GET /large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n").expect("a request");
    download.read_exact(&mut head).expect("the beginning");
    serve.terminate();
    let mut rest = Vec::new();
    download.read_to_end(&mut rest).expect("the rest");
    assert!(rest.ends_with(&large[..1 << 20]) && rest.len() > large.len(), "the download is whole");
    assert!(serve.wait().success());
    drop((silent, kept));
}
