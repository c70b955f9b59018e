//! A machine that grants no namespaces, as many containers do.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, TcpListener};
use std::process::{Child, Command, Stdio};

use super::packed::LIST;
use crate::client::get;
use crate::skipped::skipped;
use crate::stands::input;
use crate::zips;

struct Ends(Child);

impl Drop for Ends {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn it_is_told_so_and_zips_run_all_the_same() {
    let site = zips::site(input(LIST), None);
    let folder = tempfile::tempdir().unwrap();
    for (kind, port) in [
        ("aws", 0),
        ("aliyun", 0),
        ("tencent-event", 0),
        ("tencent", 9000),
    ] {
        // Its platform's port is this machine's here.
        if TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).is_err() {
            skipped(&format!("{kind}: something listens on port {port}"));
            continue;
        }
        let zip = folder.path().join("site.zip");
        fs::write(&zip, zips::zip(kind, &site)).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_host-test"))
            .arg("run")
            .arg(&zip)
            .args(["--for", kind, "--addr", "127.0.0.1:0"])
            // Nothing is found there, what makes namespaces least of all.
            .env("PATH", folder.path())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let _child = Ends(child);
        let said = lines.next().unwrap().unwrap();
        assert!(said.starts_with("no namespaces on this machine"), "{said}");
        let line = lines.next().unwrap().unwrap();
        let rest = line
            .strip_prefix("http://")
            .unwrap_or_else(|| panic!("{line}"));
        let (address, rest) = rest.split_once('/').unwrap();
        let (base, _) = rest.split_once(" is ").unwrap();
        let address = address.parse().unwrap();
        // What it writes is printed, and has to go somewhere.
        std::thread::spawn(move || lines.for_each(drop));
        let reply = get(address, &format!("/{base}"));
        assert_eq!(reply.status, 302, "{kind}: {}", reply.text());
    }
}
