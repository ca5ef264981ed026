//! Gzip as programs really write it: several members, and zeros behind the last.

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::GzDecoder;

const BUFFER: usize = 256 * 1024;

/// Unpacks one member after the other. Zeros behind a member are padding of tapes and block devices; anything else is
/// an error.
pub(super) struct Members<R: Read> {
    state: State<BufReader<R>>,
}

enum State<R: BufRead> {
    Inside(GzDecoder<R>),
    Between(R),
    Ended,
}

impl<R: Read> Members<R> {
    pub fn new(packed: R) -> Members<R> {
        Members {
            state: State::Between(BufReader::with_capacity(BUFFER, packed)),
        }
    }
}

impl<R: Read> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            match std::mem::replace(&mut self.state, State::Ended) {
                State::Ended => return Ok(0),
                State::Between(mut packed) => match next(&mut packed)? {
                    None => return Ok(0),
                    Some(0x1f) => self.state = State::Inside(GzDecoder::new(packed)),
                    Some(_) => {
                        return Err(io::Error::other("what follows the packed text is no gzip"));
                    }
                },
                State::Inside(mut member) => {
                    let read = member.read(buffer)?;
                    if read > 0 {
                        self.state = State::Inside(member);
                        return Ok(read);
                    }
                    self.state = State::Between(member.into_inner());
                }
            }
        }
    }
}

/// The next byte that is no zero, left where it is.
fn next(packed: &mut impl BufRead) -> io::Result<Option<u8>> {
    loop {
        let ahead = packed.fill_buf()?;
        if ahead.is_empty() {
            return Ok(None);
        }
        match ahead.iter().position(|byte| *byte != 0) {
            Some(zeros) => {
                let byte = ahead[zeros];
                packed.consume(zeros);
                return Ok(Some(byte));
            }
            None => {
                let zeros = ahead.len();
                packed.consume(zeros);
            }
        }
    }
}
