//! How the client spelled its header names.
//!
//! API Gateway hands names on as they were sent (`Authorization` and `authorization` are two different keys of the
//! event), so a function that looks up one spelling fails in the field. The HTTP library lower-cases names; this
//! listener reads along on the connection and remembers the spelling.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// A head that is longer than this is refused by the HTTP library anyway.
const MAX_LINE_BYTES: usize = 64 * 1024;

type Spellings = Arc<Mutex<HashMap<String, String>>>;

/// The client's end of a connection.
#[derive(Debug, Clone)]
pub struct Peer {
    /// Its address.
    pub address: SocketAddr,
    spellings: Spellings,
}

impl Peer {
    /// The spelling the client used last for this (lower-case) name.
    pub(super) fn spelling(&self, name: &str) -> String {
        let spellings = self.spellings.lock();
        spellings.get(name).cloned().unwrap_or_else(|| name.to_owned())
    }
}

/// A TCP listener whose connections remember how header names were spelled.
pub struct SpellingListener(pub TcpListener);

impl Listener for SpellingListener {
    type Io = SpellingStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let (stream, address) = Listener::accept(&mut self.0).await;
        // Answers are small and written in two parts (head, body): waiting to fill a packet would delay each one.
        let _ = stream.set_nodelay(true);
        (SpellingStream { stream, reader: HeadReader::default() }, address)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.0.local_addr()
    }
}

impl Connected<IncomingStream<'_, SpellingListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, SpellingListener>) -> Self {
        Self { address: *stream.remote_addr(), spellings: Arc::clone(&stream.io().reader.spellings) }
    }
}

/// A TCP connection that is read along.
pub struct SpellingStream {
    stream: TcpStream,
    reader: HeadReader,
}

impl AsyncRead for SpellingStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let result = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.reader.read(&buffer.filled()[before..]);
        result
    }
}

impl AsyncWrite for SpellingStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// Follows HTTP/1.1 just far enough to tell heads from bodies.
#[derive(Default)]
struct HeadReader {
    spellings: Spellings,
    line: Vec<u8>,
    body_bytes_left: usize,
    content_length: usize,
    /// A chunked body or an endless line: from here on names stay as the HTTP library gives them.
    is_lost: bool,
}

impl HeadReader {
    fn read(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() && !self.is_lost {
            let skipped = self.body_bytes_left.min(bytes.len());
            self.body_bytes_left -= skipped;
            bytes = &bytes[skipped..];
            let Some(end) = bytes.iter().position(|byte| *byte == b'\n') else {
                self.line.extend_from_slice(bytes);
                self.is_lost = self.line.len() > MAX_LINE_BYTES;
                return;
            };
            self.line.extend_from_slice(&bytes[..end]);
            bytes = &bytes[end + 1..];
            self.finish_line();
        }
    }

    fn finish_line(&mut self) {
        let line = String::from_utf8_lossy(&std::mem::take(&mut self.line)).into_owned();
        let line = line.trim_end_matches('\r');
        if line.is_empty() {
            self.body_bytes_left = std::mem::take(&mut self.content_length);
            return;
        }
        let Some((name, value)) = line.split_once(':').filter(|(name, _)| !name.contains(' ')) else {
            return;
        };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => self.content_length = value.trim().parse().unwrap_or_default(),
            "transfer-encoding" => self.is_lost = true,
            lower => {
                let mut spellings = self.spellings.lock();
                spellings.insert(lower.to_owned(), name.to_owned());
            }
        }
    }
}
