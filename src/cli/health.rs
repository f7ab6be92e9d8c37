//! `rejoinder health`: for health checks where there is no other HTTP client, as in the container image.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use super::{Failure, say};

/// How long the service may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// Asks the service that listens on `address` whether it is ready.
pub(super) fn ask(address: SocketAddr) -> Result<(), Failure> {
    let address = SocketAddr::new(reachable(address.ip()), address.port());
    let not_ready = |reason: String| Failure::NotDone(format!("the service at {address} is not ready: {reason}"));
    let status = read_status(address).map_err(|error| not_ready(error.to_string()))?;
    if status.contains(" 200 ") { say("ready") } else { Err(not_ready(status)) }
}

/// Where a service that listens on every address can be reached from the same machine.
fn reachable(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(v4) if v4.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(v6) if v6.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        other => other,
    }
}

fn read_status(address: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(stream, "GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.take(4_096).read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer);
    let status = answer.lines().next().map(str::to_owned);
    status.ok_or_else(|| std::io::Error::other("it closed the connection without an answer"))
}
