//! Where a journey takes place: the server and the drivers that all journeys share, and the devices
//! that this one uses.

use crate::browser::Browser;
use crate::device::{Device, Setup};
use crate::page::FAR_LIMIT;
use crate::process::{Process, program};
use crate::server::{Server, built_with_config, private_config};
use crate::speech;
use crate::tracker::{Meeting, Tracker};
use axum::Router;
use futures_util::FutureExt;
use std::any::Any;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, LazyLock, Mutex, Weak};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime"));

/// What all journeys share while any of them runs; it ends with the last one.
pub(crate) struct House {
    /// A server that nobody stops.
    pub(crate) server: Server,
    dist: PathBuf,
    chromedriver: Process,
    chromedriver_address: String,
    /// What the fake microphones hear.
    pub(crate) speech: PathBuf,
    _folder: TempDir,
}

impl House {
    fn shared() -> Arc<House> {
        static HOUSE: Mutex<Weak<House>> = Mutex::new(Weak::new());
        let mut house = HOUSE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        house.upgrade().unwrap_or_else(|| {
            let built = Arc::new(House::build());
            *house = Arc::downgrade(&built);
            built
        })
    }

    fn build() -> House {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let speech = speech::speak(folder.path());
        let (chromedriver, port) = start_chromedriver();
        let dist = built_with_config(folder.path(), &private_config());
        House {
            server: Server::start_in(dist.clone(), &[]),
            dist,
            chromedriver,
            chromedriver_address: format!("http://127.0.0.1:{port}"),
            speech,
            _folder: folder,
        }
    }

    /// Where sessions of Chromium are made.
    pub(crate) fn chromedriver(&self) -> &str {
        let _running = &self.chromedriver;
        &self.chromedriver_address
    }
}

/// Chromedriver lets the system choose a port on one loopback and wants the same one on the other, where it may be taken; it
/// then gives up. So it is started until the two agree.
fn start_chromedriver() -> (Process, u16) {
    const TRIES: usize = 20;
    let agreed = (0..TRIES).find_map(|_| {
        let process = Process::start(Command::new(program(&["chromedriver"])).arg("--port=0"));
        let port = process.wait_for_line(|line| {
            let port = || line.split("started successfully on port ").nth(1)?.trim_end_matches('.').parse::<u16>().ok();
            if line.contains("port not available") { Some(None) } else { port().map(Some) }
        });
        port.map(|port| (process, port))
    });
    agreed.unwrap_or_else(|| panic!("chromedriver found no port in {TRIES} tries"))
}

/// One journey: its devices are its own, and all of them are closed and judged at its end.
pub(crate) struct Stage {
    house: Arc<House>,
    devices: Mutex<Vec<Arc<Device>>>,
    /// What its devices use until they are closed: without it their consoles would fill with complaints.
    used: Mutex<Vec<Arc<dyn Any + Send + Sync>>>,
}

impl Stage {
    /// A device with a browser, a microphone that speaks, and the app of the shared server.
    pub(crate) async fn device(&self, browser: Browser) -> Arc<Device> {
        self.device_with(Setup::new(browser)).await
    }

    /// A device that differs from the usual one.
    pub(crate) async fn device_with(&self, setup: Setup) -> Arc<Device> {
        let number = self.devices.lock().expect("no device has panicked").len() + 1;
        let device = Arc::new(Device::start(Arc::clone(&self.house), format!("device {number}"), setup).await);
        self.devices.lock().expect("no device has panicked").push(Arc::clone(&device));
        device
    }

    /// A page of the test's own, at `/` of these routes, which says `window.ready = true`, in a browser of its own.
    pub(crate) async fn page(&self, browser: Browser, routes: Router) -> Arc<Device> {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move { axum::serve(listener, routes).await });
        let device = self.device_with(Setup::new(browser).at(format!("http://localhost:{}", address.port()))).await;
        device.open("/").await;
        let ready = async || device.eval("return window.ready", vec![]).await.as_bool().filter(|ready| *ready);
        device.wait_for("the page of the test is loaded", FAR_LIMIT, ready).await;
        device
    }

    /// The server that all journeys share.
    pub(crate) fn server(&self) -> &Server {
        &self.house.server
    }

    /// A server of this journey's own, for it to stop.
    pub(crate) fn own_server(&self) -> Arc<Server> {
        self.keep(Server::start_in(self.house.dist.clone(), &[]))
    }

    /// A tracker, ours or another's, and an app that meets there.
    pub(crate) fn meeting(&self, tracker: Tracker) -> Arc<Meeting> {
        self.keep(Meeting::at(tracker, self))
    }

    /// Keeps something until the devices are closed.
    pub(crate) fn keep<T: Send + Sync + 'static>(&self, used: T) -> Arc<T> {
        let used = Arc::new(used);
        self.used.lock().expect("nothing has panicked here").push(Arc::clone(&used) as Arc<dyn Any + Send + Sync>);
        used
    }

    fn devices(&self) -> Vec<Arc<Device>> {
        self.devices.lock().map(|devices| devices.clone()).unwrap_or_default()
    }
}

/// Runs one journey. Its devices are closed afterwards, and each must have had a clean console.
/// When it fails, pictures of what they showed are left in `target/e2e/`.
pub(crate) fn journey(body: impl AsyncFnOnce(&Stage)) {
    RUNTIME.block_on(async {
        let stage = Stage { house: House::shared(), devices: Mutex::default(), used: Mutex::default() };
        let outcome = AssertUnwindSafe(body(&stage)).catch_unwind().await;
        if let Err(panic) = outcome {
            let name = std::thread::current().name().unwrap_or("journey").replace("::", "-");
            for device in stage.devices() {
                device.leave_picture(&name).await;
                device.close_unjudged().await;
            }
            resume_unwind(panic);
        }
        for device in stage.devices() {
            device.close().await;
        }
    });
}
