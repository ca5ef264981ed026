//! The safetensors container: a JSON header in front of tensors' bytes, both ways.
//!
//! The reader takes the header's own small grammar and nothing more (objects, strings, unsigned integers), so that
//! the page carries no general JSON parser, and it checks every length before anything is used. It knows nothing of
//! what the tensors mean; see `docs/model-format.md` for that, and
//! <https://huggingface.co/docs/safetensors> for the container.

use core::ops::Range;

use super::{ModelError, Why};

/// Larger headers are refused: a model of this format has a few dozen tensors, and names are looked for one by one.
const MAX_HEADER: u64 = 1 << 16;

/// Element types that the model format uses. Others are kept as unknown, and only their byte range is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dtype {
    /// Unsigned, 8 bits.
    U8,
    /// Unsigned, 16 bits.
    U16,
    /// Unsigned, 32 bits.
    U32,
    /// Floating point, 32 bits.
    F32,
    /// Any other type.
    Other,
}

impl Dtype {
    fn parse(name: &str) -> Dtype {
        match name {
            "U8" => Dtype::U8,
            "U16" => Dtype::U16,
            "U32" => Dtype::U32,
            "F32" => Dtype::F32,
            _ => Dtype::Other,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Dtype::U8 => "U8",
            Dtype::U16 => "U16",
            Dtype::U32 => "U32",
            Dtype::F32 => "F32",
            Dtype::Other => "",
        }
    }

    /// Bytes of an element; 0 where that is not known.
    fn size(self) -> usize {
        match self {
            Dtype::U8 => 1,
            Dtype::U16 => 2,
            Dtype::U32 | Dtype::F32 => 4,
            Dtype::Other => 0,
        }
    }
}

/// One tensor of the header; `bytes` is its place in the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    /// Name of the tensor.
    pub name: String,
    /// Type of its elements.
    pub dtype: Dtype,
    /// Number of elements: the product of the shape.
    pub elements: usize,
    /// How many dimensions the shape has.
    pub rank: usize,
    /// Byte range in the file.
    pub bytes: Range<usize>,
}

/// A parsed header.
#[derive(Debug, Default, PartialEq)]
pub struct Header {
    /// Keys and values of `__metadata__`.
    pub metadata: Vec<(String, String)>,
    /// Tensors in the header's order.
    pub tensors: Vec<Tensor>,
}

impl Header {
    /// A value of the metadata.
    pub fn meta(&self, key: &str) -> Option<&str> {
        self.metadata
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value.as_str())
    }

    /// A tensor by its name.
    pub fn tensor(&self, name: &str) -> Option<&Tensor> {
        self.tensors.iter().find(|tensor| tensor.name == name)
    }
}

/// Reads the header of a whole file.
///
/// # Errors
/// [`ModelError::Header`] when it is not a header, [`ModelError::Tensor`] when a tensor does not lie in the file or
/// its size is not its shape's.
pub fn read(file: &[u8]) -> Result<Header, ModelError> {
    let (length, rest) = file.split_first_chunk().unwrap_or((&[0xff; 8], &[]));
    let length = u64::from_le_bytes(*length);
    if length > MAX_HEADER {
        return Err(ModelError::Header { at: 0 });
    }
    let Some(text) = rest.get(..length as usize) else {
        return Err(ModelError::Header { at: 8 });
    };
    let mut cursor = Cursor {
        text,
        at: 0,
        data: 8 + text.len()..file.len(),
        error: None,
    };
    let header = cursor.header();
    match cursor.error {
        Some(error) => Err(error),
        None => Ok(header),
    }
}

/// Reads straight on: once something is wrong there is no more text, and only the first error is kept.
struct Cursor<'a> {
    text: &'a [u8],
    at: usize,
    /// Where tensors lie in the file.
    data: Range<usize>,
    error: Option<ModelError>,
}

