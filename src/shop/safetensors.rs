//! The safetensors container: a JSON header in front of tensors' bytes, both ways.
//!
//! The reader takes the header's own small grammar and nothing more (objects, strings, unsigned integers), so that
//! the page carries no general JSON parser, and it checks every length before anything is used. It knows nothing of
//! what the tensors mean; see `docs/model-format.md` for that, and
//! <https://huggingface.co/docs/safetensors> for the container.

use core::ops::Range;

use super::{ModelError, Why};

/// Larger headers are refused: a model of this format has a few dozen tensors.
const MAX_HEADER: usize = 1 << 20;

/// Element types that the model format uses. Others are kept as unknown, and only their byte range is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dtype {
    U8,
    U16,
    U32,
    F32,
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

    fn size(self) -> Option<usize> {
        match self {
            Dtype::U8 => Some(1),
            Dtype::U16 => Some(2),
            Dtype::U32 | Dtype::F32 => Some(4),
            Dtype::Other => None,
        }
    }
}

/// One tensor of the header; `bytes` is its place in the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    pub name: String,
    pub dtype: Dtype,
    /// Number of elements: the product of the shape.
    pub elements: usize,
    /// How many dimensions the shape has.
    pub rank: usize,
    pub bytes: Range<usize>,
}

/// A parsed header.
#[derive(Debug, Default, PartialEq)]
pub struct Header {
    pub metadata: Vec<(String, String)>,
    pub tensors: Vec<Tensor>,
}

impl Header {
    pub fn meta(&self, key: &str) -> Option<&str> {
        self.metadata
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value.as_str())
    }

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
    let length = file
        .first_chunk::<8>()
        .map(|bytes| u64::from_le_bytes(*bytes))
        .ok_or(ModelError::Header { at: 0 })?;
    let length = usize::try_from(length)
        .ok()
        .filter(|&length| length <= MAX_HEADER)
        .ok_or(ModelError::Header { at: 0 })?;
    let text = file
        .get(8..8 + length)
        .ok_or(ModelError::Header { at: 8 })?;
    let data = 8 + length..file.len();
    let mut cursor = Cursor { text, at: 0 };
    match cursor.header(data) {
        Some(parsed) => parsed,
        None => Err(ModelError::Header { at: 8 + cursor.at }),
    }
}

struct Cursor<'a> {
    text: &'a [u8],
    at: usize,
}

