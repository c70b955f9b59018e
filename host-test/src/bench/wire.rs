//! As much of HTTP/1.1 as a caller needs who counts bytes.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use super::Result;

/// A request for `target` as a browser would send it, its fields shortened.
pub(super) fn request(target: &str) -> Vec<u8> {
    format!(
        "GET {target} HTTP/1.1\r\nhost: pics.example.org\r\nuser-agent: Mozilla/5.0 (X11; Linux \
         x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\naccept: image/avif,image/webp,*/*\r\n\
         accept-language: en-US,en;q=0.5\r\naccept-encoding: gzip, deflate, br, zstd\r\n\r\n"
    )
    .into_bytes()
}

/// A response with its fields in the order they came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Response {
    pub(super) status: u16,
    pub(super) fields: Vec<(String, Vec<u8>)>,
    pub(super) body: Vec<u8>,
}

impl Response {
    /// Asks for a target on a connection of its own.
    pub(super) fn fetch(address: SocketAddr, target: &str) -> Result<Self> {
        let mut stream = TcpStream::connect(address)?;
        stream.write_all(&request(target))?;
        let mut bytes = Vec::new();
        let mut chunk = [0; 16 << 10];
        loop {
            let read = stream.read(&mut chunk)?;
            bytes.extend_from_slice(chunk.get(..read).unwrap_or_default());
            if let Some(response) = Self::parse(&bytes)? {
                return Ok(response);
            }
            if read == 0 {
                return Err("the server closed the connection in the middle of an answer".into());
            }
        }
    }

    fn parse(bytes: &[u8]) -> Result<Option<Self>> {
        let mut fields = [httparse::EMPTY_HEADER; MOST_FIELDS];
        let mut response = httparse::Response::new(&mut fields);
        let httparse::Status::Complete(head) = response.parse(bytes)? else {
            return Ok(None);
        };
        let length = length(response.headers)?;
        let body = bytes.get(head..head + length);
        Ok(body.map(|body| Self {
            status: response.code.unwrap_or_default(),
            fields: response
                .headers
                .iter()
                .map(|field| (field.name.to_owned(), field.value.to_owned()))
                .collect(),
            body: body.to_vec(),
        }))
    }

    /// The bytes it takes on the wire, without those of the status line.
    pub(super) fn size(&self) -> usize {
        let fields = self.fields.iter();
        let fields: usize = fields
            .map(|(name, value)| name.len() + value.len() + 4)
            .sum();
        fields + 2 + self.body.len()
    }
}

/// More than any answer has.
const MOST_FIELDS: usize = 64;

/// Status and length of the response that the bytes begin with, once they hold
/// all of it.
pub(super) fn whole(bytes: &[u8]) -> Result<Option<(u16, usize)>> {
    let mut fields = [httparse::EMPTY_HEADER; MOST_FIELDS];
    let mut response = httparse::Response::new(&mut fields);
    let httparse::Status::Complete(head) = response.parse(bytes)? else {
        return Ok(None);
    };
    let end = head + length(response.headers)?;
    Ok((bytes.len() >= end).then(|| (response.code.unwrap_or_default(), end)))
}

fn length(fields: &[httparse::Header<'_>]) -> Result<usize> {
    let value = fields
        .iter()
        .find(|field| field.name.eq_ignore_ascii_case("content-length"))
        .ok_or("an answer without content-length")?
        .value;
    Ok(std::str::from_utf8(value)?.parse()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_is_whole_with_its_last_byte() {
        let text = b"HTTP/1.1 302 Found\r\nLocation: x\r\nContent-Length: 2\r\n\r\nab";
        for cut in 0..text.len() {
            assert_eq!(whole(&text[..cut]).unwrap(), None, "{cut}");
            assert_eq!(Response::parse(&text[..cut]).unwrap(), None, "{cut}");
        }
        assert_eq!(whole(text).unwrap(), Some((302, text.len())));
        let response = Response::parse(text).unwrap().unwrap();
        assert_eq!(response.fields[0], ("Location".to_owned(), b"x".to_vec()));
        assert_eq!(response.body, b"ab");
        assert_eq!(response.size(), text.len() - "HTTP/1.1 302 Found\r\n".len());
    }

    #[test]
    fn a_response_without_a_length_is_an_error() {
        assert!(whole(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
    }
}
