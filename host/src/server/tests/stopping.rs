//! A server that stops ends what is under way, and waits for it so long.

use super::*;

#[test]
fn a_stopping_server_ends_what_is_under_way() {
    let server = start(ServerOptions::default());
    let address = server.address();
    let (busy, idle) = (connect(&server), connect(&server));
    (&idle)
        .write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        .unwrap();
    let mut idle = BufReader::new(idle);
    let mut line = String::new();
    while line != "ok\n" {
        line.clear();
        idle.read_line(&mut line).unwrap();
    }
    // The server asks for the body as soon as the request is under way.
    let head = b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n";
    (&busy).write_all(head).unwrap();
    let mut reader = BufReader::new(&busy);
    reader.read_line(&mut line).unwrap();
    assert!(line.contains("100 Continue"), "{line}");
    let stopping = std::thread::spawn(|| server.stop());
    // It has hung up on the idle connection: it is stopping.
    assert_eq!(idle.read_line(&mut line).unwrap(), 0);
    (&busy).write_all(b"1234").unwrap();
    let mut answer = String::new();
    reader.read_to_string(&mut answer).unwrap();
    assert!(answer.contains("HTTP/1.1 405 "), "{answer}");
    stopping.join().unwrap();
    assert!(TcpStream::connect(address).is_err(), "still listening");
}

#[test]
fn a_stopping_server_does_not_wait_for_ever() {
    let server = start(ServerOptions {
        drain: Duration::from_millis(20),
        ..ServerOptions::default()
    });
    let busy = connect(&server);
    let head = b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n";
    (&busy).write_all(head).unwrap();
    let mut line = String::new();
    BufReader::new(&busy).read_line(&mut line).unwrap();
    assert!(line.contains("100 Continue"), "{line}");
    server.stop();
}
