//! Hosts far from each other, on one machine: network namespaces, each with a TUN device, and between them a path that takes
//! its time. Needs root, `ip` and `/dev/net/tun`.

use crate::process::{Process, program};
use rustix::process::setpriority_process;
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use std::collections::VecDeque;
use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::fd::AsFd;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::mpsc as blocking;
use std::thread;
use std::time::Duration;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::time::{Instant, sleep_until};
use tokio_tun::Tun;

/// How long a packet is under way, one way.
const DELAY: Duration = Duration::from_millis(50);
/// What each host can send: a home's connection, and less than what overruns Chromium's receive buffer.
const BITS_PER_SECOND: f64 = 50e6;
/// What waits in front of that, as routers are set up: as much as is under way there and back. The rest is dropped.
const QUEUE: Duration = Duration::from_millis(100);
/// Timers are a millisecond late or two; the packets of so much time may come at once.
const CATCHING_UP: Duration = Duration::from_millis(2);
/// What a packet can hold.
const PACKET_BYTES: usize = 1500;
/// Where a packet's destination stands in its IPv4 header; the last of its four bytes is the host.
const HOST_AT: usize = 19;
/// Both browsers and what is between them come before whatever else the machine does: Chromium has the system keep no more than
/// some 60 packets for it, so a receiver that waits for a core for 15 ms loses what no network lost.
const NICE: i32 = -20;
/// Each namespace has ports of its own.
const CHROMEDRIVER_PORT: u16 = 9515;

/// Where `ip` keeps namespaces, and how ours begin; the id of the process that made them follows.
const NAMESPACES: &str = "/run/netns";
const NAME: &str = "memos-";

/// A host. Dropping it removes its namespace.
pub(crate) struct Host {
    namespace: String,
    pub(crate) address: Ipv4Addr,
}

/// A packet, and when it is there.
type Parcel = (Instant, Vec<u8>);

/// So many hosts, with the same way between any two of them.
pub(crate) fn hosts(count: u8) -> Vec<Host> {
    remove_leftovers();
    let (senders, receivers): (Vec<_>, Vec<_>) = (0..count).map(|_| mpsc::unbounded_channel::<Parcel>()).unzip();
    let senders = Arc::new(senders);
    let connected = (1..).zip(receivers).map(|(number, parcels)| Host::connected(number, &senders, parcels));
    connected.collect()
}

impl Host {
    fn connected(number: u8, others: &Arc<Vec<UnboundedSender<Parcel>>>, parcels: UnboundedReceiver<Parcel>) -> Host {
        let namespace = format!("{NAME}{}-{number}", std::process::id());
        ip(&format!("netns add {namespace}"));
        let host = Host { namespace, address: Ipv4Addr::new(10, 77, 0, number) };
        let others = Arc::clone(others);
        let (ready, is_ready) = blocking::channel();
        host.inside(move || {
            setpriority_process(None, NICE).expect("root may be impolite");
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async move {
                let tun = Tun::builder().name("path").build().expect("/dev/net/tun can be used").pop().expect("one");
                ready.send(()).expect("somebody waits");
                let tun = Arc::new(tun);
                tokio::join!(carry_away(Arc::clone(&tun), others), bring(tun, parcels));
            });
        });
        is_ready.recv().expect("the device is there");
        let name = &host.namespace;
        ip(&format!("-n {name} addr add {}/24 dev path", host.address));
        ip(&format!("-n {name} link set lo up"));
        ip(&format!("-n {name} link set path mtu {PACKET_BYTES} up"));
        // Chromium offers the address that leads to everywhere.
        ip(&format!("-n {name} route add default dev path"));
        host
    }

    /// Has a thread of its own do something on this host. Sockets that it makes stay there.
    fn inside<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> thread::JoinHandle<T> {
        let namespace = File::open(Path::new(NAMESPACES).join(&self.namespace)).expect("the namespace is there");
        thread::spawn(move || {
            move_into_link_name_space(namespace.as_fd(), Some(LinkNameSpaceType::Network)).expect("root may move");
            work()
        })
    }

    /// A socket that listens on this host.
    pub(crate) fn listener(&self) -> TcpListener {
        let address = self.address;
        let listener = self.inside(move || TcpListener::bind((address, 0)).expect("a free port"));
        let listener = listener.join().expect("the thread ends well");
        listener.set_nonblocking(true).expect("a socket");
        listener
    }

    /// Starts a program on this host.
    pub(crate) fn start(&self, command: &[&str]) -> Process {
        Process::start(Command::new(program(&["ip"])).args(["netns", "exec", &self.namespace]).args(command))
    }

    /// Starts a chromedriver on this host, and a door to it from here. Returns the door's address.
    pub(crate) fn chromedriver(&self) -> (Process, String) {
        let driver = self.start(&[
            "nice",
            "-n",
            &NICE.to_string(),
            &program(&["chromedriver"]),
            &format!("--port={CHROMEDRIVER_PORT}"),
        ]);
        driver.wait_for_line(|line| line.contains("started successfully").then_some(()));
        let door = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = door.local_addr().expect("an address");
        door.set_nonblocking(true).expect("a socket");
        self.inside(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(keep_door(door, SocketAddr::from(([127, 0, 0, 1], CHROMEDRIVER_PORT))));
        });
        (driver, format!("http://{address}"))
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        // What still runs there keeps it alive until it ends.
        Command::new("ip").args(["netns", "del", &self.namespace]).status().ok();
    }
}

