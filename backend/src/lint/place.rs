//! The line of a path in a JSON text: `rules[3].do.type` → 17.

/// The line, from 1, on which the value of a path begins; of a path that is not there, its nearest parent's.
pub fn line(text: &str, path: &str) -> usize {
    let mut scanner = Scanner {
        text: text.as_bytes(),
        at: 0,
        wanted: path,
        best: (0, 0),
    };
    // A list of rules alone stands for {"rules": […]}.
    let mut root = match text.trim_start().starts_with('[') {
        true => "rules".to_owned(),
        false => String::new(),
    };
    scanner.value(&mut root);
    1 + text.as_bytes()[..scanner.best.1]
        .iter()
        .filter(|byte| **byte == b'\n')
        .count()
}

/// Reads JSON that is known to be sound.
struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
    wanted: &'a str,
    /// Length of the longest path met that leads to the wanted one, and where it is.
    best: (usize, usize),
}

impl Scanner<'_> {
    fn space(&mut self) {
        while self
            .text
            .get(self.at)
            .is_some_and(|byte| byte.is_ascii_whitespace() || matches!(byte, b',' | b':'))
        {
            self.at += 1;
        }
    }

    /// A text's content as written, escapes and all: keys of rules have none.
    fn string(&mut self) -> String {
        self.at += 1;
        let from = self.at;
        while let Some(byte) = self.text.get(self.at) {
            match byte {
                b'\\' => self.at += 2,
                b'"' => break,
                _ => self.at += 1,
            }
        }
        let read = String::from_utf8_lossy(
            &self.text[from.min(self.text.len())..self.at.min(self.text.len())],
        );
        self.at += 1;
        read.into_owned()
    }

    fn note(&mut self, path: &str, at: usize) {
        let leads = self
            .wanted
            .strip_prefix(path)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']));
        if leads && path.len() >= self.best.0 {
            self.best = (path.len(), at);
        }
    }

    fn value(&mut self, path: &mut String) {
        self.space();
        let length = path.len();
        match self.text.get(self.at) {
            Some(b'{') => {
                self.at += 1;
                loop {
                    self.space();
                    if self.text.get(self.at) != Some(&b'"') {
                        break;
                    }
                    let begins = self.at;
                    let key = self.string();
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(&key);
                    self.note(path, begins);
                    self.value(path);
                    path.truncate(length);
                }
                self.at += 1;
            }
            Some(b'[') => {
                self.at += 1;
                for n in 0.. {
                    self.space();
                    if matches!(self.text.get(self.at), None | Some(b']')) {
                        break;
                    }
                    path.push_str(&format!("[{n}]"));
                    self.note(path, self.at);
                    self.value(path);
                    path.truncate(length);
                }
                self.at += 1;
            }
            Some(b'"') => {
                self.string();
            }
            _ => {
                while self.text.get(self.at).is_some_and(|byte| {
                    !matches!(byte, b',' | b'}' | b']') && !byte.is_ascii_whitespace()
                }) {
                    self.at += 1;
                }
            }
        }
    }
}