impl Cursor<'_> {
    fn stop(&mut self, error: ModelError) {
        self.text = &[];
        self.error.get_or_insert(error);
    }

    /// The grammar is broken here.
    #[inline(never)]
    fn fail(&mut self) {
        let at = 8 + self.at;
        self.stop(ModelError::Header { at });
    }

    /// The byte here.
    fn byte(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    /// Takes the byte here; 0 at the end.
    fn next(&mut self) -> u8 {
        let byte = self.byte();
        if byte.is_none() {
            self.fail();
        }
        self.at += 1;
        byte.unwrap_or(0)
    }

    fn peek(&mut self) -> Option<u8> {
        while matches!(self.byte(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
        self.byte()
    }

    /// Whether `byte` comes next; then it is taken.
    #[inline(never)]
    fn takes(&mut self, byte: u8) -> bool {
        let takes = self.peek() == Some(byte);
        self.at += usize::from(takes);
        takes
    }

    #[inline(never)]
    fn eat(&mut self, byte: u8) {
        if !self.takes(byte) {
            self.fail();
        }
    }

    /// Opens an object or a list; whether there is anything in it.
    fn open(&mut self, open: u8, close: u8) -> bool {
        self.eat(open);
        !self.takes(close)
    }

    /// After a value: true at a comma, false at `close`.
    fn more(&mut self, close: u8) -> bool {
        let more = self.takes(b',');
        if !more {
            self.eat(close);
        }
        more
    }

    fn header(&mut self) -> Header {
        let mut header = Header::default();
        let mut more = self.open(b'{', b'}');
        while more {
            let name = self.string();
            self.eat(b':');
            if name == "__metadata__" {
                if !header.metadata.is_empty() {
                    self.fail();
                }
                header.metadata = self.strings();
            } else {
                if header.tensor(&name).is_some() {
                    self.fail();
                }
                let tensor = self.tensor(name);
                header.tensors.push(tensor);
            }
            more = self.more(b'}');
        }
        // Writers pad the header with spaces to an aligned length.
        if self.peek().is_some() {
            self.fail();
        }
        header
    }

    fn strings(&mut self) -> Vec<(String, String)> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        let mut more = self.open(b'{', b'}');
        while more {
            let key = self.string();
            self.eat(b':');
            if pairs.iter().any(|(known, _)| *known == key) {
                self.fail();
            }
            let value = self.string();
            pairs.push((key, value));
            more = self.more(b'}');
        }
        pairs
    }

    fn tensor(&mut self, name: String) -> Tensor {
        let mut dtype = Dtype::Other;
        let (mut shape, mut offsets) = (Vec::new(), Vec::new());
        // A bit for each field.
        let mut seen = 0;
        let mut more = self.open(b'{', b'}');
        while more {
            let field = self.string();
            self.eat(b':');
            let bit = match field.as_str() {
                "dtype" => {
                    dtype = Dtype::parse(&self.string());
                    1
                }
                "shape" => {
                    shape = self.integers();
                    2
                }
                "data_offsets" => {
                    offsets = self.integers();
                    4
                }
                _ => seen,
            };
            // Unknown, or a second time.
            if seen & bit != 0 || bit == 0 {
                self.fail();
            }
            seen |= bit;
            more = self.more(b'}');
        }
        if seen != 7 || offsets.len() != 2 {
            self.fail();
            offsets = vec![0, 0];
        }
        let (begin, end) = (offsets[0], offsets[1]);
        let elements = shape.iter().try_fold(1usize, |all, &n| all.checked_mul(n));
        let size = elements.and_then(|elements| elements.checked_mul(dtype.size()));
        if begin > end || end > self.data.len() {
            self.refuse(&name, Why::Bounds);
        } else if size.is_none() || dtype != Dtype::Other && size != Some(end - begin) {
            self.refuse(&name, Why::Size);
        }
        Tensor {
            name,
            dtype,
            elements: elements.unwrap_or(0),
            rank: shape.len(),
            bytes: self.data.start.saturating_add(begin)..self.data.start.saturating_add(end),
        }
    }

    fn refuse(&mut self, name: &str, why: Why) {
        self.stop(ModelError::Tensor {
            name: name.into(),
            why,
        });
    }

    fn integers(&mut self) -> Vec<usize> {
        let mut list = Vec::new();
        let mut more = self.open(b'[', b']');
        while more {
            self.peek();
            let (start, mut value) = (self.at, Some(0usize));
            while let Some(digit @ b'0'..=b'9') = self.byte() {
                value = value
                    .and_then(|value| value.checked_mul(10)?.checked_add((digit - b'0').into()));
                self.at += 1;
            }
            if value.is_none() || self.at == start || list.len() == 8 {
                self.fail();
            }
            list.push(value.unwrap_or(0));
            more = self.more(b']');
        }
        list
    }

    fn string(&mut self) -> String {
        let mut out = Vec::new();
        self.eat(b'"');
        loop {
            let (text, start) = (self.text, self.at);
            while let Some(b' '..=b'!' | b'#'..=b'[' | b']'..) = self.byte() {
                self.at += 1;
            }
            out.extend_from_slice(text.get(start..self.at).unwrap_or(&[]));
            match self.next() {
                b'"' => break,
                b'\\' => {
                    let escaped = self.next();
                    out.push(match escaped {
                        b'"' | b'\\' | b'/' => escaped,
                        b'n' => b'\n',
                        b't' => b'\t',
                        b'r' => b'\r',
                        b'u' => {
                            self.unicode(&mut out);
                            continue;
                        }
                        _ => {
                            self.fail();
                            0
                        }
                    });
                }
                _ => {
                    self.fail();
                    break;
                }
            }
        }
        let text = core::str::from_utf8(&out);
        if text.is_err() {
            self.fail();
        }
        text.unwrap_or_default().into()
    }

    /// Four hexadecimal digits. Surrogate pairs are not needed: writers escape control characters only.
    fn unicode(&mut self, out: &mut Vec<u8>) {
        let mut code = 0;
        for _ in 0..4 {
            let digit = char::from(self.next()).to_digit(16);
            if digit.is_none() {
                self.fail();
            }
            code = code * 16 + digit.unwrap_or(0);
        }
        match char::from_u32(code) {
            Some(symbol) => out.extend_from_slice(symbol.encode_utf8(&mut [0; 4]).as_bytes()),
            None => self.fail(),
        }
    }
}

/// What [`write()`] packs: a tensor's name, type, shape and bytes.
pub struct Part<'a> {
    /// Name of the tensor.
    pub name: &'a str,
    /// Type of its elements.
    pub dtype: Dtype,
    /// Dimensions.
    pub shape: Vec<usize>,
    /// Elements, little-endian, row-major.
    pub bytes: Vec<u8>,
}

