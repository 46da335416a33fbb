//! HTTPS, as a phone needs it.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use tokio_tungstenite::tungstenite::Message;

use crate::running::{Serve, command, refused};

struct Certificate {
    folder: tempfile::TempDir,
    der: CertificateDer<'static>,
}

impl Certificate {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        fs::write(folder.path().join("cert.pem"), made.cert.pem()).expect("a file");
        fs::write(folder.path().join("key.pem"), made.signing_key.serialize_pem()).expect("a file");
        Self { folder, der: made.cert.der().clone() }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn arguments(&self) -> [String; 2] {
        ["cert", "key"].map(|part| format!("--tls-{part}={}", self.file(&format!("{part}.pem")).display()))
    }

    /// A connection of somebody who trusts this certificate.
    async fn connect(&self, serve: &Serve) -> TlsStream<TcpStream> {
        let mut roots = RootCertStore::empty();
        roots.add(self.der.clone()).expect("a certificate");
        let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        let stream = TcpStream::connect(("127.0.0.1", serve.port)).await.expect("the server listens");
        let name = ServerName::try_from("localhost").expect("a name");
        TlsConnector::from(Arc::new(config)).connect(name, stream).await.expect("a handshake")
    }
}

#[tokio::test]
async fn the_app_and_the_tracker_are_there_over_https() {
    let certificate = Certificate::new();
    let [cert, key] = certificate.arguments();
    let serve = Serve::start(&[&cert, &key]);
    // Somebody who connects and says nothing keeps nobody else waiting.
    let _silent = serve.connect();

    let mut stream = certificate.connect(&serve).await;
    stream
        .write_all(b"GET /record HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .await
        .expect("the request is sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("an answer");
    assert!(answer.starts_with(b"HTTP/1.1 200 OK\r\n"), "{}", answer.escape_ascii());

    let stream = certificate.connect(&serve).await;
    let address = format!("wss://localhost:{}/announce", serve.port);
    let (mut socket, _) = tokio_tungstenite::client_async(address, stream).await.expect("a socket");
    socket.send(Message::text("junk")).await.expect("the socket is open");
    let reply = socket.next().await.expect("a reply").expect("a message");
    assert!(reply.to_text().is_ok_and(|text| text.contains("failure reason")), "{reply:?}");

    serve.terminate();
    assert!(serve.wait().success(), "handshakes that never come do not hold up the end");
}

#[test]
fn a_certificate_of_no_use_is_one_clear_line() {
    let (ours, other) = (Certificate::new(), Certificate::new());
    let empty = ours.file("empty.pem");
    fs::write(&empty, "").expect("a file");
    for (certificate, key) in [
        (ours.file("none.pem"), ours.file("key.pem")),
        (empty, ours.file("key.pem")),
        (ours.file("cert.pem"), ours.file("cert.pem")),
        (ours.file("cert.pem"), other.file("key.pem")),
    ] {
        let mut command = command(ours.folder.path(), "127.0.0.1:0");
        command.arg("--tls-cert").arg(certificate).arg("--tls-key").arg(key);
        let (succeeded, said) = refused(command);
        assert!(!succeeded);
        assert!(said.starts_with("serve: cannot speak HTTPS: ") && said.lines().count() == 1, "{said}");
    }
}
