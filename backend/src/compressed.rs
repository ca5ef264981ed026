//! Size of bytes after brotli at its highest level, as a server sends them.

use std::io::{Read, Result, Write};

use brotli::enc::BrotliEncoderParams;

/// How many bytes `input`, of about `size`, is compressed to. Memory and numbers are read from and written to here:
/// neither can fail.
pub fn compressed(mut input: impl Read, size: usize) -> usize {
    let parameters = BrotliEncoderParams {
        quality: 11,
        lgwin: 24,
        size_hint: size,
        ..Default::default()
    };
    let mut count = Count(0);
    let _ = brotli::BrotliCompress(&mut input, &mut count, &parameters);
    count.0
}

/// Counts what is written.
struct Count(usize);

impl Write for Count {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}
