//! As much of HTTP/1.1 as both sides of a keep-alive connection need.

use std::io::{self, ErrorKind, Read, Write};

/// A request as a stand-in sees it.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) target: Option<String>,
    pub(crate) signed: bool,
    pub(crate) body: Vec<u8>,
}

/// A connection and what was read past the last message.
pub(crate) struct Connection<S> {
    stream: S,
    buffer: Vec<u8>,
}

fn invalid(what: impl Into<String>) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, what.into())
}

impl<S: Read + Write> Connection<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self { stream, buffer: Vec::with_capacity(8 * 1024) }
    }

    /// The next request, `None` when the client has closed.
    pub(crate) fn request(&mut self) -> io::Result<Option<Request>> {
        loop {
            if let Some((head, mut request, length)) = parse_request(&self.buffer)? {
                self.fill(head + length)?;
                request.body = self.buffer[head..head + length].to_vec();
                self.buffer.drain(..head + length);
                return Ok(Some(request));
            }
            if !self.read_more()? {
                return if self.buffer.is_empty() { Ok(None) } else { Err(invalid("half a request")) };
            }
        }
    }

    /// The next response: its status and body. For the client of a web server.
    pub(crate) fn response(&mut self) -> io::Result<(u16, Vec<u8>)> {
        loop {
            if let Some((head, status, length)) = parse_response(&self.buffer)? {
                self.fill(head + length)?;
                let body = self.buffer[head..head + length].to_vec();
                self.buffer.drain(..head + length);
                return Ok((status, body));
            }
            if !self.read_more()? {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)?;
        self.stream.flush()
    }

    fn fill(&mut self, length: usize) -> io::Result<()> {
        while self.buffer.len() < length {
            if !self.read_more()? {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(())
    }

    fn read_more(&mut self) -> io::Result<bool> {
        let mut chunk = [0; 8 * 1024];
        let read = self.stream.read(&mut chunk)?;
        self.buffer.extend_from_slice(&chunk[..read]);
        Ok(read > 0)
    }
}

fn length(headers: &[httparse::Header<'_>]) -> io::Result<usize> {
    let value = |name: &str| headers.iter().find(|header| header.name.eq_ignore_ascii_case(name));
    if value("transfer-encoding").is_some() {
        return Err(invalid("a chunked message; none of what is measured sends one"));
    }
    let text = value("content-length").and_then(|header| std::str::from_utf8(header.value).ok());
    Ok(text.and_then(|text| text.parse().ok()).unwrap_or(0))
}

type ParsedRequest = Option<(usize, Request, usize)>;

fn parse_request(buffer: &[u8]) -> io::Result<ParsedRequest> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut parsed = httparse::Request::new(&mut headers);
    let Ok(status) = parsed.parse(buffer) else { return Err(invalid("not an HTTP request")) };
    let httparse::Status::Complete(head) = status else { return Ok(None) };
    let header = |name: &str| {
        let found = parsed.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(found.value).ok()
    };
    let request = Request {
        method: parsed.method.unwrap_or_default().to_owned(),
        path: parsed.path.unwrap_or_default().to_owned(),
        target: header("x-amz-target").map(str::to_owned),
        signed: header("authorization")
            .is_some_and(|value| value.starts_with("AWS4-HMAC-SHA256 Credential=")),
        body: Vec::new(),
    };
    Ok(Some((head, request, length(parsed.headers)?)))
}

fn parse_response(buffer: &[u8]) -> io::Result<Option<(usize, u16, usize)>> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut parsed = httparse::Response::new(&mut headers);
    let Ok(status) = parsed.parse(buffer) else { return Err(invalid("not an HTTP response")) };
    let httparse::Status::Complete(head) = status else { return Ok(None) };
    Ok(Some((head, parsed.code.unwrap_or(0), length(parsed.headers)?)))
}

/// The bytes of a response.
pub(crate) fn answer(status: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("HTTP/1.1 {status}\r\n").into_bytes();
    for (name, value) in headers {
        bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    bytes.extend_from_slice(format!("content-length: {}\r\n\r\n", body.len()).as_bytes());
    bytes.extend_from_slice(body);
    bytes
}