/// Removes the hosts of runs that were killed.
fn remove_leftovers() {
    for namespace in fs::read_dir(NAMESPACES).into_iter().flatten().flatten() {
        let name = namespace.file_name().to_string_lossy().into_owned();
        let process = name.strip_prefix(NAME).and_then(|rest| rest.split('-').next());
        if process.is_some_and(|process| !Path::new("/proc").join(process).exists()) {
            ip(&format!("netns del {name}"));
        }
    }
}

/// Reads what the host sends, at the speed of its connection.
async fn carry_away(tun: Arc<Tun>, others: Arc<Vec<UnboundedSender<Parcel>>>) {
    let mut packet = vec![0; PACKET_BYTES];
    let mut free_at = Instant::now();
    while let Ok(length) = tun.recv(&mut packet).await {
        let now = Instant::now();
        let starts_at = free_at.max(now);
        let is_ipv4 = packet[0] >> 4 == 4;
        let host = others.get(usize::from(packet[HOST_AT]).wrapping_sub(1)).filter(|_| is_ipv4);
        // What goes to nobody, and what finds the queue full, is lost.
        if let Some(host) = host.filter(|_| starts_at - now < QUEUE) {
            free_at = starts_at + on_the_wire(length);
            host.send((free_at + DELAY, packet[..length].to_vec())).ok();
        }
    }
}

/// Hands the host what is sent to it, when it is due.
async fn bring(tun: Arc<Tun>, mut parcels: UnboundedReceiver<Parcel>) {
    // However late this program is, what comes in comes no faster than a connection carries it.
    let mut free_at = Instant::now();
    // Several hosts send, each in its own order.
    let mut waiting: VecDeque<Parcel> = VecDeque::new();
    loop {
        let due = waiting.front().map(|(due, _)| *due);
        let parcel = tokio::select! {
            parcel = parcels.recv() => parcel,
            () = sleep_until(due.unwrap_or(free_at).max(free_at)), if due.is_some() => {
                if let Some((_, packet)) = waiting.pop_front() {
                    tun.send(&packet).await.ok();
                    free_at = free_at.max(Instant::now() - CATCHING_UP) + on_the_wire(packet.len());
                }
                continue;
            }
        };
        let Some(parcel) = parcel else { return };
        let at = waiting.partition_point(|(due, _)| *due <= parcel.0);
        waiting.insert(at, parcel);
    }
}

/// How long a connection is busy with so many bytes.
fn on_the_wire(bytes: usize) -> Duration {
    Duration::from_secs_f64(bytes as f64 * 8.0 / BITS_PER_SECOND)
}

async fn keep_door(door: TcpListener, to: SocketAddr) {
    let door = tokio::net::TcpListener::from_std(door).expect("a socket");
    while let Ok((mut here, _)) = door.accept().await {
        tokio::spawn(async move {
            if let Ok(mut there) = tokio::net::TcpStream::connect(to).await {
                tokio::io::copy_bidirectional(&mut here, &mut there).await.ok();
            }
        });
    }
}

fn ip(arguments: &str) {
    let done = Command::new("ip").args(arguments.split(' ')).status();
    assert!(done.is_ok_and(|status| status.success()), "`ip {arguments}` failed: `make bench-net` needs root");
}
