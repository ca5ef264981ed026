//! Character encoding of a text file, decided by the whole file.
//!
//! A byte order mark says it; UTF-16 without one shows in its zeros. All else is UTF-8 where it can be. Where it cannot,
//! and more than a few lines say so, no line is UTF-8, those included whose bytes happen to be: the encoding is then
//! guessed (`chardetng`, the detector of Firefox), and taken if every byte of the file is a letter in it.

use std::io::{self, BufRead, Read};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{CoderResult, Decoder, Encoding, GBK, UTF_8, UTF_16BE, UTF_16LE};

const BUFFER: usize = 64 * 1024;
/// Of so many lines with letters beyond ASCII one may be broken without the text being in another encoding.
const BROKEN: u64 = 10;
/// How many bytes of a pair must be zero for UTF-16 of mostly ASCII letters.
const HALF: usize = 3;

/// The encoding that the first bytes of a file show, and how many of them are its mark.
pub(super) fn shown(start: &[u8]) -> Option<(&'static Encoding, usize)> {
    if let Some(marked) = Encoding::for_bom(start) {
        return Some(marked);
    }
    let zeros = |from: usize| {
        start
            .iter()
            .skip(from)
            .step_by(2)
            .filter(|byte| **byte == 0)
            .count()
    };
    let (even, odd, pairs) = (zeros(0), zeros(1), start.len() / 2);
    if pairs < 4 {
        return None;
    }
    if odd * HALF > pairs && even == 0 {
        return Some((UTF_16LE, 0));
    }
    (even * HALF > pairs && odd == 0).then_some((UTF_16BE, 0))
}

/// The encoding of a whole text without a mark.
pub(super) fn found(open: &dyn Fn() -> io::Result<Box<dyn Read>>) -> io::Result<&'static Encoding> {
    let mut text = io::BufReader::with_capacity(BUFFER, open()?);
    let (mut foreign, mut broken) = (0u64, 0u64);
    let mut rest: Vec<u8> = Vec::new();
    loop {
        let ahead = text.fill_buf()?;
        if ahead.is_empty() {
            break;
        }
        let read = ahead.len();
        if ahead.is_ascii() && rest.is_empty() {
            text.consume(read);
            continue;
        }
        // Lines are looked at whole; one that is longer than any honest one in pieces.
        rest.extend_from_slice(ahead);
        text.consume(read);
        let end = rest
            .iter()
            .rposition(|byte| matches!(byte, b'\n' | b'\r'))
            .map(|end| end + 1);
        let end = end.unwrap_or(if rest.len() > 1 << 20 { rest.len() } else { 0 });
        judge(&rest[..end], &mut foreign, &mut broken);
        rest.drain(..end);
    }
    judge(&rest, &mut foreign, &mut broken);
    if broken == 0 || broken * BROKEN <= foreign {
        return Ok(UTF_8);
    }
    let guess = guess(open)?;
    Ok(guess.unwrap_or(UTF_8))
}

/// Counts the lines with letters beyond ASCII, and those of them that are not UTF-8.
fn judge(lines: &[u8], foreign: &mut u64, broken: &mut u64) {
    if lines.is_ascii() {
        return;
    }
    for line in lines.split(|byte| matches!(byte, b'\n' | b'\r')) {
        if !line.is_ascii() {
            *foreign += 1;
            *broken += u64::from(std::str::from_utf8(line).is_err());
        }
    }
}

fn guess(open: &dyn Fn() -> io::Result<Box<dyn Read>>) -> io::Result<Option<&'static Encoding>> {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    let mut gbk = Check::new(GBK);
    let mut buffer = vec![0; BUFFER];
    let mut text = open()?;
    let mut characters = Hanzi::default();
    loop {
        let read = text.read(&mut buffer)?;
        detector.feed(&buffer[..read], read == 0);
        gbk.feed(&buffer[..read], read == 0);
        characters.feed(&buffer[..read]);
        if read == 0 {
            break;
        }
    }
    // Everyday Chinese characters have their first byte in B0 to D7: a short Chinese text is told by them.
    if gbk.whole && characters.are_common() {
        return Ok(Some(GBK));
    }
    let guess = detector.guess(None, Utf8Detection::Deny);
    let mut check = Check::new(guess);
    let mut text = open()?;
    loop {
        let read = text.read(&mut buffer)?;
        check.feed(&buffer[..read], read == 0);
        if read == 0 {
            break;
        }
    }
    Ok(check.whole.then_some(guess))
}

/// Whether every byte of a text is part of a letter in an encoding.
struct Check {
    decoder: Decoder,
    whole: bool,
}

impl Check {
    fn new(encoding: &'static Encoding) -> Check {
        Check {
            decoder: encoding.new_decoder_without_bom_handling(),
            whole: true,
        }
    }

    fn feed(&mut self, mut bytes: &[u8], last: bool) {
        let mut letters = [0; 1024];
        loop {
            let (result, read, _, bad) = self.decoder.decode_to_utf8(bytes, &mut letters, last);
            self.whole &= !bad;
            bytes = &bytes[read..];
            if result == CoderResult::InputEmpty {
                return;
            }
        }
    }
}

/// Pairs of bytes beyond ASCII, and those of them that would be everyday Chinese characters.
#[derive(Default)]
struct Hanzi {
    first: Option<u8>,
    pairs: u64,
    common: u64,
}

impl Hanzi {
    fn feed(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            match self.first.take() {
                Some(first) => {
                    self.pairs += 1;
                    self.common += u64::from((0xb0..=0xd7).contains(&first) && byte >= 0xa1);
                }
                None if byte > 0x80 => self.first = Some(byte),
                None => {}
            }
        }
    }

    fn are_common(&self) -> bool {
        self.pairs > 0 && self.common * 4 >= self.pairs * 3
    }
}

/// A text as UTF-8, whatever it was.
pub(super) struct Decoded<R> {
    inner: R,
    decoder: Decoder,
    raw: Vec<u8>,
    letters: Vec<u8>,
    /// How much of `letters` was handed on.
    at: usize,
    ended: bool,
}

impl<R: Read> Decoded<R> {
    pub fn new(inner: R, encoding: &'static Encoding) -> Decoded<R> {
        Decoded {
            inner,
            decoder: encoding.new_decoder_without_bom_handling(),
            raw: vec![0; BUFFER],
            letters: Vec::new(),
            at: 0,
            ended: false,
        }
    }

    /// Decodes what comes next.
    fn decode(&mut self) -> io::Result<()> {
        let read = self.inner.read(&mut self.raw)?;
        self.ended = read == 0;
        // Three bytes for each of a single-byte encoding are the most.
        self.letters.resize(read * 3 + 16, 0);
        let (mut from, mut to) = (0, 0);
        loop {
            let rest = &self.raw[from..read];
            let (result, taken, written, _) =
                self.decoder
                    .decode_to_utf8(rest, &mut self.letters[to..], self.ended);
            (from, to) = (from + taken, to + written);
            if result == CoderResult::InputEmpty {
                break;
            }
            self.letters.resize(self.letters.len() * 2, 0);
        }
        self.letters.truncate(to);
        self.at = 0;
        Ok(())
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.letters.len() && !self.ended {
            self.decode()?;
        }
        let ready = &self.letters[self.at..];
        let many = ready.len().min(buffer.len());
        buffer[..many].copy_from_slice(&ready[..many]);
        self.at += many;
        Ok(many)
    }
}