/// A whole file. Wide elements come first so that all are aligned; equal input gives equal bytes.
pub fn write(metadata: &[(&str, &str)], mut parts: Vec<Part>) -> Vec<u8> {
    parts.sort_by(|a, b| b.dtype.size().cmp(&a.dtype.size()).then(a.name.cmp(b.name)));
    let mut header = String::from("{\"__metadata__\":{");
    for (n, (key, value)) in metadata.iter().enumerate() {
        if n > 0 {
            header.push(',');
        }
        quote(&mut header, key);
        header.push(':');
        quote(&mut header, value);
    }
    header.push('}');
    let mut end = 0;
    for part in &parts {
        let (begin, next) = (end, end + part.bytes.len());
        header.push(',');
        quote(&mut header, part.name);
        header += &format!(
            ":{{\"dtype\":\"{}\",\"shape\":{:?},\"data_offsets\":[{begin},{next}]}}",
            part.dtype.name(),
            part.shape
        );
        end = next;
    }
    header.push('}');
    while header.len() % 8 > 0 {
        header.push(' ');
    }
    let mut file = Vec::with_capacity(8 + header.len() + end);
    file.extend_from_slice(&(header.len() as u64).to_le_bytes());
    file.extend_from_slice(header.as_bytes());
    for part in &parts {
        file.extend_from_slice(&part.bytes);
    }
    file
}

