//! Names folded to numbers, so that `Product Viewed`, `product_viewed` and `productViewed` are one, and so that the
//! tables of names carry four bytes a row into the page instead of text.

use std::sync::OnceLock;

use crate::lines::parts;

/// The identity of a name, whatever its letter case and separators (space, `_`, `-`): FNV-1a, 32 bits, of the rest.
/// Two names in the tables never meet (tested); a stranger that meets one is checked like it.
pub const fn fold(name: &str) -> u32 {
    let bytes = name.as_bytes();
    let (mut hash, mut at) = (0x811c_9dc5u32, 0);
    while at < bytes.len() {
        let byte = bytes[at].to_ascii_lowercase();
        if !matches!(byte, b' ' | b'_' | b'-') {
            hash = (hash ^ byte as u32).wrapping_mul(0x0100_0193);
        }
        at += 1;
    }
    hash
}

fn find(names: &[u32], name: u32) -> Option<usize> {
    names.iter().position(|known| *known == name)
}

/// What folded names mean. Both stand apart, since side by side each row would be padded.
pub struct Table<T, const N: usize> {
    names: [u32; N],
    meanings: [T; N],
}

impl<T: Copy, const N: usize> Table<T, N> {
    pub const fn of(rows: [(u32, T); N]) -> Table<T, N> {
        let (mut names, mut meanings) = ([rows[0].0; N], [rows[0].1; N]);
        let mut at = 1;
        while at < N {
            (names[at], meanings[at]) = rows[at];
            at += 1;
        }
        Table { names, meanings }
    }

    pub fn find(&self, name: u32) -> Option<T> {
        find(&self.names, name).map(|at| self.meanings[at])
    }

    #[cfg(test)]
    pub fn names(&self) -> impl Iterator<Item = u32> {
        self.names.into_iter()
    }
}

/// Names on lines by what they fold to, which is worked out when it is first asked for.
pub struct Folded {
    lines: &'static str,
    folded: OnceLock<Vec<u32>>,
}

impl Folded {
    pub const fn of(lines: &'static str) -> Folded {
        Folded {
            lines,
            folded: OnceLock::new(),
        }
    }

    /// The line of this folded name.
    pub fn find(&self, name: u32) -> Option<usize> {
        let folded = self.folded.get_or_init(|| {
            let mut folded = Vec::new();
            for name in parts(self.lines, b'\n') {
                folded.push(fold(name));
            }
            folded
        });
        find(folded, name)
    }
}