impl Cursor<'_> {
    fn peek(&mut self) -> Option<u8> {
        while matches!(self.text.get(self.at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
        self.text.get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// `None`: the grammar was broken at `self.at`.
    fn header(&mut self, data: Range<usize>) -> Option<Result<Header, ModelError>> {
        let mut header = Header::default();
        self.eat(b'{')?;
        if self.peek()? == b'}' {
            self.at += 1;
        } else {
            loop {
                let name = self.string()?;
                self.eat(b':')?;
                if name == "__metadata__" {
                    if !header.metadata.is_empty() {
                        return None;
                    }
                    header.metadata = self.strings()?;
                } else {
                    if header.tensor(&name).is_some() {
                        return None;
                    }
                    match self.tensor(name, &data)? {
                        Ok(tensor) => header.tensors.push(tensor),
                        Err(error) => return Some(Err(error)),
                    }
                }
                if !self.more(b'}')? {
                    break;
                }
            }
        }
        // Writers pad the header with spaces to an aligned length.
        self.peek().is_none().then_some(Ok(header))
    }

    /// After a value: true at a comma, false at `close`.
    fn more(&mut self, close: u8) -> Option<bool> {
        let byte = self.peek()?;
        self.at += 1;
        match byte {
            b',' => Some(true),
            _ if byte == close => Some(false),
            _ => None,
        }
    }

    fn strings(&mut self) -> Option<Vec<(String, String)>> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        self.eat(b'{')?;
        if self.peek()? == b'}' {
            self.at += 1;
            return Some(pairs);
        }
        loop {
            let key = self.string()?;
            self.eat(b':')?;
            let value = self.string()?;
            if pairs.iter().any(|(known, _)| *known == key) {
                return None;
            }
            pairs.push((key, value));
            if !self.more(b'}')? {
                return Some(pairs);
            }
        }
    }

    fn tensor(&mut self, name: String, data: &Range<usize>) -> Option<Result<Tensor, ModelError>> {
        let (mut dtype, mut shape, mut offsets) = (None, None, None);
        self.eat(b'{')?;
        loop {
            let field = self.string()?;
            self.eat(b':')?;
            match field.as_str() {
                "dtype" if dtype.is_none() => dtype = Some(Dtype::parse(&self.string()?)),
                "shape" if shape.is_none() => shape = Some(self.integers()?),
                "data_offsets" if offsets.is_none() => offsets = Some(self.integers()?),
                _ => return None,
            }
            if !self.more(b'}')? {
                break;
            }
        }
        let (dtype, shape, offsets) = (dtype?, shape?, offsets?);
        let &[begin, end] = offsets.as_slice() else {
            return None;
        };
        let elements = shape.iter().try_fold(1usize, |all, &n| all.checked_mul(n));
        let fits = begin <= end && end <= data.len();
        let sized = match (elements, dtype.size()) {
            (Some(elements), Some(size)) => elements.checked_mul(size) == end.checked_sub(begin),
            (Some(_), None) => true,
            (None, _) => false,
        };
        if !fits || !sized {
            let why = if fits { Why::Size } else { Why::Bounds };
            return Some(Err(ModelError::Tensor { name, why }));
        }
        Some(Ok(Tensor {
            name,
            dtype,
            elements: elements?,
            rank: shape.len(),
            bytes: data.start + begin..data.start + end,
        }))
    }

    fn integers(&mut self) -> Option<Vec<usize>> {
        let mut list = Vec::new();
        self.eat(b'[')?;
        if self.peek()? == b']' {
            self.at += 1;
            return Some(list);
        }
        loop {
            self.peek()?;
            let start = self.at;
            let mut value = 0usize;
            while let Some(digit @ b'0'..=b'9') = self.text.get(self.at).copied() {
                value = value
                    .checked_mul(10)?
                    .checked_add(usize::from(digit - b'0'))?;
                self.at += 1;
            }
            if self.at == start || list.len() == 8 {
                return None;
            }
            list.push(value);
            if !self.more(b']')? {
                return Some(list);
            }
        }
    }

    fn string(&mut self) -> Option<String> {
        self.eat(b'"')?;
        let mut out = Vec::new();
        loop {
            let byte = *self.text.get(self.at)?;
            self.at += 1;
            match byte {
                b'"' => return String::from_utf8(out).ok(),
                b'\\' => {
                    let escaped = *self.text.get(self.at)?;
                    self.at += 1;
                    match escaped {
                        b'"' | b'\\' | b'/' => out.push(escaped),
                        b'n' => out.push(b'\n'),
                        b't' => out.push(b'\t'),
                        b'r' => out.push(b'\r'),
                        b'u' => {
                            let digits = self.text.get(self.at..self.at + 4)?;
                            self.at += 4;
                            let code = digits.iter().try_fold(0u32, |code, &digit| {
                                Some(code * 16 + char::from(digit).to_digit(16)?)
                            })?;
                            // Surrogate pairs are not needed: writers escape control characters only.
                            let mut buffer = [0; 4];
                            let text = char::from_u32(code)?.encode_utf8(&mut buffer);
                            out.extend_from_slice(text.as_bytes());
                        }
                        _ => return None,
                    }
                }
                0..=0x1f => return None,
                _ => out.push(byte),
            }
        }
    }
}

/// What [`write`] packs: a tensor's name, type, shape and bytes.
pub struct Part<'a> {
    pub name: &'a str,
    pub dtype: Dtype,
    pub shape: Vec<usize>,
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