fn quote(out: &mut String, text: &str) {
    out.push('"');
    for symbol in text.chars() {
        match symbol {
            '"' | '\\' => {
                out.push('\\');
                out.push(symbol);
            }
            '\0'..='\x1f' => *out += &format!("\\u{:04x}", symbol as u32),
            _ => out.push(symbol),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parts(contents: &[Vec<u8>]) -> Vec<Part<'static>> {
        const NAMES: [&str; 4] = ["item.key", "b \"quoted\"", "c\u{1}\n", "键"];
        contents
            .iter()
            .zip(NAMES)
            .enumerate()
            .map(|(n, (bytes, name))| {
                let (dtype, size) = [(Dtype::U8, 1), (Dtype::U16, 2), (Dtype::F32, 4)][n % 3];
                let elements = bytes.len() / size;
                Part {
                    name,
                    dtype,
                    shape: vec![elements],
                    bytes: bytes[..elements * size].to_vec(),
                }
            })
            .collect()
    }

    proptest! {
        #[test]
        fn the_reference_crate_reads_what_we_write(contents in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..4), meta: String) {
            let file = write(&[("note", &meta)], parts(&contents));
            let theirs = safetensors::SafeTensors::deserialize(&file).unwrap();
            let ours = read(&file).unwrap();
            prop_assert_eq!(ours.meta("note"), Some(meta.as_str()));
            prop_assert_eq!(ours.tensors.len(), contents.len());
            for part in parts(&contents) {
                prop_assert_eq!(theirs.tensor(part.name).unwrap().data(), part.bytes.as_slice());
                let tensor = ours.tensor(part.name).unwrap();
                prop_assert_eq!(&file[tensor.bytes.clone()], part.bytes.as_slice());
                prop_assert_eq!(tensor.dtype, part.dtype);
                prop_assert_eq!(tensor.elements, part.shape[0]);
            }
        }

        #[test]
        fn any_bytes_give_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes);
        }

        #[test]
        fn a_damaged_header_gives_an_answer(at: prop::sample::Index, byte: u8, cut: prop::sample::Index) {
            let mut file = write(&[("a", "b")], parts(&[vec![1; 9], vec![2; 8], vec![3; 12]]));
            let at = at.index(file.len());
            file[at] = byte;
            file.truncate(cut.index(file.len() + 1));
            if let Ok(header) = read(&file) {
                for tensor in &header.tensors {
                    prop_assert!(tensor.bytes.end <= file.len());
                }
            }
        }
    }

    #[test]
    fn the_reference_crate_writes_what_we_read() {
        let data = [1u8, 2, 3, 4];
        let view =
            safetensors::tensor::TensorView::new(safetensors::Dtype::U16, vec![2], &data).unwrap();
        let file = safetensors::serialize([("x", view)], None).unwrap();
        let header = read(&file).unwrap();
        assert_eq!(header.tensor("x").unwrap().dtype, Dtype::U16);
        assert_eq!(&file[header.tensor("x").unwrap().bytes.clone()], data);
    }

    #[test]
    fn repeated_names_and_wrong_sizes_are_refused() {
        let file = |header: &str, data: usize| {
            let mut file = (header.len() as u64).to_le_bytes().to_vec();
            file.extend_from_slice(header.as_bytes());
            file.resize(file.len() + data, 0);
            read(&file)
        };
        let tensor = r#""a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}"#;
        assert!(file(&format!("{{{tensor}}}"), 2).is_ok());
        assert!(matches!(
            file(&format!("{{{tensor},{tensor}}}"), 2),
            Err(ModelError::Header { .. })
        ));
        assert!(matches!(
            file(&format!("{{{tensor}}}"), 1),
            Err(ModelError::Tensor {
                why: Why::Bounds,
                ..
            })
        ));
        let wrong = r#"{"a":{"dtype":"U16","shape":[2],"data_offsets":[0,2]}}"#;
        assert!(matches!(
            file(wrong, 2),
            Err(ModelError::Tensor { why: Why::Size, .. })
        ));
        let huge = r#"{"a":{"dtype":"U16","shape":[9223372036854775807,4],"data_offsets":[0,2]}}"#;
        assert!(matches!(file(huge, 2), Err(ModelError::Tensor { .. })));
    }
}
