//! `make bench-net`: the two browsers, and the server, are hosts far from each other.

use crate::browser::Browser::Chromium;
use crate::device::{Device, Setup};
use crate::field::{Field, be_patient};
use crate::hosts::{Host, hosts};
use crate::paper::{Bar, Paper};
use crate::process::Process;
use crate::race::Race;
use crate::server::{built, built_with_config, private_config};
use crate::side::Side::{App, WebTorrent};
use crate::stage::Stage;
use crate::{rounds, wanted};
use std::net::SocketAddr;
use std::sync::Arc;
use tempfile::TempDir;

pub(crate) const CASES: [(&str, usize, f64); 3] =
    [("250 kB, far away", 250_000, 0.6), ("1 MB, far away", 1_000_000, 0.6), ("8 MB, far away", 8_000_000, 0.5)];

/// A sender and a receiver on hosts of their own, and a third one in the middle with the servers.
pub(crate) struct Far {
    pub(crate) field: Field,
    pub(crate) sender: Arc<Device>,
    pub(crate) receiver: Arc<Device>,
    _dist: TempDir,
    _processes: [Process; 3],
    _hosts: Vec<Host>,
}

/// Runs the cases that are wanted.
pub(crate) async fn measure(stage: &Stage, paper: &mut Paper) {
    paper.say("Sender, receiver and server are hosts of their own, any two of them 50 ms apart (one way), each behind 50 Mbit/s.");
    let Far { field, sender, receiver, .. } = &Far::on(stage).await;
    for (name, bytes, bar) in CASES.into_iter().filter(|(name, ..)| wanted(name)) {
        let race = Race { field, sender: sender.clone(), receivers: vec![receiver.clone()], bytes };
        let laps = race.run(name, &[App, WebTorrent], rounds()).await;
        paper.compare(name, &laps, Bar::AtMost(bar));
    }
    sender.close().await;
    receiver.close().await;
}

impl Far {
    pub(crate) async fn on(stage: &Stage) -> Far {
        let hosts = hosts(3);
        let [middle, sender, receiver] = &hosts[..] else { panic!("three hosts were made") };
        let dist = tempfile::tempdir().expect("a temporary folder");
        let site = built_with_config(dist.path(), &private_config());
        let serve = built("target/release/serve").display().to_string();
        let listen = format!("{}:0", middle.address);
        let server = middle.start(&[&serve, "--listen", &listen, "--dist", &site.display().to_string()]);
        let address: SocketAddr =
            server.wait_for_line(|line| line.split("http://").nth(1)?.split(['/', ' ']).next()?.parse().ok());
        let field = Field::new(address.port(), middle.listener()).await;
        let (driver_of_sender, sender) = browser(stage, sender, middle).await;
        let (driver_of_receiver, receiver) = browser(stage, receiver, middle).await;
        let _processes = [server, driver_of_sender, driver_of_receiver];
        Far { field, sender, receiver, _dist: dist, _processes, _hosts: hosts }
    }
}

/// A browser on a host of its own, for which all names of rounds are the host in the middle.
async fn browser(stage: &Stage, host: &Host, middle: &Host) -> (Process, Arc<Device>) {
    let (process, chromedriver) = host.chromedriver();
    let arguments = vec![
        format!("--host-resolver-rules=MAP *.localhost {}", middle.address),
        // Names in place of addresses are found by multicast, which ends at a router.
        "--disable-features=WebRtcHideLocalIpsWithMdns".to_owned(),
    ];
    let setup = Setup { chromedriver: Some(chromedriver), arguments, ..Setup::new(Chromium) };
    (process, be_patient(stage.device_with(setup).await).await)
}
