use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::net::Ipv4Addr;
use std::panic::resume_unwind;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use crate::Unlimited;

const SCRIPT: &str = include_str!("link.sh");

static COUNT: AtomicU32 = AtomicU32::new(0);

/// A link between this machine and another network, which has nothing else in it. It can go down: what is sent is lost from
/// then on, and neither end is told. It goes when it is dropped, and just as well when the process ends in any other way.
///
/// It takes Linux, the rights of root, and the programs `ip` and `unshare`.
#[derive(Debug)]
pub struct Link {
    /// The name of this machine's end.
    near: String,
    address: Ipv4Addr,
    /// The other network: it is there as long as this is open.
    far: File,
}

impl Link {
    /// A link that is up.
    ///
    /// # Errors
    /// When this machine does not let one be made.
    pub fn open() -> Result<Self, Unlimited> {
        let what = "a link to another network";
        Link::build().map_err(|error| Unlimited::said(String::from(what), error))
    }

    fn build() -> io::Result<Self> {
        let nth = COUNT.fetch_add(1, Ordering::Relaxed);
        let near = format!("ml{}-{nth}", std::process::id());
        let mut builder = builder(&near)?;
        let far = File::open(format!("/proc/{}/ns/net", builder.id()));
        drop(builder.stdin.take());
        builder.wait()?;
        let mut link = Link {
            near,
            address: Ipv4Addr::UNSPECIFIED,
            far: far?,
        };
        link.number()?;
        Ok(link)
    }

    /// Gives both ends an address that no other link has: of 198.18.0.0/15, which is for tests of networks and leads nowhere
    /// (RFC 2544), by the number that the system gave the near end.
    fn number(&mut self) -> io::Result<()> {
        let shown = ip(&format!("-o link show dev {}", self.near))?;
        let number = shown.split(':').next().and_then(|first| first.parse().ok());
        let number: u32 = number.ok_or(io::ErrorKind::InvalidData)?;
        let base = u32::from(Ipv4Addr::new(198, 18, 0, 0)) + number % (1 << 15) * 4;
        self.address = Ipv4Addr::from(base + 1);
        let far = Ipv4Addr::from(base + 2);
        ip(&format!("addr add {}/30 dev {}", self.address, self.near))?;
        ip(&format!("link set {} up", self.near))?;
        self.across(|| ip(&format!("addr add {far}/30 dev far")))??;
        Ok(())
    }

    /// The address of this machine on it.
    pub fn address(&self) -> Ipv4Addr {
        self.address
    }

    /// The connection string of a server on this machine, for who comes by way of the link. It is one without TLS.
    pub fn url(&self, url: &str) -> String {
        let url = url.replace("@127.0.0.1:", &format!("@{}:", self.address));
        format!("{url}?sslmode=disable")
    }

    /// Does something at the other end: connections that are opened in it come from there, and so do those of processes that
    /// it starts.
    ///
    /// # Errors
    /// When the system does not let this thread in.
    pub fn across<T: Send>(&self, work: impl FnOnce() -> T + Send) -> io::Result<T> {
        thread::scope(|scope| {
            let there = scope.spawn(|| {
                enter(&self.far)?;
                Ok(work())
            });
            there.join().unwrap_or_else(|panic| resume_unwind(panic))
        })
    }

    /// From now on nothing passes.
    ///
    /// # Errors
    /// When it cannot be told.
    pub fn down(&self) -> io::Result<()> {
        self.across(|| ip("link set middle down"))?.map(drop)
    }

    /// From now on everything passes again.
    ///
    /// # Errors
    /// When it cannot be told.
    pub fn up(&self) -> io::Result<()> {
        self.across(|| ip("link set middle up"))?.map(drop)
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        // at once, although what is open at the other end may keep it
        let _ = ip(&format!("link delete {}", self.near));
    }
}

/// A process in a network of its own, which has built the link.
fn builder(near: &str) -> io::Result<Child> {
    let mut command = Command::new("unshare");
    command
        .args(["--net", "sh", "-c", SCRIPT, "ml-chaos", near])
        .arg(std::process::id().to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let mut said = String::new();
    if let Some(out) = &mut child.stdout {
        BufReader::new(out).read_line(&mut said)?;
    }
    if said == "built\n" {
        return Ok(child);
    }
    if let Some(err) = &mut child.stderr {
        err.read_to_string(&mut said)?;
    }
    child.wait()?;
    Err(io::Error::other(said.trim().to_owned()))
}

/// What `ip` says.
fn ip(arguments: &str) -> io::Result<String> {
    let output = Command::new("ip").args(arguments.split(' ')).output()?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => {
            let why = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            Err(io::Error::other(why))
        }
    }
}

/// Moves this thread into a network.
#[cfg(target_os = "linux")]
fn enter(network: &File) -> io::Result<()> {
    use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
    use std::os::fd::AsFd;
    let kind = Some(LinkNameSpaceType::Network);
    Ok(move_into_link_name_space(network.as_fd(), kind)?)
}

#[cfg(not(target_os = "linux"))]
fn enter(_: &File) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::{TcpListener, TcpStream};
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_is_sent_while_it_is_down_comes_when_it_is_up() {
        let Ok(link) = Link::open() else {
            return; // which was said
        };
        let listener = TcpListener::bind((link.address(), 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let mut far = link
            .across(|| TcpStream::connect(address))
            .unwrap()
            .unwrap();
        let (mut near, from) = listener.accept().unwrap();
        assert_ne!(from.ip(), link.address());
        near.set_read_timeout(Some(Duration::from_millis(300)))
            .unwrap();
        let mut one = [0];
        far.write_all(b"a").unwrap();
        near.read_exact(&mut one).unwrap();
        link.down().unwrap();
        far.write_all(b"b").unwrap();
        assert!(near.read_exact(&mut one).is_err(), "it passes");
        link.up().unwrap();
        near.set_read_timeout(Some(Duration::from_secs(10)))
            .unwrap();
        near.read_exact(&mut one).unwrap();
        assert_eq!(one, *b"b");
    }

    #[test]
    fn two_have_nothing_to_do_with_each_other_and_nothing_is_left() {
        let (Ok(one), Ok(other)) = (Link::open(), Link::open()) else {
            return; // which was said
        };
        assert_ne!(one.address(), other.address());
        let listener = TcpListener::bind((one.address(), 0)).unwrap();
        let address = listener.local_addr().unwrap();
        one.across(|| TcpStream::connect(address)).unwrap().unwrap();
        assert!(
            other
                .across(|| TcpStream::connect(address))
                .unwrap()
                .is_err()
        );
        let near = one.near.clone();
        drop(one);
        assert!(ip(&format!("link show dev {near}")).is_err());
    }
}
