//! The server: static files with the right headers, and a tracker at `/announce`. Native only.
//!
//! It never sees a memo. `options` reads the command line, `site` answers with files of `dist`, `policy` holds the headers that
//! protect the page, `tls` takes HTTPS connections. `tracker` introduces the peers of each `swarm` to each other (pure: no
//! sockets, no clock), `socket` is its shell over WebSockets, each with a bounded `outbox`. `precache` is the last step of a build.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use axum::serve::ListenerExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

mod options;
mod outbox;
mod policy;
pub mod precache;
mod site;
mod socket;
mod swarm;
mod tls;
pub mod tracker;

pub use options::{Options, OptionsError, TlsFiles};
pub use site::Site;
pub use tls::CertificateError;

use socket::Announcer;
use tls::TlsListener;
use tracker::Limits;

/// What every request handler shares.
#[derive(Clone)]
struct App {
    site: Arc<Site>,
    announcer: Option<Arc<Announcer>>,
}

/// How long open work may take after the server was told to stop; what is stuck is given up.
const FAREWELL: Duration = Duration::from_secs(5);

/// Why the server cannot run. Each is one line for the person who started it.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The command line.
    #[error(transparent)]
    Options(#[from] OptionsError),
    /// The folder holds no app.
    #[error("{} holds no app ({source}); `make build` makes one, --dist names another folder", dist.display())]
    Dist {
        /// The folder.
        dist: PathBuf,
        /// What reading its index said.
        source: io::Error,
    },
    /// Somebody else listens there.
    #[error("{0} is taken by another program; --listen chooses another address or port")]
    Taken(String),
    /// The address is none of this machine's, or its port needs more rights.
    #[error("cannot listen on {listen}: {source}")]
    Listen {
        /// The address.
        listen: String,
        /// What the system says.
        source: io::Error,
    },
    /// HTTPS was asked for, and the files for it are of no use.
    #[error("cannot speak HTTPS: {0}")]
    Certificate(#[from] CertificateError),
    /// The system refuses threads, signals or the like.
    #[error("the system refuses: {0}")]
    System(#[from] io::Error),
}

/// The whole life of `serve`: reads the command line, runs until it is told to stop, says what went wrong.
pub fn main() -> ExitCode {
    let outcome = Options::parse(std::env::args_os().skip(1)).map_err(ServerError::from).and_then(|options| {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(run(options))
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(ServerError::Options(OptionsError::Help)) => {
            println!("{}", OptionsError::Help);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("serve: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Each socket takes a file descriptor, and the usual soft limit of 1,024 is for programs that cannot count further. Without the
/// right to raise it the server has fewer connections.
fn allow_many_sockets() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let _fewer_then = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
}

async fn run(options: Options) -> Result<(), ServerError> {
    let tls = options.tls.as_ref().map(tls::acceptor).transpose()?;
    let site = Site::open(&options.dist).map_err(|source| ServerError::Dist { dist: options.dist, source })?;
    let listener = TcpListener::bind(&options.listen).await.map_err(|source| match source.kind() {
        io::ErrorKind::AddrInUse => ServerError::Taken(options.listen.clone()),
        _ => ServerError::Listen { listen: options.listen.clone(), source },
    })?;
    let stop = stop_signal()?;
    allow_many_sockets();
    println!("Voice Memos is on {}", address(tls.is_some(), listener.local_addr()?));

    let announcer = options.tracker.then(|| Announcer::start(Limits::default(), stop.clone()));
    let app = app(site, announcer.clone()).into_make_service_with_connect_info::<SocketAddr>();
    let work = async {
        match tls {
            Some(tls) => {
                let listener = TlsListener::start(listener, tls)?.tap_io(|stream| send_at_once(stream.get_ref().0));
                axum::serve(listener, app).with_graceful_shutdown(stopped(stop.clone())).await?;
            }
            None => {
                let listener = listener.tap_io(|stream| send_at_once(stream));
                axum::serve(listener, app).with_graceful_shutdown(stopped(stop.clone())).await?;
            }
        }
        if let Some(announcer) = announcer {
            announcer.empty().await;
        }
        io::Result::Ok(())
    };
    tokio::select! {
        finished = work => finished?,
        () = async { stopped(stop.clone()).await; tokio::time::sleep(FAREWELL).await } => {}
    }
    Ok(())
}

/// Small messages wait for nothing: Nagle's algorithm and delayed acknowledgements together cost 40 ms each time.
fn send_at_once(stream: &TcpStream) {
    // A connection that is gone already says so at the first read.
    let _gone = stream.set_nodelay(true);
}

fn app(site: Site, announcer: Option<Arc<Announcer>>) -> Router {
    let mut app = Router::new().fallback(file);
    if announcer.is_some() {
        app = app.route("/announce", any(announce));
    }
    app.with_state(App { site: Arc::new(site), announcer })
}

async fn file(State(app): State<App>, request: Request) -> Response {
    app.site.answer(request).await
}

async fn announce(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let Some(announcer) = app.announcer else { return StatusCode::NOT_FOUND.into_response() };
    let mut response = announcer.answer(upgrade, peer.ip());
    app.site.policy().apply(response.headers_mut()).await;
    response
}

/// Becomes true at the first SIGTERM or SIGINT.
fn stop_signal() -> io::Result<watch::Receiver<bool>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let (sender, receiver) = watch::channel(false);
    tokio::spawn(async move {
        tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
        let _nobody_listens = sender.send(true);
    });
    Ok(receiver)
}

async fn stopped(mut stop: watch::Receiver<bool>) {
    let _sender_is_gone = stop.wait_for(|stop| *stop).await;
}

/// What a person types into the browser. Browsers give the microphone to `localhost`, not to plain-HTTP addresses.
fn address(secure: bool, local: SocketAddr) -> String {
    let scheme = if secure { "https" } else { "http" };
    if local.ip().is_loopback() || local.ip().is_unspecified() {
        format!("{scheme}://localhost:{}", local.port())
    } else {
        format!("{scheme}://{local}")
    }
}
